//! Stage 4: features → stance.
//!
//! | what | where |
//! |---|---|
//! | what a sentence may be called, and sentences that are | `labels`, `examples` |
//! | a model, and how it reads a document | `model`: `first_look` over `table`, then `second_look` |
//! | a model as a file, and what it was made of | `file`, `card` |
//! | why a sentence got its label | `explain` |
//! | making a model | [`train`] |
//! | measuring one | [`evaluate`] |

mod card;
pub mod evaluate;
mod examples;
mod explain;
mod file;
mod first_look;
mod labels;
mod model;
mod second_look;
mod table;
pub mod train;

use std::sync::Arc;

pub use card::Card;
pub use examples::{Example, Examples};
pub use explain::{Reason, ReasonKind};
pub use labels::LabelSet;
pub use model::{PredictOptions, StanceModel};

/// One stance per sentence of a document, in the order of its sentences.
#[derive(Clone, Debug, PartialEq)]
pub struct Stances {
    /// The labels that ids and probabilities refer to.
    pub labels: Arc<LabelSet>,
    /// Row-major, one row per sentence, one column per label; each row sums to 1.
    pub probabilities: Vec<f32>,
    /// The chosen label of each sentence.
    pub chosen: Vec<u16>,
    /// Whether the model abstains on the sentence (its confidence is below the threshold).
    pub abstained: Vec<bool>,
}

impl Stances {
    /// Number of sentences.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether there are no sentences.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// The probability of every label for one sentence.
    ///
    /// # Panics
    /// Where there is no such sentence.
    #[must_use]
    pub fn row(&self, sentence: usize) -> &[f32] {
        let k = self.labels.len();
        &self.probabilities[sentence * k..(sentence + 1) * k]
    }

    /// The probability of the chosen label.
    ///
    /// # Panics
    /// Where there is no such sentence.
    #[must_use]
    pub fn confidence(&self, sentence: usize) -> f32 {
        self.row(sentence)[usize::from(self.chosen[sentence])]
    }

    /// The name of the chosen label.
    ///
    /// # Panics
    /// Where there is no such sentence.
    #[must_use]
    pub fn name(&self, sentence: usize) -> &str {
        &self.labels.labels[usize::from(self.chosen[sentence])]
    }
}
