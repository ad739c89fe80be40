//! Key agreement: ECDH with a private key of ours (SP 800-56A, X25519 of RFC 7748), and what HKDF (RFC 5869) makes of it.

use std::fmt;

use aws_lc_rs::agreement::{ECDH_P256, ECDH_P384, ECDH_P521, PrivateKey, UnparsedPublicKey, X25519, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use zeroize::Zeroizing;

use crate::crypto::public_key::{Curve, PublicKey};
use crate::encoding::{base64url, json};
use crate::reason::{Code, Reason};

/// A private key for key agreement. Cannot be cloned; `Debug` shows nothing of it.
pub struct AgreementKey {
    private: PrivateKey,
    curve: Option<Curve>,
}

/// Why a private key was not taken. Says nothing of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgreementKeyFault;

impl fmt::Display for AgreementKeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a private JWK of P-256, P-384, P-521 or X25519")
    }
}

impl std::error::Error for AgreementKeyFault {}

impl fmt::Debug for AgreementKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AgreementKey({})", self.curve.map_or("X25519", Curve::name))
    }
}

impl AgreementKey {
    /// The key of a private JWK: EC on P-256, P-384 or P-521, or X25519. Only its curve and `d` are looked at.
    ///
    /// # Errors
    /// [`AgreementKeyFault`] when it is anything else.
    pub fn from_jwk(text: &str) -> Result<AgreementKey, AgreementKeyFault> {
        let jwk = json::decode(text.as_bytes()).map_err(|_| AgreementKeyFault)?;
        let member = |name| jwk.member(name).and_then(json::Value::as_str);
        let secret = Zeroizing::new(member("d").and_then(|d| base64url::decode(d).ok()).ok_or(AgreementKeyFault)?);
        let curve = match (member("kty"), member("crv")) {
            (Some("EC"), Some(name)) => Some(Curve::from_jose(name).ok_or(AgreementKeyFault)?),
            (Some("OKP"), Some("X25519")) => None,
            _ => return Err(AgreementKeyFault),
        };
        AgreementKey::from_scalar(curve, &secret)
    }

    /// The key of a scalar, big-endian, of the curve's full length; `None` = X25519.
    ///
    /// # Errors
    /// [`AgreementKeyFault`] when the length is wrong or the scalar is none of the curve's.
    pub fn from_scalar(curve: Option<Curve>, scalar: &[u8]) -> Result<AgreementKey, AgreementKeyFault> {
        let algorithm = match curve {
            Some(Curve::P256) => &ECDH_P256,
            Some(Curve::P384) => &ECDH_P384,
            Some(Curve::P521) => &ECDH_P521,
            Some(Curve::Secp256k1) => return Err(AgreementKeyFault),
            None => &X25519,
        };
        let private = PrivateKey::from_private_key(algorithm, scalar).map_err(|_| AgreementKeyFault)?;
        Ok(AgreementKey { private, curve })
    }

    /// The public key that belongs to it.
    ///
    /// # Errors
    /// [`AgreementKeyFault`] when it cannot be computed.
    pub fn public_key(&self) -> Result<PublicKey, AgreementKeyFault> {
        let point = self.private.compute_public_key().map_err(|_| AgreementKeyFault)?;
        match self.curve {
            Some(curve) => PublicKey::from_point(curve, point.as_ref()),
            None => PublicKey::x25519(point.as_ref()),
        }
        .map_err(|_| AgreementKeyFault)
    }

    /// The 32 bytes that HKDF with SHA-256 makes of the secret shared with `peer`.
    ///
    /// # Errors
    /// `key.invalid_point` when the other key is of another curve, or of small order.
    pub fn derive(&self, peer: &PublicKey, salt: &[u8], info: &[u8]) -> Result<Zeroizing<[u8; 32]>, Reason> {
        let fault = || Reason::new(Code::KeyInvalidPoint);
        let point = match (self.curve, peer.curve(), peer.x25519_bytes()) {
            (Some(own), Some(theirs), _) if own == theirs => {
                let (x, y) = peer.ec_coordinates().ok_or_else(fault)?;
                [&[4], x, y].concat()
            }
            (None, None, Some(x)) => x.to_vec(),
            _ => return Err(fault().expected("a key of the reader's curve")),
        };
        let peer = UnparsedPublicKey::new(self.private.algorithm(), point);
        let expected = fault().expected("a point of large order");
        agree(&self.private, peer, expected, |secret| {
            let salt = Salt::new(HKDF_SHA256, salt);
            let mut key = Zeroizing::new([0; 32]);
            let filled = salt.extract(secret).expand(&[info], Length).and_then(|okm| okm.fill(key.as_mut_slice()));
            filled.map(|()| key).map_err(|_| fault())
        })
    }
}

/// Bytes that HKDF gives.
struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_agree() {
        let code = |result: Result<_, Reason>| result.map(|_: Zeroizing<[u8; 32]>| ()).map_err(|reason| reason.code());
        let zeros = PublicKey::x25519(&[0; 32]).expect("any bytes");
        for (curve, width) in [(None, 32), (Some(Curve::P256), 32), (Some(Curve::P384), 48), (Some(Curve::P521), 66)] {
            let key = |digit: u8| {
                let mut scalar = vec![0; width];
                scalar[width - 1] = digit;
                AgreementKey::from_scalar(curve, &scalar).expect("a key")
            };
            let (alice, bob) = (key(7), key(9));
            let (of_alice, of_bob) = (alice.public_key().expect("a key"), bob.public_key().expect("a key"));
            let one = alice.derive(&of_bob, b"salt", b"info").expect("agreed");
            assert_eq!(one, bob.derive(&of_alice, b"salt", b"info").expect("agreed"));
            assert_ne!(one, alice.derive(&of_bob, b"salt", b"other").expect("agreed"));
            assert_ne!(one, alice.derive(&of_bob, b"other", b"info").expect("agreed"));
            assert_eq!(code(alice.derive(&zeros, b"", b"")), Err(Code::KeyInvalidPoint));
        }
    }

    #[test]
    fn what_is_no_private_key() {
        for text in ["", "{}", r#"{"kty":"EC","crv":"P-256","d":"AA"}"#, r#"{"kty":"OKP","crv":"Ed25519","d":"AA"}"#] {
            assert!(AgreementKey::from_jwk(text).is_err(), "{text}");
        }
    }
}
