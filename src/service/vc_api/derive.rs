//! `POST /credentials/derive`: a base proof of `ecdsa-sd-2023` or `bbs-2023` in, a credential that shows what was chosen out.
//!
//! Needs no key of ours: a holder does this, whoever issued.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::encoding::json;
use crate::service::problem::Kind;
use crate::service::state::Service;
use crate::service::vc_api::asked::Asked;
use crate::service::vc_api::reading::read_json;
use crate::service::vc_api::refusal::Refusal;
use crate::service::vc_api::signing::derive;
use crate::service::vc_api::threads::on_a_thread;
use crate::service::vc_api::verify_credential::check_profile;

const OPTIONS: &[&str] = &["selectivePointers"];

/// Derives a credential.
#[utoipa::path(
    post,
    path = "/credentials/derive",
    operation_id = "deriveCredential",
    tag = "vc-api",
    request_body = crate::service::vc_api::described::DeriveCredentialRequest,
    responses(
        (status = 201, description = "The derived credential itself.",
         body = crate::service::vc_api::described::VerifiableCredential),
        (status = 400, description = "The request or the credential is wrong; `problemDetails` says in what.",
         body = crate::service::vc_api::described::Refusal, content_type = "application/problem+json"),
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
    match answer(&service, profile.as_deref().map(String::as_str), &headers, body).await {
        Ok(text) => {
            let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
            (StatusCode::CREATED, json, text).into_response()
        }
        Err(refusal) => refusal.into_response(),
    }
}

async fn answer(service: &Service, profile: Option<&str>, headers: &HeaderMap, body: Body) -> Result<String, Refusal> {
    check_profile(service, profile)?;
    let held = read_json(service, headers, body).await?;
    let asked = Asked::from_json(&held.bytes)?;
    let options = asked.options(OPTIONS)?;
    let pointers = options.pointers("selectivePointers")?.unwrap_or_default();
    let text = json::encode(asked.document("verifiableCredential", Kind::CredentialAbsent)?);
    let trust = service.trust();
    let derived = on_a_thread(service, move || derive(&text, &pointers, &trust));
    derived.await?.map_err(|reason| Refusal::new(Kind::Underivable).because(vec![reason]))
}
