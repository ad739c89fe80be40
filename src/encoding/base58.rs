//! Base58 with Bitcoin's alphabet, as multibase `z` texts are written (draft-msporny-base58-03, Controlled Identifiers 2.4).
//!
//! Changing the base of a number takes quadratic time, so texts and bytes beyond what keys, signatures and DIDs need are
//! not looked at.

/// Characters of the longest text that is read: the long form of a did:peer with a document of 8 KiB.
pub const CHARACTERS: usize = 12_288;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// No digit of the alphabet.
const NONE: u8 = 0xff;

/// The digit of each byte, or [`NONE`].
const DIGITS: [u8; 256] = {
    let mut digits = [NONE; 256];
    let mut digit = 0_u8;
    while digit < 58 {
        #[expect(clippy::indexing_slicing, reason = "evaluated while compiling: a wrong index would not build")]
        {
            digits[ALPHABET[digit as usize] as usize] = digit;
        }
        digit += 1;
    }
    digits
};

/// Characters taken at once: 58^10 is below 2^64.
const CHUNK: usize = 10;

/// The bytes of a Base58 text; `None` for another character or a text beyond [`CHARACTERS`].
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.as_bytes();
    if text.len() > CHARACTERS {
        return None;
    }
    let zeros = text.iter().take_while(|byte| **byte == b'1').count();
    // Least significant limb first.
    let mut limbs: Vec<u64> = Vec::with_capacity(text.len() / CHUNK + 1);
    for chunk in text.get(zeros..)?.chunks(CHUNK) {
        let (mut value, mut base) = (0_u64, 1_u64);
        for byte in chunk {
            let digit = DIGITS.get(usize::from(*byte)).copied().filter(|digit| *digit != NONE)?;
            value = value * 58 + u64::from(digit);
            base *= 58;
        }
        multiply_add(&mut limbs, base, value);
    }
    let mut bytes = vec![0; zeros];
    let significant = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).skip_while(|byte| *byte == 0);
    bytes.extend(significant);
    Some(bytes)
}

/// The Base58 text of `bytes`. Takes quadratic time: only for bytes that we made or bounded.
pub fn encode(bytes: &[u8]) -> String {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    // Most significant limb first; the first may be a shorter one.
    let mut limbs: Vec<u32> = bytes
        .get(zeros..)
        .unwrap_or_default()
        .rchunks(4)
        .map(|chunk| chunk.iter().fold(0, |limb, byte| limb << 8 | u32::from(*byte)))
        .rev()
        .collect();
    let mut digits = Vec::new();
    while !limbs.is_empty() {
        let mut rest = divide(&mut limbs, 58_u32.pow(5));
        for _ in 0..5 {
            digits.push(rest % 58);
            rest /= 58;
        }
        let leading = limbs.iter().take_while(|limb| **limb == 0).count();
        limbs.drain(..leading);
    }
    while digits.last() == Some(&0) {
        digits.pop();
    }
    let digit = |digit: &u32| ALPHABET.get(usize::try_from(*digit).ok()?).copied().map(char::from);
    std::iter::repeat_n('1', zeros).chain(digits.iter().rev().filter_map(digit)).collect()
}

/// `limbs * factor + summand`.
fn multiply_add(limbs: &mut Vec<u64>, factor: u64, summand: u64) {
    let mut carry = u128::from(summand);
    for limb in limbs.iter_mut() {
        // (2^64 - 1)^2 + 2^64 - 1 is below 2^128.
        let product = u128::from(*limb) * u128::from(factor) + carry;
        *limb = low(product);
        carry = product >> 64;
    }
    if carry != 0 {
        limbs.push(low(carry));
    }
}

/// The lower half of a number.
fn low(number: u128) -> u64 {
    u64::try_from(number & u128::from(u64::MAX)).unwrap_or_default()
}

/// Divides in place and returns the remainder.
fn divide(limbs: &mut [u32], divisor: u32) -> u32 {
    let mut rest = 0_u64;
    for limb in limbs {
        let dividend = rest << 32 | u64::from(*limb);
        // The quotient fits: the rest is below the divisor.
        *limb = u32::try_from(dividend / u64::from(divisor)).unwrap_or_default();
        rest = dividend % u64::from(divisor);
    }
    u32::try_from(rest).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The examples of the draft.
    #[test]
    fn published_examples() {
        for (bytes, text) in [
            (&b"Hello World!"[..], "2NEpo7TZRRrLZSi2U"),
            (
                b"The quick brown fox jumps over the lazy dog.",
                "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
            ),
            (&[0x00, 0x00, 0x28, 0x7f, 0xb4, 0xcd], "11233QC4"),
            (b"", ""),
            (&[0], "1"),
            (&[57], "z"),
            (&[58], "21"),
        ] {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text).as_deref(), Some(bytes), "{text}");
        }
    }

    #[test]
    fn other_characters_and_long_texts_are_refused() {
        for text in ["0", "O", "I", "l", " ", "2\n", "é", "+"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
        assert!(decode(&"z".repeat(CHARACTERS)).is_some());
        assert_eq!(decode(&"z".repeat(CHARACTERS + 1)), None);
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..200), zeros in 0_usize..4) {
            let bytes = [vec![0; zeros], bytes].concat();
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }

        #[test]
        fn texts_come_back(text in "[1-9A-HJ-NP-Za-km-z]{0,80}") {
            prop_assert_eq!(decode(&text).map(|bytes| encode(&bytes)), Some(text));
        }
    }
}
