//! `POST /credentials/issue`: a credential in, the same secured by a profile's key out.
//!
//! The credential must name the profile as its issuer and keep to its data model. A proof that it brings along is left out:
//! what is issued here carries one proof, ours. Contexts that the proof or the status entry need are added behind the others.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json, json};

use crate::encoding::json::Value;
use crate::format::vc::model::{self, ModelDemands};
use crate::format::vc::vocabulary::{self, Version};
use crate::service::problem::Kind;
use crate::service::state::Service;
use crate::service::vc_api::access::allowed_profile;
use crate::service::vc_api::asked::Asked;
use crate::service::vc_api::profile::{Profile, Securing};
use crate::service::vc_api::reading::read_json;
use crate::service::vc_api::refusal::Refusal;
use crate::service::vc_api::signing::{Wanted, sign};
use crate::service::vc_api::status_store::{StatusFault, StatusPlace, StatusPurpose};
use crate::service::vc_api::threads::on_a_thread;

const OPTIONS: &[&str] = &["credentialId", "mandatoryPointers"];
pub(super) const CONTEXT_DATA_INTEGRITY: &str = "https://w3id.org/security/data-integrity/v2";
pub(super) const CONTEXT_ED25519_2020: &str = "https://w3id.org/security/suites/ed25519-2020/v1";
const CONTEXT_STATUS: &str = "https://www.w3.org/ns/credentials/status/v1";

/// Issues a credential.
#[utoipa::path(
    post,
    path = "/credentials/issue",
    operation_id = "issueCredential",
    tag = "vc-api",
    request_body = crate::service::vc_api::described::IssueCredentialRequest,
    responses(
        (status = 201, description = "The secured credential.",
         body = crate::service::vc_api::described::VerifiableCredentialResponse),
        (status = 400, description = "The request or the credential is wrong; `problemDetails` says in what.",
         body = crate::service::vc_api::described::Refusal, content_type = "application/problem+json"),
        (status = 401, description = "An API key is due.", body = crate::service::described::Problem,
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
    let profile = profile.as_deref().map(String::as_str);
    match answer(&service, profile, &headers, body).await {
        Ok(text) => created("verifiableCredential", &text),
        Err(refusal) => refusal.into_response(),
    }
}

/// 201 with that JSON text under that name.
pub fn created(name: &str, text: &str) -> Response {
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (StatusCode::CREATED, json, format!("{{\"{name}\":{text}}}")).into_response()
}

async fn answer(service: &Service, profile: Option<&str>, headers: &HeaderMap, body: Body) -> Result<String, Refusal> {
    let profile = allowed_profile(service, headers, profile)?;
    let held = read_json(service, headers, body).await?;
    let asked = Asked::from_json(&held.bytes)?;
    let options = asked.options(OPTIONS)?;
    let credential = asked.document("credential", Kind::CredentialAbsent)?;
    let mandatory = options.pointers("mandatoryPointers")?.unwrap_or_default();
    if !mandatory.is_empty() && !profile.securing.is_selective() {
        return Err(Kind::BadOption.into());
    }
    let id = options.text("credentialId")?.or_else(|| credential.member("id").and_then(Value::as_str));
    let draft = drafted(credential, profile)?;
    let wanted = Wanted { created: service.clock.now(), mandatory, ..Wanted::default() };
    if !profile.status.is_empty() {
        // Whatever cannot be signed takes no place: this one is thrown away.
        let nowhere = |purpose: &StatusPurpose| (*purpose, StatusPlace { list: "0".to_owned(), index: 0 });
        let places: Vec<_> = profile.status.iter().map(nowhere).collect();
        sign_document(service, profile, with_status(service, draft.clone(), &places), wanted.clone()).await?;
    }
    let places = place(service, profile, id.map(str::to_owned)).await?;
    sign_document(service, profile, with_status(service, draft, &places), wanted).await
}

/// The document signed by the profile's key, as JSON text.
pub async fn sign_document(
    service: &Service,
    profile: &Profile,
    document: Json,
    wanted: Wanted,
) -> Result<String, Refusal> {
    let (shared, id) = (service.clone(), profile.id.clone());
    let signed = on_a_thread(service, move || {
        let trust = shared.trust();
        let profile = shared.config.vc_api.profile(Some(&id))?;
        Some(sign(profile, &document, &wanted, &trust))
    });
    match signed.await? {
        Some(Ok(text)) => Ok(text),
        Some(Err(fault)) => Err(fault.into_refusal()),
        None => Err(Kind::UnknownProfile.into()),
    }
}

/// What will be signed, but for its status.
fn drafted(credential: &Value<'_>, profile: &Profile) -> Result<Map<String, Json>, Refusal> {
    let faults = model::check_credential(credential, ModelDemands { strict: true });
    if !faults.is_empty() {
        return Err(Refusal::new(Kind::Unissuable).because(faults));
    }
    if party(credential, "issuer") != Some(profile.issuer.as_str()) {
        return Err(Kind::OtherIssuer.into());
    }
    let Json::Object(mut draft) = credential.to_serde() else { return Err(Kind::CredentialAbsent.into()) };
    draft.shift_remove("proof");
    let is_v1 = vocabulary::version(credential) == Some(Version::V1);
    match profile.securing {
        securing if securing.is_enveloping() => {}
        Securing::Ed25519Signature2020 => add_context(&mut draft, CONTEXT_ED25519_2020),
        _ if is_v1 => add_context(&mut draft, CONTEXT_DATA_INTEGRITY),
        _ => {}
    }
    if is_v1 && !profile.status.is_empty() {
        add_context(&mut draft, CONTEXT_STATUS);
    }
    Ok(draft)
}

/// The URL of an issuer or holder.
pub fn party<'d>(document: &'d Value<'_>, member: &str) -> Option<&'d str> {
    let party = document.member(member)?;
    party.as_str().or_else(|| party.member("id").and_then(Value::as_str))
}

/// Adds a context behind the others, unless it is there.
pub fn add_context(document: &mut Map<String, Json>, url: &str) {
    if let Some(Json::Array(contexts)) = document.get_mut("@context")
        && !contexts.iter().any(|context| context.as_str() == Some(url))
    {
        contexts.push(url.into());
    }
}

/// A place in a list of each of the profile's purposes; on the disk when this comes back.
async fn place(
    service: &Service,
    profile: &Profile,
    id: Option<String>,
) -> Result<Vec<(StatusPurpose, StatusPlace)>, Refusal> {
    if profile.status.is_empty() {
        return Ok(Vec::new());
    }
    let (shared, name, purposes) = (service.clone(), profile.id.clone(), profile.status.clone());
    let placed = on_a_thread(service, move || {
        let statuses = &shared.config.vc_api.statuses;
        let place = |purpose| Ok((purpose, statuses.allocate(&name, purpose, id.as_deref())?));
        purposes.into_iter().map(place).collect::<Result<Vec<_>, StatusFault>>()
    });
    placed.await?.map_err(|fault| match fault {
        StatusFault::Duplicate => Kind::AlreadyIssued.into(),
        fault => {
            tracing::error!(%fault, "a status list cannot be written");
            Kind::Internal.into()
        }
    })
}

/// The document with its places in the lists.
fn with_status(service: &Service, mut draft: Map<String, Json>, places: &[(StatusPurpose, StatusPlace)]) -> Json {
    if places.is_empty() {
        return Json::Object(draft);
    }
    let entry = |(purpose, place): &(StatusPurpose, StatusPlace)| {
        let list = service.config.vc_api.list_url(&place.list);
        json!({
            "id": format!("{list}#{}", place.index),
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose.name(),
            "statusListIndex": place.index.to_string(),
            "statusListCredential": list,
        })
    };
    let mut entries = match draft.shift_remove("credentialStatus") {
        None => Vec::new(),
        Some(Json::Array(entries)) => entries,
        Some(entry) => vec![entry],
    };
    entries.extend(places.iter().map(entry));
    let status = match (entries.len(), entries.pop()) {
        (1, Some(only)) => only,
        (_, last) => entries.into_iter().chain(last).collect(),
    };
    draft.insert("credentialStatus".to_owned(), status);
    Json::Object(draft)
}
