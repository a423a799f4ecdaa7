//! Rows of small integers by hash: the only thing the scorer looks at.
//!
//! Cuckoo hashing (Pagh and Rodler 2004, doi:10.1016/j.jalgor.2003.12.002): a feature lies in one of two slots, so a
//! look-up reads two places at once and need not branch on what it finds there. A slot holds 21 bits of the hash, 11
//! bits of notes and a byte per lane: with four labels 64 bits in all. A look-up costs waiting for memory, so a small
//! table is a fast one, and [`Table::fetch`] has what a sentence needs on its way before it is looked up. Sums of
//! integers do not depend on the order of the terms, so the score of a sentence is the same on every machine and with
//! any number of threads.

use prefetch_index::prefetch_index;

use super::LabelSet;

/// A hash table from features to rows of weights. The default has no slot in use.
///
/// All that a slot holds lies side by side, so that a look-up waits for memory once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// Weights per row, a multiple of 4.
    pub(crate) lanes: usize,
    /// What a weight of 1 stands for.
    pub(crate) step: i32,
    /// All slots: tag (0 is empty) and notes, then the weights, four to a cell. There is not just one slot.
    pub(crate) cells: Vec<u32>,
}

/// Bits of a slot's first cell that are notes.
const NOTES: u32 = (1 << 11) - 1;

/// Where a feature may lie, always two different slots, and what a slot that holds it says.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    slots: [u32; 2],
    tag: u32,
}

impl Place {
    #[inline(always)]
    fn new(hash: u64, count: usize) -> Self {
        // The high word of a product spreads 32 bits over any number of slots (Lemire 2019, doi:10.1145/3230636).
        let below = |bits: u64, n: usize| ((bits * n as u64) >> 32) as u32;
        let first = below(hash >> 32, count);
        let second = below((hash ^ hash >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32, count.saturating_sub(1));
        // A tag of 0 is nobody's.
        let tag = (hash as u32 & !NOTES).max(NOTES + 1);
        Self { slots: [first, second + u32::from(second >= first)], tag }
    }
}

/// An empty slot while a table is built.
const NOBODY: u32 = u32::MAX;
/// Moves after which a table counts as too full.
const MOVES: usize = 500;

/// The entry of each of `count` slots, if all find one.
fn settle(places: &[Place], count: usize) -> Option<Vec<u32>> {
    let mut slots = vec![NOBODY; count];
    for new in 0..places.len() as u32 {
        let mut homeless = new;
        let mut slot = places[new as usize].slots[0];
        let mut moves = 0;
        loop {
            std::mem::swap(&mut slots[slot as usize], &mut homeless);
            if homeless == NOBODY {
                break;
            }
            moves += 1;
            if moves == MOVES {
                return None;
            }
            let [a, b] = places[homeless as usize].slots;
            slot = if slot == a { b } else { a };
        }
    }
    Some(slots)
}

/// Sums of one sentence, a lane per label. `L` is the number of lanes where that is at most 8, so that the sums
/// stay in registers, and else an upper bound of it.
pub(crate) type Sums<const L: usize> = [i32; L];

/// The four weights in a cell.
#[inline(always)]
fn unpack(cell: u32) -> [i32; 4] {
    cell.to_le_bytes().map(|weight| i32::from(weight.cast_signed()))
}

/// All ones if a slot's first cell has this tag, else 0: by arithmetic, as a branch would wait for memory each time.
#[inline(always)]
fn holds(cell: u32, tag: u32) -> u32 {
    (u64::from((cell ^ tag) & !NOTES).wrapping_sub(1) >> 32) as u32
}

/// Cells of a slot.
const fn width(lanes: usize) -> usize {
    1 + lanes / 4
}

/// A weight in steps, of which a byte holds 127 on either side of 0.
fn rounded(weight: i32, step: i32) -> i8 {
    // A float beyond the range of a byte becomes its nearest end.
    (weight as f32 / step as f32).round().max(-127.0) as i8
}

/// The step that leaves the least squared error: a few large weights are cut off where that makes many others finer.
fn step(entries: &[(u64, u16, &[i16])]) -> i32 {
    // How often each size occurs: sizes are few beside weights.
    let mut sizes = vec![0_i64; 1 + usize::from(i16::MIN.unsigned_abs())];
    for weight in entries.iter().flat_map(|(_, _, row)| *row) {
        sizes[usize::from(weight.unsigned_abs())] += 1;
    }
    let sizes = || (0..).zip(&sizes).filter(|(_, count)| **count > 0);
    let largest = sizes().last().map_or(0, |(size, _)| size);
    let error = |step: &i32| -> i64 {
        sizes().map(|(size, count)| count * i64::from(size - i32::from(rounded(size, *step)) * step).pow(2)).sum()
    };
    // From one that cuts off three quarters of the largest weight to one that cuts off nothing.
    let parts = 127 * 16;
    (4..=16).map(|part| (largest * part + parts - 1) / parts).min_by_key(error).unwrap_or_default()
}

impl Table {
    /// A table of `entries`: hash, notes of at most 11 bits and a row of `lanes` weights each, which are rounded.
    /// The same entries in the same order give the same table.
    pub(crate) fn build(lanes: usize, entries: &[(u64, u16, &[i16])]) -> Self {
        let mut count = if entries.is_empty() { 0 } else { (entries.len() * 9 / 4).max(16) };
        let (places, slots) = loop {
            let places: Vec<Place> = entries.iter().map(|(hash, ..)| Place::new(*hash, count)).collect();
            if let Some(slots) = settle(&places, count) {
                break (places, slots);
            }
            count += count / 4;
        };
        let step = step(entries);
        let mut table = Self { lanes, step, cells: vec![0; count * width(lanes)] };
        for (slot, entry) in table.cells.chunks_exact_mut(width(lanes)).zip(slots).filter(|(_, e)| *e != NOBODY) {
            let (_, notes, row) = entries[entry as usize];
            slot[0] = places[entry as usize].tag | u32::from(notes);
            for (cell, weights) in slot[1..].iter_mut().zip(row.as_chunks().0) {
                *cell = u32::from_le_bytes(weights.map(|w: i16| rounded(w.into(), step).cast_unsigned()));
            }
        }
        table
    }

    /// Whether there is no feature.
    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Cells of a slot. With `L` known to be the lanes, the number of slots takes no division.
    #[inline(always)]
    fn width<const L: usize>(&self) -> usize {
        width(if L <= 8 { L } else { self.lanes })
    }

    /// Where a feature may lie. `L` is the number of lanes as for [`Sums`].
    #[inline(always)]
    fn place<const L: usize>(&self, hash: u64) -> Place {
        Place::new(hash, self.cells.len() / self.width::<L>())
    }

    /// [`Table::place`], and has both slots fetched, so that a look soon after finds them near.
    #[inline(always)]
    pub(crate) fn fetch<const L: usize>(&self, hash: u64) -> Place {
        let place = self.place::<L>(hash);
        for slot in place.slots {
            prefetch_index(&self.cells, slot as usize * self.width::<L>());
        }
        place
    }

    #[inline(always)]
    fn slot<const L: usize>(&self, slot: u32) -> Option<&[u32]> {
        let (slot, width) = (slot as usize, self.width::<L>());
        match L {
            // With the width known, one check of the bounds is enough.
            4 => self.cells.as_chunks::<2>().0.get(slot).map(<[u32; 2]>::as_slice),
            8 => self.cells.as_chunks::<3>().0.get(slot).map(<[u32; 3]>::as_slice),
            _ => self.cells.get(slot * width..(slot + 1) * width),
        }
    }

    /// Adds the weights of the feature of a place, in steps of this table, if it is there, and gives its notes. Both
    /// slots are read, whatever they hold.
    #[inline(always)]
    pub(crate) fn look<const L: usize>(&self, place: Place, sums: &mut Sums<L>) -> Option<u16> {
        let [a, b] = place.slots;
        let (a, b) = (self.slot::<L>(a)?, self.slot::<L>(b)?);
        let (in_a, in_b) = (holds(a[0], place.tag), holds(b[0], place.tag));
        for ((sums, a), b) in sums.as_chunks_mut::<4>().0.iter_mut().zip(&a[1..]).zip(&b[1..]) {
            let row = unpack(a & in_a | b & in_b);
            sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight);
        }
        let first = a[0] & in_a | b[0] & in_b;
        (first != 0).then_some((first & NOTES) as u16)
    }

    /// [`Table::look`] for a feature that was not fetched.
    #[inline(always)]
    pub(crate) fn find<const L: usize>(&self, hash: u64, sums: &mut Sums<L>) -> Option<u16> {
        self.look(self.place::<L>(hash), sums)
    }

    /// Adds sums in steps of this table to `total`.
    #[inline(always)]
    pub(crate) fn carry<const L: usize>(&self, sums: &Sums<L>, total: &mut Sums<L>) {
        total.iter_mut().zip(sums).for_each(|(total, sum)| *total += self.step * sum);
    }

    /// The weights of a feature, and its notes.
    pub(crate) fn row(&self, hash: u64) -> Option<(Vec<i32>, u16)> {
        let mut sums = [0; LabelSet::MOST];
        let notes = self.find(hash, &mut sums)?;
        Some((sums[..self.lanes].iter().map(|weight| weight * self.step).collect(), notes))
    }

    /// The notes of everything that is there.
    pub(crate) fn notes(&self) -> impl Iterator<Item = u16> {
        self.cells.chunks_exact(width(self.lanes)).map(|slot| (slot[0] & NOTES) as u16)
    }

    /// Whether the vector is whole slots and the step one that [`Table::build`] gives.
    pub(crate) fn is_sound(&self) -> bool {
        self.cells.len().is_multiple_of(width(self.lanes))
            && self.cells.len() != width(self.lanes)
            && (0..=1 << 9).contains(&self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::ngram::pair;

    #[test]
    fn what_was_put_in_is_found_and_nothing_else() {
        let hashes: Vec<u64> = (0..500).map(|i| pair(i, i * 7)).collect();
        let rows: Vec<[i16; 4]> = (0..500).map(|i| [i, -i, 1, 0]).collect();
        let entries: Vec<_> = hashes.iter().zip(&rows).map(|(&h, r)| (h, r[0] as u16, r.as_slice())).collect();
        let table = Table::build(4, &entries);
        assert!(table.is_sound());
        for (hash, row) in hashes.iter().zip(&rows) {
            let (mut few, mut many) = ([1; 4], [1; 64]);
            assert_eq!(table.look(table.fetch::<4>(*hash), &mut few), Some(row[0] as u16));
            assert_eq!(table.find(*hash, &mut many), Some(row[0] as u16));
            assert_eq!(many[..4], few);
            let given = few.map(|w| (w - 1) * table.step);
            assert!(
                given.iter().zip(row).all(|(a, b)| (a - i32::from(*b)).abs() <= table.step / 2),
                "{given:?} {row:?}"
            );
            assert_eq!(table.row(*hash).unwrap(), (given.to_vec(), row[0] as u16));
        }
        assert_eq!((0..500).filter(|&i| table.row(pair(i, i * 7 + 1)).is_some()).count(), 0);
        assert_eq!(Table::build(4, &[]).row(3), None);
    }
}
