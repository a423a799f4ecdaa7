//! Nothing that somebody has made is written over.

use std::path::Path;

use crate::error::{Error, Kind, Result};
use crate::read::earlier::Earlier;

/// Refuses to write over a file that no run has written, or that somebody has changed since: it may hold codes.
///
/// # Errors
/// Where there is such a file under this name.
pub(super) fn spare(out: &Path, name: &str, earlier: &Earlier) -> Result<()> {
    let path = out.join(name);
    let Ok(changed) = std::fs::metadata(&path).and_then(|m| m.modified()) else { return Ok(()) };
    let why = if !earlier.files.contains_key(name) {
        "was not written by a run, and would be lost: move it, or choose another folder"
    } else if Some(changed) > earlier.written {
        "was changed after the run that wrote it, and the changes would be lost: move it, or choose another folder"
    } else {
        return Ok(());
    };
    Err(Error::new(Kind::Output, why).at_path(path.display().to_string()))
}
