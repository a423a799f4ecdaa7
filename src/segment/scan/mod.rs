//! One pass over the text: from one possible boundary to the next.

mod attach;
mod line;
mod terminator;

use memchr::memchr;

use super::abbreviations::{Words, class};
use super::context::{self, Next, Starter};
use super::layout::Layout;
use super::list::Marker;
use super::marks::{Stop, closes_quote, is_bullet, is_dash, mark, next_stop, stop};
use crate::document::Span;

/// The state of one pass.
pub(super) struct Scan<'a> {
    /// The text up to the end of the span.
    text: &'a str,
    bytes: &'a [u8],
    layout: Layout,
    /// No line is looked at before here.
    floor: usize,
    words: &'static Words,
    /// Where the current sentence begins.
    start: usize,
    /// The marker of the current list item.
    list: Option<Marker>,
    /// The bullet of the current list item.
    bullet: Option<char>,
    /// Whether a straight quotation mark is open.
    quoted: bool,
    out: &'a mut Vec<Span>,
}

impl<'a> Scan<'a> {
    /// Adds the sentences of `text[start..]` to `out`; the line that `start` is in counts from `floor`.
    pub(super) fn run(text: &'a str, floor: usize, start: usize, layout: Layout, out: &'a mut Vec<Span>) {
        let bytes = text.as_bytes();
        let words = Words::get();
        let mut scan = Self { text, bytes, layout, floor, words, start, list: None, bullet: None, quoted: false, out };
        scan.start = scan.skip_space(start);
        let mut at = scan.cut(scan.start);
        loop {
            at = next_stop(bytes, at.min(bytes.len()));
            if at == bytes.len() {
                break;
            }
            at = match stop(bytes[at]) {
                Stop::None => at + 1,
                Stop::Terminator => scan.terminator(at),
                Stop::Line => scan.line(at),
                Stop::Bracket => scan.bracket(at),
                Stop::Quote => scan.quote(at),
                Stop::Colon => scan.colon(at),
                Stop::Rule => scan.rule(at),
                Stop::Wide => scan.wide(at),
            };
        }
        scan.cut(bytes.len());
    }

    /// Ends the current sentence at `at` and begins the next; returns where to go on.
    fn cut(&mut self, at: usize) -> usize {
        self.push(at);
        while let Some(end) = self.closing_formula(self.start) {
            self.push(end);
        }
        self.begin()
    }

    fn push(&mut self, at: usize) {
        let end = self.trim(at);
        if end > self.start {
            self.out.push(Span::new(self.start, end));
        }
        self.start = self.skip_space(at);
    }

    /// Passes over the bullet, the dots and the marker that a sentence may begin with.
    fn begin(&mut self) -> usize {
        let mut at = self.start;
        self.bullet = None;
        self.list = None;
        if self.byte(at).is_ascii_alphabetic() && !Marker::may_begin(self.bytes, at) {
            return at;
        }
        let first = self.char_at(at);
        self.bullet = first.filter(|&c| is_bullet(c));
        if let Some(c) = first.filter(|&c| self.bullet.is_some() || matches!(c, '-' | '*' | '+' | '–')) {
            let after = at + c.len_utf8();
            at = after + self.bytes[after..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        }
        while self.byte(at) == b'.' {
            at = self.skip_space(at + 1);
        }
        let item = Marker::read(self.bytes, at);
        self.list = item.map(|(marker, _)| marker);
        item.map_or(at, |(_, end)| end)
    }

    /// The end of a formula such as `Kind regards,` at `at`, with a name behind it.
    fn closing_formula(&self, at: usize) -> Option<usize> {
        let first = self.byte(at);
        if !first.is_ascii_uppercase() {
            return None;
        }
        let reach = &self.bytes[at..self.bytes.len().min(at + 24)];
        let length = memchr(b',', reach)?;
        let word = reach[..length].rsplit(|b| *b == b' ').next().unwrap_or_default();
        let end = at + length + 1;
        (self.byte(end) == b' '
            && self.words.classes(word) & class::CLOSING != 0
            && self.byte(end + 1).is_ascii_uppercase())
        .then_some(end)
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    fn char_at(&self, at: usize) -> Option<char> {
        match self.bytes.get(at) {
            Some(b) if b.is_ascii() => Some(char::from(*b)),
            Some(_) => self.text[at..].chars().next(),
            None => None,
        }
    }

    fn next(&self, at: usize) -> Next {
        Next::read(self.text, at)
    }

    /// The byte before `at`, a space where the sentence begins.
    fn byte_before(&self, at: usize) -> u8 {
        if at > self.start { self.bytes[at - 1] } else { b' ' }
    }

    /// The end of the sentence up to `at` without the white space there.
    fn trim(&self, at: usize) -> usize {
        match self.byte_before(at) {
            b'!'..=b'~' => at,
            _ => self.start + self.text[self.start..at.max(self.start)].trim_end().len(),
        }
    }

    fn skip_space(&self, at: usize) -> usize {
        let at = at + usize::from(self.byte(at) == b' ');
        match self.bytes.get(at) {
            Some(b'!'..=b'~') | None => at,
            Some(_) => self.bytes.len() - self.text[at..].trim_start().len(),
        }
    }

    fn is_space(&self, at: usize) -> bool {
        self.char_at(at).is_none_or(char::is_whitespace)
    }

    /// Cuts before the list marker that `at` is in, if it is the current list's next one.
    fn item(&mut self, at: usize) -> Option<usize> {
        let list = self.list?;
        let label = self.bytes[self.start..at].iter().rev().take(6).take_while(|b| !b.is_ascii_whitespace()).count();
        let from = at - label;
        let (marker, _) = Marker::read(self.bytes, from)?;
        (from > self.start && list.precedes(marker)).then(|| self.cut(from))
    }

    /// `)` or `]` at `at`.
    fn bracket(&mut self, at: usize) -> usize {
        if let Some(resume) = self.item(at) {
            return resume;
        }
        let after = at + 1;
        if !self.is_space(after) {
            return after;
        }
        let smile = context::ends_emoticon(self.bytes, self.start, after);
        if !smile && !self.is_stage_direction(at) {
            return after;
        }
        let resume = self.skip_space(after);
        if self.next(resume).is_upper() { self.cut(after) } else { after }
    }

    /// Whether the sentence up to the bracket at `at` is nothing but a stage direction.
    fn is_stage_direction(&self, at: usize) -> bool {
        let open = if self.byte(at) == b')' { b'(' } else { b'[' };
        let inside = &self.bytes[self.start..at];
        if self.byte(self.start) != open || inside.len() < 4 || inside.len() > 64 {
            return false;
        }
        let word = inside[1..].split(|b| !b.is_ascii_alphabetic()).next().unwrap_or_default();
        self.words.classes(word) & class::STAGE != 0
    }

    /// `"` at `at`.
    fn quote(&mut self, at: usize) -> usize {
        self.quoted = !self.quoted;
        let after = at + 1;
        if self.quoted
            && self.bytes[self.start..at].ends_with(b", ")
            && let Some(close) = context::quoted_speech(self.bytes, after, self.layout.is_wrapped())
        {
            self.quoted = false;
            return if self.byte(close) == b'"' { self.broken_off(close) } else { close };
        }
        self.broken_off(at)
    }

    /// Cuts behind the closing quotation mark at `at` if a dash before it breaks the speech off.
    fn broken_off(&mut self, at: usize) -> usize {
        let after = at + self.char_at(at).map_or(1, char::len_utf8);
        let said = &self.text[self.start..at];
        if !(said.ends_with("--") || said.ends_with(is_dash)) || !self.is_space(after) {
            return after;
        }
        let resume = self.skip_space(after);
        if self.next(resume).is_upper() { self.cut(after) } else { after }
    }

    /// `:` at `at`: a time stamp is a line of its own; an address is passed over.
    fn colon(&mut self, at: usize) -> usize {
        let after = at + 1;
        if self.byte(after).is_ascii_digit() {
            let Some((from, end)) = context::timestamp(self.bytes, self.start, at) else { return after };
            let before = self.bytes[self.start..from].trim_ascii_end();
            if from > self.start && !(before.ends_with(b" on") || before.ends_with(b" at")) {
                self.cut(from);
            }
            let next = self.next(self.skip_space(end));
            return if next.is_letter() { self.cut(end) } else { end };
        }
        if self.bytes[after..].starts_with(b"//") {
            return self.address(after);
        }
        after
    }

    /// Passes over the address whose scheme ends at `at`, and cuts behind it before a
    /// further one or before a word that sentences begin with.
    fn address(&mut self, at: usize) -> usize {
        let length = self.bytes[at..].iter().take_while(|b| b.is_ascii_graphic()).count();
        let mut end = at + length;
        while end > at && b".,;:!?)]}>\"'".contains(&self.bytes[end - 1]) {
            end -= 1;
        }
        if end < at + length {
            return end;
        }
        let resume = self.skip_space(end);
        let rest = &self.bytes[resume..];
        let next = self.next(resume);
        if next.first(self.bytes, self.words).starter.is_some() || rest.starts_with(b"http") {
            self.cut(end)
        } else {
            end
        }
    }

    /// A run of `*`, `=` or `_` at `at`: a ruled line ends what it stands under.
    fn rule(&mut self, at: usize) -> usize {
        let length = self.bytes[at..].iter().take_while(|b| **b == self.bytes[at]).count();
        let end = at + length;
        if length < 5 || !self.is_space(end) {
            return end;
        }
        let next = self.next(self.skip_space(end));
        if next.is_letter() { self.cut(end) } else { end }
    }

    /// A character beyond ASCII at `at`.
    fn wide(&mut self, at: usize) -> usize {
        let Some(c) = self.char_at(at) else { return at + 1 };
        let after = at + c.len_utf8();
        if mark(c).is_some() {
            return self.terminator(at);
        }
        if is_bullet(c) && self.bullet == Some(c) && at > self.start {
            return self.cut(at);
        }
        if matches!(c, '\u{2028}' | '\u{2029}') {
            return self.cut(at);
        }
        if c == '—' && at > self.start && self.byte_before(at) == b' ' && self.byte(after) == b' ' {
            let first = self.next(self.skip_space(after)).first(self.bytes, self.words);
            return if first.starter == Some(Starter::Word) { self.cut(after) } else { after };
        }
        if closes_quote(c) { self.broken_off(at) } else { after }
    }
}
