//! The model file: flat little-endian arrays, checked before they are believed.
//!
//! `STANCE` and a line feed, a format number, the BLAKE3 of everything after it, then a JSON head (labels, card, class
//! names) and the arrays, each led by its length. A length is compared with what is left of the
//! file before anything is allocated; every truncation and bit flip is refused by the checksum.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::LabelSet;
use super::card::Card;
use super::first_look::{Classes, FirstLook, lanes};
use super::model::StanceModel;
use super::second_look::SecondLook;
use super::table::Table;
use crate::error::{Error, Kind, Result};
use crate::features::context;

const MAGIC: &[u8] = b"STANCE\n";
/// Number of the format; a file of another one is refused.
const FORMAT: u8 = 4;
const CHECKSUM: usize = 32;
const MISFIT: &str = "the model file's parts do not fit one another";

#[derive(Serialize, Deserialize)]
struct Head {
    labels: LabelSet,
    card: Card,
    classes: Vec<String>,
    negation: u8,
}

fn refuse<T>(message: &str) -> Result<T> {
    Err(Error::new(Kind::Model, message))
}

/// Numbers of a fixed width.
trait Number: Copy {
    const WIDTH: usize;
    fn put(self, out: &mut Vec<u8>);
    fn get(bytes: &[u8]) -> Self;
}

macro_rules! number {
    ($($t:ty),*) => {$(
        impl Number for $t {
            const WIDTH: usize = size_of::<$t>();
            fn put(self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
            fn get(bytes: &[u8]) -> Self {
                let mut raw = [0; size_of::<$t>()];
                raw.copy_from_slice(bytes);
                Self::from_le_bytes(raw)
            }
        }
    )*};
}
number!(u8, u32, i16, i32, f32);

fn put<T: Number>(values: &[T], out: &mut Vec<u8>) {
    (values.len() as u32).put(out);
    for value in values {
        value.put(out);
    }
}

/// What is left of a file.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn get<T: Number>(&mut self) -> Result<Vec<T>> {
        let Some((length, rest)) = self.0.split_at_checked(4) else { return refuse("the model file is cut off") };
        let bytes = u64::from(u32::get(length)) * T::WIDTH as u64;
        let Some((values, rest)) = usize::try_from(bytes).ok().and_then(|n| rest.split_at_checked(n)) else {
            return refuse("an array of the model file is longer than the file");
        };
        self.0 = rest;
        Ok(values.chunks_exact(T::WIDTH).map(T::get).collect())
    }

    /// An array of one.
    fn one<T: Number>(&mut self) -> Result<T> {
        if let [value] = self.get()?[..] { Ok(value) } else { refuse(MISFIT) }
    }

    fn table(&mut self, lanes: usize) -> Result<Table> {
        let table = Table { lanes, step: self.one()?, cells: self.get()? };
        if table.is_sound() { Ok(table) } else { refuse("a table of the model file is damaged") }
    }
}

fn put_table(table: &Table, out: &mut Vec<u8>) {
    put(&[table.step], out);
    put(&table.cells, out);
}

impl StanceModel {
    /// The model as a file.
    ///
    /// # Panics
    /// Never: the head is plain data.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let head = Head {
            labels: (*self.labels).clone(),
            card: self.card.clone(),
            classes: self.lexicon.names.clone(),
            negation: self.lexicon.negation,
        };
        let mut body = Vec::new();
        put(&serde_json::to_vec(&head).expect("a head is plain data"), &mut body);
        put_table(&self.lexicon.longer, &mut body);
        let FirstLook { unit, lanes: _, start, bias, words, letters, pairs, crossed, classes, class_pairs } =
            &self.first;
        put(&[*unit], &mut body);
        put(start, &mut body);
        put(bias, &mut body);
        for table in [words, letters, pairs, crossed] {
            put_table(table, &mut body);
        }
        put(classes, &mut body);
        put(class_pairs, &mut body);
        let SecondLook { weights, bias, mean, scale } = &self.second;
        for values in [weights, bias, mean, scale] {
            put(values, &mut body);
        }

        let mut out = Vec::with_capacity(MAGIC.len() + 1 + CHECKSUM + body.len());
        out.extend_from_slice(MAGIC);
        out.push(FORMAT);
        out.extend_from_slice(blake3::hash(&body).as_bytes());
        out.extend_from_slice(&body);
        out
    }

    /// A model from the bytes of its file.
    ///
    /// # Errors
    /// Bytes that are not a whole, undamaged model file of this format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            return refuse("not a stance model; `standpoint train` makes one");
        };
        match rest.first() {
            Some(&FORMAT) => {}
            Some(other) => {
                let message = format!("model format {other}; this program reads format {FORMAT}: train it again");
                return Err(Error::new(Kind::Model, message));
            }
            None => return refuse("the model file is cut off"),
        }
        let Some((checksum, body)) = rest[1..].split_at_checked(CHECKSUM) else {
            return refuse("the model file is cut off");
        };
        let hash = blake3::hash(body);
        if hash.as_bytes() != checksum {
            return refuse("the model file is damaged or cut off: its checksum does not fit");
        }
        let mut rest = Rest(body);
        let head: Vec<u8> = rest.get()?;
        let Head { labels, card, classes: names, negation } =
            serde_json::from_slice(&head).map_err(|e| Error::new(Kind::Model, format!("the model's head: {e}")))?;
        let none = labels.none.and_then(|n| labels.labels.get(usize::from(n)));
        LabelSet::new(&labels.name, labels.labels.clone(), none.map(String::as_str))?;
        let (k, lanes) = (labels.len(), lanes(labels.len()));
        let lexicon = Classes { names, negation, longer: rest.table(0)? };
        let first = FirstLook {
            unit: rest.one()?,
            lanes,
            start: rest.get()?,
            bias: rest.get()?,
            words: rest.table(lanes)?,
            letters: rest.table(lanes)?,
            pairs: rest.table(lanes)?,
            crossed: rest.table(lanes)?,
            classes: rest.get()?,
            class_pairs: rest.get()?,
        };
        let second = SecondLook { weights: rest.get()?, bias: rest.get()?, mean: rest.get()?, scale: rest.get()? };
        let model = Self { labels: Arc::new(labels), card, hash: hash.to_hex().to_string(), lexicon, first, second };
        if !rest.0.is_empty() || !model.fits(k) {
            return refuse(MISFIT);
        }
        Ok(model)
    }

    /// Whether every dimension is what the labels and classes ask for and every weight is finite.
    fn fits(&self, k: usize) -> bool {
        let (first, second, classes) = (&self.first, &self.second, 2 * self.lexicon.names.len());
        let width = context::width(k);
        let dimensions = [
            (first.start.len(), first.lanes),
            (first.bias.len(), k),
            (first.classes.len(), classes * first.lanes),
            (first.class_pairs.len(), classes * classes * first.lanes),
            (second.weights.len(), width * k),
            (second.bias.len(), k),
            (second.mean.len(), width),
            (second.scale.len(), width),
            (self.labels.codebook.len(), k),
        ];
        let named = |table: &Table| table.notes().all(|n| usize::from(n as u8) * 2 <= classes);
        let floats = [&first.bias, &second.weights, &second.bias, &second.mean, &second.scale];
        dimensions.iter().all(|(a, b)| a == b)
            && named(&first.words)
            && named(&first.pairs)
            && named(&self.lexicon.longer)
            && usize::from(self.lexicon.negation) * 2 <= classes
            && self.labels.none.is_none_or(|n| usize::from(n) < k)
            && first.unit.is_finite()
            && floats.iter().all(|v| v.iter().all(|w| w.is_finite()))
    }
}
