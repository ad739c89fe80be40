//! Presentations by OpenID4VP 1.0: a relying party asks here, wallets answer here. One file a place.
//!
//! What is asked and what an answer comes to is decided in [`crate::openid4vp`]; here are HTTP, the store and the clock. Places of the
//! relying party are for callers with an API key, and a session is for the key that began it. Places of wallets are for everybody who has
//! been told their secret address; whatever is wrong there is answered with the protocol's error and nothing else.

pub mod browser;
pub mod changes;
pub mod create;
pub mod described;
pub mod desk;
pub mod development;
pub mod events;
pub mod judging;
pub mod kept;
pub mod qr;
pub mod refusals;
pub mod remove;
pub mod request_object;
pub mod response;
pub mod result;
pub mod settings;
pub mod sweep;
pub mod templates;
pub mod wallet_answer;
pub mod webhooks;

use axum::Router;
use axum::routing::{get, post};

use crate::service::openid4vp::desk::{Desk, Place};
use crate::service::state::Service;

/// These routes, with those of presentations beside them.
pub fn routes(routes: Router<Service>) -> Router<Service> {
    routes
        .route("/v1/templates", get(templates::get))
        .route("/v1/presentations", post(create::post))
        .route("/v1/presentations/{id}", get(result::get).delete(remove::delete))
        .route("/v1/presentations/{id}/response", post(browser::post))
        .route("/v1/presentations/{id}/events", get(events::get))
        .route("/v1/presentations/{id}/qr.svg", get(qr::get))
        .route("/openid4vp/request/{id}", get(request_object::get).post(request_object::post))
        .route("/openid4vp/response/{id}", post(response::post))
}

/// Opens the desk of a service that listens there, if the operator has set one up.
///
/// # Errors
/// A sentence for the operator.
pub async fn open(service: &Service, place: Place) -> Result<(), String> {
    let Some(settings) = &service.config.presentations else { return Ok(()) };
    let desk = Desk::open(settings, place).await?;
    let client_id = desk.clients.pick(None).map(|client| client.id(&desk.base_url)).unwrap_or_default();
    tracing::info!(base_url = desk.base_url, client_id, "wallets are asked");
    if let Some(authority) = &settings.authority_pem {
        tracing::info!("wallets that ask no questions trust this authority:\n{authority}");
    }
    service.open_desk(desk);
    tokio::spawn(sweep::sweep(service.clone()));
    Ok(())
}

/// What metrics and logs call a path of presentations, and whether serving it costs more than a look; `None` for other paths. Never holds
/// what was sent.
pub fn route_name(path: &str) -> Option<(&'static str, bool)> {
    if path == "/v1/presentations" {
        return Some(("presentation_create", true));
    }
    if let Some(rest) = path.strip_prefix("/v1/presentations/") {
        return Some(match rest.split_once('/').map(|(_, place)| place) {
            Some("response") => ("presentation_browser", true),
            // Listeners have a bound of their own: one may listen for minutes.
            Some("events") => ("presentation_events", false),
            Some("qr.svg") => ("presentation_qr", true),
            _ => ("presentation_result", true),
        });
    }
    match path {
        "/v1/templates" => Some(("templates", false)),
        _ if path.starts_with("/openid4vp/request/") => Some(("wallet_request", true)),
        _ if path.starts_with("/openid4vp/response/") => Some(("wallet_response", true)),
        _ => None,
    }
}
