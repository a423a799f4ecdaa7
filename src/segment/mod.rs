//! Stage 2: turns → sentences.
//!
//! A pure function from a text and a span to the spans of its sentences, by rules:
//!
//! 1. [`Layout`] tells wrapped text from one paragraph per line, so that a break inside
//!    a sentence is not taken for its end, nor the end of a heading for a wrapped line.
//! 2. One pass goes from one possible boundary to the next: terminators, line breaks,
//!    list markers, brackets, time stamps, addresses. In between it looks at no character twice.
//! 3. At a full stop the word before it decides (`data/abbreviations`): it may never end a
//!    sentence (*Mr.*, *cf.*), not before a number (*No.*, *p.*), or end one only if a word
//!    that sentences begin with follows (*U.S.*, *Inc.*, initials).
//!
//! # What a sentence is
//! - The text is never altered. Spans are trimmed of white space, and every other character
//!   is in exactly one sentence.
//! - Closing quotation marks and brackets, footnote marks (`[6]`, `²`) and emoticons belong to the
//!   sentence they follow; bullets and list markers to the one they begin.
//! - Speech is cut sentence by sentence, except inside a sentence that goes on behind it or
//!   that introduces one or two sentences of it with a comma.
//! - A stage direction (`[applause]`, `(Laughter.)`) that stands between two sentences is a
//!   sentence of its own, so that it spoils neither; inside a sentence it stays there.
//! - A blank line always ends a sentence; so does a line break, unless the text is wrapped there
//!   or the next line visibly goes on in lower case.
//!
//! Speed: the cost is linear in the text whatever is in it (every look ahead or back is
//! bounded), and nothing is allocated but the output. Measured beside other segmenters in
//! `benches/README.md`.

mod abbreviations;
mod context;
mod layout;
mod lines;
mod list;
mod marks;
mod scan;

use memchr::memchr_iter;

pub use layout::Layout;
pub use lines::{json_lines, lines};

use crate::document::{Document, Sentence, Span};
use crate::parallel;

/// How much text one thread takes at a time, in bytes.
const PIECE: usize = 1 << 20;

/// Adds the sentences of `span` to `out`, in order; the line shape is taken from the span alone.
///
/// ```
/// use standpoint::{Span, segment};
///
/// let text = "Did Dr. Oyelaran say that? She did, at 5 p.m. in Lagos.";
/// let mut found = Vec::new();
/// segment::sentences(text, Span::new(0, text.len()), &mut found);
/// let found: Vec<&str> = found.iter().map(|s| s.of(text)).collect();
/// assert_eq!(found, ["Did Dr. Oyelaran say that?", "She did, at 5 p.m. in Lagos."]);
/// ```
///
/// # Panics
/// Where the span is not inside the text, on character boundaries.
pub fn sentences(text: &str, span: Span, out: &mut Vec<Span>) {
    let range = span.range();
    scan::Scan::run(&text[..range.end], range.start, range.start, Layout::of(span.of(text)), out);
}

/// Like [`sentences`], with the line shape of the whole document that the span is from.
///
/// # Panics
/// Where the span is not inside the text, on character boundaries.
pub fn sentences_in(text: &str, span: Span, layout: Layout, out: &mut Vec<Span>) {
    let range = span.range();
    scan::Scan::run(&text[..range.end], 0, range.start, layout, out);
}

/// Fills in the sentences of all turns, in order; leaves a document alone whose reader did.
pub fn document(doc: &mut Document) {
    if doc.sentences.is_empty() {
        let spans = doc.turns.iter().zip(0..).flat_map(|(turn, id)| turn.spans.iter().map(move |&span| (id, span)));
        doc.sentences = all(&doc.text, spans);
    }
}

/// The sentences of all `spans`, on all threads; the same as one after the other.
fn all(text: &str, spans: impl Iterator<Item = (u32, Span)>) -> Vec<Sentence> {
    let layout = Layout::of(text);
    let mut batches = vec![Vec::new()];
    let mut room = PIECE;
    for (turn, span) in spans {
        for piece in pieces(text, span, layout) {
            if piece.len() > room {
                batches.push(Vec::new());
                room = PIECE;
            }
            room = room.saturating_sub(piece.len());
            if let Some(batch) = batches.last_mut() {
                batch.push((turn, piece));
            }
        }
    }
    let found = parallel::map(&batches, |_, batch| {
        let (mut out, mut spans) = (Vec::new(), Vec::new());
        for &(turn, piece) in batch {
            sentences_in(text, piece, layout, &mut spans);
            out.extend(spans.drain(..).map(|span| Sentence { turn, span }));
        }
        out
    });
    found.concat()
}

/// `span` in pieces of about [`PIECE`] bytes, cut only where a sentence must end.
fn pieces(text: &str, span: Span, layout: Layout) -> Vec<Span> {
    let bytes = &text.as_bytes()[..span.range().end];
    let mut out = Vec::with_capacity(1 + span.len() / PIECE);
    let mut start = span.range().start;
    while bytes.len() - start > PIECE {
        let from = start + PIECE;
        let end = memchr_iter(b'\n', &bytes[from..]).map(|n| from + n + 1).find(|&n| layout.must_break(bytes, n));
        let Some(end) = end.filter(|&n| n < bytes.len()) else { break };
        out.push(Span::new(start, end));
        start = end;
    }
    out.push(Span::new(start, bytes.len()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Turn;
    use proptest::prelude::*;

    fn cut(text: &str) -> Vec<&str> {
        let mut out = Vec::new();
        sentences(text, Span::new(0, text.len()), &mut out);
        out.into_iter().map(|s| s.of(text)).collect()
    }

    /// The invariants that hold whatever the text is.
    fn check(text: &str, start: usize) {
        let mut out = Vec::new();
        sentences(text, Span::new(start, text.len()), &mut out);
        let mut at = start;
        for span in &out {
            let range = span.range();
            assert!(range.start >= at && !range.is_empty(), "in order, apart and not empty");
            assert!(text[at..range.start].trim().is_empty(), "nothing left out before {range:?}");
            assert_eq!(span.of(text), span.of(text).trim());
            at = range.end;
        }
        assert!(text[at..].trim().is_empty(), "nothing left out at the end");
    }

    proptest! {
        #[test]
        fn any_text_is_covered(text in "\\PC{0,200}") {
            check(&text, 0);
        }

        #[test]
        fn anything_that_looks_like_text_is_covered(
            parts in prop::collection::vec(prop::sample::select(PARTS.to_vec()), 0..80), skip in 0usize..4,
        ) {
            let text = parts.concat();
            let start = text.char_indices().nth(skip).map_or(0, |(n, _)| n);
            check(&text, start);
        }

        #[test]
        fn a_span_sees_nothing_beyond_it(parts in prop::collection::vec(prop::sample::select(PARTS.to_vec()), 1..40)) {
            let text = parts.concat();
            let inside = format!("5 — {text} two. Three");
            let mut out = Vec::new();
            sentences(&inside, Span::new(6, 6 + text.len()), &mut out);
            let found: Vec<&str> = out.iter().map(|s| s.of(&inside)).collect();
            prop_assert_eq!(found, cut(&text));
        }
    }

    /// What decides about boundaries, to be thrown together at random.
    const PARTS: [&str; 60] = [
        " ",
        " ",
        " ",
        "\n",
        "\n\n",
        "\r\n",
        "\u{a0}",
        "\u{2028}",
        "\t",
        "a",
        "b",
        "The",
        "It",
        "word",
        "U.S",
        "Mr",
        "p",
        "No",
        "etc",
        "I",
        "3",
        "12",
        ".",
        ".",
        "...",
        "…",
        "!",
        "?",
        "?!",
        "。",
        "！",
        "\"",
        "\"",
        "'",
        "“",
        "”",
        "’",
        "(",
        ")",
        "[",
        "]",
        "[6]",
        "[applause]",
        ":)",
        ":-)",
        "— ",
        "--",
        ", \"",
        "• ",
        "1. ",
        "2) ",
        "b) ",
        "***",
        "=====",
        "http://a.b/c?d",
        "e@f.org",
        "03/04/2005 06:07 PM",
        "Regards, ",
        "é",
        "中文",
    ];

    #[test]
    fn white_space_alone_is_no_sentence() {
        assert!(cut("").is_empty());
        assert!(cut(" \n\u{a0}\t\r\n").is_empty());
    }

    #[test]
    fn deep_recursion_is_not_needed() {
        assert!(cut(&"Regards, ".repeat(200_000)).len() > 1);
        assert_eq!(cut(&".".repeat(200_000)).len(), 1);
        assert_eq!(cut(&"(".repeat(200_000)).len(), 1);
    }

    #[test]
    fn turns_are_cut_each_on_its_own_and_in_order() {
        let text = "ANNA: We agree. Do you?\nBEN: I do not, no\nmatter what. Sorry.".to_owned();
        let spans = [Span::new(6, 23), Span::new(29, text.len())];
        let turns = spans.map(|span| Turn { spans: vec![span], ..Turn::default() }).to_vec();
        let mut doc = Document { text, turns, ..Document::default() };
        document(&mut doc);
        let found: Vec<(u32, &str)> =
            (0..doc.sentences.len()).map(|i| (doc.sentences[i].turn, doc.sentence(i))).collect();
        assert_eq!(found, [(0, "We agree."), (0, "Do you?"), (1, "I do not, no\nmatter what."), (1, "Sorry.")]);
        let before = doc.clone();
        document(&mut doc);
        assert_eq!(doc, before, "filled once");
    }

    #[test]
    fn pieces_change_nothing() {
        let wrapped = "The ferry leaves at six, as it did when my mother was\nyoung. Nobody waits for it, and \"why should they?\" says\nMr. Osei, who sells tickets.\n\n1. Harbour\n2. Old town\n\n";
        let plain = wrapped.replace("was\ny", "was y").replace("says\nM", "says M").replace("\n\n", "\n");
        for paragraph in [wrapped, &plain] {
            let text = paragraph.repeat(2 * PIECE / paragraph.len() + 10);
            let span = Span::new(0, text.len());
            assert!(pieces(&text, span, Layout::of(&text)).len() > 1);
            let mut whole = Vec::new();
            sentences(&text, span, &mut whole);
            let found: Vec<Span> = all(&text, std::iter::once((0, span))).iter().map(|s| s.span).collect();
            assert_eq!(found, whole);
        }
    }
}
