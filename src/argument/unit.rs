//! One sentence as the argument models see it, and its place in the conversation.
//!
//! A unit's *shape* is a handful of numbers that need no vocabulary: which marker classes
//! it holds, how it begins and ends, how long it is. The row of a unit joins its own shape
//! with those of the sentences before and after it, its position in the turn, and (for the
//! models of components only) words.

use std::ops::Range;

use super::denial::Content;
use super::logistic::Row;
use super::markers::{MARKERS, Mark};
use super::token::{self, Token};
use crate::document::Document;
use crate::parallel;
use crate::stance::Stances;

/// Sentences that are read together by one task of the parallel map.
const CHUNK: usize = 256;
/// Words of at most this many letters say little about the topic.
const SHORT: u32 = 3;

/// A sentence, reduced to keys and numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unit {
    /// Who speaks.
    pub(super) speaker: Option<u32>,
    /// Index of its turn in the document.
    pub(super) turn: u32,
    /// The exchange it belongs to: its question, or 0 where the document has none.
    pub(super) exchange: u32,
    /// Content stems with their idf, sorted by stem, without repetition.
    pub(super) stems: Vec<(u64, f32)>,
    /// Euclidean length of `stems`.
    pub(super) norm: f32,
    /// Keys of all words, sorted, without repetition.
    pub(super) keys: Vec<u64>,
    /// Keys of capitalised words after the first, sorted: mostly names.
    pub(super) names: Vec<u64>,
    /// Marker phrases, by place.
    pub(super) marks: Vec<Mark>,
    /// One bit per marker class: anywhere in the sentence.
    pub(super) classes: u64,
    /// One bit per marker class: opening the sentence.
    pub(super) opens: u64,
    /// Words of the model's vocabulary, sorted; the first word is marked by [`Vocabulary::first`].
    pub(super) words: Vec<u32>,
    /// Number of words.
    pub(super) length: u32,
    /// The sentence's own columns, see [`SHAPE`].
    pub(super) shape: Row,
    /// What it says, to be compared with what denies it.
    pub(super) content: Content,
    /// Chosen stance, unless it is the label that means none or there are no stances.
    pub(super) stance: Option<u16>,
}

impl Unit {
    /// Whether it holds a marker of the class anywhere.
    pub(super) fn has(&self, class: u8) -> bool {
        self.classes >> class & 1 == 1
    }

    /// Whether it ends with a question mark.
    pub(super) fn is_question(&self) -> bool {
        let question = 2 * MARKERS.classes.len() as u32 + 3;
        self.shape.iter().any(|(c, _)| *c == question)
    }

    /// Whether it opens with a marker of the class.
    pub(super) fn opens_with(&self, class: u8) -> bool {
        self.opens >> class & 1 == 1
    }
}

/// Words that get a column of their own, and how often words occur in the training corpus.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Vocabulary {
    /// Word keys with their column, sorted by key.
    words: Vec<(u64, u32)>,
    /// Stems with the number of training sentences that hold them, sorted.
    frequencies: Vec<(u64, u32)>,
    /// Number of training sentences.
    sentences: u32,
}

impl Vocabulary {
    /// From the words that get columns, in the order of their columns, and the frequencies of stems.
    pub(super) fn new(words: &[String], mut frequencies: Vec<(u64, u32)>, sentences: u32) -> Self {
        let mut words: Vec<(u64, u32)> = words.iter().zip(0..).map(|(w, i)| (token::key(w), i)).collect();
        words.sort_unstable();
        frequencies.sort_unstable();
        Self { words, frequencies, sentences }
    }

    /// Whether two words have the same key.
    pub(super) fn has_twins(&self) -> bool {
        self.words.windows(2).any(|w| w[0].0 == w[1].0)
    }

    /// Number of word columns; the first word of a sentence has as many again.
    pub(super) fn len(&self) -> u32 {
        self.words.len() as u32
    }

    fn column(&self, key: u64) -> Option<u32> {
        self.words.binary_search_by_key(&key, |(k, _)| *k).ok().map(|i| self.words[i].1)
    }

    /// ln(N / n), with half a sentence for a stem never seen in training.
    fn idf(&self, stem: u64) -> f32 {
        let n = match self.frequencies.binary_search_by_key(&stem, |(s, _)| *s) {
            Ok(i) => self.frequencies[i].1 as f32 + 0.5,
            Err(_) => 0.5,
        };
        ((self.sentences as f32 + 1.0) / n).ln().max(0.0)
    }
}

/// Columns of a shape beyond the marker classes.
const EXTRA: [&str; 11] = [
    "length",
    "short",
    "long",
    "question",
    "exclamation",
    "number",
    "lower-case start",
    "open end",
    "comma",
    "quotation",
    "names",
];

/// Number of columns of a shape: two per marker class (anywhere, opening) and [`EXTRA`].
pub(super) fn shape_columns() -> u32 {
    2 * MARKERS.classes.len() as u32 + EXTRA.len() as u32
}

/// Columns of a unit's place.
pub(super) const PLACE: [&str; 16] = [
    "first of turn",
    "second of turn",
    "third of turn",
    "last of turn",
    "second to last",
    "relative position",
    "turn length",
    "alone",
    "first turn",
    "speaker asks",
    "previous speaker differs",
    "next speaker differs",
    "no previous",
    "no previous, one speaker",
    "no next",
    "late half",
];

/// Where the column groups of a unit's row begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    shape: u32,
    words: u32,
}

impl Layout {
    /// The layout of rows with `vocabulary`.
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        Self { shape: shape_columns(), words: vocabulary.len() }
    }

    /// All columns.
    pub(super) fn all(self) -> u32 {
        plain_columns() + COLUMNS_PER_WORD * self.words
    }
}

/// Columns without words: shapes of the sentence, the previous and the next one, and the place.
pub(super) fn plain_columns() -> u32 {
    3 * shape_columns() + PLACE.len() as u32
}

/// A word may stand in the sentence, the previous or the next one, first or anywhere.
pub(super) const COLUMNS_PER_WORD: u32 = 6;

/// Reads all sentences of a document.
pub(super) fn units(doc: &Document, stances: Option<&Stances>, vocabulary: &Vocabulary) -> Vec<Unit> {
    let read = |range: Range<usize>| {
        let mut scratch = Scratch::default();
        range.map(|i| unit(doc, i, stances, vocabulary, &mut scratch)).collect::<Vec<_>>()
    };
    parallel::map_ranges(doc.sentences.len(), CHUNK, read).into_iter().flatten().collect()
}

#[derive(Default)]
struct Scratch {
    tokens: Vec<Token>,
}

/// Whether a word says what a sentence is about.
pub(super) fn is_topical(token: &Token) -> bool {
    (token.chars > SHORT || token.capital || token.digit) && !MARKERS.is_function_word(token.key)
}

fn unit(
    doc: &Document,
    index: usize,
    stances: Option<&Stances>,
    vocabulary: &Vocabulary,
    scratch: &mut Scratch,
) -> Unit {
    let text = doc.sentence(index);
    token::tokenize(text, &mut scratch.tokens);
    let tokens = &scratch.tokens;
    let mut marks = Vec::new();
    MARKERS.find(tokens, &mut marks);
    let bits =
        |opening: bool| marks.iter().filter(|m| m.initial || !opening).fold(0_u64, |bits, m| bits | 1 << m.class);
    let (classes, opens) = (bits(false), bits(true));

    let mut stems: Vec<(u64, f32)> =
        tokens.iter().filter(|t| is_topical(t)).map(|t| (t.stem, vocabulary.idf(t.stem))).collect();
    stems.sort_unstable_by_key(|(stem, _)| *stem);
    stems.dedup_by_key(|(stem, _)| *stem);
    let norm = stems.iter().map(|(_, idf)| idf * idf).sum::<f32>().sqrt();

    let mut keys: Vec<u64> = tokens.iter().map(|t| t.key).collect();
    let mut words: Vec<u32> = keys.iter().filter_map(|k| vocabulary.column(*k)).collect();
    if let Some(first) = keys.first().and_then(|k| vocabulary.column(*k)) {
        words.push(vocabulary.len() + first);
    }
    words.sort_unstable();
    words.dedup();
    keys.sort_unstable();
    keys.dedup();
    let mut names: Vec<u64> = tokens.iter().skip(1).filter(|t| t.capital && t.chars > 2).map(|t| t.key).collect();
    names.sort_unstable();
    names.dedup();

    let sentence = doc.sentences[index];
    let turn = &doc.turns[sentence.turn as usize];
    let stance = stances.and_then(|s| {
        let chosen = *s.chosen.get(index)?;
        (Some(chosen) != s.labels.none && !s.abstained[index]).then_some(chosen)
    });
    Unit {
        speaker: turn.speaker,
        turn: sentence.turn,
        exchange: turn.question.map_or(0, |q| q + 1),
        norm,
        keys,
        shape: shape(text, tokens, classes, opens, names.len()),
        stems,
        names,
        marks,
        classes,
        opens,
        words,
        length: tokens.len() as u32,
        content: Content::of(text),
        stance,
    }
}

/// The columns that a sentence has by itself.
fn shape(text: &str, tokens: &[Token], classes: u64, opens: u64, names: usize) -> Row {
    let n = MARKERS.classes.len() as u32;
    let mut row: Row = Vec::with_capacity(24);
    for (bits, offset) in [(classes, 0), (opens, n)] {
        row.extend((0..n).filter(|c| bits >> c & 1 == 1).map(|c| (offset + c, 1.0)));
    }
    let text = text.trim();
    let body = text.trim_end_matches(['"', '\u{201d}', '\u{2019}', '\'', ')', ']']);
    let length = tokens.len();
    let extra = [
        (1.0 + length as f32).ln(),
        f32::from(u8::from(length <= 6)),
        f32::from(u8::from(length >= 30)),
        f32::from(u8::from(body.ends_with('?'))),
        f32::from(u8::from(body.ends_with('!'))),
        f32::from(u8::from(tokens.iter().any(|t| t.digit))),
        f32::from(u8::from(text.chars().next().is_some_and(char::is_lowercase))),
        f32::from(u8::from(!body.ends_with(['.', '?', '!', '\u{2026}']))),
        f32::from(u8::from(text.contains(','))),
        f32::from(u8::from(text.contains(['"', '\u{201c}']))),
        (names as f32).min(4.0),
    ];
    row.extend(extra.into_iter().zip(2 * n..).filter(|(v, _)| *v != 0.0).map(|(v, c)| (c, v)));
    row
}

/// The row of unit `i`: shapes, place and words.
///
/// `turn` is the range of the unit's turn.
pub(super) fn row(units: &[Unit], i: usize, turn: &Range<usize>, layout: Layout) -> Row {
    let shape = layout.shape;
    let unit = &units[i];
    let near = |j: Option<usize>| j.and_then(|j| units.get(j)).filter(|u| u.exchange == unit.exchange);
    let previous = near(i.checked_sub(1));
    let next = near(Some(i + 1));
    let mut row = Row::with_capacity(160);
    row.extend_from_slice(&unit.shape);
    for (neighbour, offset) in [(previous, shape), (next, 2 * shape)] {
        row.extend(neighbour.into_iter().flat_map(|u| &u.shape).map(|(c, v)| (c + offset, *v)));
    }
    let (at, length) = (i - turn.start, turn.len());
    let left = length - 1 - at;
    let flag = |b: bool| f32::from(u8::from(b));
    // Whoever opens a talk of several is its host; who speaks alone is not.
    let alone = turn.start == 0 && units.get(turn.end).is_none_or(|u| u.speaker == unit.speaker);
    let place = [
        flag(at == 0),
        flag(at == 1),
        flag(at == 2),
        flag(left == 0),
        flag(left == 1),
        at as f32 / length as f32,
        (length as f32).ln(),
        flag(length == 1),
        flag(turn.start == 0 && !alone),
        flag(units[turn.clone()].iter().take(40).any(Unit::is_question)),
        flag(previous.is_some_and(|u| u.speaker != unit.speaker)),
        flag(next.is_some_and(|u| u.speaker != unit.speaker)),
        flag(previous.is_none() && !alone),
        flag(previous.is_none() && alone),
        flag(next.is_none()),
        flag(2 * at >= length),
    ];
    row.extend(place.into_iter().zip(3 * shape..).filter(|(v, _)| *v != 0.0).map(|(v, c)| (c, v)));
    let mut offset = plain_columns();
    for source in [Some(unit), previous, next] {
        row.extend(source.into_iter().flat_map(|u| &u.words).map(|w| (offset + w, 1.0)));
        offset += 2 * layout.words;
    }
    row
}

/// Cosine of two units' idf-weighted content stems, 0 where either has none.
pub(super) fn cosine(a: &Unit, b: &Unit) -> f32 {
    let length = a.norm * b.norm;
    if length == 0.0 {
        return 0.0;
    }
    shared(a, b).map(|(_, idf)| idf * idf).sum::<f32>() / length
}

/// Stems of both units with their idf, in the order of the stems.
pub(super) fn shared<'u>(a: &'u Unit, b: &'u Unit) -> impl Iterator<Item = (u64, f32)> + 'u {
    let mut j = 0;
    a.stems.iter().copied().filter(move |(stem, _)| {
        while j < b.stems.len() && b.stems[j].0 < *stem {
            j += 1;
        }
        b.stems.get(j).is_some_and(|(other, _)| other == stem)
    })
}
