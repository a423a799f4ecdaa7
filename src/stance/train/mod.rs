//! Fitting a [`StanceModel`] to labelled documents.
//!
//! 1. **Counting** (`count`, `postings`): which features stand in which sentences.
//! 2. **Evidence** (`evidence`): every family of [`crate::features`] speaks by counts, out of fold by document;
//!    a sparse linear classifier (`sparse`) over the same features is one more family.
//! 3. **Mixing** (`stages`): a logistic regression (`dense`) weighs the families. It is linear, so the mixed
//!    weights are folded into one row per word, pair and class (`fold`).
//! 4. **Context** (`stages`): a second logistic regression over a sentence's score and those around it.
//! 5. **Calibration** (`calibrate`) on logits that are out of fold in every stage, and on request for kinds of text
//!    that are not among the tables (`kinds`).
//!
//! Documents are put in the order of their names first, and all sums are taken in a fixed order: the model does
//! not depend on the order of whole documents or on the number of threads.

mod calibrate;
mod count;
mod dense;
mod evidence;
mod fold;
mod kinds;
mod options;
mod postings;
mod sparse;
mod stages;
mod tune;

use std::sync::Arc;

use serde::Serialize;

use super::card::Card;
use super::examples::{Example, Examples};
use super::model::StanceModel;
use crate::error::Result;
use crate::features::lexicon::Lexicon;

use calibrate::Decision;
use count::Counted;
pub use options::TrainOptions;
use sparse::Sparse;
pub use tune::tune;

/// How a fit went.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TrainReport {
    /// Documents and labelled sentences.
    pub documents: usize,
    /// Labelled sentences per label.
    pub sentences: Vec<usize>,
    /// The logistic stages.
    pub stages: Vec<Stage>,
}

/// How a logistic stage ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Norm of the gradient of the penalised loss, per sentence.
    pub gradient: f64,
    /// Whether that is as small as asked.
    pub converged: bool,
}

impl Stage {
    fn new(name: &str, fitted: &dense::Logistic) -> Self {
        Self { name: name.to_owned(), gradient: fitted.gradient, converged: fitted.converged }
    }
}

/// Told the step that begins and the share of the work that is done, for a progress bar.
pub type Progress<'a> = &'a (dyn Fn(&str, f64) + Sync);

/// Trains a model.
///
/// # Errors
/// Fewer than two labels in use, no labelled sentence, or settings outside their range; for new kinds of text, fewer
/// than three tables, or a table without which the others cannot be trained on.
pub fn fit(examples: &Examples, options: &TrainOptions, progress: Progress) -> Result<(StanceModel, TrainReport)> {
    options::check(examples, options)?;
    let mut order: Vec<usize> = (0..examples.documents.len()).collect();
    order.sort_by(|&a, &b| {
        let key = |i: usize| (&examples.documents[i].document.id, &examples.documents[i].document.text);
        key(a).cmp(&key(b)).then_with(|| examples.documents[a].labels.cmp(&examples.documents[b].labels))
    });
    let (mut cautious, mut begun) = (1.0, 0.0);
    if options.new_kinds {
        begun = 0.9;
        cautious = kinds::factor(&examples.subset(&order), options, &|step, share| progress(step, begun * share))?;
    }
    let progress = |step: &str, share: f64| progress(step, begun + (1.0 - begun) * share);
    let documents: Vec<&Example> = order.iter().map(|&i| &examples.documents[i]).collect();

    progress("counting", 0.0);
    let lexicon = Lexicon::shipped()?;
    let counted = Counted::new(&documents, examples.labels.len(), options, &lexicon);
    progress("evidence", 0.2);
    let (evidence, runs) = evidence::weigh(&counted, options);
    progress("sparse classifier", 0.4);
    let sparse = Sparse::fit(&counted, options);
    progress("mixing", 0.7);
    let sample = stages::sample(&counted.rows);
    let (mix, scores) = stages::mix(&counted, &evidence, &sparse, &sample, options)?;
    progress("context", 0.85);
    let (context, logits) = stages::context(&documents, &counted, &scores, &sample, options)?;
    progress("calibration", 0.95);
    let none = examples.labels.none.map(usize::from);
    let labels = counted.rows.labels_of(&sample);
    let mut decision = calibrate::choose(&logits, &labels, none, options.none_share, options.lean);
    decision.sharpness = calibrate::round(decision.sharpness * cautious);

    let stages = vec![Stage::new("mixing", &mix), Stage::new("context", &context)];
    let report = TrainReport { documents: documents.len(), sentences: examples.counts(), stages };
    let parts = fold::Parts { counted: &counted, evidence: &evidence, runs: &runs, sparse: &sparse, mix: &mix };
    let mut model = StanceModel {
        labels: Arc::clone(&examples.labels),
        card: card(examples, options, &counted, &decision),
        hash: String::new(),
        lexicon: fold::classes(&lexicon),
        first: fold::first_look(&parts, &lexicon),
        second: fold::second_look(&context, &decision),
    };
    model.hash = StanceModel::from_bytes(&model.to_bytes())?.hash;
    progress("done", 1.0);
    Ok((model, report))
}

fn card(examples: &Examples, options: &TrainOptions, counted: &Counted, decision: &Decision) -> Card {
    Card {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        documents: examples.documents.len(),
        sentences: examples.counts(),
        features: counted.families().map(|(name, features)| (name.to_owned(), features.len())).to_vec(),
        options: options.clone(),
        sharpness: decision.sharpness,
        offsets: decision.offsets.clone(),
        sample: examples.sample(),
    }
}
