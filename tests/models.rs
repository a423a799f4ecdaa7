//! The shipped stance model is the one that the corpus gives.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use assert_cmd::Command;

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
