//! What belongs to a sentence behind its terminator: closing marks, footnote marks, emoticons.

use super::Scan;
use crate::segment::abbreviations::class;
use crate::segment::context;
use crate::segment::marks::{closes_bracket, closes_quote};

impl Scan<'_> {
    /// The closing quotation marks, brackets and marks of emphasis at `at`: their end, and
    /// whether there are any of the first two.
    pub(super) fn closers(&self, at: usize) -> (usize, bool) {
        let (mut end, mut closed) = (at, false);
        while let Some(c) = self.char_at(end) {
            if closes_bracket(c) {
                closed = true;
            } else if closes_quote(c) || matches!(c, '*' | '_') {
                // In "Jr.'s" and `said."Then` it closes nothing.
                let after = self.char_at(end + c.len_utf8());
                if matches!(c, '"' | '\'' | '’' | '*' | '_') && after.is_some_and(char::is_alphanumeric) {
                    break;
                }
                closed |= closes_quote(c);
            } else {
                break;
            }
            end += c.len_utf8();
        }
        (end, closed)
    }

    /// The end of what stands apart behind a terminator but belongs to its sentence.
    pub(super) fn attachment(&self, at: usize) -> Option<usize> {
        self.footnote(at).or_else(|| self.emoticon(at)).or_else(|| self.stray_closer(at)).or_else(|| self.ruled(at))
    }

    /// `***` and the like.
    fn ruled(&self, at: usize) -> Option<usize> {
        let first = self.byte(at);
        let end = at + self.bytes[at..].iter().take_while(|b| **b == first).count();
        (matches!(first, b'*' | b'=' | b'_' | b'~' | b'#') && end - at >= 3 && self.is_space(end)).then_some(end)
    }

    /// A footnote's number that stands on the line: `rights. 4 Even though`.
    pub(super) fn footnote_number(&self, at: usize) -> Option<usize> {
        let digits = self.bytes[at..].iter().take(3).take_while(|b| b.is_ascii_digit()).count();
        let end = at + digits;
        (matches!(digits, 1 | 2)
            && self.byte(end) == b' '
            && self.next(end + 1).first(self.bytes, self.words).starter.is_some())
        .then_some(end)
    }

    /// A footnote's number that lost its place above the line: `years.12 Nobody`.
    pub(super) fn raised_number(&self, dot: usize, at: usize) -> Option<usize> {
        let digits = self.bytes[at..].iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        let end = at + digits;
        let behind_word =
            self.bytes[self.start..dot].iter().rev().take(3).filter(|b| b.is_ascii_lowercase()).count() == 3;
        if !(1..=3).contains(&digits) || !behind_word || self.byte(end) != b' ' {
            return None;
        }
        let word = context::word_before(self.text, self.start, dot);
        (self.words.classes_before(self.bytes, dot, word.len()) & class::ABBREVIATION == 0 && !word.contains('.'))
            .then_some(end)
    }

    /// A footnote or omission mark: `[6]`, `[1, 3–5]`, `[...]`, `²`.
    pub(super) fn footnote(&self, at: usize) -> Option<usize> {
        let mut end = at;
        if self.byte(at) == b'[' {
            if let [_, b'*' | b'a'..=b'z', b']', ..] = self.bytes[at..] {
                return Some(at + 3);
            }
            let inside =
                |b: &&u8| b.is_ascii_digit() || matches!(b, b' ' | b',' | b'-' | b'.' | 0xE2 | 0x80 | 0x93 | 0xA6);
            let length = self.bytes[at + 1..].iter().take(24).take_while(inside).count();
            end = at + 1 + length;
            return (length > 0 && self.byte(end) == b']').then_some(end + 1);
        }
        while let Some(c) = self.char_at(end).filter(|c| matches!(c, '¹' | '²' | '³' | '⁰' | '⁴'..='⁹' | '†' | '‡'))
        {
            end += c.len_utf8();
        }
        (end > at).then_some(end)
    }

    /// `:-)`, `;)`, `:D`, `<3` with white space behind it.
    fn emoticon(&self, at: usize) -> Option<usize> {
        let mut end = at + 1;
        match self.byte(at) {
            b':' | b';' | b'=' => {
                end += usize::from(matches!(self.byte(end), b'-' | b'\'' | b'o' | b'^'));
                let mouth = self.bytes[end..].iter().take(8);
                let length = mouth
                    .take_while(|b| matches!(b, b')' | b'(' | b'D' | b'P' | b'p' | b'/' | b'|' | b'O' | b'*'))
                    .count();
                end = if length == 0 { return None } else { end + length };
            }
            b'<' if self.byte(end) == b'3' => end += 1,
            _ => return None,
        }
        self.is_space(end).then_some(end)
    }

    /// A closing mark that stands alone, as in tokenised text.
    fn stray_closer(&self, at: usize) -> Option<usize> {
        let c = self.char_at(at)?;
        let closes = closes_bracket(c) || matches!(c, '”' | '»') || (c == '"' && self.quoted);
        let end = at + c.len_utf8();
        (closes && self.is_space(end)).then_some(end)
    }
}
