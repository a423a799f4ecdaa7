//! The model file: one line that names format, version and checksum, then JSON.
//!
//! ```text
//! standpoint-argument 1 <BLAKE3 of everything after this line>
//! {"card":{…},"words":[…],…}
//! ```
//! The checksum refuses every truncation and every changed bit; dimensions and weights are
//! checked besides. What is allocated is bounded by the length of the file.

use super::ArgumentModel;
use super::model::{ENDS, Links, PAIR_COLUMNS, Parts};
use super::unit::{Layout, Vocabulary};
use crate::error::{Error, Kind, Result};

const MAGIC: &str = "standpoint-argument";
const VERSION: u32 = 1;
/// Longest first line: name, version, 64 digits.
const HEAD: usize = 128;

impl ArgumentModel {
    /// The model as the bytes of its file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Strings and numbers only: this cannot fail.
        let mut body = serde_json::to_vec(&self.parts).unwrap_or_default();
        body.push(b'\n');
        let mut out = format!("{MAGIC} {VERSION} {}\n", blake3::hash(&body)).into_bytes();
        out.append(&mut body);
        out
    }

    /// A model from the bytes of its file.
    ///
    /// # Errors
    /// Where the bytes are no such file, of another version, damaged, or hold weights that
    /// cannot be used.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let bad = |message: &str| Error::new(Kind::Model, message);
        let head = bytes.iter().take(HEAD).position(|b| *b == b'\n');
        let head = head.and_then(|end| std::str::from_utf8(&bytes[..end]).ok().map(|text| (text, &bytes[end + 1..])));
        let Some((head, body)) = head else { return Err(bad("not an argument model")) };
        let mut words = head.split(' ');
        if words.next() != Some(MAGIC) {
            return Err(bad("not an argument model"));
        }
        let version = words.next().unwrap_or("");
        if version != VERSION.to_string() {
            let message = format!("argument model of version {version}; this program reads version {VERSION}");
            return Err(Error::new(Kind::Model, message));
        }
        if words.next() != Some(blake3::hash(body).to_hex().as_str()) || words.next().is_some() {
            return Err(bad("the model file is damaged: its checksum does not fit"));
        }
        let parts: Parts = serde_json::from_slice(body)
            .map_err(|e| Error::new(Kind::Model, format!("the model file cannot be read: {e}")))?;
        let model = Self::new(parts);
        model.check().map_err(bad)?;
        Ok(model)
    }

    fn check(&self) -> std::result::Result<(), &'static str> {
        let parts = &self.parts;
        let layout = Layout::new(&self.vocabulary);
        if Vocabulary::new(&parts.words, Vec::new(), 0).has_twins() {
            return Err("the model file lists a word twice");
        }
        let unit = layout.all() as usize;
        let pair = PAIR_COLUMNS as usize;
        let units = &parts.units;
        let links = |l: &Links| {
            l.link.is_valid(pair)
                && l.kind.is_valid(pair)
                && l.kind.classes() == 3
                && [l.slope, l.offset].iter().all(|x| x.is_finite())
                && (0.0..=1.0).contains(&l.threshold)
        };
        let tree = &parts.tree;
        let sound = units.component.is_valid(unit)
            && units.component.classes() == 3
            && units.function.is_valid(unit)
            && units.function.classes() == super::model::FUNCTIONS
            && units.role.is_valid(unit)
            && units.ends.len() == ENDS
            && units.ends.iter().all(|e| e.is_valid(unit))
            && links(&parts.same)
            && links(&parts.cross)
            && [tree.function, tree.role, tree.component, tree.attack].iter().all(|x| x.is_finite());
        if sound { Ok(()) } else { Err("the weights of the model file do not fit its features") }
    }
}
