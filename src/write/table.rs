//! Rows of CSV into bytes, shared by the tables.

use super::cell::Dialect;
use crate::error::Error;

/// Writes rows into a buffer: RFC 4180 quoting, `\n` line ends.
pub(super) struct Table<'a> {
    writer: csv::Writer<&'a mut Vec<u8>>,
    dialect: Dialect,
}

impl<'a> Table<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>, dialect: Dialect) -> Self {
        Self { writer: csv::WriterBuilder::new().buffer_capacity(1 << 16).flexible(true).from_writer(out), dialect }
    }

    /// A text cell, guarded where the dialect asks for it.
    pub(super) fn text(&mut self, text: &str) {
        self.raw(self.dialect.text(text).as_bytes());
    }

    /// A cell that is never guarded: numbers, ids, names out of a fixed list.
    pub(super) fn raw(&mut self, cell: &[u8]) {
        self.writer.write_field(cell).expect("a Vec takes every write");
    }

    /// A number.
    pub(super) fn number(&mut self, number: usize) {
        let mut digits = [0; 20];
        self.raw(decimal(number, &mut digits));
    }

    /// A number, or an empty cell.
    pub(super) fn optional(&mut self, number: Option<usize>) {
        match number {
            Some(number) => self.number(number),
            None => self.raw(b""),
        }
    }

    /// A share or probability, four decimals.
    pub(super) fn share(&mut self, value: f64) {
        let scaled = (value.clamp(0.0, 1.0) * 10_000.0).round() as usize;
        let digit = |at: usize| b'0' + (scaled / at % 10) as u8;
        self.raw(&[digit(10_000), b'.', digit(1000), digit(100), digit(10), digit(1)]);
    }

    /// An id such as `s000123`, counted from 1; `None` is an empty cell.
    pub(super) fn id(&mut self, prefix: u8, index: Option<usize>) {
        let Some(index) = index else { return self.raw(b"") };
        let mut digits = [0; 20];
        let shown = decimal(index + 1, &mut digits);
        let mut cell = [b'0'; 21];
        cell[0] = prefix;
        let width = shown.len().max(6);
        cell[1 + width - shown.len()..=width].copy_from_slice(shown);
        self.raw(&cell[..=width]);
    }

    pub(super) fn end_row(&mut self) {
        self.writer.write_record(None::<&[u8]>).expect("a Vec takes every write");
    }

    /// A header line.
    pub(super) fn names<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) {
        for name in names {
            self.text(name);
        }
        self.end_row();
    }
}

/// The user's own columns that stand at the end of a row: all but `label`, which has a place of its own.
pub(super) fn carried(columns: &[String]) -> impl Iterator<Item = &str> {
    columns.iter().map(String::as_str).filter(|name| *name != "label")
}

/// Rows that end in the columns `from`, as rows that end in the columns `to`; what a row does not have is empty.
///
/// # Panics
/// Where `rows` are not CSV, which rows of our own writers always are.
#[must_use]
pub fn widen(rows: &[u8], from: &[String], to: &[String]) -> Vec<u8> {
    let from: Vec<&str> = carried(from).collect();
    let places: Vec<Option<usize>> = carried(to).map(|name| from.iter().position(|f| *f == name)).collect();
    let mut out = Vec::with_capacity(rows.len() + rows.len() / 8);
    let mut table = Table::new(&mut out, Dialect::Plain);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(rows);
    let mut row = csv::ByteRecord::new();
    while reader.read_byte_record(&mut row).expect("rows of our own") {
        let own = row.len() - from.len();
        row.iter().take(own).for_each(|cell| table.raw(cell));
        for place in &places {
            table.raw(place.map_or(&[][..], |p| &row[own + p]));
        }
        table.end_row();
    }
    drop(table);
    out
}

fn decimal(mut number: usize, digits: &mut [u8; 20]) -> &[u8] {
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return &digits[at..];
        }
    }
}

/// The header (without rows) or the rows of `errors.csv`.
pub fn errors_table<'e>(header: bool, errors: impl IntoIterator<Item = &'e Error>, dialect: Dialect) -> Vec<u8> {
    let mut out = Vec::new();
    if header {
        out.extend_from_slice(dialect.preamble().as_bytes());
    }
    let mut table = Table::new(&mut out, dialect);
    if header {
        table.names(["input", "line", "byte", "column", "kind", "message"]);
    }
    for error in errors {
        table.text(error.path.as_deref().unwrap_or_default());
        for place in [error.line, error.byte] {
            table.optional(place.map(|n| n as usize));
        }
        table.text(error.column.as_deref().unwrap_or_default());
        table.raw(error.kind.name().as_bytes());
        table.text(&error.message);
        table.end_row();
    }
    drop(table);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(dialect: Dialect, fill: impl FnOnce(&mut Table)) -> String {
        let mut out = Vec::new();
        let mut table = Table::new(&mut out, dialect);
        fill(&mut table);
        table.end_row();
        drop(table);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn cells_are_quoted_as_rfc_4180_says() {
        let text = row(Dialect::Plain, |t| {
            t.text("a, \"b\"");
            t.text("two\nlines");
            t.text("“curly”");
        });
        assert_eq!(text, "\"a, \"\"b\"\"\",\"two\nlines\",“curly”\n");
    }

    #[test]
    fn numbers_ids_and_shares_have_one_form() {
        let text = row(Dialect::Excel, |t| {
            t.number(0);
            t.number(40_000);
            t.id(b's', Some(122));
            t.id(b'q', None);
            t.id(b's', Some(12_345_677));
            t.share(1.0 / 3.0);
            t.share(1.0);
        });
        assert_eq!(text, "0,40000,s000123,,s12345678,0.3333,1.0000\n");
    }

    #[test]
    fn rows_are_widened_to_the_columns_of_the_run() {
        let names = |n: &[&str]| n.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let rows = widen(b"s1,\"a\nb\",x,y\n", &names(&["one", "label", "two"]), &names(&["two", "three", "one"]));
        assert_eq!(String::from_utf8(rows).unwrap(), "s1,\"a\nb\",y,,x\n");
    }

    #[test]
    fn an_error_row_names_its_place() {
        let error = Error::new(crate::Kind::Format, "not JSON").at_path("a.jsonl").at_line(3).at_byte(71);
        let text = String::from_utf8(errors_table(true, [&error], Dialect::Plain)).unwrap();
        assert_eq!(text, "input,line,byte,column,kind,message\na.jsonl,3,71,,format,not JSON\n");
    }
}
