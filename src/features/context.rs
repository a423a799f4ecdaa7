//! What the words around a sentence say about it.
//!
//! The classifier reads a document twice: first every sentence on its own, then every sentence with the
//! scores of the others: three sentences on each side and the question.
//! (The mean score of the speaker's other sentences, and of the whole document, were tried: they gained under 0.1
//! points of macro-F1 on our corpus, and a mean over few sentences misled.) The columns of this second look are made here, for training and for
//! prediction alike. Scores are logits, centred so that they sum to 0 over the labels.

use crate::document::Document;

/// Sentences looked at on each side.
pub const REACH: usize = 3;

/// Marks a column that a sentence does not have.
pub const MISSING: f32 = f32::NAN;

/// Blocks of one column per label, in the order of the columns.
const BLOCKS: [&str; 2 * REACH + 2] = [
    "own words",
    "1 sentence before",
    "1 sentence after",
    "2 sentences before",
    "2 sentences after",
    "3 sentences before",
    "3 sentences after",
    "question",
];

/// Columns that are not scores.
const SHAPE: [&str; 3] = ["length", "question mark", "asker"];

/// Number of columns for `labels` labels.
#[must_use]
pub fn width(labels: usize) -> usize {
    BLOCKS.len() * labels + SHAPE.len()
}

/// What a column is, and the label it speaks about if it is a score.
#[must_use]
pub fn name(column: usize, labels: usize) -> (&'static str, Option<usize>) {
    match BLOCKS.get(column / labels) {
        Some(block) => (block, Some(column % labels)),
        None => (SHAPE[column - BLOCKS.len() * labels], None),
    }
}

/// First-look results of one document.
pub struct Scores<'a> {
    /// Number of labels.
    pub labels: usize,
    /// One row of logits per sentence.
    pub sentences: &'a [f32],
    /// One row of logits per question.
    pub questions: &'a [f32],
    /// Number of words of each sentence.
    pub words: &'a [u32],
}

/// A document with its first-look scores.
pub struct Context<'a> {
    document: &'a Document,
    scores: Scores<'a>,
}

impl<'a> Context<'a> {
    /// The context of every sentence of `document`.
    #[must_use]
    pub fn new(document: &'a Document, scores: Scores<'a>) -> Self {
        debug_assert_eq!(scores.words.len(), document.sentences.len());
        Self { document, scores }
    }

    /// The columns of sentence `at` into `out`, [`width`] of them.
    pub fn fill(&self, at: usize, out: &mut [f32]) {
        let k = self.scores.labels;
        let n = self.document.sentences.len();
        let own = &self.scores.sentences[at * k..(at + 1) * k];
        out.fill(MISSING);
        out[..k].copy_from_slice(own);
        for distance in 1..=REACH {
            let block = (2 * distance - 1) * k;
            if at >= distance {
                out[block..block + k].copy_from_slice(&self.scores.sentences[(at - distance) * k..][..k]);
            }
            if at + distance < n {
                out[block + k..block + 2 * k].copy_from_slice(&self.scores.sentences[(at + distance) * k..][..k]);
            }
        }
        let turn_id = self.document.sentences[at].turn as usize;
        let turn = &self.document.turns[turn_id];
        let rest = (2 * REACH + 1) * k;
        let asker = turn.question.is_some_and(|q| self.document.questions[q as usize].turn == Some(turn_id as u32));
        if let Some(question) = turn.question
            && !asker
        {
            out[rest..rest + k].copy_from_slice(&self.scores.questions[question as usize * k..][..k]);
        }
        let text = self.document.sentence(at).trim_end();
        let flag = |b: bool| f32::from(u8::from(b));
        let shape = [
            log_length(self.scores.words[at]),
            flag(text.ends_with(['?']) || text.ends_with("?\"") || text.ends_with("?”")),
            if self.document.questions.is_empty() { MISSING } else { flag(asker) },
        ];
        out[rest + k..].copy_from_slice(&shape);
    }
}

/// log2(1 + n), exact on every machine for the powers of two and linear between them.
fn log_length(n: u32) -> f32 {
    let n = n + 1;
    let whole = n.ilog2();
    whole as f32 + (n - (1 << whole)) as f32 / (1_u32 << whole) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Sentence, Span, Turn};

    #[test]
    fn neighbours_stand_in_their_blocks_and_the_rest_is_missing() {
        let text = "Yes. No? Why.";
        let document = Document {
            text: text.to_owned(),
            speakers: vec!["A".into()],
            turns: vec![Turn { speaker: Some(0), ..Turn::default() }],
            sentences: [(0, 4), (5, 8), (9, 13)].map(|(s, e)| Sentence { turn: 0, span: Span::new(s, e) }).to_vec(),
            ..Document::default()
        };
        let sentences = [1.0, -1.0, 2.0, -2.0, 4.0, -4.0];
        let scores = Scores { labels: 2, sentences: &sentences, questions: &[], words: &[1, 1, 3] };
        let context = Context::new(&document, scores);
        let mut out = vec![9.0; width(2)];
        context.fill(1, &mut out);
        assert_eq!(out[..6], [2.0, -2.0, 1.0, -1.0, 4.0, -4.0]);
        assert!(out[6..16].iter().all(|c| c.is_nan()), "no further neighbour, no question");
        assert_eq!(out[16..18], [1.0, 1.0]);
        assert!(out[18].is_nan(), "nobody is known to ask");
        assert_eq!(name(3, 2), ("1 sentence before", Some(1)));
        assert_eq!(name(16, 2), ("length", None));
        context.fill(2, &mut out);
        assert_eq!(out[2..4], [2.0, -2.0]);
        assert!(out[4].is_nan());
    }

    #[test]
    fn lengths_grow_like_logarithms() {
        assert_eq!([0, 1, 3, 7].map(|n| log_length(n).to_bits()), [0.0_f32, 1.0, 2.0, 3.0].map(f32::to_bits));
        assert!(log_length(5) > 2.0 && log_length(5) < 3.0);
    }
}
