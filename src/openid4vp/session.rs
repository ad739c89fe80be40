//! Sessions: one request and its one answer. Everything that must survive a restart, and how a session goes from created to read.
//!
//! ```text
//! created -> requested -> answered -> read        (answered without having been requested: what is sent by value is not fetched)
//! ```
//! Transitions are pure: they take a session and give its successor, and whoever keeps sessions puts that in the place of the one before.
//! Whatever does not belong to a session changes nothing in it. The result is sealed to a point that is derived from the transaction's
//! identifier: only who knows that can open it, and the store never does.

mod begin;
mod secrets;

#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::crypto::digest::sha256;
use crate::crypto::hpke::{self, Sealed};
use crate::crypto::jwe::EncryptionKey;
use crate::encoding::{base64url, form, json};
use crate::openid4vp::ask::{Ask, Flow, Protocol};
use crate::openid4vp::client::Prefix;
use crate::openid4vp::code::{Code, Refusal};
use crate::openid4vp::outcome::Outcome;
use crate::policy::dcql::Query;
use crate::time::Timestamp;

pub(crate) use self::begin::credential_ids;
pub use self::secrets::{Secrets, digest_of, new_secret};

/// Seconds that an outcome can be read at least, from the answer on. A relying party polls, and a browser has to find its way back: who answers
/// in the last moment would else have answered in vain.
const READABLE_SECONDS: i64 = 300;
/// What the result is sealed for.
const SEALED_FOR: &[u8] = b"vidimus openid4vp outcome";

/// One request to a wallet, and what became of it. `Debug` shows neither nonces nor places, which are as good as secrets.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// What the relying party wants.
    pub ask: Ask,
    /// Who we are to the wallet, prefix and all; empty over the Digital Credentials API where the request is not signed.
    pub client_id: String,
    /// The prefix of that identifier.
    pub prefix: Prefix,
    /// What a presentation must answer: 256 random bits, base64url.
    pub nonce: String,
    /// What the answer must bring back: 256 random bits, base64url. Over the Digital Credentials API nothing is brought back.
    pub state: String,
    /// Where the wallet fetches the request.
    pub request_uri: String,
    /// Where the answer goes: `response_uri`, or `redirect_uri` of the mode `fragment`; empty over the Digital Credentials API.
    pub response_uri: String,
    /// Our keys for the answer, made for this request; none once it is answered, and where nothing is encrypted.
    pub keys: Vec<EncryptionKey>,
    /// `encryptionInfo` as it was sent (ISO/IEC 18013-7, Annex C).
    pub encryption_info: Option<String>,
    /// `transaction_data` as it was sent.
    pub transaction_data: Vec<String>,
    /// When it began.
    pub created: Timestamp,
    /// From then on the session is as good as gone: nothing is taken, and nothing read. An answer puts it off.
    pub expires: Timestamp,
    /// The point that the result is sealed to, base64url.
    pub sealed_to: String,
    /// Where it stands.
    pub stage: Stage,
}

/// Where a session stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Stage {
    /// The request waits for a wallet.
    Created,
    /// A wallet has fetched the request.
    Requested,
    /// There is an answer, whatever it came to.
    Answered {
        /// When it came.
        at: Timestamp,
        /// The outcome, sealed.
        sealed: SealedOutcome,
        /// Digest of the response code that the browser must bring back, base64url; `None` where none was given.
        response_code: Option<String>,
    },
    /// The outcome was handed out, and is gone.
    Read,
}

impl Stage {
    /// The name as it stands in answers to the relying party.
    pub fn name(&self) -> &'static str {
        match self {
            Stage::Created => "created",
            Stage::Requested => "requested",
            Stage::Answered { .. } => "answered",
            Stage::Read => "read",
        }
    }
}

/// An outcome that only the transaction's identifier opens. Both parts are base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedOutcome {
    encapsulated: String,
    ciphertext: String,
}

/// A session after its answer, and where the wallet is to send the browser, which `Debug` does not show.
#[derive(Clone, PartialEq)]
pub struct Answered {
    /// The session's successor.
    pub session: Session,
    /// `redirect_uri` of the reply to the wallet, a fresh response code included; `None` = the reply is `{}`.
    pub redirect_uri: Option<String>,
}

impl Session {
    /// `true` when the session has ended at `now`.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        now >= self.expires
    }

    /// From when on no answer is taken, whatever came before: an answer puts off the end of the session, and not this.
    fn closes(&self) -> Timestamp {
        self.created.plus(i64::from(self.ask.expires_in)).min(self.expires)
    }

    /// OpenID4VP 1.0, 13.3: what comes late is told that it is late.
    fn check_open(&self, now: Timestamp) -> Result<(), Refusal> {
        let closes = self.closes();
        if now >= closes { Err(Refusal::new(Code::SessionExpired).expected(closes).got(now)) } else { Ok(()) }
    }

    /// The query. `None` when what was kept has been changed.
    pub fn query(&self) -> Option<Query> {
        Query::decode(self.ask.dcql_query.to_string().as_bytes()).ok()
    }

    /// Whether a request object may be handed out, again or for the first time.
    ///
    /// # Errors
    /// `vp.session_expired`, `vp.request_consumed`.
    pub fn check_requestable(&self, now: Timestamp) -> Result<(), Refusal> {
        self.check_open(now)?;
        match &self.stage {
            Stage::Created | Stage::Requested => Ok(()),
            Stage::Answered { .. } | Stage::Read => Err(Refusal::new(Code::RequestConsumed)),
        }
    }

    /// Whether an answer may be taken. One is.
    ///
    /// # Errors
    /// `vp.session_expired`, `vp.session_consumed`.
    pub fn check_answerable(&self, now: Timestamp) -> Result<(), Refusal> {
        self.check_open(now)?;
        match &self.stage {
            Stage::Created | Stage::Requested => Ok(()),
            Stage::Answered { .. } | Stage::Read => Err(Refusal::new(Code::SessionConsumed)),
        }
    }

    /// The session whose request was fetched; the same once it was fetched before.
    ///
    /// # Errors
    /// As [`Session::check_requestable`].
    pub fn requested(self, now: Timestamp) -> Result<Session, Refusal> {
        self.check_requestable(now)?;
        Ok(Session { stage: Stage::Requested, ..self })
    }

    /// The session with its answer. Its keys are gone, and the outcome is sealed, to be read for `READABLE_SECONDS` at least. Where the browser is on the wallet's device, the wallet
    /// sends it back with a response code, which is known to nobody else.
    ///
    /// # Errors
    /// As [`Session::check_answerable`].
    pub fn answered(self, outcome: &Outcome, now: Timestamp) -> Result<Answered, Refusal> {
        self.check_answerable(now)?;
        let gone = || Refusal::new(Code::SessionConsumed);
        let point = base64url::decode(&self.sealed_to).map_err(|_| gone())?;
        let sealed = hpke::seal_to_point(&point, SEALED_FOR, outcome.to_json().as_bytes()).map_err(|_| gone())?;
        let code = self.gives_response_code().then(new_secret);
        let redirect_uri = match (&self.ask.redirect_uri, &code) {
            (Some(uri), Some(code)) => Some(with_parameter(uri, "response_code", code)),
            _ => None,
        };
        let stage = Stage::Answered {
            at: now,
            sealed: SealedOutcome {
                encapsulated: base64url::encode(&sealed.encapsulated),
                ciphertext: base64url::encode(&sealed.ciphertext),
            },
            response_code: code.as_deref().map(|code| base64url::encode(&sha256(code.as_bytes()))),
        };
        let expires = self.expires.max(now.plus(READABLE_SECONDS));
        Ok(Answered { session: Session { stage, keys: Vec::new(), expires, ..self }, redirect_uri })
    }

    /// The session after its outcome was handed out, and the outcome as JSON text.
    ///
    /// # Errors
    /// `vp.session_expired`; `vp.session_consumed` when there is no outcome, or it was handed out before; `vp.response_code`. A wrong
    /// response code changes nothing.
    pub fn read(
        self,
        transaction: &str,
        response_code: Option<&str>,
        now: Timestamp,
    ) -> Result<(Session, String), Refusal> {
        if self.has_expired(now) {
            return Err(Refusal::new(Code::SessionExpired).expected(self.expires).got(now));
        }
        let Stage::Answered { sealed, response_code: due, .. } = &self.stage else {
            return Err(Refusal::new(Code::SessionConsumed).got(self.stage.name()));
        };
        check_response_code(due.as_deref(), response_code)?;
        let opened = sealed.open(transaction).ok_or_else(|| Refusal::new(Code::ResponseCode))?;
        Ok((Session { stage: Stage::Read, ..self }, opened))
    }

    /// OpenID4VP 1.0, 13.3; HAIP 1.0, 5.1: on one device the browser comes back, and shows that it is the one that was sent.
    fn gives_response_code(&self) -> bool {
        self.ask.flow == Flow::SameDevice && self.ask.response_mode.is_direct()
    }

    /// `true` for ISO/IEC 18013-7, Annex C.
    pub fn is_iso_mdoc(&self) -> bool {
        self.ask.protocol == Some(Protocol::IsoMdoc)
    }

    /// What a presentation must name as its audience; `origin` is the one that the answer came from over the Digital Credentials API.
    pub fn audience(&self, origin: Option<&str>) -> String {
        match origin {
            Some(origin) => format!("origin:{origin}"),
            None => self.client_id.clone(),
        }
    }

    /// The client identifier as it may be shown. With `redirect_uri` it is the place of the answer, and stays unsaid.
    fn client_id_shown(&self) -> &str {
        match self.prefix {
            Prefix::RedirectUri => Prefix::RedirectUri.name(),
            _ => &self.client_id,
        }
    }

    /// The session as bytes, for whoever keeps it.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The session that was kept. `None` when it is none of ours.
    pub fn from_bytes(bytes: &[u8]) -> Option<Session> {
        json::from_slice(bytes).ok()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("stage", &self.stage.name())
            .field("client_id", &self.client_id_shown())
            .field("created", &self.created)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answered").field("session", &self.session).finish_non_exhaustive()
    }
}

impl SealedOutcome {
    fn open(&self, transaction: &str) -> Option<String> {
        let secret = <[u8; 32]>::try_from(base64url::decode(transaction).ok()?).ok()?;
        let sealed = Sealed {
            encapsulated: base64url::decode(&self.encapsulated).ok()?,
            ciphertext: base64url::decode(&self.ciphertext).ok()?,
        };
        let opened = hpke::open_with_secret(&secret, SEALED_FOR, &sealed).ok()?;
        std::str::from_utf8(&opened).ok().map(str::to_owned)
    }
}

/// OpenID4VP 1.0, 13.3: where a response code was given, the result is for whoever brings it. Digests are compared, so that time tells
/// nothing of the code.
fn check_response_code(due: Option<&str>, brought: Option<&str>) -> Result<(), Refusal> {
    match (due, brought) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(Refusal::new(Code::ResponseCode).got("none")),
        (Some(due), Some(code)) if base64url::encode(&sha256(code.as_bytes())) == due => Ok(()),
        (Some(_), Some(_)) => Err(Refusal::new(Code::ResponseCode).got("another one")),
    }
}

/// A URL with one parameter more in its query.
fn with_parameter(url: &str, name: &str, value: &str) -> String {
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}{}", form::encode([(name, value)]))
}
