//! Answers by ISO/IEC 18013-7, Annex C: one DeviceResponse, sealed by HPKE to the key of the request, under the transcript of the session.
//!
//! ```cddl
//! EncryptedResponse = [ "dcapi", { "enc": bstr, "cipherText": bstr } ]
//! ```

use super::{Answer, Shown, malformed};
use crate::crypto::hpke::{self, Sealed};
use crate::encoding::base64url;
use crate::encoding::cbor::{self, Value, raw};
use crate::format::mdoc::container::check_response;
use crate::issue::mdoc::device::response;
use crate::limits;
use crate::openid4vp::code::{Code, Refusal};
use crate::openid4vp::request::dc_api::transcript;
use crate::openid4vp::session::Session;

/// The documents of the response, each as a DeviceResponse of its own, under the ids of the queries whose document type they have.
pub(super) fn answer(session: &Session, origin: &str, text: &str) -> Result<Answer, Refusal> {
    let bytes = base64url::decode(text).map_err(|_| malformed("base64url in `response`"))?;
    let sealed = sealed(&bytes).ok_or_else(|| malformed("[\"dcapi\", {\"enc\", \"cipherText\"}]"))?;
    let undecryptable = || Refusal::new(Code::JweDecrypt);
    let info = transcript(session, origin).ok_or_else(undecryptable)?;
    let key = session.keys.first().ok_or_else(undecryptable)?;
    let opened = hpke::open(key, &info, &sealed).map_err(|_| undecryptable())?;
    let presentations = by_query(session, &opened)?;
    Ok(Answer::Shown(Shown {
        presentations,
        origin: Some(origin.to_owned()),
        thumbprint: Some(key.thumbprint()),
        mdoc_generated_nonce: None,
    }))
}

fn sealed(bytes: &[u8]) -> Option<Sealed> {
    let held = cbor::decode(bytes).ok()?;
    let [Value::Text(name), parts] = held.as_array()? else { return None };
    let part = |name| parts.entry_text(name).and_then(Value::as_bytes).map(<[u8]>::to_vec);
    (name == "dcapi").then_some(Sealed { encapsulated: part("enc")?, ciphertext: part("cipherText")? })
}

/// A document whose type nobody asked for stands under its type, for the judge to refuse. Each document becomes a response of its own, whose
/// version and status are ours, so those of the wallet are looked at before.
fn by_query(session: &Session, device_response: &[u8]) -> Result<Vec<(String, Vec<String>)>, Refusal> {
    let no_response = || malformed("a DeviceResponse");
    let decoded = cbor::decode(device_response).map_err(|_| no_response())?;
    check_response(&decoded).map_err(|reason| {
        malformed("a DeviceResponse of version 1, with status 0 and documents").got(reason.got_fact().clone())
    })?;
    let query = session.query().ok_or_else(no_response)?;
    let documents = raw::member(device_response, "documents").and_then(raw::elements).ok_or_else(no_response)?;
    let mut shown: Vec<(String, Vec<String>)> = Vec::new();
    for (at, document) in documents.enumerate() {
        if at == limits::CREDENTIALS {
            return Err(Refusal::new(Code::TooLarge).expected(format!("{} documents", limits::CREDENTIALS)));
        }
        let doc_type = raw::member(document, "docType").and_then(raw::text).ok_or_else(no_response)?;
        let asked = query.credentials.iter().find(|one| one.meta.doctype_value.as_deref() == Some(doc_type));
        let id = asked.map_or_else(|| doc_type.chars().take(64).collect(), |one| one.id.clone());
        let text = base64url::encode(&response(&[document.to_vec()]));
        match shown.iter_mut().find(|(known, _)| *known == id) {
            Some((_, texts)) => texts.push(text),
            None => shown.push((id, vec![text])),
        }
    }
    Ok(shown)
}
