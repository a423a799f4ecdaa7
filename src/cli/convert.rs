//! `standpoint convert`: argument maps between AIF JSON, Argdown and our two tables.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use standpoint::argument::Tables;
use standpoint::read::{self, aif, argdown, argument_tables};
use standpoint::{Error, Kind, Result, write};

/// Convert argument maps between AIF, Argdown, Graphviz and our tables
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  standpoint convert components.csv relations.csv --to aif -o map.json
  standpoint convert out/sentences.csv out/relations.csv --to argdown -o map.argdown
  standpoint convert out/sentences.csv out/relations.csv --to dot -o map.dot    (corrected by hand or not)
  standpoint convert map.argdown --to csv -o tables")]
pub(crate) struct Convert {
    /// An AIF JSON file, an Argdown file, or components.csv followed by relations.csv.
    #[arg(required = true, num_args = 1..=2, value_name = "INPUT")]
    pub(crate) input: Vec<PathBuf>,
    /// Format of the result.
    #[arg(long, value_enum)]
    pub(crate) to: Format,
    /// File to write; for `csv` the folder that gets components.csv and relations.csv.
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: PathBuf,
}

/// A format that maps are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Argument Interchange Format, the JSON of the AIF tools.
    Aif,
    /// Argdown text.
    Argdown,
    /// components.csv and relations.csv.
    Csv,
    /// Graphviz; a picture, it cannot be read back.
    Dot,
}

/// Reads the inputs, writes the result.
pub(crate) fn run(arguments: &Convert) -> Result<String> {
    let inputs: Vec<Vec<u8>> = arguments.input.iter().map(|path| read::bytes(path)).collect::<Result<_>>()?;
    let files = convert(arguments, &inputs)?;
    let folder = matches!(arguments.to, Format::Csv).then_some(arguments.output.as_path());
    super::written(&files, folder, &arguments.input)
}

/// One file of a result.
pub(crate) type Written = (PathBuf, Vec<u8>);

/// What `standpoint convert` writes, from the bytes of its inputs in order.
///
/// # Errors
/// Where the inputs are not of a format that can be read, with file, line and column.
pub(crate) fn convert(arguments: &Convert, inputs: &[Vec<u8>]) -> Result<Vec<Written>> {
    let tables = tables(&arguments.input, inputs)?;
    let path = &arguments.output;
    let one = |bytes: Vec<u8>| vec![(path.clone(), bytes)];
    Ok(match arguments.to {
        Format::Aif => one(write::aif::tables(&tables)),
        Format::Argdown => one(write::argdown::tables(&tables).into_bytes()),
        Format::Dot => one(write::dot::tables(&tables).into_bytes()),
        Format::Csv => vec![
            (path.join("components.csv"), tables.components().to_csv()),
            (path.join("relations.csv"), tables.relations().to_csv()),
        ],
    })
}

/// Reads one map file or a pair of tables, by the endings of the paths.
fn tables(paths: &[PathBuf], inputs: &[Vec<u8>]) -> Result<Tables> {
    let name = |p: &Path| p.display().to_string();
    match (paths, inputs) {
        ([components, relations], [c, r]) => argument_tables::read((c, &name(components)), (r, &name(relations))),
        ([path], [bytes]) => match ending(path).as_str() {
            "json" | "aif" => aif::read(bytes, &name(path)),
            "argdown" | "ad" | "adown" => argdown::read(bytes, &name(path)),
            "csv" => {
                Err(Error::new(Kind::Usage, "give components.csv and relations.csv, in this order").at_path(name(path)))
            }
            _ => {
                Err(Error::new(Kind::Usage, "its ending is none of .json, .aif, .argdown, .ad, .csv")
                    .at_path(name(path)))
            }
        },
        _ => Err(Error::new(Kind::Usage, "give one map, or components.csv and relations.csv")),
    }
}

fn ending(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
}
