//! Questions and answers: what is put before a verifier, and what it says. The two JSON objects of `PROTOCOL.md`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use vidimus::occasion::session::{Secret, Session};

/// One question, complete in itself: input, time, policy, trust and evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The credential as it came.
    pub input: Payload,
    /// When, and for what, it is shown.
    pub occasion: Occasion,
    /// The relying party's demands, in the policy file's format; an empty object means all defaults.
    #[serde(default)]
    pub policy: Value,
    /// Who may sign what, in the trust store's format.
    #[serde(default)]
    pub trust: Vec<Value>,
    /// Every answer that the network would give; anything else is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Document>,
}

/// Bytes with their media type. Exactly one of `text` and `base64url` is there (in a vector file also `file`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload {
    /// Media type, as a caller would say it.
    pub media_type: String,
    /// The format that the caller says it is, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The content as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The content as base64url without padding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64url: Option<String>,
    /// The content in a file beside the vector; never in a question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// When, and for what, a credential is shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Occasion {
    /// The present, RFC 3339 in UTC.
    pub now: String,
    /// Challenge of the presentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Whom the presentation is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// What the holder is known by, for hashed identities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// What a status list is asked about, where the input is one: the `status` of a credential, identifiers as base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_reference: Option<Value>,
    /// CBOR of the session transcript, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_transcript: Option<String>,
    /// What an mdoc's device is to have signed for, where no transcript is brought: `handover` and its members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Value>,
    /// Elements of an mdoc that were asked for, `namespace/element`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<String>,
    /// A DCQL query of which each credential must answer one credential query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dcql_query: Option<Value>,
    /// Credential types asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Transaction data of the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transaction_data: Vec<String>,
    /// The reader's private key, JWK as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader_private_key: Option<String>,
}

/// One answer of the network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The URL asked.
    pub locator: String,
    /// HTTP status; 0 when there was no answer.
    pub status: u16,
    /// When it was fetched, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched_at: Option<String>,
    /// Media type of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The body as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The body as base64url without padding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64url: Option<String>,
    /// The body in a file beside the vector; never in a question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// What a verifier says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// `accepted`, `rejected` or `indeterminate`; `unsupported` when the verifier does not know this kind of question.
    pub verdict: String,
    /// The stage of the first fault, if the verifier tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The code of the first fault, if the verifier tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The codes of every fault, if the verifier tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
    /// What an accepted credential says, if the verifier tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<Value>,
}

impl Question {
    /// `true` when one place gives two answers, one after the other: few can be told of that.
    pub fn has_earlier_answers(&self) -> bool {
        let mut places: Vec<&str> = self.evidence.iter().map(|document| document.locator.as_str()).collect();
        places.sort_unstable();
        !places.is_sorted_by(|one, other| one < other)
    }
}

impl Occasion {
    /// The session in the library's own terms: members or transcript, with the reader's key.
    ///
    /// # Errors
    /// A sentence, when the members are not those of a session.
    pub fn session(&self) -> Result<Option<Session>, String> {
        let mut session = match (&self.session, &self.session_transcript) {
            (Some(members), _) => {
                serde_json::from_value(members.clone()).map_err(|error| format!("session: {error}"))?
            }
            (None, Some(transcript)) => Session { transcript: Some(transcript.clone()), ..Session::default() },
            (None, None) => return Ok(None),
        };
        session.reader_key = self.reader_private_key.clone().map(Secret::new);
        Ok(Some(session))
    }
}

impl Payload {
    /// A text of this media type.
    pub fn text(media_type: &str, text: impl Into<String>) -> Self {
        Payload { media_type: media_type.to_owned(), text: Some(text.into()), ..Payload::default() }
    }

    /// Bytes of this media type.
    pub fn bytes(media_type: &str, bytes: &[u8]) -> Self {
        let base64url = Some(vidimus::encoding::base64url::encode(bytes));
        Payload { media_type: media_type.to_owned(), base64url, ..Payload::default() }
    }

    /// The same, with a hint of the format.
    #[must_use]
    pub fn of_format(mut self, format: &str) -> Self {
        self.format = Some(format.to_owned());
        self
    }

    /// The bytes themselves.
    ///
    /// # Errors
    /// A sentence, when there are none, more than one kind, or broken base64url.
    pub fn to_bytes(&self) -> Result<Vec<u8>, String> {
        content(self.text.as_deref(), self.base64url.as_deref())?.ok_or_else(|| "a payload without content".to_owned())
    }
}

impl Document {
    /// The body; empty when the network gave none.
    ///
    /// # Errors
    /// A sentence, when there is more than one kind of body, or broken base64url.
    pub fn to_bytes(&self) -> Result<Vec<u8>, String> {
        Ok(content(self.text.as_deref(), self.base64url.as_deref())?.unwrap_or_default())
    }
}

fn content(text: Option<&str>, base64url: Option<&str>) -> Result<Option<Vec<u8>>, String> {
    match (text, base64url) {
        (Some(text), None) => Ok(Some(text.as_bytes().to_vec())),
        (None, Some(coded)) => {
            vidimus::encoding::base64url::decode(coded).map(Some).map_err(|reason| format!("base64url: {reason}"))
        }
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err("both text and base64url".to_owned()),
    }
}
