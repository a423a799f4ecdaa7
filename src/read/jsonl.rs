//! JSON: an object per line (JSONL, `ConvoKit`'s `utterances.jsonl`), or one array of objects.

use std::fmt;
use std::io::BufRead;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::header::Header;
use super::input::{failed, too_long};
use super::stream::Utf8Stream;
use super::table::{self, Mapping, Role, Row, Table};
use super::{Input, Item, ReadOptions, Reader, Sink, Sniff};
use crate::error::{Error, Kind, Result};

/// Documents and faults that wait for a field that is needed.
const MOST_HELD: usize = 1 << 16;

/// JSON records.
pub(super) struct Jsonl;

impl Reader for Jsonl {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["jsonl", "ndjson", "json"]
    }

    fn about(&self) -> &'static str {
        "JSON, an object per line or an array of objects, ConvoKit utterances included; fields as the columns of csv"
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        let mut solid =
            head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).iter().copied().filter(|b| !b.is_ascii_whitespace());
        match (solid.next(), solid.next()) {
            (Some(b'{'), Some(b'"' | b'}')) | (Some(b'['), Some(b'{')) => Sniff::Yes,
            _ => Sniff::Maybe,
        }
    }

    fn read(&self, input: &mut Input, options: &ReadOptions, sink: &mut Sink<'_>) -> Result<()> {
        let stream = input.utf8(false)?;
        input.set_encoding(stream.encoding());
        let mut records = Records::new(stream, options.limits.record);
        let mut table = Table::new(input, options, options.presegmented);
        let mut keys = Keys::new(options);
        // Nothing of a file is handed over before some record has had each field that is needed.
        let mut waiting = Vec::new();
        loop {
            let found = records.next().map_err(|e| failed(&e).at_line(records.line))?;
            let (line, byte) = (records.start_line, records.start_byte);
            let parsed = match found {
                Found::End => break,
                Found::TooLong => Err(too_long(&options.limits)),
                Found::Broken => Err(Error::new(Kind::Format, "the array of records is not closed")),
                Found::Record => fields(&records.record),
            };
            let mut hold = |item| {
                waiting.push(item);
                Ok(())
            };
            let added = match parsed {
                Ok(fields) => keys.add(&fields, line, options, &mut table, &mut hold)?,
                Err(e) => Some(e),
            };
            if let Some(e) = added {
                let at = byte + e.byte.unwrap_or(0);
                hold(Item::Fault(Error { byte: Some(at), ..e }.at_path(input.path()).at_line(line)))?;
            }
            if keys.missing.is_none() || waiting.len() > MOST_HELD || records.byte > options.limits.document as u64 {
                waiting.drain(..).try_for_each(&mut *sink)?;
            }
        }
        match keys.missing {
            None => table.finish(sink),
            Some(missing) if keys.has_records() => Err(missing),
            Some(_) => {
                let fault = waiting.into_iter().find_map(|item| if let Item::Fault(e) = item { Some(e) } else { None });
                Err(fault.unwrap_or_else(|| Error::new(Kind::Empty, "there is no record")))
            }
        }
    }
}

/// Which fields have which role; found again whenever a record has a field not seen before.
struct Keys {
    header: Header,
    mapping: Mapping,
    /// What is wrong as long as no record has had some field that is needed.
    missing: Option<Error>,
}

impl Keys {
    fn new(options: &ReadOptions) -> Self {
        let (header, mapping) = (Header::default(), Mapping::default());
        let missing = table::missing(&header, &options.columns, &mapping);
        Self { header, mapping, missing }
    }

    fn has_records(&self) -> bool {
        !self.header.names().is_empty()
    }

    /// Adds a record to the table; gives back what is wrong with it.
    fn add(
        &mut self,
        fields: &[(String, &RawValue)],
        line: u64,
        options: &ReadOptions,
        table: &mut Table<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<Option<Error>> {
        let known = self.header.names().len();
        for (name, _) in fields {
            if !self.header.names().contains(name) {
                self.header.push(name.clone());
            }
        }
        if self.header.names().len() > known {
            // Say the guesses again only where they changed.
            let silent: &mut Sink<'_> = &mut |_| Ok(());
            let mapping = table::map(&self.header, &options.columns, silent).map_err(|e| e.at_line(line))?;
            if mapping != self.mapping {
                self.mapping = table::map(&self.header, &options.columns, sink)?;
            }
            if self.missing.is_some() {
                self.missing = table::missing(&self.header, &options.columns, &self.mapping);
            }
        }
        let name = |role: Role| self.mapping[role as usize].map(|i| self.header.names()[i].as_str());
        let value = |role: Role| fields.iter().find(|(n, _)| Some(n.as_str()) == name(role)).map(|(_, value)| *value);
        let of = |role: Role| value(role).map_or(String::new(), |value| plain(value, role));
        let without = |message: &str| {
            let text = name(Role::Text).or(options.columns.text.as_deref()).unwrap_or(Role::Text.names()[0]);
            Ok(Some(Error::new(Kind::Format, message).in_column(text)))
        };
        match value(Role::Text).map(|text| text.get().as_bytes()[0]) {
            None => return without("the record has no such field; it is left out"),
            Some(b'{' | b'[') => return without("an object or a list, where words are needed; the record is left out"),
            Some(_) => {}
        }
        let mut cells = Vec::new();
        for (name, value) in fields {
            let at = self.header.names().iter().position(|n| n == name);
            let is_role = [Role::Text, Role::Speaker, Role::Document, Role::Question]
                .iter()
                .any(|r| self.mapping[*r as usize] == at);
            if !is_role {
                let column = table.column(name);
                if cells.len() <= column {
                    cells.resize(column + 1, String::new());
                }
                cells[column] = plain(value, Role::Id);
            }
        }
        let (text, speaker, document, question) =
            (of(Role::Text), of(Role::Speaker), of(Role::Document), of(Role::Question));
        let (turn, before) = (of(Role::Turn), of(Role::Before));
        let row = Row {
            line,
            text: &text,
            speaker: &speaker,
            document: &document,
            question: &question,
            turn: &turn,
            before: &before,
        };
        table.add(row, cells, sink).map(|()| None)
    }
}

/// A value as a cell: strings without their quotation marks, nothing for `null`, a speaker
/// object by its id, all else as it is written.
fn plain(value: &RawValue, role: Role) -> String {
    let raw = value.get();
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw).unwrap_or_else(|_| raw.to_owned()),
        Some(b'n') => String::new(),
        Some(b'{') if role == Role::Speaker => {
            let inner = fields(raw.as_bytes()).unwrap_or_default();
            let id = inner.iter().find(|(n, _)| n == "name").or_else(|| inner.iter().find(|(n, _)| n == "id"));
            id.map_or_else(|| raw.to_owned(), |(_, v)| plain(v, Role::Id))
        }
        _ => raw.to_owned(),
    }
}

/// The fields of one object in their order, values as written.
fn fields(record: &[u8]) -> Result<Vec<(String, &RawValue)>> {
    let text = std::str::from_utf8(record).map_err(|e| {
        let byte = record[e.valid_up_to()];
        Error::new(
            Kind::Encoding,
            format!("the record is not UTF-8 (byte 0x{byte:02X}) and is left out; JSON is UTF-8: save the file in it"),
        )
        .at_byte(e.valid_up_to() as u64)
    })?;
    let mut parser = serde_json::Deserializer::from_str(text);
    let parsed = parser.deserialize_map(Fields).and_then(|fields| parser.end().map(|()| fields));
    parsed.map_err(|e| {
        let before: usize = text.split_inclusive('\n').take(e.line().saturating_sub(1)).map(str::len).sum();
        let message = e.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        let fix = match () {
            () if e.is_eof() => ": it must end on its line, or all records stand in one array",
            () if text.contains(":NaN") || text.contains(": NaN") => ": what is missing is null, not NaN",
            () => "",
        };
        Error::new(Kind::Format, format!("no JSON object: {message}; the record is left out{fix}"))
            .at_byte((before + e.column().saturating_sub(1)) as u64)
    })
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(entry) = map.next_entry()? {
            fields.push(entry);
        }
        Ok(fields)
    }
}

enum Found {
    Record,
    TooLong,
    Broken,
    End,
}

/// Cuts a stream into records: lines, or the objects of an array.
struct Records {
    stream: Utf8Stream,
    cap: usize,
    is_array: Option<bool>,
    record: Vec<u8>,
    start_line: u64,
    start_byte: u64,
    line: u64,
    byte: u64,
}

impl Records {
    fn new(stream: Utf8Stream, cap: usize) -> Self {
        Self { stream, cap, is_array: None, record: Vec::new(), start_line: 1, start_byte: 0, line: 1, byte: 0 }
    }

    fn next(&mut self) -> std::io::Result<Found> {
        let is_array = if let Some(is_array) = self.is_array {
            is_array
        } else {
            self.skip(u8::is_ascii_whitespace)?;
            let is_array = self.stream.fill_buf()?.first() == Some(&b'[');
            if is_array {
                self.pass(1)?;
            }
            *self.is_array.insert(is_array)
        };
        if is_array { self.object() } else { self.whole_line() }
    }

    /// Steps over `n` bytes that are there.
    fn pass(&mut self, n: usize) -> std::io::Result<()> {
        let ready = self.stream.fill_buf()?;
        self.line += memchr::memchr_iter(b'\n', &ready[..n]).count() as u64;
        self.byte += n as u64;
        self.stream.consume(n);
        Ok(())
    }

    fn skip(&mut self, what: impl Fn(&u8) -> bool) -> std::io::Result<()> {
        loop {
            let ready = self.stream.fill_buf()?;
            let n = ready.iter().take_while(|b| what(b)).count();
            let is_done = n < ready.len() || ready.is_empty();
            self.pass(n)?;
            if is_done {
                return Ok(());
            }
        }
    }

    /// The next line that is not blank.
    fn whole_line(&mut self) -> std::io::Result<Found> {
        loop {
            self.record.clear();
            (self.start_line, self.start_byte) = (self.line, self.byte);
            let mut length = 0;
            loop {
                let ready = self.stream.fill_buf()?;
                let end = memchr::memchr(b'\n', ready);
                let n = end.unwrap_or(ready.len());
                if ready.is_empty() || end.is_some() {
                    if length + n <= self.cap {
                        self.record.extend_from_slice(&ready[..n]);
                    }
                    length += n;
                    let is_over = ready.is_empty();
                    self.pass(n + usize::from(end.is_some()))?;
                    if length > self.cap {
                        return Ok(Found::TooLong);
                    }
                    if !self.record.iter().all(u8::is_ascii_whitespace) {
                        return Ok(Found::Record);
                    }
                    if is_over {
                        return Ok(Found::End);
                    }
                    break;
                }
                length += n;
                if length <= self.cap {
                    self.record.extend_from_slice(ready);
                } else {
                    self.record = Vec::new();
                }
                self.pass(n)?;
            }
        }
    }

    /// The next object of the array.
    fn object(&mut self) -> std::io::Result<Found> {
        self.skip(|b| b.is_ascii_whitespace() || *b == b',')?;
        self.record.clear();
        (self.start_line, self.start_byte) = (self.line, self.byte);
        let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
        loop {
            let ready = self.stream.fill_buf()?;
            if ready.is_empty() {
                return Ok(if self.record.is_empty() && depth == 0 { Found::End } else { self.give_up() });
            }
            if depth == 0 && self.record.is_empty() && ready[0] == b']' {
                self.pass(1)?;
                self.is_array = Some(false);
                return self.whole_line();
            }
            let mut end = None;
            for (i, b) in ready.iter().enumerate() {
                match b {
                    _ if escaped => escaped = false,
                    b'\\' if in_string => escaped = true,
                    b'"' => in_string = !in_string,
                    b'{' | b'[' if !in_string => depth += 1,
                    b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth == 0
                    && !in_string
                    && (matches!(b, b'}' | b']') || matches!(ready.get(i + 1), Some(b',' | b']')))
                {
                    end = Some(i + 1);
                    break;
                }
            }
            let n = end.unwrap_or(ready.len());
            if self.record.len() + n > self.cap {
                // There is no telling where the next object begins.
                self.give_up();
                return Ok(Found::TooLong);
            }
            self.record.extend_from_slice(&ready[..n]);
            self.pass(n)?;
            if end.is_some() {
                return Ok(Found::Record);
            }
        }
    }

    /// Nothing more can be read of the array.
    fn give_up(&mut self) -> Found {
        self.record.clear();
        self.is_array = Some(false);
        self.cap = 0;
        Found::Broken
    }
}
