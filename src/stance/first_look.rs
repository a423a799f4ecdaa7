//! The first look: a sentence on its own, one pass over its text without allocation.

use super::LabelSet;
use super::table::{Place, Sums, Table};
use crate::features::lexicon::{self, Item, Run};
use crate::features::ngram;
use crate::features::token::{Token, Word, scan};

/// Slots of the memo for words the model does not know; a power of two.
const MEMO: usize = 2048;
/// Bits of the notes of a word or a run: class plus 1 in the low byte, then these.
const CONTINUES: u16 = 1 << 8;
/// A word of the lexicon that no training sentence has: its letters speak for it.
pub(super) const UNSEEN: u16 = 1 << 9;

/// Word classes as the scorer wants them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Classes {
    /// Names.
    pub(super) names: Vec<String>,
    /// The negating class plus 1, or 0.
    pub(super) negation: u8,
    /// Runs of three words and more; their rows are empty.
    pub(super) longer: Table,
}

/// Weights of the first look, in steps of `unit`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FirstLook {
    pub(super) unit: f32,
    /// Labels, padded to a whole number of vector lanes.
    pub(super) lanes: usize,
    /// Where every sum starts.
    pub(super) start: Vec<i16>,
    /// Added after the division by √words.
    pub(super) bias: Vec<f32>,
    pub(super) words: Table,
    pub(super) letters: Table,
    /// Pairs of words, whose notes are those of runs.
    pub(super) pairs: Table,
    pub(super) crossed: Table,
    /// One row per class, plain then negated.
    pub(super) classes: Vec<i16>,
    /// One row per ordered pair of such.
    pub(super) class_pairs: Vec<i16>,
}

/// Lanes for a number of labels.
pub(super) fn lanes(labels: usize) -> usize {
    labels.next_multiple_of(4)
}

/// Notes of a run in its table.
pub(super) fn notes(run: Run) -> u16 {
    u16::from(run.class) | if run.continues { CONTINUES } else { 0 }
}

#[inline(always)]
fn run(notes: u16) -> Run {
    Run { class: notes as u8, continues: notes & CONTINUES != 0 }
}

/// What one thread needs to score sentences, made once per chunk.
pub(super) struct Scratch {
    /// Each word with where it may lie in the table of words, and the pair that it ends in that of pairs.
    tokens: Vec<(Word, Place, Place)>,
    items: Vec<Item>,
    /// Words whose letters speak for them.
    unseen: Vec<Word>,
    memo: Vec<u64>,
    memo_rows: Vec<i32>,
}

impl Classes {
    /// What a run of three words and more means.
    pub(super) fn longer(&self, hash: u64) -> Option<Run> {
        self.longer.find(hash, &mut []).map(run)
    }
}

impl FirstLook {
    /// A word's own row, or that of its letters, and its class plus 1.
    pub(super) fn word(&self, hash: u64, word: &str) -> (Vec<i32>, u8) {
        let mut sums = [0; LabelSet::MOST];
        let notes = self.words.find(hash, &mut sums).unwrap_or(UNSEEN);
        let mut step = self.words.step;
        if notes & UNSEEN != 0 {
            self.spell(word, &mut sums);
            step = self.letters.step;
        }
        (sums[..self.lanes].iter().map(|sum| sum * step).collect(), notes as u8)
    }

    /// The row of a pair of words and what they are together.
    pub(super) fn pair(&self, hash: u64) -> Option<(Vec<i32>, Run)> {
        self.pairs.row(hash).map(|(row, notes)| (row, run(notes)))
    }

    /// Adds the rows of a word's letters.
    fn spell<const L: usize>(&self, word: &str, sums: &mut Sums<L>) {
        ngram::letters(word, |run| {
            self.letters.find(run, sums);
        });
    }

    pub(super) fn scratch(&self) -> Scratch {
        Scratch {
            tokens: Vec::with_capacity(256),
            items: Vec::with_capacity(256),
            unseen: Vec::with_capacity(64),
            memo: vec![0; MEMO],
            memo_rows: vec![0; MEMO * self.lanes],
        }
    }

    /// The first look at `text`: logits into `out`, number of words returned.
    pub(super) fn score(
        &self,
        classes: &Classes,
        text: &str,
        target: Option<u64>,
        scratch: &mut Scratch,
        out: &mut [f32],
    ) -> u32 {
        match self.lanes {
            4 => self.score_lanes::<4>(classes, text, target, scratch, out),
            8 => self.score_lanes::<8>(classes, text, target, scratch, out),
            9..=64 => self.score_lanes::<64>(classes, text, target, scratch, out),
            _ => self.score_lanes::<{ LabelSet::MOST }>(classes, text, target, scratch, out),
        }
    }

    fn score_lanes<const L: usize>(
        &self,
        classes: &Classes,
        text: &str,
        target: Option<u64>,
        scratch: &mut Scratch,
        out: &mut [f32],
    ) -> u32 {
        let Scratch { tokens, items, unseen, memo, memo_rows } = scratch;
        tokens.clear();
        items.clear();
        unseen.clear();
        let mut last = 0;
        scan(text, |token| {
            let Token::Word(word) = token else {
                tokens.push(Default::default());
                return;
            };
            let alone = self.words.fetch::<L>(word.hash);
            let pair = if last == 0 { Place::default() } else { self.pairs.fetch::<L>(ngram::pair(last, word.hash)) };
            tokens.push((word, alone, pair));
            last = word.hash;
        });
        // What the loop reads was asked for while the text was scanned.
        let mut total: Sums<L> = [0; L];
        add(&mut total, &self.start);
        let (mut sums, mut paired, mut count) = ([0; L], [0; L], 0);
        for &(word, alone, pair) in &*tokens {
            if word.hash == 0 {
                items.push(Item::default());
                continue;
            }
            count += 1;
            // The row of an unseen word of the lexicon is empty.
            let notes = self.words.look(alone, &mut sums).unwrap_or(UNSEEN);
            if notes & UNSEEN != 0 {
                unseen.push(word);
            }
            let run = run(self.pairs.look(pair, &mut paired).unwrap_or_default());
            items.push(Item { hash: word.hash, class: notes as u8, run });
        }
        self.words.carry(&sums, &mut total);
        self.pairs.carry(&paired, &mut total);
        sums = [0; L];
        for word in &*unseen {
            let at = word.hash as usize & (MEMO - 1);
            let row = &mut memo_rows[at * self.lanes..(at + 1) * self.lanes];
            if memo[at] != word.hash {
                memo[at] = word.hash;
                let mut spelled: Sums<L> = [0; L];
                self.spell(&text[word.start as usize..word.end as usize], &mut spelled);
                row.copy_from_slice(&spelled[..self.lanes]);
            }
            sums.iter_mut().zip(row).for_each(|(s, r)| *s += *r);
        }
        self.letters.carry(&sums, &mut total);
        if let Some(target) = target {
            sums = [0; L];
            self.crossed.find(target, &mut sums);
            for item in items.iter().filter(|item| item.hash != 0) {
                self.crossed.find(ngram::crossed(target, item.hash), &mut sums);
            }
            self.crossed.carry(&sums, &mut total);
        }
        let n = classes.names.len();
        let lanes = if L <= 8 { L } else { self.lanes };
        lexicon::hits(
            items,
            n,
            classes.negation,
            |hash| classes.longer(hash),
            |hit| {
                let class = usize::from(hit.class);
                add(&mut total, &self.classes[class * lanes..][..lanes]);
                if let Some(before) = hit.before {
                    let at = usize::from(before) * 2 * n + class;
                    add(&mut total, &self.class_pairs[at * lanes..][..lanes]);
                }
            },
        );
        let scale = self.unit * length_scale(count);
        let (mut mean, labels) = (0.0, out.len());
        for ((out, sum), bias) in out.iter_mut().zip(total).zip(&self.bias) {
            *out = sum as f32 * scale + bias;
            mean += *out;
        }
        mean /= labels as f32;
        for z in out.iter_mut() {
            *z -= mean;
        }
        count
    }
}

/// What the sum over a sentence of `words` words is multiplied by.
pub(super) fn length_scale(words: u32) -> f32 {
    1.0 / (words.max(1) as f32).sqrt()
}

/// `sums += row`.
#[inline]
fn add<const L: usize>(sums: &mut Sums<L>, row: &[i16]) {
    sums.iter_mut().zip(row).for_each(|(s, r)| *s += i32::from(*r));
}
