//! The speakers of a document: their names settled, their ids in order of first appearance.

use std::collections::BTreeMap;

use super::{Item, ReadOptions, names, words};
use crate::document::Document;

/// Numbers the distinct printed names and settles them: for each given name the index into
/// the settled ones.
pub(in crate::read) fn settle_names<'a>(
    printed: impl Iterator<Item = &'a str>,
    options: &ReadOptions,
) -> (Vec<usize>, names::Settled) {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut distinct = Vec::new();
    let ids = printed
        .map(|name| {
            *numbers.entry(name).or_insert_with(|| {
                distinct.push(name);
                distinct.len() - 1
            })
        })
        .collect();
    (ids, names::settle(&distinct, &options.aliases))
}

/// The note on two names that look alike.
pub(in crate::read) fn look_alike(a: &str, b: &str) -> Item {
    Item::note(format!("\"{a}\" and \"{b}\" look alike and are kept apart; --aliases joins them"))
}

/// Ids of speakers in order of first appearance, found by name in logarithmic time.
#[derive(Default)]
pub(in crate::read) struct SpeakerIds {
    ids: BTreeMap<String, u32>,
}

impl SpeakerIds {
    /// The id of `name` in `doc`, added if it is new.
    pub(in crate::read) fn of(&mut self, doc: &mut Document, name: &str) -> u32 {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = doc.speakers.len() as u32;
        doc.speakers.push(name.to_owned());
        self.ids.insert(name.to_owned(), id);
        id
    }

    /// The one speaker who answers, where only one does.
    pub(super) fn only(&self) -> Option<u32> {
        let mut answering = self.ids.iter().filter(|(name, _)| !words::is_asker(name));
        answering.next().filter(|_| answering.next().is_none()).map(|(_, id)| *id)
    }
}
