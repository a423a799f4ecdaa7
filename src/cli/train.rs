//! `standpoint train`: a model from your own labels.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use standpoint::Result;
use standpoint::argument::task;
use standpoint::stance::StanceModel;
use standpoint::stance::train::{Progress, TrainOptions, TrainReport, fit, tune};

use super::argument;
use super::labels::{Table, Task, examples};

/// Train a stance model from labelled sentences
#[derive(Args, Debug)]
pub(crate) struct Train {
    /// What to learn
    #[arg(long, value_enum, default_value_t)]
    task: Task,
    #[command(flatten)]
    table: Table,
    /// Where to write the model
    #[arg(short, long, value_name = "MODEL")]
    output: PathBuf,
    /// Choose the settings by cross-validation grouped by document (takes some tens of fits)
    #[arg(long)]
    tune: bool,
    /// Share of the no-stance label in the text the model will be used on, e.g. 0.6 [default: as in the labels]
    #[arg(long, value_name = "SHARE")]
    none_share: Option<f64>,
    /// The model will read other kinds of text than these tables, each of which is one: leave each out once to see
    /// how far to trust it there, and print probabilities that nine in ten kinds bear out (at least three tables)
    #[arg(long)]
    new_kinds: bool,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

/// Trains and hands the model's bytes to `save`; returns what to print.
///
/// # Errors
/// Tables that cannot be read or trained on, and whatever `save` says.
pub(crate) fn run(args: &Train, save: impl Fn(&Path, &[u8]) -> Result<()>, progress: Progress) -> Result<String> {
    super::spare(&args.output, &args.table.labels)?;
    if args.task == Task::Argument {
        let [components, relations] = argument::tables(&args.table.labels)?;
        let none = args.table.none.as_deref();
        let model = task::train((&components.0, &components.1), (&relations.0, &relations.1), none)?;
        save(&args.output, &model)?;
        return Ok(format!("wrote {}\n", args.output.display()));
    }
    let examples = examples(&args.table.labels, &args.table.options())?;
    let mut options = TrainOptions { none_share: args.none_share, ..TrainOptions::default() };
    if args.tune {
        options = tune(&examples, &options, progress)?;
    }
    options.new_kinds = args.new_kinds;
    let (model, report) = fit(&examples, &options, progress)?;
    save(&args.output, &model.to_bytes())?;
    Ok(if args.json { json(&model, &report) } else { text(&model, &report, &args.output) })
}

fn json(model: &StanceModel, report: &TrainReport) -> String {
    let mut out = serde_json::json!({ "report": report, "card": model.card(), "hash": model.hash() }).to_string();
    out.push('\n');
    out
}

fn text(model: &StanceModel, report: &TrainReport, output: &Path) -> String {
    let mut out = String::new();
    let total: usize = report.sentences.iter().sum();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{total} labelled sentences in {} documents", report.documents);
    for (label, n) in model.labels().labels.iter().zip(&report.sentences) {
        let doubt = if *n == 1 { " (in one sentence only: misspelled?)" } else { "" };
        let _ = writeln!(out, "  {label}: {n}{doubt}");
    }
    for stage in &report.stages {
        let how = if stage.converged { "converged" } else { "did NOT converge" };
        let _ = writeln!(out, "{} stage {how} (gradient {:.1e} per sentence)", stage.name, stage.gradient);
    }
    let _ = writeln!(out, "wrote {} ({})", output.display(), &model.hash()[..12]);
    out
}
