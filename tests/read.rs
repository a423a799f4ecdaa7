//! Every format on good and on hostile input. A folder under `tests/read` per format; a
//! document there with a `.tsv` beside it must give just those turns.

use std::fs;
use std::path::{Path, PathBuf};

use standpoint::read::{self, Input, Item, Note, READERS, ReadOptions};
use standpoint::{Document, Error, Kind, Source};

/// What an input gives.
#[derive(Default)]
struct Got {
    documents: Vec<Document>,
    faults: Vec<Error>,
    notes: Vec<Note>,
    source: Option<Source>,
    error: Option<Error>,
}

fn got(input: Input, options: &ReadOptions) -> Got {
    let mut got = Got::default();
    let end = read::read(input, options, &mut |item| {
        match item {
            Item::Document(doc) => got.documents.push(*doc),
            Item::Fault(e) => got.faults.push(e),
            Item::Note(note) => got.notes.push(note),
        }
        Ok(())
    });
    match end {
        Ok(source) => got.source = Some(source),
        Err(e) => got.error = Some(e),
    }
    got.documents.iter().for_each(sound);
    got
}

fn bytes(name: &str, bytes: impl Into<Vec<u8>>) -> Got {
    got(Input::from_bytes(name, bytes), &ReadOptions::default())
}

fn file(path: &str) -> Got {
    got(
        Input::open(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the fixture is there"),
        &ReadOptions::default(),
    )
}

/// Every span is inside the text and on character boundaries, turns and their spans are in order.
fn sound(doc: &Document) {
    let mut at = 0;
    for turn in &doc.turns {
        assert!(turn.speaker.is_none_or(|s| (s as usize) < doc.speakers.len()));
        assert!(turn.question.is_none_or(|q| (q as usize) < doc.questions.len()));
        assert!(!turn.spans.is_empty() && turn.line > 0, "{}: {turn:?}", doc.id);
        for span in &turn.spans {
            assert!(doc.text.get(span.range()).is_some(), "{}: {span:?}", doc.id);
            assert!(span.start >= at, "{}: {span:?} begins before {at}", doc.id);
            at = span.end;
        }
    }
    for sentence in &doc.sentences {
        let turn = &doc.turns[sentence.turn as usize];
        assert!(turn.spans.iter().any(|s| s.start <= sentence.span.start && sentence.span.end <= s.end));
    }
    assert!(doc.questions.iter().all(|q| q.turn.is_none_or(|t| (t as usize) < doc.turns.len())));
    assert!(doc.records.iter().all(|r| r.cells.len() == doc.columns.len() && doc.text.get(r.span.range()).is_some()));
}

/// The attribution as the scorer reads it.
fn table(doc: &Document) -> String {
    let mut out = String::from("turn\tline\tspeaker_raw\tspeaker\n");
    for (i, row) in read::attribution(doc).iter().enumerate() {
        let cells = [(i + 1).to_string(), row.line.to_string(), row.speaker_raw.clone(), row.speaker.clone()];
        out += &cells.join("\t");
        out.push('\n');
    }
    out
}

fn fixtures(format: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read").join(format);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("the fixture is there").map(|e| e.expect("the fixture is there").path()).collect();
    paths.sort();
    paths
}

#[test]
fn every_transcript_gives_its_turns() {
    let mut seen = 0;
    for reader in READERS {
        for path in fixtures(reader.name()) {
            let wanted = path.with_extension("tsv");
            if path == wanted || !wanted.exists() {
                continue;
            }
            let got = got(Input::open(&path).unwrap(), &ReadOptions::default());
            assert_eq!(got.error, None, "{}", path.display());
            assert_eq!(got.source.unwrap().format, reader.name(), "{}", path.display());
            let wanted = fs::read_to_string(wanted).unwrap();
            assert_eq!(table(&got.documents[0]), wanted, "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 40, "only {seen} transcripts were found");
}

/// The words of all turns of a document.
fn speech(doc: &Document) -> String {
    let words = doc.turns.iter().flat_map(|t| &t.spans).map(|s| s.of(&doc.text));
    words.collect::<Vec<_>>().join("\n")
}

#[test]
fn stage_directions_leave_speech_and_stay_in_the_metadata() {
    let got = file("tests/read/txt/gaggle.txt");
    let doc = &got.documents[0];
    assert!(!speech(doc).contains("Laughter"));
    let directions: Vec<_> = doc.metadata.iter().filter(|(k, _)| k == "stage-direction").collect();
    assert_eq!(directions.len(), 2, "{directions:?}");
    assert_eq!(directions[0].1, "line 36: (Laughter.)");
}

#[test]
fn statements_for_the_record_and_page_marks_are_no_speech() {
    let hearing = file("tests/read/txt/hearing-house.txt");
    assert!(!speech(&hearing.documents[0]).contains("My district"), "the prepared statement");
    assert!(!speech(&hearing.documents[0]).contains("STATEMENT OF"));
    let record = file("tests/read/txt/congressional-record.txt");
    assert!(!speech(&record.documents[0]).contains("S1402"));
    let court = file("tests/read/txt/court.txt");
    let words = speech(&court.documents[0]);
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("banned a machine for where it was made."), "{words}");
}

#[test]
fn boilerplate_is_kept_on_request_and_belongs_to_nobody() {
    let options = ReadOptions { keep_boilerplate: true, ..ReadOptions::default() };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read/txt/numbered.txt");
    let got = got(Input::open(path).unwrap(), &options);
    let doc = &got.documents[0];
    let nobody: Vec<&str> =
        doc.turns.iter().filter(|t| t.speaker.is_none()).map(|t| t.spans[0].of(&doc.text)).collect();
    assert_eq!(nobody[0], "Five questions on the cloud");
    assert_eq!(nobody.last(), Some(&"Delta Review: Essays and Interviews"));
    assert_eq!(doc.turns.iter().filter(|t| t.speaker.is_some()).count(), 5);
}

#[test]
fn an_asked_question_is_opened_and_answered() {
    let got = file("tests/read/txt/gaggle.txt");
    let doc = &got.documents[0];
    let asked = doc.questions.iter().position(|q| q.text == "All of them?").unwrap();
    let turn = doc.questions[asked].turn.unwrap() as usize;
    assert_eq!(doc.turns[turn].question, Some(asked as u32));
    assert_eq!(doc.turns[turn + 1].question, Some(asked as u32));
    assert_ne!(doc.turns[turn + 2].question, Some(asked as u32));
}

#[test]
fn a_user_s_columns_come_through_in_order() {
    let table = "id,when,speaker,text,document,score\nu1,2024-01-01,Ana,\"One, two.\",d1,007\nu2,,Ben,Three?,d1,1e3\nu3,x,Ana,Four.,d2,\n";
    let got = bytes("t.csv", table);
    assert_eq!(got.error, None);
    let ids: Vec<&str> = got.documents.iter().map(|d| d.id.as_str()).collect();
    assert_eq!(ids, ["d1", "d2"]);
    let doc = &got.documents[0];
    assert_eq!(doc.columns, ["id", "when", "score"]);
    assert_eq!(doc.records[0].cells, ["u1", "2024-01-01", "007"]);
    assert_eq!(doc.records[1].cells, ["u2", "", "1e3"]);
    assert_eq!(doc.records[1].span.of(&doc.text), "Three?");
    assert_eq!(doc.turns.len(), 2);
}

#[test]
fn json_fields_come_through_as_they_are_written() {
    let lines = "{\"id\":\"1\",\"conversation_id\":\"c\",\"text\":\"Caf\\u00e9?\",\"speaker\":\"ana\",\"meta\":{\"a\": 1.50},\"n\":1e3,\"reply-to\":null}\n\
                 {\"id\":\"2\",\"conversation_id\":\"c\",\"text\":\"Yes.\",\"speaker\":{\"id\":\"ben\"},\"late\":true}\n";
    let got = bytes("utterances.jsonl", lines);
    let doc = &got.documents[0];
    assert_eq!(doc.columns, ["id", "meta", "n", "reply-to", "late"]);
    assert_eq!(doc.records[0].cells, ["1", "{\"a\": 1.50}", "1e3", "", ""]);
    assert_eq!(doc.records[1].cells, ["2", "", "", "", "true"]);
    assert_eq!(doc.speakers, ["ana", "ben"]);
    assert!(doc.text.starts_with("Café?"));
    assert_eq!(doc.turns[1].question, Some(0));
}

#[test]
fn a_selected_sentence_that_does_not_follow_on_stands_behind_a_gap() {
    let options = ReadOptions { presegmented: true, ..ReadOptions::default() };
    let rows = "document,context_before,text\na,Zero.,One.\na,One.,Two.\na,Nine.,Ten.\nb,,Eleven.\n";
    let got = got(Input::from_bytes("selected.csv", rows), &options);
    let gaps: Vec<(u32, &str)> = got.documents[0].gaps.iter().map(|g| (g.sentence, g.before.as_str())).collect();
    assert_eq!(gaps, [(0, "Zero."), (2, "Nine.")]);
    assert_eq!(got.documents[0].columns, ["context_before"], "the column is carried through all the same");
    assert!(got.documents[1].gaps.is_empty());
}

#[test]
fn presegmented_rows_are_sentences_and_gather_into_turns() {
    let table = "text,speaker,question\nOne.,Ana,Why?\nTwo.,Ana,Why?\nThree.,Ben,Why?\nFour.,Ben,How?\n";
    let options = ReadOptions { presegmented: true, ..ReadOptions::default() };
    let got = got(Input::from_bytes("t.csv", table), &options);
    let doc = &got.documents[0];
    assert_eq!((doc.sentences.len(), doc.turns.len(), doc.questions.len()), (4, 3, 2));
    assert_eq!(doc.sentence(1), "Two.");
}

#[test]
fn our_own_output_is_input() {
    let table = "sentence_id,document,question,turn,speaker,text,start,end,stance,label\ns000001,d,Why?,t1,Ana,One.,0,4,x,\ns000002,d,Why?,t1,Ana,Two.,5,9,x,\ns000003,d,Why?,t2,Ana,Three.,9,15,x,\n";
    let got = bytes("sentences.csv", table);
    let doc = &got.documents[0];
    assert_eq!((doc.sentences.len(), doc.turns.len()), (3, 2));
    assert_eq!(doc.columns, ["sentence_id", "turn", "start", "end", "stance", "label"]);
    assert!(got.notes.iter().any(|n| n.message.contains("sentences.csv")));
}

#[test]
fn a_bad_record_harms_no_other() {
    let got = bytes("a.csv", "text,speaker\nOne.,Ana\nTwo.\nThree.,Ben\n");
    assert_eq!((got.faults.len(), got.faults[0].line, got.documents[0].turns.len()), (1, Some(3), 2));

    let got =
        bytes("a.jsonl", b"{\"text\":\"One.\"}\n{\"text\":\"caf\xE9\"}\n{\"text\":\n{\"text\":\"Two.\"}\n".as_slice());
    let places: Vec<_> = got.faults.iter().map(|e| (e.kind, e.line, e.byte)).collect();
    assert_eq!(places, [(Kind::Encoding, Some(2), Some(28)), (Kind::Format, Some(3), Some(39))]);
    assert_eq!(got.documents[0].turns.len(), 2);
}

#[test]
fn a_cell_that_is_not_closed_is_named_and_the_rows_behind_it_are_read() {
    let table = "text,speaker\r\nOne.,Ana\r\n\"Two.,Ben\r\nThree.,Ana\r\n\"Four.\",Ben\r\nFive.,Ana\r\n";
    let got = bytes("a.csv", table);
    let places: Vec<_> = got.faults.iter().map(|e| (e.kind, e.line, e.byte)).collect();
    assert_eq!(places, [(Kind::Format, Some(3), Some(24))]);
    assert_eq!(speech(&got.documents[0]), "One.\nFive.");
    let got = bytes("a.csv", "text,speaker\nOne.,Ana\n\"Two.,Ben\nThree.,Ana\n");
    assert_eq!(got.faults.iter().map(|e| e.line).collect::<Vec<_>>(), [Some(3)]);
    assert!(got.faults[0].message.contains("up to line 4"), "{}", got.faults[0]);
    assert_eq!(refused("a.csv", "text,\"speaker\nOne.,Ana\n", Kind::Format).line, Some(1));
}

#[test]
fn a_table_whose_speakers_are_not_found_says_so() {
    let table = "respondent,text\nAna,One.\nBen,Two.\n";
    let got = bytes("a.csv", table);
    assert_eq!(got.notes.len(), 1, "{:?}", got.notes);
    assert!(got.notes[0].message.contains("--speaker-column") && got.notes[0].message.contains("\"respondent\""));
    assert!(bytes("a.csv", "text\nOne.\nTwo.\n").notes.is_empty(), "there is none to name");
    assert!(bytes("a.csv", "speaker,text,n\nAna,One.,1\n,Two.,2\n").notes.is_empty());
}

/// With the speaker in a column called `who`.
fn who(name: &str, bytes: &str) -> Got {
    let columns = read::Columns { speaker: Some("who".to_owned()), ..read::Columns::default() };
    got(Input::from_bytes(name, bytes), &ReadOptions { columns, ..ReadOptions::default() })
}

#[test]
fn a_field_that_comes_late_is_found_and_one_that_never_comes_is_one_error() {
    let late = "{\"text\":\"One.\"}\n{\"text\":\"Two.\",\"who\":null}\n{\"text\":\"Three.\",\"who\":\"Ana\"}\n";
    let got = who("a.jsonl", late);
    assert_eq!((got.error, got.faults.len()), (None, 0));
    let said: Vec<_> = got.documents[0].turns.iter().map(|t| t.speaker).collect();
    assert_eq!(said, [None, None, Some(0)]);

    let late = bytes("a.jsonl", "{\"speaker\":\"Ana\"}\n{\"speaker\":\"Ben\",\"text\":\"Two.\"}\n");
    assert_eq!(
        late.faults.iter().map(|e| (e.line, e.column.as_deref())).collect::<Vec<_>>(),
        [(Some(1), Some("text"))]
    );
    assert_eq!(speech(&late.documents[0]), "Two.");

    let row = "{\"text\":\"One.\",\"speaker\":\"Ana\"}\n";
    for got in [who("a.jsonl", &row.repeat(3)), who("a.csv", "text,speaker\nOne.,Ana\nTwo.,Ben\n")] {
        assert_eq!((got.documents.len(), got.faults.len()), (0, 0));
        let error = got.error.unwrap();
        assert_eq!((error.kind, error.column.as_deref()), (Kind::Usage, Some("who")));
        assert!(error.message.contains("\"text\", \"speaker\""), "{error}");
    }
    let error = bytes("a.jsonl", "{\"words\":\"One.\"}\n{\"words\":\"Two.\"}\n").error.unwrap();
    assert!(error.message.contains("--text-column") && error.message.contains("\"words\""), "{error}");
}

#[test]
fn json_of_another_build_is_one_error_and_no_speech() {
    let got = bytes("a.json", "{\n \"turns\": [\n  {\n   \"text\": \"One.\"\n  }\n ]\n}\n");
    assert_eq!((got.documents.len(), got.faults.len()), (0, 0));
    let error = got.error.unwrap();
    assert!(error.line == Some(1) && error.message.contains("one array"), "{error}");

    let got = bytes("a.jsonl", "{\"text\":{\"0\":\"One.\"}}\n{\"text\":[\"Two.\"]}\n{\"text\":3}\n{\"text\":NaN}\n");
    assert_eq!(got.faults.iter().map(|e| e.line).collect::<Vec<_>>(), [Some(1), Some(2), Some(4)]);
    assert!(got.faults[2].message.contains("null"), "{}", got.faults[2]);
    assert_eq!(speech(&got.documents[0]), "3");
}

#[test]
fn a_name_that_stands_twice_is_refused_only_where_it_matters() {
    let error = bytes("a.csv", "text,speaker,text\nOne.,Ana,Two.\n").error.unwrap();
    assert_eq!((error.kind, error.line, error.column.as_deref()), (Kind::Format, Some(1), Some("text")));
    let got = bytes("a.csv", "note,text,id,speaker,note,id\nx,One.,1,Ana,y,2\n");
    assert_eq!(got.error, None);
    assert_eq!(got.documents[0].columns, ["note", "id", "note_2", "id_2"]);
    assert_eq!(got.documents[0].records[0].cells, ["x", "1", "y", "2"]);
}

#[test]
fn what_spreadsheets_and_statistics_programs_add_changes_nothing() {
    let wanted = bytes("a.csv", "text,speaker,weight\n\"One,\nso.\",Ana,\"0,5\"\nTwo.,Ben,\"1,5\"\n");
    let rows = "\"One,\nso.\";Ana;0,5\nTwo.;Ben;1,5\n";
    let tables = [
        format!("sep=;\ntext;speaker;weight\n{rows}"),
        format!("\"SEP=;\"\ntext;speaker;weight\n{rows}"),
        format!("TEXT;Speaker\u{A0}Name;weight;;\n{}", rows.replace("5\n", "5;;\n")) + ";;;;\n;;;;\n\n",
        format!("text\tspeaker\tweight\n{}", rows.replace(';', "\t")),
    ];
    for table in tables {
        let table = format!("\u{FEFF}{}", table.replace('\n', "\r\n"));
        let utf16: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (name, file) in [("a.csv", table.clone().into_bytes()), ("a.txt", utf16)] {
            let got = bytes(name, file);
            assert_eq!((got.error, got.faults.len()), (None, 0), "{table:?}");
            let (doc, wanted) = (&got.documents[0], &wanted.documents[0]);
            assert_eq!(doc.text.replace('\r', ""), wanted.text, "{table:?}");
            assert_eq!(
                (&doc.speakers, &doc.records[1].cells),
                (&wanted.speakers, &wanted.records[1].cells),
                "{table:?}"
            );
        }
    }
    // The places are those of the file.
    let got = bytes("a.csv", "sep=;\r\n\r\ntext;speaker\r\n;;\r\nOne.;Ana\r\nTwo.\r\n");
    assert_eq!(got.faults.iter().map(|e| (e.line, e.byte)).collect::<Vec<_>>(), [(Some(6), Some(37))]);
    assert_eq!(who("a.csv", "sep=;\ntext;speaker\nOne.;Ana\n").error.unwrap().line, Some(2));
}

#[test]
fn marks_behind_the_last_cell_that_is_needed_may_be_missing() {
    let got = bytes("a.csv", "text,speaker,note,id\nOne.,Ana,x,y\nTwo.,Ben\n");
    assert_eq!((got.error, got.faults.len()), (None, 0));
    assert_eq!(got.documents[0].records[1].cells, ["", ""]);
}

#[test]
fn speech_with_a_columns_name_between_commas_is_no_table() {
    let got = bytes("a.txt", "Ana Ruiz: The lock is, quote, open.\n\nBen Okoro: It is, text, speaker, all of it.\n");
    assert_eq!((got.error, got.faults.len()), (None, 0));
    assert_eq!(got.documents[0].speakers, ["Ana Ruiz", "Ben Okoro"]);
    let got = bytes("a.txt", "speaker,quote,Where was it said\nAna,The lock is open.,here\n");
    assert_eq!(got.documents[0].speakers, ["Ana"]);
}

#[test]
fn row_names_without_a_name_are_seen_and_said() {
    let got = bytes("a.tsv", "\"text\"\t\"speaker\"\n\"1\"\t\"One, so.\"\t\"Ana\"\n\"2\"\t\"Two.\"\t\"Ben\"\n");
    assert_eq!((got.error, got.faults.len(), got.notes.len()), (None, 0, 1));
    assert_eq!(got.documents[0].speakers, ["Ana", "Ben"]);
    let got = bytes("a.csv", "\"\",text,speaker\n1,One.,Ana\n2,Two.,NA\n3,Three.,NA\n");
    assert_eq!(got.documents[0].columns, [""]);
    assert_eq!(got.documents[0].speakers, ["Ana"]);
    assert!(got.notes.len() == 1 && got.notes[0].message.contains("\"NA\""), "{:?}", got.notes);
    // A comma that cuts a text makes no row name.
    let got = bytes("a.csv", "text,speaker\nWell, so.,Ana\nTwo.,Ben\n");
    assert_eq!((got.faults[0].line, got.documents[0].turns.len()), (Some(2), 1));
}

#[test]
fn another_encoding_is_said_of_a_table_and_refused_in_json() {
    let latin = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let got = bytes("a.csv", latin("text,speaker\nDas wäre für die Länder nicht möglich.,Änne Öhl\n"));
    assert_eq!((got.notes.len(), got.documents[0].speakers[0].as_str()), (1, "Änne Öhl"));
    assert!(got.notes[0].message.contains("windows-1252"));
    let got = bytes("a.jsonl", latin("{\"text\":\"Ja.\"}\n{\"text\":\"Das wäre möglich.\"}\n"));
    assert_eq!(got.faults.iter().map(|e| (e.kind, e.line)).collect::<Vec<_>>(), [(Kind::Encoding, Some(2))]);
    assert!(got.faults[0].message.contains("save the file"), "{}", got.faults[0]);
}

#[test]
fn lines_that_end_in_carriage_returns_are_lines() {
    for (name, text) in [
        ("a.txt", "Ana Ruiz: One.\nBen Ode: Two.\nAna Ruiz: Three.\n"),
        ("a.csv", "speaker,text\nAna,One.\nBen,Two.\n"),
        ("a.dat", "speaker\ttext\nAna\tOne, so.\nBen\tTwo.\n"),
        ("a.jsonl", "{\"text\":\"One.\",\"speaker\":\"Ana\"}\n{\"text\":\"Two.\",\"speaker\":\"Ben\"}\n"),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nANA: One.\n\n2\n00:00:03,000 --> 00:00:04,000\nBEN: Two.\n"),
    ] {
        let wanted = bytes(name, text).documents.remove(0);
        assert!(wanted.turns.len() > 1, "{name}");
        for returns in [text.replace('\n', "\r"), text.trim_end().replace('\n', "\r") + "\n"] {
            let got = bytes(name, returns).documents.remove(0);
            assert_eq!(table(&got), table(&wanted), "{name}");
            assert_eq!(got.text, wanted.text, "{name}");
        }
    }
}

#[test]
fn a_bad_cue_harms_no_other() {
    let cues = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v Ada>The lock is open.\n\n00:0x:03.000 --> 00:00:04.000\n<v Bo>Who says so?\n\n\
                00:00:05.000 --> 00:00:06.000\n<v Ada>The keeper, upstream --> downstream.\n";
    let got = bytes("lock.vtt", cues);
    assert_eq!(got.faults.iter().map(|e| e.line).collect::<Vec<_>>(), [Some(6)]);
    assert_eq!(speech(&got.documents[0]), "The lock is open. The keeper, upstream --> downstream.");
}

#[test]
fn an_unknown_column_or_format_is_a_usage_error() {
    let mut options = ReadOptions::default();
    options.columns.text = Some("body".to_owned());
    let e = got(Input::from_bytes("a.csv", "text,speaker\nOne.,Ana\n"), &options).error.unwrap();
    assert_eq!((e.kind, e.column.as_deref()), (Kind::Usage, Some("body")));
    let options = ReadOptions { format: Some("odt".to_owned()), ..ReadOptions::default() };
    let e = got(Input::from_bytes("a.csv", "text\nOne.\n"), &options).error.unwrap();
    assert_eq!(e.kind, Kind::Usage);
    assert!(e.message.contains("jsonl"));
}

#[test]
fn nothing_and_no_text_are_refused_with_their_place() {
    for name in ["a.txt", "a.csv", "a.jsonl"] {
        let e = bytes(name, "").error.unwrap();
        assert_eq!((e.kind, e.byte), (Kind::Empty, Some(0)), "{name}");
        let e = bytes(name, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice()).error.unwrap();
        assert_eq!((e.kind, e.byte), (Kind::Format, Some(0)), "{name}");
        let e = bytes(name, b"unknown\n\0\0\0\rIHDR".as_slice()).error.unwrap();
        assert_eq!((e.kind, e.byte), (Kind::Format, Some(8)), "{name}");
    }
}

#[test]
fn the_sample_interview_has_its_counts() {
    let got = file("data/samples/interview.txt");
    let doc = &got.documents[0];
    assert_eq!((doc.questions.len(), doc.turns.len()), (4, 8));
    assert_eq!(doc.speakers, ["Tobias Arnheim", "Shu Meilan"]);
    let order: Vec<(u32, u32)> = doc.turns.iter().map(|t| (t.question.unwrap(), t.speaker.unwrap())).collect();
    assert_eq!(order, [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1), (3, 1), (3, 0)]);
    assert!(doc.questions.iter().all(|q| q.turn.is_none()));
    // The paragraph after the biography still is the talking speaker's.
    let first: Vec<&str> = doc.turns[0].spans.iter().map(|s| s.of(&doc.text)).collect();
    assert_eq!(first.len(), 3);
    assert!(first[2].starts_with("A better test"));
    let words = speech(doc);
    for left_out in [
        "OCTOBER",
        "Harbor Pictures",
        "Sign up",
        "senior fellow",
        "@",
        "visiting",
        "institutional",
        "RELATED",
        "BENEDEK",
        "Quiet Water",
        "Fax",
        "©",
        "Topics",
    ] {
        assert!(!words.contains(left_out), "{left_out}");
    }
    for kept in [
        "no end—elevators, pumps and “smart” streetlights",
        "The order was presented",
        "U.S. side",
        "20 to one",
        "Vague rules frighten friends more than rivals.",
    ] {
        assert!(words.contains(kept), "{kept}");
    }
}

#[test]
fn the_other_samples_have_their_counts() {
    let hearing = file("data/samples/hearing.txt");
    let doc = &hearing.documents[0];
    assert_eq!((doc.turns.len(), doc.speakers.len()), (10, 5));
    assert!(hearing.notes.is_empty(), "{:?}", hearing.notes);
    let briefing = file("data/samples/briefing.csv");
    let counts: Vec<_> = briefing.documents.iter().map(|d| (d.id.as_str(), d.turns.len(), d.speakers.len())).collect();
    assert_eq!(counts, [("briefing-2024-03", 6, 3), ("briefing-2024-04", 2, 1)]);
    assert_eq!(briefing.documents[0].columns, ["id", "time"]);
}

#[test]
fn table_fixtures() {
    let got = file("tests/read/csv/semicolons.csv");
    assert_eq!(got.documents.iter().map(|d| d.id.as_str()).collect::<Vec<_>>(), ["c1", "c2"]);
    assert_eq!(got.documents[0].records[0].cells, ["3,5"]);
    assert_eq!(got.notes.len(), 3, "{:?}", got.notes);

    let got = file("tests/read/csv/hostile-ragged.csv");
    assert_eq!(got.faults.iter().map(|e| e.line).collect::<Vec<_>>(), [Some(3), Some(4)]);
    assert_eq!(got.documents[0].turns.len(), 2);

    let got = file("tests/read/jsonl/utterances.jsonl");
    assert_eq!(got.documents[0].columns, ["id", "meta", "reply-to", "timestamp"]);
    assert_eq!(got.documents[0].records[0].cells, ["u1", "{\"mood\": [1, 2.50]}", "", "1700000000"]);

    let got = file("tests/read/jsonl/hostile-lines.jsonl");
    assert_eq!(got.faults.iter().map(|e| e.line).collect::<Vec<_>>(), [Some(2), Some(3), Some(4)]);
    assert_eq!(got.documents[0].turns.len(), 3);
}

#[test]
fn broken_lines_and_pages_are_mended_in_a_pdf() {
    let got = file("tests/read/pdf/interview.pdf");
    let doc = &got.documents[0];
    let words = speech(doc).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains(
            "nobody has said so in public, and the letters that we were sent are “not for the record” — all nine"
        ),
        "{words}"
    );
    assert!(!words.contains("Harbor Review") && !words.contains("short closure"));
}

/// Packs bytes as gzip.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("memory takes everything");
    packer.finish().expect("memory takes everything")
}

/// A DOCX whose body is what `write` writes.
fn docx(write: impl FnOnce(&mut dyn std::io::Write)) -> Vec<u8> {
    office("word/document.xml", write)
}

fn office(part: &str, write: impl FnOnce(&mut dyn std::io::Write)) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("[Content_Types].xml", options).expect("memory takes everything");
    archive.start_file(part, options).expect("memory takes everything");
    write(&mut archive);
    archive.finish().expect("memory takes everything").into_inner()
}

fn paragraphs(lines: &[&str]) -> Vec<u8> {
    docx(|part| {
        let body: String = lines.iter().flat_map(|l| ["<w:p><w:r><w:t>", l, "</w:t></w:r></w:p>"]).collect();
        write!(part, "<?xml version=\"1.0\"?><w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>")
            .expect("memory takes everything");
    })
}

#[test]
fn docx_paragraphs_are_lines() {
    let got = bytes(
        "a.docx",
        paragraphs(&["A talk", "Ana Ruiz: One &amp; two.", "Ben Ode: Three?", "Ana Ruiz: Four.", "Ben Ode: Yes."]),
    );
    assert_eq!(got.error, None);
    let doc = &got.documents[0];
    assert_eq!(doc.speakers, ["Ana Ruiz", "Ben Ode"]);
    assert_eq!((doc.turns[0].line, doc.turns[0].spans[0].of(&doc.text)), (2, "One & two."));
}

#[test]
fn a_time_on_a_line_of_its_own_belongs_to_the_name_before_it_and_is_not_said() {
    let lines = ["Ana Ruiz", "0:03", "Fog is a risk.", "Ben Ode", "0:15", "Fog is", "Ana Ruiz", "0:21", "Yes."];
    let got = bytes("a.docx", paragraphs(&lines));
    let doc = &got.documents[0];
    assert_eq!(doc.turns.iter().map(|t| t.time).collect::<Vec<_>>(), [Some(3000), Some(15_000), Some(21_000)]);
    assert_eq!(speech(doc), "Fog is a risk.\nFog is\nYes.");
}

/// The running text of a document.
fn text(name: &str, input: impl Into<Vec<u8>>) -> String {
    let got = bytes(name, input);
    assert_eq!(got.error, None);
    got.documents[0].text.trim_end().to_owned()
}

/// Two people who talk about fog, and what is read of them.
const FOG: &str = "<p><b>Ana Ruiz:</b> Fog is a risk.</p><p><b>Ben Ode:</b> Fog is weather.</p>";
const FOG_TEXT: &str = "Ana Ruiz: Fog is a risk.\nBen Ode: Fog is weather.";

#[test]
fn a_form_is_read_only_where_it_holds_the_page_s_text() {
    let controls = "<input name=\"state\"><label>Search:</label><textarea>Harbor</textarea>";
    assert_eq!(text("a.aspx.html", format!("<html><body><form>{controls}{FOG}</form></body></html>")), FOG_TEXT);
    let reply = "<form><h3>Leave a reply</h3><p>Rules: <b>be kind</b>.</p></form>";
    let page = format!("<html><body><form>{controls}</form>{FOG}{reply}<p>Nobody insures it.</p></body></html>");
    assert_eq!(text("a.html", page), format!("{FOG_TEXT}\nNobody insures it."));
    // The main part may begin in what is taken out.
    let page = format!("<html><body>{FOG}<form><main><p>So é</form><p>é, é, é, é, é, é, é, é.</main></body></html>");
    assert_eq!(text("a.html", page), format!("{FOG_TEXT}\né, é, é, é, é, é, é, é."));
}

#[test]
fn a_head_or_a_void_element_takes_no_text_along() {
    let head = "<head><meta charset=\"utf-8\"><title>Radio: fog</title><style>p { margin: 0 }</style>";
    for page in [format!("<html>{head}<body>{FOG}</body></html>"), format!("<html>{head}{FOG}")] {
        assert_eq!(text("a.html", page), FOG_TEXT);
    }
    for void in ["<img hidden src=\"a.png\">", "<br hidden>", "<hr role=\"navigation\">", "<link hidden>"] {
        assert_eq!(text("a.html", format!("<html><body>{void}{FOG}</body></html>")), FOG_TEXT, "{void}");
    }
}

#[test]
fn a_table_in_a_figure_is_read_and_its_rows_end() {
    let rows = "<tr><td>Ana Ruiz:<td>Fog is a risk.<td></tr><tr><td>Ben Ode:<td>Fog is weather.<td><tr><td>Ana Ruiz:<td>No.<td>";
    let caption = "<figcaption>Table: fog</figcaption>";
    let pulled = "<figure><blockquote>A risk!</blockquote></figure>";
    let page =
        format!("<html><body><figure><table>{rows}</table>{caption}</figure>{pulled}<p>He laughed.</p></body></html>");
    let wanted = "Ana Ruiz:\tFog is a risk.\t\nBen Ode:\tFog is weather.\t\nAna Ruiz:\tNo.\t\nHe laughed.";
    assert_eq!(text("a.html", page), wanted);
}

#[test]
fn a_tab_at_its_end_glues_no_paragraph_to_the_next() {
    let tab = "</w:t></w:r><w:r><w:tab/></w:r><w:r><w:t>";
    let lines = [format!("Ana Ruiz:{tab}One.{tab}"), format!("Ben Ode:{tab}Two.{tab}"), "Ana Ruiz: Three.".to_owned()];
    let body = paragraphs(&lines.each_ref().map(String::as_str));
    assert_eq!(text("a.docx", body), "Ana Ruiz:\tOne.\t\nBen Ode:\tTwo.\t\nAna Ruiz: Three.");
}

#[test]
fn moved_and_hidden_text_is_left_out_of_a_docx() {
    let run = |inside: &str| format!("</w:t></w:r>{inside}<w:r><w:t>");
    let moved = run("<w:moveFrom><w:r><w:t> Gone.</w:t></w:r></w:moveFrom>");
    let deleted = run("<w:del><w:r><w:tab/><w:delText>Gone.</w:delText></w:r></w:del>");
    let hidden = run("<w:r><w:rPr><w:b/><w:vanish/></w:rPr><w:tab/><w:t>Code: 7.</w:t></w:r>");
    let shown = run("<w:r><w:rPr><w:vanish w:val=\"0\"/></w:rPr><w:t> Kept.</w:t></w:r>");
    let lines = [format!("Ana Ruiz: One.{moved}{deleted}"), format!("Ben Ode: Two.{hidden}{shown}")];
    let body = paragraphs(&lines.each_ref().map(String::as_str));
    assert_eq!(text("a.docx", body), "Ana Ruiz: One.\nBen Ode: Two. Kept.");
}

#[test]
fn a_text_box_follows_the_paragraph_that_holds_it_once() {
    let boxed = "<w:txbxContent><w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Ben Ode:</w:t></w:r><w:r><w:t> Two.</w:t></w:r></w:p></w:txbxContent>";
    let both = format!(
        "<mc:AlternateContent><mc:Choice>{boxed}</mc:Choice><mc:Fallback>{boxed}</mc:Fallback></mc:AlternateContent>"
    );
    let body = paragraphs(&[
        &format!("</w:t></w:r><w:r>{both}</w:r><w:r><w:t>Ana Ruiz: One and</w:t></w:r><w:r>{both}<w:t> a half."),
        "Ana Ruiz: Three.",
    ]);
    let got = bytes("a.docx", body);
    let doc = &got.documents[0];
    assert_eq!(doc.text.trim_end(), "Ana Ruiz: One and a half.\nBen Ode: Two.\nBen Ode: Two.\nAna Ruiz: Three.");
    assert_eq!(doc.turns.iter().map(|t| t.line).collect::<Vec<_>>(), [1, 2, 3, 4]);
}

/// What is refused, and with what.
fn refused(name: &str, input: impl Into<Vec<u8>>, kind: Kind) -> Error {
    let start = std::time::Instant::now();
    let e = bytes(name, input).error.unwrap_or_else(|| panic!("{name} was read"));
    assert_eq!(e.kind, kind, "{name}: {e}");
    assert!(e.line.is_some() || e.byte.is_some(), "{name}: {e} has no place");
    assert!(start.elapsed().as_secs() < 20, "{name} took {:?}", start.elapsed());
    e
}

#[test]
fn archives_that_unpack_to_gigabytes_are_refused() {
    let zeros = vec![b'a'; 1 << 20];
    let bomb = docx(|part| (0..300).for_each(|_| part.write_all(&zeros).unwrap()));
    assert!(bomb.len() < 1 << 20);
    refused("bomb.docx", bomb, Kind::Limit);

    let lines: Vec<u8> = b"Ana: yes.\n".iter().copied().cycle().take(300 << 20).collect();
    let bomb = gzip(&lines);
    drop(lines);
    refused("bomb.txt.gz", bomb, Kind::Limit);
}

#[test]
fn cut_off_containers_are_refused() {
    let whole = paragraphs(&["Ana Ruiz: One.", "Ben Ode: Two.", "Ana Ruiz: Three."]);
    for keep in [4, whole.len() / 2, whole.len() - 1] {
        refused("cut.docx", &whole[..keep], Kind::Format);
    }
    let sheet = office("xl/workbook.xml", |part| part.write_all(b"<workbook/>").unwrap());
    for options in [ReadOptions::default(), ReadOptions { format: Some("csv".to_owned()), ..ReadOptions::default() }] {
        let error = got(Input::from_bytes("a.xlsx", sheet.clone()), &options).error.unwrap();
        assert!(error.message.contains("CSV UTF-8"), "{error}");
    }
    let whole = gzip(&b"Ana: yes.\nBen: no.\n".repeat(10_000));
    refused("cut.txt.gz", &whole[..whole.len() / 2], Kind::Format);
    // Small ones are seen to the end before they are read.
    for (name, text) in [
        ("a.txt.gz", "Ana: yes.\nBen: no.\n"),
        ("a.csv.gz", "text,speaker\nYes.,Ana\n"),
        ("a.jsonl.gz", "{\"text\":\"Yes.\"}\n"),
    ] {
        let mut whole = gzip(text.as_bytes());
        refused(name, &whole[..whole.len() - 8], Kind::Format);
        refused(name, &whole[..whole.len() - 1], Kind::Format);
        let sum = whole.len() - 6;
        whole[sum] ^= 1;
        let e = refused(name, whole, Kind::Format);
        assert!(e.message.contains("damaged"), "{e}");
    }
    refused("cut.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog".as_slice(), Kind::Format);
    refused("cut.xml", b"<?xml version=\"1.0\"?><TEI><text><u who=\"#a\"><seg>One.".as_slice(), Kind::Format);
}

#[test]
fn deep_nesting_is_refused() {
    let deep = |open: &str, head: &str| format!("{head}{}", open.repeat(200_000));
    refused("deep.html", deep("<div>", "<html><body>"), Kind::Limit);
    refused("deep.xml", deep("<div>", "<TEI>"), Kind::Limit);
    let body = docx(|part| write!(part, "<w:document>{}", "<w:p>".repeat(200_000)).unwrap());
    refused("deep.docx", body, Kind::Limit);
    // JSON: the record is a fault, nothing else is.
    let line = format!("{{\"text\":\"One.\",\"deep\":{}}}\n{{\"text\":\"Two.\"}}\n", "[".repeat(200_000));
    let got = bytes("deep.jsonl", line);
    assert_eq!((got.faults.len(), got.documents[0].turns.len()), (1, 1));
}

#[test]
fn entities_are_never_expanded() {
    let mut bomb = String::from("<?xml version=\"1.0\"?><!DOCTYPE TEI [<!ENTITY a \"aaaaaaaaaa\">");
    for (name, of) in ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"]) {
        let ten = ["&", of, ";"].concat().repeat(10);
        bomb += &["<!ENTITY ", name, " \"", &ten, "\">"].concat();
    }
    bomb += "]><TEI><text><u who=\"#ana\"><seg>One &i; two.</seg></u></text></TEI>";
    let got = bytes("bomb.xml", bomb);
    assert_eq!(got.error, None);
    assert_eq!(got.documents[0].text.trim(), "One two.");
}

#[test]
fn endless_lines_and_quotes_are_refused() {
    let long = vec![b'x'; 40 << 20];
    let e = refused("long.txt", long.as_slice(), Kind::Limit);
    assert_eq!(e.line, Some(1));
    let quoted = [b"text,speaker\n\"".as_slice(), &long].concat();
    assert_eq!(refused("long.csv", quoted, Kind::Limit).line, Some(2));
    // A record that is too long is a fault; the next one is read.
    let lines = [b"{\"text\":\"".as_slice(), &long, b"\"}\n{\"text\":\"Two.\"}\n"].concat();
    let got = bytes("long.jsonl", lines);
    assert_eq!((got.faults[0].kind, got.faults[0].line, got.documents[0].turns.len()), (Kind::Limit, Some(1), 1));
}

#[test]
fn a_wrong_declaration_is_overruled() {
    let page = |charset: &str, words: &[u8]| {
        let head = format!("<html><head><meta charset=\"{charset}\"></head><body><p>Ana Ruiz: ");
        [head.as_bytes(), words, b" one.</p><p>Ben Ode: Two.</p><p>Ana Ruiz: Three.</p></body></html>"].concat()
    };
    let got = bytes("a.html", page("shift_jis", "Größe".as_bytes()));
    assert!(got.documents[0].text.contains("Größe"));
    let got = bytes("a.html", page("windows-1252", b"Gr\xF6\xDFe"));
    assert!(got.documents[0].text.contains("Größe"));
    assert_eq!(got.source.unwrap().encoding, "windows-1252");
}

#[test]
fn one_bad_line_in_a_million() {
    let mut lines = String::with_capacity(40 << 20);
    for i in 0..1_000_000 {
        lines += if i == 765_432 { "{\"text\":\"x\"" } else { "{\"text\":\"Yes.\",\"doc\":\"d\"}" };
        lines.push('\n');
    }
    let got = bytes("a.jsonl", lines);
    assert_eq!(got.faults.len(), 1);
    assert_eq!(got.faults[0].line, Some(765_433));
    assert_eq!(got.documents.iter().map(|d| d.turns.len()).sum::<usize>(), 999_999);
}

#[test]
fn a_text_of_nothing_but_different_labels_is_read_in_time() {
    let start = std::time::Instant::now();
    let lines: Vec<String> =
        (0..200_000).map(|i| format!("Name{i} Surname{}: Words of one sentence.", i % 7)).collect();
    let text = lines.join("\n");
    let got = bytes("many.txt", text);
    assert!(got.error.is_none() && start.elapsed().as_secs() < 30, "took {:?}", start.elapsed());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    /// Whatever the bytes, every reader ends with documents or an error.
    #[test]
    fn any_bytes_are_read_without_a_panic(input in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400), which in 0..READERS.len()) {
        let options = ReadOptions { format: Some(READERS[which].name().to_owned()), ..ReadOptions::default() };
        got(Input::from_bytes("a", input), &options);
    }

    /// The same for text that is made of what the readers look for.
    #[test]
    fn any_pieces_are_read_without_a_panic(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60),
        which in 0..READERS.len(),
        keep in proptest::prelude::any::<bool>(),
    ) {
        let options = ReadOptions { format: Some(READERS[which].name().to_owned()), keep_boilerplate: keep, ..ReadOptions::default() };
        let input = format!("{}{}", if READERS[which].name() == "vtt" { "WEBVTT\n\n" } else { "" }, pieces.concat());
        got(Input::from_bytes("a", input), &options);
    }
}

/// What the readers look for.
const PIECES: &[&str] = &[
    "\n",
    "\n\n",
    "    ",
    " ",
    "\t",
    ": ",
    ":",
    ". ",
    " — ",
    ". – ",
    "[",
    "]",
    "(",
    ")",
    "（",
    "）",
    "**",
    "__",
    "#",
    ">>",
    "- ",
    "•",
    "“",
    "—",
    "Ana Ruiz",
    "Mr. ODE",
    "The CHAIRMAN",
    "Q",
    "A",
    "Q1",
    "Q.",
    "1. ",
    "记者",
    "：",
    "é",
    "\u{A0}",
    "\u{FEFF}",
    "0:03",
    "[00:12:03]",
    "00:00:01.000 --> 00:00:02.000\n",
    "[Laughter]",
    "(Applause.)",
    "[[Page 3]]",
    "[Whereupon, it was adjourned.]",
    "WHY IS IT SO?",
    "Why is it so?",
    "We agree.",
    "and so on",
    "semi-\nconductor",
    "@ANA",
    "Page 3",
    "---\n",
    "Ana Ruiz is a fellow.",
    "Of",
    "van der",
    "<v Ana>",
    "</v>",
    "<p>",
    "<b>",
    "</b>",
    "<dt>",
    "</dt>",
    "<pre>",
    "<div hidden>",
    "<form>",
    "</form>",
    "<main>",
    "</main>",
    "<figure>",
    "<table>",
    "<td>",
    "</tr>",
    "<u who=\"#a\">",
    "<seg>",
    "</seg>",
    "</u>",
    "&amp;",
    "<?xml version=\"1.0\"?>",
    "<TEI>",
    "</TEI>",
    "<w join=\"right\">",
    "</w>",
    "<note>",
    "</note>",
    "{\"text\":\"",
    "\"}",
    "\"",
    ",",
    "text,speaker\n",
    "[{",
    "}]",
    "null",
    "%PDF-1.4\n",
    "1 0 obj ",
    "<< /Type /Catalog /Pages 1 0 R >>",
    "<< /Type /Page /Contents 2 0 R >>",
    "2 0 obj << /Length 9 >> stream\n",
    "BT (Ana: x) Tj ET",
    "endstream",
    "/F1 9 Tf",
    "<00>",
];

#[test]
fn line_ends_and_encodings_change_nothing() {
    let path = "tests/read/txt/hansard.txt";
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let wanted = table(&file(path).documents[0]);
    let windows = text.replace('\n', "\r\n");
    let utf16: Vec<u8> = "\u{FEFF}".encode_utf16().chain(windows.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for input in [windows.clone().into_bytes(), utf16, format!("\u{FEFF}{text}").into_bytes(), gzip(text.as_bytes())] {
        assert_eq!(table(&bytes("hansard.txt", input).documents[0]), wanted);
    }
}

#[test]
fn aliases_join_what_the_roster_keeps_apart() {
    let aliases = vec![("Q".to_owned(), "The press".to_owned()), ("Ms. Donnell".to_owned(), "Rhea Donnell".to_owned())];
    let options = ReadOptions { aliases, ..ReadOptions::default() };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read/txt/gaggle.txt");
    let got = got(Input::open(path).unwrap(), &options);
    assert_eq!(got.documents[0].speakers, ["Rhea Donnell", "Under Secretary Ruiz", "The press"]);
    assert_eq!(got.documents[0].turns[0].speaker_raw, "MS. DONNELL");
}

#[test]
fn look_alikes_are_noted() {
    let text = "Sundar Mehta: Yes.\n\nAna Ruiz: No.\n\nSudar Mehta: Perhaps.\n\nAna Ruiz: Why?\n\nSundar Mehta: So.\n";
    let got = bytes("a.txt", text);
    assert!(
        got.notes.iter().any(|n| n.message.contains("\"Sudar Mehta\" and \"Sundar Mehta\" look alike")),
        "{:?}",
        got.notes
    );
}
