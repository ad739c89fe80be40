//! Reports: what goes out. The verdict, every stage with its reasons, and, of an accepted credential only, its claims.

use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::check::{Check, Note, Outcome};
use crate::core_data::CoreData;
use crate::format::{Context, Disclosed, Format};
use crate::locator::Locator;
use crate::policy::dcql::Facts;
use crate::reason::{Reason, Stage};
use crate::time::Timestamp;
use crate::trust::{Consulted, SignerDescription};
use crate::verdict::Verdict;

/// Most reports fit into so many bytes.
pub const REPORT_BYTES: usize = 3 << 10;

/// The answer to one request: one part for each credential of the input.
#[derive(Debug)]
pub struct Report {
    parts: Vec<Part>,
}

/// The judgement of one credential.
pub struct Part {
    /// What it comes to.
    pub verdict: Verdict,
    /// The format, when it was recognised.
    pub format: Option<&'static dyn Format>,
    /// Every stage, in order; one row a fault.
    pub checks: Vec<Check>,
    /// Who signed, or who is said to have signed: see `signature_right`.
    pub issuer: Option<Arc<SignerDescription>>,
    /// `true` when the signature is right under the key of `issuer`.
    pub signature_right: bool,
    /// What the credential says of times.
    pub times: Times,
    /// Remarks; they change no verdict.
    pub notes: Vec<Note>,
    /// Documents looked at.
    pub evidence: Vec<EvidenceUsed>,
    /// The credentials of a presentation.
    pub parts: Vec<Part>,
    /// `true` when it is a presentation, which may hold no credential.
    pub is_presentation: bool,
    pub(crate) payload: Vec<u8>,
    pub(crate) facts: Option<Box<Facts>>,
    pub(crate) consulted: Vec<Consulted>,
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Part").field("verdict", &self.verdict).field("checks", &self.checks).finish_non_exhaustive()
    }
}

/// The times that a credential declares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Times {
    /// When it was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<Timestamp>,
    /// Not valid before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// Not valid from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

impl Times {
    fn is_empty(&self) -> bool {
        *self == Times::default()
    }
}

/// A document that a verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct EvidenceUsed {
    /// Where it came from.
    pub locator: String,
    /// When it was fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fetched_at: Option<Timestamp>,
    /// Its age at the time of the verification, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_seconds: Option<i64>,
}

impl EvidenceUsed {
    /// The document at that locator, as the context holds it.
    pub(crate) fn of(locator: String, context: &Context<'_>) -> Self {
        let fetched_at = context.evidence.document(&locator).map(|document| document.fetched_at);
        let age_seconds = fetched_at.map(|at| context.occasion.now.seconds().saturating_sub(at.seconds()));
        EvidenceUsed { locator, fetched_at, age_seconds }
    }
}

impl Report {
    /// The report on an input in which no credential was found.
    pub(crate) fn refused(reason: Reason) -> Self {
        let mut findings = crate::check::Findings::new();
        findings.fail(reason.at(Stage::Decode));
        Report {
            parts: vec![Part {
                verdict: Verdict::Rejected,
                format: None,
                checks: findings.into_checks(),
                issuer: None,
                signature_right: false,
                times: Times::default(),
                notes: Vec::new(),
                evidence: Vec::new(),
                parts: Vec::new(),
                is_presentation: false,
                payload: Vec::new(),
                facts: None,
                consulted: Vec::new(),
            }],
        }
    }

    pub(crate) fn of_parts(parts: Vec<Part>) -> Self {
        Report { parts }
    }

    /// `accepted` when every credential of the input is, `rejected` when one is, else `indeterminate`.
    pub fn verdict(&self) -> &'static str {
        if self.all_parts().any(|part| matches!(part.verdict, Verdict::Rejected)) || self.parts.is_empty() {
            "rejected"
        } else if self.all_parts().all(|part| matches!(part.verdict, Verdict::Accepted(_))) {
            "accepted"
        } else {
            "indeterminate"
        }
    }

    /// `true` when every credential of the input is accepted.
    pub fn is_accepted(&self) -> bool {
        self.verdict() == "accepted"
    }

    /// The credentials of the input, at least one.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The credentials of the input and, behind each, those inside it.
    pub fn all_parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().flat_map(|part| std::iter::once(part).chain(&part.parts))
    }

    /// The first fault: of the earliest stage of the first part that has one.
    pub fn first_reason(&self) -> Option<&Reason> {
        self.reasons().next()
    }

    /// Every fault, in order.
    pub fn reasons(&self) -> impl Iterator<Item = &Reason> {
        self.all_parts().flat_map(|part| &part.checks).filter_map(|check| check.outcome.reason())
    }

    /// Locators of documents that would settle what could not be told.
    pub fn missing(&self) -> impl Iterator<Item = &Locator> {
        self.all_parts().flat_map(|part| &part.checks).filter_map(|check| match &check.outcome {
            Outcome::Unknown(_, locator) => locator.as_ref(),
            _ => None,
        })
    }

    /// The pieces of the trust snapshot that the verdict rests on.
    pub fn consulted(&self) -> impl Iterator<Item = &Consulted> {
        self.all_parts().flat_map(|part| &part.consulted)
    }

    /// The report as JSON text. The same report always gives the same bytes.
    pub fn to_json(&self) -> String {
        let mut text = Vec::with_capacity(REPORT_BYTES);
        self.write_json(&mut text);
        String::from_utf8(text).unwrap_or_default()
    }

    /// Writes the same text behind what is there.
    pub fn write_json(&self, text: &mut Vec<u8>) {
        let before = text.len();
        if serde_json::to_writer(&mut *text, self).is_err() {
            text.truncate(before);
        }
    }
}

impl Part {
    /// What the credential says, of an accepted credential only.
    pub fn disclosed(&self) -> Option<Disclosed<'_>> {
        match (&self.verdict, self.format) {
            (Verdict::Accepted(_), Some(format)) => Some(format.disclose(&self.payload)),
            _ => None,
        }
    }

    /// The claims as JSON, of an accepted credential only.
    pub fn claims(&self) -> Option<serde_json::Value> {
        self.disclosed().map(|disclosed| disclosed.claims_json())
    }

    /// What the credential is, as far as a query may ask: of an accepted credential only, and only where the occasion had a
    /// `dcql_query`.
    pub fn facts(&self) -> Option<&Facts> {
        self.facts.as_deref().filter(|_| matches!(self.verdict, Verdict::Accepted(_)))
    }

    /// The claims in the vocabulary that all formats share, of an accepted credential only.
    pub fn core_data(&self) -> Option<CoreData> {
        self.disclosed().map(|disclosed| disclosed.core)
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let ([part], []) = (self.parts.as_slice(), self.parts.first().map_or(&[][..], |part| &part.parts)) {
            return part.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("verdict", self.verdict())?;
        map.serialize_entry("parts", &self.parts)?;
        map.end()
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("verdict", self.verdict.name())?;
        if let Some(format) = self.format {
            map.serialize_entry("format", format.about().name)?;
        }
        map.serialize_entry("checks", &self.checks)?;
        if let Some(issuer) = &self.issuer {
            map.serialize_entry("issuer", issuer)?;
        }
        if !self.times.is_empty() {
            map.serialize_entry("times", &self.times)?;
        }
        if let Some(disclosed) = self.disclosed() {
            map.serialize_entry("claims", &Claims(&disclosed))?;
            map.serialize_entry("core", &disclosed.core)?;
        }
        if !self.parts.is_empty() {
            map.serialize_entry("parts", &self.parts)?;
        }
        if !self.notes.is_empty() {
            map.serialize_entry("notes", &self.notes)?;
        }
        if !self.evidence.is_empty() {
            map.serialize_entry("evidence", &self.evidence)?;
        }
        map.end()
    }
}

/// The claims as one JSON object.
struct Claims<'d, 'p>(&'d Disclosed<'p>);

impl Serialize for Claims<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.claims.iter().map(|(name, claim)| (name, claim)))
    }
}
