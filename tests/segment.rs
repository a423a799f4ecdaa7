//! Regression cases for sentence segmentation, as data.
//!
//! One file per topic under `tests/segment`, one case per block, blocks apart by a blank
//! line: the expected sentences, one per line. The input is the lines joined by a space;
//! a line that ends in `\n` is joined by a line break, one that ends in `\` by nothing.
//! `\n` inside a line is a line break inside that sentence. `#` begins a comment.

use std::fmt::Write;
use std::path::Path;

use standpoint::{Span, segment};

/// The input text of a block and the sentences expected in it.
fn case(block: &str) -> (String, Vec<String>) {
    let (mut input, mut expected) = (String::new(), Vec::new());
    for line in block.lines().filter(|line| !line.starts_with('#')) {
        let (sentence, joint) = match line.strip_suffix("\\n") {
            Some(sentence) => (sentence, "\n"),
            None => line.strip_suffix('\\').map_or((line, " "), |sentence| (sentence, "")),
        };
        let sentence = sentence.replace("\\n", "\n");
        input.push_str(&sentence);
        input.push_str(joint);
        expected.push(sentence.trim().to_owned());
    }
    (input.trim_end().to_owned(), expected.into_iter().filter(|s| !s.is_empty()).collect())
}

#[test]
fn every_case_is_cut_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/segment");
    let mut files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut cases, mut wrong) = (0, String::new());
    for path in files {
        let data = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        for block in data.split("\n\n") {
            let (input, expected) = case(block.trim_matches('\n'));
            let mut spans = Vec::new();
            segment::sentences(&input, Span::new(0, input.len()), &mut spans);
            let found: Vec<&str> = spans.iter().map(|span| span.of(&input)).collect();
            if found != expected {
                writeln!(wrong, "{}:\n  expected {expected:#?}\n  found {found:#?}", path.display()).unwrap();
            }
            cases += usize::from(!expected.is_empty());
        }
    }
    assert!(cases > 100, "only {cases} cases were read");
    assert!(wrong.is_empty(), "{wrong}");
}
