//! Why no proof was added to a document.

use std::fmt;

use crate::reason::Reason;

/// Why no proof was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofFault {
    /// The document or the draft breaks a rule that our own reader would name.
    Document(Reason),
    /// The key is of another kind than the suite takes, or could not sign.
    Key(String),
}

impl fmt::Display for ProofFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProofFault::Document(reason) => reason.fmt(f),
            ProofFault::Key(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for ProofFault {}

impl From<Reason> for ProofFault {
    fn from(reason: Reason) -> Self {
        ProofFault::Document(reason)
    }
}
