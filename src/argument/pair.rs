//! Two sentences side by side: what their relation can be read from.
//!
//! The row of a pair holds the columns of [`PAIR`] and what the models of single sentences
//! believe about its ends; no words: link models that know vocabulary transfer worse.

use std::ops::Range;
use std::sync::LazyLock;

use super::logistic::Row;
use super::markers::MARKERS;
use super::unit::{Unit, cosine, shared};

/// Marker classes that pair columns name.
pub(super) struct Classes {
    pub(super) contrast: u8,
    pub(super) concession: u8,
    pub(super) cause: u8,
    pub(super) result: u8,
    pub(super) addition: u8,
    pub(super) example: u8,
    pub(super) evidence: u8,
    pub(super) restatement: u8,
    pub(super) negation: u8,
    pub(super) disagreement: u8,
    pub(super) agreement: u8,
    pub(super) address: u8,
    pub(super) anaphor: u8,
    pub(super) positive: u8,
    pub(super) negative: u8,
}

pub(super) static CLASSES: LazyLock<Classes> = LazyLock::new(|| Classes {
    contrast: MARKERS.class("contrast"),
    concession: MARKERS.class("concession"),
    cause: MARKERS.class("cause"),
    result: MARKERS.class("result"),
    addition: MARKERS.class("addition"),
    example: MARKERS.class("example"),
    evidence: MARKERS.class("evidence"),
    restatement: MARKERS.class("restatement"),
    negation: MARKERS.class("negation"),
    disagreement: MARKERS.class("disagreement"),
    agreement: MARKERS.class("agreement"),
    address: MARKERS.class("address"),
    anaphor: MARKERS.class("anaphor"),
    positive: MARKERS.class("positive"),
    negative: MARKERS.class("negative"),
});

/// What a pair's evidence is called in words; empty where it says nothing to a reader.
pub(super) const PAIR: [&str; 64] = [
    // distance, target before the source
    "previous sentence",
    "two sentences before",
    "three sentences before",
    "a few sentences before",
    "a few sentences before",
    "",
    "",
    // distance, target after the source
    "next sentence",
    "two sentences on",
    "three sentences on",
    "a few sentences on",
    "a few sentences on",
    "",
    "",
    // nearness
    "",
    "",
    "",
    // turns
    "",
    "",
    "",
    "",
    "",
    "opens the turn",
    "answers the turn before",
    "",
    // likeness, named by the words
    "",
    "",
    "",
    "",
    "",
    "",
    "a shared name",
    "",
    "",
    "",
    "",
    // markers, named by the phrase
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "one of the two negates",
    "opposite judgement",
    // conversation
    "names the speaker",
    "addresses somebody",
    "",
    "",
    "answers a question",
    "stances differ",
    "same stance",
    "",
    "",
    "",
    "",
    "",
    "",
];

/// Columns that say how alike the words are.
pub(super) const LIKENESS_COLUMNS: [usize; 10] = [25, 26, 27, 28, 29, 30, 32, 33, 34, 35];

/// The marker class that a column looks for, and whether in the source (else in the target).
pub(super) fn marker_column(column: usize) -> Option<(u8, bool)> {
    let c = &*CLASSES;
    Some(match column {
        36 | 37 | 60 => (c.contrast, true),
        38 => (c.cause, false),
        39 => (c.cause, true),
        40 | 41 => (c.result, false),
        42 => (c.addition, true),
        43 => (c.example, true),
        44 => (c.restatement, true),
        45 => (c.anaphor, true),
        46 => (c.contrast, false),
        53 => (c.agreement, true),
        54 | 61 => (c.disagreement, true),
        _ => return None,
    })
}

/// First column of the similarity group in [`PAIR`].
const LIKENESS: usize = 25;

/// What a pair needs to know of the conversation around it.
pub(super) struct Conversation<'a> {
    pub(super) units: &'a [Unit],
    /// Range of the turn of each unit.
    pub(super) turns: &'a [Range<usize>],
    /// Keys of the words in each speaker's name, sorted.
    pub(super) names: &'a [Vec<u64>],
    /// Largest cosine of each unit with any of its candidates.
    pub(super) best: &'a [f32],
}

/// The columns of the ordered pair `source → target` alone, without those of its two units.
pub(super) fn row(talk: &Conversation<'_>, source: usize, target: usize) -> Row {
    let (s, t) = (&talk.units[source], &talk.units[target]);
    let c = &*CLASSES;
    let flag = |b: bool| f32::from(u8::from(b));
    let back = target < source;
    let distance = source.abs_diff(target);
    let mut v = [0.0_f32; PAIR.len()];

    let step = match distance {
        1 => 0,
        2 => 1,
        3 => 2,
        4 | 5 => 3,
        6..=8 => 4,
        9..=14 => 5,
        _ => 6,
    };
    v[if back { step } else { 7 + step }] = 1.0;
    v[14] = if back { 1.0 / distance as f32 } else { 0.0 };
    v[15] = if back { 0.0 } else { 1.0 / distance as f32 };
    v[16] = (distance as f32).ln();

    let turns = s.turn.abs_diff(t.turn);
    v[17] = flag(turns == 0);
    v[18] = flag(turns == 1);
    v[19] = flag(turns == 2);
    let (st, tt) = (&talk.turns[source], &talk.turns[target]);
    v[20] = flag(target == tt.start);
    v[21] = flag(target + 1 == tt.end);
    v[22] = flag(source == st.start && turns > 0);
    v[23] = flag(turns == 1 && back && target + 1 == tt.end && source == st.start);
    v[24] = flag(turns > 0) * (source - st.start) as f32;

    let alike = cosine(s, t);
    let (mut number, mut rarest) = (0_u32, 0.0_f32);
    for (_, idf) in shared(s, t) {
        number += 1;
        rarest = rarest.max(idf);
    }
    v[LIKENESS] = alike;
    v[LIKENESS + 1] = alike.sqrt();
    v[LIKENESS + 2] = flag(number >= 1);
    v[LIKENESS + 3] = flag(number >= 2);
    v[LIKENESS + 4] = (number as f32 / (s.stems.len().min(t.stems.len()).max(1)) as f32).min(1.0);
    v[LIKENESS + 5] = rarest / 8.0;
    v[LIKENESS + 6] = flag(s.names.iter().any(|n| t.names.binary_search(n).is_ok()));
    v[LIKENESS + 7] = flag(alike > 0.0 && alike >= talk.best[source]);
    let beside = |i: usize, j: usize| {
        let near = |k: Option<usize>| k.and_then(|k| talk.units.get(k)).map_or(0.0, |u| cosine(&talk.units[i], u));
        near(j.checked_sub(1)).max(near(Some(j + 1)))
    };
    v[LIKENESS + 8] = if distance > 2 { beside(source, target) } else { 0.0 };
    v[LIKENESS + 9] = if distance > 2 { beside(target, source) } else { 0.0 };
    v[LIKENESS + 10] = alike / distance as f32;

    let next_back = back && distance == 1;
    let next_on = !back && distance == 1;
    v[36] = flag(next_back && s.opens_with(c.contrast));
    v[37] = flag(next_back && s.opens_with(c.contrast) && t.has(c.concession));
    v[38] = flag(next_on && t.opens_with(c.cause));
    v[39] = flag(next_back && s.opens_with(c.cause));
    v[40] = flag(next_on && t.opens_with(c.result));
    v[41] = flag(!back && t.opens_with(c.result));
    v[42] = flag(back && s.opens_with(c.addition));
    v[43] = flag(back && (s.has(c.example) || s.has(c.evidence)));
    v[44] = flag(back && s.has(c.restatement));
    v[45] = flag(next_back && s.opens_with(c.anaphor));
    v[46] = flag(next_on && t.opens_with(c.contrast));
    let between = &talk.units[source.min(target) + 1..source.max(target)];
    v[47] = flag(between.iter().take(20).any(|u| u.opens_with(c.contrast)));
    v[48] = flag(between.iter().take(20).any(|u| u.speaker != s.speaker && u.speaker != t.speaker));
    v[49] = flag(s.has(c.negation) != t.has(c.negation)) * alike;
    let judgement = |u: &Unit| i8::from(u.has(c.positive)) - i8::from(u.has(c.negative));
    v[50] = flag(judgement(s) * judgement(t) < 0);

    let crosses = s.speaker != t.speaker;
    let named = t.speaker.and_then(|sp| talk.names.get(sp as usize));
    v[51] = flag(crosses && named.is_some_and(|n| n.iter().any(|k| s.keys.binary_search(k).is_ok())));
    v[52] = flag(crosses && turns == 1 && s.has(c.address));
    v[53] = flag(back && turns == 1 && s.opens_with(c.agreement));
    v[54] = flag(back && turns == 1 && s.has(c.disagreement));
    v[55] = flag(back && crosses && turns == 1 && t.is_question());
    let stances = s.stance.zip(t.stance);
    v[56] = flag(crosses && stances.is_some_and(|(a, b)| a != b));
    v[57] = flag(crosses && stances.is_some_and(|(a, b)| a == b));
    let ratio = (1.0 + s.length as f32).ln() - (1.0 + t.length as f32).ln();
    v[58] = ratio.max(0.0);
    v[59] = (-ratio).max(0.0);
    v[60] = flag(back && s.opens_with(c.contrast) && turns == 0) * alike;
    v[61] = flag(back && s.opens_with(c.disagreement) && turns > 0);
    v[62] = flag(s.length <= 6 && turns > 0);
    v[63] = flag(t.length <= 6);

    v.into_iter().zip(0..).filter(|(v, _)| *v != 0.0).map(|(v, i)| (i, v)).collect()
}
