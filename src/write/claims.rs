//! `claims.csv`: claims that several speakers make, or one in several documents; one row per place.

use super::cell::one_line;
use super::table::Table;
use super::{Context, Scope, Writer};
use crate::Analysis;
use crate::profile::Corpus;

pub(super) struct Claims;

impl Writer for Claims {
    fn name(&self) -> &'static str {
        "claims"
    }

    fn file(&self) -> &'static str {
        "claims.csv"
    }

    fn about(&self) -> &'static str {
        "claims that recur across speakers or documents, one row per place"
    }

    fn scope(&self) -> Scope {
        Scope::Run
    }

    fn header(&self, context: &Context, out: &mut Vec<u8>) {
        out.extend_from_slice(context.dialect.preamble().as_bytes());
        Table::new(out, context.dialect).names([
            "claim_id",
            "speakers",
            "documents",
            "document",
            "sentence_id",
            "speaker",
            "question",
            "text",
        ]);
    }

    fn document(&self, _analysis: &Analysis, _context: &Context, _out: &mut Vec<u8>) {}

    fn corpus(&self, corpus: &Corpus, context: &Context, out: &mut Vec<u8>) {
        let mut table = Table::new(out, context.dialect);
        for (i, recurring) in corpus.claims.iter().enumerate() {
            for claim in &recurring.claims {
                table.id(b'c', Some(i));
                table.number(recurring.speakers);
                table.number(recurring.documents);
                table.text(&claim.document);
                table.id(b's', Some(claim.sentence));
                table.text(&claim.speaker);
                table.text(&claim.question);
                table.text(&one_line(&claim.text));
                table.end_row();
            }
        }
    }
}
