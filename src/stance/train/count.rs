//! The first pass: every sentence becomes a row, every feature knows the rows that it stands in.

use std::ops::Range;

use super::TrainOptions;
use super::postings::{Postings, Shards, spread};
use crate::features::lexicon::{self, Item, Lexicon};
use crate::features::ngram;
use crate::features::token::{Token, scan};
use crate::parallel;
use crate::stance::examples::{Example, folds};
use crate::stance::first_look::length_scale;
use crate::stance::model::targets;

/// Rows per unit of parallel work.
const CHUNK: usize = 2048;
/// Up to this many labelled rows the sparse classifier is fitted without each fold in turn, beyond it without one.
pub(super) const ALL_FOLDS: usize = 50_000;
/// Most parts that documents are cut into: a feature's folds are marked in 64 bits.
pub(super) const MOST_FOLDS: usize = 64;
/// Parts times labels beyond which a table is not cut into more parts: each word is counted for each of them.
const MOST_COUNTS: usize = 256;

/// No label.
pub(super) const NONE: u16 = u16::MAX;

/// All sentences, questions and words before gaps, document by document.
pub(super) struct Rows {
    /// Number of labels.
    pub(super) labels: usize,
    /// Number of folds.
    pub(super) folds: usize,
    /// Label of each row, [`NONE`] for context.
    pub(super) label: Vec<u16>,
    /// Fold of each row.
    pub(super) fold: Vec<u8>,
    /// Number of words of each row.
    pub(super) words: Vec<u32>,
    /// What sums over each row's features are multiplied by.
    pub(super) scale: Vec<f32>,
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        self.label.len()
    }

    /// The rows that have a label.
    pub(super) fn labelled(&self) -> Vec<u32> {
        (0..self.len() as u32).filter(|&i| self.label[i as usize] != NONE).collect()
    }

    pub(super) fn fold_of(&self, row: u32) -> usize {
        usize::from(self.fold[row as usize])
    }

    pub(super) fn labels_of(&self, rows: &[u32]) -> Vec<u16> {
        rows.iter().map(|&row| self.label[row as usize]).collect()
    }
}

/// Where the rows of a document are: its sentences, then its questions, then the words before its gaps.
pub(super) struct Place {
    pub(super) sentences: Range<usize>,
    pub(super) questions: Range<usize>,
    pub(super) gaps: Range<usize>,
}

/// Everything that was counted.
pub(super) struct Counted {
    pub(super) rows: Rows,
    /// The rows of each document.
    pub(super) places: Vec<Place>,
    pub(super) words: Postings,
    pub(super) pairs: Postings,
    /// The rows of these are words.
    pub(super) letters: Postings,
    pub(super) classes: Postings,
    pub(super) class_pairs: Postings,
    pub(super) crossed: Postings,
}

/// The words of a row, and the target that it is about.
type Text<'a> = (&'a str, Option<u64>);

impl Counted {
    /// What stands in the `examples`, whose labels are ids under `k`.
    pub(super) fn new(examples: &[&Example], k: usize, options: &TrainOptions, lexicon: &Lexicon) -> Self {
        let (mut rows, texts, places) = lay_out(examples, k, options);
        let ([words, pairs, classes, class_pairs, crossed], lengths) = scan_all(&texts, lexicon, options.classes > 0.0);
        let letters = letters_of(&words, &texts);
        rows.scale = lengths.iter().map(|&words| length_scale(words)).collect();
        rows.words = lengths;
        Self { rows, places, words, pairs, letters, classes, class_pairs, crossed }
    }

    /// The families of features with their names, in the order of the mixing stage.
    pub(super) fn families(&self) -> [(&'static str, &Postings); 6] {
        let Self { rows: _, places: _, words, pairs, letters, classes, class_pairs, crossed } = self;
        [
            ("words", words),
            ("pairs", pairs),
            ("letters", letters),
            ("classes", classes),
            ("class pairs", class_pairs),
            ("crossed", crossed),
        ]
    }
}

/// The rows of all documents but for what is in their words, and those words.
fn lay_out<'a>(examples: &[&'a Example], k: usize, options: &TrainOptions) -> (Rows, Vec<Text<'a>>, Vec<Place>) {
    let size = |e: &Example| e.labels.iter().flatten().count();
    let groups: Vec<(&str, usize)> = examples.iter().map(|e| (e.name(), size(e))).collect();
    let labelled: usize = groups.iter().map(|(_, n)| n).sum();
    let more = (4 * options.folds).min(MOST_FOLDS).min(MOST_COUNTS / k).max(options.folds);
    let parts = if labelled <= ALL_FOLDS { more } else { options.folds };
    let fold_of = folds(&groups, parts);
    let (mut label, mut fold) = (Vec::new(), Vec::new());
    let mut texts: Vec<Text> = Vec::new();
    let mut places = Vec::with_capacity(examples.len());
    for (Example { document, labels, .. }, part) in examples.iter().zip(&fold_of) {
        let start = texts.len();
        let targets = targets(document);
        for (i, l) in labels.iter().enumerate() {
            texts.push((document.sentence(i), targets.get(i).copied().flatten()));
            label.push(l.unwrap_or(NONE));
        }
        let middle = texts.len();
        texts.extend(document.questions.iter().map(|q| (q.text.as_str(), None)));
        let late = texts.len();
        texts.extend(document.gaps.iter().map(|g| (g.before.as_str(), None)));
        label.resize(texts.len(), NONE);
        fold.resize(texts.len(), *part as u8);
        places.push(Place { sentences: start..middle, questions: middle..late, gaps: late..texts.len() });
    }
    let rows = Rows { labels: k, folds: parts, label, fold, words: Vec::new(), scale: Vec::new() };
    (rows, texts, places)
}

/// Words, pairs, classes, pairs of classes and words under a target; and the number of words of each text.
fn scan_all(texts: &[Text], lexicon: &Lexicon, with_classes: bool) -> ([Postings; 5], Vec<u32>) {
    let classes = lexicon.classes.len();
    let chunks = parallel::map_ranges(texts.len(), CHUNK, |range| {
        let mut shards: [Shards; 5] = std::array::from_fn(|_| Shards::new());
        let mut counts = Vec::with_capacity(range.len());
        let mut items = Vec::new();
        for row in range {
            let (text, target) = texts[row];
            let row = row as u32;
            let [singles, doubles, single_classes, class_runs, targeted] = &mut shards;
            items.clear();
            let (mut last, mut count) = (0, 0);
            scan(text, |token| {
                let Token::Word(word) = token else {
                    items.push(Item::default());
                    return;
                };
                let hash = word.hash;
                count += 1;
                items.push(lexicon.item(last, hash));
                singles.push(hash, row);
                if last != 0 {
                    doubles.push(ngram::pair(last, hash), row);
                }
                last = hash;
                if let Some(target) = target {
                    targeted.push(ngram::crossed(target, hash), row);
                }
            });
            if let Some(target) = target {
                targeted.push(target, row);
            }
            if with_classes {
                lexicon::hits(
                    &items,
                    classes,
                    lexicon.negation(),
                    |h| lexicon.longer.get(&h).copied(),
                    |hit| {
                        single_classes.push(spread(u64::from(hit.class)), row);
                        if let Some(before) = hit.before {
                            class_runs.push(spread(u64::from(before) << 16 | u64::from(hit.class)), row);
                        }
                    },
                );
            }
            counts.push(count);
        }
        (shards, counts)
    });
    let counts = chunks.iter().flat_map(|(_, counts)| counts.iter().copied()).collect();
    let family = |at: usize| Postings::build(&chunks.iter().map(|(shards, _)| &shards[at]).collect::<Vec<_>>());
    (std::array::from_fn(family), counts)
}

/// The runs of letters of all distinct words; the rows of these postings are words.
fn letters_of(words: &Postings, texts: &[Text]) -> Postings {
    let chunks = parallel::map_ranges(words.len(), CHUNK, |range| {
        let mut shards = Shards::new();
        for word in range {
            let text = texts[words.of(word)[0] as usize].0;
            let mut found = None;
            scan(text, |token| {
                if let Token::Word(w) = token
                    && w.hash == words.hashes[word]
                    && found.is_none()
                {
                    found = Some(w.start as usize..w.end as usize);
                }
            });
            if let Some(found) = found {
                ngram::letters(&text[found], |run| shards.push(run, word as u32));
            }
        }
        shards
    });
    Postings::build(&chunks.iter().collect::<Vec<_>>())
}
