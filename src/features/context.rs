//! What the words around a sentence say about it.
//!
//! The classifier reads a document twice: first every sentence on its own, then every sentence with the
//! scores of the others: three sentences on each side as far as the same person speaks, the question, and whatever else
//! the speaker says in the document, for people hold a position longer than a sentence. What another person says, but
//! for the question, moves no label. The columns of this second look are made here, for training and for prediction
//! alike. Scores are logits, centred so that they sum to 0 over the labels.
//!
//! Tried and left out, as they gained nothing more on our corpus: the mean over the whole document, five sentences on
//! each side, a third look at what the second found, neighbours that another person says, in the same columns (half a
//! point less than without) or in columns of their own, the same person's next sentence across what others say, the mean
//! and the length of the turn, and how much the speaker speaks and asks. Whether a sentence begins or ends its turn gains
//! half a point there, but half of our turns end on their point, which may be the way we write.

use crate::document::Document;

/// Sentences looked at on each side.
pub const REACH: usize = 3;

/// Marks a column that a sentence does not have.
pub const MISSING: f32 = f32::NAN;

/// Blocks of one column per label, in the order of the columns.
const BLOCKS: [&str; 2 * REACH + 3] = [
    "own words",
    "1 sentence before",
    "1 sentence after",
    "2 sentences before",
    "2 sentences after",
    "3 sentences before",
    "3 sentences after",
    "question",
    "the speaker's other sentences",
];

/// Sentences without a position that a speaker's mean starts from, so that one or two others do not decide it.
const RESERVE: f32 = 3.0;

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
#[derive(Clone, Copy)]
pub struct Scores<'a> {
    /// Number of labels.
    pub labels: usize,
    /// One row of logits per sentence.
    pub sentences: &'a [f32],
    /// One row of logits per question.
    pub questions: &'a [f32],
    /// One row of logits per gap, for the words before it.
    pub gaps: &'a [f32],
    /// Number of words of each sentence.
    pub words: &'a [u32],
}

/// A document with its first-look scores.
pub struct Context<'a> {
    document: &'a Document,
    scores: Scores<'a>,
    /// Sum of the scores of each speaker's sentences, and their number.
    speakers: Vec<f32>,
    said: Vec<u32>,
    /// Where there are gaps: all rows in the order of the text, as a sentence's index or the number of sentences plus
    /// a gap's index.
    line: Vec<u32>,
}

impl<'a> Context<'a> {
    /// The context of every sentence of `document`.
    #[must_use]
    pub fn new(document: &'a Document, scores: Scores<'a>) -> Self {
        debug_assert_eq!(scores.words.len(), document.sentences.len());
        let k = scores.labels;
        let mut speakers = vec![0.0; document.speakers.len() * k];
        let mut said = vec![0; document.speakers.len()];
        for (sentence, row) in document.sentences.iter().zip(scores.sentences.chunks_exact(k)) {
            if let Some(speaker) = document.turns[sentence.turn as usize].speaker {
                let sums = &mut speakers[speaker as usize * k..][..k];
                sums.iter_mut().zip(row).for_each(|(sum, score)| *sum += score);
                said[speaker as usize] += 1;
            }
        }
        let n = document.sentences.len() as u32;
        let mut line = Vec::new();
        for (i, gap) in (0..).zip(&document.gaps) {
            let next = line.len() as u32 - i;
            line.extend((next..gap.sentence).chain([n + i]));
        }
        if !line.is_empty() {
            line.extend(line.len() as u32 - document.gaps.len() as u32..n);
        }
        Self { document, scores, speakers, said, line }
    }

    /// The scores at a place of the text, the words before a gap having a place of their own.
    fn row(&self, place: usize) -> Option<&[f32]> {
        let (k, n) = (self.scores.labels, self.document.sentences.len());
        let row = if self.line.is_empty() { place } else { *self.line.get(place)? as usize };
        let (rows, row) = if row < n { (self.scores.sentences, row) } else { (self.scores.gaps, row - n) };
        rows.get(row * k..(row + 1) * k)
    }

    /// Whether the person of a turn speaks at a place too; in the words before a gap it may be anybody.
    // Kept out of the loop that long turns never leave, which is 7 % slower with it inside.
    #[inline(never)]
    fn is_own(&self, place: usize, turn: u32) -> bool {
        let row = self.line.get(place).map_or(place, |row| *row as usize);
        let speaker = |turn: u32| self.document.turns[turn as usize].speaker;
        self.document.sentences.get(row).is_none_or(|s| s.turn == turn || speaker(s.turn) == speaker(turn))
    }

    /// The columns of sentence `at` into `out`, [`width`] of them.
    pub fn fill(&self, at: usize, out: &mut [f32]) {
        let k = self.scores.labels;
        let own = &self.scores.sentences[at * k..(at + 1) * k];
        out.fill(MISSING);
        out[..k].copy_from_slice(own);
        let sentences = &self.document.sentences;
        let turn_id = sentences[at].turn;
        // Turns are in order: where the farthest neighbours are of this one, all are.
        let ends = [at.saturating_sub(REACH), (at + REACH).min(sentences.len() - 1)];
        let is_alone = ends.iter().all(|end| sentences[*end].turn == turn_id);
        let here = at + self.document.gaps.partition_point(|gap| gap.sentence as usize <= at);
        for distance in 1..=REACH {
            let block = (2 * distance - 1) * k;
            let neighbours = [here.checked_sub(distance), Some(here + distance)];
            for (block, place) in [block, block + k].into_iter().zip(neighbours) {
                let place = place.filter(|place| is_alone || self.is_own(*place, turn_id));
                if let Some(row) = place.and_then(|place| self.row(place)) {
                    out[block..block + k].copy_from_slice(row);
                }
            }
        }
        let turn = &self.document.turns[turn_id as usize];
        let rest = (2 * REACH + 1) * k;
        let asker = turn.question.is_some_and(|q| self.document.questions[q as usize].turn == Some(turn_id));
        if let Some(question) = turn.question
            && !asker
        {
            out[rest..rest + k].copy_from_slice(&self.scores.questions[question as usize * k..][..k]);
        }
        if let Some(speaker) = turn.speaker.map(|s| s as usize) {
            let others = (self.said[speaker] - 1) as f32 + RESERVE;
            let sums = &self.speakers[speaker * k..][..k];
            out[rest + k..rest + 2 * k]
                .iter_mut()
                .zip(sums.iter().zip(own))
                .for_each(|(o, (s, own))| *o = (s - own) / others);
        }
        let text = self.document.sentence(at).trim_end();
        let flag = |b: bool| f32::from(u8::from(b));
        let shape = [
            log_length(self.scores.words[at]),
            flag(text.ends_with(['?']) || text.ends_with("?\"") || text.ends_with("?”")),
            if self.document.questions.is_empty() { MISSING } else { flag(asker) },
        ];
        out[rest + 2 * k..].copy_from_slice(&shape);
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
    use crate::document::{Gap, Sentence, Span, Turn};

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
        let scores = Scores { labels: 2, sentences: &sentences, questions: &[], gaps: &[], words: &[1, 1, 3] };
        let context = Context::new(&document, scores);
        let mut out = vec![9.0; width(2)];
        context.fill(1, &mut out);
        assert_eq!(out[..6], [2.0, -2.0, 1.0, -1.0, 4.0, -4.0]);
        assert!(out[6..16].iter().all(|c| c.is_nan()), "no further neighbour, no question");
        assert_eq!(out[16..18], [1.0, -1.0], "5 and 0 others in reserve: (1 + 4) / (2 + 3)");
        assert_eq!(out[18..20], [1.0, 1.0]);
        assert!(out[20].is_nan(), "nobody is known to ask");
        assert_eq!(name(3, 2), ("1 sentence before", Some(1)));
        assert_eq!(name(18, 2), ("length", None));
        context.fill(2, &mut out);
        assert_eq!(out[2..4], [2.0, -2.0]);
        assert!(out[4].is_nan());

        let gap = Gap { sentence: 1, before: "Well.".to_owned() };
        let document = Document { gaps: vec![gap], ..document.clone() };
        let context = Context::new(&document, Scores { gaps: &[8.0, -8.0], ..scores });
        context.fill(2, &mut out);
        assert_eq!(out[2..4], [2.0, -2.0], "the sentence before");
        assert_eq!(out[6..8], [8.0, -8.0], "what stood before the gap");
        assert_eq!(out[10..12], [1.0, -1.0], "and what stands on its other side");
        context.fill(0, &mut out);
        assert_eq!((&out[4..6], &out[8..10]), (&[8.0, -8.0][..], &[2.0, -2.0][..]));
    }

    #[test]
    fn what_another_person_says_is_no_neighbour() {
        let turn = |speaker| Turn { speaker: Some(speaker), ..Turn::default() };
        let document = Document {
            text: "Yes. No. Why. So.".to_owned(),
            speakers: vec!["A".into(), "B".into()],
            turns: vec![turn(0), turn(1), turn(0)],
            sentences: [(0, 0, 4), (1, 5, 8), (2, 9, 13), (2, 14, 17)]
                .map(|(turn, start, end)| Sentence { turn, span: Span::new(start, end) })
                .to_vec(),
            ..Document::default()
        };
        let sentences = [1.0, 2.0, 4.0, 8.0];
        let scores = Scores { labels: 1, sentences: &sentences, questions: &[], gaps: &[], words: &[1; 4] };
        let context = Context::new(&document, scores);
        let mut out = vec![9.0; width(1)];
        context.fill(1, &mut out);
        assert!(out[1..7].iter().all(|c| c.is_nan()), "A alone stands around it: {out:?}");
        context.fill(3, &mut out);
        assert_eq!((out[1], out[5]), (4.0, 1.0), "A again, with B between");
        assert!(out[3].is_nan());
    }

    #[test]
    fn lengths_grow_like_logarithms() {
        assert_eq!([0, 1, 3, 7].map(|n| log_length(n).to_bits()), [0.0_f32, 1.0, 2.0, 3.0].map(f32::to_bits));
        assert!(log_length(5) > 2.0 && log_length(5) < 3.0);
    }
}
