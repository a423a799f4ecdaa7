//! What the candidates of a document have in common: the shape of its labels.

use super::super::label::Separator;
use super::super::lines::{Layout, Line, ends_sentence};
use super::super::words::NameKind;
use super::accept::is_followed_by_speech;
use super::{Candidate, Name, Roster};

impl Roster {
    /// A short exchange in which nobody needs to speak twice: from the first line on, which may be a question, most
    /// lines begin with a name and a colon and end as a sentence does.
    pub(super) fn is_script(&self, text: &str, lines: &[Line]) -> bool {
        let mut filled = lines.iter().enumerate().filter(|(_, line)| !line.is_blank()).map(|(i, _)| i);
        let first = filled.next();
        let is_said =
            |c: &&Candidate| c.label.separator == Separator::Colon && ends_sentence(lines[c.line as usize].of(text));
        let said: Vec<&Candidate> = self.candidates.iter().filter(is_said).collect();
        let is_question = |line: usize| lines[line].of(text).ends_with(['?', '？']);
        let is_first = said.first().is_some_and(|c| first.is_some_and(|f| c.line as usize == f || is_question(f)));
        let recurring = self.names.iter().filter(|n| n.by_separator[Separator::Colon as usize] > 1).count();
        is_first && recurring < 2 && said.iter().any(|c| c.name != said[0].name) && said.len() * 2 > filled.count() + 1
    }

    /// The separator that most of the labels have, with their number.
    pub(super) fn main_separator(
        &self,
        text: &str,
        lines: &[Line],
        layout: Layout,
        is_script: bool,
    ) -> Option<(Separator, u32)> {
        let mut weights = [0u32; 6];
        let mut distinct = [0u32; 6];
        for name in self.names.iter().filter(|n| !n.is_question) {
            for separator in 0..6 {
                let count = name.by_separator[separator];
                let strong = separator == Separator::Minute as usize
                    || (is_script && separator == Separator::Colon as usize)
                    || (name.remarked > 0 && separator != Separator::Alone as usize)
                    || name.kind >= Some(NameKind::Titled)
                    || name.stamped > 0
                    || name.mentioned;
                if count > 1 || (count == 1 && strong) {
                    weights[separator] += count;
                    distinct[separator] += 1;
                }
            }
        }
        // A name alone on a line is common in lists and biographies: it must bear out.
        let alone = Separator::Alone as usize;
        let spoken = self.candidates.iter().filter(|c| {
            c.label.separator == Separator::Alone && self.recurs(c) && is_followed_by_speech(c, text, lines, layout)
        });
        let spoken = spoken.count() as u32;
        let is_list = spoken * 3 < weights[alone] * 2 || distinct[alone] < 2;
        weights[alone] = if is_list { 0 } else { spoken };
        let others = weights.iter().enumerate().filter(|(s, _)| *s != alone).map(|(_, w)| *w).max().unwrap_or(0);
        if weights[alone] < others * 2 {
            weights[alone] = 0;
        }
        // A gap alone is too little, but for questions.
        let gap = Separator::Gap as usize;
        if distinct[gap] < 2 || weights[gap] < 3 {
            weights[gap] = 0;
        }
        let dash = Separator::Dash as usize;
        if distinct[dash] < 2 || weights[dash] < 4 {
            weights[dash] = 0;
        }
        let order =
            [Separator::Colon, Separator::Stop, Separator::Gap, Separator::Dash, Separator::Minute, Separator::Alone];
        let best = order.into_iter().rev().max_by_key(|s| weights[*s as usize])?;
        (weights[best as usize] > 0).then_some((best, weights[best as usize]))
    }

    /// Share of the labels with `separator` whose name is so; labels that recur decide.
    pub(super) fn share(&self, separator: Separator, is_so: impl Fn(&Name) -> bool) -> f64 {
        let (mut so, mut all) = (0u32, 0u32);
        for name in &self.names {
            let count = name.by_separator[separator as usize];
            let is_strong = name.kind >= Some(NameKind::Titled) || name.stamped > 0;
            if count > 1 || (count == 1 && is_strong) {
                all += count;
                so += if is_so(name) { count } else { 0 };
            }
        }
        if all == 0 { 0.0 } else { f64::from(so) / f64::from(all) }
    }

    /// The separators that count beside the main one: those with a fair number of labels.
    pub(super) fn allowed(&self, main: Separator, weight: u32) -> [bool; 6] {
        let mut allowed = [false; 6];
        for separator in [Separator::Colon, Separator::Stop, Separator::Gap, Separator::Dash] {
            let strong: u32 = self
                .names
                .iter()
                .filter(|n| n.kind >= Some(NameKind::Titled) || n.bold > 0)
                .map(|n| n.by_separator[separator as usize])
                .filter(|c| *c > 1)
                .sum();
            allowed[separator as usize] = weight > 0 && strong * 4 >= weight && main != Separator::Alone;
        }
        allowed[main as usize] = weight > 0;
        allowed
    }
}
