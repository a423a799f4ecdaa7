//! The only place that creates a file.
//!
//! An output is whole or absent: it is written beside its final name, synced, given
//! mode 0644 and renamed. A program that is killed leaves at most a hidden temporary file.

use std::fs::{File, TryLockError};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use crate::error::{Error, Kind, Result};

/// How the name of a file begins and ends that is not whole yet.
const UNFINISHED: (&str, &str) = (".standpoint-", ".tmp");

/// A file that appears under its name only when it is [committed](AtomicFile::commit).
#[derive(Debug)]
pub struct AtomicFile {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl AtomicFile {
    /// Starts a file that will be `path`. Its folder must exist.
    ///
    /// # Errors
    /// Where nothing can be created in that folder.
    pub fn create(path: &Path) -> Result<Self> {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        Self::create_in(folder, path)
    }

    /// Starts a file that will be `path` and grows in `folder`, which must be on the same disk.
    ///
    /// # Errors
    /// Where nothing can be created in that folder.
    pub fn create_in(folder: &Path, path: &Path) -> Result<Self> {
        let file = tempfile::Builder::new()
            .prefix(UNFINISHED.0)
            .suffix(UNFINISHED.1)
            .tempfile_in(folder)
            .map_err(|e| output(path, &e))?;
        Ok(Self { file: BufWriter::with_capacity(1 << 18, file), path: path.to_owned() })
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|e| output(&self.path, &e))
    }

    /// Makes the file appear, whole, in place of whatever had its name.
    ///
    /// # Errors
    /// Where it cannot be written out, synced or renamed; then nothing appears.
    pub fn commit(self) -> Result<()> {
        let whole = self.close()?;
        whole.sync()?;
        whole.appear()
    }

    /// Like [`commit`](Self::commit) without waiting for the disk: for files that carry a checksum and are made again
    /// if it does not hold.
    pub(super) fn commit_unsynced(self) -> Result<()> {
        self.close()?.appear()
    }

    /// Writes the file out, to be synced and to appear later, and keeps nothing of it open: there may be thousands.
    ///
    /// # Errors
    /// Where it cannot be written out.
    pub fn close(self) -> Result<WholeFile> {
        let Self { file, path } = self;
        let fail = |e: std::io::Error| output(&path, &e);
        let file = file.into_inner().map_err(|e| fail(e.into_error()))?;
        readable_by_all(file.as_file()).map_err(fail)?;
        Ok(WholeFile { file: file.into_temp_path(), path })
    }
}

/// A file that is whole and has not appeared yet. Dropped without that, it leaves nothing behind.
#[derive(Debug)]
pub struct WholeFile {
    file: TempPath,
    path: PathBuf,
}

impl WholeFile {
    /// Waits until the disk has it. Of thousands, several at once: one by one, each would wait for itself alone.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn sync(&self) -> Result<()> {
        let file = File::options().write(true).open(&self.file);
        file.and_then(|file| file.sync_all()).map_err(|e| output(&self.path, &e))
    }

    /// Makes the file appear in place of whatever had its name.
    ///
    /// # Errors
    /// Where it cannot be renamed; then nothing appears.
    pub fn appear(self) -> Result<()> {
        self.file.persist(&self.path).map_err(|e| output(&self.path, &e.error))
    }
}

/// Gives a whole file its other name, in place of whatever had it.
///
/// # Errors
/// Where the system refuses.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).map_err(|e| output(to, &e))
}

/// Removes a file that this program wrote.
///
/// # Errors
/// Where the system refuses.
pub fn remove(path: &Path) -> Result<()> {
    std::fs::remove_file(path)
        .map_err(|e| Error::new(Kind::Output, format!("cannot be removed: {e}")).at_path(path.display().to_string()))
}

/// Removes what a program that was killed had not finished in a folder, which may be large.
///
/// # Errors
/// Where the system refuses.
pub fn remove_unfinished(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1)) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Writes a whole file at once.
///
/// # Errors
/// Where it cannot be created, written or renamed; then nothing appears.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = AtomicFile::create(path)?;
    file.write(bytes)?;
    file.commit()
}

/// Creates a folder for outputs and checks that files can be made in it.
///
/// # Errors
/// Where it cannot.
pub fn folder(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(|e| output(path, &e))?;
    tempfile::tempfile_in(path).map_err(|e| output(path, &e))?;
    Ok(())
}

/// Keeps other runs out of a folder until it is dropped, also by a kill. `None` where the system has no such locks.
///
/// # Errors
/// Where another run is in it.
pub fn lock(folder: &Path) -> Result<Option<File>> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::Error(_)) => Ok(None),
        Err(TryLockError::WouldBlock) => {
            let message = "another run is writing into this folder: wait until it has ended, or choose another folder";
            Err(Error::new(Kind::Output, message).at_path(folder.display().to_string()))
        }
    }
}

#[cfg(unix)]
fn readable_by_all(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

pub(super) fn output(path: &Path, error: &std::io::Error) -> Error {
    let message = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "cannot be written: the disk is full; make room and give the same command again".to_owned()
        }
        _ => format!("cannot be written: {error}"),
    };
    Error::new(Kind::Output, message).at_path(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_only_when_committed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let mut file = AtomicFile::create(&path).unwrap();
        file.write(b"half").unwrap();
        assert!(!path.exists());
        drop(file);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a dropped file leaves nothing");
        write(&path, b"whole").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn a_folder_that_is_a_file_is_an_output_error_with_its_path() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("taken");
        write(&path, b"x").unwrap();
        let error = folder(&path).unwrap_err();
        assert_eq!(error.kind, Kind::Output);
        assert!(error.to_string().contains("taken"), "{error}");
    }
}
