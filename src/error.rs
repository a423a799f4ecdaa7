//! One error type: what went wrong, in which input, at which position.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Shorthand for a result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// The kind of an [`Error`], as printed in `errors.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// The operating system refused (missing path, permission, disk).
    Io,
    /// Bytes that are not text in the encoding they should be in.
    Encoding,
    /// Bytes that are text but not of the expected form.
    Format,
    /// A cap of [`crate::read::Limits`] was reached.
    Limit,
    /// Nothing to analyse.
    Empty,
    /// A model file that cannot be used.
    Model,
    /// Labels or options that cannot be used.
    Usage,
    /// An output that cannot be written.
    Output,
    /// A fault of this program; the input is left out, the others go on.
    Panic,
}

impl Kind {
    /// The name used in outputs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Io => "io",
            Self::Encoding => "encoding",
            Self::Format => "format",
            Self::Limit => "limit",
            Self::Empty => "empty",
            Self::Model => "model",
            Self::Usage => "usage",
            Self::Output => "output",
            Self::Panic => "panic",
        }
    }
}

/// What went wrong and where. Lines and records count from 1, bytes from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// What kind of failure.
    pub kind: Kind,
    /// The input or output, as the user named it.
    pub path: Option<String>,
    /// 1-based line of the input.
    pub line: Option<u64>,
    /// 0-based byte offset in the input (after decompression).
    pub byte: Option<u64>,
    /// Name of the column, for tables.
    pub column: Option<String>,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl Error {
    /// An error without a place.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, path: None, line: None, byte: None, column: None, message: message.into() }
    }

    /// An operating-system error on `path`.
    pub fn io(path: impl Into<String>, error: &std::io::Error) -> Self {
        let advice = match error.kind() {
            std::io::ErrorKind::NotFound => "; it was moved or removed, or is a link to nothing",
            std::io::ErrorKind::PermissionDenied => "; ask for the right to read it",
            _ => "",
        };
        Self::new(Kind::Io, format!("{error}{advice}")).at_path(path)
    }

    /// The same error, in this input. A path that is already known stays.
    #[must_use]
    pub fn at_path(mut self, path: impl Into<String>) -> Self {
        self.path.get_or_insert_with(|| path.into());
        self
    }

    /// The same error, on this 1-based line.
    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same error, at this 0-based byte.
    #[must_use]
    pub fn at_byte(mut self, byte: u64) -> Self {
        self.byte = Some(byte);
        self
    }

    /// The same error, in this column.
    #[must_use]
    pub fn in_column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{path}: ")?;
        }
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(byte) = self.byte {
            write!(f, "byte {byte}: ")?;
        }
        if let Some(column) = &self.column {
            write!(f, "column \"{column}\": ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
