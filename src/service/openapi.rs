//! `GET /openapi.json`: the description of this service, made from the code that serves it.
//!
//! Names of formats, reasons and problems are put in from the tables.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use utoipa::OpenApi;

use crate::format::FORMATS;
use crate::reason::{Code, Stage};
use crate::service::described::{
    Check, DidDereferencing, DidProblem, DidResolution, EvidenceUsed, Note, Problem, Report, Specification,
};
use crate::service::problem::Kind;

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// The description of this service.
#[utoipa::path(get, path = "/openapi.json", operation_id = "openapi", responses((status = 200, description = "This document.")))]
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
    for schema in ["Question", "Answer"] {
        if let Some(id) = document.pointer_mut(&format!("/components/schemas/{schema}/properties/id/type")) {
            *id = json!(["string", "integer", "null"]);
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
        crate::service::did_resolver::get,
        crate::service::ops::live,
        crate::service::ops::ready,
        crate::service::ops::metrics,
        crate::service::vc_api::issue::post,
        crate::service::vc_api::verify_credential::post,
        crate::service::vc_api::derive::post,
        crate::service::vc_api::status::post,
        crate::service::vc_api::present::post,
        crate::service::vc_api::verify_presentation::post,
        crate::service::vc_api::challenge::post,
        crate::service::vc_api::issuers::get,
        crate::service::vc_api::status_list::get,
        crate::service::openid4vp::create::post,
        crate::service::openid4vp::result::get,
        crate::service::openid4vp::remove::delete,
        crate::service::openid4vp::events::get,
        crate::service::openid4vp::qr::get,
        crate::service::openid4vp::browser::post,
        crate::service::openid4vp::templates::get,
        crate::service::openid4vp::request_object::get,
        crate::service::openid4vp::request_object::post,
        crate::service::openid4vp::response::post,
        get,
    ),
    components(schemas(
        crate::service::question::Question,
        Report,
        Check,
        Specification,
        Note,
        EvidenceUsed,
        Problem,
        DidResolution,
        DidDereferencing,
        DidProblem
    ))
)]
struct Described;

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
