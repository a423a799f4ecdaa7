//! The promises of the house, kept by running the program as its users do.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/samples");

fn standpoint(arguments: &[&str]) -> Output {
    Command::cargo_bin("standpoint").unwrap().args(arguments).output().unwrap()
}

fn run(inputs: &[&Path], out: &Path, more: &[&str]) -> Output {
    let mut arguments = vec!["run"];
    arguments.extend(inputs.iter().map(|p| p.to_str().unwrap()));
    arguments.extend(["-o", out.to_str().unwrap()]);
    arguments.extend(more);
    standpoint(&arguments)
}

/// All files below a folder with their bytes, by name.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut out = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                out.insert(path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    out
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    standpoint::write::atomic::write(&path, bytes).unwrap();
    path
}

fn rows(table: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(table).unwrap();
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect::<BTreeMap<_, _>>()
    };
    reader.records().map(|r| row(r.unwrap())).collect()
}

#[test]
fn the_same_bytes_come_out_for_any_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    let outputs = ["1", "2", "8"].map(|threads| {
        let out = dir.path().join(threads);
        let done = run(&[Path::new(SAMPLES)], &out, &["--threads", threads, "--maps", "dot,argdown,aif", "--explain"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        files(&out)
    });
    assert!(outputs[0].len() >= 7, "{:?}", outputs[0].keys());
    assert!(outputs[0] == outputs[1] && outputs[0] == outputs[2]);
}

#[test]
fn one_bad_input_harms_no_other_and_is_named_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    standpoint::write::atomic::folder(&folder).unwrap();
    put(&folder, "a.txt", b"Ada Okoro: We lock the gate. It is our gate.\n\nPiet Maas: Open it again.\n");
    put(
        &folder,
        "bad.jsonl",
        b"{\"text\": \"One is fine.\", \"speaker\": \"Ada\"}\n{\"text\": \"\xff\xfe\"}\n{\"text\": \"Three.\"}\n",
    );
    put(&folder, "binary.txt", &[0, 1, 2, 0, 255, 254, 3, 0, 0, 7]);
    put(&folder, "empty.txt", b"");
    put(&folder, "z.csv", b"speaker,text\nMei,We share the logs.\n");
    let out = dir.path().join("out");
    let done = run(&[&folder], &out, &[]);
    let stderr = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{stderr}");

    let errors = rows(&out.join("errors.csv"));
    let failed: Vec<&str> = errors.iter().map(|r| r["input"].rsplit('/').next().unwrap()).collect();
    assert_eq!(failed, ["bad.jsonl", "binary.txt", "empty.txt"]);
    assert_eq!(errors[0]["line"], "2");
    assert_ne!(errors[0]["byte"], "");
    assert_ne!(errors[1]["byte"], "");
    for name in failed {
        assert!(stderr.contains(name), "{name} is not named in: {stderr}");
    }
    let sentences = rows(&out.join("sentences.csv"));
    let texts: Vec<&str> = sentences.iter().map(|r| r["text"].as_str()).collect();
    assert_eq!(
        texts,
        ["We lock the gate.", "It is our gate.", "Open it again.", "One is fine.", "Three.", "We share the logs."]
    );
}

#[test]
fn a_missing_input_or_an_output_that_cannot_be_written_is_one_line_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let missing = run(&[Path::new("nowhere/talk.txt")], &out, &[]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(!out.exists());
    let taken = put(dir.path(), "taken", b"a file, not a folder");
    let unwritable = run(&[Path::new(SAMPLES)], &taken, &[]);
    assert_eq!(unwritable.status.code(), Some(2));
    for (done, named) in [(missing, "nowhere/talk.txt"), (unwritable, "taken")] {
        let stderr = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains(named), "{stderr}");
        assert!(done.stdout.is_empty());
    }
}

#[test]
fn the_users_own_columns_come_through_unchanged_and_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let one = put(
        dir.path(),
        "one.csv",
        "id,wave,text,speaker,turn,note\n007,2,Gates need locks.,Ada,9,\"a, „b“\"\n08,2,Why?,Piet,9,=1+1\n".as_bytes(),
    );
    let two = put(dir.path(), "two.csv", b"text,extra\nNothing of note.,x\n");
    let out = dir.path().join("out");
    let done = run(&[&one, &two], &out, &["--presegmented"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let header = std::fs::read_to_string(out.join("sentences.csv")).unwrap().lines().next().unwrap().to_owned();
    assert!(header.ends_with(",label,id,wave,input_turn,note,extra"), "{header}");
    let sentences = rows(&out.join("sentences.csv"));
    let cells = |name: &str| sentences.iter().map(|r| r[name].clone()).collect::<Vec<_>>();
    assert_eq!(cells("id"), ["007", "08", ""]);
    assert_eq!(cells("note"), ["a, „b“", "=1+1", ""]);
    assert_eq!(cells("input_turn"), ["9", "9", ""]);
    assert_eq!(cells("extra"), ["", "", "x"]);
}

#[test]
fn what_two_documents_claim_and_who_argues_with_whom_is_summed_over_the_corpus() {
    let dir = tempfile::tempdir().unwrap();
    let interview = std::fs::read(format!("{SAMPLES}/interview.txt")).unwrap();
    let (a, b) = (put(dir.path(), "a.txt", &interview), put(dir.path(), "b.txt", &interview));
    let (one, two) = (dir.path().join("one"), dir.path().join("two"));
    assert!(run(&[&a], &one, &[]).status.success());
    assert!(run(&[&a, &b], &two, &[]).status.success());

    let claimed = |table: &Path| rows(table).iter().filter(|r| r["component"] == "claim").count();
    let claims = rows(&two.join("claims.csv"));
    assert_eq!(claims.len(), 2 * claimed(&one.join("sentences.csv")), "each claim of the one is one of the other");
    assert!(claims.iter().all(|r| r["documents"] == "2"));

    let (single, double) = (rows(&one.join("speaker_pairs.csv")), rows(&two.join("speaker_pairs.csv")));
    assert!(!single.is_empty() && single.len() == double.len());
    for (once, twice) in single.iter().zip(&double) {
        for kind in ["support", "attack", "rephrase", "differs_on"] {
            let n = |row: &BTreeMap<String, String>| row[kind].parse::<usize>().unwrap();
            assert_eq!(2 * n(once), n(twice), "{kind}");
        }
    }
    let across = rows(&one.join("relations.csv")).iter().filter(|r| r["cross_speaker"] == "1").count();
    let by_question: usize = rows(&one.join("questions.csv"))
        .iter()
        .map(|r| {
            (r["question_id"].clone(), ["attacks", "differs_on", "agreements"].map(|c| r[c].parse::<usize>().unwrap()))
        })
        .collect::<BTreeMap<_, _>>()
        .values()
        .map(|counts| counts.iter().sum::<usize>())
        .sum();
    assert_eq!(across, by_question);
}

#[test]
fn excel_gets_a_bom_and_no_formulas_and_numbers_stay_numbers() {
    let dir = tempfile::tempdir().unwrap();
    let input = put(dir.path(), "in.csv", b"text,speaker,shift\n=HYPERLINK(1),@ada,-1.5\n-5 degrees.,+ben,+3\n");
    let out = dir.path().join("out");
    assert!(run(&[&input], &out, &["--excel", "--presegmented"]).status.success());
    let bytes = std::fs::read(out.join("sentences.csv")).unwrap();
    assert!(bytes.starts_with("\u{feff}sentence_id".as_bytes()));
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.contains("'=HYPERLINK(1)")
            && text.contains("'@ada")
            && text.contains("'-5 degrees.")
            && text.contains("'+ben")
    );
    assert!(text.contains(",-1.5\n") && text.contains(",+3\n"), "{text}");
}

#[test]
fn a_table_written_for_excel_is_read_again_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let guarded = dir.path().join("guarded");
    let input = put(
        dir.path(),
        "in.csv",
        b"text,speaker,@wave\n=Ferries need docks.,@ada,-1.5\n'Tis a long way round.,-ben,=A1\n",
    );
    assert!(run(&[&input], &guarded, &["--excel", "--presegmented"]).status.success());
    for more in [&[][..], &["--presegmented"]] {
        let again = dir.path().join(format!("again{}", more.len()));
        assert!(run(&[&guarded.join("sentences.csv")], &again, more).status.success());
        let sentences = rows(&again.join("sentences.csv"));
        let cells = |name: &str| sentences.iter().map(|r| r[name].clone()).collect::<Vec<_>>();
        assert_eq!(cells("text"), ["=Ferries need docks.", "'Tis a long way round."]);
        assert_eq!(cells("speaker"), ["@ada", "-ben"]);
        assert_eq!(cells("@wave"), ["-1.5", "=A1"]);
    }
}

#[test]
fn a_drawn_and_coded_sample_corrects_the_shares() {
    let dir = tempfile::tempdir().unwrap();
    let mut table = String::from("text,speaker\n");
    for i in 0..80 {
        writeln!(table, "The ferry number {i} leaves at noon.,Ada").unwrap();
    }
    let input = put(dir.path(), "ferries.csv", table.as_bytes());
    let (first, out) = (dir.path().join("first"), dir.path().join("out"));
    assert!(run(&[&input], &first, &["--presegmented"]).status.success());
    let (sentences, sheet) = (first.join("sentences.csv"), dir.path().join("sheet.csv"));
    let drawn =
        standpoint(&["sample", sentences.to_str().unwrap(), "--per-speaker", "40", "-o", sheet.to_str().unwrap()]);
    assert!(String::from_utf8(drawn.stdout).unwrap().starts_with("drew 40 of 80 sentences"));
    let text = std::fs::read_to_string(&sheet).unwrap();
    assert!(!text.contains("p_neutral") && !text.contains("confidence"), "the coder is not told what the model thinks");
    let begun = text.replacen(",0.5,\n", ",0.5,neutral\n", 38).replacen(",0.5,\n", ",0.5,nuetral\n", 1);
    let begun = put(dir.path(), "begun.csv", begun.as_bytes());
    let unfinished = dir.path().join("unfinished");
    assert_eq!(run(&[&begun], &unfinished, &[]).status.code(), Some(1));
    let errors = rows(&unfinished.join("errors.csv"));
    assert_eq!(errors.len(), 2, "a code that is none, and one that is missing");
    assert!(errors.iter().all(|e| e["column"] == "label" && !e["line"].is_empty()), "{errors:?}");
    let coded = put(dir.path(), "coded.csv", text.replace(",0.5,\n", ",0.5,neutral\n").as_bytes());
    assert!(run(&[&coded], &out, &[]).status.success());
    let speakers = rows(&out.join("speakers.csv"));
    assert_eq!(speakers[0]["method"], "difference");
    assert_eq!(speakers[0]["coded"], "40");
    let share: f64 = speakers[0]["share_neutral"].parse().unwrap();
    let (low, high): (f64, f64) =
        (speakers[0]["low_neutral"].parse().unwrap(), speakers[0]["high_neutral"].parse().unwrap());
    assert!(low <= share && share <= high && high >= 0.999, "{low} {share} {high}");
}

#[test]
fn a_second_run_neither_reads_nor_destroys_what_the_first_left() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "a.txt", b"Ada: The ferry leaves at noon. Bring a coat.\n");
    assert!(run(&[dir.path()], dir.path(), &["--maps", "dot"]).status.success());
    assert!(run(&[dir.path()], &dir.path().join("again"), &[]).status.success());
    assert!(run(&[dir.path()], dir.path(), &[]).status.success());
    let sentences = dir.path().join("sentences.csv");
    assert_eq!(rows(&sentences).len(), 2, "its own tables and maps are no dialogue");
    let coded = std::fs::read_to_string(&sentences).unwrap() + "\n";
    put(dir.path(), "sentences.csv", coded.as_bytes());
    let refused = run(&[dir.path()], dir.path(), &[]);
    assert_eq!(refused.status.code(), Some(2), "somebody has coded in it");
    assert_eq!(std::fs::read_to_string(&sentences).unwrap(), coded);
}

#[test]
fn a_file_that_no_run_has_written_is_not_written_over_and_nothing_is_left_beside_it() {
    for name in ["claims.csv", "errors.csv", "run.json"] {
        let dir = tempfile::tempdir().unwrap();
        let input = put(dir.path(), "a.txt", b"Ada: The ferry leaves at noon.\n");
        put(dir.path(), name, b"{\"files\": [\"quay.csv\"]}\n");
        let before = files(dir.path());
        let refused = run(&[&input], dir.path(), &["--maps", "dot"]);
        assert_eq!(refused.status.code(), Some(2));
        let stderr = String::from_utf8_lossy(&refused.stderr);
        assert!(stderr.contains(&format!("{name}: was not written by a run")), "{stderr}");
        assert!(files(dir.path()) == before);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "no folder either");
    }
}

#[test]
fn two_runs_at_once_do_not_write_into_one_folder() {
    let dir = tempfile::tempdir().unwrap();
    let input = put(dir.path(), "a.txt", b"Ada: The ferry leaves at noon.\n");
    let out = dir.path().join("out");
    standpoint::write::atomic::folder(&out).unwrap();
    let other = standpoint::write::atomic::lock(&out).unwrap();
    let refused = run(&[&input], &out, &[]);
    if other.is_some() {
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&refused.stderr).contains("out: another run is writing into this folder"));
        assert_eq!(std::fs::read_dir(&out).unwrap().count(), 0);
        drop(other);
        assert!(run(&[&input], &out, &[]).status.success());
    }
}

#[test]
fn a_run_that_was_killed_while_its_outputs_appeared_is_taken_up() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "a.txt", b"Ada: The ferry must leave because the storm is near.\n");
    let again = || run(&[dir.path()], dir.path(), &["--maps", "dot"]);
    assert!(again().status.success());
    let whole = files(dir.path());
    let parts = dir.path().join(".standpoint-parts");
    let killed = || {
        standpoint::write::atomic::folder(&parts).unwrap();
        std::fs::rename(dir.path().join("run.json"), parts.join("run.json")).unwrap();
    };
    killed();
    assert!(again().status.success(), "the tables are known for ours");
    assert!(files(dir.path()) == whole, "and are not read as dialogue");

    killed();
    let sentences = dir.path().join("sentences.csv");
    let coded = std::fs::read_to_string(&sentences).unwrap() + "\n";
    put(dir.path(), "sentences.csv", coded.as_bytes());
    assert_eq!(again().status.code(), Some(2), "somebody has coded in what had appeared");
    assert_eq!(std::fs::read_to_string(&sentences).unwrap(), coded);
}

#[test]
fn documents_of_one_name_have_a_map_each_in_the_order_of_the_inputs() {
    let dir = tempfile::tempdir().unwrap();
    let mut table = String::from("document,speaker,text\n");
    for i in 0..6 {
        writeln!(table, "day {},Ada,Pier {i} must close because it is rotten.", i % 2).unwrap();
    }
    let input = put(dir.path(), "days.csv", table.as_bytes());
    let [one, eight] = ["1", "8"].map(|threads| {
        let out = dir.path().join(threads);
        assert!(run(&[&input], &out, &["--maps", "dot", "--threads", threads]).status.success());
        files(&out.join("maps"))
    });
    assert_eq!(one.len(), 6);
    assert_eq!(one, eight);
}

#[test]
fn maps_are_listed_and_those_of_the_run_before_do_not_stay() {
    let dir = tempfile::tempdir().unwrap();
    let (inputs, out) = (dir.path().join("in"), dir.path().join("out"));
    standpoint::write::atomic::folder(&inputs).unwrap();
    let texts = ["a", "b", "c"]
        .map(|name| put(&inputs, &format!("{name}.txt"), b"Ada: The ferry must leave because the storm is near.\n"));
    assert!(run(&[&inputs], &out, &["--maps", "dot"]).status.success());
    put(&out.join("maps"), "own.dot", b"digraph {}\n");
    std::fs::remove_file(&texts[1]).unwrap();
    assert!(run(&[&inputs], &out, &["--maps", "dot,argdown"]).status.success());
    let names = |folder: &Path| files(folder).into_keys().map(|n| n.display().to_string()).collect::<Vec<_>>();
    assert_eq!(names(&out.join("maps")), ["a.argdown", "a.dot", "c.argdown", "c.dot", "own.dot"]);
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("run.json")).unwrap()).unwrap();
    let listed: Vec<&str> = report["maps"].as_array().unwrap().iter().filter_map(|m| m["file"].as_str()).collect();
    assert_eq!(listed, ["a.dot", "a.argdown", "c.dot", "c.argdown"]);

    put(&out.join("maps"), "a.dot", b"digraph { mine }\n");
    let refused = run(&[&inputs], &out, &["--maps", "dot"]);
    assert_eq!(refused.status.code(), Some(2), "somebody has drawn in it");
    assert!(run(&[&inputs], &out, &[]).status.success());
    assert_eq!(names(&out.join("maps")), ["a.dot", "own.dot"]);
}

#[test]
fn a_run_that_is_taken_up_says_so_and_says_again_what_failed() {
    let dir = tempfile::tempdir().unwrap();
    let (inputs, whole, out) = (dir.path().join("in"), dir.path().join("whole"), dir.path().join("out"));
    standpoint::write::atomic::folder(&inputs).unwrap();
    put(&inputs, "a.jsonl", b"{\"text\": \"One is fine.\"}\n{\"text\": 2\n{\"text\": \"Three.\"}\n");
    put(&inputs, "empty.txt", b"");
    put(&inputs, "z.txt", b"Ada: The ferry leaves at noon.\n");
    let options = ["--threads", "1", "--maps", "dot"];
    let once = run(&[&inputs], &whole, &options);
    assert_eq!(once.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(whole.join("run.json")).unwrap()).unwrap();
    let hashes = report["inputs"].as_array().unwrap().iter().filter_map(|i| i["hash"].as_str());
    assert!(hashes.clone().count() == 3 && hashes.into_iter().all(|h| h.len() == 64), "what failed has a hash too");

    // A map that is not ours ends the run when all parts are made.
    standpoint::write::atomic::folder(&out.join("maps")).unwrap();
    let own = put(&out.join("maps"), "z.dot", b"digraph {}\n");
    let refused = run(&[&inputs], &out, &options);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("maps/z.dot: was not written by a run"));
    std::fs::remove_file(own).unwrap();
    let again = run(&[&inputs], &out, &options);
    assert_eq!(again.status.code(), Some(1));
    let said = "note: taking up an interrupted run: 3 of 3 files done\n".to_owned();
    assert_eq!(String::from_utf8(again.stderr).unwrap(), said + std::str::from_utf8(&once.stderr).unwrap());
    assert!(files(&out) == files(&whole));
}

#[test]
fn a_run_that_is_killed_leaves_no_torn_file_and_is_taken_up_again() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    standpoint::write::atomic::folder(&folder).unwrap();
    let text =
        "Ada Okoro: We lock the gate because the gate is ours. It costs us dearly.\n\nPiet Maas: Open it again.\n\n";
    for i in 0..60 {
        put(&folder, &format!("{i:02}.txt"), text.repeat(200).as_bytes());
    }
    let whole = dir.path().join("whole");
    assert!(run(&[&folder], &whole, &[]).status.success());
    // Killed early, the program may not have come to make its folder.
    let out = dir.path().join("out");
    standpoint::write::atomic::folder(&out).unwrap();
    for wait in [20, 60, 120, 250] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_standpoint"))
            .args(["run", folder.to_str().unwrap(), "-q", "-o", out.to_str().unwrap()])
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
        // Whatever appeared under its final name is whole.
        let expected = files(&whole);
        for (name, bytes) in files(&out) {
            assert!(name.to_string_lossy().starts_with('.') || expected[&name] == bytes, "{} is torn", name.display());
        }
    }
    assert!(run(&[&folder], &out, &[]).status.success());
    let visible = |folder: &Path| {
        let mut all = files(folder);
        all.retain(|name, _| !name.to_string_lossy().starts_with('.'));
        all
    };
    assert!(visible(&out) == visible(&whole));
}
