//! Stage 1: bytes → documents with turns.
//!
//! [`read`] opens one input, finds out what it is (by content first, by extension second),
//! and hands documents to a sink one after another. A single bad record is a
//! [`Item::Fault`] and reading goes on; an input that cannot be read at all is an `Err`.
//!
//! A format is one file here and one line in [`READERS`]; help texts follow from the table.
//!
//! # Offsets
//! [`Document::text`] is the decoded text (for a container such as HTML or DOCX the text taken
//! out of it), and all spans are bytes of it. Two repairs are made in place, each keeping the
//! length so that no offset moves: a word hyphenated at a line's end is closed up, and a stage
//! direction, page header or line number inside a paragraph is overwritten by spaces.

pub mod aif;
mod aliases;
pub mod argdown;
pub mod argument_tables;
mod boilerplate;
pub(crate) mod cell;
mod csv;
mod decode;
mod docx;
pub mod earlier;
pub mod find;
mod foreign;
mod header;
mod html;
mod input;
mod jsonl;
pub mod labelled;
mod markup;
mod names;
mod pdf;
mod rows;
pub(crate) mod spreadsheet;
mod srt;
mod stream;
mod table;
mod tei;
mod turns;
mod txt;
mod vtt;

use serde::Serialize;

use crate::document::{Document, Source};
use crate::error::{Error, Kind, Result};

pub use aliases::read_aliases;
pub use find::{Found, bytes, inputs, open, shown, text};
pub use input::Input;
pub use turns::{Attribution, attribution};

/// What a reader hands over, in the order of the input.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A document with its turns.
    Document(Box<Document>),
    /// A record that could not be read; the others are.
    Fault(Error),
    /// Something guessed, or something the user should look at.
    Note(Note),
}

/// A guess said aloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// 1-based line of the input, if the note is about one.
    pub line: Option<u64>,
    /// What was guessed, and how to say otherwise.
    pub message: String,
}

impl Note {
    fn guessed_encoding(encoding: &str) -> Self {
        Self { line: None, message: format!("the bytes are not UTF-8; read as {encoding}") }
    }
}

impl Item {
    fn note(message: impl Into<String>) -> Self {
        Self::Note(Note { line: None, message: message.into() })
    }

    fn note_at(line: u64, message: impl Into<String>) -> Self {
        Self::Note(Note { line: Some(line), message: message.into() })
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// Takes the items of an input as they are read. An `Err` from it ends the reading.
pub type Sink<'a> = dyn FnMut(Item) -> Result<()> + 'a;

/// How sure a reader is that an input is of its format, from the input's first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sniff {
    /// It is not.
    No,
    /// It can be; the extension decides.
    Maybe,
    /// It is, whatever the extension says.
    Yes,
}

/// One input format.
pub trait Reader: Sync {
    /// Name of the format, for `--format`.
    fn name(&self) -> &'static str;
    /// Extensions it is known by, lower case, without the dot and without `.gz`.
    fn extensions(&self) -> &'static [&'static str];
    /// One line for the help text.
    fn about(&self) -> &'static str;
    /// Whether `head`, the first bytes of the (decompressed) input, looks like this format.
    fn sniff(&self, head: &[u8]) -> Sniff;
    /// Reads the whole input.
    ///
    /// # Errors
    /// Where nothing more can be read: not this format, over a limit, or the sink refused.
    fn read(&self, input: &mut Input, options: &ReadOptions, sink: &mut Sink<'_>) -> Result<()>;
}

/// Every format, in the order in which content is tried; the last one takes any text.
pub static READERS: &[&dyn Reader] =
    &[&docx::Docx, &pdf::Pdf, &vtt::Vtt, &srt::Srt, &tei::Tei, &html::Html, &jsonl::Jsonl, &csv::Csv, &txt::Txt];

/// Caps on what one input may cost. Whatever is larger is refused with a clear error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Decoded bytes of one document.
    pub document: usize,
    /// Bytes of one line, record or cell.
    pub record: usize,
    /// Nesting of elements (HTML, XML) or values (JSON).
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { document: 128 << 20, record: 16 << 20, depth: 512 }
    }
}

/// The columns of a table that have a meaning, where the user names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Columns {
    /// The words that are said.
    pub text: Option<String>,
    /// Who says them.
    pub speaker: Option<String>,
    /// Which document (conversation) a row belongs to.
    pub document: Option<String>,
    /// The question that a row answers.
    pub question: Option<String>,
    /// The user's own name of the row.
    pub id: Option<String>,
}

/// How an input is to be read.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReadOptions {
    /// Name of the format; `None` to find out.
    pub format: Option<String>,
    /// Each row of a table is exactly one sentence.
    pub presegmented: bool,
    /// Columns named by the user; the others are found by their names.
    pub columns: Columns,
    /// Keep boilerplate, as turns without a speaker.
    pub keep_boilerplate: bool,
    /// Names and what they are to be called: `(as printed, speaker)`.
    pub aliases: Vec<(String, String)>,
    /// Caps.
    pub limits: Limits,
}

/// Reads one input through, handing everything in it to `sink`. The returned source carries
/// the hash of all raw bytes; the documents' own sources carry it only where the whole input
/// had been read by then.
///
/// # Errors
/// Where the input cannot be opened or read on: [`Kind::Io`], [`Kind::Empty`] for nothing but
/// white space, [`Kind::Format`] or [`Kind::Encoding`] with the first offending byte,
/// [`Kind::Limit`], [`Kind::Usage`] for an unknown format or column, or what the sink returned.
pub fn read(mut input: Input, options: &ReadOptions, sink: &mut Sink<'_>) -> Result<Source> {
    let path = input.path().to_owned();
    let source = (|| {
        let reader = choose(&mut input, options)?;
        input.set_format(reader.name());
        reader.read(&mut input, options, sink)?;
        input.finish()
    })();
    source.map_err(|e| e.at_path(path))
}

/// The reader for an input: the one asked for, else the one whose content it is, else the one
/// whose extension it has, else plain text.
fn choose(input: &mut Input, options: &ReadOptions) -> Result<&'static dyn Reader> {
    if let Some(name) = &options.format {
        return READERS.iter().copied().find(|r| r.name() == name).ok_or_else(|| {
            let known: Vec<_> = READERS.iter().map(|r| r.name()).collect();
            Error::new(Kind::Usage, format!("unknown format \"{name}\"; the formats are {}", known.join(", ")))
        });
    }
    let extension = input.extension();
    foreign::refuse(input.head()?)?;
    let head = &*decode::legible(input.head()?);
    if head.iter().all(u8::is_ascii_whitespace) && head.len() < input::HEAD {
        return Err(Error::new(Kind::Empty, "the file is empty").at_byte(0));
    }
    let sniffed: Vec<Sniff> = READERS.iter().map(|r| r.sniff(head)).collect();
    let by = |wanted: &dyn Fn(usize) -> bool| (0..READERS.len()).find(|&i| wanted(i)).map(|i| READERS[i]);
    let is_named = |i: usize| READERS[i].extensions().contains(&extension.as_str());
    let found = by(&|i| sniffed[i] == Sniff::Yes && is_named(i))
        .or_else(|| by(&|i| sniffed[i] == Sniff::Yes))
        .or_else(|| by(&|i| sniffed[i] == Sniff::Maybe && is_named(i)));
    Ok(found.unwrap_or(&txt::Txt))
}

/// The name of a document read from a whole file: the path's last part without extensions.
fn stem(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let name = name.strip_suffix(".gz").unwrap_or(name);
    match name.rfind('.') {
        Some(dot) if dot > 0 => name[..dot].to_owned(),
        _ if name == "-" => "stdin".to_owned(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_named_by_the_stem() {
        assert_eq!(stem("talks/a.b.txt"), "a.b");
        assert_eq!(stem("talks/a.csv.gz"), "a");
        assert_eq!(stem("-"), "stdin");
        assert_eq!(stem(".hidden"), ".hidden");
    }
}
