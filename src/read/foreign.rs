//! Files of other programs that hold no text to be read: told by their first bytes, with what to do instead.
//!
//! The signatures are those of the formats' own specifications.

use crate::error::{Error, Kind, Result};

const AS_TEXT: &str = "save it as .docx or as plain text";
const AS_TABLE: &str = "save it as \"CSV UTF-8\", or a text as .docx";
const AS_WORDS: &str = "have its words written down first";

/// First bytes, what such a file is, and what to do with it.
const KNOWN: [(&[u8], &str, &str); 16] = [
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "a document or spreadsheet of an old Office program", AS_TABLE),
    (b"SQLite format 3\0", "a database", AS_TABLE),
    (b"RDX2\n", "data of R", AS_TABLE),
    (b"RDX3\n", "data of R", AS_TABLE),
    (b"$FL2@(#)", "data of SPSS", AS_TABLE),
    (b"<stata_dta>", "data of Stata", AS_TABLE),
    (b"PAR1", "a Parquet table", AS_TABLE),
    (b"\x89PNG\r\n", "a picture", AS_WORDS),
    (b"\xFF\xD8\xFF", "a picture", AS_WORDS),
    (b"GIF8", "a picture", AS_WORDS),
    (b"II*\0", "a picture", AS_WORDS),
    (b"ID3", "a recording", AS_WORDS),
    (b"OggS", "a recording", AS_WORDS),
    (b"fLaC", "a recording", AS_WORDS),
    (b"RIFF", "a recording or picture", AS_WORDS),
    (b"\x1A\x45\xDF\xA3", "a recording", AS_WORDS),
];

/// Refuses an input that begins as one of those does.
///
/// # Errors
/// [`Kind::Format`] at the first byte.
pub(super) fn refuse(head: &[u8]) -> Result<()> {
    let Some((what, fix)) = told(head) else { return Ok(()) };
    Err(Error::new(Kind::Format, format!("this is {what}, not a text: {fix}")).at_line(1).at_byte(0))
}

fn told(head: &[u8]) -> Option<(&'static str, &'static str)> {
    if head.starts_with(b"{\\rtf") {
        return Some(("Rich Text", AS_TEXT));
    }
    // Words may begin with such letters too, but hold no zeros.
    if !head.contains(&0) {
        return None;
    }
    if let Some((_, what, fix)) = KNOWN.iter().find(|(first, ..)| head.starts_with(first)) {
        return Some((what, fix));
    }
    // OpenDocument (ISO/IEC 26300-3, 3.3) and EPUB name themselves in the first entry, films and newer recordings in
    // their first box.
    match head.get(4..8) {
        Some(b"ftyp") => Some(("a recording", AS_WORDS)),
        _ if has(head, b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet") => Some(("a spreadsheet", AS_TABLE)),
        _ if has(head, b"mimetypeapplication/vnd.oasis.opendocument.") => Some(("an OpenDocument file", AS_TEXT)),
        _ if has(head, b"mimetypeapplication/epub") => Some(("an electronic book", AS_TEXT)),
        _ => None,
    }
}

fn has(head: &[u8], name: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") && memchr::memmem::find(&head[..head.len().min(128)], name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_programs_files_are_refused_with_advice_and_texts_are_not() {
        let said = |head: &[u8]| refuse(head).map_err(|e| e.message);
        assert_eq!(said(b"{\\rtf1\\ansi Hello}"), Err(format!("this is Rich Text, not a text: {AS_TEXT}")));
        let zip = |name: &str| [b"PK\x03\x04\x14\0\0\x08".as_slice(), &[0; 22], b"mimetype", name.as_bytes()].concat();
        let sheet = zip("application/vnd.oasis.opendocument.spreadsheetPK");
        assert_eq!(said(&sheet), Err(format!("this is a spreadsheet, not a text: {AS_TABLE}")));
        assert!(said(&zip("application/vnd.oasis.opendocument.textPK")).unwrap_err().ends_with(AS_TEXT));
        assert!(said(b"\0\0\0 ftypM4A ").unwrap_err().ends_with(AS_WORDS));
        assert!(said(b"RIFF\x24\0\0\0WAVE").unwrap_err().ends_with(AS_WORDS));
        for text in [&b"RIFFS: We play.\n"[..], b"ID3 is no name.", b"{\"text\": 1}", b"PK\x03\x04\0word/", b""] {
            assert_eq!(said(text), Ok(()));
        }
    }
}
