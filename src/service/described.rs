//! What the service answers, described for OpenAPI: the shapes that [`crate::report::Report`] and the tables write.
//!
//! Never built; a test of `openapi` holds the shapes to what is really written.

use serde_json::Value;
use utoipa::ToSchema;

macro_rules! described {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[$attribute:meta])* $member:ident: $kind:ty,)* })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(ToSchema)]
            #[expect(dead_code, reason = "describes what others write; never built")]
            pub struct $name { $($(#[$attribute])* $member: $kind,)* }
        )*
    };
}

described! {
    /// The answer to one question. An input with several credentials gives `verdict` and `parts`, each of which is a report.
    Report {
        /// `accepted`, `rejected` or `indeterminate`. Only `accepted` means yes.
        verdict: String,
        /// The format, when it was recognised.
        format: Option<String>,
        /// Every stage, in order; one row a fault.
        checks: Option<Vec<Check>>,
        /// Who signed, or is said to have: see the `signature` check.
        issuer: Option<Issuer>,
        /// What the credential says of times.
        times: Option<Times>,
        /// What an accepted credential says, in its own terms.
        #[schema(value_type = Option<Object>)]
        claims: Option<Value>,
        /// The same in the vocabulary that all formats share.
        #[schema(value_type = Option<Object>)]
        core: Option<Value>,
        /// Remarks; they change no verdict.
        notes: Option<Vec<Note>>,
        /// Documents looked at.
        evidence: Option<Vec<EvidenceUsed>>,
        /// The report on each credential, when there are several.
        #[schema(no_recursion)]
        parts: Option<Vec<Report>>,
    }
    /// One stage, or one fault of it.
    Check {
        /// The stage.
        stage: String,
        /// `pass`, `fail`, `unknown`, `not-declared` or `not-reached`.
        outcome: String,
        /// The reason's stable code.
        code: Option<String>,
        /// What is wrong, for a person.
        sentence: Option<String>,
        /// The rule that was broken.
        spec: Option<Specification>,
        /// What was due.
        expected: Option<String>,
        /// What was found. Never a value of the subject.
        got: Option<String>,
        /// What to do about it.
        hint: Option<String>,
        /// Where a missing document would be found.
        locator: Option<String>,
    }
    /// Where a rule is written.
    Specification {
        /// The document's usual short name.
        document: String,
        /// The section inside it.
        section: String,
        /// Where the document is published.
        url: String,
    }
    /// Who signed.
    Issuer {
        /// An URL, a DID, or a certificate's subject.
        name: String,
        /// Two-letter country.
        country: Option<String>,
        /// Key identifier as the credential writes it.
        key_id: Option<String>,
        /// The trust list it stands on.
        list: Option<String>,
        /// Production or test.
        environment: String,
        /// The certificates, signer first.
        chain: Option<Vec<ChainLink>>,
    }
    /// One certificate of a chain.
    ChainLink {
        /// Distinguished name.
        subject: String,
        /// SHA-256 of the certificate.
        sha256: String,
    }
    /// What a credential says of times, RFC 3339.
    Times {
        /// When it was issued.
        issued_at: Option<String>,
        /// Not valid before.
        not_before: Option<String>,
        /// Not valid from then on.
        expires: Option<String>,
    }
    /// A remark.
    Note {
        /// Its stable name.
        code: String,
        /// The remark, one sentence.
        sentence: String,
    }
    /// A document that a verdict rests on.
    EvidenceUsed {
        /// Where it came from.
        locator: String,
        /// When it was fetched.
        fetched_at: Option<String>,
        /// Its age at the time of the verification.
        age_seconds: Option<i64>,
    }
    /// One answer line of a batch: a report, or a problem.
    Answer {
        /// Number of the line, from 1; blank lines count and are not answered.
        line: u64,
        /// The question's `id`.
        #[schema(value_type = Option<Object>)]
        id: Option<Value>,
        /// The report.
        report: Option<Report>,
        /// Why there is none.
        problem: Option<Problem>,
    }
    /// What a credential says. Nothing of it is verified.
    Inspection {
        /// Always false.
        verified: bool,
    }
    /// Why a request is not served (RFC 9457).
    Problem {
        /// Which problem: see /v1/problems.
        r#type: String,
        /// HTTP status.
        status: u16,
        /// What is wrong.
        title: String,
        /// What to do about it.
        hint: String,
        /// For JSON: what is wrong with it, as in /v1/reasons.
        code: Option<String>,
        /// Opaque name of this occurrence.
        instance: Option<String>,
        /// What is wrong with which member.
        faults: Option<Vec<MemberFault>>,
    }
    /// What is wrong with one member of a request, or at one place of a query.
    MemberFault {
        /// The member.
        member: Option<String>,
        /// What is wrong with it.
        problem: Option<String>,
        /// The place in the query, a JSON pointer.
        pointer: Option<String>,
        /// What is wrong there.
        sentence: Option<String>,
    }
    /// What came of resolving a DID (DID Resolution 0.3, 9).
    DidResolution {
        /// The document; null when there is none.
        #[schema(rename = "didDocument", value_type = Option<Object>)]
        did_document: Option<Value>,
        /// `deactivated`, when it is.
        #[schema(rename = "didDocumentMetadata", value_type = Object)]
        did_document_metadata: Value,
        /// `contentType`, or `error`: a DidProblem.
        #[schema(rename = "didResolutionMetadata", value_type = Object)]
        did_resolution_metadata: Value,
    }
    /// What came of dereferencing a DID URL (DID Resolution 0.3, 10).
    DidDereferencing {
        /// The document, the part of it, or the URLs; null when there are none.
        #[schema(value_type = Option<Object>)]
        content: Option<Value>,
        /// `deactivated`, when it is.
        #[schema(rename = "contentMetadata", value_type = Object)]
        content_metadata: Value,
        /// `contentType`, or `error`: a DidProblem.
        #[schema(rename = "dereferencingMetadata", value_type = Object)]
        dereferencing_metadata: Value,
    }
    /// An error of resolving (RFC 9457).
    DidProblem {
        /// The error's URL: `https://www.w3.org/ns/did#INVALID_DID` and so on.
        r#type: String,
        /// What is wrong.
        title: String,
        /// HTTP status.
        status: u16,
        /// More about it.
        detail: String,
    }
    /// One problem type.
    ProblemType {
        /// Its name, as a reference.
        r#type: String,
        /// HTTP status.
        status: u16,
        /// What is wrong.
        title: String,
        /// What to do about it.
        hint: String,
    }
    /// One format.
    Format {
        /// Stable name.
        name: String,
        /// Title for people.
        title: String,
        /// The specification and its version.
        specification: String,
        /// How inputs of this format begin.
        begins: Vec<String>,
        /// Signature algorithms taken.
        algorithms: Vec<String>,
        /// How revocation is told.
        status: String,
        /// Whether it can be issued too.
        issues: bool,
    }
    /// One reason.
    Reason {
        /// Its stable code.
        code: String,
        /// The stage that gives it.
        stage: String,
        /// What is wrong.
        sentence: String,
        /// What to do about it.
        hint: String,
        /// The rule that was broken.
        spec: Specification,
    }
}
