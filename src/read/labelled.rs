//! Labelled tables: CSV with one sentence per row → [`Examples`].
//!
//! Columns are found by name, as in the tables that are read as dialogue: `text` and `label`, and if they are there
//! `document`, `speaker`, `question`, `context_before` and `target`. Rows of one document, in order, are the context of
//! one another; where the row before is not `context_before`, there is a [`Gap`] with that text. Without a
//! `document` column every row stands alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use csv::StringRecord;

use super::cell::{is_nothing, said};
use super::spreadsheet::Spreadsheet;
use super::table::{self, Role};
use super::turns::folded;
use super::{Input, Item, Limits, Note};
use crate::document::{Document, Gap, Question, Record, Sentence, Source, Span, Turn};
use crate::error::{Error, Kind, Result};
use crate::stance::{Example, Examples, LabelSet};
use crate::write::Dialect;

/// Names of the columns, where they are not the usual ones.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The sentence; default `text`.
    pub text: Option<String>,
    /// Its label; default `label`.
    pub label: Option<String>,
    /// Its document; default `document`, if there is such a column.
    pub document: Option<String>,
    /// Who says it; default `speaker`, if there is such a column.
    pub speaker: Option<String>,
    /// What the label is about; default `target`, if there is such a column.
    pub target: Option<String>,
}

/// How to read a labelled table.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Names of the columns.
    pub columns: Columns,
    /// The label that means "no stance"; default `neutral`, if it is used.
    pub none: Option<String>,
    /// Whether rows with an empty label are context instead of an error.
    pub skip_unlabelled: bool,
    /// The labels to use, where a model has them already; else those of the table.
    pub labels: Option<Arc<LabelSet>>,
}

/// Told the path of a table and what was guessed of it.
pub type Tell<'a> = dyn FnMut(&str, &Note) + 'a;

/// Reads tables; a folder stands for the `.csv` files in it, in the order of their names.
///
/// # Errors
/// A file that cannot be read or is not such a table, with file, line and column; labels that cannot be used.
pub fn read(paths: &[PathBuf], options: &Options, tell: &mut Tell<'_>) -> Result<Examples> {
    let mut rows = Vec::new();
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(tables_in(path)?);
        } else {
            files.push(path.clone());
        }
    }
    let mut sources = Vec::new();
    for (file, path) in files.iter().enumerate() {
        sources.push(parse(Input::open(path)?, file, options, &mut rows, tell)?);
    }
    examples(&rows, options, &sources)
}

/// Examples from the bytes of one table, `name` standing for its path; what is guessed is not told.
///
/// # Errors
/// As [`read`].
pub fn from_bytes(bytes: &[u8], name: &str, options: &Options) -> Result<Examples> {
    let mut rows = Vec::new();
    let source = parse(Input::from_bytes(name, bytes), 0, options, &mut rows, &mut |_, _| {})?;
    examples(&rows, options, &[source])
}

fn tables_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let io = |e: &std::io::Error| Error::io(folder.display().to_string(), e);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| io(&e))? {
        let path = entry.map_err(|e| io(&e))?.path();
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(Error::new(Kind::Empty, "no .csv file in this folder").at_path(folder.display().to_string()));
    }
    Ok(found)
}

/// One row of a table.
#[derive(Default)]
struct Row {
    file: usize,
    line: u64,
    text: String,
    label: String,
    document: Option<String>,
    speaker: String,
    question: String,
    before: String,
    target: Option<String>,
    /// Whether it belongs to a sample that was drawn to be coded.
    drawn: bool,
}

/// Adds the rows of a table to `rows`.
fn parse(mut input: Input, file: usize, options: &Options, rows: &mut Vec<Row>, tell: &mut Tell<'_>) -> Result<Source> {
    let source = input.source().clone();
    let told = &mut |note: Note| tell(&source.path, &note);
    let encoding = parsed(&mut input, file, options, rows, told).map_err(|e| e.at_path(&source.path))?;
    if !encoding.starts_with("UTF-") {
        told(Note::guessed_encoding(encoding));
    }
    Ok(Source { format: "csv".to_owned(), encoding: encoding.to_owned(), ..source })
}

fn parsed(
    input: &mut Input,
    file: usize,
    options: &Options,
    rows: &mut Vec<Row>,
    tell: &mut dyn FnMut(Note),
) -> Result<&'static str> {
    let mut sheet = Spreadsheet::new(input, true, &Limits::default())?;
    // A label that was not given may be a cell that is not there.
    sheet.needed = 0;
    let Columns { text, label, document, speaker, target } = options.columns.clone();
    let named = super::Columns { text, speaker, document, ..super::Columns::default() };
    let mut note = |item| {
        if let Item::Note(note) = item {
            tell(note);
        }
        Ok(())
    };
    let mapping = table::map(&sheet.header, &named, &mut note).map_err(|e| sheet.in_header(e))?;
    if let Some(error) = table::missing(&sheet.header, &named, &mapping) {
        return Err(sheet.in_header(error));
    }
    let find = |given: &Option<String>, usual: &str, needed: bool| {
        let name = given.as_deref().unwrap_or(usual);
        let found = sheet.column(name)?;
        if found.is_none() && (needed || given.is_some()) {
            let columns = sheet.header.listed();
            let message = format!("there is no such column; the columns are {columns}. Name it with --{usual}-column");
            return Err(sheet.in_header(Error::new(Kind::Format, message)).in_column(name));
        }
        Ok(found)
    };
    let label_column = find(&label, "label", true)?;
    let target = find(&target, "target", false)?;
    let inclusion = find(&None, "inclusion_probability", false)?;
    let of = |role: Role| mapping[role as usize];
    let before = rows.len();
    let mut record = StringRecord::new();
    while sheet.next(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |column: Option<usize>| column.map(|c| Dialect::unguarded(record[c].trim()).trim());
        let own = |column| said(cell(column).unwrap_or_default()).to_owned();
        let row = Row {
            file,
            line,
            text: cell(of(Role::Text)).unwrap_or_default().to_owned(),
            label: own(label_column),
            document: cell(of(Role::Document)).map(str::to_owned),
            speaker: own(of(Role::Speaker)),
            question: own(of(Role::Question)),
            before: own(of(Role::Before)),
            target: cell(target).map(str::to_owned),
            drawn: cell(inclusion).is_some_and(|p| !is_nothing(p)),
        };
        let empty = |what: &str, column: Option<usize>, fix: &str| {
            let name = column.map_or("", |c| &sheet.header.names()[c]);
            let message = format!("the {what} is empty; {fix}");
            Err(Error::new(Kind::Format, message).at_line(line).in_column(name))
        };
        if row.text.is_empty() {
            return empty("text", of(Role::Text), "delete the row or fill it");
        }
        if row.label.is_empty() && !options.skip_unlabelled {
            return empty("label", label_column, "fill it, or leave such rows out with --skip-unlabelled");
        }
        rows.push(row);
    }
    if rows.len() == before {
        return Err(sheet.in_header(Error::new(Kind::Empty, "a header and no rows")));
    }
    Ok(sheet.encoding())
}

/// The label set of a table: the shipped one if its labels are among those, else the names in order.
fn label_set(rows: &[Row], options: &Options) -> Result<Arc<LabelSet>> {
    if let Some(labels) = &options.labels {
        return Ok(Arc::clone(labels));
    }
    let mut names: Vec<String> = rows.iter().map(|r| r.label.clone()).filter(|l| !l.is_empty()).collect();
    names.sort();
    names.dedup();
    refuse_look_alikes(&names, rows, options)?;
    let policy = LabelSet::policy();
    if names.len() == policy.len() && names.iter().all(|n| policy.id(n).is_some()) && options.none.is_none() {
        return Ok(Arc::new(policy));
    }
    if let [] | [_] = names.as_slice() {
        let found = names.first().map_or("no label at all".to_owned(), |n| format!("only the label \"{n}\""));
        let message = format!("{found}; a classifier needs at least two");
        let line = rows.last().map_or(1, |r| r.line);
        let column = options.columns.label.as_deref().unwrap_or("label");
        return Err(Error::new(Kind::Usage, message).at_line(line).in_column(column));
    }
    LabelSet::used("custom", names, options.none.as_deref()).map(Arc::new)
}

/// Two labels that differ in case or blanks only are one that somebody misspelled.
fn refuse_look_alikes(names: &[String], rows: &[Row], options: &Options) -> Result<()> {
    let plain = |name: &str| folded(name).to_lowercase();
    let mut seen = BTreeMap::new();
    for name in names {
        let Some(other) = seen.insert(plain(name), name) else { continue };
        let uses = |label: &String| rows.iter().filter(|r| r.label == *label).count();
        let (rare, usual) = if uses(name) > uses(other) { (other, name) } else { (name, other) };
        let message = format!(
            "the label \"{rare}\" (used {}×, first here) differs from \"{usual}\" ({}×) in capitals or \
             blanks only; write them alike",
            uses(rare),
            uses(usual)
        );
        let line = rows.iter().find(|r| r.label == *rare).map_or(1, |r| r.line);
        let column = options.columns.label.as_deref().unwrap_or("label");
        return Err(Error::new(Kind::Usage, message).at_line(line).in_column(column));
    }
    Ok(())
}

fn examples(rows: &[Row], options: &Options, sources: &[Source]) -> Result<Examples> {
    let path = |row: Option<&Row>| row.map_or("", |r| sources[r.file].path.as_str());
    let labels = label_set(rows, options).map_err(|e| e.at_path(path(rows.first())))?;
    let mut place: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    let mut documents: Vec<Example> = Vec::new();
    for row in rows {
        let at = match &row.document {
            Some(id) => *place.entry((row.file, id)).or_insert(documents.len()),
            None => documents.len(),
        };
        if at == documents.len() {
            let document = empty_document(row, &sources[row.file]);
            documents.push(Example { document, labels: Vec::new(), drawn: Vec::new() });
        }
        let label = match (row.label.as_str(), labels.id(&row.label)) {
            ("", _) => None,
            (_, Some(id)) => Some(id),
            (other, None) => {
                let message = format!("the model has no label \"{other}\"; it has: {}", labels.labels.join(", "));
                let column = options.columns.label.as_deref().unwrap_or("label");
                return Err(Error::new(Kind::Usage, message)
                    .at_path(path(Some(row)))
                    .at_line(row.line)
                    .in_column(column));
            }
        };
        add(&mut documents[at], row, label);
    }
    Ok(Examples { labels, documents })
}

fn empty_document(row: &Row, source: &Source) -> Document {
    Document {
        id: row.document.clone().unwrap_or_default(),
        source: source.clone(),
        columns: row.target.iter().map(|_| "target".to_owned()).collect(),
        ..Document::default()
    }
}

fn add(example: &mut Example, row: &Row, label: Option<u16>) {
    let document = &mut example.document;
    let last = document.sentences.last().map_or("", |s| s.span.of(&document.text));
    document.gaps.extend(Gap::between(last, &row.before, document.sentences.len()));
    let span = append(document, &row.text);
    let question = question(document, row);
    let speaker = (!row.speaker.is_empty()).then(|| document.speaker_id(&row.speaker));
    match document.turns.last_mut() {
        Some(turn) if turn.speaker == speaker && turn.question == question && speaker.is_some() => {
            turn.spans.push(span);
        }
        _ => document.turns.push(Turn {
            speaker,
            speaker_raw: row.speaker.clone(),
            question,
            spans: vec![span],
            line: row.line as u32,
            time: None,
        }),
    }
    let turn = document.turns.len() as u32 - 1;
    if let Some(question) = question {
        document.questions[question as usize].ask(turn, &row.text);
    }
    document.sentences.push(Sentence { turn, span });
    example.labels.push(label);
    example.drawn.push(row.drawn);
    if let Some(target) = &row.target {
        document.records.push(Record { span, line: row.line, cells: vec![target.clone()] });
    }
}

/// Puts `text` at the end of the document, on a line of its own.
fn append(document: &mut Document, text: &str) -> Span {
    if !document.text.is_empty() {
        document.text.push('\n');
    }
    let start = document.text.len();
    document.text.push_str(text);
    Span::new(start, document.text.len())
}

/// The question a row answers: the last one, or a new one where its words change.
fn question(document: &mut Document, row: &Row) -> Option<u32> {
    if row.question.is_empty() {
        return None;
    }
    if document.questions.last().is_none_or(|q| q.text != row.question) {
        document.questions.push(Question { text: row.question.clone(), line: row.line as u32, turn: None });
    }
    Some(document.questions.len() as u32 - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Examples> {
        from_bytes(text.as_bytes(), "t.csv", &Options::default())
    }

    #[test]
    fn rows_of_a_document_are_one_document_with_turns_and_question() {
        let text = "document,speaker,question,text,label\n\
            a,H,Why now?,Why now?,neutral\na,X,Why now?,Because.,pro\na,X,Why now?,\"So, there.\",con\nb,,,Alone.,pro\n";
        let examples = read(text).unwrap();
        assert_eq!(examples.labels.labels, ["con", "neutral", "pro"]);
        assert_eq!(examples.labels.none, Some(1));
        assert_eq!(examples.counts(), [1, 1, 2]);
        let a = &examples.documents[0].document;
        assert_eq!((a.turns.len(), a.sentences.len(), a.speakers.len()), (2, 3, 2));
        assert_eq!(a.questions[0].turn, Some(0));
        assert_eq!(a.turns[1].question, Some(0));
        assert_eq!(a.sentence(2), "So, there.");
        assert_eq!(examples.documents[1].document.turns[0].speaker, None);
    }

    #[test]
    fn a_sentence_before_that_is_no_row_makes_a_gap() {
        let text = "document,context_before,text,label\na,Zero.,One.,x\na,One. ,Two.,y\na,Nine.,Ten.,x\n";
        let examples = read(text).unwrap();
        let gaps = &examples.documents[0].document.gaps;
        let found: Vec<(u32, &str)> = gaps.iter().map(|g| (g.sentence, g.before.as_str())).collect();
        assert_eq!(found, [(0, "Zero."), (2, "Nine.")]);
    }

    #[test]
    fn every_unusable_table_says_where_and_what() {
        let fails = |bytes: &[u8]| from_bytes(bytes, "t.csv", &Options::default()).unwrap_err();
        for bytes in [&b""[..], b"PK\x03\x04abc", b"{\"text\": 1}", b"text,label\na\0b,x", b"text,label\n\xff,x"] {
            let error = fails(bytes);
            assert!(error.path.is_some() && error.line.is_some(), "{error}");
        }
        let error = fails(b"text,stance\na,b\n");
        assert_eq!((error.line, error.column.as_deref()), (Some(1), Some("label")));
        assert!(error.message.contains("\"text\", \"stance\""));
        let error = fails(b"text,label\na,x\nb,\n");
        assert_eq!((error.line, error.column.as_deref()), (Some(3), Some("label")));
        assert!(error.message.contains("--skip-unlabelled"));
        let error = fails(b"text,label\na,x\nb,x\n");
        assert_eq!((error.line, error.column.as_deref()), (Some(3), Some("label")));
        assert!(error.message.contains("\"x\""));
    }

    #[test]
    fn what_a_spreadsheet_did_to_a_table_changes_nothing() {
        let text = "document,text,label\na,-5 degrees is cold.,x\na,@ADA is right.,y\nb,'tis late.,x\n";
        let texts = |bytes: &[u8]| -> Vec<String> {
            let examples = from_bytes(bytes, "t.csv", &Options::default()).unwrap();
            examples.documents.into_iter().map(|e| e.document.text).collect()
        };
        let wanted = texts(text.as_bytes());
        assert_eq!(wanted, ["-5 degrees is cold.\n@ADA is right.", "'tis late."]);
        let guarded = text.replace(",-5", ",'-5").replace(",@", ",'@");
        for other in [guarded.clone(), guarded.replace(',', ";").replace('\n', "\r"), format!("\u{FEFF}{text}")] {
            assert_eq!(texts(other.as_bytes()), wanted);
        }
    }

    #[test]
    fn what_statistics_programs_write_for_nothing_is_no_label() {
        let table = b"text,label\na,x\nb,NA\nc,None\n";
        assert_eq!(from_bytes(table, "t.csv", &Options::default()).unwrap_err().line, Some(3));
        let options = Options { skip_unlabelled: true, ..Options::default() };
        assert_eq!(from_bytes(table, "t.csv", &options).unwrap().labels.labels, ["None", "x"]);
    }

    #[test]
    fn a_table_is_read_in_the_encoding_it_has_and_says_which() {
        let table = "sep=;\r\ntext;label\r\nDas wäre möglich.;dafür\r\nNein; über uns führt kein Weg.;dagegen\r\n;\r\n";
        let table = table.replace("Nein;", "Nein,");
        let utf16: Vec<u8> = "\u{FEFF}".encode_utf16().chain(table.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let latin = encoding_rs::WINDOWS_1252.encode(&table).0.into_owned();
        for (bytes, encoding) in [(table.as_bytes(), "UTF-8"), (&utf16, "UTF-16LE"), (&latin, "windows-1252")] {
            let examples = from_bytes(bytes, "t.csv", &Options::default()).unwrap();
            assert_eq!(examples.labels.labels, ["dafür", "dagegen"]);
            assert_eq!(examples.documents[0].document.source.encoding, encoding);
        }
    }

    #[test]
    fn columns_have_the_names_that_dialogue_has_and_a_guess_is_told() {
        let table = "doc_id,who,Sentence,label\na,X,One.,x\na,Y,Two.,y\nb,X,Three.,x\n";
        let (mut rows, mut told) = (Vec::new(), Vec::new());
        let tell: &mut Tell<'_> = &mut |_, note| told.push(note.to_string());
        let source = parse(Input::from_bytes("t.csv", table), 0, &Options::default(), &mut rows, tell).unwrap();
        let examples = examples(&rows, &Options::default(), &[source]).unwrap();
        assert_eq!(examples.documents.iter().map(|e| e.document.turns.len()).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[2].contains("\"doc_id\" is read as the document"), "{told:?}");
    }

    #[test]
    fn a_column_that_stands_twice_is_refused_if_it_is_used() {
        let error = read("text,label,note,label\na,x,,y\n").unwrap_err();
        assert_eq!((error.line, error.column.as_deref()), (Some(1), Some("label")));
        assert_eq!(read("text,label,note,note,,\na,x,1,2,,\nb,y,,,\n").unwrap().labelled(), 2);
    }

    #[test]
    fn a_mark_that_is_not_closed_and_two_labels_that_look_alike_are_refused() {
        let error = read("text,label\r\na,x\r\n\"b,y\r\nc,x\r\n").unwrap_err();
        assert_eq!((error.kind, error.line), (Kind::Format, Some(3)));
        let error = read("text,label\na,Pro \nb,con\nc,pro\nd, Pro\n").unwrap_err();
        assert_eq!((error.kind, error.line, error.column.as_deref()), (Kind::Usage, Some(4), Some("label")));
        assert!(error.message.contains("\"pro\"") && error.message.contains("\"Pro\""), "{error}");
    }

    #[test]
    fn a_comma_that_cuts_a_text_makes_no_label() {
        let error = read("text,label\na,x\nWell, so.,y\n").unwrap_err();
        assert_eq!((error.kind, error.line), (Kind::Format, Some(3)));
        assert_eq!(read("text,label\na,x,,\nb,y\n").unwrap().labelled(), 2);
    }

    #[test]
    fn semicolons_other_names_and_empty_labels_are_understood_when_asked() {
        let columns = Columns { text: Some("satz".into()), label: Some("kode".into()), ..Columns::default() };
        let options = Options { columns, skip_unlabelled: true, ..Options::default() };
        let examples = from_bytes("satz;kode\nja, so;a\nnein;\ndoch;b\n".as_bytes(), "t", &options).unwrap();
        assert_eq!(examples.labelled(), 2);
        assert_eq!(examples.documents.len(), 3);
    }
}
