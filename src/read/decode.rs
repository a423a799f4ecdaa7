//! Raw bytes → UTF-8: decompression, byte-order marks, declared or guessed encodings, caps,
//! and the hash of the raw bytes.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use memchr::{memchr, memchr_iter};

use super::Limits;
use crate::document::Source;
use crate::error::{Error, Kind, Result};

/// Bytes that are looked at to find out what an input is.
pub(super) const HEAD: usize = 64 << 10;

/// Bytes asked of the operating system at a time.
const CHUNK: usize = 256 << 10;

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
        let (encoding, skip) = Encoding::for_bom(head).unwrap_or((utf16_without_bom(head).unwrap_or(UTF_8), 0));
        if encoding == UTF_8
            && let Some(at) = memchr(0, head)
        {
            return Err(not_text(head, at));
        }
        let mut stream = self.rewound()?;
        io::copy(&mut stream.by_ref().take(skip as u64), &mut io::sink()).map_err(|e| self.io(&e))?;
        self.set_encoding(encoding.name());
        let state = match encoding {
            e if e != UTF_8 => State::Decoding(Box::new(e.new_decoder_without_bom_handling())),
            _ if skip > 0 || !guess => State::Utf8,
            _ => State::Ascii,
        };
        Ok(Utf8Stream { stream, state, encoding, raw: Vec::new(), out: Vec::new(), at: 0, returns: None, ended: false })
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

/// Whether lines end in a carriage return alone, as on old Macs: there is no other line end but maybe at the very end.
fn ends_in_returns(bytes: &[u8]) -> bool {
    let lines = bytes.trim_ascii_end();
    memchr(b'\r', lines).is_some() && memchr(b'\n', lines).is_none()
}

fn feed_lines(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|b| **b == b'\r').for_each(|b| *b = b'\n');
}

/// The bytes of a text whose lines end in line feeds, whatever they ended in. No offset moves.
pub(super) fn line_feeds(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut bytes = Cow::Borrowed(bytes);
    if ends_in_returns(&bytes) {
        feed_lines(bytes.to_mut());
    }
    bytes
}

/// Decodes a whole text: `(text, encoding, note)`.
///
/// # Errors
/// [`Kind::Format`] at the first NUL: such bytes are no text.
pub(super) fn decode(bytes: Vec<u8>, declared: Option<&str>) -> Result<(String, &'static str, Option<String>)> {
    let (encoding, skip) = match Encoding::for_bom(&bytes) {
        Some((encoding, skip)) => (Some(encoding), skip),
        None => (utf16_without_bom(&bytes), 0),
    };
    if let Some(encoding) = encoding.filter(|&e| e != UTF_8) {
        let (text, bad) = encoding.decode_without_bom_handling(&bytes[skip..]);
        let note = bad.then(|| format!("some bytes are no {} and were replaced", encoding.name()));
        return no_nul(text.into_owned()).map(|text| (text, encoding.name(), note));
    }
    if let Some(at) = memchr(0, &bytes) {
        return Err(not_text(&bytes, at));
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(mut text) => {
            text.drain(..skip);
            return Ok((text, UTF_8.name(), None));
        }
        Err(e) => e.into_bytes(),
    };
    let declared = declared.and_then(|label| Encoding::for_label(label.as_bytes()));
    if let Some(encoding) = declared.filter(|&e| e != UTF_8)
        && let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(&bytes)
    {
        return Ok((text.into_owned(), encoding.name(), None));
    }
    if let Some(at) = binary(&bytes) {
        return Err(not_text(&bytes, at));
    }
    let wrong = |bytes: &[u8]| {
        let (line, column) = first_invalid(bytes);
        format!("the bytes are not UTF-8 (first at line {line}, byte {column})")
    };
    if skip > 0 || mostly_utf8(&bytes) {
        let note = format!("{}; those bytes were replaced", wrong(&bytes));
        return Ok((String::from_utf8_lossy(&bytes[skip..]).into_owned(), UTF_8.name(), Some(note)));
    }
    let encoding = guess(&bytes, true);
    let (text, _) = encoding.decode_without_bom_handling(&bytes);
    let note = format!("{}; read as {}", wrong(&bytes), encoding.name());
    Ok((text.into_owned(), encoding.name(), Some(note)))
}

fn no_nul(text: String) -> Result<String> {
    match memchr(0, text.as_bytes()) {
        Some(at) => Err(not_text(text.as_bytes(), at)),
        None => Ok(text),
    }
}

fn not_text(bytes: &[u8], at: usize) -> Error {
    let line = memchr_iter(b'\n', &bytes[..at]).count() as u64 + 1;
    let message = format!("not a text: a byte 0x{:02X} that no text has", bytes[at]);
    Error::new(Kind::Format, message).at_line(line).at_byte(at as u64)
}

/// The first control character of bytes that hold too many of them to be text.
fn binary(bytes: &[u8]) -> Option<usize> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let is_control = |b: &u8| matches!(b, 0..=8 | 14..=26 | 28..=31 | 127);
    let controls = head.iter().filter(|b| is_control(b)).count();
    if controls * 20 > head.len() { head.iter().position(is_control) } else { None }
}

/// UTF-16 that says so only by its zero bytes: at least 60 % of the high or the low bytes.
fn utf16_without_bom(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096) & !1];
    if head.len() < 8 {
        return None;
    }
    let zeros = |from: usize| head[from..].iter().step_by(2).filter(|&&b| b == 0).count() * 10;
    let (even, odd, pairs) = (zeros(0), zeros(1), head.len() / 2);
    match () {
        () if odd >= pairs * 6 && even <= pairs => Some(UTF_16LE),
        () if even >= pairs * 6 && odd <= pairs => Some(UTF_16BE),
        () => None,
    }
}

/// Line and byte (0-based in the input) of the first byte that is not UTF-8.
fn first_invalid(bytes: &[u8]) -> (usize, usize) {
    let at = std::str::from_utf8(bytes).err().map_or(bytes.len(), |e| e.valid_up_to());
    (memchr_iter(b'\n', &bytes[..at]).count() + 1, at)
}

/// Damaged UTF-8 rather than another encoding: far more good multi-byte characters than bad bytes.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes[..bytes.len().min(16 << 20)].utf8_chunks() {
        good += chunk.valid().bytes().filter(|b| *b >= 0xC0).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > 4 * bad
}

/// The encoding that bytes look like. Only the neighbourhood of non-ASCII bytes is looked at.
fn guess(bytes: &[u8], last: bool) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new();
    let first = bytes.iter().position(|&b| b >= 0x80).unwrap_or(0).saturating_sub(64);
    let end = bytes.len().min(first + (1 << 20));
    detector.feed(&bytes[first..end], last && end == bytes.len());
    detector.guess(None, false)
}

enum State {
    /// Nothing but ASCII so far: any encoding could follow.
    Ascii,
    Utf8,
    Decoding(Box<encoding_rs::Decoder>),
}

/// A stream of UTF-8 (see [`Input::utf8`]).
pub(super) struct Utf8Stream {
    stream: Box<dyn Read + Send>,
    state: State,
    encoding: &'static Encoding,
    raw: Vec<u8>,
    out: Vec<u8>,
    at: usize,
    /// Whether lines end in carriage returns, once something has been read.
    returns: Option<bool>,
    ended: bool,
}

impl Utf8Stream {
    /// Name of the encoding, as far as it is known.
    pub(super) fn encoding(&self) -> &'static str {
        self.encoding.name()
    }

    /// Reads one more chunk into `out`.
    fn advance(&mut self) -> io::Result<()> {
        self.raw.clear();
        self.stream.by_ref().take(CHUNK as u64).read_to_end(&mut self.raw)?;
        self.ended = self.raw.is_empty();
        if matches!(self.state, State::Ascii) && !self.raw.is_ascii() {
            // A character may be cut at the chunk's end; that alone is no reason to doubt UTF-8.
            let cut = std::str::from_utf8(&self.raw).err();
            let is_utf8 = cut.is_none_or(|e| e.error_len().is_none()) || mostly_utf8(&self.raw);
            self.state = if is_utf8 {
                State::Utf8
            } else {
                self.encoding = guess(&self.raw, false);
                State::Decoding(Box::new(self.encoding.new_decoder_without_bom_handling()))
            };
        }
        self.at = 0;
        self.out.clear();
        match &mut self.state {
            State::Decoding(decoder) => {
                let room = decoder.max_utf8_buffer_length(self.raw.len()).unwrap_or(CHUNK * 4);
                self.out.resize(room, 0);
                let (_, _, written, _) = decoder.decode_to_utf8(&self.raw, &mut self.out, self.ended);
                self.out.truncate(written);
            }
            _ => std::mem::swap(&mut self.raw, &mut self.out),
        }
        if *self.returns.get_or_insert_with(|| ends_in_returns(&self.out)) {
            feed_lines(&mut self.out);
        }
        Ok(())
    }
}

impl BufRead for Utf8Stream {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at >= self.out.len() && !self.ended {
            self.advance()?;
        }
        Ok(&self.out[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at = (self.at + amount).min(self.out.len());
    }
}

impl Read for Utf8Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let n = ready.len().min(buffer.len());
        buffer[..n].copy_from_slice(&ready[..n]);
        self.consume(n);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> (String, &'static str) {
        let (text, encoding, _) = decode(bytes.to_vec(), None).unwrap();
        (text, encoding)
    }

    #[test]
    fn marks_and_zero_bytes_name_the_encoding() {
        assert_eq!(text(b"\xEF\xBB\xBFcaf\xC3\xA9"), ("café".to_owned(), "UTF-8"));
        assert_eq!(text(b"\xFF\xFEa\0\xE9\0"), ("aé".to_owned(), "UTF-16LE"));
        assert_eq!(text(b"\xFE\xFF\0a\0\xE9"), ("aé".to_owned(), "UTF-16BE"));
        let bare: Vec<u8> = "Anna: yes, we do.".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&bare), ("Anna: yes, we do.".to_owned(), "UTF-16LE"));
    }

    #[test]
    fn other_encodings_are_guessed_and_said() {
        let bytes = encoding_rs::WINDOWS_1252.encode("Das wäre für die Länder nicht möglich – “nein”.").0.into_owned();
        let (text, encoding, note) = decode(bytes, None).unwrap();
        assert_eq!((text.as_str(), encoding), ("Das wäre für die Länder nicht möglich – “nein”.", "windows-1252"));
        assert!(note.unwrap().contains("windows-1252"));
    }

    #[test]
    fn a_wrong_declaration_does_not_spoil_utf8() {
        let (text, encoding, _) = decode("naïve".as_bytes().to_vec(), Some("shift_jis")).unwrap();
        assert_eq!((text.as_str(), encoding), ("naïve", "UTF-8"));
    }

    #[test]
    fn damaged_utf8_stays_utf8() {
        let mut bytes = "Ärger über Öl und Übermaß, größer als zuvor".as_bytes().to_vec();
        bytes.push(0xFF);
        let (text, encoding, note) = decode(bytes, None).unwrap();
        assert!(text.starts_with("Ärger") && text.ends_with('\u{FFFD}'));
        assert_eq!(encoding, "UTF-8");
        assert!(note.unwrap().contains("replaced"));
    }

    #[test]
    fn a_nul_is_refused_where_it_is() {
        let e = decode(b"one\ntwo\0".to_vec(), None).unwrap_err();
        assert_eq!((e.kind, e.line, e.byte), (Kind::Format, Some(2), Some(7)));
    }

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
    fn a_stream_passes_utf8_on_and_decodes_the_rest() {
        let mut input = Input::from_bytes("a", "é".as_bytes());
        let mut out = String::new();
        input.utf8(true).unwrap().read_to_string(&mut out).unwrap();
        assert_eq!(out, "é");
        let latin =
            [b"Zu sp\xE4t f\xFCr \xC4nderungen, sagte er; die L\xE4nder w\xFCrden z\xF6gern.".as_slice()].concat();
        let mut input = Input::from_bytes("a", latin);
        let mut out = String::new();
        let mut stream = input.utf8(true).unwrap();
        stream.read_to_string(&mut out).unwrap();
        assert_eq!(stream.encoding(), "windows-1252");
        assert!(out.starts_with("Zu spät für Änderungen"));
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
