//! `GET` and `POST /openid4vp/request/{id}`: the request object, for the wallet that was told where it is (OpenID4VP 1.0, 5). It may be
//! fetched as often as wallets like, for as long as the session takes an answer. Never a redirect.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::openid4vp::ports::Key;
use crate::openid4vp::request::{MEDIA_TYPE, Posted, RequestFault, is_by_reference, request_object};
use crate::openid4vp::session::{Stage, digest_of};
use crate::service::openid4vp::desk::Desk;
use crate::service::openid4vp::wallet_answer::{WalletFault, read_form};
use crate::service::state::Service;

/// Bytes that a wallet may post to be told what is asked.
const POSTED_BYTES: usize = 64 << 10;

/// The request object.
#[utoipa::path(
    get,
    path = "/openid4vp/request/{id}",
    tag = "wallets",
    params(("id" = String, Path, description = "The identifier in `request_uri`.")),
    responses(
        (status = 200, description = "A signed request object.", content_type = "application/oauth-authz-req+jwt", body = String),
        (status = 400, description = "There is none, or not any more.", body = crate::service::openid4vp::described::WalletError),
    )
)]
pub async fn get(State(service): State<Service>, Path(id): Path<String>) -> Response {
    answer(fetched(&service, &id, &Posted::default()).await)
}

/// The request object, with the wallet's nonce in it, and encrypted where the wallet brought a key for that.
#[utoipa::path(
    post,
    path = "/openid4vp/request/{id}",
    tag = "wallets",
    params(("id" = String, Path, description = "The identifier in `request_uri`.")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "`wallet_nonce` and `wallet_metadata`, either or none."),
    responses(
        (status = 200, description = "A signed request object.", content_type = "application/oauth-authz-req+jwt", body = String),
        (status = 400, description = "There is none, or not any more.", body = crate::service::openid4vp::described::WalletError),
    )
)]
pub async fn post(State(service): State<Service>, Path(id): Path<String>, headers: HeaderMap, body: Body) -> Response {
    answer(posted(&service, &id, &headers, body).await)
}

fn answer(object: Result<String, WalletFault>) -> Response {
    match object {
        Ok(object) => ([(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))], object).into_response(),
        Err(fault) => fault.into_response(),
    }
}

async fn posted(service: &Service, id: &str, headers: &HeaderMap, body: Body) -> Result<String, WalletFault> {
    let held = read_form(service, headers, body, POSTED_BYTES).await?;
    let posted = Posted::decode(&held.bytes).map_err(|refusal| {
        service.metrics.session_refused(refusal.code().as_str());
        WalletFault::Invalid
    })?;
    fetched(service, id, &posted).await
}

async fn fetched(service: &Service, id: &str, posted: &Posted) -> Result<String, WalletFault> {
    let desk = Desk::of(service)?;
    let kept = desk.kept(service, Key::Request(digest_of(id))).await?.ok_or(WalletFault::Invalid)?;
    let (session, now) = (&kept.content.session, service.clock.now());
    let client = desk.clients.by_id(&session.client_id, &session.response_uri).ok_or_else(|| {
        tracing::error!("a session's client is not configured any more");
        WalletFault::Ours
    })?;
    if !is_by_reference(session, client) {
        return Err(WalletFault::Invalid);
    }
    let object = request_object(session, client, posted, now).map_err(|fault| match fault {
        RequestFault::Refused(refusal) => {
            service.metrics.session_refused(refusal.code().as_str());
            WalletFault::Invalid
        }
        RequestFault::Ours(fault) => {
            tracing::error!(fault, "request object");
            WalletFault::Ours
        }
    })?;
    if session.stage == Stage::Created {
        // Somebody else may have been first, and then it stands there already.
        let requested = session.clone().requested(now).map_err(|_| WalletFault::Invalid)?;
        desk.change(service, &kept, requested).await?;
    }
    Ok(object)
}
