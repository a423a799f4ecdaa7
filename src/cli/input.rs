//! Arguments shared by the subcommands that read dialogue.

use standpoint::Result;
use standpoint::read::{Columns, Input, READERS, ReadOptions, read_aliases};

/// How inputs are read.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Reading")]
pub(crate) struct InputArgs {
    /// Read every input in this format [default: told from the content, then from the extension]
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    format: Option<String>,
    /// Take each CSV or JSONL row as one sentence
    #[arg(long)]
    presegmented: bool,
    /// Column with the words [default: text, or what looks like it]
    #[arg(long, value_name = "NAME")]
    text_column: Option<String>,
    /// Column with the speaker
    #[arg(long, value_name = "NAME")]
    speaker_column: Option<String>,
    /// Column with the document; rows of a document follow one another
    #[arg(long, value_name = "NAME")]
    document_column: Option<String>,
    /// Column with the question that is answered
    #[arg(long, value_name = "NAME")]
    question_column: Option<String>,
    /// Column with your own id of the row
    #[arg(long, value_name = "NAME")]
    id_column: Option<String>,
    /// CSV of two columns, name as printed and speaker, applied before any other name is settled
    #[arg(long, value_name = "FILE")]
    aliases: Option<String>,
    /// Keep what is not speech (by-lines, biographies, footers) as sentences without a speaker
    #[arg(long)]
    keep_boilerplate: bool,
}

impl InputArgs {
    /// The options for the library.
    pub(crate) fn options(&self) -> Result<ReadOptions> {
        Ok(ReadOptions {
            format: self.format.clone(),
            presegmented: self.presegmented,
            columns: Columns {
                text: self.text_column.clone(),
                speaker: self.speaker_column.clone(),
                document: self.document_column.clone(),
                question: self.question_column.clone(),
                id: self.id_column.clone(),
            },
            keep_boilerplate: self.keep_boilerplate,
            aliases: self.aliases.as_deref().map_or(Ok(Vec::new()), |path| read_aliases(Input::open(path)?))?,
            ..ReadOptions::default()
        })
    }
}

fn formats() -> clap::builder::PossibleValuesParser {
    let formats = READERS.iter().map(|r| clap::builder::PossibleValue::new(r.name()).help(r.about()));
    formats.collect::<Vec<_>>().into()
}
