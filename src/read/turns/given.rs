//! Turns that a format tells apart itself: each comes with its speaker and its words.

use super::lines::blanked;
use super::speakers::{SpeakerIds, look_alike, settle_names};
use super::{Item, ReadOptions, directions, open_asked, push, speech};
use crate::document::{Document, Span, Turn};

/// A turn whose speaker the format names outright.
#[derive(Clone, Debug)]
pub(in crate::read) struct Given {
    /// The name, empty if there is none.
    pub name: String,
    /// Its words in the text, in order.
    pub spans: Vec<Span>,
    /// 1-based line of the source.
    pub line: u32,
    /// Start in milliseconds.
    pub time: Option<u64>,
}

/// Fills a document from turns that the format tells apart itself. Stage directions inside
/// them are taken out; names are settled as everywhere.
pub(in crate::read) fn given(doc: &mut Document, turns: &[Given], options: &ReadOptions) -> Vec<Item> {
    let text = std::mem::take(&mut doc.text);
    let (ids, settled) = settle_names(turns.iter().map(|t| t.name.as_str()), options);
    let mut speakers = SpeakerIds::default();
    let mut blanks = Vec::new();
    for (turn, id) in turns.iter().zip(ids) {
        let mut spans = Vec::new();
        for span in &turn.spans {
            let words = span.of(&text);
            let is_direction = directions::is_paragraph(words);
            for range in directions::inside(words) {
                let blank = Span::new(span.start as usize + range.start, span.start as usize + range.end);
                doc.metadata.push(("stage-direction".to_owned(), format!("line {}: {}", turn.line, blank.of(&text))));
                blanks.push(blank);
            }
            if !is_direction {
                spans.extend(speech::trimmed(&text, *span, &blanks));
            }
        }
        let speaker = if turn.name.is_empty() { None } else { Some(speakers.of(doc, &settled.names[id])) };
        push(
            doc,
            Turn { speaker, speaker_raw: turn.name.clone(), spans, line: turn.line, time: turn.time, question: None },
        );
    }
    doc.text = blanked(text, &blanks);
    open_asked(doc);
    settled.alike.iter().map(|(a, b)| look_alike(a, b)).collect()
}
