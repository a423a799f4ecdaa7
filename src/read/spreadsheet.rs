//! A table as spreadsheets and statistics programs save it: any encoding, comma, semicolon, tab or bar between cells,
//! the line `sep=;`, columns and rows without anything in them, row names under no name. Read row by row.

use std::io::BufRead;

use csv::{ByteRecord, StringRecord};

use super::header::Header;
use super::input::{HEAD, failed};
use super::rows::Rows;
use super::stream::Utf8Stream;
use super::{Input, Limits};
use crate::error::{Error, Kind, Result};

pub(super) const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// A table whose header has been read.
pub(crate) struct Spreadsheet {
    pub(crate) header: Header,
    /// Line of the header.
    line: u64,
    /// Cells without which a row is not whole: all, unless a reader can do with fewer. Some spreadsheets leave out
    /// the marks behind the last cell that holds something.
    pub(super) needed: usize,
    /// Columns, those without a name at the right end included.
    width: usize,
    rows: Rows<Utf8Stream>,
    /// The first row, if it has not been handed out.
    first: Option<ByteRecord>,
    /// Whether the first column is row names, which have no name in the header.
    pub(super) has_row_names: bool,
}

impl Spreadsheet {
    /// Opens a table in UTF-8 or UTF-16 and reads its header.
    ///
    /// # Errors
    /// An input that is no such table, with the place.
    pub(crate) fn open(input: &mut Input) -> Result<Self> {
        Self::new(input, false, &Limits::default())
    }

    /// With `guess`, a table may have any encoding, and whoever reads it says which it is read in.
    pub(super) fn new(input: &mut Input, guess: bool, limits: &Limits) -> Result<Self> {
        refuse_other_formats(input.head()?)?;
        let mut stream = input.utf8(guess)?;
        let head = stream.fill_buf().map_err(|e| failed(&e).at_line(1))?;
        let said = said_delimiter(head);
        let delimiter = said.unwrap_or_else(|| delimiter(head));
        let mut rows = Rows::new(stream, delimiter, limits);
        let mut record = ByteRecord::new();
        if said.is_some() {
            rows.next(&mut record)?;
        }
        if !rows.next(&mut record)? {
            return Err(empty());
        }
        if let Some(error) = rows.unclosed() {
            return Err(error);
        }
        let line = record.position().map_or(1, csv::Position::line);
        let mut names = Vec::new();
        for (i, cell) in record.iter().enumerate() {
            let name = std::str::from_utf8(cell)
                .map_err(|_| not_text(rows.stream().encoding()).at_line(line).in_column((i + 1).to_string()))?;
            names.push(name.trim().to_owned());
        }
        let mut first = ByteRecord::new();
        let first = rows.next(&mut first)?.then_some(first);
        // Statistics programs write row names, and no name for them.
        let is_number = |cell: &[u8]| !cell.is_empty() && cell.iter().all(u8::is_ascii_digit);
        let has_row_names = first
            .as_ref()
            .is_some_and(|row| row.len() == names.len() + 1 && is_number(&row[0]) && !row[names.len()].is_empty());
        if has_row_names {
            names.insert(0, String::new());
        }
        let width = names.len();
        names.truncate(names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1));
        let header = Header::new(names);
        let needed = header.names().len();
        Ok(Self { header, line, needed, width, rows, first, has_row_names })
    }

    /// An error about the header.
    pub(crate) fn in_header(&self, error: Error) -> Error {
        error.at_line(self.line)
    }

    /// The column of this name, or one like it (see [`Header::find`]).
    pub(crate) fn column(&self, name: &str) -> Result<Option<usize>> {
        self.header.find(name).map_err(|e| self.in_header(e))
    }

    /// The name of the encoding, as far as it is known by now.
    pub(super) fn encoding(&self) -> &'static str {
        self.rows.stream().encoding()
    }

    /// The first row, until it is handed out.
    pub(super) fn first(&self) -> Option<&ByteRecord> {
        self.first.as_ref()
    }

    /// The next row, which has as many cells as the header has names; `false` at the end.
    ///
    /// # Errors
    /// A row that is none, or where nothing more can be read, with the line.
    pub(crate) fn next(&mut self, row: &mut StringRecord) -> Result<bool> {
        Ok(self.next_if_whole(row)?.transpose()?.is_some())
    }

    /// The next row, or what is wrong with it alone; `None` at the end.
    ///
    /// # Errors
    /// Where nothing more can be read, with the line.
    pub(super) fn next_if_whole(&mut self, row: &mut StringRecord) -> Result<Option<Result<()>>> {
        let mut cells = std::mem::take(row).into_byte_record();
        match self.first.take() {
            Some(first) => cells = first,
            None if self.rows.next(&mut cells)? => {}
            None => return Ok(None),
        }
        Ok(Some(self.whole(cells).map(|whole| *row = whole)))
    }

    fn whole(&mut self, cells: ByteRecord) -> Result<StringRecord> {
        if let Some(error) = self.rows.unclosed() {
            return Err(error);
        }
        let names = self.header.names();
        let (line, byte) = cells.position().map_or((1, 0), |p| (p.line(), p.byte()));
        let fault = |e: Error| Err(e.at_line(line).at_byte(byte));
        let name = |column: usize| names.get(column).map_or("", String::as_str);
        let (is, wanted) = (cells.len(), names.len());
        if is < self.needed {
            let message = format!("the row has {is} of the {wanted} cells that the header has");
            return fault(Error::new(Kind::Format, message));
        }
        if cells.iter().skip(self.width).any(|cell| !cell.trim_ascii().is_empty()) {
            let message = format!(
                "the row has {is} cells, the header has {wanted}; a text with the mark between cells in it needs \
                 quotation marks"
            );
            return fault(Error::new(Kind::Format, message));
        }
        let mut row = match StringRecord::from_byte_record(cells) {
            Ok(row) => row,
            Err(e) => return fault(not_text(self.encoding()).in_column(name(e.utf8_error().field()))),
        };
        if let Some(column) = row.iter().position(|cell| cell.contains('\0')) {
            return fault(Error::new(Kind::Format, "a NUL, which no text has").in_column(name(column)));
        }
        row.truncate(names.len());
        (row.len()..names.len()).for_each(|_| row.push_field(""));
        Ok(row)
    }
}

fn not_text(encoding: &str) -> Error {
    Error::new(Kind::Encoding, format!("not {encoding}: save the file as \"CSV UTF-8\""))
}

fn empty() -> Error {
    Error::new(Kind::Empty, "the file is empty; a CSV file with a header is needed").at_line(1).at_byte(0)
}

fn refuse_other_formats(head: &[u8]) -> Result<()> {
    let wrong = |what: &str| Err(Error::new(Kind::Format, what).at_line(1).at_byte(0));
    match head.trim_ascii_start() {
        [b'P', b'K', 3, 4, ..] => wrong("this is no CSV but a zip file or a spreadsheet: save it as \"CSV UTF-8\""),
        [b'{' | b'[', ..] => wrong("this looks like JSON; a CSV file is needed"),
        [] if head.len() < HEAD => Err(empty()),
        _ => Ok(()),
    }
}

/// The mark that a first line `sep=;` gives, as spreadsheets read and some programs write it.
pub(super) fn said_delimiter(head: &[u8]) -> Option<u8> {
    let line = head.split(|b| matches!(b, b'\n' | b'\r')).next().unwrap_or_default();
    let line = line.strip_prefix(b"\"").and_then(|l| l.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [s, e, p, b'=', mark] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") => Some(*mark),
        _ => None,
    }
}

/// The mark between cells that the first line has most of, outside quotation marks.
fn delimiter(head: &[u8]) -> u8 {
    let mut counts = [0usize; 4];
    let mut quoted = false;
    for b in head {
        match b {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if !quoted => {
                if let Some(i) = DELIMITERS.iter().position(|d| d == b) {
                    counts[i] += 1;
                }
            }
            _ => {}
        }
    }
    (0..4).rev().max_by_key(|i| counts[*i]).filter(|i| counts[*i] > 0).map_or(b',', |i| DELIMITERS[i])
}
