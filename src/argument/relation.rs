//! From scored pairs to the relations of a map, with the evidence for each in words.

use std::collections::BTreeMap;

use super::logistic::Logistic;
use super::markers::MARKERS;
use super::model::{Belief, MapOptions, Parts, Place, Prepared, SOURCE, Scored, TARGET};
use super::pair::{self, CLASSES};
use super::token;
use super::unit::{Unit, shared};
use super::{Relation, RelationKind};
use crate::document::Document;
use crate::stance::Stances;

/// Parts of an evidence string.
const PARTS: usize = 3;
/// Shared words that are named.
const NAMED: usize = 3;
/// Stances differ with at least this probability before two claims are said to.
const DIFFERS: f32 = 0.35;

/// Everything that relations are read from.
pub(super) struct Reading<'a> {
    pub(super) doc: &'a Document,
    pub(super) stances: Option<&'a Stances>,
    pub(super) prepared: &'a Prepared,
    pub(super) beliefs: &'a [Belief],
    pub(super) places: &'a [Place],
    pub(super) parts: &'a Parts,
}

/// Every candidate, one relation per kind, from `least` up; without evidence.
pub(super) fn all(scored: &[Scored], least: f32) -> Vec<Relation> {
    let each = scored.iter().flat_map(|s| (0..3).map(move |k| relation(s, RelationKind::ALL[k], s.link * s.kind[k])));
    each.filter(|r| r.probability >= least).collect()
}

fn relation(s: &Scored, kind: RelationKind, probability: f64) -> Relation {
    Relation {
        source: s.source,
        target: s.target,
        kind,
        probability: probability as f32,
        cross_speaker: s.crosses,
        evidence: String::new(),
    }
}

impl Reading<'_> {
    /// The relations of the map: the arcs of the trees and the links across speakers that
    /// reach the threshold, and one `differs-on` per pair of speakers and exchange where
    /// opposed claims do not address one another.
    pub(super) fn chosen(&self, scored: &[Scored], options: &MapOptions) -> Vec<Relation> {
        let least = |own: f32| f64::from(options.min_probability.unwrap_or(own));
        let (same, cross) = (least(self.parts.same.threshold), least(self.parts.cross.threshold));
        let parallel = self.parallel_exchanges();
        let mut out = Vec::new();
        for s in scored {
            let in_tree = match self.places[s.source as usize] {
                Place::Child(parent, kind) if parent == s.target => Some(kind),
                _ => None,
            };
            let best = (1..3).fold(0, |b, k| if s.kind[k] > s.kind[b] { k } else { b });
            let kind = in_tree.unwrap_or(best);
            let p = s.link * s.kind[kind];
            if if s.crosses { p < cross } else { in_tree.is_none() || p < same } {
                continue;
            }
            let mut kind = RelationKind::ALL[kind];
            let source = &self.prepared.units[s.source as usize];
            if s.crosses && kind == RelationKind::Attack && parallel.binary_search(&source.exchange).is_ok() {
                let target = &self.prepared.units[s.target as usize];
                if !self.is_explicit(source, target) {
                    kind = RelationKind::DiffersOn;
                }
            }
            let mut found = relation(s, kind, p);
            found.evidence = self.evidence(s.source as usize, s.target as usize, s.crosses);
            out.push(found);
        }
        if options.min_probability.is_none_or(|least| least > 0.0) {
            self.differing(scored, options, &parallel, &mut out);
        }
        out.sort_by_key(|r| (r.source, r.target, r.kind));
        out
    }

    /// Exchanges (by number, sorted) in which nobody speaks twice: answers side by side.
    fn parallel_exchanges(&self) -> Vec<u32> {
        let mut turns: BTreeMap<u32, Vec<Option<u32>>> = BTreeMap::new();
        let asking = |turn: usize| {
            let question = self.doc.turns[turn].question;
            question.and_then(|q| self.doc.questions[q as usize].turn) == Some(turn as u32)
        };
        for (turn, range) in self.doc.sentences_by_turn() {
            let unit = &self.prepared.units[range.start];
            if unit.exchange > 0 && !asking(turn) {
                turns.entry(unit.exchange).or_default().push(unit.speaker);
            }
        }
        turns.retain(|_, speakers| {
            let turns = speakers.len();
            speakers.sort_unstable();
            speakers.dedup();
            speakers.len() == turns && turns > 1
        });
        turns.into_keys().collect()
    }

    /// Whether the source says that it answers somebody: a word of dissent, an address, a name.
    fn is_explicit(&self, source: &Unit, target: &Unit) -> bool {
        let named = target.speaker.and_then(|s| self.prepared.names.get(s as usize));
        source.has(CLASSES.disagreement)
            || source.has(CLASSES.address)
            || named.is_some_and(|n| n.iter().any(|k| source.keys.binary_search(k).is_ok()))
    }

    /// Opposed claims of two speakers who answer side by side: the likeliest pair of each two.
    fn differing(&self, scored: &[Scored], options: &MapOptions, parallel: &[u32], out: &mut Vec<Relation>) {
        let Some(stances) = self.stances else { return };
        let claim = |i: u32| self.places[i as usize] == Place::Root;
        let pair_of = |s: u32, t: u32| {
            let units = &self.prepared.units;
            (units[s as usize].exchange, units[s as usize].speaker, units[t as usize].speaker)
        };
        let said: Vec<_> = out.iter().filter(|r| r.cross_speaker).map(|r| pair_of(r.source, r.target)).collect();
        let mut best: BTreeMap<_, (f32, Relation)> = BTreeMap::new();
        for s in scored.iter().filter(|s| s.crosses && s.target < s.source && claim(s.source) && claim(s.target)) {
            let key = pair_of(s.source, s.target);
            if parallel.binary_search(&key.0).is_err() || said.contains(&key) {
                continue;
            }
            let p = opposition(stances, s.source as usize, s.target as usize);
            if p < options.min_probability.unwrap_or(DIFFERS) {
                continue;
            }
            let units = &self.prepared.units;
            let likeness = super::unit::cosine(&units[s.source as usize], &units[s.target as usize]);
            let merit = p * (0.2 + likeness);
            if best.get(&key).is_none_or(|b| merit > b.0) {
                best.insert(key, (merit, relation(s, RelationKind::DiffersOn, f64::from(p))));
            }
        }
        for (_, mut found) in best.into_values() {
            let (s, t) = (found.source as usize, found.target as usize);
            found.evidence = format!("stances differ: {} against {}", stances.name(s), stances.name(t));
            if let Some(words) = self.shared_words(s, t) {
                found.evidence = format!("{}; {words}", found.evidence);
            }
            out.push(found);
        }
    }

    /// What raises the log-odds of the link most, strongest first.
    fn evidence(&self, source: usize, target: usize, crosses: bool) -> String {
        let link = if crosses { &self.parts.cross.link } else { &self.parts.same.link };
        let mut found: Vec<(f64, String)> = Vec::new();
        let mut add = |gain: f64, text: Option<String>| {
            if let Some(text) = text.filter(|_| gain > 0.0) {
                match found.iter_mut().find(|(_, t)| *t == text) {
                    Some((sum, _)) => *sum += gain,
                    None => found.push((gain, text)),
                }
            }
        };
        for (column, value) in pair::row(&self.prepared.conversation(), source, target) {
            add(link.gain(column, value), self.words_of(column as usize, source, target));
        }
        let believed = |model: &Logistic, belief: &Belief, offset, which: usize| {
            belief.row(offset).nth(which).map_or(0.0, |(c, v)| model.gain(c, v))
        };
        let premise = self.beliefs[source].component[2] > 0.5;
        add(believed(link, &self.beliefs[source], SOURCE, 1), premise.then(|| "reads as a premise".to_owned()));
        let claim = self.beliefs[target].component[1] > 0.5;
        add(believed(link, &self.beliefs[target], TARGET, 0), claim.then(|| "bears on a claim".to_owned()));
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let parts: Vec<String> = found.into_iter().take(PARTS).map(|(_, text)| text).collect();
        parts.join("; ")
    }

    /// A pair column in words, if it says something to a reader.
    fn words_of(&self, column: usize, source: usize, target: usize) -> Option<String> {
        if pair::LIKENESS_COLUMNS.contains(&column) {
            return self.shared_words(source, target);
        }
        if let Some((class, of_source)) = pair::marker_column(column) {
            let unit = &self.prepared.units[if of_source { source } else { target }];
            let mark = unit.marks.iter().filter(|m| m.class == class).max_by_key(|m| m.initial)?;
            let phrase = &MARKERS.phrases[usize::from(mark.phrase)].1;
            return Some(format!("marker '{phrase}'"));
        }
        Some(pair::PAIR[column]).filter(|name| !name.is_empty()).map(str::to_owned)
    }

    /// `shares 'a', 'b'`: the rarest words of the source whose stems the target has too.
    fn shared_words(&self, source: usize, target: usize) -> Option<String> {
        let mut stems: Vec<(u64, f32)> = shared(&self.prepared.units[source], &self.prepared.units[target]).collect();
        stems.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        stems.truncate(NAMED);
        let mut words: Vec<(usize, &str)> = Vec::new();
        token::each_word(self.doc.sentence(source), |t, word| {
            if let Some(rank) = stems.iter().position(|(stem, _)| *stem == t.stem)
                && words.iter().all(|(r, _)| *r != rank)
            {
                words.push((rank, word));
            }
        });
        words.sort_unstable();
        let words: Vec<String> = words.into_iter().map(|(_, w)| format!("'{w}'")).collect();
        (!words.is_empty()).then(|| format!("shares {}", words.join(", ")))
    }
}

/// The probability that two sentences take different stances, neither of them none.
fn opposition(stances: &Stances, a: usize, b: usize) -> f32 {
    let takes = |(label, p): (usize, &f32)| if stances.labels.none == Some(label as u16) { 0.0 } else { *p };
    let sum = |row: &[f32]| row.iter().enumerate().map(takes).sum::<f32>();
    let (x, y) = (stances.row(a), stances.row(b));
    let same: f32 = x.iter().zip(y).enumerate().map(|(l, (p, q))| takes((l, p)) * q).sum();
    (sum(x) * sum(y) - same).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::stance::LabelSet;

    #[test]
    fn opposition_needs_two_stances() {
        let labels = Arc::new(LabelSet::policy());
        let stances = Stances {
            labels,
            probabilities: [[0.9, 0.0, 0.0, 0.1], [0.0, 0.8, 0.0, 0.2], [0.0, 0.0, 0.0, 1.0]].concat(),
            chosen: vec![0, 1, 3],
            abstained: vec![false; 3],
        };
        assert!((opposition(&stances, 0, 1) - 0.72).abs() < 1e-6);
        assert!(opposition(&stances, 0, 0) < 1e-6);
        assert!(opposition(&stances, 0, 2) < 1e-6);
    }
}
