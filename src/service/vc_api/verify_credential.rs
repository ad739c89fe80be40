//! `POST /credentials/verify`: one credential, secured by a proof or in an envelope.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as JsonValue};

use crate::encoding::json;
use crate::occasion::Occasion;
use crate::reason::{Code, Reason};
use crate::report::Part;
use crate::service::problem::Kind;
use crate::service::state::Service;
use crate::service::vc_api::api::Answers;
use crate::service::vc_api::asked::Asked;
use crate::service::vc_api::judging::judge;
use crate::service::vc_api::problem_details::{ProblemDetail, Severity};
use crate::service::vc_api::reading::read_json;
use crate::service::vc_api::refusal::Refusal;
use crate::service::vc_api::result::{credential_results, is_verified, problems};

const OPTIONS: &[&str] = &["returnResults", "returnProblemDetails", "returnCredential"];

/// Verifies a credential.
#[utoipa::path(
    post,
    path = "/credentials/verify",
    operation_id = "verifyCredential",
    tag = "vc-api",
    request_body = crate::service::vc_api::described::VerifyCredentialRequest,
    responses(
        (status = 200, description = "Verified; with the draft's answers also when not.",
         body = crate::service::vc_api::described::VerifyCredentialResponse),
        (status = 400, description = "Not verified, or the request is wrong.",
         body = crate::service::vc_api::described::VerifyCredentialResponse),
        (status = "default", description = "The request cannot be served now.",
         body = crate::service::described::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(
    State(service): State<Service>,
    profile: Option<Path<String>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answered = answer(&service, profile.as_deref().map(String::as_str), &headers, body).await;
    answered.unwrap_or_else(|refusal| refusal.of_verification().into_response())
}

async fn answer(
    service: &Service,
    profile: Option<&str>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    check_profile(service, profile)?;
    let held = read_json(service, headers, body).await?;
    let asked = Asked::from_json(&held.bytes)?;
    let options = asked.options(OPTIONS)?;
    let (results, credential) = (options.flag("returnResults")?, options.flag("returnCredential")?);
    let details = options.flag("returnProblemDetails")?;
    let document = asked.document("verifiableCredential", Kind::CredentialAbsent)?;
    let report = judge(service, document, Occasion::at(service.clock.now())).await?;
    let Some(part) = report.parts().first() else { return Err(Kind::CredentialAbsent.into()) };
    let answers = service.config.vc_api.answers;
    let other = check_kind(part, false);
    let verified = is_verified(part, answers) && other.is_none();
    let problems = other.into_iter().chain(problems(part, answers)).collect();
    let mut answer = Map::new();
    if verified && credential == Some(true) {
        answer.insert("credential".to_owned(), document.to_serde());
    }
    if results == Some(true) {
        answer.insert("results".to_owned(), credential_results(part, document));
    }
    Ok(verification(verified, problems, details, answer, answers))
}

/// The problem of a presentation in the place of a credential, or a credential in that of a presentation: each is right under
/// rules that are not those that were asked about.
pub fn check_kind(part: &Part, is_presentation_due: bool) -> Option<ProblemDetail> {
    let (credential, presentation) = ("a credential", "a presentation");
    let (due, got) = if is_presentation_due { (presentation, credential) } else { (credential, presentation) };
    let reason = Reason::new(Code::VcType).expected(due).got(got);
    (part.is_presentation != is_presentation_due).then(|| ProblemDetail::of(&reason, Severity::Error))
}

/// A verifier's path may name a profile, which changes nothing but must be there.
pub fn check_profile(service: &Service, profile: Option<&str>) -> Result<(), Refusal> {
    match profile {
        Some(id) if service.config.vc_api.profile(Some(id)).is_none() => Err(Kind::UnknownProfile.into()),
        _ => Ok(()),
    }
}

/// The answer of a verifier: `verified` first, then the problems unless they are not wanted, then the rest.
pub fn verification(
    verified: bool,
    problems: Vec<ProblemDetail>,
    details: Option<bool>,
    rest: Map<String, JsonValue>,
    answers: Answers,
) -> Response {
    let mut answer = Map::new();
    answer.insert("verified".to_owned(), verified.into());
    if details == Some(true) || details.is_none() && !problems.is_empty() {
        answer.insert("problemDetails".to_owned(), serde_json::to_value(problems).unwrap_or_default());
    }
    answer.extend(rest);
    let status = match answers {
        Answers::Suites if !verified => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    (status, Json(answer)).into_response()
}

/// The results of one credential inside a presentation.
pub fn inner_result(part: &Part, document: &json::Value<'_>, answers: Answers) -> JsonValue {
    serde_json::json!({
        "verified": is_verified(part, answers),
        "problemDetails": problems(part, answers),
        "results": credential_results(part, document),
    })
}
