//! Occasion: when, and for which purpose, a credential is shown. Plain data.

pub mod session;

use crate::occasion::session::Session;
use crate::time::Timestamp;

/// The circumstances of one verification.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Occasion {
    /// The present, as the caller's clock has it.
    pub now: Timestamp,
    /// Credential types that the relying party asked for; empty = any. Names as the format spells them
    /// (`vaccination`, `test`, `recovery` for the EU DCC; type URIs for W3C and SMART Health Cards).
    pub types: Vec<String>,
    /// The nonce (`challenge`) that the relying party gave for this presentation; `None` = none was given, none is checked.
    pub nonce: Option<String>,
    /// The relying party's name as a presentation must state it (`domain`, `aud`); `None` = not checked.
    pub audience: Option<String>,
    /// Transactions that the presentation must approve, each as the text that was sent (OpenID4VP 1.0, 5.1); empty = none.
    pub transaction_data: Vec<String>,
    /// What the relying party knows the holder by (an e-mail address, say), matched against hashed identities of badges;
    /// `None` = not checked.
    pub identity: Option<String>,
    /// What a status list that is shown by itself is asked about: the `status` of a credential as JSON, identifiers as base64url
    /// (`{"status_list": {"idx": 0, "uri": ".."}}`); `None` = the list is judged, and nothing is looked up in it.
    pub status_reference: Option<String>,
    /// What the device of an mdoc is to have signed for; `None` = no session is known, and device authentication cannot be told.
    pub session: Option<Session>,
    /// Elements of an mdoc that the relying party asked for, `namespace/element`, or claims of an SD-JWT VC, `claim/inner/*`; empty = not
    /// known. Others are noted.
    pub elements: Vec<String>,
    /// A DCQL query of which each credential that is shown must answer one credential query, as JSON; `None` = nothing is asked.
    pub dcql_query: Option<String>,
}

impl Occasion {
    /// Now, and nothing else demanded.
    pub fn at(now: Timestamp) -> Self {
        Occasion { now, ..Occasion::default() }
    }
}
