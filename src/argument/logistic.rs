//! Logistic regression on sparse rows.
//!
//! The columns that occur are standardised and made dense for [`crate::regression`]; a fit that has not converged is an
//! error. Models of more than two classes are one-against-rest, which the rare classes liked better than one
//! multinomial fit.

use ndarray::{Array1, Array2, ShapeBuilder};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result};
pub(super) use crate::regression::sigmoid;
use crate::regression::{CLIP, TOLERANCE, binary};

/// A sparse row: `(column, value)`, sorted by column, absent columns are 0.
pub(super) type Row = Vec<(u32, f32)>;

/// Columns that are non-zero in fewer rows are left out.
const MIN_ROWS: usize = 3;
const MAX_ITERATIONS: u64 = 300;

/// Weight of one column.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Weight {
    column: u32,
    weight: f32,
    mean: f32,
    /// One over the standard deviation.
    scale: f32,
}

impl Weight {
    /// What value `v` in this column adds to the score.
    fn term(&self, v: f32) -> f64 {
        let z = (f64::from(v) - f64::from(self.mean)) * f64::from(self.scale);
        f64::from(self.weight) * z.clamp(-CLIP, CLIP)
    }

    fn is_finite(&self) -> bool {
        self.weight.is_finite() && self.mean.is_finite() && self.scale.is_finite()
    }
}

/// A fitted two-class model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub(super) struct Logistic {
    bias: f64,
    weights: Vec<Weight>,
    /// Score of the empty row.
    zero: f64,
    /// Position in `weights` plus one by column, 0 for columns without a weight.
    index: Vec<u32>,
}

/// [`Logistic`] as the model file holds it.
#[derive(Clone, Serialize, Deserialize)]
struct Stored {
    bias: f32,
    weights: Vec<(u32, f32, f32, f32)>,
}

impl From<Stored> for Logistic {
    fn from(stored: Stored) -> Self {
        let weight = |(column, weight, mean, scale)| Weight { column, weight, mean, scale };
        Self::new(f64::from(stored.bias), stored.weights.into_iter().map(weight).collect())
    }
}

impl From<Logistic> for Stored {
    fn from(model: Logistic) -> Self {
        let weights = model.weights.iter().map(|w| (w.column, w.weight, w.mean, w.scale)).collect();
        Self { bias: model.bias as f32, weights }
    }
}

impl Logistic {
    fn new(bias: f64, mut weights: Vec<Weight>) -> Self {
        // What is stored is f32: score with the same figure.
        let bias = f64::from(bias as f32);
        weights.sort_by_key(|w| w.column);
        let zero = weights.iter().fold(bias, |sum, w| sum + w.term(0.0));
        let columns = weights.last().map_or(0, |w| w.column as usize + 1);
        // A stored model may name any column; one beyond every feature space is refused by `is_valid`.
        let mut index = vec![0; columns.min(1 << 16)];
        for (i, w) in weights.iter().enumerate() {
            if let Some(slot) = index.get_mut(w.column as usize) {
                *slot = i as u32 + 1;
            }
        }
        Self { bias, weights, zero, index }
    }

    /// A model that gives every row the same probability.
    pub(super) fn constant(probability: f64) -> Self {
        let p = probability.clamp(1e-6, 1.0 - 1e-6);
        Self::new((p / (1.0 - p)).ln(), Vec::new())
    }

    /// Whether the weights are finite, in order and below `columns`.
    pub(super) fn is_valid(&self, columns: usize) -> bool {
        self.bias.is_finite()
            && self.weights.iter().all(Weight::is_finite)
            && self.weights.windows(2).all(|w| w[0].column < w[1].column)
            && self.weights.last().is_none_or(|w| (w.column as usize) < columns)
    }

    /// The score of the empty row.
    pub(super) fn zero(&self) -> f64 {
        self.zero
    }

    /// What `row`, moved right by `offset` columns, adds to [`Logistic::zero`].
    pub(super) fn part(&self, row: &[(u32, f32)], offset: u32) -> f64 {
        row.iter().fold(0.0, |sum, &(column, value)| sum + self.gain(column + offset, value))
    }

    /// What one value adds to the score, compared with 0 in that column.
    pub(super) fn gain(&self, column: u32, value: f32) -> f64 {
        match self.index.get(column as usize) {
            Some(&i) if i > 0 => {
                let w = &self.weights[i as usize - 1];
                w.term(value) - w.term(0.0)
            }
            _ => 0.0,
        }
    }

    /// The log-odds of a row.
    pub(super) fn score(&self, row: &[(u32, f32)]) -> f64 {
        self.zero + self.part(row, 0)
    }

    /// The same model with `shift` added to every score.
    pub(super) fn shifted(self, shift: f64) -> Self {
        Self::new(self.bias + shift, self.weights)
    }

    /// Fits `P(target | row)`.
    ///
    /// `penalty` is the strength of the L2 penalty on standardised columns, per row set
    /// (scikit-learn's `1/C`). One class only gives a constant model.
    ///
    /// # Errors
    /// Where linfa fails or does not converge.
    pub(super) fn fit(rows: &[&[(u32, f32)]], targets: &[bool], penalty: f64) -> Result<Self> {
        let n = rows.len();
        let positives = targets.iter().filter(|t| **t).count();
        if positives == 0 || positives == n {
            return Ok(Self::constant((positives as f64 + 0.5) / (n as f64 + 1.0)));
        }
        let columns = Columns::of(rows);
        // Column by column in memory: linfa's gradient walks down columns.
        let mut x = Array2::<f64>::zeros((n, columns.used.len()).f());
        for (mut cells, column) in x.columns_mut().into_iter().zip(&columns.used) {
            cells.fill(column.zero);
        }
        for (i, row) in rows.iter().enumerate() {
            for &(c, value) in *row {
                if let Some(at) = columns.at(c) {
                    x[(i, at)] = columns.used[at].standard(f64::from(value));
                }
            }
        }
        let y: Array1<bool> = targets.iter().copied().collect();
        let fitted = binary(x, y, penalty, MAX_ITERATIONS)?;
        let gradient = fitted.gradient;
        // The line search may end a little above the tolerance where the loss is flat.
        if !gradient.is_finite() || gradient > 10.0 * (TOLERANCE * n as f64) {
            let message = format!(
                "logistic regression did not converge: gradient {gradient:.3e} after {MAX_ITERATIONS} iterations, \
                {n} rows"
            );
            return Err(Error::new(Kind::Model, message));
        }
        let weights = columns.used.iter().zip(&fitted.weights).map(|(column, w)| Weight {
            column: column.column,
            weight: *w as f32,
            mean: column.mean as f32,
            scale: column.scale as f32,
        });
        Ok(Self::new(fitted.bias, weights.filter(|w| w.weight != 0.0).collect()))
    }
}

/// A column that is fitted.
struct Column {
    column: u32,
    mean: f64,
    scale: f64,
    /// The standardised value of 0.
    zero: f64,
}

impl Column {
    fn standard(&self, value: f64) -> f64 {
        ((value - self.mean) * self.scale).clamp(-CLIP, CLIP)
    }
}

/// The columns of a set of rows that are worth a weight.
struct Columns {
    used: Vec<Column>,
    index: Vec<u32>,
}

impl Columns {
    fn of(rows: &[&[(u32, f32)]]) -> Self {
        let width = rows.iter().filter_map(|r| r.last()).map(|(c, _)| *c as usize + 1).max().unwrap_or(0);
        let mut sums = vec![(0_usize, 0.0_f64, 0.0_f64); width];
        for &(c, value) in rows.iter().copied().flatten() {
            let v = f64::from(value);
            let (count, sum, squares) = &mut sums[c as usize];
            *count += usize::from(value != 0.0);
            *sum += v;
            *squares += v * v;
        }
        let n = rows.len() as f64;
        let mut used = Vec::new();
        let mut index = vec![0; width];
        for (c, (count, sum, squares)) in sums.into_iter().enumerate() {
            let mean = sum / n;
            let variance = squares / n - mean * mean;
            if count < MIN_ROWS || variance < 1e-9 {
                continue;
            }
            let scale = 1.0 / variance.sqrt();
            // The stored figures are f32: fit with the same ones.
            let (mean, scale) = (f64::from(mean as f32), f64::from(scale as f32));
            used.push(Column { column: c as u32, mean, scale, zero: (-mean * scale).clamp(-CLIP, CLIP) });
            index[c] = used.len() as u32;
        }
        Self { used, index }
    }

    fn at(&self, column: u32) -> Option<usize> {
        (self.index[column as usize] as usize).checked_sub(1)
    }
}

/// One-against-rest models over the same rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Multi(pub(super) Vec<Logistic>);

impl Multi {
    /// Fits one model per class, `targets[i] < classes`.
    ///
    /// # Errors
    /// See [`Logistic::fit`].
    pub(super) fn fit(rows: &[&[(u32, f32)]], targets: &[usize], classes: usize, penalty: f64) -> Result<Self> {
        let one = |class| {
            let is: Vec<bool> = targets.iter().map(|t| *t == class).collect();
            Logistic::fit(rows, &is, penalty)
        };
        // Two classes need one model: the other's odds are its inverse.
        if classes == 2 {
            return Ok(Self(vec![one(1)?]));
        }
        (0..classes).map(one).collect::<Result<_>>().map(Self)
    }

    /// Number of classes.
    pub(super) fn classes(&self) -> usize {
        if self.0.len() == 1 { 2 } else { self.0.len() }
    }

    /// Probabilities from one score per model; they sum to 1.
    pub(super) fn normalise(scores: &[f64]) -> Vec<f64> {
        if let [score] = scores {
            return vec![1.0 - sigmoid(*score), sigmoid(*score)];
        }
        let mut p: Vec<f64> = scores.iter().map(|s| sigmoid(*s).max(1e-9)).collect();
        let sum: f64 = p.iter().sum();
        p.iter_mut().for_each(|p| *p /= sum);
        p
    }

    /// The probability of each class.
    pub(super) fn probabilities(&self, row: &[(u32, f32)]) -> Vec<f64> {
        let scores: Vec<f64> = self.0.iter().map(|m| m.score(row)).collect();
        Self::normalise(&scores)
    }

    /// See [`Logistic::is_valid`].
    pub(super) fn is_valid(&self, columns: usize) -> bool {
        !self.0.is_empty() && self.0.iter().all(|m| m.is_valid(columns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> (Vec<Row>, Vec<bool>) {
        let mut rows = Vec::new();
        let mut targets = Vec::new();
        for i in 0..60_u32 {
            let on = i % 3 == 0;
            // Column 7 follows the target four times out of five, column 2 is noise.
            let flag = if i % 5 == 4 { !on } else { on };
            let mut row = vec![(2, (i % 7) as f32)];
            if flag {
                row.push((7, 1.0));
            }
            rows.push(row);
            targets.push(on);
        }
        (rows, targets)
    }

    #[test]
    fn a_fit_finds_the_column_that_matters() {
        let (rows, targets) = rows();
        let view: Vec<&[_]> = rows.iter().map(Vec::as_slice).collect();
        let model = Logistic::fit(&view, &targets, 1.0).unwrap();
        assert!(model.gain(7, 1.0) > 1.5);
        assert!(model.gain(2, 3.0).abs() < 0.5);
        assert_eq!(model.gain(99, 1.0), 0.0);
        let mean: f64 = rows.iter().map(|r| sigmoid(model.score(r))).sum::<f64>() / 60.0;
        assert!((mean - 20.0 / 60.0).abs() < 0.01, "a fit reproduces the base rate, got {mean}");
    }

    #[test]
    fn parts_add_up_to_the_score() {
        let (rows, targets) = rows();
        let view: Vec<&[_]> = rows.iter().map(Vec::as_slice).collect();
        let model = Logistic::fit(&view, &targets, 1.0).unwrap();
        for row in &rows {
            let split = model.zero() + model.part(&row[..1], 0) + model.part(&row[1..], 0);
            assert!((split - model.score(row)).abs() < 1e-12);
        }
    }

    #[test]
    fn one_class_gives_its_rate_and_more_classes_sum_to_one() {
        let (rows, _) = rows();
        let view: Vec<&[_]> = rows.iter().map(Vec::as_slice).collect();
        let model = Logistic::fit(&view, &[true; 60], 1.0).unwrap();
        assert!(sigmoid(model.score(&rows[0])) > 0.98);
        let targets: Vec<usize> = (0..60).map(|i| i % 3).collect();
        let multi = Multi::fit(&view, &targets, 3, 1.0).unwrap();
        let p = multi.probabilities(&rows[0]);
        assert_eq!(p.len(), 3);
        assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_stored_model_scores_the_same() {
        let (rows, targets) = rows();
        let view: Vec<&[_]> = rows.iter().map(Vec::as_slice).collect();
        let model = Logistic::fit(&view, &targets, 1.0).unwrap();
        let text = serde_json::to_string(&model).unwrap();
        let back: Logistic = serde_json::from_str(&text).unwrap();
        assert_eq!(model, back);
        assert!(model.is_valid(8) && !model.is_valid(7));
    }
}
