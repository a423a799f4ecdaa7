//! Questions: those that stand without a label between the turns, and those that a turn asks.

use super::Hints;
use super::lines::{Layout, Line, ceil, folded};
use super::roster::Candidate;
use super::words;
use crate::document::{Document, Question, Turn};

/// An unlabelled question and the lines it takes.
pub(super) struct Heading {
    pub first: usize,
    pub last: usize,
    pub question: Question,
}

/// How an unlabelled question is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Capitals,
    Numbered,
    Marked,
    Plain,
}

/// A question is told in no more bytes than this.
const LONGEST: usize = 600;

/// The unlabelled questions of a text.
pub(super) fn headings(
    text: &str,
    lines: &[Line],
    first: usize,
    layout: Layout,
    labels: &[Candidate],
    hints: &Hints,
) -> Vec<Heading> {
    let mut found: Vec<(Form, usize, usize)> = Vec::new();
    let mut next_label = labels.iter().map(|c| c.line as usize).peekable();
    let mut bold = hints.bold.iter().peekable();
    let mut i = first;
    while i < lines.len() {
        while next_label.next_if(|l| *l < i).is_some() {}
        while bold.next_if(|b| b.end <= lines[i].start).is_some() {}
        if lines[i].is_blank() || next_label.peek() == Some(&i) || !layout.starts(lines, i) {
            i += 1;
            continue;
        }
        let is_bold = bold.peek().is_some_and(|b| b.start <= lines[i].start && b.end + 2 >= lines[i].end);
        let end = layout.paragraph_end(lines, i, next_label.peek().copied().unwrap_or(lines.len()));
        let paragraph = &text[lines[i].start as usize..lines[end].end as usize];
        let is_before_label = next_label.peek() == Some(&next_filled(lines, end));
        if let Some(form) = form(paragraph, is_bold, layout, is_before_label) {
            found.push((form, i, end));
        }
        i = end + 1;
    }
    let has_labels = !labels.is_empty();
    let count = |form: Form| found.iter().filter(|f| f.0 == form).count();
    let (capitals, plain) = (count(Form::Capitals), count(Form::Plain));
    let opens = labels
        .first()
        .is_some_and(|l| found.iter().any(|f| f.0 == Form::Plain && next_filled(lines, f.2) == l.line as usize));
    let is_before_label =
        |end: usize| labels.binary_search_by_key(&next_filled(lines, end), |c| c.line as usize).is_ok();
    found
        .into_iter()
        .filter(|(form, _, end)| match form {
            Form::Capitals => capitals > 1 || is_before_label(*end) || !has_labels,
            Form::Numbered | Form::Marked => is_before_label(*end) || !has_labels,
            Form::Plain => plain > 1 && opens,
        })
        .map(|(_, first, last)| {
            let words = folded(&text[lines[first].start as usize..lines[last].end as usize]);
            Heading {
                first,
                last,
                question: Question { text: unmarked(&words).to_owned(), line: first as u32 + 1, turn: None },
            }
        })
        .collect()
}

/// The first line after `end` with words on it.
fn next_filled(lines: &[Line], end: usize) -> usize {
    lines[end + 1..].iter().position(|l| !l.is_blank()).map_or(lines.len(), |n| n + end + 1)
}

fn form(paragraph: &str, is_bold: bool, layout: Layout, is_before_label: bool) -> Option<Form> {
    let bare = paragraph.trim_end_matches(['*', '_', '"', '”', '’', ' ', '#', ')']);
    if paragraph.len() > 1000 || !bare.ends_with(['?', '？']) {
        return None;
    }
    let first = *paragraph.as_bytes().first()?;
    if first == b'#' || paragraph.starts_with("**") || paragraph.starts_with("__") || is_bold {
        return Some(Form::Marked);
    }
    if !layout.capitals && !paragraph.chars().any(char::is_lowercase) && paragraph.split_whitespace().count() > 1 {
        return Some(Form::Capitals);
    }
    let digits = paragraph.trim_start_matches(['Q', '(']).bytes().take_while(u8::is_ascii_digit).count();
    let after = &paragraph.trim_start_matches(['Q', '('])[digits..];
    if (1..=3).contains(&digits) && after.starts_with(['.', ')', ':', '-', ' ']) {
        return Some(Form::Numbered);
    }
    if let Some(rest) = paragraph.strip_prefix("Question ")
        && rest.starts_with(|c: char| c.is_ascii_digit())
    {
        return Some(Form::Numbered);
    }
    is_before_label.then_some(Form::Plain)
}

/// Without heading marks and emphasis.
fn unmarked(text: &str) -> &str {
    text.trim_matches(['#', '*', '_', ' '])
}

/// Opens a question for each turn that asks and is answered by somebody else, and tells every
/// turn which question it answers. Turns that already answer an unlabelled question keep it.
pub(in crate::read) fn open_asked(doc: &mut Document) {
    let parts: Vec<bool> = doc.speakers.iter().map(|name| words::is_asker(name)).collect();
    let asks: Vec<bool> = doc.turns.iter().map(|t| is_asking(doc, t, &parts)).collect();
    let askers = askers(doc, &asks, &parts);
    // Who speaks next, for each turn.
    let mut next: Vec<Option<u32>> = vec![None; doc.turns.len()];
    for i in (1..doc.turns.len()).rev() {
        next[i - 1] = doc.turns[i].speaker.or(next[i]);
    }
    let mut made: Vec<Question> = Vec::new();
    let old = std::mem::take(&mut doc.questions);
    let mut renumbered = vec![0u32; old.len()];
    let mut unlabelled = old.into_iter().enumerate().peekable();
    let mut current = None;
    let mut last_unlabelled = None;
    for i in 0..doc.turns.len() {
        let turn = &doc.turns[i];
        if let Some(wanted) = turn.question {
            while let Some((index, question)) = unlabelled.next_if(|(index, _)| *index as u32 <= wanted) {
                renumbered[index] = made.len() as u32;
                made.push(question);
            }
            if last_unlabelled != Some(wanted) {
                last_unlabelled = Some(wanted);
                current = Some(renumbered[wanted as usize]);
            }
        }
        let is_asker = turn.speaker.is_some_and(|s| askers[s as usize]);
        if is_asker && asks[i] && next[i].is_some_and(|next| Some(next) != turn.speaker) {
            current = Some(made.len() as u32);
            made.push(Question { text: question_of(doc, turn), line: turn.line, turn: Some(i as u32) });
        }
        if turn.speaker.is_some() || turn.question.is_some() {
            doc.turns[i].question = current;
        }
    }
    made.extend(unlabelled.map(|(_, q)| q));
    doc.questions = made;
}

/// Whether a turn asks: a question mark in its last two hundred bytes, or anywhere in a turn
/// of a part that asks.
fn is_asking(doc: &Document, turn: &Turn, parts: &[bool]) -> bool {
    let Some(last) = turn.spans.last() else { return false };
    let words = last.of(&doc.text);
    let tail = &words[ceil(words, words.len().saturating_sub(200))..];
    let part = turn.speaker.is_some_and(|s| parts[s as usize]);
    has_mark(tail) || (part && turn.spans.iter().any(|s| has_mark(s.of(&doc.text))))
}

/// Whether there is a question mark, by bytes: this is asked of every turn.
fn has_mark(text: &str) -> bool {
    memchr::memchr2(b'?', 0xEF, text.as_bytes())
        .is_some_and(|at| text.as_bytes()[at] == b'?' || text[at..].contains(['?', '？']))
}

/// The speakers who ask: those with such a part, and those who end a third of their turns on a
/// question.
fn askers(doc: &Document, asks: &[bool], parts: &[bool]) -> Vec<bool> {
    let mut turns = vec![(0u32, 0u32); doc.speakers.len()];
    for (turn, asks) in doc.turns.iter().zip(asks) {
        if let Some(speaker) = turn.speaker {
            turns[speaker as usize].0 += 1;
            turns[speaker as usize].1 += u32::from(*asks);
        }
    }
    parts.iter().zip(turns).map(|(part, (all, asking))| *part || (asking > 0 && asking * 3 >= all)).collect()
}

/// What a turn asks: all of it if it is short, else its last sentences up to the question.
fn question_of(doc: &Document, turn: &Turn) -> String {
    let words: Vec<&str> = turn.spans.iter().map(|s| s.of(&doc.text)).collect();
    if words.iter().map(|w| w.len()).sum::<usize>() <= LONGEST {
        return folded(&words.join(" "));
    }
    let asking = words.iter().rev().find(|w| has_mark(w)).copied().unwrap_or_default();
    let end = asking.rfind(['?', '？']).map_or(asking.len(), |at| ceil(asking, at + 1));
    let from = ceil(asking, end.saturating_sub(LONGEST));
    let piece = &asking[from..end];
    // Begin with a whole sentence where there is one.
    let start = if from == 0 {
        0
    } else {
        piece.find(['.', '?', '!']).filter(|at| at + 2 < piece.len()).map_or(0, |at| at + 1)
    };
    folded(piece[start..].trim_start_matches(['"', '”', '’', ')', ' ']))
}
