//! Envelopes inside JSON (VC Data Model 2.0, 4.13): `EnvelopedVerifiableCredential` and `EnvelopedVerifiablePresentation`,
//! objects whose `id` is a data: URL, and the credentials that a presentation holds.
//!
//! ```json
//! { "@context": "https://www.w3.org/ns/credentials/v2", "type": "EnvelopedVerifiableCredential",
//!   "id": "data:application/vc+jwt,eyJ.." }
//! ```

use crate::credential::Inner;
use crate::encoding::json::{self, Value};
use crate::format::vc_secured::Kind;
use crate::reason::{Code, Reason};

const CONTEXT: &str = "https://www.w3.org/ns/credentials/v2";

/// What an object says to be: an envelope of a credential or of a presentation; `None` for anything else.
pub fn kind_of(object: &Value<'_>) -> Option<Kind> {
    let is = |name: &str| match object.member("type") {
        Some(Value::Array(types)) => types.iter().any(|have| have.as_str() == Some(name)),
        Some(one) => one.as_str() == Some(name),
        None => false,
    };
    if is("EnvelopedVerifiableCredential") {
        Some(Kind::Credential)
    } else if is("EnvelopedVerifiablePresentation") {
        Some(Kind::Presentation)
    } else {
        None
    }
}

/// What is inside an envelope of this kind.
///
/// # Errors
/// `vc.envelope` when the context is another, the `id` no data: URL, or its media type not one of an enveloped `kind`.
pub fn open(object: &Value<'_>, kind: Kind) -> Result<Inner, Reason> {
    let refused = |expected: &'static str| Reason::new(Code::VcEnvelope).expected(expected);
    let is_base = |context: &Value<'_>| context.as_str() == Some(CONTEXT);
    let has_context = match object.member("@context") {
        Some(Value::Array(contexts)) => contexts.first().is_some_and(is_base),
        Some(context) => is_base(context),
        None => false,
    };
    if !has_context {
        return Err(refused("the base context in the envelope"));
    }
    let url = object.member("id").and_then(Value::as_str).and_then(|id| id.strip_prefix("data:"));
    let (head, content) = url.and_then(|url| url.split_once(',')).ok_or_else(|| refused("a data: URL as `id`"))?;
    let (media_type, is_base64) = match head.strip_suffix(";base64") {
        Some(media_type) => (media_type, true),
        None => (head, false),
    };
    let format = [("+jwt", "vc_jwt"), ("+sd-jwt", "vc_sd_jwt"), ("+cose", "vc_cose")]
        .into_iter()
        .find(|(suffix, _)| Kind::of_media_type(media_type, suffix) == Some(kind))
        .map(|(_, format)| format)
        .filter(|_| media_type.len() > "application/".len() && media_type.contains('/'));
    let format = format.ok_or_else(|| refused("application/vc+jwt, +sd-jwt or +cose (vp in a presentation's envelope)"))?;
    // COSE is bytes, the others are text.
    if is_base64 != (format == "vc_cose") {
        return Err(refused("base64 for COSE, and for nothing else"));
    }
    let text = percent_decoded(content).ok_or_else(|| refused("a data: URL of plain characters"))?;
    Ok(Inner { text, format: Some(format) })
}

/// The text that percent-encoding stands for (RFC 3986, 2.1); `None` when it is malformed or not ASCII.
fn percent_decoded(text: &str) -> Option<String> {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, encoded)) = rest.split_once('%') {
        let (digits, after) = encoded.split_at_checked(2)?;
        let byte = u8::from_str_radix(digits, 16).ok().filter(|byte| byte.is_ascii() && !digits.contains('+'))?;
        decoded.push_str(plain);
        decoded.push(char::from(byte));
        rest = after;
    }
    decoded.push_str(rest);
    decoded.is_ascii().then_some(decoded)
}

/// The credentials that a presentation holds. JWT texts among them are taken where `takes_texts` (data model 1.1).
pub fn of_presentation(document: &Value<'_>, takes_texts: bool, faults: &mut Vec<Reason>) -> Vec<Inner> {
    let items = match document.member("verifiableCredential") {
        None => return Vec::new(),
        Some(Value::Array(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    let mut inner = Vec::with_capacity(items.len());
    for item in items {
        match (item, kind_of(item)) {
            (Value::Object(_), Some(Kind::Credential)) => match open(item, Kind::Credential) {
                Ok(opened) => inner.push(opened),
                Err(reason) => faults.push(reason),
            },
            (Value::Object(_), Some(Kind::Presentation)) => {
                faults.push(Reason::new(Code::VcEnvelope).expected("a credential").got("an enveloped presentation"));
            }
            (Value::Object(_), None) => inner.push(Inner { text: json::encode(item), format: Some("vc_di") }),
            (Value::String(text), _) if takes_texts => inner.push(Inner { text: text.clone().into_owned(), format: None }),
            (other, _) => faults.push(Reason::new(Code::VcEnvelope).expected("a credential").got(other.kind())),
        }
    }
    inner
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(id: &str) -> Result<(String, Option<&'static str>), Code> {
        let object = format!(r#"{{"@context":"{CONTEXT}","type":"EnvelopedVerifiableCredential","id":"{id}"}}"#);
        let object = json::decode(object.as_bytes()).unwrap();
        assert_eq!(kind_of(&object), Some(Kind::Credential));
        open(&object, Kind::Credential).map(|inner| (inner.text, inner.format)).map_err(|reason| reason.code())
    }

    #[test]
    fn data_urls() {
        let inner = |text: &str, format| Ok((text.to_owned(), Some(format)));
        assert_eq!(opened("data:application/vc+jwt,a.b.c"), inner("a.b.c", "vc_jwt"));
        assert_eq!(opened("data:application/vc+sd-jwt,a.b.c~d%7E"), inner("a.b.c~d~", "vc_sd_jwt"));
        assert_eq!(opened("data:application/vc+cose;base64,0oR+/w=="), inner("0oR+/w==", "vc_cose"));
        for id in [
            "not-a-credential",
            "data:",
            "data:application/vc+jwt",
            "data:application/vp+jwt,a",
            "data:application/vc,a",
            "data:vc+jwt,a",
            "data:application/vc+jwt;base64,YQ",
            "data:application/vc+cose,0oR",
            "data:application/vc+jwt,%",
            "data:application/vc+jwt,%ff",
            "data:application/vc+jwt,%+1",
            "https://example.com/",
        ] {
            assert_eq!(opened(id), Err(Code::VcEnvelope), "{id}");
        }
    }

    #[test]
    fn credentials_of_a_presentation() {
        let envelope = format!(
            r#"{{"@context":["{CONTEXT}"],"type":["EnvelopedVerifiableCredential"],"id":"data:application/vc+jwt,a"}}"#
        );
        let of = |items: &str, takes_texts| {
            let document = format!(r#"{{"verifiableCredential":{items}}}"#);
            let mut faults = Vec::new();
            let document = json::decode(document.as_bytes()).unwrap();
            let inner = of_presentation(&document, takes_texts, &mut faults);
            (inner.len(), faults.iter().map(Reason::code).collect::<Vec<_>>())
        };
        assert_eq!(of(&format!("[{envelope},{{\"a\":1}}]"), false), (2, vec![]));
        assert_eq!(of(&envelope, false), (1, vec![]));
        assert_eq!(of(r#"["a.b.c"]"#, true), (1, vec![]));
        assert_eq!(of(r#"["a.b.c",1]"#, false), (0, vec![Code::VcEnvelope; 2]));
        assert_eq!(of(r#"[{"type":"EnvelopedVerifiablePresentation"}]"#, false), (0, vec![Code::VcEnvelope]));
        assert_eq!(of(&envelope.replace(CONTEXT, "urn:other"), false), (0, vec![Code::VcEnvelope]));
    }
}
