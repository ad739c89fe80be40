//! The JSON serialisation of SD-JWTs (RFC 9901, 8; RFC 7515, 7.2), brought into the compact one.
//!
//! ```json
//! { "payload": text, "protected": text, "signature": text, "header": { "disclosures": [text], "kb_jwt": text } }
//! { "payload": text, "signatures": [ { "protected": text, "signature": text, "header": { .. } }, { .. } ] }
//! ```
//! Disclosures and key binding stand in the unprotected header of the first signature. Deviation: beside a flattened signature they are
//! taken too, as older drafts had them; nobody signed them in either place. What else stands in such headers nobody signed:
//! a registered parameter there is refused. Unknown members of the object itself are ignored, as RFC 7515 asks.

use crate::encoding::json::{self, Value};
use crate::envelope::jws::is_registered;
use crate::limits;
use crate::reason::{Code, Reason};

/// An SD-JWT out of its JSON serialisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfolded {
    /// The same as compact text: the first signature's JWT, the disclosures, the key binding JWT.
    pub compact: String,
    /// The JWTs of the other signatures, over the same payload. Every one must be right.
    pub more: Vec<String>,
}

/// `true` for a text that begins like a JSON serialisation of a JWS, or like what is made to look like one.
pub fn is_json_form(text: &str) -> bool {
    text.trim_start().starts_with('{') && text.contains("\"payload\"")
}

impl Unfolded {
    /// The SD-JWT in this JSON text.
    ///
    /// # Errors
    /// `input.too_large`, `json.*`, `jose.serialization`, `input.too_many_items`.
    pub fn of(text: &str) -> Result<Unfolded, Reason> {
        if text.len() > limits::INPUT_BYTES {
            return Err(Reason::new(Code::InputTooLarge).expected(limits::INPUT_BYTES).got(text.len()));
        }
        let whole = json::decode(text.as_bytes())?;
        let payload = part(&whole, "payload")?;
        let mut signatures = signatures(&whole)?.into_iter();
        let Some(first) = signatures.next() else { return Err(refused("no signature")) };
        let mut compact = jwt(payload, first)?;
        append_header(header_of(&whole)?.or(first.member("header")), &mut compact)?;
        let mut more = Vec::new();
        for signature in signatures {
            let header = signature.member("header");
            check_unprotected(header)?;
            if header.is_some_and(|header| HERE.iter().any(|name| header.member(name).is_some())) {
                return Err(refused("disclosures or key binding behind the first signature"));
            }
            more.push(jwt(payload, signature)?);
        }
        Ok(Unfolded { compact, more })
    }
}

/// The parameters that SD-JWTs put into the unprotected header.
const HERE: [&str; 2] = ["disclosures", "kb_jwt"];

/// The objects that hold a signature each: the whole of a flattened serialisation, or those of a general one.
fn signatures<'v, 'a>(whole: &'v Value<'a>) -> Result<Vec<&'v Value<'a>>, Reason> {
    let Some(list) = whole.member("signatures") else { return Ok(vec![whole]) };
    if ["signature", "protected", "header"].iter().any(|name| whole.member(name).is_some()) {
        return Err(refused("both serialisations at once"));
    }
    let list = list.as_array().ok_or_else(|| refused("`signatures` that are no list"))?;
    if list.len() > limits::PROOFS {
        return Err(Reason::new(Code::InputTooManyItems).expected(limits::PROOFS).got(list.len()));
    }
    Ok(list.iter().collect())
}

/// The compact JWS of one signature.
fn jwt(payload: &str, signature: &Value<'_>) -> Result<String, Reason> {
    Ok(format!("{}.{payload}.{}", part(signature, "protected")?, part(signature, "signature")?))
}

/// The object with disclosures and key binding, where it is the whole, as older drafts had it.
fn header_of<'v, 'a>(whole: &'v Value<'a>) -> Result<Option<&'v Value<'a>>, Reason> {
    let has = |object: &Value<'_>| HERE.iter().any(|name| object.member(name).is_some());
    match (has(whole), whole.member("header")) {
        (false, _) => Ok(None),
        (true, None) if whole.member("signatures").is_none() => Ok(Some(whole)),
        (true, _) => Err(refused("disclosures at two places")),
    }
}

/// RFC 9901, 8.1: `disclosures` is a list of texts, `kb_jwt` a text.
fn append_header(header: Option<&Value<'_>>, compact: &mut String) -> Result<(), Reason> {
    check_unprotected(header)?;
    compact.push('~');
    if let Some(list) = header.and_then(|header| header.member("disclosures")) {
        for disclosure in list.as_array().ok_or_else(|| refused("`disclosures` that are no list"))? {
            let disclosure = disclosure.as_str().ok_or_else(|| refused("a disclosure that is no text"))?;
            compact.push_str(plain(disclosure)?);
            compact.push('~');
        }
    }
    if let Some(binding) = header.and_then(|header| header.member("kb_jwt")) {
        let binding = binding.as_str().filter(|text| !text.is_empty());
        compact.push_str(plain(binding.ok_or_else(|| refused("a `kb_jwt` that is no JWT"))?)?);
    }
    Ok(())
}

/// RFC 8725, 3.10, and RFC 7515, 7.2.1: nothing that decides about the signature stands where nobody signed it.
fn check_unprotected(header: Option<&Value<'_>>) -> Result<(), Reason> {
    let Some(header) = header else { return Ok(()) };
    let members = header.as_object().ok_or_else(|| refused("a `header` that is no object"))?;
    match members.iter().any(|(name, _)| is_registered(name)) {
        true => Err(refused("a registered parameter in the unprotected header")),
        false => Ok(()),
    }
}

fn part<'v>(object: &'v Value<'_>, name: &str) -> Result<&'v str, Reason> {
    plain(object.member(name).and_then(Value::as_str).ok_or_else(|| refused("a part that is no text"))?)
}

/// A text that cannot be taken for two parts of a compact SD-JWT.
fn plain(text: &str) -> Result<&str, Reason> {
    if text.contains('~') { Err(refused("a tilde in a part")) } else { Ok(text) }
}

fn refused(got: &'static str) -> Reason {
    Reason::new(Code::JoseSerialization).expected("a JSON-serialised SD-JWT").got(got)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_serialisations() {
        let flat = r#"{"payload":"p","protected":"h","signature":"s","header":{"disclosures":["d","e"],"kb_jwt":"a.b.c"},"x":1}"#;
        assert_eq!(Unfolded::of(flat), Ok(Unfolded { compact: "h.p.s~d~e~a.b.c".to_owned(), more: vec![] }));
        assert!(is_json_form(flat));
        let general = r#"{"payload":"p","signatures":[
            {"protected":"h","signature":"s","header":{"disclosures":[]}},{"protected":"g","signature":"t","header":{"kid":1}}]}"#;
        assert_eq!(Unfolded::of(general).unwrap_err().code(), Code::JoseSerialization);
        let general = general.replace(r#","header":{"kid":1}"#, "");
        assert_eq!(
            Unfolded::of(&general),
            Ok(Unfolded { compact: "h.p.s~".to_owned(), more: vec!["g.p.t".to_owned()] })
        );
    }

    #[test]
    fn older_drafts_had_no_header() {
        let older = r#"{"payload":"p","protected":"h","signature":"s","disclosures":["d"],"kb_jwt":"a.b.c"}"#;
        assert_eq!(Unfolded::of(older), Ok(Unfolded { compact: "h.p.s~d~a.b.c".to_owned(), more: vec![] }));
        for text in [
            r#"{"payload":"p","protected":"h","signature":"s","disclosures":["d"],"header":{}}"#,
            r#"{"payload":"p","signatures":[{"protected":"h","signature":"s"}],"kb_jwt":"a.b.c"}"#,
        ] {
            assert_eq!(Unfolded::of(text).unwrap_err().code(), Code::JoseSerialization, "{text}");
        }
    }

    #[test]
    fn other_shapes() {
        for text in [
            r#"{}"#,
            r#"[]"#,
            r#"{"payload":"p"}"#,
            r#"{"payload":1,"protected":"h","signature":"s"}"#,
            r#"{"payload":"p","protected":"h"}"#,
            r#"{"payload":"p","signatures":[]}"#,
            r#"{"payload":"p","signatures":{}}"#,
            r#"{"payload":"p","signatures":[{"protected":"h","signature":"s"}],"signature":"s"}"#,
            r#"{"payload":"p~","protected":"h","signature":"s"}"#,
            r#"{"payload":"p","protected":"h","signature":"s","header":[]}"#,
            r#"{"payload":"p","protected":"h","signature":"s","header":{"alg":"none"}}"#,
            r#"{"payload":"p","protected":"h","signature":"s","header":{"disclosures":"d"}}"#,
            r#"{"payload":"p","protected":"h","signature":"s","header":{"disclosures":[1]}}"#,
            r#"{"payload":"p","protected":"h","signature":"s","header":{"disclosures":["d~e"]}}"#,
            r#"{"payload":"p","protected":"h","signature":"s","header":{"kb_jwt":""}}"#,
            r#"{"payload":"p","signatures":[{"protected":"h","signature":"s"},{"protected":"h","signature":"s","header":{"kb_jwt":"a.b.c"}}]}"#,
        ] {
            assert_eq!(Unfolded::of(text).unwrap_err().code(), Code::JoseSerialization, "{text}");
        }
        assert_eq!(Unfolded::of("{").unwrap_err().code(), Code::JsonSyntax);
        let many = format!(r#"{{"payload":"p","signatures":[{}1]}}"#, "{},".repeat(limits::PROOFS));
        assert_eq!(Unfolded::of(&many).unwrap_err().code(), Code::InputTooManyItems);
    }
}
