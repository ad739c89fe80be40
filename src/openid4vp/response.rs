//! Responses: what a wallet sends back (OpenID4VP 1.0, 8 and A.3), read without belief.
//!
//! ```text
//! direct_post        vp_token=<JSON>&state=..  |  error=..&state=..
//! direct_post.jwt    response=<JWE of { "vp_token", "state" }>
//! fragment           redirect_uri#vp_token=..&state=..
//! dc_api             { "vp_token": {..} }  |  { "error": .. }
//! dc_api.jwt         { "response": <JWE of { "vp_token" }> }
//! org-iso-mdoc       { "response": base64url(["dcapi", { "enc", "cipherText" }]) }
//! ```
//! A [`Refusal`] from here says that what came does not belong to the session: it changes nothing in it. What does belong is an
//! [`Answer`], and is judged.

mod iso_mdoc;
mod vp_token;
mod wallet_error;

#[cfg(test)]
mod tests;

use crate::crypto::digest::sha256;
use crate::crypto::jwe::{self, Encryption, Opened};
use crate::encoding::form;
use crate::encoding::json::{self, Value};
use crate::envelope::jws::peek_header;
use crate::openid4vp::ask::{Protocol, ResponseMode};
use crate::openid4vp::code::{Code, Refusal};
use crate::openid4vp::session::Session;
use crate::time::Timestamp;

pub use self::wallet_error::WalletError;

/// Bytes of a response.
pub const RESPONSE_BYTES: usize = jwe::JWE_BYTES;
/// Parameters of a form; unknown ones are passed over.
const PARAMETERS: usize = 16;

/// What belongs to a session: presentations to be judged, or the wallet's word that there are none.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Presentations.
    Shown(Shown),
    /// The wallet's error.
    Error(WalletError),
}

/// What was shown, and how it came.
#[derive(Clone, PartialEq)]
pub struct Shown {
    /// The presentations by the id of the credential query that each answers, in the order written.
    pub presentations: Vec<(String, Vec<String>)>,
    /// The origin that it came from, over the Digital Credentials API.
    pub origin: Option<String>,
    /// Thumbprint of our key that it was encrypted to, base64url.
    pub thumbprint: Option<String>,
    /// The nonce that the wallet made for an mdoc, as ISO/IEC 18013-7:2024 has it (`apu`); none that stands beside another nonce than ours.
    pub mdoc_generated_nonce: Option<String>,
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ids: Vec<&str> = self.presentations.iter().map(|(id, _)| id.as_str()).collect();
        f.debug_struct("Shown").field("presentations", &ids).finish_non_exhaustive()
    }
}

/// What a wallet posted to the `response_uri`.
///
/// # Errors
/// [`Refusal`]; the session is not touched then.
pub fn posted(session: &Session, body: &[u8], now: Timestamp) -> Result<Answer, Refusal> {
    session.check_answerable(now)?;
    if !session.ask.response_mode.is_direct() {
        return Err(mode(session).got("a post of the wallet"));
    }
    of_form(session, body)
}

/// What stood behind the `#` of the redirect URI, without the `#`, as the page at that place took it.
///
/// # Errors
/// As [`posted`].
pub fn fragment(session: &Session, text: &str, now: Timestamp) -> Result<Answer, Refusal> {
    session.check_answerable(now)?;
    if session.ask.response_mode != ResponseMode::Fragment {
        return Err(mode(session).got("a fragment"));
    }
    of_form(session, text.strip_prefix('#').unwrap_or(text).as_bytes())
}

/// What the browser handed over: `data` as JSON text, and the origin of the page that asked.
///
/// # Errors
/// As [`posted`].
pub fn dc_api(session: &Session, origin: Option<&str>, data: &[u8], now: Timestamp) -> Result<Answer, Refusal> {
    session.check_answerable(now)?;
    if !session.ask.response_mode.is_dc_api() {
        return Err(mode(session).got("data of the Digital Credentials API"));
    }
    let origin = check_origin(session, origin)?;
    check_size(data.len())?;
    let held = json::decode(data).map_err(|_| malformed("JSON").got("something else"))?;
    if held.as_object().is_none() {
        return Err(malformed("an object").got(held.kind()));
    }
    if let Some(error) = held.member("error") {
        return Ok(Answer::Error(WalletError::of(error.as_str().unwrap_or_default())));
    }
    let encrypted = held.member("response").map(|text| text.as_str().ok_or_else(|| malformed("a text in `response`")));
    if session.ask.protocol == Some(Protocol::IsoMdoc) {
        let text = encrypted.ok_or_else(|| malformed("`response`").got("none"))??;
        return iso_mdoc::answer(session, &origin, text);
    }
    match (session.ask.response_mode, encrypted) {
        (ResponseMode::DcApiJwt, Some(text)) => of_jwe(session, text?, Some(origin)),
        (ResponseMode::DcApi, None) => shown(session, &held, Some(origin), None),
        (_, Some(_)) => Err(mode(session).got("an encrypted response")),
        (_, None) => Err(mode(session).got("a response in the clear")),
    }
}

fn of_form(session: &Session, body: &[u8]) -> Result<Answer, Refusal> {
    check_size(body.len())?;
    let pairs = form::decode(body, PARAMETERS).ok_or_else(|| malformed("a form").got("something else"))?;
    let one = |name: &'static str| form::one(&pairs, name).map_err(|()| malformed("each parameter once").got(name));
    if one("presentation_submission")?.is_some() {
        return Err(draft());
    }
    if let Some(error) = one("error")? {
        check_state(session, one("state")?)?;
        return Ok(Answer::Error(WalletError::of(error)));
    }
    match (session.ask.response_mode.is_encrypted(), one("response")?, one("vp_token")?) {
        (true, Some(text), None) => of_jwe(session, text, None),
        (true, _, Some(_)) => Err(mode(session).got("a response in the clear")),
        (false, Some(_), _) => Err(mode(session).got("an encrypted response")),
        (false, None, Some(text)) => {
            check_state(session, one("state")?)?;
            let token = json::decode(text.as_bytes()).map_err(|_| vp_token::not_an_object(text))?;
            let presentations = vp_token::presentations(session, &token)?;
            Ok(Answer::Shown(Shown { presentations, origin: None, thumbprint: None, mdoc_generated_nonce: None }))
        }
        (_, None, None) => Err(malformed("`vp_token`, `response` or `error`").got("none of them")),
    }
}

/// OpenID4VP 1.0, 8.3: the members stand in the payload, which nobody signs.
fn of_jwe(session: &Session, text: &str, origin: Option<String>) -> Result<Answer, Refusal> {
    let opened = jwe::open(text, &session.keys, &Encryption::ALL)?;
    let held = json::decode(&opened.payload).map_err(|_| no_json(&opened.payload))?;
    if held.as_object().is_none() {
        return Err(malformed("an object in the encrypted response").got(held.kind()));
    }
    if origin.is_none() {
        check_state(session, held.member("state").and_then(Value::as_str))?;
    }
    if let Some(error) = held.member("error") {
        return Ok(Answer::Error(WalletError::of(error.as_str().unwrap_or_default())));
    }
    shown(session, &held, origin, Some(&opened))
}

/// What stands in the place of JSON: a token inside the token, which drafts had; one that nobody signed is told so.
fn no_json(payload: &[u8]) -> Refusal {
    let header = std::str::from_utf8(payload).ok().and_then(peek_header);
    match header {
        Some(header) if header.algorithm.as_deref().is_none_or(|name| name.eq_ignore_ascii_case("none")) => {
            Refusal::new(Code::JweNone)
        }
        Some(_) => malformed("JSON in the encrypted response").got("a signed token, as drafts had it"),
        None => malformed("JSON in the encrypted response").got("something else"),
    }
}

fn shown(
    session: &Session,
    held: &Value<'_>,
    origin: Option<String>,
    opened: Option<&Opened>,
) -> Result<Answer, Refusal> {
    if held.member("presentation_submission").is_some() {
        return Err(draft());
    }
    let token = held.member("vp_token").ok_or_else(|| malformed("`vp_token`").got("none"))?;
    let presentations = vp_token::presentations(session, token)?;
    let key = opened.and_then(|opened| session.keys.iter().find(|key| key.kid() == opened.kid));
    let party = opened.filter(|opened| answers_nonce(session, opened)).and_then(|opened| opened.party_u.clone());
    Ok(Answer::Shown(Shown {
        presentations,
        origin,
        thumbprint: key.map(jwe::EncryptionKey::thumbprint),
        mdoc_generated_nonce: party.and_then(|party| String::from_utf8(party).ok()),
    }))
}

/// ISO/IEC 18013-7:2024, Annex B: `apv` is the nonce of the request, where it is there. Under another one, the wallet's own nonce in `apu` was
/// made for another session, and no mdoc is looked at with it.
fn answers_nonce(session: &Session, opened: &Opened) -> bool {
    opened.party_v.as_deref().is_none_or(|party| sha256(party) == sha256(session.nonce.as_bytes()))
}

/// OpenID4VP 1.0, 8.2 and 14.1: `state` comes back as it was sent. Digests are compared, so that time tells nothing of it.
fn check_state(session: &Session, state: Option<&str>) -> Result<(), Refusal> {
    match state {
        Some(state) if sha256(state.as_bytes()) == sha256(session.state.as_bytes()) => Ok(()),
        Some(_) => Err(Refusal::new(Code::State).got("another one")),
        None => Err(Refusal::new(Code::State).got("none")),
    }
}

/// OpenID4VP 1.0, A.2: origins are compared as texts.
fn check_origin(session: &Session, origin: Option<&str>) -> Result<String, Refusal> {
    let expected = || session.ask.expected_origins.join(", ");
    match origin {
        Some(origin) if session.ask.expected_origins.iter().any(|expected| expected == origin) => Ok(origin.to_owned()),
        Some(origin) => Err(Refusal::new(Code::Origin).expected(expected()).got(shown_origin(origin))),
        None => Err(Refusal::new(Code::Origin).expected(expected()).got("none")),
    }
}

/// An origin as a fact shows it: what has no other characters than URLs have.
fn shown_origin(origin: &str) -> String {
    origin.chars().filter(|char| char.is_ascii_graphic()).collect()
}

fn check_size(bytes: usize) -> Result<(), Refusal> {
    if bytes > RESPONSE_BYTES {
        return Err(Refusal::new(Code::TooLarge).expected(RESPONSE_BYTES).got(bytes));
    }
    Ok(())
}

fn mode(session: &Session) -> Refusal {
    Refusal::new(Code::ResponseMode).expected(session.ask.response_mode.name())
}

/// OpenID4VP 1.0 has no `presentation_submission`; the paths in it are not evaluated.
fn draft() -> Refusal {
    malformed("a `vp_token` by ids of the query").got("a `presentation_submission`, as drafts before 1.0 had it")
}

fn malformed(expected: &'static str) -> Refusal {
    Refusal::new(Code::Malformed).expected(expected)
}
