//! What stands on either side of a terminator.

use memchr::{memchr, memchr_iter};

use super::abbreviations::{LONGEST, Words, class};
use super::marks::{is_bullet, is_dash, opens};

/// How far behind a terminator a word or a bracket is looked for, in bytes.
const REACH: usize = 48;

/// How long a speech inside a sentence may be, in bytes.
const SPEECH: usize = 600;

/// How a text goes on behind a terminator and white space; opening marks are passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Begin {
    /// With a capital, a letter of a script without case, or a bullet.
    Upper,
    /// With a small letter.
    Lower,
    /// With a digit.
    Digit,
    /// With a sign that announces a number: `§`.
    Sign,
    /// With a dash that goes on in small letters, or a double one.
    Dash,
    /// With punctuation that no sentence begins with.
    Joint,
    /// With anything else, or not at all.
    #[default]
    Other,
}

/// What stands behind a terminator and white space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Next {
    pub(super) begin: Begin,
    /// Where its word begins, if it is one with a capital of ASCII.
    word: Option<usize>,
}

/// A word that sentences begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Starter {
    /// The speaker's own `I`: what is broken off may go on with it.
    Speaker,
    /// An article: a name may begin with it.
    Article,
    /// Any other.
    Word,
}

/// What the lists say about the word behind a terminator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct First {
    pub(super) starter: Option<Starter>,
    /// A day, month or time zone.
    pub(super) zone: bool,
    /// A title with its full stop.
    pub(super) title: bool,
    /// Another abbreviation: `Fed. R. Civ. P.`
    pub(super) abbreviation: bool,
}

impl Next {
    /// Reads what stands at `at`.
    pub(super) fn read(text: &str, at: usize) -> Self {
        match text.as_bytes().get(at) {
            Some(b'A'..=b'Z') => Self { begin: Begin::Upper, word: Some(at) },
            Some(b'a'..=b'z') => Self { begin: Begin::Lower, word: None },
            _ => Self::read_marks(&text[at..], at),
        }
    }

    /// Reads anything but a letter of ASCII.
    fn read_marks(rest: &str, at: usize) -> Self {
        let Some(first) = rest.chars().next() else { return Self::default() };
        let opened = rest.trim_start_matches(opens);
        let begin = match opened.chars().next() {
            _ if is_dash(first) || first == '-' => begin_of_dash(rest),
            Some(c) if c.is_lowercase() => Begin::Lower,
            Some(c) if c.is_numeric() => Begin::Digit,
            Some(c) if c.is_alphabetic() || is_bullet(c) => Begin::Upper,
            Some('§' | '¶' | '#') => Begin::Sign,
            _ if matches!(first, ',' | ';' | '&' | ')' | ']' | '}' | '/' | '%') => Begin::Joint,
            _ => Begin::Other,
        };
        let ascii = opened.starts_with(|c: char| c.is_ascii_uppercase());
        Self { begin, word: ascii.then(|| at + rest.len() - opened.len()) }
    }

    /// Whether it begins with a capital or its like.
    pub(super) fn is_upper(self) -> bool {
        self.begin == Begin::Upper
    }

    /// Whether it begins with a letter.
    pub(super) fn is_letter(self) -> bool {
        matches!(self.begin, Begin::Upper | Begin::Lower)
    }

    /// Its word with a capital, and the byte behind it.
    fn word(self, bytes: &[u8]) -> (&[u8], u8) {
        let Some(at) = self.word else { return (&[], b' ') };
        let rest = &bytes[at..];
        let length = rest.iter().take(LONGEST + 1).take_while(|b| b.is_ascii_alphabetic() || **b == b'\'').count();
        (&rest[..length], rest.get(length).copied().unwrap_or(b' '))
    }

    /// Whether it is what an abbreviation for a number announces: a digit, `§`, a Roman
    /// numeral, or a single letter that stands like a number (`App. B.`).
    pub(super) fn is_number(self, bytes: &[u8]) -> bool {
        let (word, after) = self.word(bytes);
        matches!(self.begin, Begin::Digit | Begin::Sign)
            || match word {
                [] => false,
                [_] => matches!(after, b'.' | b',' | b')' | b';' | b':' | b'-' | b'('),
                _ => word.iter().all(|b| b"IVXLC".contains(b)),
            }
    }

    /// What the lists say about its word.
    pub(super) fn first(self, bytes: &[u8], words: &Words) -> First {
        let (word, after) = self.word(bytes);
        let classes = self.word.map_or(0, |at| words.classes_at(bytes, at, word.len()));
        if classes == 0 && word.len() != 1 {
            return First::default();
        }
        let abbreviated = after == b'.' && (classes & class::ABBREVIATION != 0 || word.len() == 1);
        let starter = match word {
            b"A" | b"An" | b"The" => Starter::Article,
            [b'I'] | [b'I', b'\'', ..] => Starter::Speaker,
            _ => Starter::Word,
        };
        First {
            starter: (classes & class::STARTER != 0 && !abbreviated).then_some(starter),
            zone: classes & class::ZONE != 0,
            title: classes & class::TITLE != 0 && after == b'.',
            abbreviation: abbreviated && classes & (class::TITLE | class::STARTER) == 0,
        }
    }
}

/// How a text that begins with a dash goes on: as a list item or a new speech with a single
/// dash before a capital or a number, else as the sentence before.
fn begin_of_dash(rest: &str) -> Begin {
    let behind = rest.trim_start_matches(|c| is_dash(c) || c == '-');
    let single = rest.chars().nth(1).is_none_or(|c| !(is_dash(c) || c == '-'));
    let new = behind.trim_start().starts_with(|c: char| c.is_uppercase() || c.is_numeric());
    if single && new { Begin::Other } else { Begin::Dash }
}

/// The word that ends at `at`, without opening marks; empty where it is too long to be in any list.
pub(super) fn word_before(text: &str, start: usize, at: usize) -> &str {
    let bytes = text.as_bytes();
    let simple = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'.';
    let from = at - bytes[start..at].iter().rev().take(LONGEST + 1).take_while(simple).count();
    if from == start
        || from > start && (bytes[from - 1].is_ascii_whitespace() || matches!(bytes[from - 1], b'(' | b'-'))
    {
        return &text[from..at];
    }
    let floor = start.max(at.saturating_sub(REACH));
    let length = bytes[floor..at].iter().rev().take_while(|b| !b.is_ascii_whitespace()).count();
    let from = at - length;
    if from == floor && floor > start || !text.is_char_boundary(from) {
        return "";
    }
    let run = &text[from..at];
    let word =
        run.rsplit(|c: char| matches!(c, '(' | '[' | '{' | '"' | '“' | '/' | '=') || is_dash(c) || c.is_whitespace());
    word.into_iter().next().unwrap_or(run).trim_start_matches(opens)
}

/// Whether `word` is a run of short parts with full stops between them, or a single letter.
pub(super) fn is_acronym(word: &str) -> bool {
    if word.len() > 1 && !word.bytes().any(|b| b == b'.') {
        return false;
    }
    let mut parts = word.split('.');
    let letters = |part: &str| !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_alphabetic());
    let first = parts.next().unwrap_or("");
    if word.len() == 1 {
        return word.as_bytes()[0].is_ascii_uppercase();
    }
    first.len() <= 2 && letters(first) && parts.all(letters)
}

/// Whether `word` is an ordinary word in small letters, or something that is no word at all.
pub(super) fn is_plain(word: &str) -> bool {
    let vowel =
        |b: u8| matches!(b.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u' | b'y') || !b.is_ascii_alphabetic();
    word.len() > 2 && !word.bytes().any(|b| b == b'.') && word.bytes().any(vowel)
}

/// Whether `before`, the sentence up to a word, ends in a number.
pub(super) fn behind_number(before: &[u8]) -> bool {
    before.trim_ascii_end().last().is_some_and(u8::is_ascii_digit)
}

/// Whether the terminator at `at` is inside square brackets that close within reach.
pub(super) fn in_brackets(bytes: &[u8], start: usize, at: usize) -> bool {
    let before = &bytes[start.max(at.saturating_sub(REACH))..at];
    let after = &bytes[at..bytes.len().min(at + REACH)];
    let open = before.iter().rev().find(|b| matches!(b, b'[' | b']')) == Some(&b'[');
    open && after.iter().find(|b| matches!(b, b'[' | b']' | b'\n')) == Some(&b']')
}

/// Whether the terminator at `at` is part of an address: of the web, of mail, of a file.
pub(super) fn in_address(bytes: &[u8], start: usize, at: usize, after: usize) -> bool {
    let before = bytes[start.max(at.saturating_sub(REACH))..at].iter().rev().take_while(|b| !b.is_ascii_whitespace());
    let behind = bytes[after..bytes.len().min(after + REACH)].iter().take_while(|b| !b.is_ascii_whitespace());
    before.chain(behind).any(|b| matches!(b, b'@' | b'/' | b'\\' | b'_'))
}

/// Whether an emoticon such as `:-)` with a space before it ends at `end`.
pub(super) fn ends_emoticon(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = &bytes[start.max(end.saturating_sub(8))..end];
    let before = before.iter().rev().skip_while(|b| **b == b')').skip_while(|b| **b == b'-');
    let mut before = before.copied();
    matches!(before.next(), Some(b':' | b';' | b'=')) && before.next().is_none_or(|b| b.is_ascii_whitespace())
}

/// Where the straight quotation that begins at `at` closes (its last terminators included), if its speech is part of the sentence
/// around it: at most two sentences long, or followed by more of the sentence.
pub(super) fn quoted_speech(bytes: &[u8], at: usize, wrapped: bool) -> Option<usize> {
    let reach = &bytes[at..bytes.len().min(at + SPEECH)];
    let length = memchr(b'"', reach)?;
    let said = &reach[..length];
    let mut breaks = memchr_iter(b'\n', said);
    if breaks.any(|n| !wrapped || said[n + 1..].first().is_none_or(u8::is_ascii_whitespace)) {
        return None;
    }
    let mut pairs = said.windows(3);
    let ends = pairs
        .by_ref()
        .filter(|w| matches!(w[0], b'.' | b'!' | b'?') && w[1].is_ascii_whitespace() && w[2].is_ascii_uppercase());
    let marks = said.iter().rev().take_while(|b| matches!(b, b'.' | b'!' | b'?')).count();
    let goes_on = bytes[at + length + 1..].iter().take(2).any(u8::is_ascii_lowercase);
    (goes_on || ends.take(2).count() < 2).then_some(at + length - marks)
}

/// A date and time such as `03/21/2004 09:15 PM`, of which `colon` is the first: where it begins and ends.
pub(super) fn timestamp(bytes: &[u8], start: usize, colon: usize) -> Option<(usize, usize)> {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let hour = bytes[start..colon].iter().rev().take(3).take_while(|b| b.is_ascii_digit()).count();
    if !(1..=2).contains(&hour) || !digit(colon + 1) || !digit(colon + 2) {
        return None;
    }
    let day = bytes[start..colon - hour].trim_ascii_end();
    let date = day.iter().rev().take(11).take_while(|b| b.is_ascii_digit() || **b == b'/').count();
    let from = start + day.len() - date;
    if date < 6 || memchr_iter(b'/', &bytes[from..from + date]).count() != 2 {
        return None;
    }
    let mut end = colon + 3;
    if bytes.get(end) == Some(&b':') && digit(end + 1) && digit(end + 2) {
        end += 3;
    }
    let half = bytes.get(end..end + 3).unwrap_or_default();
    if half.eq_ignore_ascii_case(b" am") || half.eq_ignore_ascii_case(b" pm") {
        end += 3;
    }
    bytes.get(end).is_none_or(u8::is_ascii_whitespace).then_some((from, end))
}

/// Whether the line at the start of `rest` ends like a sentence, or is too long to tell.
pub(super) fn line_ends(rest: &[u8]) -> bool {
    let reach = &rest[..rest.len().min(SPEECH)];
    let line = memchr(b'\n', reach).map_or(reach, |n| &reach[..n]).trim_ascii_end();
    line.len() == SPEECH || matches!(line.last(), Some(b'.' | b'!' | b'?' | b'"' | b')' | b',' | b';'))
}
