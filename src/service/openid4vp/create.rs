//! `POST /v1/presentations`: begins a session. What is asked is looked at whole, and every fault of it is told at once.

use std::cell::RefCell;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::locator::Locator;
use crate::openid4vp::ask::{ASK_BYTES, Ask, Fault, Flow, Known};
use crate::openid4vp::request::{RequestFault, authorization_request, dc_api};
use crate::openid4vp::session::{Secrets, Session};
use crate::policy::dcql::QueryFault;
use crate::policy::dcql::presentation_exchange::{self, Converted};
use crate::policy::{IssuerDemand, Policy};
use crate::service::access;
use crate::service::body;
use crate::service::media::Media;
use crate::service::openid4vp::desk::Desk;
use crate::service::openid4vp::kept::Content;
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;

/// Begins a session.
#[utoipa::path(
    post,
    path = "/v1/presentations",
    tag = "presentations",
    request_body = crate::service::openid4vp::described::PresentationRequest,
    responses(
        (status = 201, description = "The session, and the request for the wallet.",
         body = crate::service::openid4vp::described::PresentationCreated),
        (status = "default", description = "The request is wrong, or cannot be served now.",
         body = crate::service::described::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(State(service): State<Service>, headers: HeaderMap, body: Body) -> Response {
    match created(&service, &headers, body).await {
        Ok(created) => (StatusCode::CREATED, Json(created)).into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn created(service: &Service, headers: &HeaderMap, body: Body) -> Result<Map<String, Value>, Problem> {
    let desk = Desk::of(service)?;
    let owner = access::caller(service, headers)?;
    if Media::of(headers)? != Media::Json {
        return Err(Kind::MediaType.into());
    }
    let held = body::read(service, body, ASK_BYTES, service.config.read_time).await?;
    let (ask, lost) = asked(service, desk, &held.bytes)?;
    let Some(client) = desk.clients.pick(ask.client_id_prefix) else {
        return Err(faulty(vec![Fault::new("client_id_prefix", "this service has no client of that prefix")]));
    };
    let now = service.clock.now();
    let (session, secrets) = Session::begin(ask, client, &desk.base_url, now).map_err(faulty)?;
    let mut answer = described(&session, &secrets, lost);
    if session.ask.flow == Flow::DcApi {
        let request = dc_api::request(&session, &desk.clients, now).map_err(unaskable)?;
        answer.insert("dc_api".to_owned(), request);
    } else {
        let link = authorization_request(&session, client, now).map_err(unaskable)?;
        answer.insert("authorization_request".to_owned(), link.into());
        answer.insert("qr".to_owned(), format!("/v1/presentations/{}/qr.svg", secrets.transaction).into());
    }
    desk.begin(service, Content::first_row(session, &secrets, owner)).await?;
    Ok(answer)
}

/// What the relying party wants, as far as this service lets it, and what of it got lost in translation.
fn asked(service: &Service, desk: &Desk, body: &[u8]) -> Result<(Ask, Vec<Value>), Problem> {
    // What an older query says and ours cannot is told like everything else that could be better.
    let lost = RefCell::new(Vec::new());
    let known = Known {
        template: &|name| desk.template(name),
        convert: &|definition| {
            let Converted { query, lost: of_definition } = whole(presentation_exchange::convert_value(definition))?;
            lost.replace(of_definition.iter().map(|lost| json!(lost)).collect());
            Ok(json!(query))
        },
    };
    let mut ask = Ask::decode(body, &known).map_err(faulty)?;
    ask.profile = ask.profile.or(desk.profile);
    let policy: &Policy = match &ask.policy {
        Some(_) if !service.config.allow_policy => return Err(Kind::PolicyNotAllowed.into()),
        Some(policy) => policy,
        None => &service.policy,
    };
    // Without a list every verdict would blame the wallet's credentials.
    if policy.issuers == IssuerDemand::Listed && !service.has_trust() {
        return Err(Kind::NotReady.into());
    }
    if let Some(webhook) = &ask.webhook {
        let to = Locator::new(webhook.url.as_str());
        let is_served = desk.webhooks.is_some()
            && service.fetcher.as_ref().zip(to).is_some_and(|(client, to)| client.delivers_to(&to));
        if !is_served {
            return Err(Kind::WebhooksOff.into());
        }
    }
    Ok((ask, lost.into_inner()))
}

/// A definition that became a query without losing a demand: a weaker question than the one that was put is never asked in its place.
fn whole(converted: Result<Converted, Vec<QueryFault>>) -> Result<Converted, Vec<String>> {
    let converted = converted.map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let demands: Vec<String> = converted.lost.iter().filter(|lost| lost.is_demand).map(ToString::to_string).collect();
    if demands.is_empty() { Ok(converted) } else { Err(demands) }
}

/// What the relying party is told of its session.
fn described(session: &Session, secrets: &Secrets, mut hints: Vec<Value>) -> Map<String, Value> {
    let id = &secrets.transaction;
    let lint = session.query().map(|query| query.lint()).unwrap_or_default();
    hints.extend(lint.iter().map(|hint| json!(hint)));
    let members = [
        ("id", json!(id)),
        ("state", session.stage.name().into()),
        ("expires", json!(session.expires)),
        ("result", format!("/v1/presentations/{id}").into()),
        ("events", format!("/v1/presentations/{id}/events").into()),
        ("hints", hints.into()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn faulty(faults: Vec<Fault>) -> Problem {
    let is_of_query = |fault: &Fault| fault.member.starts_with("dcql_query");
    let code = if faults.iter().any(|fault| fault.member == "response_uri") {
        Some("vp.response_uri")
    } else {
        faults.iter().any(is_of_query).then_some("vp.dcql_invalid")
    };
    Problem::new(Kind::BadAsk).with_faults(code, &faults)
}

fn unaskable(fault: RequestFault) -> Problem {
    match fault {
        RequestFault::Refused(_) => Kind::BadAsk.into(),
        RequestFault::Ours(fault) => {
            tracing::error!(fault, "request");
            Kind::Internal.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_that_loses_a_demand_is_refused() {
        let of = |filter: &str| {
            let definition = format!(
                r#"{{"id":"d","purpose":"p","input_descriptors":[{{"id":"a","format":{{"dc+sd-jwt":{{}}}},"constraints":{{"fields":[{{"path":["$.age"],"filter":{filter}}}]}}}}]}}"#
            );
            whole(presentation_exchange::convert(definition.as_bytes()))
        };
        let lost = of(r#"{"minimum":18}"#).unwrap_err();
        assert_eq!(lost.len(), 1);
        assert!(lost[0].starts_with("/input_descriptors/0/constraints/fields/0/filter/minimum: filter.minimum: "));
        // What is no demand is a hint.
        assert_eq!(of(r#"{"const":18}"#).map(|converted| converted.lost.len()), Ok(1));
    }
}
