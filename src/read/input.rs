//! An input: a stream of bytes with a name, decompressed as it is read, hashed as it came, within caps.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use encoding_rs::UTF_8;
use memchr::{memchr, memchr_iter};

use super::Limits;
use super::decode::{decode, ends_in_returns, not_text, stated};
use super::stream::Utf8Stream;
use crate::document::Source;
use crate::error::{Error, Kind, Result};

/// Bytes that are looked at to find out what an input is.
pub(super) const HEAD: usize = 64 << 10;

/// Bytes asked of the operating system at a time.
pub(super) const CHUNK: usize = 256 << 10;

/// An opened input: a stream of bytes with a name, decompressed as it is read and hashed
/// as it came.
pub struct Input {
    source: Source,
    stream: Box<dyn Read + Send>,
    head: Option<Vec<u8>>,
    hasher: Arc<Mutex<blake3::Hasher>>,
    raw: Option<Arc<Mutex<Box<dyn Read + Send>>>>,
    size: Option<u64>,
}

impl Input {
    /// Opens a file.
    ///
    /// # Errors
    /// [`Kind::Io`] with the path.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let name = super::shown(path.as_ref());
        let file = File::open(&path).map_err(|e| Error::io(&name, &e))?;
        let metadata = file.metadata().map_err(|e| Error::io(&name, &e))?;
        if metadata.is_dir() {
            return Err(Error::new(Kind::Io, "is a folder, not a file").at_path(name));
        }
        let size = metadata.is_file().then_some(metadata.len());
        Ok(Self::new(name, Box::new(file), size))
    }

    /// Standard input, named `-`.
    #[must_use]
    pub fn stdin() -> Self {
        Self::new("-".to_owned(), Box::new(io::stdin()), None)
    }

    /// Bytes in memory, under a name.
    #[must_use]
    pub fn from_bytes(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let size = Some(bytes.len() as u64);
        Self::new(name.into(), Box::new(Cursor::new(bytes)), size)
    }

    /// Any stream of bytes, under a name.
    #[must_use]
    pub fn from_reader(name: impl Into<String>, reader: impl Read + Send + 'static) -> Self {
        Self::new(name.into(), Box::new(reader), None)
    }

    fn new(path: String, raw: Box<dyn Read + Send>, size: Option<u64>) -> Self {
        let hasher = Arc::new(Mutex::new(blake3::Hasher::new()));
        let raw = Arc::new(Mutex::new(raw));
        let stream = Box::new(Hashing { raw: Arc::clone(&raw), hasher: Arc::clone(&hasher) });
        let source = Source { path, encoding: "UTF-8".to_owned(), ..Source::default() };
        Self { source, stream, head: None, hasher, raw: Some(raw), size }
    }

    /// The name it was opened by.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.source.path
    }

    /// The extension, lower case, that of the compressed file if it is compressed.
    pub(super) fn extension(&self) -> String {
        let name = self.source.path.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        name.rsplit_once('.').map_or_else(String::new, |(_, extension)| extension.to_owned())
    }

    pub(super) fn set_format(&mut self, format: &str) {
        format.clone_into(&mut self.source.format);
    }

    pub(super) fn set_encoding(&mut self, encoding: &str) {
        encoding.clone_into(&mut self.source.encoding);
    }

    /// What is known of the source so far.
    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    fn io(&self, error: &io::Error) -> Error {
        failed(error).at_path(&self.source.path)
    }

    /// The first bytes (at most [`HEAD`]), decompressed. They are still to be read.
    pub(super) fn head(&mut self) -> Result<&[u8]> {
        if self.head.is_none() {
            let mut head = self.fill()?;
            if head.starts_with(&[0x1f, 0x8b]) {
                let raw = std::mem::replace(&mut self.stream, Box::new(io::empty()));
                let packed = BufReader::with_capacity(CHUNK, Cursor::new(head).chain(raw));
                self.stream = Box::new(Unpacked { packed: flate2::bufread::MultiGzDecoder::new(packed), broken: None });
                self.size = None;
                head = self.fill()?;
            }
            self.head = Some(head);
        }
        Ok(self.head.as_deref().unwrap_or_default())
    }

    fn fill(&mut self) -> Result<Vec<u8>> {
        let mut head = Vec::with_capacity(HEAD);
        match self.stream.by_ref().take(HEAD as u64).read_to_end(&mut head) {
            // Damage further on is reported by the reader that gets there.
            Err(e) if head.is_empty() => Err(self.io(&e)),
            _ => Ok(head),
        }
    }

    /// The stream from its beginning.
    fn rewound(&mut self) -> Result<Box<dyn Read + Send>> {
        self.head()?;
        let head = self.head.take().unwrap_or_default();
        let stream = std::mem::replace(&mut self.stream, Box::new(io::empty()));
        Ok(Box::new(Cursor::new(head).chain(stream)))
    }

    /// All bytes, decompressed, at most `limits.document` of them, no line over
    /// `limits.record` if `lines` says that there are lines.
    pub(super) fn bytes(&mut self, limits: &Limits, lines: bool) -> Result<Vec<u8>> {
        if self.size.is_some_and(|size| size > limits.document as u64) {
            return Err(too_large(limits).at_byte(limits.document as u64));
        }
        let mut stream = self.rewound()?;
        let mut bytes = Vec::with_capacity(self.size.map_or(CHUNK, |size| size as usize + 1));
        let mut line_start = 0;
        loop {
            let from = bytes.len();
            let read = stream.by_ref().take(CHUNK as u64).read_to_end(&mut bytes);
            if let Err(e) = read {
                return Err(self.io(&e).at_byte(bytes.len() as u64));
            }
            if bytes.len() == from {
                break;
            }
            if bytes.len() > limits.document {
                return Err(too_large(limits).at_byte(limits.document as u64));
            }
            if lines {
                line_start = memchr::memrchr(b'\n', &bytes[from..]).map_or(line_start, |at| from + at + 1);
                if bytes.len() - line_start > limits.record {
                    let line = memchr_iter(b'\n', &bytes[..line_start]).count() as u64 + 1;
                    return Err(too_long(limits).at_line(line).at_byte(line_start as u64));
                }
            }
        }
        Ok(bytes)
    }

    /// The whole input as text. The encoding is the byte-order mark's, else UTF-8 if the bytes
    /// are valid, else `declared` if they are valid in it, else what `chardetng` guesses.
    /// The second value is a note on replaced bytes or a wrong declaration.
    pub(super) fn text(&mut self, declared: Option<&str>, limits: &Limits) -> Result<(String, Option<String>)> {
        let bytes = self.bytes(limits, true)?;
        let (mut text, encoding, note) = decode(bytes, declared)?;
        if ends_in_returns(text.as_bytes()) {
            text = text.replace('\r', "\n");
        }
        self.set_encoding(encoding);
        Ok((text, note))
    }

    /// The input as a stream of UTF-8, for formats of records. Bytes that are invalid in a UTF-8
    /// input are passed on, so that the record they are in can be named. With `guess`, an input
    /// that is not UTF-8 is decoded from the encoding that its first non-ASCII bytes look like.
    pub(super) fn utf8(&mut self, guess: bool) -> Result<Utf8Stream> {
        let head = self.head()?;
        let (encoding, skip) = stated(head).unwrap_or((UTF_8, 0));
        if encoding == UTF_8
            && let Some(at) = memchr(0, head)
        {
            return Err(not_text(head, at));
        }
        let mut stream = self.rewound()?;
        io::copy(&mut stream.by_ref().take(skip as u64), &mut io::sink()).map_err(|e| self.io(&e))?;
        self.set_encoding(encoding.name());
        Ok(Utf8Stream::new(stream, encoding, skip > 0 || !guess))
    }

    /// Reads whatever is left, and closes the books: the source with the hash of all raw bytes.
    pub(super) fn finish(mut self) -> Result<Source> {
        let raw = self.raw.take();
        drop(std::mem::replace(&mut self.stream, Box::new(io::empty())));
        if let Some(raw) = raw {
            let mut rest = Hashing { raw, hasher: Arc::clone(&self.hasher) };
            io::copy(&mut rest, &mut io::sink()).map_err(|e| self.io(&e))?;
        }
        Ok(Source { hash: self.hash(), ..self.source })
    }

    /// The hash of the raw bytes that have been read.
    pub(super) fn hash(&self) -> String {
        self.hasher.lock().unwrap_or_else(PoisonError::into_inner).finalize().to_hex().to_string()
    }
}

/// A gzip file as it is unpacked. Damage is told to whoever reads on, for the decoder tells it once only: whoever
/// looks at the head of a small file would take it away.
struct Unpacked<R> {
    packed: flate2::bufread::MultiGzDecoder<R>,
    broken: Option<(io::ErrorKind, String)>,
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some((kind, message)) = &self.broken {
            return Err(io::Error::new(*kind, message.clone()));
        }
        self.packed.read(buffer).map_err(|e| {
            let message = match e.kind() {
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput => {
                    format!("the gzip file is cut off or damaged ({e}): fetch or pack it again")
                }
                _ => e.to_string(),
            };
            let (kind, message) = self.broken.insert((e.kind(), message));
            io::Error::new(*kind, message.clone())
        })
    }
}

/// A reader that hashes what passes.
struct Hashing {
    raw: Arc<Mutex<Box<dyn Read + Send>>>,
    hasher: Arc<Mutex<blake3::Hasher>>,
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.lock().unwrap_or_else(PoisonError::into_inner).read(buffer)?;
        self.hasher.lock().unwrap_or_else(PoisonError::into_inner).update(&buffer[..read]);
        Ok(read)
    }
}

/// Why a stream could not be read on.
pub(super) fn failed(error: &io::Error) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput => Kind::Format,
        _ => Kind::Io,
    };
    Error::new(kind, error.to_string())
}

fn too_large(limits: &Limits) -> Error {
    let cap = limits.document >> 20;
    Error::new(Kind::Limit, format!("a document of more than {cap} MB; split it into several files"))
}

pub(super) fn too_long(limits: &Limits) -> Error {
    Error::new(Kind::Limit, format!("a line of more than {} MB", limits.record >> 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_undone_and_the_raw_bytes_hashed() {
        use std::io::Write;
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(b"Anna: yes.").unwrap();
        let squeezed = packer.finish().unwrap();
        let mut input = Input::from_bytes("a.txt.gz", squeezed.clone());
        assert_eq!(input.extension(), "txt");
        assert_eq!(input.text(None, &Limits::default()).unwrap().0, "Anna: yes.");
        assert_eq!(input.finish().unwrap().hash, blake3::hash(&squeezed).to_hex().to_string());
    }

    #[test]
    fn a_line_over_the_cap_is_refused_with_its_place() {
        let limits = Limits { record: 1000, ..Limits::default() };
        let mut bytes = b"one\ntwo\n".to_vec();
        bytes.resize(10_000, b'x');
        let e = Input::from_bytes("a", bytes).bytes(&limits, true).unwrap_err();
        assert_eq!((e.kind, e.line, e.byte), (Kind::Limit, Some(3), Some(8)));
    }
}
