//! What may be set of a fit, and whether there is enough to fit.

use serde::{Deserialize, Serialize};

use super::count::MOST_FOLDS;
use crate::error::{Error, Kind, Result};
use crate::stance::examples::{Example, Examples};

/// Settings of [`super::fit`]. The defaults were chosen by cross-validation grouped by document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainOptions {
    /// Parts that the documents are cut into for out-of-fold columns, 2 to 64; up to 50,000 labelled sentences, of
    /// which fewer can be spared, they are cut into four times as many, up to 64 (less with many labels).
    pub folds: usize,
    /// Dirichlet prior strength of words, in occurrences.
    pub words: f64,
    /// The same for pairs of words.
    pub pairs: f64,
    /// The same for letters inside words.
    pub letters: f64,
    /// The same for word classes; 0 leaves classes out.
    pub classes: f64,
    /// The same for pairs of classes.
    pub class_pairs: f64,
    /// The same for words under a target.
    pub crossed: f64,
    /// Loss weight C of the sparse classifier; 0 leaves it out.
    pub sparse: f64,
    /// Its passes over the data.
    pub passes: usize,
    /// L2 penalty of the mixing stage.
    pub mix_penalty: f64,
    /// L2 penalty of the context stage.
    pub context_penalty: f64,
    /// Whether neighbours, question and speaker are looked at.
    pub context: bool,
    /// How far the decision leans to rare labels: 0 prints probabilities as they are, 1 evens the
    /// labels out; `None` takes what gives the best macro-F1 out of fold.
    pub lean: Option<f64>,
    /// Share of the no-stance label where the model will be used, if it is not that of the training data.
    pub none_share: Option<f64>,
    /// Whether the model will read other kinds of text than the tables it learns from, each of which is a kind: its
    /// probabilities are then such that nine in ten kinds are not overstated.
    pub new_kinds: bool,
}

impl TrainOptions {
    /// What [`TrainOptions::leave_out`] knows.
    pub const LEAVABLE: [&str; 7] = ["words", "pairs", "letters", "classes", "class-pairs", "sparse", "context"];

    /// Leaves out a family of evidence, the sparse classifier or the context, to see what it is worth.
    ///
    /// # Panics
    /// Where the name is none of [`TrainOptions::LEAVABLE`].
    pub fn leave_out(&mut self, name: &str) {
        match name {
            "words" => self.words = 0.0,
            "pairs" => self.pairs = 0.0,
            "letters" => self.letters = 0.0,
            "classes" => (self.classes, self.class_pairs) = (0.0, 0.0),
            "class-pairs" => self.class_pairs = 0.0,
            "sparse" => self.sparse = 0.0,
            "context" => self.context = false,
            other => panic!("no family is called {other}"),
        }
    }
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            folds: 5,
            words: 0.3,
            pairs: 0.3,
            letters: 1.0,
            classes: 1.0,
            class_pairs: 1.0,
            crossed: 1.0,
            sparse: 0.3,
            passes: 6,
            mix_penalty: 100.0,
            context_penalty: 10.0,
            context: true,
            lean: None,
            none_share: None,
            new_kinds: false,
        }
    }
}

/// Whether a model can be trained on `examples` with these settings.
///
/// # Errors
/// What is missing or out of range.
pub(super) fn check(examples: &Examples, options: &TrainOptions) -> Result<()> {
    let usage = |m: String| Err(Error::new(Kind::Usage, m));
    let counts = examples.counts();
    if counts.iter().filter(|c| **c > 0).count() < 2 {
        let used = counts.iter().position(|c| *c > 0).map_or("none", |i| examples.labels.labels[i].as_str());
        return usage(format!("a classifier needs at least two labels with sentences; found: {used}"));
    }
    let coded = examples.documents.iter().filter(|d| d.labels.iter().any(Option::is_some));
    let mut names: Vec<&str> = coded.map(Example::name).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < 2 {
        let message = "all labelled sentences are of one document; at least two are needed, to see how well what is \
            learned from one fits another";
        return usage(message.to_owned());
    }
    if !(2..=MOST_FOLDS).contains(&options.folds) {
        return usage(format!("folds: {}; 2 to {MOST_FOLDS} are possible", options.folds));
    }
    let TrainOptions { words, pairs, letters, classes, class_pairs, crossed, sparse, .. } = options;
    let strengths = [words, pairs, letters, classes, class_pairs, crossed, sparse];
    let penalties = [options.mix_penalty, options.context_penalty];
    if strengths.iter().any(|v| !v.is_finite() || **v < 0.0) || penalties.iter().any(|v| !v.is_finite() || *v <= 0.0) {
        return usage("prior strengths must be finite and not negative, penalties above 0".to_owned());
    }
    if options.none_share.is_some() && examples.labels.none.is_none() {
        return usage(
            "a share is given of the label that means \"no stance\", and none does: name it with --none".to_owned(),
        );
    }
    if options.none_share.is_some_and(|s| !(0.01..=0.99).contains(&s)) {
        return usage("the share of the no-stance label must be between 0.01 and 0.99".to_owned());
    }
    Ok(())
}
