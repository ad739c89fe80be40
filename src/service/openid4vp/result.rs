//! `GET /v1/presentations/{id}`: how a session stands, and what its answer came to. The outcome is given once, and then it is gone. Where
//! the browser is on the wallet's device it is given for the response code that the browser brought back, and for nothing else.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::encoding::{form, json};
use crate::openid4vp::session::Stage;
use crate::service::openid4vp::desk::Desk;
use crate::service::openid4vp::kept::Kept;
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;

/// Times that a session may change while it is looked at.
const ATTEMPTS: usize = 4;
/// Parameters that a query may have.
const PARAMETERS: usize = 8;

/// How a session stands.
#[utoipa::path(
    get,
    path = "/v1/presentations/{id}",
    tag = "presentations",
    params(
        ("id" = String, Path, description = "The transaction's identifier."),
        ("response_code" = Option<String>, Query, description = "What the browser brought back; due for `same_device`."),
    ),
    responses(
        (status = 200, description = "Its state; with the outcome, once, when there is an answer.",
         body = crate::service::openid4vp::described::PresentationState),
        (status = 404, description = "There is no such session, it is somebody else's, or the response code is not the right one.",
         body = crate::service::described::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(service): State<Service>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let code = response_code(query.as_deref().unwrap_or_default());
    match looked_at(&service, (&id, code.as_deref()), &headers).await {
        Ok(state) => Json(state).into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// The response code in a query. One that makes no sense brings none, and is answered like a wrong one where a code is due.
fn response_code(query: &str) -> Option<String> {
    let pairs = form::decode(query.as_bytes(), PARAMETERS)?;
    form::one(&pairs, "response_code").ok()?.map(str::to_owned)
}

async fn looked_at(
    service: &Service,
    (id, response_code): (&str, Option<&str>),
    headers: &HeaderMap,
) -> Result<Map<String, Value>, Problem> {
    let desk = Desk::of(service)?;
    for _ in 0..ATTEMPTS {
        let kept = desk.found(service, headers, id).await?;
        if let Some(state) = look(service, desk, (id, response_code), &kept).await? {
            return Ok(state);
        }
    }
    Err(Kind::Overloaded.into())
}

/// How the session stands; `None` when somebody changed it while we looked.
async fn look(
    service: &Service,
    desk: &Desk,
    (id, response_code): (&str, Option<&str>),
    kept: &Kept,
) -> Result<Option<Map<String, Value>>, Problem> {
    let mut summary = kept.summary(&desk.refusals.of(&kept.row.transaction));
    if !matches!(kept.content.session.stage, Stage::Answered { .. }) {
        return Ok(Some(summary));
    }
    let session = kept.content.session.clone();
    let read = session.read(id, response_code, service.clock.now());
    let (session, outcome) = read.map_err(|refusal| {
        service.metrics.session_refused(refusal.code().as_str());
        Kind::NoPresentation
    })?;
    let outcome = json::from_slice(outcome.as_bytes()).map_err(|_| Kind::Internal)?;
    // Whoever is not the first to read it gets nothing.
    if !desk.change(service, kept, session).await? {
        return Ok(None);
    }
    summary.insert("outcome".to_owned(), outcome);
    Ok(Some(summary))
}
