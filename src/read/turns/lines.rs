//! The lines of a text and how it is laid out.

use std::collections::BTreeMap;

use memchr::memchr_iter;

use crate::document::Span;

/// One line, without the white space around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// First byte of the content.
    pub start: u32,
    /// One past the last byte of the content; equal to `start` for a blank line.
    pub end: u32,
    /// Width of the white space before the content.
    pub indent: u16,
}

impl Line {
    pub(super) fn is_blank(self) -> bool {
        self.start == self.end
    }

    pub(super) fn of(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }
}

/// All lines of `text`, in order.
pub(super) fn split(text: &str) -> Vec<Line> {
    let bytes = text.as_bytes();
    let mut lines = Vec::with_capacity(bytes.len() / 64 + 1);
    let mut from = 0;
    for newline in memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len())) {
        lines.push(trim(text, from, newline));
        from = newline + 1;
    }
    if lines.last().is_some_and(|l| l.is_blank()) {
        lines.pop();
    }
    lines
}

fn trim(text: &str, from: usize, to: usize) -> Line {
    let bytes = text.as_bytes();
    let (mut start, mut end) = (from, to);
    while start < end && bytes[start].is_ascii_whitespace() {
        start += 1;
    }
    while end > start && bytes[end - 1].is_ascii_whitespace() {
        end -= 1;
    }
    // No-break and ideographic spaces, byte-order marks in the middle of a pasted text.
    if start < end && (bytes[start] >= 0x80 || bytes[end - 1] >= 0x80) {
        let space = |c: char| c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}');
        let content = text[start..end].trim_start_matches(space);
        start = end - content.len();
        end = start + content.trim_end_matches(space).len();
    }
    Line { start: start as u32, end: end as u32, indent: u16::try_from(start - from).unwrap_or(u16::MAX) }
}

/// The last character boundary at or before `at`.
pub(super) fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The first character boundary at or after `at`.
pub(super) fn ceil(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// How paragraphs can be told in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Paragraphs are broken over lines; otherwise each line is a paragraph.
    pub wrapped: bool,
    /// Nearly all letters are capitals, so that capitals say nothing.
    pub capitals: bool,
    /// Indent of a paragraph's first line, where there is a usual one.
    pub indent: Option<u16>,
}

impl Layout {
    /// Wrapped: of the lines that follow a line, a sixth begin in lower case.
    pub(super) fn of(text: &str, lines: &[Line]) -> Self {
        let (mut following, mut lower, mut upper_letters, mut letters) = (0usize, 0usize, 0usize, 0usize);
        let mut indents = BTreeMap::new();
        // A sample spread over the text is as good as all of it.
        let step = lines.len().div_ceil(4096).max(1) * 16;
        for from in (0..lines.len()).step_by(step) {
            for i in from..(from + 16).min(lines.len()) {
                let line = lines[i].of(text);
                for b in line.bytes().take(200).filter(u8::is_ascii_alphabetic) {
                    letters += 1;
                    upper_letters += usize::from(b.is_ascii_uppercase());
                }
                let Some(before) = i.checked_sub(1).map(|b| lines[b]) else { continue };
                if !lines[i].is_blank() && !before.is_blank() {
                    following += 1;
                    lower += usize::from(line.starts_with(|c: char| c.is_lowercase()));
                    if lines[i].indent > before.indent {
                        *indents.entry(lines[i].indent).or_insert(0usize) += 1;
                    }
                }
            }
        }
        let indent = indents.into_iter().max_by_key(|(indent, n)| (*n, u16::MAX - indent)).filter(|(_, n)| *n > 2);
        let indent = indent.map(|(indent, _)| indent);
        Self { indent, wrapped: following >= 2 && lower * 6 >= following, capitals: upper_letters * 10 > letters * 6 }
    }

    /// Whether a paragraph starts on line `i`.
    pub(super) fn starts(self, lines: &[Line], i: usize) -> bool {
        let Some(before) = i.checked_sub(1).map(|b| lines[b]) else { return true };
        !self.wrapped || before.is_blank() || lines[i].indent > before.indent || Some(lines[i].indent) == self.indent
    }

    /// The last line of the paragraph that line `from` belongs to; it ends before line `before`.
    pub(super) fn paragraph_end(self, lines: &[Line], from: usize, before: usize) -> usize {
        let goes_on = |i: &usize| !lines[*i].is_blank() && !self.starts(lines, *i);
        from + (from + 1..before.min(lines.len())).take_while(goes_on).count()
    }
}

/// Index of the line that holds byte `at`.
pub(super) fn line_at(lines: &[Line], at: u32) -> usize {
    lines.partition_point(|l| l.start <= at).saturating_sub(1)
}

/// `text` on one line, its white space folded.
pub(in crate::read) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text` with some ranges overwritten by spaces: every offset stays where it is.
pub(super) fn blanked(text: String, ranges: &[Span]) -> String {
    if ranges.is_empty() {
        return text;
    }
    let mut bytes = text.into_bytes();
    for range in ranges {
        bytes[range.range()].fill(b' ');
    }
    // Whole characters became spaces, so nothing is lost here.
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

/// The first of some marks in a text, with where it is.
pub(super) fn first_of<'m>(text: &str, marks: &[&'m str]) -> Option<(usize, &'m str)> {
    marks.iter().filter_map(|mark| text.find(mark).map(|at| (at, *mark))).min()
}

/// Whether a piece of text ends as a sentence does.
pub(super) fn ends_sentence(text: &str) -> bool {
    // "Yes. [Laughter]" ends before the bracket.
    if text.ends_with([')', ']'])
        && let Some(open) = text.rfind(['(', '['])
        && open > 0
        && ends_sentence(text[..open].trim_end())
    {
        return true;
    }
    let text = text.trim_end_matches(['"', '\'', '”', '’', '»', ')', ']', '*', '_', ' ', '」', '』']);
    text.ends_with(['.', '?', '!', '…', '。', '？', '！', '—', '–', '-', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(text: &str) -> Layout {
        Layout::of(text, &split(text))
    }

    #[test]
    fn lines_know_their_content() {
        let text = "\u{FEFF}one\r\n\r\n   two \u{A0}\nthree";
        let lines = split(text);
        assert_eq!(lines.iter().map(|l| l.of(text)).collect::<Vec<_>>(), ["one", "", "two", "three"]);
        assert_eq!(lines[2].indent, 3);
    }

    #[test]
    fn wrapping_shows_in_lower_case_beginnings() {
        assert!(layout("ANNA: We think that\nthis is so and\nwill stay so.\n\nBEN: No.").wrapped);
        assert!(!layout("Anna: We think that this is so.\nIt stays so.\nBen: No.\nAnna: Yes.").wrapped);
        assert!(layout("GOOD EVENING, AND WELCOME.").capitals);
    }
}
