//! Which of the lines that look labelled are: the label shape that a document uses, and the
//! roster of those who speak in it.
//!
//! A label counts when it has the document's shape and recurs, or has a title or a part in the
//! talk, or is named elsewhere. This keeps "Let me be clear:" and a footer's "Chips and Trade:
//! A Primer" out without a list of either.
//!
//! [`gather`] walks the lines and adds what looks like a label; [`count`] tells the shape that the document uses;
//! [`mentions`] looks for the names elsewhere in the text; [`accept`] decides on each candidate.

mod accept;
mod count;
mod gather;
mod mentions;

use std::collections::BTreeMap;

pub(super) use gather::{drop_appended, labels};

use super::label::Label;
use super::lines::{Layout, Line};
use super::words::NameKind;

/// A line with the shape of a label.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Index of the line.
    pub line: u32,
    pub label: Label,
    /// Index into the names of the document.
    pub name: u32,
}

impl Candidate {
    /// The name as it is printed.
    pub(super) fn printed<'a>(&self, text: &'a str, lines: &[Line]) -> &'a str {
        &lines[self.line as usize].of(text)[self.label.name.clone()]
    }
}

/// What is known of one printed name.
#[derive(Clone, Debug, Default)]
struct Name {
    /// How often it occurs with each separator.
    by_separator: [u32; 6],
    total: u32,
    capitals: bool,
    kind: Option<NameKind>,
    stamped: u32,
    remarked: u32,
    bold: u32,
    /// Found outside labels: in the head, or as part of another name.
    mentioned: bool,
    /// Another label is this name's initials: `Ana Ruiz:`, then `A.R.:`
    spelled_out: bool,
    /// `Q` or `A`: they go with any other shape.
    is_question: bool,
}

/// All candidates of a document, with their names numbered.
#[derive(Default)]
struct Roster {
    candidates: Vec<Candidate>,
    keys: BTreeMap<String, u32>,
    /// Names as they are printed: found without folding them again.
    printed: BTreeMap<String, u32>,
    names: Vec<Name>,
}

/// The form of a name that is compared: folded case, single spaces, no description.
fn key(name: &str) -> String {
    let name = name.split([',', '(', '[']).next().unwrap_or(name);
    let mut out = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().filter(|c| *c != '.').flat_map(char::to_lowercase));
    }
    out
}

impl Roster {
    /// Adds the candidate on a line.
    fn add(&mut self, line: usize, printed: &str, label: Label) {
        let id = self.printed.get(printed).copied().unwrap_or_else(|| self.number(printed));
        let name = &mut self.names[id as usize];
        name.by_separator[label.separator as usize] += 1;
        name.total += 1;
        name.capitals |= label.capitals;
        name.kind = name.kind.max(Some(label.kind));
        name.stamped += u32::from(label.time.is_some());
        name.remarked += u32::from(label.marks.remarked);
        name.bold += u32::from(label.marks.bold);
        self.candidates.push(Candidate { line: line as u32, label, name: id });
    }

    /// The number of a name that was not printed so before.
    fn number(&mut self, printed: &str) -> u32 {
        let next = self.names.len() as u32;
        let id = *self.keys.entry(key(printed)).or_insert(next);
        if id == next {
            self.names.push(Name { is_question: matches!(printed, "Q" | "A"), ..Name::default() });
        }
        self.printed.insert(printed.to_owned(), id);
        id
    }

    /// Whether a candidate is more than a name that stands once.
    fn recurs(&self, candidate: &Candidate) -> bool {
        let name = &self.names[candidate.name as usize];
        name.total > 1 || name.kind >= Some(NameKind::Titled) || candidate.label.time.is_some()
    }

    /// The candidates that are labels.
    fn settled(mut self, text: &str, lines: &[Line], layout: Layout) -> Vec<Candidate> {
        self.find_mentions(text, lines);
        let kept = accept::kept(&self, text, lines, layout);
        self.candidates.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(c, _)| c).collect()
    }
}
