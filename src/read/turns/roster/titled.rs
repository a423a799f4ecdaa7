//! Who somebody is, behind a dash or on the next line, before the words: `Ana Ruiz -- Chief Economist`. One such line
//! may as well be words; what comes again word for word is a title.

use std::collections::BTreeSet;

use super::super::label::Separator;
use super::super::lines::{Layout, Line, ends_sentence};
use super::super::words::{self, NameKind};
use super::accept::{is_followed_by_speech, is_said};
use super::{Candidate, Roster};

/// A title has no more words than this.
const MOST_WORDS: usize = 14;

impl Roster {
    /// Makes names alone on their lines of `Ana Ruiz -- Chief Economist`, where most lines with a dash are like it.
    pub(super) fn take_titles_behind(&mut self, text: &str, lines: &[Line], layout: Layout) {
        let all = &self.candidates;
        let dashed = all.iter().filter(|c| c.label.separator == Separator::Dash).count();
        let titled: Vec<usize> = (0..all.len()).filter(|i| is_titled(&all[*i], text, lines)).collect();
        let is_alone = |i: &usize| {
            let Some(below) = (all[*i].line as usize + 1..lines.len()).find(|line| !lines[*line].is_blank()) else {
                return false;
            };
            let is_label = |n: &Candidate| n.label.separator == Separator::Dash && n.line as usize == below;
            is_followed_by_speech(&all[*i], text, lines, layout)
                && !lines[below].of(text).starts_with(char::is_lowercase)
                && !all.get(i + 1).is_some_and(is_label)
        };
        let alone: Vec<usize> = titled.iter().copied().filter(is_alone).collect();
        let content = |i: &usize| lines[all[*i].line as usize].of(text);
        if alone.len() <= dashed - titled.len() || !comes_again(alone.iter().map(content)) {
            return;
        }
        for i in alone {
            let candidate = &mut self.candidates[i];
            let name = &mut self.names[candidate.name as usize];
            name.by_separator[Separator::Dash as usize] -= 1;
            name.by_separator[Separator::Alone as usize] += 1;
            candidate.label.separator = Separator::Alone;
            candidate.label.speech = lines[candidate.line as usize].of(text).len();
            candidate.label.marks.remarked = true;
        }
    }

    /// Steps over a title on the line below a name.
    pub(super) fn take_titles_below(&mut self, text: &str, lines: &[Line]) {
        let both = |i: &usize| {
            let line = self.candidates[*i].line as usize;
            &text[lines[line].start as usize..lines[line + 1].end as usize]
        };
        let is_named = |i: &usize| has_title_below(&self.candidates[*i], text, lines);
        let titled: Vec<usize> = (0..self.candidates.len()).filter(is_named).collect();
        if !comes_again(titled.iter().map(both)) {
            return;
        }
        let mut below = BTreeSet::new();
        for i in titled {
            let candidate = &mut self.candidates[i];
            let line = candidate.line as usize;
            // A title that was taken for a name has none below it.
            if !below.contains(&candidate.line) {
                candidate.label.speech = (lines[line + 1].end - lines[line].start) as usize;
                candidate.label.marks.remarked = true;
                below.insert(candidate.line + 1);
            }
        }
        for c in self.candidates.iter().filter(|c| below.contains(&c.line)) {
            let name = &mut self.names[c.name as usize];
            name.by_separator[c.label.separator as usize] -= 1;
            name.total -= 1;
        }
        self.candidates.retain(|c| !below.contains(&c.line));
    }
}

/// Whether some of these lines are the same.
fn comes_again<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let mut seen = BTreeSet::new();
    !lines.into_iter().all(|line| seen.insert(line))
}

/// Whether what stands behind the dash can be who somebody is.
fn is_titled(candidate: &Candidate, text: &str, lines: &[Line]) -> bool {
    // `The Ports of the North -- A History` is a book.
    let is_thing = candidate.label.kind == NameKind::Plain && candidate.printed(text, lines).starts_with("The ");
    candidate.label.separator == Separator::Dash
        && !is_thing
        && is_title(&lines[candidate.line as usize].of(text)[candidate.label.speech..])
}

/// Whether the line below a name alone on its own can be who that is, and words follow.
fn has_title_below(candidate: &Candidate, text: &str, lines: &[Line]) -> bool {
    let below = &lines[candidate.line as usize + 1..];
    candidate.label.separator == Separator::Alone
        && candidate.label.time.is_none()
        && below.first().is_some_and(|l| !l.is_blank() && is_title(l.of(text)))
        && below.iter().skip(1).take(2).find(|l| !l.is_blank()).is_some_and(|l| is_said(l.of(text)))
}

fn is_title(text: &str) -> bool {
    let title = text.trim_matches(['*', '_', ' ']);
    title.split_whitespace().count() <= MOST_WORDS && !ends_sentence(title) && words::is_description(title)
}
