//! Stage directions: what a transcript says *about* the talk. `[Laughter]`, `(Applause.)`,
//! `[inaudible 00:20:33]`, `[The prepared statement of Ms. Ode follows:]`.

use super::lines::floor;
use super::words::is_personal;

/// First words (lower case) of a direction inside a paragraph.
#[rustfmt::skip]
const FIRST_WORDS: &[&str] = &[
    "applause", "beifall", "heiterkeit", "lachen", "zuruf", "zurufe", "audience", "audio", "background", "beep",
    "begin", "bell", "booing", "boos", "break", "buzzer", "chanting", "cheering", "cheers", "chuckle", "chuckles",
    "chuckling", "clapping", "clears", "commercial", "cough", "coughing", "coughs", "cross-talk", "cross", "crosstalk",
    "crowd", "crying", "disruption", "end", "foreign", "gap", "garbled", "gavel", "graphic", "groans", "inaudible",
    "indiscernible", "interposing", "interpretation", "interruption", "interrupted", "laugh", "laughing", "laughs",
    "laughter", "long", "moment", "multiple", "music", "mumbles", "murmurs", "no", "nods", "non-english", "off-mic",
    "off", "offmic", "overlapping", "overtalking", "pause", "pauses", "phone", "phonetic", "playing", "recess",
    "recording", "shouting", "sigh", "sighs", "silence", "simultaneous", "sing", "singing", "sobbing", "sound",
    "speaks", "speaking", "spoke", "standing", "static", "technical", "tiff", "unidentifiable", "unintelligible",
    "unclear", "video", "videotape", "voice-over", "voiceover", "whereupon", "whispering", "whispers", "yelling",
    "through", "via", "as",
];

/// Of those, the ones that need a second word or an end to be sure.
const LOOSE: &[(&str, &[&str])] = &[
    ("as", &["interpreted", "translated"]),
    ("audience", &["laughter", "laughs", "applause", "member", "responds", "responding", "groans", "boos", "cheers"]),
    ("background", &["noise", "conversation", "music", "chatter"]),
    ("begin", &["video", "audio", "clip", "videotape", "recording"]),
    ("break", &["in"]),
    ("clears", &["throat"]),
    ("commercial", &["break"]),
    ("cross", &["talk", "talking"]),
    ("crowd", &["cheers", "cheering", "boos", "chanting", "noise", "laughs"]),
    ("end", &["video", "audio", "clip", "videotape", "of", "recording"]),
    ("foreign", &["language"]),
    ("gap", &["in"]),
    ("long", &["pause", "silence"]),
    ("moment", &["of"]),
    ("multiple", &["speakers", "voices"]),
    ("no", &["response", "audible", "audio", "verbal"]),
    ("off", &["mic", "microphone", "mike", "camera"]),
    ("phone", &["rings", "ringing"]),
    ("sound", &["of"]),
    ("speaking", &["in", "foreign"]),
    ("spoke", &["in"]),
    ("speaks", &["in"]),
    ("standing", &["ovation"]),
    ("technical", &["difficulties", "difficulty", "issues"]),
    ("through", &["interpreter", "translator", "an"]),
    ("via", &["interpreter", "translator", "phone", "video"]),
    ("video", &["clip", "playing", "plays", "begins", "ends", "shown", "was"]),
    ("audio", &["clip", "playing", "gap", "cuts", "begins", "ends", "malfunction", "drops", "break"]),
];

/// A direction does not run over more bytes than this inside a paragraph.
const LONGEST: usize = 160;

/// Whether `text`, with its brackets, is a direction wherever it stands.
pub(super) fn is_direction(text: &str) -> bool {
    let inside = text
        .trim_start_matches(['[', '(', '*', '_', '（', '【', ' '])
        .trim_end_matches([']', ')', '*', '_', '）', '】', ' ']);
    let mut words =
        inside.split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | ';' | ':')).filter(|w| !w.is_empty());
    let Some(first) = words.next() else { return false };
    if !FIRST_WORDS.iter().any(|w| w.eq_ignore_ascii_case(first)) {
        return false;
    }
    let second = words.next();
    match LOOSE.iter().find(|(w, _)| w.eq_ignore_ascii_case(first)) {
        Some((_, seconds)) => match second {
            Some(second) => seconds.iter().any(|s| s.eq_ignore_ascii_case(second)),
            None => matches!(first.to_ascii_lowercase().as_str(), "break" | "cross" | "video" | "audio"),
        },
        None => inside.split_whitespace().count() <= 14,
    }
}

/// Whether a whole paragraph is a direction.
pub(super) fn is_paragraph(text: &str) -> bool {
    let text = text.trim_matches(['*', '_', ' ']);
    let Some(first) = text.chars().next() else { return false };
    let close = match first {
        '[' => ']',
        '(' => ')',
        '【' => '】',
        '（' => '）',
        _ => return false,
    };
    // One bracket (or several in a row) that closes at the paragraph's end.
    let trimmed = text.trim_end_matches(['.', ' ']);
    let mut depth = 0usize;
    for (i, c) in text.char_indices() {
        if c == first {
            depth += 1;
        } else if c == close {
            depth = depth.saturating_sub(1);
            let rest = text[i + c.len_utf8()..].trim_start_matches([' ', '.', ',', '\n', '\r']);
            if depth == 0 && !rest.is_empty() && !rest.starts_with(first) {
                return false;
            }
        }
    }
    if depth > 0 || !trimmed.ends_with(close) {
        return false;
    }
    if matches!(first, '[' | '【') {
        return true;
    }
    // A speaker's aside may stand in parentheses; a direction is short and nobody's "I".
    is_direction(text) || (text.split_whitespace().count() <= 8 && !is_personal(text))
}

/// Whether a direction says that what follows is no speech: a statement for the record, the end.
pub(super) fn ends_speech(text: &str) -> bool {
    let has = |w: &str| text.contains(w);
    (has("follows")
        || has("follow:]")
        || has("follow.]")
        || has("submitted for the record")
        || has("adjourned")
        || has("concluded"))
        && !has("recess")
}

/// The byte ranges of the directions inside `text`, a stretch of speech.
pub(super) fn inside(text: &str) -> Vec<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut past = 0;
    for open in memchr::memchr3_iter(b'[', b'(', 0xEF, bytes) {
        if open < past || (bytes[open] == 0xEF && !text[open..].starts_with('（')) {
            continue;
        }
        let close = match bytes[open] {
            b'[' => ']',
            b'(' => ')',
            _ => '）',
        };
        let end = floor(text, open + LONGEST);
        let Some(length) = text[open..end].find(close) else { continue };
        let mut end = open + length + close.len_utf8();
        let is_time = super::time::stamp(&text[open..]).is_some_and(|(_, length)| open + length == end);
        if !is_time && !is_direction(&text[open..end]) {
            continue;
        }
        // `(Laughter).` leaves a stray full stop unless a sentence ends with it.
        let before = text[..open].trim_end();
        if bytes.get(end) == Some(&b'.') && (before.is_empty() || before.ends_with(['.', '?', '!'])) {
            end += 1;
        }
        found.push(open..end);
        past = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_and_words_in_brackets() {
        for text in [
            "[Laughter]",
            "(Applause.)",
            "[inaudible 00:20:33]",
            "(Off-mic.)",
            "[Begin video clip]",
            "(LAUGHTER)",
            "(through an interpreter)",
            "[No response.]",
        ] {
            assert!(is_direction(text), "{text}");
        }
        for text in [
            "[sic]",
            "[the plan]",
            "(as I said)",
            "(no more than ten)",
            "(R-Ohio)",
            "[senior official]",
            "(video is cheap)",
        ] {
            assert!(!is_direction(text), "{text}");
        }
    }

    #[test]
    fn paragraphs() {
        assert!(is_paragraph("[The prepared statement of Ms. Ode can be\nfound on page 3.]"));
        assert!(is_paragraph("(Recess from 2:10 to 2:40.)"));
        assert!(!is_paragraph("[Laughter] But I do mean it."));
        assert!(!is_paragraph("(I should say that I was there.)"));
        assert!(ends_speech("[The prepared statement of Ms. Ode follows:]"));
    }

    #[test]
    fn inside_speech() {
        let text = "We were [laughter] late. (Applause.) The [new] plan (Laughter).";
        let found: Vec<&str> = inside(text).into_iter().map(|r| &text[r]).collect();
        assert_eq!(found, ["[laughter]", "(Applause.)", "(Laughter)"]);
    }
}
