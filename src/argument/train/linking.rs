//! The models of pairs: which sentence bears on which, and how.

use super::{Example, Pair};
use crate::argument::logistic::{Logistic, Multi, Row, sigmoid};
use crate::argument::model::{self, Belief, Links, SOURCE, TARGET};
use crate::error::Result;
use crate::parallel;

/// At most this many unrelated pairs are fitted on.
const UNRELATED: usize = 20_000;
/// Precision that the default threshold should give on held-out documents.
const PRECISION: f64 = 0.6;

/// Out-of-fold scores of the pairs of every document: log-odds of a link, and of each kind.
pub(super) type PairScores = Vec<Vec<(f64, [f64; 3])>>;

/// The full row of a pair.
fn pair_row(pair: &Pair, beliefs: &[Belief]) -> Row {
    let mut row = pair.row.clone();
    row.extend(beliefs[pair.source as usize].row(SOURCE));
    row.extend(beliefs[pair.target as usize].row(TARGET));
    row
}

/// What pair models of some penalty say out of fold.
pub(super) struct Found {
    penalty: f64,
    pub(super) scores: PairScores,
    /// Calibration of the scores.
    slope: f32,
    offset: f32,
    /// Negative log-likelihood of the calibrated scores.
    pub(super) loss: f64,
}

impl Found {
    pub(super) fn calibrated(&self, score: f64) -> f64 {
        model::calibrated(self.slope, self.offset, score)
    }
}

/// Pairs of one speaker (`crosses` false) or of two, drawn for fitting.
pub(super) struct Linking<'e> {
    pub(super) examples: &'e [Example],
    pub(super) beliefs: &'e [Vec<Belief>],
    crosses: bool,
    folds: usize,
    /// Whether a sentence may bear on a later one.
    forward: bool,
    /// Of so many unrelated pairs one is drawn.
    keep: u64,
    /// Number of the document, row and kind of each.
    drawn: Vec<(usize, Row, Option<usize>)>,
}

impl<'e> Linking<'e> {
    pub(super) fn new(examples: &'e [Example], beliefs: &'e [Vec<Belief>], crosses: bool, folds: usize) -> Self {
        let all = || {
            let each = examples.iter().enumerate();
            each.flat_map(move |(i, e)| e.pairs.iter().filter(move |p| p.crosses == crosses).map(move |p| (i, p)))
        };
        let related = all().filter(|(_, p)| p.gold.is_some()).count();
        let onward = all().filter(|(_, p)| p.gold.is_some() && p.source < p.target).count();
        // Where annotators all but never point forward, half of the pairs need no look.
        let forward = onward * 50 >= related;
        let looked = || all().filter(|(_, p)| forward || p.source > p.target);
        let keep = ((looked().count() - related) / UNRELATED).max(1) as u64;
        let mut drawn = Vec::new();
        for (number, (i, p)) in (0_u64..).zip(looked()) {
            if p.gold.is_some() || mix(number).is_multiple_of(keep) {
                drawn.push((i, pair_row(p, &beliefs[i]), p.gold));
            }
        }
        Self { examples, beliefs, crosses, folds, forward, keep, drawn }
    }

    /// The models of link and kind, learned without the documents of one fold.
    fn models(&self, held: Option<usize>, penalty: f64) -> Result<(Logistic, Multi)> {
        let (mut rows, mut is, mut linked, mut kind) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (_, row, gold) in self.drawn.iter().filter(|(i, ..)| Some(*i % self.folds) != held) {
            rows.push(row.as_slice());
            is.push(gold.is_some());
            if let Some(gold) = gold {
                linked.push(row.as_slice());
                kind.push(*gold);
            }
        }
        let link = Logistic::fit(&rows, &is, penalty)?.shifted(-(self.keep as f64).ln());
        Ok((link, Multi::fit(&linked, &kind, 3, penalty)?))
    }

    pub(super) fn out_of_fold(&self, penalty: f64) -> Result<Found> {
        let each: Vec<usize> = (0..self.folds).collect();
        let held = parallel::map(&each, |_, f| self.models(Some(*f), penalty));
        let held = held.into_iter().collect::<Result<Vec<_>>>()?;
        let scores: PairScores = parallel::map(self.examples, |i, example| {
            let (link, kind) = &held[i % self.folds];
            let score = |p: &Pair| {
                if p.crosses != self.crosses || !(self.forward || p.source > p.target) {
                    return (f64::NEG_INFINITY, [0.0; 3]);
                }
                let row = pair_row(p, &self.beliefs[i]);
                let k = kind.probabilities(&row);
                (link.score(&row), [k[0], k[1], k[2]])
            };
            example.pairs.iter().map(score).collect()
        });

        let mut known: Vec<(f64, bool)> = Vec::new();
        for (e, scores) in self.examples.iter().zip(&scores) {
            let ranked = e.pairs.iter().zip(scores).filter(|(_, s)| s.0.is_finite());
            known.extend(ranked.map(|(p, s)| (s.0, p.gold.is_some())));
        }
        let (slope, offset) = calibrate(&known);
        let mut found = Found { penalty, scores, slope: slope as f32, offset: offset as f32, loss: 0.0 };
        let right = |p: f64, is: bool| if is { p } else { 1.0 - p };
        found.loss = known.iter().map(|&(score, is)| -right(found.calibrated(score), is).max(1e-12).ln()).sum();
        Ok(found)
    }

    /// The models learned from everything, with the penalty, calibration and threshold found out of fold.
    pub(super) fn fit(&self, found: &Found) -> Result<Links> {
        let (link, kind) = self.models(None, found.penalty)?;
        let threshold = threshold(found, self.examples) as f32;
        let Found { slope, offset, .. } = *found;
        Ok(Links { link, kind, slope, offset, threshold, forward: self.forward })
    }
}

/// A number that has nothing to do with the order of pairs.
fn mix(number: u64) -> u64 {
    let x = (number ^ (number >> 30)).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33
}

/// Platt's (1999) slope and offset by Newton's method, on `(score, whether it is so)`.
fn calibrate(known: &[(f64, bool)]) -> (f64, f64) {
    let (mut slope, mut offset) = (1.0, 0.0);
    if known.iter().all(|k| !k.1) || known.iter().all(|k| k.1) {
        return (slope, offset);
    }
    for _ in 0..50 {
        let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (0.0, 0.0, 1e-6, 0.0, 1e-6);
        for &(score, is) in known {
            let p = sigmoid(slope * score + offset);
            let (d, w) = (p - f64::from(u8::from(is)), p * (1.0 - p));
            ga += d * score;
            gb += d;
            haa += w * score * score;
            hab += w * score;
            hbb += w;
        }
        let det = haa * hbb - hab * hab;
        let (da, db) = ((hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det);
        slope -= da.clamp(-1.0, 1.0);
        offset -= db.clamp(-2.0, 2.0);
        if da.abs() + db.abs() < 1e-9 {
            break;
        }
    }
    (slope.max(0.05), offset)
}

/// The lowest probability from which up relations are right as often as [`PRECISION`].
fn threshold(found: &Found, examples: &[Example]) -> f64 {
    let mut ranked: Vec<(f64, bool)> = Vec::new();
    for (e, scores) in examples.iter().zip(&found.scores) {
        for (p, (score, kind)) in e.pairs.iter().zip(scores).filter(|(_, s)| s.0.is_finite()) {
            let best = (1..3).fold(0, |b, k| if kind[k] > kind[b] { k } else { b });
            ranked.push((found.calibrated(*score) * kind[best], p.gold == Some(best)));
        }
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut chosen) = (0, 0.5);
    for (i, (p, is)) in ranked.iter().enumerate() {
        right += usize::from(*is);
        if right >= 5 && right as f64 >= PRECISION * (i + 1) as f64 {
            chosen = *p;
        }
    }
    chosen.clamp(0.05, 0.95)
}
