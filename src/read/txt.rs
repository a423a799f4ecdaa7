//! Plain text and Markdown transcripts.

use super::{Input, Item, ReadOptions, Reader, Sink, Sniff, stem, turns};
use crate::document::Document;
use crate::error::{Error, Kind, Result};

/// Plain text and Markdown.
pub(super) struct Txt;

impl Reader for Txt {
    fn name(&self) -> &'static str {
        "txt"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["txt", "text", "md", "markdown", "log"]
    }

    fn about(&self) -> &'static str {
        "transcripts as text or Markdown: \"Name:\", Q/A, hearings, debates, briefings, times, names on their own lines"
    }

    fn sniff(&self, _head: &[u8]) -> Sniff {
        Sniff::Maybe
    }

    fn read(&self, input: &mut Input, options: &ReadOptions, sink: &mut Sink<'_>) -> Result<()> {
        let (text, note) = input.text(None, &options.limits)?;
        note.map_or(Ok(()), |note| sink(Item::note(note)))?;
        transcript(input, text, &turns::Hints::default(), options, sink)
    }
}

/// Hands over a running text as one document.
pub(super) fn transcript(
    input: &Input,
    text: String,
    hints: &turns::Hints,
    options: &ReadOptions,
    sink: &mut Sink<'_>,
) -> Result<()> {
    let mut source = input.source().clone();
    source.hash = input.hash();
    let mut doc = Document { id: stem(input.path()), source, text, ..Document::default() };
    let notes = turns::attribute(&mut doc, hints, options);
    if doc.turns.is_empty() {
        return Err(Error::new(Kind::Empty, "nobody says anything in it").at_line(1));
    }
    notes.into_iter().try_for_each(&mut *sink)?;
    sink(Item::Document(Box::new(doc)))
}
