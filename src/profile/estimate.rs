//! Shares that may be published: the design-based estimate from human codes of a sample.
//!
//! The share of predicted labels is biased by the classifier's errors. Where coders have labelled a
//! probability sample of the same sentences, the *difference estimator* corrects it, without any assumption
//! about the classifier (Särndal, Swensson & Wretman 1992, ch. 6; as "design-based supervised learning",
//! Egami et al. 2023, arXiv 2306.04746): the share among all predictions plus the mean error among the coded.

use serde::{Deserialize, Serialize};

use crate::student;

/// Below this many coded sentences no interval is given.
pub const ENOUGH: usize = 30;
/// Below this many coded sentences the variance is estimated with two pseudo-errors, so that a sample
/// without any error does not give an interval of width 0.
const SMALL: usize = 200;

/// Running sums over the coded sentences of one speaker, by label. d = 1[coded as it] − 1[predicted as it].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coded {
    /// Number of coded sentences.
    pub n: usize,
    /// The sample's smallest and largest inclusion probability.
    range: Option<(f64, f64)>,
    /// Σ d.
    sum: Vec<f64>,
    /// Σ d².
    squares: Vec<f64>,
    /// Σ d/π.
    weighted: Vec<f64>,
    /// Σ (1 − π) d²/π².
    variance: Vec<f64>,
}

/// A share with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimated share, 0 to 1.
    pub share: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

impl Coded {
    /// Adds one coded sentence that was drawn with probability `inclusion` (0 exclusive to 1).
    pub fn add(&mut self, labels: usize, coded: usize, predicted: usize, inclusion: f64) {
        self.resize(labels);
        self.n += 1;
        let (low, high) = self.range.unwrap_or((inclusion, inclusion));
        self.range = Some((low.min(inclusion), high.max(inclusion)));
        if coded == predicted {
            return;
        }
        for (label, d) in [(coded, 1.0), (predicted, -1.0)] {
            self.sum[label] += d;
            self.squares[label] += 1.0;
            self.weighted[label] += d / inclusion;
            self.variance[label] += (1.0 - inclusion) / (inclusion * inclusion);
        }
    }

    /// Adds the sums of another part of the corpus.
    pub fn merge(&mut self, other: &Self) {
        self.resize(other.sum.len());
        self.n += other.n;
        self.range = match (self.range, other.range) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (mine, theirs) => mine.or(theirs),
        };
        let sums = [
            (&mut self.sum, &other.sum),
            (&mut self.squares, &other.squares),
            (&mut self.weighted, &other.weighted),
            (&mut self.variance, &other.variance),
        ];
        for (mine, theirs) in sums {
            for (a, b) in mine.iter_mut().zip(theirs) {
                *a += b;
            }
        }
    }

    /// The corrected share of a label for a speaker of `total` sentences of which `predicted` were given it;
    /// `None` below [`ENOUGH`] coded sentences.
    #[must_use]
    pub fn estimate(&self, label: usize, predicted: usize, total: usize) -> Option<Estimate> {
        let (low, high) = self.range?;
        if self.n < ENOUGH || total == 0 {
            return None;
        }
        let (n, total) = (self.n as f64, total as f64);
        let raw = predicted as f64 / total;
        let (share, variance) = if high - low <= 1e-9 * high {
            let mean = self.sum[label] / n;
            let spread = if self.n < SMALL {
                (self.squares[label] + 2.0 - n * mean * mean) / (n + 1.0)
            } else {
                (self.squares[label] - n * mean * mean) / (n - 1.0)
            };
            (raw + mean, (1.0 - n / total).max(0.0) * spread / n)
        } else {
            (raw + self.weighted[label] / total, self.variance[label] / (total * total))
        };
        let half = student::quantile(0.975, n - 1.0) * variance.max(0.0).sqrt();
        let bound = |x: f64| x.clamp(0.0, 1.0);
        Some(Estimate { share: bound(share), low: bound(share - half), high: bound(share + half) })
    }

    fn resize(&mut self, labels: usize) {
        for sums in [&mut self.sum, &mut self.squares, &mut self.weighted, &mut self.variance] {
            if sums.len() < labels {
                sums.resize(labels, 0.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{RngCore, SeedableRng};

    #[test]
    fn too_few_codes_give_no_interval() {
        let mut coded = Coded::default();
        for _ in 0..ENOUGH - 1 {
            coded.add(2, 0, 0, 0.5);
        }
        assert_eq!(coded.estimate(0, 10, 60), None);
        coded.add(2, 0, 0, 0.5);
        assert!(coded.estimate(0, 10, 60).is_some());
    }

    #[test]
    fn a_census_gives_the_truth() {
        let mut coded = Coded::default();
        for i in 0..400 {
            coded.add(2, usize::from(i % 4 == 0), usize::from(i % 2 == 0), 1.0);
        }
        let estimate = coded.estimate(1, 200, 400).unwrap();
        assert!((estimate.share - 0.25).abs() < 1e-12);
        assert!((estimate.high - estimate.low).abs() < 1e-12);
    }

    /// A classifier that is right in 70 % of the sentences: the raw share misses, the interval covers.
    #[test]
    fn the_interval_covers_the_truth_as_often_as_it_says() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
        let mut uniform = || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        for unequal in [false, true] {
            let mut covered = 0;
            for _ in 0..400 {
                let (mut coded, mut truth, mut predicted) = (Coded::default(), 0, 0);
                for _ in 0..1000 {
                    let y = usize::from(uniform() < 0.3);
                    let guess = if uniform() < 0.7 { y } else { 1 - y };
                    let inclusion = if unequal && guess == 0 { 0.1 } else { 0.2 };
                    truth += y;
                    predicted += guess;
                    if uniform() < inclusion {
                        coded.add(2, y, guess, inclusion);
                    }
                }
                let estimate = coded.estimate(1, predicted, 1000).unwrap();
                covered += usize::from((estimate.low..=estimate.high).contains(&(truth as f64 / 1000.0)));
            }
            assert!((365..=395).contains(&covered), "covered {covered} of 400, unequal {unequal}");
        }
    }
}
