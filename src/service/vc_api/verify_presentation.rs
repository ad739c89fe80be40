//! `POST /presentations/verify`: a presentation with the credentials inside it, or, without a proof, the credentials alone.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as JsonValue};

use crate::encoding::json::Value;
use crate::format::vc::model::{ModelDemands, check_presentation};
use crate::format::vc::vocabulary::items;
use crate::limits;
use crate::occasion::Occasion;
use crate::reason::{Code, Reason};
use crate::service::problem::Kind;
use crate::service::state::Service;
use crate::service::vc_api::asked::{Asked, Options};
use crate::service::vc_api::challenges::Standing;
use crate::service::vc_api::judging::judge;
use crate::service::vc_api::problem_details::{ProblemDetail, Severity};
use crate::service::vc_api::reading::read_json;
use crate::service::vc_api::refusal::Refusal;
use crate::service::vc_api::result::{is_verified, presentation_results, problems};
use crate::service::vc_api::verify_credential::{check_kind, check_profile, inner_result, verification};

const OPTIONS: &[&str] = &["challenge", "domain", "returnResults", "returnProblemDetails", "returnPresentation"];

/// Verifies a presentation.
#[utoipa::path(
    post,
    path = "/presentations/verify",
    operation_id = "verifyPresentation",
    tag = "vc-api",
    request_body = crate::service::vc_api::described::VerifyPresentationRequest,
    responses(
        (status = 200, description = "Verified, with all credentials inside; with the draft's answers also when not.",
         body = crate::service::vc_api::described::VerifyPresentationResponse),
        (status = 400, description = "Not verified, or the request is wrong.",
         body = crate::service::vc_api::described::VerifyPresentationResponse),
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
    let answered = answer(&service, profile.as_deref().map(String::as_str), &headers, body).await;
    answered.unwrap_or_else(|refusal| refusal.of_verification().into_response())
}

async fn answer(
    service: &Service,
    profile: Option<&str>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    check_profile(service, profile)?;
    let held = read_json(service, headers, body).await?;
    let asked = Asked::from_json(&held.bytes)?;
    let wishes = Wishes::of(&asked.options(OPTIONS)?)?;
    if asked.member("verifiablePresentation").is_none() && asked.member("presentation").is_some() {
        return proofless(service, asked.document("presentation", Kind::PresentationAbsent)?, &wishes).await;
    }
    let document = asked.document("verifiablePresentation", Kind::PresentationAbsent)?;
    consume(service, &wishes)?;
    let now = service.clock.now();
    let occasion = Occasion { nonce: wishes.challenge.clone(), audience: wishes.domain.clone(), ..Occasion::at(now) };
    let report = judge(service, document, occasion).await?;
    let Some(part) = report.parts().first() else { return Err(Kind::PresentationAbsent.into()) };
    let answers = service.config.vc_api.answers;
    let asked = (wishes.challenge.as_deref(), wishes.domain.as_deref());
    let results = wishes.results.then(|| {
        // Credentials inside an envelope do not stand in the request: then what they say is not repeated.
        let documents = inner_documents(document).iter().chain(std::iter::repeat(&Value::Null));
        let inner = part.parts.iter().zip(documents);
        let credentials: Vec<JsonValue> = inner.map(|(part, inner)| inner_result(part, inner, answers)).collect();
        serde_json::json!({
            "presentation": presentation_results(part, document, asked),
            "credentials": credentials,
        })
    });
    let other = check_kind(part, true);
    let verified = is_verified(part, answers) && other.is_none();
    let problems = other.into_iter().chain(problems(part, answers)).collect();
    let rest = wishes.rest(verified, document, results);
    Ok(verification(verified, problems, wishes.details, rest, answers))
}

/// What the options ask for.
struct Wishes {
    challenge: Option<String>,
    domain: Option<String>,
    results: bool,
    presentation: bool,
    details: Option<bool>,
}

impl Wishes {
    fn of(options: &Options<'_, '_>) -> Result<Self, Refusal> {
        Ok(Wishes {
            challenge: options.text("challenge")?.map(str::to_owned),
            domain: options.text("domain")?.map(str::to_owned),
            results: options.flag("returnResults")?.unwrap_or_default(),
            presentation: options.flag("returnPresentation")?.unwrap_or_default(),
            details: options.flag("returnProblemDetails")?,
        })
    }

    fn rest(&self, verified: bool, document: &Value<'_>, results: Option<JsonValue>) -> Map<String, JsonValue> {
        let mut rest = Map::new();
        if verified && self.presentation {
            rest.insert("verifiablePresentation".to_owned(), document.to_serde());
        }
        rest.extend(results.map(|results| ("results".to_owned(), results)));
        rest
    }
}

/// Uses the challenge up before anything is looked at: whoever fails once asks for another.
fn consume(service: &Service, wishes: &Wishes) -> Result<(), Refusal> {
    let Some(challenge) = &wishes.challenge else { return Ok(()) };
    match service.config.vc_api.challenges.consume(challenge, service.clock.now()) {
        Standing::Foreign | Standing::Fresh => Ok(()),
        Standing::Spent => Err(Kind::ChallengeUsed.into()),
        Standing::NoRoom => Err(Kind::Overloaded.into()),
    }
}

/// The credentials of a presentation that nobody signed: each is verified on its own, and nothing is said about a holder.
async fn proofless(service: &Service, document: &Value<'_>, wishes: &Wishes) -> Result<Response, Refusal> {
    let answers = service.config.vc_api.answers;
    let mut faults = check_presentation(document, ModelDemands::from(&*service.config.vc_api.policy));
    if wishes.challenge.is_some() || wishes.domain.is_some() {
        let due = Reason::new(Code::VpNonce).expected("a proof that answers the challenge or names the domain");
        faults.push(due.got("no proof"));
    }
    if document.member("proof").is_some() {
        let due = Reason::new(Code::DiProofMalformed).expected("a presentation without `proof` as `presentation`");
        faults.push(due.got("a proof, which would not be looked at"));
    }
    let documents = inner_documents(document);
    if documents.len() > limits::CREDENTIALS {
        faults.push(Reason::new(Code::InputTooManyItems).expected(limits::CREDENTIALS).got(documents.len()));
    }
    let mut found: Vec<ProblemDetail> = faults.iter().map(|fault| ProblemDetail::of(fault, Severity::Error)).collect();
    let (mut verified, mut credentials) = (found.is_empty(), Vec::new());
    for inner in documents.iter().take(limits::CREDENTIALS) {
        let report = judge(service, inner, Occasion::at(service.clock.now())).await?;
        for part in report.parts() {
            let other = check_kind(part, false);
            verified &= is_verified(part, answers) && other.is_none();
            found.extend(other);
            found.extend(problems(part, answers));
            credentials.push(inner_result(part, inner, answers));
        }
    }
    let results = wishes.results.then(|| serde_json::json!({ "presentation": {}, "credentials": credentials }));
    Ok(verification(verified, found, wishes.details, wishes.rest(verified, document, results), answers))
}

fn inner_documents<'d, 'b>(document: &'d Value<'b>) -> &'d [Value<'b>] {
    document.member("verifiableCredential").map(items).unwrap_or_default()
}
