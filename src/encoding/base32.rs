//! Base32 (RFC 4648 section 6), upper case and without padding: the text of an NZ COVID Pass.

use crate::reason::{Code, Reason};

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Stands for a byte outside the alphabet: a bit that no digit has.
const NONE: u8 = 32;

/// The value of every byte as a Base32 digit, or [`NONE`].
static DIGITS: [u8; 256] = {
    let mut table = [NONE; 256];
    let mut digit = 0_u8;
    while digit < 32 {
        #[expect(clippy::indexing_slicing, reason = "computed at compile time, where a bad index does not compile")]
        {
            table[ALPHABET[digit as usize] as usize] = digit;
        }
        digit += 1;
    }
    table
};

/// The bytes of a Base32 text.
///
/// Errors: `base32.char` for a character outside the alphabet (padding and lower case too), an impossible length, or
/// non-zero trailing bits.
pub fn decode(text: &str) -> Result<Vec<u8>, Reason> {
    if matches!(text.len() % 8, 1 | 3 | 6) {
        return Err(refused("a length that no bytes encode to"));
    }
    let (groups, rest) = text.as_bytes().as_chunks::<8>();
    let mut bytes = Vec::with_capacity(groups.len().saturating_mul(5).saturating_add(4));
    // All whole groups are read before any character is judged: one branch for the text instead of one for each.
    let mut outside = 0;
    for group in groups {
        let mut bits = 0_u64;
        for byte in group {
            let digit = digit(*byte);
            outside |= digit & NONE;
            bits = bits << 5 | u64::from(digit & 31);
        }
        let [_, _, _, five @ ..] = bits.to_be_bytes();
        bytes.extend_from_slice(&five);
    }
    let (mut held, mut count) = (0_u16, 0_u32);
    for byte in rest {
        let digit = digit(*byte);
        outside |= digit & NONE;
        held = held << 5 | u16::from(digit & 31);
        count += 5;
        if count >= 8 {
            count -= 8;
            let [_, whole] = (held >> count).to_be_bytes();
            bytes.push(whole);
            held &= (1 << count) - 1;
        }
    }
    if outside != 0 {
        return Err(refused("another character"));
    }
    if held == 0 { Ok(bytes) } else { Err(refused("trailing bits that are not zero")) }
}

/// The Base32 text of `bytes`, upper case, without padding.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity((bytes.len() / 5).saturating_mul(8).saturating_add(8));
    for group in bytes.chunks(5) {
        let mut bits = [0; 8];
        for (place, byte) in bits.iter_mut().skip(3).zip(group) {
            *place = *byte;
        }
        let bits = u64::from_be_bytes(bits);
        let digits = (group.len() * 8).div_ceil(5);
        text.extend((0..8_u32).rev().take(digits).map(|place| character(bits >> (5 * place) & 31)));
    }
    text
}

#[inline(always)]
fn digit(byte: u8) -> u8 {
    DIGITS.get(usize::from(byte)).copied().unwrap_or(NONE)
}

fn character(digit: u64) -> char {
    usize::try_from(digit).ok().and_then(|digit| ALPHABET.get(digit)).copied().map_or('A', char::from)
}

fn refused(got: &'static str) -> Reason {
    Reason::new(Code::Base32Char).expected("upper-case Base32 without padding").got(got)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_rfc_without_their_padding() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).unwrap(), bytes.as_bytes());
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for bad in ["my", "MY======", "M", "MZX", "MZXW6Y", "MZ", "M1", "M8", " MY", "MY\n", "ÄÄ", "MZXR"] {
            assert_eq!(decode(bad).unwrap_err().code(), Code::Base32Char, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn encoding_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(decode(&encode(&bytes)).unwrap(), bytes);
        }

        #[test]
        fn one_text_for_each_bytes(text in "[A-Z2-7]{0,18}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
