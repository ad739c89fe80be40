//! COSE_Sign1 (RFC 9052 §4.2), opened without believing it.
//!
//! ```cddl
//! COSE_Sign1 = [ protected: bstr .cbor map / h'', unprotected: map, payload: bstr, signature: bstr ]
//! Sig_structure = [ "Signature1", protected: bstr, external_aad: h'', payload: bstr ]
//! ```
//! Accepted wrappings: tag 18, tag 61 (CWT) around tag 18, and, where the profile says so, none. Detached payloads,
//! countersignatures and other COSE structures are not read here; `detached` reads the two that come without a payload.

mod detached;

use crate::credential::KeyId;
use crate::encoding::cbor::{self, Value};
use crate::limits;
use crate::reason::{Code, Reason};

pub use crate::envelope::cose::detached::{Detached, mac_structure, open_detached};

const ALG: i64 = 1;
const CRIT: i64 = 2;
const CONTENT_TYPE: i64 = 3;
const KID: i64 = 4;
const TYP: i64 = 16;
const X5CHAIN: i64 = 33;
const TAG_SIGN1: u64 = 18;
const TAG_CWT: u64 = 61;

/// Which wrappings a profile takes besides tag 18.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrappings {
    /// Tag 61 around tag 18.
    pub cwt_tag: bool,
    /// No tag at all.
    pub untagged: bool,
}

/// An opened COSE_Sign1 message. Nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign1 {
    /// The `alg` label of the protected header.
    pub algorithm: AlgorithmLabel,
    /// The key identifier; the protected one where both headers hold one.
    pub kid: Option<KeyId>,
    /// The media type of the whole message (`typ`, label 16 of the protected header, RFC 9596).
    pub typ: Option<MediaLabel>,
    /// The media type of the payload (label 3 of the protected header).
    pub content_type: Option<MediaLabel>,
    /// `x5chain` (RFC 9360): DER of the signer's certificates, its own first. They prove nothing before they lead to somebody trusted.
    pub x5chain: Vec<Vec<u8>>,
    /// `true` when `x5chain` stood in the protected header.
    pub x5chain_is_protected: bool,
    /// The payload.
    pub payload: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
    /// The encoded `Sig_structure`: the bytes that were signed.
    pub message: Vec<u8>,
}

/// How a message names its algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlgorithmLabel {
    /// By number, as the COSE registry has them.
    Number(i64),
    /// In any other way; no profile here takes that.
    Other(String),
}

/// How a message names a media type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaLabel {
    /// By its name.
    Text(String),
    /// By number, as the CoAP registry has them.
    Number(i64),
    /// In any other way, which no specification knows.
    Other(&'static str),
}

/// Opens the one COSE_Sign1 message that these bytes hold.
///
/// # Errors
/// `cbor.*`, `cose.tag`, `cose.structure`, `cose.protected`, `cose.payload`, `cose.crit`, `cose.header_conflict`,
/// `cose.alg_unprotected`, `cose.kid`, `x509.malformed` and `x509.chain_too_long` of `x5chain`.
pub fn open_sign1(bytes: &[u8], wrappings: Wrappings) -> Result<Sign1, Reason> {
    open_sign1_item(&cbor::decode(bytes)?, wrappings)
}

/// The same of a message that stands inside other CBOR.
///
/// # Errors
/// As [`open_sign1`].
pub fn open_sign1_item(item: &Value<'_>, wrappings: Wrappings) -> Result<Sign1, Reason> {
    let Body { protected, header, unprotected, payload, end } = Body::of(unwrap_tags(item, wrappings)?)?;
    let payload =
        payload.as_bytes().ok_or_else(|| Reason::new(Code::CosePayload).expected("byte string").got(payload.kind()))?;
    Ok(Sign1 {
        algorithm: algorithm(&header, unprotected)?,
        kid: kid(&header, unprotected)?,
        typ: header.entry(TYP).map(media_label),
        content_type: header.entry(CONTENT_TYPE).map(media_label),
        x5chain: x5chain(&header, unprotected)?,
        x5chain_is_protected: header.entry(X5CHAIN).is_some(),
        message: sig_structure(protected, payload),
        payload: payload.to_vec(),
        signature: end.to_vec(),
    })
}

/// The four parts that COSE_Sign1 and COSE_Mac0 share, with the headers' rules checked.
struct Body<'v, 'a> {
    protected: &'v [u8],
    header: Value<'v>,
    unprotected: &'v Value<'a>,
    payload: &'v Value<'a>,
    /// The signature or tag.
    end: &'v [u8],
}

impl<'v, 'a> Body<'v, 'a> {
    fn of(body: &'v Value<'a>) -> Result<Self, Reason> {
        let (protected, unprotected, payload, end) = match body.as_array() {
            Some([a, b, c, d]) => (a, b, c, d),
            Some(items) => return Err(Reason::new(Code::CoseStructure).expected(4usize).got(items.len())),
            None => return Err(Reason::new(Code::CoseStructure).expected("array").got(body.kind())),
        };
        let protected = protected
            .as_bytes()
            .ok_or_else(|| Reason::new(Code::CoseProtected).expected("byte string").got(protected.kind()))?;
        let header = decode_protected(protected)?;
        if unprotected.as_map().is_none() {
            return Err(Reason::new(Code::CoseStructure).expected("map").got(unprotected.kind()));
        }
        let end =
            end.as_bytes().ok_or_else(|| Reason::new(Code::CoseStructure).expected("byte string").got(end.kind()))?;
        check_crit(&header, unprotected)?;
        check_conflicts(&header, unprotected)?;
        Ok(Body { protected, header, unprotected, payload, end })
    }
}

/// The encoded `Sig_structure` over these protected header bytes and payload (RFC 9052 §4.4): lengths minimal, contents as received.
pub fn sig_structure(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(protected.len() + payload.len() + 24);
    message.extend_from_slice(b"\x84\x6aSignature1");
    push_bytes(&mut message, protected);
    message.push(0x40);
    push_bytes(&mut message, payload);
    message
}

/// Appends a CBOR byte string with a minimal head.
pub fn push_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = bytes.len() as u64;
    let be = length.to_be_bytes();
    match length {
        0..=23 => out.push(0x40 | be[7]),
        24..=0xff => out.extend_from_slice(&[0x58, be[7]]),
        0x100..=0xffff => out.extend_from_slice(&[0x59, be[6], be[7]]),
        0x1_0000..=0xffff_ffff => out.extend_from_slice(&[0x5a, be[4], be[5], be[6], be[7]]),
        _ => {
            out.push(0x5b);
            out.extend_from_slice(&be);
        }
    }
    out.extend_from_slice(bytes);
}

fn unwrap_tags<'v, 'a>(item: &'v Value<'a>, wrappings: Wrappings) -> Result<&'v Value<'a>, Reason> {
    match item {
        Value::Tag(TAG_SIGN1, body) if !matches!(**body, Value::Tag(..)) => Ok(body),
        Value::Tag(TAG_CWT, inner) if wrappings.cwt_tag => match &**inner {
            Value::Tag(TAG_SIGN1, body) if !matches!(**body, Value::Tag(..)) => Ok(body),
            _ => Err(Reason::new(Code::CoseTag).expected("tag 61 around tag 18").got("tag 61 around something else")),
        },
        Value::Tag(tag, _) => {
            Err(Reason::new(Code::CoseTag).expected("tag 18").got(format!("tag {tag} around something else")))
        }
        _ if wrappings.untagged => Ok(item),
        _ => Err(Reason::new(Code::CoseTag).expected("tag 18").got("no tag")),
    }
}

/// "The protected header is a map wrapped in a byte string"; empty bytes stand for the empty map.
fn decode_protected(bytes: &[u8]) -> Result<Value<'_>, Reason> {
    if bytes.is_empty() {
        return Ok(Value::Map(Vec::new()));
    }
    let header = cbor::decode(bytes).map_err(|reason| match reason.code() {
        Code::CborDuplicateKey => reason,
        _ => Reason::new(Code::CoseProtected).got(reason.code().as_str()),
    })?;
    if header.as_map().is_some() {
        Ok(header)
    } else {
        Err(Reason::new(Code::CoseProtected).expected("map").got(header.kind()))
    }
}

/// RFC 9052 §3.1 `crit`: protected only, a non-empty list, every label of it present and understood. We understand no extension.
fn check_crit(protected: &Value<'_>, unprotected: &Value<'_>) -> Result<(), Reason> {
    if unprotected.entry(CRIT).is_some() {
        return Err(Reason::new(Code::CoseCrit).got("in the unprotected header"));
    }
    match protected.entry(CRIT) {
        None => Ok(()),
        Some(list) => {
            let labels = list.as_array().map_or(0, <[_]>::len);
            Err(Reason::new(Code::CoseCrit).expected("no demands").got(format!("{labels} demanded labels")))
        }
    }
}

/// RFC 9052 §3: labels must not occur in both headers. The key identifier may (HCERT 3.3.2): then the protected one counts.
fn check_conflicts(protected: &Value<'_>, unprotected: &Value<'_>) -> Result<(), Reason> {
    let ours = protected.as_map().unwrap_or_default();
    let theirs = unprotected.as_map().unwrap_or_default();
    if ours.len().max(theirs.len()) > limits::LABELS {
        let got = ours.len().max(theirs.len());
        return Err(Reason::new(Code::CoseStructure)
            .expected(format!("at most {} header parameters", limits::LABELS))
            .got(got));
    }
    for (label, _) in theirs {
        if label.as_i64() != Some(KID) && ours.iter().any(|(known, _)| known == label) {
            let name = label.as_i64().map_or_else(|| "a text label".to_owned(), |label| format!("label {label}"));
            return Err(Reason::new(Code::CoseHeaderConflict).got(name));
        }
    }
    Ok(())
}

/// RFC 9052 §3.1 `alg`: must be authenticated, so it counts in the protected header only.
fn algorithm(protected: &Value<'_>, unprotected: &Value<'_>) -> Result<AlgorithmLabel, Reason> {
    match protected.entry(ALG) {
        Some(label) => Ok(match label.as_i64() {
            Some(number) => AlgorithmLabel::Number(number),
            None => AlgorithmLabel::Other(label.kind().to_owned()),
        }),
        None if unprotected.entry(ALG).is_some() => Err(Reason::new(Code::CoseAlgUnprotected)),
        None => Err(Reason::new(Code::CoseAlgUnprotected).got("no algorithm in either header")),
    }
}

/// RFC 9360, 2: one certificate as bytes, or a list of two or more.
///
/// Deviation: a list of one is taken; wallets send it.
fn x5chain(protected: &Value<'_>, unprotected: &Value<'_>) -> Result<Vec<Vec<u8>>, Reason> {
    let Some(value) = protected.entry(X5CHAIN).or_else(|| unprotected.entry(X5CHAIN)) else { return Ok(Vec::new()) };
    let fault = |got: &'static str| Reason::new(Code::X509Malformed).expected("certificates in `x5chain`").got(got);
    if let Some(certificate) = value.as_bytes() {
        return Ok(vec![certificate.to_vec()]);
    }
    let items = value.as_array().filter(|items| !items.is_empty()).ok_or_else(|| fault(value.kind()))?;
    if items.len() > limits::X5CHAIN {
        return Err(Reason::new(Code::X509ChainTooLong).expected(limits::X5CHAIN).got(items.len()));
    }
    let der = |item: &Value<'_>| item.as_bytes().map(<[u8]>::to_vec).ok_or_else(|| fault(item.kind()));
    items.iter().map(der).collect()
}

fn media_label(value: &Value<'_>) -> MediaLabel {
    match (value.as_text(), value.as_i64()) {
        (Some(text), _) => MediaLabel::Text(text.to_owned()),
        (None, Some(number)) => MediaLabel::Number(number),
        (None, None) => MediaLabel::Other(value.kind()),
    }
}

fn kid(protected: &Value<'_>, unprotected: &Value<'_>) -> Result<Option<KeyId>, Reason> {
    let Some(value) = protected.entry(KID).or_else(|| unprotected.entry(KID)) else { return Ok(None) };
    match value {
        Value::Bytes(bytes) => Ok(Some(KeyId::Bytes(bytes.to_vec()))),
        Value::Text(text) => Ok(Some(KeyId::Text(text.to_string()))),
        other => Err(Reason::new(Code::CoseKid).expected("bytes or text").got(other.kind())),
    }
}
