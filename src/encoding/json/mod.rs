//! JSON (RFC 8259 under the rules of I-JSON, RFC 7493): a strict, bounded reader into a borrowed tree.
//!
//! An object names a member once, after unescaping; texts are clean UTF-8; numbers keep their text, so that nothing is
//! rounded before somebody asks. This is the only room that calls `serde_json`'s readers, and only after its own.

pub mod jcs;
mod number;
mod reader;
mod typed;
mod writer;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::ser::{Serialize, Serializer};

pub use self::number::Number;
pub use self::reader::decode;
pub use self::typed::from_slice;
pub use self::writer::encode;

/// One JSON value; texts borrow from the input unless they hold escapes.
#[derive(Clone, Debug, PartialEq)]
// A tag as wide as the fields keeps these aligned; without that, each copy of a value stalls the processor.
#[repr(u64)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is written.
    Number(Number<'a>),
    /// A text, unescaped.
    String(Cow<'a, str>),
    /// Elements in order.
    Array(Vec<Value<'a>>),
    /// Members in the order written, without twins.
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

/// A value of one's own, or somebody else's.
#[derive(Clone, Debug, PartialEq)]
pub enum Held<'a> {
    /// One's own.
    Own(Value<'a>),
    /// Somebody else's.
    Lent(&'a Value<'a>),
}

impl<'a> std::ops::Deref for Held<'a> {
    type Target = Value<'a>;

    fn deref(&self) -> &Value<'a> {
        match self {
            Held::Own(value) => value,
            Held::Lent(value) => value,
        }
    }
}

impl<'a> Value<'a> {
    /// The value of the member with this name, if this is an object that has it.
    pub fn member(&self, name: &str) -> Option<&Value<'a>> {
        self.as_object()?.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The text, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = self { Some(text) } else { None }
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Value<'a>]> {
        if let Value::Array(items) = self { Some(items) } else { None }
    }

    /// One value or several: an array's elements, else the value itself.
    pub fn items(&self) -> &[Value<'a>] {
        self.as_array().unwrap_or(std::slice::from_ref(self))
    }

    /// The members in the order written, if this is an object.
    pub fn as_object(&self) -> Option<&[(Cow<'a, str>, Value<'a>)]> {
        if let Value::Object(members) = self { Some(members) } else { None }
    }

    /// The integer, if this is a number that is exactly one within `i64` (`1.0` and `1e2` are).
    pub fn as_i64(&self) -> Option<i64> {
        if let Value::Number(number) = self { number.as_i64() } else { None }
    }

    /// The name of the type, for the facts of a reason.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }

    /// The same value as `serde_json` holds it; integers beyond 64 bits and fractions become the nearest double.
    pub fn to_serde(&self) -> serde_json::Value {
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Bool(bool) => (*bool).into(),
            Value::Number(number) => number.to_serde(),
            Value::String(text) => text.as_ref().into(),
            Value::Array(items) => items.iter().map(Value::to_serde).collect::<Vec<_>>().into(),
            Value::Object(members) => serde_json::Value::Object(
                members.iter().map(|(name, value)| (name.clone().into_owned(), value.to_serde())).collect(),
            ),
        }
    }
}

/// The value as JSON again, without a tree of `serde_json` in between; the same text that `to_serde` gives.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(bool) => serializer.serialize_bool(*bool),
            Value::Number(number) => number.to_serde().serialize(serializer),
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(items) => serializer.collect_seq(items),
            Value::Object(members) => serializer.collect_map(members.iter().map(|(name, value)| (name, value))),
        }
    }
}
