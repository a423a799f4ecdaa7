//! `aliases.csv`: two columns, the name as printed and the speaker it belongs to.

use csv::StringRecord;

use super::Input;
use super::spreadsheet::Spreadsheet;
use crate::error::{Error, Kind, Result};

/// Reads the aliases in a table. A first row `alias,name` (or `printed,speaker`) is a header.
///
/// # Errors
/// What is no table of two columns, and a row that lacks a cell, with the line.
pub fn read_aliases(mut input: Input) -> Result<Vec<(String, String)>> {
    pairs(&mut input).map_err(|e| e.at_path(input.path()))
}

fn pairs(input: &mut Input) -> Result<Vec<(String, String)>> {
    let wrong = || Error::new(Kind::Usage, "a row of aliases has two cells: the name as printed, and the speaker");
    let mut sheet = Spreadsheet::open(input)?;
    sheet.needed = 0;
    let [from, to] = sheet.header.names() else { return Err(sheet.in_header(wrong())) };
    let is_header = matches!(from.to_lowercase().as_str(), "alias" | "printed" | "speaker_raw" | "from" | "raw");
    let mut aliases = if is_header { Vec::new() } else { vec![(from.clone(), to.clone())] };
    let mut row = StringRecord::new();
    while sheet.next(&mut row)? {
        let (from, to) = (row[0].trim(), row[1].trim());
        if from.is_empty() || to.is_empty() {
            return Err(wrong().at_line(row.position().map_or(0, csv::Position::line)));
        }
        aliases.push((from.to_owned(), to.to_owned()));
    }
    Ok(aliases)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(table: impl Into<Vec<u8>>) -> Result<Vec<(String, String)>> {
        read_aliases(Input::from_bytes("aliases.csv", table))
    }

    #[test]
    fn a_header_is_no_alias_and_any_spreadsheet_s_table_will_do() {
        let wanted = [("the chair".to_owned(), "Ana Ruiz".to_owned())];
        let semicolons = "\u{FEFF}alias;name\r\nthe chair;Ana Ruiz\r\n;\r\n";
        let utf16: Vec<u8> = semicolons.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for table in ["alias,name\nthe chair,Ana Ruiz\n", "the chair, Ana Ruiz\n", semicolons] {
            assert_eq!(read(table).unwrap(), wanted, "{table:?}");
        }
        assert_eq!(read(utf16).unwrap(), wanted);
    }

    #[test]
    fn a_row_that_is_no_alias_is_named() {
        for (table, line) in
            [("a,b\nc\n", 2), ("a\nb\n", 1), ("a,b\nc,\n", 2), ("a,b\nc,d,e\n", 2), ("a,b\n\"c,d\n", 2)]
        {
            let error = read(table).unwrap_err();
            assert_eq!((error.line, error.path.as_deref()), (Some(line), Some("aliases.csv")), "{table:?}: {error}");
        }
    }
}
