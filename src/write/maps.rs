//! The per-document map formats as [`Writer`]s.

use super::{Context, Scope, Writer, aif, argdown, dot};
use crate::Analysis;

/// One format: its name and extension, its help, and the function that renders a document.
pub(super) struct Map {
    name: &'static str,
    file: &'static str,
    about: &'static str,
    render: fn(&Analysis) -> Vec<u8>,
}

pub(super) static DOT: Map = Map {
    name: "dot",
    file: "dot",
    about: "a picture for Graphviz: `dot -Tsvg map.dot -o map.svg`",
    render: |a| dot::map(&a.document, Some(&a.stances), &a.map).into_bytes(),
};

pub(super) static ARGDOWN: Map = Map {
    name: "argdown",
    file: "argdown",
    about: "text that argument-mapping editors open",
    render: |a| argdown::map(&a.document, Some(&a.stances), &a.map).into_bytes(),
};

pub(super) static AIF: Map = Map {
    name: "aif",
    file: "json",
    about: "Argument Interchange Format, as JSON",
    render: |a| aif::map(&a.document, Some(&a.stances), &a.map),
};

impl Writer for Map {
    fn name(&self) -> &'static str {
        self.name
    }

    fn file(&self) -> &'static str {
        self.file
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn scope(&self) -> Scope {
        Scope::Document
    }

    fn header(&self, _context: &Context, _out: &mut Vec<u8>) {}

    fn document(&self, analysis: &Analysis, _context: &Context, out: &mut Vec<u8>) {
        out.extend_from_slice(&(self.render)(analysis));
    }
}
