//! What `train`, `evaluate` and `map` do with tables of annotated arguments: the work between
//! reading files and printing, both of which are the caller's.

use std::fmt::Write as _;

use super::{ArgumentModel, MapOptions, Scores, Tables};
use crate::error::{Error, Kind, Result};
use crate::read::argument_tables;

/// Bytes of a table and the path they come from.
pub type Input<'a> = (&'a [u8], &'a str);

/// The two tables; `none` is the label that means "no stance".
fn annotated(components: Input<'_>, relations: Input<'_>, none: Option<&str>) -> Result<Tables> {
    argument_tables::read(components, relations)?.with_none(none).map_err(|e| e.at_path(components.1))
}

/// `standpoint train --task argument COMPONENTS.csv RELATIONS.csv`: the bytes of the model file.
///
/// # Errors
/// Where the tables cannot be used (see [`argument_tables::read`]) or hold too little to learn from.
pub fn train(components: Input<'_>, relations: Input<'_>, none: Option<&str>) -> Result<Vec<u8>> {
    let tables = annotated(components, relations, none)?;
    let model = super::train(&tables.documents()).map_err(|e| e.at_path(relations.1))?;
    Ok(model.to_bytes())
}

/// What `standpoint evaluate --task argument` measures with.
#[derive(Clone, Copy, Debug)]
pub enum Against<'m> {
    /// A model that has not seen these documents.
    Model(&'m ArgumentModel),
    /// Models trained on all folds but the one they are measured on.
    Folds(usize),
}

/// `standpoint evaluate --task argument COMPONENTS.csv RELATIONS.csv`.
///
/// # Errors
/// Where the tables cannot be used or a fold cannot be trained on.
pub fn evaluate(
    components: Input<'_>,
    relations: Input<'_>,
    none: Option<&str>,
    against: Against<'_>,
) -> Result<Scores> {
    let documents = annotated(components, relations, none)?.documents();
    match against {
        Against::Model(model) => Ok(super::evaluate(model, &documents)),
        Against::Folds(folds) => super::cross_validate(&documents, folds).map_err(|e| e.at_path(relations.1)),
    }
}

/// The maps that `model` draws for the components of a table, as `components.csv` and
/// `relations.csv` (their bytes, in this order) with the user's own ids and columns.
///
/// # Errors
/// Where the components cannot be used.
pub fn predict(
    components: Input<'_>,
    none: Option<&str>,
    model: &ArgumentModel,
    options: &MapOptions,
) -> Result<[Vec<u8>; 2]> {
    if options.min_probability.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
        return Err(Error::new(Kind::Usage, "the least probability must be from 0 to 1"));
    }
    let tables = argument_tables::unannotated(components)?.with_none(none).map_err(|e| e.at_path(components.1))?;
    let predicted = tables.predicted(model, options);
    Ok([predicted.components().to_csv(), predicted.relations().to_csv()])
}

/// Scores in words and columns.
#[must_use]
pub fn report(scores: &Scores) -> String {
    let mut out = format!("{} documents, {} sentences\n\n", scores.documents, scores.sentences);
    let t = &scores.trees;
    let _ = writeln!(out, "within turns, macro-F1");
    for (name, value) in [
        ("component (claim, premise, none)", t.cc),
        ("role (pro, opp)", t.ro),
        ("function (support, attack, rephrase, none)", t.fu),
        ("attachment (related or not)", t.at),
        ("right target", t.uas),
        ("right target and function", t.las),
    ] {
        let _ = writeln!(out, "  {name:44} {value:.3}");
    }
    for (name, l) in [("all links", &scores.links), ("links across speakers", &scores.cross_speaker)] {
        let _ = writeln!(out, "\n{name}, {} in the annotation", l.gold);
        for (name, value) in [
            ("average precision", l.average_precision),
            ("precision at a tenth found", l.precision_at_10),
            ("calibration error, all candidates", l.calibration_error),
            ("calibration error, probability from 0.1", l.calibration_error_shown),
        ] {
            let _ = writeln!(out, "  {name:44} {value:.3}");
        }
        let _ = writeln!(out, "  {:44} {:.3} of {}", "precision of the relations shown", l.precision, l.shown);
    }
    out
}
