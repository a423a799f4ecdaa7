//! DOCX: the paragraphs of a Word document, with what is set in bold.

use std::io::{Cursor, Read};

use quick_xml::Reader as XmlReader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::markup::Running;
use super::{Input, Limits, ReadOptions, Reader, Sink, Sniff, txt};
use crate::error::{Error, Kind, Result};

/// Word documents.
pub(super) struct Docx;

const BODY: &str = "word/document.xml";

/// Elements that hold text which is gone, or stands elsewhere a second time.
const SKIPPED: &[&str] = &["del", "moveFrom", "Fallback"];

impl Reader for Docx {
    fn name(&self) -> &'static str {
        "docx"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["docx", "docm"]
    }

    fn about(&self) -> &'static str {
        "Word documents, read as transcripts; headers, footers and deleted text left out"
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        if !head.starts_with(b"PK\x03\x04") {
            return Sniff::No;
        }
        let has = |what: &[u8]| memchr::memmem::find(head, what).is_some();
        if has(b"word/") || has(b"[Content_Types].xml") { Sniff::Yes } else { Sniff::Maybe }
    }

    fn read(&self, input: &mut Input, options: &ReadOptions, sink: &mut Sink<'_>) -> Result<()> {
        let bytes = input.bytes(&options.limits, false)?;
        let body = unpacked(bytes, &options.limits)?;
        let running = running(&body, options.limits.depth)?;
        drop(body);
        txt::transcript(input, running.text, &running.hints, options, sink)
    }
}

/// The document's body, unpacked.
fn unpacked(bytes: Vec<u8>, limits: &Limits) -> Result<String> {
    let length = bytes.len() as u64;
    let broken = |what: String| Error::new(Kind::Format, format!("no readable DOCX: {what}")).at_byte(length);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(e.to_string()))?;
    if archive.by_name("xl/workbook.xml").is_ok() {
        return Err(Error::new(Kind::Format, "a spreadsheet, not a text: save it as \"CSV UTF-8\"").at_byte(0));
    }
    let mut part = archive.by_name(BODY).map_err(|e| broken(format!("{BODY}: {e}")))?;
    let place = part.data_start().unwrap_or(0);
    let mut body = Vec::new();
    let read = part.by_ref().take(limits.document as u64 / 2 + 1).read_to_end(&mut body);
    if body.len() > limits.document / 2 {
        let cap = limits.document >> 21;
        return Err(Error::new(Kind::Limit, format!("{BODY} unpacks to more than {cap} MB")).at_byte(place));
    }
    read.map_err(|e| Error::new(Kind::Format, format!("no readable DOCX: {BODY}: {e}")).at_byte(place))?;
    String::from_utf8(body).map_err(|e| {
        let at = e.utf8_error().valid_up_to() as u64;
        Error::new(Kind::Encoding, format!("{BODY} is not UTF-8")).at_byte(at)
    })
}

/// The paragraphs as lines; a paragraph's number is its line. A text box follows the paragraph that holds it.
fn running(body: &str, depth: usize) -> Result<Running> {
    let mut reader = XmlReader::from_str(body.trim_start_matches('\u{FEFF}'));
    reader.config_mut().expand_empty_elements = true;
    let (mut running, mut boxes) = (Running::default(), Running::default());
    let (mut nested, mut paragraphs, mut paragraph, mut in_text, mut in_properties) =
        (0usize, 0u32, 0u32, false, false);
    // How deep the element is nested that is being skipped, and the paragraphs that text boxes interrupt.
    let (mut skipped, mut held) = (None, Vec::new());
    loop {
        let place = reader.buffer_position();
        let event = reader.read_event();
        let event = event.map_err(|e| {
            Error::new(Kind::Format, format!("{BODY} is no well-formed XML: {e}")).at_byte(reader.error_position())
        })?;
        match event {
            Event::Start(tag) => {
                nested += 1;
                if nested > depth {
                    let message = format!("{BODY}: elements nested more than {depth} deep");
                    return Err(Error::new(Kind::Limit, message).at_byte(place));
                }
                let name = tag.local_name();
                if skipped.is_none() && SKIPPED.contains(&name.as_ref()) {
                    skipped = Some(nested);
                }
                if skipped.is_some() {
                    continue;
                }
                match name.as_ref() {
                    "txbxContent" => held.push((std::mem::take(&mut running), paragraph)),
                    "p" => {
                        paragraphs += 1;
                        paragraph = paragraphs;
                        running.plain();
                        running.end_line();
                    }
                    "t" => in_text = true,
                    "tab" if !in_properties => running.tab(),
                    "br" | "cr" => running.end_line(),
                    "noBreakHyphen" => running.words("-", paragraph),
                    "r" => running.plain(),
                    "rPr" => in_properties = true,
                    "b" if in_properties && is_on(&tag) => running.bold(),
                    // Hidden is what has these properties: the run two levels up.
                    "vanish" if in_properties && is_on(&tag) => {
                        in_properties = false;
                        skipped = nested.checked_sub(2);
                    }
                    _ => {}
                }
            }
            Event::End(tag) => {
                nested = nested.saturating_sub(1);
                if let Some(from) = skipped {
                    skipped = Some(from).filter(|from| *from <= nested);
                    continue;
                }
                let name = tag.local_name();
                match name.as_ref() {
                    "t" => in_text = false,
                    "rPr" => in_properties = false,
                    "r" => running.plain(),
                    "p" => {
                        running.plain();
                        running.break_line();
                        if held.is_empty() {
                            running.append(std::mem::take(&mut boxes));
                        }
                    }
                    "txbxContent" => {
                        if let Some((holder, number)) = held.pop() {
                            boxes.append(std::mem::replace(&mut running, holder));
                            paragraph = number;
                        }
                    }
                    _ => {}
                }
            }
            Event::Text(text) if in_text => running.words(&text.xml10_content(), paragraph),
            Event::GeneralRef(name) if in_text => match name.resolve_char_ref() {
                Ok(Some(c)) => running.words(c.encode_utf8(&mut [0; 4]), paragraph),
                _ => running.words(resolve_predefined_entity(&name).unwrap_or_default(), paragraph),
            },
            Event::Eof if nested > 0 => {
                return Err(Error::new(Kind::Format, format!("{BODY} ends inside an element")).at_byte(place));
            }
            Event::Eof => return Ok(running),
            _ => {}
        }
    }
}

/// `<w:b/>` unless it says `w:val="0"`.
fn is_on(tag: &BytesStart<'_>) -> bool {
    !tag.attributes()
        .flatten()
        .any(|a| a.key.local_name().as_ref() == "val" && matches!(a.value.as_ref(), "0" | "false" | "off"))
}
