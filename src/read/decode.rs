//! Bytes of a text → UTF-8: byte-order marks, declared or guessed encodings, line ends.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use memchr::{memchr, memchr_iter};

use super::input::HEAD;
use crate::error::{Error, Kind, Result};

/// Whether lines end in a carriage return alone, as on old Macs: there is no other line end but maybe at the very end.
pub(super) fn ends_in_returns(bytes: &[u8]) -> bool {
    let lines = bytes.trim_ascii_end();
    memchr(b'\r', lines).is_some() && memchr(b'\n', lines).is_none()
}

pub(super) fn feed_lines(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|b| **b == b'\r').for_each(|b| *b = b'\n');
}

/// The first bytes of an input as its format is told by: UTF-16 decoded, lines ended by line feeds.
pub(super) fn legible(head: &[u8]) -> Cow<'_, [u8]> {
    let mut legible = Cow::Borrowed(head);
    if let Some((encoding, skip)) = stated(head).filter(|(encoding, _)| *encoding != UTF_8) {
        let (text, _) = encoding.decode_without_bom_handling(&head[skip..]);
        legible = Cow::Owned(text.into_owned().into_bytes());
    }
    if ends_in_returns(&legible) {
        feed_lines(legible.to_mut());
    }
    legible
}

/// The encoding that the bytes name, by a mark of so many bytes or by the zeros of UTF-16.
pub(super) fn stated(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    Encoding::for_bom(bytes).or_else(|| Some((utf16_without_bom(bytes)?, 0)))
}

/// Decodes a whole text: `(text, encoding, note)`.
///
/// # Errors
/// [`Kind::Format`] at the first NUL: such bytes are no text.
pub(super) fn decode(bytes: Vec<u8>, declared: Option<&str>) -> Result<(String, &'static str, Option<String>)> {
    let (encoding, skip) = stated(&bytes).unwrap_or((UTF_8, 0));
    if encoding != UTF_8 {
        let (text, bad) = encoding.decode_without_bom_handling(&bytes[skip..]);
        let note = bad.then(|| format!("some bytes are no {} and were replaced", encoding.name()));
        return no_nul(text.into_owned()).map(|text| (text, encoding.name(), note));
    }
    if let Some(at) = memchr(0, &bytes) {
        return Err(not_text(&bytes, at));
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(mut text) => {
            text.drain(..skip);
            return Ok((text, UTF_8.name(), None));
        }
        Err(e) => e.into_bytes(),
    };
    let declared = declared.and_then(|label| Encoding::for_label(label.as_bytes()));
    if let Some(encoding) = declared.filter(|&e| e != UTF_8)
        && let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(&bytes)
    {
        return Ok((text.into_owned(), encoding.name(), None));
    }
    if let Some(at) = binary(&bytes) {
        return Err(not_text(&bytes, at));
    }
    let wrong = |bytes: &[u8]| {
        let (line, column) = first_invalid(bytes);
        format!("the bytes are not UTF-8 (first at line {line}, byte {column})")
    };
    if skip > 0 || mostly_utf8(&bytes) {
        let note = format!("{}; those bytes were replaced", wrong(&bytes));
        return Ok((String::from_utf8_lossy(&bytes[skip..]).into_owned(), UTF_8.name(), Some(note)));
    }
    let encoding = guess(&bytes, true);
    let (text, _) = encoding.decode_without_bom_handling(&bytes);
    let note = format!("{}; read as {}", wrong(&bytes), encoding.name());
    Ok((text.into_owned(), encoding.name(), Some(note)))
}

fn no_nul(text: String) -> Result<String> {
    match memchr(0, text.as_bytes()) {
        Some(at) => Err(not_text(text.as_bytes(), at)),
        None => Ok(text),
    }
}

pub(super) fn not_text(bytes: &[u8], at: usize) -> Error {
    let line = memchr_iter(b'\n', &bytes[..at]).count() as u64 + 1;
    let message = format!("not a text: a byte 0x{:02X} that no text has", bytes[at]);
    Error::new(Kind::Format, message).at_line(line).at_byte(at as u64)
}

/// The first control character of bytes that hold too many of them to be text.
fn binary(bytes: &[u8]) -> Option<usize> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let is_control = |b: &u8| matches!(b, 0..=8 | 14..=26 | 28..=31 | 127);
    let controls = head.iter().filter(|b| is_control(b)).count();
    if controls * 20 > head.len() { head.iter().position(is_control) } else { None }
}

/// UTF-16 that says so only by its zero bytes: at least 60 % of the high or the low bytes.
fn utf16_without_bom(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096) & !1];
    if head.len() < 8 {
        return None;
    }
    let zeros = |from: usize| head[from..].iter().step_by(2).filter(|&&b| b == 0).count() * 10;
    let (even, odd, pairs) = (zeros(0), zeros(1), head.len() / 2);
    match () {
        () if odd >= pairs * 6 && even <= pairs => Some(UTF_16LE),
        () if even >= pairs * 6 && odd <= pairs => Some(UTF_16BE),
        () => None,
    }
}

/// Line and byte (0-based in the input) of the first byte that is not UTF-8.
fn first_invalid(bytes: &[u8]) -> (usize, usize) {
    let at = std::str::from_utf8(bytes).err().map_or(bytes.len(), |e| e.valid_up_to());
    (memchr_iter(b'\n', &bytes[..at]).count() + 1, at)
}

/// Damaged UTF-8 rather than another encoding: far more good multi-byte characters than bad bytes.
pub(super) fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes[..bytes.len().min(16 << 20)].utf8_chunks() {
        good += chunk.valid().bytes().filter(|b| *b >= 0xC0).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > 4 * bad
}

/// The encoding that bytes look like. Only the neighbourhood of non-ASCII bytes is looked at.
pub(super) fn guess(bytes: &[u8], last: bool) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new();
    let first = bytes.iter().position(|&b| b >= 0x80).unwrap_or(0).saturating_sub(64);
    let end = bytes.len().min(first + (1 << 20));
    detector.feed(&bytes[first..end], last && end == bytes.len());
    detector.guess(None, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> (String, &'static str) {
        let (text, encoding, _) = decode(bytes.to_vec(), None).unwrap();
        (text, encoding)
    }

    #[test]
    fn marks_and_zero_bytes_name_the_encoding() {
        assert_eq!(text(b"\xEF\xBB\xBFcaf\xC3\xA9"), ("café".to_owned(), "UTF-8"));
        assert_eq!(text(b"\xFF\xFEa\0\xE9\0"), ("aé".to_owned(), "UTF-16LE"));
        assert_eq!(text(b"\xFE\xFF\0a\0\xE9"), ("aé".to_owned(), "UTF-16BE"));
        let bare: Vec<u8> = "Anna: yes, we do.".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&bare), ("Anna: yes, we do.".to_owned(), "UTF-16LE"));
    }

    #[test]
    fn other_encodings_are_guessed_and_said() {
        let bytes = encoding_rs::WINDOWS_1252.encode("Das wäre für die Länder nicht möglich – “nein”.").0.into_owned();
        let (text, encoding, note) = decode(bytes, None).unwrap();
        assert_eq!((text.as_str(), encoding), ("Das wäre für die Länder nicht möglich – “nein”.", "windows-1252"));
        assert!(note.unwrap().contains("windows-1252"));
    }

    #[test]
    fn a_wrong_declaration_does_not_spoil_utf8() {
        let (text, encoding, _) = decode("naïve".as_bytes().to_vec(), Some("shift_jis")).unwrap();
        assert_eq!((text.as_str(), encoding), ("naïve", "UTF-8"));
    }

    #[test]
    fn damaged_utf8_stays_utf8() {
        let mut bytes = "Ärger über Öl und Übermaß, größer als zuvor".as_bytes().to_vec();
        bytes.push(0xFF);
        let (text, encoding, note) = decode(bytes, None).unwrap();
        assert!(text.starts_with("Ärger") && text.ends_with('\u{FFFD}'));
        assert_eq!(encoding, "UTF-8");
        assert!(note.unwrap().contains("replaced"));
    }

    #[test]
    fn a_nul_is_refused_where_it_is() {
        let e = decode(b"one\ntwo\0".to_vec(), None).unwrap_err();
        assert_eq!((e.kind, e.line, e.byte), (Kind::Format, Some(2), Some(7)));
    }
}
