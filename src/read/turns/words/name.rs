//! What kind of name a text is, if it is one: a person's, a part in the talk, or the name of a thing.

use super::super::lines::first_of;
use super::lists::{INSTITUTIONS, LAST_ROLES, MACHINE, MONTHS, SHORT_CLAUSES, SMALL_FIRST, TOPICS};
use super::spelling::{is_capitals, is_joined, is_machine};
use super::{ASKER, CLAUSE, Classes, HEADING, PARTICLE, ROLE, TITLE, bare, is, is_in};

/// How much a name looks like a speaker's, from the name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::read::turns) enum NameKind {
    /// Capitalised words.
    Plain,
    /// Begins with a title: `Mr.`, `Senator`, `Rep.`
    Titled,
    /// A part somebody plays: `MODERATOR`, `Q`, `The Chairman`, `Speaker 3`.
    Role,
}

/// A name has no more words than this; one in capitals, which may say who that is, has more.
const MOST_WORDS: usize = 7;
const MOST_CAPITAL_WORDS: usize = 16;

/// What kind of name `text` is, `None` if it is no name. Remarks in parentheses and a
/// description after a comma do not count.
pub(in crate::read::turns) fn name(text: &str) -> Option<NameKind> {
    let text = match text.find(['(', '[', '（']) {
        Some(0) => return None,
        None => text,
        Some(at) => &text[..at],
    };
    if is_crowd(text) || is_french_office(text) || matches!(text.trim(), "I" | "R" | "P") {
        return Some(NameKind::Role);
    }
    if let Some(name_of) = after_spanish_address(text) {
        return name(name_of).map(|kind| kind.max(NameKind::Titled));
    }
    let text = text.trim_start().strip_prefix("Right ").filter(|t| t.starts_with("Hon")).unwrap_or(text);
    let capitals = is_capitals(text);
    let (head, description) = text.split_once(',').map_or((text, ""), |(h, d)| (h, d));
    let head = head.trim();
    if head.is_empty() || !head.chars().any(char::is_alphabetic) || has_date(text) {
        return None;
    }
    let mut count = 0;
    let (mut first, mut last) = ("", "");
    for word in head.split_whitespace() {
        let c = word.trim_start_matches(['\'', '’', '‘', '.', '-', '"']).chars().next()?;
        if count == 0 {
            first = word;
        }
        let is_first_lower = count == 0 && c.is_lowercase();
        if is_first_lower && !is_in(word, MACHINE) && !is_in(word, SMALL_FIRST) && !is_joined(word) {
            return None;
        }
        if c.is_lowercase()
            && count > 0
            && !is(word, PARTICLE)
            && !is_joined(word)
            && !is(head, ROLE)
            && !is_machine(head)
        {
            return None;
        }
        if c.is_ascii_digit() && count == 0 && word.len() < 3 {
            return None;
        }
        count += 1;
        last = word;
    }
    // "The Minister of State for Trade": an office.
    let is_office = is_in(first, &["the"]) && head.split_whitespace().skip(1).any(|w| is(w, TITLE));
    let limit = if capitals || is_office { MOST_CAPITAL_WORDS } else { MOST_WORDS };
    let tail_words = description.split_whitespace().count();
    let is_caseless = head.chars().all(|c| !c.is_lowercase() && !c.is_uppercase());
    if count > limit || tail_words > limit || (is_caseless && (head.chars().count() > 12 || is_caseless_clause(head))) {
        return None;
    }
    let is_suffix = |d: &str| is_in(d, &["jr", "sr", "ii", "iii", "iv", "esq", "phd", "md"]);
    if !description.is_empty() && !is_suffix(description.trim()) {
        // A description is capitalised throughout, or begins with a small word such as "the".
        let is_title =
            description.split_whitespace().all(|w| !w.starts_with(|c: char| c.is_lowercase()) || is(w, PARTICLE));
        if !is_title {
            return None;
        }
    }
    let kind = if is_role(first, last, count) || is_office {
        NameKind::Role
    } else if is(first, TITLE) && count > 1 {
        NameKind::Titled
    } else {
        NameKind::Plain
    };
    let is_tempore = is_in(last, &["tempore", "tem"]);
    if (last.starts_with(|c: char| c.is_lowercase()) && is(last, PARTICLE) && !is_tempore)
        || is(first, HEADING) && kind != NameKind::Titled
    {
        return None;
    }
    // `Ms. Still` has a title; `Still` may begin a sentence.
    if kind != NameKind::Titled && has_clause_word(head) {
        return None;
    }
    if is_in(first, &["And", "In", "On", "At", "To", "For", "Of"]) && count > 1 {
        return None;
    }
    Some(kind)
}

/// `March 12`, `12 March 2024`: a day before a time, not `Speaker 12`.
fn has_date(text: &str) -> bool {
    let is_number = |w: &str| w.starts_with(|c: char| c.is_ascii_digit());
    let pairs = || text.split_whitespace().zip(text.split_whitespace().skip(1));
    text.bytes().any(|b| b.is_ascii_digit())
        && pairs().any(|(a, b)| is_number(a) && is_in(b, MONTHS) || is_number(b) && is_in(a, MONTHS))
}

/// Whether a clause word shows that `text` is no name.
fn has_clause_word(text: &str) -> bool {
    let text = without_short_surname(text);
    text.split([' ', '\t', '/']).any(|w| {
        let word = w.split(['\'', '’']).next().unwrap_or(w);
        let contracted = word.len() < w.len()
            && !matches!(word, "O" | "D" | "d" | "L" | "N" | "o")
            && !w.ends_with("'s")
            && !w.ends_with("’s");
        let initial =
            w.len() <= 2 && w.starts_with(|c: char| c.is_uppercase()) && w != "I" && !SHORT_CLAUSES.contains(&w);
        (contracted || !initial) && is(word, CLAUSE)
    })
}

/// `He Lifeng`, `SO Young-jin`: a name without a surname that would be a clause word. It stands first, and but for
/// `He` it is told by its capitals; no word of any class follows.
fn without_short_surname(text: &str) -> &str {
    let Some((first, given)) = text.split_once(' ') else { return text };
    let is_surname = first.eq_ignore_ascii_case("he")
        || is_in(first, &["so", "no", "we"])
            && first.bytes().all(|b| b.is_ascii_uppercase())
            && given.contains(char::is_lowercase);
    let is_given = given.split(' ').count() < 3
        && given.split(' ').all(|w| w.starts_with(char::is_uppercase) && w.len() > 2 && !is(w, Classes::MAX));
    if is_surname && is_given { given } else { text }
}

/// `Hon. Members`, `Some hon. members`, `An hon. Member`: whoever calls out in a parliament.
fn is_crowd(text: &str) -> bool {
    let mut words = text.split_whitespace().skip_while(|w| is_in(w, &["some", "several", "an", "a", "other"]));
    words.next().is_some_and(|w| is_in(w, &["hon", "honourable", "noble", "opposition", "government"]))
        && words.next().is_some_and(|w| is_in(w, &["member", "members", "lords"]))
        && words.next().is_none()
}

/// `Mme la présidente`, `M. le ministre de la mer`, `M. le Rapporteur`: an office in a French parliament.
pub(in crate::read::turns) fn is_french_office(text: &str) -> bool {
    let mut all = text.split_whitespace();
    let (Some(address), Some(article), Some(office)) = (all.next(), all.next(), all.next()) else { return false };
    let offices =
        ["président", "vice-président", "ministre", "premier", "première", "secrétaire", "rapporteu", "garde"];
    let office = office.to_lowercase();
    is_in(address, &["m", "mme", "madame", "monsieur"])
        && is_in(article, &["le", "la"])
        && offices.iter().any(|o| office.starts_with(o))
        && all.clone().count() < 12
        && all.all(|w| w.chars().all(|c| c.is_alphabetic() || "'’,-".contains(c)))
}

/// What follows `El señor`, `La señora` in a Spanish parliament: a name or an office in capitals.
pub(in crate::read::turns) fn after_spanish_address(text: &str) -> Option<&str> {
    ["El señor ", "La señora ", "EL SEÑOR ", "LA SEÑORA "]
        .iter()
        .find_map(|address| text.trim_start().strip_prefix(address))
}

/// A name without letter case that is a clause or a heading: "first", "note", "he said".
fn is_caseless_clause(text: &str) -> bool {
    text.starts_with(['第', '注', '一', '二', '三', '其'])
        || ["说", "表示", "指出", "认为", "如下", "包括", "例如", "強調", "强调"].iter().any(|w| text.ends_with(w))
}

/// Whether `text`, a label that stands once, is a notice or a topic: `Editor's Note`, `Privacy Policy`, `Supply
/// Chains`. `Ministry of Trade` speaks, and so does whoever has an office behind a comma: `Ana Ruiz, Minister for Trade`.
pub(in crate::read::turns) fn is_heading(text: &str) -> bool {
    let text = text.split(',').next().unwrap_or(text);
    let last = text.split_whitespace().next_back().unwrap_or_default();
    let has_topic = is(last, HEADING) || is_in(last, TOPICS) || bare(last).to_ascii_lowercase().ends_with("tion");
    has_topic && !text.split_whitespace().any(|w| is_in(w, INSTITUTIONS))
}

fn is_role(first: &str, last: &str, count: usize) -> bool {
    if ["记者", "記者", "主持人", "发言人", "發言人"].iter().any(|w| last.ends_with(w)) {
        return true;
    }
    let has_number = bare(last).bytes().all(|b| b.is_ascii_digit()) && !bare(last).is_empty();
    match count {
        1 => is(first, ROLE),
        2 if is_in(first, &["the", "madam", "madame", "mr", "mister", "acting"]) => is(last, ROLE) || is(last, TITLE),
        2 if has_number => is(first, ROLE) || first.chars().all(char::is_alphabetic),
        _ => {
            is_in(last, LAST_ROLES)
                || is_in(first, &["unidentified", "unknown"])
                || (is_in(first, &["the"]) && (is(last, ROLE) || is_in(last, &["tempore", "protestors", "tem"])))
                || (has_number && is(first, ROLE))
        }
    }
}

/// `Ana Ruiz - MIT`, `Dr. Ruiz | Harbor Institute`: a display name without where the person is from. What stands
/// behind a dash must name an institution.
pub(in crate::read) fn without_affiliation(text: &str) -> &str {
    let Some((at, mark)) = first_of(text, &[" | ", " - ", " – ", " — "]) else { return text };
    let (head, from) = (text[..at].trim_end(), &text[at + mark.len()..]);
    let is_person = head.contains(' ')
        && !head.contains(|c: char| c.is_ascii_digit())
        && matches!(name(head), Some(NameKind::Plain | NameKind::Titled));
    let is_capital = |w: &str| w.len() > 1 && w.bytes().all(|b| b.is_ascii_uppercase());
    let is_institution = is_description(from)
        && from.split_whitespace().count() < 8
        && (mark == " | " || from.split_whitespace().any(|w| is_capital(bare(w)) || is_in(w, INSTITUTIONS)));
    if is_person && is_institution { head } else { text }
}

/// Whether `text` can say who somebody is: capitalised throughout, no clause, no sentence.
pub(in crate::read::turns) fn is_description(text: &str) -> bool {
    let is_named =
        |w: &str| w.starts_with(char::is_uppercase) || is(w, PARTICLE) || matches!(w, "&" | "-" | "--" | "–" | "—");
    text.split_whitespace().all(is_named) && !has_clause_word(text)
}

/// Whether `name` is a part that asks.
pub(in crate::read::turns) fn is_asker(name: &str) -> bool {
    name.split_whitespace().any(|w| is(w, ASKER)) && !name.contains("Secretary")
}

/// Whether `text` names a part in the talk, not a person.
pub(in crate::read) fn is_part(text: &str) -> bool {
    name(text) == Some(NameKind::Role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_clauses() {
        for text in [
            "Jon Carver",
            "MR. DALE",
            "Q",
            "The Chairman",
            "Mr. Ode of New Mexico",
            "Ursula van der Berg",
            "Speaker 3",
            "speaker",
            "SENIOR STATE OFFICIAL",
            "记者",
            "Theresa May",
            "O'Dale",
            "J. R. Ode",
            "DALE ORTON, ODE NEWS ANCHOR",
            "HE LIFAN",
            "He Lifan",
            "SO Young-min",
        ] {
            assert!(name(text).is_some(), "{text}");
        }
        for text in [
            "Let me be clear",
            "And if I may",
            "Second",
            "The road from Galen",
            "Note",
            "Three things",
            "Phone",
            "We",
            "Here's the thing",
            "My view",
            "He Said",
            "NO TALKS",
            "March 12, 2024",
            "Tuesday, 12 March",
            "So China",
            "2020",
        ] {
            assert!(name(text).is_none(), "{text}");
        }
    }

    #[test]
    fn headings() {
        for text in [
            "Supply Chains",
            "EXPORT CONTROLS",
            "Editor's Note",
            "Privacy Policy",
            "Migration",
            "Trade, Energy and Aid",
        ] {
            assert!(is_heading(text), "{text}");
        }
        for text in ["Ana Ruiz", "Audience Member", "Ministry of Trade", "ANA RUIZ, MINISTER FOR FOREIGN AFFAIRS"] {
            assert!(!is_heading(text), "{text}");
        }
    }

    #[test]
    fn affiliations() {
        for (text, person) in [
            ("Ana Ruiz - MIT", "Ana Ruiz"),
            ("Dr. Ruiz | RAND", "Dr. Ruiz"),
            ("Ana Ruiz – Harbor Institute for the Sea", "Ana Ruiz"),
            ("Ana Ruiz - Port Security", "Ana Ruiz - Port Security"),
            ("Ana Ruiz - the head of MIT", "Ana Ruiz - the head of MIT"),
            ("Moderator - MIT", "Moderator - MIT"),
            ("Group 3 - MIT", "Group 3 - MIT"),
            ("Jean-Luc Ode", "Jean-Luc Ode"),
        ] {
            assert_eq!(without_affiliation(text), person);
        }
    }

    #[test]
    fn kinds() {
        assert_eq!(name("Mr. Ode"), Some(NameKind::Titled));
        assert_eq!(name("THE WITNESS"), Some(NameKind::Role));
        assert_eq!(name("Speaker 12"), Some(NameKind::Role));
        assert_eq!(name("Ana Ruiz"), Some(NameKind::Plain));
    }
}
