//! The second stage: a multinomial logistic regression over a few dozen dense columns, by linfa.
//!
//! linfa-logistic 0.8 subtracts the maximum of the whole matrix before it takes logarithms of sums of
//! exponentials, so one far row spoils the optimum: columns are standardised and clipped at ±[`CLIP`].
//! It also returns `Ok` without having converged, so the gradient is looked at here.

use linfa::prelude::*;
use linfa_logistic::MultiLogisticRegression;
use ndarray::{Array1, Array2, Axis};

use crate::error::{Error, Kind, Result};
use crate::stance::second_look::softmax;

/// Standard deviations beyond which a column says no more.
pub(crate) const CLIP: f64 = 4.0;
/// Most iterations of L-BFGS.
const ITERATIONS: u64 = 100;
/// Largest gradient, per row, that counts as converged.
const TOLERANCE: f64 = 1e-3;

/// A fitted regression on raw columns.
#[derive(Clone, Debug)]
pub(crate) struct Logistic {
    /// One row per column, one column per label.
    pub(crate) weights: Array2<f64>,
    /// One per label.
    pub(crate) bias: Array1<f64>,
    /// Mean and standard deviation of each column (deviation 0: the column is constant and has no weight).
    pub(crate) scale: Vec<(f64, f64)>,
    /// Norm of the gradient per row at the end, and whether that counts as converged.
    pub(crate) gradient: f64,
    pub(crate) converged: bool,
}

/// Fits `labels` (ids under `classes`) to `columns`, with an L2 penalty.
pub(crate) fn fit(columns: &Array2<f64>, labels: &[u16], classes: usize, penalty: f64) -> Result<Logistic> {
    let n = columns.nrows() as f64;
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
    let dataset = Dataset::new(x, y);
    let model = MultiLogisticRegression::default()
        .alpha(penalty)
        .max_iterations(ITERATIONS)
        .gradient_tolerance(TOLERANCE * n)
        .fit(&dataset)
        .map_err(|e| Error::new(Kind::Model, format!("the logistic stage failed: {e}")))?;
    // A label that these rows do not have is made very unlikely.
    let mut weights = Array2::zeros((columns.ncols(), classes));
    let mut bias = Array1::from_elem(classes, -6.0);
    for (from, &class) in model.classes().iter().enumerate() {
        weights.column_mut(class).assign(&model.params().column(from));
        bias[class] = model.intercept()[from];
    }
    let gradient = gradient(dataset.records(), dataset.targets(), &weights, &bias, penalty) / n;
    Ok(Logistic { weights, bias, scale, gradient, converged: gradient <= TOLERANCE * 1.01 })
}

/// A column's value in standard deviations from its mean, clipped; a missing value is the mean.
fn standard(value: f64, mean: f64, deviation: f64) -> f64 {
    if deviation == 0.0 || value.is_nan() { 0.0 } else { ((value - mean) / deviation).clamp(-CLIP, CLIP) }
}

/// Norm of the gradient of the penalised loss.
fn gradient(x: &Array2<f64>, y: &Array1<usize>, weights: &Array2<f64>, bias: &Array1<f64>, penalty: f64) -> f64 {
    let mut residual = x.dot(weights) + bias;
    for (mut row, &label) in residual.axis_iter_mut(Axis(0)).zip(y) {
        softmax(row.as_slice_mut().expect("a row lies in one piece"));
        row[label] -= 1.0;
    }
    let slope = x.t().dot(&residual) + &(weights * penalty);
    let squares: f64 = slope.iter().map(|v| v * v).sum();
    (squares + residual.sum_axis(Axis(0)).mapv(|v| v * v).sum()).sqrt()
}

impl Logistic {
    /// Logits of every row.
    pub(crate) fn logits(&self, columns: &Array2<f64>) -> Array2<f64> {
        let mut x = columns.clone();
        for (mut column, &(mean, deviation)) in x.axis_iter_mut(Axis(1)).zip(&self.scale) {
            column.mapv_inplace(|v| standard(v, mean, deviation));
        }
        x.dot(&self.weights) + &self.bias
    }

    /// The same regression on raw columns, without the clipping: weights and bias.
    pub(crate) fn raw(&self) -> (Array2<f64>, Array1<f64>) {
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
