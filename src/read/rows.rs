//! CSV records, each with the line that it begins on, and no cell that swallows rows in silence.
//!
//! The `csv` crate counts one line too few where lines end in CR LF or where blank lines stand between, and takes a
//! quotation mark that is never closed without a word: the rows up to the end are one cell then, or up to the next
//! cell in quotation marks, whose first mark closes it. So the bytes are watched on their way to it.

use std::collections::VecDeque;
use std::io::{self, Read};

use csv::{ByteRecord, Position, ReaderBuilder};
use memchr::{memchr2, memchr3};

use super::Limits;
use super::input::{HEAD, failed, too_long};
use crate::error::{Error, Kind, Result};

/// A table that is read row by row; the header is a row like all others.
pub(super) struct Rows<R> {
    reader: csv::Reader<Watch<R>>,
    limits: Limits,
}

impl<R: Read> Rows<R> {
    pub(super) fn new(stream: R, delimiter: u8, limits: &Limits) -> Self {
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(delimiter).buffer_capacity(HEAD);
        Self { reader: builder.from_reader(Watch::new(stream, delimiter)), limits: limits.clone() }
    }

    /// The next row that is not blank, or `false` at the end.
    ///
    /// # Errors
    /// A row over the limit, or where nothing more can be read, with the line.
    pub(super) fn next(&mut self, record: &mut ByteRecord) -> Result<bool> {
        loop {
            let from = self.reader.position().byte();
            self.reader.get_mut().left = self.limits.record;
            let more = self.reader.read_byte_record(record).map_err(|e| self.refused(e))?;
            let starts = &mut self.reader.get_mut().starts;
            while starts.front().is_some_and(|start| start.byte() < from) {
                starts.pop_front();
            }
            if let Some(start) = starts.front().filter(|_| more) {
                record.set_position(Some(start.clone()));
            }
            // Spreadsheets save rows in which nothing stands.
            if !more || !record.as_slice().iter().all(u8::is_ascii_whitespace) {
                return Ok(more);
            }
        }
    }

    fn refused(&self, error: csv::Error) -> Error {
        let watch = self.reader.get_ref();
        let line = watch.starts.back().map_or(1, Position::line);
        let refused = if watch.left == 0 {
            let Error { kind, message, .. } = too_long(&self.limits);
            Error::new(kind, message.replace("line", "row") + " (a quotation mark that is not closed?)")
        } else {
            match error.into_kind() {
                csv::ErrorKind::Io(e) => failed(&e),
                other => Error::new(Kind::Format, format!("{other:?}")),
            }
        };
        refused.at_line(line)
    }

    /// The fault of the row that was read last, if a cell of it is not closed where it should be.
    pub(super) fn unclosed(&mut self) -> Option<Error> {
        let end = self.reader.position().byte();
        let unclosed = &mut self.reader.get_mut().unclosed;
        let told = unclosed.iter().take_while(|u| u.at <= end).count();
        unclosed.drain(..told).next().map(|u| {
            let message = format!(
                "the quotation mark that opens a cell here is not closed: up to line {} all would be one cell; close \
                 it, or write it twice if it belongs to the text",
                u.until
            );
            Error::new(Kind::Format, message).at_line(u.opened.line()).at_byte(u.opened.byte())
        })
    }

    /// The stream of the bytes.
    pub(super) fn stream(&self) -> &R {
        &self.reader.get_ref().stream
    }
}

/// A cell that goes on for longer than its writer meant.
struct Unclosed {
    opened: Position,
    /// Last line of it.
    until: u64,
    /// Where it ended.
    at: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a row.
    Between,
    /// In a row, outside quotation marks.
    Bare,
    Quoted,
    /// Behind a quotation mark that ends the cell unless it is one of two.
    Closing,
}

/// A stream that notes where rows begin and which quotation marks are not closed.
struct Watch<R> {
    stream: R,
    /// Bytes that the row may still have.
    left: usize,
    delimiter: u8,
    state: State,
    /// The place of the next byte.
    here: Position,
    /// The byte before.
    last: u8,
    /// The byte before the quotation mark that may close.
    before: u8,
    opened: Position,
    starts: VecDeque<Position>,
    unclosed: VecDeque<Unclosed>,
}

impl<R> Watch<R> {
    fn new(stream: R, delimiter: u8) -> Self {
        Self {
            stream,
            left: 0,
            delimiter,
            state: State::Between,
            here: Position::new(),
            last: b'\n',
            before: 0,
            opened: Position::new(),
            starts: VecDeque::new(),
            unclosed: VecDeque::new(),
        }
    }

    fn ends_cell(&self, byte: u8) -> bool {
        byte == self.delimiter || byte == b'\n' || byte == b'\r'
    }

    fn see(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let plain = match self.state {
                State::Between | State::Closing => 0,
                State::Bare => memchr3(b'"', b'\n', b'\r', rest).unwrap_or(rest.len()),
                State::Quoted => memchr2(b'"', b'\n', rest).unwrap_or(rest.len()),
            };
            if plain > 0 {
                self.last = rest[plain - 1];
                self.here.set_byte(self.here.byte() + plain as u64);
                at += plain;
                continue;
            }
            if self.step(rest[0]) {
                self.last = rest[0];
                self.here.set_byte(self.here.byte() + 1);
                if rest[0] == b'\n' {
                    self.here.set_line(self.here.line() + 1);
                }
                at += 1;
            }
        }
    }

    /// Looks at one byte; `false` if it is to be looked at again.
    fn step(&mut self, byte: u8) -> bool {
        let is_line_end = byte == b'\n' || byte == b'\r';
        match self.state {
            State::Between if is_line_end => {}
            State::Between => {
                self.starts.push_back(self.here.clone());
                self.state = State::Bare;
                return false;
            }
            State::Bare if is_line_end => self.state = State::Between,
            State::Bare if self.ends_cell(self.last) && byte == b'"' => {
                self.opened = self.here.clone();
                self.state = State::Quoted;
            }
            State::Quoted if byte == b'"' => {
                self.before = self.last;
                self.state = State::Closing;
            }
            State::Closing if byte == b'"' => self.state = State::Quoted,
            State::Closing => {
                // The mark opened this cell, and was taken for the end of another.
                let is_opening = self.ends_cell(self.before) && !self.ends_cell(byte);
                if is_opening && self.opened.line() < self.here.line() {
                    self.fault(self.here.line());
                }
                self.state = State::Bare;
                return false;
            }
            State::Bare | State::Quoted => {}
        }
        true
    }

    fn end(&mut self) {
        if self.state == State::Quoted {
            self.fault(self.here.line() - u64::from(self.last == b'\n'));
            self.state = State::Between;
        }
    }

    fn fault(&mut self, until: u64) {
        self.unclosed.push_back(Unclosed { opened: self.opened.clone(), until, at: self.here.byte() });
    }
}

impl<R: Read> Read for Watch<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let room = buffer.len().min(self.left);
        let read = self.stream.read(&mut buffer[..room])?;
        self.left -= read;
        self.see(&buffer[..read]);
        if read == 0 && !buffer.is_empty() {
            self.end();
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line of each row, and the line of the mark that is not closed in it.
    fn lines(table: &str) -> Vec<(u64, Option<u64>)> {
        let mut out = Vec::new();
        // Byte by byte, so that every state is cut somewhere.
        for step in [1, 7, 1000] {
            let mut rows = Rows::new(Slow(table.as_bytes(), step), b',', &Limits::default());
            let mut record = ByteRecord::new();
            let mut found = Vec::new();
            while rows.next(&mut record).unwrap() {
                let unclosed = rows.unclosed().and_then(|e| e.line);
                found.push((record.position().unwrap().line(), unclosed));
            }
            assert!(out.is_empty() || out == found, "{table:?}");
            out = found;
        }
        out
    }

    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = buffer.len().min(self.1);
            self.0.read(&mut buffer[..n])
        }
    }

    #[test]
    fn every_row_knows_its_line() {
        let starts = |table: &str| lines(table).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
        assert_eq!(starts("a,b\nc,d\ne,f"), [1, 2, 3]);
        assert_eq!(starts("a,b\r\nc,d\r\n\r\ne,f\r\n"), [1, 2, 4]);
        assert_eq!(starts("\n\na,b\n\n\"c\r\n\r\nd\",d\n\n\ne,f\n"), [3, 5, 10]);
    }

    #[test]
    fn a_mark_that_is_not_closed_is_told_where_it_opens() {
        assert_eq!(lines("a,b\nc,\"d\ne,f\n"), [(1, None), (2, Some(2))]);
        assert_eq!(lines("a,b\nc,\"d\ne,f\ng,\"h\"\ni,j\n"), [(1, None), (2, Some(2)), (5, None)]);
        assert_eq!(lines("a,b\nc,\"d\n\"e\",f\ni,j\n"), [(1, None), (2, Some(2)), (4, None)]);
        assert_eq!(lines("a,\"b"), [(1, Some(1))]);
    }

    #[test]
    fn marks_that_are_text_or_closed_are_left_alone() {
        for table in [
            "a,\"b\nc\"\nd,\"\"\"e\"\" f\"\n",
            "a,b \"c\nd,5\" pipe\ne,f\n",
            "a,\"b \"c\" d\"\ne,\"\"\n",
            "a,\"b\n\"\"c,\"\"\nd\"\r\ne,\"f\"\r\n",
            "a,\"said \"yes\"\nand no\",b\nc,d,e\n",
        ] {
            assert!(lines(table).iter().all(|(_, unclosed)| unclosed.is_none()), "{table:?}");
        }
    }
}
