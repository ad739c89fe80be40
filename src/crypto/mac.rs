//! Message authentication: HMAC-SHA-256 (RFC 2104), by which this program knows again what it made itself.

use ring::hmac;

/// The HMAC-SHA-256 of `message` under `key`.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
    let mut out = [0; 32];
    out.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
    out
}

/// `true` when `tag` is the HMAC-SHA-256 of `message` under `key`. Takes as long whatever differs.
pub fn is_hmac_sha256(key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), message, tag).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn known_tag() {
        let tag = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
        let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert!(is_hmac_sha256(b"Jefe", b"what do ya want for nothing?", &tag));
        assert!(!is_hmac_sha256(b"Jefe", b"what do ya want for nothing", &tag));
        assert!(!is_hmac_sha256(b"Jefe", b"what do ya want for nothing?", &tag[..31]));
    }
}
