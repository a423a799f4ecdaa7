//! AIF JSON: the Argument Interchange Format as `AIFdb`, OVA and xaif hold it.
//!
//! Every sentence is an information node (I) with the locution (L) that says it and the
//! illocution (YA) between them; every relation is a scheme node (RA inference, CA conflict,
//! MA rephrase) with one edge in and one out, so that no edge joins two I-nodes; successive
//! locutions of a document are joined by transitions (TA). Participants are the speakers.
//! Node ids are numbers as strings, in the order of the rows.
//!
//! What AIF has no field for (ids, questions, components, probabilities, the user's own
//! columns) is kept under the key `standpoint`, in the nodes and beside them: other programs
//! pass it by, [`crate::read::aif`] restores it.
//!
//! `differs-on` is a conflict whose text says so.

use serde_json::{Map, Value, json};

use crate::argument::{ArgumentMap, RelationKind, Tables};
use crate::document::Document;
use crate::stance::Stances;

/// Type and text of the scheme node of a relation.
#[must_use]
pub fn scheme(kind: RelationKind) -> (&'static str, &'static str) {
    match kind {
        RelationKind::Support => ("RA", "Default Inference"),
        RelationKind::Attack => ("CA", "Default Conflict"),
        RelationKind::Rephrase => ("MA", "Default Rephrase"),
        RelationKind::DiffersOn => ("CA", "Differs On"),
    }
}

/// The map of one document.
#[must_use]
pub fn map(doc: &Document, stances: Option<&Stances>, map: &ArgumentMap) -> Vec<u8> {
    tables(&Tables::of(doc, stances, map))
}

/// All documents of two tables in one nodeset.
#[must_use]
pub fn tables(tables: &Tables) -> Vec<u8> {
    let mut graph = Graph::default();
    let (units, relations) = (tables.components(), tables.relations());
    let mut speakers: Vec<&str> = Vec::new();
    let mut information = Vec::with_capacity(units.rows.len());
    let mut last: Option<(&str, String)> = None;
    for row in &units.rows {
        let cell = |name| units.cell(row, name);
        let (speaker, text) = (cell("speaker"), cell("text"));
        let kept = extra(&units.columns, row, &["text"]);
        let i = graph.node("I", text, Some(kept));
        let said = if speaker.is_empty() { text.to_owned() } else { format!("{speaker} : {text}") };
        let l = graph.node("L", &said, None);
        let ya = graph.node("YA", if text.trim_end().ends_with('?') { "Questioning" } else { "Asserting" }, None);
        graph.edge(&l, &ya);
        graph.edge(&ya, &i);
        let person = speakers.iter().position(|s| *s == speaker).unwrap_or_else(|| {
            speakers.push(speaker);
            speakers.len() - 1
        });
        graph.locutions.push(json!({ "nodeID": l, "personID": (person + 1).to_string() }));
        if let Some((document, before)) = &last
            && *document == cell("document")
        {
            let ta = graph.node("TA", "Default Transition", None);
            graph.edge(before, &ta);
            graph.edge(&ta, &l);
        }
        last = Some((cell("document"), l));
        information.push(i);
    }
    for (row, (source, target)) in relations.rows.iter().zip(tables.ends()) {
        let kind = RelationKind::from_name(relations.cell(row, "relation")).unwrap_or(RelationKind::Support);
        let (node, text) = scheme(kind);
        let kept = extra(&relations.columns, row, &["source", "target"]);
        let s = graph.node(node, text, Some(kept));
        graph.edge(&information[*source], &s);
        graph.edge(&s, &information[*target]);
    }
    let participants: Vec<Value> = (1..)
        .zip(&speakers)
        .map(|(id, name): (usize, _)| {
            let (first, last) = name.rsplit_once(' ').unwrap_or(("", name));
            json!({ "participantID": id.to_string(), "firstname": first, "surname": last })
        })
        .collect();
    let aif = json!({
        "AIF": {
            "nodes": graph.nodes,
            "edges": graph.edges,
            "schemefulfillments": [],
            "descriptorfulfillments": [],
            "participants": participants,
            "locutions": graph.locutions,
        },
        "OVA": {},
        "dialog": true,
        "standpoint": { "component_columns": units.columns, "relation_columns": relations.columns },
    });
    let mut out = serde_json::to_vec_pretty(&aif).unwrap_or_default();
    out.push(b'\n');
    out
}

/// The cells of a row by column, but those that AIF itself holds.
fn extra(columns: &[String], row: &[String], without: &[&str]) -> Value {
    let pairs = columns.iter().zip(row).filter(|(c, _)| !without.contains(&c.as_str()));
    Value::Object(pairs.map(|(c, v)| (c.clone(), Value::String(v.clone()))).collect::<Map<_, _>>())
}

#[derive(Default)]
struct Graph {
    nodes: Vec<Value>,
    edges: Vec<Value>,
    locutions: Vec<Value>,
}

impl Graph {
    fn node(&mut self, kind: &str, text: &str, kept: Option<Value>) -> String {
        let id = (self.nodes.len() + 1).to_string();
        let mut node = json!({ "nodeID": id, "text": text, "type": kind });
        if let (Some(kept), Value::Object(fields)) = (kept, &mut node) {
            fields.insert("standpoint".to_owned(), kept);
        }
        self.nodes.push(node);
        id
    }

    fn edge(&mut self, from: &str, to: &str) {
        let id = (self.edges.len() + 1).to_string();
        self.edges.push(json!({ "edgeID": id, "fromID": from, "toID": to }));
    }
}
