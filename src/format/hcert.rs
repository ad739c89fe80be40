//! HCERT, the carrier of EU DCC and WHO certificates (HCERT 1.0.8; WHO HCERT 1.1.1): `HC1:`, Base45, zlib, COSE_Sign1, CWT.
//!
//! What the container holds under claim -260 is another file's business.

use crate::check::Note;
use crate::credential::{KeyId, Opened, Signed};
use crate::crypto::algorithm::Algorithm;
use crate::encoding::cbor::Value;
use crate::encoding::{base45, deflate};
use crate::envelope::cose::{AlgorithmLabel, Sign1, Wrappings, open_sign1};
use crate::limits;
use crate::reason::{Code, Reason};
use crate::time::Timestamp;

/// CWT claim: issuer.
pub const ISS: i64 = 1;
/// CWT claim: expiration time.
pub const EXP: i64 = 4;
/// CWT claim: not before.
pub const NBF: i64 = 5;
/// CWT claim: issued at.
pub const IAT: i64 = 6;
/// CWT claim: health certificate container.
pub const HCERT: i64 = -260;

/// `true` for the context identifiers of HCERT, known or not: `HC1:` to `HC9:`, `HCA:` and on, in any case.
pub fn begins(text: &str) -> bool {
    matches!(text.as_bytes(), [h, c, version, b':', ..]
        if h.eq_ignore_ascii_case(&b'H') && c.eq_ignore_ascii_case(&b'C') && version.is_ascii_alphanumeric())
}

/// Opens an HCERT: prefix, Base45, zlib, COSE_Sign1.
///
/// # Errors
/// `hc1.prefix`, `base45.*`, `hc1.not_compressed`, `zlib.*`, `input.decompressed_too_large`, `cbor.*`, `cose.*`.
pub fn open(text: &str) -> Result<Opened<'static>, Reason> {
    let body = text.strip_prefix("HC1:").ok_or_else(|| Reason::new(Code::Hc1Prefix).expected("HC1:"))?;
    let compressed = base45::decode(body)?;
    check_is_compressed(&compressed)?;
    let cose = deflate::inflate_zlib(&compressed)?;
    let sign1 = open_sign1(&cose, Wrappings { cwt_tag: true, untagged: true })?;
    opened(sign1)
}

/// HCERT §4.2: the COSE message is compressed. A message that was not is told apart from broken compression.
fn check_is_compressed(bytes: &[u8]) -> Result<(), Reason> {
    match bytes.first() {
        // COSE_Sign1 with tag 18, with tag 61, without a tag.
        Some(0xd2 | 0xd8 | 0x84) => Err(Reason::new(Code::Hc1NotCompressed)),
        _ => Ok(()),
    }
}

/// HCERT §3.3: ES256 first, PS256 second; the key identifier is eight bytes.
fn opened(sign1: Sign1) -> Result<Opened<'static>, Reason> {
    match &sign1.kid {
        Some(KeyId::Bytes(kid)) if kid.len() == 8 => {}
        Some(KeyId::Bytes(kid)) => return Err(Reason::new(Code::CoseKid).expected("8 bytes").got(kid.len())),
        Some(KeyId::Text(_)) => return Err(Reason::new(Code::CoseKid).expected("8 bytes").got("text")),
        None => return Err(Reason::new(Code::CoseKid).expected("8 bytes").got("nothing")),
    }
    let mut faults = Vec::new();
    let algorithm = match &sign1.algorithm {
        AlgorithmLabel::Number(-7) => Some(Algorithm::Es256),
        AlgorithmLabel::Number(-37) => Some(Algorithm::Ps256),
        other => {
            let got = match other {
                AlgorithmLabel::Number(number) => number.to_string(),
                AlgorithmLabel::Other(kind) => kind.clone(),
            };
            faults.push(Reason::new(Code::CoseAlgNotAllowed).expected("-7 (ES256) or -37 (PS256)").got(got));
            None
        }
    };
    let signed =
        Signed { algorithm, kid: sign1.kid, message: sign1.message, signature: sign1.signature, ..Signed::default() };
    Ok(Opened { payload: sign1.payload.into(), signed, faults, ..Opened::default() })
}

/// A NumericDate of a CWT (RFC 8392 §2): seconds, without tag 1. `Ok(None)` when the claim is absent.
///
/// Deviation: unless `strict`, finite floating-point numbers and tag 1 are taken, fractions dropped, and a note is left;
/// live certificates carry both.
pub fn numeric_date(
    claims: &Value<'_>,
    label: i64,
    strict: bool,
    notes: &mut Vec<Note>,
) -> Result<Option<Timestamp>, Reason> {
    let Some(mut value) = claims.entry(label) else { return Ok(None) };
    let wrong = |got: &'static str| Reason::new(Code::ClaimType).expected("seconds as an integer").got(got);
    if let Value::Tag(1, inner) = value {
        if strict {
            return Err(wrong("tag 1"));
        }
        note_once(notes, "deviation.tagged_date", "A date carries CBOR tag 1, which a CWT must omit.");
        value = inner;
    }
    let seconds = match value {
        Value::Float(number) if number.is_finite() && !strict => {
            note_once(
                notes,
                "deviation.fractional_date",
                "A date is a floating-point number; its fraction was dropped.",
            );
            whole_seconds(*number).ok_or_else(|| wrong("a number out of range"))?
        }
        other => other.as_i64().ok_or_else(|| wrong(other.kind()))?,
    };
    if seconds > limits::LATEST_SECOND {
        return Err(Reason::new(Code::TimeImplausible).expected("seconds").got(seconds));
    }
    Ok(Some(Timestamp::from_seconds(seconds)))
}

fn note_once(notes: &mut Vec<Note>, code: &'static str, sentence: &'static str) {
    if !notes.iter().any(|note| note.code == code) {
        notes.push(Note::new(code, sentence));
    }
}

/// The whole part of a number of seconds, if it is of any use as a date.
fn whole_seconds(number: f64) -> Option<i64> {
    let whole = number.trunc();
    // Formatting is exact for every integral double and avoids a cast that could lose.
    (whole.abs() < 9.0e15).then(|| format!("{whole:.0}").parse().ok()).flatten()
}
