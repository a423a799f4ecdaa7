//! PDF objects: a parser that takes the file as it finds it.
//!
//! Objects are found by scanning for `N G obj`, not by the cross-reference table, so that a
//! damaged file gives what it still has. Nothing here recurses deeper than [`DEEPEST`] and all
//! that is unpacked is counted against one budget. (ISO 32000-1, 7.3 and 7.5.)

use std::collections::BTreeMap;
use std::io::Read;

/// Deepest nesting of arrays and dictionaries.
const DEEPEST: usize = 64;

/// A PDF object.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Object {
    Null,
    Number(f64),
    /// A string's bytes.
    Text(Vec<u8>),
    Name(String),
    Array(Vec<Object>),
    Dictionary(Dictionary),
    Reference(u32),
    /// Anything else: an operator of a content stream, `true`, `false`.
    Word(String),
}

pub(super) type Dictionary = BTreeMap<String, Object>;

impl Object {
    pub(super) fn number(&self) -> Option<f64> {
        if let Self::Number(n) = self { Some(*n) } else { None }
    }

    pub(super) fn name(&self) -> Option<&str> {
        if let Self::Name(n) = self { Some(n) } else { None }
    }
}

/// Reads tokens from bytes.
pub(super) struct Lexer<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

fn is_delimiter(b: u8) -> bool {
    matches!(b, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn is_white(b: u8) -> bool {
    matches!(b, 0 | 9 | 10 | 12 | 13 | 32)
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn skip_white(&mut self) {
        while let Some(b) = self.peek() {
            if b == b'%' {
                self.at += memchr::memchr2(b'\n', b'\r', &self.bytes[self.at..]).unwrap_or(self.bytes.len() - self.at);
            } else if is_white(b) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// The next object, or `None` at the end or at a closing bracket.
    pub(super) fn object(&mut self, depth: usize) -> Option<Object> {
        self.skip_white();
        match self.peek()? {
            _ if depth > DEEPEST => None,
            b'/' => Some(Object::Name(self.name())),
            b'(' => Some(Object::Text(self.literal())),
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => {
                self.at += 2;
                Some(Object::Dictionary(self.dictionary(depth)))
            }
            b'<' => Some(Object::Text(self.hexadecimal())),
            b'[' => {
                self.at += 1;
                let mut array = Vec::new();
                while let Some(object) = self.object(depth + 1) {
                    fold_reference(&mut array, object);
                }
                self.skip_white();
                self.at += usize::from(self.peek() == Some(b']'));
                Some(Object::Array(array))
            }
            b']' | b'>' | b')' | b'}' | b'{' => None,
            _ => Some(self.word()),
        }
    }

    fn dictionary(&mut self, depth: usize) -> Dictionary {
        let mut entries = Vec::new();
        while let Some(object) = self.object(depth + 1) {
            fold_reference(&mut entries, object);
        }
        self.skip_white();
        self.at += self.bytes[self.at..].iter().take(2).take_while(|b| **b == b'>').count();
        let mut dictionary = Dictionary::new();
        let mut entries = entries.into_iter().peekable();
        while let Some(key) = entries.next() {
            if let Object::Name(key) = key
                && let Some(value) = entries.next()
            {
                dictionary.insert(key, value);
            }
        }
        dictionary
    }

    fn name(&mut self) -> String {
        self.at += 1;
        let from = self.at;
        while self.peek().is_some_and(|b| !is_white(b) && !is_delimiter(b)) {
            self.at += 1;
        }
        let raw = &self.bytes[from..self.at];
        let mut name = Vec::with_capacity(raw.len());
        let mut i = 0;
        while i < raw.len() {
            let escaped = (raw[i] == b'#')
                .then(|| raw.get(i + 1..i + 3))
                .flatten()
                .and_then(|h| std::str::from_utf8(h).ok())
                .and_then(|h| u8::from_str_radix(h, 16).ok());
            name.push(escaped.unwrap_or(raw[i]));
            i += if escaped.is_some() { 3 } else { 1 };
        }
        String::from_utf8_lossy(&name).into_owned()
    }

    fn literal(&mut self) -> Vec<u8> {
        self.at += 1;
        let (mut out, mut open) = (Vec::new(), 1usize);
        while let Some(b) = self.peek() {
            self.at += 1;
            match b {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        break;
                    }
                }
                b'\\' => {
                    self.escape(&mut out);
                    continue;
                }
                _ => {}
            }
            out.push(b);
        }
        out
    }

    fn escape(&mut self, out: &mut Vec<u8>) {
        let Some(b) = self.peek() else { return };
        self.at += 1;
        match b {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'\r' => self.at += usize::from(self.peek() == Some(b'\n')),
            b'\n' | b'b' | b'f' => {}
            b'0'..=b'7' => {
                let mut value = u32::from(b - b'0');
                for _ in 0..2 {
                    if let Some(d @ b'0'..=b'7') = self.peek() {
                        value = value * 8 + u32::from(d - b'0');
                        self.at += 1;
                    }
                }
                out.push(value as u8);
            }
            _ => out.push(b),
        }
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        self.at += 1;
        let from = self.at;
        self.at += memchr::memchr(b'>', &self.bytes[from..]).unwrap_or(self.bytes.len() - from);
        let digits: Vec<u8> =
            self.bytes[from..self.at].iter().filter_map(|b| char::from(*b).to_digit(16)).map(|d| d as u8).collect();
        self.at = (self.at + 1).min(self.bytes.len());
        digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
    }

    fn word(&mut self) -> Object {
        let from = self.at;
        while self.peek().is_some_and(|b| !is_white(b) && !is_delimiter(b)) {
            self.at += 1;
        }
        if from == self.at {
            self.at += 1;
        }
        let word = String::from_utf8_lossy(&self.bytes[from..self.at]);
        match word.parse::<f64>() {
            Ok(n) if n.is_finite() && !word.starts_with(|c: char| c.is_ascii_alphabetic()) => Object::Number(n),
            _ if word == "null" => Object::Null,
            _ => Object::Word(word.into_owned()),
        }
    }
}

/// `N G R` is one reference.
fn fold_reference(array: &mut Vec<Object>, object: Object) {
    if object == Object::Word("R".to_owned())
        && let [.., Object::Number(number), Object::Number(_)] = array.as_slice()
    {
        let reference = Object::Reference(*number as u32);
        array.truncate(array.len() - 2);
        array.push(reference);
    } else {
        array.push(object);
    }
}

/// Why a stream cannot be had.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Packed in a way that is not read.
    Filter(String),
    /// More than the budget comes out.
    TooLarge,
}

/// Where an object is.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// In the file, after `obj`.
    File(usize),
    /// In an unpacked object stream: which, and where.
    Packed(usize, usize),
}

/// The objects of a file.
pub(super) struct Objects<'a> {
    bytes: &'a [u8],
    places: BTreeMap<u32, Place>,
    packed: Vec<Vec<u8>>,
    /// Bytes that may still be unpacked.
    budget: usize,
    pub is_encrypted: bool,
}

impl<'a> Objects<'a> {
    /// Finds the objects of a file; of two with one number the later counts.
    pub(super) fn find(bytes: &'a [u8], budget: usize) -> Result<Self, Refused> {
        let mut objects = Self { bytes, places: BTreeMap::new(), packed: Vec::new(), budget, is_encrypted: false };
        let mut streams = Vec::new();
        for at in memchr::memmem::find_iter(bytes, b"obj") {
            if let Some(number) = number_before(bytes, at) {
                objects.places.insert(number, Place::File(at + 3));
                let head = &bytes[at + 3..bytes.len().min(at + 400)];
                if memchr::memmem::find(head, b"/ObjStm").is_some() {
                    streams.push(at + 3);
                }
            }
        }
        objects.is_encrypted = memchr::memmem::rfind(bytes, b"/Encrypt").is_some();
        for at in streams {
            let Some(Object::Dictionary(dictionary)) = Lexer::new(bytes, at).object(0) else { continue };
            if dictionary.get("Type").and_then(Object::name) == Some("ObjStm") {
                objects.unpack(at, &dictionary)?;
            }
        }
        Ok(objects)
    }

    /// Takes in the objects of an object stream.
    fn unpack(&mut self, at: usize, dictionary: &Dictionary) -> Result<(), Refused> {
        let number = |key: &str| dictionary.get(key).and_then(Object::number).unwrap_or(0.0) as usize;
        let (count, first) = (number("N"), number("First"));
        let data = self.stream_at(at, dictionary)?;
        let mut lexer = Lexer::new(&data, 0);
        let index = self.packed.len();
        for _ in 0..count.min(data.len()) {
            let (Some(Object::Number(id)), Some(Object::Number(offset))) = (lexer.object(0), lexer.object(0)) else {
                break;
            };
            // What is written later in the file replaces it; what is packed replaces nothing newer.
            self.places.entry(id as u32).or_insert(Place::Packed(index, first + offset as usize));
        }
        self.packed.push(data);
        Ok(())
    }

    /// The numbers of all objects.
    pub(super) fn numbers(&self) -> Vec<u32> {
        self.places.keys().copied().collect()
    }

    /// The object with a number, without its stream.
    pub(super) fn get(&self, number: u32) -> Object {
        let object = match self.places.get(&number) {
            Some(Place::File(at)) => Lexer::new(self.bytes, *at).object(0),
            Some(Place::Packed(index, at)) => Lexer::new(&self.packed[*index], *at).object(0),
            None => None,
        };
        object.unwrap_or(Object::Null)
    }

    /// An object, a reference followed (once: a reference to a reference is nothing).
    pub(super) fn resolve(&self, object: &Object) -> Object {
        match object {
            Object::Reference(number) => self.get(*number),
            other => other.clone(),
        }
    }

    /// An entry of a dictionary, resolved.
    pub(super) fn entry(&self, dictionary: &Dictionary, key: &str) -> Object {
        dictionary.get(key).map_or(Object::Null, |o| self.resolve(o))
    }

    /// An entry that is a dictionary.
    pub(super) fn inner(&self, dictionary: &Dictionary, key: &str) -> Dictionary {
        if let Object::Dictionary(inner) = self.entry(dictionary, key) { inner } else { Dictionary::new() }
    }

    /// The dictionary and the unpacked data of a stream object.
    pub(super) fn stream(&mut self, number: u32) -> Result<Option<(Dictionary, Vec<u8>)>, Refused> {
        let Some(Place::File(at)) = self.places.get(&number).copied() else { return Ok(None) };
        let Some(Object::Dictionary(dictionary)) = Lexer::new(self.bytes, at).object(0) else { return Ok(None) };
        let data = self.stream_at(at, &dictionary)?;
        Ok(Some((dictionary, data)))
    }

    fn stream_at(&mut self, at: usize, dictionary: &Dictionary) -> Result<Vec<u8>, Refused> {
        let mut lexer = Lexer::new(self.bytes, at);
        lexer.object(0);
        lexer.skip_white();
        let rest = &self.bytes[lexer.at..];
        let Some(rest) = rest.strip_prefix(b"stream") else { return Ok(Vec::new()) };
        let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
        let length = self.entry(dictionary, "Length").number().filter(|n| *n >= 0.0).map(|n| n as usize);
        let is_end =
            |n: usize| rest.get(n..).is_some_and(|r| r[..r.len().min(20)].windows(9).any(|w| w == b"endstream"));
        let length =
            length.filter(|n| is_end(*n)).or_else(|| memchr::memmem::find(rest, b"endstream")).unwrap_or(rest.len());
        let filters = match self.entry(dictionary, "Filter") {
            Object::Name(name) => vec![name],
            Object::Array(names) => names.iter().filter_map(|n| n.name().map(str::to_owned)).collect(),
            _ => Vec::new(),
        };
        let mut data = rest[..length].to_vec();
        for filter in filters {
            data = match filter.as_str() {
                "FlateDecode" | "Fl" => self.inflate(&data)?,
                "ASCIIHexDecode" | "AHx" => Lexer::new(&[b"<", data.as_slice()].concat(), 0).hexadecimal(),
                "ASCII85Decode" | "A85" => ascii85(&data),
                _ => return Err(Refused::Filter(filter)),
            };
        }
        Ok(data)
    }

    /// Inflates as far as the data is whole.
    fn inflate(&mut self, data: &[u8]) -> Result<Vec<u8>, Refused> {
        let mut out = Vec::new();
        // Damage ends the data; what came before it stands.
        let _ = flate2::read::ZlibDecoder::new(data).take(self.budget as u64 + 1).read_to_end(&mut out);
        self.budget = self.budget.checked_sub(out.len()).ok_or(Refused::TooLarge)?;
        Ok(out)
    }
}

/// The object number before `G obj` at `at`.
fn number_before(bytes: &[u8], at: usize) -> Option<u32> {
    let back = |at: usize, what: fn(u8) -> bool| bytes[..at].iter().rposition(|b| !what(*b)).map_or(0, |p| p + 1);
    let digit = |b: u8| b.is_ascii_digit();
    let generation_end = back(at, is_white);
    let generation = back(generation_end, digit);
    let number_end = back(generation, is_white);
    let number = back(number_end, digit);
    if generation == generation_end || number == number_end || number_end == generation {
        return None;
    }
    std::str::from_utf8(&bytes[number..number_end]).ok()?.parse().ok()
}

fn ascii85(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut group: Vec<u32> = Vec::with_capacity(5);
    for b in data {
        match b {
            b'z' if group.is_empty() => out.extend([0; 4]),
            b'!'..=b'u' => group.push(u32::from(b - b'!')),
            b'~' => break,
            _ => {}
        }
        if group.len() == 5 {
            let value = group.iter().fold(0u32, |v, d| v.wrapping_mul(85).wrapping_add(*d));
            out.extend(value.to_be_bytes());
            group.clear();
        }
    }
    if group.len() > 1 {
        let length = group.len() - 1;
        group.resize(5, 84);
        let value = group.iter().fold(0u32, |v, d| v.wrapping_mul(85).wrapping_add(*d));
        out.extend(&value.to_be_bytes()[..length]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Object {
        Lexer::new(text.as_bytes(), 0).object(0).unwrap()
    }

    #[test]
    fn objects_are_read() {
        let Object::Dictionary(d) = parsed("<< /A#20b [1 -2.5 (x\\)\\051) <4142>] /R 3 0 R >>") else {
            panic!("no dictionary")
        };
        assert_eq!(d["R"], Object::Reference(3));
        assert_eq!(
            d["A b"],
            Object::Array(vec![
                Object::Number(1.0),
                Object::Number(-2.5),
                Object::Text(b"x))".to_vec()),
                Object::Text(b"AB".to_vec())
            ])
        );
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = "[".repeat(100_000);
        assert!(matches!(parsed(&deep), Object::Array(_)));
    }

    #[test]
    fn ascii85_is_undone() {
        assert_eq!(ascii85(b"87cURDZ~>"), b"Hello");
    }
}
