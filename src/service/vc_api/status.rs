//! `POST /credentials/status`: revokes or suspends what was issued here. On the disk before the answer.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::encoding::json::Value;
use crate::service::problem::Kind;
use crate::service::state::Service;
use crate::service::vc_api::access::may_sign;
use crate::service::vc_api::asked::Asked;
use crate::service::vc_api::reading::read_json;
use crate::service::vc_api::refusal::Refusal;
use crate::service::vc_api::status_store::{StatusFault, StatusPlace, StatusPurpose};
use crate::service::vc_api::threads::on_a_thread;

/// The kinds of status that a request may name: the list's, as VCALM writes it, and the entry's.
const TYPES: [&str; 2] = ["BitstringStatusList", "BitstringStatusListEntry"];

/// Changes the status of a credential.
#[utoipa::path(
    post,
    path = "/credentials/status",
    operation_id = "updateCredentialStatus",
    tag = "vc-api",
    request_body = crate::service::vc_api::described::UpdateCredentialStatusRequest,
    responses(
        (status = 200, description = "Changed, and kept."),
        (status = 400, description = "The request is wrong, or would take a revocation back.",
         body = crate::service::vc_api::described::Refusal, content_type = "application/problem+json"),
        (status = 401, description = "An API key is due.", body = crate::service::described::Problem,
         content_type = "application/problem+json"),
        (status = 404, description = "No such credential was issued here.", body = crate::service::described::Problem,
         content_type = "application/problem+json"),
        (status = "default", description = "The request cannot be served now.",
         body = crate::service::described::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(
    State(service): State<Service>,
    profile: Option<Path<String>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match answer(&service, profile.as_deref().map(String::as_str), &headers, body).await {
        Ok(()) => Json(json!({})).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn answer(service: &Service, profile: Option<&str>, headers: &HeaderMap, body: Body) -> Result<(), Refusal> {
    may_sign(service, headers)?;
    let held = read_json(service, headers, body).await?;
    let asked = Asked::from_json(&held.bytes)?;
    let change = Change::of(&asked)?;
    let place = change.place(service, profile)?;
    let (shared, purpose, is_set) = (service.clone(), change.purpose, change.is_set);
    let written = on_a_thread(service, move || shared.config.vc_api.statuses.write(&place, purpose, is_set));
    written.await?.map_err(|fault| match fault {
        StatusFault::Final => Kind::BadStatusChange.into(),
        StatusFault::Unknown => Kind::NoSuchStatus.into(),
        fault => {
            tracing::error!(%fault, "a status list cannot be written");
            Kind::Internal.into()
        }
    })
}

/// The change that a request asks for.
struct Change<'b> {
    credential: &'b str,
    purpose: StatusPurpose,
    index: Option<&'b str>,
    list: Option<&'b str>,
    is_set: bool,
}

impl<'b> Change<'b> {
    fn of(asked: &'b Asked<'_>) -> Result<Self, Refusal> {
        let due = |value: Option<&'b Value<'_>>| value.and_then(Value::as_str).ok_or(Kind::BadStatusChange);
        let optional = |value: Option<&'b Value<'_>>| value.map(|value| due(Some(value))).transpose();
        let entry = asked.document("credentialStatus", Kind::BadStatusChange)?;
        let Some(Value::Bool(is_set)) = asked.member("status") else { return Err(Kind::BadStatusChange.into()) };
        if !TYPES.contains(&due(entry.member("type"))?) {
            return Err(Kind::BadStatusChange.into());
        }
        let purpose = StatusPurpose::from_name(due(entry.member("statusPurpose"))?).ok_or(Kind::BadStatusChange)?;
        Ok(Change {
            credential: due(asked.member("credentialId"))?,
            purpose,
            index: optional(entry.member("statusListIndex"))?,
            list: optional(entry.member("statusListCredential"))?,
            is_set: *is_set,
        })
    }

    /// The credential's place. Whoever names the place too must name the right one.
    fn place(&self, service: &Service, profile: Option<&str>) -> Result<StatusPlace, Refusal> {
        let api = &service.config.vc_api;
        let profiles = api.profiles.iter().filter(|known| profile.is_none_or(|id| id == known.id));
        let mut places: Vec<StatusPlace> = profiles
            .filter_map(|profile| api.statuses.place_of(&profile.id, self.purpose, self.credential))
            .filter(|place| self.index.is_none_or(|index| index == place.index.to_string()))
            .filter(|place| self.list.is_none_or(|url| api.list_of_url(url) == Some(place.list.as_str())))
            .collect();
        match (places.pop(), places.is_empty()) {
            (Some(place), true) => Ok(place),
            (Some(_), false) => Err(Kind::BadStatusChange.into()),
            (None, _) => Err(Kind::NoSuchStatus.into()),
        }
    }
}
