//! Nothing between the name and the words but how it is set: in bold, before a tab or a time, on a line of its own.

use super::super::lines::floor;
use super::super::time::stamp;
use super::super::words;
use super::{Label, Marks, Separator, made, tail, to_speech};

/// A bold name without a separator, or a name and a tab or a time in brackets.
pub(super) fn gap(rest: &str, bold: usize) -> Option<Label> {
    let head = &rest[..floor(rest, 80)];
    let stamped = memchr::memchr2(b'[', b'(', head.as_bytes()).filter(|at| *at > 0 && stamp(&rest[*at..]).is_some());
    if bold == 0 && stamped.is_none() {
        memchr::memchr3(b'\t', b'*', b'_', head.as_bytes())?;
    }
    let end = match head.find('\t').or(stamped) {
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
pub(super) fn alone(rest: &str) -> Option<Label> {
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
    use super::super::tests::shown;

    #[test]
    fn names_before_a_time() {
        assert_eq!(shown("ANA RUIZ [00:00:03] We say: no."), "Gap|ANA RUIZ|We say: no.|3");
        assert_eq!(shown("Speaker 1 (00:03) No."), "Gap|Speaker 1|No.|3");
        assert_eq!(shown("ANA RUIZ [the chair] We say no."), "none");
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
}
