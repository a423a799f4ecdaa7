//! How a name is written: in capitals, with full stops, with small words.

use super::lists::{MACHINE, SMALL_FIRST};
use super::{ABBREVIATION, PARTICLE, ROLE, TITLE, is, is_in};

/// Whether the name's letters are capitals: `MR. DALE`, `Mr. McDALE`, `SEN. ODE`.
pub(in crate::read::turns) fn is_capitals(text: &str) -> bool {
    let (mut upper, mut lower) = (0usize, 0usize);
    for (i, word) in text.split_whitespace().enumerate() {
        if i == 0 && (is(word, TITLE) || is_in(word, &["the"])) {
            continue;
        }
        // `Mr. DALE of Ohio`: the state is set as usual.
        if word == "of" && upper > 0 {
            break;
        }
        if is(word, PARTICLE) && upper > 0 {
            continue;
        }
        upper += word.chars().filter(|c| c.is_uppercase()).count();
        lower += word.chars().filter(|c| c.is_lowercase()).count();
    }
    upper > 0 && lower * 3 <= upper
}

/// Whether a word of the name is set in capitals, as a surname may be: `YOON Min-ji`, `Ana RUIZ`.
pub(in crate::read::turns) fn has_capital_word(text: &str) -> bool {
    text.split_whitespace().any(|w| w.len() > 1 && w.chars().all(char::is_uppercase))
}

/// Whether the full stop at `at` belongs to a name: after an abbreviated title or an initial.
pub(in crate::read::turns) fn stop_in_name(text: &str, at: usize) -> bool {
    let from = text[..at].rfind([' ', '\t', '(', '*', '.', '-']).map_or(0, |p| p + 1);
    let word = &text[from..at];
    let next = text[at + 1..].chars().next();
    match word.chars().count() {
        0 => false,
        // `M. Varin`, `M. le ministre`.
        1 if word == "M" && text[at + 1..].starts_with(' ') => {
            let next = text[at + 2..].trim_start();
            next.starts_with(char::is_uppercase) || next.starts_with("le ") || next.starts_with("la ")
        }
        // `J. Edgar`, `U.S.`; but `Q. And` and `A. Yes` are labels.
        1 => word.chars().all(char::is_uppercase) && from > 0 || (next.is_some_and(char::is_alphabetic)),
        _ => is(word, ABBREVIATION),
    }
}

/// Whether `next`, in lower case, can be the second word of a label that begins with `first`.
pub(in crate::read::turns) fn may_follow(first: &str, next: &str) -> bool {
    is(next, PARTICLE | ROLE)
        || is(first, ROLE)
        || next.len() < 3 && next != "is"
        || is_in(next, &["hon", "al", "pro", "opposition", "government"])
        || is_in(first, &["hon", "the", "madame", "monsieur", "mme", "m"])
}

/// `von Ode`, `van der Ode`: a surname that begins with a small word, where prose would go on in small ones.
pub(in crate::read::turns) fn begins_small(text: &str) -> bool {
    let mut all = text.split(' ');
    let Some(first) = all.next() else { return false };
    is_joined(first)
        || is_in(first, SMALL_FIRST)
            && all.find(|w| !is(w, PARTICLE)).is_some_and(|w| w.starts_with(char::is_uppercase))
}

/// `al-Sayed`, `d'Arc`, `pro-tempore`: lower case, then a capital or a hyphen.
pub(super) fn is_joined(word: &str) -> bool {
    word.split(['-', '\'', '’']).nth(1).is_some_and(|w| w.starts_with(|c: char| c.is_uppercase()))
        || word.eq_ignore_ascii_case("pro-tempore")
}

/// `speaker 1`, `Speaker`, `unidentified`: whether `text` begins with a part that machines write.
pub(in crate::read::turns) fn is_machine(text: &str) -> bool {
    MACHINE.iter().any(|w| text.get(..w.len()).is_some_and(|t| t.eq_ignore_ascii_case(w)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals() {
        for text in ["MR. DALE", "Mr. McDALE", "SEN. ODE", "The CHAIRMAN", "Mr. DALE of Ohio"] {
            assert!(is_capitals(text), "{text}");
        }
        assert!(!is_capitals("Mr. Dale") && !is_capitals("Ana RUIZ") && has_capital_word("Ana RUIZ"));
    }

    #[test]
    fn full_stops_in_names() {
        let is_name = |text: &str| stop_in_name(text, text.find('.').unwrap());
        assert!(is_name("Mr. Dale") && is_name("Ana R. Dale") && is_name("M. le ministre"));
        assert!(!is_name("Q. And then?") && !is_name("Dale. Yes."));
    }

    #[test]
    fn small_words() {
        assert!(begins_small("von Ode") && begins_small("van der Ode") && begins_small("al-Sayed"));
        assert!(!begins_small("de facto") && !begins_small("so be it"));
        assert!(may_follow("Ana", "van") && may_follow("Chair", "speaks") && !may_follow("We", "agree"));
    }
}
