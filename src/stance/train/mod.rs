//! Fitting a [`StanceModel`] to labelled documents.
//!
//! 1. **Evidence** (`evidence`): every family of [`crate::features`] speaks by counts, out of fold by document;
//!    a sparse linear classifier (`sparse`) over the same features is one more family.
//! 2. **Mixing** (`dense`, linfa): a logistic regression weighs the families. It is linear, so the mixed
//!    weights are folded into one row per word, pair and class (`fold`).
//! 3. **Context** (`dense` again): a second logistic regression over a sentence's score and
//!    those around it.
//! 4. **Calibration** (`calibrate`) on logits that are out of fold in every stage, and on request for kinds of text that
//!    are not among the tables (`kinds`).
//!
//! Documents are put in the order of their names first, and all sums are taken in a fixed order: the model does
//! not depend on the order of whole documents or on the number of threads.

mod calibrate;
mod dense;
mod evidence;
mod fold;
mod kinds;
mod postings;
mod sparse;
mod tune;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::examples::{Example, Examples, folds};
use super::model::{StanceModel, targets};
use crate::error::{Error, Kind, Result};
use crate::features::context::{self, Context, Scores};
use crate::features::lexicon::{self, Entry, Lexicon};
use crate::features::ngram;
use crate::features::token::{Token, scan};
use crate::parallel;

pub(crate) use dense::CLIP;
use evidence::{Evidence, NONE, Rows};
use postings::{Postings, Shards};
use sparse::Matrix;
pub use tune::tune;

/// Rows per unit of parallel work.
const CHUNK: usize = 2048;
/// Up to this many labelled rows the sparse classifier is fitted without each fold in turn, beyond it without one.
const ALL_FOLDS: usize = 50_000;
/// Most rows times labels that the logistic stages learn from. From a third of our corpus they learned nearly as well, but
/// every twentieth label of a new text then depended on which third it was.
const STAGE_LOGITS: usize = 400_000;
/// Fewest rows that they are cut down to, and the most of a table beyond [`ALL_FOLDS`].
const STAGE_ROWS: usize = 10_000;
/// Up to this many rows the logistic stages, too, are fitted out of fold; beyond it they have too few
/// weights to learn an echo.
const FEW_ROWS: usize = 4_000;

/// Most parts that documents are cut into: a feature's folds are marked in 64 bits.
const MOST_FOLDS: usize = 64;
/// Parts times labels beyond which a table is not cut into more parts: each word is counted for each of them.
const MOST_COUNTS: usize = 256;

/// Settings of [`fit`]. The defaults were chosen by cross-validation grouped by document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainOptions {
    /// Parts that the documents are cut into for out-of-fold columns, 2 to 64; up to 50,000 labelled sentences, of
    /// which fewer can be spared, they are cut into four times as many, up to 64 (less with many labels).
    pub folds: usize,
    /// Dirichlet prior strength of words, in occurrences.
    pub words: f64,
    /// The same for pairs of words.
    pub pairs: f64,
    /// The same for letters inside words.
    pub letters: f64,
    /// The same for word classes; 0 leaves classes out.
    pub classes: f64,
    /// The same for pairs of classes.
    pub class_pairs: f64,
    /// The same for words under a target.
    pub crossed: f64,
    /// Loss weight C of the sparse classifier; 0 leaves it out.
    pub sparse: f64,
    /// Its passes over the data.
    pub passes: usize,
    /// L2 penalty of the mixing stage.
    pub mix_penalty: f64,
    /// L2 penalty of the context stage.
    pub context_penalty: f64,
    /// Whether neighbours, question and speaker are looked at.
    pub context: bool,
    /// How far the decision leans to rare labels: 0 prints probabilities as they are, 1 evens the
    /// labels out; `None` takes what gives the best macro-F1 out of fold.
    pub lean: Option<f64>,
    /// Share of the no-stance label where the model will be used, if it is not that of the training data.
    pub none_share: Option<f64>,
    /// Whether the model will read other kinds of text than the tables it learns from, each of which is a kind: its
    /// probabilities are then such that nine in ten kinds are not overstated.
    pub new_kinds: bool,
}

impl TrainOptions {
    /// What [`TrainOptions::leave_out`] knows.
    pub const LEAVABLE: [&str; 7] = ["words", "pairs", "letters", "classes", "class-pairs", "sparse", "context"];

    /// Leaves out a family of evidence, the sparse classifier or the context, to see what it is worth.
    ///
    /// # Panics
    /// Where the name is none of [`TrainOptions::LEAVABLE`].
    pub fn leave_out(&mut self, name: &str) {
        match name {
            "words" => self.words = 0.0,
            "pairs" => self.pairs = 0.0,
            "letters" => self.letters = 0.0,
            "classes" => (self.classes, self.class_pairs) = (0.0, 0.0),
            "class-pairs" => self.class_pairs = 0.0,
            "sparse" => self.sparse = 0.0,
            "context" => self.context = false,
            other => panic!("no family is called {other}"),
        }
    }
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            folds: 5,
            words: 0.3,
            pairs: 0.3,
            letters: 1.0,
            classes: 1.0,
            class_pairs: 1.0,
            crossed: 1.0,
            sparse: 0.3,
            passes: 6,
            mix_penalty: 100.0,
            context_penalty: 10.0,
            context: true,
            lean: None,
            none_share: None,
            new_kinds: false,
        }
    }
}

/// How a fit went.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TrainReport {
    /// Documents and labelled sentences.
    pub documents: usize,
    /// Labelled sentences per label.
    pub sentences: Vec<usize>,
    /// The logistic stages.
    pub stages: Vec<Stage>,
}

/// How a logistic stage ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Norm of the gradient of the penalised loss, per sentence.
    pub gradient: f64,
    /// Whether that is as small as asked.
    pub converged: bool,
}

/// Told the step that begins and the share of the work that is done, for a progress bar.
pub type Progress<'a> = &'a (dyn Fn(&str, f64) + Sync);

/// Families by column block of the mixing stage.
pub(crate) const FAMILIES: [&str; 7] = ["words", "pairs", "letters", "classes", "class pairs", "crossed", "sparse"];

/// Everything that was counted.
struct Counted {
    rows: Rows,
    words: Postings,
    pairs: Postings,
    letters: Postings,
    classes: Postings,
    class_pairs: Postings,
    crossed: Postings,
}

/// Where the rows of a document are: its sentences, then its questions, then the words before its gaps.
struct Place {
    sentences: std::ops::Range<usize>,
    questions: std::ops::Range<usize>,
    gaps: std::ops::Range<usize>,
}

/// Trains a model.
///
/// # Errors
/// Fewer than two labels in use, no labelled sentence, or settings outside their range; for new kinds of text, fewer
/// than three tables, or a table without which the others cannot be trained on.
pub fn fit(examples: &Examples, options: &TrainOptions, progress: Progress) -> Result<(StanceModel, TrainReport)> {
    check(examples, options)?;
    let mut order: Vec<usize> = (0..examples.documents.len()).collect();
    order.sort_by(|&a, &b| {
        let key = |i: usize| (&examples.documents[i].document.id, &examples.documents[i].document.text);
        key(a).cmp(&key(b)).then_with(|| examples.documents[a].labels.cmp(&examples.documents[b].labels))
    });
    let (mut cautious, mut begun) = (1.0, 0.0);
    if options.new_kinds {
        begun = 0.9;
        cautious = kinds::factor(&examples.subset(&order), options, &|step, share| progress(step, begun * share))?;
    }
    let progress = |step: &str, share: f64| progress(step, begun + (1.0 - begun) * share);
    let documents: Vec<&Example> = order.iter().map(|&i| &examples.documents[i]).collect();

    progress("counting", 0.0);
    let lexicon = Lexicon::shipped()?;
    let (counted, places) = scan_all(&documents, examples.labels.len(), options, &lexicon);
    progress("evidence", 0.2);
    let (evidence, runs) = weigh(&counted, options);
    progress("sparse classifier", 0.4);
    let labelled = counted.rows.labelled();
    let every_fold = labelled.len() <= ALL_FOLDS;
    let scale: Vec<f32> = counted.rows.words.iter().map(|&w| super::first_look::length_scale(w)).collect();
    let sparse = stack(&counted, options, &scale, &labelled, every_fold);

    progress("mixing", 0.7);
    let held_out: Vec<u32> =
        labelled.iter().copied().filter(|&r| every_fold || counted.rows.fold[r as usize] == 0).collect();
    let k = counted.rows.labels;
    let most = if every_fold { STAGE_ROWS.max(STAGE_LOGITS / k) } else { STAGE_ROWS };
    let stage: Vec<u32> = held_out.iter().copied().step_by(held_out.len().div_ceil(most)).collect();
    let few = stage.len() <= FEW_ROWS;
    let label_of = |rows: &[u32]| -> Vec<u16> { rows.iter().map(|&r| counted.rows.label[r as usize]).collect() };
    let columns = |rows: &[u32]| {
        Array2::from_shape_fn((rows.len(), FAMILIES.len() * k), |(i, c)| {
            let row = rows[i] as usize;
            let columns = if c / k + 1 < FAMILIES.len() { &evidence[c / k].columns } else { &sparse.columns };
            f64::from(columns[row * k + c % k]) * f64::from(scale[row])
        })
    };
    let x = columns(&stage);
    let mix = dense::fit(&x, &label_of(&stage), k, options.mix_penalty)?;
    let mut stages = vec![Stage { name: "mixing".to_owned(), gradient: mix.gradient, converged: mix.converged }];

    // Scores of all rows for the context stage: out of fold in both stages where there is time for it.
    let everything: Vec<u32> = (0..counted.rows.len() as u32).collect();
    let fold_of = |row: u32| usize::from(counted.rows.fold[row as usize]);
    let mut scores = vec![0.0_f32; counted.rows.len() * k];
    let mut put = |rows: &[u32], logits: &Array2<f64>| {
        for (&row, z) in rows.iter().zip(logits.rows()) {
            let mean = z.sum() / k as f64;
            for (out, z) in scores[row as usize * k..].iter_mut().zip(z) {
                *out = (z - mean) as f32;
            }
        }
    };
    let apply = |model: &dense::Logistic, rows: &[u32]| {
        let (weights, bias) = model.raw();
        columns(rows).dot(&weights) + &bias
    };
    if few {
        for f in 0..counted.rows.folds {
            let inside: Vec<u32> = everything.iter().copied().filter(|&r| fold_of(r) == f).collect();
            let outside: Vec<u32> = stage.iter().copied().filter(|&r| fold_of(r) != f).collect();
            let x = columns(&outside);
            let part = dense::fit(&x, &label_of(&outside), k, options.mix_penalty)?;
            put(&inside, &apply(&part, &inside));
        }
    } else {
        put(&everything, &apply(&mix, &everything));
    }

    progress("context", 0.85);
    let width = context::width(k);
    let row_of = |rows: &[u32]| context_columns(&documents, &places, &counted.rows, &scores, rows, options.context);
    let x = row_of(&stage);
    let second = dense::fit(&x, &label_of(&stage), k, options.context_penalty)?;
    stages.push(Stage { name: "context".to_owned(), gradient: second.gradient, converged: second.converged });
    let mut logits = Array2::zeros((stage.len(), k));
    if few {
        for f in 0..counted.rows.folds {
            let (inside, outside): (Vec<usize>, Vec<usize>) = (0..stage.len()).partition(|&i| fold_of(stage[i]) == f);
            let pick = |from: &[usize]| x.select(ndarray::Axis(0), from);
            let rows: Vec<u32> = outside.iter().map(|&i| stage[i]).collect();
            let part = dense::fit(&pick(&outside), &label_of(&rows), k, options.context_penalty)?;
            for (z, &i) in part.logits(&pick(&inside)).rows().into_iter().zip(&inside) {
                logits.row_mut(i).assign(&z);
            }
        }
    } else {
        logits = second.logits(&x);
    }
    debug_assert_eq!(second.weights.nrows(), width);

    progress("calibration", 0.95);
    let none = examples.labels.none.map(usize::from);
    let mut decision = calibrate::choose(&logits, &label_of(&stage), none, options.none_share, options.lean);
    decision.sharpness = calibrate::round(decision.sharpness * cautious);
    let report = TrainReport { documents: documents.len(), sentences: examples.counts(), stages };
    let parts = fold::Parts { counted: &counted, evidence: &evidence, runs: &runs, sparse: &sparse, mix: &mix };
    let model = fold::model(examples, options, &lexicon, &parts, &second, &decision, documents.len());
    progress("done", 1.0);
    Ok((model, report))
}

fn check(examples: &Examples, options: &TrainOptions) -> Result<()> {
    let usage = |m: String| Err(Error::new(Kind::Usage, m));
    let counts = examples.counts();
    if counts.iter().filter(|c| **c > 0).count() < 2 {
        let used = counts.iter().position(|c| *c > 0).map_or("none", |i| examples.labels.labels[i].as_str());
        return usage(format!("a classifier needs at least two labels with sentences; found: {used}"));
    }
    let coded = examples.documents.iter().filter(|d| d.labels.iter().any(Option::is_some));
    let mut names: Vec<&str> = coded.map(Example::name).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < 2 {
        return usage("all labelled sentences are of one document; at least two are needed, to see how well what is learned from one fits another".to_owned());
    }
    if !(2..=MOST_FOLDS).contains(&options.folds) {
        return usage(format!("folds: {}; 2 to {MOST_FOLDS} are possible", options.folds));
    }
    let TrainOptions { words, pairs, letters, classes, class_pairs, crossed, sparse, .. } = options;
    let strengths = [words, pairs, letters, classes, class_pairs, crossed, sparse];
    let penalties = [options.mix_penalty, options.context_penalty];
    if strengths.iter().any(|v| !v.is_finite() || **v < 0.0) || penalties.iter().any(|v| !v.is_finite() || *v <= 0.0) {
        return usage("prior strengths must be finite and not negative, penalties above 0".to_owned());
    }
    if options.none_share.is_some() && examples.labels.none.is_none() {
        return usage(
            "a share is given of the label that means \"no stance\", and none does: name it with --none".to_owned(),
        );
    }
    if options.none_share.is_some_and(|s| !(0.01..=0.99).contains(&s)) {
        return usage("the share of the no-stance label must be between 0.01 and 0.99".to_owned());
    }
    Ok(())
}

/// Scans all sentences and questions into rows and postings.
fn scan_all(examples: &[&Example], k: usize, options: &TrainOptions, lexicon: &Lexicon) -> (Counted, Vec<Place>) {
    let size = |e: &Example| e.labels.iter().flatten().count();
    let groups: Vec<(&str, usize)> = examples.iter().map(|e| (e.name(), size(e))).collect();
    let labelled: usize = groups.iter().map(|(_, n)| n).sum();
    let more = (4 * options.folds).min(MOST_FOLDS).min(MOST_COUNTS / k).max(options.folds);
    let parts = if labelled <= ALL_FOLDS { more } else { options.folds };
    let fold_of = folds(&groups, parts);
    let mut rows = Rows { labels: k, folds: parts, label: Vec::new(), fold: Vec::new(), words: Vec::new() };
    let mut texts: Vec<(&str, Option<u64>)> = Vec::new();
    let mut places = Vec::with_capacity(examples.len());
    for (Example { document, labels, .. }, fold) in examples.iter().zip(&fold_of) {
        let start = texts.len();
        let targets = targets(document);
        for (i, label) in labels.iter().enumerate() {
            texts.push((document.sentence(i), targets.get(i).copied().flatten()));
            rows.label.push(label.unwrap_or(NONE));
        }
        let middle = texts.len();
        texts.extend(document.questions.iter().map(|q| (q.text.as_str(), None)));
        let late = texts.len();
        texts.extend(document.gaps.iter().map(|g| (g.before.as_str(), None)));
        rows.label.resize(texts.len(), NONE);
        rows.fold.resize(texts.len(), *fold as u8);
        places.push(Place { sentences: start..middle, questions: middle..late, gaps: late..texts.len() });
    }
    let classes = lexicon.classes.len();
    let chunks = parallel::map_ranges(texts.len(), CHUNK, |range| {
        let mut shards: [Shards; 5] = std::array::from_fn(|_| Shards::new());
        let mut counts = Vec::with_capacity(range.len());
        let mut words: Vec<(u64, Entry)> = Vec::new();
        for row in range {
            let (text, target) = texts[row];
            let row = row as u32;
            let [singles, doubles, single_classes, class_runs, targeted] = &mut shards;
            words.clear();
            let (mut last, mut count) = (0, 0);
            scan(text, |token| {
                let Token::Word(word) = token else {
                    words.push((0, Entry::default()));
                    return;
                };
                let hash = word.hash;
                count += 1;
                words.push((hash, lexicon.words.get(&hash).copied().unwrap_or_default()));
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
            if options.classes > 0.0 {
                lexicon::hits(
                    &words,
                    classes,
                    lexicon.negation(),
                    |h| lexicon.runs.get(&h).copied(),
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
    rows.words = chunks.iter().flat_map(|(_, counts)| counts.iter().copied()).collect();
    let [words, pairs, classes, class_pairs, crossed] =
        std::array::from_fn(|family| Postings::build(&chunks.iter().map(|(s, _)| &s[family]).collect::<Vec<_>>()));
    drop(chunks);
    let letters = letters_of(&words, &texts);
    (Counted { rows, words, pairs, letters, classes, class_pairs, crossed }, places)
}

/// Spreads the bits of a class or class pair, so that its shard is its own; [`unspread`] takes it back.
fn spread(id: u64) -> u64 {
    id.wrapping_mul(SPREAD)
}

const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
/// The inverse of [`SPREAD`] modulo 2⁶⁴.
const UNSPREAD: u64 = inverse(SPREAD);

const fn inverse(odd: u64) -> u64 {
    let mut x = odd; // Newton's iteration doubles the correct bits: 3, 6, 12, 24, 48, 96
    let mut i = 0;
    while i < 5 {
        x = x.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(x)));
        i += 1;
    }
    x
}

fn unspread(hash: u64) -> u64 {
    hash.wrapping_mul(UNSPREAD)
}

/// The runs of letters of all distinct words; the rows of these postings are words.
fn letters_of(words: &Postings, texts: &[(&str, Option<u64>)]) -> Postings {
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

/// Evidence of all families but the sparse one, and the table of letter runs.
fn weigh(counted: &Counted, options: &TrainOptions) -> (Vec<Evidence>, Vec<f32>) {
    let Counted { rows, words, pairs, letters, classes, class_pairs, crossed } = counted;
    let jobs: [(&Postings, f64); 6] = [
        (letters, options.letters),
        (pairs, options.pairs),
        (words, options.words),
        (classes, options.classes),
        (class_pairs, options.class_pairs),
        (crossed, options.crossed),
    ];
    let mut done = parallel::map(&jobs, |i, &(postings, beta)| {
        if i == 0 {
            evidence::of_letters(rows, words, postings, beta)
        } else {
            (evidence::of_features(rows, postings, beta), Vec::new())
        }
    });
    let (letters, runs) = done.remove(0);
    let mut evidence: Vec<Evidence> = done.into_iter().map(|(e, _)| e).collect();
    evidence.swap(0, 1);
    evidence.insert(2, letters);
    (evidence, runs)
}

/// The sparse classifier: weights from all rows, and its out-of-fold scores.
struct Sparse {
    matrix: Matrix,
    weights: Vec<f32>,
    columns: Vec<f32>,
}

fn stack(counted: &Counted, options: &TrainOptions, scale: &[f32], labelled: &[u32], every_fold: bool) -> Sparse {
    let rows = &counted.rows;
    let k = rows.labels;
    let least = if labelled.len() > 5_000 { 2 } else { 1 };
    let families = [
        (&counted.words, 1.0),
        (&counted.pairs, 1.0),
        (&counted.classes, 1.0),
        (&counted.class_pairs, 1.0),
        (&counted.crossed, 1.0),
    ];
    let matrix = Matrix::new(rows, &families, least);
    let mut columns = vec![0.0; rows.len() * k];
    if options.sparse == 0.0 {
        let weights = vec![0.0; matrix.len() * k];
        return Sparse { matrix, weights, columns };
    }
    let held_out = if every_fold { rows.folds } else { 1 };
    let mut weights = parallel::map_ranges(held_out + 1, 1, |fold| {
        let fold = fold.start;
        let train: Vec<u32> = labelled
            .iter()
            .copied()
            .filter(|&r| fold == held_out || usize::from(rows.fold[r as usize]) != fold)
            .collect();
        matrix.fit(rows, &train, scale, options.sparse, options.passes)
    });
    let all = weights.pop().unwrap_or_default();
    for (row, out) in columns.chunks_exact_mut(k).enumerate() {
        let fold = usize::from(rows.fold[row]);
        matrix.score(row, weights.get(fold).unwrap_or(&weights[0]), out);
    }
    Sparse { matrix, weights: all, columns }
}

/// The context columns of labelled rows.
fn context_columns(
    documents: &[&Example],
    places: &[Place],
    rows: &Rows,
    scores: &[f32],
    wanted: &[u32],
    neighbours: bool,
) -> Array2<f64> {
    let k = rows.labels;
    let width = context::width(k);
    let mut out = Array2::zeros((wanted.len(), width));
    let mut columns = vec![0.0; width];
    let mut next = 0;
    for (Example { document, .. }, place) in documents.iter().zip(places) {
        let of = |range: &std::ops::Range<usize>| &scores[range.start * k..range.end * k];
        let view = Scores {
            labels: k,
            sentences: of(&place.sentences),
            questions: of(&place.questions),
            gaps: of(&place.gaps),
            words: &rows.words[place.sentences.clone()],
        };
        let context = Context::new(document, view);
        while next < wanted.len() && (wanted[next] as usize) < place.gaps.end {
            context.fill(wanted[next] as usize - place.sentences.start, &mut columns);
            let kept = if neighbours { width } else { k };
            out.row_mut(next).iter_mut().zip(&columns[..kept]).for_each(|(o, c)| *o = f64::from(*c));
            next += 1;
        }
    }
    out
}
