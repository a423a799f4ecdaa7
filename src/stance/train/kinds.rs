//! How far to trust a model on text of a kind that it never learned from.
//!
//! Out-of-fold scores say how often a model is right about new documents of the kinds it knows. Of a kind that it does
//! not know it is right less often than it says, by as much as the kinds differ. So each table is a new kind
//! once: a model that never saw it reads it, and the factor on its logits is noted under which the probability of the
//! chosen label fits how often that is right. The factor in use is the one that a further kind stays above with a
//! probability of nine in ten: the lower prediction bound of the factors' logarithms as normally distributed
//! (Hahn and Meeker 1991, *Statistical Intervals*, ch. 4), `mean − t · s · √(1 + 1/n)`. No label changes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::Array2;

use super::calibrate::{Prior, sharpness};
use super::{Progress, TrainOptions, fit};
use crate::error::{Error, Kind, Result};
use crate::parallel;
use crate::stance::examples::Examples;
use crate::stance::model::{PredictOptions, StanceModel};
use crate::student;

/// Fewest kinds whose spread says anything.
const FEWEST: usize = 3;
/// Most models that are trained: of more tables than this, several are left out at a time.
const MODELS: usize = 11;
/// Folds of these models; the one that is kept has more, but of these only the factor is.
const FOLDS: usize = 2;
/// Probability with which a further kind is not overstated.
const ASSURANCE: f64 = 0.9;

/// The factor for a further kind of text; the kinds are the tables that the documents come from.
///
/// # Errors
/// As [`fit`], without some of the tables; fewer than three tables.
pub(super) fn factor(examples: &Examples, options: &TrainOptions, progress: Progress) -> Result<f64> {
    let mut kinds: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, example) in examples.documents.iter().enumerate() {
        kinds.entry(&example.document.source.path).or_default().push(i);
    }
    if kinds.len() < FEWEST {
        let message = format!(
            "{} tables; to look at new kinds of text takes at least {FEWEST}, one for each kind that there is",
            kinds.len()
        );
        return Err(Error::new(Kind::Usage, message));
    }
    let options = TrainOptions { new_kinds: false, folds: FOLDS, ..options.clone() };
    let mut left_out: Vec<Vec<Vec<usize>>> = vec![Vec::new(); MODELS.min(kinds.len())];
    for (i, kind) in kinds.into_values().enumerate() {
        left_out[i % MODELS].push(kind);
    }
    let done = AtomicUsize::new(0);
    let logs = parallel::work(&left_out, |_, kinds| {
        let outside: Vec<usize> =
            (0..examples.documents.len()).filter(|d| kinds.iter().all(|k| k.binary_search(d).is_err())).collect();
        let (model, _) = fit(&examples.subset(&outside), &options, &|_, _| ())?;
        progress("kinds of text", (1 + done.fetch_add(1, Ordering::Relaxed)) as f64 / left_out.len() as f64);
        Ok(kinds.iter().map(|k| one(&model, &examples.subset(k), options.none_share).ln()).collect())
    });
    let logs = logs.into_iter().collect::<Result<Vec<Vec<f64>>>>()?;
    Ok(bound(&logs.concat()).exp())
}

/// The factor that fits one kind, its rows weighed so that it has the share of the no-stance label that the
/// probabilities are for: a kind with more or less of it is no sign of a sharpness that is wrong.
fn one(model: &StanceModel, examples: &Examples, none_share: Option<f64>) -> f64 {
    let (mut logits, mut labels) = (Vec::new(), Vec::new());
    for example in &examples.documents {
        let stances = model.predict(&example.document, &PredictOptions::default());
        for (i, label) in example.labels.iter().enumerate() {
            if let Some(label) = label {
                logits.extend(stances.row(i).iter().map(|p| f64::from(*p).max(1e-6).ln()));
                labels.push(*label);
            }
        }
    }
    let k = examples.labels.len();
    let logits = Array2::from_shape_vec((labels.len(), k), logits).expect("a row per label");
    let prior = Prior::new(&labels, k, examples.labels.none.map(usize::from), none_share);
    sharpness(&logits, &labels, &vec![0.0; k], &prior.weight)
}

/// What a further value of the kind of `values` stays above with a probability of [`ASSURANCE`].
fn bound(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    mean - student::quantile(ASSURANCE, n - 1.0) * (variance * (1.0 + 1.0 / n)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_that_of_the_textbook() {
        // mean 3, s² = 2.5, t(4 degrees, .9) = 1.5332
        let got = bound(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert!((got - (3.0 - 1.533_206 * 3.0_f64.sqrt())).abs() < 1e-4, "{got}");
    }
}
