//! Where else in the text a name stands: in its head, near the label, in another name, or as a common word.

use std::collections::{BTreeMap, BTreeSet};

use super::super::lines::{Line, floor};
use super::accept::{View, words_of};
use super::{Candidate, Name, Roster, key};

/// How near (in bytes) a name is looked for, and how often a text is searched at all.
const NEAR: usize = 20_000;
pub(super) const MOST_SEARCHES: u32 = 2_000;

/// Names that a text's head is searched for.
const MOST_NAMES: usize = 5_000;

impl Roster {
    /// Names that also occur in the head of the text, before anybody speaks, or share a
    /// surname with another label.
    pub(super) fn find_mentions(&mut self, text: &str, lines: &[Line]) {
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
}

impl View<'_> {
    /// A single word that the text uses in lower case at least as often as it is a label.
    pub(super) fn is_common_word(&self, candidate: &Candidate, name: &Name) -> bool {
        let printed = self.printed(candidate);
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

    /// After a blank line, and none of its words is anywhere in lower case.
    pub(super) fn is_only_name(&self, candidate: &Candidate) -> bool {
        let line = candidate.line as usize;
        let printed = self.printed(candidate);
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
    pub(super) fn is_named_elsewhere(&self, candidate: &Candidate) -> bool {
        let line = self.lines[candidate.line as usize];
        let printed = self.printed(candidate);
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

    /// Counts one more search of the text. Without an end to them a text of nothing but
    /// different labels would cost the square of its length.
    fn may_search(&self) -> bool {
        let left = self.searches.get();
        self.searches.set(left.saturating_sub(1));
        left > 0
    }
}

fn surname(key: &str) -> &str {
    key.split(" of ").next().unwrap_or(key).rsplit(' ').next().unwrap_or(key)
}

/// The first letters of a name's words but for an article.
fn initials(key: &str) -> String {
    key.trim_start_matches("the ").split(' ').filter_map(|word| word.chars().next()).collect()
}

fn key_text(text: &str) -> String {
    key(&text.replace([',', '(', '['], " "))
}
