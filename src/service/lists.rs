//! `GET /v1/formats`, `/v1/reasons`, `/v1/problems`: the tables that the program itself runs by.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};

use crate::format::FORMATS;
use crate::openid4vp::code::{row_of, rows};
use crate::service::problem::{Kind, Problem};

/// Every format that can be judged.
#[utoipa::path(
    get,
    path = "/v1/formats",
    responses((status = 200, description = "Every format that can be judged.", body = Vec<crate::service::described::Format>))
)]
pub async fn formats() -> Response {
    Json(FORMATS.iter().map(|format| *format.about()).collect::<Vec<_>>()).into_response()
}

/// Every reason that a report or the result of a presentation can give.
#[utoipa::path(
    get,
    path = "/v1/reasons",
    responses((status = 200, description = "Every reason that a report or the result of a presentation can give.", body = Vec<crate::service::described::Reason>))
)]
pub async fn reasons() -> Response {
    Json(rows().copied().collect::<Vec<_>>()).into_response()
}

/// One reason.
#[utoipa::path(
    get,
    path = "/v1/reasons/{code}",
    params(("code" = String, Path, description = "The reason's code, for example `time.expired`.")),
    responses(
        (status = 200, description = "The reason.", body = crate::service::described::Reason),
        (status = 404, description = "No reason has that code.", body = crate::service::described::Problem,
         content_type = "application/problem+json"),
    )
)]
pub async fn reason(Path(code): Path<String>) -> Response {
    match row_of(&code) {
        Some(row) => Json(*row).into_response(),
        None => Problem::new(Kind::NotFound).into_response(),
    }
}

/// Every problem that this service answers with.
#[utoipa::path(
    get,
    path = "/v1/problems",
    responses((status = 200, description = "Every problem type.", body = Vec<crate::service::described::ProblemType>))
)]
pub async fn problems() -> Response {
    Json(Kind::ALL.iter().map(|kind| *kind.row()).collect::<Vec<_>>()).into_response()
}
