//! CSV and TSV: one row per utterance, or per sentence.

use csv::{ByteRecord, StringRecord};

use super::header::Header;
use super::spreadsheet::{DELIMITERS, Spreadsheet, said_delimiter};
use super::table::{self, Mapping, Role, Row, Table};
use super::{Input, Item, ReadOptions, Reader, Sink, Sniff};
use crate::error::{Error, Result};
use crate::write::Dialect;

/// Comma-, tab- or semicolon-separated values.
pub(super) struct Csv;

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
        let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
        let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line).to_lowercase();
        let is_header = DELIMITERS.iter().any(|d| {
            let cells: Vec<&str> = line.trim().split(char::from(*d)).map(|c| c.trim().trim_matches('"')).collect();
            let has = |role: Role| role.names().iter().any(|n| cells.contains(n));
            cells.len() > 1
                && cells.iter().all(|cell| is_name(cell))
                && has(Role::Text)
                && (cells.len() > 2 || Role::ALL.iter().skip(1).any(|r| has(*r)) || cells.contains(&"label"))
        });
        if is_header || said_delimiter(head).is_some() { Sniff::Yes } else { Sniff::Maybe }
    }

    fn read(&self, input: &mut Input, options: &ReadOptions, sink: &mut Sink<'_>) -> Result<()> {
        let mut sheet = Spreadsheet::new(input, true, &options.limits)?;
        let is_own = table::is_own(sheet.header.names());
        // A table of ours may have been written for spreadsheets.
        let bare: fn(&str) -> &str = if is_own { Dialect::unguarded } else { |cell| cell };
        let header = Header::new(sheet.header.names().iter().map(|name| bare(name).to_owned()));
        let mut mapping = table::map(&header, &options.columns, sink).map_err(|e| sheet.in_header(e))?;
        let guess = || sheet.first().and_then(|first| guessed(header.names(), &mapping, first));
        if options.columns.text.is_none()
            && mapping[Role::Text as usize].is_none()
            && let Some(column) = guess()
        {
            sink(Item::note(format!(
                "column \"{}\" is read as the text (--text-column says otherwise)",
                header.names()[column]
            )))?;
            mapping[Role::Text as usize] = Some(column);
        }
        if let Some(error) = table::missing(&header, &options.columns, &mapping) {
            return Err(sheet.in_header(error));
        }
        if sheet.has_row_names {
            sink(Item::note(
                "the header has one name fewer than the rows have cells: the first cell is read as the name of the row",
            ))?;
        }
        if is_own && !options.presegmented {
            sink(Item::note("the columns are those of our own sentences.csv: each row is read as one sentence"))?;
        }
        let mut table = Table::new(input, options, options.presegmented || is_own);
        let carried: Vec<usize> = (0..header.names().len()).filter(|i| is_carried(*i, &mapping)).collect();
        table.set_columns(&carried.iter().map(|i| header.names()[*i].as_str()).collect::<Vec<_>>());
        sheet.needed = (0..header.names().len()).rfind(|i| !is_carried(*i, &mapping)).map_or(0, |last| last + 1);
        let mut record = StringRecord::new();
        while let Some(whole) = sheet.next_if_whole(&mut record)? {
            table.set_encoding(sheet.encoding(), sink)?;
            match whole {
                Ok(()) => {
                    let kept = carried.iter().map(|i| bare(&record[*i]).to_owned()).collect();
                    table.add(row(&record, &mapping, bare), kept, sink)?;
                }
                Err(e) => {
                    let message = format!("{}; the row is left out", e.message);
                    sink(Item::Fault(Error { message, ..e }.at_path(input.path())))?;
                }
            }
        }
        input.set_encoding(sheet.encoding());
        table.finish(sink)
    }
}

fn is_carried(column: usize, mapping: &Mapping) -> bool {
    ![Role::Text, Role::Speaker, Role::Document, Role::Question].iter().any(|r| mapping[*r as usize] == Some(column))
}

/// Whether a cell may be the name of a column: "who are, quote, not citizens" is speech, though a column may be called
/// "quote".
fn is_name(cell: &str) -> bool {
    cell.split_whitespace().count() <= 4 && !cell.contains(": ") && !cell.ends_with(['.', '?', '!', '…'])
}

/// A record by roles, each cell made `bare`.
fn row<'a>(record: &'a StringRecord, mapping: &Mapping, bare: fn(&str) -> &str) -> Row<'a> {
    let of = |role: Role| mapping[role as usize].map_or("", |i| bare(&record[i]));
    Row {
        line: record.position().map_or(1, csv::Position::line),
        text: of(Role::Text),
        speaker: of(Role::Speaker),
        document: of(Role::Document),
        question: of(Role::Question),
        turn: of(Role::Turn),
        before: of(Role::Before),
    }
}

/// The column with the longest cell of the first row, if it is plainly prose and no other is.
fn guessed(names: &[String], mapping: &Mapping, first: &ByteRecord) -> Option<usize> {
    if first.len() < names.len() {
        return None;
    }
    let prose = |i: &usize| first[*i].len() >= 20 && first[*i].split(|b| *b == b' ').count() > 3;
    let mut candidates = (0..names.len()).filter(|i| !mapping.contains(&Some(*i))).filter(prose);
    candidates.next().filter(|_| candidates.next().is_none())
}
