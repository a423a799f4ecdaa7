//! Rows of small integers by hash: the only thing the scorer looks at.
//!
//! Open addressing over a power of two of slots; a slot holds 32 bits of the hash, two bytes of
//! notes, and one 16-bit weight per lane. Sums of integers do not depend on the order of the
//! terms, so the score of a sentence is the same on every machine and with any number of threads.

/// A hash table from features to rows of weights. The default has no slot in use.
///
/// A slot is one word of tag and half a word per lane, side by side, so that a look-up waits for memory once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// Weights per row, an even number.
    pub(crate) lanes: usize,
    /// All slots: low bits of the hash (0 is empty), then two weights per word. The number of slots is a
    /// power of two, or 0.
    pub(crate) cells: Vec<u32>,
    /// What else is known of the feature in each slot.
    pub(crate) notes: Vec<u16>,
}

fn tag(hash: u64) -> u32 {
    (hash as u32).max(1)
}

impl Table {
    /// A table of `entries`: hash, notes and a row of `lanes` weights each. The same entries in the
    /// same order give the same table.
    pub(crate) fn build(lanes: usize, entries: &[(u64, u16, &[i16])]) -> Self {
        if entries.is_empty() {
            return Self { lanes, ..Self::default() };
        }
        let slots = (entries.len() * 2).next_power_of_two().max(16);
        let mut table = Self { lanes, cells: vec![0; slots * (1 + lanes / 2)], notes: vec![0; slots] };
        for &(hash, notes, row) in entries {
            let mut slot = (hash >> 32) as usize & (slots - 1);
            while table.cells[slot * table.stride()] != 0 {
                slot = (slot + 1) & (slots - 1);
            }
            let at = slot * table.stride();
            table.notes[slot] = notes;
            table.cells[at] = tag(hash);
            for (cell, pair) in table.cells[at + 1..].iter_mut().zip(row.chunks_exact(2)) {
                *cell = u32::from(pair[0] as u16) | u32::from(pair[1] as u16) << 16;
            }
        }
        table
    }

    fn stride(&self) -> usize {
        1 + self.lanes / 2
    }

    /// Whether there is no feature.
    pub(crate) fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// The slot of a feature.
    #[inline]
    pub(crate) fn find(&self, hash: u64) -> Option<usize> {
        if self.notes.is_empty() {
            return None;
        }
        let (mask, wanted) = (self.notes.len() - 1, tag(hash));
        let mut slot = (hash >> 32) as usize & mask;
        loop {
            let found = self.cells[slot * self.stride()];
            if found == wanted {
                return Some(slot);
            }
            if found == 0 {
                return None;
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Adds the weights in a slot to `sum`; `L` is the number of lanes where it is known when compiling, else 0.
    #[inline]
    pub(crate) fn add<const L: usize>(&self, slot: usize, sum: &mut [i32]) {
        let lanes = if L == 0 { self.lanes } else { L };
        let at = slot * (1 + lanes / 2) + 1;
        let cells = &self.cells[at..at + lanes / 2];
        for (sum, cell) in sum[..lanes].chunks_exact_mut(2).zip(cells) {
            sum[0] += i32::from(*cell as i16);
            sum[1] += i32::from((*cell >> 16) as i16);
        }
    }

    /// [`Table::add`] of a feature, if it is there.
    #[inline]
    pub(crate) fn add_found<const L: usize>(&self, hash: u64, sum: &mut [i32]) {
        if let Some(slot) = self.find(hash) {
            self.add::<L>(slot, sum);
        }
    }

    /// Whether the vectors fit one another and a search always ends.
    pub(crate) fn is_sound(&self) -> bool {
        let slots = self.notes.len();
        self.cells.len() == slots * self.stride()
            && (slots == 0 || (slots.is_power_of_two() && self.cells.chunks_exact(self.stride()).any(|c| c[0] == 0)))
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
            let slot = table.find(*hash).unwrap();
            let mut sum = [1; 4];
            table.add::<4>(slot, &mut sum);
            table.add::<0>(slot, &mut sum);
            assert_eq!(sum, row.map(|w| 1 + 2 * i32::from(w)));
            assert_eq!(table.notes[slot], row[0] as u16);
        }
        assert_eq!((0..500).filter(|&i| table.find(pair(i, i * 7 + 1)).is_some()).count(), 0);
        assert_eq!(Table::build(4, &[]).find(3), None);
    }
}
