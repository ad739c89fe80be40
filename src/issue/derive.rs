//! Derives credentials: a holder's credential with a base proof in, the part of it that a verifier shall see out.
//!
//! `ecdsa-sd-2023` and `bbs-2023`. What comes out was verified before it is handed out, as far as that goes without the network: always
//! what the holder made of it, and the issuer's signature where the credential or its DID tells the issuer's key.

use std::fmt;

use crate::credential::{KeyId, Purpose, Signed};
use crate::crypto::checker::Checker;
use crate::crypto::job::Job;
use crate::crypto::public_key::PublicKey;
use crate::did::{self, Resolution, document};
use crate::encoding::json::{self, Value};
use crate::envelope::data_integrity::bbs::Wish;
use crate::envelope::data_integrity::derive::{self, Derived, selective_proof};
use crate::envelope::data_integrity::open::open;
use crate::envelope::data_integrity::transform::Terms;
use crate::evidence::Evidence;
use crate::linked_data::select;
use crate::reason::{Code, Reason};

/// Why nothing was derived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeriveFault {
    /// The credential is none that a part can be shown of: malformed, of another suite, derived already, not covered by its contexts.
    Credential(Reason),
    /// A pointer is no JSON pointer, or points at nothing in the credential.
    Pointer(String),
    /// What the holder brings, or wants to show, does not go with the credential.
    Wish(Reason),
    /// What was derived is not right: the base proof was wrong, or was not made for this holder. It was thrown away.
    SelfCheck(Reason),
}

impl fmt::Display for DeriveFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeriveFault::Credential(reason) => write!(f, "nothing can be derived from this credential: {reason}"),
            DeriveFault::Pointer(pointer) => write!(f, "the pointer {pointer} points at nothing in the credential"),
            DeriveFault::Wish(reason) => write!(f, "this cannot be shown: {reason}"),
            DeriveFault::SelfCheck(reason) => {
                write!(f, "what was derived does not verify and was thrown away: {reason}")
            }
        }
    }
}

impl std::error::Error for DeriveFault {}

/// The text of the credential that shows what was wished for beside what its issuer made mandatory.
///
/// # Errors
/// [`DeriveFault`]; nothing leaves then.
pub fn derive(text: &str, wish: &Wish<'_>, terms: &Terms<'_>) -> Result<String, DeriveFault> {
    derive_by(&Checker::default(), text, wish, terms)
}

/// The same, with signatures checked by that checker, which is faster where it is warm: most of deriving is the last look.
///
/// # Errors
/// As [`derive()`].
pub fn derive_by(checker: &Checker, text: &str, wish: &Wish<'_>, terms: &Terms<'_>) -> Result<String, DeriveFault> {
    let document = json::decode(text.as_bytes()).map_err(DeriveFault::Credential)?;
    selective_proof(&document).map_err(DeriveFault::Credential)?;
    for pointer in wish.selective {
        if select(&document, std::slice::from_ref(pointer)).is_err() || is_about_proof(pointer) {
            return Err(DeriveFault::Pointer(pointer.clone()));
        }
    }
    let derived = derive::derive(&document, wish, terms).map_err(|reason| match reason.code() {
        Code::DiSelective => DeriveFault::Wish(reason),
        _ => DeriveFault::Credential(reason),
    })?;
    check_derived(checker, &derived, terms).map_err(DeriveFault::SelfCheck)?;
    Ok(derived.text)
}

/// Proofs are no part of what is signed statement by statement.
fn is_about_proof(pointer: &str) -> bool {
    pointer.split('/').nth(1) == Some("proof")
}

/// `Ok` when a verifier would find the derived proof right.
fn check_derived(checker: &Checker, derived: &Derived, terms: &Terms<'_>) -> Result<(), Reason> {
    let document = json::decode(derived.text.as_bytes())?;
    let purpose = purpose_of(&document);
    let proofs = open(&document, purpose, terms)?;
    if let Some(reason) = proofs.faults.into_iter().next() {
        return Err(reason);
    }
    proofs.signed.iter().try_for_each(|signed| {
        let known = key_of(signed, purpose);
        check_signed(checker, signed, known.as_ref().or(derived.issuer_key.as_ref()))
    })
}

fn check_signed(checker: &Checker, signed: &Signed, key: Option<&PublicKey>) -> Result<(), Reason> {
    let mut jobs: Vec<Job<'_>> = Vec::with_capacity(signed.vouched.len().saturating_add(1));
    if let Some(key) = key {
        let fitting = signed.algorithm.and_then(|algorithm| algorithm.for_key(key));
        let algorithm = fitting.ok_or_else(|| Reason::new(Code::DiCryptosuite).got("a key of another kind"))?;
        let (message, signature) = (signed.message.as_slice(), signed.signature.as_slice());
        jobs.push(Job {
            algorithm,
            key: key.clone(),
            message,
            signature,
            statements: signed.statements.as_deref(),
            older: signed.older.as_deref(),
        });
    }
    jobs.extend(signed.vouched.iter().map(|vouched| Job {
        algorithm: vouched.algorithm,
        key: vouched.key.clone(),
        message: &vouched.message,
        signature: &vouched.signature,
        statements: None,
        older: None,
    }));
    checker.check(&jobs).into_iter().collect()
}

/// The key that the proof names, where its DID tells it without the network.
fn key_of(signed: &Signed, purpose: Purpose) -> Option<PublicKey> {
    let Some(KeyId::Text(method)) = &signed.kid else { return None };
    let purpose = match purpose {
        Purpose::Assertion => document::Purpose::AssertionMethod,
        Purpose::Authentication => document::Purpose::Authentication,
    };
    let (did, fragment) = did::split(method);
    if let Some(key) = did::signing_key(did, fragment.unwrap_or_default()) {
        return key.ok();
    }
    match did::resolve(did, &Evidence::none()) {
        Resolution::Document(document) => document.key(method, purpose).ok(),
        _ => None,
    }
}

/// The purpose that the proof itself says: a holder may hold what was not made for asserting.
fn purpose_of(document: &Value<'_>) -> Purpose {
    let purpose = document.member("proof").and_then(|proof| proof.member("proofPurpose")).and_then(Value::as_str);
    if purpose == Some("authentication") { Purpose::Authentication } else { Purpose::Assertion }
}

#[cfg(test)]
mod tests;
