//! Whether one sentence flatly denies another: the same words but for a negation.
//!
//! Compared are the words without what negates, the `do` that a negation brings along, and small words that come and go
//! with it (`no risk`, `a risk`, `any risk`); endings of verbs do not count (`works`, `did not work`).

use super::markers::MARKERS;
use super::token;

/// Words that come and go with a negation, or join a sentence to the one before it.
const SILENT: [&str; 13] =
    ["do", "does", "did", "a", "an", "the", "any", "some", "and", "but", "yet", "however", "well"];
/// What may stand between a negation and what it only seems to negate.
const MERELY: [&str; 4] = ["only", "just", "merely", "simply"];

/// What a sentence says, apart from whether it says so or denies it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    /// One hash of its words in their order; 0 where none is left.
    words: u64,
    /// Whether anything in it negates.
    pub(super) negated: bool,
}

impl Content {
    pub(super) fn of(text: &str) -> Self {
        let mut content = Self::default();
        let (mut word, mut is_first, mut not) = (String::new(), true, false);
        token::each_word(text, |_, letters| {
            word.clear();
            word.extend(letters.chars().flat_map(char::to_lowercase).map(|c| if c == '\u{2019}' { '\'' } else { c }));
            // Whether a `not` negates is told by the word behind it.
            if std::mem::take(&mut not) {
                if MERELY.contains(&word.as_str()) { content.say("not") } else { content.negated = true }
            }
            let first = std::mem::take(&mut is_first);
            let (rest, denied) = match word.as_str() {
                "can't" | "cannot" => ("can", true),
                "won't" => ("will", true),
                "shan't" => ("shall", true),
                "ain't" => ("is", true),
                // An answer to what was said before, no part of the sentence.
                "no" if first && text.trim_start().get(2..).is_some_and(|t| t.starts_with(',')) => return,
                "not" => {
                    not = true;
                    return;
                }
                word => match word.strip_suffix("n't") {
                    Some(rest) => (rest, true),
                    None if MARKERS.is_negation(token::key(word)) => ("", true),
                    None => (word, false),
                },
            };
            content.negated |= denied;
            if !rest.is_empty() && !SILENT.contains(&rest) {
                content.say(rest);
            }
        });
        content.negated |= not;
        content
    }

    fn say(&mut self, word: &str) {
        self.words = (self.words.rotate_left(5) ^ token::key(bare(word))).wrapping_mul(0x0100_0000_01b3);
    }

    /// Whether one says what the other denies, in the same words.
    pub(super) fn denies(self, other: Self) -> bool {
        self.negated != other.negated && self.words != 0 && self.words == other.words
    }
}

/// A word without the endings that a verb loses after `do`.
fn bare(word: &str) -> &str {
    if matches!(word, "has" | "had") {
        return "hav";
    }
    if word.len() < 4 {
        return word;
    }
    let stem = ["ed", "s"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
    stem.trim_end_matches('e')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denies(a: &str, b: &str) -> bool {
        let (a, b) = (Content::of(a), Content::of(b));
        assert_eq!(a.denies(b), b.denies(a));
        a.denies(b)
    }

    #[test]
    fn the_same_words_with_and_without_a_negation_deny_one_another() {
        for (said, denied) in [
            ("Sanctions work.", "Sanctions do not work."),
            ("Sanctions work.", "But sanctions never work!"),
            ("The tariff helps steel.", "The tariff doesn’t help steel."),
            ("The tariff improved trade.", "No, the tariff did not improve trade."),
            ("We can wait.", "We cannot wait."),
            ("They will pay.", "They won't pay."),
            ("There is a risk.", "There is no risk."),
            ("The harbour has a plan.", "The harbour does not have a plan."),
            ("We should leave.", "We shouldn't leave."),
        ] {
            assert!(denies(said, denied), "{said} {denied}");
        }
    }

    #[test]
    fn other_words_or_the_same_polarity_do_not() {
        for (one, other) in [
            ("Sanctions work.", "Sanctions work."),
            ("Sanctions do not work.", "Sanctions never work."),
            ("Sanctions work.", "Tariffs do not work."),
            ("Sanctions work.", "If sanctions do not work, we lose."),
            ("Tariffs help steel.", "Tariffs not only help steel."),
            ("No, sanctions work.", "Sanctions work."),
            ("We help.", "They do not help."),
            ("Chile helps Peru.", "Peru does not help Chile."),
            ("No.", "Not so."),
            ("", "No."),
        ] {
            assert!(!denies(one, other), "{one} {other}");
        }
    }
}
