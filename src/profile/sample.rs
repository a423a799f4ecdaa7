//! Which sentences to code: a probability sample, as [`super::estimate`] needs one.
//!
//! Simple random sampling without replacement within strata (Cochran 1977, *Sampling Techniques*, ch. 2 and 5), by
//! selection sampling (Knuth, *The Art of Computer Programming* 2, algorithm 3.4.2 S). Strata are speakers, so that each of them can
//! be estimated, or there is one, so that the whole can be.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// The inclusion probability of each sentence that is drawn, `None` for the others. `strata` holds the stratum of each
/// sentence, counted from 0; `size` sentences are drawn from each, or all where there are no more. The same arguments
/// give the same sample.
#[must_use]
pub fn draw(strata: &[usize], size: usize, seed: u64) -> Vec<Option<f64>> {
    let mut left = vec![0_usize; strata.iter().max().map_or(0, |most| most + 1)];
    for &stratum in strata {
        left[stratum] += 1;
    }
    let inclusion: Vec<f64> = left.iter().map(|&all| size.min(all) as f64 / all.max(1) as f64).collect();
    let mut wanted: Vec<usize> = left.iter().map(|&all| size.min(all)).collect();
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let draw = |&stratum: &usize| {
        // A whole number below the sentences that are left; the bias of the product is below 2⁻³².
        let below = ((random.next_u64() >> 32) * left[stratum] as u64) >> 32;
        left[stratum] -= 1;
        let drawn = below < wanted[stratum] as u64;
        wanted[stratum] -= usize::from(drawn);
        drawn.then_some(inclusion[stratum])
    };
    strata.iter().map(draw).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stratum_gives_its_number_with_its_probability() {
        let strata: Vec<usize> = (0..90).map(|i| usize::from(i % 9 == 0)).collect();
        let drawn = draw(&strata, 20, 7);
        let of = |stratum| drawn.iter().zip(&strata).filter(move |(_, s)| **s == stratum).filter_map(|(p, _)| *p);
        assert_eq!((of(0).count(), of(1).count()), (20, 10));
        assert!(of(0).all(|p| p == 0.25) && of(1).all(|p| p == 1.0));
        assert_eq!(drawn, draw(&strata, 20, 7));
        assert_ne!(drawn, draw(&strata, 20, 8));
        assert!(draw(&[], 5, 1).is_empty());
    }

    #[test]
    fn each_sentence_is_drawn_as_often_as_its_probability_says() {
        let mut times = [0; 10];
        for seed in 0..4000 {
            for (n, drawn) in times.iter_mut().zip(draw(&[0; 10], 3, seed)) {
                *n += usize::from(drawn.is_some());
            }
        }
        // 1,200 expected, a standard deviation of 29
        assert!(times.iter().all(|n| (1085..=1315).contains(n)), "{times:?}");
    }
}
