//! Standpoint reads dialogue (interviews, hearings, briefings, debates) and says who argues what.
//!
//! The stages, in the order of the data:
//!
//! ```text
//! read → segment → features → stance → argument → profile → write
//! bytes  turns     sentence   sparse   labelled   one row    results
//! → turns → sentences → row   row → stance  sentences → map  per speaker  → files
//! ```
//!
//! [`pipeline`] runs them over any number of inputs; each can be used by itself:
//!
//! ```
//! use standpoint::pipeline::{Models, Options, analyse};
//! use standpoint::argument::{ArgumentModel, MapOptions};
//! use standpoint::read::{Input, Item, ReadOptions};
//! use standpoint::stance::StanceModel;
//!
//! let text = "WHAT SHOULD CUSTOMS CHECK FIRST?\n\
//!     Ada Okoro: Crane software, because nobody else looks at it. We inspect the steel and never the code.\n\
//!     Piet Maas: I disagree. A second inspection only doubles the queue at the quay.\n";
//! let mut documents = Vec::new();
//! let input = Input::from_bytes("quay.txt", text.as_bytes().to_vec());
//! standpoint::read::read(input, &ReadOptions::default(), &mut |item| {
//!     if let Item::Document(document) = item {
//!         documents.push(*document);
//!     }
//!     Ok(())
//! })?;
//! let models = Models { stance: StanceModel::shipped(), argument: ArgumentModel::shipped() };
//! let options = Options { map: Some(MapOptions::default()), ..Options::default() };
//! let analysis = analyse(documents.remove(0), models, &options);
//! assert_eq!(analysis.document.speakers, ["Ada Okoro", "Piet Maas"]);
//! assert_eq!(analysis.document.sentences.len(), 4);
//! # Ok::<(), standpoint::Error>(())
//! ```
//!
//! # Invariants
//!
//! 1. A span never leaves its document; a sentence never leaves its turn; sentences are in order and do not
//!    overlap; `text[span]` is always valid.
//! 2. Only [`read`] and [`write`](mod@write) know files; only [`write::atomic`] creates them.
//! 3. Only [`parallel`] knows threads. A stage is a function of its input.
//! 4. Only the binary prints.
//! 5. No hash map's order, no clock, no thread count, no locale reaches an output.
//! 6. Floats are added in a fixed order: 1, 2 or 16 threads give the same bytes.
//! 7. Nothing opens a network connection.

pub mod argument;
pub mod document;
pub mod error;
pub mod features;
pub mod parallel;
pub mod pipeline;
pub mod profile;
pub mod read;
mod regression;
pub mod segment;
pub mod stance;
mod student;
pub mod write;

pub use document::{Document, Question, Record, Sentence, Source, Span, Turn};
pub use error::{Error, Kind, Result};

/// A document with everything the stages found in it.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The document with its turns and sentences.
    pub document: Document,
    /// One stance per sentence.
    pub stances: stance::Stances,
    /// How the sentences argue; empty if no map was asked for.
    pub map: argument::ArgumentMap,
    /// One profile per speaker.
    pub profiles: Vec<profile::SpeakerProfile>,
    /// Per sentence, in words, what moved its label; empty if not asked for.
    pub reasons: Vec<String>,
}
