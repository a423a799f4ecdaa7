//! What the README shows is what the program prints.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use assert_cmd::Command;

const README: &str = include_str!("../README.md");

/// The lines after the one that begins with `command`, up to the end of the code block.
fn shown_after(command: &str) -> String {
    let mut lines = README.lines().skip_while(|line| !line.starts_with(command)).skip(1);
    let mut out = String::new();
    for line in lines.by_ref().take_while(|line| !line.starts_with("```")) {
        out.push_str(line);
        out.push('\n');
    }
    out
}

#[test]
fn the_first_command_prints_what_the_readme_shows() {
    let root = env!("CARGO_MANIFEST_DIR");
    let out = tempfile::tempdir_in(root).unwrap();
    let name = out.path().file_name().unwrap().to_str().unwrap().to_owned();
    let arguments = ["run", "data/samples", "-o", &name];
    let done = Command::cargo_bin("standpoint").unwrap().current_dir(root).args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let printed = String::from_utf8(done.stdout).unwrap().replace(&format!("{name}/"), "out/");
    assert_eq!(printed, shown_after("$ cargo run --release -- run data/samples -o out"));
}
