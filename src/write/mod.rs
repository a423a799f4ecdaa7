//! Stage 7: results → bytes → files.
//!
//! A [`Writer`] turns one analysed document into bytes; it knows nothing of files. [`WRITERS`] is the one
//! table of them: help text, the merge and the documentation follow from it.

pub mod aif;
pub mod argdown;
pub mod atomic;
mod cell;
mod claims;
pub mod coding;
pub mod dot;
mod maps;
pub mod part;
mod questions;
mod relations;
mod sentences;
mod speaker_pairs;
mod speakers;
mod table;

use std::sync::Arc;

pub use cell::Dialect;
pub use table::{errors_table, widen};

use crate::Analysis;
use crate::profile::Corpus;
use crate::stance::LabelSet;

/// Where a writer's bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Into one file for the whole run, after the header, in the order of the documents. Always written.
    Run,
    /// Into one file per document, in the folder `maps`. Written when asked for by name.
    Document,
}

/// What a writer needs besides the analysis.
#[derive(Clone, Debug)]
pub struct Context {
    /// The labels of the model in use.
    pub labels: Arc<LabelSet>,
    /// How text cells are written.
    pub dialect: Dialect,
    /// The user's own columns that are carried through, in order.
    pub columns: Vec<String>,
    /// Whether arguments were mapped: what would be counted in the map is empty without one.
    pub mapped: bool,
    /// Whether the reasons for each stance are written out.
    pub explain: bool,
}

/// One output format.
pub trait Writer: Sync {
    /// The name used on the command line and in documentation.
    fn name(&self) -> &'static str;
    /// The file's name ([`Scope::Run`]) or extension ([`Scope::Document`]).
    fn file(&self) -> &'static str;
    /// One line of help.
    fn about(&self) -> &'static str;
    /// Where the bytes go.
    fn scope(&self) -> Scope;
    /// What stands before the first document of a [`Scope::Run`] file.
    fn header(&self, context: &Context, out: &mut Vec<u8>);
    /// Adds one document.
    fn document(&self, analysis: &Analysis, context: &Context, out: &mut Vec<u8>);
    /// Adds what is known when all documents are done.
    fn corpus(&self, _corpus: &Corpus, _context: &Context, _out: &mut Vec<u8>) {}
    /// Whether the rows end in the user's own columns.
    fn carries(&self) -> bool {
        false
    }
}

/// What is wrong with the inputs, as a table.
pub const ERRORS_TABLE: &str = "errors.csv";

/// Every output format.
pub static WRITERS: &[&dyn Writer] = &[
    &sentences::Sentences,
    &speakers::Speakers,
    &questions::Questions,
    &relations::Relations,
    &speaker_pairs::SpeakerPairs,
    &claims::Claims,
    &maps::DOT,
    &maps::ARGDOWN,
    &maps::AIF,
];
