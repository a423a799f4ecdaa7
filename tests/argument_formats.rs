//! Argument maps through every format and back: nothing may be lost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use proptest::prelude::*;
use standpoint::argument::{Table, Tables};
use standpoint::read::{aif, argdown, argument_tables};
use standpoint::write;

fn table(columns: &[&str], rows: Vec<Vec<String>>) -> Table {
    Table { columns: columns.iter().map(|c| (*c).to_owned()).collect(), rows }
}

/// Cells with everything that one of the formats reads as a sign.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z ,.'’“”é中-]{0,40}",
        "[\\[\\]{}<>\\\\\"*_#@+/:$`~^|=>< a-z\n\t-]{0,24}",
        any::<String>().prop_map(|s| s.chars().filter(|c| *c != '\r').take(20).collect()),
    ]
}

fn tables() -> impl Strategy<Value = Tables> {
    let unit = (cell(), cell(), cell(), 0..3_usize, 0..3_usize, cell());
    let relation = (0..12_usize, 0..12_usize, 0..4_usize, 0..10_000_u32, cell());
    let ids = any::<bool>();
    (prop::collection::vec(unit, 2..12), prop::collection::vec(relation, 0..14), ids).prop_map(
        |(units, relations, own_ids)| {
            let n = units.len();
            let id = |i: usize| if own_ids { format!("s{i:03}") } else { format!("row {i} [x]") };
            // The last third is a second document that uses the same ids again.
            let cut = n - n / 3;
            let place =
                |i: usize| if i < cut { ("first".to_owned(), id(i)) } else { ("2nd: {doc}".to_owned(), id(i - cut)) };
            let rows = units
                .into_iter()
                .enumerate()
                .map(|(i, (speaker, question, text, component, role, more))| {
                    let (document, id) = place(i);
                    let component = ["none", "claim", "premise"][component].to_owned();
                    vec![document, id, speaker, question, text, component, ["pro", "opp", ""][role].to_owned(), more]
                })
                .collect();
            let components = table(
                &["document", "sentence_id", "speaker", "question", "text", "component", "role", "my column"],
                rows,
            );
            let rows = relations
                .into_iter()
                .map(|(s, t, kind, p, evidence)| (s % n, t % n, kind, p, evidence))
                .filter(|(s, t, ..)| s != t && (*s < cut) == (*t < cut))
                .map(|(s, t, kind, p, evidence)| {
                    let kind = ["support", "attack", "rephrase", "differs-on"][kind].to_owned();
                    vec![place(s).0, place(s).1, place(t).1, kind, format!("0.{p:04}"), evidence]
                })
                .collect();
            let relations = table(&["document", "source", "target", "relation", "probability", "evidence"], rows);
            Tables::new(components, relations, "generated").expect("generated tables fit together")
        },
    )
}

fn assert_round_trips(tables: &Tables) {
    assert_eq!(&aif::read(&write::aif::tables(tables), "map.json").unwrap(), tables);
    let text = write::argdown::tables(tables);
    assert_eq!(&argdown::read(text.as_bytes(), "map.argdown").unwrap(), tables, "{text}");
    let (components, relations) = (tables.components().to_csv(), tables.relations().to_csv());
    let back = argument_tables::read((&components, "components.csv"), (&relations, "relations.csv")).unwrap();
    assert_eq!(&back, tables);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn round_trips_lose_nothing(tables in tables()) {
        assert_round_trips(&tables);
    }
}

#[test]
fn the_argument_corpus_round_trips() {
    let components = include_bytes!("../data/corpus/argument/components.csv");
    let relations = include_bytes!("../data/corpus/argument/relations.csv");
    let tables = argument_tables::read((components, "components.csv"), (relations, "relations.csv")).unwrap();
    assert_round_trips(&tables);
    assert_eq!(tables.components().to_csv(), components, "the CSV writer gives the bytes of the file back");
    assert_eq!(tables.relations().to_csv(), relations);
}

/// Two related claims of one speaker.
fn pair(texts: [&str; 2], speaker: &str) -> Tables {
    let unit = |id: &str, text: &str| ["quay", id, speaker, text, "claim", "a === b"].map(str::to_owned).to_vec();
    let columns = ["document", "sentence_id", "speaker", "text", "component", "my === column"];
    let components = table(&columns, vec![unit("s1", texts[0]), unit("s2", texts[1])]);
    let relation = ["quay", "s1", "s2", "support"].map(str::to_owned).to_vec();
    let relations = table(&["document", "source", "target", "relation"], vec![relation]);
    Tables::new(components, relations, "pair").unwrap()
}

#[test]
fn equals_signs_are_no_front_matter_in_argdown() {
    let tables = pair(["=== The tide turns at six.", "She said: ==== and == and a = b."], "Ada");
    let text = write::argdown::tables(&tables);
    assert_eq!(text.matches("===").count(), 2, "{text}");
    assert_eq!(argdown::read(text.as_bytes(), "map.argdown").unwrap(), tables);
}

#[test]
fn graphviz_gets_strings_that_it_takes_and_words_as_they_are() {
    let long = "The quay \"é\" \\ & ".repeat(2000);
    let dot = write::dot::tables(&pair([&long, "R&D pays for &lt;."], &long));
    assert!(dot.lines().all(|line| line.len() < 16_384) && dot.contains("…\""));
    assert_eq!(dot.matches("\"R&amp;D pays for &amp;lt;.\"").count(), 2, "label and tooltip: {dot}");
}

#[test]
fn a_map_drawn_in_argdown_by_hand_is_read() {
    let text = "# Should the harbour be dredged?\n\n\
                [Dredge]: The harbour should be dredged. {speaker: \"Ana\"}\n  \
                + <Depth>: Ships of the new class need two metres more.\n    \
                - The old class still pays.\n  \
                -> [Leave]\n\n\
                [Leave]: Leave it as it is {speaker: Ben}\n";
    let tables = argdown::read(text.as_bytes(), "harbour.argdown").unwrap();
    let units = tables.components();
    let column = |name| units.rows.iter().map(|r| units.cell(r, name)).collect::<Vec<_>>();
    assert_eq!(column("sentence_id"), ["Dredge", "Depth", "Untitled 3", "Leave"]);
    assert_eq!(column("speaker"), ["Ana", "", "", "Ben"]);
    assert_eq!(column("question")[0], "Should the harbour be dredged?");
    assert_eq!(column("component"), ["premise", "premise", "premise", "claim"]);
    let relations: Vec<&str> = tables.relations().rows.iter().map(|r| tables.relations().cell(r, "relation")).collect();
    assert_eq!(relations, ["support", "attack", "attack"]);
    assert_eq!(tables.ends(), [(1, 0), (2, 1), (0, 3)]);
}

#[test]
fn argdown_that_cannot_be_read_is_named_by_its_line() {
    let error = argdown::read(b"[a]: one\n\n  + [b]\n", "x.argdown").unwrap_err();
    assert_eq!((error.line, error.path.as_deref()), (Some(3), Some("x.argdown")));
    let error = argdown::read(b"[a]: one\n\n(1) premise\n----\n", "x.argdown").unwrap_err();
    assert_eq!(error.line, Some(3));
}

#[test]
fn aif_of_another_program_is_read() {
    let text = r#"{"nodes":[
        {"nodeID":"10","text":"Ana : Dredge the harbour","type":"L"},{"nodeID":"11","text":"Asserting","type":"YA"},
        {"nodeID":"12","text":"the harbour should be dredged","type":"I"},
        {"nodeID":"13","text":"ships need depth","type":"I"},{"nodeID":"14","text":"Default Inference","type":"RA"},
        {"nodeID":"15","text":"mud is a habitat","type":"I"},{"nodeID":"16","text":"Default Conflict","type":"CA"}],
      "edges":[{"edgeID":"1","fromID":"10","toID":"11"},{"edgeID":"2","fromID":"11","toID":"12"},
        {"edgeID":"3","fromID":"13","toID":"14"},{"edgeID":"4","fromID":"14","toID":"12"},
        {"edgeID":"5","fromID":"15","toID":"16"},{"edgeID":"6","fromID":"16","toID":"12"}],
      "locutions":[]}"#;
    let tables = aif::read(text.as_bytes(), "maps/harbour.json").unwrap();
    let units = tables.components();
    assert_eq!(units.rows[0], ["harbour", "12", "Ana", "the harbour should be dredged", "claim"]);
    assert_eq!(tables.relations().rows[1], ["harbour", "15", "12", "attack"]);
    assert!(aif::read(b"{}", "x.json").is_err());
    assert!(aif::read(b"{\"AIF\": {\"nodes\": 3}}", "x.json").is_err());
}

#[test]
fn faults_in_tables_are_named_by_file_line_and_column() {
    let fault = |components: &str, relations: &str| {
        let e = argument_tables::read((components.as_bytes(), "c.csv"), (relations.as_bytes(), "r.csv")).unwrap_err();
        (e.path.unwrap_or_default(), e.line.unwrap_or(0), e.column.unwrap_or_default())
    };
    let head = "document,sentence_id,text,component\n";
    let good = "document,sentence_id,text,component\nd,1,a,claim\nd,2,b,premise\n";
    let related = "document,source,target,relation\n";
    let place = |p: &str, l: u64, c: &str| (p.to_owned(), l, c.to_owned());
    assert_eq!(fault("document,sentence_id,text\nd,1,a\n", related), place("c.csv", 1, "component"));
    assert_eq!(fault(&format!("{head}d,1,a,thesis\n"), related), place("c.csv", 2, "component"));
    assert_eq!(fault(&format!("{head}d,1,a,claim\nd,1,b,claim\n"), related), place("c.csv", 3, "sentence_id"));
    assert_eq!(fault(&format!("{head}d,1,a\n"), related), place("c.csv", 2, ""));
    assert_eq!(fault(good, "document,source,target,relation\nd,1,9,support\n"), place("r.csv", 2, "target"));
    assert_eq!(fault(good, "document,source,target,relation\nd,1,1,support\n"), place("r.csv", 2, "target"));
    assert_eq!(fault(good, "document,source,target,relation\nd,1,2,likes\n"), place("r.csv", 2, "relation"));
    assert_eq!(fault(good, "document,source,target\n"), place("r.csv", 1, "relation"));
    assert_eq!(fault("", related), place("c.csv", 1, ""));
    let not_text = argument_tables::read((b"a,b\n\xff\xfe\n", "c.csv"), (related.as_bytes(), "r.csv")).unwrap_err();
    assert_eq!((not_text.line, not_text.byte), (Some(2), Some(4)));
}
