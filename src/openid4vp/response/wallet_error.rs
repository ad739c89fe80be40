//! Errors of wallets (OpenID4VP 1.0, 8.5; RFC 6749, 4.1.2.1): a name out of a list, and nothing else that a wallet may have written.

/// What a wallet said went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalletError(&'static str);

/// The names that are registered for it.
const NAMES: [&str; 12] = [
    "access_denied",
    "invalid_request",
    "invalid_client",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_response_type",
    "server_error",
    "temporarily_unavailable",
    "vp_formats_not_supported",
    "invalid_request_uri_method",
    "invalid_transaction_data",
    "wallet_unavailable",
];

impl WalletError {
    /// The error of that name; one that is not registered is told as such, and not repeated.
    pub fn of(name: &str) -> WalletError {
        WalletError(NAMES.into_iter().find(|known| *known == name).unwrap_or("an error without a registered name"))
    }

    /// The registered name.
    pub fn name(self) -> &'static str {
        self.0
    }
}
