//! Message authentication: HMAC with SHA-256 (RFC 2104), to make names that tell nothing to whoever lacks the key.

use ring::hmac;

/// The HMAC-SHA-256 of `message` under `key`.
pub fn hmac_sha256(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
    out.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
    out
}

/// The HMAC-SHA-256 under a key of any length, of these runs one behind the other: for messages that others check.
pub fn hmac_sha256_of(key: &[u8], runs: &[&[u8]]) -> Vec<u8> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    runs.iter().for_each(|run| context.update(run));
    context.sign().as_ref().to_vec()
}

/// `true` when `tag` is the HMAC-SHA-256 of `message` under `key`. Takes as long whatever differs.
pub fn is_hmac_sha256(key: &[u8; 32], message: &[u8], tag: &[u8]) -> bool {
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), message, tag).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{hmac_sha256, hmac_sha256_of, is_hmac_sha256};

    /// RFC 4231, 4.2; its key of 20 bytes and ours of 32 are the same key: a short one is filled with zeros.
    #[test]
    fn known_mac() {
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let mac: String = hmac_sha256(&key, b"Hi There").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(mac, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        let mac = hmac_sha256(&key, b"Hi There");
        assert_eq!(hmac_sha256_of(&[0x0b; 20], &[b"Hi ", b"", b"There"]), mac);
        assert!(is_hmac_sha256(&key, b"Hi There", &mac));
        assert!(!is_hmac_sha256(&key, b"Hi there", &mac) && !is_hmac_sha256(&key, b"Hi There", &mac[..31]));
    }
}
