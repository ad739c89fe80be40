//! CBOR to JSON, for people and schemas to read, and JSON to CBOR, for issuing.

use serde::ser::{Serialize, Serializer};

use std::borrow::Cow;

use super::Value;
use crate::encoding::base64url;

/// The CBOR item for a JSON value: integers as integers, other numbers as floats, members in their order.
pub fn from_json(value: &serde_json::Value) -> Value<'static> {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(bool) => Value::Bool(*bool),
        serde_json::Value::Number(number) => from_number(number),
        serde_json::Value::String(text) => Value::Text(Cow::Owned(text.clone())),
        serde_json::Value::Array(items) => Value::Array(items.iter().map(from_json).collect()),
        serde_json::Value::Object(members) => Value::Map(
            members.iter().map(|(name, value)| (Value::Text(Cow::Owned(name.clone())), from_json(value))).collect(),
        ),
    }
}

fn from_number(number: &serde_json::Number) -> Value<'static> {
    if let Some(n) = number.as_u64() {
        Value::Unsigned(n)
    } else if let Some(n) = number.as_i64() {
        Value::from(n)
    } else {
        number.as_f64().map_or(Value::Null, Value::Float)
    }
}

pub(super) fn to_json(value: &Value<'_>) -> serde_json::Value {
    match value {
        Value::Unsigned(n) => (*n).into(),
        Value::Negative(n) => negative(*n),
        Value::Bytes(bytes) => base64url::encode(bytes).into(),
        Value::Text(text) => text.as_ref().into(),
        Value::Array(items) => items.iter().map(to_json).collect::<Vec<_>>().into(),
        Value::Map(pairs) => {
            serde_json::Value::Object(pairs.iter().map(|(key, value)| (name(key), to_json(value))).collect())
        }
        Value::Tag(_, item) => to_json(item),
        Value::Bool(bool) => (*bool).into(),
        Value::Null | Value::Undefined | Value::Simple(_) => serde_json::Value::Null,
        // Non-finite floats become null here.
        Value::Float(float) => (*float).into(),
    }
}

/// `-1 - n`; exact where JSON's usual readers are, the nearest float beyond.
fn negative(n: u64) -> serde_json::Value {
    match i64::try_from(n) {
        Ok(n) => (-1 - n).into(),
        #[expect(clippy::cast_precision_loss, reason = "for people to read; verification never uses this form")]
        Err(_) => (-1.0 - n as f64).into(),
    }
}

/// A map key as a member name.
fn name(key: &Value<'_>) -> String {
    match key {
        Value::Text(text) => text.clone().into_owned(),
        Value::Unsigned(n) => n.to_string(),
        Value::Negative(n) => (-1 - i128::from(*n)).to_string(),
        Value::Bytes(bytes) => base64url::encode(bytes),
        other => to_json(other).to_string(),
    }
}

/// The item as JSON, without a tree of it in between; the same text that `to_json` gives.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Text(text) => serializer.serialize_str(text),
            Value::Unsigned(number) => serializer.serialize_u64(*number),
            Value::Bool(bool) => serializer.serialize_bool(*bool),
            Value::Array(items) => serializer.collect_seq(items),
            Value::Tag(_, inner) => inner.serialize(serializer),
            Value::Map(pairs) if pairs.iter().all(|(key, _)| key.as_text().is_some()) => {
                serializer.collect_map(pairs.iter().map(|(key, value)| (key.as_text().unwrap_or_default(), value)))
            }
            Value::Map(pairs) if pairs.iter().all(|(key, _)| key.as_i64().is_some()) => {
                serializer.collect_map(pairs.iter().map(|(key, value)| (key.as_i64().unwrap_or_default(), value)))
            }
            // Among mixed keys two may read alike (1 and "1"): the tree settles that.
            other => to_json(other).serialize(serializer),
        }
    }
}
