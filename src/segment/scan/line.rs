//! Whether a line break ends a sentence.

use memchr::{memchr_iter, memrchr2};

use super::Scan;
use crate::segment::abbreviations::class;
use crate::segment::context;
use crate::segment::list::Marker;
use crate::segment::marks::is_bullet;

impl Scan<'_> {
    /// A line break at `at`.
    pub(super) fn line(&mut self, at: usize) -> usize {
        if let [b'\n', b'a'..=b'z', ..] = self.bytes[at..]
            && self.layout.surely_wraps(&self.bytes[self.floor..at])
            && !Marker::may_begin(self.bytes, at + 1)
        {
            return at + 1;
        }
        let next = self.skip_space(at);
        let end = self.trim(at);
        if next == self.bytes.len() {
            return next;
        }
        let gap = &self.bytes[end..next];
        let blank = memchr_iter(b'\n', gap).nth(1).is_some();
        if !blank && !gap.contains(&0x0C) && self.goes_on(end, next) {
            return next;
        }
        self.quoted = false;
        self.cut(at)
    }

    /// Whether the sentence goes on behind the single line break between `end` and `next`.
    fn goes_on(&self, end: usize, next: usize) -> bool {
        let from = memrchr2(b'\n', b'\r', &self.bytes[self.floor..end]).map_or(self.floor, |n| self.floor + n + 1);
        let line = &self.bytes[from..end];
        let rest = &self.bytes[next..];
        if self.char_at(next).is_some_and(is_bullet) {
            return false;
        }
        let open = !matches!(line.last(), Some(b'.' | b'!' | b'?' | b':' | b';'));
        let wraps = self.layout.wraps(line, rest);
        if let Some((marker, _)) = Marker::read(self.bytes, next) {
            // "as I said in chapter\n3. And yet": a number, unless a list begins or goes on with it.
            let listed = marker.is_first() || self.list.is_some_and(|list| list.precedes(marker));
            return wraps && open && !listed;
        }
        let versus = |line: &[u8]| line.starts_with(b"v.") && line.get(2).is_none_or(u8::is_ascii_whitespace);
        if line.trim_ascii_start() == b"v." || (versus(rest) && !rest[2..].trim_ascii_start().starts_with(b"v.")) {
            return true;
        }
        if wraps {
            return true;
        }
        if self.layout.is_wrapped() && self.hangs(line) {
            return true;
        }
        // One stray break in a paragraph: a capital began the sentence, it goes on small, and ends in the next line.
        let lower = self.char_at(next).is_some_and(char::is_lowercase);
        let begun = self.char_at(self.start).is_some_and(char::is_uppercase);
        let said = &self.bytes[self.start..end.min(self.start + 64)];
        lower && begun && open && said.iter().filter(|b| **b == b' ').take(3).count() == 3 && context::line_ends(rest)
    }

    /// Whether `line` ends in the middle of a phrase: in a small word such as *the*, *from*, *and*.
    fn hangs(&self, line: &[u8]) -> bool {
        let length = line.iter().rev().take(12).take_while(|b| b.is_ascii_lowercase()).count();
        let word = &line[line.len() - length..];
        length < line.len() && line[line.len() - length - 1] == b' ' && self.words.classes(word) & class::STARTER != 0
    }
}
