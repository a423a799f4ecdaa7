//! One input on its way into its part.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::frame::{CLAIMS, COLUMNS, ERRORS, SUMMARY, Summary, json};
use super::run::Job;
use super::{InputReport, analyse, map_files};
use crate::argument::corpus::{self, Claim, SpeakerPair};
use crate::document::{Document, Source};
use crate::error::{Error, Kind, Result};
use crate::profile::codes::{self, Sheet};
use crate::profile::{Corpus, SpeakerProfile};
use crate::read::{self, Found, Item};
use crate::write::Scope;
use crate::write::part::PartWriter;
use crate::{Analysis, parallel};

/// Text of small documents that is gathered before it is analysed in parallel, in bytes.
const BATCH: usize = 4 << 20;

/// Makes the part of one input.
///
/// # Errors
/// Where the part cannot be written. What is wrong with the input stands in the part.
pub(super) fn make(job: &Job<'_>, found: &Found, part: &Path) -> Result<Summary> {
    let mut batch = Batch::new(job, part)?;
    batch.summary.report.path.clone_from(&found.path);
    let error = match catch_unwind(AssertUnwindSafe(|| batch.read(found))) {
        Ok(Ok(source)) => {
            let Source { format, encoding, hash, .. } = source;
            batch.summary.report = InputReport { format, encoding, hash, ..batch.summary.report };
            return batch.finish();
        }
        // An output that fails ends the run; an input that fails does not.
        Ok(Err(error)) if error.kind == Kind::Output => return Err(error),
        Ok(Err(error)) => error,
        Err(panic) => Error::new(Kind::Panic, panic_message(panic.as_ref())),
    };
    batch.fail(error.at_path(&found.path))?;
    batch.summary.report.hash = found.hash().unwrap_or_default();
    batch.finish()
}

/// The documents of one input on their way into its part.
struct Batch<'a> {
    job: &'a Job<'a>,
    part: PartWriter,
    documents: Vec<Document>,
    text: usize,
    columns: Vec<String>,
    corpus: Corpus,
    errors: Vec<Error>,
    /// Whether the rows that were not drawn are missing.
    sheet: Sheet,
    summary: Summary,
}

/// What one document adds to a part.
struct Done {
    columns: Vec<String>,
    profiles: Vec<SpeakerProfile>,
    pairs: Vec<SpeakerPair>,
    claims: Vec<Claim>,
    counts: [usize; 4],
    /// Codes of people that cannot be used.
    faults: Vec<Error>,
    /// What it says of the sheet it stands in.
    sheet: Sheet,
    /// Rows by writer.
    rows: Vec<Vec<u8>>,
}

impl Done {
    /// Analyses one document and renders its rows.
    fn of(document: Document, job: &Job<'_>) -> Self {
        let analysis = analyse(document, job.models, job.options);
        let Analysis { document, stances, map, profiles, .. } = &analysis;
        let context = job.context(document.columns.clone());
        let mut rows = vec![Vec::new(); job.writers.len()];
        for (writer, rows) in job.writers.iter().zip(&mut rows) {
            // A file of its own begins with its name.
            if writer.scope() == Scope::Document {
                rows.extend_from_slice(map_files::name(&document.id, writer.file()).as_bytes());
                rows.push(b'\n');
            }
            writer.document(&analysis, &context, rows);
        }
        job.observer.sentences(stances.len());
        let (faults, sheet) = codes::faults(document, job.models.stance.labels(), job.models.stance.card());
        let counts = [document.questions.len(), document.turns.len(), stances.len(), map.relations.len()];
        Self {
            columns: document.columns.clone(),
            profiles: profiles.clone(),
            pairs: corpus::speaker_pairs(document, map),
            claims: corpus::claims(document, map),
            counts,
            faults,
            sheet,
            rows,
        }
    }
}

impl<'a> Batch<'a> {
    fn new(job: &'a Job<'a>, path: &Path) -> Result<Self> {
        Ok(Self {
            job,
            part: PartWriter::create(path)?,
            documents: Vec::new(),
            text: 0,
            columns: Vec::new(),
            corpus: Corpus::default(),
            errors: Vec::new(),
            sheet: Sheet::default(),
            summary: Summary::default(),
        })
    }

    fn read(&mut self, found: &Found) -> Result<Source> {
        let source = read::read(found.open()?, &self.job.options.read, &mut |item| match item {
            Item::Document(mut document) => {
                if document.id == found.stem() {
                    document.id.clone_from(&found.id);
                }
                self.take(*document)
            }
            Item::Fault(error) => self.fail(error.at_path(&found.path)),
            Item::Note(note) => {
                self.job.observer.note(&found.path, &note);
                self.summary.report.notes.push(note.to_string());
                Ok(())
            }
        });
        // What was read before a failure is kept.
        self.flush()?;
        if let Some(fault) = self.sheet.fault(&found.path) {
            self.fail(fault)?;
        }
        source
    }

    fn fail(&mut self, error: Error) -> Result<()> {
        self.job.observer.failed(&error);
        self.summary.report.errors += 1;
        self.errors.push(error);
        if self.errors.len() < 1000 { Ok(()) } else { self.flush_errors() }
    }

    fn flush_errors(&mut self) -> Result<()> {
        self.part.frame(ERRORS, &json(&std::mem::take(&mut self.errors))?)
    }

    fn take(&mut self, document: Document) -> Result<()> {
        self.text += document.text.len();
        self.documents.push(document);
        if self.text >= BATCH { self.flush() } else { Ok(()) }
    }

    /// Analyses what has been gathered and adds it to the part.
    fn flush(&mut self) -> Result<()> {
        let documents = std::mem::take(&mut self.documents);
        self.text = 0;
        for done in parallel::map_owned(documents, |document| Done::of(document, self.job)) {
            if done.columns != self.columns {
                self.part.frame(COLUMNS, &json(&done.columns)?)?;
                let new = done.columns.iter().filter(|c| !self.summary.columns.contains(c)).cloned();
                self.summary.columns.extend(new.collect::<Vec<_>>());
                self.columns = done.columns;
            }
            for (kind, rows) in done.rows.iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
                self.part.frame(kind as u8, rows)?;
            }
            self.sheet.add(done.sheet);
            for fault in done.faults {
                self.fail(fault)?;
            }
            let [questions, turns, sentences, relations] = done.counts;
            self.summary.report.documents += 1;
            self.summary.report.sentences += sentences;
            self.summary.questions += questions;
            self.summary.turns += turns;
            self.summary.relations += relations;
            self.corpus.add(&done.profiles);
            self.corpus.add_pairs(&done.pairs);
            if !done.claims.is_empty() {
                self.part.frame(CLAIMS, &json(&done.claims)?)?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Summary> {
        self.flush_errors()?;
        self.summary.profiles = self.corpus.profiles().cloned().collect();
        self.summary.pairs = self.corpus.pairs().cloned().collect();
        self.part.frame(SUMMARY, &json(&self.summary)?)?;
        self.part.finish()?;
        Ok(self.summary)
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a fault of this program ({}); please report it together with the file", text.unwrap_or("no message"))
}
