//! CSV and TSV: one row per utterance, or per sentence.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use csv::ByteRecord;

use super::input::{failed, too_long};
use super::rows::Rows;
use super::table::{self, Mapping, Role, Row, Table};
use super::{Input, Item, ReadOptions, Reader, Sink, Sniff};
use crate::error::{Error, Kind, Result};
use crate::write::Dialect;

/// Comma-, tab- or semicolon-separated values.
pub(super) struct Csv;

const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

impl Reader for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["csv", "tsv", "tab"]
    }

    fn about(&self) -> &'static str {
        "CSV or TSV, a row per utterance (or sentence); columns text, speaker, document, question, id; others carried through"
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line).to_lowercase();
        let is_header = DELIMITERS.iter().any(|d| {
            let cells: Vec<&str> = line
                .trim()
                .trim_start_matches('\u{FEFF}')
                .split(char::from(*d))
                .map(|c| c.trim().trim_matches('"'))
                .collect();
            let has = |role: Role| role.names().iter().any(|n| cells.contains(n));
            cells.len() > 1
                && has(Role::Text)
                && (cells.len() > 2 || Role::ALL.iter().skip(1).any(|r| has(*r)) || cells.contains(&"label"))
        });
        if is_header { Sniff::Yes } else { Sniff::Maybe }
    }

    fn read(&self, input: &mut Input, options: &ReadOptions, sink: &mut Sink<'_>) -> Result<()> {
        let delimiter = delimiter(input.head()?);
        let left = Rc::new(Cell::new(options.limits.record));
        let mut rows = Rows::new(Budget { stream: input.utf8(true)?, left: Rc::clone(&left) }, delimiter);
        let mut record = ByteRecord::new();
        let next = |rows: &mut Rows<Budget<_>>, record: &mut ByteRecord| {
            left.set(options.limits.record);
            rows.next(record).map_err(|e| refused(e, left.get() == 0, rows.line(), options))
        };
        if !next(&mut rows, &mut record)? {
            return Err(Error::new(Kind::Empty, "the file is empty").at_byte(0));
        }
        if let Some(error) = rows.unclosed() {
            return Err(error);
        }
        let names = cells(&record).map_err(|column| {
            Error::new(Kind::Encoding, format!("the header is not {}", rows.stream().stream.encoding()))
                .at_line(1)
                .in_column((column + 1).to_string())
        })?;
        let mut names: Vec<String> = names.iter().map(|n| n.trim().to_owned()).collect();
        let is_own = table::is_own(&names);
        // A table of ours may have been written for spreadsheets.
        let bare: fn(&str) -> &str = if is_own { Dialect::unguarded } else { |cell| cell };
        names.iter_mut().for_each(|n| *n = bare(n).to_owned());
        let mut mapping = table::map(&names, &options.columns, sink)?;
        let mut first = ByteRecord::new();
        let mut has_first = next(&mut rows, &mut first)?;
        if mapping[Role::Text as usize].is_none() {
            let guess = guessed(&names, &mapping, &first);
            let column = guess.ok_or_else(|| no_text(&names))?;
            sink(Item::note(format!(
                "column \"{}\" is read as the text (--text-column says otherwise)",
                names[column]
            )))?;
            mapping[Role::Text as usize] = Some(column);
        }
        if is_own && !options.presegmented {
            sink(Item::note("the columns are those of our own sentences.csv: each row is read as one sentence"))?;
        }
        let mut table = Table::new(input, options, options.presegmented || is_own);
        let carried: Vec<usize> = (0..names.len()).filter(|i| is_carried(*i, &mapping)).collect();
        table.set_columns(carried.iter().map(|i| names[*i].clone()).collect());
        std::mem::swap(&mut record, &mut first);
        while has_first || next(&mut rows, &mut record)? {
            has_first = false;
            table.set_encoding(rows.stream().stream.encoding(), sink)?;
            let whole = match rows.unclosed() {
                Some(e) => Err(Error { message: format!("{}; the row is left out", e.message), ..e }),
                None => row(&record, &names, &mapping, bare),
            };
            match whole {
                Ok(row) => {
                    let kept = carried.iter().map(|i| bare(&String::from_utf8_lossy(&record[*i])).to_owned()).collect();
                    table.add(row, kept, sink)?;
                }
                Err(e) => sink(Item::Fault(e.at_path(input.path())))?,
            }
        }
        input.set_encoding(rows.stream().stream.encoding());
        table.finish(sink)
    }
}

fn is_carried(column: usize, mapping: &Mapping) -> bool {
    ![Role::Text, Role::Speaker, Role::Document, Role::Question].iter().any(|r| mapping[*r as usize] == Some(column))
}

/// The record's cells as text, or the first column that is none.
fn cells(record: &ByteRecord) -> std::result::Result<Vec<&str>, usize> {
    record.iter().enumerate().map(|(i, cell)| std::str::from_utf8(cell).map_err(|_| i)).collect()
}

/// A record by roles, each cell made `bare`.
fn row<'a>(record: &'a ByteRecord, names: &[String], mapping: &Mapping, bare: fn(&str) -> &str) -> Result<Row<'a>> {
    let (line, byte) = record.position().map_or((1, 0), |p| (p.line(), p.byte()));
    let place = |e: Error| e.at_line(line).at_byte(byte);
    if record.len() != names.len() {
        let message =
            format!("the row has {} cells, the header has {}; the row is left out", record.len(), names.len());
        return Err(place(Error::new(Kind::Format, message)));
    }
    let cells = cells(record).map_err(|column| {
        place(Error::new(Kind::Encoding, "not UTF-8; the row is left out")).in_column(&names[column])
    })?;
    if let Some(column) = cells.iter().position(|c| c.contains('\0')) {
        return Err(
            place(Error::new(Kind::Format, "a NUL, which no text has; the row is left out")).in_column(&names[column])
        );
    }
    let of = |role: Role| mapping[role as usize].map_or("", |i| bare(cells[i]));
    Ok(Row {
        line,
        text: of(Role::Text),
        speaker: of(Role::Speaker),
        document: of(Role::Document),
        question: of(Role::Question),
        turn: of(Role::Turn),
        before: of(Role::Before),
    })
}

fn refused(error: csv::Error, is_over: bool, line: u64, options: &ReadOptions) -> Error {
    if is_over {
        let e = too_long(&options.limits);
        return Error::new(
            e.kind,
            format!("{} (a quotation mark that is not closed?)", e.message.replace("line", "row")),
        )
        .at_line(line);
    }
    match error.into_kind() {
        csv::ErrorKind::Io(e) => failed(&e).at_line(line),
        other => Error::new(Kind::Format, format!("{other:?}")).at_line(line),
    }
}

fn no_text(names: &[String]) -> Error {
    let message =
        format!("no column is called \"text\"; --text-column names it. The columns are {}", table::listed(names));
    Error::new(Kind::Usage, message).at_line(1)
}

/// The column with the longest cell of the first row, if it is plainly prose and no other is.
fn guessed(names: &[String], mapping: &Mapping, first: &ByteRecord) -> Option<usize> {
    if first.len() != names.len() {
        return None;
    }
    let prose = |i: &usize| first[*i].len() >= 20 && first[*i].split(|b| *b == b' ').count() > 3;
    let mut candidates = (0..names.len()).filter(|i| !mapping.contains(&Some(*i))).filter(prose);
    candidates.next().filter(|_| candidates.next().is_none())
}

/// The delimiter that the first line has most of, outside quotation marks.
pub(super) fn delimiter(head: &[u8]) -> u8 {
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

/// Ends a stream that hands out more than a budget without being topped up: a row over the cap.
struct Budget<R> {
    stream: R,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Budget<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let n = buffer.len().min(self.left.get());
        let read = self.stream.read(&mut buffer[..n])?;
        self.left.set(self.left.get() - read);
        Ok(read)
    }
}
