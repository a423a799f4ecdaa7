//! What stands before and behind a terminator decides whether it ends a sentence.

use super::Scan;
use crate::segment::abbreviations::class;
use crate::segment::context::{self, Begin, Next, Starter};
use crate::segment::marks::{Mark, mark};

/// How a run of terminators ends a sentence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Dot,
    Ellipsis,
    Strong,
    Full,
}

impl Scan<'_> {
    /// `.`, `!`, `?` and their kin at `at`.
    pub(super) fn terminator(&mut self, at: usize) -> usize {
        if let Some(resume) = self.item(at) {
            return resume;
        }
        if let [b'.', b' ' | b'\n', b'A'..=b'Z', ..] = self.bytes[at..] {
            // Nine in ten sentences of plain prose: nothing stands between them.
            return if self.dot_ends(at, self.next(at + 2), false) { self.cut(at + 1) } else { at + 1 };
        }
        let (mut end, mut kind) = self.cluster(at);
        let before = self.byte_before(at);
        // "(!)", "[...]"
        if matches!(before, b'(' | b'[') && matches!(self.byte(end), b')' | b']') {
            return end + 1;
        }
        if matches!(kind, Kind::Dot | Kind::Ellipsis) && self.byte(end) == b' ' && self.byte(end + 1) == b'.' {
            let spaced = self.spaced_dots(end);
            let dots = (spaced - end) / 2;
            let apart = before.is_ascii_whitespace();
            let omission = dots == 3 && kind == Kind::Dot && (before.is_ascii_alphanumeric() || before >= 0x80);
            if omission && self.next(self.skip_space(spaced)).is_upper() {
                return self.cut(end);
            }
            end = spaced;
            kind = if dots >= 3 { Kind::Dot } else { Kind::Ellipsis };
            if apart && dots == 2 {
                let first = self.next(self.skip_space(end)).first(self.bytes, self.words);
                return if first.starter.is_some_and(|s| s != Starter::Speaker) { self.cut(end) } else { end };
            }
        }
        let (behind, closed) = self.closers(end);
        let mut after = behind;
        let Some(next) = self.char_at(after) else { return after };
        if mark(next).is_some() {
            return after;
        }
        if kind == Kind::Full {
            return self.cut(after);
        }
        if !next.is_whitespace() {
            after = self.footnote(after).or_else(|| self.raised_number(at, after)).unwrap_or(after);
            if after == behind || !self.is_space(after) {
                return if self.unspaced(at, end, after) { self.cut(after) } else { end };
            }
        }
        let abbreviated = |scan: &Self| kind == Kind::Dot && scan.is_abbreviated(at);
        let mut resume = self.skip_space(after);
        let mut attached = after > behind;
        while !self.byte(resume).is_ascii_alphabetic() && !self.breaks_between(after, resume) {
            let number = || self.footnote_number(resume).filter(|_| !attached && !abbreviated(self));
            let Some(end) = self.attachment(resume).or_else(number) else { break };
            after = end;
            resume = self.skip_space(after);
            attached = true;
        }
        if resume == self.bytes.len() {
            return resume;
        }
        let next = self.next(resume);
        let ends = match kind {
            Kind::Strong => self.strong_ends(at, next, closed),
            Kind::Ellipsis => next.is_upper(),
            _ => self.dot_ends(at, next, closed),
        };
        if ends || (attached && next.begin != Begin::Lower && !abbreviated(self)) {
            self.cut(after)
        } else {
            after.max(end)
        }
    }

    /// Whether the word before the full stop at `at` is in a list of abbreviations.
    fn is_abbreviated(&self, at: usize) -> bool {
        let word = context::word_before(self.text, self.start, at);
        self.words.classes_before(self.bytes, at, word.len()) & class::ABBREVIATION != 0
    }

    /// Whether the white space between two positions has a line break in it.
    fn breaks_between(&self, from: usize, to: usize) -> bool {
        self.bytes[from..to].iter().any(|b| matches!(b, b'\n' | b'\r'))
    }

    /// The run of terminators from `at`: its end and how it ends a sentence.
    fn cluster(&self, at: usize) -> (usize, Kind) {
        let (mut end, mut dots, mut strong, mut full) = (at, 0, false, false);
        while let Some(c) = self.char_at(end) {
            match mark(c) {
                Some(Mark::Dot) => dots += 1,
                Some(Mark::Ellipsis) => dots += 3,
                Some(Mark::Strong) => strong = true,
                Some(Mark::Full) => full = true,
                None => break,
            }
            end += c.len_utf8();
        }
        let kind = match (full, strong, dots) {
            (true, ..) => Kind::Full,
            (_, true, _) => Kind::Strong,
            (_, _, 1) => Kind::Dot,
            _ => Kind::Ellipsis,
        };
        (end, kind)
    }

    /// The end of the dots with a space before each that begin at `at`.
    fn spaced_dots(&self, at: usize) -> usize {
        let mut end = at;
        while self.byte(end) == b' ' && self.byte(end + 1) == b'.' {
            end += 2;
        }
        end
    }

    /// Whether a terminator at `at` without a space behind it ends a sentence all the same.
    fn unspaced(&self, at: usize, end: usize, after: usize) -> bool {
        let first = self.byte(after);
        let asked = matches!(self.bytes[at], b'?' | b'!') && self.byte_before(at).is_ascii_alphabetic();
        if asked && after == end && first.is_ascii_lowercase() && self.byte(after + 1).is_ascii_lowercase() {
            return !context::in_address(self.bytes, self.start, at, after);
        }
        if end - at > 3
            || !first.is_ascii_uppercase()
            || !(self.byte(after + 1).is_ascii_lowercase() || self.is_space(after + 1))
        {
            return false;
        }
        let word = context::word_before(self.text, self.start, at);
        let plain = word.len() > 1
            && !word.contains('.')
            && self.words.classes_before(self.bytes, at, word.len()) & class::ABBREVIATION == 0;
        let last = word.as_bytes().last().copied().unwrap_or(b' ');
        let sentence = plain && (last.is_ascii_lowercase() || last.is_ascii_digit());
        sentence && !context::in_address(self.bytes, self.start, at, after)
    }

    /// Whether `!` or `?` at `at` ends a sentence before `next`.
    fn strong_ends(&self, at: usize, next: Next, closed: bool) -> bool {
        let word = context::word_before(self.text, self.start, at);
        if matches!(next.begin, Begin::Dash | Begin::Joint) {
            return false;
        }
        if self.words.classes_before(self.bytes, at, word.len()) & class::NAME != 0 && self.byte(at) == b'!' {
            return !closed && next.first(self.bytes, self.words).starter.is_some();
        }
        if next.begin == Begin::Lower {
            return !closed;
        }
        !(next.begin == Begin::Digit && context::in_brackets(self.bytes, self.start, at))
    }

    /// Whether the full stop at `at` ends a sentence before `next`.
    fn dot_ends(&self, at: usize, next: Next, closed: bool) -> bool {
        if matches!(next.begin, Begin::Dash | Begin::Joint) {
            return false;
        }
        let word = context::word_before(self.text, self.start, at);
        let classes = self.words.classes_before(self.bytes, at, word.len());
        if next.begin == Begin::Lower {
            return !closed && classes & class::ABBREVIATION == 0 && context::is_plain(word);
        }
        if classes & class::NEVER != 0 {
            return false;
        }
        if classes & class::TITLE != 0 {
            return classes & class::EITHER != 0 && next.first(self.bytes, self.words).starter.is_some();
        }
        let number = classes & class::NUMBER != 0;
        if number && next.is_number(self.bytes) {
            return false;
        }
        let unit = classes & class::UNIT != 0 && context::behind_number(&self.bytes[self.start..at - word.len()]);
        let hour = classes & class::HOUR != 0;
        let either = hour || unit || classes & class::EITHER != 0 || context::is_acronym(word);
        if !number && !either {
            return true;
        }
        let first = next.first(self.bytes, self.words);
        if !either {
            return !first.abbreviation;
        }
        // "At 5 p.m. Mr. Diaz" has said nothing yet.
        let free = first.title || hour && next.is_upper() && !first.zone;
        first.starter.is_some() || free && self.words_so_far(at) > 3
    }

    /// How many words the sentence has before `at`, counted up to 4.
    fn words_so_far(&self, at: usize) -> usize {
        let from = self.start.max(at.saturating_sub(64));
        self.bytes[from..at].split(u8::is_ascii_whitespace).take(4).count()
    }
}
