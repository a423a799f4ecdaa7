//! Which of the lines that look labelled are: the label shape that a document uses, and the
//! roster of those who speak in it.
//!
//! A label counts when it has the document's shape and recurs, or has a title or a part in the
//! talk, or is named elsewhere. This keeps "Let me be clear:" and a footer's "Chips and Trade:
//! A Primer" out without a list of either.
//!
//! [`gather`] walks the lines and adds what looks like a label; [`titled`] tells titles from words;
//! [`count`] tells the shape that the document uses;
//! [`mentions`] looks for the names elsewhere in the text; [`accept`] decides on each candidate.

mod accept;
mod count;
mod gather;
mod mentions;
mod titled;

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
        self.take_titles_behind(text, lines, layout);
        self.take_titles_below(text, lines);
        self.find_mentions(text, lines);
        let kept = accept::kept(&self, text, lines, layout);
        self.candidates.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(c, _)| c).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Hints;
    use super::super::lines::split;
    use super::*;

    /// The labels of a text, as they are printed.
    fn printed(text: &str) -> Vec<&str> {
        let lines = split(text);
        let layout = Layout::of(text, &lines);
        let labels = labels(text, &lines, 0, layout, &Hints::default());
        labels.iter().map(|c| &lines[c.line as usize].of(text)[c.label.name.clone()]).collect()
    }

    const TALK: &str = "Ana Ruiz: We met in March.\nJon Ode: So we did.\nAna Ruiz: It was cold.\nJon Ode: It was.\n";

    #[test]
    fn what_stands_once_before_a_colon_has_a_title_or_is_named() {
        let after = |line: &str| printed(&format!("{TALK}{line}\nAna Ruiz: Mira Stoll, then.\n")).len() - 5;
        assert_eq!(after("Mira Stoll: I came by train."), 1);
        assert_eq!(after("Minister Keel: I came by train."), 1);
        assert_eq!(after("Cargo Weight: It was forty tons."), 0);
        assert_eq!(after("Minister Keel: forty tons"), 0);
    }

    #[test]
    fn what_stands_once_is_somebody_where_one_speaker_would_begin_twice() {
        let line = "Cargo Weight: It was forty tons.\n";
        assert_eq!(printed(&format!("{TALK}{line}Jon Ode: So it was.\n")).len(), 6);
        assert_eq!(printed(&format!("{TALK}{line}Ana Ruiz: So it was.\n")).len(), 5);
    }

    #[test]
    fn labels_have_the_shape_that_most_have() {
        let line = "Mr. Keel. That is so.\n";
        assert_eq!(printed(&format!("{TALK}{line}")).len(), 4);
        assert_eq!(printed(&line.repeat(2)), ["Mr. Keel"; 2]);
        // Questions and answers go with any.
        assert_eq!(printed(&format!("{TALK}Q. Was it?\nA. It was.\nQ. Is it?\nA. It is.\n")).len(), 8);
    }

    #[test]
    fn a_name_alone_on_its_line_recurs_and_has_words_below() {
        let talk = "Ana Ruiz\nWe met in March.\nJon Ode\nSo we did.\n".repeat(2);
        assert_eq!(printed(&talk).len(), 4);
        assert_eq!(printed(&format!("{talk}Mira Stoll\nShe came by train.\n")).len(), 4);
        assert_eq!(printed(&format!("{talk}Ana Ruiz\nJon Ode\n")).len(), 4);
    }

    #[test]
    fn a_title_behind_a_dash_comes_again_word_for_word() {
        let talk = "Ana Ruiz -- Chief Economist\nWe met in March.\nJon Ode -- Port Union\nSo we did.\n";
        assert_eq!(printed(talk), [""; 0]);
        assert_eq!(printed(&talk.repeat(2)).len(), 4);
        // Votes are words, not titles.
        let votes = "THE CHAIR -- We vote.\nMS. RUIZ -- Aye\nMR. ODE -- Aye\n".repeat(2);
        assert_eq!(printed(&votes).len(), 6);
    }

    #[test]
    fn a_title_below_a_name_comes_again_word_for_word() {
        let talk = "Ana Ruiz\nEconomist, Dune Bank\nWe met in March.\nJon Ode\nPort Union\nSo we did.\n";
        assert_eq!(printed(talk), [""; 0]);
        assert_eq!(printed(&talk.repeat(2)), ["Ana Ruiz", "Jon Ode", "Ana Ruiz", "Jon Ode"]);
    }

    #[test]
    fn in_capitals_only_what_is_set_so() {
        let talk = "PRESIDENT RUIZ: We met.\nMR. ODE: So we did.\n".repeat(2);
        let after = |line: &str| printed(&format!("{talk}{line}\n")).len() - 4;
        assert_eq!(after("VICE PRESIDENT Mira Stoll: I came by train."), 1);
        assert_eq!(after("Minister Keel: I came by train."), 0);
    }

    #[test]
    fn a_list_of_who_takes_part_is_not_said() {
        let list = "Host: Ana Ruiz.\nGuest: Jon Ode.\n";
        assert_eq!(printed(&format!("{list}{TALK}")).len(), 4);
        assert_eq!(printed(&format!("{TALK}{list}")).len(), 6);
    }

    #[test]
    fn names_are_told_whatever_their_case_and_description() {
        assert_eq!(key("MR.  DALE (Ohio)"), "mr dale");
        assert_eq!(key("Ana Ruiz, Minister"), "ana ruiz");
    }

    #[test]
    fn after_the_close_nobody_begins_to_speak() {
        let text = format!("{TALK}Mira Stoll: I came by train.\nMira Stoll: So I did.\nAna Ruiz: Yes.\n");
        let lines = split(&text);
        let mut all = labels(&text, &lines, 0, Layout::of(&text, &lines), &Hints::default());
        assert_eq!(all.len(), 7);
        drop_appended(&mut all, 4);
        assert_eq!(all.len(), 5);
    }
}
