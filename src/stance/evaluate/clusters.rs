//! What hangs together: documents, or the documents that share speakers.

use crate::error::{Error, Kind, Result};
use crate::stance::examples::{Example, Examples, folds};

/// What a fold keeps whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Group {
    /// All sentences of a document.
    #[default]
    Document,
    /// All sentences of all documents that share a speaker: leave speakers out.
    Speaker,
}

impl Group {
    pub(super) fn unit(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Speaker => "speaker",
        }
    }
}

/// What hangs together: a fold keeps it whole, and the bootstrap draws it as one.
pub(super) struct Clusters<'a> {
    pub(super) group: Group,
    /// Names, sorted.
    pub(super) names: Vec<&'a str>,
    /// The cluster of each document.
    pub(super) of: Vec<usize>,
}

/// The clusters of documents.
pub(super) fn clusters(examples: &Examples, group: Group) -> Clusters<'_> {
    let of: Vec<&str> = match group {
        Group::Document => examples.documents.iter().map(Example::name).collect(),
        Group::Speaker => by_speaker(examples),
    };
    let mut names = of.clone();
    names.sort_unstable();
    names.dedup();
    let of = of.iter().map(|name| names.partition_point(|n| n < name)).collect();
    Clusters { group, names, of }
}

/// The fold of each document.
pub(super) fn cut(examples: &Examples, clusters: &Clusters, parts: usize) -> Result<Vec<usize>> {
    let mut sizes: Vec<(&str, usize)> = clusters.names.iter().map(|name| (*name, 0)).collect();
    for (cluster, document) in clusters.of.iter().zip(&examples.documents) {
        sizes[*cluster].1 += document.labels.len();
    }
    if sizes.len() < parts || parts < 2 {
        let message =
            format!("{} groups for {parts} folds; at least 2 folds, and as many groups, are needed", sizes.len());
        return Err(Error::new(Kind::Usage, message));
    }
    let fold = folds(&sizes, parts);
    Ok(clusters.of.iter().map(|cluster| fold[*cluster]).collect())
}

/// One name per connected set of documents: those that share a speaker hang together.
fn by_speaker(examples: &Examples) -> Vec<&str> {
    let mut named: Vec<(&str, usize)> = Vec::new();
    for (i, example) in examples.documents.iter().enumerate() {
        named.extend(example.document.speakers.iter().map(|s| (s.as_str(), i)));
    }
    named.sort_unstable();
    let mut parent: Vec<usize> = (0..examples.documents.len()).collect();
    for pair in named.windows(2) {
        if pair[0].0 == pair[1].0 {
            let (a, b) = (root(&mut parent, pair[0].1), root(&mut parent, pair[1].1));
            parent[a.max(b)] = a.min(b);
        }
    }
    (0..parent.len()).map(|i| examples.documents[root(&mut parent, i)].name()).collect()
}

/// The smallest document that document `i` hangs together with.
fn root(parent: &mut [usize], mut i: usize) -> usize {
    while parent[i] != i {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    i
}
