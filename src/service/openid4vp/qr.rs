//! `GET /v1/presentations/{id}/qr.svg`: the request as a QR code, for a wallet on another device.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::encoding::qr::draw_svg;
use crate::openid4vp::ask::Flow;
use crate::openid4vp::request::authorization_request;
use crate::service::openid4vp::desk::Desk;
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;

/// The request as a QR code.
#[utoipa::path(
    get,
    path = "/v1/presentations/{id}/qr.svg",
    tag = "presentations",
    params(("id" = String, Path, description = "The transaction's identifier.")),
    responses(
        (status = 200, description = "The code.", content_type = "image/svg+xml", body = String),
        (status = 404, description = "There is no such session, it is somebody else's, or its request fits no code.",
         body = crate::service::described::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(service): State<Service>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match drawn(&service, &id, &headers).await {
        Ok(svg) => ([(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"))], svg).into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn drawn(service: &Service, id: &str, headers: &HeaderMap) -> Result<String, Problem> {
    let desk = Desk::of(service)?;
    let session = desk.found(service, headers, id).await?.content.session;
    let client = desk.clients.by_id(&session.client_id, &session.response_uri);
    let client = client.filter(|_| session.ask.flow != Flow::DcApi).ok_or(Kind::NoPresentation)?;
    let request = authorization_request(&session, client, service.clock.now()).map_err(|_| Kind::NoPresentation)?;
    draw_svg(&request).map_err(|_| Kind::NoPresentation.into())
}
