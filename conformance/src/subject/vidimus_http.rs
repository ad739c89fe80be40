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
        let mut body = Map::new();
        match (&question.input.text, &question.input.base64url) {
            (Some(text), _) => body.insert("input".to_owned(), Value::String(text.clone())),
            (None, coded) => body.insert("input_base64".to_owned(), Value::String(coded.clone().unwrap_or_default())),
        };
        body.insert("at".to_owned(), Value::String(question.occasion.now.clone()));
        if !question.policy.is_null() {
            body.insert("policy".to_owned(), question.policy.clone());
        }
        if let Some(format) = &question.input.format {
            body.insert("format".to_owned(), Value::String(format.clone()));
        }
        if !question.occasion.types.is_empty() {
            body.insert("types".to_owned(), question.occasion.types.clone().into());
        }
        match self.poster.post(&self.url, serde_json::to_vec(&body).unwrap_or_default(), limit) {
            Ok((200, report)) => reply_of_report(&report),
            // Larger than any body that the service takes: refused, if without a report.
            Ok((413, _)) => Reply::Answer(Box::new(Answer { verdict: "rejected".to_owned(), ..Answer::default() })),
            Ok((status, _)) => Reply::Crash(format!("HTTP status {status}")),
            Err(reply) => reply,
        }
    }
}
