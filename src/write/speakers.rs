//! `speakers.csv`: one row per speaker and document, then one per speaker for the corpus.
//!
//! The unit is the sentence. `n_<label>` counts the sentences to which the model gave the label; `share_<label>` is
//! that over `sentences`, or where `method` is `difference` the estimate corrected by codes, with its 95 % interval in
//! `low_<label>` and `high_<label>`, which are empty else (see [`SpeakerProfile::method`]). Where all sentences were
//! coded, nothing is left to chance, and the interval has no width. `coded` counts the sentences with a usable code.
//! `primary_stance` is the label with the largest share but the one that means "no stance", or all that are level
//! there, joined by "; "; empty where no sentence takes a stance. `supported` and `attacked` count the speaker's
//! sentences, claims or not, that another sentence, of whomever, supports or attacks; without a map they and `claims`
//! are empty.

use super::table::Table;
use super::{Context, Scope, Writer};
use crate::Analysis;
use crate::profile::{Corpus, SpeakerProfile};
use crate::stance::LabelSet;

pub(super) struct Speakers;

impl Writer for Speakers {
    fn name(&self) -> &'static str {
        "speakers"
    }

    fn file(&self) -> &'static str {
        "speakers.csv"
    }

    fn about(&self) -> &'static str {
        "one row per speaker and document, and per speaker over all (document *)"
    }

    fn scope(&self) -> Scope {
        Scope::Run
    }

    fn header(&self, context: &Context, out: &mut Vec<u8>) {
        out.extend_from_slice(context.dialect.preamble().as_bytes());
        let mut names: Vec<String> = ["speaker", "document", "sentences", "words"].map(str::to_owned).into();
        names.extend(counted(&context.labels));
        let bounds = ["low", "high"].into_iter();
        names.extend(bounds.flat_map(|b| context.labels.labels.iter().map(move |l| format!("{b}_{l}"))));
        names.extend(
            ["coded", "abstained", "method", "primary_stance", "claims", "supported", "attacked"].map(str::to_owned),
        );
        Table::new(out, context.dialect).names(names.iter().map(String::as_str));
    }

    fn document(&self, analysis: &Analysis, context: &Context, out: &mut Vec<u8>) {
        rows(&analysis.document.id, analysis.profiles.iter(), context, out);
    }

    fn corpus(&self, corpus: &Corpus, context: &Context, out: &mut Vec<u8>) {
        rows("*", corpus.profiles(), context, out);
    }
}

fn rows<'p>(document: &str, profiles: impl Iterator<Item = &'p SpeakerProfile>, context: &Context, out: &mut Vec<u8>) {
    let mut table = Table::new(out, context.dialect);
    for profile in profiles {
        table.text(&profile.speaker);
        table.text(document);
        table.number(profile.sentences);
        table.number(profile.words);
        let estimates = profile.estimates();
        if let Some(estimates) = &estimates {
            profile.counts.iter().for_each(|count| table.number(*count));
            estimates.iter().for_each(|e| table.share(e.share));
            estimates.iter().for_each(|e| table.share(e.low));
            estimates.iter().for_each(|e| table.share(e.high));
        } else {
            counts_and_shares(profile, &mut table);
            (0..2 * profile.counts.len()).for_each(|_| table.raw(b""));
        }
        table.number(profile.coded.n);
        table.number(profile.abstained);
        table.raw(profile.method().as_bytes());
        table.text(&primary(profile, &context.labels));
        for count in [profile.claims, profile.supported, profile.attacked] {
            table.optional(context.mapped.then_some(count));
        }
        table.end_row();
    }
}

/// The cell under `primary_stance`.
pub(super) fn primary(profile: &SpeakerProfile, labels: &LabelSet) -> String {
    let names: Vec<&str> = profile.primary(labels).into_iter().map(|l| labels.labels[l].as_str()).collect();
    names.join("; ")
}

/// The column names `n_<label>…, share_<label>…`.
pub(super) fn counted(labels: &LabelSet) -> impl Iterator<Item = String> {
    ["n", "share"].into_iter().flat_map(|kind| labels.labels.iter().map(move |label| format!("{kind}_{label}")))
}

/// The cells under [`counted`].
pub(super) fn counts_and_shares(profile: &SpeakerProfile, table: &mut Table) {
    for count in &profile.counts {
        table.number(*count);
    }
    for label in 0..profile.counts.len() {
        table.share(profile.share(label));
    }
}
