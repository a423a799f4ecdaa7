//! Logistic regressions on dense columns, by linfa. What linfa-logistic 0.8 needs is seen to here:
//!
//! * It subtracts the maximum of the whole matrix before it takes logarithms of sums of exponentials, so one far row
//!   spoils the optimum: columns are to be standardised and clipped at ±[`CLIP`].
//! * Its gradient tolerance is absolute, and the loss a sum: the tolerance grows with the number of rows.
//! * It returns `Ok` without having converged: the gradient is looked at again, and the caller told.

use linfa::prelude::*;
use linfa_logistic::{LogisticRegression, MultiLogisticRegression};
use ndarray::{Array1, Array2, Axis, Ix1, NdFloat};

use crate::error::{Error, Kind, Result};

/// Standard deviations beyond which a column says no more.
pub(crate) const CLIP: f64 = 4.0;
/// Largest gradient, per row, that counts as converged.
pub(crate) const TOLERANCE: f64 = 1e-3;

/// A fitted regression: a weight per column and a bias, for each class or for the odds of two.
pub(crate) struct Fitted<W, B> {
    pub(crate) weights: W,
    pub(crate) bias: B,
    /// Norm of the gradient of the penalised loss at the end.
    pub(crate) gradient: f64,
}

/// Fits the log-odds of `y`, which has both values, to the rows of `x` with an L2 penalty.
pub(crate) fn binary(
    x: Array2<f64>,
    y: Array1<bool>,
    penalty: f64,
    iterations: u64,
) -> Result<Fitted<Array1<f64>, f64>> {
    let tolerance = TOLERANCE * y.len() as f64;
    let data = Dataset::new(x, y);
    let fitted = LogisticRegression::<f64>::default()
        .alpha(penalty)
        .max_iterations(iterations)
        .gradient_tolerance(tolerance)
        .fit(&data)
        .map_err(|e| refused(&e))?;
    let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
    let gradient = binary_gradient(&data, sign, fitted.intercept(), fitted.params(), penalty);
    Ok(Fitted { weights: fitted.params() * sign, bias: sign * fitted.intercept(), gradient })
}

/// Fits the logits of `y`, ids under `classes`, to the rows of `x` with an L2 penalty: a column of weights per class.
pub(crate) fn multinomial(
    x: Array2<f64>,
    y: Array1<usize>,
    classes: usize,
    penalty: f64,
    iterations: u64,
) -> Result<Fitted<Array2<f64>, Array1<f64>>> {
    let tolerance = TOLERANCE * y.len() as f64;
    let data = Dataset::new(x, y);
    let fitted = MultiLogisticRegression::default()
        .alpha(penalty)
        .max_iterations(iterations)
        .gradient_tolerance(tolerance)
        .fit(&data)
        .map_err(|e| refused(&e))?;
    // A class that these rows do not have is made very unlikely.
    let mut weights = Array2::zeros((data.records().ncols(), classes));
    let mut bias = Array1::from_elem(classes, -6.0);
    for (from, &class) in fitted.classes().iter().enumerate() {
        weights.column_mut(class).assign(&fitted.params().column(from));
        bias[class] = fitted.intercept()[from];
    }
    let gradient = multinomial_gradient(data.records(), data.targets(), &weights, &bias, penalty);
    Ok(Fitted { weights, bias, gradient })
}

fn refused(error: &linfa_logistic::error::Error) -> Error {
    Error::new(Kind::Model, format!("logistic regression: {error}"))
}

fn binary_gradient(
    data: &Dataset<f64, bool, Ix1>,
    sign: f64,
    intercept: f64,
    params: &Array1<f64>,
    penalty: f64,
) -> f64 {
    let scores = data.records().dot(params);
    let residual: Array1<f64> = scores
        .iter()
        .zip(data.targets())
        .map(|(s, t)| sigmoid(s + intercept) - if *t == (sign > 0.0) { 1.0 } else { 0.0 })
        .collect();
    let gradient = data.records().t().dot(&residual) + params * penalty;
    (gradient.dot(&gradient) + residual.sum().powi(2)).sqrt()
}

fn multinomial_gradient(
    x: &Array2<f64>,
    y: &Array1<usize>,
    weights: &Array2<f64>,
    bias: &Array1<f64>,
    penalty: f64,
) -> f64 {
    let mut residual = x.dot(weights) + bias;
    for (mut row, &label) in residual.axis_iter_mut(Axis(0)).zip(y) {
        softmax(row.as_slice_mut().expect("a row lies in one piece"));
        row[label] -= 1.0;
    }
    let slope = x.t().dot(&residual) + &(weights * penalty);
    let squares: f64 = slope.iter().map(|v| v * v).sum();
    (squares + residual.sum_axis(Axis(0)).mapv(|v| v * v).sum()).sqrt()
}

/// 1 / (1 + e^-x).
pub(crate) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Logits to probabilities, in place.
pub(crate) fn softmax<F: NdFloat>(row: &mut [F]) {
    let max = row.iter().copied().fold(F::min_value(), F::max);
    let mut sum = F::zero();
    for z in row.iter_mut() {
        *z = (*z - max).exp();
        sum += *z;
    }
    for z in row.iter_mut() {
        *z /= sum;
    }
}
