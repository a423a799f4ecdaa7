//! Annotated documents: what the models learn from and are measured on.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{ArgumentMap, Component, ComponentKind, Relation, RelationKind, Role};
use crate::document::{Document, Question, Sentence, Span, Turn};
use crate::stance::{LabelSet, Stances};

/// A document with the argument map that somebody drew for it.
#[derive(Clone, Debug)]
pub struct Annotated {
    /// The document; each unit of the table is one sentence.
    pub document: Document,
    /// The user's id of each sentence.
    pub ids: Vec<String>,
    /// The stances that the table gives, if it has a `label` or `stance` column with labels.
    pub stances: Option<Stances>,
    /// The map; all probabilities are 1 and there is no evidence.
    pub map: ArgumentMap,
}

/// One row of a components table, as far as it is understood.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct UnitRow<'a> {
    pub(crate) id: &'a str,
    pub(crate) speaker: &'a str,
    pub(crate) question: &'a str,
    /// Empty where the table does not say: then a turn ends where the speaker or the question changes.
    pub(crate) turn: &'a str,
    pub(crate) text: &'a str,
    pub(crate) component: ComponentKind,
    pub(crate) role: Option<Role>,
    /// Empty where there is none.
    pub(crate) stance: &'a str,
}

impl Annotated {
    /// Builds the document `name` from its rows and relations (by index into `rows`).
    pub(crate) fn new(
        name: &str,
        rows: &[UnitRow<'_>],
        relations: &[(u32, u32, RelationKind)],
        labels: Option<&Arc<LabelSet>>,
    ) -> Self {
        let mut document = Document { id: name.to_owned(), ..Document::default() };
        let mut last: Option<&UnitRow<'_>> = None;
        for (line, row) in (1..).zip(rows) {
            let start = document.text.len();
            document.text.push_str(row.text);
            let span = Span::new(start, document.text.len());
            document.text.push('\n');
            if !row.question.is_empty() && last.is_none_or(|l| l.question != row.question) {
                document.questions.push(Question { text: row.question.to_owned(), line, turn: None });
            }
            if last.is_none_or(|l| (l.speaker, l.question, l.turn) != (row.speaker, row.question, row.turn)) {
                let speaker = (!row.speaker.is_empty()).then(|| document.speaker_id(row.speaker));
                let question = (!row.question.is_empty()).then(|| document.questions.len() as u32 - 1);
                document.turns.push(Turn {
                    speaker,
                    speaker_raw: row.speaker.to_owned(),
                    question,
                    spans: Vec::new(),
                    line,
                    time: None,
                });
            }
            let turn = document.turns.len() - 1;
            document.turns[turn].spans.push(span);
            document.sentences.push(Sentence { turn: turn as u32, span });
            last = Some(row);
        }
        let stances = labels.map(|labels| stances(rows, labels));
        let map = gold_map(&document, rows, relations);
        Self { ids: rows.iter().map(|r| r.id.to_owned()).collect(), stances, map, document }
    }
}

fn stances(rows: &[UnitRow<'_>], labels: &Arc<LabelSet>) -> Stances {
    let k = labels.len();
    let mut out = Stances {
        labels: Arc::clone(labels),
        probabilities: vec![0.0; k * rows.len()],
        chosen: Vec::with_capacity(rows.len()),
        abstained: Vec::with_capacity(rows.len()),
    };
    for (i, row) in rows.iter().enumerate() {
        let label = labels.id(row.stance);
        let chosen = label.unwrap_or(0);
        out.probabilities[i * k + usize::from(chosen)] = 1.0;
        out.chosen.push(chosen);
        out.abstained.push(label.is_none());
    }
    out
}

fn gold_map(document: &Document, rows: &[UnitRow<'_>], relations: &[(u32, u32, RelationKind)]) -> ArgumentMap {
    let speaker = |i: u32| document.turn_of(i as usize).speaker;
    let mut relations: Vec<Relation> = relations
        .iter()
        .map(|&(source, target, kind)| Relation {
            source,
            target,
            kind,
            probability: 1.0,
            cross_speaker: speaker(source) != speaker(target),
            evidence: String::new(),
        })
        .collect();
    relations.sort_by_key(|r| (r.source, r.target, r.kind));
    relations.dedup_by_key(|r| (r.source, r.target, r.kind));
    let parity = roles_by_parity(document, &relations);
    let component = |(i, row): (usize, &UnitRow<'_>)| Component {
        kind: row.component,
        role: match row.component {
            ComponentKind::None => row.role,
            _ => row.role.or(parity.get(&(i as u32)).copied()).or(Some(Role::Pro)),
        },
        probability: 1.0,
    };
    ArgumentMap { components: rows.iter().enumerate().map(component).collect(), relations }
}

/// The side of every source of a relation within a turn: an attack turns it round.
fn roles_by_parity(document: &Document, relations: &[Relation]) -> BTreeMap<u32, Role> {
    let turn = |i: u32| document.sentences[i as usize].turn;
    let mut parent: BTreeMap<u32, (u32, bool)> = BTreeMap::new();
    for r in relations.iter().filter(|r| turn(r.source) == turn(r.target)) {
        parent.entry(r.source).or_insert((r.target, r.kind == RelationKind::Attack));
    }
    let mut out = BTreeMap::new();
    for &unit in parent.keys() {
        let (mut at, mut opposed) = (unit, false);
        // A chain longer than the table of parents is a cycle: take what it gave.
        for _ in 0..=parent.len() {
            let Some(&(next, attack)) = parent.get(&at) else { break };
            opposed ^= attack;
            at = next;
        }
        out.insert(unit, if opposed { Role::Opp } else { Role::Pro });
    }
    out
}
