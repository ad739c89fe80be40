//! HPKE (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM: what ISO/IEC 18013-7 (Annex C) encrypts with, and
//! what keeps a result until its owner comes for it.

use std::convert::Infallible;
use std::fmt;

use hpke::aead::AesGcm128;
use hpke::kdf::HkdfSha256;
use hpke::kem::DhP256HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use zeroize::Zeroizing;

use crate::crypto::jwe::EncryptionKey;
use crate::crypto::public_key::{Curve, PublicKey};
use crate::crypto::random::random_bytes;

type Private = <DhP256HkdfSha256 as Kem>::PrivateKey;
type Public = <DhP256HkdfSha256 as Kem>::PublicKey;
type Encapsulated = <DhP256HkdfSha256 as Kem>::EncappedKey;

/// What was sealed, and the sender's half of the agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// `enc`: an uncompressed point, 65 bytes.
    pub encapsulated: Vec<u8>,
    /// `cipherText`, its tag included.
    pub ciphertext: Vec<u8>,
}

/// It could not be opened, or not be sealed. Nothing else is ever said about that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HpkeFault;

impl fmt::Display for HpkeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the HPKE operation failed")
    }
}

impl std::error::Error for HpkeFault {}

/// What was sealed to that key under that `info`.
///
/// # Errors
/// [`HpkeFault`].
pub fn open(key: &EncryptionKey, info: &[u8], sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, HpkeFault> {
    let scalar = key.scalar().ok_or(HpkeFault)?;
    open_with(&Private::from_bytes(&scalar).map_err(|_| HpkeFault)?, info, sealed)
}

fn open_with(key: &Private, info: &[u8], sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, HpkeFault> {
    let encapsulated = Encapsulated::from_bytes(&sealed.encapsulated).map_err(|_| HpkeFault)?;
    let mode = OpModeR::Base;
    let opened = hpke::single_shot_open::<AesGcm128, HkdfSha256, DhP256HkdfSha256>(
        &mode,
        key,
        &encapsulated,
        info,
        &sealed.ciphertext,
        &[],
    );
    opened.map(Zeroizing::new).map_err(|_| HpkeFault)
}

/// `plaintext` for the holder of that P-256 key, under that `info`.
///
/// # Errors
/// [`HpkeFault`] when the key is of another curve.
pub fn seal(recipient: &PublicKey, info: &[u8], plaintext: &[u8]) -> Result<Sealed, HpkeFault> {
    let (x, y) = recipient.ec_coordinates().filter(|_| recipient.curve() == Some(Curve::P256)).ok_or(HpkeFault)?;
    seal_to(&[&[4], x, y].concat(), info, plaintext)
}

fn seal_to(point: &[u8], info: &[u8], plaintext: &[u8]) -> Result<Sealed, HpkeFault> {
    let recipient = Public::from_bytes(point).map_err(|_| HpkeFault)?;
    let sealed = hpke::single_shot_seal_with_rng::<AesGcm128, HkdfSha256, DhP256HkdfSha256>(
        &OpModeS::Base,
        &recipient,
        info,
        plaintext,
        &[],
        &mut Randomness,
    );
    let (encapsulated, ciphertext) = sealed.map_err(|_| HpkeFault)?;
    Ok(Sealed { encapsulated: encapsulated.to_bytes().to_vec(), ciphertext })
}

/// The public half, an uncompressed point, of the key pair that is derived from a secret (RFC 9180, 4.1, DeriveKeyPair). Whoever has the
/// point can seal; only who has the secret can open.
pub fn point_of_secret(secret: &[u8; 32]) -> Vec<u8> {
    let (_, public) = DhP256HkdfSha256::derive_keypair(secret);
    public.to_bytes().to_vec()
}

/// `plaintext` for whoever has the secret of that point.
///
/// # Errors
/// [`HpkeFault`] when it is no point of P-256.
pub fn seal_to_point(point: &[u8], info: &[u8], plaintext: &[u8]) -> Result<Sealed, HpkeFault> {
    seal_to(point, info, plaintext)
}

/// What was sealed to the point of that secret.
///
/// # Errors
/// [`HpkeFault`].
pub fn open_with_secret(secret: &[u8; 32], info: &[u8], sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, HpkeFault> {
    let (private, _) = DhP256HkdfSha256::derive_keypair(secret);
    open_with(&private, info, sealed)
}

/// Our randomness, as the crate asks for it.
struct Randomness;

impl TryRng for Randomness {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes(random_bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(random_bytes()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(32) {
            let random = Zeroizing::new(random_bytes::<32>());
            chunk.iter_mut().zip(random.iter()).for_each(|(to, from)| *to = *from);
        }
        Ok(())
    }
}

impl TryCryptoRng for Randomness {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_to_a_key_opens_with_it_alone() {
        let key = EncryptionKey::generate().expect("a key");
        let sealed = seal(&key.public_key().expect("public"), b"info", b"plain").expect("sealed");
        assert_eq!(open(&key, b"info", &sealed).expect("opened").as_slice(), b"plain");
        assert_eq!(open(&key, b"other", &sealed), Err(HpkeFault));
        assert_eq!(open(&EncryptionKey::generate().expect("a key"), b"info", &sealed), Err(HpkeFault));
        let mut changed = sealed.clone();
        changed.ciphertext[0] ^= 1;
        assert_eq!(open(&key, b"info", &changed), Err(HpkeFault));
        for point in [&sealed.encapsulated[1..], &[4; 65], &[]] {
            assert_eq!(open(&key, b"info", &Sealed { encapsulated: point.to_vec(), ..sealed.clone() }), Err(HpkeFault));
        }
    }

    #[test]
    fn a_secret_opens_what_its_point_sealed() {
        let point = point_of_secret(&[7; 32]);
        let sealed = seal_to_point(&point, b"info", b"plain").expect("sealed");
        assert_eq!(open_with_secret(&[7; 32], b"info", &sealed).expect("opened").as_slice(), b"plain");
        assert_eq!(open_with_secret(&[8; 32], b"info", &sealed), Err(HpkeFault));
        assert_eq!(seal_to_point(&[4; 65], b"info", b"plain"), Err(HpkeFault));
    }

    /// RFC 9180, A.3.1: base mode of this suite.
    #[test]
    fn the_vector_of_the_rfc() {
        let bytes = |hex: &str| -> Vec<u8> {
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
        };
        let info = bytes("4f6465206f6e2061204772656369616e2055726e");
        let private = bytes("f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2");
        let sealed = Sealed {
            encapsulated: bytes(
                "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
            ),
            ciphertext: bytes(
                "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434",
            ),
        };
        let context = hpke::setup_receiver::<AesGcm128, HkdfSha256, DhP256HkdfSha256>(
            &OpModeR::Base,
            &Private::from_bytes(&private).expect("a key"),
            &Encapsulated::from_bytes(&sealed.encapsulated).expect("a point"),
            &info,
        );
        // The vector has additional data, `Count-0`, which nothing of ours has.
        let opened = context.expect("agreed").open(&sealed.ciphertext, b"Count-0").expect("opened");
        assert_eq!(opened, bytes("4265617574792069732074727574682c20747275746820626561757479"));
    }
}
