//! The names of a table's columns, and how one is found among them.

use crate::error::{Error, Kind, Result};

/// Names of columns, in order.
#[derive(Default)]
pub(crate) struct Header {
    names: Vec<String>,
    /// The same without what spreadsheets and statistics programs change: capitals, blanks, dots and hyphens.
    plain: Vec<String>,
}

impl Header {
    pub(super) fn new(names: impl IntoIterator<Item = String>) -> Self {
        let mut header = Self::default();
        names.into_iter().for_each(|name| header.push(name));
        header
    }

    pub(super) fn push(&mut self, name: String) {
        self.plain.push(plain(&name));
        self.names.push(name);
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The column of this name, or else the one whose name is but for capitals and blanks.
    ///
    /// # Errors
    /// Two columns that it could be.
    pub(crate) fn find(&self, name: &str) -> Result<Option<usize>> {
        let written = only(&self.names, name)?;
        if written.is_some() { Ok(written) } else { only(&self.plain, &plain(name)) }
    }

    /// All names in quotes, for messages.
    pub(super) fn listed(&self) -> String {
        listed(&self.names)
    }
}

fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '\u{A0}', '-', '.'], "_")
}

fn only(names: &[String], name: &str) -> Result<Option<usize>> {
    let mut found = (0..names.len()).filter(|i| names[*i] == name);
    let first = found.next();
    if found.next().is_some() {
        let message = "two columns have this name: rename the one that is not meant";
        return Err(Error::new(Kind::Format, message).in_column(name));
    }
    Ok(first)
}

/// Names of columns in quotes, for messages.
pub(super) fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(20).map(|n| format!("\"{n}\"")).collect();
    shown.join(", ") + if names.len() > 20 { ", …" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_as_written_goes_before_one_like_it_and_two_are_refused() {
        let header = Header::new(["Text", "text", "Doc\u{A0}ID", "note", "note", "Who", "WHO"].map(str::to_owned));
        assert_eq!(header.find("text").unwrap(), Some(1));
        assert_eq!(header.find("doc_id").unwrap(), Some(2));
        assert_eq!(header.find("speaker").unwrap(), None);
        for twice in ["note", "who"] {
            assert_eq!(header.find(twice).unwrap_err().column.as_deref(), Some(twice));
        }
    }
}
