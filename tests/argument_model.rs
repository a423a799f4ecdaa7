//! The shipped argument model and what a map promises.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use standpoint::argument::task::{self as argument, Against};
use standpoint::argument::{ArgumentModel, ComponentKind, MapOptions, RelationKind};
use standpoint::document::{Document, Question, Sentence, Span, Turn};
use standpoint::read::argument_tables;

const COMPONENTS: &[u8] = include_bytes!("../data/corpus/argument/components.csv");
const RELATIONS: &[u8] = include_bytes!("../data/corpus/argument/relations.csv");
const SHIPPED: &[u8] = include_bytes!("../models/argument.model");

#[test]
fn the_shipped_model_is_the_one_the_corpus_gives() {
    let trained = argument::train((COMPONENTS, "components.csv"), (RELATIONS, "relations.csv"), None).unwrap();
    assert!(trained == SHIPPED, "rebuild models/argument.model: the corpus or the training has changed");
}

#[test]
fn the_corpus_is_large_and_argued() {
    let tables = argument_tables::read((COMPONENTS, "components.csv"), (RELATIONS, "relations.csv")).unwrap();
    let documents = tables.documents();
    assert!(documents.len() >= 60);
    assert!(tables.components().rows.len() >= 3_000);
    assert!(documents.iter().all(|d| d.document.speakers.len() >= 2));
    let crossing = documents.iter().flat_map(|d| &d.map.relations).filter(|r| r.cross_speaker);
    assert!(crossing.filter(|r| r.kind == RelationKind::Attack).count() >= 200, "real disagreement");
}

#[test]
fn a_damaged_model_file_is_refused() {
    assert!(ArgumentModel::from_bytes(SHIPPED).is_ok());
    let length = SHIPPED.len();
    for at in (0..length).step_by(length / 97) {
        assert!(ArgumentModel::from_bytes(&SHIPPED[..at]).is_err(), "cut at {at}");
        let mut flipped = SHIPPED.to_vec();
        flipped[at] ^= 1 << (at % 8);
        assert!(ArgumentModel::from_bytes(&flipped).is_err(), "bit flipped at {at}");
    }
    let old = b"standpoint-argument 99 00\n{}";
    let message = ArgumentModel::from_bytes(old).unwrap_err().message;
    assert!(message.contains("version 99"), "{message}");
}

/// A document of turns, each a speaker and sentences, under one question if `asked`.
fn talk(turns: &[(&str, &[&str])], asked: bool) -> Document {
    let mut doc = Document { id: "talk".into(), ..Document::default() };
    if asked {
        doc.questions.push(Question { text: "What now?".into(), line: 1, turn: None });
    }
    for (speaker, sentences) in turns {
        let speaker = Some(doc.speaker_id(speaker));
        let turn = doc.turns.len() as u32;
        let mut spans = Vec::new();
        for text in *sentences {
            let start = doc.text.len();
            doc.text.push_str(text);
            spans.push(Span::new(start, doc.text.len()));
            doc.text.push('\n');
        }
        doc.sentences.extend(spans.iter().map(|span| Sentence { turn, span: *span }));
        let question = asked.then_some(0);
        doc.turns.push(Turn { speaker, question, spans, ..Turn::default() });
    }
    doc
}

#[test]
fn a_reply_is_linked_to_what_it_answers_and_says_why() {
    let doc = talk(
        &[
            ("Moderator", &["Good evening, and let us turn to the ferry.", "Mrs Holm, you go first."]),
            (
                "Vera Holm",
                &["I think the ferry subsidy should end this winter.", "It costs the council nine million a year."],
            ),
            (
                "Ilya Brandt",
                &[
                    "I disagree with Vera Holm, the ferry subsidy should not end at all.",
                    "Because without the ferry the school on the island closes.",
                ],
            ),
        ],
        true,
    );
    let map =
        ArgumentModel::shipped().map(&doc, None, &MapOptions { min_probability: Some(0.1), all_candidates: false });
    let shown: Vec<_> = map.relations.iter().map(|r| (r.source, r.target, r.kind, r.probability)).collect();
    assert_eq!(map.components[0].kind, ComponentKind::None);
    let reply = map
        .relations
        .iter()
        .find(|r| r.source == 4 && r.target == 2)
        .unwrap_or_else(|| panic!("no reply in {shown:?}"));
    assert_eq!(reply.kind, RelationKind::Attack);
    assert!(reply.cross_speaker && reply.probability >= 0.1 && reply.probability <= 1.0);
    assert!(reply.evidence.contains("subsidy") || reply.evidence.contains("disagree"), "{}", reply.evidence);
    let reason = map.relations.iter().find(|r| r.source == 5).expect("the reason is linked");
    assert_eq!((reason.target, reason.kind), (4, RelationKind::Support));
}

#[test]
fn maps_are_consistent_and_candidates_are_few() {
    let tables = argument_tables::read((COMPONENTS, "components.csv"), (RELATIONS, "relations.csv")).unwrap();
    let model = ArgumentModel::shipped();
    for d in tables.documents().iter().step_by(7) {
        let doc = &d.document;
        let map = model.map(doc, d.stances.as_ref(), &MapOptions::default());
        assert_eq!(map.components.len(), doc.sentences.len());
        assert!(
            map.relations
                .windows(2)
                .all(|w| (w[0].source, w[0].target, w[0].kind) < (w[1].source, w[1].target, w[1].kind))
        );
        let turn = |i: u32| doc.sentences[i as usize].turn;
        for r in &map.relations {
            assert!((0.0..=1.0).contains(&r.probability) && r.source != r.target);
            assert_eq!(doc.turn_of(r.source as usize).question, doc.turn_of(r.target as usize).question);
            assert_eq!(
                r.cross_speaker,
                doc.turn_of(r.source as usize).speaker != doc.turn_of(r.target as usize).speaker
            );
        }
        for i in 0..doc.sentences.len() as u32 {
            let parents = map.relations.iter().filter(|r| r.source == i && turn(r.target) == turn(i)).count();
            assert!(parents <= 1, "a tree gives a sentence one parent");
        }
        let options = MapOptions { min_probability: None, all_candidates: true };
        let all = model.map(doc, d.stances.as_ref(), &options);
        // 20 near ones and 10 alike ones of others, 20 of its own; two directions, three kinds.
        assert!(all.relations.len() <= doc.sentences.len() * 50 * 2 * 3);
        let sum: f32 = all.relations.iter().filter(|r| (r.source, r.target) == (1, 0)).map(|r| r.probability).sum();
        assert!(sum <= 1.0 + 1e-5);
    }
}

#[test]
fn what_is_denied_in_the_same_words_is_attacked() {
    let said = "The levy protects the small shipyards of the estuary.";
    let denied = "The levy does not protect the small shipyards of the estuary.";
    let across = talk(&[("Lena Voss", &[said]), ("Omar Reyes", &[denied])], true);
    let within = talk(&[("Lena Voss", &[said, denied])], true);
    for doc in [across, within] {
        let all = ArgumentModel::shipped().map(&doc, None, &MapOptions { min_probability: None, all_candidates: true });
        for r in &all.relations {
            assert!((r.kind == RelationKind::Attack) == (r.probability > 0.0), "{r:?}");
        }
        assert!(all.relations.iter().any(|r| r.probability > 0.0));
    }
}

#[test]
fn a_chain_of_denials_is_a_chain_of_attacks() {
    let doc = talk(
        &[
            ("Lena Voss", &["The levy works."]),
            (
                "Omar Reyes",
                &["With respect, the levy does not work.", "The levy does not work?", "Prices doubled at the quay."],
            ),
            ("Lena Voss", &["Mr. Reyes, prices did not double at the quay."]),
            ("Omar Reyes", &["I am sorry, but prices doubled at the quay."]),
        ],
        true,
    );
    let map = ArgumentModel::shipped().map(&doc, None, &MapOptions::default());
    let attacks = map.relations.iter().filter(|r| r.cross_speaker && r.kind == RelationKind::Attack);
    assert_eq!(attacks.map(|r| (r.source, r.target)).collect::<Vec<_>>(), [(1, 0), (4, 3), (5, 4)]);
}

#[test]
fn who_speaks_alone_is_no_host() {
    let speech = [
        "I think the city should keep the ferry, because four hundred children take it to school every day.",
        "Some people say that a bus would carry them just as well, and it would cost the council less than the boat does.",
        "But a bus needs a road, and the road along the cliff is closed for three months of the year.",
        "So whoever sells the ferry also has to say how the children are to get to school in January.",
    ];
    let map = ArgumentModel::shipped().map(&talk(&[("Lena Voss", &speech)], false), None, &MapOptions::default());
    assert!(map.components.iter().filter(|c| c.kind != ComponentKind::None).count() >= 3, "{map:?}");
}

#[test]
fn relations_end_at_claims_and_premises() {
    let doc = talk(
        &[
            ("Lena Voss", &["The levy protects the small shipyards of the estuary.", "We should keep the levy."]),
            ("Omar Reyes", &["The levy does not protect the shipyards.", "We should not keep the levy."]),
        ],
        true,
    );
    for min_probability in [None, Some(0.02), Some(0.9)] {
        let map = ArgumentModel::shipped().map(&doc, None, &MapOptions { min_probability, all_candidates: false });
        let kind = |i: u32| map.components[i as usize].kind;
        assert!(map.relations.iter().all(|r| kind(r.source) != ComponentKind::None), "{map:?}");
        assert!(map.relations.iter().all(|r| kind(r.target) != ComponentKind::None), "{map:?}");
        assert!(min_probability != Some(0.02) || map.relations.iter().any(|r| r.cross_speaker), "{map:?}");
    }
}

#[test]
fn stances_of_a_table_are_as_sure_as_its_probabilities() {
    let head = "document,sentence_id,speaker,question,text,stance,p_decoupling-skeptic,p_security-focused,abstained";
    let rows = "d,s1,Ada,What now?,We should open the harbour because trade feeds us.,decoupling-skeptic,P,0.1,0\n\
                d,s2,Bo,What now?,We should close the harbour because spies come in.,security-focused,0.1,P,0\n";
    let options = MapOptions { min_probability: Some(0.01), all_candidates: false };
    let predict =
        |table: String| argument::predict((table.as_bytes(), "t.csv"), None, ArgumentModel::shipped(), &options);
    let sure = |p: &str| {
        let [_, relations] = predict(format!("{head}\n{}", rows.replace('P', p))).unwrap();
        String::from_utf8(relations).unwrap()
    };
    assert!(sure("").contains(",differs-on,1.00000,"), "{}", sure(""));
    assert!(sure("0.5").contains(",differs-on,0.25000,"), "{}", sure("0.5"));
    // Who was coded by hand is certain, the others stay as they are.
    let coded =
        rows.replace('P', "0.5").replacen(",0\n", ",0,decoupling-skeptic\n", 1).replace(",0.5,0\n", ",0.5,0,\n");
    let [_, relations] = predict(format!("{head},label\n{coded}")).unwrap();
    let relations = String::from_utf8(relations).unwrap();
    assert!(relations.contains(",differs-on,0.50000,"), "{relations}");
    let fault = predict(format!("{head}\n{}", rows.replace('P', "much"))).unwrap_err().to_string();
    assert!(fault.starts_with("t.csv: line 2: column \"p_decoupling-skeptic\": \"much\""), "{fault}");
}

#[test]
fn the_label_that_means_no_stance_differs_from_nothing() {
    let table = "document,sentence_id,speaker,question,text,stance\n\
                 d,s1,Ada,What now?,We should open the harbour because trade feeds us.,open\n\
                 d,s2,Bo,What now?,We should close the harbour because spies come in.,unclear\n";
    let options = MapOptions { min_probability: Some(0.01), all_candidates: false };
    let predict = |table: &str, none| {
        let [_, relations] = argument::predict((table.as_bytes(), "t.csv"), none, ArgumentModel::shipped(), &options)?;
        Ok::<bool, standpoint::Error>(String::from_utf8_lossy(&relations).contains("stances differ"))
    };
    assert_eq!(predict(table, None), Ok(true));
    assert_eq!(predict(table, Some("unclear")), Ok(false));
    assert_eq!(predict(&table.replace("unclear", "Neutral"), None), Ok(false));
    let fault = predict(table, Some("none")).unwrap_err().to_string();
    assert!(fault.starts_with("t.csv: no row has the label \"none\""), "{fault}");
}

#[test]
fn no_pair_leaves_its_exchange_and_nothing_is_nothing() {
    let model = ArgumentModel::shipped();
    let empty = model.map(&Document::default(), None, &MapOptions::default());
    assert!(empty.components.is_empty() && empty.relations.is_empty());
    let mut doc = talk(&[("A", &["Ban it."]), ("B", &["Do not ban it."])], true);
    doc.questions.push(Question { text: "And then?".into(), line: 2, turn: None });
    doc.turns[1].question = Some(1);
    let all = model.map(&doc, None, &MapOptions { min_probability: None, all_candidates: true });
    assert!(all.relations.is_empty());
}

#[test]
fn training_names_what_is_missing() {
    let head = "document,sentence_id,speaker,text,component\n";
    let related = "document,source,target,relation\n";
    let fault = |components: &str, relations: &str| {
        argument::train((components.as_bytes(), "c.csv"), (relations.as_bytes(), "r.csv"), None)
            .unwrap_err()
            .to_string()
    };
    assert!(
        fault(&format!("{head}a,1,x,One.,claim\na,2,x,Two.,premise\n"), related).contains("two annotated documents")
    );
    let two = format!("{head}a,1,x,One.,claim\nb,2,x,Two.,claim\n");
    assert!(fault(&two, related).contains("no relations"));
    let alike = format!("{head}a,1,x,One.,claim\na,2,x,Two.,claim\nb,1,x,One.,claim\n");
    assert!(fault(&alike, &format!("{related}a,1,2,support\n")).contains("alike"));
}

#[test]
fn evaluation_of_the_shipped_model_on_its_own_corpus_is_high() {
    let model = ArgumentModel::shipped();
    let scores = argument::evaluate((COMPONENTS, "c.csv"), (RELATIONS, "r.csv"), None, Against::Model(model)).unwrap();
    assert!(scores.links.average_precision > 0.6 && scores.trees.cc > 0.75, "{scores:?}");
    assert!(argument::report(&scores).contains("links across speakers"));
    assert!(argument::evaluate((COMPONENTS, "c.csv"), (RELATIONS, "r.csv"), None, Against::Folds(1)).is_err());
}

#[test]
fn predicted_tables_keep_ids_and_columns() {
    let [components, relations] =
        argument::predict((COMPONENTS, "c.csv"), None, ArgumentModel::shipped(), &MapOptions::default()).unwrap();
    let tables = argument_tables::read((&components, "c.csv"), (&relations, "r.csv")).unwrap();
    let given = argument_tables::read((COMPONENTS, "c.csv"), (RELATIONS, "r.csv")).unwrap();
    assert_eq!(tables.components().columns, given.components().columns);
    assert_eq!(tables.components().rows.len(), given.components().rows.len());
    assert!(tables.relations().rows.len() > 500);
    let bad = MapOptions { min_probability: Some(1.5), all_candidates: false };
    assert!(argument::predict((COMPONENTS, "c.csv"), None, ArgumentModel::shipped(), &bad).is_err());
}

#[test]
fn sentences_without_annotation_are_mapped() {
    let table = b"document,sentence_id,speaker,text\nd,s1,Ada,The gate should stay shut.\nd,s2,Ada,Because the river is high.\n";
    let [components, relations] =
        argument::predict((table, "plain.csv"), None, ArgumentModel::shipped(), &MapOptions::default()).unwrap();
    let components = String::from_utf8(components).unwrap();
    assert!(components.starts_with("document,sentence_id,speaker,text,component"), "{components}");
    assert_eq!(components.lines().count(), 3);
    assert!(relations.starts_with(b"document,source,target,relation"));
}
