//! The stages in order, for any number of inputs.
//!
//! [`analyse`] is one document; [`run`] is a batch: every input becomes one part (`input`, see also
//! [`crate::write::part`]), and when all are done, the outputs are merged from the parts in the order of the
//! inputs (`merge`). One bad input, a panic included, is a row of `errors.csv` and harms no other.

mod frame;
mod input;
mod map_files;
mod merge;
mod report;
mod run;
mod spare;

use crate::argument::{ArgumentMap, ArgumentModel, MapOptions};
use crate::document::Document;
use crate::error::Error;
use crate::read::{Note, ReadOptions};
use crate::stance::{PredictOptions, StanceModel};
use crate::write::Dialect;
use crate::{Analysis, profile, segment};

pub use crate::read::earlier::MapReport;
pub use report::{InputReport, RunReport};
pub use run::run;

/// What a run does.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How inputs are read.
    pub read: ReadOptions,
    /// How stances are predicted.
    pub predict: PredictOptions,
    /// How arguments are mapped; `None` leaves the map out.
    pub map: Option<MapOptions>,
    /// How text cells are written.
    pub dialect: Dialect,
    /// Whether reasons for each stance are written.
    pub explain: bool,
    /// Names of the per-document formats to write.
    pub maps: Vec<String>,
}

/// Both models of a run.
#[derive(Clone, Copy, Debug)]
pub struct Models<'a> {
    /// Labels sentences.
    pub stance: &'a StanceModel,
    /// Maps arguments.
    pub argument: &'a ArgumentModel,
}

/// Hears of what happens during a run. The library reports values; how they look is the binary's business.
pub trait Observer: Sync {
    /// The inputs are known, and how many of them an interrupted run has done.
    fn started(&self, inputs: usize, done: usize);
    /// More sentences of some input are done.
    fn sentences(&self, more: usize);
    /// An input is done.
    fn input_done(&self);
    /// An input, or a record of it, failed.
    fn failed(&self, error: &Error);
    /// Something about an input that its owner should know, e.g. a guess that was made.
    fn note(&self, path: &str, note: &Note);
}

/// Segments, labels and maps one document.
#[must_use]
pub fn analyse(mut document: Document, models: Models, options: &Options) -> Analysis {
    segment::document(&mut document);
    let stances = models.stance.predict(&document, &options.predict);
    let map = match &options.map {
        Some(map) => models.argument.map(&document, Some(&stances), map),
        None => ArgumentMap::default(),
    };
    let profiles = profile::of(&document, &stances, models.stance.card(), &map);
    let reasons = if options.explain { models.stance.reasons(&document, &stances) } else { Vec::new() };
    Analysis { document, stances, map, profiles, reasons }
}
