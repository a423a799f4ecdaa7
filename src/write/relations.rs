//! `relations.csv`: one row per relation between two sentences of a document.

use super::cell::one_line;
use super::table::Table;
use super::{Context, Scope, Writer};
use crate::Analysis;

pub(super) struct Relations;

impl Writer for Relations {
    fn name(&self) -> &'static str {
        "relations"
    }

    fn file(&self) -> &'static str {
        "relations.csv"
    }

    fn about(&self) -> &'static str {
        "one row per relation: support, attack, rephrase, differs-on, with its evidence"
    }

    fn scope(&self) -> Scope {
        Scope::Run
    }

    fn header(&self, context: &Context, out: &mut Vec<u8>) {
        out.extend_from_slice(context.dialect.preamble().as_bytes());
        Table::new(out, context.dialect).names([
            "relation_id",
            "document",
            "source",
            "target",
            "relation",
            "probability",
            "cross_speaker",
            "source_speaker",
            "target_speaker",
            "evidence",
            "source_text",
            "target_text",
        ]);
    }

    fn document(&self, analysis: &Analysis, context: &Context, out: &mut Vec<u8>) {
        let document = &analysis.document;
        let mut table = Table::new(out, context.dialect);
        for (i, relation) in analysis.map.relations.iter().enumerate() {
            let (source, target) = (relation.source as usize, relation.target as usize);
            table.id(b'r', Some(i));
            table.text(&document.id);
            table.id(b's', Some(source));
            table.id(b's', Some(target));
            table.raw(relation.kind.name().as_bytes());
            table.share(f64::from(relation.probability));
            table.raw(if relation.cross_speaker { b"1" } else { b"0" });
            table.text(document.speaker_name(document.turn_of(source)));
            table.text(document.speaker_name(document.turn_of(target)));
            table.text(&relation.evidence);
            table.text(&one_line(document.sentence(source)));
            table.text(&one_line(document.sentence(target)));
            table.end_row();
        }
    }
}
