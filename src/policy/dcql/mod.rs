//! DCQL, the Digital Credentials Query Language (OpenID4VP 1.0, 6 and 7): what a relying party asks for, and whether it was answered.
//!
//! [`Query::decode`] reads a query strictly, [`Query::lint`] says what is unwise about it, [`CredentialQuery::unmet`] and
//! [`Query::unmet`] look again at all of it once a credential was verified: a wallet's word that it answers is never taken. `values`
//! included, which a wallet may ignore.
//!
//! Beside the formats of OpenID4VP a query may name every format of this program by its own name (`eu_dcc`), and `vidimus_core`:
//! the credential of any format, whose claims are those of the vocabulary that all formats share (`core_data`). Wallets know neither.
//!
//! Deviation: `meta` may be absent, and a claim of an mdoc may be named by `namespace` and `claim_name`, as drafts had it; both are
//! hints of the linter. A query that is sent out has `meta` and `path`.

mod answer;
mod decode;
mod encode;
mod facts;
mod formats;
pub mod json_path;
mod lint;
mod path;
pub mod presentation_exchange;
mod whole;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

pub use self::facts::{Authorities, Facts};
pub use self::formats::{MetaKind, QueryFormat};
pub use self::path::{Omissions, Selection, select, select_element};

/// What a relying party asks for.
///
/// ```text
/// { "credentials": [ CredentialQuery, .. ], "credential_sets"?: [ CredentialSet, .. ] }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The credentials asked for, at least one, each under an identifier of its own.
    pub credentials: Vec<CredentialQuery>,
    /// Which of them, together, will do; empty = all of them.
    pub credential_sets: Vec<CredentialSet>,
}

/// One credential that is asked for (6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialQuery {
    /// The name under which it is answered: letters, digits, `_` and `-`.
    pub id: String,
    /// Its format.
    pub format: &'static QueryFormat,
    /// `true` when several credentials may answer.
    pub multiple: bool,
    /// What kind of credential it is to be.
    pub meta: Meta,
    /// Whose credentials are taken, any of these; empty = not said.
    pub trusted_authorities: Vec<TrustedAuthority>,
    /// `true` when its holder must prove to hold it.
    pub require_cryptographic_holder_binding: bool,
    /// The claims asked for; empty = none by name.
    pub claims: Vec<ClaimsQuery>,
    /// Which claims, together, will do, by identifier, the preferred ones first; empty = all of them.
    pub claim_sets: Vec<Vec<String>>,
}

/// What kind of credential is asked for (`meta`), as far as the format reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// Types of SD-JWT VC, any of which will do; empty = any.
    pub vct_values: Vec<String>,
    /// The type of an mdoc; `None` = any.
    pub doctype_value: Option<String>,
    /// Sets of types, of any of which all must be there; empty = any.
    pub type_values: Vec<Vec<String>>,
    /// Members that say nothing in this format, by name.
    pub(crate) unread: Vec<&'static str>,
    /// `true` when the query had a `meta`.
    pub(crate) is_stated: bool,
}

/// Whose credentials are taken (6.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedAuthority {
    /// `aki`, `etsi_tl`, `openid_federation`; another one can never be met here.
    pub kind: String,
    /// The authorities, any of which will do: base64url of a key identifier, or URLs.
    pub values: Vec<String>,
}

/// One claim that is asked for (6.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimsQuery {
    /// Its name in claim sets.
    pub id: Option<String>,
    /// Where it stands; of an mdoc name space and element.
    pub path: Vec<Step>,
    /// What it must be, type and value, any of these; empty = anything.
    pub values: Vec<Wanted>,
    /// Of an mdoc: whether the relying party will keep it.
    pub intent_to_retain: Option<bool>,
    /// `true` when it was named as drafts had it, by `namespace` and `claim_name`.
    pub(crate) is_of_draft: bool,
}

/// One step of a claims path (7).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The member of that name.
    Name(String),
    /// The element at that place, from 0.
    Index(u64),
    /// Every element (`null`).
    Every,
}

/// A value that a claim is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// A text.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A truth value.
    Bool(bool),
}

/// Credentials of which some, together, will do (6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialSet {
    /// Sets of identifiers of credential queries, the preferred ones first.
    pub options: Vec<Vec<String>>,
    /// `true` when one of them must be answered.
    pub required: bool,
}

/// What is wrong with a query, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueryFault {
    /// JSON pointer (RFC 6901) to the member; empty = the whole query.
    pub pointer: String,
    /// What is wrong with it, one sentence.
    pub sentence: Cow<'static, str>,
}

impl fmt::Display for QueryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => f.write_str(&self.sentence),
            pointer => write!(f, "{pointer}: {}", self.sentence),
        }
    }
}

impl std::error::Error for QueryFault {}

/// What is unwise about a query that is sound otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// Stable name of the hint (`dcql.over_asking`).
    pub code: &'static str,
    /// JSON pointer to what it is about; empty = the whole query.
    pub pointer: String,
    /// The hint, one sentence.
    pub sentence: Cow<'static, str>,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => write!(f, "{}: {}", self.code, self.sentence),
            pointer => write!(f, "{}: {pointer}: {}", self.code, self.sentence),
        }
    }
}

impl Query {
    /// The credential query of that identifier.
    pub fn credential(&self, id: &str) -> Option<&CredentialQuery> {
        self.credentials.iter().find(|credential| credential.id == id)
    }

    /// The query for that one credential alone: what its presentation is verified against.
    pub fn only(&self, id: &str) -> Option<Query> {
        let credential = self.credential(id)?.clone();
        Some(Query { credentials: vec![credential], credential_sets: Vec::new() })
    }
}

/// A claims path as JSON, for sentences: `["address","street_address"]`.
pub(crate) fn path_text(path: &[Step]) -> String {
    let steps: Vec<String> = path.iter().map(Step::to_string).collect();
    format!("[{}]", steps.join(","))
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Name(name) => write!(f, "\"{name}\""),
            Step::Index(index) => write!(f, "{index}"),
            Step::Every => f.write_str("null"),
        }
    }
}
