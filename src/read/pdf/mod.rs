//! PDF with a text layer.
//!
//! Text is taken from the content streams with the fonts' own maps to Unicode, put on lines by
//! position, and read as a wrapped transcript. Running heads are left out. Encrypted files and
//! pages that are only pictures are refused.

mod font;
mod object;
mod page;

use std::collections::{BTreeMap, BTreeSet};

use super::{Input, Item, ReadOptions, Reader, Sink, Sniff, turns, txt};
use crate::error::{Error, Kind, Result};
use object::{Dictionary, Object, Objects, Refused};
use page::{Line, Number};

/// PDF.
pub(super) struct Pdf;

const DEEPEST: usize = 64;
const MOST_PAGES: usize = 50_000;

impl Reader for Pdf {
    fn name(&self) -> &'static str {
        "pdf"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["pdf"]
    }

    fn about(&self) -> &'static str {
        "PDF with a text layer, read as a transcript; running heads and page numbers left out"
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        let head = &head[..head.len().min(1024)];
        if memchr::memmem::find(head, b"%PDF-").is_some() { Sniff::Yes } else { Sniff::No }
    }

    fn read(&self, input: &mut Input, options: &ReadOptions, sink: &mut Sink<'_>) -> Result<()> {
        let bytes = input.bytes(&options.limits, false)?;
        let length = bytes.len() as u64;
        let refused = |refused| match refused {
            Refused::Filter(name) => {
                Error::new(Kind::Format, format!("a stream is packed with {name}, which is not read")).at_byte(0)
            }
            Refused::TooLarge => {
                Error::new(Kind::Limit, format!("its streams unpack to more than {} MB", options.limits.document >> 20))
                    .at_byte(0)
            }
        };
        let mut objects = Objects::find(&bytes, options.limits.document / 2).map_err(refused)?;
        if objects.is_encrypted {
            return Err(Error::new(Kind::Format, "the PDF is encrypted; save a copy without a password").at_byte(0));
        }
        let pages = pages(&objects);
        if pages.is_empty() {
            return Err(Error::new(Kind::Format, "a PDF without a page: it may be cut off").at_byte(length));
        }
        let mut fonts = BTreeMap::new();
        let mut all: Vec<Vec<Line>> = Vec::new();
        for (page, resources) in &pages {
            all.push(match page::lines(&mut objects, &mut fonts, page, resources) {
                Err(Refused::Filter(_)) => Vec::new(),
                lines => lines.map_err(refused)?,
            });
        }
        let unread = all.iter().filter(|lines| lines.is_empty()).count();
        if unread == all.len() {
            return Err(Error::new(Kind::Empty, "no page has a text layer; run text recognition (OCR) on it first")
                .at_byte(length));
        }
        if unread > 0 {
            sink(Item::note(format!("{unread} of {} pages have no text layer", all.len())))?;
        }
        drop_heads(&mut all);
        all.iter_mut().for_each(drop_numbers);
        let text = joined(&all);
        if text.len() > options.limits.document {
            return Err(refused(Refused::TooLarge));
        }
        txt::transcript(input, text, &turns::Hints::default(), options, sink)
    }
}

/// The pages in order, each with its resources.
fn pages(objects: &Objects<'_>) -> Vec<(Dictionary, Dictionary)> {
    let of_type = |wanted: &'static str| {
        objects.numbers().into_iter().filter_map(move |n| match objects.get(n) {
            Object::Dictionary(d) if d.get("Type").and_then(Object::name) == Some(wanted) => Some(d),
            _ => None,
        })
    };
    let mut out = Vec::new();
    if let Some(Object::Reference(root)) = of_type("Catalog").filter_map(|c| c.get("Pages").cloned()).next_back() {
        let mut seen = BTreeSet::new();
        walk(objects, root, &Dictionary::new(), 0, &mut seen, &mut out);
    }
    if out.is_empty() {
        // The tree is lost: pages by number.
        out = of_type("Page")
            .take(MOST_PAGES)
            .map(|page| (objects.inner(&page, "Resources"), page))
            .map(|(r, p)| (p, r))
            .collect();
    }
    out
}

fn walk(
    objects: &Objects<'_>,
    number: u32,
    inherited: &Dictionary,
    depth: usize,
    seen: &mut BTreeSet<u32>,
    out: &mut Vec<(Dictionary, Dictionary)>,
) {
    if depth > DEEPEST || out.len() >= MOST_PAGES || !seen.insert(number) {
        return;
    }
    let Object::Dictionary(node) = objects.get(number) else { return };
    let own = objects.inner(&node, "Resources");
    let resources = if own.is_empty() { inherited.clone() } else { own };
    match objects.entry(&node, "Kids") {
        Object::Array(kids) => {
            for kid in kids {
                if let Object::Reference(kid) = kid {
                    walk(objects, kid, &resources, depth + 1, seen, out);
                }
            }
        }
        _ => out.push((node, resources)),
    }
}

/// Drops the first and last lines of pages that are the same on most pages, numbers aside.
fn drop_heads(pages: &mut [Vec<Line>]) {
    if pages.len() < 3 {
        return;
    }
    for is_first in [true, false] {
        for _ in 0..3 {
            let at = |lines: &Vec<Line>| if is_first { lines.first().cloned() } else { lines.last().cloned() };
            let key = |line: &Line| line.text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for line in pages.iter().filter_map(at) {
                *counts.entry(key(&line)).or_default() += 1;
            }
            let Some((head, n)) = counts.into_iter().max_by_key(|(_, n)| *n) else { return };
            if n * 2 < pages.len() || n < 3 {
                break;
            }
            for lines in pages.iter_mut() {
                if at(lines).is_some_and(|line| key(&line) == head) {
                    lines.remove(if is_first { 0 } else { lines.len() - 1 });
                }
            }
        }
    }
}

/// Drops the numbers of a page's lines, as hearings and depositions have them in the margin: most lines have one, and
/// each goes on from the one before. What is left stands where it stood, so that indents show.
fn drop_numbers(lines: &mut Vec<Line>) {
    let numbers: Vec<Option<Number>> = lines.iter().map(Line::number).collect();
    let values: Vec<u32> = numbers.iter().flatten().map(|n| n.value).collect();
    let on = values.windows(2).filter(|w| w[1] == w[0] + 1).count();
    let said = lines.iter().zip(&numbers).filter(|(line, n)| n.as_ref().is_none_or(|n| n.words < line.text.len()));
    if values.len() < 8 || on * 10 < values.len() * 8 || values.len() * 10 < said.count() * 6 {
        return;
    }
    let mut numbers = numbers.into_iter();
    lines.retain_mut(|line| {
        let Some(number) = numbers.next().flatten() else { return true };
        line.text.drain(..number.words);
        line.x = number.x;
        !line.text.is_empty()
    });
}

/// All pages as one text: indents as spaces, a blank line where a gap is left.
fn joined(pages: &[Vec<Line>]) -> String {
    let mut text = String::new();
    for lines in pages {
        let left = lines.iter().map(|l| l.x).fold(f64::INFINITY, f64::min);
        let mut gaps: Vec<f64> = lines.windows(2).map(|w| w[0].y - w[1].y).filter(|g| *g > 0.0).collect();
        gaps.sort_by(f64::total_cmp);
        let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(0.0);
        for (i, line) in lines.iter().enumerate() {
            if i > 0 && lines[i - 1].y - line.y > usual * 1.3 + 1.0 {
                text.push('\n');
            }
            let indent = ((line.x - left) / (line.size * 0.5)).clamp(0.0, 60.0) as usize;
            text.extend(std::iter::repeat_n(' ', indent));
            text.push_str(line.text.trim());
            text.push('\n');
        }
    }
    text
}
