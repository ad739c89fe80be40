//! Facts: what one shown and verified credential is, as far as a query may ask.

use serde_json::Value;

/// What one shown credential is. Made from accepted credentials only, and never logged.
#[derive(Clone, PartialEq)]
pub struct Facts {
    /// Its format, by the name of this program (`sd_jwt_vc`).
    pub format: String,
    /// What kind of credential it says to be, types that it inherits from and full URLs of short names included.
    pub types: Vec<String>,
    /// Its claims; of an mdoc elements by name space.
    pub claims: Value,
    /// The same in the vocabulary that all formats share.
    pub core: Value,
    /// Whose signature it carries.
    pub authorities: Authorities,
    /// `true` when its holder proved to hold it.
    pub is_holder_bound: bool,
    /// Arrays of the claims, as JSON pointers (RFC 6901), that came shorter than the issuer made them, each with the places that its
    /// elements had there (RFC 9901, 7.1).
    pub places: Vec<(String, Vec<usize>)>,
    /// `true` when elements of any array may have been left out and nobody knows which (documents that show a part of themselves).
    pub may_omit_elements: bool,
}

/// Who stands behind the signature, as `trusted_authorities` name them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorities {
    /// The authority key identifiers of the certificates that lead from the signer to somebody trusted, base64url.
    pub key_ids: Vec<String>,
    /// Names and addresses of the trust list that the signer or its authority stands on.
    pub lists: Vec<String>,
}

impl std::fmt::Debug for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Facts").field("format", &self.format).field("types", &self.types).finish_non_exhaustive()
    }
}
