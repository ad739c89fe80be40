//! Checks: what a strict wallet looks at in a request, each with its rule. The test wallet can be told to overlook any of them, which
//! is how the test verifier is shown to notice.

use std::fmt;

use crate::rules::{self, Rule};

/// One thing that a strict wallet looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Check {
    /// The link is one of OpenID4VP.
    Link,
    /// `request_uri` answered, by itself.
    RequestUri,
    /// With the right media type.
    RequestMediaType,
    /// `request_uri_method`.
    RequestUriMethod,
    /// `wallet_nonce` came back.
    WalletNonce,
    /// `typ` of the request object.
    Typ,
    /// Its signature.
    Signature,
    /// The certificate that signed it.
    Certificate,
    /// The key that signed it is that of the client identifier.
    ClientId,
    /// The client identifier beside the request object and in it.
    ClientIdTwice,
    /// `aud`.
    Audience,
    /// `exp`.
    Times,
    /// `response_type`.
    ResponseType,
    /// `response_mode`.
    ResponseMode,
    /// `response_uri`, and no `redirect_uri` beside it.
    ResponseUri,
    /// `response_uri` belongs to the client.
    ResponseHost,
    /// `nonce`.
    Nonce,
    /// `client_metadata` has a key to encrypt for.
    EncryptionKey,
    /// `vp_formats_supported`.
    VpFormats,
    /// `dcql_query`.
    Query,
    /// `transaction_data`.
    TransactionData,
    /// `expected_origins`.
    ExpectedOrigins,
    /// The query can be answered.
    Satisfiable,
}

/// Name, rule, and the error that the wallet answers with.
const TABLE: [(Check, &str, Rule, &str); 23] = [
    (Check::Link, "link", rules::REQUEST_URI, "invalid_request"),
    (Check::RequestUri, "request-uri", rules::REQUEST_URI, "invalid_request"),
    (Check::RequestMediaType, "request-media-type", rules::REQUEST_MEDIA_TYPE, "invalid_request"),
    (Check::RequestUriMethod, "request-uri-method", rules::REQUEST_URI_METHOD, "invalid_request_uri_method"),
    (Check::WalletNonce, "wallet-nonce", rules::WALLET_NONCE, "invalid_request"),
    (Check::Typ, "typ", rules::REQUEST_TYP, "invalid_request"),
    (Check::Signature, "signature", rules::REQUEST_SIGNATURE, "invalid_request"),
    (Check::Certificate, "certificate", rules::REQUEST_CERTIFICATE, "invalid_client"),
    (Check::ClientId, "client-id", rules::PREFIX_HASH, "invalid_client"),
    (Check::ClientIdTwice, "client-id-twice", rules::CLIENT_ID_TWICE, "invalid_request"),
    (Check::Audience, "audience", rules::REQUEST_AUDIENCE, "invalid_request"),
    (Check::Times, "times", rules::REQUEST_TIMES, "invalid_request"),
    (Check::ResponseType, "response-type", rules::RESPONSE_TYPE, "unsupported_response_type"),
    (Check::ResponseMode, "response-mode", rules::RESPONSE_MODE, "invalid_request"),
    (Check::ResponseUri, "response-uri", rules::RESPONSE_URI, "invalid_request"),
    (Check::ResponseHost, "response-host", rules::PREFIX_SAN_DNS, "invalid_client"),
    (Check::Nonce, "nonce", rules::NONCE, "invalid_request"),
    (Check::EncryptionKey, "encryption-key", rules::ENCRYPTION_KEY, "invalid_request"),
    (Check::VpFormats, "vp-formats", rules::VP_FORMATS, "vp_formats_not_supported"),
    (Check::Query, "query", rules::QUERY, "invalid_request"),
    (Check::TransactionData, "transaction-data", rules::TRANSACTION_DATA, "invalid_transaction_data"),
    (Check::ExpectedOrigins, "expected-origins", rules::EXPECTED_ORIGINS, "invalid_request"),
    (Check::Satisfiable, "satisfiable", rules::QUERY_CREDENTIALS, "access_denied"),
];

impl Check {
    /// Every check.
    pub fn all() -> impl Iterator<Item = Check> {
        TABLE.iter().map(|(check, ..)| *check)
    }

    fn row(self) -> &'static (Check, &'static str, Rule, &'static str) {
        // Every check has its row; a test counts them.
        TABLE.iter().find(|(check, ..)| *check == self).unwrap_or(&TABLE[0])
    }

    /// The name, as options write it.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The rule that it rests on; a prefix may have a closer one.
    pub fn rule(self) -> Rule {
        self.row().2
    }

    /// The error that a wallet answers with.
    pub fn error(self) -> &'static str {
        self.row().3
    }

    /// The check with that name.
    pub fn named(name: &str) -> Option<Check> {
        Check::all().find(|check| check.name() == name)
    }
}

/// Why a wallet does not go on with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What it looked at.
    pub check: Check,
    /// The rule.
    pub rule: Rule,
    /// What it found.
    pub found: String,
}

impl Refusal {
    /// The refusal by the check's own rule.
    pub fn by(check: Check, found: impl Into<String>) -> Self {
        Refusal { check, rule: check.rule(), found: found.into() }
    }

    /// The refusal by another rule.
    pub fn under(check: Check, rule: Rule, found: impl Into<String>) -> Self {
        Refusal { check, rule, found: found.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.check.name(), self.found, self.rule)
    }
}

/// Who decides what is overlooked.
#[derive(Clone, Debug, Default)]
pub struct Overlooked(pub Vec<Check>);

impl Overlooked {
    /// `Ok` for what is right, and for what this wallet overlooks.
    ///
    /// # Errors
    /// The refusal, for what it does not overlook.
    pub fn pass(&self, found: Result<(), Refusal>) -> Result<(), Refusal> {
        match found {
            Err(refusal) if !self.0.contains(&refusal.check) => Err(refusal),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_its_row() {
        let mut names: Vec<&str> = Check::all().map(Check::name).collect();
        assert!(Check::all().all(|check| Check::named(check.name()) == Some(check)));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Check::Satisfiable as usize + 1);
    }
}
