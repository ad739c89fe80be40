//! Requests of an mdoc reader (ISO/IEC 18013-5, 8.3.2.1.2.1) and how the reader authenticates itself (9.1.4).
//!
//! ```cddl
//! DeviceRequest = { "version": "1.0", "docRequests": [+ { "itemsRequest": #6.24(bstr .cbor ItemsRequest), ? "readerAuth": COSE_Sign1 }] }
//! ItemsRequest = { "docType": tstr, "nameSpaces": { + NameSpace => { + tstr => bool } } }       ; bool: does the reader keep it?
//! ReaderAuthenticationBytes = #6.24(bstr .cbor [ "ReaderAuthentication", SessionTranscript, ItemsRequestBytes ])
//! ```
//! Whoever transports the request encrypts it; that is not done here.

use crate::crypto::own_keys::Signer;
use crate::encoding::cbor::{self, Value};
use crate::envelope::cose::sig_structure;
use crate::format::mdoc::device_auth::encoded_cbor;
use crate::issue::IssueFault;
use crate::issue::mdoc::{head, protected};

/// What a reader asks of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemsRequest {
    /// The document's type.
    pub doc_type: String,
    /// Elements by name space, each with whether the reader keeps it.
    pub name_spaces: Vec<(String, Vec<(String, bool)>)>,
}

/// A reader's key and certificates.
#[derive(Clone, Copy)]
pub struct Reader<'k> {
    /// The key.
    pub key: &'k dyn Signer,
    /// DER of the reader's certificate and of those between it and its authority.
    pub chain: &'k [Vec<u8>],
}

/// The DeviceRequest for these documents; with a reader, each is authenticated for that encoded SessionTranscript.
///
/// # Errors
/// `Content` when nothing is asked for, or a reader has no certificate; `Key` when the key cannot sign so.
pub fn device_request(requests: &[ItemsRequest], reader: Option<(Reader<'_>, &[u8])>) -> Result<Vec<u8>, IssueFault> {
    let asks_nothing = |request: &ItemsRequest| request.name_spaces.iter().all(|(_, elements)| elements.is_empty());
    if requests.is_empty() || requests.iter().any(asks_nothing) {
        return Err(IssueFault::Content("a request asks for elements".to_owned()));
    }
    let text = |text: &str| cbor::encode(&text.into());
    let mut out = vec![0xa2];
    out.extend([text("version"), text("1.0"), text("docRequests"), head(4, requests.len())].concat());
    for request in requests {
        let items = items_request_bytes(request);
        out.extend(head(5, if reader.is_some() { 2 } else { 1 }));
        out.extend([text("itemsRequest"), items.clone()].concat());
        if let Some((reader, transcript)) = reader {
            let auth = reader_auth(&items, reader, transcript)?;
            out.extend([text("readerAuth"), cbor::encode(&auth)].concat());
        }
    }
    Ok(out)
}

/// ItemsRequestBytes: tag 24 around the request.
pub fn items_request_bytes(request: &ItemsRequest) -> Vec<u8> {
    let spaces = request.name_spaces.iter().map(|(name, asked)| {
        let elements = asked.iter().map(|(name, keeps)| (name.as_str().into(), Value::Bool(*keeps))).collect();
        (name.as_str().into(), Value::Map(elements))
    });
    encoded_cbor(&cbor::encode(&Value::Map(vec![
        ("docType".into(), request.doc_type.as_str().into()),
        ("nameSpaces".into(), Value::Map(spaces.collect())),
    ])))
}

/// The COSE_Sign1 over ReaderAuthenticationBytes, its payload detached.
///
/// # Errors
/// `Content` without a certificate, `Key` when the key cannot sign so.
pub fn reader_auth(items: &[u8], reader: Reader<'_>, transcript: &[u8]) -> Result<Value<'static>, IssueFault> {
    let certificates = match reader.chain {
        [] => return Err(IssueFault::Content("a reader has a certificate".to_owned())),
        [one] => Value::Bytes(one.clone().into()),
        several => Value::Array(several.iter().map(|der| Value::Bytes(der.clone().into())).collect()),
    };
    let protected = protected(reader.key.algorithm())?;
    let message = sig_structure(&protected, &authentication_bytes(transcript, items));
    let signature = reader.key.sign(&message).map_err(|fault| IssueFault::Key(fault.to_string()))?;
    Ok(Value::Array(vec![
        Value::Bytes(protected.into()),
        Value::Map(vec![(33.into(), certificates)]),
        Value::Null,
        Value::Bytes(signature.into()),
    ]))
}

/// ReaderAuthenticationBytes: transcript and request are encoded already.
pub fn authentication_bytes(transcript: &[u8], items: &[u8]) -> Vec<u8> {
    encoded_cbor(&[b"\x83\x74ReaderAuthentication", transcript, items].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::job::{Job, check_one};
    use crate::crypto::own_keys::OwnKey;
    use crate::encoding::cbor::raw;
    use crate::envelope::cose::open_detached;

    fn request() -> ItemsRequest {
        ItemsRequest {
            doc_type: "org.iso.18013.5.1.mDL".into(),
            name_spaces: vec![("org.iso.18013.5.1".into(), vec![("family_name".into(), false)])],
        }
    }

    #[test]
    fn a_reader_signs_for_its_session() {
        let (key, _) = OwnKey::generate_p256().expect("a key");
        let transcript = b"\x83\xf6\xf6\x80";
        let chain = [vec![0x30]];
        let made = device_request(&[request()], Some((Reader { key: &key, chain: &chain }, transcript))).expect("made");
        assert!(cbor::decode(&made).is_ok());
        let one = raw::elements(raw::member(&made, "docRequests").expect("there")).expect("a list").next();
        let one = one.expect("one");
        let items = raw::member(one, "itemsRequest").expect("there");
        assert_eq!(items, items_request_bytes(&request()));
        let auth = cbor::decode(raw::member(one, "readerAuth").expect("there")).expect("CBOR");
        let opened = open_detached(&auth, 18).expect("detached");
        let right = |transcript: &[u8]| {
            let message = sig_structure(&opened.protected, &authentication_bytes(transcript, items));
            let job = Job {
                algorithm: key.algorithm(),
                key: key.public_key().clone(),
                message: &message,
                signature: &opened.end,
                statements: None,
                older: None,
            };
            check_one(&job).is_ok()
        };
        assert!(right(transcript) && !right(b"\x83\xf6\xf6\x81\x00"));
    }

    #[test]
    fn what_asks_nothing_is_not_made() {
        let (key, _) = OwnKey::generate_p256().expect("a key");
        assert!(device_request(&[], None).is_err());
        assert!(device_request(&[ItemsRequest { name_spaces: Vec::new(), ..request() }], None).is_err());
        let reader = Reader { key: &key, chain: &[] };
        assert!(device_request(&[request()], Some((reader, b"\x80"))).is_err());
        assert!(device_request(&[request()], None).is_ok());
    }
}
