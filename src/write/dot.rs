//! Graphviz DOT: the map as a picture, one box per question.
//!
//! Shown are claims and the sentences that take part in relations; arrows point from the
//! source to the target, upwards. A relation has a colour and a word, so that it can be read
//! in grey. Render with `dot -Tsvg map.dot`; questions stand side by side, the first one left.
//! `dot -Gpack=24 -Gpackmode=array_u1 -Tsvg map.dot` puts them one under another (Graphviz
//! then leaves out the words of the relations).

use std::fmt::Write as _;

use crate::argument::{ArgumentMap, RelationKind, Table, Tables};
use crate::document::Document;
use crate::stance::Stances;

/// Letters per line of a box.
const WIDTH: usize = 27;
/// Lines of a box; longer texts are cut with an ellipsis.
const LINES: usize = 6;
/// Bytes after which a string is cut: Graphviz refuses one of 16,384.
const LONGEST: usize = 4096;

/// Fills of speakers' boxes, in order of appearance; light enough for black text and told
/// apart by readers who are colour-blind (after Okabe & Ito 2008).
const FILLS: [&str; 8] = ["#dcebf7", "#fdebc8", "#d9f0e3", "#f6dcea", "#fbf7c9", "#e4e1f2", "#e6e6e6", "#fde0d2"];

/// Colour and style of a relation.
fn line(kind: RelationKind) -> (&'static str, &'static str) {
    match kind {
        RelationKind::Support => ("#00734f", "solid"),
        RelationKind::Attack => ("#b3251e", "bold"),
        RelationKind::Rephrase => ("#5f6368", "dotted"),
        RelationKind::DiffersOn => ("#b35a00", "dashed"),
    }
}

/// The map of one document.
#[must_use]
pub fn map(doc: &Document, stances: Option<&Stances>, map: &ArgumentMap) -> String {
    tables(&Tables::of(doc, stances, map))
}

/// All documents of two tables in one graph.
#[must_use]
pub fn tables(tables: &Tables) -> String {
    let (units, relations) = (tables.components(), tables.relations());
    let mut shown: Vec<bool> = units.rows.iter().map(|r| units.cell(r, "component") == "claim").collect();
    for (source, target) in tables.ends() {
        shown[*source] = true;
        shown[*target] = true;
    }
    let mut out = String::from(
        "digraph argument_map {\n  \
         graph [rankdir=BT, fontname=\"Helvetica,Arial,sans-serif\", fontsize=15, nodesep=0.22, ranksep=0.4];\n  \
         node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica,Arial,sans-serif\", fontsize=11, margin=\"0.12,0.08\"];\n  \
         edge [fontname=\"Helvetica,Arial,sans-serif\", fontsize=10, arrowsize=0.7];\n",
    );
    let mut speakers: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < units.rows.len() {
        let place = |i: usize| ["document", "question"].map(|c| units.cell(&units.rows[i], c));
        let end = (at..units.rows.len()).find(|i| place(*i) != place(at)).unwrap_or(units.rows.len());
        let nodes: Vec<usize> = (at..end).filter(|i| shown[*i]).collect();
        if !nodes.is_empty() {
            cluster(&mut out, units, place(at), &nodes, &mut speakers);
        }
        at = end;
    }
    for (row, (source, target)) in relations.rows.iter().zip(tables.ends()) {
        let name = relations.cell(row, "relation");
        let kind = RelationKind::from_name(name).unwrap_or(RelationKind::Support);
        let (colour, style) = line(kind);
        let both = if kind == RelationKind::DiffersOn { ", dir=both, constraint=false" } else { "" };
        let mut tip = relations.cell(row, "probability").to_owned();
        let evidence = relations.cell(row, "evidence");
        if !evidence.is_empty() {
            let _ = write!(tip, " {evidence}");
        }
        let _ = writeln!(
            out,
            "  n{source} -> n{target} [label=\"{}\", color=\"{colour}\", fontcolor=\"{colour}\", style={style}, tooltip=\"{}\"{both}];",
            escape(&name.replace('-', " ")),
            escape(&tip),
        );
    }
    out.push_str("}\n");
    out
}

/// The box of one question, with one box per speaker in it.
fn cluster<'t>(
    out: &mut String,
    units: &'t Table,
    [document, question]: [&str; 2],
    nodes: &[usize],
    speakers: &mut Vec<&'t str>,
) {
    let first = nodes[0];
    let title = if question.trim().is_empty() { document } else { question };
    let _ = writeln!(
        out,
        "  subgraph cluster_{first} {{\n    label=\"{}\"; labelloc=b; style=rounded; color=\"#5f6368\"; margin=12; sortv={};",
        wrap(title, 3 * WIDTH, 3).join("\\n"),
        units.rows.len() - first,
    );
    let mut here: Vec<&str> = nodes.iter().map(|i| units.cell(&units.rows[*i], "speaker")).collect();
    let mut seen: Vec<&str> = Vec::new();
    here.retain(|s| {
        !seen.contains(s) && {
            seen.push(s);
            true
        }
    });
    for speaker in here {
        let colour = speakers.iter().position(|s| *s == speaker).unwrap_or_else(|| {
            speakers.push(speaker);
            speakers.len() - 1
        });
        let _ = writeln!(
            out,
            "    subgraph cluster_{first}_{colour} {{\n      label=\"{}\"; labelloc=b; color=white; fontsize=13;",
            escape(speaker),
        );
        for &i in nodes.iter().filter(|i| units.cell(&units.rows[**i], "speaker") == speaker) {
            let row = &units.rows[i];
            let claim = units.cell(row, "component") == "claim";
            let (pen, line) = if claim { ("2.4", "#202124") } else { ("0.8", "#80868b") };
            let _ = writeln!(
                out,
                "      n{i} [label=\"{}\", tooltip=\"{}\", fillcolor=\"{}\", penwidth={pen}, color=\"{line}\"];",
                wrap(units.cell(row, "text"), WIDTH, LINES).join("\\n"),
                escape(units.cell(row, "text")),
                FILLS[colour % FILLS.len()],
            );
        }
        out.push_str("    }\n");
    }
    out.push_str("  }\n");
}

/// Words in lines of about `width` letters, at most `lines` of them, escaped for a label.
fn wrap(text: &str, width: usize, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let last = out.len() - 1;
        let used = out[last].chars().count();
        if used > 0 && used + 1 + word.chars().count() > width {
            if out.len() == lines {
                let cut = out[last].trim_end_matches([',', ';', ':', '.']).len();
                out[last].truncate(cut);
                out[last].push('…');
                break;
            }
            out.push(String::new());
        }
        let line = out.last_mut().map_or(0, |l| l.chars().count());
        let room = (2 * width).saturating_sub(line);
        if let Some(current) = out.last_mut() {
            if line > 0 {
                current.push(' ');
            }
            current.extend(word.chars().take(room));
        }
    }
    out.iter().map(|l| escape(l)).collect()
}

/// Text inside a DOT string, cut with an ellipsis where it is long; Graphviz reads HTML entities in it.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST));
    for c in text.chars() {
        if out.len() >= LONGEST {
            out.push('…');
            break;
        }
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '&' => out.push_str("&amp;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
