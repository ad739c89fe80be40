//! JWE (RFC 7516, compact) as OpenID4VP 1.0 uses it (8.3): ECDH-ES on P-256 with a key made for one request, A128GCM or A256GCM.
//!
//! [`open`] looks at the header before it computes anything: what was not offered is refused unopened. Whatever goes wrong after that is
//! one and the same fault, so that nobody learns from our answers. [`seal`] is for those who answer: tests, the test wallet, and request
//! objects for wallets that ask for encryption. Nested tokens, JSON serialisations and compression are not done.

mod policy;
mod sealing;

#[cfg(test)]
mod tests;

use std::fmt;

use josekit::jwe::{ECDH_ES, JweContext, JweDecrypter};
use josekit::jwk::Jwk;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::crypto::agreement::AgreementKey;
use crate::crypto::jwk;
use crate::crypto::public_key::{Curve, PublicKey};
use crate::crypto::random::random_bytes;
use crate::encoding::{base64url, json};
use crate::occasion::session::Secret;

pub use self::sealing::{SealFault, Sealing, seal};

/// How the content is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Encryption {
    /// AES-GCM with a key of 128 bits.
    #[serde(rename = "A128GCM")]
    A128Gcm,
    /// AES-GCM with a key of 256 bits.
    #[serde(rename = "A256GCM")]
    A256Gcm,
}

impl Encryption {
    /// Both.
    pub const ALL: [Encryption; 2] = [Encryption::A128Gcm, Encryption::A256Gcm];

    /// The name in JOSE.
    pub const fn name(self) -> &'static str {
        match self {
            Encryption::A128Gcm => "A128GCM",
            Encryption::A256Gcm => "A256GCM",
        }
    }

    /// The one with that name.
    pub fn from_name(name: &str) -> Option<Encryption> {
        Encryption::ALL.into_iter().find(|encryption| encryption.name() == name)
    }
}

/// Our key for what is encrypted to us: P-256, made for one request. `Debug` shows its identifier only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncryptionKey {
    kid: String,
    private: Secret,
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptionKey({})", self.kid)
    }
}

/// The key is none that we can open anything with. Says nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncryptionKeyFault;

impl fmt::Display for EncryptionKeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a private JWK of P-256")
    }
}

impl std::error::Error for EncryptionKeyFault {}

impl EncryptionKey {
    /// A new key with an identifier of its own, 128 random bits.
    ///
    /// # Errors
    /// [`EncryptionKeyFault`] when no key could be made, which no input can cause.
    pub fn generate() -> Result<EncryptionKey, EncryptionKeyFault> {
        let kid = base64url::encode(&random_bytes::<16>());
        // One scalar in 2^32 is none of the curve's.
        let scalars = std::iter::repeat_with(|| Zeroizing::new(random_bytes::<32>())).take(8);
        let made = scalars.into_iter().find_map(|scalar| EncryptionKey::of_scalar(&kid, &scalar[..]).ok());
        made.ok_or(EncryptionKeyFault)
    }

    /// The key of a private JWK on P-256; `kid` of the JWK, or its thumbprint.
    ///
    /// # Errors
    /// [`EncryptionKeyFault`] when it is anything else.
    pub fn from_private_jwk(text: &str) -> Result<EncryptionKey, EncryptionKeyFault> {
        let held = json::decode(text.as_bytes()).map_err(|_| EncryptionKeyFault)?;
        let member = |name| held.member(name).and_then(json::Value::as_str);
        if (member("kty"), member("crv")) != (Some("EC"), Some("P-256")) {
            return Err(EncryptionKeyFault);
        }
        let scalar = Zeroizing::new(member("d").and_then(|d| base64url::decode(d).ok()).ok_or(EncryptionKeyFault)?);
        let key = EncryptionKey::of_scalar("", &scalar)?;
        let said = jwk::public_key(&held).map_err(|_| EncryptionKeyFault)?;
        if said.jwk_thumbprint() != key.thumbprint() {
            return Err(EncryptionKeyFault);
        }
        let kid = member("kid").map_or_else(|| key.thumbprint(), str::to_owned);
        Ok(EncryptionKey { kid, ..key })
    }

    fn of_scalar(kid: &str, scalar: &[u8]) -> Result<EncryptionKey, EncryptionKeyFault> {
        let key = AgreementKey::from_scalar(Some(Curve::P256), scalar).map_err(|_| EncryptionKeyFault)?;
        let public = key.public_key().map_err(|_| EncryptionKeyFault)?;
        let (x, y) = public.ec_coordinates().ok_or(EncryptionKeyFault)?;
        let d = Zeroizing::new(base64url::encode(scalar));
        let (x, y) = (base64url::encode(x), base64url::encode(y));
        let private = format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","d":"{}"}}"#, *d);
        Ok(EncryptionKey { kid: kid.to_owned(), private: Secret::new(private) })
    }

    /// Its identifier.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The private JWK, without its identifier: what a device MAC is checked with.
    pub fn private_jwk(&self) -> &Secret {
        &self.private
    }

    /// The public key. `None` when what was kept has been changed.
    pub fn public_key(&self) -> Option<PublicKey> {
        jwk::public_key(&json::decode(self.private.expose().as_bytes()).ok()?).ok()
    }

    /// The public JWK as a request's `client_metadata` holds it: with `kid`, `use` and `alg`.
    pub fn public_jwk(&self) -> serde_json::Value {
        let mut jwk = self.public_key().map_or(serde_json::Value::Null, |key| key.to_jwk());
        if let Some(members) = jwk.as_object_mut() {
            for (name, value) in [("kid", self.kid.as_str()), ("use", "enc"), ("alg", ALGORITHM)] {
                members.insert(name.to_owned(), value.into());
            }
        }
        jwk
    }

    /// RFC 7638 SHA-256 thumbprint, base64url.
    pub fn thumbprint(&self) -> String {
        self.public_key().map_or_else(String::new, |key| key.jwk_thumbprint())
    }

    /// The scalar, big-endian.
    pub(crate) fn scalar(&self) -> Option<Zeroizing<Vec<u8>>> {
        let held = json::decode(self.private.expose().as_bytes()).ok()?;
        let scalar = held.member("d").and_then(json::Value::as_str).and_then(|d| base64url::decode(d).ok());
        scalar.map(Zeroizing::new)
    }
}

/// The only `alg` that we offer.
pub const ALGORITHM: &str = "ECDH-ES";

/// Bytes of the longest compact JWE.
pub const JWE_BYTES: usize = 4 << 20;

/// What was in a JWE.
pub struct Opened {
    /// The plaintext.
    pub payload: Zeroizing<Vec<u8>>,
    /// How it was encrypted.
    pub encryption: Encryption,
    /// Which of the keys it was encrypted to.
    pub kid: String,
    /// `apu`, decoded.
    pub party_u: Option<Vec<u8>>,
    /// `apv`, decoded.
    pub party_v: Option<Vec<u8>>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("kid", &self.kid).field("encryption", &self.encryption).finish_non_exhaustive()
    }
}

/// Why a JWE was not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The text is longer than [`JWE_BYTES`].
    TooLarge,
    /// It is no compact JWE, or one of its parts has an impossible form.
    Malformed(&'static str),
    /// `alg` is `none`.
    AlgorithmNone,
    /// `alg` is one that nobody may use here (RSA, PBES2 without a count, a shared secret).
    AlgorithmNotAllowed,
    /// A password is to be stretched, as often as the sender likes.
    Iterations,
    /// The content is compressed.
    Compressed,
    /// `alg`, `enc`, `kid` or `crit` is not what was offered.
    Policy {
        /// What was offered.
        expected: String,
        /// What came.
        got: &'static str,
    },
    /// `epk` is absent, of another curve, or no point of it.
    EphemeralKey(&'static str),
    /// It cannot be decrypted. Nothing else is ever said about that.
    Decrypt,
}

impl Fault {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Fault::TooLarge => "input.too_large",
            Fault::Malformed(_) => "jwe.malformed",
            Fault::AlgorithmNone => "jose.alg_none",
            Fault::AlgorithmNotAllowed => "jose.alg_not_allowed",
            Fault::Iterations => "jwe.p2c_limit",
            Fault::Compressed => "jwe.zip_not_allowed",
            Fault::Policy { .. } => "jwe.policy",
            Fault::EphemeralKey(_) => "jwe.epk_invalid",
            Fault::Decrypt => "jwe.decrypt",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())?;
        match self {
            Fault::Malformed(what) | Fault::EphemeralKey(what) => write!(f, ": {what}"),
            Fault::Policy { expected, got } => write!(f, ": expected {expected}, got {got}"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}

/// What is in the compact JWE `text`, encrypted to one of `keys` in one of the ways that were offered.
///
/// # Errors
/// [`Fault`]; of what happens behind the header's rules it is always `Decrypt`.
pub fn open(text: &str, keys: &[EncryptionKey], offered: &[Encryption]) -> Result<Opened, Fault> {
    if text.len() > JWE_BYTES {
        return Err(Fault::TooLarge);
    }
    let admitted = policy::admit(text, keys, offered)?;
    let payload = decrypted(text, admitted.key).ok_or(Fault::Decrypt)?;
    Ok(Opened {
        payload: Zeroizing::new(payload),
        encryption: admitted.encryption,
        kid: admitted.key.kid.clone(),
        party_u: admitted.party_u,
        party_v: admitted.party_v,
    })
}

fn decrypted(text: &str, key: &EncryptionKey) -> Option<Vec<u8>> {
    let mut jwk = Jwk::from_bytes(key.private.expose()).ok()?;
    jwk.set_algorithm(ALGORITHM);
    let decrypter = ECDH_ES.decrypter_from_jwk(&jwk).ok()?;
    let mut context = JweContext::new();
    context.remove_compression("DEF");
    let decrypter: &dyn JweDecrypter = &decrypter;
    context.deserialize_compact(text, decrypter).ok().map(|(payload, _)| payload)
}
