//! `GET /v1/templates`: what relying parties ask for most, by name. Built in, and more from the operator's configuration.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use crate::service::state::Service;

/// A question with a name.
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// What it asks for, for people.
    pub title: String,
    /// The query that it stands for.
    pub dcql_query: Value,
}

/// Every template of this service.
#[utoipa::path(
    get,
    path = "/v1/templates",
    tag = "presentations",
    responses((status = 200, description = "Every template.", body = Vec<crate::service::openid4vp::described::PresentationTemplate>))
)]
pub async fn get(State(service): State<Service>) -> Response {
    match service.presentations() {
        Some(desk) => Json(&desk.templates).into_response(),
        None => Json(built_in()).into_response(),
    }
}

/// The templates that every service has.
pub fn built_in() -> Vec<Template> {
    let template =
        |name: &str, title: &str, dcql_query| Template { name: name.into(), title: title.into(), dcql_query };
    vec![
        template("age-over-18", "Proof of being at least 18 years old", age_over_18()),
        template("pid", "Who somebody is: name and date of birth of the EU's person identification data", pid()),
        template("mdl", "Mobile driving licence: name, date of birth, privileges", mdl()),
        template("vaccination", "A vaccination: against what, with what, when", vaccination()),
    ]
}

const MDL: &str = "org.iso.18013.5.1";
const PID: &str = "eu.europa.ec.eudi.pid.1";

/// Any one of three credentials; of each nothing but the answer.
fn age_over_18() -> Value {
    json!({
        "credentials": [
            {
                "id": "mdl", "format": "mso_mdoc", "meta": { "doctype_value": "org.iso.18013.5.1.mDL" },
                "claims": [{ "path": [MDL, "age_over_18"], "values": [true] }],
            },
            {
                "id": "pid", "format": "dc+sd-jwt", "meta": { "vct_values": ["urn:eudi:pid:1"] },
                "claims": [{ "path": ["age_equal_or_over", "18"], "values": [true] }],
            },
            {
                "id": "pid_mdoc", "format": "mso_mdoc", "meta": { "doctype_value": PID },
                "claims": [{ "path": [PID, "age_over_18"], "values": [true] }],
            },
        ],
        "credential_sets": [{ "options": [["mdl"], ["pid"], ["pid_mdoc"]] }],
    })
}

fn pid() -> Value {
    json!({
        "credentials": [
            {
                "id": "pid", "format": "dc+sd-jwt", "meta": { "vct_values": ["urn:eudi:pid:1"] },
                "claims": [{ "path": ["family_name"] }, { "path": ["given_name"] }, { "path": ["birthdate"] }],
            },
            {
                "id": "pid_mdoc", "format": "mso_mdoc", "meta": { "doctype_value": PID },
                "claims": mdoc_claims(PID, &["family_name", "given_name", "birth_date"]),
            },
        ],
        "credential_sets": [{ "options": [["pid"], ["pid_mdoc"]] }],
    })
}

fn mdl() -> Value {
    let elements = ["family_name", "given_name", "birth_date", "expiry_date", "issuing_country", "driving_privileges"];
    json!({
        "credentials": [{
            "id": "mdl", "format": "mso_mdoc", "meta": { "doctype_value": "org.iso.18013.5.1.mDL" },
            "claims": mdoc_claims(MDL, &elements),
        }],
    })
}

/// ISO's MICOV, as wallets hold it: the vaccination, and whose it is.
fn vaccination() -> Value {
    json!({
        "credentials": [{
            "id": "micov", "format": "mso_mdoc", "meta": { "doctype_value": "org.micov.1" },
            "claims": mdoc_claims("org.micov.vtr.1", &["fn", "gn", "dob", "v_RA01_1"]),
        }],
    })
}

fn mdoc_claims(name_space: &str, elements: &[&str]) -> Value {
    elements.iter().map(|element| json!({ "path": [name_space, element], "intent_to_retain": false })).collect()
}
