//! Words as keys: the argument stage compares words by number and never stores their letters.
//!
//! A word is a maximal run of letters, digits and inner apostrophes, in lower case, with
//! typographic apostrophes made straight. Its *key* is the FNV-1a hash of all its letters,
//! its *stem* the hash of the first six: `sanction`, `sanctions` and `sanctioned` share it.

/// Letters that make a stem.
const STEM_CHARS: usize = 6;

/// One word of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Hash of the whole word in lower case.
    pub(super) key: u64,
    /// Hash of its first six letters.
    pub(super) stem: u64,
    /// Number of letters.
    pub(super) chars: u32,
    /// Whether it is written with a capital.
    pub(super) capital: bool,
    /// Whether it holds a digit.
    pub(super) digit: bool,
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

fn fnv(mut hash: u64, c: char) -> u64 {
    let mut buffer = [0; 4];
    for byte in c.encode_utf8(&mut buffer).bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
    }
    hash
}

/// The key of one word that is already in lower case.
pub(super) fn key(word: &str) -> u64 {
    word.chars().fold(FNV_OFFSET, fnv)
}

/// Replaces `out` by the words of `text`, in order.
pub(super) fn tokenize(text: &str, out: &mut Vec<Token>) {
    out.clear();
    each_word(text, |token, _| out.push(token));
}

/// Calls `f` with every word of `text` and the letters it is made of.
pub(super) fn each_word<'t>(text: &'t str, mut f: impl FnMut(Token, &'t str)) {
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if !first.is_alphanumeric() {
            continue;
        }
        let mut token =
            Token { key: FNV_OFFSET, stem: FNV_OFFSET, chars: 0, capital: first.is_uppercase(), digit: false };
        let mut end = start;
        let mut next = Some((start, first));
        while let Some((at, c)) = next {
            token.digit |= c.is_numeric();
            let c = if c == '\u{2019}' { '\'' } else { c };
            for lower in c.to_lowercase() {
                token.key = fnv(token.key, lower);
                if (token.chars as usize) < STEM_CHARS {
                    token.stem = token.key;
                }
                token.chars += 1;
            }
            end = at + c.len_utf8();
            if c == '\'' {
                end = at + text[at..].chars().next().map_or(0, char::len_utf8);
            }
            next = chars.next_if(|&(at, c)| {
                c.is_alphanumeric()
                    || (matches!(c, '\'' | '\u{2019}')
                        && text[at + c.len_utf8()..].chars().next().is_some_and(char::is_alphanumeric))
            });
        }
        f(token, &text[start..end]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut out = Vec::new();
        each_word(text, |_, word| out.push(word));
        out
    }

    #[test]
    fn words_keep_inner_apostrophes_only() {
        assert_eq!(words("‘Don’t’ — it's 5G, l'État."), ["Don’t", "it's", "5G", "l'État"]);
        assert_eq!(words(""), [""; 0]);
        assert_eq!(words("…!?"), [""; 0]);
    }

    #[test]
    fn keys_ignore_case_and_the_shape_of_apostrophes() {
        let mut a = Vec::new();
        let mut b = Vec::new();
        tokenize("DON’T", &mut a);
        tokenize("don't", &mut b);
        assert_eq!(a[0].key, b[0].key);
        assert_eq!(a[0].key, key("don't"));
        assert!(a[0].capital && !b[0].capital);
    }

    #[test]
    fn stems_join_inflected_forms() {
        let mut t = Vec::new();
        tokenize("sanction sanctions sanctioned sanity", &mut t);
        assert!(t[0].stem == t[1].stem && t[1].stem == t[2].stem);
        assert_ne!(t[0].stem, t[3].stem);
        assert_ne!(t[0].key, t[1].key);
    }
}
