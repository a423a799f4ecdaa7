//! Discourse markers: closed lists of words and phrases that show what a sentence does.
//!
//! The lists are `data/lexicon/argument.tsv`, one class and one phrase per line.

use std::sync::LazyLock;

use super::token::{self, Token};

/// A phrase of the lexicon found in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Index into [`Markers::classes`].
    pub(super) class: u8,
    /// Index into [`Markers::phrases`].
    pub(super) phrase: u16,
    /// Whether it opens the sentence (begins within its first two words).
    pub(super) initial: bool,
}

/// Phrases by class, ready to be found.
#[derive(Debug)]
pub(super) struct Markers {
    /// Names of the classes, in the order of the file.
    pub(super) classes: Vec<String>,
    /// Class and letters of each phrase.
    pub(super) phrases: Vec<(u8, String)>,
    /// Keys of each phrase with its index, sorted.
    keys: Vec<(Vec<u64>, u16)>,
    /// One-word phrases that are no topic words, sorted.
    function_words: Vec<u64>,
    /// One-word phrases that negate, sorted.
    negations: Vec<u64>,
    /// A filter for first words: bit `key % 4096` is set if a phrase may begin with the key.
    first: Box<[u64; 64]>,
}

/// Classes whose words still say what a sentence is about.
const TOPICAL: [&str; 5] = ["evidence", "positive", "negative", "reporting", "past"];

/// The shipped lists.
pub(super) static MARKERS: LazyLock<Markers> =
    LazyLock::new(|| Markers::parse(include_str!("../../data/lexicon/argument.tsv")));

impl Markers {
    /// Reads `class<TAB>phrase` lines; lines that begin with `#` are comments.
    fn parse(text: &str) -> Self {
        let mut classes: Vec<String> = Vec::new();
        let mut phrases = Vec::new();
        let mut keys = Vec::new();
        let mut first = Box::new([0_u64; 64]);
        for (class, phrase) in text.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t')) {
            let class = classes.iter().position(|c| c == class).unwrap_or_else(|| {
                classes.push(class.to_owned());
                classes.len() - 1
            });
            let words: Vec<u64> = phrase.split(' ').map(token::key).collect();
            first[(words[0] as usize >> 6) & 63] |= 1 << (words[0] & 63);
            keys.push((words, phrases.len() as u16));
            phrases.push((class as u8, phrase.to_owned()));
        }
        keys.sort_unstable();
        let topical = |class: u8| TOPICAL.contains(&classes[usize::from(class)].as_str());
        let single = |(words, phrase): &(Vec<u64>, u16)| match words[..] {
            [word] if !topical(phrases[usize::from(*phrase)].0) => Some(word),
            _ => None,
        };
        let mut function_words: Vec<u64> = keys.iter().filter_map(single).collect();
        function_words.dedup();
        let negates = |(words, phrase): &(Vec<u64>, u16)| match words[..] {
            [word] if classes[usize::from(phrases[usize::from(*phrase)].0)] == "negation" => Some(word),
            _ => None,
        };
        let negations = keys.iter().filter_map(negates).collect();
        Self { classes, phrases, keys, function_words, negations, first }
    }

    /// The index of a class that the code itself names.
    ///
    /// # Panics
    /// Where the lexicon has no such class; a test names them all.
    pub(super) fn class(&self, name: &str) -> u8 {
        self.classes.iter().position(|c| c == name).expect("class of the argument lexicon") as u8
    }

    /// Whether a word is a marker by itself and says nothing of the topic.
    pub(super) fn is_function_word(&self, key: u64) -> bool {
        self.function_words.binary_search(&key).is_ok()
    }

    /// Whether a word negates by itself.
    pub(super) fn is_negation(&self, key: u64) -> bool {
        self.negations.binary_search(&key).is_ok()
    }

    /// All phrases in `tokens`, in order of their first word; overlaps are kept.
    pub(super) fn find(&self, tokens: &[Token], out: &mut Vec<Mark>) {
        out.clear();
        for (at, token) in tokens.iter().enumerate() {
            if self.first[(token.key as usize >> 6) & 63] & (1 << (token.key & 63)) == 0 {
                continue;
            }
            let from = self.keys.partition_point(|(words, _)| words[0] < token.key);
            for (words, phrase) in self.keys[from..].iter().take_while(|(words, _)| words[0] == token.key) {
                let rest = &tokens[at..];
                if rest.len() >= words.len() && words.iter().zip(rest).all(|(w, t)| *w == t.key) {
                    out.push(Mark { class: self.phrases[usize::from(*phrase)].0, phrase: *phrase, initial: at < 2 });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&'static str, &'static str, bool)> {
        let (mut tokens, mut marks) = (Vec::new(), Vec::new());
        token::tokenize(text, &mut tokens);
        MARKERS.find(&tokens, &mut marks);
        let name = |m: &Mark| {
            let (class, phrase) = &MARKERS.phrases[usize::from(m.phrase)];
            (MARKERS.classes[usize::from(*class)].as_str(), phrase.as_str(), m.initial)
        };
        marks.iter().map(name).collect()
    }

    #[test]
    fn phrases_are_found_whole_and_with_their_place() {
        let marks = found("But of course the toll is not the answer, for example");
        assert!(marks.contains(&("contrast", "but", true)));
        assert!(marks.contains(&("concession", "of course", true)));
        assert!(marks.contains(&("negation", "not", false)));
        assert!(marks.contains(&("example", "for example", false)));
        assert!(found("Butter coursed").is_empty());
    }

    #[test]
    fn the_lexicon_is_well_formed() {
        let mut seen: Vec<&(u8, String)> = MARKERS.phrases.iter().collect();
        seen.sort_unstable();
        assert!(seen.windows(2).all(|w| w[0] != w[1]), "a phrase stands twice in a class");
        assert!(MARKERS.phrases.iter().all(|(_, p)| !p.is_empty() && p.split(' ').all(|w| !w.is_empty())));
        assert!(u8::try_from(MARKERS.classes.len()).is_ok());
    }
}
