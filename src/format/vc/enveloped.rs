//! Enveloped credentials and presentations (VC Data Model 2.0, 4.12 and 4.13): a `data:` URL (RFC 2397) around a token.
//!
//! ```text
//! {"@context": [".../credentials/v2"], "type": "EnvelopedVerifiableCredential", "id": "data:application/vc+jwt,eyJ.."}
//! ```
//! Opened no further than to the token's text and format. Envelopes do not nest: a token holds a credential or presentation.

use crate::credential::Inner;
use crate::encoding::base64url;
use crate::encoding::json::Value;
use crate::format::vc::vocabulary::{CONTEXT_V2, items, types};
use crate::limits;
use crate::reason::{Code, Fact, Reason};

/// The type of an envelope around a credential.
pub const ENVELOPED_CREDENTIAL: &str = "EnvelopedVerifiableCredential";
/// The type of an envelope around a presentation.
pub const ENVELOPED_PRESENTATION: &str = "EnvelopedVerifiablePresentation";

/// Media type of the token, the format that reads it, and `true` for presentations.
const MEDIA: &[(&str, &str, bool)] = &[
    ("application/vc+jwt", "vc_jwt", false),
    ("application/vp+jwt", "vc_jwt", true),
    ("application/vc+sd-jwt", "vc_sd_jwt", false),
    ("application/vp+sd-jwt", "vc_sd_jwt", true),
    ("application/vc+cose", "vc_cose", false),
    ("application/vp+cose", "vc_cose", true),
];

/// The token of an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enveloped {
    /// The token as its format reads it: the compact text; COSE as base64 in the standard alphabet.
    pub text: String,
    /// The format, by name.
    pub format: &'static str,
    /// `true` when the envelope says that a presentation is inside.
    pub is_presentation: bool,
}

impl From<Enveloped> for Inner {
    fn from(enveloped: Enveloped) -> Self {
        Inner { text: enveloped.text, format: Some(enveloped.format) }
    }
}

/// `true` for the types of envelopes.
pub fn is_envelope_type(name: &str) -> bool {
    name == ENVELOPED_CREDENTIAL || name == ENVELOPED_PRESENTATION
}

/// `true` when the document says that it is an envelope.
pub fn is_envelope(document: &Value<'_>) -> bool {
    types(document).any(is_envelope_type)
}

/// The shape of an envelope: the base context, one envelope type, a `data:` URL as `id`.
///
/// # Errors
/// `vc.context_base`, `vc.type`, `vc.envelope`.
pub fn check_shape(document: &Value<'_>) -> Result<(), Reason> {
    let contexts = document.member("@context").map(items).unwrap_or_default();
    if contexts.first().and_then(Value::as_str) != Some(CONTEXT_V2) {
        return Err(Reason::new(Code::VcContextBase).expected("the base context of 2.0 in an envelope"));
    }
    if types(document).filter(|name| is_envelope_type(name)).count() != 1 {
        return Err(Reason::new(Code::VcType).expected("one type of envelope"));
    }
    match document.member("id").and_then(Value::as_str).map(|id| id.starts_with("data:")) {
        Some(true) => Ok(()),
        _ => Err(wrong("a data: URL as `id`")),
    }
}

/// The token inside an envelope.
///
/// # Errors
/// Those of [`check_shape`]; `vc.envelope` for another media type, one that contradicts the envelope's type, or data that
/// does not decode; `input.too_large`.
pub fn open(document: &Value<'_>) -> Result<Enveloped, Reason> {
    check_shape(document)?;
    let url = document.member("id").and_then(Value::as_str).unwrap_or_default();
    let (head, data) = url.strip_prefix("data:").and_then(|rest| rest.split_once(',')).ok_or_else(|| wrong("data"))?;
    let (media, is_base64) = match head.strip_suffix(";base64") {
        Some(media) => (media, true),
        None => (head, false),
    };
    let row = MEDIA.iter().find(|(name, ..)| name.eq_ignore_ascii_case(media));
    let (_, format, is_presentation) =
        *row.ok_or_else(|| wrong("a media type of a secured credential").got(media.to_owned()))?;
    if types(document).any(|name| name == ENVELOPED_PRESENTATION) != is_presentation {
        return Err(wrong("the media type that the envelope's type says").got(media.to_owned()));
    }
    if data.len() > limits::INPUT_BYTES {
        return Err(Reason::new(Code::InputTooLarge).expected(limits::INPUT_BYTES).got(data.len()));
    }
    let text = token_text(data, is_base64, format == "vc_cose")?;
    Ok(Enveloped { text, format, is_presentation })
}

/// The token: bytes that stand percent-encoded or in base64, as text. COSE is bytes, so it comes in base64 only.
fn token_text(data: &str, is_base64: bool, is_cose: bool) -> Result<String, Reason> {
    let plain = unescaped(data).ok_or_else(|| wrong("data with right escapes"))?;
    if !is_base64 {
        if is_cose {
            return Err(wrong("base64 data, as COSE is bytes"));
        }
        return Ok(plain);
    }
    let bytes = base64url::decode_any(&plain).map_err(|_| wrong("base64 data"))?;
    if is_cose {
        return Ok(base64url::encode_standard(&bytes));
    }
    String::from_utf8(bytes).map_err(|_| wrong("a token of text"))
}

/// The text with `%XX` replaced by what it stands for. Tokens are ASCII, without blanks or controls.
///
/// Line breaks are dropped first, as whoever reads a URL drops them (WHATWG URL, 4.4); a token of the test suite of
/// VC-JOSE-COSE has one.
fn unescaped(data: &str) -> Option<String> {
    let data = data.replace(['\t', '\n', '\r'], "");
    let data = data.as_str();
    let mut plain = String::with_capacity(data.len());
    let mut rest = data;
    while let Some((before, after)) = rest.split_once('%') {
        plain.push_str(before);
        let (digits, after) = after.split_at_checked(2)?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        plain.push(char::from(u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?));
        rest = after;
    }
    plain.push_str(rest);
    plain.bytes().all(|byte| byte.is_ascii_graphic()).then_some(plain)
}

fn wrong(expected: impl Into<Fact>) -> Reason {
    Reason::new(Code::VcEnvelope).expected(expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::json;

    fn envelope(kind: &str, id: &str) -> String {
        format!(r#"{{"@context":["{CONTEXT_V2}"],"type":"{kind}","id":"{id}"}}"#)
    }

    fn opened(kind: &str, id: &str) -> Result<Enveloped, Code> {
        open(&json::decode(envelope(kind, id).as_bytes()).unwrap()).map_err(|reason| reason.code())
    }

    #[test]
    fn tokens_come_out() {
        for (kind, id, text, format, is_presentation) in [
            (ENVELOPED_CREDENTIAL, "data:application/vc+jwt,eyJ.a.b", "eyJ.a.b", "vc_jwt", false),
            (ENVELOPED_CREDENTIAL, "data:Application/VC+JWT;base64,ZXlKLmEuYg==", "eyJ.a.b", "vc_jwt", false),
            (ENVELOPED_CREDENTIAL, "data:application/vc+sd-jwt,eyJ.a.b~c~", "eyJ.a.b~c~", "vc_sd_jwt", false),
            (ENVELOPED_CREDENTIAL, "data:application/vc+sd-jwt,eyJ.a.b%7Ec%3B~", "eyJ.a.b~c;~", "vc_sd_jwt", false),
            (ENVELOPED_CREDENTIAL, "data:application/vc+cose;base64,0oQ=", "0oQ=", "vc_cose", false),
            (ENVELOPED_CREDENTIAL, "data:application/vc+cose;base64,-_8", "+/8=", "vc_cose", false),
            (ENVELOPED_CREDENTIAL, r"data:application/vc+cose;base64,0o\r\nQ\n", "0oQ=", "vc_cose", false),
            (ENVELOPED_PRESENTATION, "data:application/vp+jwt,eyJ.a.b", "eyJ.a.b", "vc_jwt", true),
        ] {
            let found = opened(kind, id).unwrap();
            assert_eq!(
                (found.text.as_str(), found.format, found.is_presentation),
                (text, format, is_presentation),
                "{id}"
            );
        }
    }

    /// DI-020: another media type, and whatever else is no envelope.
    #[test]
    fn other_media_and_broken_data_are_refused() {
        for (kind, id) in [
            (ENVELOPED_CREDENTIAL, "data:text/plain,eyJ.a.b"),
            (ENVELOPED_CREDENTIAL, "data:application/vc-ld+jwt;base64url,eyJ.a.b"),
            (ENVELOPED_CREDENTIAL, "data:application/vc+jwt;charset=utf-8,eyJ.a.b"),
            (ENVELOPED_CREDENTIAL, "data:,eyJ.a.b"),
            (ENVELOPED_CREDENTIAL, "data:application/vc+jwt"),
            (ENVELOPED_CREDENTIAL, "https://example.com/vc"),
            (ENVELOPED_CREDENTIAL, "data:application/vp+jwt,eyJ.a.b"),
            (ENVELOPED_PRESENTATION, "data:application/vc+jwt,eyJ.a.b"),
            (ENVELOPED_CREDENTIAL, "data:application/vc+cose,0oQ"),
            (ENVELOPED_CREDENTIAL, "data:application/vc+jwt,eyJ%2"),
            (ENVELOPED_CREDENTIAL, "data:application/vc+jwt,eyJ%+1"),
            (ENVELOPED_CREDENTIAL, "data:application/vc+jwt,eyJ%00"),
            (ENVELOPED_CREDENTIAL, "data:application/vc+jwt,eyJ.é.b"),
            (ENVELOPED_CREDENTIAL, "data:application/vc+jwt;base64,!!"),
            (ENVELOPED_CREDENTIAL, "data:application/vc+jwt;base64,/w=="),
        ] {
            assert_eq!(opened(kind, id), Err(Code::VcEnvelope), "{id}");
        }
        assert_eq!(opened("VerifiableCredential", "data:application/vc+jwt,eyJ"), Err(Code::VcType));
        let long = format!("data:application/vc+jwt,{}", "a".repeat(limits::INPUT_BYTES + 1));
        assert_eq!(opened(ENVELOPED_CREDENTIAL, &long), Err(Code::InputTooLarge));
        for text in [r#"{"type":"EnvelopedVerifiableCredential","id":"data:application/vc+jwt,a"}"#, "[]", "1"] {
            assert_eq!(
                open(&json::decode(text.as_bytes()).unwrap()).unwrap_err().code(),
                Code::VcContextBase,
                "{text}"
            );
        }
    }
}
