//! `/live`, `/ready`, `/metrics`: for whoever runs the service.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::service::access;
use crate::service::state::Service;

/// 200 as long as the process answers at all.
#[utoipa::path(get, path = "/live", responses((status = 200, description = "The process lives.")))]
pub async fn live() -> Response {
    Json(json!({ "live": true })).into_response()
}

/// 200 when there is a trust list to judge by and the service is not stopping.
#[utoipa::path(
    get,
    path = "/ready",
    responses(
        (status = 200, description = "Ready. Tells the size and age of the trust snapshot."),
        (status = 503, description = "Not ready: nobody is trusted, or the service is stopping."),
    )
)]
pub async fn ready(State(service): State<Service>) -> Response {
    let held = service.held();
    let ready = service.is_ready();
    let digest: String = held.trust.digest().iter().map(|byte| format!("{byte:02x}")).collect();
    let detail = json!({
        "ready": ready,
        "stopping": service.is_stopping(),
        "offline": service.fetcher.is_none(),
        "signatures": {
            "path": service.checker.path_name(),
            "fault": service.checker.is_off().then_some("the fast check disagreed with the crypto library and is off"),
        },
        "trust": {
            "counts": held.trust.counts(),
            "digest": digest,
            "loaded_at": held.loaded_at,
            "age_seconds": held.loaded_at.map(|at| service.clock.now().seconds() - at.seconds()),
            "left_out": held.left_out,
            "fault": held.fault,
        },
    });
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(detail)).into_response()
}

/// Counts and durations as OpenMetrics text. Where wallets are asked, whoever sees the counts learns what wallets are not told: there this
/// place is for callers with an API key, except on a listener of its own (`--metrics-listen`).
#[utoipa::path(
    get,
    path = "/metrics",
    responses(
        (status = 200, description = "OpenMetrics text.", body = String),
        (status = 401, description = "An API key is due: the service asks wallets."),
    )
)]
pub async fn metrics(State(service): State<Service>, headers: HeaderMap) -> Response {
    let is_shared = service.config.metrics_listen.is_none();
    if is_shared
        && service.config.presentations.is_some()
        && let Err(problem) = access::check(&service, &headers)
    {
        return problem.into_response();
    }
    let held = service.held();
    let age = held.loaded_at.map_or(0, |at| service.clock.now().seconds() - at.seconds());
    let fetches = service.fetcher.as_ref().map(|fetcher| fetcher.counts());
    let text = service.metrics.text(&held, age, fetches, &service.checker);
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

#[cfg(test)]
mod tests;
