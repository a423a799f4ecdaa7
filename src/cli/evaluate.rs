//! `standpoint evaluate`: how good a model is on labelled sentences.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use standpoint::read::labelled;
use standpoint::stance::evaluate::{Group, against, cross_validate};
use standpoint::stance::train::{Progress, TrainOptions};
use standpoint::{Error, Kind, Result};

use standpoint::argument::task::{self, Against};

use super::argument;
use super::labels::{Table, Task, model};

/// Measure a stance model, or how well one can be trained, on labelled sentences
#[derive(Args, Debug)]
pub(crate) struct Evaluate {
    /// What to measure
    #[arg(long, value_enum, default_value_t)]
    task: Task,
    #[command(flatten)]
    table: Table,
    /// Measure this model on the labels, on which it must not have been trained (`shipped`: the one that comes with the program)
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["folds", "group", "none_share"])]
    model: Option<PathBuf>,
    /// Cross-validate: train on all parts but one, measure on that one, in turn
    #[arg(long, value_name = "N", default_value_t = 5)]
    folds: usize,
    /// What a fold keeps whole
    #[arg(long, value_enum, default_value_t = By::Document)]
    group: By,
    /// Share of the no-stance label to train for (see `train --none-share`)
    #[arg(long, value_name = "SHARE")]
    none_share: Option<f64>,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

/// What a fold keeps whole.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum By {
    /// Documents
    Document,
    /// Speakers: all documents that share one
    Speaker,
}

/// Measures; returns what to print.
///
/// # Errors
/// Tables or models that cannot be used.
pub(crate) fn run(args: &Evaluate, progress: Progress) -> Result<String> {
    if args.task == Task::Argument {
        return argument(args);
    }
    let mut options = args.table.options();
    let evaluation = if let Some(path) = &args.model {
        let model = model(path)?;
        options.labels = Some(Arc::clone(model.labels()));
        against(&model, &labelled::read(&args.table.labels, &options)?)?
    } else {
        let examples = labelled::read(&args.table.labels, &options)?;
        let group = match args.group {
            By::Document => Group::Document,
            By::Speaker => Group::Speaker,
        };
        let train = TrainOptions { none_share: args.none_share, ..TrainOptions::default() };
        cross_validate(&examples, &train, args.folds, group, progress)?
    };
    if args.json {
        let text = serde_json::to_string_pretty(&evaluation);
        return text.map(|t| t + "\n").map_err(|e| Error::new(Kind::Output, e.to_string()));
    }
    Ok(evaluation.to_text())
}

/// The same for argument maps.
fn argument(args: &Evaluate) -> Result<String> {
    let [components, relations] = argument::tables(&args.table.labels)?;
    let own = args.model.as_deref().map(argument::load).transpose()?;
    let against = own.as_ref().map_or(Against::Folds(args.folds), Against::Model);
    let scores = task::evaluate((&components.0, &components.1), (&relations.0, &relations.1), against)?;
    if args.json {
        let text = serde_json::to_string_pretty(&scores);
        return text.map(|t| t + "\n").map_err(|e| Error::new(Kind::Output, e.to_string()));
    }
    Ok(task::report(&scores))
}
