//! A batch: the parts of all inputs, those of a run that was killed among them.

use std::path::{Path, PathBuf};

use super::frame::{ERRORS, SUMMARY, Summary, from_json};
use super::report::{RunReport, settings};
use super::{Models, Observer, Options, input, map_files, merge};
use crate::error::{Error, Kind, Result};
use crate::parallel;
use crate::read::{Found, Note};
use crate::write::atomic;
use crate::write::part::{PartFolder, PartReader};
use crate::write::{Context, Scope, WRITERS, Writer};

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
    if !options.maps.is_empty() {
        atomic::folder(&out.join(map_files::FOLDER))?;
    }
    let writers: Vec<&dyn Writer> = WRITERS
        .iter()
        .copied()
        .filter(|w| w.scope() == Scope::Run || options.maps.iter().any(|name| name == w.name()))
        .collect();
    let job = Job {
        models,
        options,
        observer,
        writers,
        out,
        parts: PartFolder::within(out)?,
        settings: settings(models, options),
    };
    let earlier = job.parts.has_parts();
    if !earlier {
        job.spare_codes()?;
    }
    observer.started(inputs.len());
    let parts = parallel::work(inputs, |_, found| {
        let part = job.part(found, earlier);
        observer.input_done();
        part
    });
    let parts: Vec<(PathBuf, Summary)> = parts.into_iter().collect::<Result<_>>()?;
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
    pub(super) parts: PartFolder,
    pub(super) settings: serde_json::Value,
}

impl Job<'_> {
    /// Makes the part of one input, or finds that an earlier run that was killed has made it.
    fn part(&self, found: &Found, earlier: bool) -> Result<(PathBuf, Summary)> {
        let path = self.parts.part(&self.key(found));
        if earlier && let Some(summary) = self.made_earlier(found, &path) {
            self.observer.sentences(summary.report.sentences);
            return Ok((path, summary));
        }
        let summary = input::make(self, found, &path)?;
        Ok((path, summary))
    }

    /// Refuses to write over tables that somebody has changed, which may hold codes, and over those that no run has
    /// written.
    fn spare_codes(&self) -> Result<()> {
        let changed = |name: &str| std::fs::metadata(self.out.join(name)).and_then(|m| m.modified()).ok();
        let written = changed("run.json");
        let tables = self.writers.iter().filter(|w| w.scope() == Scope::Run).map(|w| w.file().to_owned());
        // A run without maps leaves alone those that were changed.
        let earlier = if self.options.maps.is_empty() { Vec::new() } else { map_files::of_earlier_run(self.out) };
        let maps = earlier.iter().map(|map| format!("{}/{}", map_files::FOLDER, map.file));
        match tables.chain(maps).find(|name| changed(name).is_some_and(|at| written.is_none_or(|written| at > written)))
        {
            None => Ok(()),
            Some(name) => {
                let message = match written {
                    Some(_) => {
                        "was changed after the run that wrote it, and the changes would be lost: move it, or choose another folder"
                    }
                    None => "was there before any run, and would be lost: move it, or choose another folder",
                };
                Err(Error::new(Kind::Output, message).at_path(self.out.join(name).display().to_string()))
            }
        }
    }

    /// Names a part by all that shapes it but the bytes of the input, which the summary holds.
    fn key(&self, found: &Found) -> String {
        let named = serde_json::json!([env!("CARGO_PKG_VERSION"), found.path, found.id, self.settings]);
        blake3::hash(named.to_string().as_bytes()).to_hex()[..32].to_owned()
    }

    /// What the part of an input holds, if it is whole and of the bytes that the input has now. What the run that was
    /// killed said of the input is said again.
    fn made_earlier(&self, found: &Found, path: &Path) -> Option<Summary> {
        if found.path == "-" {
            return None;
        }
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
