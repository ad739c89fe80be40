//! `POST /v1/verify`: one input, one report. 200 whatever the verdict is.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::credential::Input;
use crate::evidence::Evidence;
use crate::format::is_picture;
use crate::gather::complete;
use crate::occasion::Occasion;
use crate::report::{REPORT_BYTES, Report};
use crate::service::body;
use crate::service::media::Media;
use crate::service::problem::{Kind, Problem};
use crate::service::question::Question;
use crate::service::state::Service;
use crate::service::together;
use crate::verify::{Request, verify};

/// Inputs up to this size are verified where they arrive; larger ones on a thread of their own.
const INLINE_BYTES: usize = 64 << 10;

/// Judges one input.
#[utoipa::path(
    post,
    path = "/v1/verify",
    operation_id = "verify",
    request_body(
        description = "A question in JSON, or the credential itself: its text, a .smart-health-card file, CBOR, a photo of its code.",
        content(
            (crate::service::question::Question = "application/json"),
            (String = "text/plain"),
            (String = "application/smart-health-card"),
            (Vec<u8> = "application/cbor"),
            (Vec<u8> = "image/png"),
            (Vec<u8> = "image/jpeg"),
        )
    ),
    responses(
        (status = 200, description = "The report, whatever the verdict.", body = crate::service::described::Report),
        (status = "default", description = "The request is wrong, or cannot be served now.",
         body = crate::service::described::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(State(service): State<Service>, headers: HeaderMap, body: Body) -> Response {
    match answer(&service, &headers, body).await {
        Ok(report) => {
            let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
            let mut text = Vec::with_capacity(REPORT_BYTES);
            report.write_json(&mut text);
            (json, text).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

async fn answer(service: &Service, headers: &HeaderMap, body: Body) -> Result<Report, Problem> {
    let (request, _held) = read_request(service, headers, body).await?;
    if !service.has_trust() {
        return Err(Kind::NotReady.into());
    }
    let report = judge(service, request).await?;
    service.metrics.judged(&report);
    Ok(report)
}

/// The request that a body asks, with the room that it takes up.
pub(crate) async fn read_request(
    service: &Service,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Request, body::Held), Problem> {
    let media = Media::of(headers)?;
    if media == Media::Lines {
        return Err(Kind::MediaType.into());
    }
    let config = &service.config;
    let time = if media == Media::Picture { config.picture_time } else { config.read_time };
    let held = body::read(service, body, media.limit_bytes(), time).await?;
    let now = service.clock.now();
    if media == Media::Json {
        let mut question = Question::from_json(&held.bytes)?;
        if question.id()?.is_some() {
            return Err(Kind::BadId.into());
        }
        return Ok((question.into_request(service, now)?, held));
    }
    if held.bytes.is_empty() {
        return Err(Kind::InputAbsent.into());
    }
    let input = Input { bytes: held.bytes.to_vec(), format: None };
    Ok((Request { input, occasion: Occasion::at(now), policy: service.policy.clone() }, held))
}

async fn judge(service: &Service, request: Request) -> Result<Report, Problem> {
    if is_small(&request.input.bytes) {
        let (request, report) = together::report_on(service, request).await;
        return Ok(completed(service, &request, report).await);
    }
    let turn = service.heavy_turn().await.ok_or(Kind::Overloaded)?;
    let (service, runtime) = (service.clone(), tokio::runtime::Handle::current());
    let judged = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let report = verify(&request, &service.trust(), &Evidence::none());
        runtime.block_on(completed(&service, &request, report))
    });
    match judged.await {
        Ok(report) => Ok(report),
        // The door counts it and answers for it.
        Err(stopped) if stopped.is_panic() => std::panic::resume_unwind(stopped.into_panic()),
        Err(_) => Err(Kind::NotReady.into()),
    }
}

/// `true` when verifying takes about as long as a signature does: one text. Many credentials, files and pictures take longer.
pub(crate) fn is_small(input: &[u8]) -> bool {
    input.len() <= INLINE_BYTES
        && !is_picture(input)
        && !input.trim_ascii().contains(&b'\n')
        && !input.trim_ascii_start().starts_with(b"{")
}

/// The report with what could be fetched, where it lacks anything.
async fn completed(service: &Service, request: &Request, report: Report) -> Report {
    match &service.fetcher {
        Some(fetcher) if report.missing().next().is_some() => {
            complete(report, request, &service.trust(), Evidence::none(), fetcher).await.0
        }
        _ => report,
    }
}
