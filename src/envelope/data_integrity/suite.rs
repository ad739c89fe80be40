//! Cryptosuites: the table of everything that a proof can be made with.
//!
//! Data Integrity EdDSA Cryptosuites 1.0, ECDSA Cryptosuites 1.0, BBS Cryptosuites 1.0, and the older Ed25519Signature2020. Suites
//! that are older still are verified and not issued: [`older`](crate::envelope::data_integrity::older) has them.

use crate::crypto::algorithm::{Algorithm, Hash, KeyKind};
use crate::crypto::older_suites::OlderSuite;
use crate::encoding::multibase::Base;
use crate::envelope::data_integrity::older::OLDER_SUITES;

/// The type of every proof that names a cryptosuite.
pub const DATA_INTEGRITY_PROOF: &str = "DataIntegrityProof";

/// One way of making a proof.
#[derive(Debug)]
pub struct Suite {
    /// The cryptosuite's name; of an older suite the type of its proofs.
    pub name: &'static str,
    /// The type of its proofs.
    pub proof_type: &'static str,
    /// The keys that it takes, and how each signs.
    pub keys: &'static [KeyUse],
    /// What is signed.
    pub work: Work,
    /// The alphabet of the proof's value.
    pub base: Base,
    /// `true` where every proof says when it was made.
    pub needs_created: bool,
}

/// How a key of one kind signs.
///
/// ECDSA suites hash by the key's curve. A proof does not name the curve, but the length of its signature tells it; the key must
/// then be of that curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// The kind of key.
    pub kind: KeyKind,
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The digest of document and proof configuration, also inside RDF canonicalisation.
    pub hash: Hash,
    /// Bytes of every signature.
    pub signature_bytes: usize,
}

/// What a proof of a suite is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The whole document, transformed to one text and hashed.
    Whole(Transform),
    /// Its statements one by one; holders make proofs that show some of them.
    Selective(Selective),
    /// The whole document as RDF, in a detached JWS.
    Older(OlderSuite),
}

/// A suite whose holders show a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selective {
    /// A signature for each statement.
    EcdsaSd,
    /// One BBS signature.
    Bbs,
}

/// How a document becomes one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transform {
    /// As RDF, canonical N-Quads (RDFC-1.0).
    Rdfc,
    /// As JSON (RFC 8785).
    Jcs,
}

const ED25519: KeyUse =
    KeyUse { kind: KeyKind::Ed25519, algorithm: Algorithm::EdDsa, hash: Hash::Sha256, signature_bytes: 64 };
const P256: KeyUse =
    KeyUse { kind: KeyKind::P256, algorithm: Algorithm::Es256, hash: Hash::Sha256, signature_bytes: 64 };
const P384: KeyUse =
    KeyUse { kind: KeyKind::P384, algorithm: Algorithm::Es384, hash: Hash::Sha384, signature_bytes: 96 };

const BBS: KeyUse =
    KeyUse { kind: KeyKind::Bls12381G2, algorithm: Algorithm::Bbs, hash: Hash::Sha256, signature_bytes: 80 };

const fn whole(name: &'static str, keys: &'static [KeyUse], transform: Transform) -> Suite {
    let work = Work::Whole(transform);
    Suite { name, proof_type: DATA_INTEGRITY_PROOF, keys, work, base: Base::Base58Btc, needs_created: false }
}

const fn selective(name: &'static str, keys: &'static [KeyUse], work: Selective) -> Suite {
    let work = Work::Selective(work);
    Suite { name, proof_type: DATA_INTEGRITY_PROOF, keys, work, base: Base::Base64Url, needs_created: false }
}

/// Every suite that is verified and issued.
pub static SUITES: &[Suite] = &[
    whole("eddsa-rdfc-2022", &[ED25519], Transform::Rdfc),
    whole("eddsa-jcs-2022", &[ED25519], Transform::Jcs),
    whole("ecdsa-rdfc-2019", &[P256, P384], Transform::Rdfc),
    whole("ecdsa-jcs-2019", &[P256, P384], Transform::Jcs),
    Suite {
        name: "Ed25519Signature2020",
        proof_type: "Ed25519Signature2020",
        keys: &[ED25519],
        work: Work::Whole(Transform::Rdfc),
        base: Base::Base58Btc,
        needs_created: true,
    },
    selective("ecdsa-sd-2023", &[P256], Selective::EcdsaSd),
    selective("bbs-2023", &[BBS], Selective::Bbs),
];

impl Suite {
    /// The suite of a proof with this type and cryptosuite; `None` when there is none, or the two do not go together.
    pub fn of(proof_type: &str, cryptosuite: Option<&str>) -> Option<&'static Suite> {
        SUITES.iter().chain(OLDER_SUITES).find(|suite| {
            let named = if suite.proof_type == DATA_INTEGRITY_PROOF { Some(suite.name) } else { None };
            suite.proof_type == proof_type && named == cryptosuite
        })
    }

    /// The suite with this name, if it is one that is issued.
    pub fn by_name(name: &str) -> Option<&'static Suite> {
        SUITES.iter().find(|suite| suite.name == name)
    }

    /// The member of a proof that holds its value.
    pub fn value_member(&self) -> &'static str {
        if matches!(self.work, Work::Older(_)) { "jws" } else { "proofValue" }
    }

    /// How that kind of key signs with this suite; `None` when it does not.
    pub fn key_use(&self, kind: KeyKind) -> Option<&'static KeyUse> {
        self.keys.iter().find(|key| key.kind == kind)
    }
}
