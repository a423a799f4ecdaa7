//! The card of a model.

use serde::{Deserialize, Serialize};

use super::examples::digest;
use super::train::TrainOptions;

/// What a model was made of: the part of it that people read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Version of this program that trained it.
    pub version: String,
    /// Number of training documents.
    pub documents: usize,
    /// Number of labelled sentences per label.
    pub sentences: Vec<usize>,
    /// Number of features of each family.
    pub features: Vec<(String, usize)>,
    /// Settings.
    pub options: TrainOptions,
    /// Factor on the logits that makes probabilities match shares, found out of fold and, on request, on new kinds.
    pub sharpness: f64,
    /// What was added to each label's logit before that.
    pub offsets: Vec<f64>,
    /// Digests, sorted, of the training sentences that belong to a sample drawn to be coded: their codes cannot
    /// correct this model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sample: Vec<String>,
}

impl Card {
    /// Whether a sentence of a sample is one that the model was trained on.
    #[must_use]
    pub fn has_learned(&self, document: &str, sentence: &str) -> bool {
        !self.sample.is_empty() && self.sample.binary_search(&digest(document, sentence)).is_ok()
    }
}
