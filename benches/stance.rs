//! How fast a document is labelled, a model is loaded, and one is trained.
//!
//! `MODEL=mine.stance LINES=text.txt cargo bench --bench stance -- LINES` measures a model of yours on text of yours.
#![allow(missing_docs)] // criterion's macros make undocumented functions

use std::fmt::Write;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use standpoint::read::labelled::{Options, from_bytes};
use standpoint::stance::train::{TrainOptions, fit};
use standpoint::stance::{PredictOptions, StanceModel};
use standpoint::{Document, Sentence, Span, Turn};

const LINES: [&str; 4] = [
    "The cranes phone home every night, and nobody at the port authority can say to whom.",
    "If we rip them out, the queue at the quay will stretch to the next country.",
    "Both harbours could write the same rule and audit each other's yards.",
    "The contract was signed in 2014 and runs for twenty years.",
];

/// The lines of a file as the sentences of one turn.
fn lines(path: &str) -> Document {
    let text = std::fs::read_to_string(path).expect("a text file");
    let mut document = Document { turns: vec![Turn::default()], ..Document::default() };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end().len();
        if end > start {
            document.sentences.push(Sentence { turn: 0, span: Span::new(start, end) });
        }
        start += line.len();
    }
    document.text = text;
    document
}

/// A document of one turn with `n` sentences, every one with a word of its own.
fn document(n: usize) -> Document {
    let mut document = Document { turns: vec![Turn::default()], ..Document::default() };
    for i in 0..n {
        let start = document.text.len();
        document.text += LINES[i % LINES.len()];
        write!(document.text, " Berth {i} was q{i:x}.").expect("a string");
        let span = Span::new(start, document.text.len());
        document.sentences.push(Sentence { turn: 0, span });
    }
    document
}

fn stance(c: &mut Criterion) {
    let model = StanceModel::shipped();
    let document = document(20_000);
    let mut group = c.benchmark_group("stance");
    group.throughput(Throughput::Bytes(document.text.len() as u64));
    group.bench_function("predict", |b| {
        b.iter(|| assert_eq!(model.predict(&document, &PredictOptions::default()).len(), 20_000));
    });
    // MODEL and LINES name files: a model of yours on text of yours, one sentence per line.
    if let (Ok(model), Ok(path)) = (std::env::var("MODEL"), std::env::var("LINES")) {
        let model = StanceModel::from_bytes(&std::fs::read(model).expect("a file")).expect("a model");
        let document = lines(&path);
        group.throughput(Throughput::Bytes(document.text.len() as u64));
        group.bench_function("predict LINES", |b| {
            b.iter(|| assert_eq!(model.predict(&document, &PredictOptions::default()).len(), document.sentences.len()));
        });
    }
    let bytes = model.to_bytes();
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("load", |b| {
        b.iter(|| assert_eq!(StanceModel::from_bytes(&bytes).expect("a model").hash(), model.hash()));
    });
    let mut csv = String::from("document,text,label\n");
    for i in 0..2_000 {
        writeln!(csv, "d{},\"{} Berth {i}.\",l{}", i / 20, LINES[i % 4], i % 4).expect("a string");
    }
    let examples = from_bytes(csv.as_bytes(), "bench", &Options::default()).expect("a table");
    group.sample_size(10);
    group.bench_function("train 2,000 sentences", |b| {
        b.iter(|| {
            let (model, report) = fit(&examples, &TrainOptions::default(), &|_, _| ()).expect("a model");
            assert_eq!((model.labels().len(), report.sentences[0]), (4, 500));
        });
    });
    group.finish();
}

criterion_group!(benches, stance);
criterion_main!(benches);
