//! `GET /issuers`: the profiles of this service, so that testers and wallets can fill in their issuer.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::service::state::Service;

/// A profile as it is told.
#[derive(Serialize)]
pub struct Told<'p> {
    /// Its name in paths.
    pub id: &'p str,
    /// Who issues: what `issuer` of a credential must say.
    pub issuer: &'p str,
    /// The verification method of its proofs.
    #[serde(rename = "verificationMethod")]
    pub verification_method: &'p str,
    /// How it secures: a cryptosuite, a proof type, or a media type.
    pub secures: &'static str,
    /// Where it issues.
    pub endpoint: String,
    /// The purposes of the status lists that its credentials stand in.
    pub status: Vec<&'static str>,
}

/// The profiles.
#[utoipa::path(
    get,
    path = "/issuers",
    operation_id = "issuers",
    tag = "vc-api",
    responses((status = 200, description = "Every profile, the default one first.",
               body = Vec<crate::service::vc_api::described::IssuingProfile>))
)]
pub async fn get(State(service): State<Service>) -> Response {
    let api = &service.config.vc_api;
    let told: Vec<Told<'_>> = api
        .profiles
        .iter()
        .map(|profile| Told {
            id: &profile.id,
            issuer: &profile.issuer,
            verification_method: &profile.method,
            secures: profile.securing.name(),
            endpoint: format!("{}/issuers/{}/credentials/issue", api.base_url(), profile.id),
            status: profile.status.iter().map(|purpose| purpose.name()).collect(),
        })
        .collect();
    Json(told).into_response()
}
