//! The walk over the lines of a text that gathers what looks like a label.

use std::collections::BTreeSet;

use super::super::label::{self, Separator};
use super::super::lines::{Layout, Line};
use super::super::{Hints, time};
use super::{Candidate, Roster};

/// The labels of a text, in order.
pub(in crate::read::turns) fn labels(
    text: &str,
    lines: &[Line],
    first: usize,
    layout: Layout,
    hints: &Hints,
) -> Vec<Candidate> {
    let mut roster = Roster::default();
    let mut bold = hints.bold.iter().peekable();
    let mut broken = 0;
    for (i, line) in lines.iter().enumerate().skip(first).filter(|(_, l)| !l.is_blank()) {
        while bold.next_if(|b| b.end <= line.start).is_some() {}
        let in_bold = bold.peek().filter(|b| b.start <= line.start).map_or(0, |b| b.end.min(line.end) - line.start);
        if broken == i && i > 0 {
            continue;
        }
        let starts = layout.starts(lines, i);
        let content = line.of(text);
        let next = lines.get(i + 1).filter(|next| starts && goes_over(content, next.of(text)));
        let over = next.and_then(|next| {
            // A label that is broken over two lines; the second has none of its own.
            let label = label::parse(&text[line.start as usize..next.end as usize], 0, true)?;
            let is_whole = label.separator == Separator::Colon && label.name.end <= content.len();
            is_whole.then_some(label)
        });
        if over.is_some() {
            broken = i + 1;
        }
        if lines.get(i + 1).is_some_and(|next| are_initials(content, next.of(text))) {
            continue;
        }
        if let Some(mut label) = over.or_else(|| label::parse(content, in_bold as usize, starts)) {
            // A time on the next line, or on the one before, belongs to a name alone on its line.
            if label.separator == Separator::Alone && label.time.is_none() {
                let next = lines[i + 1..].iter().take(2).find(|next| !next.is_blank());
                if let Some((next, time)) = next.and_then(|next| Some((next, time::only_stamp(next.of(text))?))) {
                    label.time = Some(time);
                    label.speech = (next.end - line.start) as usize;
                } else if i > first {
                    // `10:02 AM` stands above a heading in the news of a day.
                    let above = lines[i - 1].of(text);
                    label.time = time::only_stamp(above).filter(|_| !above.ends_with(['m', 'M', '.']));
                }
            }
            roster.add(i, &content[label.name.clone()], label);
        }
    }
    roster.settled(text, lines, layout)
}

/// Whether a label with a remark goes over to the next line: `Ms. Ode (United States of` and
/// `America): We`, `Mr. Li (China)` and `(spoke in Chinese): We`.
fn goes_over(line: &str, next: &str) -> bool {
    let bytes = line.as_bytes();
    let Some(open) = memchr::memchr(b'(', &bytes[..bytes.len().min(120)]) else { return false };
    let is_open = memchr::memchr(b')', &bytes[open..]).is_none();
    let is_short = line.len() < 100
        && memchr::memchr(b':', bytes).is_none()
        && memchr::memchr2(b':', b')', next.as_bytes()).is_some();
    is_short
        && (is_open || (line.ends_with(')') && next.starts_with('(') && next.contains("):")))
        && next.find(':').is_some_and(|c| c < 80)
}

/// Whether `line` is the initials of the name on the next line, as programs show them in place of a picture.
fn are_initials(line: &str, next: &str) -> bool {
    (2..=3).contains(&line.len())
        && line.bytes().all(|b| b.is_ascii_uppercase())
        && next.split_whitespace().filter_map(|word| word.chars().next()).eq(line.chars())
}

/// After the close of a hearing, only those speak who spoke before: answers for the record
/// and other papers have labels of their own.
pub(in crate::read::turns) fn drop_appended(candidates: &mut Vec<Candidate>, close: usize) {
    let before: BTreeSet<u32> = candidates.iter().filter(|c| (c.line as usize) < close).map(|c| c.name).collect();
    candidates.retain(|c| (c.line as usize) < close || before.contains(&c.name));
}
