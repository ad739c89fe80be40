//! Questions: the JSON form of a request, as it stands in a body or in one line of a batch.

use std::sync::Arc;

use serde::Deserialize;
use utoipa::ToSchema;

use crate::credential::Input;
use crate::encoding::{base64url, json};
use crate::format;
use crate::occasion::Occasion;
use crate::occasion::session::Session;
use crate::policy::Policy;
use crate::policy::dcql::Query;
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;
use crate::time::Timestamp;
use crate::verify::Request;

/// A credential and what to judge it by.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Question {
    /// The credential as text.
    pub input: Option<String>,
    /// The credential as bytes (a picture, a file), base64. Either this or `input`.
    pub input_base64: Option<String>,
    /// The format's name, when the caller knows it: see /v1/formats.
    pub format: Option<String>,
    /// The time to judge by, RFC 3339, where the operator allows that; the service's clock otherwise.
    pub at: Option<String>,
    /// Credential types asked for; empty = any.
    pub types: Vec<String>,
    /// The nonce (`challenge`) that was given for a presentation; absent = not checked.
    pub nonce: Option<String>,
    /// Whom a presentation must be for (`domain`, `aud`); absent = not checked.
    pub audience: Option<String>,
    /// Transactions that a presentation must approve, each as the text that was sent (OpenID4VP).
    pub transaction_data: Vec<String>,
    /// What the holder is known by, matched against the hashed identity of a badge; absent = not checked.
    pub identity: Option<String>,
    /// What a status list is asked about, where the input is one: the `status` of a credential.
    #[schema(value_type = Option<Object>)]
    pub status_reference: Option<serde_json::Value>,
    /// What an mdoc's device is to have signed for: the handover's name and its members; absent = no session is known.
    #[schema(value_type = Option<Object>)]
    pub session: Option<Session>,
    /// Elements of an mdoc that were asked for, `namespace/element`; empty = not known. Others are noted.
    pub elements: Vec<String>,
    /// A DCQL query (OpenID4VP 1.0, 6) of which each credential that is shown must answer one credential query; absent = nothing is asked.
    #[schema(value_type = Option<Object>)]
    pub dcql_query: Option<serde_json::Value>,
    /// What the relying party demands, in place of the operator's policy; only where the operator allows that.
    #[schema(value_type = Option<Object>)]
    pub policy: Option<Policy>,
    /// In a batch only: echoed in the answer. A short text or an integer.
    #[schema(value_type = Option<Object>)]
    pub id: Option<serde_json::Value>,
}

impl Question {
    /// The question that this JSON text is.
    pub fn from_json(bytes: &[u8]) -> Result<Question, Problem> {
        json::from_slice(bytes).map_err(|reason| Problem::bad_json(&reason))
    }

    /// The question that one line of a batch is: an object, or the credential alone as a JSON string.
    pub fn from_line(line: &[u8]) -> Result<Question, Problem> {
        if line.first() == Some(&b'"') {
            let input = json::from_slice(line).map_err(|reason| Problem::bad_json(&reason))?;
            return Ok(Question { input: Some(input), ..Question::default() });
        }
        Question::from_json(line)
    }

    /// The name that the caller gave this question, if it is a proper one.
    pub fn id(&mut self) -> Result<Option<serde_json::Value>, Problem> {
        match self.id.take() {
            None => Ok(None),
            Some(serde_json::Value::String(text)) if text.len() <= 128 => Ok(Some(text.into())),
            Some(id) if id.is_i64() || id.is_u64() => Ok(Some(id)),
            Some(_) => Err(Kind::BadId.into()),
        }
    }

    /// The request to verify, as this service allows it to be asked.
    pub fn into_request(self, service: &Service, now: Timestamp) -> Result<Request, Problem> {
        let bytes = match (self.input, self.input_base64) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(text)) => base64url::decode_any(&text).map_err(|_| Kind::BadBase64)?,
            (None, None) => return Err(Kind::InputAbsent.into()),
            (Some(_), Some(_)) => return Err(Kind::InputTwice.into()),
        };
        if self.format.as_deref().is_some_and(|name| format::by_name(name).is_none()) {
            return Err(Kind::UnknownFormat.into());
        }
        let now = match self.at {
            None => now,
            Some(_) if !service.config.allow_at => return Err(Kind::TimeNotAllowed.into()),
            Some(text) => Timestamp::from_rfc3339(&text).ok_or(Kind::BadTime)?,
        };
        Ok(Request {
            input: Input { bytes, format: self.format },
            occasion: Occasion {
                now,
                types: self.types,
                nonce: self.nonce,
                audience: self.audience,
                transaction_data: self.transaction_data,
                identity: self.identity,
                status_reference: self.status_reference.map(|status| status.to_string()),
                session: self.session,
                elements: self.elements,
                dcql_query: self.dcql_query.map(query_of).transpose()?,
            },
            policy: policy_of(self.policy, service)?,
        })
    }
}

/// The query as text, when it is one.
fn query_of(value: serde_json::Value) -> Result<String, Problem> {
    let text = value.to_string();
    Query::decode(text.as_bytes()).map_err(Problem::bad_query)?;
    Ok(text)
}

/// The caller's demands where there are any, and the operator lets callers make them.
fn policy_of(asked: Option<Policy>, service: &Service) -> Result<Arc<Policy>, Problem> {
    match asked {
        None => Ok(service.policy.clone()),
        Some(_) if !service.config.allow_policy => Err(Kind::PolicyNotAllowed.into()),
        Some(policy) => Ok(Arc::new(policy)),
    }
}
