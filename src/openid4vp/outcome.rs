//! Outcomes: what an answer came to, as the relying party reads it. One verdict over everything, what is wrong with the response or the
//! session, and the report on each presentation.
//!
//! ```json
//! { "verdict": "accepted" | "rejected" | "indeterminate", "checks": [{ "stage", "code", "sentence", "expected", "got", "hint" }],
//!   "presentations": [{ "id": query id, "report": {..} }], "client_id", "response_mode", "answered_at" }
//! ```

use serde::Serialize;

use crate::openid4vp::code::Refusal;
use crate::openid4vp::session::Session;
use crate::report::Report;
use crate::time::Timestamp;

/// What it all comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The query is answered by presentations that are accepted.
    Accepted,
    /// It is not.
    Rejected,
    /// It could not be told.
    Indeterminate,
}

/// What an answer came to.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// What it all comes to.
    pub verdict: Verdict,
    /// What is wrong with the response, the session, or what was shown as a whole. Of an accepted outcome only remarks
    /// (`vp.partial`: a presentation that was not needed is not good).
    pub checks: Vec<Row>,
    /// The report on each presentation, in the order of the response.
    pub presentations: Vec<Presented>,
    /// Who we were to the wallet; empty where the request was not signed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client_id: String,
    /// How the answer came.
    pub response_mode: &'static str,
    /// When it came.
    pub answered_at: Timestamp,
}

/// One row of an outcome.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Row {
    /// A fault of the protocol.
    Protocol(Refusal),
    /// What the query misses.
    Query(crate::check::Check),
}

impl Row {
    /// The code.
    pub fn code(&self) -> &'static str {
        match self {
            Row::Protocol(refusal) => refusal.code().as_str(),
            Row::Query(check) => check.outcome.reason().map_or("", |reason| reason.code().as_str()),
        }
    }
}

/// A presentation, and what was found.
#[derive(Debug, Serialize)]
pub struct Presented {
    /// The credential query that it answers.
    pub id: String,
    /// The report.
    pub report: Report,
}

impl Outcome {
    /// The outcome of an answer that is refused as a whole, before or without a look at what is in it.
    pub fn refused(session: &Session, refusal: Refusal, now: Timestamp) -> Outcome {
        Outcome {
            verdict: Verdict::Rejected,
            checks: vec![Row::Protocol(refusal)],
            presentations: Vec::new(),
            client_id: session.client_id.clone(),
            response_mode: session.ask.response_mode.name(),
            answered_at: now,
        }
    }

    /// `true` when the query is answered by accepted presentations.
    pub fn is_accepted(&self) -> bool {
        self.verdict == Verdict::Accepted
    }

    /// The codes of the rows, in order.
    pub fn codes(&self) -> Vec<&'static str> {
        self.checks.iter().map(Row::code).collect()
    }

    /// The outcome as JSON text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
