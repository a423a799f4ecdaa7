//! The classifier as a whole: what it promises about order, threads, damaged files and reasons.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::fmt::Write;

use proptest::prelude::*;
use standpoint::argument::ArgumentMap;
use standpoint::profile;
use standpoint::read::labelled::{Options, from_bytes};
use standpoint::read::{Input, Item, ReadOptions, read};
use standpoint::stance::evaluate::{Folds, Group, against, cross_validate};
use standpoint::stance::train::{TrainOptions, fit};
use standpoint::stance::{Examples, PredictOptions, ReasonKind, StanceModel};

/// Twelve small documents of three labels nobody thought of.
fn examples() -> Examples {
    documents(12)
}

fn documents(n: usize) -> Examples {
    let lines = [
        ("red", "The kiln must stay shut, and nobody may open it"),
        ("green", "Together we can share the kiln with the next village"),
        ("blue", "The kiln was built of brick"),
        ("red", "We do not want strangers near our furnace"),
        ("green", "Let us agree on a rota and help one another"),
        ("blue", "It holds four hundred pots in winter"),
    ];
    let mut csv = String::from("document,speaker,text,label\n");
    for d in 0..n {
        for (i, (label, text)) in lines.iter().enumerate() {
            let (speaker, batch) = (i % 2, (d * 7 + i) % 5);
            writeln!(csv, "d{d},s{speaker},\"{text}, batch {batch} of house {d}.\",{label}").expect("a string");
        }
    }
    from_bytes(csv.as_bytes(), "t.csv", &Options::default()).expect("a table")
}

fn model(examples: &Examples) -> StanceModel {
    fit(examples, &TrainOptions::default(), &|_, _| ()).expect("a model").0
}

#[test]
fn labels_nobody_thought_of_are_learned_and_survive_the_file() {
    let examples = examples();
    let model = model(&examples);
    let measured = against(&model, &examples).unwrap();
    assert!(measured.accuracy.value > Some(0.95), "{}", measured.to_text());
    let back = StanceModel::from_bytes(&model.to_bytes()).unwrap();
    assert_eq!(back, model);
    assert_eq!(back.hash().len(), 64);
    let document = &examples.documents[0].document;
    let stances = back.predict(document, &PredictOptions { abstain_below: Some(1.1), target: None });
    assert!(stances.abstained.iter().all(|a| *a));
    for i in 0..stances.len() {
        assert!((stances.row(i).iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(stances.row(i).iter().all(|p| *p <= stances.confidence(i)));
    }
}

#[test]
fn a_small_table_of_many_documents_can_be_cut_into_as_many_parts_as_are_possible() {
    let options = TrainOptions { folds: 64, ..TrainOptions::default() };
    let (_, report) = fit(&documents(70), &options, &|_, _| ()).unwrap();
    assert_eq!(report.documents, 70);
    let beyond = TrainOptions { folds: 65, ..options };
    assert!(fit(&documents(70), &beyond, &|_, _| ()).is_err());
}

#[test]
fn codes_that_a_model_was_trained_on_do_not_correct_it() {
    let mut csv = String::from("document,speaker,text,inclusion_probability,label\n");
    for (d, example) in documents(4).documents.iter().enumerate() {
        for i in 0..example.labels.len() {
            let label = &documents(1).labels.labels[usize::from(example.labels[i].unwrap())];
            writeln!(csv, "d{d},Ada Okoro,\"{}\",1,{label}", example.document.sentence(i)).unwrap();
        }
    }
    let sample = model(&from_bytes(csv.as_bytes(), "sheet.csv", &Options::default()).unwrap());
    let other =
        model(&from_bytes(csv.replace("inclusion_probability", "x").as_bytes(), "t", &Options::default()).unwrap());
    assert!(other.card().sample.is_empty());
    let learned = |id: &str| sample.card().has_learned(id, documents(1).documents[0].document.sentence(0));
    assert!(learned("d0") && !learned("e0"));
    let input = Input::from_bytes("sheet.csv", csv.into_bytes());
    read(input, &ReadOptions::default(), &mut |item| {
        if let Item::Document(mut document) = item {
            standpoint::segment::document(&mut document);
            for (model, corrected) in [(&sample, false), (&other, true)] {
                let stances = model.predict(&document, &PredictOptions::default());
                let profiles = profile::of(&document, &stances, model.card(), &ArgumentMap::default());
                assert_eq!(profiles[0].coded.n > 0, corrected);
                let (faults, _) = profile::codes::faults(&document, model.labels(), model.card());
                assert_eq!(faults.len(), usize::from(!corrected), "{faults:?}");
            }
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn for_new_kinds_of_text_probabilities_change_and_labels_do_not() {
    let mut examples = documents(30);
    let options = TrainOptions { new_kinds: true, ..TrainOptions::default() };
    let refused = fit(&examples, &options, &|_, _| ()).unwrap_err();
    assert!(refused.to_string().contains("at least 3"), "{refused}");
    // Three kinds of ten documents; in the third, labels have nothing to do with the words.
    for (d, example) in examples.documents.iter_mut().enumerate() {
        example.document.source.path = format!("kind {}", d / 10);
        if d / 10 == 2 {
            example.labels.rotate_left(1 + d % 5);
        }
    }
    let known = model(&examples);
    let (new, _) = fit(&examples, &options, &|_, _| ()).unwrap();
    assert!(new.card().sharpness < known.card().sharpness);
    let document = &examples.documents[0].document;
    let [known, new] = [known, new].map(|m| m.predict(document, &PredictOptions::default()));
    assert_eq!(known.chosen, new.chosen);
    assert!((0..new.len()).all(|i| new.confidence(i) < known.confidence(i)));
}

#[test]
fn the_order_of_documents_and_the_number_of_threads_leave_no_trace() {
    let mut examples = examples();
    let bytes = model(&examples).to_bytes();
    examples.documents.reverse();
    examples.documents.swap(2, 7);
    assert_eq!(model(&examples).to_bytes(), bytes);
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| model(&examples).to_bytes()), bytes, "{threads} threads");
    }
}

#[test]
fn reasons_name_words_and_context() {
    let examples = examples();
    let reasons = model(&examples).explain(&examples.documents[0].document, 0);
    assert!(reasons.windows(2).all(|r| r[0].strength() >= r[1].strength()));
    assert!(reasons.iter().any(|r| r.kind == ReasonKind::Word && r.name == "shut"));
    assert!(reasons.iter().any(|r| r.kind == ReasonKind::Context && r.name == "the speaker's other sentences"));
    for reason in &reasons {
        assert!(reason.weights.iter().sum::<f32>().abs() < 1e-3, "{reason:?}");
    }
}

#[test]
fn cross_validation_needs_groups_and_gives_intervals() {
    let examples = examples();
    let options = TrainOptions { passes: 2, ..TrainOptions::default() };
    let measured = cross_validate(&examples, &options, Folds { parts: 3, ..Folds::default() }, &|_, _| ()).unwrap();
    assert_eq!((measured.sentences, measured.documents, measured.clusters), (72, 12, 12));
    assert!(measured.macro_f1.low <= measured.macro_f1.value && measured.macro_f1.value <= measured.macro_f1.high);
    assert_eq!(measured.confusion.iter().flatten().sum::<u64>(), 72);
    let half = Folds { parts: 3, share: 0.5, ..Folds::default() };
    assert_eq!(cross_validate(&examples, &options, half, &|_, _| ()).unwrap().sentences, 72, "all are measured");
    // All documents share their speakers: one group cannot be cut into three.
    let by_speaker = Folds { parts: 3, group: Group::Speaker, ..Folds::default() };
    assert!(cross_validate(&examples, &options, by_speaker, &|_, _| ()).is_err());
}

#[test]
fn the_shipped_model_loads_with_its_four_labels() {
    let model = StanceModel::shipped();
    assert_eq!(model.labels().labels.len(), 4);
    assert_eq!(model.labels().none, Some(3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn damaged_model_files_are_refused(cut in 0.0_f64..1.0, flip in 0.0_f64..1.0, bit in 0_u8..8) {
        let bytes = include_bytes!("../models/policy.stance");
        let cut = (cut * bytes.len() as f64) as usize;
        prop_assert!(StanceModel::from_bytes(&bytes[..cut]).is_err());
        let mut flipped = bytes.to_vec();
        flipped[(flip * bytes.len() as f64) as usize] ^= 1 << bit;
        prop_assert!(StanceModel::from_bytes(&flipped).is_err());
    }
}
