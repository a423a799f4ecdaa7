//! The files in the folder `maps`: their names, and those that an earlier run left.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::error::Result;
use crate::read::earlier::{Earlier, MAPS, MapReport};
use crate::write::atomic;

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

/// Removes the maps that earlier runs wrote and this one does not, unless somebody has changed them since.
///
/// # Errors
/// Where the system refuses.
pub(super) fn remove_stale(out: &Path, earlier: &Earlier, written: &[MapReport]) -> Result<()> {
    let written: BTreeSet<&str> = written.iter().map(|map| map.file.as_str()).collect();
    let folder = out.join(MAPS);
    for (place, hashes) in &earlier.files {
        let path = out.join(place);
        let Some(file) = path.file_name().and_then(|name| name.to_str()) else { continue };
        // A plain name, and nothing that leads elsewhere.
        let plain = path.parent() == Some(&folder) && *place == format!("{MAPS}/{file}");
        let ours =
            || std::fs::read(&path).is_ok_and(|bytes| hashes.contains(&blake3::hash(&bytes).to_hex().to_string()));
        if plain && !written.contains(file) && ours() {
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
        let maps = dir.path().join(MAPS);
        atomic::folder(&maps).unwrap();
        let report = |file: &str| MapReport { file: file.to_owned(), hash: blake3::hash(b"x").to_hex().to_string() };
        for file in ["stale.dot", "still.dot", "own.dot", "changed.dot", "../above.dot"] {
            atomic::write(&maps.join(file), if file == "changed.dot" { b"y" } else { b"x" }).unwrap();
        }
        let listed = ["stale.dot", "still.dot", "changed.dot", "gone.dot", "../above.dot"].map(report);
        let json = serde_json::json!({ "stance_model": "x", "files": [], "maps": listed }).to_string();
        atomic::write(&dir.path().join("run.json"), json.as_bytes()).unwrap();
        remove_stale(dir.path(), &Earlier::of(dir.path()), &[report("still.dot")]).unwrap();
        let there = |file: &&str| maps.join(file).exists();
        let left = ["stale.dot", "still.dot", "own.dot", "changed.dot", "../above.dot"].into_iter().filter(there);
        assert_eq!(left.collect::<Vec<_>>(), ["still.dot", "own.dot", "changed.dot", "../above.dot"]);
    }
}
