//! From logits to the probabilities that are printed.
//!
//! The label shown is always the one with the largest printed probability, so whatever the decision leans to is
//! part of the probabilities: `softmax((z + offset) · sharpness)`.
//!
//! * **Prior**: where the share of the no-stance label in use is known to differ from that of the training data,
//!   its logit moves by the log-ratio of the odds (Saerens et al. 2002, doi:10.1162/089976602753284446).
//! * **Lean**: offsets of −τ·ln share make rare labels likelier (logit adjustment, Menon et al. 2021,
//!   arXiv 2007.07314); τ is the smallest that gives the best macro-F1 but for chance, as a lean
//!   makes the chosen label of rare labels less sure than it says.
//! * **Sharpness** (one over a temperature, Guo et al. 2017, arXiv 1706.04599): chosen so that the probability of the
//!   *chosen* label is right on average, by the log-loss of "the chosen label is correct".

use ndarray::Array2;

/// What turns logits into printed probabilities.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decision {
    pub(crate) offsets: Vec<f64>,
    pub(crate) sharpness: f64,
}

/// Steps of τ that are tried.
const LEANS: [f64; 9] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0];

/// What chance adds to a macro-F1 is about this over the square root of the number of rows.
const CHANCE: f64 = 0.25;

/// The decision for out-of-fold `logits` of rows with these `labels`.
pub(crate) fn choose(
    logits: &Array2<f64>,
    labels: &[u16],
    none: Option<usize>,
    none_share: Option<f64>,
    lean: Option<f64>,
) -> Decision {
    let k = logits.ncols();
    let mut shares = vec![0.5; k];
    for &label in labels {
        shares[usize::from(label)] += 1.0;
    }
    let sum: f64 = shares.iter().sum();
    for share in &mut shares {
        *share /= sum;
    }
    // Shares where the model will be used, and how much a row of each label counts there.
    let mut wanted = shares.clone();
    if let (Some(none), Some(share)) = (none, none_share) {
        let rest = (1.0 - share) / (1.0 - shares[none]);
        for share in &mut wanted {
            *share *= rest;
        }
        wanted[none] = share;
    }
    let weight: Vec<f64> = wanted.iter().zip(&shares).map(|(w, s)| w / s).collect();
    let offsets = |tau: f64| -> Vec<f64> {
        wanted.iter().zip(&weight).map(|(share, weight)| weight.ln() - tau * (share * k as f64).ln()).collect()
    };
    let tau = lean.unwrap_or_else(|| {
        let score = |tau: f64| macro_f1(logits, labels, &offsets(tau), &weight);
        let scores = LEANS.map(score);
        let best = scores.iter().copied().fold(0.0, f64::max);
        let enough = best - CHANCE / (labels.len() as f64).sqrt();
        LEANS.into_iter().zip(scores).find(|(_, s)| *s >= enough).map_or(0.0, |(tau, _)| tau)
    });
    let offsets: Vec<f64> = offsets(tau).into_iter().map(round).collect();
    let sharpness = round(sharpness(logits, labels, &offsets, &weight));
    Decision { offsets, sharpness }
}

/// Rounded, so that the last bits of a logarithm do not reach a file.
pub(crate) fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn chosen(z: ndarray::ArrayView1<f64>, offsets: &[f64]) -> usize {
    let mut best = (f64::MIN, 0);
    for (i, (z, o)) in z.iter().zip(offsets).enumerate() {
        if z + o > best.0 {
            best = (z + o, i);
        }
    }
    best.1
}

/// Macro-F1 where a row counts by the weight of its label.
fn macro_f1(logits: &Array2<f64>, labels: &[u16], offsets: &[f64], weight: &[f64]) -> f64 {
    let k = offsets.len();
    let (mut hit, mut said, mut gold) = (vec![0.0; k], vec![0.0; k], vec![0.0; k]);
    for (z, &label) in logits.rows().into_iter().zip(labels) {
        let (choice, label) = (chosen(z, offsets), usize::from(label));
        said[choice] += weight[label];
        gold[label] += weight[label];
        if choice == label {
            hit[label] += weight[label];
        }
    }
    (0..k).filter(|&l| gold[l] > 0.0).map(|l| 2.0 * hit[l] / (said[l] + gold[l])).sum::<f64>() / k as f64
}

/// The factor under which the chosen label's probability fits how often it is right.
pub(crate) fn sharpness(logits: &Array2<f64>, labels: &[u16], offsets: &[f64], weight: &[f64]) -> f64 {
    let loss = |log: f64| {
        let sharp = log.exp();
        let mut sum = 0.0;
        for (z, &label) in logits.rows().into_iter().zip(labels) {
            let best = chosen(z, offsets);
            let top = z[best] + offsets[best];
            let odds: f64 = z.iter().zip(offsets).map(|(z, o)| ((z + o - top) * sharp).exp()).sum();
            let p = (1.0 / odds).clamp(1e-6, 1.0 - 1e-6);
            let label = usize::from(label);
            sum -= weight[label] * if best == label { p.ln() } else { (1.0 - p).ln() };
        }
        sum
    };
    // Golden section: the loss has one valley over this range.
    let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (-2.0_f64, 1.0_f64);
    let (mut a, mut b) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut at_a, mut at_b) = (loss(a), loss(b));
    for _ in 0..20 {
        if at_a <= at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - ratio * (high - low);
            at_a = loss(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + ratio * (high - low);
            at_b = loss(b);
        }
    }
    f64::midpoint(low, high).exp()
}
