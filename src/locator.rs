//! Locators: where a missing document would be found. Data only; the one HTTP client stands in `net`.

use std::fmt;

use serde::ser::{Serialize, Serializer};

/// An https URL at which a document is published, built by us from a trusted issuer's name, never copied from input as is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Locator(String);

impl Locator {
    /// The locator with this URL. `None` unless it is https with a host and neither user nor fragment.
    pub fn new(url: impl Into<String>) -> Option<Self> {
        let url = url.into();
        let rest = url.strip_prefix("https://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let clean = !authority.is_empty()
            && !authority.contains('@')
            && !url.contains('#')
            && url.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\' && b != b'<' && b != b'>');
        clean.then_some(Locator(url))
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host name, without the port, in lower case.
    pub fn host(&self) -> String {
        let authority = self.0.strip_prefix("https://").unwrap_or("").split(['/', '?']).next().unwrap_or("");
        let host = if authority.starts_with('[') {
            authority.split_inclusive(']').next().unwrap_or("")
        } else {
            authority.split(':').next().unwrap_or("")
        };
        host.to_ascii_lowercase()
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Locator {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
