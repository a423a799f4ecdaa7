//! What a line begins with: the one parser for all label conventions.
//!
//! A label is found by its shape alone. Whether a line that has the shape of a label is one
//! is decided by [`super::roster`], which sees the whole document.
//!
//! [`prefix`] steps over what may stand before a name; then the families of shapes are tried in turn: [`chat`],
//! [`colon`], [`stop`], [`dash`], [`unmarked`]. What they share is below: how a label is made of a name that was
//! found, and what may stand between the name and the words.

mod chat;
mod colon;
mod dash;
mod prefix;
mod stop;
mod unmarked;

use std::ops::Range;

use super::time::stamp;
use super::words::{self, NameKind};

/// What stands between a label and the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Separator {
    /// `Name:`
    Colon,
    /// `Mr. SMITH.`
    Stop,
    /// `Q    `: white space only.
    Gap,
    /// `NAME —`
    Dash,
    /// `Ana Ruiz (S&D). –`
    Minute,
    /// The label has a line of its own.
    Alone,
}

/// A line that begins as if it had a label. Positions are bytes of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub separator: Separator,
    /// The name, without markup, time and remarks in parentheses.
    pub name: Range<usize>,
    /// Where the words start: at or behind the line's end if they start on a later one.
    pub speech: usize,
    /// Time on the label, in milliseconds.
    pub time: Option<u64>,
    /// All letters are capitals (a prefix such as `Mr.` aside).
    pub capitals: bool,
    /// What kind of name it is.
    pub kind: NameKind,
    /// What else marks it.
    pub marks: Marks,
}

/// What marks a label besides its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Set off by markup.
    pub bold: bool,
    /// Behind a list mark.
    pub listed: bool,
    /// With a remark in parentheses or behind a dash: a constituency, a country, a party, an institution.
    pub remarked: bool,
}

/// A label is found in no more bytes than this.
const LONGEST: usize = 240;

/// The label that `line` begins with, if it has the shape of one. `line` is trimmed;
/// `bold` is how much of it is set in bold by other means than `**`. On a line that does not
/// begin a paragraph only a colon or the like of `Q.` makes a label.
pub(super) fn parse(line: &str, bold: usize, starts: bool) -> Option<Label> {
    let first = *line.as_bytes().first()?;
    if first.is_ascii_lowercase() && !words::is_machine(line) && !words::begins_small(line) {
        return None;
    }
    let mut at = 0;
    let (time, marked) = prefix::prefix(line, &mut at);
    let rest = &line[at..];
    let is_bold = marked || bold > at;
    if is_prose(rest) {
        return None;
    }
    let mut label = chat::chat(rest, time)
        .or_else(|| colon::colon(rest))
        .or_else(|| stop::question_or_answer(rest))
        .or_else(|| if starts { stop::stop(rest) } else { None })
        .or_else(|| dash::dash(rest))
        .or_else(|| unmarked::gap(rest, bold.saturating_sub(at)))
        .or_else(|| unmarked::alone(rest))?;
    label.name = label.name.start + at..label.name.end + at;
    label.speech += at;
    label.time = label.time.or(time);
    label.marks.bold = is_bold;
    label.marks.listed = line.starts_with('•') || line.starts_with("- ") || line.starts_with("* ");
    Some(label)
}

/// Where the words begin on a line that begins as if it had a label before a colon.
pub(in crate::read) fn after_label(line: &str) -> Option<usize> {
    parse(line, 0, true).filter(|l| l.separator == Separator::Colon).map(|l| l.speech)
}

/// A capitalised word and then one in lower case that no name has: most lines of prose.
fn is_prose(rest: &str) -> bool {
    let bytes = &rest.as_bytes()[..rest.len().min(40)];
    let Some(space) = memchr::memchr(b' ', bytes) else { return false };
    if !bytes.get(space + 1).is_some_and(u8::is_ascii_lowercase) {
        return false;
    }
    let word = &rest[space + 1..];
    let word = &word[..word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len())];
    !words::may_follow(&rest[..space], word)
}

/// A label with the name that was found, if it is the name of a speaker.
fn made(separator: Separator, rest: &str, name: Range<usize>, speech: usize, time: Option<u64>) -> Option<Label> {
    let mut name = trimmed(rest, name);
    // `Q1:` and `A1:` are `Q` and `A`.
    if name.len() > 1
        && rest[name.clone()].starts_with(['Q', 'A'])
        && rest[name.start + 1..name.end].bytes().all(|b| b.is_ascii_digit())
    {
        name.end = name.start + 1;
    }
    name.end = name.start + words::without_affiliation(&rest[name.clone()]).len();
    let kind = words::name(&rest[name.clone()])?;
    let capitals = words::is_capitals(&rest[name.clone()]);
    Some(Label { separator, name, speech, time, capitals, kind, marks: Marks::default() })
}

/// A name without white space and marks at its ends.
fn trimmed(rest: &str, range: Range<usize>) -> Range<usize> {
    let text = &rest[range.clone()];
    let is_edge = |c: char| c.is_whitespace() || matches!(c, '*' | '_' | '[' | ']' | ',' | '\u{200B}');
    let front = text.len() - text.trim_start_matches(is_edge).len();
    let back = text.trim_end_matches(is_edge).len();
    range.start + front.min(back)..range.start + back
}

/// What follows the name inside a label: markup, remarks in parentheses, a time.
struct Tail {
    at: usize,
    time: Option<u64>,
}

/// Steps over white space, emphasis, times and parenthesised remarks from `at`.
fn tail(rest: &str, mut at: usize, parentheses: bool) -> Tail {
    let mut time = None;
    loop {
        let ahead = &rest[at..];
        let skip = match ahead.as_bytes().first() {
            Some(b' ' | b'\t' | b'*' | b'_') => 1,
            Some(b'[' | b'(' | b'0'..=b'9') => match stamp(ahead) {
                Some((t, length)) => {
                    time = time.or(Some(t));
                    length
                }
                None if parentheses && !ahead.starts_with(|c: char| c.is_ascii_digit()) => closing(ahead).unwrap_or(0),
                None => 0,
            },
            Some(0xC2) if ahead.starts_with('\u{A0}') => 2,
            Some(0xEF) if parentheses && ahead.starts_with('（') => {
                ahead.find('）').map_or(0, |c| c + '）'.len_utf8())
            }
            _ => 0,
        };
        if skip == 0 {
            return Tail { at, time };
        }
        at += skip;
    }
}

/// Length of a short bracket at the start of `text`, its closing mark included.
fn closing(text: &str) -> Option<usize> {
    let close = if text.starts_with('(') { ')' } else { ']' };
    text.char_indices().take_while(|(i, _)| *i < 120).find(|(_, c)| *c == close).map(|(i, _)| i + 1)
}

/// Skips white space (and closing emphasis) before the words.
fn to_speech(rest: &str, at: usize) -> usize {
    let ahead = &rest[at..];
    at + ahead.len() - ahead.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{200B}').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `separator|name|speech|seconds`
    pub(super) fn shown(line: &str) -> String {
        match parse(line, 0, true) {
            None => "none".to_owned(),
            Some(l) => {
                let time = l.time.map_or(String::new(), |t| (t / 1000).to_string());
                format!("{:?}|{}|{}|{time}", l.separator, &line[l.name.clone()], &line[l.speech..])
            }
        }
    }
}
