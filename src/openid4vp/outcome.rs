//! Outcomes: what an answer came to, as the relying party reads it. One verdict over everything, what is wrong with the response or the
//! session, and the report on each presentation.
//!
//! ```json
//! { "verdict": "accepted" | "rejected" | "indeterminate", "checks": [{ "stage", "code", "sentence", "expected", "got", "hint" }],
//!   "presentations": [{ "id": query id, "report": {..} }], "client_id", "response_mode", "answered_at" }
//! ```

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value as Json, json};

use crate::openid4vp::code::{Code, Refusal};
use crate::openid4vp::session::Session;
use crate::report::Report;
use crate::time::Timestamp;

/// What it all comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
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
#[derive(Debug)]
pub struct Outcome {
    /// What it all comes to.
    pub verdict: Verdict,
    /// What is wrong with the response, the session, or what was shown as a whole.
    pub checks: Vec<Row>,
    /// The report on each presentation, in the order of the response. What the credentials say goes out with an accepted outcome only,
    /// also of those that are good by themselves.
    pub presentations: Vec<Presented>,
    /// Who we were to the wallet; empty where the request was not signed.
    pub client_id: String,
    /// How the answer came.
    pub response_mode: &'static str,
    /// When it came.
    pub answered_at: Timestamp,
}

/// One row of an outcome.
#[derive(Debug, serde::Serialize)]
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
#[derive(Debug)]
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

    /// Why the answer does not belong to this session, though it was sent for it: a proof in it was made for another. `None` = it belongs.
    pub fn foreign(&self) -> Option<&Refusal> {
        const FOREIGN: [Code; 3] = [Code::Nonce, Code::ClientId, Code::SessionMismatch];
        self.checks.iter().find_map(|row| match row {
            Row::Protocol(refusal) if FOREIGN.contains(&refusal.code()) => Some(refusal),
            Row::Protocol(_) | Row::Query(_) => None,
        })
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

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shows = self.is_accepted();
        let presentation = |presented: &Presented| {
            let mut report = json!(&presented.report);
            if !shows {
                conceal(&mut report);
            }
            json!({ "id": presented.id, "report": report })
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("verdict", &self.verdict)?;
        map.serialize_entry("checks", &self.checks)?;
        map.serialize_entry("presentations", &self.presentations.iter().map(presentation).collect::<Vec<_>>())?;
        if !self.client_id.is_empty() {
            map.serialize_entry("client_id", &self.client_id)?;
        }
        map.serialize_entry("response_mode", self.response_mode)?;
        map.serialize_entry("answered_at", &self.answered_at)?;
        map.end()
    }
}

/// Takes out of a report, and of those on its parts, what the credential says.
fn conceal(report: &mut Json) {
    let Some(members) = report.as_object_mut() else { return };
    members.shift_remove("claims");
    members.shift_remove("core");
    let parts = members.get_mut("parts").and_then(Json::as_array_mut);
    parts.into_iter().flatten().for_each(conceal);
}
