//! The shipped stance model is the one that the corpus gives.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::path::PathBuf;

use assert_cmd::Command;
use standpoint::read::labelled::{Options, read};
use standpoint::stance::train::{TrainOptions, fit};
use standpoint::stance::{Examples, PredictOptions};

#[test]
fn the_documented_command_rebuilds_the_shipped_model_byte_for_byte() {
    let root = env!("CARGO_MANIFEST_DIR");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("policy.stance");
    let arguments = ["train", "data/corpus", "--none-share", "0.6", "--new-kinds", "-o", out.to_str().unwrap()];
    let done = Command::cargo_bin("standpoint").unwrap().current_dir(root).args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let shipped = std::fs::read(format!("{root}/models/policy.stance")).unwrap();
    assert!(
        std::fs::read(out).unwrap() == shipped,
        "rebuild models/policy.stance: the corpus or the training has changed"
    );
}

/// What documents are called decides which of them are put in one part, and nothing else.
#[test]
fn the_names_of_documents_hardly_move_a_label() {
    let folder = |name: &str| {
        read(&[PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)], &Options::default(), &mut |_, _| {}).unwrap()
    };
    let (mut corpus, unseen) = (folder("data/corpus"), folder("data/heldout"));
    let options = TrainOptions { none_share: Some(0.6), ..TrainOptions::default() };
    let labels = |corpus: &Examples| -> Vec<u16> {
        let (model, _) = fit(corpus, &options, &|_, _| ()).unwrap();
        let chosen = |e: &_| model.predict(e, &PredictOptions::default()).chosen;
        unseen.documents.iter().flat_map(|e| chosen(&e.document)).collect()
    };
    let before = labels(&corpus);
    for example in &mut corpus.documents {
        example.document.id = example.document.id.chars().rev().collect();
    }
    let same = labels(&corpus).iter().zip(&before).filter(|(a, b)| a == b).count();
    let share = same as f64 / before.len() as f64;
    assert!(share > 0.98, "{share:.3} of the labels stay");
}
