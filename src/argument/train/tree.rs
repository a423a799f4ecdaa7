//! How the trees within turns are built.

use super::Pair;
use super::linking::{Found, Linking};
use crate::argument::ComponentKind;
use crate::argument::evaluate::{TreeCounts, tree_scores};
use crate::argument::model::{Arc, Place, Tree};
use crate::parallel;

/// Steps of the search for the weights of the tree: factors of a weight, and what is added to the attack's odds.
const FACTORS: [f32; 6] = [0.4, 0.6, 0.8, 1.25, 1.6, 2.5];
const SHIFTS: [f32; 6] = [-0.6, -0.3, -0.15, 0.15, 0.3, 0.6];
/// Rounds of it at most; it ends where a round finds nothing better.
const ROUNDS: usize = 5;

/// How trees are built: their form from the annotations, the weights by the out-of-fold
/// predictions they make best (sum of the four macro-F1, handed over too).
pub(super) fn tree(linking: &Linking<'_>, found: &Found) -> (Tree, f64) {
    let Linking { examples, beliefs, .. } = *linking;
    let spanning = examples.iter().flat_map(|e| &e.component).all(|c| *c != ComponentKind::None);
    let single_root = examples.iter().all(|e| {
        let mut roots = vec![0; e.places.len()];
        for (i, _) in e.places.iter().enumerate().filter(|(_, p)| **p == Place::Root) {
            roots[e.prepared.turns[i].start] += 1;
        }
        roots.iter().all(|r| *r <= 1)
    });
    let arcs: Vec<Vec<Arc>> = examples
        .iter()
        .zip(&found.scores)
        .map(|(e, scores)| {
            let within = e.pairs.iter().zip(scores).filter(|(p, s)| {
                s.0.is_finite() && e.prepared.units[p.source as usize].turn == e.prepared.units[p.target as usize].turn
            });
            let arc = |(p, s): (&Pair, &(f64, [f64; 3]))| Arc {
                source: p.source as usize,
                target: p.target as usize,
                link: found.calibrated(s.0),
                kind: s.1,
            };
            within.map(arc).collect()
        })
        .collect();
    let indices: Vec<usize> = (0..examples.len()).collect();
    let quality = |tree: &Tree| {
        let counts = parallel::map(&indices, |_, &i| {
            let e = &examples[i];
            let mut found = vec![Place::Outside; e.places.len()];
            tree.decode_turns(&e.prepared, &beliefs[i], &arcs[i], &mut found);
            tree_scores(&e.places, &found, &e.prepared.turns)
        });
        let mut sum = TreeCounts::default();
        counts.iter().for_each(|c| sum.add(c));
        let f = sum.scores();
        f.cc + f.ro + f.fu + f.at
    };
    let mut tree = Tree { single_root, spanning, function: 1.0, role: 1.0, component: 1.0, attack: 0.0 };
    let mut best = quality(&tree);
    for _ in 0..ROUNDS {
        let before = best;
        for dial in DIALS {
            for other in dial(tree) {
                let q = quality(&other);
                if q > best + 1e-9 {
                    (tree, best) = (other, q);
                }
            }
        }
        if best <= before {
            break;
        }
    }
    (tree, best)
}

/// Trees that differ from one in one of its weights.
type Dial = fn(Tree) -> Vec<Tree>;

const DIALS: [Dial; 4] = [
    |tree| weights(tree.function).map(|function| Tree { function, ..tree }).collect(),
    |tree| weights(tree.role).map(|role| Tree { role, ..tree }).collect(),
    |tree| weights(tree.component).map(|component| Tree { component, ..tree }).collect(),
    |tree| SHIFTS.map(|shift| Tree { attack: tree.attack + shift, ..tree }).to_vec(),
];

/// Weights to try instead of one. 0 has no factors: it may come back to a half.
fn weights(now: f32) -> impl Iterator<Item = f32> {
    FACTORS.into_iter().map(move |factor| now * factor).chain([if now == 0.0 { 0.5 } else { 0.0 }])
}
