//! Credentials: what came in, and what it says. Nothing here is believed yet.

use std::borrow::Cow;

use crate::check::Note;
use crate::crypto::algorithm::Algorithm;
use crate::encoding::{cbor, json};
use crate::reason::Reason;
use crate::time::Timestamp;

/// What a caller hands in: bytes as they came, and the format if the caller knows it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Input {
    /// The text, file or picture, unchanged.
    pub bytes: Vec<u8>,
    /// The format that the caller says it is, by name (`eu_dcc`); `None` = find out.
    pub format: Option<String>,
}

impl Input {
    /// Text of an unknown kind.
    pub fn text(text: impl Into<String>) -> Self {
        Input { bytes: text.into().into_bytes(), format: None }
    }

    /// Bytes of an unknown kind.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Input { bytes: bytes.into(), format: None }
    }
}

/// How a message names its signer's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyId {
    /// Bytes (COSE).
    Bytes(Vec<u8>),
    /// Text (JOSE, and some COSE).
    Text(String),
}

impl KeyId {
    /// The identifier's bytes, text as UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            KeyId::Bytes(bytes) => bytes,
            KeyId::Text(text) => text.as_bytes(),
        }
    }
}

/// An opened envelope: the payload and what is needed to check its signature. Nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The signature algorithm of the protected header; `None` when it is not one that the format allows (then `faults` says so).
    pub algorithm: Option<Algorithm>,
    /// Which key is said to have signed.
    pub kid: Option<KeyId>,
    /// The payload, decompressed.
    pub payload: Vec<u8>,
    /// The bytes that were signed.
    pub message: Vec<u8>,
    /// The signature as it came.
    pub signature: Vec<u8>,
    /// Faults that do not stop the reading.
    pub faults: Vec<Reason>,
}

/// The claims in their own notation, borrowed from the payload.
#[derive(Clone, Debug, PartialEq)]
pub enum Claims<'a> {
    /// CBOR (CWT).
    Cbor(cbor::Value<'a>),
    /// JSON (JWT).
    Json(json::Value<'a>),
}

/// What a credential says of itself, in the terms that every format shares.
#[derive(Clone, Debug)]
pub struct Decoded<'a> {
    /// All claims.
    pub claims: Claims<'a>,
    /// Who says to have issued it (`iss`).
    pub issuer: Option<Cow<'a, str>>,
    /// When it was issued (`iat`).
    pub issued_at: Option<Timestamp>,
    /// Not valid before (`nbf`).
    pub not_before: Option<Timestamp>,
    /// Not valid from this second on (`exp`).
    pub expires: Option<Timestamp>,
    /// What kind of credential it says to be, in the format's own words.
    pub types: Vec<Cow<'a, str>>,
    /// Faults that do not stop the reading.
    pub faults: Vec<Reason>,
    /// Oddities that change no verdict.
    pub notes: Vec<Note>,
}

impl Opened {
    /// `true` when the envelope was COSE: its key identifiers are bytes, and its faults have COSE names.
    pub fn is_cose(&self) -> bool {
        self.message.starts_with(b"\x84\x6aSignature1")
    }
}
