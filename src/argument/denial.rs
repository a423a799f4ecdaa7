//! Whether one sentence flatly denies another: the same words but for a negation.
//!
//! Compared are the words without what negates, the `do` that a negation brings along, and small words that come and go
//! with it (`no risk`, `a risk`, `any risk`); endings of verbs do not count (`works`, `did not work`). Nor does what leads into
//! an answer (`With respect, Senator, …`, `I do not think that …`) or calls somebody at its end.

use super::markers::MARKERS;
use super::token;

/// Words that come and go with a negation, or join a sentence to the one before it.
const SILENT: [&str; 13] =
    ["do", "does", "did", "a", "an", "the", "any", "some", "and", "but", "yet", "however", "well"];
/// What may stand between a negation and what it only seems to negate.
const MERELY: [&str; 4] = ["only", "just", "merely", "simply"];
/// Words of a part of a sentence that says when, where or on what terms the rest holds: without it the rest says more.
const TERMS: [&str; 21] = [
    "after", "at", "before", "by", "during", "for", "from", "if", "in", "once", "only", "on", "provided", "since",
    "under", "unless", "until", "when", "where", "while", "without",
];
/// Words of a lead-in that only seems to be such a part: `in my view`.
const TALK: [&str; 7] = ["contrary", "fact", "opinion", "sorry", "truth", "view", "you"];
/// Verbs that deny what they hold: `I do not think that …`.
const HOLDING: [&str; 3] = ["agree", "believe", "think"];
/// Most words of all that leads into a sentence, and of what is called at its end.
const LEAD: usize = 8;
const CALL: usize = 2;

/// What a sentence says, to be compared with what denies it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    whole: Said,
    /// The same without lead-ins and calls.
    core: Said,
}

impl Content {
    pub(super) fn of(text: &str) -> Self {
        let (whole, core) = (Said::of(text), core(text));
        Self { whole, core: if core.len() < text.len() { Said::of(core) } else { whole } }
    }

    /// Whether anything in it negates.
    pub(super) fn negated(self) -> bool {
        self.whole.negated
    }

    /// Whether one says what the other denies, in the same words.
    pub(super) fn denies(self, other: Self) -> bool {
        [self.whole, self.core].into_iter().any(|one| one.denies(other.whole) || one.denies(other.core))
    }
}

/// A sentence without what leads into it and whom it calls at its end.
fn core(text: &str) -> &str {
    let longer = |part: &str, words: usize| part.split_whitespace().nth(words).is_some();
    let (mut rest, mut room) = (text, LEAD);
    if let Some((said, call)) = cuts(text).last()
        && aside(call, CALL).is_some_and(|words| longer(said, words))
    {
        rest = said;
    }
    while let Some((lead, tail)) = cuts(rest).next()
        && let Some(words) = aside(lead, room)
        && longer(tail, 1)
    {
        (rest, room) = (tail, room - words);
    }
    rest
}

/// What stands before and behind each mark that may set off a lead-in.
fn cuts(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let marks = text.match_indices([',', ':', ';', '–', '—']);
    let cut = |(at, mark): (usize, &str)| (&text[..at], &text[at + mark.len()..]);
    marks.map(cut).filter(|(_, tail)| !tail.starts_with(|c: char| c.is_ascii_digit()))
}

/// Number of words of a part of a sentence, at most `most`, that leaves what the rest says as it is.
fn aside(part: &str, most: usize) -> Option<usize> {
    let (mut words, mut terms, mut talk) = (0, false, false);
    token::each_word(part, |_, word| {
        let among = |list: &[&str]| list.iter().any(|w| word.eq_ignore_ascii_case(w));
        words += 1;
        terms |= among(&TERMS);
        talk |= among(&TALK);
    });
    (words <= most && (talk || !terms)).then_some(words)
}

/// The words of a sentence or a part of one, apart from whether it says so or denies it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Said {
    /// One hash of the words in their order; 0 where none is left.
    words: u64,
    /// Whether anything negates.
    negated: bool,
}

impl Said {
    fn of(text: &str) -> Self {
        let mut said = Self::default();
        let (mut word, mut is_first, mut not) = (String::new(), true, false);
        let (mut by_speaker, mut held) = (false, false);
        token::each_word(text, |_, letters| {
            word.clear();
            word.extend(letters.chars().flat_map(char::to_lowercase).map(|c| if c == '\u{2019}' { '\'' } else { c }));
            // Whether a `not` negates is told by the word behind it.
            if std::mem::take(&mut not) {
                if MERELY.contains(&word.as_str()) { said.say("not") } else { said.negated = true }
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
            said.negated |= denied;
            let that = std::mem::take(&mut held) && rest == "that";
            if rest.is_empty() || that || SILENT.contains(&rest) {
                return;
            }
            held = std::mem::replace(&mut by_speaker, said.words == 0 && matches!(rest, "i" | "we"))
                && HOLDING.contains(&rest);
            if held { said.words = 0 } else { said.say(rest) }
        });
        said.negated |= not;
        said
    }

    fn say(&mut self, word: &str) {
        self.words = (self.words.rotate_left(5) ^ token::key(bare(word))).wrapping_mul(0x0100_0000_01b3);
    }

    fn denies(self, other: Self) -> bool {
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
            ("We should leave.", "With respect, we should not leave."),
            ("We should not leave.", "No, Senator, frankly, we should leave."),
            ("As I said, we should leave.", "I am sorry, but we should not leave."),
            ("Senator, we should not leave.", "In my view we should, look — we should leave."),
            ("We should leave, Mr. Lund.", "Let me be clear: we should not leave."),
            ("The port gained 1,200 jobs.", "Sir, the port did not gain 1,200 jobs."),
            ("Steel is cheap, and the tariff works.", "The tariff does not work."),
            ("Sanctions work.", "I do not believe that sanctions work."),
            ("We think sanctions work.", "Sanctions never work, Minister."),
            ("They work.", "With respect, they do not work."),
            ("The levy works, doesn't it?", "The levy does not work, does it?"),
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
            ("In Peru, sanctions work.", "In Chile, sanctions do not work."),
            ("If we wait, prices fall.", "Prices do not fall."),
            ("Sanctions work, if enforced.", "Sanctions do not work."),
            ("Not surprisingly, sanctions work.", "Sanctions work."),
            ("The fee is 1,200.", "The fee is not 1."),
            ("I think.", "I do not think."),
            ("", "No."),
        ] {
            assert!(!denies(one, other), "{one} {other}");
        }
    }
}
