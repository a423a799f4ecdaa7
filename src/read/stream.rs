//! Bytes as a stream of UTF-8, for formats of records: whatever the encoding, no more than a chunk is held.

use std::io::{self, BufRead, Read};

use encoding_rs::{Encoding, UTF_8};

use super::decode::{ends_in_returns, feed_lines, guess, mostly_utf8};
use super::input::CHUNK;

enum State {
    /// Nothing but ASCII so far: any encoding could follow.
    Ascii,
    Utf8,
    Decoding(Box<encoding_rs::Decoder>),
}

/// A stream of UTF-8 (see [`super::Input::utf8`]).
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
    /// Of bytes without their byte-order mark. UTF-8 that is not `certain` is that as long as it looks like it.
    pub(super) fn new(stream: Box<dyn Read + Send>, encoding: &'static Encoding, certain: bool) -> Self {
        let state = match encoding {
            e if e != UTF_8 => State::Decoding(Box::new(e.new_decoder_without_bom_handling())),
            _ if certain => State::Utf8,
            _ => State::Ascii,
        };
        Self { stream, state, encoding, raw: Vec::new(), out: Vec::new(), at: 0, returns: None, ended: false }
    }

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
    use super::super::Input;
    use super::*;

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
}
