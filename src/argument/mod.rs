//! Stage 5: sentences and stances → argument map.
//!
//! - [`ArgumentModel::map`] reads every sentence as a claim, a premise or neither, links the
//!   sentences of a turn into trees and those of an exchange across its speakers.
//! - *Within a turn* local logistic models (component, role, function, attachment) give
//!   log-probabilities; the maximum spanning arborescence picks the consistent tree
//!   (Peldszus & Stede 2015, "Joint prediction in MST-style discourse parsing for
//!   argumentation mining").
//! - *Across speakers* at most 30 earlier sentences of the exchange are looked at per
//!   sentence, so the cost is linear in the text.
//! - Where experts answer the same question side by side, [`RelationKind::DiffersOn`] shows where their stances part
//!   (`differ`).
//! - The same code trains from the user's own `components.csv` and `relations.csv`:
//!   [`train`]; which relations exist and whether they are trees is read off the file.

mod candidates;
pub mod corpus;
pub mod decode;
mod denial;
mod differ;
mod evaluate;
mod file;
mod gold;
mod logistic;
mod markers;
mod model;
mod pair;
mod relation;
mod tables;
pub mod task;
mod token;
mod train;
mod unit;

pub use evaluate::{LinkScores, Scores, TreeScores, cross_validate, evaluate};
pub use gold::Annotated;
pub use model::{ArgumentModel, MapOptions};
pub(crate) use tables::Sited;
pub use tables::{Table, Tables};
pub use train::train;

/// What a sentence does in the argument of its turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComponentKind {
    /// Nothing: procedure, background, a plain question.
    #[default]
    None,
    /// A point the speaker wants accepted.
    Claim,
    /// A reason for or an objection to another sentence.
    Premise,
}

impl ComponentKind {
    /// All kinds, by index.
    pub const ALL: [Self; 3] = [Self::None, Self::Claim, Self::Premise];

    /// The name used in files: `none`, `claim`, `premise`.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["none", "claim", "premise"][self as usize]
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == name)
    }
}

/// Whose side of the turn's central claim a sentence is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The speaker's own.
    Pro,
    /// An opponent's, as when a speaker concedes or anticipates an objection.
    Opp,
}

impl Role {
    /// The name used in files: `pro`, `opp`.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["pro", "opp"][self as usize]
    }

    /// The role of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pro, Self::Opp].into_iter().find(|r| r.name() == name)
    }
}

/// How one sentence bears on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RelationKind {
    /// The source is a reason for the target.
    Support,
    /// The source speaks against the target.
    Attack,
    /// The source says the target again.
    Rephrase,
    /// The two speakers take different positions without addressing one another.
    DiffersOn,
}

impl RelationKind {
    /// All kinds, by index.
    pub const ALL: [Self; 4] = [Self::Support, Self::Attack, Self::Rephrase, Self::DiffersOn];

    /// The name used in files: `support`, `attack`, `rephrase`, `differs-on`.
    #[must_use]
    pub fn name(self) -> &'static str {
        ["support", "attack", "rephrase", "differs-on"][self as usize]
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == name)
    }
}

/// What one sentence is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Component {
    /// Claim, premise or neither.
    pub kind: ComponentKind,
    /// Side, for claims and premises.
    pub role: Option<Role>,
    /// Probability of `kind`, 0 to 1.
    pub probability: f32,
}

/// A directed relation between two sentences of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// Index of the sentence that supports, attacks, rephrases or differs.
    pub source: u32,
    /// Index of the sentence it bears on.
    pub target: u32,
    /// In which way.
    pub kind: RelationKind,
    /// Probability that this relation, of this kind, holds: 0 to 1, calibrated on held-out documents.
    pub probability: f32,
    /// Whether two different speakers say the two sentences.
    pub cross_speaker: bool,
    /// What speaks for it, in words, strongest first; parts are joined by `; `.
    pub evidence: String,
}

/// The argument of a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArgumentMap {
    /// One per sentence.
    pub components: Vec<Component>,
    /// Sorted by source, target and kind, without repetition.
    pub relations: Vec<Relation>,
}
