//! An evaluation in words.

use std::fmt::Write;

use super::figures::{Figure, Measured, RESAMPLES};
use super::{Evaluation, Group};
use crate::student;

/// Below this many clusters the report says what an interval is worth.
const MANY: usize = 20;

/// What is to be known of the figures of these labels.
pub(super) fn notes(group: Group, measured: &Measured, labels: &[String]) -> Vec<String> {
    let named = |which: &dyn Fn(usize) -> bool| {
        let names: Vec<&str> = (0..labels.len()).filter(|l| which(*l)).map(|l| labels[l].as_str()).collect();
        names.join(", ")
    };
    let absent = named(&|l| !measured.used[l]);
    let single = named(&|l| measured.is_single(l));
    let (clusters, whole) = (measured.clusters, measured.whole_resamples());
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
            // What percentiles of normal means cover: their spread lacks n/(n − 1), they are not of t, and they end
            // where the data do.
            let n = clusters as f64;
            let covers = student::within(1.96 * ((n - 1.0) / n).sqrt(), n - 1.0).min(1.0 - 0.5_f64.powf(n - 1.0));
            notes.push(format!(
                "{clusters} are few to draw from: the intervals are too narrow and cover in about {:.0} % of cases, \
                not in 95 %",
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
    use crate::stance::evaluate::Group;
    use crate::stance::evaluate::tests::{Rows, measured};

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
}
