//! Signing for vectors: the same input always gives the same signature.
//!
//! ES256 by RFC 6979. Algorithms that need chance (PS256, and ES256 over P-384) keep the signature that the vector on disk
//! has, as long as it is right.

use std::process::Command;

use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::DecodePrivateKey;
use vidimus::crypto::algorithm::Algorithm;
use vidimus::crypto::ecdsa_value::raw_from_der;
use vidimus::crypto::job::{Job, check_one};
use vidimus::crypto::own_keys::{OwnKey, SignFault, Signer};
use vidimus::crypto::public_key::{Curve, PublicKey};

/// A key of the test PKI.
pub enum TestKey {
    /// P-256: deterministic.
    P256(Box<p256::ecdsa::SigningKey>, PublicKey),
    /// RSA.
    Rsa(Box<OwnKey>),
    /// Ed25519: deterministic.
    Ed25519(Box<OwnKey>),
    /// P-384 with SHA-256, as one member state signs. Nothing of ours signs so: the command `openssl` does.
    P384 {
        /// The private key.
        pem: String,
        /// The public key.
        public: PublicKey,
    },
}

impl TestKey {
    /// The key in this PKCS #8 PEM.
    ///
    /// # Errors
    /// A sentence, when it is none that signs.
    pub fn from_pem(text: &str) -> Result<TestKey, String> {
        if let Ok(key) = p256::ecdsa::SigningKey::from_pkcs8_pem(text) {
            let point = key.verifying_key().to_sec1_point(false);
            let (Some(x), Some(y)) = (point.x(), point.y()) else { return Err("no point".to_owned()) };
            let public = PublicKey::ec(Curve::P256, x, y).map_err(|reason| reason.to_string())?;
            return Ok(TestKey::P256(Box::new(key), public));
        }
        let key = OwnKey::from_pem(text).map_err(|fault| fault.to_string())?;
        if key.public_key().curve() == Some(Curve::P384) {
            return Ok(TestKey::P384 { pem: text.to_owned(), public: key.public_key().clone() });
        }
        if key.algorithm() == Algorithm::EdDsa {
            return Ok(TestKey::Ed25519(Box::new(key)));
        }
        let key = key.with_algorithm(Algorithm::Ps256).map_err(|fault| fault.to_string())?;
        Ok(TestKey::Rsa(Box::new(key)))
    }

    /// The signature over `message`: always the same one, or `kept` when that is right.
    ///
    /// # Errors
    /// A sentence, when the key cannot sign.
    pub fn sign_alike(&self, message: &[u8], kept: Option<&[u8]>) -> Result<Vec<u8>, String> {
        if let Some(kept) = kept {
            let job = Job {
                algorithm: self.algorithm(),
                key: self.public_key().clone(),
                message,
                signature: kept,
                statements: None,
                older: None,
            };
            if check_one(&job).is_ok() {
                return Ok(kept.to_vec());
            }
        }
        self.sign(message).map_err(|fault| fault.to_string())
    }
}

impl Signer for TestKey {
    fn algorithm(&self) -> Algorithm {
        match self {
            TestKey::P256(..) => Algorithm::Es256,
            TestKey::Rsa(key) | TestKey::Ed25519(key) => key.algorithm(),
            TestKey::P384 { .. } => Algorithm::Es256OverP384,
        }
    }

    fn public_key(&self) -> &PublicKey {
        match self {
            TestKey::P256(_, public) => public,
            TestKey::Rsa(key) | TestKey::Ed25519(key) => key.public_key(),
            TestKey::P384 { public, .. } => public,
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignFault> {
        match self {
            TestKey::P256(key, _) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                Ok(signature.to_bytes().to_vec())
            }
            TestKey::Rsa(key) | TestKey::Ed25519(key) => key.sign(message),
            TestKey::P384 { pem, .. } => sign_with_openssl(pem, message).ok_or(SignFault::Refused),
        }
    }
}

/// ECDSA with SHA-256 by the command `openssl`, as raw r || s.
fn sign_with_openssl(pem: &str, message: &[u8]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().ok()?;
    let (key, text) = (folder.path().join("key.pem"), folder.path().join("message"));
    std::fs::write(&key, pem).and_then(|()| std::fs::write(&text, message)).ok()?;
    let signed = Command::new("openssl").args(["dgst", "-sha256", "-sign"]).arg(&key).arg(&text).output().ok()?;
    raw_from_der(&signed.stdout, Curve::P384.coordinate_bytes()).ok()
}
