//! TEI: transcribed speech (`<u who>` with `<seg>`, as in `ParlaMint`) and drama (`<sp>`).

use std::collections::BTreeMap;

use quick_xml::Reader as XmlReader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::turns::{self, Given};
use super::{Input, Item, ReadOptions, Reader, Sink, Sniff, stem};
use crate::document::{Document, Source, Span};
use crate::error::{Error, Kind, Result};

/// TEI XML.
pub(super) struct Tei;

impl Reader for Tei {
    fn name(&self) -> &'static str {
        "tei"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xml", "tei"]
    }

    fn about(&self) -> &'static str {
        "TEI XML: utterances (<u who>, <seg>) as in ParlaMint, or drama (<sp>)"
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        let text = String::from_utf8_lossy(&head[..head.len().min(8192)]);
        let is_xml = text.trim_start_matches('\u{FEFF}').trim_start().starts_with("<?xml");
        match () {
            () if text.contains("<TEI") || text.contains("<teiCorpus") || text.contains("<tei:TEI") => Sniff::Yes,
            () if is_xml && !text.contains("<html") => Sniff::Maybe,
            () => Sniff::No,
        }
    }

    fn read(&self, input: &mut Input, options: &ReadOptions, sink: &mut Sink<'_>) -> Result<()> {
        let declared = declared(input.head()?);
        let (xml, note) = input.text(declared.as_deref(), &options.limits)?;
        note.map_or(Ok(()), |note| sink(Item::note(note)))?;
        let mut walk = Walk { doc: Document { id: stem(input.path()), ..Document::default() }, ..Walk::default() };
        parse(&xml, options.limits.depth, &mut walk)?;
        drop(xml);
        let Walk { mut doc, mut turns, people, .. } = walk;
        doc.source = Source { hash: input.hash(), ..input.source().clone() };
        for turn in &mut turns {
            let id = turn.name.trim_start_matches('#');
            turn.name = people.get(id).filter(|n| !n.is_empty()).cloned().unwrap_or_else(|| id.to_owned());
        }
        let notes = turns::given(&mut doc, &turns, options);
        if doc.turns.is_empty() {
            return Err(Error::new(Kind::Empty, "no <u> and no <sp> has any words").at_line(1));
        }
        notes.into_iter().try_for_each(&mut *sink)?;
        sink(Item::Document(Box::new(doc)))
    }
}

/// The encoding of the XML declaration.
fn declared(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&head[..head.len().min(200)]);
    let after = &text[text.find("encoding=")? + 10..];
    after.find(['"', '\'']).map(|end| after[..end].to_owned())
}

/// Walks all events; nesting over `depth` and malformed XML end it with their place.
fn parse(xml: &str, depth: usize, walk: &mut Walk) -> Result<()> {
    let mut reader = XmlReader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let (mut nested, mut at, mut line) = (0usize, 0usize, 1u64);
    loop {
        let place = reader.buffer_position() as usize;
        line += memchr::memchr_iter(b'\n', &xml.as_bytes()[at..place]).count() as u64;
        at = place;
        let event = reader.read_event().map_err(|e| {
            let place = (reader.error_position() as usize).min(xml.len());
            let line = memchr::memchr_iter(b'\n', &xml.as_bytes()[..place]).count() as u64 + 1;
            Error::new(Kind::Format, format!("no well-formed XML: {e}")).at_line(line).at_byte(place as u64)
        })?;
        match event {
            Event::Start(tag) => {
                nested += 1;
                if nested > depth {
                    let message = format!("elements nested more than {depth} deep");
                    return Err(Error::new(Kind::Limit, message).at_line(line).at_byte(at as u64));
                }
                walk.start(&tag, line as u32);
            }
            Event::End(tag) => {
                nested = nested.saturating_sub(1);
                walk.end(local(&tag.local_name()));
            }
            Event::Text(text) => walk.text(&text.xml10_content()),
            Event::CData(text) => walk.text(&text.xml10_content()),
            // Only the five entities of XML and characters by number: a declared entity is never expanded.
            Event::GeneralRef(name) => match name.resolve_char_ref() {
                Ok(Some(c)) => walk.text(c.encode_utf8(&mut [0; 4])),
                _ => walk.text(resolve_predefined_entity(&name).unwrap_or_default()),
            },
            Event::Eof if nested > 0 => {
                return Err(Error::new(Kind::Format, "the XML ends inside an element")
                    .at_line(line)
                    .at_byte(at as u64));
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn local<'a>(name: &'a quick_xml::name::LocalName<'_>) -> &'a str {
    name.as_ref()
}

/// Elements inside speech that are about it.
const REMARKS: &[&str] =
    &["note", "vocal", "kinesic", "incident", "gap", "stage", "desc", "head", "writing", "bibl", "pb", "milestone"];

/// Whose words are being read, besides speech.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Nothing,
    /// A person's name in the header.
    Name,
    /// The document's title.
    Title,
    /// The name before a speech.
    Speaker,
}

#[derive(Default)]
struct Walk {
    doc: Document,
    turns: Vec<Given>,
    people: BTreeMap<String, String>,
    /// The person whose name is being read, and the name so far.
    person: Option<(String, String)>,
    inside: Inside,
    /// Inside `<u>` or `<sp>`.
    speaking: bool,
    /// A remark: how deep, and its words.
    remark: usize,
    remarked: String,
    /// Where the current stretch of words began.
    from: usize,
    space: bool,
    joined: bool,
    line: u32,
}

fn attribute(tag: &BytesStart<'_>, wanted: &str) -> Option<String> {
    tag.attributes().flatten().find(|a| AsRef::<str>::as_ref(&a.key) == wanted).map(|a| a.value.to_string())
}

impl Walk {
    fn start(&mut self, tag: &BytesStart<'_>, line: u32) {
        let name = tag.local_name();
        let name: &str = local(&name);
        self.line = line;
        if self.remark > 0 {
            self.remark += 1;
            return;
        }
        match name {
            "person" => self.person = attribute(tag, "xml:id").map(|id| (id, String::new())),
            "persName" if self.person.as_ref().is_some_and(|(_, name)| name.is_empty()) => self.inside = Inside::Name,
            "title" if self.doc.metadata.is_empty() && self.turns.is_empty() => self.inside = Inside::Title,
            "u" | "sp" => {
                self.close();
                self.speaking = true;
                let name = attribute(tag, "who").unwrap_or_default();
                let name = name.split_whitespace().next().unwrap_or_default().to_owned();
                self.turns.push(Given { name, spans: Vec::new(), line, time: None });
                self.break_line();
            }
            "speaker" if self.speaking => self.inside = Inside::Speaker,
            _ if self.speaking && REMARKS.contains(&name) => {
                self.remark = 1;
                self.remarked.clear();
            }
            "seg" | "p" | "ab" | "l" | "lg" if self.speaking => {
                self.close();
                self.break_line();
            }
            "w" | "pc" => {
                let join = attribute(tag, "join").unwrap_or_default();
                self.space = !self.joined && !matches!(join.as_str(), "left" | "both");
                self.joined = matches!(join.as_str(), "right" | "both");
            }
            "lb" => self.space = true,
            _ => {}
        }
        if !matches!(name, "forename" | "surname" | "persName") || self.inside != Inside::Name {
            return;
        }
        if let Some((_, known)) = &mut self.person {
            known.push(' ');
        }
    }

    fn end(&mut self, name: &str) {
        if self.remark > 0 {
            self.remark -= 1;
            if self.remark == 0 {
                let words = turns::folded(&self.remarked);
                if !words.is_empty() {
                    self.doc.metadata.push(("stage-direction".to_owned(), format!("line {}: {words}", self.line)));
                }
                self.space = true;
            }
            return;
        }
        match name {
            "person" => {
                if let Some((id, name)) = self.person.take() {
                    self.people.insert(id, turns::folded(&name));
                }
            }
            "persName" | "title" | "speaker" => self.inside = Inside::Nothing,
            "seg" | "p" | "ab" | "l" | "lg" if self.speaking => {
                self.close();
            }
            "u" | "sp" => {
                self.close();
                self.speaking = false;
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.remark > 0 {
            self.remarked.push_str(text);
        } else if self.inside == Inside::Name {
            if let Some((_, name)) = &mut self.person {
                name.push_str(text);
            }
        } else if self.inside == Inside::Title {
            let title = turns::folded(text);
            if !title.is_empty() {
                self.doc.metadata.push(("title".to_owned(), title));
            }
        } else if self.inside == Inside::Speaker {
            // The name as printed says more than the id.
            if let Some(turn) = self.turns.last_mut() {
                let name = text.trim().trim_end_matches(['.', ':']);
                if !name.is_empty() {
                    name.clone_into(&mut turn.name);
                }
            }
        } else if self.speaking {
            for piece in text.split_inclusive(char::is_whitespace) {
                let word = piece.trim_end();
                if !word.is_empty() {
                    if self.space && self.doc.text.len() > self.from {
                        self.doc.text.push(' ');
                    }
                    self.space = false;
                    self.doc.text.push_str(word);
                }
                self.space |= word.len() < piece.len();
            }
        }
    }

    fn break_line(&mut self) {
        if !self.doc.text.is_empty() && !self.doc.text.ends_with('\n') {
            self.doc.text.push('\n');
        }
        self.from = self.doc.text.len();
        self.space = false;
        self.joined = true;
    }

    /// Ends the current stretch of words.
    fn close(&mut self) {
        let to = self.doc.text.len();
        if to > self.from
            && self.speaking
            && let Some(turn) = self.turns.last_mut()
        {
            turn.spans.push(Span::new(self.from, to));
        }
        self.break_line();
    }
}
