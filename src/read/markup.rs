//! Running text taken out of a container: lines, what is bold, and where each line comes from.

use super::turns::Hints;
use crate::document::Span;

/// Collects text from HTML or DOCX, white space folded.
#[derive(Default)]
pub(super) struct Running {
    pub text: String,
    pub hints: Hints,
    /// Where bold began.
    bold_from: Option<usize>,
    /// A space is due before the next word.
    space: bool,
}

/// How long text and lines were.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub text: usize,
    lines: usize,
}

impl Running {
    /// Adds words that begin on this line of the source, white space folded.
    pub(super) fn words(&mut self, words: &str, mut line: u32) {
        for piece in words.split_inclusive(|c: char| c.is_whitespace() && c != '\u{A0}') {
            let word = piece.trim_end_matches(|c: char| c.is_whitespace() && c != '\u{A0}');
            if !word.is_empty() {
                if self.at_start() {
                    self.hints.lines.resize(self.line_count(), line);
                } else if self.space {
                    self.text.push(' ');
                }
                self.space = false;
                self.text.push_str(word);
            }
            self.space |= word.len() < piece.len();
            line += u32::from(piece.ends_with('\n'));
        }
    }

    /// Adds text as it is, line breaks and spaces included.
    pub(super) fn verbatim(&mut self, text: &str, mut line: u32) {
        for piece in text.split_inclusive('\n') {
            self.hints.lines.resize(self.line_count(), line);
            self.text.push_str(piece);
            line += u32::from(piece.ends_with('\n'));
        }
        self.space = false;
    }

    /// Number of lines, the one being written included.
    fn line_count(&self) -> usize {
        self.hints.lines.len() + usize::from(self.at_start() || self.hints.lines.is_empty())
    }

    fn at_start(&self) -> bool {
        self.text.is_empty() || self.text.ends_with('\n')
    }

    /// Ends the line, if there is anything on it and no label waits for its words.
    pub(super) fn end_line(&mut self) {
        self.space = false;
        if !self.text.ends_with('\t') {
            self.break_line();
        }
    }

    /// Ends the line, if there is anything on it, a tab included: no words follow.
    pub(super) fn break_line(&mut self) {
        self.space = false;
        if !self.at_start() {
            self.text.push('\n');
        }
    }

    /// A tab instead of a line's end: the words that follow belong to this label.
    pub(super) fn tab(&mut self) {
        self.space = false;
        if !self.at_start() {
            self.text.push('\t');
        }
    }

    /// Bold begins.
    pub(super) fn bold(&mut self) {
        let at = self.text.len() + usize::from(self.space && !self.at_start());
        self.bold_from.get_or_insert(at);
    }

    /// Bold ends. Two stretches with nothing between them are one.
    pub(super) fn plain(&mut self) {
        let Some(from) = self.bold_from.take().filter(|from| *from < self.text.len()) else { return };
        let span = Span::new(from, self.text.len());
        match self.hints.bold.last_mut() {
            Some(last) if self.text[last.end as usize..from].trim_matches(' ').is_empty() => last.end = span.end,
            _ => self.hints.bold.push(span),
        }
    }

    /// A place to go back to.
    pub(super) fn mark(&self) -> Mark {
        Mark { text: self.text.len(), lines: self.hints.lines.len() }
    }

    /// Takes out what came after a mark.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.plain();
        self.text.truncate(mark.text);
        self.hints.lines.truncate(mark.lines);
        let kept = self.hints.bold.partition_point(|b| b.end as usize <= mark.text);
        self.hints.bold.truncate(kept);
    }

    /// Adds lines that were collected apart.
    pub(super) fn append(&mut self, mut other: Running) {
        self.plain();
        self.break_line();
        other.plain();
        let at = self.text.len() as u32;
        self.text.push_str(&other.text);
        self.hints.lines.append(&mut other.hints.lines);
        self.hints.bold.extend(other.hints.bold.iter().map(|b| Span { start: b.start + at, end: b.end + at }));
    }

    /// Keeps only the text from `from` to `to`.
    pub(super) fn crop(&mut self, from: usize, to: usize) {
        let skipped = self.text[..from].matches('\n').count();
        self.text.truncate(to);
        self.text.drain(..from);
        self.hints.lines.drain(..skipped.min(self.hints.lines.len()));
        let length = self.text.len() as u32;
        self.hints.bold.retain_mut(|b| {
            let is_inside = b.start as usize >= from && b.end as usize <= to;
            if is_inside {
                *b = Span { start: b.start - from as u32, end: (b.end - from as u32).min(length) };
            }
            is_inside
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_bold_are_kept() {
        let mut running = Running::default();
        running.bold();
        running.words("Ana\n Ruiz:", 3);
        running.plain();
        running.words(" One,\n two.\n", 4);
        running.end_line();
        running.words("\n\nThree.", 7);
        assert_eq!(running.text, "Ana Ruiz: One, two.\nThree.");
        assert_eq!(running.hints.lines, [3, 9]);
        assert_eq!(running.hints.bold, [Span { start: 0, end: 9 }]);
    }
}
