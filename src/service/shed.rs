//! The door: every request comes in here. Counts it, names it, turns it away when too many came, and catches panics.
//!
//! A verification runs to its end once it begins, so requests would queue unseen where sockets wait. The door therefore
//! notes each one as in flight and lets all others that have arrived come in too before it goes on: whoever finds the house
//! full leaves at once with 503, and those inside are served quickly.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use crate::service::pages;
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;
use crate::service::{openid4vp, vc_api};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Answers one request, by way of `next` if there is room.
pub async fn door(State(service): State<Service>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let route = Route::of(request.uri().path());
    let id = service.next_id();
    let mut response = if has_two_lengths(request.headers()) {
        Problem::new(Kind::AmbiguousLength).into_response()
    } else if route.is_costly {
        admitted(&service, request, next, &id).await
    } else {
        caught(&service, request, next, &id).await
    };
    let time = begun.elapsed();
    let tells_time = route.tells_time(response.status());
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let micros = time.as_micros();
    if tells_time && let Ok(value) = HeaderValue::try_from(format!("total;dur={}.{:03}", micros / 1000, micros % 1000))
    {
        headers.insert(SERVER_TIMING, value);
    }
    if let Ok(value) = HeaderValue::try_from(&id) {
        headers.insert(REQUEST_ID, value);
    }
    if service.is_stopping() {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let status = response.status().as_u16();
    service.metrics.answered(route.name, status, time);
    tracing::debug!(id, route = route.name, status, micros = u64::try_from(micros).unwrap_or(u64::MAX), "answered");
    response
}

/// One of a fixed set of places, so that metrics and logs never hold what was sent.
struct Route {
    name: &'static str,
    is_costly: bool,
}

impl Route {
    /// How long an answer took is not for wallets, nor for those who try keys and identifiers.
    fn tells_time(&self, status: StatusCode) -> bool {
        !matches!(self.name, "wallet_request" | "wallet_response")
            && !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND)
    }

    fn of(path: &str) -> Route {
        let cheap = |name| Route { name, is_costly: false };
        if let Some(name) = vc_api::route_name(path) {
            return Route { name, is_costly: true };
        }
        if let Some((name, is_costly)) = openid4vp::route_name(path) {
            return Route { name, is_costly };
        }
        match path {
            "/v1/verify" => Route { name: "verify", is_costly: true },
            "/v1/inspect" => Route { name: "inspect", is_costly: true },
            // Batches have a bound of their own: one may last for hours.
            "/v1/verify/batch" => cheap("batch"),
            "/v1/formats" => cheap("formats"),
            "/v1/problems" => cheap("problems"),
            "/" => cheap("page"),
            "/live" => cheap("live"),
            "/ready" => cheap("ready"),
            "/metrics" => cheap("metrics"),
            "/openapi.json" => cheap("openapi"),
            // A DID may make us fetch its document.
            _ if path.starts_with("/1.0/identifiers/") => Route { name: "did", is_costly: true },
            _ if path.starts_with(pages::FOLDER) => cheap("page"),
            _ if path.starts_with("/v1/reasons") => cheap("reasons"),
            _ => cheap("other"),
        }
    }
}

async fn admitted(service: &Service, request: Request, next: Next, id: &str) -> Response {
    let Some(_admitted) = service.admit() else {
        service.metrics.shed.inc();
        return Problem::new(Kind::Overloaded).into_response();
    };
    // A connection asks for one thing at a time: fewer connections than places cannot fill the house.
    if service.has_more_connections_than_places() {
        tokio::task::yield_now().await;
    }
    caught(service, request, next, id).await
}

async fn caught(service: &Service, request: Request, next: Next, id: &str) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            service.metrics.panics.inc();
            tracing::error!(id, "panic");
            Problem::new(Kind::Internal).instance(id).into_response()
        }
    }
}

/// Two lengths are how requests are smuggled past a proxy that believes the other one.
fn has_two_lengths(headers: &HeaderMap) -> bool {
    let mut lengths = headers.get_all(header::CONTENT_LENGTH).iter();
    let any = lengths.next().is_some();
    lengths.next().is_some() || any && headers.contains_key(header::TRANSFER_ENCODING)
}
