//! Where speakers who answer the same question side by side differ.
//!
//! Experts asked the same thing seldom address one another, so no sentence of one attacks a sentence of the other; what
//! a reader wants to see is where their stances part. Of any two speakers of such an exchange the pair of components is
//! joined whose stances, each its speaker's clearest of that kind, differ most likely.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::model::{Place, Prepared};
use crate::document::Document;
use crate::stance::Stances;

/// An answer is compared with this many answers before it, so that a questionnaire costs no more than a panel.
const COMPARED: usize = 8;
/// Stances differ with at least this probability by default: that of two stances of even odds. On our annotated
/// dialogues seven of ten that are shown are two different stances to the coders (`cargo bench --bench argument`).
const DIFFERS: f32 = 0.25;

/// Two sentences that differ, with the probability that they have the stances they seem to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Difference {
    pub(super) later: u32,
    pub(super) earlier: u32,
    pub(super) probability: f32,
}

/// The answers of every exchange in which each speaker answers once, as ranges of sentences, by exchange.
pub(super) fn parallel_answers(doc: &Document, prepared: &Prepared) -> BTreeMap<u32, Vec<Range<usize>>> {
    let asks = |turn: usize| {
        let question = doc.turns[turn].question;
        question.and_then(|q| doc.questions[q as usize].turn) == Some(turn as u32)
    };
    let mut answers: BTreeMap<u32, Vec<Range<usize>>> = BTreeMap::new();
    for (turn, range) in doc.sentences_by_turn() {
        let exchange = prepared.units[range.start].exchange;
        if exchange > 0 && !asks(turn) {
            answers.entry(exchange).or_default().push(range);
        }
    }
    answers.retain(|_, answers| {
        let speakers: BTreeSet<_> = answers.iter().map(|a| prepared.units[a.start].speaker).collect();
        answers.len() > 1 && speakers.len() == answers.len()
    });
    answers
}

/// The differences between the answers of an exchange, but for two of which `attack` says that one attacks the other.
pub(super) fn differences(
    stances: &Stances,
    places: &[Place],
    answers: &[Range<usize>],
    least: Option<f32>,
    attack: impl Fn(usize, usize) -> bool,
) -> Vec<Difference> {
    let least = least.unwrap_or(DIFFERS);
    let strongest: Vec<_> = answers.iter().map(|answer| strongest(stances, places, answer.clone())).collect();
    let mut out = Vec::new();
    for (i, later) in strongest.iter().enumerate() {
        for j in i.saturating_sub(COMPARED)..i {
            if attack(answers[i].start, answers[j].start) {
                continue;
            }
            let mut best: Option<Difference> = None;
            for (label, (p, sentence)) in later {
                for (_, (q, other)) in strongest[j].iter().filter(|(l, _)| *l != label) {
                    let probability = p * q;
                    if probability >= least && best.is_none_or(|b| probability > b.probability) {
                        best = Some(Difference { later: *sentence, earlier: *other, probability });
                    }
                }
            }
            out.extend(best);
        }
    }
    out
}

/// By stance, the component of an answer that has it most probably, and how probably.
fn strongest(stances: &Stances, places: &[Place], answer: Range<usize>) -> BTreeMap<u16, (f32, u32)> {
    let mut found: BTreeMap<u16, (f32, u32)> = BTreeMap::new();
    for i in answer {
        let label = stances.chosen[i];
        if places[i] == Place::Outside || stances.abstained[i] || stances.labels.none == Some(label) {
            continue;
        }
        let p = stances.confidence(i);
        let best = found.entry(label).or_insert((p, i as u32));
        if p > best.0 {
            *best = (p, i as u32);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::stance::LabelSet;

    fn stances() -> Stances {
        let rows = [
            [0.9, 0.0, 0.0, 0.1],
            [0.6, 0.1, 0.0, 0.3],
            [0.0, 0.8, 0.0, 0.2],
            [0.0, 0.1, 0.9, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ];
        Stances {
            labels: Arc::new(LabelSet::policy()),
            probabilities: rows.concat(),
            chosen: vec![0, 0, 1, 2, 3],
            abstained: vec![false; 5],
        }
    }

    #[test]
    fn the_clearest_of_different_stances_are_joined_once_for_two_speakers() {
        let places = [Place::Root; 5];
        let found = differences(&stances(), &places, &[0..2, 2..5], None, |_, _| false);
        assert_eq!(found, [Difference { later: 3, earlier: 0, probability: 0.9 * 0.9 }]);
        assert!(differences(&stances(), &places, &[0..2, 2..5], Some(0.9), |_, _| false).is_empty());
        assert!(
            differences(&stances(), &places, &[0..2, 2..5], None, |later, earlier| (later, earlier) == (2, 0))
                .is_empty()
        );
    }

    #[test]
    fn what_is_no_component_has_no_stance_or_is_abstained_on_differs_from_nothing() {
        let mut places = [Place::Root; 5];
        assert!(differences(&stances(), &places, &[0..2, 4..5], None, |_, _| false).is_empty());
        places[3] = Place::Outside;
        let found = differences(&stances(), &places, &[0..2, 2..5], None, |_, _| false);
        assert_eq!((found[0].later, found[0].earlier), (2, 0));
        let mut unsure = stances();
        unsure.abstained[2] = true;
        assert!(differences(&unsure, &places, &[0..2, 2..5], None, |_, _| false).is_empty());
    }

    #[test]
    fn many_answers_are_compared_with_the_nearest() {
        let n = 40;
        let stances = Stances {
            labels: Arc::new(LabelSet::policy()),
            probabilities: (0..n)
                .flat_map(|i| if i % 2 == 0 { [1.0, 0.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0, 0.0] })
                .collect(),
            chosen: (0..n).map(|i| i % 2).collect(),
            abstained: vec![false; n.into()],
        };
        let answers: Vec<_> = (0..usize::from(n)).map(|i| i..i + 1).collect();
        let found = differences(&stances, &vec![Place::Root; n.into()], &answers, None, |_, _| false);
        assert!(found.iter().all(|d| (d.later - d.earlier) as usize <= COMPARED));
        assert_eq!(found.iter().filter(|d| d.later == 20).count(), COMPARED / 2);
    }
}
