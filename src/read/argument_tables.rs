//! `components.csv` and `relations.csv` → [`Tables`].

use crate::argument::{Sited, Table, Tables};
use crate::error::{Error, Kind, Result};

/// Reads the two tables from the bytes of their files; the paths are for messages only.
///
/// # Errors
/// Where a table is not UTF-8 CSV, lacks a column, repeats an id, relates a sentence that is
/// not there or to itself, or uses an unknown label: each with file, line and column.
pub fn read(components: (&[u8], &str), relations: (&[u8], &str)) -> Result<Tables> {
    Tables::sited(table(components.0, components.1)?, table(relations.0, relations.1)?)
}

/// Reads components that are not annotated yet: the columns `component` and `role` may be missing or empty.
///
/// # Errors
/// As [`read`].
pub fn unannotated((bytes, path): (&[u8], &str)) -> Result<Tables> {
    let mut components = table(bytes, path)?;
    components.table.complete("component");
    Tables::sited(components, table(b"document,source,target,relation\n", "relations.csv")?)
}

/// One CSV file.
fn table(bytes: &[u8], path: &str) -> Result<Sited> {
    let format = |line: Option<u64>, message: String| {
        let error = Error::new(Kind::Format, message).at_path(path);
        line.map_or(error.clone(), |l| error.at_line(l))
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Err(e) = std::str::from_utf8(bytes) {
        let line = 1 + memchr::memchr_iter(b'\n', &bytes[..e.valid_up_to()]).count() as u64;
        let error = Error::new(Kind::Encoding, "not UTF-8 text; save the table as UTF-8 CSV");
        return Err(error.at_path(path).at_line(line).at_byte(e.valid_up_to() as u64));
    }
    if bytes.contains(&0) {
        return Err(format(None, "not a CSV file: it holds NUL bytes".to_owned()));
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader.headers().map_err(|e| format(None, e.to_string()))?;
    let columns: Vec<String> = header.iter().map(|c| c.trim().to_owned()).collect();
    if let Some(i) = (1..columns.len()).find(|i| columns[..*i].contains(&columns[*i])) {
        return Err(format(Some(1), format!("the column \"{}\" stands twice in the header", columns[i])));
    }
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(|e| format(e.position().map(csv::Position::line), e.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != columns.len() {
            let message = format!("{} cells where the header has {}", record.len(), columns.len());
            return Err(format(Some(line), message));
        }
        rows.push(record.iter().map(str::to_owned).collect());
        lines.push(line);
    }
    Ok(Sited { path: path.to_owned(), table: Table { columns, rows }, lines: Some(lines) })
}
