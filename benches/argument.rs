//! Mapping arguments: cost per sentence for more documents and for longer ones.
//!
//! Each case asserts that it maps what it should before it is timed. How often the differences that are shown by
//! default are ones to the coders of our annotated dialogues is printed first.

#![allow(missing_docs)]
#![allow(clippy::print_stdout, reason = "a bench reports")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use standpoint::argument::{Annotated, ArgumentModel, MapOptions, RelationKind};
use standpoint::document::{Document, Sentence, Span, Turn};
use standpoint::read::argument_tables;
use standpoint::stance::{PredictOptions, StanceModel};

fn corpus() -> Vec<Annotated> {
    let components = include_bytes!("../data/corpus/argument/components.csv");
    let relations = include_bytes!("../data/corpus/argument/relations.csv");
    argument_tables::read((components, "components.csv"), (relations, "relations.csv")).expect("corpus").documents()
}

/// One debate of `n` sentences without questions: the corpus end to end, and again.
fn debate(corpus: &[Annotated], n: usize) -> Document {
    let mut doc = Document::default();
    let sentences = corpus.iter().flat_map(|d| (0..d.document.sentences.len()).map(move |i| (&d.document, i)));
    let sentences: Vec<_> = sentences.collect();
    for (from, i) in sentences.iter().cycle().take(n) {
        let start = doc.text.len();
        doc.text.push_str(from.sentence(*i));
        let span = Span::new(start, doc.text.len());
        doc.text.push('\n');
        let speaker = Some(doc.speaker_id(from.speaker_name(from.turn_of(*i))));
        if doc.turns.last().is_none_or(|t| t.speaker != speaker) {
            doc.turns.push(Turn { speaker, ..Turn::default() });
        }
        let turn = doc.turns.len() - 1;
        doc.turns[turn].spans.push(span);
        doc.sentences.push(Sentence { turn: turn as u32, span });
    }
    doc
}

/// `differs-on` between sentences to which the stance model gave labels: how many, and how many of them have two
/// different stances in the annotation.
fn differences(corpus: &[Annotated]) -> (usize, usize) {
    let (mut shown, mut right) = (0, 0);
    for d in corpus {
        let Some(gold) = &d.stances else { continue };
        let stances = StanceModel::shipped().predict(&d.document, &PredictOptions::default());
        let map = ArgumentModel::shipped().map(&d.document, Some(&stances), &MapOptions::default());
        for r in map.relations.iter().filter(|r| r.kind == RelationKind::DiffersOn) {
            let labels = [r.source, r.target].map(|i| gold.chosen[i as usize]);
            shown += 1;
            right += usize::from(labels[0] != labels[1] && labels.iter().all(|l| gold.labels.none != Some(*l)));
        }
    }
    (shown, right)
}

fn map(c: &mut Criterion) {
    let corpus = corpus();
    let model = ArgumentModel::shipped();
    let options = MapOptions::default();
    let (shown, right) = differences(&corpus);
    println!("differences shown: {shown}, of which two different stances to the coders: {right}");
    let mut group = c.benchmark_group("documents");
    group.sample_size(10).measurement_time(std::time::Duration::from_secs(3));
    for times in [1, 2, 4, 8] {
        let sentences: usize = times * corpus.iter().map(|d| d.document.sentences.len()).sum::<usize>();
        group.throughput(Throughput::Elements(sentences as u64));
        group.bench_function(BenchmarkId::from_parameter(times), |b| {
            b.iter(|| {
                let each = (0..times).flat_map(|_| &corpus);
                let mapped: usize =
                    each.map(|d| model.map(&d.document, d.stances.as_ref(), &options).components.len()).sum();
                assert_eq!(mapped, sentences);
            });
        });
    }
    group.finish();
    let mut group = c.benchmark_group("one debate");
    group.sample_size(10).measurement_time(std::time::Duration::from_secs(3));
    for n in [1_000, 2_000, 4_000, 8_000] {
        let doc = debate(&corpus, n);
        assert!(!model.map(&doc, None, &options).relations.is_empty());
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::from_parameter(n), |b| {
            b.iter(|| assert_eq!(model.map(&doc, None, &options).components.len(), n));
        });
    }
    group.finish();
}

criterion_group!(benches, map);
criterion_main!(benches);
