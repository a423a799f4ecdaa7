//! What single characters mean to a sentence: terminators, closers, openers, bullets.

/// What a byte makes the scanner stop for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Nothing: skipped.
    None,
    /// `.`, `!` or `?`.
    Terminator,
    /// A line or page break.
    Line,
    /// `)` or `]`: a list marker, an emoticon or a stage direction may end here.
    Bracket,
    /// A straight double quotation mark.
    Quote,
    /// `:`: the middle of a time or of an address.
    Colon,
    /// `*`, `=` or `_`: a ruled line may begin.
    Rule,
    /// The first byte of a character beyond ASCII that may matter.
    Wide,
}

const STOPS: [Stop; 256] = {
    let mut stops = [Stop::None; 256];
    stops[b'.' as usize] = Stop::Terminator;
    stops[b'!' as usize] = Stop::Terminator;
    stops[b'?' as usize] = Stop::Terminator;
    stops[b'\n' as usize] = Stop::Line;
    stops[b'\r' as usize] = Stop::Line;
    stops[0x0C] = Stop::Line;
    stops[b')' as usize] = Stop::Bracket;
    stops[b']' as usize] = Stop::Bracket;
    stops[b'"' as usize] = Stop::Quote;
    stops[b':' as usize] = Stop::Colon;
    stops[b'*' as usize] = Stop::Rule;
    stops[b'=' as usize] = Stop::Rule;
    stops[b'_' as usize] = Stop::Rule;
    // Lead bytes of the terminators, dashes, quotation marks and bullets in `wide`.
    let leads = [0xD6, 0xD8, 0xDB, 0xDC, 0xE0, 0xE1, 0xE2, 0xE3, 0xEA, 0xEF, 0xF0];
    let mut i = 0;
    while i < leads.len() {
        stops[leads[i]] = Stop::Wide;
        i += 1;
    }
    stops
};

/// Why the scanner stops at this byte.
pub(super) fn stop(byte: u8) -> Stop {
    STOPS[byte as usize]
}

/// The first position from `from` on that the scanner may have to stop for, or the end.
///
/// Sixteen bytes at a time are compared without a branch between them, in a form that
/// compilers turn into vector instructions.
pub(super) fn next_stop(bytes: &[u8], from: usize) -> usize {
    let (blocks, rest) = bytes[from..].as_chunks::<16>();
    for (i, block) in blocks.iter().enumerate() {
        let hits = u128::from_le_bytes(block.map(may_stop));
        if hits != 0 {
            return from + i * 16 + hits.trailing_zeros() as usize / 8;
        }
    }
    let done = bytes.len() - rest.len();
    done + rest.iter().position(|&b| may_stop(b) != 0).unwrap_or(rest.len())
}

/// 1 for every byte with a stop, and for a few others: neighbours in the code that share a comparison.
fn may_stop(b: u8) -> u8 {
    let breaks = u8::from(b & 0xF8 == 0x08);
    let exclamation_or_quote = u8::from(b.wrapping_sub(b'!') < 2);
    let brackets_or_star = u8::from(b | 3 == b'+');
    let equals_or_question = u8::from(b | 2 == b'?');
    let bracket_or_underscore = u8::from(b | 2 == b'_');
    let dots = u8::from(b == b'.') | u8::from(b == b':');
    let wide = u8::from(b >= 0xD6);
    breaks | exclamation_or_quote | brackets_or_star | equals_or_question | bracket_or_underscore | dots | wide
}

/// How a character ends a sentence.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// A full stop.
    Dot,
    /// `…`.
    Ellipsis,
    /// `!`, `?` and their kin.
    Strong,
    /// The terminators of other scripts, which need no space behind them.
    Full,
}

/// The terminators of the scripts that have one of their own, after Unicode's `STerm` property.
pub(super) fn mark(c: char) -> Option<Mark> {
    Some(match c {
        '.' => Mark::Dot,
        '…' => Mark::Ellipsis,
        '!' | '?' | '‼' | '‽' | '⁇' | '⁈' | '⁉' | '؟' => Mark::Strong,
        // Armenian, Arabic, Syriac, Devanagari, Burmese, Ethiopic, Khmer, Mongolian, Lisu, Vai, Bamum, Chinese.
        '։' | '۔' | '܀' | '܁' | '܂' | '।' | '॥' | '။' | '።' | '፧' | '។' | '៕' | '᠃' | '᠉' | '꓿' | '꘎' | '꘏' | '꛳'
        | '꛷' | '。' | '！' | '？' | '｡' | '．' | '︒' | '﹒' | '﹖' | '﹗' => Mark::Full,
        _ => return None,
    })
}

/// Closing quotation marks (straight ones count where they stand behind something).
pub(super) fn closes_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | '»' | '›' | '」' | '』' | '＂')
}

/// Closing brackets.
pub(super) fn closes_bracket(c: char) -> bool {
    matches!(c, ')' | ']' | '}' | '）' | '］' | '】' | '〕' | '》' | '〉')
}

/// Opening quotation marks and brackets (straight quotation marks count where they stand before something).
pub(super) fn opens(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '“'
            | '‘'
            | '„'
            | '‚'
            | '«'
            | '‹'
            | '「'
            | '『'
            | '('
            | '['
            | '{'
            | '（'
            | '［'
            | '【'
            | '《'
            | '¿'
            | '¡'
            | '*'
            | '_'
    )
}

/// Bullets that begin a list item wherever they stand.
pub(super) fn is_bullet(c: char) -> bool {
    matches!(c, '•' | '⁃' | '‣' | '◦' | '▪' | '▫' | '■' | '□' | '●' | '○' | '◆' | '·' | '∙' | '➢' | '➤' | '✓')
}

/// Dashes that can break a sentence off.
pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '—' | '–' | '―')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_that_matters_is_skipped() {
        for c in (0..=0x1FFFFu32).filter_map(char::from_u32) {
            if mark(c).is_some() || is_dash(c) || matches!(c, '\n' | ')' | ']' | '"' | '”') {
                let mut buffer = [0; 4];
                let first = c.encode_utf8(&mut buffer).as_bytes()[0];
                assert!(stop(first) != Stop::None, "{c}");
            }
        }
        for b in 0..=255 {
            assert!(stop(b) == Stop::None || may_stop(b) != 0, "{b}");
        }
    }

    #[test]
    fn stops_are_found_in_blocks_and_behind_them() {
        for n in 0..70 {
            let text = format!("{}.{}", "a".repeat(n), "é".repeat(40));
            assert_eq!(next_stop(text.as_bytes(), 0), n);
            assert_eq!(next_stop(text.as_bytes(), n + 1), text.len());
        }
    }
}
