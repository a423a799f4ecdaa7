//! What files and pages leave in a text: a block of metadata before it, line numbers, running heads, page numbers,
//! words broken at a line's end. All repairs keep every offset outside the repaired place.

use std::collections::BTreeMap;

use super::lines::{Line, blanked, ceil, ends_sentence, floor, split};
use super::{label, time};
use crate::document::{Document, Span};

/// A running head is no longer than this.
const LONGEST: usize = 120;

/// A line like it occurs at least so often.
const LEAST: u32 = 3;

/// Words are looked up in this much of a text.
const VOCABULARY: usize = 2 << 20;

/// A text without line numbers and running heads, with its lines.
pub(super) fn cleared(mut text: String) -> (String, Vec<Line>) {
    let mut lines = split(&text);
    if let Some(numbers) = line_numbers(&text, &lines) {
        text = blanked(text, &numbers);
        lines = split(&text);
    }
    let heads = heads(&text, &lines);
    if !heads.is_empty() {
        text = blanked(text, &heads);
        lines = split(&text);
    }
    (text, lines)
}

/// Steps over a YAML block at the beginning and takes title and date from it.
pub(super) fn front_matter(doc: &mut Document, text: &str, lines: &[Line]) -> usize {
    if lines.first().is_none_or(|l| l.of(text) != "---") {
        return 0;
    }
    let Some(end) = lines.iter().take(200).skip(1).position(|l| l.of(text) == "---") else { return 0 };
    for line in &lines[1..=end] {
        if let Some((name, value)) = line.of(text).split_once(':')
            && matches!(name, "title" | "date")
        {
            let value = value.trim().trim_matches(['"', '\'']);
            doc.metadata.push((name.to_owned(), value.to_owned()));
        }
    }
    end + 2
}

/// The numbers of numbered lines, as depositions have them: most lines begin with a number
/// between 1 and 28 that goes on from the line before, or starts again.
fn line_numbers(text: &str, lines: &[Line]) -> Option<Vec<Span>> {
    let mut numbers = Vec::new();
    let (mut filled, mut on, mut last) = (0usize, 0usize, 0u32);
    for line in lines.iter().filter(|l| !l.is_blank()) {
        filled += 1;
        let content = line.of(text).as_bytes();
        let digits = content.iter().take_while(|b| b.is_ascii_digit()).count();
        let is_number = (1..=2).contains(&digits) && content.get(digits).is_none_or(|b| matches!(b, b' ' | b'\t'));
        if !is_number {
            // Not a numbered text: do not look at the rest of it.
            if filled > 200 && numbers.len() * 2 < filled {
                return None;
            }
            continue;
        }
        let number = content[..digits].iter().fold(0, |n, b| n * 10 + u32::from(b - b'0'));
        on += usize::from(number == last + 1 || (number <= 2 && last > 2));
        last = number;
        if number <= 28 {
            numbers.push(Span { start: line.start, end: line.start + digits as u32 });
        }
    }
    (numbers.len() >= 8 && numbers.len() * 10 > filled * 6 && on * 10 > numbers.len() * 8).then_some(numbers)
}

/// Running heads and page numbers: lines with a number at an end that come again and again
/// with another number.
fn heads(text: &str, lines: &[Line]) -> Vec<Span> {
    let mut seen: BTreeMap<Vec<u8>, (u32, Vec<usize>)> = BTreeMap::new();
    let mut found = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let (start, end) = (line.start as usize, line.end as usize);
        let bytes = &text.as_bytes()[start..end];
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { continue };
        if bytes.len() > LONGEST {
            continue;
        }
        let is_numbered = first.is_ascii_digit()
            || last.is_ascii_digit()
            || matches!(first, b'-' | b'[') && matches!(last, b'-' | b']');
        if !is_numbered || !bytes.iter().any(u8::is_ascii_digit) {
            continue;
        }
        let content = line.of(text);
        if content.starts_with("[[Page ") {
            found.push(i);
            continue;
        }
        // What a browser prints above each page: `3/14/24, 10:02 AM Title of the page`, always the same.
        let is_dated = time::date(bytes) > 0;
        let is_said = first == &b'['
            || ends_sentence(content) && last != &b'-'
            || time::stamp(content).is_some()
            || label::parse(content, 0, true).is_some();
        if is_said && !is_dated {
            continue;
        }
        let is_kept = |b: &&u8| is_dated || !b.is_ascii_digit() && !b.is_ascii_whitespace();
        let key: Vec<u8> = bytes.iter().filter(is_kept).copied().collect();
        let entry = seen.entry(key).or_default();
        entry.0 += 1;
        entry.1.push(i);
    }
    found.extend(seen.into_iter().filter(|(_, (n, at))| *n >= LEAST && is_spread(at)).flat_map(|(_, (_, at))| at));
    found.sort_unstable();
    found.into_iter().map(|i| Span { start: lines[i].start, end: lines[i].end }).collect()
}

/// Pages are some lines long.
fn is_spread(at: &[usize]) -> bool {
    at.windows(2).filter(|w| w[1] - w[0] > 6).count() * 2 >= at.len() - 1
}

/// Closes up words that a hyphen breaks at a line's end: "semi-\nconductor rules" becomes
/// "semiconductor \nrules". The hyphen stays where the text elsewhere writes the word with it,
/// or where both halves are words of the text and their compound is not.
pub(super) fn rejoin(text: String) -> String {
    let breaks: Vec<usize> = memchr::memmem::find_iter(text.as_bytes(), b"-\n")
        .chain(memchr::memmem::find_iter(text.as_bytes(), b"-\r\n"))
        .collect();
    let broken: Vec<Broken> = breaks.into_iter().filter_map(|at| Broken::at(&text, at)).collect();
    if broken.is_empty() {
        return text;
    }
    let words = vocabulary(&text);
    let has = |word: &str| words.binary_search(&word.to_lowercase().as_str()).is_ok();
    let mut repairs: Vec<(usize, Vec<u8>)> = Vec::new();
    for b in &broken {
        let (head, tail) = (&text[b.head..b.hyphen], &text[b.tail..b.end]);
        let bare = tail.trim_end_matches(|c: char| !c.is_alphanumeric());
        let is_compound =
            !has(&format!("{head}{bare}")) && (has(&format!("{head}-{bare}")) || (has(head) && has(bare)));
        let white = &text[b.hyphen + 1..b.tail];
        let mut repaired = Vec::with_capacity(b.end - b.hyphen);
        if is_compound {
            repaired.push(b'-');
        }
        repaired.extend(tail.bytes());
        if !is_compound {
            repaired.push(b' ');
        }
        repaired.extend(white.bytes());
        repairs.push((b.hyphen, repaired));
    }
    let mut bytes = text.into_bytes();
    for (at, repaired) in repairs {
        bytes[at..at + repaired.len()].copy_from_slice(&repaired);
    }
    // The same characters in another order.
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

/// A word broken at a line's end: where its halves are.
struct Broken {
    head: usize,
    hyphen: usize,
    tail: usize,
    end: usize,
}

impl Broken {
    fn at(text: &str, hyphen: usize) -> Option<Self> {
        let head = text[..hyphen].rfind(|c: char| !c.is_alphabetic()).map_or(0, |at| ceil(text, at + 1));
        let rest = &text[hyphen + 1..];
        let tail = hyphen + 1 + rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        let end = tail + text[tail..].find(char::is_whitespace).unwrap_or(text.len() - tail);
        let is_one_line = text[hyphen + 1..tail].matches('\n').count() == 1;
        let is_word = hyphen - head > 1
            && text[..hyphen].ends_with(char::is_lowercase)
            && text[tail..].starts_with(char::is_lowercase);
        (is_one_line && is_word && end - tail < 60).then_some(Self { head, hyphen, tail, end })
    }
}

/// The words of a text in lower case, sorted.
fn vocabulary(text: &str) -> Vec<&str> {
    let text = &text[..floor(text, VOCABULARY)];
    let mut words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '-'))
        // A word that ends on a hyphen is half of one.
        .filter(|w| !w.is_empty() && !w.ends_with('-') && !w.contains(char::is_uppercase))
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_words_are_closed_up_in_place() {
        let text = "A semi-\n  conductor is a long-\nterm bet. Cross-\nborder flows. long and term.";
        let closed = rejoin(text.to_owned());
        assert_eq!(closed, "A semiconductor \n   is a long-term\n bet. Crossborder \n flows. long and term.");
        assert_eq!(closed.len(), text.len());
    }

    #[test]
    fn running_heads_are_found() {
        let page = |n: u32| {
            format!(
                "Report 24/03 of the Board {n}\nwords and\nwords again\nand more\nof them\nas a page\nholds,\n\n{n}/9\n\n"
            )
        };
        let text: String = (1..5).map(page).collect();
        let found: Vec<String> = heads(&text, &split(&text)).into_iter().map(|s| s.of(&text).to_owned()).collect();
        assert_eq!(found.len(), 8, "{found:?}");
        // The same line with another time is a message in a chat.
        let dated = |n: u32| page(n).replace("Report 24/03 of the Board", "3/14/24, 10:02 AM Port Review: Cranes at");
        let text: String = (1..5).map(|n| dated(n).replace(&format!("Cranes at {n}"), "Cranes")).collect();
        assert_eq!(heads(&text, &split(&text)).len(), 8, "{text}");
        let text: String = (1..5).map(|n| dated(n).replace("10:02", &format!("10:0{n}"))).collect();
        assert_eq!(heads(&text, &split(&text)).len(), 4, "{text}");
    }
}
