//! What the frames of a part hold, besides the rows of the writers (whose kind is the writer's index).

use serde::{Deserialize, Serialize};

use super::InputReport;
use crate::argument::corpus::SpeakerPair;
use crate::error::{Error, Kind, Result};
use crate::profile::SpeakerProfile;

/// Failures, for `errors.csv`.
pub(super) const ERRORS: u8 = 200;
/// The user's own columns that the rows after it end in.
pub(super) const COLUMNS: u8 = 201;
/// The [`Summary`] of the input, last.
pub(super) const SUMMARY: u8 = 202;
/// Claims of a document.
pub(super) const CLAIMS: u8 = 203;

/// What an input leaves in its part besides rows.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Summary {
    pub(super) report: InputReport,
    /// The user's own columns of all its documents.
    pub(super) columns: Vec<String>,
    pub(super) profiles: Vec<SpeakerProfile>,
    pub(super) pairs: Vec<SpeakerPair>,
    pub(super) questions: usize,
    pub(super) turns: usize,
    pub(super) relations: usize,
}

pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|e| Error::new(Kind::Output, e.to_string()))
}

pub(super) fn from_json<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|e| Error::new(Kind::Output, e.to_string()))
}
