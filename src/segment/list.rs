//! List markers: `1.`, `(b)`, `iv)`, `2.1.` at the start of an item.

/// What a marker counts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    Digits,
    Lower,
    Upper,
    /// Roman numerals and numbers of several levels: seen at the start of a sentence,
    /// not followed from item to item.
    Other,
}

/// A marker such as `(b)`: its style and how far it has counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    count: Count,
    value: u16,
    opened: bool,
    dot: bool,
    closed: bool,
}

impl Marker {
    /// The marker that begins at `at` with white space behind it, and where it ends.
    pub(super) fn read(bytes: &[u8], at: usize) -> Option<(Self, usize)> {
        let byte = |i: usize| bytes.get(i).copied().unwrap_or(b' ');
        let opened = byte(at) == b'(';
        let start = at + usize::from(opened);
        let mut end = start;
        while end < start + 8
            && (byte(end).is_ascii_alphanumeric() || byte(end) == b'.' && byte(end + 1).is_ascii_digit())
        {
            end += 1;
        }
        let label = &bytes[start..end.min(bytes.len())];
        let dot = byte(end) == b'.' && !opened;
        end += usize::from(dot);
        let closed = byte(end) == b')';
        end += usize::from(closed);
        let marked = closed || (dot && !opened);
        if !marked || !byte(end).is_ascii_whitespace() {
            return None;
        }
        let (count, value) = value(label, closed)?;
        Some((Self { count, value, opened, dot, closed }, end))
    }

    /// Whether a list begins with it.
    pub(super) fn is_first(self) -> bool {
        match self.count {
            Count::Digits => self.value <= 1,
            Count::Lower | Count::Upper => self.value == 0,
            Count::Other => false,
        }
    }

    /// Whether a marker that begins with the letter at `at` is not ruled out by what follows it.
    pub(super) fn may_begin(bytes: &[u8], at: usize) -> bool {
        bytes.get(at + 1).is_none_or(|b| matches!(b, b'.' | b')' | b'i' | b'v' | b'x' | b'I' | b'V' | b'X'))
    }

    /// Whether `next` is the marker of the item behind this one.
    pub(super) fn precedes(self, next: Self) -> bool {
        self.count != Count::Other && Self { value: self.value + 1, ..self } == next
    }
}

fn value(label: &[u8], closed: bool) -> Option<(Count, u16)> {
    match label {
        [] => None,
        [b'a'..=b'z'] => Some((Count::Lower, u16::from(label[0] - b'a'))),
        [b'A'..=b'Z'] => Some((if closed { Count::Upper } else { Count::Other }, u16::from(label[0] - b'A'))),
        _ if label.len() <= 3 && label.iter().all(u8::is_ascii_digit) => {
            Some((Count::Digits, label.iter().fold(0, |n, d| n * 10 + u16::from(d - b'0'))))
        }
        _ if label.iter().all(|b| b"ivx".contains(b)) || label.iter().all(|b| b"IVX".contains(b)) => {
            Some((Count::Other, 0))
        }
        _ if label.contains(&b'.') && label.iter().all(|b| b.is_ascii_digit() || *b == b'.') => Some((Count::Other, 0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Marker, usize)> {
        Marker::read(text.as_bytes(), 0)
    }

    #[test]
    fn markers_are_told_from_words() {
        for (text, end) in [("1. x", 2), ("12.) x", 4), ("(iv) x", 4), ("b) x", 2), ("2.1. x", 4), ("a.", 2)] {
            assert_eq!(read(text).map(|m| m.1), Some(end), "{text}");
        }
        for text in ["1.5 x", "1 x", "(see) x", "word. x", "(a x", "1984. x", ".", ") x", ""] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn items_count_in_one_style() {
        let marker = |text| read(text).unwrap().0;
        assert!(marker("1. x").precedes(marker("2. x")));
        assert!(marker("(b) x").precedes(marker("(c) x")));
        assert!(!marker("1. x").precedes(marker("2) x")));
        assert!(!marker("1. x").precedes(marker("3. x")));
        assert!(!marker("A. x").precedes(marker("B. x")), "initials");
    }
}
