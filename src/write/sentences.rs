//! `sentences.csv`: one row per sentence, ready for a human coder.
//!
//! Once its `label` column is filled it is valid input to `train` and `evaluate`.

use super::cell::one_line;
use super::table::Table;
use super::{Context, Scope, Writer};
use crate::Analysis;

pub(super) struct Sentences;

/// Columns before the probabilities and after them. `label` comes last and stays empty for the coder,
/// unless the input brought labels of its own.
const BEFORE: [&str; 11] = [
    "sentence_id",
    "document",
    "question",
    "turn",
    "speaker",
    "speaker_raw",
    "text",
    "start",
    "end",
    "stance",
    "confidence",
];
const AFTER: [&str; 3] = ["abstained", "component", "label"];

impl Writer for Sentences {
    fn name(&self) -> &'static str {
        "sentences"
    }

    fn file(&self) -> &'static str {
        "sentences.csv"
    }

    fn about(&self) -> &'static str {
        "one row per sentence: speaker, question, stance, probabilities, component"
    }

    fn scope(&self) -> Scope {
        Scope::Run
    }

    fn header(&self, context: &Context, out: &mut Vec<u8>) {
        out.extend_from_slice(context.dialect.preamble().as_bytes());
        let probabilities: Vec<String> = context.labels.labels.iter().map(|l| format!("p_{l}")).collect();
        let own = BEFORE.iter().copied().chain(probabilities.iter().map(String::as_str)).chain(AFTER);
        let own: Vec<&str> = own.chain(context.explain.then_some("why")).collect();
        let carried = super::table::carried(&context.columns)
            .map(|name| if own.contains(&name) { format!("input_{name}") } else { name.to_owned() });
        let names: Vec<String> = own.iter().map(|n| (*n).to_owned()).chain(carried).collect();
        Table::new(out, context.dialect).names(names.iter().map(String::as_str));
    }

    fn document(&self, analysis: &Analysis, context: &Context, out: &mut Vec<u8>) {
        let document = &analysis.document;
        let mut table = Table::new(out, context.dialect);
        // Where each of the run's carried columns stands in this document's records.
        let at = |name: &str| document.columns.iter().position(|c| c == name);
        let carried: Vec<Option<usize>> = super::table::carried(&context.columns).map(at).collect();
        let label = at("label");
        let mut record = 0;
        for (i, sentence) in document.sentences.iter().enumerate() {
            let turn = &document.turns[sentence.turn as usize];
            while document.records.get(record).is_some_and(|r| r.span.end <= sentence.span.start) {
                record += 1;
            }
            let cells = document.records.get(record).map_or(&[][..], |r| &r.cells);
            let cell = |at: Option<usize>| at.and_then(|c| cells.get(c)).map_or("", String::as_str);
            table.id(b's', Some(i));
            table.text(&document.id);
            table.text(document.question_text(turn));
            table.id(b't', Some(sentence.turn as usize));
            table.text(document.speaker_name(turn));
            table.text(&turn.speaker_raw);
            table.text(&one_line(sentence.span.of(&document.text)));
            table.number(sentence.span.start as usize);
            table.number(sentence.span.end as usize);
            table.text(analysis.stances.name(i));
            table.share(f64::from(analysis.stances.confidence(i)));
            for p in analysis.stances.row(i) {
                table.share(f64::from(*p));
            }
            table.raw(if analysis.stances.abstained[i] { b"1" } else { b"0" });
            table.raw(analysis.map.components.get(i).map_or("", |c| c.kind.name()).as_bytes());
            table.text(cell(label));
            if context.explain {
                table.text(analysis.reasons.get(i).map_or("", String::as_str));
            }
            for column in &carried {
                table.text(cell(*column));
            }
            table.end_row();
        }
    }

    fn carries(&self) -> bool {
        true
    }
}
