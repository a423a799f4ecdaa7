//! The words that decide what a full stop means, as data per language.
//!
//! The lists under `data/abbreviations` are compiled in and read once into one
//! open-addressing table. A word of up to 16 bytes is its own key, so a look-up
//! is one multiplication and, nearly always, one comparison of two integers.

use std::sync::LazyLock;

/// Every list that is compiled in, all in force together: a text does not say its language.
const LISTS: [&str; 4] = [
    include_str!("../../data/abbreviations/en.txt"),
    include_str!("../../data/abbreviations/de.txt"),
    include_str!("../../data/abbreviations/es.txt"),
    include_str!("../../data/abbreviations/fr.txt"),
];

/// The classes of the lists, as bits; their meaning is at the top of each list.
pub(super) mod class {
    pub(in crate::segment) const TITLE: u16 = 1;
    pub(in crate::segment) const NEVER: u16 = 2;
    pub(in crate::segment) const NUMBER: u16 = 4;
    pub(in crate::segment) const UNIT: u16 = 8;
    pub(in crate::segment) const EITHER: u16 = 16;
    pub(in crate::segment) const STARTER: u16 = 32;
    pub(in crate::segment) const NAME: u16 = 64;
    pub(in crate::segment) const STAGE: u16 = 128;
    pub(in crate::segment) const SMALL: u16 = 256;
    pub(in crate::segment) const CLOSING: u16 = 512;
    pub(in crate::segment) const HOUR: u16 = 1024;
    pub(in crate::segment) const ZONE: u16 = 2048;

    /// Any class that makes a word before a full stop an abbreviation.
    pub(in crate::segment) const ABBREVIATION: u16 = TITLE | NEVER | NUMBER | UNIT | EITHER | SMALL | HOUR;
}

/// The longest word the table holds, in bytes.
pub(super) const LONGEST: usize = 16;

/// Twice as many places as words at least, so that probes are short.
const BITS: u32 = 11;

#[derive(Clone, Copy, Default)]
struct Entry {
    /// The word in lower case as a number; 0 marks a free place.
    key: u128,
    /// Classes in any case.
    any: u16,
    /// Classes only where the text has a capital first.
    capital: u16,
}

/// All words of all lists.
pub(super) struct Words {
    places: Vec<Entry>,
    /// By first letter, a bit for each length that a word other than a starter has: most
    /// words of a text are ruled out here.
    lengths: [u32; 32],
}

impl Words {
    /// The compiled-in lists.
    pub(super) fn get() -> &'static Self {
        static WORDS: LazyLock<Words> = LazyLock::new(|| Words::read(&LISTS));
        &WORDS
    }

    fn read(lists: &[&str]) -> Self {
        let mut words = Self { places: vec![Entry::default(); 1 << BITS], lengths: [0; 32] };
        for line in lists.iter().flat_map(|list| list.lines()) {
            if let Some((name, list)) = line.split_once(": ").filter(|_| !line.starts_with('#')) {
                let bit = class_named(name);
                for word in list.split_whitespace() {
                    words.insert(word.as_bytes(), bit);
                }
            }
        }
        words
    }

    fn insert(&mut self, word: &[u8], bit: u16) {
        if bit != class::STARTER {
            self.lengths[usize::from(word[0] & 31)] |= 1 << word.len();
        }
        let key = key(word);
        let at = self.place(key);
        let entry = &mut self.places[at];
        entry.key = key;
        if word[0].is_ascii_uppercase() && bit != class::STARTER {
            entry.capital |= bit;
        } else {
            entry.any |= bit;
        }
    }

    /// The classes of `word`, 0 if it is in no list.
    pub(super) fn classes(&self, word: &[u8]) -> u16 {
        self.classes_at(word, 0, word.len())
    }

    /// The classes of the word of `length` bytes that ends at `end`, unless it is only a starter.
    #[inline]
    pub(super) fn classes_before(&self, bytes: &[u8], end: usize, length: usize) -> u16 {
        let from = end - length;
        if length == 0 || length > LONGEST || self.lengths[usize::from(bytes[from] & 31)] >> length & 1 == 0 {
            return 0;
        }
        self.classes_at(bytes, from, length)
    }

    /// The classes of the word of `length` bytes at `from`.
    #[inline]
    pub(super) fn classes_at(&self, bytes: &[u8], from: usize, length: usize) -> u16 {
        if length == 0 || length > LONGEST {
            return 0;
        }
        // Sixteen bytes at once where there are as many, less what is behind the word.
        let key = match bytes[from..].first_chunk::<LONGEST>() {
            Some(chunk) => fold(u128::from_le_bytes(*chunk) & (u128::MAX >> (8 * (LONGEST - length)))),
            None => key(&bytes[from..from + length]),
        };
        let entry = &self.places[self.place(key)];
        if bytes[from].is_ascii_lowercase() { entry.any } else { entry.any | entry.capital }
    }

    /// Where `key` is, or would be put.
    #[inline]
    fn place(&self, key: u128) -> usize {
        let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(29);
        let mut at = (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BITS)) as usize;
        while self.places[at].key != key && self.places[at].key != 0 {
            at = (at + 1) & (self.places.len() - 1);
        }
        at
    }
}

/// The word as a number, its letters in lower case.
fn key(word: &[u8]) -> u128 {
    let mut bytes = [0; LONGEST];
    bytes[..word.len()].copy_from_slice(word);
    fold(u128::from_le_bytes(bytes))
}

/// Sets the bit that tells small letters from capitals; the other characters of the lists have it.
fn fold(key: u128) -> u128 {
    key | u128::from_le_bytes([0x20; LONGEST])
}

fn class_named(name: &str) -> u16 {
    match name {
        "title" => class::TITLE,
        "never" => class::NEVER,
        "number" => class::NUMBER,
        "unit" => class::UNIT,
        "either" => class::EITHER,
        "starter" => class::STARTER,
        "name" => class::NAME,
        "stage" => class::STAGE,
        "small" => class::SMALL,
        "closing" => class::CLOSING,
        "hour" => class::HOUR,
        "zone" => class::ZONE,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_lists_is_read() {
        for list in LISTS {
            let body: Vec<&str> = list.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
            assert!(list.starts_with("# ") && !body.is_empty());
            for line in body {
                let (name, words) = line.split_once(": ").expect(line);
                assert!(class_named(name) != 0, "no such class: {line}");
                assert!(words.split_whitespace().all(|w| w.len() <= LONGEST && !w.ends_with('.')), "{line}");
            }
        }
    }

    #[test]
    fn the_table_stays_half_empty() {
        let words = Words::get();
        assert!(words.places.iter().filter(|e| e.key != 0).count() * 2 < words.places.len());
    }

    #[test]
    fn capitals_matter_where_the_list_has_them() {
        let words = Words::get();
        assert_eq!(words.classes(b"Mr") & class::ABBREVIATION, class::TITLE);
        assert_eq!(words.classes(b"MR") & class::ABBREVIATION, class::TITLE);
        assert_eq!(words.classes(b"e.g") & class::ABBREVIATION, class::NEVER);
        assert_eq!(words.classes(b"wall") & class::ABBREVIATION, 0);
        assert_ne!(words.classes(b"Wall") & class::NUMBER, 0);
        assert_eq!(words.classes(b"standpoint"), 0);
        assert_eq!(words.classes(b""), 0);
    }
}
