//! Label sets: the names of the stances, their codebook lines and which one means
//! "no stance". The shipped set is `data/labels/policy.toml`; a trained model carries its own.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result};

/// Names of the stances, in the order of every `p_<label>` column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelSet {
    /// Name of the set.
    pub name: String,
    /// Label names; a label id is an index into this.
    pub labels: Vec<String>,
    /// One codebook line per label; empty strings where nothing is known.
    pub codebook: Vec<String>,
    /// The label that means "takes no stance", if one does: it never is a primary stance.
    pub none: Option<u16>,
}

impl LabelSet {
    /// Most labels of a set: what the solver and the scorer have lanes for.
    pub const MOST: usize = 1024;

    /// A set from label names, in the given order, without codebook lines.
    ///
    /// # Errors
    /// Where there are fewer than two names or more than [`LabelSet::MOST`], a name is empty or repeated, or `none` is
    /// not among them.
    pub fn new(name: &str, labels: Vec<String>, none: Option<&str>) -> Result<Self> {
        let usage = |m: String| Err(Error::new(Kind::Usage, m));
        if labels.len() < 2 {
            return usage(format!("{} label found; at least two are needed", labels.len()));
        }
        if labels.len() > Self::MOST {
            return usage(format!("{} labels; at most {} are possible", labels.len(), Self::MOST));
        }
        for (i, label) in labels.iter().enumerate() {
            if label.trim().is_empty() {
                return usage("a label name is empty".to_owned());
            }
            if labels[..i].contains(label) {
                return usage(format!("the label \"{label}\" is listed twice"));
            }
        }
        let none = match none {
            None => None,
            Some(n) => match labels.iter().position(|l| l == n) {
                Some(i) => Some(i as u16),
                None => return usage(format!("\"{n}\" is not a label; there are: {}", labels.join(", "))),
            },
        };
        Ok(Self { name: name.to_owned(), codebook: vec![String::new(); labels.len()], labels, none })
    }

    /// The set of the labels that a table uses. Which of them means "no stance" is `none`; if nobody says, it is
    /// "neutral", if that is used.
    ///
    /// # Errors
    /// As [`LabelSet::new`].
    pub(crate) fn used(name: &str, labels: Vec<String>, none: Option<&str>) -> Result<Self> {
        let usual = labels.iter().find(|l| l.eq_ignore_ascii_case("neutral")).cloned();
        Self::new(name, labels, none.or(usual.as_deref()))
    }

    /// A set from the TOML text of a file in `data/labels`.
    ///
    /// # Errors
    /// Where the text is not such a file or the set is not usable (see [`LabelSet::new`]).
    pub fn from_toml(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct File {
            name: String,
            none: Option<String>,
            label: Vec<Label>,
        }
        #[derive(Deserialize)]
        struct Label {
            name: String,
            codebook: String,
        }
        let file: File = toml::from_str(text).map_err(|e| Error::new(Kind::Format, e.to_string()))?;
        let names = file.label.iter().map(|l| l.name.clone()).collect();
        let mut set = Self::new(&file.name, names, file.none.as_deref())?;
        set.codebook = file.label.into_iter().map(|l| l.codebook).collect();
        Ok(set)
    }

    /// The set that the shipped model uses.
    ///
    /// # Panics
    /// Never: a test reads the embedded file.
    #[must_use]
    pub fn policy() -> Self {
        Self::from_toml(include_str!("../../data/labels/policy.toml")).expect("embedded label set")
    }

    /// Number of labels.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Never true: a set has at least two labels.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The id of a label name.
    #[must_use]
    pub fn id(&self, name: &str) -> Option<u16> {
        self.labels.iter().position(|l| l == name).map(|i| i as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_set_reads_and_names_its_neutral_label() {
        let set = LabelSet::policy();
        assert_eq!(set.labels, ["security-focused", "decoupling-skeptic", "cooperation-oriented", "neutral"]);
        assert_eq!(set.none, Some(3));
        assert!(set.codebook.iter().all(|line| !line.is_empty()));
    }

    #[test]
    fn unusable_sets_are_refused() {
        let set = |labels: &[&str], none| LabelSet::new("t", labels.iter().map(|l| (*l).to_owned()).collect(), none);
        assert!(set(&["a"], None).is_err());
        assert!(set(&["a", "a"], None).is_err());
        assert!(set(&["a", " "], None).is_err());
        assert!(set(&["a", "b"], Some("c")).is_err());
        assert_eq!(set(&["a", "b"], Some("b")).map(|s| s.none), Ok(Some(1)));
        let many = |n: usize| LabelSet::new("t", (0..n).map(|i| format!("l{i}")).collect(), None);
        assert!(many(LabelSet::MOST).is_ok());
        assert!(many(LabelSet::MOST + 1).is_err(), "more than there are lanes for: training panicked");
    }
}
