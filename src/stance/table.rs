//! Rows of small integers by hash: the only thing the scorer looks at.
//!
//! Cuckoo hashing (Pagh and Rodler 2004, doi:10.1016/j.jalgor.2003.12.002): a feature lies in one of two slots, so a
//! look-up reads two places at once and need not branch on what it finds there. A slot holds 32 bits of the hash, two
//! bytes of notes, and one 16-bit weight per lane. Sums of integers do not depend on the order of the terms, so the
//! score of a sentence is the same on every machine and with any number of threads.

use std::hint::select_unpredictable;

/// A hash table from features to rows of weights. The default has no slot in use.
///
/// A slot's tag and weights lie side by side, so that a look-up waits for memory once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// Weights per row, an even number.
    pub(crate) lanes: usize,
    /// All slots: low bits of the hash in two halves (0 is empty), then the weights. There is not just one slot.
    pub(crate) cells: Vec<i16>,
    /// What else is known of the feature in each slot.
    pub(crate) notes: Vec<u16>,
}

/// What a slot says of the feature in it; 0 is nobody's.
fn tag(hash: u64) -> u32 {
    (hash as u32).max(1)
}

/// The two slots of `count`, always different ones, that a feature may lie in.
#[inline(always)]
fn slots(hash: u64, count: usize) -> [usize; 2] {
    // The high word of a product spreads 32 bits over any number of slots (Lemire 2019, doi:10.1145/3230636).
    let below = |bits: u32, n: usize| ((u64::from(bits) * n as u64) >> 32) as usize;
    let first = below((hash >> 32) as u32, count);
    let second = below((hash as u32).wrapping_mul(0x9e37_79b1), count - 1);
    [first, second + usize::from(second >= first)]
}

/// An empty slot while a table is built.
const NOBODY: u32 = u32::MAX;
/// Moves after which a table counts as too full.
const MOVES: usize = 500;

/// The entry of each of `count` slots, if all find one.
fn settle(entries: &[(u64, u16, &[i16])], count: usize) -> Option<Vec<u32>> {
    let mut places = vec![NOBODY; count];
    for new in 0..entries.len() as u32 {
        let mut homeless = new;
        let mut slot = slots(entries[new as usize].0, count)[0];
        let mut moves = 0;
        loop {
            std::mem::swap(&mut places[slot], &mut homeless);
            if homeless == NOBODY {
                break;
            }
            moves += 1;
            if moves == MOVES {
                return None;
            }
            let [a, b] = slots(entries[homeless as usize].0, count);
            slot = if slot == a { b } else { a };
        }
    }
    Some(places)
}

/// Sums of one sentence, a lane per label. `L` is the number of lanes where that is at most 8, so that the sums
/// stay in registers, and else an upper bound of it.
pub(crate) type Sums<const L: usize> = [i32; L];

/// Adds a row of weights where `mask` is all ones, and nothing where it is 0.
#[inline(always)]
fn add_masked<const L: usize>(row: &[i16], mask: i16, sums: &mut Sums<L>) {
    if let Ok(row) = <&[i16; L]>::try_from(row) {
        (0..L).for_each(|l| sums[l] += i32::from(row[l] & mask));
    } else {
        sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += i32::from(weight & mask));
    }
}

/// The tag in a slot.
#[inline(always)]
fn tag_in(cell: &[i16]) -> u32 {
    u32::from(cell[0] as u16) | u32::from(cell[1] as u16) << 16
}

impl Table {
    /// A table of `entries`: hash, notes and a row of `lanes` weights each. The same entries in the
    /// same order give the same table.
    pub(crate) fn build(lanes: usize, entries: &[(u64, u16, &[i16])]) -> Self {
        let mut count = if entries.is_empty() { 0 } else { (entries.len() * 9 / 4).max(16) };
        let places = loop {
            if let Some(places) = settle(entries, count) {
                break places;
            }
            count += count / 4;
        };
        let mut table = Self { lanes, cells: vec![0; count * (2 + lanes)], notes: vec![0; count] };
        for (slot, entry) in places.into_iter().enumerate().filter(|(_, entry)| *entry != NOBODY) {
            let (hash, notes, row) = entries[entry as usize];
            table.notes[slot] = notes;
            let cell = &mut table.cells[slot * (2 + lanes)..][..2 + row.len()];
            (cell[0], cell[1]) = (tag(hash) as i16, (tag(hash) >> 16) as i16);
            cell[2..].copy_from_slice(row);
        }
        table
    }

    /// Whether there is no feature.
    pub(crate) fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// The slot of a feature. `L` is the number of lanes as for [`Sums`].
    #[inline(always)]
    pub(crate) fn find<const L: usize>(&self, hash: u64) -> Option<usize> {
        if self.notes.is_empty() {
            return None;
        }
        let [a, b] = slots(hash, self.notes.len());
        let [in_a, in_b] = [a, b].map(|slot| tag_in(self.cell::<L>(slot)) == tag(hash));
        (in_a | in_b).then_some(select_unpredictable(in_b, b, a))
    }

    #[inline(always)]
    fn cell<const L: usize>(&self, slot: usize) -> &[i16] {
        let width = 2 + if L <= 8 { L } else { self.lanes };
        &self.cells[slot * width..][..width]
    }

    /// Adds the weights in a slot.
    #[inline(always)]
    pub(crate) fn add<const L: usize>(&self, slot: usize, sums: &mut Sums<L>) {
        add_masked(&self.cell::<L>(slot)[2..], -1, sums);
    }

    /// [`Table::add`] of a feature, if it is there. Both of its slots are read, whatever they hold.
    #[inline(always)]
    pub(crate) fn add_found<const L: usize>(&self, hash: u64, sums: &mut Sums<L>) {
        if self.notes.is_empty() {
            return;
        }
        for slot in slots(hash, self.notes.len()) {
            let cell = self.cell::<L>(slot);
            // All ones where the tags are the same, by arithmetic: a branch here would wait for memory each time.
            let mask = (u64::from(tag_in(cell) ^ tag(hash)).wrapping_sub(1) >> 32) as i16;
            add_masked(&cell[2..], mask, sums);
        }
    }

    /// The weights in a slot.
    pub(crate) fn row(&self, slot: usize) -> Vec<i32> {
        let width = 2 + self.lanes;
        self.cells[slot * width..][2..width].iter().map(|weight| i32::from(*weight)).collect()
    }

    /// Whether the vectors fit one another.
    pub(crate) fn is_sound(&self) -> bool {
        let slots = self.notes.len();
        self.cells.len() == slots * (2 + self.lanes) && slots != 1
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
            let slot = table.find::<4>(*hash).unwrap();
            assert_eq!(table.find::<64>(*hash), Some(slot));
            let (mut few, mut many) = ([1; 4], [1; 64]);
            table.add::<4>(slot, &mut few);
            table.add_found::<4>(*hash, &mut few);
            table.add::<64>(slot, &mut many);
            table.add_found::<64>(*hash, &mut many);
            assert_eq!(few, row.map(|w| 1 + 2 * i32::from(w)));
            assert_eq!(many[..4], few);
            assert_eq!(table.row(slot), row.map(i32::from));
            assert_eq!(table.notes[slot], row[0] as u16);
        }
        assert_eq!((0..500).filter(|&i| table.find::<4>(pair(i, i * 7 + 1)).is_some()).count(), 0);
        assert_eq!(Table::build(4, &[]).find::<4>(3), None);
    }
}
