//! A text's sentences as lines, for people and for other programs.

use serde_json::json;

use super::all;
use crate::document::Span;

/// One sentence per line; a line break inside a sentence becomes one space.
#[must_use]
pub fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 64);
    for span in spans(text) {
        fold(span.of(text), &mut out);
        out.push('\n');
    }
    out
}

/// One JSON object per line: `start` and `end`, bytes of the decoded text, and `text`, as it is there.
#[must_use]
pub fn json_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for span in spans(text) {
        let line = json!({ "start": span.start, "end": span.end, "text": span.of(text) });
        out.push_str(&line.to_string());
        out.push('\n');
    }
    out
}

fn spans(text: &str) -> impl Iterator<Item = Span> {
    let whole = Span::new(0, text.len());
    all(text, std::iter::once((0, whole))).into_iter().map(|sentence| sentence.span)
}

/// Adds `sentence` with every run of white space that breaks the line as one space.
fn fold(sentence: &str, out: &mut String) {
    let breaks = |c| matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let mut parts = sentence.split(breaks).map(str::trim).filter(|part| !part.is_empty());
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push(' ');
        out.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "We know  that\n  Mr.\r\nAbara left. \"Why?\"\n";

    #[test]
    fn a_sentence_is_a_line() {
        let text = "The meeting was long and nobody could say what it had\nbeen about. We left.\n";
        assert_eq!(lines(text), "The meeting was long and nobody could say what it had been about.\nWe left.\n");
    }

    #[test]
    fn offsets_give_the_text_back() {
        for line in json_lines(TEXT).lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let at = |key: &str| value[key].as_u64().unwrap() as usize;
            assert_eq!(value["text"], TEXT[at("start")..at("end")]);
        }
    }

    #[test]
    fn only_line_breaks_are_folded() {
        let mut out = String::new();
        fold("a  b \r\n\n c\u{2028}d", &mut out);
        assert_eq!(out, "a  b c d");
    }
}
