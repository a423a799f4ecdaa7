//! `standpoint segment`: plain text in, one sentence per line out.

use std::path::PathBuf;
use std::process::ExitCode;

use standpoint::{Result, read, segment};

/// Cut plain text into sentences, one per line.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  standpoint segment speech.txt
  echo 'It works. Does it?' | standpoint segment
  standpoint segment --json speech.txt

The text is never altered; a line break inside a sentence is printed as a space. With --json each
line holds the sentence as it is and its place: {\"start\": 0, \"end\": 9, \"text\": \"It works.\"}, in bytes of
the text as UTF-8.")]
pub(crate) struct Args {
    /// File to read, - for standard input
    #[arg(default_value = "-", value_name = "INPUT")]
    input: PathBuf,
    /// Print one JSON object per sentence, with offsets
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let text = read::text(&self.input)?;
        let lines = if self.json { segment::json_lines(&text) } else { segment::lines(&text) };
        super::print(lines.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}
