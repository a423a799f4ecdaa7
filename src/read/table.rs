//! Rows → documents: what CSV, TSV and JSONL share.
//!
//! A row is one utterance, or one sentence if the input is presegmented. Rows of one document
//! follow one another; a document is handed over when the next one begins, so that memory is
//! bounded by the largest document. Names are the user's: only white space is folded and
//! aliases applied.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::said;
use super::header::{Header, listed};
use super::turns::{SpeakerIds, folded, look_alike, open_asked, settle_names};
use super::{Columns, Input, Item, Note, ReadOptions, Sink, stem};
use crate::document::{Document, Gap, Question, Record, Sentence, Source, Span, Turn};
use crate::error::{Error, Kind, Result};

/// Documents whose names are remembered, to notice one that comes again.
const REMEMBERED: usize = 1 << 20;

/// Empty rows that are told one by one.
const TOLD: u64 = 3;

/// What a column can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Text,
    Speaker,
    Document,
    Question,
    Id,
    Turn,
    /// What stood before a sentence that was selected.
    Before,
}

impl Role {
    pub(super) const ALL: [Self; 7] =
        [Self::Text, Self::Speaker, Self::Document, Self::Question, Self::Id, Self::Turn, Self::Before];

    /// Names that a column with this role has, the usual one first.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Text => &[
                "text",
                "utterance",
                "sentence",
                "content",
                "body",
                "speech",
                "message",
                "transcript",
                "statement",
                "quote",
            ],
            Self::Speaker => {
                &["speaker", "speaker_name", "name", "author", "user", "who", "participant", "speaker_id", "person"]
            }
            Self::Document => &[
                "document",
                "document_id",
                "doc_id",
                "doc",
                "conversation_id",
                "conversation",
                "dialogue_id",
                "dialog_id",
                "root",
                "file",
                "filename",
            ],
            Self::Question => &["question", "prompt"],
            Self::Id => &["id", "sentence_id", "utterance_id", "row_id", "uid", "utt_id"],
            Self::Turn => &["turn", "turn_id"],
            Self::Before => &["context_before"],
        }
    }

    fn wanted(self, columns: &Columns) -> Option<&str> {
        match self {
            Self::Text => columns.text.as_deref(),
            Self::Speaker => columns.speaker.as_deref(),
            Self::Document => columns.document.as_deref(),
            Self::Question => columns.question.as_deref(),
            Self::Id => columns.id.as_deref(),
            Self::Turn | Self::Before => None,
        }
    }

    fn option(self) -> &'static str {
        match self {
            Self::Text => "--text-column",
            Self::Speaker => "--speaker-column",
            Self::Document => "--document-column",
            Self::Question => "--question-column",
            Self::Id | Self::Turn | Self::Before => "--id-column",
        }
    }
}

/// Which column has which role: an index into the names, by [`Role::ALL`].
pub(super) type Mapping = [Option<usize>; 7];

/// Finds the roles among column names: the user's word, where there is such a column, else the usual names. Whatever
/// is not said by the user nor plainly named is told.
///
/// # Errors
/// Two columns of a name that has a role.
pub(super) fn map(header: &Header, columns: &Columns, sink: &mut Sink<'_>) -> Result<Mapping> {
    let mut mapping: Mapping = [None; 7];
    for (slot, role) in mapping.iter_mut().zip(Role::ALL) {
        if let Some(wanted) = role.wanted(columns) {
            *slot = header.find(wanted)?;
        }
    }
    for (i, role) in Role::ALL.into_iter().enumerate().filter(|(_, role)| role.wanted(columns).is_none()) {
        let Some((name, found)) = role.names().iter().find_map(|n| Some((*n, header.find(n).transpose()?))) else {
            continue;
        };
        // Nothing hangs on which of two ids it is.
        let Some(at) = (if role == Role::Id { found.ok() } else { Some(found?) }) else { continue };
        if mapping.contains(&Some(at)) {
            continue;
        }
        mapping[i] = Some(at);
        if name != role.names()[0] && role != Role::Id && role != Role::Turn {
            let message = format!(
                "column \"{}\" is read as the {} ({} says otherwise)",
                header.names()[at],
                role.names()[0],
                role.option()
            );
            sink(Item::note(message))?;
        }
    }
    Ok(mapping)
}

/// What is wrong if there is no column with the words, or none that the user names.
pub(super) fn missing(header: &Header, columns: &Columns, mapping: &Mapping) -> Option<Error> {
    let mut without = Role::ALL.into_iter().filter(|role| mapping[*role as usize].is_none());
    let (wanted, message) = without.find_map(|role| match role.wanted(columns) {
        Some(wanted) => Some((Some(wanted), "there is no such column".to_owned())),
        None if role == Role::Text => Some((None, format!("no column is called \"text\"; {} names it", role.option()))),
        None => None,
    })?;
    let message = format!("{message}; the columns are {}", header.listed());
    Some(Error { column: wanted.map(str::to_owned), ..Error::new(Kind::Usage, message) })
}

/// Whether the columns are those of our own `sentences.csv`, where each row is a sentence.
pub(super) fn is_own(names: &[String]) -> bool {
    ["sentence_id", "turn", "speaker", "text", "start", "end"].iter().all(|own| names.iter().any(|n| n == own))
}

/// One row, by roles.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Row<'a> {
    /// 1-based line on which it starts.
    pub line: u64,
    pub text: &'a str,
    pub speaker: &'a str,
    pub document: &'a str,
    pub question: &'a str,
    pub turn: &'a str,
    pub before: &'a str,
}

/// Collects rows into documents.
pub(super) struct Table<'a> {
    options: &'a ReadOptions,
    source: Source,
    stem: String,
    presegmented: bool,
    columns: Vec<String>,
    open: Option<Open>,
    seen: BTreeSet<u64>,
    told: BTreeSet<(String, String)>,
    empty: u64,
    documents: u64,
    /// Whether any row had a speaker.
    spoken: bool,
}

/// The document that rows are being added to.
#[derive(Default)]
struct Open {
    doc: Document,
    questions: BTreeMap<String, u32>,
    turn: String,
    /// Printed name per turn.
    is_over: bool,
}

impl<'a> Table<'a> {
    pub(super) fn new(input: &Input, options: &'a ReadOptions, presegmented: bool) -> Self {
        Self {
            options,
            source: input.source().clone(),
            stem: stem(input.path()),
            presegmented,
            columns: Vec::new(),
            open: None,
            seen: BTreeSet::new(),
            told: BTreeSet::new(),
            empty: 0,
            documents: 0,
            spoken: false,
        }
    }

    /// The encoding, as far as it is known by now. One that turns out later was guessed, which is told.
    pub(super) fn set_encoding(&mut self, encoding: &str, sink: &mut Sink<'_>) -> Result<()> {
        if self.source.encoding == encoding {
            return Ok(());
        }
        encoding.clone_into(&mut self.source.encoding);
        sink(Item::Note(Note::guessed_encoding(encoding)))
    }

    /// The columns that are carried through; a name that comes again gets a number.
    pub(super) fn set_columns(&mut self, columns: &[&str]) {
        let (mut uses, mut taken) = (BTreeMap::new(), BTreeSet::new());
        for name in columns {
            let uses = uses.entry(name).or_insert(0_usize);
            let unique = loop {
                *uses += 1;
                let unique = if *uses == 1 { (*name).to_owned() } else { format!("{name}_{uses}") };
                if taken.insert(unique.clone()) {
                    break unique;
                }
            };
            self.columns.push(unique);
        }
    }

    /// The place of a carried column, added if it is new.
    pub(super) fn column(&mut self, name: &str) -> usize {
        self.columns.iter().position(|c| c == name).unwrap_or_else(|| {
            self.columns.push(name.to_owned());
            self.columns.len() - 1
        })
    }

    /// Adds a row, with the cells of the carried columns.
    pub(super) fn add(&mut self, row: Row<'_>, cells: Vec<String>, sink: &mut Sink<'_>) -> Result<()> {
        let [speaker, document, question, before] = [row.speaker, row.document, row.question, row.before].map(said);
        if speaker.is_empty()
            && !row.speaker.trim().is_empty()
            && self.told.insert((row.speaker.to_owned(), String::new()))
        {
            let message = format!("\"{}\" in the column of speakers is read as nobody", row.speaker.trim());
            sink(Item::note_at(row.line, message))?;
        }
        let row = Row { speaker, document, question, before, ..row };
        let id = if document.is_empty() { self.stem.clone() } else { document.to_owned() };
        if self.open.as_ref().is_some_and(|o| o.doc.id != id) {
            self.close(sink)?;
        }
        if self.open.is_none() {
            let hash = blake3::hash(id.as_bytes());
            let key = u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap_or_default());
            if self.seen.len() < REMEMBERED && !self.seen.insert(key) {
                let message = format!(
                    "document \"{id}\" comes again; its rows should follow one another: read as a second document"
                );
                sink(Item::note_at(row.line, message))?;
            }
            let doc = Document { id, source: self.source.clone(), ..Document::default() };
            self.open = Some(Open { doc, ..Open::default() });
        }
        let words = row.text.trim();
        if words.is_empty() {
            self.empty += 1;
            return if self.empty <= TOLD {
                sink(Item::note_at(row.line, "a row without text is left out"))
            } else {
                Ok(())
            };
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        if open.is_over {
            return Ok(());
        }
        if open.doc.text.len() + words.len() + 1 > self.options.limits.document {
            open.is_over = true;
            let cap = self.options.limits.document >> 20;
            let message = format!(
                "document \"{}\" has more than {cap} MB of text and is left out; a document column would split it",
                open.doc.id
            );
            open.doc = Document { id: std::mem::take(&mut open.doc.id), ..Document::default() };
            return sink(Item::Fault(Error::new(Kind::Limit, message).at_path(&self.source.path).at_line(row.line)));
        }
        open.add(row, words, cells, self.presegmented);
        Ok(())
    }

    /// Hands over the open document.
    pub(super) fn close(&mut self, sink: &mut Sink<'_>) -> Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let mut doc = open.doc;
        if doc.turns.is_empty() {
            return Ok(());
        }
        let settled = {
            let printed: Vec<String> = doc.turns.iter().map(|t| t.speaker_raw.clone()).collect();
            let plain = ReadOptions { aliases: Vec::new(), ..ReadOptions::default() };
            let (_, settled) = settle_names(printed.iter().map(String::as_str).filter(|n| n.contains(' ')), &plain);
            settled
        };
        let mut ids = SpeakerIds::default();
        for i in 0..doc.turns.len() {
            let name = self.called(&doc.turns[i].speaker_raw);
            doc.turns[i].speaker = if name.is_empty() { None } else { Some(ids.of(&mut doc, &name)) };
        }
        for (a, b) in settled.alike {
            let is_known = |n: &String| doc.speakers.contains(n);
            if is_known(&a) && is_known(&b) && self.told.len() < 100 && self.told.insert((a.clone(), b.clone())) {
                sink(look_alike(&a, &b))?;
            }
        }
        if let Some(nobody) = doc.speakers.iter().find(|name| *name == "None")
            && self.told.insert((nobody.clone(), String::new()))
        {
            let message = format!("\"{nobody}\" is read as the name of a speaker; a cell for nobody must be empty");
            sink(Item::note(message))?;
        }
        self.spoken |= !doc.speakers.is_empty();
        doc.columns.clone_from(&self.columns);
        for record in &mut doc.records {
            record.cells.resize(self.columns.len(), String::new());
        }
        if doc.questions.is_empty() {
            open_asked(&mut doc);
        }
        doc.source.encoding.clone_from(&self.source.encoding);
        self.documents += 1;
        sink(Item::Document(Box::new(doc)))
    }

    /// Hands over the last document.
    ///
    /// # Errors
    /// [`Kind::Empty`] if no row had any text.
    pub(super) fn finish(mut self, sink: &mut Sink<'_>) -> Result<()> {
        let had_over = self.open.as_ref().is_some_and(|o| o.is_over);
        self.close(sink)?;
        if self.empty > TOLD {
            sink(Item::note(format!("{} rows without text are left out", self.empty)))?;
        }
        if self.documents > 0 && !self.spoken && !self.columns.is_empty() {
            let columns = listed(&self.columns);
            sink(Item::note(format!(
                "no row has a speaker; --speaker-column names the column, if it is one of {columns}"
            )))?;
        }
        if self.documents == 0 && !had_over {
            return Err(Error::new(Kind::Empty, "no row has any text").at_line(1));
        }
        Ok(())
    }

    fn called(&self, printed: &str) -> String {
        let name = folded(printed);
        let alias = self.options.aliases.iter().find(|(from, _)| from.eq_ignore_ascii_case(&name));
        alias.map_or(name, |(_, to)| to.clone())
    }
}

impl Open {
    fn add(&mut self, row: Row<'_>, words: &str, cells: Vec<String>, presegmented: bool) {
        let doc = &mut self.doc;
        if !doc.text.is_empty() {
            doc.text.push('\n');
        }
        if presegmented {
            let last = doc.sentences.last().map_or("", |s| s.span.of(&doc.text));
            doc.gaps.extend(Gap::between(last, row.before, doc.sentences.len()));
        }
        let start = doc.text.len();
        doc.text.push_str(words);
        let span = Span::new(start, doc.text.len());
        doc.records.push(Record { span, line: row.line, cells });
        let line = u32::try_from(row.line).unwrap_or(u32::MAX);
        let asked = row.question;
        let question = (!asked.is_empty()).then(|| {
            *self.questions.entry(asked.to_owned()).or_insert_with(|| {
                doc.questions.push(Question { text: folded(asked), line, turn: None });
                doc.questions.len() as u32 - 1
            })
        });
        let goes_on = presegmented
            && self.turn == row.turn
            && doc.turns.last().is_some_and(|t| t.speaker_raw == row.speaker && t.question == question);
        match doc.turns.last_mut() {
            Some(turn) if goes_on => turn.spans.push(span),
            _ => {
                row.turn.clone_into(&mut self.turn);
                doc.turns.push(Turn {
                    speaker_raw: row.speaker.to_owned(),
                    question,
                    spans: vec![span],
                    line,
                    ..Turn::default()
                });
            }
        }
        if presegmented {
            let turn = doc.turns.len() as u32 - 1;
            doc.sentences.push(Sentence { turn, span });
            if let Some(question) = question {
                doc.questions[question as usize].ask(turn, words);
            }
        }
    }
}
