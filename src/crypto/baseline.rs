//! Baseline: what one bare ES256 check costs with `ring`, for benchmarks to compare with. Verifies nothing of anybody's.

use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};

/// A fresh key, one message and its signature.
pub struct RingEs256 {
    key: UnparsedPublicKey<Vec<u8>>,
    message: Vec<u8>,
    signature: Vec<u8>,
}

/// A check to repeat: `ring`, ES256, a message of the length that a health certificate signs. `None` when `ring` makes no key.
#[expect(
    clippy::disallowed_methods,
    reason = "ring's own signing wants ring's own source; nothing of it leaves this room"
)]
pub fn ring_es256(message_bytes: usize) -> Option<RingEs256> {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).ok()?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).ok()?;
    let message: Vec<u8> = (0..=u8::MAX).cycle().take(message_bytes).collect();
    let signature = pair.sign(&random, &message).ok()?.as_ref().to_vec();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref().to_vec());
    Some(RingEs256 { key, message, signature })
}

impl RingEs256 {
    /// `true` when the signature is right, which it is: this is about the time that it takes.
    pub fn check(&self) -> bool {
        self.key.verify(&self.message, &self.signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn really_checks() {
        let mut baseline = ring_es256(400).expect("a key");
        assert!(baseline.check());
        baseline.message[7] ^= 1;
        assert!(!baseline.check());
    }
}
