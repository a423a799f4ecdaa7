//! One part per input: the rows it adds to every output, kept until all inputs are done.
//!
//! A part is a file of frames `[kind: u8][length: u32 little endian][bytes]`, closed by a BLAKE3 of all
//! of them. Outputs are merged from parts in the order of the inputs, which gives three things at once: memory
//! that does not grow with the corpus, an order that does not depend on threads, and a run that was
//! killed can be taken up where it was (a part that is whole is not made again).

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use super::atomic::{AtomicFile, output};
use crate::error::{Error, Kind, Result};

const MAGIC: &[u8; 8] = b"stdpart3";
/// The folder of parts, in the output folder.
pub const FOLDER: &str = ".standpoint-parts";
/// Frame kind of the closing checksum.
const END: u8 = 255;
/// A frame is never larger: writers hand over at most one batch of documents at a time.
const LARGEST: usize = u32::MAX as usize;

/// A part that is being written.
#[derive(Debug)]
pub struct PartWriter {
    file: AtomicFile,
    hasher: blake3::Hasher,
}

impl PartWriter {
    /// Starts a part that will have this path.
    ///
    /// # Errors
    /// Where it cannot be created.
    pub fn create(path: &Path) -> Result<Self> {
        let mut file = AtomicFile::create(path)?;
        file.write(MAGIC)?;
        Ok(Self { file, hasher: blake3::Hasher::new() })
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// Where the disk refuses or the frame is over 4 GiB.
    pub fn frame(&mut self, kind: u8, bytes: &[u8]) -> Result<()> {
        if bytes.len() > LARGEST {
            return Err(Error::new(Kind::Limit, "one document gives over 4 GiB of output; split it"));
        }
        let mut head = [kind, 0, 0, 0, 0];
        head[1..].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.hasher.update(&head).update(bytes);
        self.file.write(&head)?;
        self.file.write(bytes)
    }

    /// Closes the part and gives it its name.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn finish(mut self) -> Result<()> {
        let sum = *self.hasher.finalize().as_bytes();
        self.file.write(&[END])?;
        self.file.write(&sum)?;
        self.file.commit_unsynced()
    }
}

/// Reads a part's frames in order. The caller learns from the last item whether the part is whole.
#[derive(Debug)]
pub struct PartReader {
    file: BufReader<File>,
    path: PathBuf,
    hasher: blake3::Hasher,
}

impl PartReader {
    /// Opens a part.
    ///
    /// # Errors
    /// Where it is missing or not a part.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|e| output(path, &e))?;
        let mut reader = Self {
            file: BufReader::with_capacity(1 << 18, file),
            path: path.to_owned(),
            hasher: blake3::Hasher::new(),
        };
        let mut magic = [0; 8];
        reader.fill(&mut magic)?;
        if &magic == MAGIC { Ok(reader) } else { Err(reader.torn()) }
    }

    /// The next frame into `bytes`; `None` at the end of a whole part.
    ///
    /// # Errors
    /// Where the part is cut short or altered.
    pub fn next(&mut self, bytes: &mut Vec<u8>) -> Result<Option<u8>> {
        let mut kind = [0];
        self.fill(&mut kind)?;
        if kind[0] == END {
            let mut sum = [0; 32];
            self.fill(&mut sum)?;
            return if *self.hasher.finalize().as_bytes() == sum { Ok(None) } else { Err(self.torn()) };
        }
        let mut length = [0; 4];
        self.fill(&mut length)?;
        let wanted = u64::from(u32::from_le_bytes(length));
        bytes.clear();
        // `take` and not `resize`: a torn length must not allocate.
        let got = self.file.by_ref().take(wanted).read_to_end(bytes).map_err(|e| output(&self.path, &e))?;
        if got as u64 != wanted {
            return Err(self.torn());
        }
        self.hasher.update(&kind).update(&length).update(bytes);
        Ok(Some(kind[0]))
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.file.read_exact(bytes).map_err(|_| self.torn())
    }

    fn torn(&self) -> Error {
        Error::new(Kind::Output, "is not a whole part").at_path(self.path.display().to_string())
    }
}

/// A hidden folder for parts and for outputs that are not whole yet. It stays behind if the run is killed, and
/// the next run into the same output folder takes it up.
#[derive(Debug)]
pub struct PartFolder {
    path: PathBuf,
}

impl PartFolder {
    /// The folder inside an output folder.
    ///
    /// # Errors
    /// Where it cannot be created.
    pub fn within(output_folder: &Path) -> Result<Self> {
        let path = output_folder.join(FOLDER);
        super::atomic::folder(&path)?;
        super::atomic::remove_unfinished(&path)?;
        Ok(Self { path })
    }

    /// Starts an output that grows here and appears under `path` once it is whole.
    ///
    /// # Errors
    /// Where it cannot be created.
    pub fn output(&self, path: &Path) -> Result<AtomicFile> {
        AtomicFile::create_in(&self.path, path)
    }

    /// Where the part with this key is.
    #[must_use]
    pub fn part(&self, key: &str) -> PathBuf {
        self.path.join(key)
    }

    /// Whether an earlier run left parts.
    #[must_use]
    pub fn has_parts(&self) -> bool {
        std::fs::read_dir(&self.path).is_ok_and(|mut entries| entries.next().is_some())
    }

    /// Removes the folder and all parts in it.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn remove(self) -> Result<()> {
        std::fs::remove_dir_all(&self.path).map_err(|e| output(&self.path, &e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether there is a whole part at this path.
    fn is_whole(path: &Path) -> bool {
        let check = || -> Result<()> {
            let mut reader = PartReader::open(path)?;
            let mut bytes = Vec::new();
            while reader.next(&mut bytes)?.is_some() {}
            Ok(())
        };
        check().is_ok()
    }

    fn part(folder: &Path) -> PathBuf {
        let path = folder.join("p");
        let mut writer = PartWriter::create(&path).unwrap();
        writer.frame(1, b"first").unwrap();
        writer.frame(2, b"").unwrap();
        writer.frame(1, b"third").unwrap();
        writer.finish().unwrap();
        path
    }

    #[test]
    fn frames_come_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut reader = PartReader::open(&part(folder.path())).unwrap();
        let (mut bytes, mut seen) = (Vec::new(), Vec::new());
        while let Some(kind) = reader.next(&mut bytes).unwrap() {
            seen.push((kind, bytes.clone()));
        }
        assert_eq!(seen, [(1, b"first".to_vec()), (2, vec![]), (1, b"third".to_vec())]);
    }

    #[test]
    fn every_truncation_and_every_changed_byte_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = part(folder.path());
        let whole = std::fs::read(&path).unwrap();
        let torn = folder.path().join("torn");
        for cut in 0..whole.len() {
            super::super::atomic::write(&torn, &whole[..cut]).unwrap();
            assert!(!is_whole(&torn), "cut at {cut}");
        }
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            super::super::atomic::write(&torn, &changed).unwrap();
            assert!(!is_whole(&torn), "changed at {at}");
        }
        assert!(is_whole(&path));
    }
}
