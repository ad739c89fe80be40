//! Base32 (RFC 4648 section 6), upper case and without padding: the text of an NZ COVID Pass.

use crate::reason::{Code, Reason};

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The bytes of a Base32 text.
///
/// Errors: `base32.char` for a character outside the alphabet (padding and lower case too), an impossible length, or
/// non-zero trailing bits.
pub fn decode(text: &str) -> Result<Vec<u8>, Reason> {
    if matches!(text.len() % 8, 1 | 3 | 6) {
        return Err(refused("a length that no bytes encode to"));
    }
    let mut bytes = Vec::with_capacity((text.len() / 8).saturating_mul(5).saturating_add(4));
    let (mut held, mut count) = (0_u16, 0_u32);
    for byte in text.bytes() {
        let digit = digit(byte).ok_or_else(|| refused("another character"))?;
        held = held << 5 | u16::from(digit);
        count += 5;
        if count >= 8 {
            count -= 8;
            let [_, whole] = (held >> count).to_be_bytes();
            bytes.push(whole);
            held &= (1 << count) - 1;
        }
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

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    }
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
