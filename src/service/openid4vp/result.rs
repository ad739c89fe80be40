//! `GET /v1/presentations/{id}`: how a session stands, and what its answer came to. The outcome is given once, and then it is gone. Where
//! the browser is on the wallet's device it is given for the response code that the browser brought back, and for nothing else. `HEAD`
//! looks at the state and leaves the outcome where it is.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::encoding::form;
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
    method: Method,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let code = response_code(query.as_deref().unwrap_or_default());
    let looked = match method {
        Method::HEAD => glanced_at(&service, &id, &headers).await,
        _ => looked_at(&service, (&id, code.as_deref()), &headers).await,
    };
    match looked {
        Ok(state) => Json(state).into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// The response code in a query. One that makes no sense brings none, and is answered like a wrong one where a code is due.
fn response_code(query: &str) -> Option<String> {
    let pairs = form::decode(query.as_bytes(), PARAMETERS)?;
    form::one(&pairs, "response_code").ok()?.map(str::to_owned)
}

/// How the session stands, and nothing of what its answer came to: who gets no body must not be the one to have read it.
async fn glanced_at(service: &Service, id: &str, headers: &HeaderMap) -> Result<Map<String, Value>, Problem> {
    let desk = Desk::of(service)?;
    let kept = desk.found(service, headers, id).await?;
    Ok(kept.summary(&desk.refusals.of(&kept.row.transaction)))
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
    let outcome = outcome_in(&outcome).ok_or(Kind::Internal)?;
    // Whoever is not the first to read it gets nothing.
    if !desk.change(service, kept, session).await? {
        return Ok(None);
    }
    summary.insert("outcome".to_owned(), outcome);
    Ok(Some(summary))
}

/// The outcome that we sealed ourselves. It holds what credentials said, some levels deeper than they did.
#[expect(
    clippy::disallowed_methods,
    reason = "we wrote it, and its seal was whole: the bounds for strangers' JSON are not for it"
)]
fn outcome_in(text: &str) -> Option<Value> {
    let outcome = serde_json::from_str(text);
    if outcome.is_err() {
        tracing::error!("an outcome of ours cannot be read");
    }
    outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_may_be_deeper_and_longer_than_what_strangers_send() {
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        assert!(outcome_in(&deep).is_some());
        let long = format!(r#"{{"a":"{}"}}"#, "b".repeat(20 << 20));
        assert!(outcome_in(&long).is_some());
        assert!(outcome_in(r#"{"a":"#).is_none());
    }
}
