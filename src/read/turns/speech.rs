//! What is said between two labels: paragraphs, without stage directions and boilerplate.

use super::super::boilerplate;
use super::directions;
use super::lines::{Layout, Line, ends_sentence, floor, folded, line_at};
use super::roster::Candidate;
use super::words::is_personal;
use crate::document::{Span, Turn};

/// Walks a text from label to label and collects what is not speech on the way.
pub(super) struct Speech<'a> {
    text: &'a str,
    lines: &'a [Line],
    layout: Layout,
    /// Names that a biography can be of, as printed and as settled.
    names: Vec<&'a str>,
    /// Speech ends its paragraphs with a full stop in this text.
    punctuated: bool,
    keep: bool,
    /// Ranges to be overwritten by spaces.
    pub blanks: Vec<Span>,
    /// Directions with their 1-based lines.
    pub directions: Vec<(usize, String)>,
    /// Boilerplate that was kept on request.
    pub kept: Vec<Turn>,
}

/// Lines `first..=last`.
#[derive(Clone, Copy)]
struct Paragraph {
    first: usize,
    last: usize,
    span: Span,
}

/// The lines of a footer are shorter than this.
const SHORT_LINE: usize = 120;

impl<'a> Speech<'a> {
    pub(super) fn new(
        text: &'a str,
        lines: &'a [Line],
        layout: Layout,
        labels: &[Candidate],
        settled: &'a [String],
        keep: bool,
    ) -> Self {
        let mut names: Vec<&str> = settled.iter().map(String::as_str).filter(|n| n.contains(' ')).collect();
        names.sort_unstable();
        names.dedup();
        names.truncate(200);
        let (mut ended, mut all) = (0usize, 0usize);
        for label in labels.iter().take(400) {
            let line = label.line as usize;
            let at = lines[line].start as usize + label.label.speech;
            let start = (line..lines.len()).find(|i| lines[*i].end as usize > at).unwrap_or(line);
            let last = layout.paragraph_end(lines, start, lines.len());
            all += 1;
            ended += usize::from(ends_sentence(lines[last].of(text)));
        }
        if all == 0 {
            // Nobody is named: whole paragraphs tell.
            for (i, line) in lines.iter().enumerate().filter(|(_, l)| !l.is_blank()) {
                if lines.get(i + 1).is_none_or(|l| l.is_blank()) {
                    all += 1;
                    ended += usize::from(ends_sentence(line.of(text)));
                }
            }
        }
        // Captions that a machine wrote end nothing: there a line without a full stop is no footer.
        let punctuated = ended * 10 >= all * if labels.is_empty() { 3 } else { 7 };
        Self {
            text,
            lines,
            layout,
            names,
            punctuated,
            keep,
            blanks: Vec::new(),
            directions: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// The spans of speech on lines `from..to`. With `start`, the words begin there, behind a
    /// label on line `from`. In the last stretch of a text a footer is looked for.
    pub(super) fn stretch(&mut self, from: usize, to: usize, start: Option<usize>, is_last: bool) -> Vec<Span> {
        let paragraphs = self.paragraphs(from, to, start);
        let end = if is_last { self.footer(&paragraphs, start.is_some()) } else { paragraphs.len() };
        let mut spans: Vec<Span> = Vec::new();
        let mut i = 0;
        let mut is_over = false;
        while i < end {
            let paragraph = paragraphs[i];
            let words = paragraph.span.of(self.text);
            if directions::is_paragraph(words) {
                self.direct(paragraph);
                is_over |= directions::ends_speech(words);
            } else if is_over {
                self.drop_paragraph(paragraph);
            } else if let Some(count) = self.biography(&paragraphs[i..end]) {
                for paragraph in &paragraphs[i..i + count] {
                    self.drop_paragraph(*paragraph);
                }
                i += count;
                continue;
            } else if !(i == 0 && start.is_some()) && boilerplate::is_boilerplate(words, self.layout.capitals) {
                self.drop_paragraph(paragraph);
            } else {
                self.say(paragraph, &mut spans);
            }
            i += 1;
        }
        for paragraph in &paragraphs[end..] {
            self.drop_paragraph(*paragraph);
        }
        spans
    }

    /// The one person whom the head of an interview is about, where its answers have no label.
    pub(super) fn respondent(&self, from: usize, to: usize) -> Option<String> {
        let mut found: Option<String> = None;
        for paragraph in self.paragraphs(from, to, None) {
            let Some(name) = boilerplate::about(paragraph.span.of(self.text)) else { continue };
            if found.as_ref().is_some_and(|known| known != name) {
                return None;
            }
            found = Some(name.to_owned());
        }
        found
    }

    /// Lines that are not speech at all: a front or a title page.
    pub(super) fn skip(&mut self, from: usize, to: usize) {
        if self.keep {
            for paragraph in self.paragraphs(from, to, None) {
                self.drop_paragraph(paragraph);
            }
        }
    }

    fn paragraphs(&self, from: usize, to: usize, start: Option<usize>) -> Vec<Paragraph> {
        let mut out: Vec<Paragraph> = Vec::new();
        let mut is_open = false;
        for i in from..to {
            let line = self.lines[i];
            let begin = start.map_or(line.start, |s| line.start.max(s as u32));
            if begin >= line.end {
                is_open = false;
                continue;
            }
            if is_open
                && !self.layout.starts(self.lines, i)
                && let Some(paragraph) = out.last_mut()
            {
                paragraph.last = i;
                paragraph.span.end = line.end;
            } else {
                out.push(Paragraph { first: i, last: i, span: Span { start: begin, end: line.end } });
                is_open = true;
            }
        }
        out
    }

    /// Adds a paragraph to the speech, its inner directions blanked.
    fn say(&mut self, paragraph: Paragraph, spans: &mut Vec<Span>) {
        let mut span = paragraph.span;
        // `[00:12:03] and so on`: the time is not said.
        if let Some((_, length)) =
            super::time::stamp(span.of(self.text)).filter(|_| span.of(self.text).starts_with(['[', '(']))
        {
            span.start += length as u32;
        }
        let words = span.of(self.text);
        for range in directions::inside(words) {
            let direction = Span::new(span.start as usize + range.start, span.start as usize + range.end);
            let line =
                paragraph.first + self.text[span.start as usize..direction.start as usize].matches('\n').count() + 1;
            self.directions.push((line, folded(direction.of(self.text))));
            self.blanks.push(direction);
        }
        let Some(span) = trimmed(self.text, span, &self.blanks) else { return };
        match spans.last_mut() {
            // A paragraph that goes on in the middle of a sentence.
            Some(last) if self.goes_on(*last, span) => last.end = span.end,
            _ => spans.push(span),
        }
    }

    fn goes_on(&self, last: Span, next: Span) -> bool {
        let between = &self.text[last.end as usize..next.start as usize];
        between.trim().is_empty()
            && next.of(self.text).starts_with(char::is_lowercase)
            && !ends_sentence(last.of(self.text))
    }

    fn direct(&mut self, paragraph: Paragraph) {
        self.directions.push((paragraph.first + 1, folded(paragraph.span.of(self.text))));
        if self.keep {
            self.drop_paragraph(paragraph);
        }
    }

    fn drop_paragraph(&mut self, paragraph: Paragraph) {
        if self.keep {
            self.kept.push(Turn { spans: vec![paragraph.span], line: paragraph.first as u32 + 1, ..Turn::default() });
        }
    }

    /// How many paragraphs at the head of `paragraphs` are somebody's biography: the name on a
    /// line, who that is, perhaps a handle.
    fn biography(&self, paragraphs: &[Paragraph]) -> Option<usize> {
        let words = |i: usize| paragraphs.get(i).map_or("", |p: &Paragraph| p.span.of(self.text));
        let first = words(0).as_bytes().first().map(u8::to_ascii_lowercase);
        if !self.names.iter().any(|n| n.as_bytes().first().map(u8::to_ascii_lowercase) == first) {
            return None;
        }
        let is_about = |text: &str| self.names.iter().any(|n| boilerplate::is_biography(text, n));
        let is_name = self.names.iter().any(|n| words(0).eq_ignore_ascii_case(n));
        if is_name && !ends_sentence(words(0)) {
            return Some(if is_about(words(1)) { 2 } else { 1 });
        }
        let is_handled = words(1).starts_with('@');
        (is_about(words(0)) && (is_handled || words(0).split_whitespace().count() < 120 && !is_personal(words(0))))
            .then_some(1)
    }

    /// Index of the paragraph with which the footer begins.
    fn footer(&self, paragraphs: &[Paragraph], is_labelled: bool) -> usize {
        let words = |i: usize| paragraphs[i].span.of(self.text);
        let is_bare = |i: usize| {
            !ends_sentence(words(i))
                && words(i).len() < SHORT_LINE
                && paragraphs[i].first == paragraphs[i].last
                && !directions::is_paragraph(words(i))
        };
        // Title, author and date over a text that nobody is named for are no footer.
        let spoken = if is_labelled { 1 } else { (0..paragraphs.len()).take_while(|i| is_bare(*i)).count() };
        (spoken..paragraphs.len())
            .find(|&i| {
                let run = (i..paragraphs.len()).take(3).all(is_bare);
                boilerplate::is_end_mark(words(i)) || (self.punctuated && (boilerplate::is_notice(words(i)) || run))
            })
            .unwrap_or(paragraphs.len())
    }
}

/// A stretch without the white space and the blanked directions at its ends. `blanks` are in
/// order; only the last of them can lie in the stretch.
pub(super) fn trimmed(text: &str, mut span: Span, blanks: &[Span]) -> Option<Span> {
    let blanks = &blanks[blanks.partition_point(|b| b.start < span.start)..];
    loop {
        let words = span.of(text);
        let front = words.len() - words.trim_start().len();
        let back = words.trim_end().len();
        span = Span::new(span.start as usize + front.min(back), span.start as usize + back);
        if span.is_empty() {
            return None;
        }
        if let Some(blank) = blanks.iter().find(|b| b.start == span.start) {
            span.start = blank.end.min(span.end);
        } else if let Some(blank) = blanks.iter().find(|b| b.end == span.end) {
            span.end = blank.start;
        } else {
            return Some(span);
        }
    }
}

/// Index of the line on which a hearing is closed ("[Whereupon, at 3 p.m., the hearing was
/// adjourned.]"), the number of lines if it is not.
pub(super) fn close(text: &str, lines: &[Line]) -> usize {
    let ends = |at: &usize| {
        let end = floor(text, at + 240);
        let words = &text[*at..end];
        let words = &words[..words.find(']').unwrap_or(0)];
        words.contains("adjourned") || words.contains("concluded")
    };
    let closing = memchr::memmem::rfind_iter(text.as_bytes(), b"[Whereupon").find(ends);
    closing.map_or(lines.len(), |at| line_at(lines, at as u32))
}

/// Turns with the kept boilerplate among them. A turn that goes on behind such a piece goes on
/// as a turn of its own, so that turns stay in the order of the text.
pub(super) fn interleaved(turns: Vec<Turn>, kept: Vec<Turn>, line_of: impl Fn(u32) -> u32) -> Vec<Turn> {
    let start = |t: &Turn| t.spans.first().map_or(0, |s| s.start);
    let cuts: Vec<u32> = kept.iter().map(start).collect();
    let mut out = kept;
    for mut turn in turns {
        let spans = std::mem::take(&mut turn.spans);
        let mut part: Vec<Span> = Vec::new();
        for span in spans {
            let is_cut = part.last().is_some_and(|last| {
                cuts.partition_point(|c| *c < last.end) < cuts.partition_point(|c| *c < span.start)
            });
            if is_cut {
                out.push(Turn { spans: std::mem::take(&mut part), ..turn.clone() });
                turn.line = line_of(span.start);
            }
            part.push(span);
        }
        out.push(Turn { spans: part, ..turn });
    }
    // A turn without words comes before a direction that stands where they would.
    out.sort_by_key(|t| (start(t), t.spans.first().map_or(0, |s| s.end)));
    out
}
