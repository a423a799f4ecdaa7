//! Where a line break is only a wrapped line.
//!
//! Text comes either with one paragraph per line or wrapped at some column, and
//! nothing in it says which. The shape does: whoever wraps a line breaks it only
//! where the next word would not have fitted. So a text is wrapped if line after
//! line is *full* (its length and the next line's first word exceed the width)
//! and the next line goes on in lower case, and in a wrapped text a break after
//! a line that is not full was meant.

use memchr::memchr_iter;

/// Widths that a person or a program wraps at, in characters.
const NARROWEST: usize = 24;
const WIDEST: usize = 160;

/// No more of a text than this is looked at, in bytes.
const SAMPLE: usize = 1 << 20;

/// The line shape of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The column the text is wrapped at, in characters; `None` if it is not wrapped.
    width: Option<usize>,
}

impl Layout {
    /// The shape of `text`, from its lines alone: linear, and the same wherever the text is.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let bytes = &bytes[..bytes.len().min(SAMPLE)];
        // The width is where the lines end that visibly go on, but for 1 in 50 that sticks out:
        // headings and tables may be set wider.
        let mut lengths = [0u32; WIDEST + 2];
        each_break(bytes, |line, next| {
            if continues(line, next) {
                lengths[characters(line).min(WIDEST + 1)] += 1;
            }
        });
        let lines: u32 = lengths.iter().sum();
        let mut over = 0;
        let width = (NARROWEST..lengths.len()).rev().find(|&n| {
            over += lengths[n];
            over * 50 > lines
        });
        Self { width: width.filter(|&n| n <= WIDEST && wrapped_at(bytes, n)) }
    }

    /// Whether the break after `line`, with `rest` behind it, is only a wrapped line: a full
    /// one, or a ragged one that visibly goes on.
    pub(super) fn wraps(self, line: &[u8], rest: &[u8]) -> bool {
        self.width.is_some_and(|width| {
            full(line, rest, width) || (continues(line, rest) && (width / 3..width).contains(&characters(line)))
        })
    }

    /// Whether the break behind `before` is only a wrapped line if the next line begins in lower
    /// case: the short way for most lines of a wrapped text.
    pub(super) fn surely_wraps(self, before: &[u8]) -> bool {
        let tail = self.width.and_then(|width| before.len().checked_sub(width / 3)).map(|from| &before[from..]);
        tail.is_some_and(|tail| matches!(tail, [.., b'a'..=b'z' | b',']) && !tail.contains(&b'\n'))
    }

    /// Whether no sentence can go on behind the line break that ends at `at`: a blank line
    /// follows, or a line that is not wrapped and begins with a capital.
    pub(super) fn must_break(self, bytes: &[u8], at: usize) -> bool {
        match bytes[at..] {
            [b'\n', ..] | [b'\r', b'\n', ..] => true,
            [b'A'..=b'Z', ..] => !self.is_wrapped() && !bytes[..at].trim_ascii_end().ends_with(b"v."),
            _ => false,
        }
    }

    /// Whether the text is wrapped at all.
    pub(super) fn is_wrapped(self) -> bool {
        self.width.is_some()
    }
}

/// Whether the text is wrapped at `width`: enough lines are full there and go on in the next, or
/// so many go on that it must be, however ragged.
fn wrapped_at(bytes: &[u8], width: usize) -> bool {
    let (mut breaks, mut goes_on, mut full_lines, mut full_goes_on, mut nearly) = (0, 0, 0, 0, 0);
    each_break(bytes, |line, next| {
        let on = usize::from(continues(line, next) && columns(line) >= NARROWEST);
        breaks += 1;
        goes_on += on;
        if full(line, next, width) {
            full_lines += 1;
            full_goes_on += on;
        } else if full(line, next, width - width / 5) {
            nearly += 1;
        }
    });
    let sharp = full_goes_on > 0 && full_goes_on * 3 >= full_lines && full_lines >= nearly;
    sharp || (goes_on >= 3 && goes_on * 3 >= breaks)
}

/// Whether the next line's first word would not have fitted behind `line`. A line that is far
/// too long was never wrapped.
fn full(line: &[u8], rest: &[u8], width: usize) -> bool {
    let length = columns(line);
    length <= width + width / 4 && length + 1 + first_word(rest) > width && !is_leader(line)
}

/// Whether `line` is an entry of a table of contents: `Opening remarks ....... 12`.
fn is_leader(line: &[u8]) -> bool {
    let title = &line[..line.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |n| n + 1)];
    title.len() < line.len() && title.trim_ascii_end().ends_with(b"....")
}

/// Whether the sentence in `line` visibly goes on in `rest`.
fn continues(line: &[u8], rest: &[u8]) -> bool {
    let ended = line.last().is_some_and(|b| matches!(b, b'.' | b'!' | b'?' | b':'));
    !ended && rest.first().is_some_and(|&b| b.is_ascii_lowercase() || b >= 0xE3)
}

/// The length of the first word in characters; a Chinese character is a word.
fn first_word(bytes: &[u8]) -> usize {
    if bytes.first().is_some_and(|&b| (0xE3..0xF0).contains(&b)) {
        return 1;
    }
    let word = &bytes[..bytes.len().min(WIDEST)];
    characters(&word[..word.iter().position(u8::is_ascii_whitespace).unwrap_or(word.len())])
}

/// The length of a line. Some programs wrap by bytes: in a line of mostly ASCII the few longer
/// characters count as they do.
fn columns(line: &[u8]) -> usize {
    let characters = characters(line);
    if line.len() - characters <= 8 { line.len() } else { characters }
}

/// Number of characters of valid UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b & 0xC0 != 0x80).count()
}

/// Every two lines with a single break between them.
fn each_break<'a>(bytes: &'a [u8], mut f: impl FnMut(&'a [u8], &'a [u8])) {
    let (mut start, mut previous): (usize, &[u8]) = (0, b"");
    for end in memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len())) {
        // An indent is part of the line's length, but not of its words.
        let line = bytes[start..end].trim_ascii_end();
        if !previous.is_empty() && !line.is_empty() {
            f(previous, line.trim_ascii_start());
        }
        previous = line;
        start = end + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRAPPED: &str = "The council met on Monday evening to hear what the\nresidents of the harbour district had to say about\nthe new ferry line, and it heard a good deal more than\nit had asked for.\nNobody left before ten.\n";

    #[test]
    fn a_wrapped_paragraph_is_seen() {
        let layout = Layout::of(WRAPPED);
        assert_eq!(layout.width, Some(54));
        assert!(layout.wraps(b"The council met on Monday evening to hear what the", b"residents of"));
        assert!(!layout.wraps(b"it had asked for.", b"Nobody left"));
    }

    #[test]
    fn paragraphs_and_lists_are_not_wrapped() {
        assert_eq!(Layout::of(&WRAPPED.replace('\n', " ")).width, None);
        assert_eq!(Layout::of("What to bring\nwater\nbread\nfour apples\na map").width, None);
        assert_eq!(
            Layout::of("Who asks?\nThe chair of the committee asks first.\nNobody answers.\nSo be it.").width,
            None
        );
    }

    #[test]
    fn chinese_lines_wrap_anywhere() {
        let layout = Layout::of(&"海上的风在夜里停了，港口的人们都知道明天会是一个好天气，\n".repeat(6));
        assert!(layout.is_wrapped());
    }
}
