//! A full stop between the name and the words: `Mr. SMITH.`, and `Q.` and `A.`, which do without it, too.

use super::super::words::{self, NameKind, PLAIN_TITLE, ROLE, TITLE, is, is_in};
use super::{Label, Marks, Separator, closing, made, tail, to_speech};

/// `Mr. SMITH of Ohio. `, `The CHAIRMAN [presiding]. `, `Mr. Koo. `, `Mr. X.—`
pub(super) fn stop(rest: &str) -> Option<Label> {
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
                if !(is_dash || after.starts_with([' ', '\t', '\u{A0}', '*'])) || !is_stop_label(&rest[..end]) {
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
                    speech += if is_remark(inside) { length + 1 } else { 0 };
                }
                let speech = to_speech(rest, tail(rest, speech, false).at);
                // `President. – The next item`
                let words = rest[speech..].trim_start_matches(['—', '–']);
                let speech = to_speech(rest, rest.len() - words.len());
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

/// Whether `text`, followed by a full stop, is a label: title and name, a part with its
/// article, or a surname in capitals. `Yes.` and `Thank you.` are none.
fn is_stop_label(text: &str) -> bool {
    if words::is_french_office(text) {
        return true;
    }
    let text = words::after_spanish_address(text).unwrap_or(text).trim();
    let mut all = text.split_whitespace();
    let (Some(first), last) = (all.next(), text.split_whitespace().next_back().unwrap_or_default()) else {
        return false;
    };
    let count = text.split_whitespace().count();
    let is_named = |w: &str| w.starts_with(|c: char| c.is_uppercase() || c == '\'');
    let is_small = |w: &str| {
        is_in(w, &["of", "the", "le", "de", "la", "van", "von", "der", "den", "pro", "tempore", "and", "du", "del"])
    };
    let in_order = text.split_whitespace().all(|w| is_named(w) || is_small(w));
    if count > 8 || !in_order {
        return false;
    }
    // In capitals: at least two capital letters, so that "I." and "A." are none.
    let capitals = words::is_capitals(text) && text.chars().filter(|c| c.is_uppercase()).count() > 2;
    let is_address = is(first, PLAIN_TITLE) && (is(last, ROLE) || is(last, TITLE)) && count == 2;
    if is_address && !words::is_capitals(text) {
        return false;
    }
    let titled = count > 1 && is(first, TITLE) && is_named(last);
    // `Mr. Chairman.` is how one speaks to the chair; the label is `The Chairman.`
    let part = (is_in(first, &["the"]) || count == 1)
        && (is(last, ROLE) || is(last, TITLE) || last.eq_ignore_ascii_case("tempore"))
        && !(count == 1 && text.len() == 1);
    capitals || titled || part
}

/// Whether what stands in a bracket after a name is a remark on the speaker.
fn is_remark(text: &str) -> bool {
    is_in(text, &["presiding", "continuing", "interposing", "interrupting", "resuming", "reading", "in", "via"])
        || text.starts_with("presiding")
}

/// `Q.`, `A.`, `Q   `, `Q`, and in Spanish `P.`, `R.-`: the short forms of a question and its answer.
pub(super) fn question_or_answer(rest: &str) -> Option<Label> {
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

#[cfg(test)]
mod tests {
    use super::super::tests::shown;

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
        assert_eq!(shown("President. – The next item is salt."), "Stop|President|The next item is salt.|");
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
}
