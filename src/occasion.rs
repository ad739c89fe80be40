//! Occasion: when, and for which purpose, a credential is shown. Plain data.

use crate::time::Timestamp;

/// The circumstances of one verification.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Occasion {
    /// The present, as the caller's clock has it.
    pub now: Timestamp,
    /// Credential types that the relying party asked for; empty = any. Names as the format spells them
    /// (`vaccination`, `test`, `recovery` for the EU DCC; type URIs for W3C and SMART Health Cards).
    pub types: Vec<String>,
}

impl Occasion {
    /// Now, and nothing else demanded.
    pub fn at(now: Timestamp) -> Self {
        Occasion { now, types: Vec::new() }
    }
}
