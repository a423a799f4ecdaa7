//! Fitting the argument model on annotated documents.
//!
//! Everything that is learned from predictions (the pair models read what the unit models
//! believe; calibration, thresholds and the weights of the tree read the pair models) is
//! learned from *out-of-fold* predictions, folds by document: else each stage would learn
//! the echo of the one before. So are the penalties: the ones within turns by the trees they lead to, the one across
//! speakers by the likelihood of its links. Candidates are those of mapping; where there are far more
//! unrelated pairs than needed, a fixed share of them is drawn and the intercept corrected
//! (King & Zeng 2001, "Logistic regression in rare events data").

mod linking;
mod tree;
mod units;

use super::logistic::Row;
use super::model::{Belief, Card, ENDS, Links, Parts, Place, Prepared, Tree};
use super::unit::{self, Layout, Vocabulary};
use super::{Annotated, ArgumentMap, ArgumentModel, ComponentKind, RelationKind, Role, model, pair, token};
use crate::document::Document;
use crate::error::{Error, Kind, Result};
use crate::parallel;
use linking::Linking;
use tree::tree;
use units::{Units, beliefs};

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
/// L2 penalties of the unit models, on standardised columns: strong, for they have more columns than a small corpus
/// has sentences.
const UNIT_PENALTIES: [f64; 2] = [300.0, 1000.0];
/// The same of the pair models.
const PAIR_PENALTIES: [f64; 2] = [10.0, 100.0];

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
pub(in crate::argument) fn places(doc: &Document, map: &ArgumentMap) -> Vec<Place> {
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
