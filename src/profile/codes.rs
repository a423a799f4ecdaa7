//! What people coded: the columns `label` and `inclusion_probability` that a table brought with it.

use crate::document::{Document, Record, Span};
use crate::error::{Error, Kind};
use crate::read::cell::{is_nothing, number};
use crate::stance::{Card, LabelSet};

/// Names of the two columns.
const LABEL: &str = "label";
const INCLUSION: &str = "inclusion_probability";

/// Rows that were all drawn, with a chance below e to the minus this (one in a million) of it, are what is left of a sheet.
pub(super) const SURPRISE: f64 = 14.0;

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
    /// `None` if the document lacks one of the columns, or the rows that were not drawn, or if the model has learned
    /// from its codes.
    pub(super) fn of(document: &'a Document, labels: &'a LabelSet, card: &Card) -> Option<Self> {
        Self::found(document, labels).filter(|codes| codes.surprise() <= SURPRISE && codes.learned(card).is_none())
    }

    fn found(document: &'a Document, labels: &'a LabelSet) -> Option<Self> {
        let column = |name: &str| document.columns.iter().position(|c| c == name);
        Some(Self { document, labels, label: column(LABEL)?, inclusion: column(INCLUSION)? })
    }

    /// How far it surprises that all rows were drawn: −ln of the chance; −∞ if not all were.
    fn surprise(&self) -> f64 {
        let drawn = self.document.records.iter().map(|r| probability(&r.cells[self.inclusion]));
        drawn.map(|p| p.map_or(f64::NEG_INFINITY, |p| -p.ln())).sum()
    }

    /// Whether the sentence was drawn, whatever its code is.
    pub(super) fn is_drawn(&self, sentence: Span) -> bool {
        self.record(sentence).is_some_and(|record| probability(&record.cells[self.inclusion]).is_some())
    }

    fn record(&self, sentence: Span) -> Option<&'a Record> {
        let records = &self.document.records;
        records.get(records.partition_point(|r| r.span.end <= sentence.start))
    }

    /// How many of how many codes the model was trained on, if they are half of them or more: fewer may be words that
    /// were said twice.
    fn learned(&self, card: &Card) -> Option<(usize, usize)> {
        if card.sample.is_empty() {
            return None;
        }
        let Document { id, text, records, .. } = self.document;
        let coded = || records.iter().filter(|r| self.read(r).is_ok_and(|code| code.is_some()));
        let learned = coded().filter(|r| card.has_learned(id, r.span.of(text))).count();
        (learned > 0 && 2 * learned >= coded().count()).then(|| (learned, coded().count()))
    }

    /// `None` if the sentence was not drawn, or its code cannot be used.
    pub(super) fn get(&self, sentence: Span) -> Option<Code> {
        self.read(self.record(sentence)?).ok().flatten()
    }

    /// The label that is written so, or else the only one that is but for capitals: spreadsheets begin a cell with one.
    fn id(&self, label: &str) -> Option<usize> {
        let folded = label.to_lowercase();
        let labels = self.labels.labels.iter().enumerate();
        let mut alike = labels.filter(|(_, l)| l.to_lowercase() == folded).map(|(id, _)| id);
        let only = || alike.next().filter(|_| alike.next().is_none());
        self.labels.id(label).map(usize::from).or_else(only)
    }

    /// `None` if the row was not drawn; `Err` if what it says cannot be used.
    fn read(&self, record: &Record) -> Result<Option<Code>, Error> {
        let cell = |column: usize| record.cells[column].trim();
        let fault = |column: &str, message: String| {
            let path = &self.document.source.path;
            Err(Error::new(Kind::Format, message).at_path(path).at_line(record.line).in_column(column))
        };
        let (label, inclusion) = (cell(self.label), cell(self.inclusion));
        if is_nothing(inclusion) {
            return Ok(None);
        }
        let Some(inclusion) = probability(inclusion) else {
            return fault(
                INCLUSION,
                format!("\"{inclusion}\" is no number above 0 and up to 1; the row is not counted as coded"),
            );
        };
        match self.id(label) {
            Some(id) => Ok(Some((id, inclusion))),
            None if is_nothing(label) => {
                fault(LABEL, "this sentence was drawn and has no code: code it, or the corrected shares are those of the easy sentences".to_owned())
            }
            None => {
                let labels = self.labels.labels.join(", ");
                fault(LABEL, format!("there is no label \"{label}\", the row is not counted as coded; there are: {labels}"))
            }
        }
    }
}

/// A number above 0 and up to 1.
fn probability(cell: &str) -> Option<f64> {
    number(cell).filter(|p| *p > 0.0 && *p <= 1.0)
}

fn without_the_rest(path: &str) -> Error {
    let message = "all rows were drawn: the sentences that were not are missing; give the whole sheet back, or nothing is corrected";
    Error::new(Kind::Format, message).at_path(path).in_column(INCLUSION)
}

/// Whether a file of many short documents holds but the rows that were drawn, which no single one of them shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sheet {
    surprise: f64,
}

impl Sheet {
    /// Adds the next document of the file.
    pub fn add(&mut self, other: Self) {
        self.surprise += other.surprise;
    }

    /// What is wrong with the file, if anything is.
    #[must_use]
    pub fn fault(self, path: &str) -> Option<Error> {
        (self.surprise > SURPRISE).then(|| without_the_rest(path))
    }
}

/// Codes of `document` that cannot be used, by line, and what it says of its file; one that lacks rows by itself says
/// no more.
#[must_use]
pub fn faults(document: &Document, labels: &LabelSet, card: &Card) -> (Vec<Error>, Sheet) {
    let Some(codes) = Codes::found(document, labels) else { return Default::default() };
    let surprise = codes.surprise();
    let lacks_the_rest = surprise > SURPRISE;
    let faults = if let Some((learned, all)) = codes.learned(card) {
        let message = format!(
            "the model was trained on {learned} of the {all} codes of document \"{}\", on which it errs less than elsewhere: the document is not corrected; use the shipped model, or one that was trained on other documents",
            document.id
        );
        vec![Error::new(Kind::Usage, message).at_path(&document.source.path).in_column(LABEL)]
    } else if lacks_the_rest {
        vec![without_the_rest(&document.source.path)]
    } else {
        document.records.iter().filter_map(|record| codes.read(record).err()).collect()
    };
    (faults, Sheet { surprise: if lacks_the_rest { f64::NEG_INFINITY } else { surprise } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_used_or_said_to_be_of_no_use() {
        let rows = [
            ["Neutral", "0,25"],
            ["NA", "NA"],
            ["neutral", ""],
            ["NA", "0.5"],
            ["nuetral", "0.5"],
            ["neutral", "50 %"],
        ];
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
        let (labels, card) = (LabelSet::policy(), Card::default());
        let codes = Codes::of(&document, &labels, &card).unwrap();
        let used: Vec<Option<Code>> = document.records.iter().map(|r| codes.get(r.span)).collect();
        assert_eq!(used, [Some((3, 0.25)), None, None, None, None, None]);
        let places: Vec<_> = faults(&document, &labels, &card).0.into_iter().map(|e| (e.line, e.column)).collect();
        let place = |line, column: &str| (Some(line), Some(column.to_owned()));
        assert_eq!(places, [place(5, LABEL), place(6, LABEL), place(7, INCLUSION)]);

        let only = |inclusion: &str| Document {
            records: (0..60).map(|i| record((i, &["neutral", inclusion]))).collect(),
            ..document.clone()
        };
        assert_eq!(faults(&only("0.2"), &labels, &card).0.len(), 1, "the other rows are missing");
        assert!(Codes::of(&only("0.2"), &labels, &card).is_none());
        assert!(Codes::of(&only("1"), &labels, &card).is_some(), "all were drawn");

        let short = |inclusion: &str| Document {
            records: (0..4).map(|i| record((i, &["neutral", inclusion]))).collect(),
            ..document.clone()
        };
        let sheet = |parts: &[Document]| {
            let mut sheet = Sheet::default();
            parts.iter().for_each(|part| sheet.add(faults(part, &labels, &card).1));
            sheet.fault("sheet.csv").is_some()
        };
        assert!(faults(&short("0.3"), &labels, &card).0.is_empty() && !sheet(&[short("0.3")]), "four may all be drawn");
        assert!(sheet(&[short("0.3"), short("0.3"), short("0.3")]), "twelve are not");
        assert!(!sheet(&[short("0.3"), short("0.3"), short("0.3"), short("")]), "a row that was not drawn");
        assert!(!sheet(&[short("1"), only("1")]));
    }
}
