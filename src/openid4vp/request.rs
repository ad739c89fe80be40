//! Requests: what a wallet is sent (OpenID4VP 1.0, 5). By value, by reference, and over the Digital Credentials API ([`dc_api`]).
//!
//! A request object is made anew each time that it is fetched, for as long as its session takes an answer: wallets fetch it twice, and each
//! puts a nonce of its own into it. The session's nonce and state stay the same.

pub mod dc_api;
mod formats;
mod posted;

#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::{Map, Value as Json, json};

use crate::crypto::jwe::{self, Encryption};
use crate::encoding::{base64url, form};
use crate::issue::jws;
use crate::openid4vp::ask::{Delivery, Method, ResponseMode};
use crate::openid4vp::client::{Client, Prefix};
use crate::openid4vp::code::Refusal;
use crate::openid4vp::session::Session;
use crate::policy::dcql::Query;
use crate::time::Timestamp;

pub use self::posted::Posted;

/// The media type of a request object.
pub const MEDIA_TYPE: &str = "application/oauth-authz-req+jwt";
/// Its `typ` (RFC 9101; OpenID4VP 1.0, 5).
pub const TYP: &str = "oauth-authz-req+jwt";
/// For whom it is, where the wallet is not known (OpenID4VP 1.0, 5.8).
pub const AUDIENCE: &str = "https://self-issued.me/v2";

/// Why there is no request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestFault {
    /// The session takes no answer any more, or the wallet asked wrongly.
    Refused(Refusal),
    /// We cannot make it: the client is not configured any more, or its key does not sign. Ours to mend.
    Ours(String),
}

impl fmt::Display for RequestFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequestFault::Refused(refusal) => refusal.fmt(f),
            RequestFault::Ours(text) => write!(f, "the request cannot be made: {text}"),
        }
    }
}

impl std::error::Error for RequestFault {}

impl From<Refusal> for RequestFault {
    fn from(refusal: Refusal) -> Self {
        RequestFault::Refused(refusal)
    }
}

fn ours(text: impl fmt::Display) -> RequestFault {
    RequestFault::Ours(text.to_string())
}

/// The link that opens a wallet, as a QR code shows it and a button opens it.
///
/// # Errors
/// [`RequestFault`].
pub fn authorization_request(session: &Session, client: &Client, now: Timestamp) -> Result<String, RequestFault> {
    session.check_requestable(now)?;
    let scheme = if session.ask.is_haip() { "haip-vp" } else { "openid4vp" };
    let query = if is_by_reference(session, client) {
        let mut pairs = vec![("client_id", session.client_id.as_str()), ("request_uri", session.request_uri.as_str())];
        if session.ask.request_uri_method == Method::Post {
            pairs.push(("request_uri_method", Method::Post.name()));
        }
        form::encode(pairs)
    } else if client.signer().is_some() {
        let object = request_object(session, client, &Posted::default(), now)?;
        form::encode([("client_id", session.client_id.as_str()), ("request", object.as_str())])
    } else {
        let members = parameters(session)?;
        let plain = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let pairs: Vec<(String, String)> = members.iter().map(|(name, value)| (name.clone(), plain(value))).collect();
        form::encode(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    };
    Ok(format!("{scheme}://?{query}"))
}

/// Whether the wallet fetches the request. What nobody signs stands in the link.
pub fn is_by_reference(session: &Session, client: &Client) -> bool {
    session.ask.request != Some(Delivery::ByValue)
        && client.signer().is_some()
        && client.prefix() != Prefix::RedirectUri
}

/// The request object of a session that is not over: signed, and encrypted where the wallet brought a key that can be.
///
/// # Errors
/// [`RequestFault`].
pub fn request_object(
    session: &Session,
    client: &Client,
    posted: &Posted,
    now: Timestamp,
) -> Result<String, RequestFault> {
    session.check_requestable(now)?;
    let mut members = parameters(session)?;
    members.extend(dated(session, now));
    if let Some(nonce) = &posted.wallet_nonce {
        members.insert("wallet_nonce".to_owned(), nonce.as_str().into());
    }
    Ok(posted.encrypted(signed(&members, client, &[])?))
}

/// What every request object says, over whatever way it goes: for whom it is, and from when until when (5.8; RFC 9101, 4).
pub(crate) fn dated(session: &Session, now: Timestamp) -> [(String, Json); 3] {
    [
        ("aud".to_owned(), AUDIENCE.into()),
        ("iat".to_owned(), now.seconds().into()),
        ("exp".to_owned(), session.expires.seconds().into()),
    ]
}

/// The compact JWS of these members under the client's key, whose header says how the wallet finds the key.
pub(crate) fn signed(
    members: &Map<String, Json>,
    client: &Client,
    more: &[(&str, Json)],
) -> Result<String, RequestFault> {
    let signer = client.signer().ok_or_else(|| ours("this client signs nothing"))?;
    let mut header = vec![("typ", json!(TYP))];
    if !client.chain().is_empty() {
        let texts: Vec<String> = client.chain().iter().map(|der| base64url::encode_standard(der)).collect();
        header.push(("x5c", json!(texts)));
    }
    header.extend(client.kid().map(|kid| ("kid", json!(kid))));
    header.extend(client.attestation().map(|jwt| ("jwt", json!(jwt))));
    header.extend(more.iter().cloned());
    jws::sign_under(&header, Json::Object(members.clone()).to_string().as_bytes(), signer).map_err(ours)
}

/// The parameters of a request by redirects (5.1).
pub fn parameters(session: &Session) -> Result<Map<String, Json>, RequestFault> {
    let mut members = common(session)?;
    let place = if session.ask.response_mode == ResponseMode::Fragment { "redirect_uri" } else { "response_uri" };
    for (name, value) in [("client_id", &session.client_id), (place, &session.response_uri), ("state", &session.state)]
    {
        members.insert(name.to_owned(), value.as_str().into());
    }
    Ok(members)
}

/// What every request of OpenID4VP holds.
pub(crate) fn common(session: &Session) -> Result<Map<String, Json>, RequestFault> {
    let query = session.query().ok_or_else(|| ours("the query was changed"))?;
    let mut members = Map::new();
    let mut add = |name: &str, value: Json| members.insert(name.to_owned(), value);
    add("response_type", "vp_token".into());
    add("response_mode", session.ask.response_mode.name().into());
    add("nonce", session.nonce.as_str().into());
    add("dcql_query", serde_json::to_value(&query).map_err(ours)?);
    add("client_metadata", client_metadata(session, &query));
    if !session.transaction_data.is_empty() {
        add("transaction_data", json!(session.transaction_data));
    }
    if !session.ask.verifier_info.is_empty() {
        add("verifier_info", json!(session.ask.verifier_info));
    }
    Ok(members)
}

/// What wallets need to know of us (5.1, 11.1): our key for this answer, how it may be encrypted, and what we can verify.
fn client_metadata(session: &Session, query: &Query) -> Json {
    let mut metadata = Map::new();
    if session.ask.response_mode.is_encrypted() {
        let keys: Vec<Json> = session.keys.iter().map(jwe::EncryptionKey::public_jwk).collect();
        metadata.insert("jwks".to_owned(), json!({ "keys": keys }));
        let names: Vec<&str> = Encryption::ALL.iter().map(|encryption| encryption.name()).collect();
        metadata.insert("encrypted_response_enc_values_supported".to_owned(), json!(names));
    }
    metadata.insert("vp_formats_supported".to_owned(), formats::supported(query, !session.keys.is_empty()));
    Json::Object(metadata)
}
