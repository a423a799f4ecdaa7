//! Character codes of a font → text and widths. (ISO 32000-1, 9.6 to 9.10.)

use std::collections::BTreeMap;

use super::object::{Dictionary, Lexer, Object, Objects, Refused};

/// Widest character map that is read.
const MOST_CODES: usize = 1 << 17;

/// What a font says of its codes.
#[derive(Default)]
pub(super) struct Font {
    /// Bytes per code.
    pub length: usize,
    unicode: BTreeMap<u32, String>,
    /// Text of one-byte codes where there is no map.
    simple: Vec<Option<String>>,
    widths: BTreeMap<u32, f64>,
    default_width: f64,
}

impl Font {
    /// Reads a font's dictionary.
    pub(super) fn read(objects: &mut Objects<'_>, dictionary: &Dictionary) -> Result<Self, Refused> {
        let is_composite = objects.entry(dictionary, "Subtype").name() == Some("Type0");
        let mut font = Self { length: if is_composite { 2 } else { 1 }, default_width: 500.0, ..Self::default() };
        if let Some(Object::Reference(number)) = dictionary.get("ToUnicode")
            && let Some((_, map)) = objects.stream(*number)?
        {
            font.map(&map);
        }
        if is_composite {
            font.composite_widths(objects, dictionary);
        } else {
            font.simple = simple(objects, dictionary);
            let first = objects.entry(dictionary, "FirstChar").number().unwrap_or(0.0) as u32;
            if let Object::Array(widths) = objects.entry(dictionary, "Widths") {
                let numbers = widths.iter().take(256).map(|w| objects.resolve(w).number().unwrap_or(500.0));
                font.widths = (first..).zip(numbers).collect();
            }
        }
        Ok(font)
    }

    fn composite_widths(&mut self, objects: &Objects<'_>, dictionary: &Dictionary) {
        let Object::Array(descendants) = objects.entry(dictionary, "DescendantFonts") else { return };
        let Some(Object::Dictionary(inner)) = descendants.first().map(|d| objects.resolve(d)) else { return };
        self.default_width = objects.entry(&inner, "DW").number().unwrap_or(1000.0);
        let Object::Array(widths) = objects.entry(&inner, "W") else { return };
        let mut entries = widths.iter().take(MOST_CODES).map(|o| objects.resolve(o)).peekable();
        while let Some(first) = entries.next().and_then(|o| o.number()) {
            match entries.next() {
                Some(Object::Array(list)) => {
                    self.widths.extend((first as u32..).zip(list.iter().filter_map(Object::number)));
                }
                Some(Object::Number(last)) => {
                    let Some(width) = entries.next().and_then(|o| o.number()) else { return };
                    let last = (last as u32).min(first as u32 + 0xFFFF);
                    self.widths.extend((first as u32..=last).map(|code| (code, width)));
                }
                _ => return,
            }
        }
    }

    /// Reads a `ToUnicode` map.
    fn map(&mut self, map: &[u8]) {
        let mut lexer = Lexer::new(map, 0);
        let mut operands: Vec<Object> = Vec::new();
        while lexer.at < map.len() && self.unicode.len() < MOST_CODES {
            match lexer.object(0) {
                Some(Object::Word(word)) => {
                    match word.as_str() {
                        "endcodespacerange" => {
                            if let Some(Object::Text(low)) = operands.first() {
                                self.length = low.len().clamp(1, 2);
                            }
                        }
                        "endbfchar" => {
                            for pair in operands.chunks_exact(2) {
                                if let [Object::Text(code), Object::Text(text)] = pair {
                                    self.unicode.insert(number(code), utf16(text));
                                }
                            }
                        }
                        "endbfrange" => operands.chunks_exact(3).for_each(|range| self.range(range)),
                        _ => {}
                    }
                    operands.clear();
                }
                Some(object) => operands.push(object),
                None => lexer.at += 1,
            }
        }
    }

    fn range(&mut self, range: &[Object]) {
        let [Object::Text(low), Object::Text(high), to] = range else { return };
        let (low, high) = (number(low), number(high).min(number(low).saturating_add(0xFFFF)));
        match to {
            Object::Array(texts) => {
                for (code, text) in (low..=high).zip(texts) {
                    if let Object::Text(text) = text {
                        self.unicode.insert(code, utf16(text));
                    }
                }
            }
            Object::Text(first) => {
                let first = utf16(first);
                let Some(last) = first.chars().next_back() else { return };
                let stem = &first[..first.len() - last.len_utf8()];
                for code in low..=high {
                    let Some(c) = char::from_u32(last as u32 + (code - low)) else { return };
                    self.unicode.insert(code, format!("{stem}{c}"));
                }
            }
            _ => {}
        }
    }

    /// The text of a code; nothing where the font does not say.
    pub(super) fn text(&self, code: u32) -> &str {
        let simple = || self.simple.get(code as usize).and_then(Option::as_deref);
        self.unicode.get(&code).map(String::as_str).or_else(simple).unwrap_or_default()
    }

    /// The width of a code in thousandths of the font size.
    pub(super) fn width(&self, code: u32) -> f64 {
        self.widths.get(&code).copied().unwrap_or(self.default_width)
    }
}

fn number(code: &[u8]) -> u32 {
    code.iter().take(4).fold(0, |n, b| n << 8 | u32::from(*b))
}

fn utf16(text: &[u8]) -> String {
    let units: Vec<u16> = text
        .chunks(2)
        .map(|pair| if pair.len() == 2 { u16::from_be_bytes([pair[0], pair[1]]) } else { u16::from(pair[0]) })
        .collect();
    String::from_utf16_lossy(&units).replace('\0', "")
}

/// The text of each one-byte code: the base encoding with the font's differences.
fn simple(objects: &Objects<'_>, dictionary: &Dictionary) -> Vec<Option<String>> {
    let encoding = objects.entry(dictionary, "Encoding");
    let (base, differences) = match &encoding {
        Object::Name(name) => (Some(name.clone()), Vec::new()),
        Object::Dictionary(inner) => {
            let list = if let Object::Array(list) = objects.entry(inner, "Differences") { list } else { Vec::new() };
            (objects.entry(inner, "BaseEncoding").name().map(str::to_owned), list)
        }
        _ => (None, Vec::new()),
    };
    let table =
        if base.as_deref() == Some("MacRomanEncoding") { encoding_rs::MACINTOSH } else { encoding_rs::WINDOWS_1252 };
    let mut codes: Vec<Option<String>> =
        (0..=255u8).map(|b| (b >= 32).then(|| table.decode_without_bom_handling(&[b]).0.into_owned())).collect();
    if base.is_none() || base.as_deref() == Some("StandardEncoding") {
        for (code, text) in STANDARD {
            codes[*code as usize] = Some((*text).to_owned());
        }
    }
    let mut code = 0usize;
    for entry in differences {
        match entry {
            Object::Number(n) => code = n as usize,
            Object::Name(name) => {
                if let Some(slot) = codes.get_mut(code) {
                    *slot = glyph(&name);
                }
                code += 1;
            }
            _ => {}
        }
    }
    codes
}

/// Where the standard encoding differs from Windows' in what running text uses.
const STANDARD: &[(u8, &str)] = &[
    (0x27, "’"),
    (0x60, "‘"),
    (0xA9, "'"),
    (0xAA, "“"),
    (0xAB, "«"),
    (0xAE, "fi"),
    (0xAF, "fl"),
    (0xB1, "–"),
    (0xB7, "•"),
    (0xBA, "”"),
    (0xBB, "»"),
    (0xBC, "…"),
    (0xD0, "—"),
    (0xE1, "Æ"),
    (0xE9, "Ø"),
    (0xEA, "Œ"),
    (0xF1, "æ"),
    (0xF5, "ı"),
    (0xF9, "ø"),
    (0xFA, "œ"),
    (0xFB, "ß"),
];

/// Glyph names of U+00C0 to U+00FF in order.
#[rustfmt::skip]
const LATIN: [&str; 64] = [
    "Agrave", "Aacute", "Acircumflex", "Atilde", "Adieresis", "Aring", "AE", "Ccedilla", "Egrave", "Eacute",
    "Ecircumflex", "Edieresis", "Igrave", "Iacute", "Icircumflex", "Idieresis", "Eth", "Ntilde", "Ograve", "Oacute",
    "Ocircumflex", "Otilde", "Odieresis", "multiply", "Oslash", "Ugrave", "Uacute", "Ucircumflex", "Udieresis", "Yacute",
    "Thorn", "germandbls", "agrave", "aacute", "acircumflex", "atilde", "adieresis", "aring", "ae", "ccedilla",
    "egrave", "eacute", "ecircumflex", "edieresis", "igrave", "iacute", "icircumflex", "idieresis", "eth", "ntilde",
    "ograve", "oacute", "ocircumflex", "otilde", "odieresis", "divide", "oslash", "ugrave", "uacute", "ucircumflex",
    "udieresis", "yacute", "thorn", "ydieresis",
];

/// Other glyph names of running text.
#[rustfmt::skip]
const GLYPHS: &[(&str, &str)] = &[
    ("space", " "), ("nbspace", " "), ("exclam", "!"), ("quotedbl", "\""), ("numbersign", "#"), ("dollar", "$"),
    ("percent", "%"), ("ampersand", "&"), ("quotesingle", "'"), ("parenleft", "("), ("parenright", ")"),
    ("asterisk", "*"), ("plus", "+"), ("comma", ","), ("hyphen", "-"), ("minus", "−"), ("period", "."),
    ("slash", "/"), ("zero", "0"), ("one", "1"), ("two", "2"), ("three", "3"), ("four", "4"), ("five", "5"),
    ("six", "6"), ("seven", "7"), ("eight", "8"), ("nine", "9"), ("colon", ":"), ("semicolon", ";"), ("less", "<"),
    ("equal", "="), ("greater", ">"), ("question", "?"), ("at", "@"), ("bracketleft", "["), ("backslash", "\\"),
    ("bracketright", "]"), ("underscore", "_"), ("quoteleft", "‘"), ("quoteright", "’"), ("quotedblleft", "“"),
    ("quotedblright", "”"), ("endash", "–"), ("emdash", "—"), ("ellipsis", "…"), ("bullet", "•"), ("fi", "fi"),
    ("fl", "fl"), ("ff", "ff"), ("ffi", "ffi"), ("ffl", "ffl"), ("section", "§"), ("copyright", "©"),
    ("registered", "®"), ("trademark", "™"), ("degree", "°"), ("Euro", "€"), ("sterling", "£"), ("cent", "¢"),
    ("guillemotleft", "«"), ("guillemotright", "»"), ("dotlessi", "ı"), ("OE", "Œ"), ("oe", "œ"), ("Scaron", "Š"),
    ("scaron", "š"), ("Zcaron", "Ž"), ("zcaron", "ž"), ("ccaron", "č"), ("Ccaron", "Č"), ("cacute", "ć"),
    ("Cacute", "Ć"), ("lslash", "ł"), ("Lslash", "Ł"), ("periodcentered", "·"), ("braceleft", "{"),
    ("braceright", "}"), ("bar", "|"), ("asciitilde", "~"), ("quotesinglbase", "‚"), ("quotedblbase", "„"),
];

fn glyph(name: &str) -> Option<String> {
    let name = name.split('.').next().unwrap_or(name);
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Some(c.to_string());
    }
    if let Some(found) = GLYPHS.iter().find(|(n, _)| *n == name) {
        return Some(found.1.to_owned());
    }
    if let Some(at) = LATIN.iter().position(|n| *n == name) {
        return char::from_u32(0xC0 + at as u32).map(String::from);
    }
    let digits = name.strip_prefix("uni").or_else(|| name.strip_prefix('u'))?;
    let value = u32::from_str_radix(digits.get(..4)?, 16).ok()?;
    char::from_u32(value).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glyph_names_are_characters() {
        for (name, text) in [("A", "A"), ("eacute", "é"), ("fi", "fi"), ("uni2014", "—"), ("a.alt", "a")] {
            assert_eq!(glyph(name).as_deref(), Some(text));
        }
        assert_eq!(glyph("nosuch"), None);
    }

    #[test]
    fn maps_are_read() {
        let mut font = Font::default();
        font.map(b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <01> <0041> endbfchar 1 beginbfrange <02> <04> <0061> endbfrange");
        assert_eq!((font.length, font.text(1), font.text(4), font.text(9)), (1, "A", "c", ""));
    }
}
