//! What the probability of the chosen label is worth.

use serde::Serialize;

use super::Scored;

/// Bins of the calibration error.
const BINS: usize = 10;

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

/// The tenths, least probable first.
pub(super) fn reliability(rows: &[Scored]) -> Vec<Reliability> {
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
pub(super) fn calibration_error(bins: &[Reliability]) -> f64 {
    let rows: u64 = bins.iter().map(|bin| bin.sentences).sum();
    bins.iter().map(|bin| bin.sentences as f64 * (bin.said - bin.right).abs()).sum::<f64>() / rows as f64
}

/// From the most confident tenth to everything.
pub(super) fn coverage(rows: &[Scored]) -> Vec<Coverage> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
