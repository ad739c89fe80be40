//! Adds base proofs: the issuing twin of [`super::open`], for suites whose holders show a part.
//!
//! A document with a base proof is for its holder alone: it holds the key to everything that a verifier is not told.

use crate::crypto::bbs::own::OwnBbsKey;
use crate::crypto::own_keys::Signer;
use crate::envelope::data_integrity::fault::ProofFault;
use crate::envelope::data_integrity::sign::{ProofDraft, add_proof_with};
use crate::envelope::data_integrity::suite::Suite;
use crate::envelope::data_integrity::transform::Terms;
use crate::envelope::data_integrity::{bbs, ecdsa_sd};

/// Who signs a base proof, and what is secret of it.
pub enum BaseSigner<'s> {
    /// `ecdsa-sd-2023`, by a key on P-256.
    EcdsaSd {
        /// The issuer's key.
        signer: &'s dyn Signer,
        /// Secrets of this one proof.
        secrets: &'s ecdsa_sd::Secrets,
    },
    /// `bbs-2023`.
    Bbs {
        /// The issuer's key.
        key: &'s OwnBbsKey,
        /// Secrets of this one proof, and what the holder committed to.
        secrets: &'s bbs::Secrets,
    },
}

impl BaseSigner<'_> {
    fn suite(&self) -> Option<&'static Suite> {
        Suite::by_name(match self {
            BaseSigner::EcdsaSd { .. } => "ecdsa-sd-2023",
            BaseSigner::Bbs { .. } => "bbs-2023",
        })
    }
}

/// The text of the document with a base proof, for its holder. What `mandatory_pointers` (RFC 6901) point at, no holder can hide.
///
/// # Errors
/// [`ProofFault::Document`] as [`super::sign::add_proof`], and `di.selective` when a pointer points at nothing; [`ProofFault::Key`] when
/// the key does not fit or cannot sign, or the holder's commitment is wrong.
pub fn add_base_proof(
    document: &str,
    draft: &ProofDraft,
    mandatory_pointers: &[String],
    signer: &BaseSigner<'_>,
    terms: &Terms<'_>,
) -> Result<String, ProofFault> {
    let suite = signer.suite().ok_or_else(|| ProofFault::Key("no such suite".to_owned()))?;
    add_proof_with(document, suite, draft, &|secured| match signer {
        BaseSigner::EcdsaSd { signer, secrets } => {
            ecdsa_sd::base_value(secured, mandatory_pointers, *signer, secrets, terms)
        }
        BaseSigner::Bbs { key, secrets } => bbs::base_value(secured, mandatory_pointers, key, secrets, terms),
    })
}
