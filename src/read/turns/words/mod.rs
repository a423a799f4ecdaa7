//! What the words of a label say: whether they are a name, whose, and how it is written.
//!
//! The lists of words are in [`lists`]. Here they are asked about one word; [`name`] asks what kind of name a whole text
//! is, [`spelling`] how it is set.

mod lists;
mod name;
mod spelling;

use std::sync::LazyLock;

use lists::{ABBREVIATIONS, ASKERS, CLAUSES, HEADINGS, PARTICLES, PLAIN_TITLES, ROLES, TITLES};

pub(super) use name::{NameKind, after_spanish_address, is_asker, is_description, is_french_office, is_heading, name};
pub(in crate::read) use name::{is_part, without_affiliation};
pub(super) use spelling::{begins_small, has_capital_word, is_capitals, is_machine, may_follow, stop_in_name};

/// Classes of a word, one bit each.
pub(super) type Classes = u8;

pub(super) const TITLE: Classes = 1;
pub(super) const PLAIN_TITLE: Classes = 1 << 1;
pub(super) const ABBREVIATION: Classes = 1 << 2;
pub(super) const ROLE: Classes = 1 << 3;
pub(super) const ASKER: Classes = 1 << 4;
pub(super) const PARTICLE: Classes = 1 << 5;
pub(super) const CLAUSE: Classes = 1 << 6;
pub(super) const HEADING: Classes = 1 << 7;

/// Longest word of any class, in bytes.
const LONGEST: usize = 20;

/// All words with their classes, sorted.
static WORDS: LazyLock<Vec<(&'static str, Classes)>> = LazyLock::new(|| {
    let lists = [
        (TITLES, TITLE),
        (PLAIN_TITLES, PLAIN_TITLE),
        (ABBREVIATIONS, ABBREVIATION),
        (ROLES, ROLE),
        (ASKERS, ASKER),
        (PARTICLES, PARTICLE),
        (CLAUSES, CLAUSE),
        (HEADINGS, HEADING),
    ];
    let mut all: Vec<_> = lists.into_iter().flat_map(|(list, class)| list.iter().map(move |w| (*w, class))).collect();
    all.sort_unstable();
    all.dedup_by(|later, kept| {
        let is_same = later.0 == kept.0;
        kept.1 |= if is_same { later.1 } else { 0 };
        is_same
    });
    all
});

/// Where the words that begin with each byte start, and end.
static BEGINS: LazyLock<[usize; 257]> =
    LazyLock::new(|| std::array::from_fn(|b| WORDS.partition_point(|(w, _)| usize::from(w.as_bytes()[0]) < b)));

/// Whether a word, whatever its case and the punctuation around it, is of one of `classes`.
pub(super) fn is(word: &str, classes: Classes) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let mut lower = [0; LONGEST];
    let Some(lower) = lower.get_mut(..word.len()) else { return false };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    // `Ä` to `Þ` stand 32 before their small forms, all behind the byte C3.
    for at in 1..lower.len() {
        if lower[at - 1] == 0xC3 && matches!(lower[at], 0x80..=0x9E) {
            lower[at] += 32;
        }
    }
    let Some(first) = lower.first().map(|b| usize::from(*b)) else { return false };
    let like = &WORDS[BEGINS[first]..BEGINS[first + 1]];
    like.iter().any(|(known, of)| of & classes != 0 && known.as_bytes() == lower)
}

/// Whether a word, whatever its case and the punctuation around it, is in a list.
pub(super) fn is_in(word: &str, list: &[&str]) -> bool {
    let word = bare(word);
    // Every list is short ASCII or caseless: compare without an allocation.
    list.iter().any(|w| w.eq_ignore_ascii_case(word))
}

/// Whether `text` says "I", "we" or "you": somebody speaks and is not written about.
pub(super) fn is_personal(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric())
        .any(|w| matches!(w, "I" | "me" | "my" | "we" | "We" | "our" | "you" | "You"))
}

/// A word without the punctuation around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Whether a word is a title.
pub(in crate::read) fn is_title(word: &str) -> bool {
    is(word, TITLE)
}

/// Whether a word is a title that goes with any office: `Mr.`, `Ms.`, `Dr.`
pub(in crate::read) fn is_plain_title(word: &str) -> bool {
    is(word, PLAIN_TITLE)
}

/// Whether a word may stand in lower case inside a name.
pub(in crate::read) fn is_particle(word: &str) -> bool {
    is(word, PARTICLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_classes() {
        assert!(is("Mr.", TITLE) && is("Mr.", PLAIN_TITLE) && is("MR", ABBREVIATION));
        assert!(is("PRÄSIDENTIN", TITLE) && is("SEÑORA", TITLE));
        assert!(is("President", ROLE) && is("President", TITLE) && !is("President", CLAUSE));
        assert!(!is("Ruiz", u8::MAX) && !is("", u8::MAX) && !is(&"x".repeat(99), u8::MAX));
        assert!(WORDS.iter().all(|(w, _)| w.len() <= LONGEST));
    }
}
