//! The stages in order, for any number of inputs.
//!
//! Every input becomes one part (see [`crate::write::part`]); when all are done, the outputs are merged from
//! the parts in the order of the inputs. One bad input, a panic included, is a row of `errors.csv` and
//! harms no other.

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::argument::corpus::{self, Claim, ClaimIndex, RecurringClaim, SpeakerPair};
use crate::argument::{ArgumentMap, ArgumentModel, MapOptions};
use crate::document::{Document, Source};
use crate::error::{Error, Kind, Result};
use crate::profile::{Corpus, SpeakerProfile, codes};
use crate::read::{self, Found, Item, Note, ReadOptions};
use crate::stance::{PredictOptions, StanceModel};
use crate::write::atomic;
use crate::write::part::{PartFolder, PartReader, PartWriter};
use crate::write::{self, Context, Dialect, Scope, WRITERS, Writer};
use crate::{Analysis, parallel, profile, segment};

/// Text of small documents that is gathered before it is analysed in parallel, in bytes.
const BATCH: usize = 4 << 20;
/// Frame kinds of a part above the index of a writer.
const ERRORS: u8 = 200;
const COLUMNS: u8 = 201;
const SUMMARY: u8 = 202;
const CLAIMS: u8 = 203;

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

/// Hears of what happens during a run. The library reports values; how they look is the binary's business.
pub trait Observer: Sync {
    /// The inputs are known.
    fn started(&self, inputs: usize);
    /// More sentences of some input are done.
    fn sentences(&self, more: usize);
    /// An input is done.
    fn input_done(&self);
    /// An input, or a record of it, failed.
    fn failed(&self, error: &Error);
    /// Something about an input that its owner should know, e.g. a guess that was made.
    fn note(&self, path: &str, note: &Note);
}

/// One input in the report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputReport {
    /// The path as given.
    pub path: String,
    /// The reader that read it.
    pub format: String,
    /// The encoding it was in.
    pub encoding: String,
    /// BLAKE3 of its bytes.
    pub hash: String,
    /// Number of documents found in it.
    pub documents: usize,
    /// Number of sentences found in it.
    pub sentences: usize,
    /// Number of rows it has in `errors.csv`.
    pub errors: usize,
    /// What was guessed or noticed while reading.
    pub notes: Vec<String>,
}

/// What an input leaves in its part besides rows.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Summary {
    report: InputReport,
    /// The user's own columns of all its documents.
    columns: Vec<String>,
    profiles: Vec<SpeakerProfile>,
    pairs: Vec<SpeakerPair>,
    questions: usize,
    turns: usize,
    relations: usize,
}

/// What a run did: all that is needed to repeat it, and the counts. Written as `run.json`.
#[derive(Clone, Debug, Serialize)]
pub struct RunReport {
    /// Version of this program.
    pub version: &'static str,
    /// Hash of the stance model.
    pub stance_model: String,
    /// Hash of the argument model; absent without a map.
    pub argument_model: Option<String>,
    /// The options in force, by name.
    pub options: serde_json::Value,
    /// Number of documents.
    pub documents: usize,
    /// Number of speakers with a name.
    pub speakers: usize,
    /// Number of questions.
    pub questions: usize,
    /// Number of turns.
    pub turns: usize,
    /// Number of sentences.
    pub sentences: usize,
    /// Number of relations.
    pub relations: usize,
    /// Number of rows in `errors.csv`.
    pub errors: usize,
    /// The files written, in the output folder.
    pub files: Vec<String>,
    /// Every input in order.
    pub inputs: Vec<InputReport>,
    /// Per speaker over all documents; in `speakers.csv`, not in `run.json`.
    #[serde(skip)]
    pub profiles: Vec<SpeakerProfile>,
}

/// Both models of a run.
#[derive(Clone, Copy, Debug)]
pub struct Models<'a> {
    /// Labels sentences.
    pub stance: &'a StanceModel,
    /// Maps arguments.
    pub argument: &'a ArgumentModel,
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
    let profiles = profile::of(&document, &stances, &map);
    let reasons = if options.explain { models.stance.reasons(&document, &stances) } else { Vec::new() };
    Analysis { document, stances, map, profiles, reasons }
}

/// Analyses all inputs and writes all outputs into a folder.
///
/// # Errors
/// Where an output cannot be written; nothing is left behind then. What is wrong with an input is not an
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
        atomic::folder(&out.join("maps"))?;
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
    job.merge(parts)
}

/// All that shapes an output besides the input and the version.
fn settings(models: Models, options: &Options) -> serde_json::Value {
    serde_json::json!({
        "stance_model": models.stance.hash(),
        "argument_model": options.map.as_ref().map(|_| models.argument.hash()),
        "read": options.read,
        "predict": options.predict,
        "map": options.map,
        "excel": options.dialect == Dialect::Excel,
        "explain": options.explain,
        "maps": options.maps,
    })
}

struct Job<'a> {
    models: Models<'a>,
    options: &'a Options,
    observer: &'a dyn Observer,
    writers: Vec<&'static dyn Writer>,
    out: &'a Path,
    parts: PartFolder,
    settings: serde_json::Value,
}

impl Job<'_> {
    /// Makes the part of one input, or finds that an earlier run that was killed has made it.
    fn part(&self, found: &Found, earlier: bool) -> Result<(PathBuf, Summary)> {
        let path = self.parts.part(&self.key(found));
        if earlier && let Some(summary) = Self::made_earlier(found, &path) {
            self.observer.sentences(summary.report.sentences);
            return Ok((path, summary));
        }
        let mut batch = Batch::new(self, &path)?;
        batch.summary.report.path.clone_from(&found.path);
        match catch_unwind(AssertUnwindSafe(|| batch.read(found))) {
            Ok(Ok(source)) => {
                let Source { format, encoding, hash, .. } = source;
                batch.summary.report = InputReport { format, encoding, hash, ..batch.summary.report };
            }
            // An output that fails ends the run; an input that fails does not.
            Ok(Err(error)) if error.kind == Kind::Output => return Err(error),
            Ok(Err(error)) => batch.fail(error.at_path(&found.path))?,
            Err(panic) => {
                batch.fail(Error::new(Kind::Panic, panic_message(panic.as_ref())).at_path(&found.path))?;
            }
        }
        Ok((path, batch.finish()?))
    }

    /// Refuses to write over tables that somebody has changed: they may hold codes.
    fn spare_codes(&self) -> Result<()> {
        let changed = |name: &str| std::fs::metadata(self.out.join(name)).and_then(|m| m.modified()).ok();
        let Some(written) = changed("run.json") else { return Ok(()) };
        let tables = self.writers.iter().filter(|w| w.scope() == Scope::Run).map(|w| w.file());
        match tables.into_iter().find(|name| changed(name).is_some_and(|at| at > written)) {
            None => Ok(()),
            Some(name) => {
                let message = "was changed after the run that wrote it, and codes in it would be lost: move it, or choose another folder";
                Err(Error::new(Kind::Output, message).at_path(self.out.join(name).display().to_string()))
            }
        }
    }

    /// Names a part by all that shapes it but the bytes of the input, which the summary holds.
    fn key(&self, found: &Found) -> String {
        let named = serde_json::json!([env!("CARGO_PKG_VERSION"), found.path, found.id, self.settings]);
        blake3::hash(named.to_string().as_bytes()).to_hex()[..32].to_owned()
    }

    fn made_earlier(found: &Found, path: &Path) -> Option<Summary> {
        if found.path == "-" {
            return None;
        }
        // Reading to the end checks the sum: a torn part is an error and made again.
        let mut reader = PartReader::open(path).ok()?;
        let mut bytes = Vec::new();
        let mut summary: Option<Summary> = None;
        while let Some(kind) = reader.next(&mut bytes).ok()? {
            if kind == SUMMARY {
                summary = serde_json::from_slice(&bytes).ok();
            }
        }
        let same = |s: &Summary| found.hash().is_ok_and(|hash| hash == s.report.hash);
        summary.filter(same)
    }

    /// Analyses one document and renders its rows.
    fn one(&self, document: Document) -> Done {
        let analysis = analyse(document, self.models, self.options);
        let Analysis { document, stances, map, profiles, .. } = &analysis;
        let context = self.context(document.columns.clone());
        let mut rows = vec![Vec::new(); self.writers.len()];
        for (writer, rows) in self.writers.iter().zip(&mut rows) {
            // A file of its own begins with its name.
            if writer.scope() == Scope::Document {
                rows.extend_from_slice(file_name(&document.id, writer.file()).as_bytes());
                rows.push(b'\n');
            }
            writer.document(&analysis, &context, rows);
        }
        self.observer.sentences(stances.len());
        let counts = [document.questions.len(), document.turns.len(), stances.len(), map.relations.len()];
        Done {
            columns: document.columns.clone(),
            profiles: profiles.clone(),
            pairs: corpus::speaker_pairs(document, map),
            claims: corpus::claims(document, map),
            counts,
            faults: codes::faults(document, self.models.stance.labels()),
            rows,
        }
    }

    fn context(&self, columns: Vec<String>) -> Context {
        Context {
            labels: self.models.stance.labels().clone(),
            dialect: self.options.dialect,
            columns,
            explain: self.options.explain,
        }
    }

    /// Joins the parts into the outputs. All files are written before the first one appears.
    fn merge(self, parts: Vec<(PathBuf, Summary)>) -> Result<RunReport> {
        let mut columns: Vec<String> = Vec::new();
        for (_, summary) in &parts {
            for column in &summary.columns {
                if !columns.contains(column) {
                    columns.push(column.clone());
                }
            }
        }
        let context = self.context(columns);
        let tables: Vec<(usize, &dyn Writer)> =
            self.writers.iter().copied().enumerate().filter(|(_, w)| w.scope() == Scope::Run).collect();
        let mut files = Vec::new();
        for (_, writer) in &tables {
            let mut file = self.parts.output(&self.out.join(writer.file()))?;
            let mut header = Vec::new();
            writer.header(&context, &mut header);
            file.write(&header)?;
            files.push(file);
        }
        let mut errors = self.parts.output(&self.out.join("errors.csv"))?;
        errors.write(&write::errors_table(true, [], context.dialect))?;

        let mut corpus = Corpus::default();
        let mut claims = ClaimIndex::default();
        let mut report = RunReport {
            version: env!("CARGO_PKG_VERSION"),
            stance_model: self.models.stance.hash().to_owned(),
            argument_model: self.options.map.as_ref().map(|_| self.models.argument.hash().to_owned()),
            options: self.settings.clone(),
            documents: 0,
            speakers: 0,
            questions: 0,
            turns: 0,
            sentences: 0,
            relations: 0,
            errors: 0,
            files: Vec::new(),
            inputs: Vec::new(),
            profiles: Vec::new(),
        };
        let mut bytes = Vec::new();
        let mut places = Vec::with_capacity(parts.len());
        let mut maps = BTreeMap::new();
        for (path, summary) in parts {
            let mut reader = PartReader::open(&path)?;
            let first = claims.len();
            let mut columns = Vec::new();
            while let Some(kind) = reader.next(&mut bytes)? {
                match kind {
                    ERRORS => errors.write(&bytes)?,
                    SUMMARY => {}
                    COLUMNS => columns = from_json(&bytes)?,
                    CLAIMS => from_json::<Vec<Claim>>(&bytes)?.iter().for_each(|claim| claims.add(&claim.stems)),
                    rows => {
                        let at = tables.iter().position(|(i, _)| *i == usize::from(rows));
                        let Some(at) = at else {
                            self.map(&bytes, &mut maps)?;
                            continue;
                        };
                        if tables[at].1.carries() && columns != context.columns {
                            files[at].write(&write::widen(&bytes, &columns, &context.columns))?;
                        } else {
                            files[at].write(&bytes)?;
                        }
                    }
                }
            }
            places.push((path, first..claims.len()));
            corpus.add(&summary.profiles);
            corpus.add_pairs(&summary.pairs);
            report.documents += summary.report.documents;
            report.questions += summary.questions;
            report.turns += summary.turns;
            report.sentences += summary.report.sentences;
            report.relations += summary.relations;
            report.errors += summary.report.errors;
            report.inputs.push(summary.report);
        }
        corpus.claims = recurring(places, &claims)?;
        for ((_, writer), file) in tables.iter().zip(&mut files) {
            let mut footer = Vec::new();
            writer.corpus(&corpus, &context, &mut footer);
            file.write(&footer)?;
        }
        report.speakers = corpus.named();
        report.profiles = corpus.profiles().cloned().collect();
        report.files = tables
            .iter()
            .map(|(_, w)| w.file().to_owned())
            .chain(["errors.csv".to_owned(), "run.json".to_owned()])
            .collect();
        let mut run = self.parts.output(&self.out.join("run.json"))?;
        let json = serde_json::to_vec_pretty(&report).map_err(|e| Error::new(Kind::Output, e.to_string()))?;
        run.write(&json)?;
        run.write(b"\n")?;
        for file in files.into_iter().chain([errors, run]) {
            file.commit()?;
        }
        self.parts.remove()?;
        Ok(report)
    }

    /// Writes the map of a document, whose name comes first; documents of one name are numbered in the order of the inputs.
    fn map(&self, named: &[u8], taken: &mut BTreeMap<String, usize>) -> Result<()> {
        let end = memchr::memchr(b'\n', named).unwrap_or(named.len());
        let name = String::from_utf8_lossy(&named[..end]).into_owned();
        let mut free = name.clone();
        // From the last number that was given on, so that many of one name cost no more than others.
        let mut n = taken.get(&name.to_lowercase()).copied().unwrap_or(1);
        while taken.contains_key(&free.to_lowercase()) {
            n += 1;
            let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
            free = format!("{stem}-{n}.{extension}");
        }
        taken.insert(free.to_lowercase(), 1);
        taken.insert(name.to_lowercase(), n);
        let mut file = self.parts.output(&self.out.join("maps").join(free))?;
        file.write(named.get(end + 1..).unwrap_or_default())?;
        file.commit()
    }
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
    /// Rows by writer.
    rows: Vec<Vec<u8>>,
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
        source
    }

    fn fail(&mut self, error: Error) -> Result<()> {
        self.job.observer.failed(&error);
        self.summary.report.errors += 1;
        self.errors.push(error);
        if self.errors.len() < 1000 { Ok(()) } else { self.flush_errors() }
    }

    fn flush_errors(&mut self) -> Result<()> {
        let rows = write::errors_table(false, &std::mem::take(&mut self.errors), self.job.options.dialect);
        self.part.frame(ERRORS, &rows)
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
        for done in parallel::map_owned(documents, |document| self.job.one(document)) {
            if done.columns != self.columns {
                self.part.frame(COLUMNS, &json(&done.columns)?)?;
                let new = done.columns.iter().filter(|c| !self.summary.columns.contains(c)).cloned();
                self.summary.columns.extend(new.collect::<Vec<_>>());
                self.columns = done.columns;
            }
            for (kind, rows) in done.rows.iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
                self.part.frame(kind as u8, rows)?;
            }
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

/// The claims that recur, fetched from those parts, each with the numbers of its claims, that hold one.
fn recurring(parts: Vec<(PathBuf, Range<usize>)>, claims: &ClaimIndex) -> Result<Vec<RecurringClaim>> {
    let groups = claims.groups();
    let (mut grouped, mut bytes) = (Vec::new(), Vec::new());
    for (path, numbers) in parts {
        if groups.range(numbers.clone()).next().is_none() {
            continue;
        }
        let mut number = numbers.start;
        let mut reader = PartReader::open(&path)?;
        while let Some(kind) = reader.next(&mut bytes)? {
            if kind == CLAIMS {
                for claim in from_json::<Vec<Claim>>(&bytes)? {
                    grouped.extend(groups.get(&number).map(|group| (*group, claim)));
                    number += 1;
                }
            }
        }
    }
    Ok(corpus::recurring_claims(grouped))
}

fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|e| Error::new(Kind::Output, e.to_string()))
}

fn from_json<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|e| Error::new(Kind::Output, e.to_string()))
}

/// A file name from a document's name: what a file system might refuse becomes `_`, and then a piece of the
/// name's hash keeps two names apart.
fn file_name(id: &str, extension: &str) -> String {
    let safe = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
    if !id.is_empty() && id.len() <= 100 && !id.starts_with('.') && id.chars().all(safe) {
        return format!("{id}.{extension}");
    }
    let shown: String = id.trim_start_matches('.').chars().map(|c| if safe(c) { c } else { '_' }).take(60).collect();
    format!("{shown}-{}.{extension}", &blake3::hash(id.as_bytes()).to_hex()[..8])
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a fault of this program ({}); please report it together with the file", text.unwrap_or("no message"))
}
