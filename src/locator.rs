//! Locators: where a missing document would be found. Data only; the one HTTP client stands in `net`.

use std::fmt;

use serde::ser::{Serialize, Serializer};

/// What is wanted of a place that may publish several things under one URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wants {
    /// Whatever is published there.
    #[default]
    Anything,
    /// A token status list.
    TokenStatusList,
    /// An identifier list.
    IdentifierList,
}

/// An https URL at which a document is published, built by us from a trusted issuer's name, never copied from input as is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Locator {
    url: String,
    wants: Wants,
}

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
        clean.then_some(Locator { url, wants: Wants::Anything })
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// The same place, for something of its own kind.
    #[must_use]
    pub fn wanting(self, wants: Wants) -> Self {
        Locator { wants, ..self }
    }

    /// What is wanted of it.
    pub fn wants(&self) -> Wants {
        self.wants
    }

    /// The host name, without the port, in lower case.
    pub fn host(&self) -> String {
        let authority = self.url.strip_prefix("https://").unwrap_or("").split(['/', '?']).next().unwrap_or("");
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
        f.write_str(&self.url)
    }
}

impl Serialize for Locator {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.url)
    }
}
