//! CBOR (RFC 8949): a strict, bounded reader into a borrowed tree, and a deterministic writer.
//!
//! Keys that are equal after decoding are twins, however they were written. Non-minimal heads and indefinite lengths are
//! read, because deployed issuers write them; what was signed are the original bytes, never a re-encoding.

mod json;
pub mod raw;
mod reader;
mod writer;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Ordering;

pub use self::json::from_json;
pub use self::reader::{decode, decode_prefix, decode_wide};
pub use self::writer::encode;

/// One data item; texts and bytes borrow from the input where they stand there in one piece.
#[derive(Clone, Debug, PartialEq)]
// A tag as wide as the fields keeps these aligned; without that, each copy of a value stalls the processor.
#[repr(u64)]
pub enum Value<'a> {
    /// Major type 0, or a bignum that fits.
    Unsigned(u64),
    /// Major type 1: the number `-1 - n`.
    Negative(u64),
    /// Major type 2.
    Bytes(Cow<'a, [u8]>),
    /// Major type 3.
    Text(Cow<'a, str>),
    /// Major type 4.
    Array(Vec<Value<'a>>),
    /// Major type 5, in the order written, without twins.
    Map(Vec<(Value<'a>, Value<'a>)>),
    /// Major type 6: a tag number and the item under it.
    Tag(u64, Box<Value<'a>>),
    /// `false` or `true`.
    Bool(bool),
    /// `null`.
    Null,
    /// `undefined`.
    Undefined,
    /// Another simple value, without a meaning of its own.
    Simple(u8),
    /// A number of 16, 32 or 64 bits with a fraction.
    Float(f64),
}

impl<'a> Value<'a> {
    /// The integer, if this is one and `i64` holds it.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Unsigned(n) => i64::try_from(*n).ok(),
            Value::Negative(n) => i64::try_from(*n).ok().map(|n| -1 - n),
            _ => None,
        }
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    /// The bytes, if this is a byte string.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        if let Value::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Value<'a>]> {
        if let Value::Array(items) = self { Some(items) } else { None }
    }

    /// The pairs in the order written, if this is a map.
    pub fn as_map(&self) -> Option<&[(Value<'a>, Value<'a>)]> {
        if let Value::Map(pairs) = self { Some(pairs) } else { None }
    }

    /// The value under an integer label, if this is a map that holds it.
    pub fn entry(&self, key: i64) -> Option<&Value<'a>> {
        self.as_map()?.iter().find(|(label, _)| label.as_i64() == Some(key)).map(|(_, value)| value)
    }

    /// The value under a text key, if this is a map that holds it.
    pub fn entry_text(&self, key: &str) -> Option<&Value<'a>> {
        self.as_map()?.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value)
    }

    /// The name of the type, for the facts of a reason.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Unsigned(_) | Value::Negative(_) => "an integer",
            Value::Bytes(_) => "a byte string",
            Value::Text(_) => "a text",
            Value::Array(_) => "an array",
            Value::Map(_) => "a map",
            Value::Tag(..) => "a tagged item",
            Value::Bool(_) => "a boolean",
            Value::Null => "null",
            Value::Undefined => "undefined",
            Value::Simple(_) => "a simple value",
            Value::Float(_) => "a float",
        }
    }

    /// The same item, owning all it holds.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Array(items) => Value::Array(items.into_iter().map(Value::into_owned).collect()),
            Value::Map(pairs) => {
                Value::Map(pairs.into_iter().map(|(key, value)| (key.into_owned(), value.into_owned())).collect())
            }
            Value::Tag(tag, item) => Value::Tag(tag, Box::new(item.into_owned())),
            Value::Unsigned(n) => Value::Unsigned(n),
            Value::Negative(n) => Value::Negative(n),
            Value::Bool(bool) => Value::Bool(bool),
            Value::Null => Value::Null,
            Value::Undefined => Value::Undefined,
            Value::Simple(simple) => Value::Simple(simple),
            Value::Float(float) => Value::Float(float),
        }
    }

    /// The item as JSON: bytes as base64url text, keys as text (integers in decimal), non-finite floats and simple
    /// values as null, tags dropped.
    pub fn to_json(&self) -> serde_json::Value {
        json::to_json(self)
    }

    /// Integers, texts and bytes, which can be compared where they stand.
    fn is_plain(&self) -> bool {
        matches!(self, Value::Unsigned(_) | Value::Negative(_) | Value::Bytes(_) | Value::Text(_))
    }

    /// A total order of plain items; all others count as equal among themselves.
    fn plain_order(&self, other: &Value<'_>) -> Ordering {
        match (self, other) {
            (Value::Unsigned(a), Value::Unsigned(b)) | (Value::Negative(a), Value::Negative(b)) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Value::Unsigned(_) => 0,
            Value::Negative(_) => 1,
            Value::Bytes(_) => 2,
            Value::Text(_) => 3,
            _ => 4,
        }
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        u64::try_from(number).map_or_else(|_| Value::Negative(number.unsigned_abs() - 1), Value::Unsigned)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Value::Bytes(Cow::Borrowed(bytes))
    }
}
