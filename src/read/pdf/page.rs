//! The text of a page: its content stream's strings, put on lines by where they stand.
//! (ISO 32000-1, 9.4.)

use std::collections::BTreeMap;

use super::font::Font;
use super::object::{Dictionary, Lexer, Object, Objects, Refused};

/// Deepest nesting of form objects, most saved states and most fragments of a page.
const DEEPEST: usize = 8;
const MOST_SAVED: usize = 256;
const MOST_PIECES: usize = 200_000;

/// A transformation, `[a b c d e f]`.
type Matrix = [f64; 6];

const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// `a` after `b` in the order that PDF multiplies: first `a`, then `b`.
fn times(a: Matrix, b: Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

/// A line of text and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub x: f64,
    pub y: f64,
    pub size: f64,
    pub text: String,
    end: f64,
    /// Where in the text the words begin, and where on the page, if a gap is between a number and them.
    body: Option<(usize, f64)>,
}

/// A number that a line begins with, apart from its words.
pub(super) struct Number {
    pub value: u32,
    /// Where in the text the words begin; its end if there are none.
    pub words: usize,
    /// Where on the page they begin.
    pub x: f64,
}

impl Line {
    /// The number of the line, where it is nothing else or the words stand apart from it.
    pub(super) fn number(&self) -> Option<Number> {
        let (words, x) = self.body.unwrap_or_else(|| {
            let digits = self.text.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
            let words = if digits.starts_with("  ") { digits.trim_start() } else { "" };
            let at = self.text.len() - words.len();
            (at, self.x + at as f64 * self.size * 0.5)
        });
        let number = self.text[..words].trim();
        let value = number.parse().ok().filter(|_| number.len() < 3)?;
        Some(Number { value, words, x })
    }
}

#[derive(Clone)]
struct State {
    ctm: Matrix,
    font: String,
    size: f64,
    spacing: f64,
    word_spacing: f64,
    scale: f64,
    leading: f64,
    rise: f64,
}

/// Reads a page.
pub(super) struct Page<'a, 'b> {
    objects: &'a mut Objects<'b>,
    fonts: &'a mut BTreeMap<String, Font>,
    lines: Vec<Line>,
    pieces: usize,
}

/// The lines of a page in the order of its content.
pub(super) fn lines(
    objects: &mut Objects<'_>,
    fonts: &mut BTreeMap<String, Font>,
    page: &Dictionary,
    resources: &Dictionary,
) -> Result<Vec<Line>, Refused> {
    let mut content = Vec::new();
    let parts = match page.get("Contents") {
        Some(Object::Reference(number)) => match objects.get(*number) {
            Object::Array(parts) => parts,
            _ => vec![Object::Reference(*number)],
        },
        Some(Object::Array(parts)) => parts.clone(),
        _ => Vec::new(),
    };
    for part in parts {
        if let Object::Reference(number) = part
            && let Some((_, data)) = objects.stream(number)?
        {
            content.extend(data);
            content.push(b'\n');
        }
    }
    let mut page = Page { objects, fonts, lines: Vec::new(), pieces: 0 };
    page.run(&content, resources, IDENTITY, 0)?;
    Ok(page.lines)
}

impl Page<'_, '_> {
    fn run(&mut self, content: &[u8], resources: &Dictionary, ctm: Matrix, depth: usize) -> Result<(), Refused> {
        let mut state = State {
            ctm,
            font: String::new(),
            size: 1.0,
            spacing: 0.0,
            word_spacing: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        let mut saved: Vec<State> = Vec::new();
        let (mut text, mut line) = (IDENTITY, IDENTITY);
        let mut operands: Vec<Object> = Vec::new();
        let mut lexer = Lexer::new(content, 0);
        while lexer.at < content.len() {
            let Some(object) = lexer.object(0) else {
                lexer.at += 1;
                continue;
            };
            let Object::Word(operator) = object else {
                if operands.len() < 4096 {
                    operands.push(object);
                }
                continue;
            };
            let number = |i: usize| operands.get(i).and_then(Object::number).unwrap_or(0.0);
            let matrix = || [number(0), number(1), number(2), number(3), number(4), number(5)];
            match operator.as_str() {
                "q" if saved.len() < MOST_SAVED => saved.push(state.clone()),
                "Q" => state = saved.pop().unwrap_or(state),
                "cm" => state.ctm = times(matrix(), state.ctm),
                "BT" => (text, line) = (IDENTITY, IDENTITY),
                "Tf" => {
                    state.font = self.font(operands.first().and_then(Object::name).unwrap_or_default(), resources)?;
                    state.size = number(1);
                }
                "Tc" => state.spacing = number(0),
                "Tw" => state.word_spacing = number(0),
                "Tz" => state.scale = number(0) / 100.0,
                "TL" => state.leading = number(0),
                "Ts" => state.rise = number(0),
                "Tm" => (text, line) = (matrix(), matrix()),
                "Td" | "TD" => {
                    if operator == "TD" {
                        state.leading = -number(1);
                    }
                    line = times([1.0, 0.0, 0.0, 1.0, number(0), number(1)], line);
                    text = line;
                }
                "T*" | "'" | "\"" => {
                    if operator == "\"" {
                        (state.word_spacing, state.spacing) = (number(0), number(1));
                    }
                    line = times([1.0, 0.0, 0.0, 1.0, 0.0, -state.leading], line);
                    text = line;
                    if let Some(Object::Text(codes)) = operands.last().filter(|_| operator != "T*") {
                        self.show(codes, &state, &mut text);
                    }
                }
                "Tj" => {
                    if let Some(Object::Text(codes)) = operands.first() {
                        self.show(codes, &state, &mut text);
                    }
                }
                "TJ" => {
                    if let Some(Object::Array(pieces)) = operands.first() {
                        for piece in pieces {
                            match piece {
                                Object::Text(codes) => self.show(codes, &state, &mut text),
                                Object::Number(n) => {
                                    let shift = -n / 1000.0 * state.size * state.scale;
                                    text = times([1.0, 0.0, 0.0, 1.0, shift, 0.0], text);
                                }
                                _ => {}
                            }
                        }
                    }
                }
                "Do" if depth < DEEPEST => {
                    let forms = self.objects.inner(resources, "XObject");
                    if let Some(Object::Reference(number)) =
                        operands.first().and_then(Object::name).and_then(|n| forms.get(n))
                    {
                        self.form(*number, resources, state.ctm, depth)?;
                    }
                }
                // An inline image: skip its bytes.
                "ID" => {
                    lexer.at +=
                        memchr::memmem::find(&content[lexer.at..], b"EI").map_or(content.len() - lexer.at, |n| n + 2);
                }
                _ => {}
            }
            operands.clear();
        }
        Ok(())
    }

    fn form(&mut self, number: u32, outer: &Dictionary, ctm: Matrix, depth: usize) -> Result<(), Refused> {
        let Object::Dictionary(head) = self.objects.get(number) else { return Ok(()) };
        if head.get("Subtype").and_then(Object::name) != Some("Form") {
            return Ok(());
        }
        let Some((dictionary, data)) = self.objects.stream(number)? else { return Ok(()) };
        let own = self.objects.inner(&dictionary, "Resources");
        let resources = if own.is_empty() { outer.clone() } else { own };
        let matrix = match self.objects.entry(&dictionary, "Matrix") {
            Object::Array(n) if n.len() == 6 => std::array::from_fn(|i| n[i].number().unwrap_or(0.0)),
            _ => IDENTITY,
        };
        self.run(&data, &resources, times(matrix, ctm), depth + 1)
    }

    /// Reads the font of that name once; the key names it among all fonts of the file.
    fn font(&mut self, name: &str, resources: &Dictionary) -> Result<String, Refused> {
        let fonts = self.objects.inner(resources, "Font");
        let key = match fonts.get(name) {
            Some(Object::Reference(number)) => number.to_string(),
            _ => format!("/{name}"),
        };
        if !self.fonts.contains_key(&key) {
            let dictionary = self.objects.inner(&fonts, name);
            let font = match Font::read(self.objects, &dictionary) {
                // A map that is packed in an unknown way leaves the encoding.
                Err(Refused::Filter(_)) => Font::default(),
                font => font?,
            };
            self.fonts.insert(key.clone(), font);
        }
        Ok(key)
    }

    /// Shows a string: its text goes on the line where it stands.
    fn show(&mut self, codes: &[u8], state: &State, text: &mut Matrix) {
        let Some(font) = self.fonts.get(&state.font).filter(|f| f.length > 0) else { return };
        self.pieces += 1;
        if self.pieces > MOST_PIECES {
            return;
        }
        let mut words = String::new();
        let mut advance = 0.0;
        for code in codes.chunks(font.length) {
            let number = code.iter().fold(0, |n, b| n << 8 | u32::from(*b));
            words.push_str(font.text(number));
            let spacing = if code == [32] { state.word_spacing } else { 0.0 };
            advance += (font.width(number) / 1000.0 * state.size + state.spacing + spacing) * state.scale;
        }
        let from = times(*text, state.ctm);
        *text = times([1.0, 0.0, 0.0, 1.0, advance, 0.0], *text);
        let to = times(*text, state.ctm);
        let size = (from[2].hypot(from[3]) * state.size).abs();
        // Turned text (a watermark, a stamp in the margin) is no line of the page.
        if words.is_empty() || !size.is_finite() || !to[4].is_finite() || from[1].abs() > from[0].abs() || size == 0.0 {
            return;
        }
        self.place(&words, from[4], from[5] + state.rise, to[4], size);
    }

    fn place(&mut self, words: &str, x: f64, y: f64, end: f64, size: f64) {
        if let Some(line) = self.lines.last_mut() {
            let is_on = (line.y - y).abs() < 0.4 * size.max(line.size);
            if is_on && x > line.end - size {
                if x - line.end > size && line.body.is_none() && line.number().is_some() {
                    line.body = Some((line.text.len(), x));
                }
                if x - line.end > 0.15 * size && !line.text.ends_with(' ') && !words.starts_with(' ') {
                    line.text.push(' ');
                }
                line.text.push_str(words);
                line.end = end;
                return;
            }
        }
        self.lines.push(Line { x, y, size, text: words.to_owned(), end, body: None });
    }
}
