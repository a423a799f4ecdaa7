//! From scored pairs to the relations of a map, with the evidence for each in words.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::differ::{Difference, differences, parallel_answers};
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
    let each = scored.iter().flat_map(|s| (0..3).map(move |k| relation(s, RelationKind::ALL[k], s.probability(k))));
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
    /// reach the threshold, and one `differs-on` per pair of speakers who answer side by side with different
    /// stances and do not address one another.
    pub(super) fn chosen(&self, scored: &[Scored], options: &MapOptions) -> Vec<Relation> {
        let least = |own: f32| f64::from(options.min_probability.unwrap_or(own));
        let (same, cross) = (least(self.parts.same.threshold), least(self.parts.cross.threshold));
        let parallel = parallel_answers(self.doc, self.prepared);
        let mut out = Vec::new();
        for s in scored {
            let in_tree = match self.places[s.source as usize] {
                Place::Child(parent, kind) if parent == s.target => Some(kind),
                _ => None,
            };
            let kind = in_tree.unwrap_or_else(|| s.likeliest());
            let p = s.probability(kind);
            // Of all links, from 0 up, only those between what the speakers argue: no greeting, question or aside.
            let argued = || [s.source, s.target].iter().all(|i| self.places[*i as usize] != Place::Outside);
            if if s.crosses { p < cross || !argued() } else { in_tree.is_none() || p < same } {
                continue;
            }
            let mut kind = RelationKind::ALL[kind];
            let source = &self.prepared.units[s.source as usize];
            if s.crosses && kind == RelationKind::Attack && parallel.contains_key(&source.exchange) {
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
            self.differing(options, &parallel, &mut out);
        }
        out.sort_by_key(|r| (r.source, r.target, r.kind));
        out
    }

    /// Whether the source says that it answers somebody: a word of dissent, an address, a name.
    fn is_explicit(&self, source: &Unit, target: &Unit) -> bool {
        let named = target.speaker.and_then(|s| self.prepared.names.get(s as usize));
        source.has(CLASSES.disagreement)
            || source.has(CLASSES.address)
            || named.is_some_and(|n| n.iter().any(|k| source.keys.binary_search(k).is_ok()))
    }

    /// Adds where the stances of speakers who answer side by side differ, unless an attack joins them already. It
    /// takes the place of what the links say of these two: of answers side by side, stances tell more.
    fn differing(&self, options: &MapOptions, parallel: &BTreeMap<u32, Vec<Range<usize>>>, out: &mut Vec<Relation>) {
        let Some(stances) = self.stances else { return };
        let units = &self.prepared.units;
        let pair_of = |s: u32, t: u32| {
            let [a, b] = [s, t].map(|i| units[i as usize].speaker);
            (units[s as usize].exchange, a.min(b), a.max(b))
        };
        let attacks = out.iter().filter(|r| r.cross_speaker && r.kind == RelationKind::Attack);
        let attacking: BTreeSet<_> = attacks.map(|r| pair_of(r.source, r.target)).collect();
        let mut found: Vec<Difference> = Vec::new();
        for answers in parallel.values() {
            let attack = |later: usize, earlier: usize| attacking.contains(&pair_of(later as u32, earlier as u32));
            found.extend(differences(stances, self.places, answers, options.min_probability, attack));
        }
        let differing: BTreeSet<_> = found.iter().map(|d| pair_of(d.later, d.earlier)).collect();
        out.retain(|r| r.kind != RelationKind::DiffersOn || !differing.contains(&pair_of(r.source, r.target)));
        for Difference { later, earlier, probability } in found {
            let (s, t) = (later as usize, earlier as usize);
            let mut evidence = format!("stances differ: {} against {}", stances.name(s), stances.name(t));
            if let Some(words) = self.shared_words(s, t) {
                evidence = format!("{evidence}; {words}");
            }
            let (kind, cross_speaker) = (RelationKind::DiffersOn, true);
            out.push(Relation { source: later, target: earlier, kind, probability, cross_speaker, evidence });
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
