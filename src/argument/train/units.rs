//! The models of single sentences, and what they believe out of fold.

use super::Example;
use crate::argument::logistic::{Logistic, Multi};
use crate::argument::model::{Belief, ENDS, FUNCTIONS, Place, UnitModels};
use crate::argument::{ComponentKind, Role};
use crate::error::Result;
use crate::parallel;

/// The sentences of all documents but those of one fold, with what the models learn of them.
#[derive(Default)]
pub(super) struct Units<'e> {
    rows: Vec<&'e [(u32, f32)]>,
    component: Vec<usize>,
    function: Vec<usize>,
    ends: Vec<[bool; ENDS]>,
    sided: Vec<&'e [(u32, f32)]>,
    opp: Vec<bool>,
}

impl<'e> Units<'e> {
    pub(super) fn new(examples: &'e [Example], folds: usize, held: Option<usize>) -> Self {
        let mut out = Self::default();
        for (_, e) in examples.iter().enumerate().filter(|(i, _)| Some(*i % folds) != held) {
            out.ends.extend_from_slice(&e.ends);
            for (i, row) in e.unit_rows.iter().enumerate() {
                out.rows.push(row);
                out.component.push(e.component[i] as usize);
                out.function.push(match e.places[i] {
                    Place::Child(_, kind) => kind + 1,
                    _ => 0,
                });
                if let Some(role) = e.role[i] {
                    out.sided.push(row);
                    out.opp.push(role == Role::Opp);
                }
            }
        }
        out
    }

    pub(super) fn fit(&self, penalty: f64) -> Result<UnitModels> {
        let end = |k: usize| {
            let is: Vec<bool> = self.ends.iter().map(|e| e[k]).collect();
            Logistic::fit(&self.rows, &is, penalty)
        };
        Ok(UnitModels {
            component: Multi::fit(&self.rows, &self.component, ComponentKind::ALL.len(), penalty)?,
            role: Logistic::fit(&self.sided, &self.opp, penalty)?,
            function: Multi::fit(&self.rows, &self.function, FUNCTIONS, penalty)?,
            ends: (0..ENDS).map(end).collect::<Result<_>>()?,
        })
    }
}

/// What the models of single sentences believe out of fold, by document.
pub(super) fn beliefs(examples: &[Example], folds: usize, penalty: f64) -> Result<Vec<Vec<Belief>>> {
    let training: Vec<Units<'_>> = (0..folds).map(|f| Units::new(examples, folds, Some(f))).collect();
    let held = parallel::map(&training, |_, units| units.fit(penalty)).into_iter().collect::<Result<Vec<_>>>()?;
    let beliefs = examples.iter().enumerate().map(|(i, e)| {
        let model = &held[i % folds];
        e.unit_rows.iter().map(|row| model.belief(row)).collect()
    });
    Ok(beliefs.collect())
}
