//! What people coded: the columns `label` and `inclusion_probability` that a table brought with it.

use crate::document::{Document, Record, Span};
use crate::error::{Error, Kind};
use crate::stance::LabelSet;

/// Names of the two columns.
const LABEL: &str = "label";
const INCLUSION: &str = "inclusion_probability";

/// The codes of a document.
pub(super) struct Codes<'a> {
    document: &'a Document,
    labels: &'a LabelSet,
    label: usize,
    inclusion: usize,
}

/// The code of a sentence, an id under the labels, and the probability with which it was drawn.
type Code = (usize, f64);

impl<'a> Codes<'a> {
    /// `None` if the document lacks one of the columns.
    pub(super) fn of(document: &'a Document, labels: &'a LabelSet) -> Option<Self> {
        let column = |name: &str| document.columns.iter().position(|c| c == name);
        Some(Self { document, labels, label: column(LABEL)?, inclusion: column(INCLUSION)? })
    }

    /// `None` if the sentence was not drawn, or its code cannot be used.
    pub(super) fn get(&self, sentence: Span) -> Option<Code> {
        let records = &self.document.records;
        let record = records.get(records.partition_point(|r| r.span.end <= sentence.start))?;
        self.read(record).ok().flatten()
    }

    /// `None` if the row was not drawn; `Err` if what it says cannot be used.
    fn read(&self, record: &Record) -> Result<Option<Code>, Error> {
        let cell = |column: usize| record.cells[column].trim();
        let fault = |column: &str, message: String| {
            let path = &self.document.source.path;
            Err(Error::new(Kind::Format, message).at_path(path).at_line(record.line).in_column(column))
        };
        let (label, inclusion) = (cell(self.label), cell(self.inclusion));
        if inclusion.is_empty() {
            return Ok(None);
        }
        // Spreadsheets of half the world write a decimal comma.
        let inclusion = match inclusion.replace(',', ".").parse() {
            Ok(p) if p > 0.0 && p <= 1.0 => p,
            _ => {
                return fault(
                    INCLUSION,
                    format!("\"{inclusion}\" is no number above 0 and up to 1; the row is not counted as coded"),
                );
            }
        };
        match self.labels.id(label) {
            Some(id) => Ok(Some((usize::from(id), inclusion))),
            None if label.is_empty() => {
                fault(LABEL, "this sentence was drawn and has no code: code it, or the corrected shares are those of the easy sentences".to_owned())
            }
            None => {
                let labels = self.labels.labels.join(", ");
                fault(LABEL, format!("there is no label \"{label}\", the row is not counted as coded; there are: {labels}"))
            }
        }
    }
}

/// Codes of `document` that cannot be used, by line.
#[must_use]
pub fn faults(document: &Document, labels: &LabelSet) -> Vec<Error> {
    let codes = Codes::of(document, labels);
    codes.iter().flat_map(|codes| document.records.iter().filter_map(|record| codes.read(record).err())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_used_or_said_to_be_of_no_use() {
        let rows =
            [["neutral", "0,25"], ["", ""], ["neutral", ""], ["", "0.5"], ["nuetral", "0.5"], ["neutral", "50 %"]];
        let record = |(i, cells): (usize, &[&str; 2])| Record {
            span: Span::new(10 * i, 10 * i + 9),
            line: i as u64 + 2,
            cells: cells.map(str::to_owned).to_vec(),
        };
        let document = Document {
            columns: vec![LABEL.to_owned(), INCLUSION.to_owned()],
            records: rows.iter().enumerate().map(record).collect(),
            ..Document::default()
        };
        let labels = LabelSet::policy();
        let codes = Codes::of(&document, &labels).unwrap();
        let used: Vec<Option<Code>> = document.records.iter().map(|r| codes.get(r.span)).collect();
        assert_eq!(used, [Some((3, 0.25)), None, None, None, None, None]);
        let places: Vec<_> = faults(&document, &labels).into_iter().map(|e| (e.line, e.column)).collect();
        let place = |line, column: &str| (Some(line), Some(column.to_owned()));
        assert_eq!(places, [place(5, LABEL), place(6, LABEL), place(7, INCLUSION)]);
    }
}
