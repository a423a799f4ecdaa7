//! The files in the folder `maps`: their names, and those that an earlier run left.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::MapReport;
use crate::error::Result;
use crate::write::atomic;

/// The folder of maps in the output folder.
pub(super) const FOLDER: &str = "maps";

/// A file name from a document's name: what a file system might refuse becomes `_`, and then a piece of the
/// name's hash keeps two names apart.
pub(super) fn name(id: &str, extension: &str) -> String {
    let safe = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
    if !id.is_empty() && id.len() <= 100 && !id.starts_with('.') && id.chars().all(safe) {
        return format!("{id}.{extension}");
    }
    let shown: String = id.trim_start_matches('.').chars().map(|c| if safe(c) { c } else { '_' }).take(60).collect();
    format!("{shown}-{}.{extension}", &blake3::hash(id.as_bytes()).to_hex()[..8])
}

/// Names that are given out once; of equal ones, whatever the case, the later are numbered.
#[derive(Default)]
pub(super) struct Names {
    /// The last number given to a name.
    taken: BTreeMap<String, usize>,
}

impl Names {
    /// The name, or the name with the next free number.
    pub(super) fn free(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        // From the last number that was given on, so that many of one name cost no more than others.
        let mut n = self.taken.get(&name.to_lowercase()).copied().unwrap_or(1);
        while self.taken.contains_key(&free.to_lowercase()) {
            n += 1;
            let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
            free = format!("{stem}-{n}.{extension}");
        }
        self.taken.insert(free.to_lowercase(), 1);
        self.taken.insert(name.to_lowercase(), n);
        free
    }
}

/// The maps that the last run into a folder wrote, by its `run.json`.
pub(super) fn of_earlier_run(out: &Path) -> Vec<MapReport> {
    let report = || -> Option<Vec<MapReport>> {
        let mut report: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("run.json")).ok()?).ok()?;
        serde_json::from_value(report["maps"].take()).ok()
    };
    report().unwrap_or_default()
}

/// Removes the maps that the last run wrote and this one does not, unless somebody has changed them since.
///
/// # Errors
/// Where the system refuses.
pub(super) fn remove_stale(out: &Path, written: &[MapReport]) -> Result<()> {
    let written: BTreeSet<&str> = written.iter().map(|map| map.file.as_str()).collect();
    let folder = out.join(FOLDER);
    for MapReport { file, hash } in of_earlier_run(out) {
        let path = folder.join(&file);
        // A plain name, and nothing that leads elsewhere.
        let plain = path.parent() == Some(&folder) && path.file_name().is_some_and(|name| *name == *file);
        let ours = || std::fs::read(&path).is_ok_and(|bytes| *blake3::hash(&bytes).to_hex() == *hash);
        if plain && !written.contains(file.as_str()) && ours() {
            atomic::remove(&path)?;
        }
    }
    if written.is_empty() {
        // It stays where somebody has put something into it.
        let _ = std::fs::remove_dir(folder);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_given_out_once_whatever_the_case() {
        let mut names = Names::default();
        let given = ["a.dot", "A.dot", "a-2.dot", "a.dot", "b.dot"].map(|name| names.free(name));
        assert_eq!(given, ["a.dot", "A-2.dot", "a-2-2.dot", "a-3.dot", "b.dot"]);
    }

    #[test]
    fn only_unchanged_maps_of_the_run_before_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let maps = dir.path().join(FOLDER);
        atomic::folder(&maps).unwrap();
        let report = |file: &str| MapReport { file: file.to_owned(), hash: blake3::hash(b"x").to_hex().to_string() };
        for file in ["stale.dot", "still.dot", "own.dot", "changed.dot", "../above.dot"] {
            atomic::write(&maps.join(file), if file == "changed.dot" { b"y" } else { b"x" }).unwrap();
        }
        let listed = ["stale.dot", "still.dot", "changed.dot", "gone.dot", "../above.dot"].map(report);
        let json = serde_json::json!({ "maps": listed }).to_string();
        atomic::write(&dir.path().join("run.json"), json.as_bytes()).unwrap();
        remove_stale(dir.path(), &[report("still.dot")]).unwrap();
        let there = |file: &&str| maps.join(file).exists();
        let left = ["stale.dot", "still.dot", "own.dot", "changed.dot", "../above.dot"].into_iter().filter(there);
        assert_eq!(left.collect::<Vec<_>>(), ["still.dot", "own.dot", "changed.dot", "../above.dot"]);
    }
}
