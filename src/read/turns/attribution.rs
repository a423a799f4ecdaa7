//! Who speaks from which line, as `standpoint turns` prints it.

use super::lines::floor;
use crate::document::Document;

/// One row of the attribution that `standpoint turns` prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribution {
    /// 1-based line (or record) of the source.
    pub line: u32,
    /// The label as printed.
    pub speaker_raw: String,
    /// The speaker; `INTERVIEWER` for a question that stands without a label.
    pub speaker: String,
    /// The first words, white space folded, at most 80 characters.
    pub words: String,
}

/// Turns and unlabelled questions of a document in order of their lines.
#[must_use]
pub fn attribution(doc: &Document) -> Vec<Attribution> {
    let interviewer = "INTERVIEWER";
    let mut rows: Vec<Attribution> = Vec::with_capacity(doc.turns.len() + doc.questions.len());
    for question in doc.questions.iter().filter(|q| q.turn.is_none()) {
        let speaker = interviewer.to_owned();
        rows.push(Attribution {
            line: question.line,
            speaker_raw: speaker.clone(),
            speaker,
            words: opening(&question.text),
        });
    }
    for turn in &doc.turns {
        let words = turn.spans.first().map_or(String::new(), |s| opening(s.of(&doc.text)));
        rows.push(Attribution {
            line: turn.line,
            speaker_raw: turn.speaker_raw.clone(),
            speaker: doc.speaker_name(turn).to_owned(),
            words,
        });
    }
    rows.sort_by_key(|r| r.line);
    rows
}

/// The first words of a text, on one line.
fn opening(text: &str) -> String {
    let head = &text[..floor(text, 400)];
    let mut out = String::with_capacity(120);
    let mut width = 0;
    for word in head.split_whitespace() {
        width += word.chars().count() + 1;
        if width > 79 {
            out.push('…');
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
