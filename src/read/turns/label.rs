//! What a line begins with: the one parser for all label conventions.
//!
//! A label is found by its shape alone. Whether a line that has the shape of a label is one
//! is decided by [`super::roster`], which sees the whole document.

use std::ops::Range;

use super::lines::floor;
use super::time::stamp;
use super::words;

/// What stands between a label and the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Separator {
    /// `Name:`
    Colon,
    /// `Mr. SMITH.`
    Stop,
    /// `Q    `: white space only.
    Gap,
    /// `NAME —`
    Dash,
    /// `Ana Ruiz (S&D). –`
    Minute,
    /// The label has a line of its own.
    Alone,
}

/// A line that begins as if it had a label. Positions are bytes of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub separator: Separator,
    /// The name, without markup, time and remarks in parentheses.
    pub name: Range<usize>,
    /// Where the words start: at or behind the line's end if they start on a later one.
    pub speech: usize,
    /// Time on the label, in milliseconds.
    pub time: Option<u64>,
    /// All letters are capitals (a prefix such as `Mr.` aside).
    pub capitals: bool,
    /// What kind of name it is.
    pub kind: NameKind,
    /// What else marks it.
    pub marks: Marks,
}

/// What marks a label besides its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Set off by markup.
    pub bold: bool,
    /// Behind a list mark.
    pub listed: bool,
    /// With a remark in parentheses or behind a dash: a constituency, a country, a party, an institution.
    pub remarked: bool,
}

/// How much a name looks like a speaker's, from the name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NameKind {
    /// Capitalised words.
    Plain,
    /// Begins with a title: `Mr.`, `Senator`, `Rep.`
    Titled,
    /// A part somebody plays: `MODERATOR`, `Q`, `The Chairman`, `Speaker 3`.
    Role,
}

const LONGEST: usize = 240;

/// The label that `line` begins with, if it has the shape of one. `line` is trimmed;
/// `bold` is how much of it is set in bold by other means than `**`. On a line that does not
/// begin a paragraph only a colon or the like of `Q.` makes a label.
pub(super) fn parse(line: &str, bold: usize, starts: bool) -> Option<Label> {
    let first = *line.as_bytes().first()?;
    if first.is_ascii_lowercase() && !words::is_machine(line) && !words::begins_small(line) {
        return None;
    }
    let mut at = 0;
    let (time, marked) = prefix(line, &mut at);
    let rest = &line[at..];
    let is_bold = marked || bold > at;
    if is_prose(rest) {
        return None;
    }
    let mut label = colon(rest)
        .or_else(|| question_or_answer(rest))
        .or_else(|| if starts { stop(rest) } else { None })
        .or_else(|| dash(rest))
        .or_else(|| gap(rest, bold.saturating_sub(at)))
        .or_else(|| alone(rest))?;
    label.name = label.name.start + at..label.name.end + at;
    label.speech += at;
    label.time = label.time.or(time);
    label.marks.bold = is_bold;
    label.marks.listed = line.starts_with('•') || line.starts_with("- ") || line.starts_with("* ");
    Some(label)
}

/// A capitalised word and then one in lower case that no name has: most lines of prose.
fn is_prose(rest: &str) -> bool {
    let bytes = &rest.as_bytes()[..rest.len().min(40)];
    let Some(space) = memchr::memchr(b' ', bytes) else { return false };
    if !bytes.get(space + 1).is_some_and(u8::is_ascii_lowercase) {
        return false;
    }
    let word = &rest[space + 1..];
    let word = &word[..word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len())];
    !words::may_follow(&rest[..space], word)
}

/// Steps over what may stand before a name: quote marks, list marks, heading marks, times and
/// emphasis. Returns the time and whether there was emphasis.
fn prefix(line: &str, at: &mut usize) -> (Option<u64>, bool) {
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

/// `1. ` before a member's name and seat or a part, as parliaments list their questions and minutes number what is said.
fn listed_question(rest: &str) -> usize {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 3 || !rest[digits..].starts_with(". ") {
        return 0;
    }
    let member = &rest[digits + 2..];
    let is_member = colon(member).is_some_and(|l| l.marks.remarked || l.kind >= NameKind::Titled);
    if is_member { digits + 2 } else { 0 }
}

/// What follows the name inside a label: markup, remarks in parentheses, a time.
struct Tail {
    at: usize,
    time: Option<u64>,
}

/// Steps over white space, emphasis, times and parenthesised remarks from `at`.
fn tail(rest: &str, mut at: usize, parentheses: bool) -> Tail {
    let mut time = None;
    loop {
        let ahead = &rest[at..];
        let skip = match ahead.as_bytes().first() {
            Some(b' ' | b'\t' | b'*' | b'_') => 1,
            Some(b'[' | b'(' | b'0'..=b'9') => match stamp(ahead) {
                Some((t, length)) => {
                    time = time.or(Some(t));
                    length
                }
                None if parentheses && !ahead.starts_with(|c: char| c.is_ascii_digit()) => closing(ahead).unwrap_or(0),
                None => 0,
            },
            Some(0xC2) if ahead.starts_with('\u{A0}') => 2,
            Some(0xEF) if parentheses && ahead.starts_with('（') => {
                ahead.find('）').map_or(0, |c| c + '）'.len_utf8())
            }
            _ => 0,
        };
        if skip == 0 {
            return Tail { at, time };
        }
        at += skip;
    }
}

/// Length of a short bracket at the start of `text`, its closing mark included.
fn closing(text: &str) -> Option<usize> {
    let close = if text.starts_with('(') { ')' } else { ']' };
    text.char_indices().take_while(|(i, _)| *i < 120).find(|(_, c)| *c == close).map(|(i, _)| i + 1)
}

fn made(separator: Separator, rest: &str, name: Range<usize>, speech: usize, time: Option<u64>) -> Option<Label> {
    let mut name = trimmed(rest, name);
    // `Q1:` and `A1:` are `Q` and `A`.
    if name.len() > 1
        && rest[name.clone()].starts_with(['Q', 'A'])
        && rest[name.start + 1..name.end].bytes().all(|b| b.is_ascii_digit())
    {
        name.end = name.start + 1;
    }
    name.end = name.start + words::without_affiliation(&rest[name.clone()]).len();
    let kind = words::name(&rest[name.clone()])?;
    let capitals = words::is_capitals(&rest[name.clone()]);
    Some(Label { separator, name, speech, time, capitals, kind, marks: Marks::default() })
}

fn trimmed(rest: &str, range: Range<usize>) -> Range<usize> {
    let text = &rest[range.clone()];
    let is_edge = |c: char| c.is_whitespace() || matches!(c, '*' | '_' | '[' | ']' | ',' | '\u{200B}');
    let front = text.len() - text.trim_start_matches(is_edge).len();
    let back = text.trim_end_matches(is_edge).len();
    range.start + front.min(back)..range.start + back
}

/// Skips white space (and closing emphasis) before the words.
fn to_speech(rest: &str, at: usize) -> usize {
    let ahead = &rest[at..];
    at + ahead.len() - ahead.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{200B}').len()
}

/// `Name:`, `Name (China) (spoke in Chinese):`, `Name (00:12):`, `Name: (00:12)`, `**Name:** `, `记者：`
fn colon(rest: &str) -> Option<Label> {
    // Most lines have none: the first byte of a full-width colon is as rare.
    memchr::memchr2(b':', 0xEF, &rest.as_bytes()[..rest.len().min(LONGEST)])?;
    let mut name_end = None;
    let mut time = None;
    let mut at = 0;
    while at < rest.len().min(LONGEST) {
        let ahead = &rest[at..];
        let c = ahead.chars().next()?;
        match c {
            ':' | '：' => {
                let end = name_end.unwrap_or(at);
                // `12:30`, `https:` and the like are no labels.
                let after = &ahead[c.len_utf8()..];
                if after.starts_with("//") || (after.starts_with(|c: char| c.is_ascii_digit()) && c == ':') {
                    return None;
                }
                let tail = tail(rest, at + c.len_utf8(), false);
                let speech = to_speech(rest, tail.at);
                let has_bracket = rest[end..at].contains(['(', '（']) && time.is_none();
                let label = made(Separator::Colon, rest, 0..end, speech, time.or(tail.time))?;
                let remarked = has_bracket || rest[label.name.end..end].contains(char::is_alphabetic);
                return Some(Label { marks: Marks { remarked, ..label.marks }, ..label });
            }
            '(' | '[' | '（' => {
                name_end.get_or_insert(at);
                let found = tail(rest, at, true);
                // A colon somewhere behind a time is in the words: `Ana Ruiz [00:12] We say: no.`
                if found.at == at || found.time.is_some() && !rest[found.at..].starts_with([':', '：']) {
                    return None;
                }
                time = time.or(found.time);
                at = found.at;
                continue;
            }
            '0'..='9' if at > 0 && name_end.is_none() && rest[..at].ends_with([' ', '\t']) => {
                // `Speaker 1: 00:10` has a number before its colon and a time behind it.
                let number = ahead.trim_start_matches(|c: char| c.is_ascii_digit());
                if let Some((t, length)) = stamp(ahead).filter(|_| !number.starts_with(": ")) {
                    name_end = Some(at);
                    time = Some(t);
                    at += length;
                    continue;
                }
            }
            // A programme's title in an anchor's description.
            '"' | '“' | '”' if rest[..at].contains(',') && words::is_capitals(&rest[..at]) => {}
            '?' | '!' | ';' | '"' | '“' | '”' | '…' | '=' | '{' | '}' | '@' | '<' | '>' | '/' | '。' | '，' => {
                return None;
            }
            '.' if name_end.is_none() && !words::stop_in_name(rest, at) && !is_first_initial(rest, at) => return None,
            _ => {}
        }
        at += c.len_utf8();
    }
    None
}

/// `J. EDGAR ODE:`, `J.-P. Ode:`, but not `Q. Who: he?`
fn is_first_initial(rest: &str, at: usize) -> bool {
    let next = rest[at + 1..].trim_start_matches([' ', '-']);
    at == 1
        && next.len() < rest.len() - 2
        && rest.starts_with(|c: char| c.is_ascii_uppercase() && !matches!(c, 'Q' | 'A'))
        && next.starts_with(char::is_uppercase)
}

/// `Q.`, `A.`, `Q   `, `Q`, and in Spanish `P.`, `R.-`: the short forms of a question and its answer.
fn question_or_answer(rest: &str) -> Option<Label> {
    let first = *rest.as_bytes().first()?;
    if !matches!(first, b'Q' | b'A' | b'P' | b'R') || matches!(first, b'P' | b'R') && !rest[1..].starts_with('.') {
        return None;
    }
    let after = &rest[1..];
    let after_mark = after.trim_start_matches(['*', '_']);
    let mark = after.len() - after_mark.len();
    let (separator, length) = match after_mark.as_bytes().first() {
        None => (Separator::Alone, 0),
        Some(b'.') if !after_mark[1..].starts_with(|c: char| c.is_alphanumeric() || c == '&') => (Separator::Stop, 1),
        Some(b' ' | b'\t') => (Separator::Gap, 0),
        Some(0xC2) if after_mark.starts_with('\u{A0}') => (Separator::Gap, 0),
        _ => return None,
    };
    // One space after `A` is the article; after `Q` it is a label if a sentence follows.
    let dashed = &after_mark[length..];
    let dashed = if length > 0 { dashed.trim_start_matches(['-', '–', '—']) } else { dashed };
    let words = dashed.trim_start_matches([' ', '\t', '*', '_', '\u{A0}']);
    let gap = after_mark.len() - length - words.len();
    let is_tight = separator == Separator::Gap && gap < 2 && mark == 0;
    if is_tight && (first == b'A' || !words.starts_with(|c: char| c.is_uppercase() || "“\"(['’—…".contains(c)))
    {
        return None;
    }
    let speech = rest.len() - words.len();
    Some(Label {
        separator,
        name: 0..1,
        speech,
        time: None,
        capitals: true,
        kind: NameKind::Role,
        marks: Marks::default(),
    })
}

/// `Mr. SMITH of Ohio. `, `The CHAIRMAN [presiding]. `, `Mr. Koo. `, `Mr. X.—`
fn stop(rest: &str) -> Option<Label> {
    let bytes = rest.as_bytes();
    memchr::memchr(b'.', &bytes[..rest.len().min(120)])?;
    let mut at = 0;
    let mut name_end = None;
    while at < rest.len().min(120) {
        match bytes[at] {
            b'.' if words::stop_in_name(rest, at) => at += 1,
            b'.' => {
                let after = &rest[at + 1..];
                let end = name_end.unwrap_or(at);
                let is_dash = after.starts_with(['—', '–', '-']);
                let is_bracket = after.starts_with(" [") || after.starts_with(" (");
                if !(is_dash || after.starts_with([' ', '\t', '\u{A0}', '*'])) || !words::is_stop_label(&rest[..end]) {
                    return None;
                }
                let mut speech = at + 1;
                if is_dash {
                    speech += after.len() - after.trim_start_matches(['—', '–', '-']).len();
                }
                // `Mr. WATT. [presiding]` but not a whole stage direction.
                if is_bracket
                    && let Some(length) = closing(&after[1..]).filter(|l| *l < 24 && after.as_bytes()[1..*l].is_ascii())
                {
                    let inside = &after[2..length];
                    speech += if words::is_remark(inside) { length + 1 } else { 0 };
                }
                let speech = to_speech(rest, tail(rest, speech, false).at);
                return made(Separator::Stop, rest, 0..end, speech, None).filter(|_| speech < rest.len());
            }
            b'(' | b'[' => {
                name_end.get_or_insert(at);
                at += closing(&rest[at..])?;
            }
            b',' | b':' | b'?' | b'!' | b';' | b'"' => return None,
            b if b < 0x80 => at += 1,
            _ => {
                let c = rest[at..].chars().next()?;
                if matches!(c, '“' | '”' | '—' | '–' | '…') {
                    return None;
                }
                at += c.len_utf8();
            }
        }
    }
    None
}

/// `NAME — words`, `NAME -- words`: capitals, titles or bold names only (see the roster).
fn dash(rest: &str) -> Option<Label> {
    memchr::memchr2(b'-', 0xE2, &rest.as_bytes()[..rest.len().min(200)])?;
    if let Some(label) = minuted(rest) {
        return Some(label);
    }
    let head = &rest[..floor(rest, 60)];
    let (at, length) =
        [" — ", " – ", " -- ", " - "].iter().filter_map(|d| head.find(d).map(|at| (at, d.len()))).min()?;
    let speech = to_speech(rest, at + length);
    let label = made(Separator::Dash, rest, 0..at, speech, None)?;
    // `Ana Ruiz - MIT   0:03`: the time ends a line that is all label.
    let is_alone = alone(rest).is_some_and(|l| l.time.is_some());
    (speech < rest.len() && !rest[..at].ends_with('.') && !is_alone).then_some(label)
}

/// `Ana Ruiz (S&D). – Madam President`, `Ana Ruiz, on behalf of the Group. – `: the European
/// Parliament's minutes. Any description goes.
fn minuted(rest: &str) -> Option<Label> {
    let head = &rest[..floor(rest, 200)];
    let (at, length) =
        [". – ", ". — ", ".\u{A0}– ", ".\u{A0}— "].iter().filter_map(|d| head.find(d).map(|at| (at, d.len()))).min()?;
    let name = head[..at].find([',', '(']).unwrap_or(at);
    let is_sentence =
        head[..name].ends_with(' ') && !head[name..].starts_with('(') || head[..at].contains(['?', '!', ':', ';']);
    let speech = to_speech(rest, at + length);
    made(Separator::Minute, rest, 0..name, speech, None).filter(|_| !is_sentence && speech < rest.len())
}

/// A bold name without a separator, or a name and a tab.
fn gap(rest: &str, bold: usize) -> Option<Label> {
    let head = &rest[..floor(rest, 80)];
    if bold == 0 {
        memchr::memchr3(b'\t', b'*', b'_', head.as_bytes())?;
    }
    let end = match head.find('\t') {
        Some(tab) => tab,
        None if bold > 0 && bold < rest.len() && rest.is_char_boundary(bold) => bold,
        None => {
            let end = head.find("** ").or_else(|| head.find("__ "))?;
            (!head[..end].contains('*')).then_some(end)?
        }
    };
    let found = tail(rest, end, true);
    let speech = to_speech(rest, found.at);
    if rest[..end].trim_end().ends_with(['.', '?', '!', ',']) {
        return None;
    }
    made(Separator::Gap, rest, 0..end, speech, found.time).filter(|_| speech < rest.len())
}

/// A name on a line of its own, perhaps with a time: `Jane Doe   0:03`, `## Jane Doe`.
fn alone(rest: &str) -> Option<Label> {
    if rest.len() > 100 {
        return None;
    }
    let mut end = rest.len();
    let mut time = None;
    // A time or remark at the end of the line.
    for (i, c) in rest.char_indices() {
        let is_start = matches!(c, '(' | '[')
            || (c.is_ascii_digit() && i > 0 && rest[..i].ends_with([' ', '\t', '\u{A0}', '|', '*', '_']));
        if is_start {
            let found = tail(rest, i, true);
            if found.at == rest.len() && i > 0 {
                end = i;
                time = found.time;
                break;
            }
        }
        if matches!(c, '?' | '!' | ';' | '"' | '“' | ':' | '/' | '@' | '=' | '<' | '。' | '，') {
            return None;
        }
    }
    let name = rest[..end].trim_end_matches([' ', '\t', '*', '_', '|', '-', '#', '\u{A0}', '·', '•']);
    if name.ends_with('.') && !words::stop_in_name(name, name.len() - 1) {
        return None;
    }
    // `Ana Ruiz (Galen South) (Ind)`: a member's seat, not a year.
    let remark = &rest[end..];
    let remarked = time.is_none() && remark.contains('(') && !remark.bytes().any(|b| b.is_ascii_digit());
    made(Separator::Alone, rest, 0..name.len(), rest.len(), time)
        .map(|l| Label { marks: Marks { remarked, ..l.marks }, ..l })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `separator|name|speech|seconds`
    fn shown(line: &str) -> String {
        match parse(line, 0, true) {
            None => "none".to_owned(),
            Some(l) => {
                let time = l.time.map_or(String::new(), |t| (t / 1000).to_string());
                format!("{:?}|{}|{}|{time}", l.separator, &line[l.name.clone()], &line[l.speech..])
            }
        }
    }

    #[test]
    fn colons() {
        assert_eq!(shown("Jon Carver: We agree."), "Colon|Jon Carver|We agree.|");
        assert_eq!(shown("MR. DALE:  Thanks."), "Colon|MR. DALE|Thanks.|");
        assert_eq!(shown("**Ana Ruiz:** Hello"), "Colon|Ana Ruiz|Hello|");
        assert_eq!(shown("**Ana Ruiz**: Hello"), "Colon|Ana Ruiz|Hello|");
        assert_eq!(shown("[00:12:03] Speaker 1: Hello"), "Colon|Speaker 1|Hello|723");
        assert_eq!(shown("**Ana Ruiz** [00:12] We say: no."), "Gap|Ana Ruiz|We say: no.|12");
        assert_eq!(shown("Ana Ruiz (00:12): Hello"), "Colon|Ana Ruiz|Hello|12");
        assert_eq!(shown("Rep. Dale: (01:02:03)"), "Colon|Rep. Dale||3723");
        assert_eq!(shown("Mr. Li Wen (China) (spoke in Chinese): We hope"), "Colon|Mr. Li Wen|We hope|");
        assert_eq!(shown("记者：请问您怎么看？"), "Colon|记者|请问您怎么看？|");
        assert_eq!(shown("Q12 Chair: Do we?"), "Colon|Chair|Do we?|");
        assert_eq!(shown("DALE ORTON, ANCHOR: Good evening."), "Colon|DALE ORTON, ANCHOR|Good evening.|");
        assert_eq!(shown("Speaker 1: 00:10"), "Colon|Speaker 1||10");
        assert_eq!(shown("J. DALE ORTON: Good evening."), "Colon|J. DALE ORTON|Good evening.|");
        assert_eq!(shown("Ana Ruiz - MIT: Yes."), "Colon|Ana Ruiz|Yes.|");
        assert_eq!(shown("J.-P. Orton: Yes."), "Colon|J.-P. Orton|Yes.|");
        assert_eq!(shown("von Orten: Yes."), "Colon|von Orten|Yes.|");
        assert_eq!(shown("3. The President: I thank you."), "Colon|The President|I thank you.|");
    }

    #[test]
    fn sentences_with_a_colon_are_none() {
        for line in [
            "Let me be clear: we will not.",
            "And if I may: one point.",
            "https://example.org/a",
            "10:30 is when we start.",
            "Is it so? Yes: it is.",
            "so: no",
            "de facto: no",
        ] {
            assert_eq!(shown(line), "none", "{line}");
        }
    }

    #[test]
    fn full_stops() {
        assert_eq!(shown("Mr. Ode. Thank you."), "Stop|Mr. Ode|Thank you.|");
        assert_eq!(
            shown("The CHAIRMAN. The committee will come to order."),
            "Stop|The CHAIRMAN|The committee will come to order.|"
        );
        assert_eq!(shown("Mr. DALE of New Mexico. I yield."), "Stop|Mr. DALE of New Mexico|I yield.|");
        assert_eq!(
            shown("The PRESIDING OFFICER (Mr. ODE). The Senator is heard."),
            "Stop|The PRESIDING OFFICER|The Senator is heard.|"
        );
        assert_eq!(shown("Q. Did you see it?"), "Stop|Q|Did you see it?|");
        assert_eq!(shown("Q    And then?"), "Gap|Q|And then?|");
        assert_eq!(shown("P.- ¿Y si no?"), "Stop|P|¿Y si no?|");
        assert_eq!(shown("M. le ministre de la mer. C'est fait."), "Stop|M. le ministre de la mer|C'est fait.|");
        assert_eq!(shown("M. Jean Varin. Merci."), "Stop|M. Jean Varin|Merci.|");
        assert_eq!(shown("La señora RUIZ.- Gracias."), "Stop|La señora RUIZ|Gracias.|");
        assert_eq!(shown("Abg. Ode (Partei): Nein."), "Colon|Abg. Ode|Nein.|");
        for line in [
            "Mr. Ode, you spoke of it.",
            "The Chairman of the Joint Staff said so.",
            "Mr. Scott from Ohio.",
            "Yes. I do.",
        ] {
            assert_eq!(shown(line), "none", "{line}");
        }
    }

    #[test]
    fn names_alone() {
        assert_eq!(shown("Ana Ruiz   0:03"), "Alone|Ana Ruiz||3");
        assert_eq!(shown("Ana Ruiz - MIT   0:03"), "Alone|Ana Ruiz||3");
        assert_eq!(shown("Dr. Ruiz | RAND  0:03"), "Alone|Dr. Ruiz||3");
        assert_eq!(shown("Ana Ruiz"), "Alone|Ana Ruiz||");
        assert_eq!(shown("### Ana Ruiz"), "Alone|Ana Ruiz||");
        assert_eq!(shown("We agreed on it"), "none");
    }

    #[test]
    fn a_label_over_two_lines() {
        let name = "Colon|Ms. Okafor-Greenwood|We thank|";
        assert_eq!(shown("Ms. Okafor-Greenwood (United Republic of\nNorthern Isles): We thank"), name);
    }
}
