//! How good a map is against a human's: trees within turns and links between sentences.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use super::model::Place;
use super::{Annotated, ArgumentMap, ArgumentModel, MapOptions, RelationKind, train};
use crate::error::{Error, Kind, Result};
use crate::parallel;

/// Counts of one class against the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    right: u64,
    found: u64,
    gold: u64,
}

impl Count {
    fn tally(counts: &mut [Self], gold: usize, found: usize) {
        counts[gold].gold += 1;
        counts[found].found += 1;
        counts[gold].right += u64::from(gold == found);
    }

    fn f1(self) -> f64 {
        if self.found + self.gold == 0 { 0.0 } else { 2.0 * self.right as f64 / (self.found + self.gold) as f64 }
    }
}

/// Mean F1 of the classes seen in gold or prediction.
fn macro_f1(counts: &[Count]) -> f64 {
    let seen: Vec<f64> = counts.iter().filter(|c| c.found + c.gold > 0).map(|c| c.f1()).collect();
    if seen.is_empty() { 0.0 } else { seen.iter().sum::<f64>() / seen.len() as f64 }
}

/// Agreement of trees, summed over sentences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TreeCounts {
    component: [Count; 3],
    role: [Count; 3],
    function: [Count; 4],
    attachment: [Count; 2],
    units: u64,
    parent: u64,
    labelled: u64,
}

/// How well trees agree, each 0 to 1. The first four are macro-F1 as evidencegraph counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct TreeScores {
    /// Claim, premise or none.
    pub cc: f64,
    /// Pro or opp.
    pub ro: f64,
    /// Support, attack, rephrase or no relation to a sentence of the turn.
    pub fu: f64,
    /// Related or not, over all ordered pairs of sentences of a turn.
    pub at: f64,
    /// Share of sentences whose target (or its absence) is right.
    pub uas: f64,
    /// Share of sentences whose target and function are right.
    pub las: f64,
}

impl TreeCounts {
    pub(super) fn add(&mut self, other: &Self) {
        let each = |a: &mut [Count], b: &[Count]| {
            for (a, b) in a.iter_mut().zip(b) {
                *a = Count { right: a.right + b.right, found: a.found + b.found, gold: a.gold + b.gold };
            }
        };
        each(&mut self.component, &other.component);
        each(&mut self.role, &other.role);
        each(&mut self.function, &other.function);
        each(&mut self.attachment, &other.attachment);
        self.units += other.units;
        self.parent += other.parent;
        self.labelled += other.labelled;
    }

    pub(super) fn scores(&self) -> TreeScores {
        let share = |n: u64| n as f64 / self.units.max(1) as f64;
        TreeScores {
            cc: macro_f1(&self.component),
            ro: macro_f1(&self.role),
            fu: macro_f1(&self.function),
            at: macro_f1(&self.attachment),
            uas: share(self.parent),
            las: share(self.labelled),
        }
    }
}

/// Compares the trees of one document; `turns` is the range of each sentence's turn.
pub(super) fn tree_scores(gold: &[Place], found: &[Place], turns: &[Range<usize>]) -> TreeCounts {
    let mut counts = TreeCounts::default();
    let component = |p: &Place| match p {
        Place::Outside => 0,
        Place::Root => 1,
        Place::Child(..) => 2,
    };
    let function = |p: &Place| match p {
        Place::Child(_, kind) => kind + 1,
        _ => 0,
    };
    let parent = |p: &Place| match p {
        Place::Child(target, _) => Some(*target),
        _ => None,
    };
    for (i, (g, f)) in gold.iter().zip(found).enumerate() {
        Count::tally(&mut counts.component, component(g), component(f));
        let side = |places: &[Place]| match places[i] {
            Place::Outside => 2,
            _ => super::model::side(places, i) as usize,
        };
        Count::tally(&mut counts.role, side(gold), side(found));
        Count::tally(&mut counts.function, function(g), function(f));
        // All ordered pairs from this sentence; at most one is related in each tree.
        let others = turns[i].len() as u64 - 1;
        let (g, f) = (parent(g), parent(f));
        let same = u64::from(g.is_some() && g == f);
        let (in_gold, in_found) = (u64::from(g.is_some()), u64::from(f.is_some()));
        let [no, yes] = &mut counts.attachment;
        yes.gold += in_gold;
        yes.found += in_found;
        yes.right += same;
        no.gold += others - in_gold;
        no.found += others - in_found;
        no.right += others + same - in_gold - in_found;
        counts.units += 1;
        counts.parent += u64::from(g == f);
        counts.labelled += u64::from(g == f && function(&gold[i]) == function(&found[i]));
    }
    counts
}

/// How well maps agree with gold ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Scores {
    /// Documents scored.
    pub documents: usize,
    /// Sentences in them.
    pub sentences: usize,
    /// Trees within turns.
    pub trees: TreeScores,
    /// All links, whatever the speakers.
    pub links: LinkScores,
    /// Links across speakers.
    pub cross_speaker: LinkScores,
}

/// How well candidate pairs are ranked, and how true their probabilities are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LinkScores {
    /// Ordered pairs that the annotators related.
    pub gold: usize,
    /// Average precision over all candidate pairs; gold pairs that are no candidates are missed.
    pub average_precision: f64,
    /// Precision of the highest ranked pairs where a tenth of the gold ones is found.
    pub precision_at_10: f64,
    /// Mean distance of probability and share, over the candidates in ten bins of probability.
    pub calibration_error: f64,
    /// The same over the pairs with a probability of a tenth or more: those that maps may show.
    pub calibration_error_shown: f64,
    /// Relations of the map at the model's own thresholds.
    pub shown: usize,
    /// Share of those whose pair the annotators related.
    pub precision: f64,
}

/// Scores a model on annotated documents (which it must not have been trained on).
#[must_use]
pub fn evaluate(model: &ArgumentModel, documents: &[Annotated]) -> Scores {
    let refs: Vec<&Annotated> = documents.iter().collect();
    summary(&scored(model, &refs))
}

/// Scores models on the documents they were not trained on: document `i` is in fold `i % folds`.
///
/// # Errors
/// Where there are fewer documents than folds, fewer than two folds, or training fails.
pub fn cross_validate(documents: &[Annotated], folds: usize) -> Result<Scores> {
    if folds < 2 || documents.len() < folds {
        let message = format!("{folds} folds of {} documents: at least two folds, each of a document", documents.len());
        return Err(Error::new(Kind::Usage, message));
    }
    let mut all = Vec::new();
    for fold in 0..folds {
        let (mut training, mut held) = (Vec::new(), Vec::new());
        for (i, d) in documents.iter().enumerate() {
            if i % folds == fold { held.push(d) } else { training.push(d.clone()) }
        }
        all.extend(scored(&train(&training)?, &held));
    }
    Ok(summary(&all))
}

/// One document, mapped and compared.
struct Compared {
    sentences: usize,
    trees: TreeCounts,
    /// Probability, whether gold, whether across speakers, of every candidate pair.
    pairs: Vec<(f32, bool, bool)>,
    /// Gold pairs: all, across speakers.
    gold: [usize; 2],
    /// Relations shown and right: all, across speakers.
    shown: [(usize, usize); 2],
}

fn scored(model: &ArgumentModel, documents: &[&Annotated]) -> Vec<Compared> {
    parallel::map(documents, |_, d| {
        let stances = d.stances.as_ref();
        let everything = MapOptions { min_probability: None, all_candidates: true };
        let all = model.map(&d.document, stances, &everything);
        let map = model.map(&d.document, stances, &MapOptions::default());
        // The tree at any probability: premises keep their place though the arc is not shown.
        let tree = model.map(&d.document, stances, &MapOptions { min_probability: Some(0.0), all_candidates: false });
        compare(d, &all, &map, &tree)
    })
}

fn compare(gold: &Annotated, all: &ArgumentMap, map: &ArgumentMap, tree: &ArgumentMap) -> Compared {
    let doc = &gold.document;
    let related: BTreeMap<(u32, u32), bool> = gold
        .map
        .relations
        .iter()
        .filter(|r| r.kind != RelationKind::DiffersOn)
        .map(|r| ((r.source, r.target), r.cross_speaker))
        .collect();
    let mut best: BTreeMap<(u32, u32), (f32, bool)> = BTreeMap::new();
    for r in &all.relations {
        let slot = best.entry((r.source, r.target)).or_insert((0.0, r.cross_speaker));
        slot.0 += r.probability;
    }
    let mut shown = [(0, 0); 2];
    for r in map.relations.iter().filter(|r| r.kind != RelationKind::DiffersOn) {
        for shown in &mut shown[..=usize::from(r.cross_speaker)] {
            shown.0 += 1;
            shown.1 += usize::from(related.contains_key(&(r.source, r.target)));
        }
    }
    let mut turns = Vec::with_capacity(doc.sentences.len());
    for (_, range) in doc.sentences_by_turn() {
        turns.extend(std::iter::repeat_n(range.clone(), range.len()));
    }
    let found = super::train::places(doc, tree);
    Compared {
        sentences: doc.sentences.len(),
        trees: tree_scores(&super::train::places(doc, &gold.map), &found, &turns),
        pairs: best.iter().map(|(pair, (p, crosses))| (*p, related.contains_key(pair), *crosses)).collect(),
        gold: [related.len(), related.values().filter(|c| **c).count()],
        shown,
    }
}

fn summary(all: &[Compared]) -> Scores {
    let mut trees = TreeCounts::default();
    all.iter().for_each(|c| trees.add(&c.trees));
    let links = |which: usize| {
        let pairs = all.iter().flat_map(|c| &c.pairs).filter(|p| which == 0 || p.2).map(|p| (f64::from(p.0), p.1));
        let shown: usize = all.iter().map(|c| c.shown[which].0).sum();
        let right: usize = all.iter().map(|c| c.shown[which].1).sum();
        let gold = all.iter().map(|c| c.gold[which]).sum();
        let precision = if shown == 0 { 0.0 } else { right as f64 / shown as f64 };
        LinkScores { shown, precision, ..link_scores(pairs.collect(), gold) }
    };
    Scores {
        documents: all.len(),
        sentences: all.iter().map(|c| c.sentences).sum(),
        trees: trees.scores(),
        links: links(0),
        cross_speaker: links(1),
    }
}

fn link_scores(mut pairs: Vec<(f64, bool)>, gold: usize) -> LinkScores {
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut found, mut right, mut average, mut at_10) = (0, 0, 0.0, 0.0);
    // Equal probabilities are one step.
    for step in pairs.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let hits = step.iter().filter(|p| p.1).count();
        found += step.len();
        right += hits;
        let precision = right as f64 / found as f64;
        average += precision * hits as f64;
        if 10 * right >= gold && precision > at_10 {
            at_10 = precision;
        }
    }
    LinkScores {
        gold,
        average_precision: average / gold.max(1) as f64,
        precision_at_10: at_10,
        calibration_error: calibration_error(&pairs, 0.0),
        calibration_error_shown: calibration_error(&pairs, 0.1),
        ..LinkScores::default()
    }
}

/// Expected calibration error over ten equal bins, of the pairs of at least `least`.
fn calibration_error(pairs: &[(f64, bool)], least: f64) -> f64 {
    let mut bins = [(0_usize, 0.0, 0_usize); 10];
    for &(p, is) in pairs.iter().filter(|p| p.0 >= least) {
        let bin = &mut bins[((p * 10.0) as usize).min(9)];
        bin.0 += 1;
        bin.1 += p;
        bin.2 += usize::from(is);
    }
    let n: usize = bins.iter().map(|b| b.0).sum();
    bins.iter().map(|(_, p, is)| (p - *is as f64).abs()).sum::<f64>() / n.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gold_against_itself_is_perfect_and_a_wrong_root_is_not() {
        let gold = [Place::Root, Place::Child(0, 0), Place::Child(0, 1), Place::Child(2, 1)];
        let turns = vec![0..4; 4];
        let perfect = tree_scores(&gold, &gold, &turns).scores();
        assert_eq!([perfect.cc, perfect.ro, perfect.fu, perfect.at, perfect.uas, perfect.las], [1.0; 6]);
        // One arc moved to the root and turned into support: two of three arcs right.
        let found = [Place::Root, Place::Child(0, 0), Place::Child(0, 1), Place::Child(0, 0)];
        let scores = tree_scores(&gold, &found, &turns).scores();
        assert!((scores.at - 7.0 / 9.0).abs() < 1e-12);
        assert!((scores.fu - 7.0 / 9.0).abs() < 1e-12);
        assert!((scores.ro - 1.0).abs() < 1e-12, "an attack on an attack is on the speaker's side");
    }

    #[test]
    fn average_precision_counts_missed_pairs_and_ties_as_one_step() {
        let scores = link_scores(vec![(0.9, true), (0.8, false), (0.7, true)], 3);
        assert!((scores.average_precision - (1.0 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
        assert!((link_scores(vec![(0.5, true), (0.5, false)], 1).average_precision - 0.5).abs() < 1e-12);
        assert!((link_scores(vec![(0.25, false); 4], 0).calibration_error - 0.25).abs() < 1e-12);
    }
}
