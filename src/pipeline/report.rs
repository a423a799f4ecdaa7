//! What a run did: the values of `run.json`.

use serde::{Deserialize, Serialize};

use super::{Models, Options};
use crate::profile::SpeakerProfile;
use crate::read::earlier::MapReport;
use crate::write::Dialect;

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
    /// The maps written, in the folder `maps`.
    pub maps: Vec<MapReport>,
    /// Every input in order.
    pub inputs: Vec<InputReport>,
    /// Per speaker over all documents; in `speakers.csv`, not in `run.json`.
    #[serde(skip)]
    pub profiles: Vec<SpeakerProfile>,
}

impl RunReport {
    /// The report of a run that has done nothing yet.
    pub(super) fn new(models: Models, options: &Options, settings: serde_json::Value) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            stance_model: models.stance.hash().to_owned(),
            argument_model: options.map.as_ref().map(|_| models.argument.hash().to_owned()),
            options: settings,
            documents: 0,
            speakers: 0,
            questions: 0,
            turns: 0,
            sentences: 0,
            relations: 0,
            errors: 0,
            files: Vec::new(),
            maps: Vec::new(),
            inputs: Vec::new(),
            profiles: Vec::new(),
        }
    }
}

/// All that shapes an output besides the input and the version.
pub(super) fn settings(models: Models, options: &Options) -> serde_json::Value {
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
