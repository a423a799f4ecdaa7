//! Student's t distribution: how far few observations can be trusted.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// What t of so many degrees of freedom stays below with the probability `p`; not a number below any degree of freedom.
pub(crate) fn quantile(p: f64, degrees: f64) -> f64 {
    StudentsT::new(0.0, 1.0, degrees).map_or(f64::NAN, |t| t.inverse_cdf(p))
}

/// The probability that t of so many degrees of freedom is between `-bound` and `bound`.
pub(crate) fn within(bound: f64, degrees: f64) -> f64 {
    StudentsT::new(0.0, 1.0, degrees).map_or(f64::NAN, |t| 2.0 * t.cdf(bound) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_are_those_of_the_tables() {
        assert!((quantile(0.975, 4.0) - 2.776_445).abs() < 1e-5);
        assert!((quantile(0.975, 29.0) - 2.045_230).abs() < 1e-5);
        assert!((within(2.776_445, 4.0) - 0.95).abs() < 1e-6);
        assert!(quantile(0.975, 0.0).is_nan());
    }
}
