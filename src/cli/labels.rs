//! Arguments shared by the subcommands that read labelled tables, and the models they name.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use standpoint::read::labelled::{self, Columns, Options};
use standpoint::stance::{Examples, StanceModel};
use standpoint::{Result, read};

use crate::progress::remark;

/// What is learned or measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Task {
    /// The stance of each sentence, from one labelled table or more
    #[default]
    Stance,
    /// Components and relations, from the two tables COMPONENTS.csv RELATIONS.csv
    Argument,
}

/// Which columns of a labelled table to read; shared by `train` and `evaluate`.
#[derive(Args, Debug)]
pub(crate) struct Table {
    /// Labelled CSV files, or folders of them: `text, label` and optionally `document, speaker, question,
    /// context_before, target`
    #[arg(required = true, value_name = "LABELS.csv")]
    pub(crate) labels: Vec<PathBuf>,
    /// Column with the sentence
    #[arg(long, value_name = "NAME")]
    text_column: Option<String>,
    /// Column with the label
    #[arg(long, value_name = "NAME")]
    label_column: Option<String>,
    /// Column with the document, which folds keep whole
    #[arg(long, value_name = "NAME")]
    document_column: Option<String>,
    /// Column with the speaker
    #[arg(long, value_name = "NAME")]
    speaker_column: Option<String>,
    /// Column with what the stance is about
    #[arg(long, value_name = "NAME")]
    target_column: Option<String>,
    /// The label that means "no stance" [default: neutral, if it is used]
    #[arg(long, value_name = "LABEL")]
    pub(crate) none: Option<String>,
    /// Take rows with an empty label as context only
    #[arg(long)]
    skip_unlabelled: bool,
}

impl Table {
    /// The same for the reader.
    #[must_use]
    pub(crate) fn options(&self) -> Options {
        let columns = Columns {
            text: self.text_column.clone(),
            label: self.label_column.clone(),
            document: self.document_column.clone(),
            speaker: self.speaker_column.clone(),
            target: self.target_column.clone(),
        };
        Options { columns, none: self.none.clone(), skip_unlabelled: self.skip_unlabelled, labels: None }
    }
}

/// Reads the tables, and says what was guessed of them.
///
/// # Errors
/// As [`labelled::read`].
pub(crate) fn examples(tables: &[PathBuf], options: &Options) -> Result<Examples> {
    labelled::read(tables, options, &mut |path, note| remark(path, &note.to_string()))
}

/// The model in a file; `shipped` is the one that comes with the program.
///
/// # Errors
/// A file that cannot be read or is no model.
pub(crate) fn model(path: &Path) -> Result<StanceModel> {
    if path == Path::new("shipped") {
        return Ok(StanceModel::shipped().clone());
    }
    StanceModel::from_bytes(&read::bytes(path)?).map_err(|e| e.at_path(path.display().to_string()))
}
