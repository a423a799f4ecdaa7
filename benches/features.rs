//! How fast text becomes features: the bare scan, and the lexicon's matcher on top.
#![allow(missing_docs)] // criterion's macros make undocumented functions

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use standpoint::features::lexicon::{Item, Lexicon, hits};
use standpoint::features::token::{Token, scan};

/// Plain talk with words of the lexicon in it, about 1 MB.
fn text() -> String {
    let line = "We cannot screen every crane in the port, but we can agree with our partners on what a safe one is. ";
    line.repeat(10_000)
}

fn features(c: &mut Criterion) {
    let text = text();
    let mut group = c.benchmark_group("features");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("scan", |b| {
        b.iter(|| {
            let mut words = 0;
            scan(&text, |t| words += usize::from(matches!(t, Token::Word(_))));
            assert_eq!(words, 210_000);
        });
    });
    let lexicon = Lexicon::shipped().expect("the embedded lexicon");
    let (mut items, mut last) = (Vec::new(), 0);
    scan(&text, |token| {
        items.push(match token {
            Token::Word(w) => lexicon.item(std::mem::replace(&mut last, w.hash), w.hash),
            Token::Break => Item::default(),
        });
    });
    group.bench_function("lexicon", |b| {
        b.iter(|| {
            let (mut found, longer) = (0, |h| lexicon.longer.get(&h).copied());
            hits(&items, lexicon.classes.len(), lexicon.negation(), longer, |_| found += 1);
            assert!(found >= 10_000);
        });
    });
    group.finish();
}

criterion_group!(benches, features);
criterion_main!(benches);
