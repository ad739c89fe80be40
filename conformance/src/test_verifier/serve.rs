//! The test verifier on a socket: pages for people, `request_uri` and `response_uri` for wallets.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use vidimus::encoding::qr::draw_svg;
use vidimus::openid4vp::request::MEDIA_TYPE;
use vidimus::openid4vp::response::RESPONSE_BYTES;

use super::desk::{Desk, Reply, as_json};
use super::page;
use super::trials::{TRIALS, Trial, named};
use crate::wallet::holdings::authority_pem;

/// Serves until the process ends.
///
/// # Errors
/// A sentence, when the socket breaks.
pub async fn serve(listener: tokio::net::TcpListener, desk: Arc<Desk>) -> Result<(), String> {
    axum::serve(listener, router(desk)).await.map_err(|error| error.to_string())
}

/// A socket, and where it is.
///
/// # Errors
/// A sentence, when the address is taken.
pub async fn bind(listen: SocketAddr) -> Result<(tokio::net::TcpListener, SocketAddr), String> {
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(|error| format!("{listen}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    Ok((listener, address))
}

/// Every place of the test verifier.
pub fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/", get(list))
        .route("/page.css", get(|| async { typed("text/css; charset=utf-8", page::STYLE) }))
        .route("/page.js", get(|| async { typed("text/javascript; charset=utf-8", page::SCRIPT) }))
        .route("/authority.pem", get(|| async { typed("application/x-pem-file", authority_pem()) }))
        .route("/results.json", get(results))
        .route("/trials/{name}", get(trial))
        .route("/trials/{name}/start", post(start))
        .route("/trials/{name}/state", get(state))
        .route("/trials/{name}/qr.svg", get(qr))
        .route("/openid4vp/request/{id}", get(fetched).post(fetched_by_post))
        .route("/openid4vp/moved/{id}", get(moved))
        .route("/openid4vp/response/{id}", post(answered))
        .layer(DefaultBodyLimit::max(RESPONSE_BYTES))
        .layer(middleware::from_fn(guarded))
        .with_state(desk)
}

async fn guarded(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, page::POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn typed(media_type: &'static str, body: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, media_type)], body).into_response()
}

fn html(text: String) -> Response {
    typed("text/html; charset=utf-8", text)
}

fn json(value: &serde_json::Value) -> Response {
    typed("application/json", value.to_string())
}

async fn list(State(desk): State<Arc<Desk>>) -> Response {
    html(page::list(&desk))
}

async fn trial(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    with(&name, |trial| html(page::trial(&desk, trial)))
}

async fn start(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    with(&name, |trial| match desk.begin(trial) {
        Ok(_) => (StatusCode::SEE_OTHER, [(header::LOCATION, format!("/trials/{}", trial.name))]).into_response(),
        Err(sentence) => (StatusCode::INTERNAL_SERVER_ERROR, sentence).into_response(),
    })
}

async fn state(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    with(&name, |trial| match desk.standing(trial, false).and_then(|it| it.judged) {
        Some(judged) => json(&as_json(trial, &judged)),
        None => json(&serde_json::json!({ "trial": trial.name })),
    })
}

async fn qr(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    with(&name, |trial| match desk.standing(trial, false).map(|it| draw_svg(&it.link)) {
        Some(Ok(svg)) => typed("image/svg+xml", svg),
        Some(Err(_)) => (StatusCode::NOT_FOUND, "the request fits no QR code").into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

async fn results(State(desk): State<Arc<Desk>>) -> Response {
    let judged = TRIALS.iter().filter_map(|trial| Some((trial, desk.standing(trial, false)?.judged?)));
    let results: Vec<serde_json::Value> = judged.map(|(trial, judged)| as_json(trial, &judged)).collect();
    json(&results.into())
}

fn with(name: &str, answer: impl FnOnce(&'static Trial) -> Response) -> Response {
    named(name).map_or_else(|| StatusCode::NOT_FOUND.into_response(), answer)
}

async fn fetched(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Response {
    reply(desk.request(&id, None, false))
}

async fn fetched_by_post(State(desk): State<Arc<Desk>>, Path(id): Path<String>, body: Bytes) -> Response {
    reply(desk.request(&id, Some(&body), false))
}

async fn moved(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Response {
    reply(desk.request(&id, None, true))
}

fn reply(reply: Result<Reply, u16>) -> Response {
    let status = |status: u16| StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match reply {
        Ok(Reply::Object(object)) => typed(MEDIA_TYPE, object),
        Ok(Reply::Redirect(place)) => (StatusCode::FOUND, [(header::LOCATION, place)]).into_response(),
        Ok(Reply::Status(code)) | Err(code) => status(code).into_response(),
    }
}

async fn answered(State(desk): State<Arc<Desk>>, Path(id): Path<String>, body: Bytes) -> Response {
    match desk.response(&id, &body).await {
        Ok(()) => typed("application/json", "{}"),
        Err(404) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => {
            (StatusCode::BAD_REQUEST, typed("application/json", r#"{"error":"invalid_request"}"#)).into_response()
        }
    }
}
