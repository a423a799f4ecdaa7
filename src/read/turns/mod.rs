//! Who speaks from which line: label conventions → turns. Shared by all formats that are read
//! as running text.
//!
//! 1. [`lines`] and [`furniture`]: lines, whether paragraphs are wrapped, what pages left in them.
//! 2. [`label`]: what a line begins with, if it has the shape of a label; [`time`] reads the times on it, [`words`]
//!    tells names from clauses.
//! 3. [`roster`]: the shape that the document uses and who speaks in it; the rest is dropped.
//! 4. [`questions`]: unlabelled questions (capitals, numbers, headings) between the turns.
//! 5. [`speech`]: what is said between two labels, without [`directions`] and boilerplate.
//! 6. [`speakers`]: names are settled over the whole document ([`super::names`]); then questions are opened.
//!
//! [`given`] is for formats that tell their turns apart themselves; [`attribution()`] shows who speaks from which line.

mod attribution;
mod directions;
mod furniture;
mod given;
mod label;
mod lines;
mod questions;
mod roster;
mod speakers;
mod speech;
mod time;
pub(super) mod words;

pub use attribution::{Attribution, attribution};
pub(super) use given::{Given, given};
pub(super) use label::after_label;
pub(super) use lines::folded;
pub(super) use questions::open_asked;
pub(super) use speakers::{SpeakerIds, look_alike, settle_names};
pub(super) use time::clock_time;

use super::{Item, ReadOptions, names};
use crate::document::{Document, Question, Span, Turn};
use lines::{blanked, line_at};
use speech::Speech;

/// What a format knows of its text besides the words.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints {
    /// Stretches set in bold, in order.
    pub bold: Vec<Span>,
    /// The line of the source that each line of the text comes from; empty where they are the same.
    pub lines: Vec<u32>,
}

impl Hints {
    /// 1-based line of the source for the line with this index.
    fn line(&self, index: usize) -> u32 {
        self.lines.get(index).copied().unwrap_or(index as u32 + 1)
    }
}

/// Something that a line begins.
enum Event {
    /// A labelled turn: index into the roster's candidates.
    Label(usize),
    /// An unlabelled question.
    Question(questions::Heading),
    /// `>>`: somebody else speaks, and nothing says who. Bytes of the mark.
    Change(usize),
}

/// Finds the turns of `doc.text` and fills the speakers, questions, turns and metadata. Lines
/// are those of the text. Returns notes on what was guessed.
pub(super) fn attribute(doc: &mut Document, hints: &Hints, options: &ReadOptions) -> Vec<Item> {
    let (mut text, mut all) = furniture::cleared(std::mem::take(&mut doc.text));
    let first = furniture::front_matter(doc, &text, &all);
    let layout = lines::Layout::of(&text, &all[first..]);
    if layout.wrapped {
        text = furniture::rejoin(text);
        all = lines::split(&text);
    }

    let mut candidates = roster::labels(&text, &all, first, layout, hints);
    let close = speech::close(&text, &all);
    roster::drop_appended(&mut candidates, close);
    let headings = questions::headings(&text, &all, first, layout, &candidates, hints);
    let mut events = events(&text, &all, first, &candidates, headings);
    events.retain(|(line, event)| *line < close || matches!(event, Event::Label(_)));

    let (ids, settled) = settle_names(candidates.iter().map(|c| c.printed(&text, &all)), options);
    let mut speech = Speech::new(&text, &all, layout, &candidates, &settled.names, options.keep_boilerplate);

    let mut speakers = SpeakerIds::default();
    let mut question = None;
    let respondent =
        if candidates.is_empty() { speech.respondent(first, events.first().map_or(first, |e| e.0)) } else { None };
    let begin = events.first().map_or(all.len(), |(line, _)| *line);
    if events.is_empty() {
        // No label and no question: one voice, and nobody says whose.
        let spans = speech.stretch(first, all.len(), None, true);
        let line = spans.first().map_or(1, |s| hints.line(line_at(&all, s.start)));
        push(doc, Turn { spans, line, ..Turn::default() });
    } else {
        speech.skip(first, begin);
    }
    for (i, (line, event)) in events.iter().enumerate() {
        let next = events.get(i + 1).map_or(all.len(), |(next, _)| *next);
        let is_last = next == all.len();
        match event {
            Event::Label(c) => {
                let candidate = &candidates[*c];
                let start = all[*line].start as usize + candidate.label.speech;
                let mut spans = speech.stretch(*line, next, Some(start), is_last);
                if spans.is_empty() && speech.directions.last().is_some_and(|(at, _)| *at > *line) {
                    // Nothing but "[inaudible]": a turn all the same, with no words.
                    spans.push(Span::new(start, start));
                }
                let speaker = Some(speakers.of(doc, &settled.names[ids[*c]]));
                let speaker_raw = folded(candidate.printed(&text, &all));
                let (line, time) = (hints.line(*line), candidate.label.time);
                push(doc, Turn { speaker, speaker_raw, question, spans, line, time });
            }
            Event::Change(mark) => {
                let spans = speech.stretch(*line, next, Some(all[*line].start as usize + mark), is_last);
                push(doc, Turn { question, spans, line: hints.line(*line), ..Turn::default() });
            }
            Event::Question(heading) => {
                question = Some(doc.questions.len() as u32);
                doc.questions.push(Question { line: hints.line(heading.first), ..heading.question.clone() });
                // Words under a question that nobody's name stands before.
                let spans = speech.stretch(heading.last + 1, next, None, is_last);
                let at = spans.first().map_or(0, |s| hints.line(line_at(&all, s.start)));
                let speaker = respondent.as_ref().map(|name| speakers.of(doc, name)).or_else(|| speakers.only());
                push(doc, Turn { speaker, question, spans, line: at, ..Turn::default() });
            }
        }
    }
    let Speech { blanks, directions, kept, .. } = speech;
    let directed = |(line, words): (usize, String)| format!("line {}: {words}", hints.line(line - 1));
    doc.metadata.extend(directions.into_iter().map(|d| ("stage-direction".to_owned(), directed(d))));
    if !kept.is_empty() {
        let kept: Vec<Turn> = kept.into_iter().map(|t| Turn { line: hints.line(t.line as usize - 1), ..t }).collect();
        doc.turns = speech::interleaved(std::mem::take(&mut doc.turns), kept, |at| hints.line(line_at(&all, at)));
    }
    doc.text = blanked(text, &blanks);
    open_asked(doc);

    notes(doc, respondent, &settled)
}

/// What was guessed about a document, said aloud.
fn notes(doc: &Document, respondent: Option<String>, settled: &names::Settled) -> Vec<Item> {
    let mut said = Vec::new();
    if let Some(name) = respondent {
        said.push(Item::note(format!(
            "the answers have no label; they are read as those of {name}, whom the head names"
        )));
    }
    if doc.speakers.is_empty() && !doc.turns.is_empty() {
        said.push(Item::note("no speaker labels were found: the text is read as one turn that nobody is named for"));
    }
    said.extend(settled.alike.iter().map(|(a, b)| look_alike(a, b)));
    said
}

/// What begins where, in the order of the lines.
fn events(
    text: &str,
    all: &[lines::Line],
    first: usize,
    labels: &[roster::Candidate],
    headings: Vec<questions::Heading>,
) -> Vec<(usize, Event)> {
    let changes = changes(text, all, first, labels);
    let mut events: Vec<(usize, Event)> =
        labels.iter().enumerate().map(|(i, c)| (c.line as usize, Event::Label(i))).collect();
    events.extend(headings.into_iter().map(|h| (h.first, Event::Question(h))));
    if events.is_empty() && !changes.is_empty() {
        // Where there is nothing but marks, what stands before the first is said, too.
        let opening = (first..changes[0].0).find(|line| !all[*line].is_blank());
        events.extend(opening.map(|line| (line, Event::Change(0))));
    }
    events.extend(changes.into_iter().map(|(line, mark)| (line, Event::Change(mark))));
    events.sort_by_key(|(line, _)| *line);
    events
}

/// Lines that begin with `>>` and no label, with the length of the mark, where a text uses it.
fn changes(text: &str, all: &[lines::Line], first: usize, labels: &[roster::Candidate]) -> Vec<(usize, usize)> {
    let mark = |line: &lines::Line| {
        let words = line.of(text);
        let length = words.len() - words.trim_start_matches(['>', ' ']).len();
        words.starts_with(">>").then_some(length)
    };
    let marked: Vec<(usize, usize)> =
        all.iter().enumerate().skip(first).filter_map(|(i, line)| Some((i, mark(line)?))).collect();
    let is_labelled = |line: usize| labels.binary_search_by_key(&(line as u32), |c| c.line).is_ok();
    if marked.len() < 2 { Vec::new() } else { marked.into_iter().filter(|(line, _)| !is_labelled(*line)).collect() }
}

/// Adds a turn, if it has words.
fn push(doc: &mut Document, turn: Turn) {
    if !turn.spans.is_empty() {
        doc.turns.push(turn);
    }
}
