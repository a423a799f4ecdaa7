//! `standpoint turns`: who speaks from which line, for a human to check.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use standpoint::read::{self, Item, Note};
use standpoint::{Document, Error, Result};

use super::input::InputArgs;
use super::plural;

/// Print who speaks from which line of the source, to check before anything is counted.
#[derive(Args, Debug)]
pub(crate) struct Turns {
    /// Input file; `-` for standard input.
    input: PathBuf,
    /// Tab-separated: turn, line, speaker as printed, speaker.
    #[arg(long)]
    tsv: bool,
    #[command(flatten)]
    reading: InputArgs,
}

impl Turns {
    /// Prints the attribution to `out`, notes and faults to `err`. Returns whether all of the
    /// input could be read.
    pub(crate) fn run(&self, out: &mut impl Write, err: &mut impl Write) -> Result<bool> {
        let options = self.reading.options()?;
        let input = read::open(&self.input)?;
        let mut printer = Printer { tsv: self.tsv, turn: 0, whole: true };
        let source = read::read(input, &options, &mut |item| printer.item(item, out, err));
        out.flush().map_err(|e| Error::io("standard output", &e))?;
        source.map(|_| printer.whole)
    }
}

/// What has been printed so far.
struct Printer {
    tsv: bool,
    turn: usize,
    whole: bool,
}

impl Printer {
    fn item(&mut self, item: Item, out: &mut impl Write, err: &mut impl Write) -> Result<()> {
        let printed = match item {
            Item::Document(doc) if self.tsv => self.table(&doc, out),
            Item::Document(doc) => self.page(&doc, out),
            Item::Fault(e) => {
                self.whole = false;
                writeln!(err, "{e}")
            }
            Item::Note(Note { line: Some(line), message }) => writeln!(err, "line {line}: {message}"),
            Item::Note(Note { line: None, message }) => writeln!(err, "{message}"),
        };
        printed.map_err(|e| Error::io("standard output", &e))
    }

    fn table(&mut self, doc: &Document, out: &mut impl Write) -> io::Result<()> {
        if self.turn == 0 {
            writeln!(out, "turn\tline\tspeaker_raw\tspeaker")?;
        }
        for row in read::attribution(doc) {
            self.turn += 1;
            let clean = |name: &str| name.replace(['\t', '\n', '\r'], " ");
            writeln!(out, "{}\t{}\t{}\t{}", self.turn, row.line, clean(&row.speaker_raw), clean(&row.speaker))?;
        }
        Ok(())
    }

    fn page(&mut self, doc: &Document, out: &mut impl Write) -> io::Result<()> {
        let rows = read::attribution(doc);
        writeln!(
            out,
            "{}: {}, {}, {}",
            doc.id,
            plural(doc.turns.len(), "turn"),
            plural(doc.speakers.len(), "speaker"),
            plural(doc.questions.len(), "question")
        )?;
        let width = rows.iter().map(|r| r.speaker.chars().count()).max().unwrap_or(0).min(32);
        for row in rows {
            self.turn += 1;
            writeln!(out, "{:>7}  {:<width$}  {}", row.line, row.speaker, row.words)?;
        }
        Ok(())
    }
}
