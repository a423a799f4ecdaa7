//! Text made safe for a spreadsheet cell.

use std::borrow::Cow;

/// What a cell begins with that spreadsheets run (OWASP, "CSV injection").
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

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

    /// A text cell. A number with a sign is no formula and stays a number.
    #[must_use]
    pub fn text(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Excel if text.starts_with(FORMULA) && !is_number(text) => Cow::Owned(format!("'{text}")),
            _ => Cow::Borrowed(text),
        }
    }

    /// The text of a cell that [`Dialect::text`] may have guarded.
    #[must_use]
    pub fn unguarded(cell: &str) -> &str {
        cell.strip_prefix('\'').filter(|text| text.starts_with(FORMULA)).unwrap_or(cell)
    }
}

/// Sign, digits, one decimal point or comma, exponent.
fn is_number(text: &str) -> bool {
    // Rust would take "inf" and "nan" as well.
    let signs = text.bytes().all(|b| b.is_ascii_digit() || b"+-.,eE".contains(&b));
    signs && text.replacen(',', ".", 1).parse::<f64>().is_ok()
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
    fn a_number_is_no_formula() {
        for number in ["-1.5", "+3", "-1,5", "-.5", "+2e-3", "-1E6"] {
            assert_eq!(Dialect::Excel.text(number), number);
        }
        for formula in ["-", "+e", "-1+1", "-1,000.5", "-1-1", "-inf", "+nan", "-0x1", "-1 ", "--1"] {
            assert_eq!(Dialect::Excel.text(formula), format!("'{formula}"));
        }
    }

    #[test]
    fn the_guard_comes_off_and_no_other_apostrophe() {
        for text in ["=1+1", "@NAME", "-5 degrees.", "\tx", "-1.5", "'tis late", "'", ""] {
            assert_eq!(Dialect::unguarded(&Dialect::Excel.text(text)), text);
        }
    }

    #[test]
    fn lines_are_folded_and_other_text_is_left_alone() {
        assert_eq!(one_line("as it\n  was "), "as it was");
        assert!(matches!(one_line("as it was"), Cow::Borrowed(_)));
        assert_eq!(one_line("20\u{a0}to one"), "20\u{a0}to one");
    }
}
