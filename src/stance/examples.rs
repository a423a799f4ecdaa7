//! Labelled sentences in their documents: what a model is trained and measured on.

use std::sync::Arc;

use super::LabelSet;
use crate::document::Document;

/// A document with the labels of its sentences.
#[derive(Clone, Debug)]
pub struct Example {
    /// The text. Sentences without a label are context only.
    pub document: Document,
    /// One entry per sentence.
    pub labels: Vec<Option<u16>>,
    /// Per sentence, whether it belongs to a sample that was drawn to be coded.
    pub drawn: Vec<bool>,
}

impl Example {
    /// What the document is known by: its id, or its words where it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.document.id.is_empty() { &self.document.text } else { &self.document.id }
    }
}

/// Labelled documents under one label set.
#[derive(Clone, Debug)]
pub struct Examples {
    /// What label ids refer to.
    pub labels: Arc<LabelSet>,
    /// The documents.
    pub documents: Vec<Example>,
}

impl Examples {
    /// Number of labelled sentences.
    #[must_use]
    pub fn labelled(&self) -> usize {
        self.documents.iter().map(|d| d.labels.iter().flatten().count()).sum()
    }

    /// Number of labelled sentences per label.
    #[must_use]
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.labels.len()];
        for label in self.documents.iter().flat_map(|d| d.labels.iter().flatten()) {
            counts[usize::from(*label)] += 1;
        }
        counts
    }

    /// Digests of the labelled sentences of samples, sorted.
    #[must_use]
    pub(super) fn sample(&self) -> Vec<String> {
        let mut sample: Vec<String> = Vec::new();
        for Example { document, labels, drawn } in &self.documents {
            let used = |i: &usize| drawn[*i] && labels[*i].is_some();
            sample.extend((0..labels.len()).filter(used).map(|i| digest(&document.id, document.sentence(i))));
        }
        sample.sort_unstable();
        sample.dedup();
        sample
    }

    /// The documents at `indices`.
    #[must_use]
    pub fn subset(&self, indices: &[usize]) -> Self {
        let documents = indices.iter().map(|&i| self.documents[i].clone()).collect();
        Self { labels: Arc::clone(&self.labels), documents }
    }
}

/// What a sentence of a document is known by among those that a model was trained on.
pub(crate) fn digest(document: &str, sentence: &str) -> String {
    let mut hash = blake3::Hasher::new();
    hash.update(document.trim().as_bytes()).update(&[0]).update(sentence.trim().as_bytes());
    hash.finalize().to_hex()[..16].to_owned()
}

/// Cuts groups of the given sizes into `folds` parts of about the same size, each group whole. The cut
/// depends on names and sizes, not on the order: the largest groups go first, each to the smallest part
/// so far.
#[must_use]
pub(super) fn folds(groups: &[(&str, usize)], folds: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..groups.len()).collect();
    let key = |i: usize| (std::cmp::Reverse(groups[i].1), *blake3::hash(groups[i].0.as_bytes()).as_bytes());
    order.sort_by_cached_key(|&i| key(i));
    let mut sizes = vec![0; folds.max(1)];
    let mut fold = vec![0; groups.len()];
    for i in order {
        let smallest = (0..sizes.len()).min_by_key(|&f| (sizes[f], f)).unwrap_or(0);
        sizes[smallest] += groups[i].1;
        fold[i] = smallest;
    }
    fold
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_even_and_do_not_depend_on_the_order() {
        let groups: Vec<(String, usize)> = (0..40).map(|i| (format!("d{i}"), 5 + i % 7)).collect();
        let view: Vec<(&str, usize)> = groups.iter().map(|(g, n)| (g.as_str(), *n)).collect();
        let fold = folds(&view, 5);
        let mut sizes = [0; 5];
        fold.iter().zip(&view).for_each(|(&f, g)| sizes[f] += g.1);
        assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 5, "{sizes:?}");
        let reversed: Vec<_> = view.iter().rev().copied().collect();
        let mut back = folds(&reversed, 5);
        back.reverse();
        assert_eq!(back, fold);
    }
}
