//! Which rows a feature stands in: the inverted index that all counting works on.

use crate::parallel;

/// Number of shards while sorting; the index does not depend on it.
const SHARDS: usize = 64;

/// Occurrences by feature. A row stands as often under a feature as the feature stands in the row.
#[derive(Clone, Debug, Default)]
pub(super) struct Postings {
    /// Hashes of the features, ascending.
    pub(super) hashes: Vec<u64>,
    /// Where the rows of feature `i` start; one more than there are features.
    pub(super) starts: Vec<u32>,
    /// Rows, ascending within a feature.
    pub(super) rows: Vec<u32>,
}

/// Occurrences as they come out of a scan, cut by the top bits of the hash.
pub(super) struct Shards(Vec<Vec<(u64, u32)>>);

impl Shards {
    pub(super) fn new() -> Self {
        Self(vec![Vec::new(); SHARDS])
    }

    pub(super) fn push(&mut self, hash: u64, row: u32) {
        self.0[(hash >> (64 - SHARDS.ilog2())) as usize].push((hash, row));
    }
}

impl Postings {
    /// Sorts what was scanned, chunk by chunk.
    pub(super) fn build(chunks: &[&Shards]) -> Self {
        let parts = parallel::map_ranges(SHARDS, 1, |shard| {
            let mut all = Vec::with_capacity(chunks.iter().map(|c| c.0[shard.start].len()).sum());
            for chunk in chunks {
                all.extend_from_slice(&chunk.0[shard.start]);
            }
            all.sort_unstable();
            all
        });
        let total: usize = parts.iter().map(Vec::len).sum();
        let mut out = Self { hashes: Vec::new(), starts: Vec::new(), rows: Vec::with_capacity(total) };
        for (hash, row) in parts.into_iter().flatten() {
            if out.hashes.last() != Some(&hash) {
                out.hashes.push(hash);
                out.starts.push(out.rows.len() as u32);
            }
            out.rows.push(row);
        }
        out.starts.push(total as u32);
        out
    }

    /// Number of features.
    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// The rows of a feature.
    pub(super) fn of(&self, feature: usize) -> &[u32] {
        &self.rows[self.starts[feature] as usize..self.starts[feature + 1] as usize]
    }
}

/// Spreads the bits of a class or class pair, so that not all fall into one shard; [`unspread`] takes it back.
pub(super) fn spread(id: u64) -> u64 {
    id.wrapping_mul(SPREAD)
}

const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
/// The inverse of [`SPREAD`] modulo 2⁶⁴.
const UNSPREAD: u64 = inverse(SPREAD);

/// What `odd` is to be multiplied by for 1.
const fn inverse(odd: u64) -> u64 {
    let mut x = odd; // Newton's iteration doubles the correct bits: 3, 6, 12, 24, 48, 96
    let mut i = 0;
    while i < 5 {
        x = x.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(x)));
        i += 1;
    }
    x
}

/// What [`spread`] was given.
pub(super) fn unspread(hash: u64) -> u64 {
    hash.wrapping_mul(UNSPREAD)
}
