//! Our own BBS keys: the secrets that an issuer of `bbs-2023` signs with.
//!
//! The rules of `own_keys` hold here too: no clone, no serialisation, no secret in `Debug`, every signature checked before it leaves.

use std::fmt;

use blstrs::{G1Projective, G2Affine, Scalar};
use ff::Field;
use group::Curve;
use group::prime::PrimeCurveAffine;

use super::committed::{Commitment, Hidden, SecretScalar};
use super::signature::{SIGNATURE_BYTES, Signature, Signed};
use super::suite::{self, Generators, Interface};
use super::verify_key::VerifyKey;
use crate::crypto::multikey::{self, SecretKind};
use crate::crypto::own_keys::{OwnKeyFault, SignFault};
use crate::crypto::public_key::PublicKey;

/// A secret BBS key with its public key.
pub struct OwnBbsKey {
    secret: SecretScalar,
    key: VerifyKey,
    public: PublicKey,
}

impl OwnBbsKey {
    /// The key with that secret: 32 bytes, big-endian.
    ///
    /// # Errors
    /// `Unsupported` when it is zero or not below the order of the group.
    pub fn from_secret(secret: &[u8]) -> Result<OwnBbsKey, OwnKeyFault> {
        let bytes = secret.try_into().map_err(|_| OwnKeyFault::Unsupported)?;
        let secret = SecretScalar::from_bytes(bytes).ok_or(OwnKeyFault::Unsupported)?;
        OwnBbsKey::of(secret).ok_or(OwnKeyFault::Unsupported)
    }

    /// The key of a `secretKeyMultibase` text.
    ///
    /// # Errors
    /// `Unsupported` when the text is malformed or names a key of another kind.
    pub fn from_multikey(text: &str) -> Result<OwnBbsKey, OwnKeyFault> {
        match multikey::secret(text)? {
            (SecretKind::Bls12381G2, secret) => OwnBbsKey::from_secret(&secret),
            _ => Err(OwnKeyFault::Unsupported),
        }
    }

    /// A new key.
    ///
    /// # Errors
    /// `Refused` when a fault of the processor gives no key.
    pub fn generate() -> Result<OwnBbsKey, SignFault> {
        OwnBbsKey::of(SecretScalar::random()).ok_or(SignFault::Refused)
    }

    fn of(secret: SecretScalar) -> Option<OwnBbsKey> {
        let octets = (G2Affine::generator() * secret.scalar()).to_affine().to_compressed();
        let public = PublicKey::bls12381_g2(&octets).ok()?;
        Some(OwnBbsKey { key: VerifyKey::from_bytes(&octets).ok()?, public, secret })
    }

    /// The key that checks the proofs made from this key's signatures, as documents carry it.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The same key, ready to check with.
    pub fn verify_key(&self) -> &VerifyKey {
        &self.key
    }

    /// The secret, for whoever keeps it.
    pub fn secret(&self) -> &SecretScalar {
        &self.secret
    }

    /// A signature over a header and messages (`Sign`).
    ///
    /// # Errors
    /// `Refused` for too many messages, `SelfCheck` when the new signature does not verify.
    pub fn sign(&self, header: &[u8], messages: &[&[u8]]) -> Result<[u8; SIGNATURE_BYTES], SignFault> {
        let signed = Signed::new(&self.key, header, messages, &Hidden::Nothing).map_err(|_| SignFault::Refused)?;
        let secret = self.secret.to_bytes();
        let scalars = signed.scalars.iter().chain([&signed.domain]).flat_map(Scalar::to_bytes_be);
        let octets = zeroize::Zeroizing::new(secret.iter().copied().chain(scalars).collect::<Vec<u8>>());
        self.finish(signed.point(), Interface::Plain.hash_to_scalar(&octets))
    }

    /// A signature over a header, messages and what a holder committed to (`BlindSign`). For pseudonyms, `nym_entropy` is the
    /// issuer's part of their secret, which the holder must be told.
    ///
    /// # Errors
    /// `Refused` when the commitment's proof is wrong or there are too many messages; `SelfCheck` as [`OwnBbsKey::sign`].
    pub fn sign_committed(
        &self,
        header: &[u8],
        messages: &[&[u8]],
        commitment_with_proof: &[u8],
        nym_entropy: Option<&SecretScalar>,
    ) -> Result<[u8; SIGNATURE_BYTES], SignFault> {
        let interface = if nym_entropy.is_some() { Interface::Pseudonym } else { Interface::Blind };
        let commitment = Commitment::read(interface, commitment_with_proof).map_err(|_| SignFault::Refused)?;
        let generators =
            Generators::new(interface, messages.len(), commitment.scalars).map_err(|_| SignFault::Refused)?;
        let domain = generators.domain(interface, &self.key, header);
        let scalars: Vec<Scalar> = messages.iter().map(|message| interface.message_scalar(message)).collect();
        let mut point = G1Projective::from(suite::base_point()) + generators.q1 * domain;
        point += suite::sum_of_secret(generators.messages.iter().zip(&scalars));
        point += commitment.point;
        if let (Some(entropy), Some(last)) = (nym_entropy, generators.messages.last()) {
            point += last * entropy.scalar();
        }
        let octets = [self.secret.to_bytes().as_slice(), &point.to_affine().to_compressed()].concat();
        self.finish(point, interface.hash_to_scalar(&zeroize::Zeroizing::new(octets)))
    }

    fn finish(&self, b: G1Projective, e: Scalar) -> Result<[u8; SIGNATURE_BYTES], SignFault> {
        let inverse: Option<Scalar> = (self.secret.scalar() + e).invert().into();
        let a = (b * inverse.ok_or(SignFault::Refused)?).to_affine();
        let signature = Signature { a, e };
        if signature.is_over(&b, &self.key) { Ok(signature.write()) } else { Err(SignFault::SelfCheck) }
    }
}

impl fmt::Debug for OwnBbsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnBbsKey({:?})", self.public)
    }
}
