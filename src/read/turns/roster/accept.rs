//! Which candidates are labels: each by itself, then by those around it.

use std::cell::Cell;

use super::super::label::Separator;
use super::super::lines::{Layout, Line, ends_sentence};
use super::super::words::{self, NameKind};
use super::mentions::MOST_SEARCHES;
use super::{Candidate, Name, Roster};

/// Whether each candidate is a label.
pub(super) fn kept(roster: &Roster, text: &str, lines: &[Line], layout: Layout) -> Vec<bool> {
    let is_script = roster.is_script(text, lines);
    // Without any other shape, `Q.` and `A.` still are labels.
    let (main, weight) = roster.main_separator(text, lines, layout, is_script).unwrap_or((Separator::Stop, 0));
    let all = &roster.candidates;
    let view = View {
        text,
        lines,
        layout,
        main,
        allowed: roster.allowed(main, weight),
        is_stamped: roster.share(main, |n| n.stamped > 0) > 0.6,
        is_capital: !layout.capitals && roster.share(main, |n| n.capitals) > 0.7,
        is_listed: all.iter().filter(|c| c.label.marks.listed).count() * 2 > all.len(),
        is_script,
        roster,
        common: vec![Cell::new(None); roster.names.len()],
        searches: Cell::new(MOST_SEARCHES),
    };
    let mut kept: Vec<bool> = all.iter().enumerate().map(|(i, c)| view.keeps(i, c)).collect();
    view.fill_gaps(&mut kept);
    view.drop_listing(&mut kept);
    kept
}

/// What decides on one candidate.
pub(super) struct View<'a> {
    pub(super) text: &'a str,
    pub(super) lines: &'a [Line],
    pub(super) layout: Layout,
    main: Separator,
    allowed: [bool; 6],
    is_stamped: bool,
    is_capital: bool,
    is_listed: bool,
    is_script: bool,
    roster: &'a Roster,
    /// Whether a name is a common word of the text, once it was looked for.
    common: Vec<Cell<Option<bool>>>,
    /// Searches of the text that are left.
    pub(super) searches: Cell<u32>,
}

impl View<'_> {
    /// A candidate's name as it is printed.
    pub(super) fn printed(&self, candidate: &Candidate) -> &str {
        candidate.printed(self.text, self.lines)
    }

    /// Whether a candidate, by itself, is a label.
    fn keeps(&self, index: usize, candidate: &Candidate) -> bool {
        let label = &candidate.label;
        let name = &self.roster.names[candidate.name as usize];
        let line = candidate.line as usize;
        let printed = self.printed(candidate);
        if name.is_question {
            return name.by_separator[label.separator as usize] > 1
                || (self.main == label.separator && self.roster.names.len() > 2);
        }
        if matches!(printed, "I" | "R" | "P") && name.total < 2 {
            return false;
        }
        // `P. Ode` may be anybody; `P.` and `R.` in turn are question and answer.
        if matches!(printed, "R" | "P") && label.separator == Separator::Stop {
            let times = |key: &str| self.roster.keys.get(key).map_or(0, |id| self.roster.names[*id as usize].total);
            return times("p").abs_diff(times("r")) * 4 <= name.total;
        }
        if label.marks.listed && !self.is_listed {
            return false;
        }
        if !self.allowed[label.separator as usize] {
            return false;
        }
        if self.is_stamped && label.separator == self.main {
            return label.time.is_some()
                || name.stamped > 0
                || (label.kind >= NameKind::Titled && self.is_speech(candidate));
        }
        match label.separator {
            Separator::Alone => {
                (self.roster.recurs(candidate) || label.marks.remarked)
                    && is_followed_by_speech(candidate, self.text, self.lines, self.layout)
                    && self
                        .roster
                        .candidates
                        .get(index + 1)
                        .is_none_or(|next| next.line != candidate.line + 1 || next.label.separator != Separator::Alone)
            }
            // In a text of capitals, `Mr. Ode. Anyone?` is somebody being called on.
            Separator::Stop
                if self.is_capital && !label.capitals && !(label.kind == NameKind::Role && name.total > 1) =>
            {
                false
            }
            Separator::Stop => {
                self.layout.starts(self.lines, line)
                    && (label.capitals
                        || name.total > 1
                        || name.mentioned
                        || label.kind == NameKind::Role
                        || self.main == Separator::Stop)
            }
            Separator::Minute => true,
            Separator::Gap => label.marks.bold || name.by_separator[Separator::Gap as usize] > 1,
            Separator::Dash => {
                let is_named = self.is_capital && label.capitals && self.is_speech(candidate) && words_of(printed) > 1;
                (label.capitals || label.marks.bold || label.kind >= NameKind::Titled || name.total > 1)
                    && (name.by_separator[Separator::Dash as usize] > 1 || (self.main == Separator::Dash && is_named))
            }
            Separator::Colon => self.keeps_colon(candidate, name),
        }
    }

    /// Whether a candidate with a colon is a label in a document that has them.
    fn keeps_colon(&self, candidate: &Candidate, name: &Name) -> bool {
        let label = &candidate.label;
        let recurs = name.by_separator[Separator::Colon as usize] > 1;
        let is_strong = label.kind >= NameKind::Titled || label.marks.remarked || self.is_script;
        if name.spelled_out {
            return self.is_speech(candidate);
        }
        let printed = self.printed(candidate);
        let is_like = name.capitals || is_strong || words::has_capital_word(printed);
        // `VICE-PRESIDENT Ana Ruiz`: the title is set in capitals.
        let is_set = label.capitals || label.kind == NameKind::Titled && words::has_capital_word(printed);
        if self.is_capital && !is_set && !(recurs && is_like) {
            return false;
        }
        if recurs {
            let common = &self.common[candidate.name as usize];
            if label.kind == NameKind::Plain && common.get().is_none() {
                common.set(Some(self.is_common_word(candidate, name)));
            }
            return label.kind > NameKind::Plain || common.get() == Some(false);
        }
        if self.is_heading(candidate) {
            return false;
        }
        if is_strong {
            return self.is_speech(candidate);
        }
        let words = words_of(printed);
        self.is_speech(candidate)
            && (name.mentioned
                || (self.is_capital && label.capitals && words > 1)
                || self.is_named_elsewhere(candidate)
                || (words > 1 && self.is_only_name(candidate)))
    }

    /// A label that occurs once, where without it one speaker would begin twice in a row, or
    /// whose words end on a question mark that a known speaker answers.
    fn fill_gaps(&self, kept: &mut [bool]) {
        if self.is_stamped || self.main != Separator::Colon {
            return;
        }
        let all = &self.roster.candidates;
        let first: Vec<usize> = (0..all.len()).filter(|i| kept[*i]).collect();
        let fits = |i: &usize| {
            let c = &all[*i];
            let is_like = c.label.separator == Separator::Colon
                && !self.is_heading(c)
                && (c.label.capitals || !self.is_capital)
                && (!c.label.marks.listed || self.is_listed);
            is_like && self.layout.starts(self.lines, c.line as usize) && self.is_speech(c)
        };
        let between: Vec<Vec<usize>> =
            first.windows(2).map(|pair| (pair[0] + 1..pair[1]).filter(fits).collect()).collect();
        let is_same = |pair: &[usize]| all[pair[0]].name == all[pair[1]].name;
        let doubles =
            first.windows(2).zip(&between).filter(|(pair, fitting)| is_same(pair) && fitting.is_empty()).count();
        let is_dialogue = doubles * 3 < first.len();
        for (pair, fitting) in first.windows(2).zip(&between) {
            for i in fitting {
                let is_question = self.last_words(&all[*i]).ends_with(['?', '？']);
                kept[*i] = (is_dialogue && is_same(pair)) || is_question;
            }
        }
    }

    /// A list of who takes part ("Host: Ana Ruiz") that comes before the first words.
    fn drop_listing(&self, kept: &mut [bool]) {
        let all = &self.roster.candidates;
        let first: Vec<usize> = (0..all.len()).filter(|i| kept[*i]).take(12).collect();
        let is_name = |i: usize| {
            let line = self.lines[all[i].line as usize].of(self.text);
            let words = line.get(all[i].label.speech..).unwrap_or_default();
            // "Good evening." by somebody who speaks again is no entry of a list.
            let is_said = words.ends_with('.') && self.roster.names[all[i].name as usize].total > 1;
            !words.is_empty()
                && words.len() <= 100
                && !is_said
                && words::name(words.trim_end_matches(['.', ' '])).is_some()
        };
        let is_speaking = |i: &usize| (self.is_speech(&all[*i]) && !is_name(*i)) || all[*i].label.time.is_some();
        let Some(speaking) = first.iter().position(is_speaking) else { return };
        for i in &first[..speaking] {
            kept[*i] = !is_name(*i);
        }
    }

    /// A notice or a topic that stands once before a colon.
    fn is_heading(&self, candidate: &Candidate) -> bool {
        candidate.label.kind == NameKind::Plain && words::is_heading(self.printed(candidate))
    }

    /// What follows reads as speech: a paragraph that ends as a sentence does.
    fn is_speech(&self, candidate: &Candidate) -> bool {
        ends_sentence(self.last_words(candidate))
    }

    /// The last line of the paragraph that follows a label.
    fn last_words(&self, candidate: &Candidate) -> &str {
        let line = candidate.line as usize;
        let content = self.lines[line].of(self.text);
        let mut last = content.get(candidate.label.speech..).unwrap_or_default();
        for i in line + 1..(line + 60).min(self.lines.len()) {
            let next = self.lines[i];
            if next.is_blank() || (self.layout.starts(self.lines, i) && !last.is_empty()) {
                if last.is_empty() && next.is_blank() {
                    continue;
                }
                break;
            }
            last = next.of(self.text);
        }
        last
    }
}

/// Whether the line after a name alone on its line is what somebody says.
pub(super) fn is_followed_by_speech(candidate: &Candidate, text: &str, lines: &[Line], layout: Layout) -> bool {
    let line = candidate.line as usize;
    let before = line.checked_sub(1).map(|b| lines[b]);
    let starts = before.is_none_or(|b| b.is_blank() || ends_sentence(b.of(text)) || !layout.wrapped);
    let words = (lines[line].start as usize + candidate.label.speech) as u32;
    let next = lines[line + 1..].iter().skip_while(|l| l.end <= words).take(3).find(|l| !l.is_blank());
    starts && next.is_some_and(|l| is_said(l.of(text)) || candidate.label.time.is_some())
}

/// Whether a line below a name is what somebody says.
pub(super) fn is_said(line: &str) -> bool {
    line.len() > 60 || ends_sentence(line) || line.starts_with('(')
}

/// How many words a name has.
pub(super) fn words_of(name: &str) -> usize {
    name.split_whitespace().count()
}
