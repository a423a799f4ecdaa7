//! A sparse linear classifier over the same features, stacked in as one more family.
//!
//! One against the rest with squared hinge loss, solved in the dual one row at a time (Hsieh et al. 2008,
//! doi:10.1145/1390156.1390208): no step size, and the order of the rows is fixed. All labels are
//! solved together, so that a row's weights are fetched once.

use super::TrainOptions;
use super::count::{ALL_FOLDS, Counted, Rows};
use super::postings::Postings;
use crate::parallel;
use crate::stance::LabelSet;

/// Marks a feature that the solver does not see.
pub(super) const LEFT_OUT: u32 = u32::MAX;

/// The fitted classifier.
pub(super) struct Sparse {
    /// For each of words, pairs, classes, class pairs and crossed words, the row of `weights` of each feature;
    /// [`LEFT_OUT`] if it has none.
    pub(super) kept: Vec<Vec<u32>>,
    /// One row per feature and one column per label, from all rows of the data. Feature 0 is in every one.
    pub(super) weights: Vec<f32>,
    /// One row per row of the data: its score, out of fold.
    pub(super) columns: Vec<f32>,
}

impl Sparse {
    /// Fits to the labelled rows.
    pub(super) fn fit(counted: &Counted, options: &TrainOptions) -> Self {
        let Counted { rows, words, pairs, classes, class_pairs, crossed, .. } = counted;
        let k = rows.labels;
        let labelled = rows.labelled();
        let least = if labelled.len() > 5_000 { 2 } else { 1 };
        let matrix = Matrix::new(rows, &[words, pairs, classes, class_pairs, crossed], least);
        let mut columns = vec![0.0; rows.len() * k];
        if options.sparse == 0.0 {
            let weights = vec![0.0; matrix.square.len() * k];
            return Self { kept: matrix.kept, weights, columns };
        }
        let held_out = if labelled.len() <= ALL_FOLDS { rows.folds } else { 1 };
        let mut weights = parallel::map_ranges(held_out + 1, 1, |fold| {
            let used = |&r: &u32| fold.start == held_out || rows.fold_of(r) != fold.start;
            let train: Vec<u32> = labelled.iter().copied().filter(used).collect();
            matrix.fit(rows, &train, options.sparse, options.passes)
        });
        let all = weights.pop().unwrap_or_default();
        for (row, out) in columns.chunks_exact_mut(k).enumerate() {
            let fold = rows.fold_of(row as u32);
            matrix.score(row, weights.get(fold).unwrap_or(&weights[0]), out);
        }
        Self { kept: matrix.kept, weights: all, columns }
    }
}

/// Features of each row, for the solver.
struct Matrix {
    starts: Vec<u32>,
    features: Vec<u32>,
    /// Square of each feature's value: its rarity.
    square: Vec<f32>,
    /// For each family, the feature in the solver of each of its features; [`LEFT_OUT`] if it has none.
    kept: Vec<Vec<u32>>,
}

impl Matrix {
    /// Features of `families` that stand in at least `least` rows. Feature 0 is in every row.
    fn new(rows: &Rows, families: &[&Postings], least: usize) -> Self {
        let n = rows.len();
        let documents = n as f64;
        let mut square = vec![1.0];
        let mut sizes = vec![1_u32; n];
        let mut kept = Vec::new();
        for &family in families {
            let ids = (0..family.len()).map(|feature| {
                let found = family.of(feature);
                if found.len() < least {
                    return LEFT_OUT;
                }
                let idf = (documents / found.len() as f64).ln() / documents.ln() + 0.1;
                for &row in found {
                    sizes[row as usize] += 1;
                }
                square.push((idf * idf) as f32);
                square.len() as u32 - 1
            });
            kept.push(ids.collect::<Vec<_>>());
        }
        let mut starts = Vec::with_capacity(n + 1);
        let mut sum = 0;
        for size in sizes {
            starts.push(sum);
            sum += size;
        }
        let mut next = starts.clone();
        starts.push(sum);
        let mut features = vec![0; sum as usize];
        for at in &mut next {
            *at += 1; // feature 0 is there already
        }
        for (family, ids) in families.iter().zip(&kept) {
            for (feature, &id) in ids.iter().enumerate() {
                if id != LEFT_OUT {
                    for &row in family.of(feature) {
                        features[next[row as usize] as usize] = id;
                        next[row as usize] += 1;
                    }
                }
            }
        }
        Self { starts, features, square, kept }
    }

    fn row(&self, row: usize) -> &[u32] {
        &self.features[self.starts[row] as usize..self.starts[row + 1] as usize]
    }

    /// Weights, one row per feature and one column per label, learned from `train` (rows of `rows`).
    fn fit(&self, rows: &Rows, train: &[u32], penalty: f64, passes: usize) -> Vec<f32> {
        match rows.labels {
            1..=4 => self.fit_lanes::<4>(rows, train, penalty, passes),
            5..=8 => self.fit_lanes::<8>(rows, train, penalty, passes),
            9..=16 => self.fit_lanes::<16>(rows, train, penalty, passes),
            17..=64 => self.fit_lanes::<64>(rows, train, penalty, passes),
            _ => self.fit_lanes::<{ LabelSet::MOST }>(rows, train, penalty, passes),
        }
    }

    /// The same with rows of `L` lanes, at least as many as there are labels.
    fn fit_lanes<const L: usize>(&self, rows: &Rows, train: &[u32], penalty: f64, passes: usize) -> Vec<f32> {
        let (k, scale) = (rows.labels, rows.scale.as_slice());
        let mut weights = vec![[0.0_f32; L]; self.square.len()];
        let mut dual = vec![[0.0_f32; L]; train.len()];
        let diagonal = (0.5 / penalty) as f32;
        let norm = |&r: &u32| {
            let s = scale[r as usize];
            s * s * self.row(r as usize).iter().map(|&f| self.square[f as usize]).sum::<f32>()
        };
        let norms: Vec<f32> = train.iter().map(norm).collect();
        let mut order: Vec<u32> = (0..train.len() as u32).collect();
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..passes {
            for i in (1..order.len()).rev() {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                order.swap(i, ((random >> 33) as usize) % (i + 1));
            }
            for &i in &order {
                let row = train[i as usize] as usize;
                let features = self.row(row);
                let s = scale[row];
                let mut score = [0.0_f32; L];
                for &f in features {
                    let w = &weights[f as usize];
                    (0..L).for_each(|l| score[l] += w[l]);
                }
                let mut moved = false;
                for label in 0..k {
                    let sign = if usize::from(rows.label[row]) == label { 1.0 } else { -1.0 };
                    let a = &mut dual[i as usize][label];
                    let gradient = sign * score[label] * s - 1.0 + *a * diagonal;
                    let new = (*a - gradient / (norms[i as usize] + diagonal)).max(0.0);
                    score[label] = (new - *a) * sign * s;
                    moved |= new > 0.0 || *a > 0.0;
                    *a = new;
                }
                if moved {
                    for &f in features {
                        let square = self.square[f as usize];
                        let w = &mut weights[f as usize];
                        (0..L).for_each(|l| w[l] += score[l] * square);
                    }
                }
            }
        }
        weights.iter().flat_map(|w| &w[..k]).copied().collect()
    }

    /// Sum of the weights of a row's features, into `out`.
    fn score(&self, row: usize, weights: &[f32], out: &mut [f32]) {
        let k = out.len();
        out.fill(0.0);
        for &f in self.row(row) {
            out.iter_mut().zip(&weights[f as usize * k..]).for_each(|(s, w)| *s += w);
        }
    }
}
