//! Who speaks from which line: label conventions → turns. Shared by all formats that are read
//! as running text.
//!
//! 1. [`lines`] and [`furniture`]: lines, whether paragraphs are wrapped, what pages left in them.
//! 2. [`label`]: every line that has the shape of a label (one parser for all conventions).
//! 3. [`roster`]: the shape that the document uses and who speaks in it; the rest is dropped.
//! 4. [`questions`]: unlabelled questions (capitals, numbers, headings) between the turns, and `>>` without a name.
//! 5. [`speech`]: what is said between two labels, without directions and boilerplate.
//! 6. Names are settled over the whole document ([`super::names`]), questions opened.

mod directions;
mod furniture;
mod label;
mod lines;
mod questions;
mod roster;
mod speech;
mod time;
pub(super) mod words;

use std::collections::BTreeMap;

pub(super) use label::after_label;
pub(super) use questions::open_asked;
pub(super) use time::clock_time;

use super::{Item, ReadOptions, names};
use crate::document::{Document, Question, Span, Turn};
use lines::{blanked, folded, line_at};
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

/// A turn whose speaker the format names outright.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// The name, empty if there is none.
    pub name: String,
    /// Its words in the text, in order.
    pub spans: Vec<Span>,
    /// 1-based line of the source.
    pub line: u32,
    /// Start in milliseconds.
    pub time: Option<u64>,
}

/// Fills a document from turns that the format tells apart itself. Stage directions inside
/// them are taken out; names are settled as everywhere.
pub(super) fn given(doc: &mut Document, turns: &[Given], options: &ReadOptions) -> Vec<Item> {
    let text = std::mem::take(&mut doc.text);
    let (ids, settled) = settle_names(turns.iter().map(|t| t.name.as_str()), options);
    let mut speakers = SpeakerIds::default();
    let mut blanks = Vec::new();
    for (turn, id) in turns.iter().zip(ids) {
        let mut spans = Vec::new();
        for span in &turn.spans {
            let words = span.of(&text);
            let is_direction = directions::is_paragraph(words);
            for range in directions::inside(words) {
                let blank = Span::new(span.start as usize + range.start, span.start as usize + range.end);
                doc.metadata.push(("stage-direction".to_owned(), format!("line {}: {}", turn.line, blank.of(&text))));
                blanks.push(blank);
            }
            if !is_direction {
                spans.extend(speech::trimmed(&text, *span, &blanks));
            }
        }
        let speaker = if turn.name.is_empty() { None } else { Some(speakers.of(doc, &settled.names[id])) };
        push(
            doc,
            Turn { speaker, speaker_raw: turn.name.clone(), spans, line: turn.line, time: turn.time, question: None },
        );
    }
    doc.text = blanked(text, &blanks);
    open_asked(doc);
    settled.alike.iter().map(|(a, b)| look_alike(a, b)).collect()
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
    let mut text = std::mem::take(&mut doc.text);
    let mut all = lines::split(&text);
    if let Some(numbers) = furniture::line_numbers(&text, &all) {
        text = blanked(text, &numbers);
        all = lines::split(&text);
    }
    let heads = furniture::heads(&text, &all);
    if !heads.is_empty() {
        text = blanked(text, &heads);
        all = lines::split(&text);
    }
    let first = furniture::front_matter(doc, &text, &all);
    let layout = lines::Layout::of(&text, &all[first..]);
    if layout.wrapped {
        text = furniture::rejoin(text);
        all = lines::split(&text);
    }

    let mut candidates = roster::labels(&text, &all, first, layout, hints);
    let close = speech::close(&text, &all);
    roster::drop_appended(&mut candidates, close);
    let headings = questions::headings(&text, &all[..], first, layout, &candidates, hints);

    let changes = changes(&text, &all, first, &candidates);
    let mut events: Vec<(usize, Event)> =
        candidates.iter().enumerate().map(|(i, c)| (c.line as usize, Event::Label(i))).collect();
    events.extend(headings.into_iter().map(|h| (h.first, Event::Question(h))));
    if events.is_empty() && !changes.is_empty() {
        // Where there is nothing but marks, what stands before the first is said, too.
        let opening = (first..changes[0].0).find(|line| !all[*line].is_blank());
        events.extend(opening.map(|line| (line, Event::Change(0))));
    }
    events.extend(changes.into_iter().map(|(line, mark)| (line, Event::Change(mark))));
    events.retain(|(line, event)| *line < close || matches!(event, Event::Label(_)));
    events.sort_by_key(|(line, _)| *line);

    let is_printed = |c: &roster::Candidate| {
        let line = all[c.line as usize];
        line.start as usize + c.label.name.start..line.start as usize + c.label.name.end
    };
    let (ids, settled) = settle_names(candidates.iter().map(|c| &text[is_printed(c)]), options);
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
                let name = &settled.names[ids[*c]];
                let speaker = Some(speakers.of(doc, name));
                let printed = folded(&text[is_printed(candidate)]);
                push(
                    doc,
                    Turn {
                        speaker,
                        speaker_raw: printed,
                        question,
                        spans,
                        line: hints.line(*line),
                        time: candidate.label.time,
                    },
                );
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
        doc.turns = interleaved(std::mem::take(&mut doc.turns), kept, |at| hints.line(line_at(&all, at)));
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

/// The note on two names that look alike.
pub(super) fn look_alike(a: &str, b: &str) -> Item {
    Item::note(format!("\"{a}\" and \"{b}\" look alike and are kept apart; --aliases joins them"))
}

/// Ids of speakers in order of first appearance, found by name in logarithmic time.
#[derive(Default)]
pub(super) struct SpeakerIds {
    ids: BTreeMap<String, u32>,
}

impl SpeakerIds {
    /// The id of `name` in `doc`, added if it is new.
    pub(super) fn of(&mut self, doc: &mut Document, name: &str) -> u32 {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = doc.speakers.len() as u32;
        doc.speakers.push(name.to_owned());
        self.ids.insert(name.to_owned(), id);
        id
    }

    /// The one speaker who answers, where only one does.
    fn only(&self) -> Option<u32> {
        let mut answering = self.ids.iter().filter(|(name, _)| !words::is_asker(name));
        answering.next().filter(|_| answering.next().is_none()).map(|(_, id)| *id)
    }
}

/// Numbers the distinct printed names and settles them: for each given name the index into
/// the settled ones.
pub(super) fn settle_names<'a>(
    printed: impl Iterator<Item = &'a str>,
    options: &ReadOptions,
) -> (Vec<usize>, names::Settled) {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut distinct = Vec::new();
    let ids = printed
        .map(|name| {
            *numbers.entry(name).or_insert_with(|| {
                distinct.push(name);
                distinct.len() - 1
            })
        })
        .collect();
    (ids, names::settle(&distinct, &options.aliases))
}

fn push(doc: &mut Document, turn: Turn) {
    if !turn.spans.is_empty() {
        doc.turns.push(turn);
    }
}

/// Turns with the kept boilerplate among them. A turn that goes on behind such a piece goes on
/// as a turn of its own, so that turns stay in the order of the text.
fn interleaved(turns: Vec<Turn>, kept: Vec<Turn>, line_of: impl Fn(u32) -> u32) -> Vec<Turn> {
    let start = |t: &Turn| t.spans.first().map_or(0, |s| s.start);
    let cuts: Vec<u32> = kept.iter().map(start).collect();
    let mut out = kept;
    for mut turn in turns {
        let spans = std::mem::take(&mut turn.spans);
        let mut part: Vec<Span> = Vec::new();
        for span in spans {
            let is_cut = part.last().is_some_and(|last| {
                cuts.partition_point(|c| *c < last.end) < cuts.partition_point(|c| *c < span.start)
            });
            if is_cut {
                out.push(Turn { spans: std::mem::take(&mut part), ..turn.clone() });
                turn.line = line_of(span.start);
            }
            part.push(span);
        }
        out.push(Turn { spans: part, ..turn });
    }
    // A turn without words comes before a direction that stands where they would.
    out.sort_by_key(|t| (start(t), t.spans.first().map_or(0, |s| s.end)));
    out
}

/// One row of the attribution that `standpoint turns` prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribution {
    /// 1-based line (or record) of the source.
    pub line: u32,
    /// The label as printed.
    pub speaker_raw: String,
    /// The speaker; `INTERVIEWER` for a question that stands without a label.
    pub speaker: String,
    /// The first words, white space folded, at most 80 characters.
    pub words: String,
}

/// Turns and unlabelled questions of a document in order of their lines.
#[must_use]
pub fn attribution(doc: &Document) -> Vec<Attribution> {
    let interviewer = "INTERVIEWER";
    let mut rows: Vec<Attribution> = Vec::with_capacity(doc.turns.len() + doc.questions.len());
    for question in doc.questions.iter().filter(|q| q.turn.is_none()) {
        let speaker = interviewer.to_owned();
        rows.push(Attribution {
            line: question.line,
            speaker_raw: speaker.clone(),
            speaker,
            words: opening(&question.text),
        });
    }
    for turn in &doc.turns {
        let words = turn.spans.first().map_or(String::new(), |s| opening(s.of(&doc.text)));
        rows.push(Attribution {
            line: turn.line,
            speaker_raw: turn.speaker_raw.clone(),
            speaker: doc.speaker_name(turn).to_owned(),
            words,
        });
    }
    rows.sort_by_key(|r| r.line);
    rows
}

fn opening(text: &str) -> String {
    let head = &text[..lines::floor(text, 400)];
    let mut out = String::with_capacity(120);
    let mut width = 0;
    for word in head.split_whitespace() {
        width += word.chars().count() + 1;
        if width > 79 {
            out.push('…');
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
