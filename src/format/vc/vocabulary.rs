//! The vocabulary of the W3C data models: contexts, types and members that every reader of a document asks for.

use crate::encoding::json::Value;
use crate::reason::{Code, Fact, Reason};

/// The base context of VC Data Model 2.0.
pub const CONTEXT_V2: &str = "https://www.w3.org/ns/credentials/v2";
/// The base context of VC Data Model 1.1.
pub const CONTEXT_V1: &str = "https://www.w3.org/2018/credentials/v1";
/// The type of every credential.
pub const CREDENTIAL: &str = "VerifiableCredential";
/// The type of every presentation.
pub const PRESENTATION: &str = "VerifiablePresentation";

/// A version of the data model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 1.1.
    V1,
    /// 2.0.
    V2,
}

/// The version that the first context says.
pub fn version(document: &Value<'_>) -> Option<Version> {
    match document.member("@context")?.as_array()?.first()?.as_str()? {
        CONTEXT_V2 => Some(Version::V2),
        CONTEXT_V1 => Some(Version::V1),
        _ => None,
    }
}

/// `true` when the document says that it is a presentation.
pub fn is_presentation(document: &Value<'_>) -> bool {
    types(document).any(|name| name == PRESENTATION)
}

/// The types that the document states, as far as they are texts.
pub fn types<'v>(document: &'v Value<'_>) -> impl Iterator<Item = &'v str> {
    document.member("type").map(items).unwrap_or_default().iter().filter_map(Value::as_str)
}

/// One value or several: an array's elements, else the value itself.
pub fn items<'v, 'a>(value: &'v Value<'a>) -> &'v [Value<'a>] {
    value.items()
}

/// A fault of the shape of a member.
pub(super) fn schema(expected: impl Into<Fact>, got: impl Into<Fact>) -> Reason {
    Reason::new(Code::VcSchema).expected(expected).got(got)
}
