//! JSON into Rust types, through the strict reader.

use serde::de::DeserializeOwned;

use super::decode;
use crate::reason::{Code, Reason};

/// The value of type `T` that `bytes` hold.
///
/// Errors: those of [`decode`], and `json.syntax` when the JSON is sound but no `T`; its facts name types and members
/// of `T`, never a value of the input.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Reason> {
    T::deserialize(decode(bytes)?).map_err(|error| mismatch(&error.to_string()))
}

/// What serde says, without what stands between quotes, which may be the input's.
fn mismatch(message: &str) -> Reason {
    let reason = Reason::new(Code::JsonSyntax);
    // The names in these two come from the type.
    if message.starts_with("missing field `") || message.starts_with("duplicate field `") {
        return reason.got(message.to_owned());
    }
    // What is expected comes from the type too, and stands last.
    let (got, expected) = message.rsplit_once(", expected ").unwrap_or((message, ""));
    let known = ["invalid type: ", "invalid value: ", "invalid length ", "unknown field ", "unknown variant "];
    let got = if known.iter().any(|start| got.starts_with(start)) {
        got.split(['`', '"']).next().unwrap_or_default().trim_end().to_owned()
    } else {
        "a value of another form".to_owned()
    };
    if expected.is_empty() { reason.got(got) } else { reason.expected(expected.to_owned()).got(got) }
}
