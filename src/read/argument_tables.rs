//! `components.csv` and `relations.csv` → [`Tables`].

use super::Input;
use super::spreadsheet::Spreadsheet;
use super::table::is_own;
use crate::argument::{Sited, Table, Tables};
use crate::error::Result;
use crate::write::Dialect;

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
    let table = parsed(&mut Input::from_bytes(path, bytes)).map_err(|e| e.at_path(path))?;
    Ok(Sited { path: path.to_owned(), ..table })
}

fn parsed(input: &mut Input) -> Result<Sited> {
    let mut sheet = Spreadsheet::open(input)?;
    let columns = sheet.header.names().to_owned();
    for name in columns.iter().filter(|name| !name.is_empty()) {
        sheet.column(name)?;
    }
    // A table of ours may have been written for spreadsheets.
    let bare: fn(&str) -> &str = if is_own(&columns) { Dialect::unguarded } else { |cell| cell };
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    let mut record = csv::StringRecord::new();
    while sheet.next(&mut record)? {
        rows.push(record.iter().map(|cell| bare(cell).to_owned()).collect());
        lines.push(record.position().map_or(0, csv::Position::line));
    }
    Ok(Sited { path: String::new(), table: Table { columns, rows }, lines: Some(lines) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn what_a_spreadsheet_did_to_a_table_changes_nothing() {
        let text = "sentence_id,document,turn,speaker,text,start,end,component\n\
            s1,d,t1,Ada,-5 degrees is cold.,0,19,claim\ns2,d,t1,Ada,@ADA is right.,20,34,none\n";
        let csv = |bytes: &[u8]| unannotated((bytes, "c.csv")).unwrap().components().to_csv();
        let wanted = csv(text.as_bytes());
        assert_eq!(wanted, text.as_bytes());
        let guarded = text.replace(",-5", ",'-5").replace(",@", ",'@");
        for other in [guarded.clone(), guarded.replace(',', ";").replace('\n', "\r\n"), text.replace('\n', "\r")] {
            assert_eq!(csv(other.as_bytes()), wanted);
        }
        // In any other table an apostrophe is the user's.
        let own = b"document,sentence_id,text,component\nd,s1,'-5 degrees is cold.,claim\n";
        assert_eq!(csv(own), own);
    }

    #[test]
    fn a_table_corrected_by_hand_is_read() {
        let components =
            b"document,sentence_id,text,component,role\nd,s1,One.,Claim,NA\nd,s2,Two.,premise ,Pro\n,,,,\n";
        let relations = b"document;source;target;relation\n;;;\nd;s2;s1;Support\n";
        let tables = read((components, "c.csv"), (relations, "r.csv")).unwrap();
        assert_eq!(tables.components().rows, [["d", "s1", "One.", "claim", ""], ["d", "s2", "Two.", "premise", "pro"]]);
        assert_eq!(tables.relations().rows, [["d", "s2", "s1", "support"]]);
    }

    #[test]
    fn decimal_commas_and_what_stands_for_nothing_are_read() {
        let table = |p: &str| {
            let text = format!(
                "document;sentence_id;text;stance;label;p_con;p_pro\nd;s1;One.;pro;NA;0,25;{p}\nd;s2;Two.;con;;NA;\n"
            );
            unannotated((text.as_bytes(), "c.csv"))
        };
        let documents = table("0,75").unwrap().documents();
        let stances = documents[0].stances.as_ref().unwrap();
        assert_eq!(stances.labels.labels, ["con", "pro"]);
        assert_eq!((stances.row(0), stances.row(1)), (&[0.25, 0.75][..], &[1.0, 0.0][..]));
        let error = table("1,75").unwrap_err();
        assert_eq!((error.line, error.column.as_deref()), (Some(2), Some("p_pro")));
    }

    #[test]
    fn a_mark_that_is_not_closed_is_refused_where_it_opens() {
        let error = unannotated((b"document,sentence_id,text\nd,s1,\"One.\nd,s2,Two.\n", "c.csv")).unwrap_err();
        assert_eq!((error.kind, error.line, error.path.as_deref()), (Kind::Format, Some(2), Some("c.csv")));
    }
}
