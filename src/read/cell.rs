//! What a cell says, however a spreadsheet or a statistics program wrote it.

/// What statistics programs (R, pandas, Stata) write where nothing is known.
const NOTHING: [&str; 7] = ["", "NA", "N/A", "NaN", "nan", "NULL", "."];

/// Whether a cell, blanks aside, stands for nothing. "None" does not: it may be somebody's label for no stance.
pub(crate) fn is_nothing(cell: &str) -> bool {
    NOTHING.contains(&cell.trim())
}

/// What a cell says: empty if it stands for nothing.
pub(super) fn said(cell: &str) -> &str {
    if is_nothing(cell) { "" } else { cell.trim() }
}

/// A number. Spreadsheets of half the world write a decimal comma.
pub(crate) fn number(cell: &str) -> Option<f64> {
    cell.trim().replace(',', ".").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_nothing_are_told_from_words() {
        assert!(["", " ", "NA", " NaN", "."].into_iter().all(is_nothing));
        assert_eq!([" NA", " Ada Okoro "].map(said), ["", "Ada Okoro"]);
        assert!(!["None", "none", "na", "0", "neutral"].into_iter().any(is_nothing));
        assert_eq!(
            ["0,25", " .5 ", "1", "50 %", "1,000,000"].map(number),
            [Some(0.25), Some(0.5), Some(1.0), None, None]
        );
    }
}
