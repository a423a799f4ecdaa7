//! The names of the files in the folder `maps`.

use std::collections::BTreeMap;

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
