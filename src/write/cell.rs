//! Text made safe for a spreadsheet cell.

use std::borrow::Cow;

/// How text cells are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// RFC 4180, nothing added.
    #[default]
    Plain,
    /// For a double-click in a spreadsheet: UTF-8 BOM, and text that would be run as a formula
    /// is guarded by a leading apostrophe.
    Excel,
}

impl Dialect {
    /// What stands before the header line.
    #[must_use]
    pub fn preamble(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Excel => "\u{feff}",
        }
    }

    /// A text cell. Spreadsheets run a cell that begins with `=`, `+`, `-`, `@`, tab or
    /// carriage return (OWASP, "CSV injection").
    #[must_use]
    pub fn text(self, text: &str) -> Cow<'_, str> {
        match (self, text.as_bytes().first()) {
            (Self::Excel, Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r')) => Cow::Owned(format!("'{text}")),
            _ => Cow::Borrowed(text),
        }
    }
}

/// The text on one line, runs of blanks and line breaks as single spaces: sentences of
/// hard-wrapped sources hold line breaks that mean nothing.
#[must_use]
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let wrapped = memchr::memchr3(b'\n', b'\r', b'\t', bytes).is_some() || memchr::memmem::find(bytes, b"  ").is_some();
    if !wrapped {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split([' ', '\n', '\r', '\t']).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_that_would_be_run_is_guarded_and_only_on_request() {
        assert_eq!(Dialect::Excel.text("@NAME"), "'@NAME");
        assert_eq!(Dialect::Excel.text("=1+1"), "'=1+1");
        assert_eq!(Dialect::Excel.text("a=1"), "a=1");
        assert_eq!(Dialect::Plain.text("@NAME"), "@NAME");
    }

    #[test]
    fn lines_are_folded_and_other_text_is_left_alone() {
        assert_eq!(one_line("as it\n  was "), "as it was");
        assert!(matches!(one_line("as it was"), Cow::Borrowed(_)));
        assert_eq!(one_line("20\u{a0}to one"), "20\u{a0}to one");
    }
}
