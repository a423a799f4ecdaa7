//! How good a model is: against documents that it was not trained on, or by folds grouped by document.

mod clusters;
mod confidence;
mod figures;
mod report;

use std::collections::BTreeSet;

use serde::Serialize;

pub use clusters::Group;
use clusters::{Clusters, clusters, cut};
pub use confidence::{Coverage, Reliability};
pub use figures::{Figure, PerLabel};

use super::examples::Examples;
use super::model::{PredictOptions, StanceModel};
use super::train::{Progress, TrainOptions, fit};
use crate::error::{Error, Kind, Result};
use crate::parallel;

/// How a cross-validation goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Folds {
    /// Number of parts.
    pub parts: usize,
    /// What a part keeps whole.
    pub group: Group,
    /// Share of the documents of each training part that is learned from, over 0 to 1: a point of the learning curve.
    pub share: f64,
}

impl Default for Folds {
    fn default() -> Self {
        Self { parts: 5, group: Group::Document, share: 1.0 }
    }
}

/// A measured model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// How it was measured, in words.
    pub protocol: String,
    /// Labelled sentences.
    pub sentences: usize,
    /// Documents that they are from.
    pub documents: usize,
    /// What the intervals resample: documents, or the documents that share a speaker.
    pub clusters: usize,
    /// What is to be known of the figures, in words.
    pub notes: Vec<String>,
    /// Mean F1 of the labels that some sentence has.
    pub macro_f1: Figure,
    /// Share of right labels.
    pub accuracy: Figure,
    /// Expected calibration error of the chosen label's probability, ten bins.
    pub calibration_error: f64,
    /// The bins of the calibration error, least probable first.
    pub reliability: Vec<Reliability>,
    /// One entry per label.
    pub labels: Vec<PerLabel>,
    /// Rows: the true label; columns: the label given.
    pub confusion: Vec<Vec<u64>>,
    /// From the most confident tenth to everything.
    pub coverage: Vec<Coverage>,
}

/// A labelled sentence and what a model says of it.
struct Scored {
    document: usize,
    label: u16,
    chosen: u16,
    confidence: f32,
}

/// Measures `model` on labelled documents that it was not trained on.
///
/// # Errors
/// Where nothing is labelled or the labels are not the model's.
pub fn against(model: &StanceModel, examples: &Examples) -> Result<Evaluation> {
    if examples.labels.labels != model.labels().labels {
        let (theirs, ours) = (examples.labels.labels.join(", "), model.labels().labels.join(", "));
        return Err(Error::new(Kind::Usage, format!("the labels are {theirs}; the model's are {ours}")));
    }
    let all: Vec<usize> = (0..examples.documents.len()).collect();
    let rows = predict(model, examples, &all);
    evaluation(&examples.labels.labels, &rows, &clusters(examples, Group::Document), "a given model".to_owned())
}

/// Trains on all folds but one and measures on that one, in turn.
///
/// # Errors
/// Where a fold cannot be trained on (see [`fit`]) or there are fewer groups than folds.
pub fn cross_validate(
    examples: &Examples,
    options: &TrainOptions,
    folds: Folds,
    progress: Progress,
) -> Result<Evaluation> {
    let Folds { parts, group, share } = folds;
    // Documents in an order of their own: a larger share holds a smaller one.
    let rank = |d: usize| *blake3::hash(examples.documents[d].name().as_bytes()).as_bytes();
    let clusters = clusters(examples, group);
    let fold = cut(examples, &clusters, parts)?;
    let mut rows = Vec::new();
    for part in 0..parts {
        progress("cross-validation", part as f64 / parts as f64);
        let at = |inside: bool| -> Vec<usize> { (0..fold.len()).filter(|&d| (fold[d] == part) == inside).collect() };
        let mut train = at(false);
        if share < 1.0 {
            train.sort_by_cached_key(|d| rank(*d));
            train.truncate((share * train.len() as f64).ceil() as usize);
        }
        let (model, _) = fit(&examples.subset(&train), options, &|_, _| ())?;
        rows.extend(predict(&model, examples, &at(true)));
    }
    progress("cross-validation", 1.0);
    let protocol = format!("{parts}-fold cross-validation, folds grouped by {}", group.unit());
    evaluation(&examples.labels.labels, &rows, &clusters, protocol)
}

fn predict(model: &StanceModel, examples: &Examples, documents: &[usize]) -> Vec<Scored> {
    let parts = parallel::map(documents, |_, &d| {
        let example = &examples.documents[d];
        let stances = model.predict(&example.document, &PredictOptions::default());
        let row = |(i, label): (usize, &Option<u16>)| {
            label.map(|label| Scored {
                document: d,
                label,
                chosen: stances.chosen[i],
                confidence: stances.confidence(i),
            })
        };
        example.labels.iter().enumerate().filter_map(row).collect::<Vec<_>>()
    });
    parts.into_iter().flatten().collect()
}

fn evaluation(labels: &[String], rows: &[Scored], clusters: &Clusters, protocol: String) -> Result<Evaluation> {
    if rows.is_empty() {
        return Err(Error::new(Kind::Empty, "no labelled sentence to measure on"));
    }
    let measured = figures::Measured::new(rows, clusters, labels.len());
    let reliability = confidence::reliability(rows);
    Ok(Evaluation {
        protocol,
        sentences: rows.len(),
        documents: rows.iter().map(|r| r.document).collect::<BTreeSet<_>>().len(),
        clusters: measured.clusters,
        notes: report::notes(clusters.group, &measured, labels),
        macro_f1: measured.macro_f1(),
        accuracy: measured.accuracy(),
        calibration_error: confidence::calibration_error(&reliability),
        reliability,
        labels: labels.iter().enumerate().map(|(label, name)| measured.label(label, name)).collect(),
        confusion: measured.confusion(),
        coverage: confidence::coverage(rows),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sentences as (true label, given label).
    pub(super) type Rows = &'static [(u16, u16)];

    /// Documents with sentences of the labels a, 0, and b, 1.
    pub(super) fn measured(documents: &[Rows], group: Group, of: &[usize]) -> Evaluation {
        let row = |document, &(label, chosen)| Scored { document, label, chosen, confidence: 0.5 };
        let rows: Vec<Scored> =
            documents.iter().enumerate().flat_map(|(d, rows)| rows.iter().map(move |r| row(d, r))).collect();
        let names = vec![""; 1 + of.iter().max().unwrap()];
        let clusters = Clusters { group, names, of: of.to_vec() };
        evaluation(&["a".to_owned(), "b".to_owned()], &rows, &clusters, String::new()).unwrap()
    }
}
