//! Paragraphs that nobody says: subscription lines, biographies, credits, headings, footers.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Phrases (lower case) of which one makes a short paragraph boilerplate.
#[rustfmt::skip]
const PHRASES: &[&str] = &[
    "sign up for", "subscribe to", "subscribe for more", "subscribe now", "if you enjoyed reading", "newsletter",
    "share this", "share on", "read more:", "read also:", "see also:", "related:", "follow us on", "follow us:",
    "photo:", "photo by", "photo credit", "photograph by", "image:", "image credit", "source: getty", "getty images",
    "view comments", "leave a comment", "download the", "download pdf", "click here", "print this", "listen on",
    "watch the full", "listen to the full", "listen to this", "this transcript", "transcript by", "transcribed by",
    "transcript provided by", "edited for length", "edited for clarity", "lightly edited",
    "continue reading", "story continues", "article continues", "skip to", "back to top", "sponsored by",
];

/// Phrases that make a paragraph a notice, and what follows the last speaker a footer.
#[rustfmt::skip]
const NOTICES: &[&str] = &[
    "all rights reserved", "do not necessarily reflect", "does not necessarily reflect",
    "does not take institutional positions", "takes no institutional position", "cookie policy", "privacy policy",
    "privacy statement", "terms of use", "terms of service", "copyright ©", "© 20", "© 19", "(c) 20", "by using this",
    "may not be reproduced", "not be reprinted", "rush transcript", "may not be in its final form", "accuracy and availability may vary",
    "the authoritative record of", "registered in england", "views expressed here", "views represented herein",
];

/// Verbs that follow the name in a biography.
const BIO_VERBS: &[&str] = &[
    "is",
    "was",
    "are",
    "were",
    "has",
    "serves",
    "served",
    "works",
    "worked",
    "teaches",
    "taught",
    "directs",
    "leads",
    "led",
    "covers",
    "writes",
    "joined",
    "holds",
    "heads",
    "currently",
    "previously",
    "specializes",
    "specialises",
];

/// Words of which a biography has one.
#[rustfmt::skip]
const BIO_WORDS: &[&str] = &[
    "fellow", "professor", "director", "scholar", "author", "researcher", "analyst", "economist", "lecturer",
    "journalist", "correspondent", "editor", "writer", "columnist", "historian", "lawyer", "attorney", "diplomat",
    "ambassador", "president", "chair", "chairman", "founder", "co-founder", "ceo", "minister", "member", "adviser",
    "advisor", "engineer", "scientist", "expert", "consultant", "research", "dean", "host", "reporter", "head",
    "officer", "manager", "candidate", "student", "program", "programme", "institute", "university", "senior",
];

/// The longest paragraph that a phrase can make boilerplate.
const SHORT: usize = 240;

/// Finds any of some phrases, whatever the case of ASCII letters.
fn finder(phrases: &[&str]) -> AhoCorasick {
    let built = AhoCorasick::builder().ascii_case_insensitive(true).build(phrases);
    built.expect("a few short phrases make an automaton")
}

static CALL: LazyLock<AhoCorasick> = LazyLock::new(|| finder(PHRASES));
static NOTICE: LazyLock<AhoCorasick> = LazyLock::new(|| finder(NOTICES));
static SELF_CALL: LazyLock<AhoCorasick> =
    LazyLock::new(|| finder(&["subscribe for more", "for length and clarity", "sign up for our", "sign up for a"]));

/// A line that is only `@HANDLE`.
fn is_handle(text: &str) -> bool {
    text.strip_prefix('@')
        .is_some_and(|h| !h.is_empty() && h.len() <= 30 && h.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

/// A page number, a rule of dashes, a clock time or a date on a line of its own.
fn is_furniture(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if letters == 0 {
        return !text.ends_with(['.', '?', '!', '。']) || !text.chars().any(char::is_numeric);
    }
    if text.len() > 60 {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let is_page =
        lower.strip_prefix("page ").is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()) && r.len() < 14);
    let is_clock = text.len() < 40
        && (lower.contains(" a.m. ")
            || lower.contains(" p.m. ")
            || lower.ends_with(" a.m.")
            || lower.ends_with(" p.m."))
        && lower.trim_start_matches("end ").starts_with(|c: char| c.is_ascii_digit())
        && lower.split_whitespace().count() <= 5;
    is_page || is_clock
}

/// Whether all the letters of a paragraph are capitals and it does not end as a sentence.
pub(super) fn is_capital_heading(text: &str) -> bool {
    let mut upper = 0;
    for c in text.chars() {
        if c.is_lowercase() {
            return false;
        }
        upper += usize::from(c.is_uppercase());
    }
    upper > 1 && text.len() < 400 && !text.trim_end().ends_with(['.', '?', '!', '-', '—', '…', '"', '”'])
}

/// Whether a paragraph is a notice: a disclaimer, a copyright line.
pub(super) fn is_notice(text: &str) -> bool {
    text.len() < 1200 && NOTICE.is_match(text)
}

/// Whether a paragraph in the middle of speech is nobody's speech. `capitals` says that the
/// whole text is in capitals, so that they make no heading.
pub(super) fn is_boilerplate(text: &str, capitals: bool) -> bool {
    if text.len() > 1200 {
        return false;
    }
    is_handle(text)
        || is_furniture(text)
        || (!capitals && is_capital_heading(text))
        || (text.len() < SHORT && is_call(text))
        || is_notice(text)
        || matches!(
            text,
            "Advertisement" | "ADVERTISEMENT" | "Ad" | "Loading..." | "Share" | "Tweet" | "Email" | "Print"
        )
}

/// A line that asks the reader to do something, not the listener: an imperative or a credit at
/// its beginning, or a phrase that only web pages use.
fn is_call(text: &str) -> bool {
    let bare = text.trim_start_matches(['*', '_', '[', '(', '#', ' ']);
    let begins = CALL.find(bare).is_some_and(|m| m.start() == 0);
    begins || (text.len() < 120 && !text.contains(" I ") && SELF_CALL.is_match(text))
}

/// Whether a paragraph is a biography of the person called `name` (or of its surname).
pub(super) fn is_biography(text: &str, name: &str) -> bool {
    let Some(rest) = text.strip_prefix(name) else { return false };
    if text.len() > 1200 {
        return false;
    }
    let mut words = rest.trim_start_matches([',', ' ']).split_whitespace();
    let verb = words.next().unwrap_or_default();
    let is_bio = |w: &str| {
        let w = w.trim_matches(|c: char| !c.is_alphanumeric() && c != '-').to_lowercase();
        BIO_WORDS.contains(&w.as_str())
    };
    BIO_VERBS.contains(&verb) && words.take(24).any(is_bio)
}

/// Whom a paragraph at the head of an interview is about: "Ana Ruiz is a fellow at …",
/// "An interview with Ana Ruiz".
pub(super) fn about(text: &str) -> Option<&str> {
    let name_at = |from: usize| {
        let mut end = from;
        let mut count = 0;
        for word in text[from..].split(' ').take(4) {
            if !word.starts_with(char::is_uppercase)
                || !word.chars().skip(1).any(char::is_lowercase) && !word.ends_with('.')
            {
                break;
            }
            count += 1;
            end += word.len() + usize::from(count > 1);
            if word.ends_with([',', '.']) && word.len() > 3 {
                break;
            }
        }
        (count > 1).then(|| text[from..end].trim_end_matches([',', '.', ':', '*', '_']))
    };
    for lead in ["interview with ", "conversation with ", "Interview with ", "Conversation with "] {
        if let Some(name) = text.find(lead).and_then(|at| name_at(at + lead.len())) {
            return Some(name);
        }
    }
    name_at(0).filter(|name| is_biography(text, name))
}

/// Whether a paragraph says that the transcript is over.
pub(super) fn is_end_mark(text: &str) -> bool {
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    let mark = matches!(
        bare,
        "END"
            | "ENDS"
            | "End"
            | "Ends"
            | "30"
            | "END TRANSCRIPT"
            | "End of transcript"
            | "END OF TRANSCRIPT"
            | "TRANSCRIPT ENDS"
            | "End of Document"
    );
    mark || matches!(text, "###" | "# # #" | "#")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_furniture_and_speech() {
        for text in [
            "@ANARUIZ",
            "Sign up for a weekly letter from the Institute",
            "RELATED TOPICS",
            "Page 3 of 12",
            "* * *",
            "14",
            "8:52 A.M. EDT",
            "Photo: Ana Ruiz",
            "© 2021 All Rights Reserved",
        ] {
            assert!(is_boilerplate(text, false), "{text}");
        }
        for text in [
            "We sign treaties, and we keep them.",
            "NO.",
            "It was 8 a.m. when they called us, and nobody was in.",
            "The newsletter I wrote then was read by ten people.",
            "14.",
        ] {
            assert!(!is_boilerplate(text, false), "{text}");
        }
    }

    #[test]
    fn biographies() {
        assert!(is_biography("Ana Ruiz is a fellow at the Ode Institute.", "Ana Ruiz"));
        assert!(!is_biography("Ana Ruiz is right about the price.", "Ana Ruiz"));
    }
}
