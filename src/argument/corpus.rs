//! The corpus-level view: what is claimed again and again, who argues against whom, and
//! which questions divide the speakers.
//!
//! Every value is a plain table that a CSV writer can print. Speakers are the same person
//! where their names are the same letter for letter.

use std::collections::BTreeMap;

use super::token;
use super::{ArgumentMap, ComponentKind, RelationKind, Table};
use crate::document::Document;
use crate::stance::Stances;

/// Two claims say the same if the cosine of their idf-weighted stems reaches this.
const ALIKE: f32 = 0.5;
/// A stem that this many claims hold finds nobody.
const COMMON: usize = 200;

/// One analysed document, as this view needs it.
#[derive(Clone, Copy, Debug)]
pub struct Mapped<'a> {
    /// The document.
    pub document: &'a Document,
    /// Its stances, if they were classified.
    pub stances: Option<&'a Stances>,
    /// Its map.
    pub map: &'a ArgumentMap,
}

/// A claim that is made more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecurringClaim {
    /// The sentences `(document, sentence)`, in order; the first made it first.
    pub sentences: Vec<(usize, usize)>,
    /// Who makes it, in order of first appearance.
    pub speakers: Vec<String>,
    /// Number of documents it is made in.
    pub documents: usize,
}

/// What one speaker's sentences do to another's, over all documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpeakerPair {
    /// Who supports, attacks, …
    pub source: String,
    /// … whose sentences.
    pub target: String,
    /// Relations of each kind, in the order of [`RelationKind::ALL`].
    pub relations: [u32; 4],
}

/// How far the speakers of an exchange are apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Division {
    /// Index of the document.
    pub document: usize,
    /// Index of the question in it.
    pub question: usize,
    /// Who answers, in order of first appearance.
    pub speakers: Vec<String>,
    /// Attacks between two of them.
    pub attacks: u32,
    /// Pairs of sentences on which two of them are said to differ.
    pub differs: u32,
    /// Supports and rephrases between two of them.
    pub agreements: u32,
    /// Mean total-variation distance of the speakers' stance shares (those of the label that
    /// means none left out), 0 to 1; `None` without stances or with fewer than two takers.
    pub stance_distance: Option<f64>,
}

/// Claims that recur across speakers or documents, most often made first.
///
/// Claims are compared by their words only, within posting lists of bounded length, so the
/// cost is linear in the number of claims. A group is what a chain of likeness connects.
#[must_use]
pub fn recurring_claims(corpus: &[Mapped<'_>]) -> Vec<RecurringClaim> {
    let mut places: Vec<(usize, usize)> = Vec::new();
    let mut stems: Vec<Vec<u64>> = Vec::new();
    for (d, m) in corpus.iter().enumerate() {
        for (i, _) in m.map.components.iter().enumerate().filter(|(_, c)| c.kind == ComponentKind::Claim) {
            places.push((d, i));
            stems.push(content(m.document.sentence(i)));
        }
    }
    let mut postings: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (claim, stems) in stems.iter().enumerate() {
        for stem in stems {
            postings.entry(*stem).or_default().push(claim);
        }
    }
    let total = places.len() as f32;
    let idf = |stem: &u64| (1.0 + total / postings.get(stem).map_or(1.0, |p| p.len() as f32)).ln();
    let norms: Vec<f32> = stems.iter().map(|s| s.iter().map(|x| idf(x).powi(2)).sum::<f32>().sqrt()).collect();

    let mut group: Vec<usize> = (0..places.len()).collect();
    let mut sums: BTreeMap<usize, f32> = BTreeMap::new();
    for claim in 0..places.len() {
        sums.clear();
        for stem in &stems[claim] {
            let holders = &postings[stem];
            if holders.len() < COMMON {
                let weight = idf(stem).powi(2);
                for other in holders.iter().take_while(|o| **o < claim) {
                    *sums.entry(*other).or_default() += weight;
                }
            }
        }
        for (other, sum) in &sums {
            if sum / (norms[claim] * norms[*other]).max(f32::MIN_POSITIVE) >= ALIKE {
                let (a, b) = (root(&mut group, claim), root(&mut group, *other));
                group[a.max(b)] = a.min(b);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (claim, place) in places.iter().enumerate() {
        groups.entry(root(&mut group, claim)).or_default().push(*place);
    }
    let mut out: Vec<RecurringClaim> =
        groups.into_values().filter(|g| g.len() > 1).map(|g| recurring(corpus, g)).collect();
    out.retain(|c| c.speakers.len() > 1 || c.documents > 1);
    out.sort_by(|a, b| {
        (b.speakers.len(), b.sentences.len())
            .cmp(&(a.speakers.len(), a.sentences.len()))
            .then(a.sentences.cmp(&b.sentences))
    });
    out
}

fn recurring(corpus: &[Mapped<'_>], sentences: Vec<(usize, usize)>) -> RecurringClaim {
    let mut speakers: Vec<String> = Vec::new();
    let mut documents: Vec<usize> = Vec::new();
    for &(d, i) in &sentences {
        let name = speaker(corpus[d].document, i);
        if !speakers.iter().any(|s| s == name) {
            speakers.push(name.to_owned());
        }
        documents.push(d);
    }
    documents.dedup();
    RecurringClaim { sentences, speakers, documents: documents.len() }
}

/// The representative of a group, with the path to it shortened.
fn root(group: &mut [usize], mut at: usize) -> usize {
    while group[at] != at {
        group[at] = group[group[at]];
        at = group[at];
    }
    at
}

/// Content stems of a text, sorted, each once.
fn content(text: &str) -> Vec<u64> {
    let mut stems = Vec::new();
    token::each_word(text, |t, _| {
        if (t.chars > 3 || t.capital || t.digit) && !super::markers::MARKERS.is_function_word(t.key) {
            stems.push(t.stem);
        }
    });
    stems.sort_unstable();
    stems.dedup();
    stems
}

fn speaker(doc: &Document, sentence: usize) -> &str {
    doc.speaker_name(doc.turn_of(sentence))
}

/// The speaker × speaker matrix, as its cells that are not empty: sorted by source and target.
#[must_use]
pub fn speaker_pairs(corpus: &[Mapped<'_>]) -> Vec<SpeakerPair> {
    let mut cells: BTreeMap<(&str, &str), [u32; 4]> = BTreeMap::new();
    for m in corpus {
        for r in m.map.relations.iter().filter(|r| r.cross_speaker) {
            let key = (speaker(m.document, r.source as usize), speaker(m.document, r.target as usize));
            cells.entry(key).or_default()[r.kind as usize] += 1;
        }
    }
    let cell = |((source, target), relations): ((&str, &str), [u32; 4])| SpeakerPair {
        source: source.to_owned(),
        target: target.to_owned(),
        relations,
    };
    cells.into_iter().map(cell).collect()
}

/// Every exchange with at least two speakers besides the one who asks; those that divide them most first:
/// by attacks and differences, then by the distance of stances.
#[must_use]
pub fn divisions(corpus: &[Mapped<'_>]) -> Vec<Division> {
    let mut out = Vec::new();
    for (d, m) in corpus.iter().enumerate() {
        let doc = m.document;
        let mut speakers: Vec<Vec<u32>> = vec![Vec::new(); doc.questions.len()];
        let answers = |turn: u32, q: u32| doc.questions[q as usize].turn != Some(turn);
        for sentence in &doc.sentences {
            let turn = &doc.turns[sentence.turn as usize];
            if let (Some(q), Some(s)) = (turn.question, turn.speaker)
                && answers(sentence.turn, q)
                && !speakers[q as usize].contains(&s)
            {
                speakers[q as usize].push(s);
            }
        }
        let mut counts = vec![[0_u32; 4]; doc.questions.len()];
        for r in m.map.relations.iter().filter(|r| r.cross_speaker) {
            if let Some(q) = doc.turn_of(r.source as usize).question {
                counts[q as usize][r.kind as usize] += 1;
            }
        }
        for (q, speakers) in speakers.into_iter().enumerate().filter(|(_, s)| s.len() > 1) {
            let [supports, attacks, rephrases, differs] = counts[q];
            out.push(Division {
                document: d,
                question: q,
                stance_distance: m.stances.and_then(|s| stance_distance(doc, s, q, &speakers)),
                speakers: speakers.iter().map(|s| doc.speakers[*s as usize].clone()).collect(),
                attacks,
                differs,
                agreements: supports + rephrases,
            });
        }
    }
    out.sort_by(|a, b| {
        let key = |x: &Division| (x.attacks + x.differs, (x.stance_distance.unwrap_or(0.0) * 1e6) as u64);
        key(b).cmp(&key(a)).then((a.document, a.question).cmp(&(b.document, b.question)))
    });
    out
}

fn stance_distance(doc: &Document, stances: &Stances, question: usize, speakers: &[u32]) -> Option<f64> {
    let labels = stances.labels.len();
    let mut counts: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for i in 0..doc.sentences.len() {
        let turn = doc.turn_of(i);
        let chosen = stances.chosen[i];
        if let Some(s) = turn.speaker.filter(|s| speakers.contains(s))
            && turn.question == Some(question as u32)
            && Some(chosen) != stances.labels.none
        {
            counts.entry(s).or_insert_with(|| vec![0.0; labels])[usize::from(chosen)] += 1.0;
        }
    }
    let shares: Vec<Vec<f64>> = counts
        .into_values()
        .map(|c| {
            let n: f64 = c.iter().sum();
            c.iter().map(|x| x / n).collect()
        })
        .collect();
    let (mut sum, mut pairs) = (0.0, 0);
    for (i, a) in shares.iter().enumerate() {
        for b in &shares[..i] {
            sum += 0.5 * a.iter().zip(b).map(|(x, y)| (x - y).abs()).sum::<f64>();
            pairs += 1;
        }
    }
    (pairs > 0).then(|| sum / f64::from(pairs))
}

/// `claims.csv`: one row per sentence of a recurring claim,
/// `claim, speakers, documents, document, speaker, question, text`.
#[must_use]
pub fn claims_table(corpus: &[Mapped<'_>], claims: &[RecurringClaim]) -> Table {
    let columns = ["claim", "speakers", "documents", "document", "speaker", "question", "text"];
    let mut table = Table { columns: columns.map(str::to_owned).to_vec(), rows: Vec::new() };
    for (n, claim) in (1..).zip(claims) {
        for &(d, i) in &claim.sentences {
            let doc = corpus[d].document;
            table.rows.push(vec![
                format!("c{n:04}"),
                claim.speakers.len().to_string(),
                claim.documents.to_string(),
                doc.id.clone(),
                speaker(doc, i).to_owned(),
                doc.question_text(doc.turn_of(i)).to_owned(),
                doc.sentence(i).to_owned(),
            ]);
        }
    }
    table
}

/// `speaker_pairs.csv`: `source, target, support, attack, rephrase, differs_on`.
#[must_use]
pub fn speaker_pairs_table(pairs: &[SpeakerPair]) -> Table {
    let mut columns = vec!["source".to_owned(), "target".to_owned()];
    columns.extend(RelationKind::ALL.map(|k| k.name().replace('-', "_")));
    let row = |p: &SpeakerPair| {
        let mut row = vec![p.source.clone(), p.target.clone()];
        row.extend(p.relations.map(|n| n.to_string()));
        row
    };
    Table { columns, rows: pairs.iter().map(row).collect() }
}

/// `divisions.csv`: `document, question, speakers, attacks, differs_on, agreements, stance_distance`.
#[must_use]
pub fn divisions_table(corpus: &[Mapped<'_>], divisions: &[Division]) -> Table {
    let columns = ["document", "question", "speakers", "attacks", "differs_on", "agreements", "stance_distance"];
    let row = |d: &Division| {
        let doc = corpus[d.document].document;
        vec![
            doc.id.clone(),
            doc.questions[d.question].text.clone(),
            d.speakers.join("; "),
            d.attacks.to_string(),
            d.differs.to_string(),
            d.agreements.to_string(),
            d.stance_distance.map_or(String::new(), |x| format!("{x:.4}")),
        ]
    };
    Table { columns: columns.map(str::to_owned).to_vec(), rows: divisions.iter().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argument::{Annotated, Tables};
    use crate::read::argument_tables;

    fn corpus() -> Vec<Annotated> {
        let components = "document,sentence_id,speaker,question,turn,text,component,label\n\
            a,1,Host,Who pays for the lighthouse?,1,Who pays for the lighthouse?,none,neutral\n\
            a,2,Ada,Who pays for the lighthouse?,2,Fishermen should pay the lighthouse keeper.,claim,security-focused\n\
            a,3,Bo,Who pays for the lighthouse?,3,\"No, the county pays for roads too.\",claim,decoupling-skeptic\n\
            b,1,Cy,What now?,1,The lighthouse keeper should be paid by the fishermen.,claim,neutral\n\
            b,2,Ada,What now?,2,Let us talk about paint.,none,neutral\n";
        let relations = "document,source,target,relation\na,3,2,attack\n";
        let read = argument_tables::read((components.as_bytes(), "c"), (relations.as_bytes(), "r"));
        let tables: Tables = read.unwrap();
        tables.documents()
    }

    fn mapped(documents: &[Annotated]) -> Vec<Mapped<'_>> {
        documents.iter().map(|d| Mapped { document: &d.document, stances: d.stances.as_ref(), map: &d.map }).collect()
    }

    #[test]
    fn a_claim_of_two_speakers_is_grouped() {
        let documents = corpus();
        let corpus = mapped(&documents);
        let claims = recurring_claims(&corpus);
        assert_eq!(claims.len(), 1);
        assert_eq!(claims[0].sentences, [(0, 1), (1, 0)]);
        assert_eq!((claims[0].speakers.as_slice(), claims[0].documents), (&["Ada".to_owned(), "Cy".to_owned()][..], 2));
        assert_eq!(claims_table(&corpus, &claims).rows.len(), 2);
    }

    #[test]
    fn the_matrix_and_the_dividing_question_name_the_attack() {
        let documents = corpus();
        let corpus = mapped(&documents);
        let pairs = speaker_pairs(&corpus);
        assert_eq!(pairs.len(), 1);
        assert_eq!(
            (pairs[0].source.as_str(), pairs[0].target.as_str(), pairs[0].relations),
            ("Bo", "Ada", [0, 1, 0, 0])
        );
        let divisions = divisions(&corpus);
        assert_eq!(divisions[0].attacks, 1);
        assert_eq!(divisions[0].stance_distance, Some(1.0));
        assert_eq!(divisions_table(&corpus, &divisions).rows[0][1], "Who pays for the lighthouse?");
    }
}
