//! The secrets of a session: four, each for another party (OpenID4VP 1.0, 13.3). The store finds a session by their digests.

use std::fmt;

use crate::crypto::digest::sha256;
use crate::crypto::hpke;
use crate::crypto::random::random_bytes;
use crate::encoding::base64url;
use crate::openid4vp::ports::{KeyDigest, Row};
use crate::openid4vp::session::Session;

/// A new secret: 256 random bits, base64url.
pub fn new_secret() -> String {
    base64url::encode(&random_bytes::<32>())
}

/// The digest of a secret, by which the store knows it.
pub fn digest_of(secret: &str) -> KeyDigest {
    sha256(secret.as_bytes())
}

/// The secrets of one session. The response code, the fourth, is made when the answer has come. `Debug` shows none.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The transaction's identifier, which the relying party alone knows.
    pub transaction: String,
    /// The identifier in the `request_uri`.
    pub request: String,
    /// The identifier in the `response_uri`.
    pub response: String,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(..)")
    }
}

impl Secrets {
    /// New ones.
    pub(super) fn new() -> (Secrets, Vec<u8>) {
        let bytes = random_bytes::<32>();
        let point = hpke::point_of_secret(&bytes);
        let transaction = base64url::encode(&bytes);
        (Secrets { transaction, request: new_secret(), response: new_secret() }, point)
    }

    /// The first row of that session.
    pub fn row(&self, session: &Session) -> Row {
        Row {
            transaction: digest_of(&self.transaction),
            request: digest_of(&self.request),
            response: digest_of(&self.response),
            version: 0,
            expires: session.expires,
            content: session.to_bytes(),
        }
    }
}

impl Session {
    /// The row that takes the place of `before`, which this session is the successor of.
    pub fn row_after(&self, before: &Row) -> Row {
        let version = before.version.saturating_add(1);
        Row { version, expires: self.expires, content: self.to_bytes(), ..before.clone() }
    }
}
