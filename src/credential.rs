//! Credentials: what came in, and what it says. Nothing here is believed yet.

use std::borrow::Cow;

use crate::check::Note;
use crate::crypto::algorithm::Algorithm;
use crate::crypto::bbs::Statements;
use crate::crypto::job::Job;
use crate::crypto::older_suites::OlderProof;
use crate::crypto::public_key::PublicKey;
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

/// An opened envelope: the payload and what is needed to check its signatures. Nothing is checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opened<'i> {
    /// The payload, decompressed; of a Data Integrity document the whole text, proofs and all.
    pub payload: Cow<'i, [u8]>,
    /// The same read as JSON, where opening had to read it.
    pub document: Option<json::Value<'i>>,
    /// The signature, or the first of several.
    pub signed: Signed,
    /// The other signatures (a set or chain of proofs). Every one must be right.
    pub more: Vec<Signed>,
    /// `true` for a presentation.
    pub is_presentation: bool,
    /// `true` when its signatures, if right, prove that whoever shows it did so for this occasion.
    pub is_bound: bool,
    /// Whose credential it is, where it says so by a key.
    pub confirmed: Option<Confirmed>,
    /// How its holder shows that it is theirs, where the format asks the holder's key itself (a device authenticates an mdoc).
    pub holder_proof: HolderProof,
    /// What was disclosed selectively, and where something stays concealed.
    pub selection: Selection,
    /// Credentials inside (of a presentation), each judged as a part of its own.
    pub inner: Vec<Inner>,
    /// Faults that do not stop the reading.
    pub faults: Vec<Reason>,
}

/// What selective disclosure made of a payload, as JSON pointers (RFC 6901) into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Where what was disclosed stands.
    pub disclosed: Vec<String>,
    /// Objects and arrays with digests for which nothing was disclosed; some of them may be decoys.
    pub concealing: Vec<String>,
    /// Arrays that came shorter than the issuer made them, each with the places that its elements had there.
    pub places: Vec<(String, Vec<usize>)>,
}

/// Nothing disclosed, nothing concealed.
static NO_SELECTION: Selection = Selection { disclosed: Vec::new(), concealing: Vec::new(), places: Vec::new() };

/// The key that a credential names as its holder's (`cnf`, RFC 7800): nobody else may show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// The key itself.
    Key(PublicKey),
    /// The key's identifier.
    Id(String),
    /// Named in another way, which nobody here can compare.
    Other,
}

/// What shows that the holder of the credential presents it, apart from the signatures of its issuer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HolderProof {
    /// Nothing of that kind is declared, or none is asked for.
    #[default]
    NotDeclared,
    /// A signature by the holder's key, yet to be checked.
    Signature(Box<Vouched>),
    /// Looked at and right (a message authentication code).
    Right,
    /// Looked at and not right; the format says why it may be so.
    Mismatch,
    /// Wrong, for these reasons.
    Wrong(Vec<Reason>),
    /// Could not be told, for this reason.
    Untold(Reason),
}

/// One signature and what it is over. Nothing is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signed {
    /// The signature algorithm: that of the protected header, or of the cryptosuite. `None` when it is not one that the format
    /// allows (then the faults say so).
    pub algorithm: Option<Algorithm>,
    /// Which key is said to have signed: `kid`, or the verification method.
    pub kid: Option<KeyId>,
    /// `true` where the format lets a signer name no key and this one names none: any key of the issuer's may have signed.
    pub names_no_key: bool,
    /// DER of the certificates that came with the signature (`x5c`, `x5chain`), the signer's own first. They prove nothing before they
    /// lead to somebody trusted.
    pub certificates: Vec<Vec<u8>>,
    /// What the key must be for: `assertionMethod` of a credential, `authentication` of a presentation.
    pub purpose: Purpose,
    /// The bytes that were signed.
    pub message: Vec<u8>,
    /// The signature as it came.
    pub signature: Vec<u8>,
    /// Signatures by keys that the first one vouches for (the statements of `ecdsa-sd-2023`). Every one must be right.
    pub vouched: Vec<Vouched>,
    /// The statements of a BBS proof, in the place of `message`.
    pub statements: Option<Box<Statements>>,
    /// What a proof of an older suite is over, in the place of `message`.
    pub older: Option<Box<OlderProof>>,
}

/// What a signing key must be for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// To assert: an issuer's key.
    #[default]
    Assertion,
    /// To authenticate: a holder's key.
    Authentication,
}

/// A signature by a key that stands inside what another key signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The key.
    pub key: PublicKey,
    /// The bytes that were signed.
    pub message: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
    /// `true` for the holder's signature, which binds a presentation and says nothing about the credential itself.
    pub is_of_holder: bool,
}

impl Vouched {
    /// Its check.
    pub fn job(&self) -> Job<'_> {
        Job {
            algorithm: self.algorithm,
            key: self.key.clone(),
            message: &self.message,
            signature: &self.signature,
            statements: None,
            older: None,
        }
    }
}

/// A credential inside another document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inner {
    /// Its text.
    pub text: String,
    /// The format by name, where the document says it (the media type of an envelope).
    pub format: Option<&'static str>,
}

/// The claims in their own notation, borrowed from the payload.
#[derive(Clone, Debug, PartialEq)]
pub enum Claims<'a> {
    /// CBOR (CWT).
    Cbor(cbor::Value<'a>),
    /// JSON (JWT).
    Json(json::Held<'a>),
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
    /// `true` for a presentation: `issuer` is the holder then, who needs no place on a trust list.
    pub is_presentation: bool,
    /// `true` when its signatures, if right, prove that whoever shows it did so for this occasion.
    pub is_bound: bool,
    /// Whose credential it is, where it says so by a key.
    pub confirmed: Option<Confirmed>,
    /// What was disclosed selectively, and where something stays concealed.
    pub selection: &'a Selection,
    /// Identifiers of whom it is about (`credentialSubject.id`), where the format has them.
    pub subjects: Vec<Cow<'a, str>>,
    /// Where its status is told, where the format leaves that to the verifier's own look at status lists.
    pub status: Vec<StatusEntry>,
    /// Faults that do not stop the reading.
    pub faults: Vec<Reason>,
    /// Oddities that change no verdict.
    pub notes: Vec<Note>,
}

impl<'a> Decoded<'a> {
    /// These claims, and nothing else known.
    pub fn new(claims: Claims<'a>) -> Self {
        Decoded {
            claims,
            issuer: None,
            issued_at: None,
            not_before: None,
            expires: None,
            types: Vec::new(),
            is_presentation: false,
            is_bound: false,
            confirmed: None,
            selection: &NO_SELECTION,
            subjects: Vec::new(),
            status: Vec::new(),
            faults: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// A credential's place in a status list, as the credential states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusEntry {
    /// The kind of entry (`BitstringStatusListEntry`, `StatusList2021Entry`, `status_list`, `identifier_list`).
    pub kind: StatusKind,
    /// What the list is about (`revocation`, `suspension`, `message`, `refresh`); empty where the kind has no such thing.
    pub purpose: String,
    /// The place in the list; 0 of an identifier list, which has no places.
    pub index: u64,
    /// What an identifier list would name the credential by.
    pub identifier: Option<Vec<u8>>,
    /// Where the list is published.
    pub list: String,
    /// Bits of one place, 1 to 8; `None` = the entry does not say.
    pub bits: Option<u8>,
    /// The messages that the values of a `message` entry stand for: value and text.
    pub messages: Vec<(u64, String)>,
}

/// The kinds of status entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusKind {
    /// Bitstring Status List 1.0.
    Bitstring,
    /// StatusList2021.
    StatusList2021,
    /// Token Status List.
    TokenStatusList,
    /// Identifier list (ISO/IEC 18013-5, second edition).
    IdentifierList,
    /// Another kind, which nobody here can look up.
    Other,
}

impl StatusEntry {
    /// An entry of another kind: nothing of it is read.
    pub fn other() -> Self {
        StatusEntry {
            kind: StatusKind::Other,
            purpose: String::new(),
            index: 0,
            identifier: None,
            list: String::new(),
            bits: None,
            messages: Vec::new(),
        }
    }
}

impl Signed {
    /// `true` when the signature is one of COSE.
    pub fn is_cose(&self) -> bool {
        self.message.starts_with(b"\x84\x6aSignature1")
    }
}

impl Opened<'_> {
    /// The same, owning all it holds.
    pub fn into_owned(self) -> Opened<'static> {
        Opened {
            payload: Cow::Owned(self.payload.into_owned()),
            document: None,
            signed: self.signed,
            more: self.more,
            is_presentation: self.is_presentation,
            is_bound: self.is_bound,
            confirmed: self.confirmed,
            holder_proof: self.holder_proof,
            selection: self.selection,
            inner: self.inner,
            faults: self.faults,
        }
    }

    /// The payload as JSON, read now if it was not read before.
    ///
    /// # Errors
    /// `json.*`.
    pub fn json(&self) -> Result<json::Held<'_>, Reason> {
        match &self.document {
            Some(document) => Ok(json::Held::Lent(document)),
            None => json::decode(&self.payload).map(json::Held::Own),
        }
    }

    /// Every signature.
    pub fn signatures(&self) -> impl Iterator<Item = &Signed> {
        std::iter::once(&self.signed).chain(&self.more)
    }

    /// `true` when the envelope was COSE: its key identifiers are bytes, and its faults have COSE names.
    pub fn is_cose(&self) -> bool {
        self.signed.is_cose()
    }
}
