//! Which of the lines that look labelled are: the label shape that a document uses, and the
//! roster of those who speak in it.
//!
//! A label counts when it has the document's shape and recurs, or has a title or a part in the
//! talk, or is named elsewhere. This keeps "Let me be clear:" and a footer's "Chips and Trade:
//! A Primer" out without a list of either.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::label::{Label, Separator};
use super::lines::{Layout, Line, ends_sentence, floor};
use super::words::NameKind;

/// How near (in bytes) a name is looked for, and how often a text is searched at all.
const NEAR: usize = 20_000;
const MOST_SEARCHES: u32 = 2_000;

/// Names that a text's head is searched for.
const MOST_NAMES: usize = 5_000;

/// A line with the shape of a label.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Index of the line.
    pub line: u32,
    pub label: Label,
    /// Index into the names of the document.
    pub name: u32,
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
}

/// All candidates of a document, with their names numbered.
#[derive(Default)]
pub(super) struct Roster {
    pub candidates: Vec<Candidate>,
    keys: BTreeMap<String, u32>,
    /// Names as they are printed: found without folding them again.
    printed: BTreeMap<String, u32>,
    names: Vec<Name>,
    /// Which names are `Q` and `A`: they go with any other shape.
    is_question: Vec<bool>,
}

/// The form of a name that is compared: folded case, single spaces, no description.
pub(super) fn key(name: &str) -> String {
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
    pub(super) fn add(&mut self, line: usize, printed: &str, label: Label) {
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
            self.names.push(Name::default());
            self.is_question.push(matches!(printed, "Q" | "A"));
        }
        self.printed.insert(printed.to_owned(), id);
        id
    }

    /// Keeps the candidates that are labels.
    pub(super) fn settle(&mut self, text: &str, lines: &[Line], layout: Layout) {
        self.find_mentions(text, lines);
        // Without any other shape, `Q.` and `A.` still are labels.
        let is_script = self.is_script(text, lines);
        let (main, weight) = self.main_separator(text, lines, layout, is_script).unwrap_or((Separator::Stop, 0));
        let is_stamped = self.share(main, |n| n.stamped > 0) > 0.6;
        let is_capital = !layout.capitals && self.share(main, |n| n.capitals) > 0.7;
        let allowed = self.allowed(main, weight);
        let candidates = std::mem::take(&mut self.candidates);
        let is_listed = candidates.iter().filter(|c| c.label.marks.listed).count() * 2 > candidates.len();
        let common = vec![Cell::new(None); self.names.len()];
        let searches = Cell::new(MOST_SEARCHES);
        let view = View {
            text,
            lines,
            layout,
            main,
            allowed,
            is_stamped,
            is_capital,
            is_listed,
            is_script,
            roster: self,
            common,
            searches,
        };
        let mut kept: Vec<bool> = candidates.iter().enumerate().map(|(i, c)| view.keeps(&candidates, i, c)).collect();
        view.fill_gaps(&candidates, &mut kept);
        view.drop_listing(&candidates, &mut kept);
        self.candidates = candidates.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(c, _)| c).collect();
    }

    /// Names that also occur in the head of the text, before anybody speaks, or share a
    /// surname with another label.
    fn find_mentions(&mut self, text: &str, lines: &[Line]) {
        let first = self.candidates.iter().filter(|c| self.names[c.name as usize].total > 1).map(|c| c.line).min();
        let end = first.map_or(0, |l| lines[l as usize].start as usize).min(floor(text, 16 << 10));
        if self.keys.len() > MOST_NAMES {
            return;
        }
        let head = key_text(&text[..end]);
        let mut surnames: BTreeMap<&str, u32> = BTreeMap::new();
        for (key, id) in &self.keys {
            if self.names[*id as usize].total > 1 || key.contains(' ') {
                *surnames.entry(surname(key)).or_default() += 1;
            }
        }
        let short: BTreeSet<String> = self
            .keys
            .iter()
            .filter(|(_, id)| self.names[**id as usize].total > 1 && self.names[**id as usize].capitals)
            .map(|(key, _)| key.clone())
            .filter(|key| (2..=4).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphabetic()))
            .collect();
        let spelled_out: Vec<u32> = self
            .keys
            .iter()
            .filter(|(key, _)| key.contains(' ') && short.contains(&initials(key)))
            .map(|(_, id)| *id)
            .collect();
        let mentioned: Vec<u32> = self
            .keys
            .iter()
            .filter(|(key, _)| {
                surnames.get(surname(key)).is_some_and(|n| *n > 1) || (key.len() > 2 && head.contains(key.as_str()))
            })
            .map(|(_, id)| *id)
            .collect();
        for id in mentioned {
            self.names[id as usize].mentioned = true;
        }
        for id in spelled_out {
            self.names[id as usize].spelled_out = true;
        }
    }

    /// A short exchange in which nobody needs to speak twice: from the first line on, which may be a question, most
    /// lines begin with a name and a colon and end as a sentence does.
    fn is_script(&self, text: &str, lines: &[Line]) -> bool {
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
    fn main_separator(&self, text: &str, lines: &[Line], layout: Layout, is_script: bool) -> Option<(Separator, u32)> {
        let mut weights = [0u32; 6];
        let mut distinct = [0u32; 6];
        for (name, _) in self.names.iter().zip(&self.is_question).filter(|(_, is_question)| !**is_question) {
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

    fn recurs(&self, candidate: &Candidate) -> bool {
        let name = &self.names[candidate.name as usize];
        name.total > 1 || name.kind >= Some(NameKind::Titled) || candidate.label.time.is_some()
    }

    /// Share of the labels with `separator` whose name is so; labels that recur decide.
    fn share(&self, separator: Separator, is_so: impl Fn(&Name) -> bool) -> f64 {
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
    fn allowed(&self, main: Separator, weight: u32) -> [bool; 6] {
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

/// What decides on one candidate.
struct View<'a> {
    text: &'a str,
    lines: &'a [Line],
    layout: Layout,
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
    searches: Cell<u32>,
}

impl View<'_> {
    fn keeps(&self, all: &[Candidate], index: usize, candidate: &Candidate) -> bool {
        let label = &candidate.label;
        let name = &self.roster.names[candidate.name as usize];
        let line = candidate.line as usize;
        let printed = &self.lines[line].of(self.text)[label.name.clone()];
        let is_question = matches!(printed, "Q" | "A");
        if is_question {
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
                    && all
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

    /// A label that occurs once, where without it one speaker would begin twice in a row, or
    /// whose words end on a question mark that a known speaker answers.
    fn fill_gaps(&self, all: &[Candidate], kept: &mut [bool]) {
        if self.is_stamped || self.main != Separator::Colon {
            return;
        }
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
    fn drop_listing(&self, all: &[Candidate], kept: &mut [bool]) {
        let first: Vec<usize> = (0..all.len()).filter(|i| kept[*i]).take(12).collect();
        let is_name = |i: usize| {
            let line = self.lines[all[i].line as usize].of(self.text);
            let words = line.get(all[i].label.speech..).unwrap_or_default();
            // "Good evening." by somebody who speaks again is no entry of a list.
            let is_said = words.ends_with('.') && self.roster.names[all[i].name as usize].total > 1;
            !words.is_empty()
                && words.len() <= 100
                && !is_said
                && super::words::name(words.trim_end_matches(['.', ' '])).is_some()
        };
        let is_speaking = |i: &usize| (self.is_speech(&all[*i]) && !is_name(*i)) || all[*i].label.time.is_some();
        let Some(speaking) = first.iter().position(is_speaking) else { return };
        for i in &first[..speaking] {
            kept[*i] = !is_name(*i);
        }
    }

    fn keeps_colon(&self, candidate: &Candidate, name: &Name) -> bool {
        let label = &candidate.label;
        let recurs = name.by_separator[Separator::Colon as usize] > 1;
        let is_strong = label.kind >= NameKind::Titled || label.marks.remarked || self.is_script;
        if name.spelled_out {
            return self.is_speech(candidate);
        }
        let line = self.lines[candidate.line as usize].of(self.text);
        let printed = &line[label.name.clone()];
        let is_like = name.capitals || is_strong || super::words::has_capital_word(printed);
        if self.is_capital && !label.capitals && !(recurs && is_like) {
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

    /// A notice or a topic that stands once before a colon.
    fn is_heading(&self, candidate: &Candidate) -> bool {
        let line = self.lines[candidate.line as usize].of(self.text);
        candidate.label.kind == NameKind::Plain && super::words::is_heading(&line[candidate.label.name.clone()])
    }

    /// A single word that the text uses in lower case at least as often as it is a label.
    fn is_common_word(&self, candidate: &Candidate, name: &Name) -> bool {
        let line = self.lines[candidate.line as usize].of(self.text);
        let printed = &line[candidate.label.name.clone()];
        if name.mentioned || printed.contains(' ') || !printed.is_ascii() || self.layout.capitals || !self.may_search()
        {
            return false;
        }
        let lower = printed.to_ascii_lowercase();
        let bytes = self.text.as_bytes();
        let is_word = |at: &usize| {
            let edge = |b: Option<&u8>| b.is_none_or(|b| !b.is_ascii_alphanumeric());
            edge(at.checked_sub(1).and_then(|b| bytes.get(b))) && edge(bytes.get(at + lower.len()))
        };
        memchr::memmem::find_iter(bytes, lower.as_bytes()).filter(is_word).take(name.total as usize).count()
            >= name.total as usize
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

    /// Counts one more search of the text. Without an end to them a text of nothing but
    /// different labels would cost the square of its length.
    fn may_search(&self) -> bool {
        let left = self.searches.get();
        self.searches.set(left.saturating_sub(1));
        left > 0
    }

    /// After a blank line, and none of its words is anywhere in lower case.
    fn is_only_name(&self, candidate: &Candidate) -> bool {
        let line = candidate.line as usize;
        let printed = &self.lines[line].of(self.text)[candidate.label.name.clone()];
        let is_apart = line.checked_sub(1).is_none_or(|b| self.lines[b].is_blank());
        let from = (self.lines[line].start as usize).saturating_sub(NEAR * 5);
        let bytes = &self.text.as_bytes()[from..(from + NEAR * 10).min(self.text.len())];
        is_apart
            && self.may_search()
            && !printed
                .split_whitespace()
                .any(|w| w.len() > 2 && memchr::memmem::find(bytes, w.to_lowercase().as_bytes()).is_some())
    }

    /// Somebody says the surname or the first name, or it stands in the text before.
    fn is_named_elsewhere(&self, candidate: &Candidate) -> bool {
        let line = self.lines[candidate.line as usize];
        let printed = &line.of(self.text)[candidate.label.name.clone()];
        if words_of(printed) < 2 && !candidate.label.capitals {
            return false;
        }
        if !self.may_search() {
            return false;
        }
        let at = line.start as usize;
        let from = floor(self.text, at.saturating_sub(NEAR));
        let to = floor(self.text, at + NEAR);
        printed.split_whitespace().filter(|w| w.len() > 2).any(|word| {
            // Talk about somebody is not set in capitals; an abbreviation is.
            let mut name = word.to_owned();
            if candidate.label.capitals && !self.layout.capitals {
                // `O'DALE` is O'Dale, `ODE-RUIZ` Ode-Ruiz.
                let mut begins = true;
                name.clear();
                for c in word.chars() {
                    if begins {
                        name.push(c);
                    } else {
                        name.extend(c.to_lowercase());
                    }
                    begins = !c.is_alphabetic();
                }
            }
            let finder = memchr::memmem::Finder::new(&name);
            let after = line.end as usize;
            finder.find(&self.text.as_bytes()[from..at]).is_some()
                || finder.find(&self.text.as_bytes()[after.min(to)..to]).is_some()
        })
    }
}

/// Whether the line after a name alone on its line is what somebody says.
fn is_followed_by_speech(candidate: &Candidate, text: &str, lines: &[Line], layout: Layout) -> bool {
    let line = candidate.line as usize;
    let before = line.checked_sub(1).map(|b| lines[b]);
    let starts = before.is_none_or(|b| b.is_blank() || ends_sentence(b.of(text)) || !layout.wrapped);
    let next = lines[line + 1..].iter().take(3).find(|l| !l.is_blank());
    starts
        && next.is_some_and(|l| {
            let next = l.of(text);
            next.len() > 60 || ends_sentence(next) || next.starts_with('(') || candidate.label.time.is_some()
        })
}

fn surname(key: &str) -> &str {
    key.split(" of ").next().unwrap_or(key).rsplit(' ').next().unwrap_or(key)
}

/// Whether `line` is the initials of the name on the next line, as programs show them in place of a picture.
pub(super) fn are_initials(line: &str, next: &str) -> bool {
    (2..=3).contains(&line.len())
        && line.bytes().all(|b| b.is_ascii_uppercase())
        && next.split_whitespace().filter_map(|word| word.chars().next()).eq(line.chars())
}

/// The first letters of a name's words but for an article.
fn initials(key: &str) -> String {
    key.trim_start_matches("the ").split(' ').filter_map(|word| word.chars().next()).collect()
}

fn words_of(name: &str) -> usize {
    name.split_whitespace().count()
}

fn key_text(text: &str) -> String {
    key(&text.replace([',', '(', '['], " "))
}
