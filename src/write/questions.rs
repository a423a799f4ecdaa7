//! `questions.csv`: one row per question and speaker who answers it, with how far the speakers differ and how often
//! they attack, contradict or agree with one another.
//!
//! `sentences`, `n_<label>`, `share_<label>` and `primary_stance` are of the speaker's answer, as in `speakers.csv`;
//! the shares are always those of predicted labels, never corrected by codes. `speakers`, `difference`, `attacks`,
//! `differs_on` and `agreements` are of the question and stand the same in each of its rows: do not add them up.
//! `difference` is empty where one speaker answers, and the last three without a map.

use std::collections::BTreeMap;

use super::speakers::{counted, counts_and_shares, primary};
use super::table::Table;
use super::{Context, Scope, Writer};
use crate::Analysis;
use crate::argument::RelationKind;
use crate::profile::{self, QuestionProfile};

pub(super) struct Questions;

impl Writer for Questions {
    fn name(&self) -> &'static str {
        "questions"
    }

    fn file(&self) -> &'static str {
        "questions.csv"
    }

    fn about(&self) -> &'static str {
        "one row per question and speaker: stance shares; of the question, how far the speakers differ, attacks among them"
    }

    fn scope(&self) -> Scope {
        Scope::Run
    }

    fn header(&self, context: &Context, out: &mut Vec<u8>) {
        out.extend_from_slice(context.dialect.preamble().as_bytes());
        let mut names: Vec<String> =
            ["question_id", "document", "question", "asked_by", "speaker", "sentences"].map(str::to_owned).into();
        names.extend(counted(&context.labels));
        names.extend(
            ["primary_stance", "speakers", "difference", "attacks", "differs_on", "agreements"].map(str::to_owned),
        );
        Table::new(out, context.dialect).names(names.iter().map(String::as_str));
    }

    fn document(&self, analysis: &Analysis, context: &Context, out: &mut Vec<u8>) {
        let document = &analysis.document;
        let mut relations: BTreeMap<Option<usize>, [usize; RelationKind::ALL.len()]> = BTreeMap::new();
        for relation in analysis.map.relations.iter().filter(|r| r.cross_speaker) {
            let question = document.turn_of(relation.source as usize).question.map(|q| q as usize);
            relations.entry(question).or_default()[relation.kind as usize] += 1;
        }
        let mut table = Table::new(out, context.dialect);
        for QuestionProfile { question, speakers } in profile::by_question(document, &analysis.stances) {
            let asked = question.map(|q| &document.questions[q]);
            let asked_by = asked.and_then(|q| q.turn).map(|t| document.speaker_name(&document.turns[t as usize]));
            let difference = profile::difference(&speakers);
            let [supports, attacks, rephrases, differs] = relations.get(&question).copied().unwrap_or_default();
            for speaker in &speakers {
                table.id(b'q', question);
                table.text(&document.id);
                table.text(asked.map_or("", |q| &q.text));
                table.text(asked_by.unwrap_or_default());
                table.text(&speaker.speaker);
                table.number(speaker.sentences);
                counts_and_shares(speaker, &mut table);
                table.text(&primary(speaker, &context.labels));
                table.number(speakers.len());
                match difference {
                    Some(d) => table.share(d),
                    None => table.raw(b""),
                }
                for count in [attacks, differs, supports + rephrases] {
                    table.optional(context.mapped.then_some(count));
                }
                table.end_row();
            }
        }
    }
}
