//! Speed of the readers, in bytes per second. Each asserts its answer first.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{Criterion, Throughput};
use standpoint::read::{self, Input, Item, ReadOptions};

/// The sample interview again and again, 4 MB of it, with names of its own each time.
fn interviews() -> String {
    let sample = include_str!("../data/samples/interview.txt");
    let mut text = String::new();
    let mut i = 0;
    while text.len() < 4 << 20 {
        let (from, to) = ("Tobias Arnheim", format!("Tobias Arnheim{}", char::from(b'a' + (i % 26) as u8)));
        text += &sample.replace(from, &to);
        i += 1;
    }
    text
}

fn table(json: bool) -> String {
    let mut text = String::from(if json { "" } else { "id,document,speaker,text\n" });
    for i in 0..40_000 {
        let words = "We would rather wait for the report than act on a rumor, and we said so at the time.";
        let written = if json {
            writeln!(
                text,
                "{{\"id\":\"u{i}\",\"document\":\"d{}\",\"speaker\":\"s{}\",\"text\":\"{words}\"}}",
                i / 50,
                i % 3
            )
        } else {
            writeln!(text, "u{i},d{},s{},\"{words}\"", i / 50, i % 3)
        };
        written.expect("a string takes everything");
    }
    text
}

/// Number of turns of an input.
fn turns(name: &str, bytes: &[u8]) -> usize {
    let mut turns = 0;
    let mut count = |item| {
        if let Item::Document(doc) = item {
            turns += doc.turns.len();
        }
        Ok(())
    };
    read::read(Input::from_bytes(name, bytes), &ReadOptions::default(), &mut count).expect("the input is sound");
    turns
}

fn speed(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    group.sample_size(10);
    for (name, text) in [("interviews.txt", interviews()), ("rows.csv", table(false)), ("rows.jsonl", table(true))] {
        let least = if name == "interviews.txt" { 1000 } else { 40_000 };
        assert!(turns(name, text.as_bytes()) >= least, "{name}");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| b.iter(|| turns(name, black_box(text.as_bytes()))));
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    speed(&mut criterion);
    criterion.final_summary();
}
