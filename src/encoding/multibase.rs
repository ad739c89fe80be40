//! Multibase (Controlled Identifiers 1.0, 2.4): a text whose first character names its alphabet.
//!
//! Two alphabets are used: `z` base58btc and `u` base64url without padding. Every place allows only some, and says which.

use crate::encoding::{base58, base64url};
use crate::reason::{Code, Reason};

/// An alphabet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// `z`: Base58 with Bitcoin's alphabet.
    Base58Btc,
    /// `u`: base64url without padding.
    Base64Url,
}

impl Base {
    /// The character that names the alphabet.
    pub const fn prefix(self) -> char {
        match self {
            Base::Base58Btc => 'z',
            Base::Base64Url => 'u',
        }
    }
}

/// The bytes of a multibase text in one of the allowed alphabets.
///
/// # Errors
/// `multibase.invalid` for another prefix, a character outside of the alphabet, padding, or a Base58 text longer than
/// [`base58::CHARACTERS`].
pub fn decode(text: &str, allowed: &[Base]) -> Result<Vec<u8>, Reason> {
    let found = allowed.iter().find_map(|base| Some((*base, text.strip_prefix(base.prefix())?)));
    let Some((base, rest)) = found else {
        let expected: Vec<_> = allowed.iter().map(|base| format!("`{}`", base.prefix())).collect();
        return Err(invalid().expected(expected.join(" or ")).got("another prefix"));
    };
    match base {
        Base::Base58Btc => base58::decode(rest).ok_or_else(|| invalid().expected("base58btc")),
        Base::Base64Url => base64url::decode(rest).map_err(|_| invalid().expected("base64url without padding")),
    }
}

/// The multibase text of `bytes`.
pub fn encode(base: Base, bytes: &[u8]) -> String {
    let text = match base {
        Base::Base58Btc => base58::encode(bytes),
        Base::Base64Url => base64url::encode(bytes),
    };
    format!("{}{text}", base.prefix())
}

fn invalid() -> Reason {
    Reason::new(Code::MultibaseInvalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_has_its_alphabets() {
        let both = [Base::Base58Btc, Base::Base64Url];
        assert_eq!(decode("z21", &both).unwrap(), [58]);
        assert_eq!(decode("uOg", &both).unwrap(), [58]);
        assert_eq!(encode(Base::Base58Btc, &[58]), "z21");
        assert_eq!(encode(Base::Base64Url, &[58]), "uOg");
        for (text, allowed) in [
            ("uOg", &both[..1]),
            ("z21", &both[1..]),
            ("", &both[..]),
            ("21", &both[..]),
            ("mOg", &both[..]),
            ("z0", &both[..]),
            ("uOg==", &both[..]),
            ("Z21", &both[..]),
            ("z21", &[]),
        ] {
            assert_eq!(decode(text, allowed).unwrap_err().code(), Code::MultibaseInvalid, "{text}");
        }
    }
}
