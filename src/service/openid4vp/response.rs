//! `POST /openid4vp/response/{id}`: where wallets answer (OpenID4VP 1.0, 8.2 and 8.3). What does not belong to the session changes nothing
//! in it; what does is judged, and the session is over. A wallet learns no more than `invalid_request`, whatever was wrong.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::openid4vp::ports::Key;
use crate::openid4vp::response::{RESPONSE_BYTES, posted};
use crate::openid4vp::session::digest_of;
use crate::service::openid4vp::desk::Desk;
use crate::service::openid4vp::judging::{NotTaken, take};
use crate::service::openid4vp::wallet_answer::{WalletFault, read_form};
use crate::service::state::Service;

/// What the metrics call a response to a session that is not there, or not any more.
const NO_SESSION: &str = "no_session";

/// Takes a wallet's answer.
#[utoipa::path(
    post,
    path = "/openid4vp/response/{id}",
    tag = "wallets",
    params(("id" = String, Path, description = "The identifier in `response_uri`.")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "`vp_token` and `state`, or `response`, or `error`."),
    responses(
        (status = 200, description = "Taken.", body = crate::service::openid4vp::described::WalletReply),
        (status = 400, description = "Not taken.", body = crate::service::openid4vp::described::WalletError),
    )
)]
pub async fn post(State(service): State<Service>, Path(id): Path<String>, headers: HeaderMap, body: Body) -> Response {
    match answered(&service, &id, &headers, body).await {
        Ok(reply) => Json(reply).into_response(),
        Err(fault) => fault.into_response(),
    }
}

async fn answered(service: &Service, id: &str, headers: &HeaderMap, body: Body) -> Result<Value, WalletFault> {
    let desk = Desk::of(service)?;
    let held = read_form(service, headers, body, RESPONSE_BYTES).await?;
    let Some(kept) = desk.kept(service, Key::Response(digest_of(id))).await? else {
        service.metrics.session_refused(NO_SESSION);
        return Err(WalletFault::Invalid);
    };
    let transaction = kept.row.transaction;
    let refused = |refusal| {
        desk.refuse(service, transaction, refusal);
        WalletFault::Invalid
    };
    let answer = posted(&kept.content.session, &held.bytes, service.clock.now()).map_err(refused)?;
    let judged = take(service, kept, &answer).await.map_err(|fault| match fault {
        NotTaken::Refused(refusal) => refused(refusal),
        NotTaken::Ours(kind) => kind.into(),
    })?;
    match judged.redirect_uri {
        _ if !judged.is_well => Err(WalletFault::Invalid),
        Some(uri) => Ok(json!({ "redirect_uri": uri })),
        None => Ok(json!({})),
    }
}
