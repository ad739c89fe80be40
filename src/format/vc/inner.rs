//! The credentials that a presentation holds: envelopes, documents with proofs of their own, and (data model 1.1) JWT texts.

use crate::credential::Inner;
use crate::encoding::json::{self, Value};
use crate::format::vc::enveloped;
use crate::format::vc::vocabulary::items;
use crate::reason::{Code, Reason};

/// The format of a document that brings its proof along.
const WITH_PROOF: &str = "vc_di";

/// The credentials of a presentation, each to be judged as a part of its own. JWT texts are taken where `takes_texts`; what is
/// no credential at all is a fault.
pub fn of_presentation(document: &Value<'_>, takes_texts: bool, faults: &mut Vec<Reason>) -> Vec<Inner> {
    let held = document.member("verifiableCredential").map(items).unwrap_or_default();
    let mut inner = Vec::with_capacity(held.len());
    for item in held {
        match item {
            Value::Object(_) if enveloped::is_envelope(item) => match enveloped::open(item) {
                Ok(token) if token.is_presentation => {
                    faults.push(refused().got("an enveloped presentation"));
                }
                Ok(token) => inner.push(token.into()),
                Err(reason) => faults.push(reason),
            },
            Value::Object(_) => inner.push(Inner { text: json::encode(item), format: Some(WITH_PROOF) }),
            Value::String(text) if takes_texts => {
                inner.push(Inner { text: text.clone().into_owned(), format: None });
            }
            other => faults.push(refused().got(other.kind())),
        }
    }
    inner
}

fn refused() -> Reason {
    Reason::new(Code::VcEnvelope).expected("a credential in `verifiableCredential`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::vc::vocabulary::CONTEXT_V2;

    #[test]
    fn each_kind_is_told_apart() {
        let envelope = |kind: &str, id: &str| {
            format!(r#"{{"@context":["{CONTEXT_V2}"],"type":["Enveloped{kind}"],"id":"data:application/{id}"}}"#)
        };
        let credential = envelope("VerifiableCredential", "vc+jwt,a.b.c");
        let of = |items: &str, takes_texts| {
            let document = format!(r#"{{"verifiableCredential":{items}}}"#);
            let mut faults = Vec::new();
            let document = json::decode(document.as_bytes()).unwrap();
            let inner = of_presentation(&document, takes_texts, &mut faults);
            let formats: Vec<Option<&str>> = inner.iter().map(|inner| inner.format).collect();
            (formats, faults.iter().map(Reason::code).collect::<Vec<_>>())
        };
        assert_eq!(of(&format!("[{credential},{{\"a\":1}}]"), false), (vec![Some("vc_jwt"), Some("vc_di")], vec![]));
        assert_eq!(of(&credential, false), (vec![Some("vc_jwt")], vec![]));
        assert_eq!(of(r#"["a.b.c"]"#, true), (vec![None], vec![]));
        assert_eq!(of(r#"["a.b.c",1]"#, false), (vec![], vec![Code::VcEnvelope; 2]));
        assert_eq!(of(&envelope("VerifiablePresentation", "vp+jwt,a"), false), (vec![], vec![Code::VcEnvelope]));
        assert_eq!(of(&envelope("VerifiableCredential", "vp+jwt,a"), false), (vec![], vec![Code::VcEnvelope]));
        assert_eq!(of("[]", false), (vec![], vec![]));
    }
}
