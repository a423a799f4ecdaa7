//! `standpoint sample`: draws the sentences that people are to code.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use standpoint::profile::estimate::ENOUGH;
use standpoint::read::Input;
use standpoint::write::coding::{self, Drawn, Plan};
use standpoint::write::{Dialect, atomic};
use standpoint::{Error, Kind, Result};

/// Draw sentences to code by hand, for shares that may be published
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  standpoint run talks/ -o out
  standpoint sample out/sentences.csv --per-speaker 50 -o sheet.csv --excel
  (fill `label` in the rows that have an inclusion_probability)
  standpoint run sheet.csv -o published

The sheet holds all sentences, without the model's labels: coders who see them tend to agree. Code every sentence
that was drawn, and give the whole sheet back; speakers.csv then has corrected shares with 95 % intervals for each speaker with 30
coded sentences. They must be of everything that is run: a speaker who also speaks where nothing was drawn is not corrected over all.
Nor are documents by whose codes the model was trained, where its errors are fewer than elsewhere: `run` names them. It knows
them by their inclusion_probability, so leave that column in when you train.")]
pub(crate) struct Sample {
    /// The sentences.csv of a run
    #[arg(value_name = "SENTENCES.csv")]
    table: PathBuf,
    /// Where to write the sheet
    #[arg(short, long, value_name = "SHEET.csv")]
    output: PathBuf,
    #[command(flatten)]
    size: Size,
    /// Another number draws other sentences
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Make the sheet safe to double-click in a spreadsheet (BOM, no formulas)
    #[arg(long)]
    excel: bool,
}

/// How many to draw: exactly one of the two.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Size {
    /// Draw this many of all sentences
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    sentences: Option<u32>,
    /// Draw this many of each speaker's sentences, or all of them where there are fewer
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    per_speaker: Option<u32>,
}

/// Draws and writes; returns what to print.
///
/// # Errors
/// A table that is no sentences.csv or holds codes already, an output that holds codes or cannot be written.
pub(crate) fn run(args: &Sample) -> Result<String> {
    super::spare(&args.output, std::slice::from_ref(&args.table))?;
    if args.output.is_file() && coding::is_coded(Input::open(&args.output)?) {
        let message = "holds codes, which would be lost: move it, or choose another name for the sheet";
        return Err(Error::new(Kind::Usage, message).at_path(args.output.display().to_string()));
    }
    let plan = match (args.size.sentences, args.size.per_speaker) {
        (Some(n), _) => Plan::InAll(n as usize),
        (None, n) => Plan::PerSpeaker(n.unwrap_or_default() as usize),
    };
    let dialect = if args.excel { Dialect::Excel } else { Dialect::Plain };
    let mut table = Input::open(&args.table)?;
    let (sheet, drawn) =
        coding::sheet(&mut table, plan, args.seed, dialect).map_err(|e| e.at_path(args.table.display().to_string()))?;
    atomic::write(&args.output, &sheet)?;
    let sum = |of: fn(&Drawn) -> usize| drawn.iter().map(of).sum::<usize>();
    let enough = drawn.iter().filter(|d| d.drawn >= ENOUGH).count();
    let mut said = String::new();
    let _ = writeln!(
        said,
        "drew {} of {} sentences; speakers with the {ENOUGH} that an interval takes: {enough} of {}",
        sum(|d| d.drawn),
        sum(|d| d.sentences),
        drawn.len(),
    );
    let _ = writeln!(said, "wrote {}: fill `label` in the rows with an inclusion_probability", args.output.display());
    Ok(said)
}
