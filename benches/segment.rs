//! Sentence segmentation: throughput on prose, and on text made to be slow.
//!
//! Every bench checks its answer before it is timed. The hostile inputs come in 1, 2, 4
//! and 8 MB: the time per byte must stay the same.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use standpoint::{Document, Span, Turn, segment};

const PROSE: &str = include_str!("prose.txt");
/// How many sentences the sample has.
const SENTENCES: usize = 31;

const MB: usize = 1_000_000;

/// Inputs that make a careless segmenter look far ahead or back, again and again.
const HOSTILE: [(&str, &str); 12] = [
    ("dots", "."),
    ("spaced dots", ". "),
    ("quotes", "\""),
    ("speech", ", \"a "),
    ("open brackets", "("),
    ("one word", "a"),
    ("initials", "A."),
    ("abbreviations", "a.m. Mr. "),
    ("spaces", "    "),
    ("dashes", "! --"),
    ("markers", "1) a "),
    ("addresses", "://."),
];

fn cut(text: &str, out: &mut Vec<Span>) -> usize {
    out.clear();
    segment::sentences(text, Span::new(0, text.len()), out);
    out.len()
}

/// The sample, over and over, up to about `size` bytes, and how many copies that is.
fn copies(sample: &str, size: usize) -> (String, usize) {
    let n = size / sample.len();
    (sample.repeat(n), n)
}

/// Every paragraph of the sample broken before column 72.
fn wrapped() -> String {
    let mut out = String::new();
    for paragraph in PROSE.lines() {
        let mut column = 0;
        for word in paragraph.split(' ') {
            let width = word.chars().count();
            if column > 0 {
                let fits = column + 1 + width <= 72;
                out.push(if fits { ' ' } else { '\n' });
                column = if fits { column + 1 } else { 0 };
            }
            out.push_str(word);
            column += width;
        }
        out.push('\n');
    }
    out
}

fn prose(c: &mut Criterion) {
    let mut group = c.benchmark_group("segment");
    let mut out = Vec::new();
    let expected = cut(PROSE, &mut out);
    assert_eq!(expected, SENTENCES);
    for (name, sample) in [("prose", PROSE.to_owned() + "\n"), ("wrapped", wrapped() + "\n")] {
        let (text, n) = copies(&sample, 16 * MB);
        assert_eq!(cut(&text, &mut out), expected * n, "{name}");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| b.iter(|| cut(black_box(&text), &mut out)));
    }
    group.finish();
}

/// A document of many turns, on all threads.
fn document(c: &mut Criterion) {
    let (text, n) = copies(&(PROSE.to_owned() + "\n"), 16 * MB);
    let length = text.len() / n;
    let turns =
        (0..n).map(|i| Turn { spans: vec![Span::new(i * length, (i + 1) * length)], ..Turn::default() }).collect();
    let mut doc = Document { text, turns, ..Document::default() };
    segment::document(&mut doc);
    assert_eq!(doc.sentences.len(), SENTENCES * n);
    let mut group = c.benchmark_group("segment");
    group.throughput(Throughput::Bytes(doc.text.len() as u64));
    group.bench_function("document, all threads", |b| {
        b.iter(|| {
            doc.sentences.clear();
            segment::document(&mut doc);
            doc.sentences.len()
        });
    });
    group.finish();
}

fn hostile(c: &mut Criterion) {
    let mut out = Vec::new();
    for (name, part) in HOSTILE {
        let mut group = c.benchmark_group(format!("segment hostile: {name}"));
        group.sample_size(10);
        for size in [1, 2, 4, 8] {
            let text = part.repeat(size * MB / part.len());
            cut(&text, &mut out);
            let covered: usize = out.iter().map(|s| s.of(&text).chars().filter(|c| !c.is_whitespace()).count()).sum();
            assert_eq!(covered, text.chars().filter(|c| !c.is_whitespace()).count(), "{name}");
            group.throughput(Throughput::Bytes(text.len() as u64));
            let id = BenchmarkId::from_parameter(format!("{size} MB"));
            group.bench_with_input(id, &text, |b, text| b.iter(|| cut(black_box(text), &mut out)));
        }
        group.finish();
    }
}

fn main() {
    let times = (Duration::from_millis(500), Duration::from_secs(2));
    let mut criterion = Criterion::default().warm_up_time(times.0).measurement_time(times.1).configure_from_args();
    prose(&mut criterion);
    document(&mut criterion);
    hostile(&mut criterion);
    criterion.final_summary();
}
