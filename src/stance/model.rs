//! The trained classifier and how it reads a document.

use std::sync::{Arc, LazyLock};

use ndarray::NdFloat;
use serde::{Deserialize, Serialize};

use super::examples::digest;
use super::table::{Place, Sums, Table};
use super::train::TrainOptions;
use super::{LabelSet, Stances};
use crate::document::Document;
use crate::features::context::{self, Context, Scores};
use crate::features::lexicon::{self, Entry};
use crate::features::ngram;
use crate::features::token::{Token, Word, scan};
use crate::parallel;

/// Sentences per unit of parallel work.
const CHUNK: usize = 4096;
/// Slots of the memo for words the model does not know; a power of two.
const MEMO: usize = 2048;
/// Bits of a word's notes: class plus 1 in the low byte, then these.
const CONTINUES: u16 = 1 << 8;
const FOLLOWS: u16 = 1 << 10;
/// A word of the lexicon that no training sentence has: its letters speak for it.
pub(super) const UNSEEN: u16 = 1 << 9;

/// How a document is to be read.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PredictOptions {
    /// Abstain where the chosen label's probability is below this; `None` never abstains.
    pub abstain_below: Option<f32>,
    /// What the stances are about, for a model trained with targets; `None` takes the document's
    /// `target` column, if it has one.
    pub target: Option<String>,
}

/// What a model was made of: the part of it that people read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Version of this program that trained it.
    pub version: String,
    /// Number of training documents.
    pub documents: usize,
    /// Number of labelled sentences per label.
    pub sentences: Vec<usize>,
    /// Number of features of each family.
    pub features: Vec<(String, usize)>,
    /// Settings.
    pub options: TrainOptions,
    /// Factor on the logits that makes probabilities match shares, found out of fold and, on request, on new kinds.
    pub sharpness: f64,
    /// What was added to each label's logit before that.
    pub offsets: Vec<f64>,
    /// Digests, sorted, of the training sentences that belong to a sample drawn to be coded: their codes cannot correct this model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sample: Vec<String>,
}

impl Card {
    /// Whether a sentence of a sample is one that the model was trained on.
    #[must_use]
    pub fn has_learned(&self, document: &str, sentence: &str) -> bool {
        !self.sample.is_empty() && self.sample.binary_search(&digest(document, sentence)).is_ok()
    }
}

/// A trained stance classifier.
///
/// Reading costs one pass over the text and does not allocate per sentence. The first look at a sentence is
/// `bias + Σ rows / √words`, the rows being integers; the second is a linear model over the columns of
/// [`crate::features::context`]; a softmax over its logits gives the probabilities, and the label is the
/// most probable one.
#[derive(Clone, PartialEq)]
pub struct StanceModel {
    pub(super) labels: Arc<LabelSet>,
    pub(super) card: Card,
    pub(super) hash: String,
    pub(super) lexicon: Classes,
    pub(super) first: FirstLook,
    pub(super) second: SecondLook,
}

/// Word classes as the scorer wants them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Classes {
    /// Names.
    pub(super) names: Vec<String>,
    /// The negating class plus 1, or 0.
    pub(super) negation: u8,
    /// Runs of two words and more; their rows are empty.
    pub(super) runs: Table,
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
    pub(super) pairs: Table,
    pub(super) crossed: Table,
    /// One row per class, plain then negated.
    pub(super) classes: Vec<i16>,
    /// One row per ordered pair of such.
    pub(super) class_pairs: Vec<i16>,
}

/// Weights of the second look, on standardised columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SecondLook {
    /// One row per column, one weight per label.
    pub(super) weights: Vec<f32>,
    pub(super) bias: Vec<f32>,
    /// Mean of each column.
    pub(super) mean: Vec<f32>,
    /// 1 over the standard deviation of each column, 0 where it is constant.
    pub(super) scale: Vec<f32>,
}

/// Lanes for a number of labels.
pub(super) fn lanes(labels: usize) -> usize {
    labels.next_multiple_of(4)
}

/// Notes of a word in its table.
pub(super) fn notes(entry: Entry) -> u16 {
    let flag = |set: bool, bit: u16| if set { bit } else { 0 };
    u16::from(entry.class) | flag(entry.continues, CONTINUES) | flag(entry.follows, FOLLOWS)
}

fn entry(notes: u16) -> Entry {
    Entry { class: notes as u8, continues: notes & CONTINUES != 0, follows: notes & FOLLOWS != 0 }
}

/// What one thread needs to score sentences, made once per chunk.
pub(super) struct Scratch {
    tokens: Vec<(Word, Place)>,
    pairs: Vec<Place>,
    words: Vec<(u64, Entry)>,
    /// Words whose letters speak for them.
    unseen: Vec<Word>,
    memo: Vec<u64>,
    memo_rows: Vec<i32>,
}

impl Classes {
    /// What a run of words means.
    pub(super) fn run(&self, hash: u64) -> Option<Entry> {
        self.runs.find(hash, &mut []).map(entry)
    }
}

impl FirstLook {
    /// A word's own row, or that of its letters, and what it is in the lexicon.
    pub(super) fn word(&self, hash: u64, word: &str) -> (Vec<i32>, Entry) {
        let mut sums = [0; LabelSet::MOST];
        let notes = self.words.find(hash, &mut sums).unwrap_or(UNSEEN);
        let mut step = self.words.step;
        if notes & UNSEEN != 0 {
            self.spell(word, &mut sums);
            step = self.letters.step;
        }
        (sums[..self.lanes].iter().map(|sum| sum * step).collect(), entry(notes))
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
            pairs: Vec::with_capacity(256),
            words: Vec::with_capacity(256),
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
        let Scratch { tokens, pairs, words, unseen, memo, memo_rows } = scratch;
        tokens.clear();
        pairs.clear();
        words.clear();
        unseen.clear();
        let mut last = 0;
        scan(text, |token| {
            let Token::Word(word) = token else {
                tokens.push((Word::default(), Place::default()));
                return;
            };
            tokens.push((word, self.words.fetch::<L>(word.hash)));
            if last != 0 {
                pairs.push(self.pairs.fetch::<L>(ngram::pair(last, word.hash)));
            }
            last = word.hash;
        });
        // Each kind of look-up has a loop of its own: what it reads was asked for while the text was scanned.
        let mut total: Sums<L> = [0; L];
        add(&mut total, &self.start);
        let (mut sums, mut count) = ([0; L], 0);
        for &(word, place) in &*tokens {
            if word.hash == 0 {
                words.push((0, Entry::default()));
                continue;
            }
            count += 1;
            // The row of an unseen word of the lexicon is empty.
            let notes = self.words.look(place, &mut sums).unwrap_or(UNSEEN);
            if notes & UNSEEN != 0 {
                unseen.push(word);
            }
            words.push((word.hash, entry(notes)));
        }
        self.words.carry(&sums, &mut total);
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
        sums = [0; L];
        for &pair in &*pairs {
            self.pairs.look(pair, &mut sums);
        }
        self.pairs.carry(&sums, &mut total);
        if let Some(target) = target {
            sums = [0; L];
            self.crossed.find(target, &mut sums);
            for &(hash, _) in words.iter().filter(|(hash, _)| *hash != 0) {
                self.crossed.find(ngram::crossed(target, hash), &mut sums);
            }
            self.crossed.carry(&sums, &mut total);
        }
        let n = classes.names.len();
        let lanes = if L <= 8 { L } else { self.lanes };
        lexicon::hits(
            words,
            n,
            classes.negation,
            |hash| classes.run(hash),
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

/// First-look results of the sentences, the questions and the words before the gaps of one document.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) sentences: Vec<f32>,
    pub(super) words: Vec<u32>,
    pub(super) questions: Vec<f32>,
    pub(super) gaps: Vec<f32>,
}

impl Looked {
    pub(super) fn scores(&self, labels: usize) -> Scores<'_> {
        let Self { sentences, words, questions, gaps } = self;
        Scores { labels, sentences, questions, gaps, words }
    }
}

/// The target of each sentence by the document's `target` column: empty if it has none.
pub(crate) fn targets(document: &Document) -> Vec<Option<u64>> {
    let Some(column) = document.columns.iter().position(|c| c == "target") else { return Vec::new() };
    let mut record = 0;
    let of = |sentence: &crate::document::Sentence| {
        while document.records.get(record).is_some_and(|r| r.span.end <= sentence.span.start) {
            record += 1;
        }
        let found = document.records.get(record).filter(|r| r.span.start <= sentence.span.start);
        found.map(|r| ngram::target(&r.cells[column]))
    };
    document.sentences.iter().map(of).collect()
}

impl std::fmt::Debug for StanceModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StanceModel").field("hash", &self.hash).field("card", &self.card).finish_non_exhaustive()
    }
}

static SHIPPED: LazyLock<StanceModel> = LazyLock::new(|| {
    StanceModel::from_bytes(include_bytes!("../../models/policy.stance")).expect("the embedded model")
});

impl StanceModel {
    /// The model that comes with the program, for the label set [`LabelSet::policy`].
    ///
    /// # Panics
    /// Never: a test reads the embedded file.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// What its label ids refer to.
    #[must_use]
    pub fn labels(&self) -> &Arc<LabelSet> {
        &self.labels
    }

    /// BLAKE3 of the model file's contents, hexadecimal.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What it was made of.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Labels every sentence of `document`, in order. The whole document is context.
    #[must_use]
    pub fn predict(&self, document: &Document, options: &PredictOptions) -> Stances {
        let (k, n) = (self.labels.len(), document.sentences.len());
        let looked = self.look(document, options.target.as_deref());
        let context = Context::new(document, looked.scores(k));
        let below = options.abstain_below.unwrap_or(0.0);
        let parts = parallel::map_ranges(n, CHUNK, |range| {
            let mut columns = vec![0.0; context::width(k)];
            let mut rows = vec![0.0; range.len() * k];
            let mut chosen = Vec::with_capacity(range.len());
            for (i, row) in range.zip(rows.chunks_exact_mut(k)) {
                context.fill(i, &mut columns);
                self.second.probabilities(&mut columns, row);
                let label = largest(row);
                chosen.push((label, row[usize::from(label)] < below));
            }
            (rows, chosen)
        });
        let mut out = Stances {
            labels: Arc::clone(&self.labels),
            probabilities: Vec::with_capacity(n * k),
            chosen: Vec::with_capacity(n),
            abstained: Vec::with_capacity(n),
        };
        for (rows, chosen) in parts {
            out.probabilities.extend(rows);
            out.chosen.extend(chosen.iter().map(|(label, _)| label));
            out.abstained.extend(chosen.iter().map(|(_, abstains)| abstains));
        }
        out
    }

    /// The first look at every sentence and question.
    pub(super) fn look(&self, document: &Document, target: Option<&str>) -> Looked {
        let k = self.labels.len();
        let wanted = !self.first.crossed.is_empty();
        let fixed = target.filter(|_| wanted).map(ngram::target);
        let by_sentence = if wanted && fixed.is_none() { targets(document) } else { Vec::new() };
        let of = |i: usize| fixed.or_else(|| by_sentence.get(i).copied().flatten());
        let parts = parallel::map_ranges(document.sentences.len(), CHUNK, |range| {
            let mut scratch = self.first.scratch();
            let mut rows = vec![0.0; range.len() * k];
            let mut words = Vec::with_capacity(range.len());
            for (i, row) in range.zip(rows.chunks_exact_mut(k)) {
                words.push(self.first.score(&self.lexicon, document.sentence(i), of(i), &mut scratch, row));
            }
            (rows, words)
        });
        let n = document.sentences.len();
        let mut looked =
            Looked { sentences: Vec::with_capacity(n * k), words: Vec::with_capacity(n), ..Looked::default() };
        for (rows, words) in parts {
            looked.sentences.extend(rows);
            looked.words.extend(words);
        }
        let others = |texts: &mut dyn ExactSizeIterator<Item = &str>| {
            let mut scratch = self.first.scratch();
            let mut rows = vec![0.0; texts.len() * k];
            for (text, row) in texts.zip(rows.chunks_exact_mut(k)) {
                self.first.score(&self.lexicon, text, fixed, &mut scratch, row);
            }
            rows
        };
        looked.questions = others(&mut document.questions.iter().map(|q| q.text.as_str()));
        looked.gaps = others(&mut document.gaps.iter().map(|g| g.before.as_str()));
        looked
    }
}

/// The id of the largest value, the first of equals.
pub(crate) fn largest(row: &[f32]) -> u16 {
    let mut best = 0;
    for (i, p) in row.iter().enumerate() {
        if *p > row[best] {
            best = i;
        }
    }
    best as u16
}

impl SecondLook {
    /// A column in standard deviations from its mean, clipped; 0 where it is missing.
    pub(super) fn standard(&self, column: usize, value: f32) -> f32 {
        standard(value, self.mean[column], self.scale[column])
    }

    /// Probabilities from the columns, which are standardised in place.
    fn probabilities(&self, columns: &mut [f32], out: &mut [f32]) {
        let k = out.len();
        for ((c, mean), scale) in columns.iter_mut().zip(&self.mean).zip(&self.scale) {
            *c = standard(*c, *mean, *scale);
        }
        out.copy_from_slice(&self.bias);
        if let Ok(out) = <&mut [f32; 4]>::try_from(&mut *out) {
            // A number of labels that is known when compiling: the sums stay in one register.
            for (c, weights) in columns.iter().zip(self.weights.as_chunks::<4>().0) {
                out.iter_mut().zip(weights).for_each(|(o, w)| *o += c * w);
            }
        } else {
            for (c, weights) in columns.iter().zip(self.weights.chunks_exact(k)) {
                out.iter_mut().zip(weights).for_each(|(o, w)| *o += c * w);
            }
        }
        softmax(out);
    }
}

fn standard(value: f32, mean: f32, scale: f32) -> f32 {
    let clip = super::train::CLIP as f32;
    let z = (value - mean) * scale;
    if z.is_nan() { 0.0 } else { z.clamp(-clip, clip) }
}

/// Logits to probabilities, in place.
pub(crate) fn softmax<F: NdFloat>(row: &mut [F]) {
    let max = row.iter().copied().fold(F::min_value(), F::max);
    let mut sum = F::zero();
    for z in row.iter_mut() {
        *z = (*z - max).exp();
        sum += *z;
    }
    for z in row.iter_mut() {
        *z /= sum;
    }
}
