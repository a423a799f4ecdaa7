//! `standpoint map`: argument maps for components that are already cut and attributed.

use std::path::PathBuf;

use clap::Args;
use standpoint::argument::{ArgumentModel, MapOptions, task};
use standpoint::{Result, read};

use super::argument;

/// Map the arguments of a table of components
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  standpoint map components.csv -o mapped --argument-model mine.argument

The table has the columns document, sentence_id, speaker, text and may have question and turn, and
stance, p_<stance> and abstained as `run` writes them into sentences.csv; OUT gets components.csv, with
component and role, and relations.csv. A component or role that the table has is not read: both are found anew. A map that
was corrected by hand, in sentences.csv and relations.csv, is drawn by `standpoint convert`.")]
pub(crate) struct Map {
    /// Table of components, one sentence (or part of one) per row
    #[arg(value_name = "COMPONENTS.csv")]
    components: PathBuf,
    /// Folder for components.csv and relations.csv
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// Argument model made by `standpoint train --task argument` [default: the shipped one]
    #[arg(long, value_name = "FILE")]
    argument_model: Option<PathBuf>,
    /// The label that means "no stance" [default: neutral, if it is used]
    #[arg(long, value_name = "LABEL")]
    none: Option<String>,
    /// Keep relations of at least this probability [default: per relation, for high precision]
    #[arg(long, value_name = "P")]
    min_probability: Option<f32>,
    /// List every candidate pair with its probability instead of a consistent map
    #[arg(long)]
    all_candidates: bool,
}

/// Maps and writes; returns what to print.
///
/// # Errors
/// A table or model that cannot be used, or an output that cannot be written.
pub(crate) fn run(args: &Map) -> Result<String> {
    let own = args.argument_model.as_deref().map(argument::load).transpose()?;
    let model = own.as_ref().unwrap_or_else(|| ArgumentModel::shipped());
    let bytes = read::bytes(&args.components)?;
    let options = MapOptions { min_probability: args.min_probability, all_candidates: args.all_candidates };
    let components = (bytes.as_slice(), &*args.components.display().to_string());
    let tables = task::predict(components, args.none.as_deref(), model, &options)?;
    let files: Vec<_> =
        ["components.csv", "relations.csv"].map(|name| args.output.join(name)).into_iter().zip(tables).collect();
    super::written(&files, Some(&args.output), std::slice::from_ref(&args.components))
}
