//! `standpoint evaluate`: how good a model is on labelled sentences.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use standpoint::stance::evaluate::{Folds, Group, against, cross_validate};
use standpoint::stance::train::{Progress, TrainOptions};
use standpoint::{Error, Kind, Result};

use standpoint::argument::task::{self, Against};

use super::argument;
use super::labels::{Table, Task, examples, model};

/// Measure a stance model, or how well one can be trained, on labelled sentences
#[derive(Args, Debug)]
#[command(after_help = "\
Reading the report of a stance model:
  n is the number of sentences that have the label. A figure that would be 0/0 is shown as – (null in JSON): recall and F1 of a
  label that no sentence has, precision of one that was never given. macro-F1 is the mean F1 of the labels that some sentence has.
  In brackets are 95 % bootstrap intervals over documents, or with --group speaker over the documents that share a speaker. Resamples
  without a label are not used for it, nor for macro-F1. There is no interval where the sentences of a figure come from one document.")]
pub(crate) struct Evaluate {
    /// What to measure
    #[arg(long, value_enum, default_value_t)]
    task: Task,
    #[command(flatten)]
    table: Table,
    /// Measure this model on the labels, on which it must not have been trained (`shipped`: the one that comes with the
    /// program)
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["folds", "group", "none_share", "leave_out", "train_share"])]
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
    /// Learn without a part of the evidence, to see what it is worth
    #[arg(long, value_name = "PART", value_parser = TrainOptions::LEAVABLE)]
    leave_out: Vec<String>,
    /// Learn from this share of the training documents only: a point of the learning curve
    #[arg(long, value_name = "SHARE", default_value_t = 1.0, value_parser = share)]
    train_share: f64,
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
        against(&model, &examples(&args.table.labels, &options)?)?
    } else {
        let examples = examples(&args.table.labels, &options)?;
        let group = match args.group {
            By::Document => Group::Document,
            By::Speaker => Group::Speaker,
        };
        let mut train = TrainOptions { none_share: args.none_share, ..TrainOptions::default() };
        args.leave_out.iter().for_each(|part| train.leave_out(part));
        let folds = Folds { parts: args.folds, group, share: args.train_share };
        cross_validate(&examples, &train, folds, progress)?
    };
    if args.json {
        let text = serde_json::to_string_pretty(&evaluation);
        return text.map(|t| t + "\n").map_err(|e| Error::new(Kind::Output, e.to_string()));
    }
    Ok(evaluation.to_text())
}

fn share(text: &str) -> std::result::Result<f64, String> {
    match text.parse() {
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
        _ => Err("a share is a number over 0, up to 1".to_owned()),
    }
}

/// The same for argument maps.
fn argument(args: &Evaluate) -> Result<String> {
    let [components, relations] = argument::tables(&args.table.labels)?;
    let own = args.model.as_deref().map(argument::load).transpose()?;
    let against = own.as_ref().map_or(Against::Folds(args.folds), Against::Model);
    let none = args.table.none.as_deref();
    let scores = task::evaluate((&components.0, &components.1), (&relations.0, &relations.1), none, against)?;
    if args.json {
        let text = serde_json::to_string_pretty(&scores);
        return text.map(|t| t + "\n").map_err(|e| Error::new(Kind::Output, e.to_string()));
    }
    Ok(task::report(&scores))
}
