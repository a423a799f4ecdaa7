//! `speaker_pairs.csv`: who supports, attacks, … whom, over all documents.

use super::table::Table;
use super::{Context, Scope, Writer};
use crate::Analysis;
use crate::argument::RelationKind;
use crate::profile::Corpus;

pub(super) struct SpeakerPairs;

impl Writer for SpeakerPairs {
    fn name(&self) -> &'static str {
        "speaker_pairs"
    }

    fn file(&self) -> &'static str {
        "speaker_pairs.csv"
    }

    fn about(&self) -> &'static str {
        "one row per pair of speakers: how often one supports, attacks, rephrases the other, over all documents"
    }

    fn scope(&self) -> Scope {
        Scope::Run
    }

    fn header(&self, context: &Context, out: &mut Vec<u8>) {
        out.extend_from_slice(context.dialect.preamble().as_bytes());
        let kinds = RelationKind::ALL.map(|kind| kind.name().replace('-', "_"));
        let names = ["source_speaker", "target_speaker"].into_iter().chain(kinds.iter().map(String::as_str));
        Table::new(out, context.dialect).names(names);
    }

    fn document(&self, _analysis: &Analysis, _context: &Context, _out: &mut Vec<u8>) {}

    fn corpus(&self, corpus: &Corpus, context: &Context, out: &mut Vec<u8>) {
        let mut table = Table::new(out, context.dialect);
        for pair in corpus.pairs() {
            table.text(&pair.source);
            table.text(&pair.target);
            pair.relations.iter().for_each(|n| table.number(*n as usize));
            table.end_row();
        }
    }
}
