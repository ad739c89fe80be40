//! `POST /challenges`: a challenge for one presentation.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::service::state::Service;

/// A new challenge.
#[utoipa::path(
    post,
    path = "/challenges",
    operation_id = "challenge",
    tag = "vc-api",
    responses((status = 200, description = "A challenge: for one presentation, within ten minutes, at this instance.",
               body = crate::service::vc_api::described::Challenge))
)]
pub async fn post(State(service): State<Service>) -> Response {
    let challenge = service.config.vc_api.challenges.give(service.clock.now());
    Json(json!({ "challenge": challenge })).into_response()
}
