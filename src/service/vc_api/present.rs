//! `POST /presentations`: a presentation in, the same signed by a profile's key out. The profile is the holder.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json};

use crate::encoding::json::Value;
use crate::format::vc::dates::read_date;
use crate::format::vc::model::{self, ModelDemands};
use crate::format::vc::vocabulary::{self, Version};
use crate::service::problem::Kind;
use crate::service::state::Service;
use crate::service::vc_api::access::allowed_profile;
use crate::service::vc_api::asked::{Asked, Options};
use crate::service::vc_api::issue::sign_document;
use crate::service::vc_api::issue::{CONTEXT_DATA_INTEGRITY, CONTEXT_ED25519_2020, add_context, created, party};
use crate::service::vc_api::profile::{Profile, Securing};
use crate::service::vc_api::reading::read_json;
use crate::service::vc_api::refusal::Refusal;
use crate::service::vc_api::signing::Wanted;
use crate::time::Timestamp;

const OPTIONS: &[&str] =
    &["challenge", "domain", "type", "cryptosuite", "verificationMethod", "proofPurpose", "created"];

/// Signs a presentation.
#[utoipa::path(
    post,
    path = "/presentations",
    operation_id = "createPresentation",
    tag = "vc-api",
    request_body = crate::service::vc_api::described::CreatePresentationRequest,
    responses(
        (status = 201, description = "The signed presentation.",
         body = crate::service::vc_api::described::VerifiablePresentationResponse),
        (status = 400, description = "The request or the presentation is wrong; `problemDetails` says in what.",
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
    match answer(&service, profile.as_deref().map(String::as_str), &headers, body).await {
        Ok(text) => created("verifiablePresentation", &text),
        Err(refusal) => refusal.into_response(),
    }
}

async fn answer(service: &Service, profile: Option<&str>, headers: &HeaderMap, body: Body) -> Result<String, Refusal> {
    let profile = allowed_profile(service, headers, profile)?;
    if profile.securing.is_selective() {
        return Err(Kind::UnknownProfile.into());
    }
    let held = read_json(service, headers, body).await?;
    let asked = Asked::from_json(&held.bytes)?;
    let options = asked.options(OPTIONS)?;
    let presentation = asked.document("presentation", Kind::PresentationAbsent)?;
    let wanted = Wanted {
        created: created_at(&options)?.unwrap_or_else(|| service.clock.now()),
        challenge: options.text("challenge")?.map(str::to_owned),
        domain: options.text("domain")?.map(str::to_owned),
        ..Wanted::default()
    };
    check_wishes(&options, profile)?;
    let draft = drafted(presentation, profile)?;
    sign_document(service, profile, Json::Object(draft), wanted).await
}

/// What the proof shall be is the profile's to say; a request may say it too, but not otherwise.
fn check_wishes(options: &Options<'_, '_>, profile: &Profile) -> Result<(), Refusal> {
    let (kind, suite) = match profile.securing {
        Securing::Ed25519Signature2020 => ("Ed25519Signature2020", "Ed25519Signature2020"),
        securing => ("DataIntegrityProof", securing.name()),
    };
    for (name, due) in [
        ("type", kind),
        ("cryptosuite", suite),
        ("verificationMethod", profile.method.as_str()),
        ("proofPurpose", "authentication"),
    ] {
        if options.text(name)?.is_some_and(|wish| wish != due) {
            return Err(Kind::BadOption.into());
        }
    }
    Ok(())
}

fn created_at(options: &Options<'_, '_>) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = options.text("created")? else { return Ok(None) };
    read_date(text).map(|(at, _)| Some(at)).ok_or_else(|| Kind::BadOption.into())
}

fn drafted(presentation: &Value<'_>, profile: &Profile) -> Result<Map<String, Json>, Refusal> {
    let faults = model::check_presentation(presentation, ModelDemands { strict: true });
    if !faults.is_empty() {
        return Err(Refusal::new(Kind::Unissuable).because(faults));
    }
    match party(presentation, "holder") {
        Some(holder) if holder != profile.issuer => return Err(Kind::OtherIssuer.into()),
        _ => {}
    }
    let Json::Object(mut draft) = presentation.to_serde() else { return Err(Kind::PresentationAbsent.into()) };
    draft.shift_remove("proof");
    draft.entry("holder").or_insert_with(|| profile.issuer.clone().into());
    match profile.securing {
        securing if securing.is_enveloping() => {}
        Securing::Ed25519Signature2020 => add_context(&mut draft, CONTEXT_ED25519_2020),
        _ if vocabulary::version(presentation) == Some(Version::V1) => add_context(&mut draft, CONTEXT_DATA_INTEGRITY),
        _ => {}
    }
    Ok(draft)
}
