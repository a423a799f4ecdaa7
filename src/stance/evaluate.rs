//! How good a model is: folds grouped by document, figures with honest intervals.

use std::fmt::Write;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use serde::Serialize;

use super::examples::{Example, Examples, folds};
use super::model::{PredictOptions, StanceModel, largest};
use super::train::{Progress, TrainOptions, fit};
use crate::error::{Error, Kind, Result};
use crate::parallel;

/// Resamples of the bootstrap.
const RESAMPLES: usize = 1000;
/// Bins of the calibration error.
const BINS: usize = 10;

/// What a fold keeps whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Group {
    /// All sentences of a document.
    #[default]
    Document,
    /// All sentences of all documents that share a speaker: leave speakers out.
    Speaker,
}

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

/// A figure with its 95 % interval from resampling whole documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figure {
    /// The figure.
    pub value: f64,
    /// 2.5 % point.
    pub low: f64,
    /// 97.5 % point.
    pub high: f64,
}

/// Figures of one label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PerLabel {
    /// The label.
    pub label: String,
    /// Sentences that have it.
    pub support: u64,
    /// Share of those called so that are so.
    pub precision: Figure,
    /// Share of those that are so that are called so.
    pub recall: Figure,
    /// Harmonic mean of the two.
    pub f1: Figure,
}

/// Accuracy where only the most confident share of the sentences is labelled.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// Share that is labelled.
    pub coverage: f64,
    /// Accuracy among them.
    pub accuracy: f64,
    /// Probability of the least confident of them: the value for `--abstain-below`.
    pub threshold: f64,
}

/// A measured model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// How it was measured, in words.
    pub protocol: String,
    /// Sentences and documents.
    pub sentences: usize,
    /// Documents, the unit of the intervals.
    pub documents: usize,
    /// Mean of the labels' F1.
    pub macro_f1: Figure,
    /// Share of right labels.
    pub accuracy: Figure,
    /// Expected calibration error of the chosen label's probability, ten bins.
    pub calibration_error: f64,
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
    evaluation(examples, &rows, "a given model".to_owned())
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
    let fold = groups(examples, parts, group)?;
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
    let unit = if group == Group::Document { "document" } else { "speaker" };
    evaluation(examples, &rows, format!("{parts}-fold cross-validation, folds grouped by {unit}"))
}

/// The fold of each document.
fn groups(examples: &Examples, parts: usize, group: Group) -> Result<Vec<usize>> {
    let names: Vec<&str> = match group {
        Group::Document => examples.documents.iter().map(Example::name).collect(),
        Group::Speaker => by_speaker(examples),
    };
    let mut unique: Vec<(&str, usize)> =
        names.iter().zip(&examples.documents).map(|(n, d)| (*n, d.labels.len())).collect();
    unique.sort_unstable();
    unique.dedup_by(|b, a| {
        let same = a.0 == b.0;
        if same {
            a.1 += b.1;
        }
        same
    });
    if unique.len() < parts || parts < 2 {
        let message =
            format!("{} groups for {parts} folds; at least 2 folds, and as many groups, are needed", unique.len());
        return Err(Error::new(Kind::Usage, message));
    }
    let fold = folds(&unique, parts);
    let find = |name: &&str| unique.binary_search_by(|(n, _)| n.cmp(name)).map_or(0, |i| fold[i]);
    Ok(names.iter().map(find).collect())
}

/// One name per connected set of documents: those that share a speaker hang together.
fn by_speaker(examples: &Examples) -> Vec<&str> {
    let mut named: Vec<(&str, usize)> = Vec::new();
    for (i, example) in examples.documents.iter().enumerate() {
        named.extend(example.document.speakers.iter().map(|s| (s.as_str(), i)));
    }
    named.sort_unstable();
    let mut parent: Vec<usize> = (0..examples.documents.len()).collect();
    for pair in named.windows(2) {
        if pair[0].0 == pair[1].0 {
            let (a, b) = (root(&mut parent, pair[0].1), root(&mut parent, pair[1].1));
            parent[a.max(b)] = a.min(b);
        }
    }
    (0..parent.len()).map(|i| examples.documents[root(&mut parent, i)].name()).collect()
}

/// The smallest document that document `i` hangs together with.
fn root(parent: &mut [usize], mut i: usize) -> usize {
    while parent[i] != i {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    i
}

fn predict(model: &StanceModel, examples: &Examples, documents: &[usize]) -> Vec<Scored> {
    let parts = parallel::map(documents, |_, &d| {
        let example = &examples.documents[d];
        let stances = model.predict(&example.document, &PredictOptions::default());
        let row = |(i, label): (usize, &Option<u16>)| {
            label.map(|label| Scored {
                document: d,
                label,
                chosen: largest(stances.row(i)),
                confidence: stances.confidence(i),
            })
        };
        example.labels.iter().enumerate().filter_map(row).collect::<Vec<_>>()
    });
    parts.into_iter().flatten().collect()
}

/// Precision, recall and F1 of each label, then accuracy and macro-F1, from a confusion matrix.
fn figures(confusion: &[f64], k: usize) -> (Vec<[f64; 3]>, f64, f64) {
    let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
    let mut labels = Vec::with_capacity(k);
    let (mut right, mut used, mut f1_sum) = (0.0, 0, 0.0);
    for label in 0..k {
        let hit = confusion[label * k + label];
        let gold: f64 = confusion[label * k..(label + 1) * k].iter().sum();
        let said: f64 = confusion.iter().skip(label).step_by(k).sum();
        let f1 = ratio(2.0 * hit, gold + said);
        right += hit;
        if gold > 0.0 {
            used += 1;
            f1_sum += f1;
        }
        labels.push([ratio(hit, said), ratio(hit, gold), f1]);
    }
    (labels, ratio(right, confusion.iter().sum()), f1_sum / f64::from(used.max(1)))
}

fn evaluation(examples: &Examples, rows: &[Scored], protocol: String) -> Result<Evaluation> {
    if rows.is_empty() {
        return Err(Error::new(Kind::Empty, "no labelled sentence to measure on"));
    }
    let k = examples.labels.len();
    let mut by_document = vec![vec![0.0; k * k]; examples.documents.len()];
    let mut whole = vec![0.0; k * k];
    for row in rows {
        let cell = usize::from(row.label) * k + usize::from(row.chosen);
        by_document[row.document][cell] += 1.0;
        whole[cell] += 1.0;
    }
    by_document.retain(|c| c.iter().any(|n| *n > 0.0));

    let mut random = Xoshiro256PlusPlus::seed_from_u64(0);
    let (per_label, accuracy, macro_f1) = figures(&whole, k);
    let mut drawn = vec![Vec::with_capacity(RESAMPLES); 3 * k + 2];
    for _ in 0..RESAMPLES {
        let mut sum = vec![0.0; k * k];
        for _ in 0..by_document.len() {
            let pick = ((random.next_u64() >> 32) * by_document.len() as u64) >> 32;
            sum.iter_mut().zip(&by_document[pick as usize]).for_each(|(s, c)| *s += c);
        }
        let (labels, accuracy, macro_f1) = figures(&sum, k);
        let values = labels.into_iter().flatten().chain([accuracy, macro_f1]);
        drawn.iter_mut().zip(values).for_each(|(d, v)| d.push(v));
    }
    let mut figure = |index: usize, value: f64| {
        drawn[index].sort_by(f64::total_cmp);
        Figure { value, low: drawn[index][RESAMPLES / 40], high: drawn[index][RESAMPLES - 1 - RESAMPLES / 40] }
    };
    let labels = (0..k).map(|l| PerLabel {
        label: examples.labels.labels[l].clone(),
        support: whole[l * k..(l + 1) * k].iter().sum::<f64>() as u64,
        precision: figure(3 * l, per_label[l][0]),
        recall: figure(3 * l + 1, per_label[l][1]),
        f1: figure(3 * l + 2, per_label[l][2]),
    });
    Ok(Evaluation {
        protocol,
        sentences: rows.len(),
        documents: by_document.len(),
        labels: labels.collect(),
        accuracy: figure(3 * k, accuracy),
        macro_f1: figure(3 * k + 1, macro_f1),
        calibration_error: calibration_error(rows),
        confusion: whole.chunks_exact(k).map(|r| r.iter().map(|n| *n as u64).collect()).collect(),
        coverage: coverage(rows),
    })
}

fn calibration_error(rows: &[Scored]) -> f64 {
    let mut gap = [0.0; BINS];
    for row in rows {
        let bin = ((row.confidence * BINS as f32) as usize).min(BINS - 1);
        gap[bin] += f64::from(row.confidence) - f64::from(u8::from(row.label == row.chosen));
    }
    gap.iter().map(|g| g.abs()).sum::<f64>() / rows.len() as f64
}

fn coverage(rows: &[Scored]) -> Vec<Coverage> {
    let mut order: Vec<&Scored> = rows.iter().collect();
    order.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let at = |tenth: usize| {
        let n = (rows.len() * tenth / 10).max(1);
        let right = order[..n].iter().filter(|r| r.label == r.chosen).count();
        Coverage {
            coverage: tenth as f64 / 10.0,
            accuracy: right as f64 / n as f64,
            threshold: f64::from(order[n - 1].confidence),
        }
    };
    (1..=10).map(at).collect()
}

impl Evaluation {
    /// The figures as a page of text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        let wide = self.labels.iter().map(|l| l.label.chars().count()).max().unwrap_or(0).max(8);
        let show = |f: &Figure| format!("{:.3} ({:.3}–{:.3})", f.value, f.low, f.high);
        // Writing to a string cannot fail.
        let mut line = |text: std::fmt::Arguments| {
            let _ = writeln!(out, "{text}");
        };
        line(format_args!("{} sentences, {} documents; {}", self.sentences, self.documents, self.protocol));
        line(format_args!("macro-F1 {}   accuracy {}", show(&self.macro_f1), show(&self.accuracy)));
        line(format_args!("calibration error {:.3} (chosen label, 10 bins)", self.calibration_error));
        line(format_args!("95 % intervals: bootstrap over documents, {RESAMPLES} resamples\n"));
        line(format_args!("{:wide$}  {:>7}  {:<19}  {:<19}  F1", "label", "n", "precision", "recall"));
        for l in &self.labels {
            let (p, r, f) = (show(&l.precision), show(&l.recall), show(&l.f1));
            line(format_args!("{:wide$}  {:>7}  {p}  {r}  {f}", l.label, l.support));
        }
        line(format_args!("\nconfusion (rows: true, columns: given, in the order above)"));
        for (l, row) in self.labels.iter().zip(&self.confusion) {
            let cells: Vec<String> = row.iter().map(|n| format!("{n:>7}")).collect();
            line(format_args!("{:wide$}  {}", l.label, cells.join(" ")));
        }
        line(format_args!("\ncoverage  accuracy  --abstain-below"));
        for c in &self.coverage {
            line(format_args!("{:>7.0}%  {:>8.3}  {:>15.3}", c.coverage * 100.0, c.accuracy, c.threshold));
        }
        out
    }
}
