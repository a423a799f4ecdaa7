//! The best consistent graph from local scores: the maximum spanning arborescence of
//! Chu & Liu (1965) and Edmonds (1967).
//!
//! Node 0 is a root that is no sentence; a node whose parent is 0 is a central claim. All
//! weights are sums of logs; `-∞` marks an arc that may not be used.

/// Weights of all arcs over `n` nodes, by child: `weight(child, parent)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Arcs {
    n: usize,
    weights: Vec<f64>,
}

impl Arcs {
    /// `n` nodes, node 0 the root, and no arc.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { n, weights: vec![f64::NEG_INFINITY; n * n] }
    }

    /// Number of nodes, the root included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.n
    }

    /// Whether there is not even a root.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Sets the weight of the arc from `child` to `parent`.
    ///
    /// # Panics
    /// Where a node does not exist.
    pub fn set(&mut self, child: usize, parent: usize, weight: f64) {
        self.weights[child * self.n + parent] = weight;
    }

    /// The weight of the arc from `child` to `parent`.
    ///
    /// # Panics
    /// Where a node does not exist.
    #[must_use]
    pub fn get(&self, child: usize, parent: usize) -> f64 {
        self.weights[child * self.n + parent]
    }

    /// The parent of every node but the root (`parents[0]` is 0) in the arborescence of
    /// largest total weight; of equal ones, the same one always.
    ///
    /// Every node must have a finite arc to the root. With `single_root` exactly one node
    /// hangs from the root if any such tree exists.
    #[must_use]
    pub fn best(&self, single_root: bool) -> Vec<usize> {
        if !single_root {
            return arborescence(self);
        }
        // A toll on arcs to the root, larger than any gain elsewhere, is paid only once.
        let finite = self.weights.iter().filter(|w| w.is_finite()).fold(1.0_f64, |m, w| m.max(w.abs()));
        let mut tolled = self.clone();
        for child in 1..self.n {
            tolled.weights[child * self.n] -= 4.0 * finite * self.n as f64;
        }
        arborescence(&tolled)
    }
}

fn arborescence(arcs: &Arcs) -> Vec<usize> {
    let n = arcs.n;
    let mut parents = vec![0; n];
    for (child, chosen) in parents.iter_mut().enumerate().skip(1) {
        for parent in (0..n).filter(|p| *p != child) {
            if arcs.get(child, parent) > arcs.get(child, *chosen) {
                *chosen = parent;
            }
        }
    }
    let Some(cycle) = find_cycle(&parents) else { return parents };

    // Contract the cycle into one node and solve the smaller problem.
    let mut in_cycle = vec![false; n];
    for &node in &cycle {
        in_cycle[node] = true;
    }
    let mut outside: Vec<usize> = (0..n).filter(|i| !in_cycle[*i]).collect();
    let merged = outside.len();
    let mut small = Arcs::new(merged + 1);
    // Where an arc into or out of the merged node really ends.
    let mut enters = vec![cycle[0]; merged];
    let mut leaves = vec![cycle[0]; merged];
    for (a, &i) in outside.iter().enumerate() {
        for (b, &j) in outside.iter().enumerate() {
            if i != j {
                small.set(a, b, arcs.get(i, j));
            }
        }
        for &c in &cycle {
            if arcs.get(i, c) > small.get(a, merged) {
                small.set(a, merged, arcs.get(i, c));
                leaves[a] = c;
            }
            let gain = arcs.get(c, i) - arcs.get(c, parents[c]);
            if gain > small.get(merged, a) {
                small.set(merged, a, gain);
                enters[a] = c;
            }
        }
    }
    let solved = arborescence(&small);
    outside.push(usize::MAX);
    for a in 1..merged {
        parents[outside[a]] = if solved[a] == merged { leaves[a] } else { outside[solved[a]] };
    }
    let entry = solved[merged];
    parents[enters[entry]] = outside[entry];
    parents
}

/// Nodes of a cycle that following `parents` runs into, if there is one.
fn find_cycle(parents: &[usize]) -> Option<Vec<usize>> {
    // 0: not seen; otherwise the walk that saw it first.
    let mut seen = vec![0; parents.len()];
    for start in 1..parents.len() {
        let mut at = start;
        while at != 0 && seen[at] == 0 {
            seen[at] = start;
            at = parents[at];
        }
        if at != 0 && seen[at] == start {
            let mut cycle = vec![at];
            let mut next = parents[at];
            while next != at {
                cycle.push(next);
                next = parents[next];
            }
            return Some(cycle);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The best tree by trying every assignment of parents.
    fn brute(arcs: &Arcs, single_root: bool) -> f64 {
        let n = arcs.n;
        let mut best = f64::NEG_INFINITY;
        for code in 0..n.pow(n as u32 - 1) {
            let parents: Vec<usize> =
                std::iter::once(0).chain((1..n).map(|i| code / n.pow(i as u32 - 1) % n)).collect();
            let roots = (1..n).filter(|i| parents[*i] == 0).count();
            if is_tree(&parents) && (!single_root || roots == 1) {
                best = best.max(total(arcs, &parents));
            }
        }
        best
    }

    fn is_tree(parents: &[usize]) -> bool {
        (1..parents.len()).all(|i| parents[i] != i) && find_cycle(parents).is_none()
    }

    fn total(arcs: &Arcs, parents: &[usize]) -> f64 {
        (1..parents.len()).map(|i| arcs.get(i, parents[i])).sum()
    }

    fn arcs(n: usize, weights: &[i16]) -> Arcs {
        let mut arcs = Arcs::new(n);
        for child in 1..n {
            for parent in (0..n).filter(|p| *p != child) {
                arcs.set(child, parent, f64::from(weights[child * n + parent]) / 64.0);
            }
        }
        arcs
    }

    proptest! {
        #[test]
        fn the_tree_is_the_best_of_all(n in 2_usize..7, weights in prop::collection::vec(-999_i16..999, 49)) {
            let arcs = arcs(n, &weights);
            for single in [false, true] {
                let parents = arcs.best(single);
                prop_assert!(is_tree(&parents));
                prop_assert!(!single || (1..n).filter(|i| parents[*i] == 0).count() == 1);
                prop_assert!((total(&arcs, &parents) - brute(&arcs, single)).abs() < 1e-9);
            }
        }

        #[test]
        fn absent_arcs_are_not_used(n in 2_usize..30, weights in prop::collection::vec(-99_i16..99, 900)) {
            let mut arcs = arcs(n, &weights);
            for child in 1..n {
                for parent in 1..n {
                    if child.abs_diff(parent) > 3 {
                        arcs.set(child, parent, f64::NEG_INFINITY);
                    }
                }
            }
            let parents = arcs.best(true);
            prop_assert!(is_tree(&parents));
            prop_assert!((1..n).all(|i| arcs.get(i, parents[i]).is_finite()));
        }
    }

    #[test]
    fn a_cycle_is_broken_where_it_costs_least() {
        let mut arcs = Arcs::new(4);
        for child in 1..4 {
            arcs.set(child, 0, -10.0);
        }
        arcs.set(1, 2, -1.0);
        arcs.set(2, 3, -1.0);
        arcs.set(3, 1, -1.0);
        arcs.set(3, 0, -8.0);
        assert_eq!(arcs.best(true), [0, 2, 3, 0]);
    }

    #[test]
    fn one_sentence_hangs_from_the_root() {
        let mut arcs = Arcs::new(2);
        arcs.set(1, 0, -3.0);
        assert_eq!(arcs.best(true), [0, 0]);
        assert_eq!(Arcs::new(1).best(true), [0]);
    }
}
