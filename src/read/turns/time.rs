//! Times that stand in a text: `[00:12:03]`, `(1:02)`, `10:02 PM`, `00:00:12.340 --> 00:00:14.000`.

/// A time at the beginning of `text`, `[00:12:03]`, `10:02 PM`, `14/03/2024, 10:02`, `00:00:12.340` or a range of
/// two: milliseconds, in the recording or in the day, and the number of bytes it takes.
pub(super) fn stamp(text: &str) -> Option<(u64, usize)> {
    let bytes = text.as_bytes();
    let close = match bytes.first()? {
        b'[' => Some(b']'),
        b'(' => Some(b')'),
        _ => None,
    };
    let mut at = usize::from(close.is_some());
    let dated = date(&bytes[at..]);
    at += dated;
    let (time, length) = clock(&bytes[at..], dated > 0)?;
    at += length;
    let spaces = |at: usize| bytes[at..].iter().take_while(|b| **b == b' ').count();
    let gap = spaces(at);
    let arrow = ["-->", "->", "–", "—", "-"].iter().find(|a| text[at + gap..].starts_with(**a));
    if let Some(arrow) = arrow {
        let next = at + gap + arrow.len();
        let next = next + spaces(next);
        if let Some((_, length)) = clock(&bytes[next..], false) {
            at = next + length;
        }
    }
    match close {
        Some(close) => {
            at += spaces(at);
            (bytes.get(at) == Some(&close)).then_some((time, at + 1))
        }
        None => (!bytes.get(at).is_some_and(u8::is_ascii_alphanumeric)).then_some((time, at)),
    }
}

/// The time, if a line is nothing else.
pub(super) fn only_stamp(line: &str) -> Option<u64> {
    stamp(line).filter(|(_, length)| *length == line.len()).map(|(time, _)| time)
}

/// The time that `text` begins with, in milliseconds.
pub(in crate::read) fn clock_time(text: &str) -> Option<u64> {
    stamp(text).map(|(time, _)| time)
}

/// The length of a date before a time: `14/03/2024, `, `3/14 `, `2024-03-14 `.
pub(super) fn date(bytes: &[u8]) -> usize {
    let digits = |at: usize| bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = digits(0);
    let Some(mark @ (b'/' | b'.' | b'-')) = bytes.get(at).filter(|_| at > 0) else { return 0 };
    let mut parts = 1;
    while bytes.get(at) == Some(mark) && digits(at + 1) > 0 {
        at += 1 + digits(at + 1);
        parts += 1;
    }
    at += usize::from(bytes.get(at) == Some(&b','));
    // `1.2 10:30` is a number and something else.
    let is_date = parts == 3 || (parts == 2 && *mark == b'/');
    if is_date && at < 12 && bytes.get(at) == Some(&b' ') { at + 1 } else { 0 }
}

/// ` PM`, `am`, ` p.m.` behind a time: whether it is past noon, and the length.
fn half_day(bytes: &[u8]) -> Option<(bool, usize)> {
    let gap =
        [" ", "\u{A0}", "\u{202F}"].iter().find(|gap| bytes.starts_with(gap.as_bytes())).map_or(0, |gap| gap.len());
    let (half, rest) = bytes[gap..].split_first()?;
    let is_next = |m: &&str| rest.get(..m.len()).is_some_and(|w| w.eq_ignore_ascii_case(m.as_bytes()));
    let length = [".m.", "m"].into_iter().find(is_next)?.len();
    let is_past_noon = match half {
        b'a' | b'A' => false,
        b'p' | b'P' => true,
        _ => return None,
    };
    (!rest.get(length).is_some_and(u8::is_ascii_alphanumeric)).then_some((is_past_noon, gap + 1 + length))
}

/// `h:mm:ss(.fff)`, `m:ss`, or `h:mm` before ` PM` or if it is `dated`: milliseconds and length.
fn clock(bytes: &[u8], dated: bool) -> Option<(u64, usize)> {
    let number = |at: usize| {
        let n = bytes[at..].iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        let value = bytes[at..at + n].iter().fold(0u64, |v, b| v * 10 + u64::from(b - b'0'));
        (n > 0).then_some((value, at + n))
    };
    let (mut value, mut at) = number(0)?;
    let mut parts = 1;
    while parts < 3 && bytes.get(at) == Some(&b':') {
        // Machines write `00: 12` now and then.
        let gap = usize::from(bytes.get(at + 1) == Some(&b' '));
        let Some((part, next)) = number((at + 1 + gap).min(bytes.len())).filter(|(v, _)| *v < 60) else { break };
        value = value * 60 + part;
        at = next;
        parts += 1;
    }
    if parts < 2 {
        return None;
    }
    let half = half_day(&bytes[at..]);
    if parts == 2 && (dated || half.is_some()) {
        value *= 60;
    }
    if let Some((is_past_noon, length)) = half {
        return Some(((value % 43_200 + if is_past_noon { 43_200 } else { 0 }) * 1000, at + length));
    }
    // Frames of a timecode.
    let frames = &bytes[at..];
    if parts == 3 && frames.len() > 2 && matches!(frames[0], b':' | b';') && frames[1..3].iter().all(u8::is_ascii_digit)
    {
        at += 3;
    }
    let mut milliseconds = value * 1000;
    if matches!(bytes.get(at), Some(b'.' | b',')) && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
        let digits = bytes[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
        let of_three = |i: usize| bytes.get(at + 1 + i).filter(|_| i < digits).map_or(0, |b| u64::from(b - b'0'));
        milliseconds += of_three(0) * 100 + of_three(1) * 10 + of_three(2);
        at += 1 + digits;
    }
    Some((milliseconds, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(stamp("[01:02:03.5]"), Some((3_723_500, 12)));
        assert_eq!(stamp("00:00:01,000 --> 00:00:04,000 x"), Some((1000, 29)));
        assert_eq!(stamp("12 of them"), None);
        assert_eq!(stamp("[recess]"), None);
    }

    #[test]
    fn times_of_the_day() {
        let at = |h: u64, m: u64, s: u64| ((h * 60 + m) * 60 + s) * 1000;
        for (text, time, length) in [
            ("10:02 AM Ana", at(10, 2, 0), 8),
            ("[10:02:15 PM] Ana", at(22, 2, 15), 13),
            ("(12:05 a.m.) Ana", at(0, 5, 0), 12),
            ("12:05pm", at(12, 5, 0), 7),
            ("10:02\u{202F}PM", at(22, 2, 0), 10),
            ("[3/14/24, 10:02:15 AM] Ana", at(10, 2, 15), 22),
            ("14/03/2024, 10:02 - Ana", at(10, 2, 0), 17),
            ("2024-03-14 10:02 Ana", at(10, 2, 0), 16),
            ("10:02 among us", 602_000, 5),
            ("10:02 A. Ruiz", 602_000, 5),
        ] {
            assert_eq!(stamp(text), Some((time, length)), "{text}");
        }
        assert_eq!(stamp("3/14 of them"), None);
        assert_eq!(stamp("1.2 10:30 Scope"), None);
    }
}
