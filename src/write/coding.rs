//! A sheet for human coders: the sentences of a run, some of them drawn, without what the model says of them.
//!
//! Coders who see a prediction tend to agree with it, so the sheet has none. All sentences stay, in order: the
//! undrawn ones are the context of the drawn, and [`crate::profile::estimate`] needs them all once the sheet comes back.

use std::collections::BTreeMap;

use csv::StringRecord;

use super::cell::Dialect;
use super::table::Table;
use crate::error::{Error, Kind, Result};
use crate::profile::sample;
use crate::read::Input;
use crate::read::cell::is_nothing;
use crate::read::spreadsheet::Spreadsheet;

/// Columns of `sentences.csv` that tell what the model thinks, besides the probabilities.
const PREDICTED: [&str; 5] = ["stance", "confidence", "abstained", "component", "why"];
/// What their names begin with.
const PROBABILITY: &str = "p_";
/// Column of the probabilities with which the sentences were drawn.
const INCLUSION: &str = "inclusion_probability";

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// So many sentences of all.
    InAll(usize),
    /// So many sentences of each speaker.
    PerSpeaker(usize),
}

/// How many sentences of a speaker were drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The speaker; empty for sentences of nobody known.
    pub speaker: String,
    /// Sentences drawn.
    pub drawn: usize,
    /// Sentences in all.
    pub sentences: usize,
}

/// Whether a sheet holds codes, which nobody wants to lose. What is no sheet holds none.
#[must_use]
pub fn is_coded(mut sheet: Input) -> bool {
    let Ok(mut table) = Spreadsheet::open(&mut sheet) else { return false };
    let Ok(Some(label)) = table.column("label") else { return false };
    let mut row = StringRecord::new();
    while table.next(&mut row).unwrap_or(false) {
        if row.get(label).is_some_and(|cell| !cell.trim().is_empty()) {
            return true;
        }
    }
    false
}

/// Draws from a table that [`sentences.csv`](super::WRITERS) is, or was before a spreadsheet saved it again. Returns
/// the sheet and what was drawn, by the speakers' names.
///
/// # Errors
/// Bytes that are no such table, rows with codes or a sample already, and rows with a cell too few or too many, with
/// line and column.
pub fn sheet(sentences: &mut Input, plan: Plan, seed: u64, dialect: Dialect) -> Result<(Vec<u8>, Vec<Drawn>)> {
    let mut table = Spreadsheet::open(sentences)?;
    let (mut rows, mut row) = (Vec::new(), StringRecord::new());
    while table.next(&mut row)? {
        rows.push(std::mem::take(&mut row));
    }
    let header = table.header.names();
    let column = |name: &str| {
        table.column(name)?.ok_or_else(|| {
            let message = "no such column; a sentences.csv is needed, as `standpoint run` writes it";
            table.in_header(Error::new(Kind::Format, message)).in_column(name)
        })
    };
    let (speaker, label) = (column("speaker")?, column("label")?);
    for name in ["sentence_id", "text", "start", "end"] {
        column(name)?;
    }
    if let Some(there) = table.column(INCLUSION)? {
        let message = "a sample has been drawn from this table already; draw from the one that `standpoint run` wrote";
        return Err(table.in_header(Error::new(Kind::Usage, message)).in_column(&header[there]));
    }
    for row in &rows {
        if !is_nothing(&row[label]) {
            let message = "a code stands here already, and how this sentence was drawn is not known";
            let line = row.position().map_or(0, csv::Position::line);
            return Err(Error::new(Kind::Usage, message).at_line(line).in_column("label"));
        }
    }
    let mut ids = BTreeMap::new();
    let speakers: Vec<usize> = rows
        .iter()
        .map(|row| {
            let next = ids.len();
            *ids.entry(row[speaker].to_owned()).or_insert(next)
        })
        .collect();
    let inclusion = match plan {
        Plan::InAll(size) => sample::draw(&vec![0; rows.len()], size, seed),
        Plan::PerSpeaker(size) => sample::draw(&speakers, size, seed),
    };

    let predicted = |name: &str| PREDICTED.contains(&name) || name.starts_with(PROBABILITY);
    let kept: Vec<usize> = (0..header.len()).filter(|&c| !predicted(&header[c]) && c != label).collect();
    let mut out = dialect.preamble().as_bytes().to_vec();
    let mut table = Table::new(&mut out, dialect);
    table.names(kept.iter().map(|&c| header[c].as_str()).chain([INCLUSION, "label"]));
    for (row, inclusion) in rows.iter().zip(&inclusion) {
        for &c in &kept {
            table.text(&row[c]);
        }
        table.raw(inclusion.map(|p| p.to_string()).unwrap_or_default().as_bytes());
        table.raw(b"");
        table.end_row();
    }
    drop(table);

    let mut counts = vec![(0, 0); ids.len()];
    for (&id, inclusion) in speakers.iter().zip(&inclusion) {
        counts[id].0 += usize::from(inclusion.is_some());
        counts[id].1 += 1;
    }
    let drawn = ids.into_iter().map(|(speaker, id)| Drawn { speaker, drawn: counts[id].0, sentences: counts[id].1 });
    Ok((out, drawn.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "sentence_id,speaker,text,start,end,stance,p_a,label,paper\n\
        s1,Ada,One.,0,4,a,0.9,,x\ns2,Ada,=Two.,5,9,b,0.1,,y\ns3,Bo,Three.,0,6,a,0.8,,z\n";

    fn input(table: &str) -> Input {
        Input::from_bytes("t.csv", table)
    }

    #[test]
    fn the_sheet_has_every_sentence_and_no_prediction() {
        let (sheet, drawn) = sheet(&mut input(TABLE), Plan::PerSpeaker(1), 1, Dialect::Excel).unwrap();
        let text = String::from_utf8(sheet).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "\u{feff}sentence_id,speaker,text,start,end,paper,inclusion_probability,label");
        assert_eq!(lines[3], "s3,Bo,Three.,0,6,z,1,");
        assert!(lines[1].ends_with("x,0.5,") ^ lines[2].ends_with("y,0.5,"), "{text}");
        assert!(lines[2].starts_with("s2,Ada,'=Two.,5,9,y,"));
        let of = |name: &str, drawn, sentences| Drawn { speaker: name.to_owned(), drawn, sentences };
        assert_eq!(drawn, [of("Ada", 1, 2), of("Bo", 1, 1)]);
    }

    #[test]
    fn a_sheet_is_coded_from_the_first_code_on() {
        let is_coded = |table: &str| is_coded(input(table));
        assert!(!is_coded(TABLE) && !is_coded("") && !is_coded("no,table\n1\n"));
        assert!(is_coded(&TABLE.replace("0.1,,y", "0.1,a,y")));
        assert!(is_coded("text;label\nOne.;a\n"), "as a spreadsheet with decimal commas saves it");
    }

    #[test]
    fn what_cannot_be_drawn_from_says_where() {
        let fails = |table: &str| sheet(&mut input(table), Plan::InAll(1), 1, Dialect::Plain).unwrap_err();
        let place = |e: Error| (e.line, e.column);
        assert_eq!(place(fails("text,label\nOne.,\n")), (Some(1), Some("speaker".to_owned())));
        assert_eq!(place(fails(&TABLE.replace("0.1,,", "0.1,b,"))), (Some(3), Some("label".to_owned())));
        assert_eq!(place(fails(&TABLE.replace("paper", INCLUSION))), (Some(1), Some(INCLUSION.to_owned())));
        assert_eq!(place(fails(&TABLE.replace(",z", ""))), (Some(4), None));
    }
}
