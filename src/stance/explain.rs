//! Why a sentence got its label: what each word, class and neighbour adds to each label's logit.
//!
//! Both looks are linear, so the reasons are exact: together with the starting point of the model they
//! add up to the logits behind the printed probabilities (columns beyond the clip aside).

use serde::Serialize;

use super::Stances;
use super::first_look::length_scale;
use super::model::{Looked, StanceModel};
use crate::document::Document;
use crate::features::context::{self, Context};
use crate::features::lexicon::{self, Item, Run};
use crate::features::ngram;
use crate::features::token::{Token, scan};
use crate::parallel;

/// What kind of thing speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// A word, its letters included.
    Word,
    /// Two words in a row.
    Pair,
    /// A word or phrase as a member of a word class.
    Class,
    /// Two classes in a row in one clause.
    ClassPair,
    /// Words around the sentence, or its shape.
    Context,
}

/// One thing that moved a sentence's label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// What kind of thing it is.
    pub kind: ReasonKind,
    /// The word, phrase, class or neighbour.
    pub name: String,
    /// What it adds to the logit of each label, in the order of the label set; they sum to 0.
    pub weights: Vec<f32>,
}

/// Reasons in a line of [`StanceModel::reasons`].
const REASONS: usize = 5;

impl Reason {
    /// How far it moves any label.
    #[must_use]
    pub fn strength(&self) -> f32 {
        self.weights.iter().fold(0.0, |a, w| a.max(w.abs()))
    }
}

impl StanceModel {
    /// What moved the label of one sentence, the strongest first.
    ///
    /// # Panics
    /// Where there is no such sentence.
    #[must_use]
    pub fn explain(&self, document: &Document, sentence: usize) -> Vec<Reason> {
        self.explain_one(document, &self.look(document, None), sentence)
    }

    /// For every sentence of a document, in a line, the strongest reasons for (+) and against (-) the label
    /// that was chosen, in steps of its log-odds.
    #[must_use]
    pub fn reasons(&self, document: &Document, stances: &Stances) -> Vec<String> {
        let looked = self.look(document, None);
        let lines = parallel::map_ranges(stances.len(), 256, |range| {
            let line = |i: usize| {
                let label = usize::from(stances.chosen[i]);
                let mut reasons = self.explain_one(document, &looked, i);
                reasons.sort_by(|a, b| b.weights[label].abs().total_cmp(&a.weights[label].abs()));
                let shown = reasons.iter().take(REASONS).filter(|r| r.weights[label].abs() >= 0.005);
                shown.map(|r| format!("{} {:+.2}", r.name, r.weights[label])).collect::<Vec<_>>().join("; ")
            };
            range.map(line).collect::<Vec<_>>()
        });
        lines.into_iter().flatten().collect()
    }

    fn explain_one(&self, document: &Document, looked: &Looked, sentence: usize) -> Vec<Reason> {
        let k = self.labels.len();
        let mut columns = vec![0.0; context::width(k)];
        Context::new(document, looked.scores(k)).fill(sentence, &mut columns);

        let mut reasons = Vec::new();
        let text = document.sentence(sentence);
        for (kind, name, row) in self.spoken(text) {
            let scale = self.first.unit * length_scale(looked.words[sentence]);
            let logits: Vec<f32> = row.iter().take(k).map(|w| *w as f32 * scale).collect();
            let mean = logits.iter().sum::<f32>() / k as f32;
            let mut weights = vec![0.0; k];
            for (column, logit) in logits.iter().enumerate() {
                self.push(column, (logit - mean) * self.second.scale[column], &mut weights);
            }
            reasons.push(Reason { kind, name, weights });
        }
        for (column, &value) in columns.iter().enumerate().skip(k) {
            let (block, label) = context::name(column, k);
            let mut weights = vec![0.0; k];
            self.push(column, self.second.standard(column, value), &mut weights);
            match reasons.last_mut() {
                Some(last) if last.kind == ReasonKind::Context && last.name == block && label.is_some() => {
                    last.weights.iter_mut().zip(&weights).for_each(|(a, b)| *a += b);
                }
                _ => reasons.push(Reason { kind: ReasonKind::Context, name: block.to_owned(), weights }),
            }
        }
        for reason in &mut reasons {
            let mean = reason.weights.iter().sum::<f32>() / k as f32;
            for weight in &mut reason.weights {
                *weight -= mean;
            }
        }
        reasons.retain(|r| r.strength() > 0.0);
        reasons.sort_by(|a, b| {
            let by_strength = b.strength().total_cmp(&a.strength());
            by_strength.then_with(|| (a.kind, &a.name).cmp(&(b.kind, &b.name)))
        });
        reasons
    }

    /// Adds what a standardised column says to `weights`.
    fn push(&self, column: usize, value: f32, weights: &mut [f32]) {
        let k = weights.len();
        let row = &self.second.weights[column * k..(column + 1) * k];
        weights.iter_mut().zip(row).for_each(|(out, w)| *out += value * w);
    }

    /// Every feature of the text itself, with its row.
    fn spoken(&self, text: &str) -> Vec<(ReasonKind, String, Vec<i32>)> {
        let first = &self.first;
        let wide = |row: &[i16]| row.iter().map(|w| i32::from(*w)).collect::<Vec<_>>();
        let mut out = Vec::new();
        let mut items = Vec::new();
        let mut places = Vec::new();
        let mut last: Option<(u64, usize)> = None;
        scan(text, |token| {
            let Token::Word(word) = token else {
                items.push(Item::default());
                return;
            };
            let (start, end) = (word.start as usize, word.end as usize);
            let (row, class) = first.word(word.hash, &text[start..end]);
            let mut item = Item { hash: word.hash, class, run: Run::default() };
            places.push((start, end));
            out.push((ReasonKind::Word, text[start..end].to_owned(), row));
            if let Some((before, from)) = last
                && let Some((row, run)) = first.pair(ngram::pair(before, word.hash))
            {
                item.run = run;
                out.push((ReasonKind::Pair, text[from..end].to_owned(), row));
            }
            items.push(item);
            last = Some((word.hash, start));
        });
        let names = &self.lexicon.names;
        let n = names.len();
        let name = |class: u16| {
            let class = usize::from(class);
            if class < n { names[class].clone() } else { format!("not {}", names[class - n]) }
        };
        lexicon::hits(
            &items,
            n,
            self.lexicon.negation,
            |h| self.lexicon.longer(h),
            |hit| {
                let covered = &places[hit.word as usize - 1..(hit.word + hit.words) as usize - 1];
                let phrase = &text[covered[0].0..covered[covered.len() - 1].1];
                let class = usize::from(hit.class);
                let row = wide(&first.classes[class * first.lanes..][..first.lanes]);
                out.push((ReasonKind::Class, format!("{} ({phrase})", name(hit.class)), row));
                if let Some(before) = hit.before {
                    let at = usize::from(before) * 2 * n + class;
                    let row = wide(&first.class_pairs[at * first.lanes..][..first.lanes]);
                    out.push((ReasonKind::ClassPair, format!("{} – {}", name(before), name(hit.class)), row));
                }
            },
        );
        out
    }
}
