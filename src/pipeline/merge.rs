//! The parts of all inputs → the outputs.

use std::ops::Range;
use std::path::PathBuf;

use super::frame::{CLAIMS, COLUMNS, ERRORS, SUMMARY, Summary, from_json};
use super::map_files::{self, Names};
use super::report::RunReport;
use super::run::Job;
use super::spare::spare;
use crate::argument::corpus::{self, Claim, ClaimIndex, RecurringClaim};
use crate::error::{Error, Kind, Result};
use crate::parallel;
use crate::profile::Corpus;
use crate::read::earlier::{MAPS, MapReport, REPORT};
use crate::write::atomic::{self, WholeFile};
use crate::write::part::PartReader;
use crate::write::{self, ERRORS_TABLE, Scope, Writer};

/// Joins the parts into the outputs. All files are written before the first one appears.
pub(super) fn merge(job: &Job<'_>, parts: Vec<(PathBuf, Summary)>) -> Result<RunReport> {
    let mut columns: Vec<String> = Vec::new();
    for (_, summary) in &parts {
        for column in &summary.columns {
            if !columns.contains(column) {
                columns.push(column.clone());
            }
        }
    }
    let context = job.context(columns);
    let tables: Vec<(usize, &dyn Writer)> =
        job.writers.iter().copied().enumerate().filter(|(_, w)| w.scope() == Scope::Run).collect();
    let mut files = Vec::new();
    for (_, writer) in &tables {
        let mut file = job.parts.output(&job.out.join(writer.file()))?;
        let mut header = Vec::new();
        writer.header(&context, &mut header);
        file.write(&header)?;
        files.push(file);
    }
    let mut errors = job.parts.output(&job.out.join(ERRORS_TABLE))?;
    errors.write(&write::errors_table(true, [], context.dialect))?;

    let mut corpus = Corpus::default();
    let mut claims = ClaimIndex::default();
    let mut report = RunReport::new(job.models, job.options, job.settings.clone());
    let mut bytes = Vec::new();
    let mut places = Vec::with_capacity(parts.len());
    let (mut taken, mut maps) = (Names::default(), Vec::new());
    for (path, summary) in parts {
        let mut reader = PartReader::open(&path)?;
        let first = claims.len();
        let mut columns = Vec::new();
        while let Some(kind) = reader.next(&mut bytes)? {
            match kind {
                ERRORS => {
                    let failures: Vec<Error> = from_json(&bytes)?;
                    errors.write(&write::errors_table(false, &failures, context.dialect))?;
                }
                SUMMARY => {}
                COLUMNS => columns = from_json(&bytes)?,
                CLAIMS => from_json::<Vec<Claim>>(&bytes)?.iter().for_each(|claim| claims.add(claim)),
                rows => {
                    let at = tables.iter().position(|(i, _)| *i == usize::from(rows));
                    let Some(at) = at else {
                        let (file, map) = map(job, &bytes, &mut taken)?;
                        maps.push(file);
                        report.maps.push(map);
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
    report.files =
        tables.iter().map(|(_, w)| w.file().to_owned()).chain([ERRORS_TABLE.to_owned(), REPORT.to_owned()]).collect();
    let mut whole = maps;
    for file in files.into_iter().chain([errors]) {
        whole.push(file.close()?);
    }
    parallel::map(&whole, |_, file| file.sync()).into_iter().collect::<Result<()>>()?;
    // The report is whole before anything appears: should the run be killed now, it tells what is ours.
    let waiting = job.parts.part(REPORT);
    let mut json = serde_json::to_vec_pretty(&report).map_err(|e| Error::new(Kind::Output, e.to_string()))?;
    json.push(b'\n');
    atomic::write(&waiting, &json)?;
    for file in whole {
        file.appear()?;
    }
    map_files::remove_stale(job.out, &job.earlier, &report.maps)?;
    // Last: it tells that the others are there.
    atomic::rename(&waiting, &job.out.join(REPORT))?;
    Ok(report)
}

/// Writes the map of a document, whose name comes first, to appear with the others.
fn map(job: &Job<'_>, named: &[u8], taken: &mut Names) -> Result<(WholeFile, MapReport)> {
    let end = memchr::memchr(b'\n', named).unwrap_or(named.len());
    let name = taken.free(&String::from_utf8_lossy(&named[..end]));
    let place = format!("{MAPS}/{name}");
    spare(job.out, &place, &job.earlier)?;
    let bytes = named.get(end + 1..).unwrap_or_default();
    let mut file = job.parts.output(&job.out.join(place))?;
    file.write(bytes)?;
    let hash = blake3::hash(bytes).to_hex().to_string();
    Ok((file.close()?, MapReport { file: name, hash }))
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
