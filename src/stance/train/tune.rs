//! Choice of the few settings that matter, by cross-validation grouped by document.

use super::{Progress, TrainOptions};
use crate::error::Result;
use crate::stance::evaluate::{Folds, cross_validate};
use crate::stance::examples::Examples;

/// One setting at a time, in this order: how to set it, and the values tried.
type Dial = (fn(&mut TrainOptions, f64), &'static [f64]);

const DIALS: [Dial; 5] = [
    (|o, v| o.sparse = v, &[0.1, 0.3, 1.0, 3.0]),
    (|o, v| o.mix_penalty = v, &[10.0, 100.0, 1000.0]),
    (|o, v| o.context_penalty = v, &[10.0, 100.0, 1000.0]),
    (|o, v| o.words = v, &[0.3, 1.0, 3.0]),
    (|o, v| o.pairs = v, &[0.3, 1.0, 3.0]),
];

/// The settings with the best macro-F1, found dial by dial from `start`.
///
/// # Errors
/// As [`super::fit`], on any fold.
pub fn tune(examples: &Examples, start: &TrainOptions, progress: Progress) -> Result<TrainOptions> {
    let score = |options: &TrainOptions| {
        cross_validate(examples, options, Folds::default(), &|_, _| ()).map(|e| e.macro_f1.value)
    };
    let mut best = (score(start)?, start.clone());
    let trials: usize = DIALS.iter().map(|(_, values)| values.len()).sum();
    let mut done = 0.0;
    for (set, values) in DIALS {
        let from = best.1.clone();
        for &value in values {
            progress("tuning", done / trials as f64);
            done += 1.0;
            let mut options = from.clone();
            set(&mut options, value);
            if options != from {
                let f1 = score(&options)?;
                if f1 > best.0 {
                    best = (f1, options);
                }
            }
        }
    }
    Ok(best.1)
}
