//! What a device makes of an issuer's part: a document with its proof, and the response around documents. For tests of verifiers;
//! this program is no wallet.

use crate::crypto::agreement::AgreementKey;
use crate::crypto::digest::sha256;
use crate::crypto::mac::hmac_sha256;
use crate::crypto::own_keys::Signer;
use crate::crypto::public_key::PublicKey;
use crate::encoding::cbor::{self, Value, raw};
use crate::envelope::cose::{mac_structure, sig_structure};
use crate::format::mdoc::device_auth::{authentication_bytes, encoded_cbor};
use crate::issue::IssueFault;
use crate::issue::mdoc::{head, protected};

/// How the device proves that it is there.
#[derive(Clone, Copy)]
pub enum Proof<'k> {
    /// By a signature.
    Signature(&'k dyn Signer),
    /// By a MAC: the device's key for agreement, and the reader's key.
    Mac(&'k AgreementKey, &'k PublicKey),
}

/// One document for a session: the issuer's part, what the device says by itself (a map of name spaces), and its proof. `transcript` is
/// the encoded SessionTranscript.
///
/// # Errors
/// `Key` when the proof cannot be made.
pub fn document(
    doc_type: &str,
    issuer_signed: &[u8],
    device_name_spaces: &Value<'_>,
    transcript: &[u8],
    proof: Proof<'_>,
) -> Result<Vec<u8>, IssueFault> {
    let name_spaces = encoded_cbor(&cbor::encode(device_name_spaces));
    let payload = authentication_bytes(transcript, doc_type, &name_spaces);
    let auth = match proof {
        Proof::Signature(signer) => {
            let protected = protected(signer.algorithm())?;
            let signature = signer.sign(&sig_structure(&protected, &payload));
            let signature = signature.map_err(|fault| IssueFault::Key(fault.to_string()))?;
            ("deviceSignature", detached(protected, signature))
        }
        Proof::Mac(device, reader) => {
            let protected = cbor::encode(&Value::Map(vec![(1.into(), 5.into())]));
            let salt = sha256(&encoded_cbor(transcript));
            let key = device.derive(reader, &salt, b"EMacKey");
            let key = key.map_err(|reason| IssueFault::Key(reason.to_string()))?;
            let tag = hmac_sha256(&key, &mac_structure(&protected, &payload)).to_vec();
            ("deviceMac", detached(protected, tag))
        }
    };
    let (name, proof) = auth;
    Ok(document_of(doc_type, issuer_signed, &name_spaces, &Value::Map(vec![(name.into(), proof)])))
}

/// A document of these parts, whatever they are. `name_spaces` is tag 24 around bytes.
pub fn document_of(doc_type: &str, issuer_signed: &[u8], name_spaces: &[u8], auth: &Value<'_>) -> Vec<u8> {
    let text = |text: &str| cbor::encode(&text.into());
    let device = [&[0xa2][..], &text("nameSpaces"), name_spaces, &text("deviceAuth"), &cbor::encode(auth)].concat();
    let parts = [
        (text("docType"), text(doc_type)),
        (text("issuerSigned"), issuer_signed.to_vec()),
        (text("deviceSigned"), device),
    ];
    let mut out = vec![0xa3];
    parts.iter().for_each(|(name, value)| out.extend([name.as_slice(), value].concat()));
    out
}

/// A DeviceResponse of version 1.0 and status 0 around these documents.
pub fn response(documents: &[Vec<u8>]) -> Vec<u8> {
    let text = |text: &str| cbor::encode(&text.into());
    let mut out = vec![0xa3];
    out.extend([text("version"), text("1.0"), text("documents"), head(4, documents.len())].concat());
    documents.iter().for_each(|document| out.extend_from_slice(document));
    out.extend([text("status"), vec![0]].concat());
    out
}

/// The same issuer's part with those elements only, in their order. An element that is not there is passed over.
pub fn showing(issuer_signed: &[u8], elements: &[(&str, &str)]) -> Option<Vec<u8>> {
    let auth = cbor::decode(raw::member(issuer_signed, "issuerAuth")?).ok()?.into_owned();
    let mut kept = Vec::new();
    for (space, items) in raw::pairs(raw::member(issuer_signed, "nameSpaces")?)? {
        let space = raw::text(space)?;
        let is_asked = |item: &&[u8]| {
            let decoded = raw::encoded_cbor(item).and_then(|bytes| cbor::decode(bytes).ok());
            let name = decoded.as_ref().and_then(|item| item.entry_text("elementIdentifier")?.as_text());
            elements.iter().any(|(of, element)| *of == space && Some(*element) == name)
        };
        let items: Vec<Vec<u8>> = raw::elements(items)?.filter(is_asked).map(<[u8]>::to_vec).collect();
        if !items.is_empty() {
            kept.push((space.to_owned(), items));
        }
    }
    Some(super::issuer_signed(&kept, &auth))
}

fn detached(protected: Vec<u8>, end: Vec<u8>) -> Value<'static> {
    let parts = vec![Value::Bytes(protected.into()), Value::Map(Vec::new()), Value::Null, Value::Bytes(end.into())];
    Value::Array(parts)
}
