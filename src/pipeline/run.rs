//! A batch: the parts of all inputs, those of a run that was killed among them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::frame::{ERRORS, SUMMARY, Summary, from_json};
use super::report::{RunReport, settings};
use super::spare::spare;
use super::{Models, Observer, Options, input, merge};
use crate::error::{Error, Result};
use crate::parallel;
use crate::read::earlier::{Earlier, MAPS, REPORT};
use crate::read::{Found, Note};
use crate::write::atomic;
use crate::write::part::{PartFolder, PartReader};
use crate::write::{Context, ERRORS_TABLE, Scope, WRITERS, Writer};

/// Analyses all inputs and writes all outputs into a folder.
///
/// # Errors
/// Where an output cannot be written; the parts stay for the next run then. What is wrong with an input is not an
/// error of the run: it is counted in the report and told to the observer.
pub fn run(
    inputs: &[Found],
    out: &Path,
    models: Models,
    options: &Options,
    observer: &dyn Observer,
) -> Result<RunReport> {
    atomic::folder(out)?;
    let _alone = atomic::lock(out)?;
    let writers: Vec<&dyn Writer> = WRITERS
        .iter()
        .copied()
        .filter(|w| w.scope() == Scope::Run || options.maps.iter().any(|name| name == w.name()))
        .collect();
    let earlier = Earlier::of(out);
    let tables = writers.iter().filter(|w| w.scope() == Scope::Run).map(|w| w.file());
    // A run without maps leaves alone those that were changed.
    let maps = earlier.files.keys().map(String::as_str).filter(|_| !options.maps.is_empty());
    for name in tables.chain([ERRORS_TABLE, REPORT]).chain(maps) {
        spare(out, name, &earlier)?;
    }
    if !options.maps.is_empty() {
        atomic::folder(&out.join(MAPS))?;
    }
    let parts = PartFolder::within(out)?;
    let job = Job { models, options, observer, writers, out, earlier, parts, settings: settings(models, options) };
    let taken_up = job.parts.has_parts();
    observer.started(inputs.len(), if taken_up { inputs.iter().filter(|found| job.is_done(found)).count() } else { 0 });
    let failed = AtomicBool::new(false);
    let parts = parallel::work(inputs, |_, found| {
        // An output that fails ends the run: nothing is begun after it.
        if failed.load(Ordering::Relaxed) {
            return None;
        }
        let part = job.part(found, taken_up);
        failed.fetch_or(part.is_err(), Ordering::Relaxed);
        observer.input_done();
        Some(part)
    });
    let parts: Vec<(PathBuf, Summary)> = parts.into_iter().flatten().collect::<Result<_>>()?;
    let report = merge::merge(&job, parts)?;
    job.parts.remove()?;
    Ok(report)
}

/// What the parts and the outputs of a batch are made with.
pub(super) struct Job<'a> {
    pub(super) models: Models<'a>,
    pub(super) options: &'a Options,
    pub(super) observer: &'a dyn Observer,
    pub(super) writers: Vec<&'static dyn Writer>,
    pub(super) out: &'a Path,
    pub(super) earlier: Earlier,
    pub(super) parts: PartFolder,
    pub(super) settings: serde_json::Value,
}

impl Job<'_> {
    /// Makes the part of one input, or finds that an earlier run that was killed has made it.
    fn part(&self, found: &Found, taken_up: bool) -> Result<(PathBuf, Summary)> {
        let path = self.parts.part(&self.key(found));
        if taken_up
            && self.is_done(found)
            && let Some(summary) = self.made_earlier(found, &path)
        {
            self.observer.sentences(summary.report.sentences);
            return Ok((path, summary));
        }
        let summary = input::make(self, found, &path)?;
        Ok((path, summary))
    }

    /// Whether a run that was killed left a part of this input.
    fn is_done(&self, found: &Found) -> bool {
        found.path != "-" && self.parts.part(&self.key(found)).exists()
    }

    /// Names a part by all that shapes it but the bytes of the input, which the summary holds.
    fn key(&self, found: &Found) -> String {
        let named = serde_json::json!([env!("CARGO_PKG_VERSION"), found.path, found.id, self.settings]);
        blake3::hash(named.to_string().as_bytes()).to_hex()[..32].to_owned()
    }

    /// What the part of an input holds, if it is whole and of the bytes that the input has now. What the run that was
    /// killed said of the input is said again.
    fn made_earlier(&self, found: &Found, path: &Path) -> Option<Summary> {
        // Reading to the end checks the sum: a torn part is an error and made again.
        let mut summary: Option<Summary> = None;
        frames(path, |kind, bytes| {
            if kind == SUMMARY {
                summary = from_json(bytes).ok();
            }
        })?;
        let same = |s: &Summary| found.hash().is_ok_and(|hash| hash == s.report.hash);
        let summary = summary.filter(same)?;
        for note in &summary.report.notes {
            self.observer.note(&found.path, &Note { line: None, message: note.clone() });
        }
        if summary.report.errors > 0 {
            frames(path, |kind, bytes| {
                if kind == ERRORS {
                    let failures: Vec<Error> = from_json(bytes).unwrap_or_default();
                    failures.iter().for_each(|error| self.observer.failed(error));
                }
            })?;
        }
        Some(summary)
    }

    /// What writers need to know, with these carried columns.
    pub(super) fn context(&self, columns: Vec<String>) -> Context {
        Context {
            labels: self.models.stance.labels().clone(),
            dialect: self.options.dialect,
            columns,
            mapped: self.options.map.is_some(),
            explain: self.options.explain,
        }
    }
}

/// Hands over the frames of a part; `None` where it is not whole.
fn frames(part: &Path, mut each: impl FnMut(u8, &[u8])) -> Option<()> {
    let mut reader = PartReader::open(part).ok()?;
    let mut bytes = Vec::new();
    while let Some(kind) = reader.next(&mut bytes).ok()? {
        each(kind, &bytes);
    }
    Some(())
}
