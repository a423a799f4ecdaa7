//! Fitting the argument model on annotated documents.
//!
//! Everything that is learned from predictions (the pair models read what the unit models
//! believe; calibration, thresholds and the weights of the tree read the pair models) is
//! learned from *out-of-fold* predictions, folds by document: else each stage would learn
//! the echo of the one before. So are the penalties: the ones within turns by the trees they lead to, the one across
//! speakers by the likelihood of its links. Candidates are those of mapping; where there are far more
//! unrelated pairs than needed, a fixed share of them is drawn and the intercept corrected
//! (King & Zeng 2001, "Logistic regression in rare events data").

use super::evaluate::{TreeCounts, tree_scores};
use super::logistic::{Logistic, Multi, Row, sigmoid};
use super::model::{
    Arc, Belief, Card, ENDS, FUNCTIONS, Links, Parts, Place, Prepared, SOURCE, TARGET, Tree, UnitModels,
};
use super::unit::{self, Layout, Vocabulary};
use super::{Annotated, ArgumentMap, ArgumentModel, ComponentKind, RelationKind, Role, model, pair, token};
use crate::document::Document;
use crate::error::{Error, Kind, Result};
use crate::parallel;

/// A corpus of fewer sentences is small.
const SMALL: u32 = 2_000;

/// Number of folds for out-of-fold predictions: a small corpus cannot spare much of itself.
fn folds(sentences: u32) -> usize {
    if sentences < SMALL { 5 } else { 3 }
}
/// A word gets columns if this many training sentences hold it.
const WORD_SENTENCES: u32 = 4;
/// At most this many words get columns, the most frequent ones; fewer in a large corpus,
/// whose dense matrix should have about this many cells.
const WORDS: usize = 300;
const CELLS: usize = 1_500_000;
/// At most this many unrelated pairs are fitted on.
const UNRELATED: usize = 20_000;
/// L2 penalties of the unit models, on standardised columns: strong, for they have more columns than a small corpus
/// has sentences.
const UNIT_PENALTIES: [f64; 2] = [300.0, 1000.0];
/// The same of the pair models.
const PAIR_PENALTIES: [f64; 2] = [10.0, 100.0];
/// Steps of the search for the weights of the tree: factors of a weight, and what is added to the attack's odds.
const FACTORS: [f32; 6] = [0.4, 0.6, 0.8, 1.25, 1.6, 2.5];
const SHIFTS: [f32; 6] = [-0.6, -0.3, -0.15, 0.15, 0.3, 0.6];
/// Rounds of it at most; it ends where a round finds nothing better.
const ROUNDS: usize = 5;
/// Precision that the default threshold should give on held-out documents.
const PRECISION: f64 = 0.6;

/// A training document with everything the models read.
struct Example {
    prepared: Prepared,
    unit_rows: Vec<Row>,
    component: Vec<ComponentKind>,
    role: Vec<Option<Role>>,
    places: Vec<Place>,
    /// Which of the [`ENDS`] each sentence is.
    ends: Vec<[bool; ENDS]>,
    pairs: Vec<Pair>,
}

/// What was chosen for what happens within a turn.
struct Within {
    /// Of the unit models.
    penalty: f64,
    beliefs: Vec<Vec<Belief>>,
    same: Links,
    tree: Tree,
}

/// A candidate pair of a training document.
struct Pair {
    source: u32,
    target: u32,
    crosses: bool,
    /// Its own columns, before the beliefs of its ends are known.
    row: Row,
    /// What the annotator says.
    gold: Option<usize>,
}

/// Trains a model.
///
/// # Errors
/// Where there are no documents or no relations, all sentences are alike, or a fit does not converge.
pub fn train(documents: &[Annotated]) -> Result<ArgumentModel> {
    check(documents)?;
    let (words, frequencies, sentences) = vocabulary(documents);
    let vocabulary = Vocabulary::new(&words, frequencies.clone(), sentences);
    let layout = Layout::new(&vocabulary);
    let examples = parallel::map(documents, |_, d| Example::new(d, &vocabulary, layout));
    let folds = folds(sentences).min(documents.len());

    let Within { penalty, beliefs, same, tree } = within(&examples, folds)?;
    let units = Units::new(&examples, folds, None).fit(penalty)?;
    let across = Linking::new(&examples, &beliefs, true, folds);
    let found = best(PAIR_PENALTIES.iter().map(|&penalty| across.out_of_fold(penalty)), |found| -found.loss)?;
    let cross = across.fit(&found)?;
    let relations = documents.iter().flat_map(|d| &d.map.relations);
    let card = Card {
        documents: documents.len() as u32,
        sentences,
        relations: relations.clone().count() as u32,
        cross_speaker: relations.filter(|r| r.cross_speaker).count() as u32,
    };
    let parts = Parts { card, words, frequencies, units, same, cross, tree };
    Ok(ArgumentModel::new(parts))
}

/// What happens within turns, with the penalties that make the best trees out of fold.
fn within(examples: &[Example], folds: usize) -> Result<Within> {
    let beliefs = UNIT_PENALTIES.iter().map(|&penalty| beliefs(examples, folds, penalty));
    let beliefs: Vec<_> = beliefs.collect::<Result<_>>()?;
    let linkings = beliefs.iter().map(|beliefs| Linking::new(examples, beliefs, false, folds));
    let linkings: Vec<Linking<'_>> = linkings.collect();
    let pairs =
        linkings.iter().enumerate().flat_map(|(at, linking)| PAIR_PENALTIES.map(|penalty| (at, linking, penalty)));
    let tried = pairs.map(|(at, linking, penalty)| {
        let found = linking.out_of_fold(penalty)?;
        let (tree, quality) = tree(linking, &found);
        Ok((at, found, tree, quality))
    });
    let (at, found, tree, _) = best(tried, |(.., quality)| *quality)?;
    let same = linkings[at].fit(&found)?;
    Ok(Within { penalty: UNIT_PENALTIES[at], beliefs: beliefs.into_iter().nth(at).unwrap_or_default(), same, tree })
}

/// The first of the best.
fn best<T>(mut tried: impl Iterator<Item = Result<T>>, merit: impl Fn(&T) -> f64) -> Result<T> {
    let first = tried.next().unwrap_or_else(|| unreachable!("there are penalties to try"))?;
    tried.try_fold(first, |best, next| next.map(|next| if merit(&next) > merit(&best) { next } else { best }))
}

fn check(documents: &[Annotated]) -> Result<()> {
    let usage = |m: &str| Err(Error::new(Kind::Usage, m));
    if documents.len() < 2 {
        return usage("at least two annotated documents are needed: one to learn from, one to calibrate on");
    }
    if documents.iter().all(|d| d.map.relations.is_empty()) {
        return usage("there are no relations to learn from");
    }
    let first = documents[0].map.components.first().map(|c| c.kind);
    if documents.iter().flat_map(|d| &d.map.components).all(|c| Some(c.kind) == first) {
        return usage("all components are alike: nothing can be learned from one class");
    }
    Ok(())
}

/// Words for columns, stem frequencies and the number of sentences.
fn vocabulary(documents: &[Annotated]) -> (Vec<String>, Vec<(u64, u32)>, u32) {
    let mut words: Vec<String> = Vec::new();
    let mut stems: Vec<u64> = Vec::new();
    let mut sentences = 0;
    for d in documents {
        for i in 0..d.document.sentences.len() {
            sentences += 1;
            let (mut here, mut seen) = (Vec::new(), Vec::new());
            token::each_word(d.document.sentence(i), |t, word| {
                here.push(word.to_lowercase().replace('\u{2019}', "'"));
                seen.push(t.stem);
            });
            here.sort_unstable();
            here.dedup();
            seen.sort_unstable();
            seen.dedup();
            words.append(&mut here);
            stems.append(&mut seen);
        }
    }
    let mut counted = runs(words);
    counted.retain(|(_, n)| *n >= WORD_SENTENCES);
    counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let columns = (CELLS / sentences.max(1) as usize).saturating_sub(unit::plain_columns() as usize);
    counted.truncate((columns / unit::COLUMNS_PER_WORD as usize).min(WORDS));
    let mut frequencies = runs(stems);
    // A stem seen once weighs as much as one never seen.
    frequencies.retain(|(_, n)| *n >= 2);
    (counted.into_iter().map(|(w, _)| w).collect(), frequencies, sentences)
}

/// Distinct items in order, with their number.
fn runs<T: Ord>(mut items: Vec<T>) -> Vec<(T, u32)> {
    items.sort_unstable();
    let mut out: Vec<(T, u32)> = Vec::new();
    for item in items {
        match out.last_mut() {
            Some((last, n)) if *last == item => *n += 1,
            _ => out.push((item, 1)),
        }
    }
    out
}

impl Example {
    fn new(annotated: &Annotated, vocabulary: &Vocabulary, layout: Layout) -> Self {
        let doc = &annotated.document;
        let prepared = Prepared::new(doc, annotated.stances.as_ref(), vocabulary);
        let n = prepared.units.len();
        let unit_rows: Vec<Row> = (0..n).map(|i| unit::row(&prepared.units, i, &prepared.turns[i], layout)).collect();
        let map = &annotated.map;
        let gold = |source: u32, target: u32| {
            let from = map.relations.partition_point(|r| (r.source, r.target) < (source, target));
            let hit = map.relations.get(from).filter(|r| (r.source, r.target) == (source, target));
            hit.map(|r| r.kind as usize).filter(|k| *k < 3)
        };
        let talk = prepared.conversation();
        let mut pairs = Vec::new();
        for &(later, earlier) in prepared.pairs.iter().flatten() {
            for (source, target) in [(later, earlier), (earlier, later)] {
                pairs.push(Pair {
                    source,
                    target,
                    crosses: prepared.crosses(source as usize, target as usize),
                    row: pair::row(&talk, source as usize, target as usize),
                    gold: gold(source, target),
                });
            }
        }
        pairs.sort_by_key(|p| (p.source, p.target));
        let mut ends = vec![[false; ENDS]; n];
        for r in &map.relations {
            let (source, target) = model::ends(r.source, r.target, r.cross_speaker);
            ends[r.source as usize][source] = true;
            ends[r.target as usize][target] = true;
        }
        let component = map.components.iter().map(|c| c.kind).collect();
        let role = map.components.iter().map(|c| c.role).collect();
        let places = places(doc, map);
        Self { prepared, unit_rows, component, role, places, ends, pairs }
    }
}

/// The trees of a map: the first relation of each sentence to another of its turn.
pub(super) fn places(doc: &Document, map: &ArgumentMap) -> Vec<Place> {
    let turn = |i: u32| doc.sentences[i as usize].turn;
    let mut places: Vec<Place> = (map.components.iter())
        .map(|c| if c.kind == ComponentKind::None { Place::Outside } else { Place::Root })
        .collect();
    for r in &map.relations {
        if turn(r.source) == turn(r.target)
            && r.kind != RelationKind::DiffersOn
            && !matches!(places[r.source as usize], Place::Child(..))
            && !leads_to(&places, r.target, r.source)
        {
            places[r.source as usize] = Place::Child(r.target, r.kind as usize);
            if places[r.target as usize] == Place::Outside {
                places[r.target as usize] = Place::Root;
            }
        }
    }
    places
}

/// Whether `to` is `from` or one of its ancestors.
fn leads_to(places: &[Place], mut from: u32, to: u32) -> bool {
    while from != to {
        let Place::Child(parent, _) = places[from as usize] else { return false };
        from = parent;
    }
    true
}

/// The sentences of all documents but those of one fold, with what the models learn of them.
#[derive(Default)]
struct Units<'e> {
    rows: Vec<&'e [(u32, f32)]>,
    component: Vec<usize>,
    function: Vec<usize>,
    ends: Vec<[bool; ENDS]>,
    sided: Vec<&'e [(u32, f32)]>,
    opp: Vec<bool>,
}

impl<'e> Units<'e> {
    fn new(examples: &'e [Example], folds: usize, held: Option<usize>) -> Self {
        let mut out = Self::default();
        for (_, e) in examples.iter().enumerate().filter(|(i, _)| Some(*i % folds) != held) {
            out.ends.extend_from_slice(&e.ends);
            for (i, row) in e.unit_rows.iter().enumerate() {
                out.rows.push(row);
                out.component.push(e.component[i] as usize);
                out.function.push(match e.places[i] {
                    Place::Child(_, kind) => kind + 1,
                    _ => 0,
                });
                if let Some(role) = e.role[i] {
                    out.sided.push(row);
                    out.opp.push(role == Role::Opp);
                }
            }
        }
        out
    }

    fn fit(&self, penalty: f64) -> Result<UnitModels> {
        let end = |k: usize| {
            let is: Vec<bool> = self.ends.iter().map(|e| e[k]).collect();
            Logistic::fit(&self.rows, &is, penalty)
        };
        Ok(UnitModels {
            component: Multi::fit(&self.rows, &self.component, ComponentKind::ALL.len(), penalty)?,
            role: Logistic::fit(&self.sided, &self.opp, penalty)?,
            function: Multi::fit(&self.rows, &self.function, FUNCTIONS, penalty)?,
            ends: (0..ENDS).map(end).collect::<Result<_>>()?,
        })
    }
}

/// What the models of single sentences believe out of fold, by document.
fn beliefs(examples: &[Example], folds: usize, penalty: f64) -> Result<Vec<Vec<Belief>>> {
    let training: Vec<Units<'_>> = (0..folds).map(|f| Units::new(examples, folds, Some(f))).collect();
    let held = parallel::map(&training, |_, units| units.fit(penalty)).into_iter().collect::<Result<Vec<_>>>()?;
    let beliefs = examples.iter().enumerate().map(|(i, e)| {
        let model = &held[i % folds];
        e.unit_rows.iter().map(|row| model.belief(row)).collect()
    });
    Ok(beliefs.collect())
}

/// Out-of-fold scores of the pairs of every document: log-odds of a link, and of each kind.
type PairScores = Vec<Vec<(f64, [f64; 3])>>;

/// The full row of a pair.
fn pair_row(pair: &Pair, beliefs: &[Belief]) -> Row {
    let mut row = pair.row.clone();
    row.extend(beliefs[pair.source as usize].row(SOURCE));
    row.extend(beliefs[pair.target as usize].row(TARGET));
    row
}

/// What pair models of some penalty say out of fold.
struct Found {
    penalty: f64,
    scores: PairScores,
    /// Calibration of the scores.
    slope: f32,
    offset: f32,
    /// Negative log-likelihood of the calibrated scores.
    loss: f64,
}

impl Found {
    fn calibrated(&self, score: f64) -> f64 {
        model::calibrated(self.slope, self.offset, score)
    }
}

/// Pairs of one speaker (`crosses` false) or of two, drawn for fitting.
struct Linking<'e> {
    examples: &'e [Example],
    beliefs: &'e [Vec<Belief>],
    crosses: bool,
    folds: usize,
    /// Whether a sentence may bear on a later one.
    forward: bool,
    /// Of so many unrelated pairs one is drawn.
    keep: u64,
    /// Number of the document, row and kind of each.
    drawn: Vec<(usize, Row, Option<usize>)>,
}

impl<'e> Linking<'e> {
    fn new(examples: &'e [Example], beliefs: &'e [Vec<Belief>], crosses: bool, folds: usize) -> Self {
        let all = || {
            let each = examples.iter().enumerate();
            each.flat_map(move |(i, e)| e.pairs.iter().filter(move |p| p.crosses == crosses).map(move |p| (i, p)))
        };
        let related = all().filter(|(_, p)| p.gold.is_some()).count();
        let onward = all().filter(|(_, p)| p.gold.is_some() && p.source < p.target).count();
        // Where annotators all but never point forward, half of the pairs need no look.
        let forward = onward * 50 >= related;
        let looked = || all().filter(|(_, p)| forward || p.source > p.target);
        let keep = ((looked().count() - related) / UNRELATED).max(1) as u64;
        let mut drawn = Vec::new();
        for (number, (i, p)) in (0_u64..).zip(looked()) {
            if p.gold.is_some() || mix(number).is_multiple_of(keep) {
                drawn.push((i, pair_row(p, &beliefs[i]), p.gold));
            }
        }
        Self { examples, beliefs, crosses, folds, forward, keep, drawn }
    }

    /// The models of link and kind, learned without the documents of one fold.
    fn models(&self, held: Option<usize>, penalty: f64) -> Result<(Logistic, Multi)> {
        let (mut rows, mut is, mut linked, mut kind) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (_, row, gold) in self.drawn.iter().filter(|(i, ..)| Some(*i % self.folds) != held) {
            rows.push(row.as_slice());
            is.push(gold.is_some());
            if let Some(gold) = gold {
                linked.push(row.as_slice());
                kind.push(*gold);
            }
        }
        let link = Logistic::fit(&rows, &is, penalty)?.shifted(-(self.keep as f64).ln());
        Ok((link, Multi::fit(&linked, &kind, 3, penalty)?))
    }

    fn out_of_fold(&self, penalty: f64) -> Result<Found> {
        let each: Vec<usize> = (0..self.folds).collect();
        let held = parallel::map(&each, |_, f| self.models(Some(*f), penalty));
        let held = held.into_iter().collect::<Result<Vec<_>>>()?;
        let scores: PairScores = parallel::map(self.examples, |i, example| {
            let (link, kind) = &held[i % self.folds];
            let score = |p: &Pair| {
                if p.crosses != self.crosses || !(self.forward || p.source > p.target) {
                    return (f64::NEG_INFINITY, [0.0; 3]);
                }
                let row = pair_row(p, &self.beliefs[i]);
                let k = kind.probabilities(&row);
                (link.score(&row), [k[0], k[1], k[2]])
            };
            example.pairs.iter().map(score).collect()
        });

        let mut known: Vec<(f64, bool)> = Vec::new();
        for (e, scores) in self.examples.iter().zip(&scores) {
            let ranked = e.pairs.iter().zip(scores).filter(|(_, s)| s.0.is_finite());
            known.extend(ranked.map(|(p, s)| (s.0, p.gold.is_some())));
        }
        let (slope, offset) = calibrate(&known);
        let mut found = Found { penalty, scores, slope: slope as f32, offset: offset as f32, loss: 0.0 };
        let right = |p: f64, is: bool| if is { p } else { 1.0 - p };
        found.loss = known.iter().map(|&(score, is)| -right(found.calibrated(score), is).max(1e-12).ln()).sum();
        Ok(found)
    }

    /// The models learned from everything, with the penalty, calibration and threshold found out of fold.
    fn fit(&self, found: &Found) -> Result<Links> {
        let (link, kind) = self.models(None, found.penalty)?;
        let threshold = threshold(found, self.examples) as f32;
        let Found { slope, offset, .. } = *found;
        Ok(Links { link, kind, slope, offset, threshold, forward: self.forward })
    }
}

/// A number that has nothing to do with the order of pairs.
fn mix(number: u64) -> u64 {
    let x = (number ^ (number >> 30)).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33
}

/// Platt's (1999) slope and offset by Newton's method, on `(score, whether it is so)`.
fn calibrate(known: &[(f64, bool)]) -> (f64, f64) {
    let (mut slope, mut offset) = (1.0, 0.0);
    if known.iter().all(|k| !k.1) || known.iter().all(|k| k.1) {
        return (slope, offset);
    }
    for _ in 0..50 {
        let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (0.0, 0.0, 1e-6, 0.0, 1e-6);
        for &(score, is) in known {
            let p = sigmoid(slope * score + offset);
            let (d, w) = (p - f64::from(u8::from(is)), p * (1.0 - p));
            ga += d * score;
            gb += d;
            haa += w * score * score;
            hab += w * score;
            hbb += w;
        }
        let det = haa * hbb - hab * hab;
        let (da, db) = ((hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det);
        slope -= da.clamp(-1.0, 1.0);
        offset -= db.clamp(-2.0, 2.0);
        if da.abs() + db.abs() < 1e-9 {
            break;
        }
    }
    (slope.max(0.05), offset)
}

/// The lowest probability from which up relations are right as often as [`PRECISION`].
fn threshold(found: &Found, examples: &[Example]) -> f64 {
    let mut ranked: Vec<(f64, bool)> = Vec::new();
    for (e, scores) in examples.iter().zip(&found.scores) {
        for (p, (score, kind)) in e.pairs.iter().zip(scores).filter(|(_, s)| s.0.is_finite()) {
            let best = (1..3).fold(0, |b, k| if kind[k] > kind[b] { k } else { b });
            ranked.push((found.calibrated(*score) * kind[best], p.gold == Some(best)));
        }
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut chosen) = (0, 0.5);
    for (i, (p, is)) in ranked.iter().enumerate() {
        right += usize::from(*is);
        if right >= 5 && right as f64 >= PRECISION * (i + 1) as f64 {
            chosen = *p;
        }
    }
    chosen.clamp(0.05, 0.95)
}

/// How trees are built: their form from the annotations, the weights by the out-of-fold
/// predictions they make best (sum of the four macro-F1, handed over too).
fn tree(linking: &Linking<'_>, found: &Found) -> (Tree, f64) {
    let Linking { examples, beliefs, .. } = *linking;
    let spanning = examples.iter().flat_map(|e| &e.component).all(|c| *c != ComponentKind::None);
    let single_root = examples.iter().all(|e| {
        let mut roots = vec![0; e.places.len()];
        for (i, _) in e.places.iter().enumerate().filter(|(_, p)| **p == Place::Root) {
            roots[e.prepared.turns[i].start] += 1;
        }
        roots.iter().all(|r| *r <= 1)
    });
    let arcs: Vec<Vec<Arc>> = examples
        .iter()
        .zip(&found.scores)
        .map(|(e, scores)| {
            let within = e.pairs.iter().zip(scores).filter(|(p, s)| {
                s.0.is_finite() && e.prepared.units[p.source as usize].turn == e.prepared.units[p.target as usize].turn
            });
            let arc = |(p, s): (&Pair, &(f64, [f64; 3]))| Arc {
                source: p.source as usize,
                target: p.target as usize,
                link: found.calibrated(s.0),
                kind: s.1,
            };
            within.map(arc).collect()
        })
        .collect();
    let indices: Vec<usize> = (0..examples.len()).collect();
    let quality = |tree: &Tree| {
        let counts = parallel::map(&indices, |_, &i| {
            let e = &examples[i];
            let mut found = vec![Place::Outside; e.places.len()];
            tree.decode_turns(&e.prepared, &beliefs[i], &arcs[i], &mut found);
            tree_scores(&e.places, &found, &e.prepared.turns)
        });
        let mut sum = TreeCounts::default();
        counts.iter().for_each(|c| sum.add(c));
        let f = sum.scores();
        f.cc + f.ro + f.fu + f.at
    };
    let mut tree = Tree { single_root, spanning, function: 1.0, role: 1.0, component: 1.0, attack: 0.0 };
    let mut best = quality(&tree);
    for _ in 0..ROUNDS {
        let before = best;
        for dial in DIALS {
            for other in dial(tree) {
                let q = quality(&other);
                if q > best + 1e-9 {
                    (tree, best) = (other, q);
                }
            }
        }
        if best <= before {
            break;
        }
    }
    (tree, best)
}

/// Trees that differ from one in one of its weights.
type Dial = fn(Tree) -> Vec<Tree>;

const DIALS: [Dial; 4] = [
    |tree| weights(tree.function).map(|function| Tree { function, ..tree }).collect(),
    |tree| weights(tree.role).map(|role| Tree { role, ..tree }).collect(),
    |tree| weights(tree.component).map(|component| Tree { component, ..tree }).collect(),
    |tree| SHIFTS.map(|shift| Tree { attack: tree.attack + shift, ..tree }).to_vec(),
];

/// Weights to try instead of one. 0 has no factors: it may come back to a half.
fn weights(now: f32) -> impl Iterator<Item = f32> {
    FACTORS.into_iter().map(move |factor| now * factor).chain([if now == 0.0 { 0.5 } else { 0.0 }])
}
