//! The logistic regression of both stages: over a few dozen dense columns, some with values missing.

use ndarray::{Array1, Array2, Axis};

use crate::error::Result;
use crate::regression::{CLIP, TOLERANCE, multinomial};

/// Most iterations of L-BFGS.
const ITERATIONS: u64 = 100;

/// A fitted regression on raw columns.
#[derive(Clone, Debug)]
pub(super) struct Logistic {
    /// One row per column, one column per label.
    pub(super) weights: Array2<f64>,
    /// One per label.
    pub(super) bias: Array1<f64>,
    /// Mean and standard deviation of each column (deviation 0: the column is constant and has no weight).
    pub(super) scale: Vec<(f64, f64)>,
    /// Norm of the gradient per row at the end, and whether that counts as converged.
    pub(super) gradient: f64,
    pub(super) converged: bool,
}

/// Fits `labels` (ids under `classes`) to `columns`, with an L2 penalty.
pub(super) fn fit(columns: &Array2<f64>, labels: &[u16], classes: usize, penalty: f64) -> Result<Logistic> {
    let mut scale = Vec::with_capacity(columns.ncols());
    let mut x = columns.clone();
    for mut column in x.axis_iter_mut(Axis(1)) {
        let there = || column.iter().filter(|v| !v.is_nan());
        let count = there().count().max(1) as f64;
        let mean = there().sum::<f64>() / count;
        let deviation = (there().map(|v| (v - mean) * (v - mean)).sum::<f64>() / count).sqrt();
        let deviation = if deviation > 1e-9 { deviation } else { 0.0 };
        scale.push((mean, deviation));
        column.mapv_inplace(|v| standard(v, mean, deviation));
    }
    let y = Array1::from_iter(labels.iter().map(|&l| usize::from(l)));
    let fitted = multinomial(x, y, classes, penalty, ITERATIONS)?;
    let gradient = fitted.gradient / columns.nrows() as f64;
    let converged = gradient <= TOLERANCE * 1.01;
    Ok(Logistic { weights: fitted.weights, bias: fitted.bias, scale, gradient, converged })
}

/// A column's value in standard deviations from its mean, clipped; a missing value is the mean.
fn standard(value: f64, mean: f64, deviation: f64) -> f64 {
    if deviation == 0.0 || value.is_nan() { 0.0 } else { ((value - mean) / deviation).clamp(-CLIP, CLIP) }
}

impl Logistic {
    /// Logits of every row.
    pub(super) fn logits(&self, columns: &Array2<f64>) -> Array2<f64> {
        let mut x = columns.clone();
        for (mut column, &(mean, deviation)) in x.axis_iter_mut(Axis(1)).zip(&self.scale) {
            column.mapv_inplace(|v| standard(v, mean, deviation));
        }
        x.dot(&self.weights) + &self.bias
    }

    /// The same regression on raw columns, without the clipping: weights and bias.
    pub(super) fn raw(&self) -> (Array2<f64>, Array1<f64>) {
        let mut weights = self.weights.clone();
        let mut bias = self.bias.clone();
        for (mut row, &(mean, deviation)) in weights.axis_iter_mut(Axis(0)).zip(&self.scale) {
            let by = if deviation == 0.0 { 0.0 } else { 1.0 / deviation };
            row.mapv_inplace(|w| w * by);
            bias.scaled_add(-mean, &row);
        }
        (weights, bias)
    }
}
