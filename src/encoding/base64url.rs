//! Base64 (RFC 4648): the URL alphabet of JOSE, the standard alphabet of certificates, and a lenient reading for files
//! that an operator brings.
//!
//! The strict readers refuse non-zero trailing bits, so that no two texts stand for the same bytes.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::reason::{Code, Reason};

/// The bytes of a base64url text without padding (RFC 7515 section 2).
///
/// Errors: `jose.malformed` for another character, padding, an impossible length or non-zero trailing bits.
pub fn decode(text: &str) -> Result<Vec<u8>, Reason> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| malformed())
}

/// Nothing; the bytes of a base64url text without padding are appended to `bytes`. Errors as [`decode`].
///
/// After an error `bytes` may hold a part of the text.
pub fn decode_into(text: &str, bytes: &mut Vec<u8>) -> Result<(), Reason> {
    URL_SAFE_NO_PAD.decode_vec(text, bytes).map_err(|_| malformed())
}

/// How many bytes a base64url text without padding stands for, which are put at the beginning of `bytes`; `None` when it is no
/// such text, or they are too many.
pub fn decode_slice(text: &str, bytes: &mut [u8]) -> Option<usize> {
    URL_SAFE_NO_PAD.decode_slice(text, bytes).ok()
}

/// The base64url text of `bytes`, without padding.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a base64 text in the standard alphabet with its padding, as `x5c` members are written.
///
/// Errors: `jose.malformed`.
pub fn decode_standard(text: &str) -> Result<Vec<u8>, Reason> {
    STANDARD.decode(text).map_err(|_| malformed().expected("padded base64 in the standard alphabet"))
}

/// The base64 text of `bytes` in the standard alphabet, with padding.
pub fn encode_standard(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of a base64 text in either alphabet, padded or not, with ASCII white space anywhere.
///
/// For trust lists and keys that an operator provides, never for a credential. Errors: `jose.malformed`.
pub fn decode_any(text: &str) -> Result<Vec<u8>, Reason> {
    let mut plain: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => other,
        })
        .collect();
    for _ in 0..2 {
        plain.pop_if(|last| *last == b'=');
    }
    URL_SAFE_NO_PAD.decode(plain).map_err(|_| malformed().expected("base64"))
}

fn malformed() -> Reason {
    Reason::new(Code::JoseMalformed).expected("base64url without padding")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_url_alphabet_is_read_without_padding() {
        assert_eq!(decode("-_8").unwrap(), [0xfb, 0xff]);
        assert!(decode("").unwrap().is_empty());
        let mut place = [0; 3];
        assert_eq!((decode_slice("-_8", &mut place), place), (Some(2), [0xfb, 0xff, 0]));
        assert_eq!((decode_slice("-_9", &mut place), decode_slice("AAAAAA", &mut place)), (None, None));
        for bad in ["+/8", "-_8=", "-_9", "A", "AAA\n", " AAAA", "ÄAA"] {
            assert_eq!(decode(bad).unwrap_err().code(), Code::JoseMalformed, "{bad:?}");
        }
    }

    #[test]
    fn decode_into_appends() {
        let mut bytes = vec![1];
        decode_into("Ag", &mut bytes).unwrap();
        assert_eq!(bytes, [1, 2]);
        assert!(decode_into("A", &mut bytes).is_err());
    }

    #[test]
    fn the_standard_alphabet_wants_padding() {
        assert_eq!(decode_standard("+/8=").unwrap(), [0xfb, 0xff]);
        assert!(decode_standard("+/8").is_err());
        assert!(decode_standard("-_8=").is_err());
    }

    #[test]
    fn the_lenient_reading_takes_all_spellings() {
        for text in ["+/8=", "-_8", "+/8", " -\n_8 =", "-/8"] {
            assert_eq!(decode_any(text).unwrap(), [0xfb, 0xff], "{text:?}");
        }
        for bad in ["-_8===", "-=_8", "-_8!", "A"] {
            assert!(decode_any(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn encoding_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(decode(&encode(&bytes)).unwrap(), bytes.clone());
            prop_assert_eq!(decode_standard(&encode_standard(&bytes)).unwrap(), bytes.clone());
            prop_assert_eq!(decode_any(&encode_standard(&bytes)).unwrap(), bytes);
        }

        #[test]
        fn one_text_for_each_bytes(text in "[A-Za-z0-9_-]{0,12}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
