//! `GET /status-lists/{id}`: the status lists of what was issued here, as signed credentials (Bitstring Status List 1.0, 2.2).
//!
//! Signed when first asked for, and again when a status changed or the signature grows old; in between everybody gets the
//! same bytes. Public, as it must be: a list says nothing about whose place is whose.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::credential::StatusKind;
use crate::issue::status_list::{StatusListDraft, unsigned_list};
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;
use crate::service::vc_api::signed_lists::SignedList;
use crate::service::vc_api::signing::{Wanted, sign_list};
use crate::service::vc_api::status_store::parts_of;
use crate::service::vc_api::threads::on_a_thread;
use crate::time::Timestamp;

/// Seconds that a signed list is valid.
const LIFE: i64 = 86_400;
/// Milliseconds for which a verifier may go on using its copy.
const TTL_MS: u32 = 300_000;

/// A status list.
#[utoipa::path(
    get,
    path = "/status-lists/{id}",
    operation_id = "getStatusList",
    tag = "vc-api",
    params(("id" = String, Path, description = "The list's name, as it stands at the end of its URL.")),
    responses(
        (status = 200, description = "The list as a signed credential.", content(
            (crate::service::vc_api::described::VerifiableCredential = "application/vc"),
            (String = "application/vc+jwt"),
        )),
        (status = 404, description = "There is no such list.", body = crate::service::described::Problem,
         content_type = "application/problem+json"),
    )
)]
pub async fn get(State(service): State<Service>, Path(id): Path<String>) -> Response {
    match current(&service, &id).await {
        Ok(Some(list)) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static(list.media)),
                (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")),
            ];
            (headers, list.text.clone()).into_response()
        }
        Ok(None) => Problem::new(Kind::NotFound).into_response(),
        Err(kind) => Problem::new(kind).into_response(),
    }
}

/// The list of that name as it is at present, if there is one.
///
/// # Errors
/// `Internal` when it cannot be signed.
pub async fn current(service: &Service, name: &str) -> Result<Option<Arc<SignedList>>, Kind> {
    let (api, now) = (&service.config.vc_api, service.clock.now());
    let Some(version) = api.statuses.version(name) else { return Ok(None) };
    if let Some(list) = api.signed_lists.fresh(name, version, now) {
        return Ok(Some(list));
    }
    let (shared, owned) = (service.clone(), name.to_owned());
    let signed = on_a_thread(service, move || signed(&shared, &owned, now)).await?;
    match signed {
        None => Ok(None),
        Some(Ok(list)) => {
            api.signed_lists.keep(name, list.clone());
            Ok(Some(list))
        }
        Some(Err(fault)) => {
            tracing::error!(fault, "a status list cannot be signed");
            Err(Kind::Internal)
        }
    }
}

fn signed(service: &Service, name: &str, now: Timestamp) -> Option<Result<Arc<SignedList>, String>> {
    let api = &service.config.vc_api;
    let (profile, purpose) = parts_of(name)?;
    let profile = api.profile(Some(profile))?;
    let snapshot = api.statuses.snapshot(name)?;
    let url = api.list_url(name);
    let draft = StatusListDraft {
        kind: StatusKind::Bitstring,
        url: &url,
        issuer: &profile.issuer,
        purpose: purpose.name(),
        valid_from: now,
        valid_until: Some(now.plus(LIFE)),
        ttl_ms: Some(TTL_MS),
    };
    let trust = service.trust();
    let wanted = Wanted { created: now, ..Wanted::default() };
    let signed = unsigned_list(&draft, &snapshot.bytes)
        .map_err(|fault| fault.to_string())
        .and_then(|list| sign_list(profile, &list, &wanted, &trust).map_err(|fault| fault.to_string()));
    Some(signed.map(|(text, media)| Arc::new(SignedList { text, media, version: snapshot.version, signed_at: now })))
}
