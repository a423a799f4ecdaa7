//! The corpus-level view of maps: what is claimed again and again, and who argues against whom.
//!
//! Both are gathered document by document: of a claim only its stems are kept ([`ClaimIndex`]), so that a large
//! corpus fits into memory. Speakers are the same person where their names are the same letter for letter. Which questions
//! divide the speakers is a matter of single documents and stands in `questions.csv`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::denial::Content;
use super::{ArgumentMap, ComponentKind, RelationKind};
use super::{token, unit};
use crate::document::Document;

/// Two claims say the same if the cosine of their idf-weighted stems reaches this.
const ALIKE: f32 = 0.5;
/// A stem that this many claims hold finds nobody.
const COMMON: usize = 200;

/// One claim, as this view needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Name of its document.
    pub document: String,
    /// Index of its sentence there.
    pub sentence: usize,
    /// Who makes it.
    pub speaker: String,
    /// The question it answers, empty if there is none.
    pub question: String,
    /// Its words.
    pub text: String,
    /// Hashes of its content stems, ascending.
    pub stems: Vec<u32>,
    /// Whether anything in it negates.
    pub negated: bool,
}

/// A claim that is made by several speakers or in several documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecurringClaim {
    /// Where it is made, in the order of the corpus.
    pub claims: Vec<Claim>,
    /// Number of speakers who make it.
    pub speakers: usize,
    /// Number of documents it is made in.
    pub documents: usize,
}

/// What one speaker's sentences do to another's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeakerPair {
    /// Who supports, attacks, …
    pub source: String,
    /// … whose sentences.
    pub target: String,
    /// Relations of each kind, in the order of [`RelationKind::ALL`].
    pub relations: [u32; RelationKind::ALL.len()],
}

/// The claims of one document, in order.
#[must_use]
pub fn claims(document: &Document, map: &ArgumentMap) -> Vec<Claim> {
    let made = map.components.iter().enumerate().filter(|(_, c)| c.kind == ComponentKind::Claim);
    let claim = |(sentence, _)| {
        let turn = document.turn_of(sentence);
        let text = document.sentence(sentence);
        Claim {
            document: document.id.clone(),
            sentence,
            speaker: document.speaker_name(turn).to_owned(),
            question: document.question_text(turn).to_owned(),
            text: text.to_owned(),
            stems: stems(text),
            negated: Content::of(text).negated(),
        }
    };
    made.map(claim).collect()
}

/// Content stems of a text, ascending, each once.
fn stems(text: &str) -> Vec<u32> {
    let mut stems = Vec::new();
    token::each_word(text, |t, _| {
        if unit::is_topical(&t) {
            stems.push((t.stem >> 32) as u32);
        }
    });
    stems.sort_unstable();
    stems.dedup();
    stems
}

/// The relations between speakers of one document, by source and target.
#[must_use]
pub fn speaker_pairs(document: &Document, map: &ArgumentMap) -> Vec<SpeakerPair> {
    let speaker = |sentence: u32| document.speaker_name(document.turn_of(sentence as usize));
    let mut cells: BTreeMap<(&str, &str), [u32; RelationKind::ALL.len()]> = BTreeMap::new();
    for r in map.relations.iter().filter(|r| r.cross_speaker) {
        cells.entry((speaker(r.source), speaker(r.target))).or_default()[r.kind as usize] += 1;
    }
    let cell = |((source, target), relations): ((&str, &str), _)| SpeakerPair {
        source: source.to_owned(),
        target: target.to_owned(),
        relations,
    };
    cells.into_iter().map(cell).collect()
}

/// The stems of all claims of a corpus: some fifty bytes a claim.
#[derive(Clone, Debug, Default)]
pub struct ClaimIndex {
    stems: Vec<u32>,
    ends: Vec<usize>,
    negated: Vec<bool>,
}

impl ClaimIndex {
    /// Adds the next claim.
    pub fn add(&mut self, claim: &Claim) {
        self.stems.extend_from_slice(&claim.stems);
        self.ends.push(self.stems.len());
        self.negated.push(claim.negated);
    }

    /// Number of claims so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn of(&self, claim: usize) -> &[u32] {
        let start = if claim == 0 { 0 } else { self.ends[claim - 1] };
        &self.stems[start..self.ends[claim]]
    }

    /// Claims that say the same: for each that has a like, the number of the first of its group.
    ///
    /// Claims are compared by their words only, those that deny something with one another and the others likewise,
    /// within posting lists of bounded length, so the cost is linear in the number of claims. A group is what a chain
    /// of likeness connects.
    #[must_use]
    pub fn groups(&self) -> BTreeMap<usize, usize> {
        let claims = self.len();
        let mut postings: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for claim in 0..claims {
            for stem in self.of(claim) {
                postings.entry(*stem).or_default().push(claim);
            }
        }
        let total = claims as f32;
        let idf = |stem: &u32| (1.0 + total / postings.get(stem).map_or(1.0, |p| p.len() as f32)).ln();
        let norm = |claim| self.of(claim).iter().map(|x| idf(x).powi(2)).sum::<f32>().sqrt();
        let norms: Vec<f32> = (0..claims).map(norm).collect();

        let mut group: Vec<usize> = (0..claims).collect();
        let mut sums: BTreeMap<usize, f32> = BTreeMap::new();
        for claim in 0..claims {
            sums.clear();
            for stem in self.of(claim) {
                let holders = &postings[stem];
                if holders.len() < COMMON {
                    let weight = idf(stem).powi(2);
                    // What one denies and the other does not is never the same.
                    let alike = |o: &&usize| self.negated[**o] == self.negated[claim];
                    for other in holders.iter().take_while(|o| **o < claim).filter(alike) {
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
        let roots: Vec<usize> = (0..claims).map(|claim| root(&mut group, claim)).collect();
        let mut sizes = vec![0; claims];
        roots.iter().for_each(|&r| sizes[r] += 1);
        roots.into_iter().enumerate().filter(|(_, r)| sizes[*r] > 1).collect()
    }
}

/// The representative of a group, with the path to it shortened.
fn root(group: &mut [usize], mut at: usize) -> usize {
    while group[at] != at {
        group[at] = group[group[at]];
        at = group[at];
    }
    at
}

/// Claims that recur across speakers or documents, those of most speakers first, from claims with the number of their
/// group, in the order of the corpus.
#[must_use]
pub fn recurring_claims(grouped: impl IntoIterator<Item = (usize, Claim)>) -> Vec<RecurringClaim> {
    let mut groups: BTreeMap<usize, Vec<Claim>> = BTreeMap::new();
    for (group, claim) in grouped {
        groups.entry(group).or_default().push(claim);
    }
    let distinct = |claims: &[Claim], of: fn(&Claim) -> &String| {
        let mut names: Vec<&String> = claims.iter().map(of).collect();
        names.sort();
        names.dedup();
        names.len()
    };
    let recurring = |claims: Vec<Claim>| RecurringClaim {
        speakers: distinct(&claims, |c| &c.speaker),
        documents: distinct(&claims, |c| &c.document),
        claims,
    };
    let mut out: Vec<RecurringClaim> = groups.into_values().map(recurring).collect();
    out.retain(|c| c.speakers > 1 || c.documents > 1);
    // A stable sort: what is level stays in the order of the corpus.
    out.sort_by_key(|c| std::cmp::Reverse((c.speakers, c.claims.len())));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argument::Annotated;
    use crate::read::argument_tables;

    fn corpus() -> Vec<Annotated> {
        let components = "document,sentence_id,speaker,question,turn,text,component,label\n\
            a,1,Host,Who pays for the lighthouse?,1,Who pays for the lighthouse?,none,neutral\n\
            a,2,Ada,Who pays for the lighthouse?,2,Fishermen should pay the lighthouse keeper.,claim,security-focused\n\
            a,3,Bo,Who pays for the lighthouse?,3,\"No, the county pays for roads too.\",claim,decoupling-skeptic\n\
            b,1,Cy,What now?,1,The lighthouse keeper should be paid by the fishermen.,claim,neutral\n\
            b,2,Ada,What now?,2,Let us talk about paint.,none,neutral\n";
        let relations = "document,source,target,relation\na,3,2,attack\n";
        argument_tables::read((components.as_bytes(), "c"), (relations.as_bytes(), "r")).unwrap().documents()
    }

    #[test]
    fn a_claim_of_two_speakers_is_grouped() {
        let claims: Vec<Claim> = corpus().iter().flat_map(|d| claims(&d.document, &d.map)).collect();
        let mut index = ClaimIndex::default();
        claims.iter().for_each(|c| index.add(c));
        let groups = index.groups();
        assert_eq!(groups, BTreeMap::from([(0, 0), (2, 0)]));
        let found = recurring_claims(groups.iter().map(|(claim, group)| (*group, claims[*claim].clone())));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].speakers, found[0].documents), (2, 2));
        let places: Vec<(&str, usize)> = found[0].claims.iter().map(|c| (c.speaker.as_str(), c.sentence)).collect();
        assert_eq!(places, [("Ada", 1), ("Cy", 0)]);
    }

    #[test]
    fn a_claim_and_its_denial_are_not_the_same() {
        let mut index = ClaimIndex::default();
        for text in [
            "The levy protects the shipyards.",
            "The levy does not protect the shipyards.",
            "The levy protects shipyards.",
        ] {
            index.add(&Claim { stems: stems(text), negated: Content::of(text).negated(), ..Claim::default() });
        }
        assert_eq!(index.groups(), BTreeMap::from([(0, 0), (2, 0)]));
    }

    #[test]
    fn a_claim_that_one_speaker_repeats_in_one_document_does_not_recur() {
        let claim = Claim { document: "a".to_owned(), speaker: "Ada".to_owned(), ..Claim::default() };
        assert!(recurring_claims([(0, claim.clone()), (0, claim)]).is_empty());
    }

    #[test]
    fn the_matrix_names_the_attack() {
        let documents = corpus();
        let pairs = speaker_pairs(&documents[0].document, &documents[0].map);
        let attack = SpeakerPair { source: "Bo".to_owned(), target: "Ada".to_owned(), relations: [0, 1, 0, 0] };
        assert_eq!(pairs, [attack]);
        assert!(speaker_pairs(&documents[1].document, &documents[1].map).is_empty());
    }
}
