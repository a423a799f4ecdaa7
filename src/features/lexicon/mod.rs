//! Word classes: what lets a small corpus speak about words that it never saw.
//!
//! `data/lexicon` holds one TSV per class (`class⇥entry`, `#` lines are comments); an entry is a word or
//! a phrase of up to [`LONGEST`] words. Matching is longest first, left to right, without overlap; an
//! entry belongs to one class. What a sentence gives is a run of [`Hit`]s: a class, whether it stands
//! under a negation (within [`SCOPE`] words after one, in the same clause), and the hit before it
//! in the clause, which makes patterns such as *actor – threat* or *restriction – cost*.

mod shipped;

use std::collections::BTreeMap;

use super::ngram::pair;
use super::token::{Token, scan};
use crate::error::{Error, Kind, Result};
use shipped::SHIPPED;

/// Most words in an entry.
pub const LONGEST: usize = 6;
/// How many words a negation reaches.
pub const SCOPE: u32 = 5;
/// Name of the class whose hits negate what follows.
pub const NEGATION: &str = "negation";

/// What a run of two words and more means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Class of the run as a whole plus 1; 0 if it only begins longer entries.
    pub class: u8,
    /// Whether a longer entry begins with this run.
    pub continues: bool,
}

/// A word of a sentence as the matcher wants it, or (the default) the end of a clause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Hash of the word; 0 at the end of a clause.
    pub hash: u64,
    /// Class of the word plus 1; 0 if it has none.
    pub class: u8,
    /// What the word before and this one are together.
    pub run: Run,
}

/// Word classes, ready to match: runs of words by hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lexicon {
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Single words and their class plus 1.
    pub words: BTreeMap<u64, u8>,
    /// Runs of two words, by the hash that the pair has as a feature.
    pub pairs: BTreeMap<u64, Run>,
    /// Longer runs; the hash of a run is `pair(hash of all but the last, last)`.
    pub longer: BTreeMap<u64, Run>,
}

/// A class found in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Class, plus the number of classes where it is negated.
    pub class: u16,
    /// The hit before it in the same clause.
    pub before: Option<u16>,
    /// Number of words up to and including its first, counted from the start of the sentence.
    pub word: u32,
    /// Words it covers.
    pub words: u32,
}

impl Lexicon {
    /// The word classes of `data/lexicon`.
    ///
    /// # Errors
    /// Never for the embedded files: a test reads them.
    pub fn shipped() -> Result<Self> {
        Self::read(SHIPPED.iter().map(|&(class, text)| (class, text)))
    }

    /// Word classes from the texts of TSV files, each with its name for errors.
    ///
    /// # Errors
    /// A line without a tab, an entry without a word or with too many, or one listed twice.
    pub fn read<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let mut lexicon =
            Self { classes: Vec::new(), words: BTreeMap::new(), pairs: BTreeMap::new(), longer: BTreeMap::new() };
        for (name, text) in files {
            for (i, line) in text.lines().enumerate() {
                if line.starts_with('#') || line.trim().is_empty() {
                    continue;
                }
                lexicon.add(line).map_err(|m| Error::new(Kind::Format, m).at_path(name).at_line(i as u64 + 1))?;
            }
        }
        Ok(lexicon)
    }

    fn add(&mut self, line: &str) -> std::result::Result<(), String> {
        let (class, entry) = line.split_once('\t').ok_or("a line is a class, a tab and an entry")?;
        let id = self.classes.iter().position(|c| c == class).unwrap_or_else(|| {
            self.classes.push(class.to_owned());
            self.classes.len() - 1
        });
        let class = u8::try_from(id + 1).map_err(|_| "more than 255 classes")?;
        let mut words = Vec::new();
        scan(entry, |token| {
            if let Token::Word(word) = token {
                words.push(word.hash);
            }
        });
        if words.is_empty() || words.len() > LONGEST {
            return Err(format!("\"{entry}\" has {} words; 1 to {LONGEST} are possible", words.len()));
        }
        let twice = || format!("\"{entry}\" is listed twice");
        if let [word] = words[..] {
            return self.words.insert(word, class).map_or(Ok(()), |_| Err(twice()));
        }
        let mut run = words[0];
        for (i, &word) in words.iter().enumerate().skip(1) {
            run = pair(run, word);
            let found = if i == 1 { &mut self.pairs } else { &mut self.longer }.entry(run).or_default();
            if i + 1 < words.len() {
                found.continues = true;
            } else if found.class != 0 {
                return Err(twice());
            } else {
                found.class = class;
            }
        }
        Ok(())
    }

    /// A word of a sentence, and what it is with the word `before`, of which 0 is none.
    #[must_use]
    pub fn item(&self, before: u64, hash: u64) -> Item {
        let class = self.words.get(&hash).copied().unwrap_or_default();
        Item { hash, class, run: self.pairs.get(&pair(before, hash)).copied().unwrap_or_default() }
    }

    /// The class that negates, plus 1; 0 if there is none.
    #[must_use]
    pub fn negation(&self) -> u8 {
        self.classes.iter().position(|c| c == NEGATION).map_or(0, |i| i as u8 + 1)
    }
}

/// Finds the classes of a sentence from its words; `longer` looks up a run of three words or more.
#[inline]
pub fn hits(
    items: &[Item],
    classes: usize,
    negation: u8,
    longer: impl Fn(u64) -> Option<Run>,
    mut sink: impl FnMut(Hit),
) {
    let (mut at, mut count) = (0, 0);
    let (mut negated_until, mut before) = (0, None);
    while let Some(&Item { hash, mut class, .. }) = items.get(at) {
        at += 1;
        if hash == 0 {
            (before, negated_until) = (None, 0);
            continue;
        }
        count += 1;
        let (word, mut length) = (count, 1);
        if let Some(second) = items.get(at).filter(|next| next.hash != 0 && next.run != Run::default()) {
            let (mut run, mut prefix) = (second.run, hash);
            for (i, next) in items[at..].iter().take(LONGEST - 1).enumerate() {
                if next.hash == 0 {
                    break;
                }
                prefix = pair(prefix, next.hash);
                if i > 0 {
                    let Some(found) = longer(prefix) else { break };
                    run = found;
                }
                if run.class != 0 {
                    (class, length) = (run.class, i + 2);
                }
                if !run.continues {
                    break;
                }
            }
        }
        if class != 0 {
            let negated = word <= negated_until && class != negation;
            let id = u16::from(class - 1) + if negated { classes as u16 } else { 0 };
            sink(Hit { class: id, before, word, words: length as u32 });
            before = Some(id);
            if class == negation {
                negated_until = word + length as u32 - 1 + SCOPE;
            }
        }
        count += length as u32 - 1;
        at += length - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lexicon: &Lexicon, text: &str) -> Vec<(String, bool, Option<u16>)> {
        let (mut items, mut last) = (Vec::new(), 0);
        scan(text, |token| {
            items.push(match token {
                Token::Word(w) => lexicon.item(std::mem::replace(&mut last, w.hash), w.hash),
                Token::Break => Item::default(),
            });
        });
        let n = lexicon.classes.len();
        let mut out = Vec::new();
        hits(
            &items,
            n,
            lexicon.negation(),
            |h| lexicon.longer.get(&h).copied(),
            |hit| {
                let class = usize::from(hit.class);
                out.push((lexicon.classes[class % n].clone(), class >= n, hit.before));
            },
        );
        out
    }

    fn small() -> Lexicon {
        let text = "threat\tdanger\nthreat\tclear and present danger\nnegation\tnot\njoint\tsit down with\njoint\tclose ranks\n";
        Lexicon::read(std::iter::once(("t", text))).unwrap()
    }

    #[test]
    fn the_longest_entry_wins_and_negation_ends_with_the_clause() {
        let lexicon = small();
        assert_eq!(found(&lexicon, "a clear and present danger"), [("threat".to_owned(), false, None)]);
        assert_eq!(found(&lexicon, "clear and near danger"), [("threat".to_owned(), false, None)]);
        assert_eq!(
            found(&lexicon, "We cannot, not, sit down with danger"),
            [
                ("negation".to_owned(), false, None),
                ("joint".to_owned(), false, None),
                ("threat".to_owned(), false, Some(2))
            ]
        );
        assert_eq!(found(&lexicon, "they close ranks"), [("joint".to_owned(), false, None)]);
        assert_eq!(found(&lexicon, "close, ranks"), [], "a phrase does not go over the end of a clause");
        let negated = found(&lexicon, "we do not simply sit down with them");
        assert_eq!(negated[1], ("joint".to_owned(), true, Some(1)));
    }

    #[test]
    fn broken_files_are_refused_with_their_line() {
        let read = |text| Lexicon::read(std::iter::once(("f", text))).unwrap_err();
        assert_eq!(read("# ok\nno tab").line, Some(2));
        assert!(read("a\tx\nb\tx").message.contains("twice"));
        assert!(read("a\t...").message.contains("0 words"));
    }

    #[test]
    fn the_shipped_classes_are_many_and_named_by_their_files() {
        let lexicon = Lexicon::shipped().unwrap();
        assert!(lexicon.classes.len() >= 60);
        assert_ne!(lexicon.negation(), 0);
        let mut entries = 0;
        for (class, text) in SHIPPED {
            for line in text.lines().filter(|l| !l.starts_with('#')) {
                assert_eq!(line.split('\t').next(), Some(*class), "{line}");
                entries += 1;
            }
        }
        assert!(entries >= 4_700, "{entries}");
    }
}
