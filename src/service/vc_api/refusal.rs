//! Refusals: what the VC API answers when a request cannot be served as it is. A problem document (RFC 9457) whose type is the
//! W3C's where they have one, with every fault found under `problemDetails`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem_details::{ProblemDetail, Severity, title_of};
use crate::reason::Reason;
use crate::service::problem::{Kind, Problem};

const MALFORMED: &str = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR";
const PARSING: &str = "https://www.w3.org/TR/vc-data-model#PARSING_ERROR";
const UNKNOWN_OPTION: &str = "https://www.w3.org/TR/vcalm#UNKNOWN_OPTION_PROVIDED";
const GENERATION: &str = "https://w3id.org/security#PROOF_GENERATION_ERROR";
const CHALLENGE: &str = "https://w3id.org/security#INVALID_CHALLENGE_ERROR";

/// Why a request is not served.
#[derive(Clone, Debug)]
pub struct Refusal {
    kind: Kind,
    reasons: Vec<Reason>,
    is_of_verification: bool,
}

impl Refusal {
    /// A refusal of that kind.
    pub fn new(kind: Kind) -> Self {
        Refusal { kind, reasons: Vec::new(), is_of_verification: false }
    }

    /// The same, because of these faults of a document.
    #[must_use]
    pub fn because(mut self, reasons: Vec<Reason>) -> Self {
        self.reasons = reasons;
        self
    }

    /// The same, as a verifier says it: with `verified: false`.
    #[must_use]
    pub fn of_verification(mut self) -> Self {
        self.is_of_verification = true;
        self
    }

    /// What is wrong.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl From<Kind> for Refusal {
    fn from(kind: Kind) -> Self {
        Refusal::new(kind)
    }
}

/// The W3C's type of a problem with a request, where they have one.
fn reference_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::BadJson => Some(PARSING),
        Kind::UnknownOption => Some(UNKNOWN_OPTION),
        Kind::BadOption
        | Kind::CredentialAbsent
        | Kind::PresentationAbsent
        | Kind::OtherIssuer
        | Kind::BadStatusChange => Some(MALFORMED),
        Kind::Unissuable | Kind::Underivable => Some(GENERATION),
        Kind::ChallengeUsed => Some(CHALLENGE),
        _ => None,
    }
}

#[derive(Serialize)]
struct Document<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    #[serde(rename = "type")]
    reference: &'static str,
    title: String,
    status: u16,
    detail: &'static str,
    hint: &'static str,
    /// Our own name of the problem.
    problem: &'static str,
    #[serde(rename = "problemDetails")]
    problem_details: &'r [Entry],
}

/// A fault of a document, or the problem with the request itself.
#[derive(Serialize)]
#[serde(untagged)]
enum Entry {
    Fault(Box<ProblemDetail>),
    Request {
        #[serde(rename = "type")]
        reference: &'static str,
        title: String,
        detail: &'static str,
        severity: Severity,
        code: &'static str,
    },
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let row = self.kind.row();
        let Some(reference) = reference_of(self.kind).or_else(|| self.is_of_verification.then_some(row.reference))
        else {
            return Problem::new(self.kind).into_response();
        };
        let code = row.reference.rsplit('#').next().unwrap_or_default();
        let entries: Vec<Entry> = match self.reasons.as_slice() {
            [] => vec![Entry::Request {
                reference,
                title: title_of(reference),
                detail: row.title,
                severity: Severity::Error,
                code,
            }],
            reasons => reasons
                .iter()
                .map(|reason| Entry::Fault(Box::new(ProblemDetail::of(reason, Severity::Error))))
                .collect(),
        };
        let document = Document {
            verified: self.is_of_verification.then_some(false),
            reference,
            title: title_of(reference),
            status: row.status,
            detail: row.title,
            hint: row.hint,
            problem: row.reference,
            problem_details: &entries,
        };
        // The kinds that close a connection or name a time to come back do so here too.
        let mut response = Problem::new(self.kind).into_response();
        *response.status_mut() = StatusCode::from_u16(row.status).unwrap_or(StatusCode::BAD_REQUEST);
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        *response.body_mut() = serde_json::to_string(&document).unwrap_or_default().into();
        response
    }
}
