//! `GET /v1/presentations/{id}/events`: what a session becomes, as server-sent events. Each says what a look at the session says, without
//! the outcome. The stream ends when nothing more will come: answered, failed, read, expired, removed, or the service stops.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde_json::Value;

use crate::openid4vp::ports::{Key, KeyDigest};
use crate::openid4vp::session::digest_of;
use crate::service::openid4vp::changes::Watch;
use crate::service::openid4vp::desk::Desk;
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;

/// How often the store is looked at even if nobody knocked: another instance may have changed the session.
const LOOK: Duration = Duration::from_secs(1);
/// Silence after which a comment is sent, so that proxies keep the connection.
const BREATH: Duration = Duration::from_secs(15);

/// What a session becomes.
#[utoipa::path(
    get,
    path = "/v1/presentations/{id}/events",
    tag = "presentations",
    params(("id" = String, Path, description = "The transaction's identifier.")),
    responses(
        (status = 200, description = "Events named `state`; each holds a session as JSON, without its outcome.",
         content_type = "text/event-stream", body = String),
        (status = 404, description = "There is no such session, or it is somebody else's.",
         body = crate::service::described::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(service): State<Service>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match watched(&service, &id, &headers).await {
        Ok(stream) => stream.into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn watched(
    service: &Service,
    id: &str,
    headers: &HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>> + use<>>, Problem> {
    let desk = Desk::of(service)?;
    let session = digest_of(id);
    // Watched before it is looked at, so that no change falls in between.
    let watch = desk.changes.watch(session).ok_or(Kind::Overloaded)?;
    desk.found(service, headers, id).await?;
    let watching = Watching { service: service.clone(), watch, session, last: None };
    Ok(Sse::new(unfold(watching, Watching::next)).keep_alive(KeepAlive::new().interval(BREATH)))
}

/// One listener.
struct Watching {
    service: Service,
    watch: Watch,
    session: KeyDigest,
    last: Option<&'static str>,
}

impl Watching {
    /// The next event; `None` at the end.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if self.service.is_stopping() || self.last.is_some_and(is_last) {
                return None;
            }
            let told = self.watch.changed.clone();
            let told = told.notified();
            let desk = self.service.presentations()?;
            let kept = desk.kept(&self.service, Key::Transaction(self.session)).await.ok()??;
            let state = kept.content.session.stage.name();
            if self.last != Some(state) {
                self.last = Some(state);
                let event = Event::default()
                    .event("state")
                    .data(Value::Object(kept.summary(&desk.refusals.of(&self.session))).to_string());
                return Some((Ok(event), self));
            }
            let _ = tokio::time::timeout(LOOK, told).await;
        }
    }
}

/// `true` when nothing comes after that state that a listener waits for.
fn is_last(state: &str) -> bool {
    matches!(state, "answered" | "read")
}
