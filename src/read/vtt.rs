//! `WebVTT`: cues with voices (`<v Ana Ruiz>`) or with labels in their words.

use super::turns::{self, Given, Hints};
use super::{Input, Item, ReadOptions, Reader, Sink, Sniff, stem};
use crate::document::{Document, Span};
use crate::error::{Error, Kind, Result};

/// `WebVTT`.
pub(super) struct Vtt;

impl Reader for Vtt {
    fn name(&self) -> &'static str {
        "vtt"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["vtt"]
    }

    fn about(&self) -> &'static str {
        "WebVTT captions: voices (<v Name>) or labels, with times"
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
        if head.starts_with(b"WEBVTT") { Sniff::Yes } else { Sniff::No }
    }

    fn read(&self, input: &mut Input, options: &ReadOptions, sink: &mut Sink<'_>) -> Result<()> {
        captions(input, options, sink)
    }
}

/// A piece of a cue that one voice says.
struct Piece {
    voice: Option<String>,
    words: String,
    line: u32,
    time: u64,
}

/// Reads captions, `WebVTT` or `SubRip`.
pub(super) fn captions(input: &mut Input, options: &ReadOptions, sink: &mut Sink<'_>) -> Result<()> {
    let (captions, note) = input.text(None, &options.limits)?;
    note.map_or(Ok(()), |note| sink(Item::note(note)))?;
    let (pieces, faults) = pieces(&captions);
    drop(captions);
    faults.into_iter().try_for_each(|fault| sink(Item::Fault(fault.at_path(input.path()))))?;
    let source = crate::document::Source { hash: input.hash(), ..input.source().clone() };
    let mut doc = Document { id: stem(input.path()), source, ..Document::default() };
    let notes = if pieces.iter().any(|p| p.voice.is_some()) {
        let turns = voiced(&mut doc, &pieces);
        turns::given(&mut doc, &turns, options)
    } else {
        labelled(&mut doc, &pieces, options)
    };
    if doc.turns.is_empty() {
        return Err(Error::new(Kind::Empty, "no cue has any words").at_line(1));
    }
    notes.into_iter().try_for_each(&mut *sink)?;
    sink(Item::Document(Box::new(doc)))
}

/// Cues of one voice that follow one another are one turn.
fn voiced(doc: &mut Document, pieces: &[Piece]) -> Vec<Given> {
    let mut turns: Vec<Given> = Vec::new();
    for piece in pieces {
        let name = piece.voice.clone().unwrap_or_default();
        if let Some(turn) = turns.last_mut().filter(|t| t.name == name) {
            doc.text.push(' ');
            doc.text.push_str(&piece.words);
            if let Some(span) = turn.spans.last_mut() {
                span.end = doc.text.len() as u32;
            }
        } else {
            if !doc.text.is_empty() {
                doc.text.push('\n');
            }
            let start = doc.text.len();
            doc.text.push_str(&piece.words);
            let spans = vec![Span::new(start, doc.text.len())];
            turns.push(Given { name, spans, line: piece.line, time: Some(piece.time) });
        }
    }
    turns
}

/// Cues as running text: a line ends where a label or a change of speaker (`>>`, `-`) begins.
fn labelled(doc: &mut Document, pieces: &[Piece], options: &ReadOptions) -> Vec<Item> {
    let mut hints = Hints::default();
    let mut times = Vec::new();
    let mut label = String::new();
    for piece in pieces {
        for (i, line) in piece.words.lines().enumerate() {
            for line in changes(line) {
                let words = turns::after_label(&line).unwrap_or(0);
                let begins = line.starts_with(">>");
                // A cue that repeats the label of the one before it goes on with the turn.
                let is_again = words > 0 && !begins && line[..words] == label;
                if words == 0 && i == 0 {
                    label.clear();
                }
                if doc.text.is_empty() || begins || words > 0 && !is_again {
                    line[..words].clone_into(&mut label);
                    if !doc.text.is_empty() {
                        doc.text.push('\n');
                    }
                    hints.lines.push(piece.line + i as u32);
                    times.push((piece.line + i as u32, piece.time));
                } else {
                    doc.text.push(' ');
                }
                doc.text.push_str(if is_again { &line[words..] } else { &line });
            }
        }
    }
    let notes = turns::attribute(doc, &hints, options);
    for turn in &mut doc.turns {
        let at = times.partition_point(|(line, _)| *line <= turn.line);
        turn.time = turn.time.or(at.checked_sub(1).map(|i| times[i].1));
    }
    notes
}

/// A line cut before each `>>`; a dash that begins it, as in subtitles, means the same.
fn changes(line: &str) -> Vec<String> {
    let tight = || line.strip_prefix('-').filter(|words| words.starts_with(char::is_uppercase));
    let dashed = line.strip_prefix("- ").or_else(tight).map(|words| format!(">> {words}"));
    let line = dashed.as_deref().unwrap_or(line);
    let cuts = line.match_indices(">>").map(|(at, _)| at).filter(|at| *at > 0 && !line[..*at].ends_with('>'));
    let starts: Vec<usize> = std::iter::once(0).chain(cuts).collect();
    let ends = starts[1..].iter().copied().chain([line.len()]);
    starts.iter().zip(ends).map(|(from, to)| line[*from..to].trim().to_owned()).collect()
}

/// The pieces of all cues. A cue that begins with the last lines of the one before it (rolling captions) adds
/// only what is new.
fn pieces(captions: &str) -> (Vec<Piece>, Vec<Error>) {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut faults = Vec::new();
    let mut lines = captions.lines().enumerate().peekable();
    let mut before: Vec<String> = Vec::new();
    while let Some((i, line)) = lines.next() {
        let Some(time) = times(line) else {
            if line.starts_with("NOTE") || line.starts_with("STYLE") || line.starts_with("REGION") {
                while lines.next_if(|(_, l)| !l.trim().is_empty()).is_some() {}
            } else if line.contains("-->") {
                // What it says is lost, the other cues are not.
                while lines.next_if(|(_, l)| !l.trim().is_empty() && times(l).is_none()).is_some() {}
                let message = "the times of a cue are not \"00:00:01.000 --> 00:00:02.000\"; the cue is left out";
                faults.push(Error::new(Kind::Format, message).at_line(i as u64 + 1));
            }
            continue;
        };
        let mut said: Vec<(Option<String>, String, u32)> = Vec::new();
        let mut voice: Option<String> = None;
        while let Some((j, payload)) = lines.next_if(|(_, l)| !l.trim().is_empty() && times(l).is_none()) {
            // SubRip without a blank line between cues: the next cue's number.
            let is_number = payload.trim().bytes().all(|b| b.is_ascii_digit())
                && lines.peek().is_some_and(|(_, l)| times(l).is_some());
            if is_number {
                break;
            }
            for (name, words) in untagged(payload, &mut voice) {
                let words = turns::folded(&words);
                if !words.is_empty() {
                    said.push((name, words, j as u32 + 1));
                }
            }
        }
        let is_again = |n: &usize| before[before.len() - n..].iter().eq(said[..*n].iter().map(|(_, words, _)| words));
        let again = (0..=before.len().min(said.len())).rev().find(is_again).unwrap_or(0);
        before = said.iter().map(|(_, words, _)| words.clone()).collect();
        let mut cue: Vec<Piece> = Vec::new();
        for (i, (name, words, line)) in said.into_iter().enumerate() {
            // Who is named may say "Yes." twice.
            if i < again && (name.is_none() || words.split(' ').count() > 3) {
                continue;
            }
            match cue.last_mut().filter(|p| p.voice == name) {
                Some(last) => {
                    last.words.push(if name.is_some() { ' ' } else { '\n' });
                    last.words.push_str(&words);
                }
                None => cue.push(Piece { voice: name, words, line, time }),
            }
        }
        pieces.append(&mut cue);
    }
    (pieces, faults)
}

/// When the cue begins, if a line is the times of one.
fn times(line: &str) -> Option<u64> {
    let (from, to) = line.split_once("-->")?;
    turns::clock_time(to.trim_start())?;
    turns::clock_time(from.trim())
}

/// A payload line without its tags, cut where the voice changes. The voice goes on until the
/// cue ends or another begins.
fn untagged(line: &str, voice: &mut Option<String>) -> Vec<(Option<String>, String)> {
    let mut out = Vec::new();
    let mut words = String::new();
    let line = without_codes(line);
    let mut rest = line.as_str();
    while let Some(open) = rest.find('<') {
        words.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('>') else { break };
        let tag = &rest[open + 1..open + close];
        if let Some(name) = tag.strip_prefix('v').filter(|t| t.starts_with([' ', '.', '\t'])) {
            out.push((voice.clone(), std::mem::take(&mut words)));
            let name = name.split_once([' ', '\t']).map_or("", |(_, name)| name);
            *voice = Some(unescaped(name.trim()));
        } else if tag == "/v" {
            out.push((voice.take(), std::mem::take(&mut words)));
        }
        rest = &rest[open + close + 1..];
    }
    if !rest.contains('<') {
        words.push_str(rest);
    }
    out.push((voice.clone(), words));
    out.into_iter().map(|(v, w)| (v, unescaped(&w))).collect()
}

/// A line without `{\an8}` and the like: where on the screen it stands.
fn without_codes(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(open) = rest.find("{\\") {
        let Some(close) = rest[open..].find('}') else { break };
        out.push_str(&rest[..open]);
        rest = &rest[open + close + 1..];
    }
    out + rest
}

fn unescaped(text: &str) -> String {
    let mut out = text.to_owned();
    for (entity, c) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&lrm;", ""),
        ("&rlm;", ""),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ] {
        if out.contains('&') {
            out = out.replace(entity, c);
        }
    }
    out
}
