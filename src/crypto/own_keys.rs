//! Own keys: the secrets that this program signs with. Nobody else holds any.
//!
//! A key signs only together with the public key that belongs to it; no caller can bring another (RUSTSEC-2022-0093 is
//! not expressible). Every signature is checked before it is handed out, so that a computing fault cannot leak the key.
//! Nothing here can be cloned or serialised, and `Debug` shows the public key only.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self as aws, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaKeyPair};
use zeroize::Zeroizing;

use crate::crypto::algorithm::Algorithm;
use crate::crypto::job::{self, Job};
use crate::crypto::public_key::{Curve, PublicKey};
use crate::crypto::{pem, tlv};

/// Whoever can sign: a key in memory, or one day a key in a device.
pub trait Signer {
    /// The algorithm of every signature of this signer.
    fn algorithm(&self) -> Algorithm;

    /// The key that checks this signer's signatures.
    fn public_key(&self) -> &PublicKey;

    /// The signature over `message`; raw r || s for ECDSA.
    ///
    /// # Errors
    /// [`SignFault`]; no signature leaves then.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignFault>;
}

/// Why nothing was signed: our trouble, not a credential's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignFault {
    /// The signing operation failed.
    Refused,
    /// The new signature does not verify under the signer's own key (`issue.self_check`): a fault of memory or processor.
    SelfCheck,
}

impl fmt::Display for SignFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SignFault::Refused => "the key could not sign",
            SignFault::SelfCheck => "issue.self_check: the new signature does not verify; it was thrown away",
        })
    }
}

impl std::error::Error for SignFault {}

/// Why a private key was not taken. Says nothing of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnKeyFault {
    /// The text holds no single PEM block of a private key.
    NotPem,
    /// The key is encrypted; we ask for no pass phrases.
    Encrypted,
    /// The key is broken, of a kind or curve that we do not sign with, or its halves do not belong together.
    Unsupported,
    /// The key cannot sign with the algorithm that was asked for.
    AlgorithmMismatch,
}

impl fmt::Display for OwnKeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OwnKeyFault::NotPem => "not a single PEM private key (PRIVATE KEY, EC PRIVATE KEY or RSA PRIVATE KEY)",
            OwnKeyFault::Encrypted => "the private key is encrypted; decrypt it first",
            OwnKeyFault::Unsupported => {
                "the private key is broken or not P-256, P-384, P-521, RSA (2048 to 8192 bits) or Ed25519"
            }
            OwnKeyFault::AlgorithmMismatch => "the private key cannot sign with this algorithm",
        })
    }
}

impl std::error::Error for OwnKeyFault {}

/// A private key in memory, with its public key. Signs with one algorithm.
pub struct OwnKey {
    algorithm: Algorithm,
    public: PublicKey,
    secret: Secret,
}

/// The crypto crate wipes these when they are dropped.
enum Secret {
    Ecdsa(EcdsaKeyPair),
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl OwnKey {
    /// The key in a PEM text: PKCS#8, SEC 1 or PKCS#1; P-256, P-384, P-521, RSA or Ed25519. An RSA key signs with PS256.
    ///
    /// # Errors
    /// [`OwnKeyFault`] when the text holds anything but one plain private key of these kinds.
    pub fn from_pem(text: &str) -> Result<OwnKey, OwnKeyFault> {
        let blocks = pem::blocks(text).ok_or(OwnKeyFault::NotPem)?;
        // OpenSSL writes the curve's name before a SEC 1 key.
        let mut keys = blocks.iter().filter(|block| block.label != "EC PARAMETERS");
        let (Some(block), None) = (keys.next(), keys.next()) else {
            return Err(OwnKeyFault::NotPem);
        };
        match block.label {
            "PRIVATE KEY" => OwnKey::from_pkcs8_der(&block.bytes),
            "EC PRIVATE KEY" => OwnKey::ecdsa_from_der(&block.bytes).ok_or(OwnKeyFault::Unsupported),
            "RSA PRIVATE KEY" => {
                OwnKey::from_rsa(RsaKeyPair::from_der(&block.bytes).map_err(|_| OwnKeyFault::Unsupported)?)
            }
            "ENCRYPTED PRIVATE KEY" => Err(OwnKeyFault::Encrypted),
            _ => Err(OwnKeyFault::NotPem),
        }
    }

    /// The key in a DER PKCS#8 document, as [`OwnKey::from_pem`].
    ///
    /// # Errors
    /// `Unsupported` when it is broken or of another kind.
    pub fn from_pkcs8_der(pkcs8: &[u8]) -> Result<OwnKey, OwnKeyFault> {
        OwnKey::ecdsa_from_der(pkcs8)
            .or_else(|| OwnKey::rsa_from_pkcs8(pkcs8))
            .or_else(|| OwnKey::ed25519_from_pkcs8(pkcs8))
            .ok_or(OwnKeyFault::Unsupported)
    }

    /// The key of a private EC JWK: the scalar and the point, big-endian, each of the curve's full length. Not secp256k1.
    ///
    /// # Errors
    /// `Unsupported` when a length is wrong or the halves do not belong together.
    pub fn from_private_jwk(curve: Curve, d: &[u8], x: &[u8], y: &[u8]) -> Result<OwnKey, OwnKeyFault> {
        let public = PublicKey::ec(curve, x, y).map_err(|_| OwnKeyFault::Unsupported)?;
        let (signing, algorithm) = ecdsa_scheme(curve).ok_or(OwnKeyFault::Unsupported)?;
        if d.len() != curve.coordinate_bytes() {
            return Err(OwnKeyFault::Unsupported);
        }
        let point = [&[4], x, y].concat();
        let pair = EcdsaKeyPair::from_private_key_and_public_key(signing, d, &point);
        let pair = pair.map_err(|_| OwnKeyFault::Unsupported)?;
        Ok(OwnKey { algorithm, public, secret: Secret::Ecdsa(pair) })
    }

    /// The key of a scalar, big-endian, of the curve's full length; its point is computed. Not secp256k1.
    ///
    /// # Errors
    /// `Unsupported` when the length is wrong, the scalar zero or not below the order.
    pub fn from_scalar(curve: Curve, scalar: &[u8]) -> Result<OwnKey, OwnKeyFault> {
        let identifier = curve_identifier(curve).ok_or(OwnKeyFault::Unsupported)?;
        if scalar.len() != curve.coordinate_bytes() {
            return Err(OwnKeyFault::Unsupported);
        }
        // ECPrivateKey of SEC 1, C.4, without its public key.
        let secret = Zeroizing::new(tlv::value(tlv::OCTET_STRING, &[scalar]));
        let named = tlv::value(0xa0, &[identifier]);
        let der = Zeroizing::new(tlv::value(tlv::SEQUENCE, &[&tlv::unsigned(&[1]), &secret, &named]));
        OwnKey::ecdsa_of(curve, &der).ok_or(OwnKeyFault::Unsupported)
    }

    /// The Ed25519 key of a seed of 32 bytes (RFC 8032, 5.1.5).
    ///
    /// # Errors
    /// `Unsupported` when the length is wrong.
    pub fn from_ed25519_seed(seed: &[u8]) -> Result<OwnKey, OwnKeyFault> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| OwnKeyFault::Unsupported)?;
        OwnKey::from_ed25519(pair).ok_or(OwnKeyFault::Unsupported)
    }

    /// A new P-256 key, and its PKCS#8 PEM text for whoever keeps it. The text is wiped when dropped.
    ///
    /// # Errors
    /// `Refused` when the operating system gives no randomness.
    pub fn generate_p256() -> Result<(OwnKey, Zeroizing<String>), SignFault> {
        OwnKey::generate(Curve::P256)
    }

    /// A new key on that curve, as [`OwnKey::generate_p256`]. Not secp256k1.
    ///
    /// # Errors
    /// `Refused` when the operating system gives no randomness, and for secp256k1.
    pub fn generate(curve: Curve) -> Result<(OwnKey, Zeroizing<String>), SignFault> {
        let (signing, _) = ecdsa_scheme(curve).ok_or(SignFault::Refused)?;
        #[expect(clippy::disallowed_methods, reason = "making keys and signatures needs randomness")]
        let document = EcdsaKeyPair::generate_pkcs8(signing, &SystemRandom::new()).map_err(|_| SignFault::Refused)?;
        let own = OwnKey::from_pkcs8_der(document.as_ref()).map_err(|_| SignFault::Refused)?;
        Ok((own, pem::block_text("PRIVATE KEY", document.as_ref())))
    }

    /// A new Ed25519 key, as [`OwnKey::generate_p256`].
    ///
    /// # Errors
    /// `Refused` when the operating system gives no randomness.
    pub fn generate_ed25519() -> Result<(OwnKey, Zeroizing<String>), SignFault> {
        #[expect(clippy::disallowed_methods, reason = "making keys and signatures needs randomness")]
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| SignFault::Refused)?;
        let own = OwnKey::from_pkcs8_der(document.as_ref()).map_err(|_| SignFault::Refused)?;
        Ok((own, pem::block_text("PRIVATE KEY", document.as_ref())))
    }

    /// A new RSA key of 2048 bits that signs with PS256, as [`OwnKey::generate_p256`].
    ///
    /// # Errors
    /// `Refused` when the operating system gives no randomness.
    pub fn generate_rsa_2048() -> Result<(OwnKey, Zeroizing<String>), SignFault> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| SignFault::Refused)?;
        let document: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| SignFault::Refused)?;
        let own = OwnKey::from_pkcs8_der(document.as_ref()).map_err(|_| SignFault::Refused)?;
        Ok((own, pem::block_text("PRIVATE KEY", document.as_ref())))
    }

    /// The same key, signing with another algorithm that fits it: an RSA key with RS256, PS384 and so on.
    ///
    /// # Errors
    /// `AlgorithmMismatch` when it does not fit.
    pub fn with_algorithm(mut self, algorithm: Algorithm) -> Result<OwnKey, OwnKeyFault> {
        let free_choice = matches!(self.secret, Secret::Rsa(_)) && job::fits(algorithm, &self.public);
        if algorithm != self.algorithm && !free_choice {
            return Err(OwnKeyFault::AlgorithmMismatch);
        }
        self.algorithm = algorithm;
        Ok(self)
    }

    fn ecdsa_from_der(der: &[u8]) -> Option<OwnKey> {
        [Curve::P256, Curve::P384, Curve::P521].into_iter().find_map(|curve| OwnKey::ecdsa_of(curve, der))
    }

    fn ecdsa_of(curve: Curve, der: &[u8]) -> Option<OwnKey> {
        let (signing, algorithm) = ecdsa_scheme(curve)?;
        let pair = EcdsaKeyPair::from_private_key_der(signing, der).ok()?;
        let public = PublicKey::from_point(curve, pair.public_key().as_ref()).ok()?;
        Some(OwnKey { algorithm, public, secret: Secret::Ecdsa(pair) })
    }

    fn rsa_from_pkcs8(pkcs8: &[u8]) -> Option<OwnKey> {
        OwnKey::from_rsa(RsaKeyPair::from_pkcs8(pkcs8).ok()?).ok()
    }

    fn from_rsa(pair: RsaKeyPair) -> Result<OwnKey, OwnKeyFault> {
        let public = PublicKey::from_pkcs1(pair.public_key().as_ref(), false).map_err(|_| OwnKeyFault::Unsupported)?;
        Ok(OwnKey { algorithm: Algorithm::Ps256, public, secret: Secret::Rsa(pair) })
    }

    fn ed25519_from_pkcs8(pkcs8: &[u8]) -> Option<OwnKey> {
        OwnKey::from_ed25519(Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).ok()?)
    }

    fn from_ed25519(pair: Ed25519KeyPair) -> Option<OwnKey> {
        let public = PublicKey::ed25519(pair.public_key().as_ref()).ok()?;
        Some(OwnKey { algorithm: Algorithm::EdDsa, public, secret: Secret::Ed25519(pair) })
    }

    fn raw_signature(&self, message: &[u8]) -> Option<Vec<u8>> {
        #[expect(clippy::disallowed_methods, reason = "making keys and signatures needs randomness")]
        let random = SystemRandom::new();
        match &self.secret {
            Secret::Ecdsa(pair) => Some(pair.sign(&random, message).ok()?.as_ref().to_vec()),
            Secret::Ed25519(pair) => Some(pair.try_sign(message).ok()?.as_ref().to_vec()),
            Secret::Rsa(pair) => {
                let encoding: &'static dyn aws::RsaEncoding = match self.algorithm {
                    Algorithm::Ps256 => &aws::RSA_PSS_SHA256,
                    Algorithm::Ps384 => &aws::RSA_PSS_SHA384,
                    Algorithm::Ps512 => &aws::RSA_PSS_SHA512,
                    Algorithm::Rs256 => &aws::RSA_PKCS1_SHA256,
                    Algorithm::Rs384 => &aws::RSA_PKCS1_SHA384,
                    Algorithm::Rs512 => &aws::RSA_PKCS1_SHA512,
                    _ => return None,
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, message, &mut signature).ok()?;
                Some(signature)
            }
        }
    }
}

impl Signer for OwnKey {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignFault> {
        let signature = self.raw_signature(message).ok_or(SignFault::Refused)?;
        checked(self.algorithm, &self.public, message, signature)
    }
}

impl fmt::Debug for OwnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnKey({}, {:?})", self.algorithm, self.public)
    }
}

/// How keys on that curve sign; `None` for the curve that we only check.
fn ecdsa_scheme(curve: Curve) -> Option<(&'static EcdsaSigningAlgorithm, Algorithm)> {
    match curve {
        Curve::P256 => Some((&aws::ECDSA_P256_SHA256_FIXED_SIGNING, Algorithm::Es256)),
        Curve::P384 => Some((&aws::ECDSA_P384_SHA384_FIXED_SIGNING, Algorithm::Es384)),
        Curve::P521 => Some((&aws::ECDSA_P521_SHA512_FIXED_SIGNING, Algorithm::Es512)),
        Curve::Secp256k1 => None,
    }
}

/// The DER OBJECT IDENTIFIER of a curve that we sign on.
fn curve_identifier(curve: Curve) -> Option<&'static [u8]> {
    match curve {
        Curve::P256 => Some(&[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]),
        Curve::P384 => Some(&[6, 5, 0x2b, 0x81, 4, 0, 0x22]),
        Curve::P521 => Some(&[6, 5, 0x2b, 0x81, 4, 0, 0x23]),
        Curve::Secp256k1 => None,
    }
}

/// The signature, if it verifies.
fn checked(algorithm: Algorithm, key: &PublicKey, message: &[u8], signature: Vec<u8>) -> Result<Vec<u8>, SignFault> {
    let job = Job { algorithm, key: key.clone(), message, signature: &signature, statements: None };
    job::check_one(&job).map_err(|_| SignFault::SelfCheck)?;
    Ok(signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(own: &OwnKey) {
        let signature = own.sign(b"message").expect("signed");
        let job = Job {
            algorithm: own.algorithm(),
            key: own.public_key().clone(),
            message: b"message",
            signature: &signature,
            statements: None,
        };
        assert_eq!(job::check_one(&job), Ok(()));
    }

    #[test]
    fn a_new_key_signs_and_reads_back() {
        let (own, text) = OwnKey::generate_p256().expect("a key");
        signs(&own);
        let again = OwnKey::from_pem(&text).expect("reads back");
        assert_eq!(again.public_key(), own.public_key());
        signs(&again);
        assert_eq!(own.algorithm(), Algorithm::Es256);
    }

    #[test]
    fn other_kinds_sign_too() {
        #[expect(clippy::disallowed_methods, reason = "making keys needs randomness")]
        let random = SystemRandom::new();
        for (curve, algorithm) in [(Curve::P384, Algorithm::Es384), (Curve::P521, Algorithm::Es512)] {
            let (_, text) = OwnKey::generate(curve).expect("a key");
            let own = OwnKey::from_pem(&text).expect("reads back");
            assert_eq!(own.algorithm(), algorithm);
            signs(&own);
        }
        assert!(OwnKey::generate(Curve::Secp256k1).is_err());
        signs(&OwnKey::generate_ed25519().expect("a key").0);
        let ed25519 = Ed25519KeyPair::generate_pkcs8(&random).expect("Ed25519");
        let own = OwnKey::from_pkcs8_der(ed25519.as_ref()).expect("Ed25519");
        assert_eq!(own.algorithm(), Algorithm::EdDsa);
        signs(&own);
        assert_eq!(own.with_algorithm(Algorithm::Es256).err(), Some(OwnKeyFault::AlgorithmMismatch));
    }

    #[test]
    fn rsa_signs_with_the_chosen_scheme() {
        use aws_lc_rs::encoding::AsDer;
        let pair = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).expect("RSA");
        let der = pair.as_der().expect("PKCS#8");
        let own = OwnKey::from_pkcs8_der(der.as_ref()).expect("RSA");
        assert_eq!(own.algorithm(), Algorithm::Ps256);
        signs(&own);
        let own = own.with_algorithm(Algorithm::Rs256).expect("fits");
        assert_eq!(own.algorithm(), Algorithm::Rs256);
        signs(&own);
        assert_eq!(own.with_algorithm(Algorithm::Es256).err(), Some(OwnKeyFault::AlgorithmMismatch));
    }

    /// The key of RFC 7515, A.3.
    #[test]
    fn private_jwk_of_the_rfc() {
        use base64::Engine;
        let bytes = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).expect("base64url");
        let x = bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
        let y = bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
        let d = bytes("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI");
        signs(&OwnKey::from_private_jwk(Curve::P256, &d, &x, &y).expect("a key"));
        let mut other = d.clone();
        other[31] ^= 1;
        for wrong in [&other[..], &d[1..], &[0; 32], &[0xff; 32]] {
            assert_eq!(OwnKey::from_private_jwk(Curve::P256, wrong, &x, &y).err(), Some(OwnKeyFault::Unsupported));
        }
        let own = OwnKey::from_scalar(Curve::P256, &d).expect("a key");
        assert_eq!(own.public_key().ec_coordinates(), Some((x.as_slice(), y.as_slice())));
        for wrong in [&d[1..], &[0; 32], &[0xff; 32]] {
            assert_eq!(OwnKey::from_scalar(Curve::P256, wrong).err(), Some(OwnKeyFault::Unsupported));
        }
        assert_eq!(OwnKey::from_scalar(Curve::Secp256k1, &d).err(), Some(OwnKeyFault::Unsupported));
        assert_eq!(OwnKey::from_ed25519_seed(&d[1..]).err(), Some(OwnKeyFault::Unsupported));
    }

    /// SEC 1 as OpenSSL writes it, with the same key as above, and PKCS#1.
    #[test]
    fn older_pem_forms() {
        use aws_lc_rs::encoding::AsDer;
        use base64::Engine;
        let d = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI");
        let curve = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
        let sec1 = [&[0x30, 49, 2, 1, 1, 4, 32], d.expect("base64url").as_slice(), &[0xa0, 10], &curve].concat();
        let (parameters, key) = (pem::block_text("EC PARAMETERS", &curve), pem::block_text("EC PRIVATE KEY", &sec1));
        let own = OwnKey::from_pem(&format!("{}{}", *parameters, *key)).expect("SEC 1");
        assert_eq!(own.public_key().jwk_thumbprint(), "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
        signs(&own);
        let pair = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).expect("RSA");
        let pkcs8 = pair.as_der().expect("PKCS#8");
        // PKCS#8 is 26 bytes of frame around PKCS#1 at this size.
        let own = OwnKey::from_pem(&pem::block_text("RSA PRIVATE KEY", &pkcs8.as_ref()[26..])).expect("PKCS#1");
        signs(&own);
    }

    #[test]
    fn a_wrong_signature_never_leaves() {
        let (own, _) = OwnKey::generate_p256().expect("a key");
        let mut signature = own.sign(b"message").expect("signed");
        signature[10] ^= 4;
        assert_eq!(checked(Algorithm::Es256, own.public_key(), b"message", signature), Err(SignFault::SelfCheck));
    }

    #[test]
    fn texts_that_are_no_key() {
        assert_eq!(OwnKey::from_pem("").err(), Some(OwnKeyFault::NotPem));
        let (_, text) = OwnKey::generate_p256().expect("a key");
        assert_eq!(OwnKey::from_pem(&format!("{}{}", *text, *text)).err(), Some(OwnKeyFault::NotPem));
        let encrypted = text.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        assert_eq!(OwnKey::from_pem(&encrypted).err(), Some(OwnKeyFault::Encrypted));
        assert_eq!(OwnKey::from_pem(&pem::block_text("PRIVATE KEY", &[0x30, 0])).err(), Some(OwnKeyFault::Unsupported));
        assert_eq!(OwnKey::from_pem(&pem::block_text("CERTIFICATE", &[0x30, 0])).err(), Some(OwnKeyFault::NotPem));
    }

    #[test]
    fn debug_shows_no_secret() {
        let (own, text) = OwnKey::generate_p256().expect("a key");
        let shown = format!("{own:?}");
        let secret_line = text.lines().nth(1).expect("base64");
        assert!(shown.starts_with("OwnKey(ES256, ") && !shown.contains(&secret_line[40..]));
    }
}
