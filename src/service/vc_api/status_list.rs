//! `GET /status-lists/{id}`: the status lists of what was issued here, as signed credentials (Bitstring Status List 1.0, 2.2), or as status
//! list tokens for whoever accepts those (Token Status List, 8.1): a place has the same number in both.
//!
//! Signed when first asked for, and again when a status changed or the signature grows old; in between everybody gets the
//! same bytes. Public, as it must be: a list says nothing about whose place is whose.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::credential::StatusKind;
use crate::issue::status_list::{StatusListDraft, unsigned_list};
use crate::issue::token_status_list::{ListDraft, of_bits};
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;
use crate::service::vc_api::signed_lists::SignedList;
use crate::service::vc_api::signing::{Wanted, sign_list, sign_token_list};
use crate::service::vc_api::status_store::parts_of;
use crate::service::vc_api::threads::on_a_thread;
use crate::time::Timestamp;

/// Seconds that a signed list is valid.
const LIFE: i64 = 86_400;
/// The media type of a status list token.
const TOKEN: &str = "application/statuslist+jwt";
/// Milliseconds for which a verifier may go on using its copy.
const TTL_MS: u32 = 300_000;

/// A status list.
#[utoipa::path(
    get,
    path = "/status-lists/{id}",
    operation_id = "getStatusList",
    tag = "vc-api",
    params(
        ("id" = String, Path, description = "The list's name, as it stands at the end of its URL."),
        ("time" = Option<u64>, Query, description = "Not supported: lists are told as they are now."),
    ),
    responses(
        (status = 200, description = "The list as a signed credential.", content(
            (crate::service::vc_api::described::VerifiableCredential = "application/vc"),
            (String = "application/vc+jwt"),
            (String = "application/statuslist+jwt"),
        )),
        (status = 404, description = "There is no such list.", body = crate::service::described::Problem,
         content_type = "application/problem+json"),
        (status = 501, description = "A list of another time was asked for.", body = crate::service::described::Problem,
         content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(service): State<Service>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    // Token Status List, 8.4: who does not tell what was says so.
    if query.is_some_and(|query| query.split('&').any(|pair| pair == "time" || pair.starts_with("time="))) {
        return Problem::new(Kind::HistoryUnsupported).into_response();
    }
    match current_as(&service, &id, Shape::accepted(&headers)).await {
        Ok(Some(list)) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static(list.media)),
                (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")),
                (header::VARY, HeaderValue::from_static("accept")),
            ];
            (headers, list.text.clone()).into_response()
        }
        Ok(None) => Problem::new(Kind::NotFound).into_response(),
        Err(kind) => Problem::new(kind).into_response(),
    }
}

/// What the text of a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A credential.
    Credential,
    /// A status list token.
    Token,
}

impl Shape {
    /// The token for whoever accepts it by name.
    fn accepted(headers: &HeaderMap) -> Shape {
        let named = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let is_token = |kind: &str| kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(TOKEN));
        if named.flat_map(|value| value.split(',')).any(is_token) { Shape::Token } else { Shape::Credential }
    }

    /// The name under which a list of this shape is kept.
    fn kept_as(self, name: &str) -> String {
        match self {
            Shape::Credential => name.to_owned(),
            Shape::Token => format!("{name}#token"),
        }
    }
}

/// The list of that name as it is at present, if there is one, as a credential.
///
/// # Errors
/// `Internal` when it cannot be signed.
pub async fn current(service: &Service, name: &str) -> Result<Option<Arc<SignedList>>, Kind> {
    current_as(service, name, Shape::Credential).await
}

async fn current_as(service: &Service, name: &str, shape: Shape) -> Result<Option<Arc<SignedList>>, Kind> {
    let (api, now) = (&service.config.vc_api, service.clock.now());
    let Some(version) = api.statuses.version(name) else { return Ok(None) };
    if let Some(list) = api.signed_lists.fresh(&shape.kept_as(name), version, now) {
        return Ok(Some(list));
    }
    let (shared, owned) = (service.clone(), name.to_owned());
    let signed = on_a_thread(service, move || signed(&shared, &owned, shape, now)).await?;
    match signed {
        None => Ok(None),
        Some(Ok(list)) => {
            api.signed_lists.keep(&shape.kept_as(name), list.clone());
            Ok(Some(list))
        }
        Some(Err(fault)) => {
            tracing::error!(fault, "a status list cannot be signed");
            Err(Kind::Internal)
        }
    }
}

fn signed(service: &Service, name: &str, shape: Shape, now: Timestamp) -> Option<Result<Arc<SignedList>, String>> {
    let api = &service.config.vc_api;
    let (profile, purpose) = parts_of(name)?;
    let profile = api.profile(Some(profile))?;
    let snapshot = api.statuses.snapshot(name)?;
    let url = api.list_url(name);
    if shape == Shape::Token {
        let draft = ListDraft {
            uri: &url,
            issuer: Some(&profile.issuer),
            issued_at: now,
            expires: Some(now.plus(LIFE)),
            ttl: Some(TTL_MS / 1000),
        };
        let text = sign_token_list(profile, &draft, &of_bits(&snapshot.bytes)).map_err(|fault| fault.to_string());
        let list = |text| SignedList { text, media: TOKEN, version: snapshot.version, signed_at: now };
        return Some(text.map(|text| Arc::new(list(text))));
    }
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
