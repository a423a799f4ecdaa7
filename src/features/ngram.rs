//! Hashes of what stands together: pairs of words, letters inside a word, words under a target.

use super::token::{Token, finish, scan};

/// Longest word, in bytes, whose letters are looked at; the rest of a longer one is ignored.
const LONGEST: usize = 40;

/// The hash of `b` right after `a`.
#[must_use]
pub fn pair(a: u64, b: u64) -> u64 {
    (a.rotate_left(21) ^ b).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

/// The hash of a word in a sentence about `target`.
#[must_use]
pub fn crossed(target: u64, word: u64) -> u64 {
    pair(target, word ^ 0x5851_f42d_4c95_7f2d)
}

/// The hash of a target: its words, case and white space aside.
#[must_use]
pub fn target(name: &str) -> u64 {
    let mut hash = 1;
    scan(name, |token| {
        if let Token::Word(word) = token {
            hash = pair(hash, word.hash);
        }
    });
    hash
}

/// Calls `sink` with the hash of each run of 3 to 5 letters of `word`, its edges marked.
pub fn letters(word: &str, mut sink: impl FnMut(u64)) {
    let mut edged = [b'<'; LONGEST + 2];
    let mut len = 1;
    for &byte in word.as_bytes().iter().take(LONGEST) {
        edged[len] = byte.to_ascii_lowercase();
        len += 1;
    }
    edged[len] = b'>';
    let edged = &edged[..=len];
    for start in 0..edged.len().saturating_sub(2) {
        let mut hash = 0x2545_f491_4f6c_dd1d_u64;
        for (i, &byte) in edged[start..].iter().take(5).enumerate() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x9fb2_1c65_1e98_df25).rotate_left(27);
            if i >= 2 {
                sink(finish(hash));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn grams(word: &str) -> BTreeSet<u64> {
        let mut out = BTreeSet::new();
        letters(word, |h| assert!(out.insert(h)));
        out
    }

    #[test]
    fn inflections_share_letters_and_order_matters() {
        assert_eq!(grams("trust").len(), 5 + 4 + 3);
        let shared = grams("restrict").intersection(&grams("restriction")).count();
        assert!(shared >= 18, "{shared}");
        assert_eq!(grams("ban"), grams("BAN"));
        assert_ne!(pair(1, 2), pair(2, 1));
        assert_eq!(target("Joe  Biden"), target("joe biden"));
        letters(&"é".repeat(60), |_| ());
    }
}
