//! W3C credentials and presentations in COSE_Sign1 (VC-JOSE-COSE 1.0, 3.3).
//!
//! ```cddl
//! protected = { 1: alg, ? 3: "application/vc" / "application/vp", 4: bstr / tstr,
//!               ? 16: "application/vc+cose" / "application/vp+cose" }
//! payload = JSON text of the credential or presentation
//! ```
//! Tag 18 only. Where text is due, the bytes come as base64 in either alphabet. Certificates in headers are not looked at.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::check::Findings;
use crate::credential::{Decoded, KeyId, Opened, Signed};
use crate::crypto::algorithm::Algorithm;
use crate::encoding::{base64url, json};
use crate::envelope::cose::{AlgorithmLabel, MediaLabel, Sign1, Wrappings, open_sign1};
use crate::format::candidate::Candidate;
use crate::format::glance::{Glance, Room, Seen};
use crate::format::token_status_list;
use crate::format::vc::inner;
use crate::format::vc::secured::{self, Kind};
use crate::format::{About, Context, Disclosed, Format, Keys};
use crate::limits;
use crate::policy::Policy;
use crate::reason::{Code, Reason};
use crate::trust::Consulted;

/// The format's name in lists, policies and trust entries.
pub const NAME: &str = "vc_cose";
/// How the bytes begin: tag 18, an array of four.
const FIRST_BYTES: &[u8] = b"\xd2\x84";
/// How their base64 begins: the third byte is the head of a byte string.
const FIRST_CHARS: &str = "0oR";

static ABOUT: About = About {
    name: NAME,
    title: "W3C Verifiable Credential in COSE",
    specification: "VC-JOSE-COSE 1.0",
    begins: &["bytes d2 84 (COSE_Sign1), or 0oR (the same in base64)"],
    algorithms: secured::ALGORITHM_NAMES,
    status: "Bitstring Status List, StatusList2021",
    issues: true,
};

/// The format W3C credential in COSE.
#[derive(Clone, Copy, Debug, Default)]
pub struct VcCose;

/// The text of an input that is a COSE_Sign1 message in bytes; `None` for any other.
pub fn text_of_bytes(bytes: &[u8]) -> Option<String> {
    bytes.starts_with(FIRST_BYTES).then(|| base64url::encode(bytes))
}

impl Format for VcCose {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn recognises(&self, glance: &Glance<'_>) -> bool {
        // The same envelope holds status lists, and says so.
        glance.text().starts_with(FIRST_CHARS) && !token_status_list::is_list_message(glance.text())
    }

    fn open_in<'i>(
        &self,
        room: &'i Room,
        texts: &[Cow<'i, str>],
        _: Seen<'i>,
        context: &Context<'_>,
    ) -> Result<Opened<'i>, Reason> {
        let bytes = bytes_of_text(texts.first().map_or("", |text| text))?;
        let Sign1 { algorithm, kid, typ, content_type, payload, signature, message, .. } =
            open_sign1(&bytes, Wrappings { cwt_tag: false, untagged: false })?;
        let mut faults = Vec::new();
        let algorithm = self::algorithm(&algorithm).map_err(|reason| faults.push(reason)).ok();
        let kid = kid_text(kid.as_ref()).map_err(|reason| faults.push(reason)).ok();
        let payload = room.keep(payload).unwrap_or_default();
        let document = json::decode(payload)?;
        if document.as_object().is_none() {
            return Err(Reason::new(Code::CosePayload).expected("a JSON object").got(document.kind()));
        }
        let kind = kind(typ.as_ref(), content_type.as_ref()).unwrap_or_else(|reason| {
            faults.push(reason);
            Kind::of_document(&document)
        });
        let mut opened = Opened { is_presentation: kind == Kind::Presentation, ..Opened::default() };
        faults.extend(secured::check_claims(&document, kind, context));
        opened.confirmed = secured::confirmed(&document);
        if opened.is_presentation {
            opened.is_bound = secured::check_occasion(&document, context, &mut faults);
            opened.inner = inner::of_presentation(&document, false, &mut faults);
        }
        opened.signed = Signed {
            algorithm,
            kid: kid.map(KeyId::Text),
            purpose: kind.purpose(),
            message,
            signature,
            ..Signed::default()
        };
        opened.payload = Cow::Borrowed(payload);
        opened.document = Some(document);
        opened.faults = faults;
        Ok(opened)
    }

    fn decode<'a>(&self, opened: &'a Opened<'_>, policy: &Policy) -> Result<Decoded<'a>, Reason> {
        secured::decode(opened, policy)
    }

    fn keys(&self, signed: &Signed, decoded: Option<&Decoded<'_>>, context: &Context<'_>) -> Keys {
        secured::keys(NAME, signed, decoded, context, Code::CoseAlgKeyMismatch)
    }

    fn judge(
        &self,
        decoded: &Decoded<'_>,
        _: Option<&Candidate>,
        context: &Context<'_>,
        findings: &mut Findings,
    ) -> Vec<Consulted> {
        secured::judge(decoded, context, findings);
        Vec::new()
    }

    fn disclose<'p>(&self, payload: &'p [u8]) -> Disclosed<'p> {
        secured::disclose(payload)
    }
}

/// Base64 in either alphabet, padded or not, but nothing else between its characters.
fn bytes_of_text(text: &str) -> Result<Vec<u8>, Reason> {
    if text.len() > limits::INPUT_BYTES.saturating_mul(2) {
        return Err(Reason::new(Code::InputTooLarge).expected(limits::INPUT_BYTES).got(text.len()));
    }
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return Err(Reason::new(Code::JoseMalformed).expected("base64 of a COSE_Sign1 message").got("white space"));
    }
    base64url::decode_any(text)
}

fn algorithm(label: &AlgorithmLabel) -> Result<Algorithm, Reason> {
    let refused = || Reason::new(Code::CoseAlgNotAllowed).expected(secured::ALGORITHM_NAMES.join(", "));
    match label {
        AlgorithmLabel::Number(number) => Algorithm::from_cose(*number)
            .filter(|algorithm| secured::ALGORITHMS.contains(algorithm))
            .ok_or_else(|| refused().got(*number)),
        AlgorithmLabel::Other(kind) => Err(refused().got(kind.clone())),
    }
}

/// The key identifier as text; the specification writes it as bytes or text.
fn kid_text(kid: Option<&KeyId>) -> Result<String, Reason> {
    let wrong = || Reason::new(Code::CoseKid).expected("a text, or UTF-8 in bytes");
    let kid = kid.ok_or_else(|| wrong().got("none"))?;
    let text = std::str::from_utf8(kid.as_bytes()).map_err(|_| wrong().got(kid.as_bytes()))?;
    if text.is_empty() { Err(wrong().got("nothing")) } else { Ok(text.to_owned()) }
}

/// VC-JOSE-COSE 3.3.1: label 16 names the whole, label 3 what is inside. One of them is there, and they agree.
fn kind(typ: Option<&MediaLabel>, content_type: Option<&MediaLabel>) -> Result<Kind, Reason> {
    let mismatch = |expected: &'static str| Reason::new(Code::JoseTypMismatch).expected(expected);
    let named = |label: &MediaLabel, suffix: &str| match label {
        // A content type is written in full; only `typ` may be shortened (RFC 9596, 2).
        MediaLabel::Text(name) if suffix.is_empty() && !name.contains('/') => None,
        MediaLabel::Text(name) => Kind::of_media_type(name, suffix),
        _ => None,
    };
    let whole = "application/vc+cose or application/vp+cose in header 16";
    let typ = typ.map(|label| named(label, "+cose").ok_or_else(|| mismatch(whole))).transpose()?;
    let inside = "application/vc or application/vp in header 3";
    let content = content_type.map(|label| named(label, "").ok_or_else(|| mismatch(inside))).transpose()?;
    match (typ, content) {
        (Some(typ), Some(content)) if typ != content => Err(mismatch("the same kind in headers 3 and 16")),
        (Some(kind), _) | (None, Some(kind)) => Ok(kind),
        (None, None) => Err(mismatch(whole).got("neither header")),
    }
}
