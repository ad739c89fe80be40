//! `GET /openapi.json`: the description of this service, made from the code that serves it.
//!
//! The structures here describe what [`crate::report::Report`] and the tables write; a test holds them to it. Names of
//! formats, reasons and problems are put in from the tables.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use utoipa::{OpenApi, ToSchema};

use crate::format::FORMATS;
use crate::reason::{Code, Stage};
use crate::service::problem::Kind;

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// The description of this service.
#[utoipa::path(get, path = "/openapi.json", responses((status = 200, description = "This document.")))]
pub async fn get() -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], DOCUMENT.as_str()).into_response()
}

/// The OpenAPI document as JSON.
pub fn document() -> Value {
    let mut document = serde_json::to_value(Described::openapi()).unwrap_or_default();
    let formats: Vec<_> = FORMATS.iter().map(|format| format.about().name).collect();
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let stages: Vec<_> = Stage::ALL.iter().map(|stage| stage.name()).collect();
    let problems: Vec<_> = Kind::ALL.iter().map(|kind| kind.row().reference).collect();
    for (schema, member, names) in [
        ("Question", "format", &formats),
        ("Report", "format", &formats),
        ("Check", "code", &codes),
        ("Check", "stage", &stages),
        ("Problem", "type", &problems),
    ] {
        if let Some(Value::Object(member)) =
            document.pointer_mut(&format!("/components/schemas/{schema}/properties/{member}"))
        {
            member.insert("enum".to_owned(), json!(names));
            member.insert("type".to_owned(), json!("string"));
        }
    }
    document
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "vidimus",
        description = "One verdict, with reasons, for every digital credential. A credential's faults stand in a report under \
                       status 200; a request's faults are problems (RFC 9457)."
    ),
    paths(
        crate::service::verify::post,
        crate::service::batch::post,
        crate::service::inspect::post,
        crate::service::lists::formats,
        crate::service::lists::reasons,
        crate::service::lists::reason,
        crate::service::lists::problems,
        crate::service::ops::live,
        crate::service::ops::ready,
        crate::service::ops::metrics,
        get,
    ),
    components(schemas(
        crate::service::question::Question,
        Report,
        Check,
        Specification,
        Note,
        EvidenceUsed,
        Problem
    ))
)]
struct Described;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::json::from_slice;

    /// The members that a schema describes.
    fn members(document: &Value, schema: &str) -> Vec<String> {
        let properties = &document["components"]["schemas"][schema]["properties"];
        properties.as_object().expect("a schema").keys().cloned().collect()
    }

    /// Every member that is written must be described.
    fn assert_describes(document: &Value, schema: &str, written: &Value) {
        let known = members(document, schema);
        for name in written.as_object().expect("an object").keys() {
            assert!(known.contains(name), "{schema} does not describe {name}");
        }
    }

    #[test]
    fn describes_what_is_written() {
        let document = document();
        assert_describes(&document, "Format", &serde_json::to_value(FORMATS[0].about()).unwrap());
        assert_describes(&document, "Reason", &serde_json::to_value(Code::ALL[0].row()).unwrap());
        assert_describes(&document, "ProblemType", &serde_json::to_value(Kind::ALL[0].row()).unwrap());
        let problem = crate::service::problem::Problem::new(Kind::Internal).instance("x").to_json();
        assert_describes(&document, "Problem", &from_slice(problem.as_bytes()).unwrap());
        let trust = crate::trust::Trust::none();
        let request = crate::verify::Request::default();
        let report = crate::verify::verify(&request, &trust, &crate::evidence::Evidence::none());
        let report: Value = from_slice(report.to_json().as_bytes()).unwrap();
        assert_describes(&document, "Report", &report);
        for check in report["checks"].as_array().unwrap() {
            assert_describes(&document, "Check", check);
        }
    }

    #[test]
    fn names_come_from_the_tables() {
        let document = document();
        let properties = "/components/schemas/Check/properties/code/enum";
        assert_eq!(document.pointer(properties).and_then(Value::as_array).map(Vec::len), Some(Code::ALL.len()));
        let references = serde_json::to_string(&document).unwrap();
        for schema in references.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(!members(&document, schema).is_empty(), "{schema} is referred to and described");
        }
    }
}
