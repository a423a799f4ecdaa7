//! Which pairs of sentences are looked at: few enough that the cost is linear in the text.
//!
//! No pair leaves its exchange (a question and all its answers; the whole document where
//! nobody marks questions). A sentence is paired with
//! - the sentences of its own speaker within [`NEAR`] sentences, before and after;
//! - the last [`NEAR`] sentences of other speakers;
//! - the [`ALIKE`] earlier sentences that share the rarest words with it, among the
//!   [`WINDOW`] before it; words that [`COMMON`] or more of those hold are skipped.

use std::ops::Range;

use super::unit::Unit;

/// Sentences on each side within a speaker's own talk, and others' sentences before.
pub(super) const NEAR: usize = 20;
/// Earlier sentences chosen by shared words.
const ALIKE: usize = 10;
/// How far back shared words are looked for.
pub(super) const WINDOW: usize = 200;
/// A word in this many sentences of the window finds nobody.
const COMMON: usize = 100;

/// Unordered candidate pairs `(later, earlier)` whose later sentence lies in `range`,
/// sorted, without repetition.
pub(super) fn candidates(units: &[Unit], range: Range<usize>) -> Vec<(u32, u32)> {
    let lookback = range.start.saturating_sub(WINDOW);
    let mut postings: Vec<(u64, u32)> = Vec::new();
    for (i, unit) in (lookback..range.end).zip(&units[lookback..range.end]) {
        postings.extend(unit.stems.iter().map(|(stem, _)| (*stem, i as u32)));
    }
    postings.sort_unstable();
    let mut out = Vec::with_capacity(range.len() * (NEAR + ALIKE));
    let mut chosen: Vec<u32> = Vec::new();
    let mut hits: Vec<(u32, f32)> = Vec::new();
    for i in range {
        chosen.clear();
        near(units, i, &mut chosen);
        alike(units, i, &postings, &mut hits);
        chosen.extend(hits.iter().map(|(j, _)| *j));
        chosen.sort_unstable();
        chosen.dedup();
        out.extend(chosen.iter().map(|j| (i as u32, *j)));
    }
    out
}

fn near(units: &[Unit], i: usize, chosen: &mut Vec<u32>) {
    let mut others = 0;
    for j in (i.saturating_sub(WINDOW)..i).rev() {
        if units[j].exchange != units[i].exchange || (others == NEAR && i - j > NEAR) {
            break;
        }
        if units[j].speaker == units[i].speaker {
            if i - j <= NEAR {
                chosen.push(j as u32);
            }
        } else if others < NEAR {
            others += 1;
            chosen.push(j as u32);
        }
    }
}

/// The [`ALIKE`] sentences before `i` with the largest sum of squared idf over shared stems.
fn alike(units: &[Unit], i: usize, postings: &[(u64, u32)], hits: &mut Vec<(u32, f32)>) {
    hits.clear();
    let from = i.saturating_sub(WINDOW) as u32;
    for &(stem, idf) in &units[i].stems {
        let start = postings.partition_point(|p| *p < (stem, from));
        let holders = postings[start..].iter().take_while(|p| p.0 == stem && (p.1 as usize) < i);
        if holders.clone().nth(COMMON - 1).is_some() {
            continue;
        }
        let here = |j: u32| units[j as usize].exchange == units[i].exchange;
        hits.extend(holders.map(|p| p.1).filter(|j| here(*j)).map(|j| (j, idf * idf)));
    }
    hits.sort_by_key(|(j, _)| *j);
    hits.dedup_by(|next, sum| {
        let same = next.0 == sum.0;
        if same {
            sum.1 += next.1;
        }
        same
    });
    hits.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
    hits.truncate(ALIKE);
}
