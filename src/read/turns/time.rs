//! Times that stand in a text: `[00:12:03]`, `(1:02)`, `00:00:12.340 --> 00:00:14.000`.

/// A time at the beginning of `text`, `[00:12:03]`, `(1:02)`, `00:00:12.340` or a range of two:
/// milliseconds and the number of bytes it takes.
pub(super) fn stamp(text: &str) -> Option<(u64, usize)> {
    let bytes = text.as_bytes();
    let close = match bytes.first()? {
        b'[' => Some(b']'),
        b'(' => Some(b')'),
        _ => None,
    };
    let mut at = usize::from(close.is_some());
    let (time, length) = clock(&bytes[at..])?;
    at += length;
    let spaces = |at: usize| bytes[at..].iter().take_while(|b| **b == b' ').count();
    let gap = spaces(at);
    let arrow = ["-->", "->", "–", "—", "-"].iter().find(|a| text[at + gap..].starts_with(**a));
    if let Some(arrow) = arrow {
        let next = at + gap + arrow.len();
        let next = next + spaces(next);
        if let Some((_, length)) = clock(&bytes[next..]) {
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

/// `h:mm:ss(.fff)` or `m:ss`: milliseconds and length.
fn clock(bytes: &[u8]) -> Option<(u64, usize)> {
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
}
