//! Multikey (Controlled Identifiers 1.0, 2.2.2 and 2.5): a key as multibase base58btc of a multicodec number and the key.
//!
//! | key | multicodec | bytes of it | length |
//! |---|---|---|---|
//! | Ed25519, public / secret | 0xed / 0x1300 | `ed 01` / `80 26` | 32 |
//! | X25519, public | 0xec | `ec 01` | 32 |
//! | P-256, public / secret | 0x1200 / 0x1306 | `80 24` / `86 26` | 33 compressed / 32 |
//! | P-384, public / secret | 0x1201 / 0x1307 | `81 24` / `87 26` | 49 compressed / 48 |
//! | P-521, public / secret | 0x1202 / 0x1308 | `82 24` / `88 26` | 67 compressed / 66 |
//! | secp256k1, public | 0xe7 | `e7 01` | 33 compressed |
//! | BLS12-381 G2, public / secret | 0xeb / 0x130a | `eb 01` / `8a 26` | 96 compressed / 32 |
//! | RSA, public | 0x1205 | `85 24` | PKCS#1 RSAPublicKey |
//!
//! SM2 keys (0x1206) are named and refused. Secret keys are only ever our own; none is written.

use zeroize::Zeroizing;

use crate::crypto::algorithm::KeyKind;
use crate::crypto::own_keys::{OwnKey, OwnKeyFault};
use crate::crypto::public_key::{Curve, PublicKey};
use crate::encoding::multibase::{self, Base};
use crate::reason::{Code, Reason};

const ED25519: u64 = 0xed;
const X25519: u64 = 0xec;
const SECP256K1: u64 = 0xe7;
const BLS12381_G2: u64 = 0xeb;
const P256: u64 = 0x1200;
const P384: u64 = 0x1201;
const P521: u64 = 0x1202;
const RSA: u64 = 0x1205;
const SM2: u64 = 0x1206;
const ED25519_SECRET: u64 = 0x1300;
const P256_SECRET: u64 = 0x1306;
const P384_SECRET: u64 = 0x1307;
const P521_SECRET: u64 = 0x1308;
const BLS12381_G2_SECRET: u64 = 0x130a;
/// `80 30`: how the text of Controlled Identifiers 1.0 misprints the head of BLS12-381 secret keys.
const BLS12381_G2_SECRET_MISPRINT: u64 = 0x1800;

/// The public key of a `publicKeyMultibase` text, or of a did:key's identifier.
///
/// # Errors
/// `did.key_malformed` for another multibase than base58btc, an unknown or overlong multicodec, a wrong length, a point off
/// its curve; `key.weak` for RSA keys that we do not take.
pub fn decode(text: &str) -> Result<PublicKey, Reason> {
    let bytes = multibase::decode(text, &[Base::Base58Btc]).map_err(|_| malformed().expected("`z` and base58btc"))?;
    from_bytes(&bytes)
}

/// The public key in the bytes under the multibase text.
///
/// # Errors
/// As [`decode`].
pub fn from_bytes(bytes: &[u8]) -> Result<PublicKey, Reason> {
    let (codec, key) = split(bytes).ok_or_else(|| malformed().expected("a multicodec number in its shortest form"))?;
    let key = match codec {
        ED25519 => PublicKey::ed25519(key),
        X25519 => PublicKey::x25519(key),
        P256 => PublicKey::from_compressed_point(Curve::P256, key),
        P384 => PublicKey::from_compressed_point(Curve::P384, key),
        P521 => PublicKey::from_compressed_point(Curve::P521, key),
        SECP256K1 => PublicKey::from_compressed_point(Curve::Secp256k1, key),
        BLS12381_G2 => PublicKey::bls12381_g2(key),
        RSA => PublicKey::from_pkcs1(key, false),
        SM2 => return Err(malformed().expected("a kind of key that we take").got("SM2")),
        other => {
            let number = format!("multicodec 0x{other:x}");
            return Err(malformed().expected("the multicodec of a public key that we take").got(number));
        }
    };
    key.map_err(|reason| match reason.code() {
        Code::KeyWeak => reason,
        _ => malformed().expected(reason.expected_fact().clone()).got(reason.got_fact().clone()),
    })
}

/// The key as a `publicKeyMultibase` text.
pub fn encode(key: &PublicKey) -> String {
    multibase::encode(Base::Base58Btc, &to_bytes(key))
}

/// The bytes under the multibase text: the multicodec number, then the key. Of an account its address alone: it is no key, and has
/// no number.
pub fn to_bytes(key: &PublicKey) -> Vec<u8> {
    let head: &[u8] = match key.kind() {
        KeyKind::Ed25519 => &[0xed, 0x01],
        KeyKind::X25519 => &[0xec, 0x01],
        KeyKind::P256 => &[0x80, 0x24],
        KeyKind::P384 => &[0x81, 0x24],
        KeyKind::P521 => &[0x82, 0x24],
        KeyKind::K256 => &[0xe7, 0x01],
        KeyKind::Bls12381G2 => &[0xeb, 0x01],
        KeyKind::Rsa { .. } => &[0x85, 0x24],
        KeyKind::EthereumAccount => &[],
    };
    match key.compressed_point() {
        Some(point) => [head, point.as_slice()].concat(),
        None => [head, key.encoded()].concat(),
    }
}

/// What a secret key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// A seed of Ed25519.
    Ed25519,
    /// A scalar of a curve.
    Ec(Curve),
    /// A scalar of BLS12-381.
    Bls12381G2,
}

/// Our own key of a `secretKeyMultibase` text: Ed25519, P-256, P-384 or P-521.
///
/// # Errors
/// `Unsupported` when the text is malformed or the key of another kind (BLS12-381 too: see [`secret`]).
pub fn own_key(text: &str) -> Result<OwnKey, OwnKeyFault> {
    let (kind, secret) = secret(text)?;
    match kind {
        SecretKind::Ed25519 => OwnKey::from_ed25519_seed(&secret),
        SecretKind::Ec(curve) => OwnKey::from_scalar(curve, &secret),
        SecretKind::Bls12381G2 => Err(OwnKeyFault::Unsupported),
    }
}

/// The kind and the bytes of a `secretKeyMultibase` text, of their due length. The bytes are wiped when dropped.
///
/// # Errors
/// `Unsupported` when the text is malformed or the kind another.
pub fn secret(text: &str) -> Result<(SecretKind, Zeroizing<Vec<u8>>), OwnKeyFault> {
    let bytes = multibase::decode(text.trim(), &[Base::Base58Btc]).map_err(|_| OwnKeyFault::Unsupported)?;
    let bytes = Zeroizing::new(bytes);
    let (codec, secret) = split(&bytes).ok_or(OwnKeyFault::Unsupported)?;
    let (kind, due) = match codec {
        ED25519_SECRET => (SecretKind::Ed25519, 32),
        P256_SECRET => (SecretKind::Ec(Curve::P256), 32),
        P384_SECRET => (SecretKind::Ec(Curve::P384), 48),
        P521_SECRET => (SecretKind::Ec(Curve::P521), 66),
        BLS12381_G2_SECRET | BLS12381_G2_SECRET_MISPRINT => (SecretKind::Bls12381G2, 32),
        _ => return Err(OwnKeyFault::Unsupported),
    };
    if secret.len() != due {
        return Err(OwnKeyFault::Unsupported);
    }
    Ok((kind, Zeroizing::new(secret.to_vec())))
}

/// The multicodec number, an unsigned varint in its shortest form (at most nine bytes), and what follows.
pub(crate) fn split(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            // A last byte of zero adds nothing: there is a shorter form.
            let is_shortest = at == 0 || *byte != 0;
            return is_shortest.then_some((number, bytes.get(at + 1..)?));
        }
    }
    None
}

fn malformed() -> Reason {
    Reason::new(Code::DidKeyMalformed)
}

#[cfg(test)]
mod tests;
