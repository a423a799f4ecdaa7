//! How good a model is: folds grouped by document, figures with honest intervals.
//!
//! A figure is a ratio of counts, and is given where its denominator is not 0: the recall and F1 of a label where some sentence
//! has it, its precision where it was given to some sentence. Macro-F1 is the mean F1 of the labels that some sentence has.
//!
//! Intervals are percentiles of a bootstrap over clusters (Efron & Tibshirani 1993, ch. 13; clusters: Cameron, Gelbach & Miller 2008), which
//! are what the folds keep whole: documents, or the documents that share speakers. Of a resample a figure is used if it is defined there, and
//! macro-F1 if that of all its labels is: it stays the mean over the same labels. There is no interval where
//! fewer than two clusters have the sentences of a figure, for what differs between clusters cannot be told from one; nor
//! where fewer than half the resamples have them all.

use std::collections::BTreeSet;
use std::fmt::Write;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use serde::Serialize;

use super::examples::{Example, Examples, folds};
use super::model::{PredictOptions, StanceModel};
use super::train::{Progress, TrainOptions, fit};
use crate::error::{Error, Kind, Result};
use crate::{parallel, student};

/// Resamples of the bootstrap.
const RESAMPLES: usize = 1000;
/// Below this many clusters the report says what an interval is worth.
const MANY: usize = 20;
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

impl Group {
    fn unit(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Speaker => "speaker",
        }
    }
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

/// A figure with its 95 % interval from resampling whole clusters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figure {
    /// The figure; `None` where it is 0/0.
    pub value: Option<f64>,
    /// 2.5 % point; `None` where there is no interval.
    pub low: Option<f64>,
    /// 97.5 % point.
    pub high: Option<f64>,
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

/// The sentences whose chosen label has a probability within one tenth: a row of the reliability diagram
/// (Niculescu-Mizil and Caruana 2005, doi:10.1145/1102351.1102430).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reliability {
    /// Least probability of the tenth.
    pub from: f64,
    /// Sentences in it.
    pub sentences: u64,
    /// Mean probability of their chosen labels; 0 without sentences.
    pub said: f64,
    /// Share of chosen labels that are right; 0 without sentences.
    pub right: f64,
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

/// What hangs together: a fold keeps it whole, and the bootstrap draws it as one.
struct Clusters<'a> {
    group: Group,
    /// Names, sorted.
    names: Vec<&'a str>,
    /// The cluster of each document.
    of: Vec<usize>,
}

fn clusters(examples: &Examples, group: Group) -> Clusters<'_> {
    let of: Vec<&str> = match group {
        Group::Document => examples.documents.iter().map(Example::name).collect(),
        Group::Speaker => by_speaker(examples),
    };
    let mut names = of.clone();
    names.sort_unstable();
    names.dedup();
    let of = of.iter().map(|name| names.partition_point(|n| n < name)).collect();
    Clusters { group, names, of }
}

/// The fold of each document.
fn cut(examples: &Examples, clusters: &Clusters, parts: usize) -> Result<Vec<usize>> {
    let mut sizes: Vec<(&str, usize)> = clusters.names.iter().map(|name| (*name, 0)).collect();
    for (cluster, document) in clusters.of.iter().zip(&examples.documents) {
        sizes[*cluster].1 += document.labels.len();
    }
    if sizes.len() < parts || parts < 2 {
        let message =
            format!("{} groups for {parts} folds; at least 2 folds, and as many groups, are needed", sizes.len());
        return Err(Error::new(Kind::Usage, message));
    }
    let fold = folds(&sizes, parts);
    Ok(clusters.of.iter().map(|cluster| fold[*cluster]).collect())
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
                chosen: stances.chosen[i],
                confidence: stances.confidence(i),
            })
        };
        example.labels.iter().enumerate().filter_map(row).collect::<Vec<_>>()
    });
    parts.into_iter().flatten().collect()
}

/// Precision, recall and F1 of each label, then accuracy and the macro-F1 of the labels in `used`, from a confusion
/// matrix; `None` where they are not defined.
fn figures(confusion: &[f64], used: &[bool]) -> Vec<Option<f64>> {
    let k = used.len();
    let ratio = |a: f64, b: f64| (b > 0.0).then(|| a / b);
    let mut out = Vec::with_capacity(3 * k + 2);
    let (mut right, mut sum) = (0.0, Some(0.0));
    for label in 0..k {
        let hit = confusion[label * k + label];
        let gold: f64 = confusion[label * k..(label + 1) * k].iter().sum();
        let said: f64 = confusion.iter().skip(label).step_by(k).sum();
        let f1 = (gold > 0.0).then(|| 2.0 * hit / (gold + said));
        right += hit;
        if used[label] {
            sum = sum.zip(f1).map(|(sum, f1)| sum + f1);
        }
        out.extend([ratio(hit, said), ratio(hit, gold), f1]);
    }
    let used = used.iter().filter(|u| **u).count() as f64;
    out.extend([ratio(right, confusion.iter().sum()), sum.map(|sum| sum / used)]);
    out
}

fn evaluation(labels: &[String], rows: &[Scored], clusters: &Clusters, protocol: String) -> Result<Evaluation> {
    if rows.is_empty() {
        return Err(Error::new(Kind::Empty, "no labelled sentence to measure on"));
    }
    let k = labels.len();
    let mut parts = vec![vec![0.0; k * k]; clusters.names.len()];
    let mut whole = vec![0.0; k * k];
    for row in rows {
        let cell = usize::from(row.label) * k + usize::from(row.chosen);
        parts[clusters.of[row.document]][cell] += 1.0;
        whole[cell] += 1.0;
    }
    parts.retain(|c| c.iter().any(|n| *n > 0.0));
    let support = |confusion: &[f64], label: usize| confusion[label * k..(label + 1) * k].iter().sum::<f64>();
    let used: Vec<bool> = (0..k).map(|label| support(&whole, label) > 0.0).collect();

    // In how many clusters each figure has something to be told from; macro-F1, in as many as its rarest label.
    let mut sources = vec![0; 3 * k + 2];
    for part in &parts {
        sources.iter_mut().zip(figures(part, &used)).for_each(|(n, value)| *n += usize::from(value.is_some()));
    }
    sources[3 * k + 1] = (0..k).filter(|l| used[*l]).map(|l| sources[3 * l + 2]).min().unwrap_or(0);

    let mut random = Xoshiro256PlusPlus::seed_from_u64(0);
    let mut drawn = vec![Vec::with_capacity(RESAMPLES); 3 * k + 2];
    for _ in 0..RESAMPLES {
        let mut sum = vec![0.0; k * k];
        for _ in 0..parts.len() {
            let pick = ((random.next_u64() >> 32) * parts.len() as u64) >> 32;
            sum.iter_mut().zip(&parts[pick as usize]).for_each(|(s, c)| *s += c);
        }
        drawn.iter_mut().zip(figures(&sum, &used)).for_each(|(d, v)| d.extend(v));
    }
    drawn.iter_mut().for_each(|d| d.sort_by(f64::total_cmp));
    let values = figures(&whole, &used);
    let figure = |index: usize| {
        let drawn: &[f64] = &drawn[index];
        let held = sources[index] > 1 && 2 * drawn.len() >= RESAMPLES;
        let point = |at: usize| held.then(|| drawn[at]);
        let tail = drawn.len() / 40;
        Figure { value: values[index], low: point(tail), high: point(drawn.len().saturating_sub(1 + tail)) }
    };
    let per_label = (0..k).map(|l| PerLabel {
        label: labels[l].clone(),
        support: support(&whole, l) as u64,
        precision: figure(3 * l),
        recall: figure(3 * l + 1),
        f1: figure(3 * l + 2),
    });
    let named = |which: &dyn Fn(usize) -> bool| {
        let names: Vec<&str> = (0..k).filter(|l| which(*l)).map(|l| labels[l].as_str()).collect();
        names.join(", ")
    };
    let absent = named(&|l| !used[l]);
    let single = named(&|l| used[l] && sources[3 * l + 2] == 1);
    let documents = rows.iter().map(|r| r.document).collect::<BTreeSet<_>>().len();
    let reliability = reliability(rows);
    Ok(Evaluation {
        protocol,
        sentences: rows.len(),
        documents,
        clusters: parts.len(),
        notes: notes(clusters.group, parts.len(), &absent, &single, drawn[3 * k + 1].len()),
        labels: per_label.collect(),
        accuracy: figure(3 * k),
        macro_f1: figure(3 * k + 1),
        calibration_error: calibration_error(&reliability),
        reliability,
        confusion: whole.chunks_exact(k).map(|r| r.iter().map(|n| *n as u64).collect()).collect(),
        coverage: coverage(rows),
    })
}

/// What is to be known of the figures: the labels that no sentence has, those of one cluster, and how many resamples have all others.
fn notes(group: Group, clusters: usize, absent: &str, single: &str, whole: usize) -> Vec<String> {
    let unit = match group {
        Group::Document => "document",
        Group::Speaker => "group of documents that share a speaker",
    };
    let mut notes = Vec::new();
    if clusters == 1 {
        notes.push(format!("no intervals: all sentences are of one {unit}, which does not tell how others differ"));
    } else {
        let over = match group {
            Group::Document => "documents",
            Group::Speaker => "speakers (documents that share one are drawn together)",
        };
        notes.push(format!("95 % intervals: bootstrap over {over}, {RESAMPLES} resamples"));
        if clusters < MANY {
            // What percentiles of normal means cover: their spread lacks n/(n − 1), they are not of t, and they end where the data do.
            let n = clusters as f64;
            let covers = student::within(1.96 * ((n - 1.0) / n).sqrt(), n - 1.0).min(1.0 - 0.5_f64.powf(n - 1.0));
            notes.push(format!(
                "{clusters} are few to draw from: the intervals are too narrow and cover in about {:.0} % of cases, not in 95 %",
                100.0 * covers
            ));
        }
        if !single.is_empty() {
            notes.push(format!("no interval for a label of one {unit} only, nor then for macro-F1: {single}"));
        } else if whole < RESAMPLES {
            notes.push(format!("macro-F1: from the {whole} resamples that have all its labels"));
        }
    }
    if !absent.is_empty() {
        notes.push(format!("no sentence has the label, so that it is not part of macro-F1: {absent}"));
    }
    notes
}

fn reliability(rows: &[Scored]) -> Vec<Reliability> {
    let empty = |bin| Reliability { from: bin as f64 / BINS as f64, sentences: 0, said: 0.0, right: 0.0 };
    let mut bins: Vec<Reliability> = (0..BINS).map(empty).collect();
    for row in rows {
        let bin = &mut bins[((row.confidence * BINS as f32) as usize).min(BINS - 1)];
        bin.sentences += 1;
        bin.said += f64::from(row.confidence);
        bin.right += f64::from(u8::from(row.label == row.chosen));
    }
    for bin in &mut bins {
        let n = bin.sentences.max(1) as f64;
        bin.said /= n;
        bin.right /= n;
    }
    bins
}

/// The mean over sentences of how far the tenth's share of right labels is from what was said.
fn calibration_error(bins: &[Reliability]) -> f64 {
    let rows: u64 = bins.iter().map(|bin| bin.sentences).sum();
    bins.iter().map(|bin| bin.sentences as f64 * (bin.said - bin.right).abs()).sum::<f64>() / rows as f64
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
        let show = |f: &Figure| match (f.value, f.low, f.high) {
            (Some(value), Some(low), Some(high)) => format!("{value:.3} ({low:.3}–{high:.3})"),
            (Some(value), ..) => format!("{value:.3}"),
            (None, ..) => "–".to_owned(),
        };
        // Writing to a string cannot fail.
        let mut line = |text: std::fmt::Arguments| {
            let _ = writeln!(out, "{text}");
        };
        line(format_args!("{} sentences, {} documents; {}", self.sentences, self.documents, self.protocol));
        line(format_args!("macro-F1 {}   accuracy {}", show(&self.macro_f1), show(&self.accuracy)));
        line(format_args!("calibration error {:.3} (chosen label, 10 bins)", self.calibration_error));
        self.notes.iter().for_each(|note| line(format_args!("{note}")));
        line(format_args!(""));
        line(format_args!("{:wide$}  {:>7}  {:<19}  {:<19}  F1", "label", "n", "precision", "recall"));
        for l in &self.labels {
            let (p, r, f) = (show(&l.precision), show(&l.recall), show(&l.f1));
            line(format_args!("{:wide$}  {:>7}  {p:19}  {r:19}  {f}", l.label, l.support));
        }
        line(format_args!("\nconfusion (rows: true, columns: given, in the order above)"));
        for (l, row) in self.labels.iter().zip(&self.confusion) {
            let cells: Vec<String> = row.iter().map(|n| format!("{n:>7}")).collect();
            line(format_args!("{:wide$}  {}", l.label, cells.join(" ")));
        }
        line(format_args!("\nprobability  sentences   said  right"));
        for bin in self.reliability.iter().filter(|bin| bin.sentences > 0) {
            let (from, n) = (format!("from {:.1}", bin.from), bin.sentences);
            line(format_args!("{from:<11}  {n:>9}  {:.3}  {:.3}", bin.said, bin.right));
        }
        line(format_args!("\ncoverage  accuracy  --abstain-below"));
        for c in &self.coverage {
            line(format_args!("{:>7.0}%  {:>8.3}  {:>15.3}", c.coverage * 100.0, c.accuracy, c.threshold));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sentences as (true label, given label).
    type Rows = &'static [(u16, u16)];

    /// Documents with sentences of the labels a, 0, and b, 1.
    fn measured(documents: &[Rows], group: Group, of: &[usize]) -> Evaluation {
        let row = |document, &(label, chosen)| Scored { document, label, chosen, confidence: 0.5 };
        let rows: Vec<Scored> =
            documents.iter().enumerate().flat_map(|(d, rows)| rows.iter().map(move |r| row(d, r))).collect();
        let names = vec![""; 1 + of.iter().max().unwrap()];
        let clusters = Clusters { group, names, of: of.to_vec() };
        evaluation(&["a".to_owned(), "b".to_owned()], &rows, &clusters, String::new()).unwrap()
    }

    #[test]
    fn resamples_without_a_label_are_no_measure_of_it() {
        // One resample in 16 has neither of the two documents with a. Of the others, with m such documents and c times the third,
        // F1 of a is 2m/(2m + c): 1 without the third, and 2/5 at the least that is not rare (m 1, c 3: 8 in 240).
        let documents: [Rows; 4] = [&[(0, 0), (1, 1)], &[(0, 0), (1, 1)], &[(1, 1), (1, 0)], &[(1, 1)]];
        let found = measured(&documents, Group::Document, &[0, 1, 2, 3]);
        let a = found.labels[0].f1;
        assert_eq!((a.value, a.low, a.high), (Some(0.8), Some(0.4), Some(1.0)));
        // F1 of b: 4 found of 5, none wrongly: 8/9.
        assert!((found.macro_f1.value.unwrap() - f64::midpoint(0.8, 8.0 / 9.0)).abs() < 1e-12);
        // Macro-F1 at m 1, c 3: F1 of b is 2 · 4/(7 + 4).
        assert!((found.macro_f1.low.unwrap() - f64::midpoint(0.4, 8.0 / 11.0)).abs() < 1e-12);
        assert!(found.notes.iter().any(|n| n.starts_with("macro-F1: from the 9")), "{:?}", found.notes);
    }

    #[test]
    fn what_no_sentence_has_is_no_figure() {
        let found = figures(&[0.0, 0.0, 2.0, 6.0], &[true, true]);
        assert_eq!(found[..3], [Some(0.0), None, None], "a was given twice and is never true");
        assert_eq!(found[6..], [Some(0.75), None], "half of macro-F1 is missing");
        let found = measured(&[&[(1, 1)], &[(1, 0)]], Group::Document, &[0, 1]);
        assert_eq!(found.macro_f1.value, found.labels[1].f1.value);
        assert!(found.notes.iter().any(|n| n.ends_with("not part of macro-F1: a")), "{:?}", found.notes);
    }

    #[test]
    fn one_document_has_no_interval_and_few_say_what_theirs_are_worth() {
        let rows: Rows = &[(0, 0), (1, 1), (1, 0)];
        let one = measured(&[rows], Group::Document, &[0]);
        assert!(one.accuracy.value.is_some() && one.accuracy.low.is_none() && one.accuracy.high.is_none());
        assert!(one.to_text().contains("no intervals"), "{}", one.to_text());
        let five = measured(&[rows; 5], Group::Document, &[0, 1, 2, 3, 4]);
        assert!(five.notes[1].contains("about 85 %"), "{:?}", five.notes);
        let rare = measured(&[rows, &[(1, 1)], &[(1, 1)]], Group::Document, &[0, 1, 2]);
        assert!(rare.accuracy.low.is_some() && rare.labels[0].recall.low.is_none() && rare.macro_f1.low.is_none());
        assert!(rare.notes[2].ends_with(": a"), "{:?}", rare.notes);
    }

    #[test]
    fn documents_that_share_a_speaker_are_drawn_together() {
        let (good, bad): (Rows, Rows) = (&[(0, 0), (1, 1)], &[(0, 1), (1, 0)]);
        let found = measured(&[good, bad, good, bad], Group::Speaker, &[0, 0, 1, 1]);
        assert_eq!((found.documents, found.clusters), (4, 2));
        assert_eq!(found.accuracy, Figure { value: Some(0.5), low: Some(0.5), high: Some(0.5) }, "two of a kind");
        assert!(found.notes[0].contains("over speakers"), "{:?}", found.notes);
    }

    #[test]
    fn the_calibration_error_is_that_of_the_tenths() {
        let row = |confidence, right: bool| Scored { document: 0, label: u16::from(!right), chosen: 0, confidence };
        let bins = reliability(&[row(0.6, true), row(0.65, false), row(1.0, true), row(0.9, true)]);
        let met: Vec<(f64, u64, f64)> =
            bins.iter().filter(|b| b.sentences > 0).map(|b| (b.from, b.sentences, b.right)).collect();
        assert_eq!(met, [(0.6, 2, 0.5), (0.9, 2, 1.0)]);
        // (2 · .125 + 2 · .05) / 4
        assert!((calibration_error(&bins) - 0.0875).abs() < 1e-7);
    }
}
