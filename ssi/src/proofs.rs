//! Proofs of the suites from before Data Integrity: detached JWS over the digests of two canonical texts.
//!
//! `ssi` knows how each suite hashes, which keys it takes, and how a secp256k1 key is recovered from a signature. The texts come in
//! canonical, so that the signature is over the very statements that the caller found safe. The JWS comes in parts: `ssi` writes its
//! header anew before it checks, and so would refuse every proof whose header has its members in another order.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;
use ssi::claims::data_integrity::canonicalization::{
    CanonicalClaimsAndConfiguration, CanonicalizeClaimsAndConfiguration,
};
use ssi::claims::data_integrity::suite::standard::HashedData;
use ssi::claims::data_integrity::suites::{
    EcdsaSecp256k1RecoverySignature2020, EcdsaSecp256k1Signature2019, EcdsaSecp256r1Signature2019,
    Ed25519Signature2018, JsonWebSignature2020,
};
use ssi::claims::data_integrity::{ProofConfigurationRef, StandardCryptographicSuite};
use ssi::crypto::algorithm::{ES256, ES256K, ES256KR, EdDSA};
use ssi::jwk::Algorithm;
use ssi::verification_methods::{ProofPurpose, ReferenceOrOwnedRef, VerifyBytes};

/// A suite that [`check`] knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Suite {
    /// Keys: `Ed25519VerificationKey2018` with `publicKeyBase58`.
    Ed25519Signature2018,
    /// Keys: `JsonWebKey2020` with `publicKeyJwk`.
    JsonWebSignature2020,
    /// Keys: `EcdsaSecp256k1VerificationKey2019` with `publicKeyJwk`.
    EcdsaSecp256k1Signature2019,
    /// Keys: `EcdsaSecp256r1VerificationKey2019` with `publicKeyMultibase`.
    EcdsaSecp256r1Signature2019,
    /// Keys: `EcdsaSecp256k1RecoveryMethod2020` with `publicKeyJwk` or `blockchainAccountId`.
    EcdsaSecp256k1RecoverySignature2020,
}

impl Suite {
    /// Every suite.
    pub const ALL: [Suite; 5] = [
        Suite::Ed25519Signature2018,
        Suite::JsonWebSignature2020,
        Suite::EcdsaSecp256k1Signature2019,
        Suite::EcdsaSecp256r1Signature2019,
        Suite::EcdsaSecp256k1RecoverySignature2020,
    ];

    /// The type of its proofs.
    pub const fn name(self) -> &'static str {
        match self {
            Suite::Ed25519Signature2018 => Ed25519Signature2018::NAME,
            Suite::JsonWebSignature2020 => JsonWebSignature2020::NAME,
            Suite::EcdsaSecp256k1Signature2019 => EcdsaSecp256k1Signature2019::NAME,
            Suite::EcdsaSecp256r1Signature2019 => EcdsaSecp256r1Signature2019::NAME,
            Suite::EcdsaSecp256k1RecoverySignature2020 => EcdsaSecp256k1RecoverySignature2020::NAME,
        }
    }
}

/// One proof to check.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// The suite.
    pub suite: Suite,
    /// The document without its proofs, as canonical N-Quads.
    pub document: &'q str,
    /// The proof without its value, as canonical N-Quads.
    pub options: &'q str,
    /// The `alg` of the proof's JWS, which the caller found to fit suite and key.
    pub algorithm: &'q str,
    /// The protected header of the proof's JWS as it stands there, in base64url.
    pub protected: &'q str,
    /// The signature of the proof's JWS.
    pub signature: &'q [u8],
    /// The verification method, JSON text, of the type that the suite takes.
    pub method: &'q str,
}

/// Why a proof is not right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The algorithm is none of the suite's.
    Algorithm,
    /// The verification method is none that the suite takes.
    Method,
    /// The signature is wrong, or another key's.
    Signature,
}

/// `Ok` when the proof was made by the method's key over exactly these two texts.
///
/// # Errors
/// [`Fault`]. Whatever `ssi` cannot do is `Signature`: a verdict that nobody gave is none.
pub fn check(question: &Question<'_>) -> Result<(), Fault> {
    match question.suite {
        Suite::Ed25519Signature2018 => asked::<_, EdDSA>(&Ed25519Signature2018, question),
        Suite::JsonWebSignature2020 => asked::<_, Algorithm>(&JsonWebSignature2020, question),
        Suite::EcdsaSecp256k1Signature2019 => asked::<_, ES256K>(&EcdsaSecp256k1Signature2019, question),
        Suite::EcdsaSecp256r1Signature2019 => asked::<_, ES256>(&EcdsaSecp256r1Signature2019, question),
        Suite::EcdsaSecp256k1RecoverySignature2020 => {
            asked::<_, ES256KR>(&EcdsaSecp256k1RecoverySignature2020, question)
        }
    }
}

fn asked<S, A>(suite: &S, question: &Question<'_>) -> Result<(), Fault>
where
    S: StandardCryptographicSuite<Transformation = CanonicalizeClaimsAndConfiguration, ProofOptions = ()>,
    S::VerificationMethod: DeserializeOwned + VerifyBytes<A>,
    HashedData<S>: AsRef<[u8]>,
    A: TryFrom<Algorithm>,
{
    let named = Value::String(question.algorithm.to_owned());
    let algorithm: Algorithm = serde_json::from_value(named).map_err(|_| Fault::Algorithm)?;
    let algorithm = A::try_from(algorithm).map_err(|_| Fault::Algorithm)?;
    let method: S::VerificationMethod = serde_json::from_str(question.method).map_err(|_| Fault::Method)?;
    // What the proof says of itself stands in `options`; the suite hashes the texts alone.
    let configuration = ProofConfigurationRef::<S> {
        context: None,
        type_: suite,
        created: None,
        verification_method: ReferenceOrOwnedRef::Owned(&method),
        proof_purpose: ProofPurpose::Assertion,
        expires: None,
        domains: &[],
        challenge: None,
        nonce: None,
        options: &(),
        extra_properties: &BTreeMap::new(),
    };
    let lines = |text: &str| text.split_inclusive('\n').map(str::to_owned).collect();
    let texts =
        CanonicalClaimsAndConfiguration { claims: lines(question.document), configuration: lines(question.options) };
    let digests = suite.hash(texts, configuration, &method).map_err(|_| Fault::Signature)?;
    let signed = [question.protected.as_bytes(), b".", digests.as_ref()].concat();
    match method.verify_bytes(algorithm, &signed, question.signature) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Fault::Signature),
    }
}
