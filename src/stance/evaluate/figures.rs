//! Figures with honest intervals.
//!
//! A figure is a ratio of counts, and is given where its denominator is not 0: the recall and F1 of a label where some
//! sentence has it, its precision where it was given to some sentence. Macro-F1 is the mean F1 of the labels that some
//! sentence has.
//!
//! Intervals are percentiles of a bootstrap over clusters (Efron & Tibshirani 1993, ch. 13; clusters: Cameron, Gelbach &
//! Miller 2008), which are what the folds keep whole: documents, or the documents that share speakers. Of a resample a
//! figure is used if it is defined there, and macro-F1 if that of all its labels is: it stays the mean over the same
//! labels. There is no interval where fewer than two clusters have the sentences of a figure, for what differs between
//! clusters cannot be told from one; nor where fewer than half the resamples have them all.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use serde::Serialize;

use super::Scored;
use super::clusters::Clusters;

/// Resamples of the bootstrap.
pub(super) const RESAMPLES: usize = 1000;

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

/// All figures of some sentences, in the order of [`figures`].
pub(super) struct Measured {
    /// Sentences by true label and label given.
    confusion: Vec<f64>,
    /// Clusters that have some of the sentences.
    pub(super) clusters: usize,
    /// Whether some sentence has the label.
    pub(super) used: Vec<bool>,
    values: Vec<Option<f64>>,
    /// In how many clusters each figure has something to be told from; macro-F1, in as many as its rarest label.
    sources: Vec<usize>,
    /// Each figure in the resamples where it is defined, sorted.
    drawn: Vec<Vec<f64>>,
}

impl Measured {
    /// Measures `rows`, whose labels are ids under `k`.
    pub(super) fn new(rows: &[Scored], clusters: &Clusters, k: usize) -> Self {
        let mut parts = vec![vec![0.0; k * k]; clusters.names.len()];
        let mut whole = vec![0.0; k * k];
        for row in rows {
            let cell = usize::from(row.label) * k + usize::from(row.chosen);
            parts[clusters.of[row.document]][cell] += 1.0;
            whole[cell] += 1.0;
        }
        parts.retain(|c| c.iter().any(|n| *n > 0.0));
        let used: Vec<bool> = whole.chunks_exact(k).map(|row| row.iter().sum::<f64>() > 0.0).collect();

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
        Self { confusion: whole, clusters: parts.len(), used, values, sources, drawn }
    }

    fn figure(&self, index: usize) -> Figure {
        let drawn = &self.drawn[index];
        let held = self.sources[index] > 1 && 2 * drawn.len() >= RESAMPLES;
        let point = |at: usize| held.then(|| drawn[at]);
        let tail = drawn.len() / 40;
        Figure { value: self.values[index], low: point(tail), high: point(drawn.len().saturating_sub(1 + tail)) }
    }

    /// The figures of a label.
    pub(super) fn label(&self, label: usize, name: &str) -> PerLabel {
        let k = self.used.len();
        PerLabel {
            label: name.to_owned(),
            support: self.confusion[label * k..(label + 1) * k].iter().sum::<f64>() as u64,
            precision: self.figure(3 * label),
            recall: self.figure(3 * label + 1),
            f1: self.figure(3 * label + 2),
        }
    }

    /// Share of right labels.
    pub(super) fn accuracy(&self) -> Figure {
        self.figure(3 * self.used.len())
    }

    /// Mean F1 of the labels in use.
    pub(super) fn macro_f1(&self) -> Figure {
        self.figure(3 * self.used.len() + 1)
    }

    /// Resamples in which macro-F1 is defined.
    pub(super) fn whole_resamples(&self) -> usize {
        self.drawn[3 * self.used.len() + 1].len()
    }

    /// Whether all sentences of a label are of one cluster.
    pub(super) fn is_single(&self, label: usize) -> bool {
        self.used[label] && self.sources[3 * label + 2] == 1
    }

    /// Rows: the true label; columns: the label given.
    pub(super) fn confusion(&self) -> Vec<Vec<u64>> {
        let k = self.used.len();
        self.confusion.chunks_exact(k).map(|row| row.iter().map(|n| *n as u64).collect()).collect()
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stance::evaluate::Group;
    use crate::stance::evaluate::tests::{Rows, measured};

    #[test]
    fn resamples_without_a_label_are_no_measure_of_it() {
        // One resample in 16 has neither of the two documents with a. Of the others, with m such documents and c times
        // the third, F1 of a is 2m/(2m + c): 1 without the third, and 2/5 at the least that is not rare (m 1, c 3: 8 in
        // 240).
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
    fn documents_that_share_a_speaker_are_drawn_together() {
        let (good, bad): (Rows, Rows) = (&[(0, 0), (1, 1)], &[(0, 1), (1, 0)]);
        let found = measured(&[good, bad, good, bad], Group::Speaker, &[0, 0, 1, 1]);
        assert_eq!((found.documents, found.clusters), (4, 2));
        assert_eq!(found.accuracy, Figure { value: Some(0.5), low: Some(0.5), high: Some(0.5) }, "two of a kind");
        assert!(found.notes[0].contains("over speakers"), "{:?}", found.notes);
    }
}
