//! `standpoint run`: inputs in, a folder of tables out.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use standpoint::argument::{ArgumentModel, MapOptions};
use standpoint::pipeline::{self, Models, Options, RunReport};
use standpoint::stance::{LabelSet, PredictOptions, StanceModel};
use standpoint::write::{Dialect, Scope, WRITERS};
use standpoint::{Error, Kind, Result, read};

use super::input::InputArgs;
use super::plural;
use crate::progress::Progress;

/// Analyse files, folders or patterns and write the tables into a folder.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  standpoint run data/samples -o out
  standpoint run 'hearings/**/*.txt' interview.docx -o out --excel
  standpoint run survey.csv --text-column answer --speaker-column respondent -o out
  cat talk.txt | standpoint run - -o out --json

Exit codes: 0 all done; 1 outputs written, but some inputs failed (see errors.csv); 2 nothing written.")]
pub(crate) struct Args {
    /// Files, folders, patterns in quotes, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Folder for the outputs; created if it is not there
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// Stance model made by `standpoint train`; `shipped` is the one that comes with the program [default: shipped]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Argument model made by `standpoint train --task argument` [default: the shipped one]
    #[arg(long, value_name = "FILE")]
    argument_model: Option<PathBuf>,
    /// Mark sentences as abstained whose confidence is below this probability
    #[arg(long, value_name = "P", value_parser = probability)]
    abstain_below: Option<f32>,
    /// Keep relations of at least this probability [default: per relation, for high precision]
    #[arg(long, value_name = "P", value_parser = probability)]
    min_probability: Option<f32>,
    /// Leave out the argument map: no components, an empty relations.csv, nothing counted of it elsewhere
    #[arg(long)]
    no_map: bool,
    /// Also write each document's map, into OUT/maps
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', value_parser = map_formats(), conflicts_with = "no_map")]
    maps: Vec<String>,
    /// Add the column `why` to sentences.csv: what moved each label, signed
    #[arg(long)]
    explain: bool,
    /// Make the CSVs safe to double-click in a spreadsheet (BOM, no formulas)
    #[arg(long)]
    excel: bool,
    /// Number of threads, at most 512; the outputs do not depend on it [default: one per core]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = clap::value_parser!(u16).range(..=512))]
    threads: u16,
    /// Print nothing but errors
    #[arg(short, long)]
    quiet: bool,
    /// Print the report as JSON instead of words
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    read: InputArgs,
}

impl Args {
    pub(crate) fn run(self) -> Result<ExitCode> {
        super::threads(self.threads.into())?;
        let inputs = read::inputs(&self.inputs, Some(&self.output))?;
        let stance = self.model.as_deref().map(super::labels::model).transpose()?;
        let argument = self.argument_model.as_deref().map(super::argument::load).transpose()?;
        let models = Models {
            stance: stance.as_ref().unwrap_or_else(|| StanceModel::shipped()),
            argument: argument.as_ref().unwrap_or_else(|| ArgumentModel::shipped()),
        };
        let options = Options {
            read: self.read.options()?,
            predict: PredictOptions { abstain_below: self.abstain_below, ..PredictOptions::default() },
            map: (!self.no_map).then(|| MapOptions { min_probability: self.min_probability, ..MapOptions::default() }),
            dialect: if self.excel { Dialect::Excel } else { Dialect::Plain },
            explain: self.explain,
            maps: self.maps,
        };
        let progress = Progress::new(self.quiet || self.json);
        let report = progress.watch(|observer| pipeline::run(&inputs, &self.output, models, &options, observer))?;
        if self.json {
            let json = serde_json::to_string_pretty(&report).map_err(|e| Error::new(Kind::Output, e.to_string()))?;
            super::print(format!("{json}\n").as_bytes())?;
        } else if !self.quiet {
            super::print(summary(&report, models.stance.labels(), &self.output).as_bytes())?;
        }
        Ok(if report.errors == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

fn probability(text: &str) -> std::result::Result<f32, String> {
    match text.parse() {
        Ok(p) if (0.0..=1.0).contains(&p) => Ok(p),
        _ => Err("a probability is a number from 0 to 1".to_owned()),
    }
}

fn map_formats() -> clap::builder::PossibleValuesParser {
    let formats = WRITERS.iter().filter(|w| w.scope() == Scope::Document);
    formats.map(|w| clap::builder::PossibleValue::new(w.name()).help(w.about())).collect::<Vec<_>>().into()
}

/// The report in words.
fn summary(report: &RunReport, labels: &LabelSet, out: &Path) -> String {
    let mut text = String::new();
    let counts = [
        (report.documents, "document"),
        (report.questions, "question"),
        (report.speakers, "speaker"),
        (report.turns, "turn"),
        (report.sentences, "sentence"),
        (report.relations, "relation"),
    ];
    let counts: Vec<String> = counts.iter().map(|(n, noun)| plural(*n, noun)).collect();
    text.push_str(&counts.join(", "));
    text.push('\n');
    let mut speakers: Vec<_> = report.profiles.iter().filter(|p| !p.speaker.is_empty()).collect();
    speakers.sort_by(|a, b| b.sentences.cmp(&a.sentences).then_with(|| a.speaker.cmp(&b.speaker)));
    for profile in speakers.iter().take(SHOWN) {
        let percent = |l: usize| (profile.share(l) * 100.0).round();
        let primary = profile.primary(labels);
        let names: Vec<&str> = primary.iter().map(|l| labels.labels[*l].as_str()).collect();
        let stance = match primary[..] {
            [] => "no stance (0 %".to_owned(),
            [l] => format!("mostly {} ({:.0} %", names[0], percent(l)),
            [l, ..] => format!("tie of {} ({:.0} % each", names.join(" and "), percent(l)),
        };
        let others: Vec<String> = (0..labels.len())
            .filter(|l| !primary.contains(l) && profile.share(*l) > 0.0)
            .map(|l| format!("; {} {:.0} %", labels.labels[l], percent(l)))
            .collect();
        let corrected = profile
            .estimates()
            .map_or(String::new(), |_| format!("; corrected by {}", plural(profile.coded.n, "code")));
        let _ = writeln!(
            text,
            "{}: {stance} of {}{}{corrected})",
            profile.speaker,
            plural(profile.sentences, "sentence"),
            others.concat()
        );
    }
    if speakers.len() > SHOWN {
        let _ = writeln!(text, "and {} more in speakers.csv", plural(speakers.len() - SHOWN, "speaker"));
    }
    let files: Vec<String> = report.files.iter().map(|f| out.join(f).display().to_string()).collect();
    let _ = writeln!(text, "wrote {}", files.join(", "));
    if report.errors > 0 {
        let _ = writeln!(text, "{} in {}", plural(report.errors, "error"), out.join("errors.csv").display());
    }
    text
}

/// Speakers named in the summary.
const SHOWN: usize = 10;
