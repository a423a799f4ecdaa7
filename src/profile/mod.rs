//! Stage 6: stances and map → one profile per speaker.
//!
//! Shares are counted over the labels the model chose and printed as what they are, `uncorrected`: with an
//! imperfect classifier such shares are biased, and an interval around them would not cover the truth. Where the
//! input brings human codes (`label`) of a probability sample (`inclusion_probability`), [`estimate`] corrects them.

pub mod codes;
pub mod estimate;
pub mod sample;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::argument::corpus::{RecurringClaim, SpeakerPair};
use crate::argument::{ArgumentMap, ComponentKind, RelationKind};
use crate::document::Document;
use crate::profile::codes::Codes;
use crate::profile::estimate::{Coded, Estimate};
use crate::stance::{Card, LabelSet, Stances};

/// What one speaker says, in one document or in the whole corpus.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SpeakerProfile {
    /// The speaker's name; empty for sentences of nobody known.
    pub speaker: String,
    /// Number of sentences.
    pub sentences: usize,
    /// Number of words, by white space.
    pub words: usize,
    /// Number of sentences by label id.
    pub counts: Vec<usize>,
    /// Number of sentences on which the model abstains; they are in `counts` as well.
    pub abstained: usize,
    /// Number of claims made.
    pub claims: usize,
    /// Number of the speaker's sentences that another sentence supports.
    pub supported: usize,
    /// Number of the speaker's sentences that another sentence attacks.
    pub attacked: usize,
    /// Number of sentences that could be drawn to be coded: those of documents with a sample.
    pub sampled: usize,
    /// Number of those that were not drawn.
    pub undrawn: usize,
    /// What is known from human codes.
    pub coded: Coded,
}

impl SpeakerProfile {
    fn new(speaker: &str, labels: usize) -> Self {
        Self { speaker: speaker.to_owned(), counts: vec![0; labels], ..Self::default() }
    }

    /// The shares of all labels as corrected by codes; `None` without enough of them, or where some sentences could not
    /// be drawn.
    #[must_use]
    pub fn estimates(&self) -> Option<Vec<Estimate>> {
        (0..self.counts.len()).map(|label| self.estimate(label)).collect()
    }

    fn estimate(&self, label: usize) -> Option<Estimate> {
        // Codes of one document tell nothing about the errors in another that nothing was drawn from.
        if self.sampled < self.sentences || self.lacks_the_rest() {
            return None;
        }
        self.coded.estimate(label, self.counts[label], self.sentences)
    }

    /// Whether only drawn sentences are there, so many that others must be missing: an interval would take the sample
    /// for all.
    fn lacks_the_rest(&self) -> bool {
        self.undrawn == 0 && self.coded.surprise() > codes::SURPRISE
    }

    /// What the shares are: `difference`, corrected by codes; `uncorrected`, there are no codes, or none of use;
    /// `insufficient_labels`, there are codes, but too few; `partly_sampled`, there are codes, but none were drawn from
    /// some of the documents. All but the first are shares of predicted labels.
    #[must_use]
    pub fn method(&self) -> &'static str {
        match self.estimates() {
            Some(_) => "difference",
            None if self.coded.n == 0 || self.lacks_the_rest() => "uncorrected",
            None if self.sampled < self.sentences => "partly_sampled",
            None => "insufficient_labels",
        }
    }

    /// Share of the sentences with this label: corrected where that can be, else of those given it; 0 if there are none.
    #[must_use]
    pub fn share(&self, label: usize) -> f64 {
        let raw = if self.sentences == 0 { 0.0 } else { self.counts[label] as f64 / self.sentences as f64 };
        self.estimate(label).map_or(raw, |e| e.share)
    }

    /// The label with the largest share besides the one that means "no stance", or all that are level there, in the
    /// order of the label set; none if no sentence takes a stance.
    #[must_use]
    pub fn primary(&self, labels: &LabelSet) -> Vec<usize> {
        let stances = (0..labels.len()).filter(|l| labels.none.map(usize::from) != Some(*l));
        let shares: Vec<(usize, f64)> = stances.map(|l| (l, self.share(l))).filter(|(_, share)| *share > 0.0).collect();
        let most = shares.iter().map(|(_, share)| *share).fold(0.0, f64::max);
        // Corrected shares are sums in which equal ones may differ in the last digit.
        shares.iter().filter(|(_, share)| most - share < 1e-9).map(|(label, _)| *label).collect()
    }

    /// Adds what the same speaker says elsewhere.
    fn add(&mut self, other: &Self) {
        self.sentences += other.sentences;
        self.words += other.words;
        for (mine, more) in self.counts.iter_mut().zip(&other.counts) {
            *mine += more;
        }
        self.abstained += other.abstained;
        self.claims += other.claims;
        self.supported += other.supported;
        self.attacked += other.attacked;
        self.sampled += other.sampled;
        self.undrawn += other.undrawn;
        self.coded.merge(&other.coded);
    }
}

/// Profiles of a document's speakers, in the order of the document's speaker list; speakers without a
/// sentence are left out. `card` is that of the model that gave the stances.
#[must_use]
pub fn of(document: &Document, stances: &Stances, card: &Card, map: &ArgumentMap) -> Vec<SpeakerProfile> {
    let labels = stances.labels.len();
    let names = document.speakers.iter().map(String::as_str).chain([""]);
    let mut profiles: Vec<SpeakerProfile> = names.map(|name| SpeakerProfile::new(name, labels)).collect();
    let nobody = profiles.len() - 1;
    let (mut supported, mut attacked) = (vec![false; stances.len()], vec![false; stances.len()]);
    for relation in &map.relations {
        match relation.kind {
            RelationKind::Support => supported[relation.target as usize] = true,
            RelationKind::Attack => attacked[relation.target as usize] = true,
            RelationKind::Rephrase | RelationKind::DiffersOn => {}
        }
    }
    let codes = Codes::of(document, &stances.labels, card);
    for (i, sentence) in document.sentences.iter().enumerate() {
        let speaker = document.turns[sentence.turn as usize].speaker.map_or(nobody, |s| s as usize);
        let profile = &mut profiles[speaker];
        if let Some((code, inclusion)) = codes.as_ref().and_then(|c| c.get(sentence.span)) {
            profile.coded.add(labels, code, usize::from(stances.chosen[i]), inclusion);
        }
        if let Some(codes) = &codes {
            profile.sampled += 1;
            profile.undrawn += usize::from(!codes.is_drawn(sentence.span));
        }
        profile.sentences += 1;
        profile.words += words(sentence.span.of(&document.text));
        profile.counts[usize::from(stances.chosen[i])] += 1;
        profile.abstained += usize::from(stances.abstained[i]);
        profile.claims += usize::from(map.components.get(i).is_some_and(|c| c.kind == ComponentKind::Claim));
        profile.supported += usize::from(supported[i]);
        profile.attacked += usize::from(attacked[i]);
    }
    profiles.retain(|p| p.sentences > 0);
    profiles
}

/// Who answers one question, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct QuestionProfile {
    /// Index into [`Document::questions`]; `None` for what answers no question.
    pub question: Option<usize>,
    /// Profiles over this question only, in order of first answer. Claims and relations are not counted.
    pub speakers: Vec<SpeakerProfile>,
}

/// The answers to each question of a document, in order of the questions. The words of the turn that
/// asks are not an answer.
#[must_use]
pub fn by_question(document: &Document, stances: &Stances) -> Vec<QuestionProfile> {
    let mut tallies: BTreeMap<(Option<u32>, Option<u32>), (usize, SpeakerProfile)> = BTreeMap::new();
    for (i, sentence) in document.sentences.iter().enumerate() {
        let turn = &document.turns[sentence.turn as usize];
        if turn.question.is_some_and(|q| document.questions[q as usize].turn == Some(sentence.turn)) {
            continue;
        }
        let (_, tally) = tallies
            .entry((turn.question, turn.speaker))
            .or_insert_with(|| (i, SpeakerProfile::new(document.speaker_name(turn), stances.labels.len())));
        tally.sentences += 1;
        tally.counts[usize::from(stances.chosen[i])] += 1;
    }
    let mut out: Vec<QuestionProfile> = Vec::new();
    let mut speakers: Vec<(usize, SpeakerProfile)> = Vec::new();
    let mut tallies = tallies.into_iter().peekable();
    while let Some(((question, _), tally)) = tallies.next() {
        speakers.push(tally);
        if tallies.peek().is_none_or(|((next, _), _)| *next != question) {
            speakers.sort_by_key(|(first, _)| *first);
            let speakers = speakers.drain(..).map(|(_, profile)| profile).collect();
            out.push(QuestionProfile { question: question.map(|q| q as usize), speakers });
        }
    }
    out
}

/// Number of words: runs of anything but ASCII white space.
fn words(text: &str) -> usize {
    let mut blank = true;
    let mut count = 0;
    for byte in text.bytes() {
        let now = byte.is_ascii_whitespace();
        count += usize::from(blank && !now);
        blank = now;
    }
    count
}

/// What is known of the whole corpus: profiles, one per speaker's name, and how the speakers argue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Corpus {
    speakers: BTreeMap<String, SpeakerProfile>,
    pairs: BTreeMap<(String, String), SpeakerPair>,
    /// Claims that recur, those of most speakers first.
    pub claims: Vec<RecurringClaim>,
}

impl Corpus {
    /// Adds the profiles of one document.
    pub fn add(&mut self, profiles: &[SpeakerProfile]) {
        for profile in profiles {
            let entry = self.speakers.entry(profile.speaker.clone());
            entry.or_insert_with(|| SpeakerProfile::new(&profile.speaker, profile.counts.len())).add(profile);
        }
    }

    /// Adds the relations between the speakers of one document.
    pub fn add_pairs(&mut self, pairs: &[SpeakerPair]) {
        for pair in pairs {
            let key = (pair.source.clone(), pair.target.clone());
            let sums =
                self.pairs.entry(key).or_insert_with(|| SpeakerPair { relations: Default::default(), ..pair.clone() });
            sums.relations.iter_mut().zip(pair.relations).for_each(|(sum, n)| *sum += n);
        }
    }

    /// The speaker × speaker matrix, as its cells that are not empty: by source and target.
    pub fn pairs(&self) -> impl Iterator<Item = &SpeakerPair> {
        self.pairs.values()
    }

    /// All profiles, by name.
    pub fn profiles(&self) -> impl Iterator<Item = &SpeakerProfile> {
        self.speakers.values()
    }

    /// Number of speakers with a name.
    #[must_use]
    pub fn named(&self) -> usize {
        self.speakers.keys().filter(|name| !name.is_empty()).count()
    }
}

/// How far the speakers of one question differ: the mean over all pairs of speakers of the total variation
/// distance between their label shares. 0: the same shares; 1: no label in common. `None` below two speakers.
///
/// Read it as the share of one speaker's sentences that would need another label to match the other's.
#[must_use]
pub fn difference(profiles: &[SpeakerProfile]) -> Option<f64> {
    let n = profiles.len();
    if n < 2 {
        return None;
    }
    let labels = profiles[0].counts.len();
    let mut total = 0.0;
    // Per label, the sum of |a - b| over all pairs from one sort: linear-logarithmic in the speakers.
    for label in 0..labels {
        let mut shares: Vec<f64> = profiles.iter().map(|p| p.share(label)).collect();
        shares.sort_by(f64::total_cmp);
        total += shares.iter().enumerate().map(|(i, s)| s * (2.0 * i as f64 - (n as f64 - 1.0))).sum::<f64>();
    }
    let pairs = (n * (n - 1) / 2) as f64;
    Some((total / pairs / 2.0).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(counts: &[usize]) -> SpeakerProfile {
        SpeakerProfile { counts: counts.to_vec(), sentences: counts.iter().sum(), ..SpeakerProfile::default() }
    }

    #[test]
    fn the_primary_stance_is_never_the_label_that_means_none() {
        let labels = LabelSet::policy();
        assert_eq!(profile(&[1, 2, 0, 9]).primary(&labels), [1]);
        assert_eq!(profile(&[2, 1, 2, 9]).primary(&labels), [0, 2], "a tie is told as one");
        assert!(profile(&[0, 0, 0, 9]).primary(&labels).is_empty());
    }

    #[test]
    fn codes_correct_what_they_were_drawn_from_and_nothing_else() {
        let mut sampled = profile(&[40, 20]);
        assert_eq!(sampled.method(), "uncorrected");
        (sampled.sampled, sampled.undrawn) = (60, 20);
        (0..40).for_each(|i| sampled.coded.add(2, usize::from(i < 20), 0, 40.0 / 60.0));
        assert_eq!(sampled.method(), "difference");
        assert!((sampled.share(0) - (40.0 / 60.0 - 0.5)).abs() < 1e-12);
        let left = SpeakerProfile { undrawn: 0, ..sampled.clone() };
        assert_eq!((left.method(), left.estimates()), ("uncorrected", None), "what was not drawn is missing");
        let mut both = sampled.clone();
        both.add(&profile(&[30, 0]));
        assert_eq!(both.method(), "partly_sampled");
        assert!((both.share(0) - 70.0 / 90.0).abs() < 1e-12);
    }

    #[test]
    fn difference_is_the_mean_total_variation_of_all_pairs() {
        assert_eq!(difference(&[profile(&[1, 0])]), None);
        assert_eq!(difference(&[profile(&[3, 0]), profile(&[0, 5])]), Some(1.0));
        assert_eq!(difference(&[profile(&[1, 1]), profile(&[4, 4])]), Some(0.0));
        let three = [profile(&[2, 0, 2]), profile(&[0, 1, 1]), profile(&[1, 1, 2])];
        let tv =
            |a: &SpeakerProfile, b: &SpeakerProfile| (0..3).map(|l| (a.share(l) - b.share(l)).abs()).sum::<f64>() / 2.0;
        let mean = (tv(&three[0], &three[1]) + tv(&three[0], &three[2]) + tv(&three[1], &three[2])) / 3.0;
        assert!((difference(&three).unwrap() - mean).abs() < 1e-12);
    }

    #[test]
    fn words_are_runs_of_anything_but_white_space() {
        assert_eq!(words("  twenty to\n one —that is, "), 5);
        assert_eq!(words(""), 0);
    }
}
