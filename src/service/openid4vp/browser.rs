//! `POST /v1/presentations/{id}/response`: what the relying party's page took from the wallet, through the Digital Credentials API or
//! behind the `#` of its own address. The relying party posts it, so it is told what is wrong.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::encoding::{form, json};
use crate::openid4vp::ask::{Fault, ResponseMode};
use crate::openid4vp::code::Refusal;
use crate::openid4vp::ports::Key;
use crate::openid4vp::response::{Answer, RESPONSE_BYTES, dc_api, fragment};
use crate::openid4vp::session::Session;
use crate::service::body;
use crate::service::media::Media;
use crate::service::openid4vp::desk::Desk;
use crate::service::openid4vp::judging::{NotTaken, take};
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;
use crate::time::Timestamp;

/// Takes what the browser brought.
#[utoipa::path(
    post,
    path = "/v1/presentations/{id}/response",
    tag = "presentations",
    params(("id" = String, Path, description = "The transaction's identifier.")),
    request_body = crate::service::openid4vp::described::PresentationFromBrowser,
    responses(
        (status = 200, description = "Taken and judged; a look at the session gives the outcome.",
         body = crate::service::openid4vp::described::PresentationState),
        (status = "default", description = "Not taken.",
         body = crate::service::described::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(State(service): State<Service>, Path(id): Path<String>, headers: HeaderMap, body: Body) -> Response {
    match brought(&service, &id, &headers, body).await {
        Ok(state) => Json(state).into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn brought(service: &Service, id: &str, headers: &HeaderMap, body: Body) -> Result<Map<String, Value>, Problem> {
    let desk = Desk::of(service)?;
    let kept = desk.found(service, headers, id).await?;
    if Media::of(headers)? != Media::Json {
        return Err(Kind::MediaType.into());
    }
    let held = body::read(service, body, RESPONSE_BYTES, service.config.read_time).await?;
    let held = json::decode(&held.bytes).map_err(|reason| Problem::bad_json(&reason))?;
    let transaction = kept.row.transaction;
    let refused = |refusal: Refusal| {
        let problem = told(&refusal);
        desk.refuse(service, transaction, refusal);
        problem
    };
    let answer = answer_in(&kept.content.session, &held, service.clock.now()).map_err(refused)?;
    take(service, kept, &answer).await.map_err(|fault| match fault {
        NotTaken::Refused(refusal) => refused(refusal),
        NotTaken::Ours(kind) => kind.into(),
    })?;
    let kept = desk.kept(service, Key::Transaction(transaction)).await?.ok_or(Kind::NoPresentation)?;
    Ok(kept.summary(&desk.refusals.of(&transaction)))
}

/// The wallet's answer in what the page posted.
fn answer_in(session: &Session, held: &json::Value<'_>, now: Timestamp) -> Result<Answer, Refusal> {
    let data = held.member("data");
    if session.ask.response_mode == ResponseMode::Fragment {
        return fragment(session, &as_form(data), now);
    }
    let origin = held.member("origin").and_then(json::Value::as_str);
    let text = data.map(json::encode).unwrap_or_default();
    dc_api(session, origin, text.as_bytes(), now)
}

/// The members behind the `#`: as they stood there, or one by one.
fn as_form(data: Option<&json::Value<'_>>) -> String {
    let Some(data) = data else { return String::new() };
    if let Some(text) = data.as_str() {
        return text.to_owned();
    }
    let members = data.as_object().unwrap_or_default().iter();
    let pairs: Vec<(&str, String)> = members
        .map(|(name, value)| (name.as_ref(), value.as_str().map_or_else(|| json::encode(value), str::to_owned)))
        .collect();
    form::encode(pairs.iter().map(|(name, value)| (*name, value.as_str())))
}

/// The relying party posts what is wrong itself, and reads here what that is.
fn told(refusal: &Refusal) -> Problem {
    let fault = Fault::new("data", refusal.to_string());
    Problem::new(Kind::BadResponse).with_faults(Some(refusal.code().as_str()), &[fault])
}
