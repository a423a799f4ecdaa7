//! From logits to the probabilities that are printed.
//!
//! The label shown is always the one with the largest printed probability, so whatever the decision leans to is
//! part of the probabilities: `softmax((z + offset) · sharpness)`.
//!
//! * **Prior**: where the share of the no-stance label in use is known to differ from that of the training data,
//!   its logit moves by the log-ratio of the odds (Saerens et al. 2002, doi:10.1162/089976602753284446).
//! * **Lean**: offsets of −τ·ln share make rare labels likelier (logit adjustment, Menon et al. 2021,
//!   arXiv 2007.07314); τ is the smallest that gives the best macro-F1 but for chance, as a lean
//!   makes the chosen label of rare labels less sure than it says. It is the macro-F1 that the probabilities themselves
//!   let expect: the one of the labels is so rough a line over τ that a document more or less moved the choice.
//! * **Sharpness** (one over a temperature, Guo et al. 2017, arXiv 1706.04599): the one under which the probability of
//!   the *chosen* label is on average the share of chosen labels that are right (expectation consistency, Clarté et al.
//!   2023, arXiv 2303.02644). The log-loss, which few very sure rows decide, understated small tables by a point.

use ndarray::Array2;

use crate::regression::softmax;

/// What turns logits into printed probabilities.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decision {
    pub(crate) offsets: Vec<f64>,
    pub(crate) sharpness: f64,
}

/// Shares of the labels where a model will be used, and how much a row of each label counts there.
pub(crate) struct Prior {
    wanted: Vec<f64>,
    pub(crate) weight: Vec<f64>,
}

impl Prior {
    /// For rows with these `labels`, ids under `k`; without a `none_share` the shares are those of the rows.
    pub(crate) fn new(labels: &[u16], k: usize, none: Option<usize>, none_share: Option<f64>) -> Self {
        let mut shares = vec![0.5; k];
        for &label in labels {
            shares[usize::from(label)] += 1.0;
        }
        let sum: f64 = shares.iter().sum();
        for share in &mut shares {
            *share /= sum;
        }
        let mut wanted = shares.clone();
        if let (Some(none), Some(share)) = (none, none_share) {
            let rest = (1.0 - share) / (1.0 - shares[none]);
            for share in &mut wanted {
                *share *= rest;
            }
            wanted[none] = share;
        }
        let weight = wanted.iter().zip(&shares).map(|(w, s)| w / s).collect();
        Self { wanted, weight }
    }
}

/// Steps of τ that are tried.
const LEANS: [f64; 9] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0];

/// What chance adds to an expected macro-F1 is about this over the square root of the number of rows.
const CHANCE: f64 = 0.2;

/// The decision for out-of-fold `logits` of rows with these `labels`.
pub(crate) fn choose(
    logits: &Array2<f64>,
    labels: &[u16],
    none: Option<usize>,
    none_share: Option<f64>,
    lean: Option<f64>,
) -> Decision {
    let k = logits.ncols();
    let Prior { wanted, weight } = Prior::new(labels, k, none, none_share);
    let offsets = |tau: f64| -> Vec<f64> {
        wanted.iter().zip(&weight).map(|(share, weight)| weight.ln() - tau * (share * k as f64).ln()).collect()
    };
    let tau = lean.unwrap_or_else(|| {
        let rows = probabilities(logits, labels, &offsets(0.0), &weight);
        let scores = LEANS.map(|tau| expected_f1(logits, &rows, &offsets(tau)));
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

/// The probabilities of every row without a lean, times the weight of its label.
fn probabilities(logits: &Array2<f64>, labels: &[u16], offsets: &[f64], weight: &[f64]) -> Array2<f64> {
    let sharp = sharpness(logits, labels, offsets, weight);
    let mut out = Array2::from_shape_fn(logits.dim(), |(row, label)| (logits[(row, label)] + offsets[label]) * sharp);
    for (mut row, &label) in out.rows_mut().into_iter().zip(labels) {
        softmax(row.as_slice_mut().expect("a row lies in one piece"));
        row *= weight[usize::from(label)];
    }
    out
}

/// Macro-F1 of the choices under `offsets`, as the `rows` of probabilities let expect it.
fn expected_f1(logits: &Array2<f64>, rows: &Array2<f64>, offsets: &[f64]) -> f64 {
    let k = offsets.len();
    let (mut hit, mut said) = (vec![0.0; k], vec![0.0; k]);
    for (z, p) in logits.rows().into_iter().zip(rows.rows()) {
        let choice = chosen(z, offsets);
        said[choice] += p.sum();
        hit[choice] += p[choice];
    }
    let gold = rows.sum_axis(ndarray::Axis(0));
    (0..k).filter(|&l| gold[l] > 0.0).map(|l| 2.0 * hit[l] / (said[l] + gold[l])).sum::<f64>() / k as f64
}

/// Natural logarithms of the least and the largest factor.
const SHARPNESS: (f64, f64) = (-2.0, 1.0);

/// The factor under which the chosen label's probability is on average how often it is right.
pub(crate) fn sharpness(logits: &Array2<f64>, labels: &[u16], offsets: &[f64], weight: &[f64]) -> f64 {
    let weight = |label: &u16| weight[usize::from(*label)];
    let choices: Vec<usize> = logits.rows().into_iter().map(|z| chosen(z, offsets)).collect();
    let right: f64 = labels.iter().zip(&choices).filter(|(l, c)| usize::from(**l) == **c).map(|(l, _)| weight(l)).sum();
    let said = |sharp: f64| -> f64 {
        let rows = logits.rows().into_iter().zip(&choices).zip(labels);
        rows.map(|((z, &choice), label)| {
            let top = z[choice] + offsets[choice];
            weight(label) / z.iter().zip(offsets).map(|(z, o)| ((z + o - top) * sharp).exp()).sum::<f64>()
        })
        .sum()
    };
    // What is said grows with the factor.
    let (mut low, mut high) = SHARPNESS;
    for _ in 0..20 {
        let middle = f64::midpoint(low, high);
        *(if said(middle.exp()) < right { &mut low } else { &mut high }) = middle;
    }
    f64::midpoint(low, high).exp()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn weights_bring_the_no_stance_label_to_its_share() {
        let labels = [0, 1, 2, 2, 2, 2, 2, 2, 2, 2];
        let prior = Prior::new(&labels, 3, Some(2), Some(0.5));
        let sums: Vec<f64> = (0..3)
            .map(|l| prior.weight[l] * (labels.iter().filter(|x| usize::from(**x) == l).count() as f64 + 0.5))
            .collect();
        assert!((sums[2] / sums.iter().sum::<f64>() - 0.5).abs() < 1e-12, "{sums:?}");
    }

    #[test]
    fn the_chosen_label_is_right_as_often_as_it_says() {
        let rows = array![[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.3, 0.7]];
        let logits = rows.mapv(f64::ln);
        let sharp = |labels| sharpness(&logits, labels, &[0.0; 2], &[1.0; 2]);
        assert!((sharp(&[0, 0, 1, 0]) - 1.0).abs() < 1e-4, "three of four, and .9, .8, .6 and .7 are .75 on average");
        assert!((sharp(&[0, 1, 1, 0]).ln() - SHARPNESS.0).abs() < 1e-5, "two of four: nothing says as little as that");
    }

    #[test]
    fn the_expected_macro_f1_is_that_of_the_probabilities() {
        let rows = array![[0.9, 0.1], [0.8, 0.2], [0.4, 0.6]];
        let logits = rows.mapv(f64::ln);
        // chosen 0, 0, 1: hits 1.7 of 2 said and 2.1 there; .6 of 1 said and .9 there
        let expected = f64::midpoint(2.0 * 1.7 / (2.0 + 2.1), 2.0 * 0.6 / (1.0 + 0.9));
        assert!((expected_f1(&logits, &rows, &[0.0, 0.0]) - expected).abs() < 1e-12);
    }
}
