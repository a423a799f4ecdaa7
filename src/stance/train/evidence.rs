//! The first stage: what each feature says, by counting.
//!
//! The row of a feature is the log-ratio of the label shares among its occurrences to those among all
//! occurrences, both under a Dirichlet prior of strength β that has the mean of the overall shares
//! (an informative prior in the sense of Monroe et al. 2008, doi:10.1093/pan/mpn018):
//! `ln((c_k + β π_k) / ((c + β) π_k))`. What was seen once says little, what was never seen says nothing.
//!
//! The columns that the second stage learns from are *out of fold*: the evidence of a row is counted
//! without the documents of its fold, else the second stage would learn its own echo.

use super::TrainOptions;
use super::count::{Counted, NONE, Rows};
use super::postings::Postings;
use crate::parallel;

// Families by block of columns of the mixing stage; the sparse classifier is the last.
pub(super) const WORDS: usize = 0;
pub(super) const PAIRS: usize = 1;
pub(super) const LETTERS: usize = 2;
pub(super) const CLASSES: usize = 3;
pub(super) const CLASS_PAIRS: usize = 4;
pub(super) const CROSSED: usize = 5;
pub(super) const SPARSE: usize = 6;
pub(super) const FAMILIES: usize = 7;

/// What one family says.
pub(super) struct Evidence {
    /// One row of log-ratios per feature, one column per label.
    pub(super) table: Vec<f32>,
    /// One row per row of the data: the sum over its features, counted out of fold.
    pub(super) columns: Vec<f32>,
}

/// Label shares without each fold, and (last) over all folds.
struct Shares {
    labels: usize,
    shares: Vec<f64>,
}

impl Shares {
    /// From counts by fold and label; a pinch is added so that no share is 0.
    fn new(counts: &[f64], labels: usize) -> Self {
        let folds = counts.len() / labels;
        let all: Vec<f64> = (0..labels).map(|k| counts.iter().skip(k).step_by(labels).sum()).collect();
        let mut shares = Vec::with_capacity((folds + 1) * labels);
        for fold in 0..=folds {
            let without = |k: usize| all[k] - if fold < folds { counts[fold * labels + k] } else { 0.0 } + 0.5;
            let sum: f64 = (0..labels).map(without).sum();
            shares.extend((0..labels).map(|k| without(k) / sum));
        }
        Self { labels, shares }
    }

    fn of(&self, fold: usize) -> &[f64] {
        &self.shares[fold * self.labels..(fold + 1) * self.labels]
    }
}

fn log_ratio(counts: impl Iterator<Item = f64> + Clone, shares: &[f64], beta: f64, mut out: impl FnMut(usize, f64)) {
    let total: f64 = counts.clone().sum();
    if beta == 0.0 {
        return (0..shares.len()).for_each(|k| out(k, 0.0)); // a family that is left out
    }
    for (k, (count, share)) in counts.zip(shares).enumerate() {
        out(k, ((count + beta * share) / ((total + beta) * share)).ln());
    }
}

/// Counts of one feature, or of all, by fold and label.
fn count(rows: &Rows, postings: &[u32], counts: &mut [f64]) {
    counts.fill(0.0);
    for &row in postings {
        let (label, fold) = (rows.label[row as usize], rows.fold[row as usize]);
        if label != NONE {
            counts[usize::from(fold) * rows.labels + usize::from(label)] += 1.0;
        }
    }
}

fn totals(rows: &Rows, postings: &Postings) -> Vec<f64> {
    let mut counts = vec![0.0; rows.folds * rows.labels];
    count(rows, &postings.rows, &mut counts);
    counts
}

/// Evidence of all families but the sparse one, in their order, and the table of letter runs.
pub(super) fn weigh(counted: &Counted, options: &TrainOptions) -> (Vec<Evidence>, Vec<f32>) {
    let TrainOptions { words, pairs, letters, classes, class_pairs, crossed, .. } = *options;
    let priors = [words, pairs, letters, classes, class_pairs, crossed];
    let mut done = parallel::map(&counted.families(), |family, (_, features)| match family {
        LETTERS => of_letters(&counted.rows, &counted.words, features, priors[family]),
        _ => (of_features(&counted.rows, features, priors[family]), Vec::new()),
    });
    let runs = std::mem::take(&mut done[LETTERS].1);
    (done.into_iter().map(|(evidence, _)| evidence).collect(), runs)
}

/// The evidence of a family of features.
fn of_features(rows: &Rows, postings: &Postings, beta: f64) -> Evidence {
    let k = rows.labels;
    let shares = Shares::new(&totals(rows, postings), k);
    let mut table = vec![0.0; postings.len() * k];
    let mut columns = vec![0.0; rows.len() * k];
    let mut counts = vec![0.0; rows.folds * k];
    let mut all = vec![0.0; k];
    let mut by_fold = vec![0.0_f32; rows.folds * k];
    for feature in 0..postings.len() {
        let found = postings.of(feature);
        count(rows, found, &mut counts);
        all.fill(0.0);
        counts.chunks_exact(k).for_each(|fold| all.iter_mut().zip(fold).for_each(|(a, c)| *a += c));
        log_ratio(all.iter().copied(), shares.of(rows.folds), beta, |l, r| table[feature * k + l] = r as f32);
        if found.len() == 1 {
            continue; // out of its fold it was never seen
        }
        let mut ready = 0_u64;
        for &row in found {
            let fold = usize::from(rows.fold[row as usize]);
            if ready & (1 << fold) == 0 {
                ready |= 1 << fold;
                let without = all.iter().zip(&counts[fold * k..]).map(|(a, c)| a - c);
                log_ratio(without, shares.of(fold), beta, |l, r| by_fold[fold * k + l] = r as f32);
            }
            let column = &mut columns[row as usize * k..][..k];
            column.iter_mut().zip(&by_fold[fold * k..]).for_each(|(c, r)| *c += r);
        }
    }
    Evidence { table, columns }
}

/// The evidence of letters inside words, summed up by word: `table` has one row per word, not per letter run.
fn of_letters(rows: &Rows, words: &Postings, letters: &Postings, beta: f64) -> (Evidence, Vec<f32>) {
    let (k, folds) = (rows.labels, rows.folds);
    let mut by_word = vec![0.0; words.len() * folds * k];
    for (word, counts) in by_word.chunks_exact_mut(folds * k).enumerate() {
        count(rows, words.of(word), counts);
    }
    let mut total = vec![0.0; folds * k];
    for &word in &letters.rows {
        total.iter_mut().zip(&by_word[word as usize * folds * k..]).for_each(|(t, c)| *t += c);
    }
    let shares = Shares::new(&total, k);
    let mut runs = vec![0.0; letters.len() * k];
    let mut table = vec![0.0; words.len() * k];
    let mut out_of_fold = vec![0.0; words.len() * folds * k];
    let mut counts = vec![0.0; folds * k];
    let mut all = vec![0.0; k];
    let mut ratios = vec![0.0; folds * k];
    for run in 0..letters.len() {
        let found = letters.of(run);
        counts.fill(0.0);
        for &word in found {
            counts.iter_mut().zip(&by_word[word as usize * folds * k..]).for_each(|(a, c)| *a += c);
        }
        all.fill(0.0);
        counts.chunks_exact(k).for_each(|fold| all.iter_mut().zip(fold).for_each(|(a, c)| *a += c));
        log_ratio(all.iter().copied(), shares.of(folds), beta, |l, r| runs[run * k + l] = r as f32);
        for fold in 0..folds {
            let without = all.iter().zip(&counts[fold * k..]).map(|(a, c)| a - c);
            log_ratio(without, shares.of(fold), beta, |l, r| ratios[fold * k + l] = r as f32);
        }
        for &word in found {
            let word = word as usize;
            table[word * k..][..k].iter_mut().zip(&runs[run * k..]).for_each(|(t, r)| *t += r);
            out_of_fold[word * folds * k..].iter_mut().zip(&ratios).for_each(|(t, r)| *t += r);
        }
    }
    let mut columns = vec![0.0; rows.len() * k];
    for word in 0..words.len() {
        for &row in words.of(word) {
            let fold = usize::from(rows.fold[row as usize]);
            let column = &mut columns[row as usize * k..][..k];
            column.iter_mut().zip(&out_of_fold[(word * folds + fold) * k..]).for_each(|(c, r)| *c += r);
        }
    }
    (Evidence { table, columns }, runs)
}
