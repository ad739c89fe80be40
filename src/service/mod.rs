//! The HTTP service: `POST /v1/verify` and what belongs to it. Stateless, so a fleet is any number of these behind a balancer.
//!
//! HTTP/1.1, in the clear or under TLS; HTTP/2 is for the proxy in front. One file is one family of places; `door` in `shed.rs` is
//! what every request passes.

pub mod access;
pub mod batch;
pub mod body;
pub mod certificate;
pub mod config;
pub mod described;
pub mod did_resolver;
pub mod held;
pub mod inspect;
pub mod listen;
pub mod lists;
pub mod logs;
pub mod media;
pub mod metrics;
pub mod openapi;
pub mod openid4vp;
pub mod ops;
pub mod problem;
pub mod question;
pub mod reload;
#[cfg(test)]
mod sample;
pub mod shed;
pub mod state;
pub mod together;
pub mod vc_api;
pub mod verify;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;

pub use crate::service::listen::serve;

/// Every place of the service, behind the door.
pub fn router(service: Service) -> Router {
    let mut places = Router::new()
        .route("/v1/verify", post(verify::post))
        .route("/v1/verify/batch", post(batch::post))
        .route("/v1/inspect", post(inspect::post))
        .route("/v1/formats", get(lists::formats))
        .route("/v1/reasons", get(lists::reasons))
        .route("/v1/reasons/{code}", get(lists::reason))
        .route("/v1/problems", get(lists::problems))
        .route("/1.0/identifiers/{*did}", get(did_resolver::get))
        .route("/live", get(ops::live))
        .route("/ready", get(ops::ready))
        .route("/openapi.json", get(openapi::get));
    if service.config.metrics_listen.is_none() {
        places = places.route("/metrics", get(ops::metrics));
    }
    openid4vp::routes(vc_api::routes(places))
        .fallback(async || Problem::new(Kind::NotFound))
        .method_not_allowed_fallback(async || Problem::new(Kind::MethodNotAllowed))
        .layer(from_fn_with_state(service.clone(), shed::door))
        .with_state(service)
}

/// The one place of the metrics listener.
pub fn metrics_router(service: Service) -> Router {
    Router::new()
        .route("/metrics", get(ops::metrics))
        .fallback(async || Problem::new(Kind::NotFound))
        .layer(from_fn_with_state(service.clone(), shed::door))
        .with_state(service)
}
