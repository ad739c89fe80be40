//! Status lists of W3C credentials: Bitstring Status List 1.0, and StatusList2021 from before it.
//!
//! ```text
//! {"type": ["VerifiableCredential", "BitstringStatusListCredential"], "id": URL, "issuer": ..,
//!  "credentialSubject": {"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": "uH4sI.."}}
//! ```
//! A list is itself a credential; whoever comes here has verified it. Place 0 stands in the most significant bit of the first
//! byte. A list as it was at an earlier time (`timestamp`) is not asked for.

use crate::credential::{StatusEntry, StatusKind};
use crate::encoding::json::Value;
use crate::encoding::multibase::{self, Base};
use crate::encoding::{base64url, deflate};
use crate::limits;
use crate::reason::{Code, Fact, Reason};

/// Places of the shortest list that hides whose status is asked for (3.2).
pub const LEAST_PLACES: u64 = 131_072;
/// Bits of the largest place that we read.
const MOST_BITS: u8 = 8;

/// How one kind of list names its parts.
struct Dialect {
    kind: StatusKind,
    credential: &'static str,
    subject: &'static str,
}

const DIALECTS: [Dialect; 2] = [
    Dialect {
        kind: StatusKind::Bitstring,
        credential: "BitstringStatusListCredential",
        subject: "BitstringStatusList",
    },
    Dialect { kind: StatusKind::StatusList2021, credential: "StatusList2021Credential", subject: "StatusList2021" },
];

/// A status list, unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitstringList {
    /// Its kind.
    pub kind: StatusKind,
    /// The URL that it says to be published at.
    pub id: Option<String>,
    /// What it is about, at least one.
    pub purposes: Vec<String>,
    /// Milliseconds for which a copy may be used.
    pub ttl_ms: Option<i64>,
    bits: Option<u8>,
    messages: Vec<(u64, String)>,
    bytes: Vec<u8>,
}

/// What a list says of one credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Nothing is the matter.
    Clear,
    /// There is a newer credential, or a service that has it.
    Refresh,
    /// A message, as the issuer worded it.
    Message(String),
}

impl BitstringList {
    /// The list in the claims of its credential.
    ///
    /// # Errors
    /// `status.malformed`; `status.length` when it is shorter than [`LEAST_PLACES`]; `input.decompressed_too_large` at stage
    /// `status` when it unpacks to more than [`limits::STATUS_LIST_BYTES`].
    pub fn decode(claims: &Value<'_>) -> Result<BitstringList, Reason> {
        let is = |value: &Value<'_>, name: &str| {
            value.member("type").is_some_and(|types| types.items().iter().any(|item| item.as_str() == Some(name)))
        };
        let mut dialects = DIALECTS.iter().filter(|dialect| is(claims, dialect.credential));
        let (Some(dialect), None) = (dialects.next(), dialects.next()) else {
            return Err(malformed("a credential of the type of a status list"));
        };
        let subject = match claims.member("credentialSubject").map(Value::items) {
            Some([subject]) if is(subject, dialect.subject) => subject,
            _ => return Err(malformed(format!("one subject of type `{}`", dialect.subject))),
        };
        let bits = subject.member("statusSize").map(read_size).transpose()?;
        let messages = subject.member("statusMessages").or_else(|| subject.member("statusMessage"));
        let packed = subject.member("encodedList").and_then(Value::as_str);
        let bytes = unpacked(dialect.kind, packed.ok_or_else(|| malformed("a text as `encodedList`"))?)?;
        if places(&bytes, 1) < LEAST_PLACES {
            return Err(Reason::new(Code::StatusLength)
                .expected(text_of(LEAST_PLACES))
                .got(text_of(places(&bytes, 1))));
        }
        Ok(BitstringList {
            kind: dialect.kind,
            id: claims.member("id").and_then(Value::as_str).map(str::to_owned),
            purposes: read_purposes(subject)?,
            ttl_ms: subject.member("ttl").map(read_ttl).transpose()?,
            messages: messages.map(|value| read_messages(value, bits)).transpose()?.unwrap_or_default(),
            bits,
            bytes,
        })
    }

    /// The value at the entry's place, 0 = nothing is the matter.
    ///
    /// # Errors
    /// `status.length` when places of the entry's size are too few, `status.index` when the place is outside of the list,
    /// `status.malformed` when entry and list disagree about the size.
    pub fn value_of(&self, entry: &StatusEntry) -> Result<u64, Reason> {
        let bits = self.bits_for(entry)?;
        let count = places(&self.bytes, bits);
        if count < LEAST_PLACES {
            return Err(Reason::new(Code::StatusLength).expected(text_of(LEAST_PLACES)).got(text_of(count)));
        }
        if entry.index >= count {
            return Err(Reason::new(Code::StatusIndex).expected(format!("a place below {count}")));
        }
        let first = entry.index.saturating_mul(u64::from(bits));
        let bit = |at: u64| {
            let byte =
                usize::try_from(at / 8).ok().and_then(|place| self.bytes.get(place)).copied().unwrap_or_default();
            u64::from(byte >> (7 - at % 8) & 1)
        };
        Ok((first..first.saturating_add(u64::from(bits))).fold(0, |value, at| value << 1 | bit(at)))
    }

    /// What the list says of the credential with this entry.
    ///
    /// # Errors
    /// `status.revoked`, `status.suspended`, `status.unknown_type` for a purpose that nobody here knows; `status.uri_mismatch`
    /// and `status.purpose` when it is another list than the entry means; `status.malformed` when values of several bits have no
    /// meaning; those of [`Self::value_of`].
    pub fn check(&self, entry: &StatusEntry) -> Result<Meaning, Reason> {
        if self.kind != entry.kind {
            return Err(malformed("a list of the entry's kind"));
        }
        if self.id.as_ref().is_some_and(|id| *id != entry.list) {
            return Err(Reason::new(Code::StatusUriMismatch)
                .expected(entry.list.clone())
                .got(self.id.clone().unwrap_or_default()));
        }
        if !self.purposes.contains(&entry.purpose) {
            let reason = Reason::new(Code::StatusPurpose).expected(entry.purpose.clone());
            return Err(reason.got(self.purposes.join(", ")));
        }
        let texts = self.messages_for(entry)?;
        let value = self.value_of(entry)?;
        let text = texts.iter().find(|(known, _)| *known == value).map(|(_, text)| text.clone());
        match (entry.purpose.as_str(), value) {
            // A single bit has words of its own where the issuer gives it none (2.1).
            ("message", _) => {
                Ok(Meaning::Message(text.unwrap_or_else(|| if value == 0 { "unset" } else { "set" }.to_owned())))
            }
            (_, 0) => Ok(Meaning::Clear),
            ("revocation", _) => Err(Reason::new(Code::StatusRevoked)),
            ("suspension", _) => Err(Reason::new(Code::StatusSuspended)),
            ("refresh", _) => Ok(Meaning::Refresh),
            _ => Err(Reason::new(Code::StatusUnknownType).got(entry.purpose.clone())),
        }
    }

    /// Bits of one place: as the entry says, or the list, or one.
    fn bits_for(&self, entry: &StatusEntry) -> Result<u8, Reason> {
        match (entry.bits, self.bits) {
            (Some(own), Some(list)) if own != list => Err(malformed(format!("{list} as the entry's `statusSize`"))),
            (own, list) => Ok(own.or(list).unwrap_or(1)),
        }
    }

    /// What the values mean; places of more than one bit must say.
    fn messages_for<'m>(&'m self, entry: &'m StatusEntry) -> Result<&'m [(u64, String)], Reason> {
        let bits = self.bits_for(entry)?;
        let messages = if entry.messages.is_empty() { &self.messages } else { &entry.messages };
        let due = 1_usize << bits.min(MOST_BITS);
        match messages.len() {
            0 if bits == 1 => Ok(&[]),
            count if count == due => Ok(messages),
            count => Err(malformed(format!("{due} messages as `statusMessage`")).got(count)),
        }
    }
}

/// Places of so many bits that the bytes hold.
fn places(bytes: &[u8], bits: u8) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX).saturating_mul(8) / u64::from(bits.max(1))
}

/// The bits behind `encodedList`: gzip in base64url, with the multibase prefix `u` since Bitstring Status List.
fn unpacked(kind: StatusKind, text: &str) -> Result<Vec<u8>, Reason> {
    let packed = match kind {
        StatusKind::Bitstring => multibase::decode(text, &[Base::Base64Url]),
        _ => base64url::decode(text).or_else(|_| base64url::decode_standard(text)),
    };
    let packed = packed.map_err(|_| malformed("base64url as `encodedList`"))?;
    deflate::inflate_gzip_limited(&packed, limits::STATUS_LIST_BYTES).map_err(|reason| match reason.code() {
        Code::InputDecompressedTooLarge => reason.at(crate::reason::Stage::Status),
        _ => malformed("gzip data in `encodedList`"),
    })
}

fn read_purposes(subject: &Value<'_>) -> Result<Vec<String>, Reason> {
    let wrong = || malformed("texts as `statusPurpose` of the list");
    let all = subject.member("statusPurpose").map(Value::items).filter(|all| !all.is_empty()).ok_or_else(wrong)?;
    all.iter().map(|item| item.as_str().filter(|text| !text.is_empty()).map(str::to_owned).ok_or_else(wrong)).collect()
}

fn read_ttl(value: &Value<'_>) -> Result<i64, Reason> {
    value.as_i64().filter(|ttl| *ttl >= 0).ok_or_else(|| malformed("milliseconds as `ttl`").got(value.kind()))
}

/// `statusSize`: bits of one place.
///
/// # Errors
/// `status.malformed` unless it is an integer from 1 to 8.
pub fn read_size(value: &Value<'_>) -> Result<u8, Reason> {
    let size = value.as_i64().and_then(|size| u8::try_from(size).ok()).filter(|size| (1..=MOST_BITS).contains(size));
    size.ok_or_else(|| malformed("1 to 8 as `statusSize`").got(value.kind()))
}

/// `statusMessage`: a message for each value that a place of `bits` can hold.
///
/// # Errors
/// `status.malformed` when one is missing, of another shape, or stands twice.
pub fn read_messages(value: &Value<'_>, bits: Option<u8>) -> Result<Vec<(u64, String)>, Reason> {
    let due = 1_usize << bits.unwrap_or(1).min(MOST_BITS);
    let wrong = || malformed(format!("{due} messages, one for each value, as `statusMessage`"));
    let all = value.as_array().filter(|all| all.len() == due).ok_or_else(wrong)?;
    let mut messages: Vec<(u64, String)> = Vec::with_capacity(due);
    for item in all {
        let status = item.member("status").and_then(Value::as_str).and_then(|text| text.strip_prefix("0x"));
        let status = status.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let status = status.and_then(|digits| u64::from_str_radix(digits, 16).ok()).ok_or_else(wrong)?;
        let message = item.member("message").and_then(Value::as_str).ok_or_else(wrong)?;
        let is_known = messages.iter().any(|(known, _)| *known == status);
        if is_known || !usize::try_from(status).is_ok_and(|status| status < due) {
            return Err(wrong());
        }
        messages.push((status, message.to_owned()));
    }
    Ok(messages)
}

fn malformed(expected: impl Into<Fact>) -> Reason {
    Reason::new(Code::StatusMalformed).expected(expected)
}

fn text_of(places: u64) -> String {
    format!("{places} places")
}

#[cfg(test)]
mod tests;
