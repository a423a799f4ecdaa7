//! A colon between the name and the words: `Name:`, `Name (China):`, `**Name:**`, `记者：`

use super::super::time::stamp;
use super::super::words;
use super::{LONGEST, Label, Marks, Separator, made, tail, to_speech};

/// `Name:`, `Name (China) (spoke in Chinese):`, `Name (00:12):`, `Name: (00:12)`, `**Name:** `, `记者：`
pub(super) fn colon(rest: &str) -> Option<Label> {
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

#[cfg(test)]
mod tests {
    use super::super::tests::shown;

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
    fn a_label_over_two_lines() {
        let name = "Colon|Ms. Okafor-Greenwood|We thank|";
        assert_eq!(shown("Ms. Okafor-Greenwood (United Republic of\nNorthern Isles): We thank"), name);
    }
}
