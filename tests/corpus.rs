//! The training corpus, and the documents of another kind that are held out, are what they say they are: large enough,
//! labelled by the label set, and nobody's words twice, within either or across the two.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test stops where it cannot go on, and says what it skips"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use standpoint::stance::LabelSet;

const CORPUS: &str = "data/corpus";
const HELD_OUT: &str = "data/heldout";

#[derive(Debug)]
struct Row {
    document: String,
    text: String,
    label: String,
    /// What the first two readings and, where they differ, the third say.
    coders: [String; 3],
}

fn rows(folders: &[&str]) -> Vec<Row> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = |folder: &&str| std::fs::read_dir(root.join(folder)).unwrap().map(|e| e.unwrap().path());
    let mut tables: Vec<PathBuf> = folders.iter().flat_map(files).collect();
    tables.retain(|p| p.extension().is_some_and(|e| e == "csv"));
    tables.sort();
    let mut out = Vec::new();
    for table in tables {
        let mut reader = csv::Reader::from_path(&table).unwrap();
        let header = reader.headers().unwrap().clone();
        let names = ["document", "speaker", "question", "text", "label", "coder_1", "coder_2", "coder_3"];
        assert_eq!(header, names.to_vec(), "{}", table.display());
        for record in reader.records() {
            let record = record.unwrap();
            let cell = |i: usize| record[i].to_owned();
            out.push(Row { document: cell(0), text: cell(3), label: cell(4), coders: [cell(5), cell(6), cell(7)] });
        }
    }
    out
}

fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace(['\'', '’'], "");
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

#[test]
fn it_has_the_size_and_the_labels_it_should_have() {
    let rows = rows(&[CORPUS]);
    let labels = LabelSet::policy();
    let documents: BTreeSet<&str> = rows.iter().map(|r| r.document.as_str()).collect();
    assert!(rows.len() >= 6000, "{} sentences", rows.len());
    assert!(documents.len() >= 200, "{} documents", documents.len());
    for row in &rows {
        assert!(labels.id(&row.label).is_some(), "unknown label in {row:?}");
        assert!(!row.text.trim().is_empty() && row.text.trim() == row.text, "{row:?}");
    }
    for (i, label) in labels.labels.iter().enumerate() {
        let share = rows.iter().filter(|r| r.label == *label).count() as f64 / rows.len() as f64;
        let least = if labels.none == Some(i as u16) { 0.45 } else { 0.12 };
        assert!(share >= least, "{label}: {share:.3}");
    }
}

#[test]
fn two_readings_of_every_sentence_agree_and_a_third_decides_where_they_do_not() {
    let rows = rows(&[CORPUS, HELD_OUT]);
    let labels = LabelSet::policy();
    for row in &rows {
        let [first, second, third] = &row.coders;
        assert!(labels.id(first).is_some() && labels.id(second).is_some(), "{row:?}");
        assert_eq!(first != second, !third.is_empty(), "{row:?}");
        assert!(row.label == *first || row.label == *second, "{row:?}");
        let counted = row.coders.iter().filter(|code| **code == row.label).count();
        assert!(counted == 2 || (third != first && third != second), "{row:?}");
    }
    // Krippendorff's alpha of the first two readings, nominal: 1 - observed / expected disagreement.
    let codes = rows.iter().flat_map(|r| &r.coders[..2]);
    let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
    codes.for_each(|code| *counts.entry(code).or_default() += 1.0);
    let n = 2.0 * rows.len() as f64;
    let observed = rows.iter().filter(|r| r.coders[0] != r.coders[1]).count() as f64 / rows.len() as f64;
    let expected = (n * n - counts.values().map(|c| c * c).sum::<f64>()) / (n * (n - 1.0));
    let alpha = 1.0 - observed / expected;
    assert!(alpha >= 0.90, "{alpha:.3}");
}

#[test]
fn no_sentence_is_there_twice_or_nearly() {
    let rows = rows(&[CORPUS, HELD_OUT]);
    let texts: Vec<Vec<String>> = rows.iter().map(|r| words(&r.text)).collect();
    let mut exact: BTreeMap<&[String], usize> = BTreeMap::new();
    let mut by_run: BTreeMap<&[String], Vec<usize>> = BTreeMap::new();
    for (i, text) in texts.iter().enumerate() {
        // Short courtesies and procedure ("I yield back the balance of my time.") recur in life.
        if text.len() < 9 {
            continue;
        }
        if let Some(before) = exact.insert(text, i) {
            panic!("twice: {:?} and {:?}", rows[before], rows[i]);
        }
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for run in text.windows(3).collect::<BTreeSet<_>>() {
            let seen = by_run.entry(run).or_default();
            for other in seen.iter() {
                *shared.entry(*other).or_default() += 1;
            }
            seen.push(i);
        }
        for (other, common) in shared {
            let union = (text.len() - 2) + (texts[other].len() - 2) - common;
            assert!(common * 2 < union, "nearly the same: {:?} and {:?}", rows[other], rows[i]);
        }
    }
}

#[test]
fn no_run_of_eight_words_is_shared_with_the_measuring_data() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if !shared.is_dir() {
        eprintln!("skipped: the measuring data is not here");
        return;
    }
    let rows = rows(&[CORPUS, HELD_OUT]);
    let texts: Vec<Vec<String>> = rows.iter().map(|r| words(&r.text)).collect();
    let mut runs: BTreeMap<&[String], usize> = BTreeMap::new();
    for (i, text) in texts.iter().enumerate() {
        for run in text.windows(8) {
            runs.insert(run, i);
        }
    }
    let mut folders = vec![shared];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("corpus-starter") {
                    folders.push(path);
                }
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let text = words(&text);
            for run in text.windows(8) {
                if let Some(i) = runs.get(run) {
                    panic!("{} shares \"{}\" with {:?}", path.display(), run.join(" "), rows[*i]);
                }
            }
        }
    }
}
