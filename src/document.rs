//! The noun that every stage shares: a document, its turns and its sentences.
//!
//! A reader makes the document and its turns, [`crate::segment`] adds the
//! sentences; from there on it is only read. Everything is indices into the
//! document's own vectors and owned strings, so that an analysis can cross
//! threads and outlive its input.

use serde::{Deserialize, Serialize};

/// A half-open byte range of [`Document::text`], on character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte positions.
    ///
    /// # Panics
    /// Where a position does not fit `u32`; readers refuse such documents first.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let at = |n| u32::try_from(n).expect("document over 4 GiB");
        Self { start: at(start), end: at(end) }
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span covers nothing.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// The span as an index range.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The text under the span.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }
}

/// Where a document came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The path as the user gave it, `-` for standard input.
    pub path: String,
    /// Name of the reader, e.g. `txt`.
    pub format: String,
    /// Encoding that the bytes were decoded from, e.g. `UTF-8`.
    pub encoding: String,
    /// BLAKE3 of the raw bytes, hexadecimal; empty until the input is read through.
    pub hash: String,
}

/// What one speaker says in one go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Index into [`Document::speakers`]; `None` for boilerplate that was kept on request.
    pub speaker: Option<u32>,
    /// The speaker's name as printed.
    pub speaker_raw: String,
    /// Index into [`Document::questions`]: the question this turn answers, or asks.
    pub question: Option<u32>,
    /// Where its words are: more than one span where something was dropped into the middle.
    pub spans: Vec<Span>,
    /// 1-based line (or record) of the source on which the turn starts.
    pub line: u32,
    /// Start time in milliseconds, if the format has one.
    pub time: Option<u64>,
}

/// A question that turns answer. Its turns, in order, are one *exchange*.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The question in one line, white space folded.
    pub text: String,
    /// 1-based line (or record) of the source on which it starts.
    pub line: u32,
    /// The turn that asks it; `None` if nobody is named (a heading, an interviewer
    /// without a label): such a question is nobody's sentence.
    pub turn: Option<u32>,
}

impl Question {
    /// Takes `turn` for the one that asks, if none is known yet and its `words` are of the question.
    pub(crate) fn ask(&mut self, turn: u32, words: &str) {
        if self.turn.is_none() && self.text.contains(words) {
            self.turn = Some(turn);
        }
    }
}

/// One sentence of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Index into [`Document::turns`].
    pub turn: u32,
    /// Where its words are: inside one span of the turn.
    pub span: Span,
}

/// One row of a table the document was read from: the user's own columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The words of this row in [`Document::text`]. Records are in order.
    pub span: Span,
    /// 1-based line of the table on which the row begins.
    pub line: u64,
    /// The carried cells, in the order of [`Document::columns`].
    pub cells: Vec<String>,
}

/// A place in a table of selected sentences where something was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// Index of the sentence after it.
    pub sentence: u32,
    /// The words that stood right before that sentence.
    pub before: String,
}

impl Gap {
    /// The gap before sentence `index`, if the words `before` it are known and are not those of the `last` sentence.
    pub(crate) fn between(last: &str, before: &str, index: usize) -> Option<Self> {
        let follows = before.split_whitespace().eq(last.split_whitespace());
        let known = !before.trim().is_empty();
        (known && !follows).then(|| Self { sentence: index as u32, before: before.to_owned() })
    }
}

/// A text with its speakers, questions, turns and sentences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Name of the document: the file's stem, or what the table's `document` column says.
    pub id: String,
    /// Where it came from.
    pub source: Source,
    /// The decoded text; all offsets are bytes of this.
    pub text: String,
    /// Speakers' names, normalised, in order of first appearance.
    pub speakers: Vec<String>,
    /// Questions in order.
    pub questions: Vec<Question>,
    /// Turns in order of their first span.
    pub turns: Vec<Turn>,
    /// Sentences in order. A reader fills them only for input that is one sentence per row.
    pub sentences: Vec<Sentence>,
    /// Where sentences do not follow on from one another, in order; empty for a whole text.
    pub gaps: Vec<Gap>,
    /// Names of the columns carried through from the input, in their order.
    pub columns: Vec<String>,
    /// Carried rows in order of their spans; empty for formats without columns.
    pub records: Vec<Record>,
    /// What is known of the document besides speech, e.g. `title`, `stage-direction`.
    pub metadata: Vec<(String, String)>,
}

impl Document {
    /// The text of sentence `index`.
    ///
    /// # Panics
    /// Where there is no such sentence.
    #[must_use]
    pub fn sentence(&self, index: usize) -> &str {
        self.sentences[index].span.of(&self.text)
    }

    /// The turn that sentence `index` belongs to.
    ///
    /// # Panics
    /// Where there is no such sentence.
    #[must_use]
    pub fn turn_of(&self, index: usize) -> &Turn {
        &self.turns[self.sentences[index].turn as usize]
    }

    /// The speaker's name of a turn, empty if it has none.
    #[must_use]
    pub fn speaker_name(&self, turn: &Turn) -> &str {
        turn.speaker.map_or("", |s| &self.speakers[s as usize])
    }

    /// The words of the question a turn belongs to, empty if there is none.
    #[must_use]
    pub fn question_text(&self, turn: &Turn) -> &str {
        turn.question.map_or("", |q| &self.questions[q as usize].text)
    }

    /// The index of `name` among the speakers, added if it is new.
    pub fn speaker_id(&mut self, name: &str) -> u32 {
        let found = self.speakers.iter().position(|s| s == name);
        found.unwrap_or_else(|| {
            self.speakers.push(name.to_owned());
            self.speakers.len() - 1
        }) as u32
    }

    /// Sentence ranges by turn: `(turn, first sentence .. one past its last)`, in order;
    /// turns without a sentence are left out.
    #[must_use]
    pub fn sentences_by_turn(&self) -> Vec<(usize, std::ops::Range<usize>)> {
        let mut out: Vec<(usize, std::ops::Range<usize>)> = Vec::with_capacity(self.turns.len());
        for (i, sentence) in self.sentences.iter().enumerate() {
            match out.last_mut() {
                Some((turn, range)) if *turn == sentence.turn as usize => range.end = i + 1,
                _ => out.push((sentence.turn as usize, i..i + 1)),
            }
        }
        out
    }
}
