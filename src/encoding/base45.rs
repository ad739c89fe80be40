//! Base45 (RFC 9285): the text of an HCERT's QR code.
//!
//! Strict: no character outside the alphabet, no group above its range, no text length that no bytes encode to.

use crate::reason::{Code, Reason};

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The largest number of a group: two bytes, or one at the end.
const LARGEST_OF_THREE: u32 = 0xffff;
const LARGEST_OF_TWO: u32 = 0xff;

/// Stands for a byte outside the alphabet: any number that it is a digit of is too large, and none overflows.
const OUTSIDE: u32 = 1 << 17;

/// The value of every byte as a Base45 digit.
static DIGITS: [u32; 256] = digits();

/// The bytes of a Base45 text.
///
/// Errors, the first that applies: `base45.char` (anywhere), `base45.overflow` (at the first such group), `base45.length`.
pub fn decode(text: &str) -> Result<Vec<u8>, Reason> {
    let (groups, rest) = text.as_bytes().as_chunks::<3>();
    let mut bytes = vec![0; groups.len().saturating_mul(2).saturating_add(rest.len() / 2)];
    let (pairs, last) = bytes.as_chunks_mut::<2>();
    // All groups are read before any is judged: one branch for the text instead of one for each character.
    let mut numbers = 0;
    for (group, pair) in groups.iter().zip(pairs) {
        let number = number(group);
        numbers |= number;
        let [_, _, upper, lower] = number.to_be_bytes();
        *pair = [upper, lower];
    }
    let mut sound = numbers <= LARGEST_OF_THREE;
    match (rest, last) {
        (&[a, b], [byte]) => {
            let number = number(&[a, b, b'0']);
            sound &= number <= LARGEST_OF_TWO;
            [_, _, _, *byte] = number.to_be_bytes();
        }
        (rest, _) => sound &= rest.is_empty(),
    }
    if sound { Ok(bytes) } else { Err(fault(text)) }
}

/// The Base45 text of `bytes`.
pub fn encode(bytes: &[u8]) -> String {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len().saturating_mul(3).saturating_add(2));
    for pair in pairs {
        let number = u16::from_be_bytes(*pair);
        text.extend([number % 45, number / 45 % 45, number / 2025].map(character));
    }
    if let [byte] = rest {
        let number = u16::from(*byte);
        text.extend([number % 45, number / 45].map(character));
    }
    text
}

/// The number that three digits write, the least significant first.
#[inline(always)]
fn number(group: &[u8; 3]) -> u32 {
    let [a, b, c] = *group;
    digit(a) + 45 * digit(b) + 2025 * digit(c)
}

#[inline(always)]
fn digit(byte: u8) -> u32 {
    DIGITS.get(usize::from(byte)).copied().unwrap_or(OUTSIDE)
}

fn character(digit: u16) -> char {
    ALPHABET.get(usize::from(digit)).copied().map_or('0', char::from)
}

/// The first fault of a text that has one, off the hot path.
#[cold]
fn fault(text: &str) -> Reason {
    let outside = |c: char| !u8::try_from(c).is_ok_and(|byte| ALPHABET.contains(&byte));
    if let Some(offset) = text.find(outside) {
        return Reason::new(Code::Base45Char).expected("Base45 digits").got(format!("another at offset {offset}"));
    }
    let overflow = text.as_bytes().chunks(3).position(|group| match *group {
        [a, b, c] => number(&[a, b, c]) > LARGEST_OF_THREE,
        [a, b] => number(&[a, b, b'0']) > LARGEST_OF_TWO,
        _ => false,
    });
    if let Some(group) = overflow {
        let offset = group.saturating_mul(3);
        return Reason::new(Code::Base45Overflow).got(format!("a group that is too large at offset {offset}"));
    }
    Reason::new(Code::Base45Length).expected("a length of 3n or 3n + 2").got(text.len())
}

const fn digits() -> [u32; 256] {
    let mut table = [OUTSIDE; 256];
    let mut digit = 0;
    while digit < 45 {
        #[expect(clippy::indexing_slicing, reason = "computed at compile time, where a bad index does not compile")]
        {
            table[ALPHABET[digit as usize] as usize] = digit;
        }
        digit += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_rfc() {
        for (text, bytes) in
            [("BB8", "AB"), ("%69 VD92EX0", "Hello!!"), ("UJCLQE7W581", "base-45"), ("QED8WEX0", "ietf!")]
        {
            assert_eq!(decode(text).unwrap(), bytes.as_bytes());
            assert_eq!(encode(bytes.as_bytes()), text);
        }
        assert_eq!(decode("FGW").unwrap(), [0xff, 0xff]);
        assert!(decode("").unwrap().is_empty());
    }

    #[test]
    fn faults_have_their_order() {
        for (text, code) in [
            ("GGW", Code::Base45Overflow),
            ("::", Code::Base45Overflow),
            (":::", Code::Base45Overflow),
            ("B8:", Code::Base45Overflow),
            ("QED8A", Code::Base45Overflow),
            (":::A", Code::Base45Overflow),
            ("A", Code::Base45Length),
            ("QED8WEX", Code::Base45Length),
            ("a", Code::Base45Char),
            (":::a", Code::Base45Char),
            (":::aa", Code::Base45Char),
            ("QED8WEX0\n", Code::Base45Char),
            ("\u{ff31}ED", Code::Base45Char),
        ] {
            assert_eq!(decode(text).unwrap_err().code(), code, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn encoding_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(decode(&encode(&bytes)).unwrap(), bytes);
        }

        #[test]
        fn what_decodes_is_what_encodes(text in "[0-9A-Z $%*+./:-]{0,20}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }

        #[test]
        fn any_text_is_judged(text in any::<String>()) {
            let _ = decode(&text);
        }
    }
}
