//! Proofs made by `ssi` from end to end: its JSON-LD, its canonical form, its signature. For test vectors, which another
//! implementation than ours has to have made.

use std::collections::HashMap;

use futures_util::FutureExt;
use ssi::claims::data_integrity::{AnySuite, CryptographicSuite, ProofOptions};
use ssi::claims::vc::{AnyJsonCredential, AnyJsonPresentation};
use ssi::dids::ethr::DIDEthr;
use ssi::prelude::{AnyMethod, JWK};
use ssi::verification_methods::{GenericVerificationMethod, ProofPurpose, SingleSecretSigner};

use crate::proofs::Suite;

/// What a proof is to say.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'d> {
    /// The suite.
    pub suite: Suite,
    /// The verification method, JSON text, with an `id`.
    pub method: &'d str,
    /// When it is made, RFC 3339.
    pub created: &'d str,
    /// When it ends, RFC 3339.
    pub expires: Option<&'d str>,
    /// `true` when it is made to authenticate, not to assert.
    pub authenticates: bool,
    /// The challenge that it answers.
    pub challenge: Option<&'d str>,
    /// Whom it is for.
    pub domain: Option<&'d str>,
}

/// A new secret key on secp256k1, a JWK.
///
/// # Errors
/// A sentence.
pub fn new_secp256k1() -> Result<String, String> {
    serde_json::to_string(&JWK::generate_secp256k1()).map_err(|error| error.to_string())
}

/// The did:ethr of that JWK's account.
///
/// # Errors
/// A sentence.
pub fn ethereum_did(jwk: &str) -> Result<String, String> {
    let jwk: JWK = serde_json::from_str(jwk).map_err(|error| error.to_string())?;
    DIDEthr::generate(&jwk).map(|did| did.to_string()).map_err(|error| error.to_string())
}

/// The proof, JSON text, by that secret JWK over a credential or presentation (JSON text), under the contexts that come with `ssi`.
///
/// # Errors
/// A sentence.
pub fn proof(document: &str, secret: &str, draft: &Draft<'_>) -> Result<String, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let secret: JWK = serde_json::from_str(secret).map_err(|error| text(&error))?;
    // Read by its type: `AnyMethod` alone takes the first kind that fits its members.
    let method: GenericVerificationMethod = serde_json::from_str(draft.method).map_err(|error| text(&error))?;
    let method = AnyMethod::try_from(method).map_err(|error| text(&error))?;
    let id = ssi::verification_methods::VerificationMethod::id(&method).to_owned();
    let purpose = if draft.authenticates { ProofPurpose::Authentication } else { ProofPurpose::Assertion };
    let created = draft.created.parse().map_err(|_| "no time".to_owned())?;
    let mut options = ProofOptions::new(created, id.clone().into(), purpose, Default::default());
    options.expires = draft.expires.map(str::parse).transpose().map_err(|_| "no time".to_owned())?;
    options.challenge = draft.challenge.map(str::to_owned);
    options.domains.extend(draft.domain.map(str::to_owned));
    let suite = match draft.suite {
        Suite::Ed25519Signature2018 => AnySuite::Ed25519Signature2018,
        Suite::JsonWebSignature2020 => AnySuite::JsonWebSignature2020,
        Suite::EcdsaSecp256k1Signature2019 => AnySuite::EcdsaSecp256k1Signature2019,
        Suite::EcdsaSecp256r1Signature2019 => AnySuite::EcdsaSecp256r1Signature2019,
        Suite::EcdsaSecp256k1RecoverySignature2020 => AnySuite::EcdsaSecp256k1RecoverySignature2020,
    };
    let resolver = HashMap::from([(id, method)]);
    let signer = SingleSecretSigner::new(secret).into_local();
    let signed = if document.contains("\"VerifiablePresentation\"") {
        let presentation: AnyJsonPresentation = serde_json::from_str(document).map_err(|error| text(&error))?;
        let signed =
            suite.sign(presentation, &resolver, &signer, options).now_or_never().ok_or("somebody was asked")?;
        serde_json::to_value(&signed.map_err(|error| text(&error))?)
    } else {
        let credential: AnyJsonCredential = serde_json::from_str(document).map_err(|error| text(&error))?;
        let signed = suite.sign(credential, &resolver, &signer, options).now_or_never().ok_or("somebody was asked")?;
        serde_json::to_value(&signed.map_err(|error| text(&error))?)
    };
    let signed = signed.map_err(|error| text(&error))?;
    signed.get("proof").map(ToString::to_string).ok_or_else(|| "no proof".to_owned())
}
