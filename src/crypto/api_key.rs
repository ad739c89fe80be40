//! API keys: secrets that callers of the service bring, kept as digests and compared in constant time.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::crypto::digest::sha256;
use crate::crypto::mac::{hmac_sha256, is_hmac_sha256};

/// Characters that an API key may have. Shorter ones can be guessed.
const CHARACTERS: std::ops::RangeInclusive<usize> = 16..=256;

/// One API key: its digest, from which the key cannot be had.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    digest: [u8; 32],
}

impl ApiKey {
    /// The key with this text. `None` unless it has 16 to 256 visible ASCII characters.
    pub fn from_text(text: &str) -> Option<ApiKey> {
        let sound = CHARACTERS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        sound.then(|| ApiKey { digest: sha256(text.as_bytes()) })
    }

    /// `true` when this is the key's text. Takes as long for every text of a length.
    pub fn is(&self, text: &[u8]) -> bool {
        verify_slices_are_equal(&self.digest, &sha256(text)).is_ok()
    }
}

impl ApiKey {
    /// What binds something of that name to the bearer of this key: tells nothing of the key, nor that two things have one bearer.
    pub fn tag(&self, name: &[u8; 32]) -> [u8; 32] {
        hmac_sha256(&self.digest, name)
    }

    /// `true` when [`ApiKey::tag`] gives that tag.
    pub fn has_tagged(&self, name: &[u8; 32], tag: &[u8; 32]) -> bool {
        is_hmac_sha256(&self.digest, name, tag)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_is_the_key() {
        let key = ApiKey::from_text("correct-horse-battery").expect("long enough");
        assert!(key.is(b"correct-horse-battery"));
        for other in ["correct-horse-batterz", "correct-horse-battery ", "", "ApiKey"] {
            assert!(!key.is(other.as_bytes()), "{other}");
        }
        assert_eq!(format!("{key:?}"), "ApiKey");
        let other = ApiKey::from_text("correct-horse-batterz").expect("long enough");
        let tag = key.tag(&[1; 32]);
        assert!(key.has_tagged(&[1; 32], &tag));
        assert!(!other.has_tagged(&[1; 32], &tag) && !key.has_tagged(&[2; 32], &tag));
        for weak in ["", "short", "fifteen-letters", "sixteen letters!", "sixteen-letters\u{e9}"] {
            assert_eq!(ApiKey::from_text(weak), None, "{weak}");
        }
        assert_eq!(ApiKey::from_text(&"a".repeat(257)), None);
    }
}
