//! What `train`, `evaluate` and `map` share for argument maps: the files they read.

use std::path::{Path, PathBuf};

use standpoint::argument::ArgumentModel;
use standpoint::{Error, Kind, Result, read};

/// The model in a file.
///
/// # Errors
/// A file that cannot be read or is no argument model.
pub(crate) fn load(path: &Path) -> Result<ArgumentModel> {
    ArgumentModel::from_bytes(&read::bytes(path)?).map_err(|e| e.at_path(path.display().to_string()))
}

/// The two tables of annotated arguments, read from the command line's paths.
///
/// # Errors
/// Where there are not two, or one cannot be read.
pub(crate) fn tables(paths: &[PathBuf]) -> Result<[(Vec<u8>, String); 2]> {
    let [components, relations] = paths else {
        return Err(Error::new(Kind::Usage, "--task argument takes two tables: COMPONENTS.csv RELATIONS.csv"));
    };
    let table = |path: &PathBuf| Ok((read::bytes(path)?, path.display().to_string()));
    Ok([table(components)?, table(relations)?])
}
