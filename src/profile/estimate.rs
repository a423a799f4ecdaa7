//! Shares that may be published: the design-based estimate from human codes of a sample.
//!
//! The share of predicted labels is biased by the classifier's errors. Where coders have labelled a probability sample
//! of the same sentences, the *difference estimator* corrects it, without any assumption about the classifier (Särndal,
//! Swensson & Wretman 1992, *Model Assisted Survey Sampling*, ch. 6; as "design-based supervised learning", Egami et
//! al. 2023, arXiv 2306.04746; as "prediction-powered inference", Angelopoulos et al. 2023, arXiv 2301.09633): the
//! share among all predictions plus the mean error among the coded, each weighed by 1/π.
//!
//! Errors are `d = 1[coded as it] − 1[predicted as it]`, N the sentences of the speaker, n the coded ones. The weights
//! are scaled to sum to N (Hájek), so that a sentence that was drawn and not coded, or a speaker of whom more were
//! drawn than expected, does not bend the estimate; the π under those weights are `π' = π · Σ(1/π) / N`, at most 1.
//! With `v = (1 − π')/π'²` the variance is `(Σ v (d − d̄)² + 2 max v) / N² · n/(n + 1)`; where all π are equal that is
//! `(1 − n/N)(Σ(d − d̄)² + 2)/(n (n + 1))`. The two further errors keep a sample that happens to show none, of a
//! classifier that errs seldom, from an interval of width 0 (after Agresti & Coull 1998, who add two successes and two
//! failures). The interval is that of t with `(Σv)²/Σv² − 1` degrees of freedom: as many as there are sentences that
//! the variance rests on, which are not those that were drawn with certainty (as Satterthwaite 1946).

use serde::{Deserialize, Serialize};

use crate::student;

/// Below this many coded sentences no interval is given.
pub const ENOUGH: usize = 30;
/// Errors that are added to those seen when the variance is estimated.
const FURTHER: f64 = 2.0;

/// What is known from the coded sentences of one speaker.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coded {
    /// Number of coded sentences.
    pub n: usize,
    /// Sums by inclusion probability, the smallest first.
    sums: Vec<Sums>,
}

/// Sums over the coded sentences that were drawn with the same probability, by label. d = 1[coded as it] − 1[predicted
/// as it].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sums {
    inclusion: f64,
    n: usize,
    /// Σ d.
    errors: Vec<f64>,
    /// Σ d².
    squares: Vec<f64>,
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
        self.n += 1;
        let sums = self.at(inclusion, labels);
        sums.n += 1;
        if coded == predicted {
            return;
        }
        for (label, d) in [(coded, 1.0), (predicted, -1.0)] {
            sums.errors[label] += d;
            sums.squares[label] += 1.0;
        }
    }

    /// Adds the sums of another part of the corpus.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        for more in &other.sums {
            let sums = self.at(more.inclusion, more.errors.len());
            sums.n += more.n;
            sums.errors.iter_mut().zip(&more.errors).for_each(|(a, b)| *a += b);
            sums.squares.iter_mut().zip(&more.squares).for_each(|(a, b)| *a += b);
        }
    }

    /// The sums of an inclusion probability.
    fn at(&mut self, inclusion: f64, labels: usize) -> &mut Sums {
        let at = self.sums.partition_point(|s| s.inclusion < inclusion);
        if self.sums.get(at).is_none_or(|s| s.inclusion > inclusion) {
            let none = vec![0.0; labels];
            self.sums.insert(at, Sums { inclusion, n: 0, errors: none.clone(), squares: none });
        }
        &mut self.sums[at]
    }

    /// How far it would surprise that all these were drawn: −ln of the chance.
    pub(super) fn surprise(&self) -> f64 {
        self.sums.iter().map(|s| -(s.n as f64) * s.inclusion.ln()).sum()
    }

    /// The corrected share of a label for a speaker of `total` sentences of which `predicted` were given it;
    /// `None` below [`ENOUGH`] coded sentences.
    #[must_use]
    pub fn estimate(&self, label: usize, predicted: usize, total: usize) -> Option<Estimate> {
        if self.n < ENOUGH || total == 0 {
            return None;
        }
        let (n, total) = (self.n as f64, total as f64);
        let weight: f64 = self.sums.iter().map(|s| s.n as f64 / s.inclusion).sum();
        let shift = self.sums.iter().map(|s| s.errors[label] / s.inclusion).sum::<f64>() / weight;
        let (mut variance, mut most, mut first, mut second) = (0.0, 0.0_f64, 0.0, 0.0);
        for sums in &self.sums {
            let scaled = (sums.inclusion * (weight / total)).min(1.0);
            let v = (1.0 - scaled) / (scaled * scaled);
            let count = sums.n as f64;
            variance += v * (sums.squares[label] - 2.0 * shift * sums.errors[label] + count * shift * shift);
            most = most.max(v);
            first += count * v;
            second += count * v * v;
        }
        variance = (variance + FURTHER * most) / (total * total) * n / (n + 1.0);
        // Cut before the interval is laid around it: one that ends below 0 would have nothing left.
        let share = (predicted as f64 / total + shift).clamp(0.0, 1.0);
        // A census has no variance to be told from few.
        let half = if most > 0.0 {
            student::quantile(0.975, (first * first / second - 1.0).max(1.0)) * variance.max(0.0).sqrt()
        } else {
            0.0
        };
        Some(Estimate { share, low: (share - half).max(0.0), high: (share + half).min(1.0) })
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

    #[test]
    fn a_sample_without_an_error_has_the_interval_that_was_worked_out_by_hand() {
        let mut coded = Coded::default();
        for _ in 0..50 {
            coded.add(2, 1, 1, 0.2);
        }
        let estimate = coded.estimate(1, 100, 250).unwrap();
        // (1 − 50/250) · 2 / (50 · 51) is 0.000627451; t(49 degrees, .975) = 2.009575
        let half = 2.009_575 * 0.000_627_451_f64.sqrt();
        assert!((estimate.share - 0.4).abs() < 1e-12);
        assert!((estimate.high - (0.4 + half)).abs() < 1e-6 && (estimate.low - (0.4 - half)).abs() < 1e-6);
    }

    #[test]
    fn what_was_drawn_with_certainty_says_nothing_about_the_rest() {
        let (mut coded, mut some) = (Coded::default(), Coded::default());
        for _ in 0..50 {
            coded.add(2, 0, 0, 1.0);
        }
        for _ in 0..5 {
            some.add(2, 0, 0, 0.01);
        }
        coded.merge(&some);
        let wide = coded.estimate(1, 0, 550).unwrap();
        assert!(wide.high > 0.5, "five of 500 are coded, {wide:?}");
    }

    #[test]
    fn an_estimate_below_zero_is_zero_and_keeps_its_interval() {
        let mut coded = Coded::default();
        for i in 0..50 {
            coded.add(2, 0, usize::from(i < 20), 0.1);
        }
        let estimate = coded.estimate(1, 50, 500).unwrap();
        assert!(estimate.share.abs() < 1e-12 && estimate.low.abs() < 1e-12 && estimate.high > 0.05, "{estimate:?}");
    }

    fn uniform(random: &mut Xoshiro256PlusPlus) -> f64 {
        (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// How many of 400 intervals cover the share of label 1. The parts of a population are drawn from by `inclusion`,
    /// given the part and the prediction; the classifier is right with the probability `right`.
    fn covered(parts: &[usize], right: f64, inclusion: impl Fn(usize, usize) -> f64) -> usize {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
        let total = parts.iter().sum::<usize>();
        let mut covered = 0;
        for _ in 0..400 {
            let (mut coded, mut truth, mut predicted) = (Coded::default(), 0, 0);
            for (part, size) in parts.iter().enumerate() {
                for _ in 0..*size {
                    let y = usize::from(uniform(&mut random) < 0.3);
                    let guess = if uniform(&mut random) < right { y } else { 1 - y };
                    let inclusion = inclusion(part, guess);
                    truth += y;
                    predicted += guess;
                    if uniform(&mut random) < inclusion {
                        coded.add(2, y, guess, inclusion);
                    }
                }
            }
            let estimate = coded.estimate(1, predicted, total).unwrap();
            covered += usize::from((estimate.low..=estimate.high).contains(&(truth as f64 / total as f64)));
        }
        covered
    }

    /// Right in 70 % of the sentences: the raw share misses, the interval covers. Right in 99 %: a sample may show no
    /// error at all.
    #[test]
    fn the_interval_covers_the_truth_as_often_as_it_says() {
        let cases = [
            covered(&[1000], 0.7, |_, _| 0.2),
            covered(&[1000], 0.7, |_, guess| if guess == 0 { 0.1 } else { 0.2 }),
            covered(&[1000], 0.98, |_, _| 0.2),
            covered(&[60, 1000], 0.7, |part, _| [1.0, 0.1][part]),
        ];
        assert!(cases.iter().all(|n| (368..=395).contains(n)), "{cases:?} of 400");
        let seldom = covered(&[60, 1000], 0.99, |part, _| [1.0, 0.05][part]);
        assert!(seldom >= 380, "{seldom} of 400");
    }
}
