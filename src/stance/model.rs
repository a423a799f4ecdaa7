//! The trained classifier and how it reads a document.

use std::sync::{Arc, LazyLock};

use serde::Serialize;

use super::card::Card;
use super::first_look::{Classes, FirstLook};
use super::second_look::SecondLook;
use super::{LabelSet, Stances};
use crate::document::{Document, Sentence};
use crate::features::context::{self, Context, Scores};
use crate::features::ngram;
use crate::parallel;

/// Sentences per unit of parallel work.
const CHUNK: usize = 4096;

/// How a document is to be read.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PredictOptions {
    /// Abstain where the chosen label's probability is below this; `None` never abstains.
    pub abstain_below: Option<f32>,
    /// What the stances are about, for a model trained with targets; `None` takes the document's
    /// `target` column, if it has one.
    pub target: Option<String>,
}

/// A trained stance classifier.
///
/// Reading costs one pass over the text and does not allocate per sentence. The first look at a sentence is
/// `bias + Σ rows / √words`, the rows being integers; the second is a linear model over the columns of
/// [`crate::features::context`]; a softmax over its logits gives the probabilities, and the label is the
/// most probable one.
#[derive(Clone, PartialEq)]
pub struct StanceModel {
    pub(super) labels: Arc<LabelSet>,
    pub(super) card: Card,
    pub(super) hash: String,
    pub(super) lexicon: Classes,
    pub(super) first: FirstLook,
    pub(super) second: SecondLook,
}

impl std::fmt::Debug for StanceModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StanceModel").field("hash", &self.hash).field("card", &self.card).finish_non_exhaustive()
    }
}

static SHIPPED: LazyLock<StanceModel> = LazyLock::new(|| {
    StanceModel::from_bytes(include_bytes!("../../models/policy.stance")).expect("the embedded model")
});

impl StanceModel {
    /// The model that comes with the program, for the label set [`LabelSet::policy`].
    ///
    /// # Panics
    /// Never: a test reads the embedded file.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// What its label ids refer to.
    #[must_use]
    pub fn labels(&self) -> &Arc<LabelSet> {
        &self.labels
    }

    /// BLAKE3 of the model file's contents, hexadecimal.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What it was made of.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Labels every sentence of `document`, in order. The whole document is context.
    #[must_use]
    pub fn predict(&self, document: &Document, options: &PredictOptions) -> Stances {
        let (k, n) = (self.labels.len(), document.sentences.len());
        let looked = self.look(document, options.target.as_deref());
        let context = Context::new(document, looked.scores(k));
        let below = options.abstain_below.unwrap_or(0.0);
        let parts = parallel::map_ranges(n, CHUNK, |range| {
            let mut columns = vec![0.0; context::width(k)];
            let mut rows = vec![0.0; range.len() * k];
            let mut chosen = Vec::with_capacity(range.len());
            for (i, row) in range.zip(rows.chunks_exact_mut(k)) {
                context.fill(i, &mut columns);
                self.second.probabilities(&mut columns, row);
                let label = largest(row);
                chosen.push((label, row[usize::from(label)] < below));
            }
            (rows, chosen)
        });
        let mut out = Stances {
            labels: Arc::clone(&self.labels),
            probabilities: Vec::with_capacity(n * k),
            chosen: Vec::with_capacity(n),
            abstained: Vec::with_capacity(n),
        };
        for (rows, chosen) in parts {
            out.probabilities.extend(rows);
            out.chosen.extend(chosen.iter().map(|(label, _)| label));
            out.abstained.extend(chosen.iter().map(|(_, abstains)| abstains));
        }
        out
    }

    /// The first look at every sentence and question.
    pub(super) fn look(&self, document: &Document, target: Option<&str>) -> Looked {
        let k = self.labels.len();
        let wanted = !self.first.crossed.is_empty();
        let fixed = target.filter(|_| wanted).map(ngram::target);
        let by_sentence = if wanted && fixed.is_none() { targets(document) } else { Vec::new() };
        let of = |i: usize| fixed.or_else(|| by_sentence.get(i).copied().flatten());
        let parts = parallel::map_ranges(document.sentences.len(), CHUNK, |range| {
            let mut scratch = self.first.scratch();
            let mut rows = vec![0.0; range.len() * k];
            let mut words = Vec::with_capacity(range.len());
            for (i, row) in range.zip(rows.chunks_exact_mut(k)) {
                words.push(self.first.score(&self.lexicon, document.sentence(i), of(i), &mut scratch, row));
            }
            (rows, words)
        });
        let n = document.sentences.len();
        let mut looked =
            Looked { sentences: Vec::with_capacity(n * k), words: Vec::with_capacity(n), ..Looked::default() };
        for (rows, words) in parts {
            looked.sentences.extend(rows);
            looked.words.extend(words);
        }
        let others = |texts: &mut dyn ExactSizeIterator<Item = &str>| {
            let mut scratch = self.first.scratch();
            let mut rows = vec![0.0; texts.len() * k];
            for (text, row) in texts.zip(rows.chunks_exact_mut(k)) {
                self.first.score(&self.lexicon, text, fixed, &mut scratch, row);
            }
            rows
        };
        looked.questions = others(&mut document.questions.iter().map(|q| q.text.as_str()));
        looked.gaps = others(&mut document.gaps.iter().map(|g| g.before.as_str()));
        looked
    }
}

/// First-look results of the sentences, the questions and the words before the gaps of one document.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) sentences: Vec<f32>,
    pub(super) words: Vec<u32>,
    pub(super) questions: Vec<f32>,
    pub(super) gaps: Vec<f32>,
}

impl Looked {
    pub(super) fn scores(&self, labels: usize) -> Scores<'_> {
        let Self { sentences, words, questions, gaps } = self;
        Scores { labels, sentences, questions, gaps, words }
    }
}

/// The target of each sentence by the document's `target` column: empty if it has none.
pub(super) fn targets(document: &Document) -> Vec<Option<u64>> {
    let Some(column) = document.columns.iter().position(|c| c == "target") else { return Vec::new() };
    let mut record = 0;
    let of = |sentence: &Sentence| {
        while document.records.get(record).is_some_and(|r| r.span.end <= sentence.span.start) {
            record += 1;
        }
        let found = document.records.get(record).filter(|r| r.span.start <= sentence.span.start);
        found.map(|r| ngram::target(&r.cells[column]))
    };
    document.sentences.iter().map(of).collect()
}

/// The id of the largest value, the first of equals.
fn largest(row: &[f32]) -> u16 {
    let mut best = 0;
    for (i, p) in row.iter().enumerate() {
        if *p > row[best] {
            best = i;
        }
    }
    best as u16
}
