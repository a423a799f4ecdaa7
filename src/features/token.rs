//! Words of a sentence, as hashes, in one pass and without allocation.
//!
//! A word is a run of letters and digits, lower-cased. An apostrophe between letters belongs to it
//! (`don't`), a possessive `'s` does not (`China's` = `china`). Dots inside abbreviations (`U.S.`) and
//! separators inside numbers (`1,250`) belong to them. A number is known by its length alone. `?` and
//! `!` are words. Every other punctuation mark that can end a clause is a [`Token::Break`].

/// One token of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// A word.
    Word(Word),
    /// The end of a clause: `, ; : . ( )`, a dash or a quotation mark.
    Break,
}

/// A word: what it is and where it stands. The default is no word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// Hash of the lower-cased letters.
    pub hash: u64,
    /// First byte in the sentence.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const PRIME: u64 = 0xff51_afd7_ed55_8ccd;

/// What a byte is to the scanner: values from 32 are word bytes, lower-cased.
const SPACE: u8 = 0;
const BREAK: u8 = 1;
const MARK: u8 = 2;
const WIDE: u8 = 3;

static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [SPACE; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = match b {
            b'a'..=b'z' | b'0'..=b'9' => b,
            b'A'..=b'Z' => b | 0x20,
            b',' | b';' | b':' | b'.' | b'(' | b')' | b'"' => BREAK,
            b'?' | b'!' => MARK,
            0x80..=0xff => WIDE,
            _ => SPACE,
        };
        byte += 1;
    }
    table
}

/// A running hash over bytes, eight at a time; bytes of 0 do not occur in words.
#[derive(Clone, Copy)]
struct Running {
    hash: u64,
    /// Bytes that do not fill a block yet, and how many bits they are.
    block: u64,
    bits: u32,
}

impl Running {
    const fn new() -> Self {
        Self { hash: SEED, block: 0, bits: 0 }
    }

    fn push(&mut self, byte: u8) {
        self.block |= u64::from(byte) << self.bits;
        self.bits += 8;
        if self.bits == 64 {
            *self = Self { hash: absorb(self.hash, self.block), block: 0, bits: 0 };
        }
    }

    fn end(self) -> u64 {
        finish(absorb(self.hash, self.block))
    }
}

fn absorb(hash: u64, block: u64) -> u64 {
    (hash ^ block).wrapping_mul(PRIME).rotate_left(29)
}

/// Spreads the bits of a running hash, so that any of them may index a table.
pub(super) fn finish(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 32)).wrapping_mul(SEED);
    hash ^ (hash >> 29)
}

/// The hash of one byte as a word.
fn single(byte: u8) -> u64 {
    let mut running = Running::new();
    running.push(byte);
    running.end()
}

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * LOW;

/// Marks, in the high bit of each byte, the bytes of `block` (all below 128) from `low` to `high`.
fn between(block: u64, low: u8, high: u8) -> u64 {
    ((block + LOW * u64::from(0x80 - low)) ^ (block + LOW * u64::from(0x7f - high))) & HIGH
}

/// The eight bytes of `bytes` from `at`; behind the end come zeros.
#[inline(always)]
fn block(bytes: &[u8], at: usize) -> u64 {
    if let Some(whole) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        return u64::from_le_bytes(*whole);
    }
    let mut block = [0; 8];
    let rest = bytes.get(at..).unwrap_or_default();
    block[..rest.len()].copy_from_slice(rest);
    u64::from_le_bytes(block)
}

/// Calls `sink` with every token of `text` in order.
#[inline(always)]
pub fn scan(text: &str, mut sink: impl FnMut(Token)) {
    let bytes = text.as_bytes();
    let (mut at, mut marked) = (0, false);
    while at < bytes.len() {
        // The sink is called in one place, so that it can become part of this loop.
        sink(match CLASS[usize::from(bytes[at])] {
            SPACE => {
                at += 1;
                continue;
            }
            MARK if !marked => {
                // A word, and then a break at the same place.
                marked = true;
                Token::Word(Word { hash: single(bytes[at]), start: at as u32, end: at as u32 + 1 })
            }
            BREAK | MARK => {
                (at, marked) = (at + 1, false);
                Token::Break
            }
            WIDE => {
                let (letter, width) = wide(text, at);
                if letter.is_alphanumeric() {
                    Token::Word(any_word(text, &mut at))
                } else {
                    at += width;
                    if letter.is_whitespace() {
                        continue;
                    }
                    Token::Break
                }
            }
            _ => Token::Word(word(text, &mut at)),
        });
    }
}

/// The character at `at`, which starts with a byte over 127, and its width in bytes.
#[cold]
fn wide(text: &str, at: usize) -> (char, usize) {
    let letter = text[at..].chars().next().unwrap_or(' ');
    (letter, letter.len_utf8())
}

/// Reads the word that starts at `at`, which is moved to where the text goes on.
#[inline(always)]
fn word(text: &str, at: &mut usize) -> Word {
    let (bytes, start) = (text.as_bytes(), *at);
    // Most words are ASCII, and what stands behind them does not belong to them.
    let (mut end, mut hash, mut lettered) = (start, SEED, 0);
    loop {
        let block = block(bytes, end);
        if block & HIGH != 0 {
            break;
        }
        let lower = block | (0x20 * LOW);
        let (letters, digits) = (between(lower, b'a', b'z'), between(block, b'0', b'9'));
        let others = (letters | digits) ^ HIGH;
        if others == 0 {
            (end, hash, lettered) = (end + 8, absorb(hash, lower), lettered | letters);
            continue;
        }
        let bits = others.trailing_zeros() & !7;
        let inside = (1 << bits) - 1;
        end += bits as usize / 8;
        let next = (block >> bits) as u8;
        if next == b'\'' || (CLASS[usize::from(next)] == BREAK && joins(bytes, start, end)) {
            break;
        }
        let numeric = (lettered | (letters & inside)) == 0;
        let hash = if numeric { number(end - start) } else { finish(absorb(hash, lower & inside)) };
        // A space behind it says nothing.
        *at = end + usize::from(next == b' ');
        return Word { hash, start: start as u32, end: end as u32 };
    }
    any_word(text, at)
}

/// [`word`] of any length, in any script, with marks inside it.
#[inline(never)]
fn any_word(text: &str, from: &mut usize) -> Word {
    let start = *from;
    let bytes = text.as_bytes();
    let class = |at: usize| bytes.get(at).map_or(SPACE, |&b| CLASS[usize::from(b)]);
    let (mut at, mut running) = (start, Running::new());
    let mut letters = false;
    let mut base = None; // hash and end before an apostrophe
    loop {
        let c = class(at);
        if c >= 32 {
            letters |= c > b'9';
            running.push(c);
            at += 1;
        } else if c == SPACE {
            if bytes.get(at) == Some(&b'\'') && letters && class(at + 1) > b'9' {
                base = Some((running, at));
                running.push(b'\'');
                at += 1;
            } else {
                break;
            }
        } else if c == BREAK {
            if joins(bytes, start, at) && class(at + 1) >= 32 {
                running.push(bytes[at]);
                at += 1;
            } else {
                break;
            }
        } else if c == WIDE {
            let (letter, width) = wide(text, at);
            if letter.is_alphanumeric() {
                letters = true;
                let mut utf8 = [0; 4];
                for lower in letter.to_lowercase() {
                    lower.encode_utf8(&mut utf8).bytes().for_each(|byte| running.push(byte));
                }
            } else if letter == '\u{2019}' && letters && class(at + width) > b'9' {
                base = Some((running, at));
                running.push(b'\'');
            } else {
                break;
            }
            at += width;
        } else {
            break;
        }
    }
    let mut end = at;
    if let Some((before, apostrophe)) = base
        && matches!(bytes[at - 1], b's' | b'S')
        && at - 1 - apostrophe <= 3
        && matches!(bytes[at - 2], b'\'' | 0x99)
    {
        (running, end) = (before, apostrophe);
    }
    let hash = if letters { running.end() } else { number(at - start) };
    *from = at;
    Word { hash, start: start as u32, end: end as u32 }
}

/// Whether the mark at `at` may stand inside a word: a dot after single letters, a dot or comma in a number.
fn joins(bytes: &[u8], start: usize, at: usize) -> bool {
    match bytes[at] {
        b'.' | b',' if bytes[at - 1].is_ascii_digit() => bytes.get(at + 1).is_some_and(u8::is_ascii_digit),
        b'.' => (at - start) % 2 == 1 && (at - start < 2 || bytes[at - 2] == b'.'),
        _ => false,
    }
}

/// The hash that all numbers of one length share.
fn number(length: usize) -> u64 {
    finish(absorb(SEED, u64::from(b'0') | (length.min(6) as u64) << 8))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut out = Vec::new();
        scan(text, |t| match t {
            Token::Word(w) => out.push(&text[w.start as usize..w.end as usize]),
            Token::Break => out.push("|"),
        });
        out
    }

    fn hashes(text: &str) -> Vec<u64> {
        let mut out = Vec::new();
        scan(text, |t| out.extend(if let Token::Word(w) = t { Some(w.hash) } else { None }));
        out
    }

    #[test]
    fn words_numbers_and_clauses() {
        assert_eq!(
            words("The U.S. isn't alone, is it?"),
            ["The", "U.S", "|", "isn't", "alone", "|", "is", "it", "?", "|"]
        );
        assert_eq!(words("In 1,250 ports (3.5 %)"), ["In", "1,250", "ports", "|", "3.5", "|"]);
        assert_eq!(words("China’s ‘own’ chips"), ["China", "|", "own", "|", "chips"]);
        assert_eq!(words("end. Next"), ["end", "|", "Next"]);
    }

    #[test]
    fn case_possessive_and_quote_style_do_not_matter_but_letters_do() {
        assert_eq!(hashes("CHINA's"), hashes("china"));
        assert_eq!(hashes("China’s"), hashes("china"));
        assert_eq!(hashes("don’t"), hashes("Don't"));
        assert_eq!(hashes("ÉTAT"), hashes("état"));
        assert_ne!(hashes("dont"), hashes("don't"));
        assert_eq!(hashes("2021"), hashes("1999"));
        assert_ne!(hashes("2021"), hashes("21"));
        assert_ne!(hashes("us"), hashes("u.s"));
    }

    proptest! {
        #[test]
        fn any_text_scans_and_words_stay_in_order(text in "\\PC{0,80}") {
            let mut last = 0;
            scan(&text, |t| if let Token::Word(w) = t {
                assert!(last <= w.start && w.start < w.end);
                assert!(text.get(w.start as usize..w.end as usize).is_some());
                last = w.end;
            });
        }
    }
}
