//! `POST /v1/inspect`: what a credential says, believed by nobody. Its own place, so that it is never taken for a verdict.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::inspect::inspect;
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;
use crate::service::verify::{is_small, read_request};

/// Says on every answer of this place that nothing was verified.
const VERIFIED: HeaderName = HeaderName::from_static("x-vidimus-verified");

/// Shows what a credential says. Nothing is verified.
#[utoipa::path(
    post,
    path = "/v1/inspect",
    operation_id = "inspect",
    request_body(
        description = "As for /v1/verify.",
        content(
            (crate::service::question::Question = "application/json"),
            (String = "text/plain"),
            (String = "application/smart-health-card"),
            (Vec<u8> = "application/cbor"),
            (Vec<u8> = "image/png"),
            (Vec<u8> = "image/jpeg"),
        )
    ),
    responses(
        (status = 200, description = "What it says. `verified` is always false.", body = crate::service::described::Inspection),
        (status = "default", description = "The request is wrong, or cannot be served now.",
         body = crate::service::described::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(State(service): State<Service>, headers: HeaderMap, body: Body) -> Response {
    match answer(&service, &headers, body).await {
        Ok(text) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
                (VERIFIED, HeaderValue::from_static("false")),
            ];
            (headers, text).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

async fn answer(service: &Service, headers: &HeaderMap, body: Body) -> Result<String, Problem> {
    let (request, _held) = read_request(service, headers, body).await?;
    let small = is_small(&request.input.bytes);
    let shown = move || {
        let mut shown = serde_json::json!({ "verified": false });
        match (shown.as_object_mut(), inspect(&request.input, &request.policy)) {
            (Some(all), serde_json::Value::Object(said)) => {
                all.extend(said.into_iter().filter(|(name, _)| name != "verified"));
            }
            (Some(all), said) => {
                all.insert("says".to_owned(), said);
            }
            (None, _) => {}
        }
        shown.to_string()
    };
    if small {
        return Ok(shown());
    }
    let turn = service.heavy_turn().await.ok_or(Kind::Overloaded)?;
    let text = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        shown()
    });
    match text.await {
        Ok(text) => Ok(text),
        Err(stopped) if stopped.is_panic() => std::panic::resume_unwind(stopped.into_panic()),
        Err(_) => Err(Kind::NotReady.into()),
    }
}
