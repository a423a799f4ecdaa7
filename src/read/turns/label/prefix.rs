//! What may stand before a name: marks of quotes, lists, headings and emphasis, times, numbers of questions.

use super::super::time::stamp;
use super::super::words::{self, NameKind};
use super::LONGEST;
use super::colon::colon;

/// Steps over what may stand before a name: quote marks, list marks, heading marks, times and
/// emphasis. Returns the time and whether there was emphasis.
pub(super) fn prefix(line: &str, at: &mut usize) -> (Option<u64>, bool) {
    let (mut time, mut bold) = (None, false);
    loop {
        let rest = &line[*at..];
        let skip = match rest.as_bytes().first() {
            Some(b'*' | b'_') => {
                bold = true;
                1
            }
            Some(b'>' | b'#' | b' ' | b'\t') => 1,
            Some(b'-') if rest[1..].starts_with([' ', '-']) => 1,
            Some(b'[' | b'(' | b'0'..=b'9') => match stamp(rest) {
                Some((t, length)) => {
                    time = time.or(Some(t));
                    length
                }
                None => bracketed_name(rest).max(listed_question(rest)),
            },
            Some(b'Q') => numbered_question(rest),
            Some(b'|' | b',') if time.is_some() => 1,
            Some(0xE2 | 0xC2) => rest.chars().next().filter(|c| "•–—·\u{A0}".contains(*c)).map_or(0, char::len_utf8),
            _ => 0,
        };
        if skip == 0 {
            return (time, bold);
        }
        *at += skip;
    }
}

/// `[Name]` before a time or a colon, as in chat logs: steps over the bracket only.
fn bracketed_name(rest: &str) -> usize {
    let Some(close) = rest.starts_with('[').then(|| rest.find(']')).flatten() else { return 0 };
    // `[3.] Q. Mr. President`: a numbered question.
    if rest[1..close].trim_end_matches('.').bytes().all(|b| b.is_ascii_digit()) && (2..6).contains(&close) {
        return close + 1;
    }
    let after = rest[close + 1..].trim_start_matches([' ', ':']);
    let is_chat =
        stamp(after).is_some() || (after.len() < rest[close + 1..].len() && rest[close + 1..].starts_with(':'));
    usize::from(is_chat && words::name(&rest[1..close]).is_some())
}

/// `Q12 ` before a name, as committees number their questions.
fn numbered_question(rest: &str) -> usize {
    let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
    let after = &rest[1 + digits..];
    if digits == 0 || digits > 4 {
        return 0;
    }
    let gap = after.len() - after.trim_start_matches(['.', ' ', '\t', '*', '\u{A0}']).len();
    let name = &after[gap..];
    let is_named =
        gap > 0 && name.find(':').is_some_and(|c| c < LONGEST && words::name(name[..c].trim_matches('*')).is_some());
    if is_named { 1 + digits + gap } else { 0 }
}

/// `1. ` before a member's name and seat or a part, as parliaments list their questions and minutes number what is
/// said.
fn listed_question(rest: &str) -> usize {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 3 || !rest[digits..].starts_with(". ") {
        return 0;
    }
    let member = &rest[digits + 2..];
    let is_member = colon(member).is_some_and(|l| l.marks.remarked || l.kind >= NameKind::Titled);
    if is_member { digits + 2 } else { 0 }
}
