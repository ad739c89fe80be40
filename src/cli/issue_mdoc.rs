//! `vidimus issue mdoc`: an issuer's part, out of JSON.
//!
//! ```json
//! { "docType": text, "nameSpaces": { name space: { element: value } }, "deviceNameSpaces": [name space], "status": {..} }
//! ```
//! JSON has no bytes and no dates: `{"$bytes": base64url}` is a byte string, `{"$date": "2026-06-01"}` a full-date (tag 1004),
//! `{"$time": "2026-06-01T12:00:00Z"}` a date and time (tag 0).

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::cli::input::read_file;
use crate::cli::trouble::Trouble;
use crate::crypto::algorithm::Hash;
use crate::crypto::jwk;
use crate::crypto::own_keys::OwnKey;
use crate::encoding::cbor::{self, Value};
use crate::encoding::{base64url, json};
use crate::issue::mdoc::{Draft, issue, random};
use crate::limits;
use crate::time::{Date, Timestamp};
use crate::trust::x509::Certificate;

/// Tag of a full-date (RFC 8943).
const TAG_FULL_DATE: u64 = 1004;
/// Tag of a date and time.
const TAG_TDATE: u64 = 0;

/// What an mdoc takes besides.
#[derive(Args, Default)]
pub(super) struct MdocOptions {
    /// The public key of the device that an mdoc is for, a JWK in a file.
    #[arg(long, value_name = "FILE")]
    device_key: Option<PathBuf>,
}

/// What the document says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Content {
    doc_type: String,
    name_spaces: Map<String, Json>,
    #[serde(default)]
    device_name_spaces: Vec<String>,
    #[serde(default)]
    status: Option<Json>,
}

impl MdocOptions {
    /// The issuer's part as base64url, valid from the first time to the second.
    pub(super) fn issue(
        &self,
        content: Content,
        (key, certificate): (&OwnKey, &Certificate),
        (from, until): (Timestamp, Timestamp),
    ) -> Result<String, Trouble> {
        let path = self.device_key.as_ref().ok_or_else(|| Trouble::new("for which device? Give --device-key FILE"))?;
        let bytes = read_file(path, limits::INPUT_BYTES)?;
        let device_key = json::decode(&bytes).and_then(|jwk| jwk::public_key(&jwk));
        let name_spaces = content.name_spaces.into_iter().map(|(name, elements)| Ok((name, elements_of(elements)?)));
        let draft = Draft {
            doc_type: content.doc_type,
            name_spaces: name_spaces.collect::<Result<_, Trouble>>()?,
            signed: from,
            valid_from: from,
            valid_until: until,
            device_key: device_key.map_err(|reason| Trouble::at(path, reason))?,
            device_name_spaces: content.device_name_spaces,
            hash: Hash::Sha256,
            status: content.status.as_ref().map(value_of).transpose()?,
        };
        let issued = issue(&draft, key, &[certificate.der().to_vec()], &mut random);
        issued.map(|bytes| base64url::encode(&bytes)).map_err(|fault| Trouble::new(fault.to_string()))
    }
}

fn elements_of(elements: Json) -> Result<Vec<(String, Value<'static>)>, Trouble> {
    let Json::Object(elements) = elements else { return Err(Trouble::new("a name space is an object of elements")) };
    elements.iter().map(|(name, value)| Ok((name.clone(), value_of(value)?))).collect()
}

fn value_of(value: &Json) -> Result<Value<'static>, Trouble> {
    match value {
        Json::Array(items) => items.iter().map(value_of).collect::<Result<_, _>>().map(Value::Array),
        Json::Object(members) => match special(members)? {
            Some(value) => Ok(value),
            None => {
                let pair = |(name, value): (&String, &Json)| Ok((Value::Text(name.clone().into()), value_of(value)?));
                members.iter().map(pair).collect::<Result<_, Trouble>>().map(Value::Map)
            }
        },
        other => Ok(cbor::from_json(other)),
    }
}

/// What JSON has no form for.
fn special(members: &Map<String, Json>) -> Result<Option<Value<'static>>, Trouble> {
    let mut all = members.iter();
    let (Some((name, Json::String(text))), None) = (all.next(), all.next()) else { return Ok(None) };
    let tagged = |tag| Some(Value::Tag(tag, Box::new(Value::Text(text.clone().into()))));
    match name.as_str() {
        "$bytes" => {
            let bytes = base64url::decode_any(text).map_err(|_| Trouble::new("$bytes: not base64url"))?;
            Ok(Some(Value::Bytes(bytes.into())))
        }
        "$date" if Date::from_text(text).is_some() => Ok(tagged(TAG_FULL_DATE)),
        "$time" if Timestamp::from_rfc3339(text).is_some() => Ok(tagged(TAG_TDATE)),
        "$date" | "$time" => Err(Trouble::new(format!("{name}: not such a time: {text}"))),
        _ => Ok(None),
    }
}
