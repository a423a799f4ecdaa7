//! Argument maps as two tables, `components` and `relations`: the form in which they are
//! exchanged, corrected by hand and learned from.
//!
//! Components need the columns `document, sentence_id, text, component` and may have `speaker, role, question, turn,
//! label, stance`, and `p_<stance>` and `abstained` for how sure a stance is; a `sentences.csv` that this program wrote
//! is such a table. Relations need `document, source, target, relation`. All other columns are kept as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::gold::UnitRow;
use super::{Annotated, ArgumentMap, ArgumentModel, Component, ComponentKind, MapOptions, RelationKind, Role};
use crate::document::Document;
use crate::error::{Error, Kind, Result};
use crate::parallel;
use crate::read::cell::{is_nothing, number};
use crate::stance::{LabelSet, Stances};

/// A table of strings under named columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Column names, in order, each once.
    pub columns: Vec<String>,
    /// Rows of as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The position of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }

    /// Adds an empty column if there is none of that name.
    pub(crate) fn complete(&mut self, name: &str) {
        if self.column(name).is_none() {
            self.columns.push(name.to_owned());
            for row in &mut self.rows {
                row.push(String::new());
            }
        }
    }

    /// The cell of `row` under the column `name`, empty where there is no such column.
    #[must_use]
    pub fn cell<'a>(&self, row: &'a [String], name: &str) -> &'a str {
        self.column(name).and_then(|c| row.get(c)).map_or("", String::as_str)
    }

    /// Empties the cells of a column that stand for nothing.
    fn clear(&mut self, name: &str) {
        if let Some(column) = self.column(name) {
            for row in self.rows.iter_mut().filter(|row| is_nothing(&row[column])) {
                row[column].clear();
            }
        }
    }

    /// Takes the capitals and blanks from the names of a column: spreadsheets begin a cell with a capital.
    fn lower(&mut self, name: &str) {
        if let Some(column) = self.column(name) {
            for row in &mut self.rows {
                row[column] = row[column].trim().to_ascii_lowercase();
            }
        }
    }

    /// The stance in a row: the human's `label`, or else `stance`.
    fn stance<'a>(&'a self, row: &'a [String]) -> &'a str {
        let label = self.cell(row, "label");
        if label.is_empty() { self.cell(row, "stance") } else { label }
    }

    /// The stances of the column `stance` whose probabilities the table gives, each with the position of its column
    /// `p_<stance>`. Where people have said what the stance is, it is certain.
    fn probabilities(&self) -> Vec<(&str, usize)> {
        let known = self.columns.iter().enumerate().filter_map(|(i, c)| Some((c.strip_prefix("p_")?, i)));
        let open = self.rows.iter().filter(|r| self.cell(r, "label").is_empty());
        let stances: BTreeSet<&str> = open.map(|r| self.cell(r, "stance")).collect();
        known.filter(|(label, _)| stances.contains(label)).collect()
    }

    /// The table as CSV: RFC 4180 quoting where needed, `\n` line ends.
    #[must_use]
    pub fn to_csv(&self) -> Vec<u8> {
        let mut out = csv::WriterBuilder::new().from_writer(Vec::new());
        for row in std::iter::once(&self.columns).chain(&self.rows) {
            // A vector takes every write.
            let _ = out.write_record(row);
        }
        out.into_inner().unwrap_or_default()
    }
}

/// Columns that a components table must have.
const COMPONENT_COLUMNS: [&str; 4] = ["document", "sentence_id", "text", "component"];
/// Columns that a relations table must have.
const RELATION_COLUMNS: [&str; 4] = ["document", "source", "target", "relation"];

/// Argument maps of one or more documents as two tables that fit together: the ids of
/// components are unique in their document, every relation joins two of them, and all
/// labels are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    components: Table,
    relations: Table,
    /// For each relation, the rows of its two components.
    ends: Vec<(usize, usize)>,
    /// The label that means "no stance", where the user says so.
    none: Option<String>,
}

/// A table with what is needed to say where in a file a fault is.
pub(crate) struct Sited {
    pub(crate) path: String,
    pub(crate) table: Table,
    /// 1-based line of each row, where a file stands behind the table.
    pub(crate) lines: Option<Vec<u64>>,
}

impl Sited {
    fn error(&self, row: usize, column: &str, message: impl Into<String>) -> Error {
        let error = Error::new(Kind::Format, message).at_path(self.path.as_str()).in_column(column);
        match self.lines.as_ref().and_then(|l| l.get(row)) {
            Some(line) => error.at_line(*line),
            None => error,
        }
    }

    fn need(&self, columns: &[&str]) -> Result<()> {
        for &column in columns {
            if self.table.column(column).is_none() {
                let found = self.table.columns.join(", ");
                let message = format!("this column is missing; the header has: {found}");
                let error = Error::new(Kind::Format, message).in_column(column).at_path(self.path.as_str());
                return Err(if self.lines.is_some() { error.at_line(1) } else { error });
            }
        }
        Ok(())
    }
}

fn check(mut components: Sited, mut relations: Sited) -> Result<Tables> {
    components.need(&COMPONENT_COLUMNS)?;
    relations.need(&RELATION_COLUMNS)?;
    for column in ["component", "role", "label", "stance"] {
        components.table.clear(column);
    }
    components.table.lower("component");
    components.table.lower("role");
    relations.table.lower("relation");
    if components.table.rows.is_empty() {
        return Err(Error::new(Kind::Empty, "no components").at_path(components.path));
    }
    let mut ids: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (i, row) in components.table.rows.iter().enumerate() {
        let cell = |name| components.table.cell(row, name);
        let id = cell("sentence_id");
        if id.is_empty() {
            return Err(components.error(i, "sentence_id", "this cell is empty"));
        }
        if ids.insert((cell("document"), id), i).is_some() {
            let message = format!("the id \"{id}\" stands twice in document \"{}\"", cell("document"));
            return Err(components.error(i, "sentence_id", message));
        }
        if component(cell("component")).is_none() {
            let message = format!("\"{}\" is none of none, claim, premise", cell("component"));
            return Err(components.error(i, "component", message));
        }
        if !cell("role").is_empty() && Role::from_name(cell("role")).is_none() {
            let message = format!("\"{}\" is neither pro nor opp (nor empty)", cell("role"));
            return Err(components.error(i, "role", message));
        }
    }
    for (label, column) in components.table.probabilities() {
        for (i, row) in components.table.rows.iter().enumerate() {
            if !is_nothing(&row[column]) && !number(&row[column]).is_some_and(|p| (0.0..=1.0).contains(&p)) {
                let message = format!("\"{}\" is no probability from 0 to 1", row[column]);
                return Err(components.error(i, &format!("p_{label}"), message));
            }
        }
    }
    let mut ends = Vec::with_capacity(relations.table.rows.len());
    for (i, row) in relations.table.rows.iter().enumerate() {
        let cell = |name| relations.table.cell(row, name);
        let end = |name| {
            ids.get(&(cell("document"), cell(name))).copied().ok_or_else(|| {
                let message = format!("\"{}\" is no component of document \"{}\"", cell(name), cell("document"));
                relations.error(i, name, message)
            })
        };
        let pair = (end("source")?, end("target")?);
        if pair.0 == pair.1 {
            return Err(relations.error(i, "target", format!("\"{}\" is related to itself", cell("target"))));
        }
        if RelationKind::from_name(cell("relation")).is_none() {
            let message = format!("\"{}\" is none of support, attack, rephrase, differs-on", cell("relation"));
            return Err(relations.error(i, "relation", message));
        }
        ends.push(pair);
    }
    Ok(Tables { components: components.table, relations: relations.table, ends, none: None })
}

/// An empty cell means none.
fn component(name: &str) -> Option<ComponentKind> {
    if name.is_empty() { Some(ComponentKind::None) } else { ComponentKind::from_name(name) }
}

impl Tables {
    /// Joins two tables read from files.
    ///
    /// # Errors
    /// See [`crate::read::argument_tables::read`].
    pub(crate) fn sited(components: Sited, relations: Sited) -> Result<Self> {
        check(components, relations)
    }

    /// Joins two tables that no file stands behind; `origin` is named in errors.
    ///
    /// # Errors
    /// See [`crate::read::argument_tables::read`].
    pub fn new(components: Table, relations: Table, origin: &str) -> Result<Self> {
        let sited = |table| Sited { path: origin.to_owned(), table, lines: None };
        check(sited(components), sited(relations))
    }

    /// The map of one document. Sentences are named `s000001`, `s000002`, … in order; figures
    /// have four digits after the point.
    #[must_use]
    pub fn of(doc: &Document, stances: Option<&Stances>, map: &ArgumentMap) -> Self {
        let owned = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<String>>();
        let id = |i: usize| format!("s{:06}", i + 1);
        let mut components = Table {
            columns: owned(&["document", "sentence_id", "question", "turn", "speaker", "text", "component", "role"]),
            rows: Vec::with_capacity(map.components.len()),
        };
        if stances.is_some() {
            components.columns.push("stance".to_owned());
        }
        for (i, component) in map.components.iter().enumerate() {
            let turn = doc.turn_of(i);
            let mut row = owned(&[
                &doc.id,
                &id(i),
                doc.question_text(turn),
                &(doc.sentences[i].turn + 1).to_string(),
                doc.speaker_name(turn),
                doc.sentence(i),
                component.kind.name(),
                component.role.map_or("", Role::name),
            ]);
            row.extend(stances.map(|s| s.name(i).to_owned()));
            components.rows.push(row);
        }
        let mut relations = Table {
            columns: owned(&["document", "source", "target", "relation", "probability", "cross_speaker", "evidence"]),
            rows: Vec::with_capacity(map.relations.len()),
        };
        for r in &map.relations {
            relations.rows.push(owned(&[
                &doc.id,
                &id(r.source as usize),
                &id(r.target as usize),
                r.kind.name(),
                &format!("{:.4}", r.probability),
                if r.cross_speaker { "1" } else { "0" },
                &r.evidence,
            ]));
        }
        let ends = map.relations.iter().map(|r| (r.source as usize, r.target as usize)).collect();
        Self { components, relations, ends, none: None }
    }

    /// The same with the label that means "no stance"; `None` takes "neutral", if it is used.
    ///
    /// # Errors
    /// Where no row has this label.
    pub fn with_none(mut self, none: Option<&str>) -> Result<Self> {
        if let Some(label) = none
            && !self.components.rows.iter().any(|row| self.components.stance(row) == label)
        {
            let message = format!("no row has the label \"{label}\" that is to mean \"no stance\"");
            return Err(Error::new(Kind::Usage, message));
        }
        self.none = none.map(str::to_owned);
        Ok(self)
    }

    /// The same components with the maps of `model` instead of the annotator's: ids and all other
    /// columns stay; `component` and `role` are the model's, the relations too.
    #[must_use]
    pub fn predicted(&self, model: &ArgumentModel, options: &MapOptions) -> Self {
        let documents = self.documents();
        let maps = parallel::map(&documents, |_, d| model.map(&d.document, d.stances.as_ref(), options));
        let mut rows: BTreeMap<(&str, &str), &Component> = BTreeMap::new();
        let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut relations = Table {
            columns: ["document", "source", "target", "relation", "probability", "cross_speaker", "evidence"]
                .map(str::to_owned)
                .to_vec(),
            rows: Vec::new(),
        };
        for (d, map) in documents.iter().zip(&maps) {
            let name = d.document.id.as_str();
            rows.extend(d.ids.iter().zip(&map.components).map(|(id, c)| ((name, id.as_str()), c)));
            relations.rows.extend(map.relations.iter().map(|r| {
                vec![
                    name.to_owned(),
                    d.ids[r.source as usize].clone(),
                    d.ids[r.target as usize].clone(),
                    r.kind.name().to_owned(),
                    format!("{:.5}", r.probability),
                    u8::from(r.cross_speaker).to_string(),
                    r.evidence.clone(),
                ]
            }));
        }
        let mut components = self.components.clone();
        if components.column("role").is_none() {
            components.columns.push("role".to_owned());
            components.rows.iter_mut().for_each(|r| r.push(String::new()));
        }
        let column = |name| components.column(name).unwrap_or_default();
        let (kind, role) = (column("component"), column("role"));
        for (i, (row, old)) in components.rows.iter_mut().zip(&self.components.rows).enumerate() {
            let key = (self.components.cell(old, "document"), self.components.cell(old, "sentence_id"));
            if let Some(c) = rows.get(&key) {
                c.kind.name().clone_into(&mut row[kind]);
                c.role.map_or("", Role::name).clone_into(&mut row[role]);
            }
            places.insert(key, i);
        }
        let end = |row: &Vec<String>, at: usize| places.get(&(row[0].as_str(), row[at].as_str())).copied();
        let ends = relations.rows.iter().filter_map(|r| end(r, 1).zip(end(r, 2))).collect();
        Self { components, relations, ends, none: self.none.clone() }
    }

    /// The components, one row each.
    #[must_use]
    pub fn components(&self) -> &Table {
        &self.components
    }

    /// The relations, one row each.
    #[must_use]
    pub fn relations(&self) -> &Table {
        &self.relations
    }

    /// For each relation, the rows of its source and its target among the components.
    #[must_use]
    pub fn ends(&self) -> &[(usize, usize)] {
        &self.ends
    }

    /// The documents, in order of first appearance.
    #[must_use]
    pub fn documents(&self) -> Vec<Annotated> {
        let labels = self.labels().map(Arc::new);
        let mut order: Vec<&str> = Vec::new();
        let mut index: BTreeMap<&str, usize> = BTreeMap::new();
        let mut rows: Vec<Vec<UnitRow<'_>>> = Vec::new();
        let mut places = Vec::with_capacity(self.components.rows.len());
        for row in &self.components.rows {
            let cell = |name| self.components.cell(row, name);
            let at = *index.entry(cell("document")).or_insert_with(|| {
                order.push(cell("document"));
                rows.push(Vec::new());
                rows.len() - 1
            });
            places.push((at, rows[at].len() as u32));
            rows[at].push(UnitRow {
                id: cell("sentence_id"),
                speaker: cell("speaker"),
                question: cell("question"),
                turn: cell("turn"),
                text: cell("text"),
                component: component(cell("component")).unwrap_or_default(),
                role: Role::from_name(cell("role")),
                stance: self.components.stance(row),
            });
        }
        let mut relations = vec![Vec::new(); rows.len()];
        for (row, (source, target)) in self.relations.rows.iter().zip(&self.ends) {
            if let Some(kind) = RelationKind::from_name(self.relations.cell(row, "relation")) {
                relations[places[*source].0].push((places[*source].1, places[*target].1, kind));
            }
        }
        let build = |(at, name): (usize, &&str)| Annotated::new(name, &rows[at], &relations[at], labels.as_ref());
        let mut documents: Vec<Annotated> = order.iter().enumerate().map(build).collect();
        let given = self.components.probabilities();
        for (row, (document, sentence)) in self.components.rows.iter().zip(places) {
            let Some(stances) = documents[document].stances.as_mut().filter(|_| !given.is_empty()) else { continue };
            if !self.components.cell(row, "label").is_empty() {
                continue;
            }
            let (at, k) = (sentence as usize, stances.labels.len());
            stances.abstained[at] |= self.components.cell(row, "abstained") == "1";
            for (label, column) in &given {
                if let (Some(id), Some(p)) = (stances.labels.id(label), number(&row[*column])) {
                    stances.probabilities[at * k + usize::from(id)] = p as f32;
                }
            }
        }
        documents
    }

    /// The label set of the stances, if there are any: the shipped one if all are in it and nobody says which means
    /// "no stance".
    fn labels(&self) -> Option<LabelSet> {
        let mut names: Vec<String> =
            self.components.rows.iter().map(|r| self.components.stance(r).to_owned()).collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|n| !n.is_empty());
        let shipped = LabelSet::policy();
        if names.is_empty() {
            return None;
        }
        if self.none.is_none() && names.iter().all(|n| shipped.id(n).is_some()) {
            return Some(shipped);
        }
        LabelSet::used("custom", names, self.none.as_deref()).ok()
    }
}
