//! Baseline: what one bare signature check costs with `ring`, for benchmarks to compare with. Verifies nothing of anybody's.

use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING,
    ED25519, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};

use crate::crypto::own_keys::{OwnKey, Signer};

/// A kind of signature whose bare check is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// ECDSA with P-384 and SHA-384.
    Es384,
    /// Ed25519.
    Ed25519,
    /// RSASSA-PSS with 2048 bits and SHA-256.
    Ps256,
}

impl Bare {
    /// All of them.
    pub const ALL: [Bare; 4] = [Bare::Es256, Bare::Es384, Bare::Ed25519, Bare::Ps256];

    /// The name of its row.
    pub fn name(self) -> &'static str {
        match self {
            Bare::Es256 => "ring_es256",
            Bare::Es384 => "ring_es384",
            Bare::Ed25519 => "ring_ed25519",
            Bare::Ps256 => "ring_ps256",
        }
    }
}

/// A fresh key, one message and its signature.
pub struct BareCheck {
    bare: Bare,
    key: UnparsedPublicKey<Vec<u8>>,
    message: Vec<u8>,
    signature: Vec<u8>,
}

/// A check to repeat, of a message of so many bytes. `None` when `ring` makes no key.
pub fn bare_check(bare: Bare, message_bytes: usize) -> Option<BareCheck> {
    let message: Vec<u8> = (0..=u8::MAX).cycle().take(message_bytes).collect();
    let (algorithm, key, signature): (&'static dyn VerificationAlgorithm, _, _) = match bare {
        Bare::Es256 => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, &ECDSA_P256_SHA256_FIXED, &message)?,
        Bare::Es384 => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING, &ECDSA_P384_SHA384_FIXED, &message)?,
        Bare::Ed25519 => ed25519(&message)?,
        Bare::Ps256 => ps256(&message)?,
    };
    Some(BareCheck { bare, key: UnparsedPublicKey::new(algorithm, key), message, signature })
}

type Made = (&'static dyn VerificationAlgorithm, Vec<u8>, Vec<u8>);

#[expect(
    clippy::disallowed_methods,
    reason = "ring's own signing wants ring's own source; nothing of it leaves this room"
)]
fn ecdsa(
    signing: &'static EcdsaSigningAlgorithm,
    checking: &'static dyn VerificationAlgorithm,
    message: &[u8],
) -> Option<Made> {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(signing, &random).ok()?;
    let pair = EcdsaKeyPair::from_pkcs8(signing, pkcs8.as_ref(), &random).ok()?;
    let signature = pair.sign(&random, message).ok()?.as_ref().to_vec();
    Some((checking, pair.public_key().as_ref().to_vec(), signature))
}

#[expect(
    clippy::disallowed_methods,
    reason = "ring's own signing wants ring's own source; nothing of it leaves this room"
)]
fn ed25519(message: &[u8]) -> Option<Made> {
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).ok()?;
    let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).ok()?;
    Some((&ED25519, pair.public_key().as_ref().to_vec(), pair.sign(message).as_ref().to_vec()))
}

/// `ring` makes no RSA keys; this one is ours.
fn ps256(message: &[u8]) -> Option<Made> {
    let (own, _) = OwnKey::generate_rsa_2048().ok()?;
    let signature = own.sign(message).ok()?;
    Some((&RSA_PSS_2048_8192_SHA256, own.public_key().encoded().to_vec(), signature))
}

impl BareCheck {
    /// The kind of signature.
    pub fn bare(&self) -> Bare {
        self.bare
    }

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
        for bare in Bare::ALL {
            let mut baseline = bare_check(bare, 400).expect("a key");
            assert!(baseline.check(), "{}", bare.name());
            baseline.message[7] ^= 1;
            assert!(!baseline.check(), "{}", bare.name());
        }
    }
}
