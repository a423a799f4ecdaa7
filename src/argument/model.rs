//! The argument model: from a document to its map.

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use serde::{Deserialize, Serialize};

use super::candidates::candidates;
use super::decode::Arcs;
use super::logistic::{Logistic, Multi, Row, sigmoid};
use super::pair::{self, Conversation};
use super::relation::{self, Reading};
use super::token;
use super::unit::{self, Layout, Unit, Vocabulary};
use super::{ArgumentMap, Component, ComponentKind, RelationKind, Role};
use crate::document::Document;
use crate::parallel;
use crate::stance::Stances;

/// Sentences whose candidates are scored together by one task of the parallel map.
const CHUNK: usize = 256;
/// Support, attack or rephrase of what is denied in the same words: it cannot be but an attack.
const DENIAL: [f64; 3] = [0.0, 1.0, 0.0];
/// Longest stretch of a turn that becomes one tree; longer turns are cut.
const BLOCK: usize = 60;
/// Longest arc within a turn, in sentences.
const REACH: usize = 20;

/// What the user may ask of a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct MapOptions {
    /// Relations of lower probability are left out; `None` takes the model's own thresholds,
    /// which were chosen for precision on held-out documents.
    pub min_probability: Option<f32>,
    /// Every candidate pair that reaches `min_probability` (none: all) instead of a consistent map.
    pub all_candidates: bool,
}

/// A trained argument model.
#[derive(Clone, Debug)]
pub struct ArgumentModel {
    pub(super) parts: Parts,
    pub(super) vocabulary: Vocabulary,
    hash: OnceLock<String>,
}

/// Everything that is learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Parts {
    pub(super) card: Card,
    /// Words with columns of their own, in the order of the columns.
    pub(super) words: Vec<String>,
    /// Content stems by the number of training sentences that hold them.
    pub(super) frequencies: Vec<(u64, u32)>,
    pub(super) units: UnitModels,
    pub(super) same: Links,
    pub(super) cross: Links,
    pub(super) tree: Tree,
}

/// What the model was trained on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Card {
    pub(super) documents: u32,
    pub(super) sentences: u32,
    pub(super) relations: u32,
    pub(super) cross_speaker: u32,
}

/// Models of one sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct UnitModels {
    /// Classes of [`ComponentKind::ALL`].
    pub(super) component: Multi,
    /// Log-odds of [`Role::Opp`].
    pub(super) role: Logistic,
    /// Relation to its parent in the turn: [`FUNCTIONS`].
    pub(super) function: Multi,
    /// Log-odds that the sentence is an end of a relation: [`ENDS`].
    pub(super) ends: Vec<Logistic>,
}

/// Ways in which a sentence may be an end of a relation, by position in [`UnitModels::ends`]:
/// source towards an earlier and a later sentence of its speaker, target of a later and an
/// earlier one, source and target across speakers.
pub(super) const ENDS: usize = 6;

/// Which of the [`ENDS`] the source and the target of a relation are.
pub(super) fn ends(source: u32, target: u32, crosses: bool) -> (usize, usize) {
    match (crosses, target < source) {
        (true, _) => (4, 5),
        (false, true) => (0, 2),
        (false, false) => (1, 3),
    }
}

/// Classes of a sentence's function: no relation to another sentence of the turn, then
/// support, attack, rephrase.
pub(super) const FUNCTIONS: usize = 4;

/// Models of the pairs of one kind (one speaker's, or two speakers').
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Links {
    /// Log-odds that the source bears on the target.
    pub(super) link: Logistic,
    /// Support, attack or rephrase, if it does.
    pub(super) kind: Multi,
    /// Calibration: `sigmoid(slope * score + offset)`.
    pub(super) slope: f32,
    pub(super) offset: f32,
    /// Default threshold of a printed relation.
    pub(super) threshold: f32,
    /// Whether a sentence may bear on a later one.
    pub(super) forward: bool,
}

impl Links {
    pub(super) fn calibrated(&self, score: f64) -> f64 {
        calibrated(self.slope, self.offset, score)
    }
}

/// The probability that a score stands for.
pub(super) fn calibrated(slope: f32, offset: f32, score: f64) -> f64 {
    sigmoid(f64::from(slope) * score + f64::from(offset))
}

/// How local scores make a tree.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Tree {
    /// The training turns have one root each.
    pub(super) single_root: bool,
    /// Every training sentence is part of a tree: no sentence is left out.
    pub(super) spanning: bool,
    /// Weight of the function's, the role's and the component's log-probability; attachment has 1.
    pub(super) function: f32,
    pub(super) role: f32,
    pub(super) component: f32,
    /// Added to the log-odds of an attack.
    pub(super) attack: f32,
}

/// What the models of one sentence say about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Belief {
    /// By [`ComponentKind`].
    pub(super) component: [f64; 3],
    pub(super) opp: f64,
    /// None, support, attack, rephrase.
    pub(super) function: [f64; FUNCTIONS],
    pub(super) ends: [f64; ENDS],
}

/// Columns that a belief adds to each end of a pair.
pub(super) const BELIEF: u32 = 5 + ENDS as u32;

impl Belief {
    /// Log-odds, cut at ±4 and moved so that 0 means that nothing is known.
    pub(super) fn row(&self, offset: u32) -> impl Iterator<Item = (u32, f32)> {
        let p = [self.component[1], self.component[2], self.opp, self.function[1], self.function[2]];
        (offset..).zip(p.into_iter().chain(self.ends)).map(|(c, p)| (c, logit(p) as f32))
    }
}

fn logit(p: f64) -> f64 {
    let p = p.clamp(0.018, 0.982);
    (p / (1.0 - p)).ln()
}

impl UnitModels {
    pub(super) fn belief(&self, row: &[(u32, f32)]) -> Belief {
        let mut belief = Belief { opp: sigmoid(self.role.score(row)), ..Belief::default() };
        belief.component.copy_from_slice(&self.component.probabilities(row));
        belief.function.copy_from_slice(&self.function.probabilities(row));
        for (p, model) in belief.ends.iter_mut().zip(&self.ends) {
            *p = sigmoid(model.score(row));
        }
        belief
    }
}

/// A document read for mapping or training.
pub(super) struct Prepared {
    pub(super) units: Vec<Unit>,
    /// Range of the turn of each unit.
    pub(super) turns: Vec<Range<usize>>,
    pub(super) names: Vec<Vec<u64>>,
    /// Largest cosine with any earlier candidate.
    pub(super) best: Vec<f32>,
    /// Candidates by ranges of [`CHUNK`] sentences.
    pub(super) pairs: Vec<Vec<(u32, u32)>>,
}

impl Prepared {
    pub(super) fn new(doc: &Document, stances: Option<&Stances>, vocabulary: &Vocabulary) -> Self {
        let units = unit::units(doc, stances, vocabulary);
        let mut turns = Vec::with_capacity(units.len());
        for (_, range) in doc.sentences_by_turn() {
            turns.extend(std::iter::repeat_n(range.clone(), range.len()));
        }
        let found = parallel::map_ranges(units.len(), CHUNK, |range| {
            let pairs = candidates(&units, range.clone());
            let mut best = vec![0.0_f32; range.len()];
            for &(later, earlier) in &pairs {
                let slot = &mut best[later as usize - range.start];
                *slot = slot.max(unit::cosine(&units[later as usize], &units[earlier as usize]));
            }
            (pairs, best)
        });
        let (pairs, best): (Vec<_>, Vec<Vec<f32>>) = found.into_iter().unzip();
        let names = doc.speakers.iter().map(|n| name_keys(n)).collect();
        Self { units, turns, names, best: best.concat(), pairs }
    }

    pub(super) fn conversation(&self) -> Conversation<'_> {
        Conversation { units: &self.units, turns: &self.turns, names: &self.names, best: &self.best }
    }

    pub(super) fn crosses(&self, a: usize, b: usize) -> bool {
        self.units[a].speaker != self.units[b].speaker
    }
}

/// Keys of the words of a name that can address a person: `Dr` and initials cannot.
fn name_keys(name: &str) -> Vec<u64> {
    let mut keys = Vec::new();
    token::each_word(name, |t, _| {
        if t.chars > 2 && !super::markers::MARKERS.is_function_word(t.key) {
            keys.push(t.key);
        }
    });
    keys.sort_unstable();
    keys
}

/// Columns of a pair's row: the pair itself, then the beliefs about its source and its target.
pub(super) const SOURCE: u32 = pair::PAIR.len() as u32;
pub(super) const TARGET: u32 = SOURCE + BELIEF;
/// Number of columns of a pair's row.
pub(super) const PAIR_COLUMNS: u32 = TARGET + BELIEF;

/// A candidate with its scores.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scored {
    pub(super) source: u32,
    pub(super) target: u32,
    /// Calibrated probability that the source bears on the target.
    pub(super) link: f64,
    /// Support, attack, rephrase, if it does.
    pub(super) kind: [f64; 3],
    pub(super) crosses: bool,
}

impl Scored {
    /// The kind that the relation most probably is, if it holds.
    pub(super) fn likeliest(&self) -> usize {
        (1..3).fold(0, |b, k| if self.kind[k] > self.kind[b] { k } else { b })
    }

    /// The probability that it holds and is of this kind.
    pub(super) fn probability(&self, kind: usize) -> f64 {
        self.link * self.kind[kind]
    }
}

/// The parts of a model's scores that come from one sentence, as source and as target.
struct Halves<'m> {
    model: &'m Logistic,
    source: Vec<f64>,
    target: Vec<f64>,
}

impl<'m> Halves<'m> {
    fn new(model: &'m Logistic, beliefs: &[Belief]) -> Self {
        let half = |offset| beliefs.iter().map(|b| model.part(&b.row(offset).collect::<Row>(), 0)).collect();
        Self { model, source: half(SOURCE), target: half(TARGET) }
    }

    fn score(&self, source: usize, target: usize, pair: &[(u32, f32)]) -> f64 {
        self.model.zero() + self.source[source] + self.target[target] + self.model.part(pair, 0)
    }
}

impl ArgumentModel {
    pub(super) fn new(parts: Parts) -> Self {
        let vocabulary = Vocabulary::new(&parts.words, parts.frequencies.clone(), parts.card.sentences);
        Self { parts, vocabulary, hash: OnceLock::new() }
    }

    /// BLAKE3 of the model's file, hexadecimal.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.hash.get_or_init(|| blake3::hash(&self.to_bytes()).to_hex().to_string())
    }

    /// The shipped model, trained on `data/corpus/argument` only.
    ///
    /// # Panics
    /// Never: a test reads the embedded file.
    #[must_use]
    pub fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<ArgumentModel> = LazyLock::new(|| {
            ArgumentModel::from_bytes(include_bytes!("../../models/argument.model")).expect("embedded argument model")
        });
        &SHIPPED
    }

    /// The argument map of a document.
    ///
    /// `stances` helps across speakers (it tells who stands against whom); without it those
    /// columns are empty. The cost is linear in the number of sentences.
    #[must_use]
    pub fn map(&self, doc: &Document, stances: Option<&Stances>, options: &MapOptions) -> ArgumentMap {
        let prepared = Prepared::new(doc, stances, &self.vocabulary);
        let layout = Layout::new(&self.vocabulary);
        let n = prepared.units.len();
        let beliefs: Vec<Belief> = parallel::map_ranges(n, CHUNK, |range| {
            let row = |i: usize| unit::row(&prepared.units, i, &prepared.turns[i], layout);
            range.map(|i| self.parts.units.belief(&row(i))).collect::<Vec<_>>()
        })
        .concat();
        let scored = self.score_pairs(&prepared, &beliefs);
        let mut places = self.parts.places(&prepared, &beliefs, &scored);
        self.parts.join(&scored, options, &mut places);
        let components = components(&beliefs, &places);
        let relations = if options.all_candidates {
            relation::all(&scored, options.min_probability.unwrap_or(0.0))
        } else {
            let reading =
                Reading { doc, stances, prepared: &prepared, beliefs: &beliefs, places: &places, parts: &self.parts };
            reading.chosen(&scored, options)
        };
        ArgumentMap { components, relations }
    }

    /// Both directions of every candidate pair, sorted by source and target.
    fn score_pairs(&self, prepared: &Prepared, beliefs: &[Belief]) -> Vec<Scored> {
        let links = [&self.parts.same, &self.parts.cross];
        let halves = links.map(|l| Halves::new(&l.link, beliefs));
        let kind = links.map(|l| l.kind.0.iter().map(|k| Halves::new(k, beliefs)).collect::<Vec<_>>());
        let talk = prepared.conversation();
        let mut scored = parallel::map(&prepared.pairs, |_, pairs| {
            let mut out = Vec::with_capacity(2 * pairs.len());
            for &(later, earlier) in pairs {
                let crosses = prepared.crosses(later as usize, earlier as usize);
                let which = usize::from(crosses);
                for (source, target) in [(later, earlier), (earlier, later)] {
                    if source < target && !links[which].forward {
                        continue;
                    }
                    let (s, t) = (source as usize, target as usize);
                    let row = pair::row(&talk, s, t);
                    let score = halves[which].score(s, t, &row);
                    let kinds: Vec<f64> = kind[which].iter().map(|k| k.score(s, t, &row)).collect();
                    let units = &prepared.units;
                    let mut link = links[which].calibrated(score);
                    let kind = if units[s].content.denies(units[t].content) {
                        // Whoever says the opposite of what another said, in the same words, answers it.
                        if crosses && !units[s].is_question() {
                            link = link.max(links[which].threshold.into());
                        }
                        DENIAL
                    } else {
                        let p = Multi::normalise(&kinds);
                        [p[0], p[1], p[2]]
                    };
                    out.push(Scored { source, target, link, kind, crosses });
                }
            }
            out
        })
        .concat();
        scored.sort_by_key(|s| (s.source, s.target));
        scored
    }
}

/// What the tree says of a sentence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    /// Not part of any tree.
    Outside,
    Root,
    /// Hangs from the sentence, by the relation (an index into [`RelationKind::ALL`]).
    Child(u32, usize),
}

impl Parts {
    /// The place of every sentence in the tree of its turn.
    fn places(&self, prepared: &Prepared, beliefs: &[Belief], scored: &[Scored]) -> Vec<Place> {
        let arcs: Vec<Arc> = scored
            .iter()
            .filter(|s| prepared.turns[s.source as usize].contains(&(s.target as usize)))
            .map(|s| Arc { source: s.source as usize, target: s.target as usize, link: s.link, kind: s.kind })
            .collect();
        let mut places = vec![Place::Outside; beliefs.len()];
        self.tree.decode_turns(prepared, beliefs, &arcs, &mut places);
        places
    }

    /// Makes a point of its own of what no tree holds and a link joins to another speaker's sentence: what is answered, and
    /// what answers, is argued. Where every link is asked for (from 0 up) those of the model's own threshold count.
    fn join(&self, scored: &[Scored], options: &MapOptions, places: &mut [Place]) {
        let own = self.cross.threshold;
        let least = f64::from(options.min_probability.filter(|p| *p > 0.0).map_or(own, |p| p.min(own)));
        for s in scored.iter().filter(|s| s.crosses && s.probability(s.likeliest()) >= least) {
            for end in [s.source, s.target] {
                let place = &mut places[end as usize];
                if *place == Place::Outside {
                    *place = Place::Root;
                }
            }
        }
    }
}

/// A possible arc of a tree, by sentence index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arc {
    pub(super) source: usize,
    pub(super) target: usize,
    pub(super) link: f64,
    pub(super) kind: [f64; 3],
}

fn ln(p: f64) -> f64 {
    p.max(1e-9).ln()
}

impl Tree {
    /// The best tree of every turn; `arcs` join sentences of one turn and are sorted by source.
    pub(super) fn decode_turns(&self, prepared: &Prepared, beliefs: &[Belief], arcs: &[Arc], places: &mut [Place]) {
        let mut start = 0;
        while start < places.len() {
            let end = prepared.turns[start].end.min(start + BLOCK);
            let from = arcs.partition_point(|a| a.source < start);
            let to = arcs.partition_point(|a| a.source < end);
            self.decode(&beliefs[start..end], start, &arcs[from..to], &mut places[start..end]);
            start = end;
        }
    }

    /// The best tree over the sentences `start..start + beliefs.len()`, into `places`.
    fn decode(&self, beliefs: &[Belief], start: usize, arcs: &[Arc], places: &mut [Place]) {
        let inside: Vec<usize> = (0..beliefs.len())
            .filter(|i| {
                let [none, claim, premise] = beliefs[*i].component;
                self.spanning || none < claim.max(premise)
            })
            .collect();
        if inside.is_empty() {
            return;
        }
        let mut node = vec![0; beliefs.len()];
        for (at, i) in inside.iter().enumerate() {
            node[*i] = at + 1;
        }
        let (wf, wr, wc) = (f64::from(self.function), f64::from(self.role), f64::from(self.component));
        let mut weights = Arcs::new(inside.len() + 1);
        for (at, &i) in inside.iter().enumerate() {
            let b = &beliefs[i];
            let root = wf * ln(b.function[0]) + wr * ln(1.0 - b.opp) + wc * ln(b.component[1]);
            weights.set(at + 1, 0, root);
        }
        let mut labels = vec![0; weights.len() * weights.len()];
        for arc in arcs.iter().filter(|a| a.source.abs_diff(a.target) <= REACH) {
            if !(start..start + beliefs.len()).contains(&arc.target) {
                continue;
            }
            let (child, parent) = (node[arc.source - start], node[arc.target - start]);
            if child == 0 || parent == 0 {
                continue;
            }
            let (b, t) = (&beliefs[arc.source - start], &beliefs[arc.target - start]);
            let same_side = b.opp * t.opp + (1.0 - b.opp) * (1.0 - t.opp);
            let base = ln(arc.link) + wc * ln(1.0 - b.component[1]);
            for kind in 0..3 {
                let side = if kind == 1 { 1.0 - same_side } else { same_side };
                let bias = if kind == 1 { f64::from(self.attack) } else { 0.0 };
                let score = base + wf * ln(b.function[kind + 1]) + ln(arc.kind[kind]) + wr * ln(side) + bias;
                if score > weights.get(child, parent) {
                    weights.set(child, parent, score);
                    labels[child * weights.len() + parent] = kind;
                }
            }
        }
        let parents = weights.best(self.single_root);
        for (at, &i) in inside.iter().enumerate() {
            let (child, parent) = (at + 1, parents[at + 1]);
            places[i] = if parent == 0 {
                Place::Root
            } else {
                let target = (start + inside[parent - 1]) as u32;
                Place::Child(target, labels[child * weights.len() + parent])
            };
        }
    }
}

/// Components as the trees have them, with the probability of what they say.
fn components(beliefs: &[Belief], places: &[Place]) -> Vec<Component> {
    let mut out: Vec<Component> = Vec::with_capacity(beliefs.len());
    for (i, (belief, place)) in beliefs.iter().zip(places).enumerate() {
        let kind = match place {
            Place::Outside => ComponentKind::None,
            Place::Root => ComponentKind::Claim,
            Place::Child(..) => ComponentKind::Premise,
        };
        let role = (kind != ComponentKind::None).then(|| side(places, i));
        out.push(Component { kind, role, probability: belief.component[kind as usize] as f32 });
    }
    out
}

/// The side of a sentence: every attack on the way to the root turns it round.
pub(super) fn side(places: &[Place], mut at: usize) -> Role {
    let mut opposed = false;
    while let Place::Child(parent, kind) = places[at] {
        opposed ^= kind == RelationKind::Attack as usize;
        at = parent as usize;
    }
    if opposed { Role::Opp } else { Role::Pro }
}
