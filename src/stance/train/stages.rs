//! The two logistic stages: mixing weighs the families, context the scores around a sentence.
//!
//! Each learns from what the stages before it say out of fold, and says itself, where there is time for it, out of fold
//! what the next one learns from.

use std::ops::Range;

use ndarray::{Array2, Axis};

use super::TrainOptions;
use super::count::{ALL_FOLDS, Counted, Rows};
use super::dense::{self, Logistic};
use super::evidence::{Evidence, FAMILIES, SPARSE};
use super::sparse::Sparse;
use crate::error::Result;
use crate::features::context::{self, Context, Scores};
use crate::stance::examples::Example;

/// Most rows times labels that the logistic stages learn from. From a third of our corpus they learned nearly as
/// well, but every twentieth label of a new text then depended on which third it was.
const STAGE_LOGITS: usize = 400_000;
/// Fewest rows that they are cut down to, and the most of a table beyond [`ALL_FOLDS`].
const STAGE_ROWS: usize = 10_000;
/// Up to this many rows the logistic stages, too, are fitted out of fold; beyond it they have too few
/// weights to learn an echo.
const FEW_ROWS: usize = 4_000;

/// The labelled rows that the logistic stages learn from.
pub(super) fn sample(rows: &Rows) -> Vec<u32> {
    let mut held_out = rows.labelled();
    let mut most = STAGE_ROWS;
    if held_out.len() <= ALL_FOLDS {
        most = most.max(STAGE_LOGITS / rows.labels);
    } else {
        held_out.retain(|&row| rows.fold_of(row) == 0);
    }
    let step = held_out.len().div_ceil(most);
    held_out.into_iter().step_by(step).collect()
}

/// How the families are weighed, learned from the `sample`, and the scores of all rows for the context stage.
pub(super) fn mix(
    counted: &Counted,
    evidence: &[Evidence],
    sparse: &Sparse,
    sample: &[u32],
    options: &TrainOptions,
) -> Result<(Logistic, Vec<f32>)> {
    let rows = &counted.rows;
    let k = rows.labels;
    let columns = |wanted: &[u32]| {
        Array2::from_shape_fn((wanted.len(), FAMILIES * k), |(i, c)| {
            let row = wanted[i] as usize;
            let columns = if c / k == SPARSE { &sparse.columns } else { &evidence[c / k].columns };
            f64::from(columns[row * k + c % k]) * f64::from(rows.scale[row])
        })
    };
    let fit = |wanted: &[u32]| dense::fit(&columns(wanted), &rows.labels_of(wanted), k, options.mix_penalty);
    let mix = fit(sample)?;

    let mut scores = vec![0.0_f32; rows.len() * k];
    let mut score = |model: &Logistic, wanted: &[u32]| {
        let (weights, bias) = model.raw();
        let logits = columns(wanted).dot(&weights) + &bias;
        for (&row, z) in wanted.iter().zip(logits.rows()) {
            let mean = z.sum() / k as f64;
            for (out, z) in scores[row as usize * k..].iter_mut().zip(z) {
                *out = (z - mean) as f32;
            }
        }
    };
    let everything: Vec<u32> = (0..rows.len() as u32).collect();
    if sample.len() <= FEW_ROWS {
        for fold in 0..rows.folds {
            let inside: Vec<u32> = everything.iter().copied().filter(|&r| rows.fold_of(r) == fold).collect();
            let outside: Vec<u32> = sample.iter().copied().filter(|&r| rows.fold_of(r) != fold).collect();
            score(&fit(&outside)?, &inside);
        }
    } else {
        score(&mix, &everything);
    }
    Ok((mix, scores))
}

/// How the scores around a sentence are weighed, learned from the `sample`, and the logits of its rows.
pub(super) fn context(
    documents: &[&Example],
    counted: &Counted,
    scores: &[f32],
    sample: &[u32],
    options: &TrainOptions,
) -> Result<(Logistic, Array2<f64>)> {
    let rows = &counted.rows;
    let k = rows.labels;
    let x = context_columns(documents, counted, scores, sample, options.context);
    let labels = rows.labels_of(sample);
    let fit = |x: &Array2<f64>, labels: &[u16]| dense::fit(x, labels, k, options.context_penalty);
    let context = fit(&x, &labels)?;
    if sample.len() > FEW_ROWS {
        let logits = context.logits(&x);
        return Ok((context, logits));
    }
    let mut logits = Array2::zeros((sample.len(), k));
    for fold in 0..rows.folds {
        let (inside, outside): (Vec<usize>, Vec<usize>) =
            (0..sample.len()).partition(|&i| rows.fold_of(sample[i]) == fold);
        let pick = |from: &[usize]| x.select(Axis(0), from);
        let part = fit(&pick(&outside), &outside.iter().map(|&i| labels[i]).collect::<Vec<_>>())?;
        for (z, &i) in part.logits(&pick(&inside)).rows().into_iter().zip(&inside) {
            logits.row_mut(i).assign(&z);
        }
    }
    Ok((context, logits))
}

/// The context columns of the `wanted` rows, which are sentences in their order; without `neighbours` those of their
/// own words alone.
fn context_columns(
    documents: &[&Example],
    counted: &Counted,
    scores: &[f32],
    wanted: &[u32],
    neighbours: bool,
) -> Array2<f64> {
    let Counted { rows, places, .. } = counted;
    let k = rows.labels;
    let width = context::width(k);
    let mut out = Array2::zeros((wanted.len(), width));
    let mut columns = vec![0.0; width];
    let mut next = 0;
    for (Example { document, .. }, place) in documents.iter().zip(places) {
        let of = |range: &Range<usize>| &scores[range.start * k..range.end * k];
        let view = Scores {
            labels: k,
            sentences: of(&place.sentences),
            questions: of(&place.questions),
            gaps: of(&place.gaps),
            words: &rows.words[place.sentences.clone()],
        };
        let context = Context::new(document, view);
        while next < wanted.len() && (wanted[next] as usize) < place.gaps.end {
            context.fill(wanted[next] as usize - place.sentences.start, &mut columns);
            let kept = if neighbours { width } else { k };
            out.row_mut(next).iter_mut().zip(&columns[..kept]).for_each(|(o, c)| *o = f64::from(*c));
            next += 1;
        }
    }
    out
}
