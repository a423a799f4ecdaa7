//! Argdown → tables: our own files without loss, others as far as the tables have room.
//!
//! Read are headings (each a question), statements `[title]: text` and arguments
//! `<title>: text` with their data, and the relation lines under them at any depth: `+`, `-`
//! (the child supports or attacks the parent), `+>`, `->`, `><`, `_` and `_>` (an undercut is
//! an attack). Premise–conclusion structures and equations are not read: such a line is an
//! error that names it, so that nothing is lost in silence.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::aif::document_name;
use crate::argument::{Table, Tables};
use crate::error::{Error, Kind, Result};

/// Reads Argdown; `path` is for messages and names the document where the file does not.
///
/// # Errors
/// Where the bytes are not UTF-8 or a line is not of the kinds above, with its number.
pub fn read(bytes: &[u8], path: &str) -> Result<Tables> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| Error::new(Kind::Encoding, "not UTF-8 text").at_path(path).at_byte(e.valid_up_to() as u64))?;
    let mut file = File { path, ..File::default() };
    let mut lines = (1_u64..).zip(text.lines()).peekable();
    if lines.peek().is_some_and(|(_, l)| l.trim_end() == "===") {
        lines.next();
        for (number, line) in lines.by_ref() {
            if line.trim_end() == "===" {
                break;
            }
            file.front(number, line)?;
        }
    }
    for (number, line) in lines {
        file.line(number, line)?;
    }
    let (units, relations) = file.tables();
    Tables::new(units, relations, path)
}

#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Support,
    Attack,
    Contradiction,
}

#[derive(Default)]
struct Unit {
    title: String,
    text: Option<String>,
    data: Map<String, Value>,
    heading: Map<String, Value>,
    /// Where it is defined, or first mentioned if it never is.
    line: u64,
}

#[derive(Default)]
struct File<'p> {
    path: &'p str,
    columns: Option<(Vec<String>, Vec<String>)>,
    units: Vec<Unit>,
    index: BTreeMap<String, usize>,
    heading: Map<String, Value>,
    /// Source, target, sign.
    relations: Vec<(usize, usize, Sign)>,
    /// Elements above the next relation line, with their indentation.
    above: Vec<(usize, usize)>,
}

impl File<'_> {
    fn fault(&self, line: u64, message: impl Into<String>) -> Error {
        Error::new(Kind::Format, message).at_path(self.path).at_line(line)
    }

    fn front(&mut self, number: u64, line: &str) -> Result<()> {
        let Some((name, value)) = line.split_once(':') else { return Ok(()) };
        if !matches!(name.trim(), "component_columns" | "relation_columns") {
            return Ok(());
        }
        let names: Vec<String> = serde_json::from_str(value.trim())
            .map_err(|_| self.fault(number, format!("{} is not a list of quoted names", name.trim())))?;
        let columns = self.columns.get_or_insert_default();
        if name.trim() == "component_columns" {
            columns.0 = names;
        } else {
            columns.1 = names;
        }
        Ok(())
    }

    fn line(&mut self, number: u64, line: &str) -> Result<()> {
        let body = line.trim();
        if body.is_empty() {
            self.above.clear();
            return Ok(());
        }
        if body.starts_with("//") || body.starts_with("<!--") {
            return Ok(());
        }
        if let Some(title) = line.strip_prefix('#') {
            let (title, data) = self.split_data(number, title.trim_start_matches('#').trim())?;
            self.heading = data
                .unwrap_or_else(|| Map::from_iter([("question".to_owned(), Value::String(unescape(title.trim())))]));
            self.above.clear();
            return Ok(());
        }
        let indent = line.len() - line.trim_start().len();
        for (sign_text, sign, outward) in [
            ("+>", Sign::Support, true),
            ("->", Sign::Attack, true),
            ("_>", Sign::Attack, true),
            ("><", Sign::Contradiction, true),
            ("<+", Sign::Support, false),
            ("<-", Sign::Attack, false),
            ("<_", Sign::Attack, false),
            ("+", Sign::Support, false),
            ("-", Sign::Attack, false),
            ("_", Sign::Attack, false),
        ] {
            let Some(rest) = body.strip_prefix(sign_text) else { continue };
            if !rest.starts_with([' ', '\t', '[', '<']) {
                continue;
            }
            self.above.retain(|(i, _)| *i < indent);
            let Some(&(_, parent)) = self.above.last() else {
                return Err(self.fault(number, "a relation that stands under no statement"));
            };
            let child = self.element(number, rest.trim())?;
            let (source, target) = if outward { (parent, child) } else { (child, parent) };
            self.relations.push((source, target, sign));
            self.above.push((indent, child));
            return Ok(());
        }
        let unit = self.element(number, body)?;
        self.above = vec![(indent, unit)];
        Ok(())
    }

    /// `[title]`, `<title>`, either with `: text {data}`, or text alone.
    fn element(&mut self, number: u64, body: &str) -> Result<usize> {
        let close = match body.chars().next() {
            Some('[') => ']',
            Some('<') => '>',
            Some('(') => return Err(self.fault(number, "premise-conclusion structures cannot be read")),
            _ => {
                let (text, data) = self.split_data(number, body)?;
                let title = format!("Untitled {}", self.units.len() + 1);
                let at = self.unit(&title);
                self.units[at].text = Some(unescape(text.trim_end()));
                self.units[at].data = data.unwrap_or_default();
                self.units[at].line = number;
                return Ok(at);
            }
        };
        let Some(end) = body.find(close) else {
            return Err(self.fault(number, format!("there is no \"{close}\" after the title")));
        };
        let at = self.unit(&body[1..end]);
        let rest = body[end + 1..].trim_start();
        let (text, data) = match rest.strip_prefix(':') {
            Some(text) => {
                let (text, data) = self.split_data(number, text.trim_start())?;
                (Some(text), data)
            }
            None if rest.is_empty() || rest.starts_with('{') => (None, self.split_data(number, rest)?.1),
            None => return Err(self.fault(number, format!("\"{rest}\" after a title"))),
        };
        if let Some(text) = text {
            self.units[at].text = Some(unescape(text.trim_end()));
            self.units[at].heading.clone_from(&self.heading);
            self.units[at].line = number;
        } else if self.units[at].line == 0 {
            self.units[at].line = number;
        }
        if let Some(data) = data {
            self.units[at].data = data;
        }
        Ok(at)
    }

    fn unit(&mut self, title: &str) -> usize {
        if let Some(at) = self.index.get(title) {
            return *at;
        }
        self.units.push(Unit { title: title.to_owned(), heading: self.heading.clone(), ..Unit::default() });
        self.index.insert(title.to_owned(), self.units.len() - 1);
        self.units.len() - 1
    }

    /// Text and the data in braces at its end.
    fn split_data<'t>(&self, number: u64, text: &'t str) -> Result<(&'t str, Option<Map<String, Value>>)> {
        let mut open = None;
        let mut escaped = false;
        for (i, c) in text.char_indices() {
            if c == '{' && !escaped {
                open = Some(i);
                break;
            }
            escaped = c == '\\' && !escaped;
        }
        let Some(open) = open else { return Ok((text, None)) };
        let data = flow(&text[open..]).ok_or_else(|| self.fault(number, "the data in braces cannot be read"))?;
        Ok((&text[..open], Some(data)))
    }

    fn tables(self) -> (Table, Table) {
        match self.columns.clone() {
            Some((units, relations)) if !units.is_empty() => self.own(&units, &relations),
            _ => self.foreign(),
        }
    }

    /// Statements in the order in which they are defined, not in that of who mentions them first.
    fn order(&self) -> impl Iterator<Item = &Unit> {
        let mut units: Vec<&Unit> = self.units.iter().collect();
        units.sort_by_key(|u| u.line);
        units.into_iter()
    }

    fn own(self, unit_columns: &[String], relation_columns: &[String]) -> (Table, Table) {
        let cell = |unit: &Unit, column: &str| -> String {
            let given = unit.data.get(column).or_else(|| unit.heading.get(column)).map(string);
            match column {
                "text" => given.or_else(|| unit.text.clone()),
                "sentence_id" => given.or_else(|| Some(unit.title.clone())),
                _ => given,
            }
            .unwrap_or_default()
        };
        let rows = self.order().map(|u| unit_columns.iter().map(|c| cell(u, c)).collect()).collect();
        let mut used = vec![0; self.units.len()];
        let mut relations: Vec<(usize, Vec<String>)> = Vec::new();
        for (i, (source, target, sign)) in self.relations.iter().enumerate() {
            let kept = self.units[*source].data.get("#relations").and_then(|l| l.get(used[*source]));
            used[*source] += 1;
            let field = |c: &str| kept.and_then(|k| k.get(c)).map(string);
            let row = relation_columns
                .iter()
                .map(|c| match c.as_str() {
                    "document" => cell(&self.units[*source], "document"),
                    "source" => cell(&self.units[*source], "sentence_id"),
                    "target" => cell(&self.units[*target], "sentence_id"),
                    "relation" => field(c).unwrap_or_else(|| name(*sign).to_owned()),
                    _ => field(c).unwrap_or_default(),
                })
                .collect();
            relations.push((field("#row").and_then(|r| r.parse().ok()).unwrap_or(i), row));
        }
        relations.sort_by_key(|(row, _)| *row);
        let relations = relations.into_iter().map(|(_, row)| row).collect();
        (Table { columns: unit_columns.to_vec(), rows }, Table { columns: relation_columns.to_vec(), rows: relations })
    }

    fn foreign(self) -> (Table, Table) {
        let document = document_name(self.path);
        let owned = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<String>>();
        let mut units = Table {
            columns: owned(&["document", "sentence_id", "question", "speaker", "text", "component"]),
            rows: Vec::new(),
        };
        for unit in self.order() {
            let i = self.index.get(&unit.title).copied().unwrap_or_default();
            let premise = self.relations.iter().any(|(s, _, sign)| *s == i && *sign != Sign::Contradiction);
            let end = self.relations.iter().any(|(s, t, _)| *s == i || *t == i);
            let component = if premise {
                "premise"
            } else if end {
                "claim"
            } else {
                "none"
            };
            let field = |m: &Map<String, Value>, c: &str| m.get(c).map(string).unwrap_or_default();
            units.rows.push(owned(&[
                &document,
                &unit.title,
                &field(&unit.heading, "question"),
                &field(&unit.data, "speaker"),
                unit.text.as_deref().unwrap_or(&unit.title),
                component,
            ]));
        }
        let mut relations = Table { columns: owned(&["document", "source", "target", "relation"]), rows: Vec::new() };
        for (source, target, sign) in &self.relations {
            let titles = (&self.units[*source].title, &self.units[*target].title);
            relations.rows.push(owned(&[&document, titles.0, titles.1, name(*sign)]));
        }
        (units, relations)
    }
}

fn name(sign: Sign) -> &'static str {
    match sign {
        Sign::Support => "support",
        Sign::Attack => "attack",
        Sign::Contradiction => "differs-on",
    }
}

fn string(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Backslashes before signs dropped.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    out
}

/// Flow YAML of the simple kind: JSON, where keys and one-word values may stand bare.
fn flow(text: &str) -> Option<Map<String, Value>> {
    let text = text.trim();
    if let Ok(Value::Object(map)) = serde_json::from_str(text) {
        return Some(map);
    }
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut map = Map::new();
    for field in fields(inner) {
        let (key, value) = field.split_once(':')?;
        let bare = value.trim().trim_matches(['"', '\'']);
        let value = serde_json::from_str(value.trim()).unwrap_or_else(|_| Value::from(bare));
        map.insert(key.trim().trim_matches(['"', '\'']).to_owned(), value);
    }
    Some(map)
}

/// Splits at commas outside quotes and brackets.
fn fields(text: &str) -> Vec<&str> {
    let (mut out, mut start, mut depth, mut quote) = (Vec::new(), 0, 0, false);
    for (i, c) in text.char_indices() {
        match c {
            '"' => quote = !quote,
            '[' | '{' if !quote => depth += 1,
            ']' | '}' if !quote => depth -= 1,
            ',' if !quote && depth == 0 => {
                out.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    out.push(&text[start..]);
    out.retain(|f| !f.trim().is_empty());
    out
}
