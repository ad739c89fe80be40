//! The suites from before cryptosuites, whose proofs hold a detached JWS in `jws`: verified, never issued.
//!
//! Ed25519 Signature 2018, JSON Web Signature 2020, Ecdsa Secp256k1 Signature 2019, ECDSA Cryptosuite 2019 (`EcdsaSecp256r1Signature2019`)
//! and EcdsaSecp256k1RecoverySignature2020, all of the W3C CCG and DIF. Document and options become RDF as for newer suites, bounded
//! and in safe mode; SHA-256 of options and document, joined, is the payload of a JWS by RFC 7797 (`b64: false`).

use std::sync::Arc;

use crate::credential::Signed;
#[cfg(feature = "ssi")]
use crate::crypto::algorithm::{Algorithm, Hash, KeyKind};
use crate::crypto::older_suites::{OlderProof, OlderSuite};
use crate::encoding::json;
#[cfg(feature = "ssi")]
use crate::encoding::multibase::Base;
#[cfg(feature = "ssi")]
use crate::envelope::data_integrity::suite::Work;
use crate::envelope::data_integrity::suite::{KeyUse, Suite};
use crate::envelope::jws::Detached;
use crate::reason::{Code, Reason};

/// Every suite; none in a build that cannot judge them.
#[cfg(not(feature = "ssi"))]
pub static OLDER_SUITES: &[Suite] = &[];

/// Every suite; none in a build that cannot judge them.
#[cfg(feature = "ssi")]
pub static OLDER_SUITES: &[Suite] = &[
    older("Ed25519Signature2018", OlderSuite::Ed25519Signature2018, &[ED25519]),
    older("JsonWebSignature2020", OlderSuite::JsonWebSignature2020, &[ED25519, P256, P384, K256]),
    older("EcdsaSecp256k1Signature2019", OlderSuite::EcdsaSecp256k1Signature2019, &[K256]),
    older("EcdsaSecp256r1Signature2019", OlderSuite::EcdsaSecp256r1Signature2019, &[P256]),
    older(
        "EcdsaSecp256k1RecoverySignature2020",
        OlderSuite::EcdsaSecp256k1RecoverySignature2020,
        &[RECOVERED, ACCOUNT],
    ),
];

#[cfg(feature = "ssi")]
const ED25519: KeyUse = key_use(KeyKind::Ed25519, Algorithm::EdDsa, 64);
#[cfg(feature = "ssi")]
const P256: KeyUse = key_use(KeyKind::P256, Algorithm::Es256, 64);
#[cfg(feature = "ssi")]
const P384: KeyUse = key_use(KeyKind::P384, Algorithm::Es384, 96);
#[cfg(feature = "ssi")]
const K256: KeyUse = key_use(KeyKind::K256, Algorithm::Es256k, 64);
#[cfg(feature = "ssi")]
const RECOVERED: KeyUse = key_use(KeyKind::K256, Algorithm::Es256kR, 65);
#[cfg(feature = "ssi")]
const ACCOUNT: KeyUse = key_use(KeyKind::EthereumAccount, Algorithm::Es256kR, 65);

/// Document and options are hashed with SHA-256 whatever the key.
#[cfg(feature = "ssi")]
const fn key_use(kind: KeyKind, algorithm: Algorithm, signature_bytes: usize) -> KeyUse {
    KeyUse { kind, algorithm, hash: Hash::Sha256, signature_bytes }
}

#[cfg(feature = "ssi")]
const fn older(name: &'static str, suite: OlderSuite, keys: &'static [KeyUse]) -> Suite {
    Suite { name, proof_type: name, keys, work: Work::Older(suite), base: Base::Base64Url, needs_created: true }
}

/// The value of a proof: a JWS without payload, by an algorithm of the suite. Nothing is checked against a key.
#[derive(Clone, Debug)]
pub struct Value {
    key: &'static KeyUse,
    jws: Detached,
}

impl Value {
    /// The value of a proof of that suite.
    ///
    /// # Errors
    /// `jose.*`; `json.*` of the header.
    pub fn open(text: &str, suite: &'static Suite) -> Result<Value, Reason> {
        let jws = Detached::open(text)?;
        let key = suite.keys.iter().find(|key| key.algorithm.name() == jws.algorithm);
        let key = key.ok_or_else(|| {
            let mut names: Vec<&str> = suite.keys.iter().map(|key| key.algorithm.name()).collect();
            names.dedup();
            Reason::new(Code::JoseAlgNotAllowed).expected(names.join(", ")).got("another")
        })?;
        Ok(Value { key, jws })
    }

    /// The signature over that document under these options.
    pub fn signed(self, suite: OlderSuite, document: Arc<String>, options: String) -> Signed {
        let older = OlderProof { suite, document, options, protected: self.jws.protected };
        Signed {
            algorithm: Some(self.key.algorithm),
            signature: self.jws.signature,
            older: Some(Box::new(older)),
            ..Signed::default()
        }
    }
}

/// The context that proofs of a suite may bring along, since the base contexts lack its terms.
fn own_context(suite: OlderSuite) -> Option<&'static str> {
    match suite {
        OlderSuite::JsonWebSignature2020 => Some("https://w3id.org/security/suites/jws-2020/v1"),
        OlderSuite::EcdsaSecp256k1RecoverySignature2020 => {
            Some("https://w3id.org/security/suites/secp256k1recovery-2020/v2")
        }
        _ => None,
    }
}

/// The contexts that the options of a proof are read under: the document's, then those that the proof brings.
///
/// # Errors
/// `ld.context_inline` when the proof brings others than its suite has, or the document has none.
pub fn contexts_of_options<'v>(
    suite: OlderSuite,
    document: Option<&json::Value<'v>>,
    proof: Option<&json::Value<'v>>,
) -> Result<json::Value<'v>, Reason> {
    let fault = || Reason::new(Code::LdContextInline).expected("the document's contexts, or its suite's").got("proof");
    let document = document.ok_or_else(fault)?;
    let Some(proof) = proof.filter(|proof| proof.items() != document.items()) else { return Ok(document.clone()) };
    match proof.items() {
        [own] if own.as_str().is_some() && own.as_str() == own_context(suite) => {
            Ok(json::Value::Array(document.items().iter().chain([own]).cloned().collect()))
        }
        _ => Err(fault()),
    }
}

#[cfg(all(test, feature = "ssi"))]
mod tests;
