//! Problems: what the service answers when a request is wrong or cannot be served now (RFC 9457). Never about a credential:
//! its faults are reasons, and stand in a report under status 200.
//!
//! One table holds every type. A problem never repeats anything that was sent, but for the names in a query that its faults are about.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::policy::dcql::QueryFault;
use crate::reason::Reason;

/// One row of the table.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Row {
    /// The type, as a reference that this service answers.
    #[serde(rename = "type")]
    pub reference: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What is wrong, one sentence.
    pub title: &'static str,
    /// What to do about it.
    pub hint: &'static str,
}

macro_rules! problems {
    ($($kind:ident $name:literal $status:literal $title:literal $hint:literal;)*) => {
        /// What is wrong with a request, or with serving it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind {
            $(#[doc = concat!("`", $name, "`: ", $title)] $kind,)*
        }

        impl Kind {
            /// Every kind, in table order.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind,)*];

            /// This kind's row of the table.
            pub fn row(self) -> &'static Row {
                match self {
                    $(Kind::$kind => {
                        const ROW: Row = Row {
                            reference: concat!("/v1/problems#", $name),
                            status: $status,
                            title: $title,
                            hint: $hint,
                        };
                        &ROW
                    })*
                }
            }
        }
    };
}

problems! {
    BadJson "bad_json" 400 "The body is not the JSON that is due." "Strict JSON: UTF-8, no member twice, no unknown member. See /openapi.json.";
    InputAbsent "input_absent" 400 "The request holds no credential." "Send `input` (text) or `input_base64`, or the credential itself as the body.";
    InputTwice "input_twice" 400 "The request holds two credentials." "Send either `input` or `input_base64`.";
    BadBase64 "bad_base64" 400 "`input_base64` is not base64." "Standard or URL-safe alphabet, with or without padding.";
    UnknownFormat "unknown_format" 400 "No format has that name." "GET /v1/formats lists the names.";
    BadTime "bad_time" 400 "`at` is not a time." "RFC 3339 with offset: 2026-11-21T12:00:00Z.";
    TimeNotAllowed "time_not_allowed" 400 "This service judges by its own clock only." "Leave `at` out, or ask the operator.";
    PolicyNotAllowed "policy_not_allowed" 400 "This service judges by its own policy only." "Leave `policy` out, or ask the operator.";
    DcqlInvalid "dcql_invalid" 400 "The DCQL query cannot be asked." "`faults` says where and why; `vidimus dcql check` says it too.";
    BadId "bad_id" 400 "`id` is neither a short text nor an integer." "At most 128 bytes.";
    BrokenBody "broken_body" 400 "The body ended before its end." "Send it again.";
    AmbiguousLength "ambiguous_length" 400 "The request declares the length of its body in two ways." "Send Content-Length or Transfer-Encoding, not both.";
    PictureInBatch "picture_in_batch" 400 "A line of a batch holds a picture." "Send pictures to /v1/verify, one at a time.";
    Unauthorized "unauthorized" 401 "This place is for callers with an API key." "Send `Authorization: Bearer KEY`; the operator hands out keys.";
    CredentialAbsent "credential_absent" 400 "The request holds no credential where one is due." "An object: `credential` to have it issued, `verifiableCredential` to have it verified or derived from.";
    PresentationAbsent "presentation_absent" 400 "The request holds no presentation where one is due." "An object: `presentation` to have it signed, `verifiablePresentation` to have it verified.";
    UnknownOption "unknown_option" 400 "One of the options is not known here." "GET /openapi.json lists the options of each place.";
    BadOption "bad_option" 400 "One of the options has another form than it should." "GET /openapi.json describes the options of each place.";
    UnknownProfile "unknown_profile" 400 "This service has no profile of that name." "GET /issuers lists the profiles.";
    OtherIssuer "other_issuer" 400 "The document names another issuer or holder than the profile's." "GET /issuers tells the DID of each profile.";
    Unissuable "unissuable" 400 "The document cannot be signed as it is." "`problemDetails` says what is wrong with it.";
    Underivable "underivable" 400 "Nothing can be derived from this credential as it was asked." "It must carry a base proof of ecdsa-sd-2023 or bbs-2023, and the pointers must lead somewhere.";
    ChallengeUsed "challenge_used" 400 "The challenge was given here, and is used or too old." "Ask for a new one with POST /challenges, and show a presentation made for that one.";
    BadStatusChange "bad_status_change" 400 "The change of status cannot be done as it is asked." "`credentialId`, `credentialStatus` with `statusPurpose`, `status`; what is revoked stays revoked.";
    NoSuchStatus "no_such_status" 404 "No credential with such a status was issued here." "Name it by the `credentialId` or `id` that it was issued with.";
    AlreadyIssued "already_issued" 409 "A credential with that identifier and a status was issued before." "Give it another `id`, or another `credentialId`.";
    BadAsk "bad_ask" 400 "What is to be asked of a wallet cannot be asked so." "`faults` names each member and what is wrong with it.";
    BadResponse "bad_response" 400 "This is no response to the session's request." "A look at the session says which of its rules was broken, under `refusals`.";
    NoPresentation "no_presentation" 404 "There is no such presentation here, it is not yours, or it is not given this way." "A result is given once, to who asked for it; for `same_device` with the `response_code` that came back.";
    NoClient "no_client" 501 "This service asks no wallets." "Start it with --presentations FILE, or with --dev.";
    WebhooksOff "webhooks_off" 400 "This service sends no webhooks, or not to that place." "The operator sets `webhook_secret`; the place is https and public.";
    NotFound "not_found" 404 "There is nothing here." "GET /openapi.json lists what there is.";
    MethodNotAllowed "method_not_allowed" 405 "This method is not for this place." "The `Allow` header names the methods.";
    Slow "slow" 408 "The body did not arrive in time." "Send it at once.";
    TooLarge "too_large" 413 "The body is larger than any credential." "1 MiB; a picture 10 MiB.";
    MediaType "media_type" 415 "This place takes other media types." "application/json, text/plain, image/png, image/jpeg, application/smart-health-card; for batches application/x-ndjson.";
    Charset "charset" 415 "Text must be UTF-8." "Leave the charset out, or send utf-8.";
    ContentCoding "content_coding" 415 "Compressed bodies are not taken." "Send it as it is.";
    Internal "internal" 500 "This service failed; the fault is ours." "Tell the operator the `instance`.";
    HistoryUnsupported "history_unsupported" 501 "Status lists are told as they are now, not as they were." "Leave `time` out.";
    Overloaded "overloaded" 503 "More requests came than can be served." "Try again after the time that `Retry-After` names.";
    NotReady "not_ready" 503 "The service has no trust list to judge by, or is stopping." "GET /ready tells which.";
}

/// A problem, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    kind: Kind,
    reason: Option<&'static str>,
    faults: Vec<serde_json::Value>,
    instance: Option<String>,
}

impl Problem {
    /// A problem of that kind.
    pub fn new(kind: Kind) -> Self {
        Problem { kind, reason: None, faults: Vec::new(), instance: None }
    }

    /// The problem that a body is not the JSON due. Of the reason only its code goes out.
    pub fn bad_json(reason: &Reason) -> Self {
        Problem { reason: Some(reason.code().as_str()), ..Problem::new(Kind::BadJson) }
    }

    /// The problem that a DCQL query cannot be asked, for these reasons.
    pub fn bad_query(faults: Vec<QueryFault>) -> Self {
        Problem::new(Kind::DcqlInvalid).with_faults(Some("vp.dcql_invalid"), &faults)
    }

    /// The same problem with the opaque name of this occurrence, which the log knows too.
    #[must_use]
    pub fn instance(mut self, id: &str) -> Self {
        self.instance = Some(format!("urn:request:{id}"));
        self
    }

    /// The same problem with a code of its own, and what is wrong where.
    #[must_use]
    pub fn with_faults<T: Serialize>(mut self, code: Option<&'static str>, faults: &[T]) -> Self {
        self.reason = code;
        self.faults = faults.iter().filter_map(|fault| serde_json::to_value(fault).ok()).collect();
        self
    }

    /// What is wrong.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The problem as JSON.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string(&Document {
            row: *self.kind.row(),
            code: self.reason,
            faults: &self.faults,
            instance: self.instance.as_deref(),
        })
        .unwrap_or_default();
        // Names of members are the caller's: whoever takes this for a page must find no markup in it.
        text.replace('<', "\\u003c")
    }
}

#[derive(Serialize)]
struct Document<'p> {
    #[serde(flatten)]
    row: Row,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    faults: &'p [serde_json::Value],
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<&'p str>,
}

impl From<Kind> for Problem {
    fn from(kind: Kind) -> Self {
        Problem::new(kind)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.kind.row().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, self.to_json()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if matches!(self.kind, Kind::Slow | Kind::AmbiguousLength | Kind::TooLarge | Kind::BrokenBody) {
            // What follows on this connection cannot be told from the rest of the body.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        let mut seen = std::collections::HashSet::new();
        for kind in Kind::ALL {
            let row = kind.row();
            assert!(seen.insert(row.reference), "{} stands twice", row.reference);
            assert!(StatusCode::from_u16(row.status).is_ok_and(|s| s.is_client_error() || s.is_server_error()));
            assert!(row.title.ends_with('.') && row.hint.ends_with('.'), "{}", row.reference);
        }
    }
}
