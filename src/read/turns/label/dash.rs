//! A dash between the name and the words: `NAME — words`, `Ana Ruiz (S&D). – words`

use super::super::lines::{first_of, floor};
use super::unmarked::alone;
use super::{Label, Separator, made, to_speech};

/// `NAME — words`, `NAME -- words`: capitals, titles or bold names only (see the roster).
pub(super) fn dash(rest: &str) -> Option<Label> {
    memchr::memchr2(b'-', 0xE2, &rest.as_bytes()[..rest.len().min(200)])?;
    if let Some(label) = minuted(rest) {
        return Some(label);
    }
    let head = &rest[..floor(rest, 60)];
    let (at, dash) = first_of(head, &[" — ", " – ", " -- ", " - "])?;
    let speech = to_speech(rest, at + dash.len());
    let label = made(Separator::Dash, rest, 0..at, speech, None)?;
    // `Ana Ruiz - MIT   0:03`: the time ends a line that is all label.
    let is_alone = alone(rest).is_some_and(|l| l.time.is_some());
    (speech < rest.len() && !rest[..at].ends_with('.') && !is_alone).then_some(label)
}

/// `Ana Ruiz (S&D). – Madam President`, `Ana Ruiz, on behalf of the Group. – `: the European
/// Parliament's minutes. Any description goes.
fn minuted(rest: &str) -> Option<Label> {
    let head = &rest[..floor(rest, 200)];
    let (at, dash) = first_of(head, &[". – ", ". — ", ".\u{A0}– ", ".\u{A0}— "])?;
    let name = head[..at].find([',', '(']).unwrap_or(at);
    let is_sentence =
        head[..name].ends_with(' ') && !head[name..].starts_with('(') || head[..at].contains(['?', '!', ':', ';']);
    let speech = to_speech(rest, at + dash.len());
    made(Separator::Minute, rest, 0..name, speech, None).filter(|_| !is_sentence && speech < rest.len())
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;

    #[test]
    fn dashes() {
        assert_eq!(shown("ODE — We agree."), "Dash|ODE|We agree.|");
        assert_eq!(shown("Mr. Dale -- Not yet."), "Dash|Mr. Dale|Not yet.|");
        assert_eq!(shown("We agreed — and left."), "none");
    }

    #[test]
    fn minutes() {
        assert_eq!(shown("Ana Ruiz (S&D). – Madam President, no."), "Minute|Ana Ruiz|Madam President, no.|");
        assert_eq!(shown("Ana Ruiz, on behalf of the Group. – Yes."), "Minute|Ana Ruiz|Yes.|");
        assert_eq!(shown("It was so. – And yet."), "none");
    }
}
