//! Folding what was fitted into the tables that the scorer reads.
//!
//! Mixing is linear: what a feature adds to a label's logit is the sum, over families and labels, of
//! its log-ratio times the mixing weight. A word's own row, its letters' rows and its weight in the
//! sparse classifier thus become one row.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::TrainOptions;
use super::calibrate::Decision;
use super::count::Counted;
use super::dense::Logistic;
use super::evidence::{CLASS_PAIRS, CLASSES, CROSSED, Evidence, LETTERS, PAIRS, SPARSE, WORDS};
use super::postings::{Postings, unspread};
use super::sparse::{LEFT_OUT, Sparse};
use crate::features::lexicon::Lexicon;
use crate::stance::card::Card;
use crate::stance::examples::Examples;
use crate::stance::first_look::{Classes, FirstLook, UNSEEN, lanes, notes};
use crate::stance::model::StanceModel;
use crate::stance::second_look::SecondLook;
use crate::stance::table::Table;

/// What the first look is made of.
pub(super) struct Parts<'a> {
    pub(super) counted: &'a Counted,
    pub(super) evidence: &'a [Evidence],
    pub(super) runs: &'a [f32],
    pub(super) sparse: &'a Sparse,
    pub(super) mix: &'a Logistic,
}

/// Mixed weights of one kind of feature, one row of logits each.
struct Mixed {
    labels: usize,
    /// Mixing weights by family, label of the evidence, label of the logit; deviations folded in.
    weights: Vec<f64>,
    bias: Vec<f64>,
}

impl Mixed {
    fn new(mix: &Logistic) -> Self {
        let (weights, bias) = mix.raw();
        Self { labels: bias.len(), weights: weights.iter().copied().collect(), bias: bias.to_vec() }
    }

    /// Adds what `row` of `family` says to `out`.
    fn add(&self, family: usize, row: &[f32], out: &mut [f64]) {
        let k = self.labels;
        for (label, value) in row.iter().enumerate() {
            let weights = &self.weights[(family * k + label) * k..][..k];
            out.iter_mut().zip(weights).for_each(|(o, w)| *o += f64::from(*value) * w);
        }
    }
}

/// Smallest share of the largest weight that is worth a row of its own, for pairs and crossed words.
const NEGLIGIBLE: i16 = 256;

pub(super) fn model(
    examples: &Examples,
    options: &TrainOptions,
    lexicon: &Lexicon,
    parts: &Parts,
    second: &Logistic,
    decision: &Decision,
    documents: usize,
) -> StanceModel {
    let k = examples.labels.len();
    let mixed = Mixed::new(parts.mix);
    let Parts { counted, evidence, runs, sparse, .. } = parts;
    // Rows of logits per feature of each kind; `kept` is the family's place in the sparse matrix.
    let rows = |count: usize, families: &[(usize, &[f32])], kept: Option<&[u32]>| -> Vec<f64> {
        let mut out = vec![0.0; count * k];
        for (feature, out) in out.chunks_exact_mut(k).enumerate() {
            for (family, table) in families {
                mixed.add(*family, &table[feature * k..][..k], out);
            }
            if let Some(id) = kept.map(|ids| ids[feature]).filter(|id| *id != LEFT_OUT) {
                mixed.add(SPARSE, &sparse.weights[id as usize * k..][..k], out);
            }
        }
        out
    };
    let kept = &sparse.kept;
    let words = rows(
        counted.words.len(),
        &[(WORDS, &evidence[WORDS].table), (LETTERS, &evidence[LETTERS].table)],
        Some(&kept[0]),
    );
    let pairs = rows(counted.pairs.len(), &[(PAIRS, &evidence[PAIRS].table)], Some(&kept[1]));
    let letters = rows(counted.letters.len(), &[(LETTERS, runs)], None);
    let classes = rows(counted.classes.len(), &[(CLASSES, &evidence[CLASSES].table)], Some(&kept[2]));
    let class_pairs = rows(counted.class_pairs.len(), &[(CLASS_PAIRS, &evidence[CLASS_PAIRS].table)], Some(&kept[3]));
    let crossed = rows(counted.crossed.len(), &[(CROSSED, &evidence[CROSSED].table)], Some(&kept[4]));
    let mut start = vec![0.0; k];
    mixed.add(SPARSE, &sparse.weights[..k], &mut start);

    let all = [&words, &pairs, &letters, &classes, &class_pairs, &crossed, &start];
    let largest = all.iter().flat_map(|v| v.iter()).fold(0.0_f64, |a, b| a.max(b.abs()));
    // A power of two, so that the steps are exact.
    let unit = (largest.max(1e-6) / 32_000.0).log2().ceil().exp2().max(2.0_f64.powi(-12));
    let grid = Grid { labels: k, lanes: lanes(k), unit };

    // Words of the lexicon are known to the model even where the corpus does not have them.
    let mut known: BTreeMap<u64, (u16, Vec<i16>)> = BTreeMap::new();
    for (hash, row) in counted.words.hashes.iter().zip(words.chunks_exact(k)) {
        known.insert(*hash, (0, grid.row(row)));
    }
    for (hash, entry) in &lexicon.words {
        known.entry(*hash).or_insert_with(|| (UNSEEN, vec![0; grid.lanes])).0 |= notes(*entry);
    }
    let runs: Vec<(u64, u16, &[i16])> = lexicon.runs.iter().map(|(h, e)| (*h, notes(*e), [].as_slice())).collect();
    let word_entries: Vec<(u64, u16, &[i16])> = known.iter().map(|(h, (n, r))| (*h, *n, r.as_slice())).collect();

    let n = 2 * lexicon.classes.len();
    let mut class_rows = vec![0; n * grid.lanes];
    let mut pair_rows = vec![0; n * n * grid.lanes];
    for (hash, row) in counted.classes.hashes.iter().zip(classes.chunks_exact(k)) {
        class_rows[unspread(*hash) as usize * grid.lanes..][..grid.lanes].copy_from_slice(&grid.row(row));
    }
    for (hash, row) in counted.class_pairs.hashes.iter().zip(class_pairs.chunks_exact(k)) {
        let id = unspread(*hash) as usize;
        let at = (id >> 16) * n + (id & 0xffff);
        pair_rows[at * grid.lanes..][..grid.lanes].copy_from_slice(&grid.row(row));
    }
    let first = FirstLook {
        unit: grid.unit as f32,
        lanes: grid.lanes,
        start: grid.row(&start),
        bias: mixed.bias.iter().map(|b| *b as f32).collect(),
        words: Table::build(grid.lanes, &word_entries),
        letters: grid.table(&counted.letters, &letters, 0),
        pairs: grid.table(&counted.pairs, &pairs, NEGLIGIBLE),
        crossed: grid.table(&counted.crossed, &crossed, NEGLIGIBLE),
        classes: class_rows,
        class_pairs: pair_rows,
    };
    let card = Card {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        documents,
        sentences: examples.counts(),
        features: vec![
            ("words".to_owned(), counted.words.len()),
            ("pairs".to_owned(), counted.pairs.len()),
            ("letters".to_owned(), counted.letters.len()),
            ("classes".to_owned(), counted.classes.len()),
            ("class pairs".to_owned(), counted.class_pairs.len()),
            ("crossed".to_owned(), counted.crossed.len()),
        ],
        options: options.clone(),
        sharpness: decision.sharpness,
        offsets: decision.offsets.clone(),
        sample: examples.sample(),
    };
    let mut model = StanceModel {
        labels: Arc::clone(&examples.labels),
        card,
        hash: String::new(),
        lexicon: Classes { names: lexicon.classes.clone(), negation: lexicon.negation(), runs: Table::build(0, &runs) },
        first,
        second: second_look(second, decision),
    };
    model.hash = StanceModel::from_bytes(&model.to_bytes()).map(|m| m.hash).unwrap_or_default();
    model
}

/// The second look with the decision folded in.
fn second_look(second: &Logistic, decision: &Decision) -> SecondLook {
    let sharp = |v: f64| (v * decision.sharpness) as f32;
    SecondLook {
        weights: second.weights.iter().map(|w| sharp(*w)).collect(),
        bias: second.bias.iter().zip(&decision.offsets).map(|(b, o)| sharp(b + o)).collect(),
        mean: second.scale.iter().map(|(mean, _)| *mean as f32).collect(),
        scale: second.scale.iter().map(|(_, d)| if *d == 0.0 { 0.0 } else { (1.0 / d) as f32 }).collect(),
    }
}

/// The fixed-point grid of a model.
struct Grid {
    labels: usize,
    lanes: usize,
    unit: f64,
}

impl Grid {
    /// A row of logits, centred (a softmax does not see a common term) and rounded to the grid.
    fn row(&self, row: &[f64]) -> Vec<i16> {
        let mean = row.iter().sum::<f64>() / self.labels as f64;
        let mut out: Vec<i16> = row.iter().map(|v| ((v - mean) / self.unit).round() as i16).collect();
        out.resize(self.lanes, 0);
        out
    }

    /// A table of the features that were seen twice and have a weight over `negligible`.
    fn table(&self, features: &Postings, rows: &[f64], negligible: i16) -> Table {
        let rows: Vec<Vec<i16>> = rows.chunks_exact(self.labels).map(|r| self.row(r)).collect();
        let worth =
            |feature: &usize| features.of(*feature).len() > 1 && rows[*feature].iter().any(|w| w.abs() > negligible);
        let entries: Vec<(u64, u16, &[i16])> = (0..features.len())
            .filter(worth)
            .map(|feature| (features.hashes[feature], 0, rows[feature].as_slice()))
            .collect();
        Table::build(self.lanes, &entries)
    }
}
