//! `DELETE /v1/presentations/{id}`: forgets a session before its time.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::service::openid4vp::desk::Desk;
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;

/// Forgets a session.
#[utoipa::path(
    delete,
    path = "/v1/presentations/{id}",
    tag = "presentations",
    params(("id" = String, Path, description = "The transaction's identifier.")),
    responses(
        (status = 204, description = "It is gone, with its result."),
        (status = 404, description = "There is no such session, or it is somebody else's.",
         body = crate::service::described::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn delete(State(service): State<Service>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match removed(&service, &id, &headers).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn removed(service: &Service, id: &str, headers: &HeaderMap) -> Result<(), Problem> {
    let desk = Desk::of(service)?;
    let kept = desk.found(service, headers, id).await?;
    if desk.remove(service, &kept).await? { Ok(()) } else { Err(Kind::NoPresentation.into()) }
}
