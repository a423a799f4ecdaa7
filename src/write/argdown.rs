//! Argdown: argument maps as readable text (argdown.org).
//!
//! Every sentence is a statement `[id]: text {…}` (only statements can contradict one
//! another), every question a heading, every relation a line under its source: `+>` for
//! support and rephrase, `->` for attack, `><` for differs-on. Data in braces hold what the
//! language has no sign for: speaker, component, the kind and probability of each relation,
//! the user's own columns. [`crate::read::argdown`] restores the tables without loss.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::argument::{ArgumentMap, RelationKind, Table, Tables};
use crate::document::Document;
use crate::stance::Stances;

/// The sign of a relation, from its source to its target.
#[must_use]
pub fn sign(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Support | RelationKind::Rephrase => "+>",
        RelationKind::Attack => "->",
        RelationKind::DiffersOn => "><",
    }
}

/// The map of one document.
#[must_use]
pub fn map(doc: &Document, stances: Option<&Stances>, map: &ArgumentMap) -> String {
    tables(&Tables::of(doc, stances, map))
}

/// Columns of components that headings hold.
const HEADING: [&str; 2] = ["document", "question"];

/// All documents of two tables in one file.
#[must_use]
pub fn tables(tables: &Tables) -> String {
    let (units, relations) = (tables.components(), tables.relations());
    let titles = titles(units);
    let mut leaving = vec![Vec::new(); units.rows.len()];
    for (i, (source, target)) in tables.ends().iter().enumerate() {
        leaving[*source].push((i, *target));
    }
    // The rows of relations come back in this order; any other is written down.
    let ordered = leaving.iter().flatten().map(|(i, _)| *i).is_sorted();

    let mut out = String::from("===\n");
    let columns = |table: &Table| Value::from(table.columns.clone());
    let _ = writeln!(out, "component_columns: {}", yaml(&columns(units)));
    let _ = writeln!(out, "relation_columns: {}\n===\n", yaml(&columns(relations)));
    let mut heading: Option<[&str; 2]> = None;
    for (at, row) in units.rows.iter().enumerate() {
        let here = HEADING.map(|c| units.cell(row, c));
        if heading != Some(here) {
            let held = HEADING.into_iter().filter(|c| units.column(c).is_some());
            let data: Map<String, Value> = held.map(|c| (c.to_owned(), units.cell(row, c).into())).collect();
            let title = here.iter().rev().find(|t| !t.trim().is_empty()).map_or("Map", |t| *t);
            let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(out, "# {} {}\n", escape(&title), yaml(&Value::Object(data)));
            heading = Some(here);
        }
        let text = units.cell(row, "text");
        let plain = is_plain(text);
        let mut data = Map::new();
        for (column, cell) in units.columns.iter().zip(row) {
            let held = HEADING.contains(&column.as_str())
                || (column == "text" && plain)
                || (column == "sentence_id" && *cell == titles[at]);
            if !held && (!cell.is_empty() || column == "text") {
                data.insert(column.clone(), cell.as_str().into());
            }
        }
        let mut kept = Vec::new();
        for (i, _) in &leaving[at] {
            let cells = relations.columns.iter().zip(&relations.rows[*i]);
            let mut fields: Map<String, Value> = cells
                .filter(|(c, v)| !matches!(c.as_str(), "document" | "source" | "target") && !v.is_empty())
                .map(|(c, v)| (c.clone(), v.as_str().into()))
                .collect();
            if !ordered {
                fields.insert("#row".to_owned(), i.to_string().into());
            }
            kept.push(Value::Object(fields));
        }
        if !kept.is_empty() {
            data.insert("#relations".to_owned(), kept.into());
        }
        let shown = if plain { escape(text) } else { escape(&fold(text)) };
        let _ = writeln!(out, "[{}]: {shown} {}", titles[at], yaml(&Value::Object(data)));
        for (i, target) in &leaving[at] {
            let kind = RelationKind::from_name(relations.cell(&relations.rows[*i], "relation"));
            let _ = writeln!(out, "  {} [{}]", sign(kind.unwrap_or(RelationKind::Support)), titles[*target]);
        }
        out.push('\n');
    }
    out
}

/// A title for each component: its id where that is safe and nobody else's.
fn titles(units: &Table) -> Vec<String> {
    let ids: Vec<&str> = units.rows.iter().map(|r| units.cell(r, "sentence_id")).collect();
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    let safe = |id: &&str| id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    if distinct.len() == ids.len() && ids.iter().all(safe) {
        return ids.into_iter().map(str::to_owned).collect();
    }
    (1..=ids.len()).map(|n| format!("u{n}")).collect()
}

/// Whether the text comes back as it is: one line, no space at the ends or doubled.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text == fold(text) && text == text.trim() && !text.chars().any(char::is_control)
}

/// White space folded, control characters dropped; never empty.
fn fold(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = clean.split(' ').filter(|w| !w.is_empty()).collect();
    if words.is_empty() { "…".to_owned() } else { words.join(" ") }
}

/// A backslash before every sign that Argdown reads. Three equals signs open front matter in the middle of
/// a text, too, so no two stand together.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if "\\[]<>{}*_#@/$:`~^|".contains(c) || (c == '=' && out.ends_with('=')) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Flow YAML on one line; JSON strings are YAML strings. Braces inside strings are written as
/// escapes, for Argdown looks for the closing one, and so are equals signs in a row, which would end the front matter.
fn yaml(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let each: Vec<String> = fields.iter().map(|(k, v)| format!("{}: {}", quoted(k), yaml(v))).collect();
            format!("{{{}}}", each.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(yaml).collect::<Vec<_>>().join(", ")),
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    let json = Value::from(text).to_string();
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '=' if out.ends_with('=') => out.push_str("\\u003d"),
            '{' | '}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}
