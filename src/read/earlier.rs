//! What earlier runs wrote into a folder, by their reports: the `run.json` of the last one, and that of a run that was
//! killed while its outputs appeared, which waits among its parts.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::write::part;

/// The report of a run, in its output folder.
pub const REPORT: &str = "run.json";
/// The folder of maps, in the output folder.
pub const MAPS: &str = "maps";

/// One map in the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapReport {
    /// Its file in the folder `maps`.
    pub file: String,
    /// BLAKE3 of its bytes.
    pub hash: String,
}

/// What is read of a report.
#[derive(Deserialize)]
struct Report {
    /// No other program's `run.json` has one.
    #[serde(rename = "stance_model")]
    _stance_model: IgnoredAny,
    files: Vec<String>,
    #[serde(default)]
    maps: Vec<MapReport>,
}

/// The files in a folder that are ours.
#[derive(Debug, Default)]
pub struct Earlier {
    /// By their place in the folder, with `/`: the hashes that each may have, none for a table.
    pub files: BTreeMap<String, Vec<String>>,
    /// When the last report was written, which is after all other files of its run; `None` where no run was.
    pub written: Option<SystemTime>,
}

impl Earlier {
    /// What the reports in an output folder say; nothing where there are none.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        let mut earlier = Self::default();
        for path in [folder.join(REPORT), folder.join(part::FOLDER).join(REPORT)] {
            let report = || serde_json::from_slice::<Report>(&std::fs::read(&path).ok()?).ok();
            let Some(Report { files, maps, .. }) = report() else { continue };
            earlier.files.extend(files.into_iter().map(|file| (file, Vec::new())));
            for MapReport { file, hash } in maps {
                earlier.files.entry(format!("{MAPS}/{file}")).or_default().push(hash);
            }
            let written = std::fs::metadata(&path).and_then(|m| m.modified()).ok();
            earlier.written = earlier.written.max(written);
        }
        earlier
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::atomic;

    #[test]
    fn both_reports_are_read_and_those_of_other_programs_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let parts = dir.path().join(part::FOLDER);
        atomic::folder(&parts).unwrap();
        let report = dir.path().join(REPORT);
        atomic::write(&report, br#"{"files": ["sentences.csv"], "maps": []}"#).unwrap();
        assert!(Earlier::of(dir.path()).files.is_empty() && Earlier::of(dir.path()).written.is_none());
        let map = |hash: &str| {
            format!(r#"{{"stance_model": "x", "files": ["a.csv"], "maps": [{{"file": "a.dot", "hash": "{hash}"}}]}}"#)
        };
        atomic::write(&report, map("1").as_bytes()).unwrap();
        atomic::write(&parts.join(REPORT), map("2").as_bytes()).unwrap();
        let earlier = Earlier::of(dir.path());
        assert!(earlier.written.is_some());
        let files: Vec<_> = earlier.files.iter().map(|(file, hashes)| format!("{file} {}", hashes.concat())).collect();
        assert_eq!(files, ["a.csv ", "maps/a.dot 12"]);
    }
}
