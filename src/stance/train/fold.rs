//! Folding what was fitted into the tables that the scorer reads.
//!
//! Mixing is linear: what a feature adds to a label's logit is the sum, over families and labels, of
//! its log-ratio times the mixing weight. A word's own row, its letters' rows and its weight in the
//! sparse classifier thus become one row.

use std::collections::BTreeMap;

use super::calibrate::Decision;
use super::count::Counted;
use super::dense::Logistic;
use super::evidence::{CLASS_PAIRS, CLASSES, CROSSED, Evidence, LETTERS, PAIRS, SPARSE, WORDS};
use super::postings::{Postings, unspread};
use super::sparse::{LEFT_OUT, Sparse};
use crate::features::lexicon::Lexicon;
use crate::stance::first_look::{Classes, FirstLook, UNSEEN, lanes, notes};
use crate::stance::second_look::SecondLook;
use crate::stance::table::Table;

/// Smallest share of the largest weight that is worth a row of its own, for pairs and crossed words.
const NEGLIGIBLE: i16 = 256;

/// What the first look is made of.
pub(super) struct Parts<'a> {
    pub(super) counted: &'a Counted,
    pub(super) evidence: &'a [Evidence],
    pub(super) runs: &'a [f32],
    pub(super) sparse: &'a Sparse,
    pub(super) mix: &'a Logistic,
}

/// The first look.
pub(super) fn first_look(parts: &Parts, lexicon: &Lexicon) -> FirstLook {
    let counted = parts.counted;
    let logits = Logits::new(parts);
    let grid = Grid::new(counted.rows.labels, logits.largest());
    let classes = 2 * lexicon.classes.len();
    FirstLook {
        unit: grid.unit as f32,
        lanes: grid.lanes,
        start: grid.row(&logits.start),
        bias: logits.bias.iter().map(|b| *b as f32).collect(),
        words: grid.words(&counted.words, &logits.words, lexicon),
        letters: grid.table(&counted.letters, &logits.letters, 0),
        pairs: grid.pairs(&counted.pairs, &logits.pairs, lexicon),
        crossed: grid.table(&counted.crossed, &logits.crossed, NEGLIGIBLE),
        classes: grid.places(&counted.classes, &logits.classes, classes, |id| id),
        class_pairs: grid.places(&counted.class_pairs, &logits.class_pairs, classes * classes, |id| {
            (id >> 16) * classes + (id & 0xffff)
        }),
    }
}

/// The lexicon's classes and phrases.
pub(super) fn classes(lexicon: &Lexicon) -> Classes {
    let runs: Vec<(u64, u16, &[i16])> = lexicon.longer.iter().map(|(h, r)| (*h, notes(*r), [].as_slice())).collect();
    Classes { names: lexicon.classes.clone(), negation: lexicon.negation(), longer: Table::build(0, &runs) }
}

/// The second look with the decision folded in.
pub(super) fn second_look(second: &Logistic, decision: &Decision) -> SecondLook {
    let sharp = |v: f64| (v * decision.sharpness) as f32;
    SecondLook {
        weights: second.weights.iter().map(|w| sharp(*w)).collect(),
        bias: second.bias.iter().zip(&decision.offsets).map(|(b, o)| sharp(b + o)).collect(),
        mean: second.scale.iter().map(|(mean, _)| *mean as f32).collect(),
        scale: second.scale.iter().map(|(_, d)| if *d == 0.0 { 0.0 } else { (1.0 / d) as f32 }).collect(),
    }
}

/// How the families are weighed.
struct Mixing {
    labels: usize,
    /// By family, label of the evidence, label of the logit; deviations folded in.
    weights: Vec<f64>,
}

impl Mixing {
    /// Adds what `row` of `family` says to `out`.
    fn add(&self, family: usize, row: &[f32], out: &mut [f64]) {
        let k = self.labels;
        for (label, value) in row.iter().enumerate() {
            let weights = &self.weights[(family * k + label) * k..][..k];
            out.iter_mut().zip(weights).for_each(|(o, w)| *o += f64::from(*value) * w);
        }
    }
}

/// Rows of logits, one per feature of each kind.
struct Logits {
    bias: Vec<f64>,
    start: Vec<f64>,
    words: Vec<f64>,
    pairs: Vec<f64>,
    letters: Vec<f64>,
    classes: Vec<f64>,
    class_pairs: Vec<f64>,
    crossed: Vec<f64>,
}

impl Logits {
    fn new(parts: &Parts) -> Self {
        let Parts { counted, evidence, runs, sparse, mix } = parts;
        let k = counted.rows.labels;
        let (weights, bias) = mix.raw();
        let mixing = Mixing { labels: k, weights: weights.iter().copied().collect() };
        // `kept` is the family's place in the sparse matrix.
        let rows = |features: &Postings, families: &[(usize, &[f32])], kept: Option<usize>| {
            let mut out = vec![0.0; features.len() * k];
            for (feature, out) in out.chunks_exact_mut(k).enumerate() {
                for (family, table) in families {
                    mixing.add(*family, &table[feature * k..][..k], out);
                }
                if let Some(id) = kept.map(|at| sparse.kept[at][feature]).filter(|id| *id != LEFT_OUT) {
                    mixing.add(SPARSE, &sparse.weights[id as usize * k..][..k], out);
                }
            }
            out
        };
        let says = |family: usize| (family, evidence[family].table.as_slice());
        let mut start = vec![0.0; k];
        mixing.add(SPARSE, &sparse.weights[..k], &mut start);
        Self {
            bias: bias.to_vec(),
            start,
            words: rows(&counted.words, &[says(WORDS), says(LETTERS)], Some(0)),
            pairs: rows(&counted.pairs, &[says(PAIRS)], Some(1)),
            letters: rows(&counted.letters, &[(LETTERS, runs)], None),
            classes: rows(&counted.classes, &[says(CLASSES)], Some(2)),
            class_pairs: rows(&counted.class_pairs, &[says(CLASS_PAIRS)], Some(3)),
            crossed: rows(&counted.crossed, &[says(CROSSED)], Some(4)),
        }
    }

    /// The largest of all but the bias, which is not rounded.
    fn largest(&self) -> f64 {
        let Self { bias: _, start, words, pairs, letters, classes, class_pairs, crossed } = self;
        let all = [start, words, pairs, letters, classes, class_pairs, crossed];
        all.into_iter().flatten().fold(0.0, |largest, v| v.abs().max(largest))
    }
}

/// The fixed-point grid of a model.
struct Grid {
    labels: usize,
    lanes: usize,
    unit: f64,
}

impl Grid {
    /// A grid that has room for `largest`.
    fn new(labels: usize, largest: f64) -> Self {
        // A power of two, so that the steps are exact.
        let unit = (largest.max(1e-6) / 32_000.0).log2().ceil().exp2().max(2.0_f64.powi(-12));
        Self { labels, lanes: lanes(labels), unit }
    }

    /// A row of logits, centred (a softmax does not see a common term) and rounded to the grid.
    fn row(&self, row: &[f64]) -> Vec<i16> {
        let mean = row.iter().sum::<f64>() / self.labels as f64;
        let mut out: Vec<i16> = row.iter().map(|v| ((v - mean) / self.unit).round() as i16).collect();
        out.resize(self.lanes, 0);
        out
    }

    /// The features that were seen twice and have a weight over `negligible`, with their rows.
    fn worth<'a>(
        &'a self,
        features: &'a Postings,
        rows: &'a [f64],
        negligible: i16,
    ) -> impl Iterator<Item = (u64, Vec<i16>)> + 'a {
        let rows = rows.chunks_exact(self.labels).map(|row| self.row(row));
        let often = (0..).zip(rows).filter(|(feature, _)| features.of(*feature).len() > 1);
        let heavy = often.filter(move |(_, row)| row.iter().any(|w| w.abs() > negligible));
        heavy.map(|(feature, row)| (features.hashes[feature], row))
    }

    /// A table of what is worth it.
    fn table(&self, features: &Postings, rows: &[f64], negligible: i16) -> Table {
        self.noted(self.worth(features, rows, negligible), std::iter::empty(), 0)
    }

    /// A table of pairs; those that the lexicon has are in it even where the corpus does not have them.
    fn pairs(&self, pairs: &Postings, rows: &[f64], lexicon: &Lexicon) -> Table {
        let runs = lexicon.pairs.iter().map(|(hash, run)| (*hash, notes(*run)));
        self.noted(self.worth(pairs, rows, NEGLIGIBLE), runs, 0)
    }

    /// A table of all words; those of the lexicon are known to the model even where the corpus does not have them.
    fn words(&self, words: &Postings, rows: &[f64], lexicon: &Lexicon) -> Table {
        let rows = rows.chunks_exact(self.labels).map(|row| self.row(row));
        let classes = lexicon.words.iter().map(|(hash, class)| (*hash, u16::from(*class)));
        self.noted(words.hashes.iter().copied().zip(rows), classes, UNSEEN)
    }

    /// A table of rows with notes; what has notes and no row gets an empty one, and `rowless` among its notes.
    fn noted(
        &self,
        rows: impl Iterator<Item = (u64, Vec<i16>)>,
        notes: impl Iterator<Item = (u64, u16)>,
        rowless: u16,
    ) -> Table {
        let mut known: BTreeMap<u64, (u16, Vec<i16>)> = rows.map(|(hash, row)| (hash, (0, row))).collect();
        for (hash, notes) in notes {
            known.entry(hash).or_insert_with(|| (rowless, vec![0; self.lanes])).0 |= notes;
        }
        let entries: Vec<(u64, u16, &[i16])> = known.iter().map(|(h, (n, r))| (*h, *n, r.as_slice())).collect();
        Table::build(self.lanes, &entries)
    }

    /// The rows of features that have one of `count` places of their own, by what `place` makes of their numbers.
    fn places(&self, features: &Postings, rows: &[f64], count: usize, place: impl Fn(usize) -> usize) -> Vec<i16> {
        let mut out = vec![0; count * self.lanes];
        for (hash, row) in features.hashes.iter().zip(rows.chunks_exact(self.labels)) {
            let at = place(unspread(*hash) as usize) * self.lanes;
            out[at..][..self.lanes].copy_from_slice(&self.row(row));
        }
        out
    }
}
