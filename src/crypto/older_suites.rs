//! Proofs of the Data Integrity suites from before cryptosuites: a detached JWS over the digests of two canonical texts.
//!
//! The library `ssi` gives the verdict (its member `ssi/` has it behind a function); a build without it gives none, and then nothing
//! here is right. What it is asked has been found sound before: a key of the suite's kind, a signature of the algorithm's form.

use std::sync::Arc;

use crate::crypto::job::Job;
use crate::reason::{Code, Reason};

#[cfg(feature = "ssi")]
mod judged;

/// A suite from before cryptosuites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OlderSuite {
    /// Ed25519.
    Ed25519Signature2018,
    /// Ed25519, ECDSA on P-256, P-384 and secp256k1.
    JsonWebSignature2020,
    /// ECDSA on secp256k1.
    EcdsaSecp256k1Signature2019,
    /// ECDSA on P-256.
    EcdsaSecp256r1Signature2019,
    /// ECDSA on secp256k1; the signature brings its key.
    EcdsaSecp256k1RecoverySignature2020,
}

/// What a proof of an older suite is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OlderProof {
    /// The suite.
    pub suite: OlderSuite,
    /// The document without its proofs, as canonical N-Quads. Proofs of a set share it.
    pub document: Arc<String>,
    /// The proof without its value, as canonical N-Quads.
    pub options: String,
    /// The JWS's protected header as it came, in base64url.
    pub protected: String,
}

/// `Ok` when the proof is right.
///
/// # Errors
/// `sig.invalid`, also of whatever could not be judged; `sig.encoding` when the signature has not the algorithm's length.
pub(super) fn check(job: &Job<'_>, proof: &OlderProof) -> Result<(), Reason> {
    if !job.key.takes(job.algorithm) {
        return Err(Reason::new(Code::SigInvalid).expected(job.algorithm.name()));
    }
    super::job::check_form(job)?;
    is_right(job, proof).then_some(()).ok_or_else(|| Reason::new(Code::SigInvalid))
}

#[cfg(feature = "ssi")]
fn is_right(job: &Job<'_>, proof: &OlderProof) -> bool {
    judged::is_right(job, proof)
}

/// A build without the library can tell of no proof that it is right.
#[cfg(not(feature = "ssi"))]
fn is_right(_: &Job<'_>, _: &OlderProof) -> bool {
    false
}
