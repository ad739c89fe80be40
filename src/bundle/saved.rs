//! The replay file's JSON: its members, and how bytes and times are written in it.

use std::sync::Arc;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::bundle::{Bundle, BundleFault};
use crate::credential::Input;
use crate::encoding::base64url;
use crate::evidence::{Document, Evidence};
use crate::occasion::Occasion;
use crate::occasion::session::Session;
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::trust::entry::Entry;

/// The version of the file format.
const VERSION: u32 = 1;

/// The file as it is read; the report's text is cut out of it apart.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Saved {
    vidimus_bundle: u32,
    input: SavedInput,
    occasion: SavedOccasion,
    policy: Policy,
    trust: Vec<Entry>,
    trust_digest: String,
    evidence: Vec<SavedDocument>,
    #[expect(dead_code, reason = "read apart, but it must be there")]
    report: IgnoredAny,
}

/// The file as it is written.
#[derive(Serialize)]
struct File<'b> {
    vidimus_bundle: u32,
    input: SavedInput,
    occasion: SavedOccasion,
    policy: &'b Policy,
    trust: &'b [Entry],
    trust_digest: &'b str,
    evidence: Vec<SavedDocument>,
    report: serde_json::Value,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedInput {
    /// The input as it came, base64url.
    bytes: String,
    /// The same for people, when it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The format that the caller named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedOccasion {
    now: SavedTime,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    types: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    transaction_data: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status_reference: Option<String>,
    session: Option<Session>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    elements: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dcql_query: Option<String>,
}

impl SavedOccasion {
    fn of(occasion: &Occasion) -> Self {
        SavedOccasion {
            now: SavedTime::of(occasion.now),
            types: occasion.types.clone(),
            nonce: occasion.nonce.clone(),
            audience: occasion.audience.clone(),
            transaction_data: occasion.transaction_data.clone(),
            identity: occasion.identity.clone(),
            status_reference: occasion.status_reference.clone(),
            session: occasion.session.clone(),
            elements: occasion.elements.clone(),
            dcql_query: occasion.dcql_query.clone(),
        }
    }

    fn into_occasion(self) -> Result<Occasion, BundleFault> {
        Ok(Occasion {
            now: self.now.into_time("occasion.now")?,
            types: self.types,
            nonce: self.nonce,
            audience: self.audience,
            transaction_data: self.transaction_data,
            identity: self.identity,
            status_reference: self.status_reference,
            session: self.session,
            elements: self.elements,
            dcql_query: self.dcql_query,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedDocument {
    locator: String,
    status: u16,
    fetched_at: SavedTime,
    /// The body, base64url.
    body: String,
}

/// RFC 3339 where that can say it, else seconds.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum SavedTime {
    Text(String),
    Seconds(i64),
}

impl SavedTime {
    fn of(time: Timestamp) -> Self {
        let text = time.to_string();
        if Timestamp::from_rfc3339(&text) == Some(time) {
            SavedTime::Text(text)
        } else {
            SavedTime::Seconds(time.seconds())
        }
    }

    fn into_time(self, member: &'static str) -> Result<Timestamp, BundleFault> {
        match self {
            SavedTime::Text(text) => Timestamp::from_rfc3339(&text).ok_or(BundleFault::Time(member)),
            SavedTime::Seconds(seconds) => Ok(Timestamp::from_seconds(seconds)),
        }
    }
}

impl Saved {
    /// The bundle, when every member makes sense.
    pub(super) fn into_bundle(self, report: String) -> Result<Bundle, BundleFault> {
        if self.vidimus_bundle != VERSION {
            return Err(BundleFault::Version(self.vidimus_bundle));
        }
        let bytes = base64url::decode(&self.input.bytes).map_err(|_| BundleFault::Bytes("input.bytes"))?;
        if self.input.text.is_some_and(|text| text.as_bytes() != bytes) {
            return Err(BundleFault::TextDiffers);
        }
        let mut evidence = Evidence::none();
        for document in self.evidence {
            evidence.insert(Document {
                locator: document.locator,
                status: document.status,
                fetched_at: document.fetched_at.into_time("evidence.fetched_at")?,
                body: base64url::decode(&document.body).map_err(|_| BundleFault::Bytes("evidence.body"))?,
            });
        }
        Ok(Bundle {
            input: Input { bytes, format: self.input.format },
            occasion: self.occasion.into_occasion()?,
            policy: Arc::new(self.policy),
            trust: self.trust,
            trust_digest: self.trust_digest,
            evidence,
            report,
        })
    }
}

/// The file's text.
pub(super) fn text_of(bundle: &Bundle) -> String {
    let report = crate::encoding::json::decode(bundle.report.as_bytes());
    let file = File {
        vidimus_bundle: VERSION,
        input: SavedInput {
            bytes: base64url::encode(&bundle.input.bytes),
            text: std::str::from_utf8(&bundle.input.bytes).ok().map(str::to_owned),
            format: bundle.input.format.clone(),
        },
        occasion: SavedOccasion::of(&bundle.occasion),
        policy: &bundle.policy,
        trust: &bundle.trust,
        trust_digest: &bundle.trust_digest,
        evidence: bundle.evidence.documents().map(saved_document).collect(),
        report: report.map(|report| report.to_serde()).unwrap_or_default(),
    };
    let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
    text.push('\n');
    text
}

fn saved_document(document: &Document) -> SavedDocument {
    SavedDocument {
        locator: document.locator.clone(),
        status: document.status,
        fetched_at: SavedTime::of(document.fetched_at),
        body: base64url::encode(&document.body),
    }
}

/// These bytes in hexadecimal.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
