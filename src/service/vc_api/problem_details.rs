//! Problem details: our reasons in the words of the W3C (VC Data Model 2.0, 7.2; Data Integrity 1.0, 4.7; Controlled
//! Identifiers 1.0, 3.5; Bitstring Status List 1.0, 3.4; VCALM).
//!
//! One table says which of their types a reason is. Each problem also names our own code, stage, rule, and what was due and
//! found, which their types are too coarse to tell.

use std::borrow::Cow;

use serde::Serialize;

use crate::check::{Check, Note, Outcome};
use crate::reason::{Code, Fact, Reason, Spec, Stage};

const PARSING: &str = "https://www.w3.org/TR/vc-data-model#PARSING_ERROR";
const CRYPTOGRAPHIC: &str = "https://www.w3.org/TR/vc-data-model#CRYPTOGRAPHIC_SECURITY_ERROR";
const MALFORMED: &str = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR";
const RANGE: &str = "https://www.w3.org/TR/vc-data-model#RANGE_ERROR";
const VERIFICATION: &str = "https://w3id.org/security#PROOF_VERIFICATION_ERROR";
const TRANSFORMATION: &str = "https://w3id.org/security#PROOF_TRANSFORMATION_ERROR";
const DOMAIN: &str = "https://w3id.org/security#INVALID_DOMAIN_ERROR";
const CHALLENGE: &str = "https://w3id.org/security#INVALID_CHALLENGE_ERROR";
const METHOD_URL: &str = "https://w3id.org/security#INVALID_VERIFICATION_METHOD_URL";
const METHOD: &str = "https://w3id.org/security#INVALID_VERIFICATION_METHOD";
const CONTROLLER: &str = "https://w3id.org/security#INVALID_CONTROLLED_IDENTIFIER_DOCUMENT";
const RELATIONSHIP: &str = "https://w3id.org/security#INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD";
const STATUS_RETRIEVAL: &str = "https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR";
const STATUS_VERIFICATION: &str = "https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR";
const STATUS_LENGTH: &str = "https://www.w3.org/ns/credentials/status-list#STATUS_LIST_LENGTH_ERROR";

/// Whether a problem keeps a document from being verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It does.
    Error,
    /// It is told, and does not.
    Warning,
}

/// One problem, as it stands in `problemDetails`.
#[derive(Clone, Debug, Serialize)]
pub struct ProblemDetail {
    /// The W3C's type, or ours where they have none.
    #[serde(rename = "type")]
    pub reference: Cow<'static, str>,
    /// The last word of the type.
    pub title: String,
    /// What is wrong, in sentences. Holds no value of the subject.
    pub detail: String,
    /// Whether it counts.
    pub severity: Severity,
    /// Our own code.
    pub code: &'static str,
    /// The stage that found it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// The rule that was broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spec: Option<Spec>,
    /// What was due.
    #[serde(skip_serializing_if = "Fact::is_absent")]
    pub expected: Fact,
    /// What was found.
    #[serde(skip_serializing_if = "Fact::is_absent")]
    pub got: Fact,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'static str>,
}

impl ProblemDetail {
    /// A reason as a problem.
    pub fn of(reason: &Reason, severity: Severity) -> Self {
        let row = reason.code().row();
        let reference = reference_of(reason.code(), reason.stage());
        ProblemDetail {
            title: title_of(&reference),
            reference,
            detail: sentences(row.sentence, reason),
            severity,
            code: row.code,
            stage: Some(reason.stage()),
            spec: Some(reason.spec()),
            expected: reason.expected_fact().clone(),
            got: reason.got_fact().clone(),
            hint: Some(row.hint),
        }
    }

    /// A remark of a report as a warning.
    pub fn of_note(note: &Note) -> Self {
        ProblemDetail {
            reference: Cow::Owned(format!("urn:vidimus:note:{}", note.code)),
            title: note.code.to_owned(),
            detail: note.sentence.clone().into_owned(),
            severity: Severity::Warning,
            code: note.code,
            stage: None,
            spec: None,
            expected: Fact::Absent,
            got: Fact::Absent,
            hint: None,
        }
    }

    /// The fault or doubt in a row of a report, if it has one.
    pub fn of_check(check: &Check, severity: Severity) -> Option<Self> {
        match &check.outcome {
            Outcome::Fail(reason) | Outcome::Unknown(reason, _) => Some(ProblemDetail::of(reason, severity)),
            Outcome::Pass | Outcome::NotDeclared | Outcome::NotReached => None,
        }
    }
}

/// The last word of a type, which is how these problems are called.
pub fn title_of(reference: &str) -> String {
    reference.rsplit(['#', '/', ':']).next().unwrap_or(reference).to_owned()
}

fn sentences(sentence: &str, reason: &Reason) -> String {
    let mut text = sentence.to_owned();
    for (word, fact) in [("Expected", reason.expected_fact()), ("Got", reason.got_fact())] {
        if !fact.is_absent() {
            text.push_str(&format!(" {word} {fact}."));
        }
    }
    text
}

/// Which of the W3C's types a reason is: by its code where the code says it, else by the stage that gave it.
pub fn reference_of(code: Code, stage: Stage) -> Cow<'static, str> {
    let own = || Cow::Owned(format!("/v1/reasons/{}", code.as_str()));
    Cow::Borrowed(match code {
        Code::InputUnrecognised | Code::InputAmbiguous => PARSING,
        Code::InputTooLarge | Code::InputTooManyItems | Code::InputDecompressedTooLarge | Code::RdfcLimit => RANGE,
        Code::JsonNumberRange | Code::CborNumberRange => RANGE,
        Code::LdUndefinedTerm | Code::LdDroppedValue | Code::LdCollidingKeywords | Code::LdUnsupportedKeyword => {
            TRANSFORMATION
        }
        Code::LdContextUnknown | Code::LdContextInline | Code::LdContextInvalid | Code::LdContextHash => TRANSFORMATION,
        Code::LdMalformed | Code::LdProtectedTerm | Code::LdAlias | Code::DiContextMismatch => TRANSFORMATION,
        Code::VcContextBase | Code::VcSchema | Code::VcType | Code::VcEnvelope | Code::ClaimInconsistent => MALFORMED,
        Code::ClaimMissing | Code::ClaimType | Code::ObSchema => MALFORMED,
        Code::VcDigest | Code::SigInvalid | Code::SigEncoding => CRYPTOGRAPHIC,
        Code::DiVmMissing => METHOD_URL,
        Code::DiVmInvalid | Code::DidKeyMalformed | Code::KeyInvalidPoint | Code::KeyWeak => METHOD,
        Code::DidVmRelationship => RELATIONSHIP,
        Code::DidDocumentInvalid | Code::DidIdMismatch | Code::DidDuplicateVm | Code::DidDepth => CONTROLLER,
        Code::ClaimAudience => DOMAIN,
        Code::VpNonce => CHALLENGE,
        Code::StatusUnavailable => STATUS_RETRIEVAL,
        Code::StatusIndex => RANGE,
        Code::StatusMalformed => MALFORMED,
        Code::StatusLength => STATUS_LENGTH,
        Code::DiProofExpired => VERIFICATION,
        Code::TrustIssuerUnknown | Code::TrustKeyUnknown | Code::VpHolderBinding | Code::ObIdentity => return own(),
        code => match (stage, area(code)) {
            (_, "di" | "multibase") => VERIFICATION,
            (_, "json" | "cbor" | "base45" | "zlib") => PARSING,
            (_, "jose" | "cose" | "sdjwt") => match stage {
                Stage::Digests => CRYPTOGRAPHIC,
                _ => VERIFICATION,
            },
            (Stage::Decode, _) => PARSING,
            (Stage::Key, _) => VERIFICATION,
            (Stage::Signature | Stage::Digests, _) => CRYPTOGRAPHIC,
            (Stage::Validity, _) => RANGE,
            (Stage::Status, _) => STATUS_VERIFICATION,
            (Stage::Holder | Stage::Policy, _) => return own(),
        },
    })
}

fn area(code: Code) -> &'static str {
    code.as_str().split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_type() {
        for code in Code::ALL {
            let detail = ProblemDetail::of(&Reason::new(*code).expected("this").got("that"), Severity::Error);
            let known = ["https://www.w3.org/", "https://w3id.org/security#", "/v1/reasons/"];
            assert!(known.iter().any(|start| detail.reference.starts_with(start)), "{}", detail.reference);
            assert!(!detail.title.is_empty() && detail.detail.ends_with("Expected this. Got that."));
            assert_eq!(detail.code, code.as_str());
        }
    }

    #[test]
    fn the_types_that_suites_look_at() {
        for (code, title) in [
            (Code::JsonSyntax, "PARSING_ERROR"),
            (Code::VcSchema, "MALFORMED_VALUE_ERROR"),
            (Code::SigInvalid, "CRYPTOGRAPHIC_SECURITY_ERROR"),
            (Code::TimeExpired, "RANGE_ERROR"),
            (Code::DiProofMissing, "PROOF_VERIFICATION_ERROR"),
            (Code::DiPurpose, "PROOF_VERIFICATION_ERROR"),
            (Code::MultibaseInvalid, "PROOF_VERIFICATION_ERROR"),
            (Code::LdUndefinedTerm, "PROOF_TRANSFORMATION_ERROR"),
            (Code::ClaimAudience, "INVALID_DOMAIN_ERROR"),
            (Code::VpNonce, "INVALID_CHALLENGE_ERROR"),
            (Code::StatusUnavailable, "STATUS_RETRIEVAL_ERROR"),
            (Code::StatusRevoked, "STATUS_VERIFICATION_ERROR"),
            (Code::StatusLength, "STATUS_LIST_LENGTH_ERROR"),
        ] {
            assert_eq!(ProblemDetail::of(&Reason::new(code), Severity::Error).title, title, "{}", code.as_str());
        }
    }
}
