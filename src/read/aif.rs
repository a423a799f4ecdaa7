//! AIF JSON → tables: our own files without loss, those of `AIFdb`, OVA and xaif as far as
//! the tables have room.
//!
//! Of a foreign file every I-node becomes a component, spoken by the participant of the
//! locution that anchors it; every pair of an I-node before and an I-node after an RA, CA or
//! MA node becomes a relation. Whether a component is a claim or a premise is read off the
//! graph: the source of a support or attack is a premise, any other end of a relation a claim.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::argument::{Table, Tables};
use crate::error::{Error, Kind, Result};

/// Reads AIF JSON; `path` is for messages and, without its ending, names the document where
/// the file does not.
///
/// # Errors
/// Where the bytes are no JSON, there are no nodes or edges, or what `standpoint` holds does
/// not fit together.
pub fn read(bytes: &[u8], path: &str) -> Result<Tables> {
    let json: Value = serde_json::from_slice(bytes)
        .map_err(|e| Error::new(Kind::Format, format!("not AIF JSON: {e}")).at_path(path).at_line(e.line() as u64))?;
    let aif = json.get("AIF").unwrap_or(&json);
    let list = |name: &str| {
        let missing = || Error::new(Kind::Format, format!("not AIF: there is no list \"{name}\"")).at_path(path);
        aif.get(name).and_then(Value::as_array).ok_or_else(missing)
    };
    let graph = Graph::new(list("nodes")?, list("edges")?);
    let tables = match json.get("standpoint") {
        Some(own) => graph.own(own, path)?,
        None => graph.foreign(aif, path),
    };
    Tables::new(tables.0, tables.1, path)
}

/// An id, written as a string or a number.
fn id(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(s)) => s.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn text<'v>(node: &'v Value, name: &str) -> &'v str {
    node.get(name).and_then(Value::as_str).unwrap_or("")
}

struct Graph<'v> {
    nodes: Vec<(String, &'v Value)>,
    index: BTreeMap<String, usize>,
    into: Vec<Vec<usize>>,
    out: Vec<Vec<usize>>,
}

impl<'v> Graph<'v> {
    fn new(nodes: &'v [Value], edges: &[Value]) -> Self {
        let nodes: Vec<(String, &Value)> = nodes.iter().map(|n| (id(n.get("nodeID")), n)).collect();
        let index: BTreeMap<String, usize> = nodes.iter().enumerate().map(|(i, (id, _))| (id.clone(), i)).collect();
        let (mut into, mut out) = (vec![Vec::new(); nodes.len()], vec![Vec::new(); nodes.len()]);
        for edge in edges {
            let ends = (index.get(&id(edge.get("fromID"))), index.get(&id(edge.get("toID"))));
            if let (Some(&from), Some(&to)) = ends {
                out[from].push(to);
                into[to].push(from);
            }
        }
        Self { nodes, index, into, out }
    }

    fn kind(&self, node: usize) -> &'v str {
        text(self.nodes[node].1, "type")
    }

    fn of_kind(&self, kinds: &[&str]) -> impl Iterator<Item = usize> {
        (0..self.nodes.len()).filter(move |n| kinds.contains(&self.kind(*n)))
    }

    /// The I-nodes among `nodes`.
    fn information<'a>(&'a self, nodes: &'a [usize]) -> impl Iterator<Item = usize> + 'a {
        nodes.iter().copied().filter(|n| self.kind(*n) == "I")
    }

    /// A file that we wrote: rows and columns as they were.
    fn own(&self, own: &Value, path: &str) -> Result<(Table, Table)> {
        let fault = |m: String| Error::new(Kind::Format, m).at_path(path);
        let columns = |name: &str| -> Result<Vec<String>> {
            let listed = own.get(name).and_then(Value::as_array);
            let listed = listed.ok_or_else(|| fault(format!("\"standpoint\" does not list \"{name}\"")))?;
            Ok(listed.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        };
        let kept =
            |node: usize, column: &str| self.nodes[node].1.get("standpoint").map_or("", |k| text(k, column)).to_owned();
        let mut units = Table { columns: columns("component_columns")?, rows: Vec::new() };
        for node in self.of_kind(&["I"]) {
            let cell = |c: &String| {
                if c == "text" { text(self.nodes[node].1, "text").to_owned() } else { kept(node, c) }
            };
            units.rows.push(units.columns.iter().map(cell).collect());
        }
        let mut relations = Table { columns: columns("relation_columns")?, rows: Vec::new() };
        for node in self.of_kind(&["RA", "CA", "MA"]) {
            let end = |side: &[usize], which: &str| {
                let found = self.information(side).next();
                found.ok_or_else(|| fault(format!("the scheme node {} has no {which}", self.nodes[node].0)))
            };
            let (source, target) = (end(&self.into[node], "source")?, end(&self.out[node], "target")?);
            let cell = |c: &String| match c.as_str() {
                "source" => kept(source, "sentence_id"),
                "target" => kept(target, "sentence_id"),
                _ => kept(node, c),
            };
            relations.rows.push(relations.columns.iter().map(cell).collect());
        }
        Ok((units, relations))
    }

    /// Anybody's file.
    fn foreign(&self, aif: &Value, path: &str) -> (Table, Table) {
        let document = document_name(path);
        let speakers = self.speakers(aif);
        let mut links: Vec<(usize, usize, &str)> = Vec::new();
        for node in self.of_kind(&["RA", "CA", "MA"]) {
            let relation = match (self.kind(node), text(self.nodes[node].1, "text")) {
                ("RA", _) => "support",
                ("MA", _) => "rephrase",
                (_, "Differs On") => "differs-on",
                _ => "attack",
            };
            for source in self.information(&self.into[node]) {
                links.extend(self.information(&self.out[node]).filter(|t| *t != source).map(|t| (source, t, relation)));
            }
        }
        let component = |node: usize| {
            if links.iter().any(|(s, _, r)| *s == node && matches!(*r, "support" | "attack")) {
                "premise"
            } else if links.iter().any(|(s, t, _)| *s == node || *t == node) {
                "claim"
            } else {
                "none"
            }
        };
        let columns = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<String>>();
        let mut units =
            Table { columns: columns(&["document", "sentence_id", "speaker", "text", "component"]), rows: Vec::new() };
        for node in self.of_kind(&["I"]) {
            let speaker = speakers.get(&node).map_or("", String::as_str);
            units.rows.push(columns(&[
                &document,
                &self.nodes[node].0,
                speaker,
                text(self.nodes[node].1, "text"),
                component(node),
            ]));
        }
        let mut relations = Table { columns: columns(&["document", "source", "target", "relation"]), rows: Vec::new() };
        for (source, target, relation) in links {
            relations.rows.push(columns(&[&document, &self.nodes[source].0, &self.nodes[target].0, relation]));
        }
        (units, relations)
    }

    /// Who says each I-node: the participant of a locution that an illocution anchors in it,
    /// else the name before the colon of the locution.
    fn speakers(&self, aif: &Value) -> BTreeMap<usize, String> {
        let array = |name: &str| aif.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let names: BTreeMap<String, String> = array("participants")
            .iter()
            .map(|p| {
                let name = format!("{} {}", text(p, "firstname"), text(p, "surname"));
                (id(p.get("participantID")), name.trim().to_owned())
            })
            .collect();
        let mut persons: BTreeMap<usize, &String> = BTreeMap::new();
        for locution in array("locutions") {
            let node = self.index.get(&id(locution.get("nodeID")));
            if let (Some(node), Some(name)) = (node, names.get(&id(locution.get("personID")))) {
                persons.insert(*node, name);
            }
        }
        let mut out = BTreeMap::new();
        for locution in self.of_kind(&["L"]) {
            let said = text(self.nodes[locution].1, "text");
            let name = match persons.get(&locution) {
                Some(name) => (*name).clone(),
                None => said.split_once(':').map_or("", |(name, _)| name.trim()).to_owned(),
            };
            for illocution in self.out[locution].iter().filter(|n| self.kind(**n) == "YA") {
                for node in self.information(&self.out[*illocution]) {
                    out.entry(node).or_insert_with(|| name.clone());
                }
            }
        }
        out
    }
}

/// The last part of a path, without its ending.
pub(super) fn document_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}
