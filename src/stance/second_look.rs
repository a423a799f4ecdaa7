//! The second look: a sentence's score among those around it, to probabilities.

use crate::regression::{CLIP, softmax};

/// Weights of the second look, on standardised columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SecondLook {
    /// One row per column, one weight per label.
    pub(super) weights: Vec<f32>,
    pub(super) bias: Vec<f32>,
    /// Mean of each column.
    pub(super) mean: Vec<f32>,
    /// 1 over the standard deviation of each column, 0 where it is constant.
    pub(super) scale: Vec<f32>,
}

impl SecondLook {
    /// A column in standard deviations from its mean, clipped; 0 where it is missing.
    pub(super) fn standard(&self, column: usize, value: f32) -> f32 {
        standard(value, self.mean[column], self.scale[column])
    }

    /// Probabilities from the columns, which are standardised in place.
    pub(super) fn probabilities(&self, columns: &mut [f32], out: &mut [f32]) {
        let k = out.len();
        for ((c, mean), scale) in columns.iter_mut().zip(&self.mean).zip(&self.scale) {
            *c = standard(*c, *mean, *scale);
        }
        out.copy_from_slice(&self.bias);
        if let Ok(out) = <&mut [f32; 4]>::try_from(&mut *out) {
            // A number of labels that is known when compiling: the sums stay in one register.
            for (c, weights) in columns.iter().zip(self.weights.as_chunks::<4>().0) {
                out.iter_mut().zip(weights).for_each(|(o, w)| *o += c * w);
            }
        } else {
            for (c, weights) in columns.iter().zip(self.weights.chunks_exact(k)) {
                out.iter_mut().zip(weights).for_each(|(o, w)| *o += c * w);
            }
        }
        softmax(out);
    }
}

fn standard(value: f32, mean: f32, scale: f32) -> f32 {
    let clip = CLIP as f32;
    let z = (value - mean) * scale;
    if z.is_nan() { 0.0 } else { z.clamp(-clip, clip) }
}
