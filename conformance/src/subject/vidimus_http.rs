//! The subject `vidimus-http:URL`: the service's `/v1/verify`, started with the trust of the set (`corpus-trust`).

use std::time::Duration;

use serde_json::{Map, Value};

use super::http::Poster;
use super::report::reply_of_report;
use super::{Reply, Subject};
use crate::question::{Answer, Question};

/// A running service.
pub struct VidimusHttp {
    poster: Poster,
    url: String,
}

impl VidimusHttp {
    /// The subject that asks the service at this base URL.
    ///
    /// # Errors
    /// A sentence, when no HTTP client can be made.
    pub fn new(base: &str) -> Result<Self, String> {
        Ok(VidimusHttp { poster: Poster::new()?, url: format!("{}/v1/verify", base.trim_end_matches('/')) })
    }
}

impl Subject for VidimusHttp {
    fn ask(&self, question: &Question, limit: Duration) -> Reply {
        if !question.evidence.is_empty() {
            return Reply::Unsupported("the service takes no evidence from outside".to_owned());
        }
        ask_at(&self.poster, &self.url, question, limit)
    }
}

/// What a service answers at the URL of its `/v1/verify`.
pub(super) fn ask_at(poster: &Poster, url: &str, question: &Question, limit: Duration) -> Reply {
    let body = serde_json::to_vec(&body_of(question)).unwrap_or_default();
    match poster.post(url, body, limit) {
        Ok((200, report)) => reply_of_report(&report),
        // Larger than any body that the service takes: refused, if without a report.
        Ok((413, _)) => Reply::Answer(Box::new(Answer { verdict: "rejected".to_owned(), ..Answer::default() })),
        Ok((status, _)) => Reply::Crash(format!("HTTP status {status}")),
        Err(reply) => reply,
    }
}

/// The question as the service takes it.
fn body_of(question: &Question) -> Map<String, Value> {
    let mut body = Map::new();
    let mut add = |name: &str, value: Option<&String>| {
        if let Some(text) = value {
            body.insert(name.to_owned(), Value::String(text.clone()));
        }
    };
    add("input", question.input.text.as_ref());
    add("input_base64", question.input.base64url.as_ref().filter(|_| question.input.text.is_none()));
    add("at", Some(&question.occasion.now));
    add("format", question.input.format.as_ref());
    add("nonce", question.occasion.nonce.as_ref());
    add("audience", question.occasion.audience.as_ref());
    add("identity", question.occasion.identity.as_ref());
    if let Some(status) = &question.occasion.status_reference {
        body.insert("status_reference".to_owned(), status.clone());
    }
    if let Some(query) = &question.occasion.dcql_query {
        body.insert("dcql_query".to_owned(), query.clone());
    }
    if !question.policy.is_null() {
        body.insert("policy".to_owned(), question.policy.clone());
    }
    if !question.occasion.transaction_data.is_empty() {
        body.insert("transaction_data".to_owned(), question.occasion.transaction_data.clone().into());
    }
    for (name, list) in [("types", &question.occasion.types), ("elements", &question.occasion.elements)] {
        if !list.is_empty() {
            body.insert(name.to_owned(), list.clone().into());
        }
    }
    // A session that is none was told of by whoever wrote the question.
    if let Ok(Some(session)) = question.occasion.session() {
        body.insert("session".to_owned(), serde_json::to_value(session).unwrap_or_default());
    }
    body
}
