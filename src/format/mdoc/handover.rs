//! Handovers: the session transcript that an mdoc's device signs for. Pure.
//!
//! ```cddl
//! SessionTranscript = [ DeviceEngagementBytes / null, EReaderKeyBytes / null, Handover ]
//! OpenID4VP 1.0 B.2.6.1:  [ "OpenID4VPHandover", SHA-256([client_id, nonce, jwkThumbprint / null, response_uri]) ]
//! OpenID4VP 1.0 B.2.6.2:  [ "OpenID4VPDCAPIHandover", SHA-256([origin, nonce, jwkThumbprint / null]) ]
//! OpenID4VP draft 24:     [ "OpenID4VPDCAPIHandover", SHA-256([origin, client_id, nonce]) ]
//! ISO/IEC 18013-7 B.4.4:  [ SHA-256([client_id, mdocGeneratedNonce]), SHA-256([response_uri, mdocGeneratedNonce]), nonce ]
//! ISO/IEC 18013-7 C:      [ "dcapi", SHA-256([base64url encryptionInfo, origin]) ]
//! ```
//! Each digest is over the CBOR of the array. NFC and QR engagement are the caller's: it brings the transcript.

use std::borrow::Cow;

use crate::crypto::digest::sha256;
use crate::encoding::base64url;
use crate::encoding::cbor::{self, Value};
use crate::occasion::Occasion;
use crate::occasion::session::{Handover, Session};

/// The prefix by which an origin is an audience.
const ORIGIN: &str = "origin:";
const TAG_ENCODED_CBOR: u64 = 24;

/// The encoded SessionTranscript of the occasion's session for that handover; `None` when a member that it is made of is absent or
/// malformed.
pub fn transcript(occasion: &Occasion, handover: Handover) -> Option<Vec<u8>> {
    let session = occasion.session.as_ref()?;
    if handover == Handover::Transcript {
        return brought(session);
    }
    let nonce = || occasion.nonce.as_deref();
    let client_id = || session.client_id.as_deref().or(occasion.audience.as_deref());
    let origin = || {
        let audience = || occasion.audience.as_deref()?.strip_prefix(ORIGIN);
        session.origin.as_deref().map(|origin| origin.strip_prefix(ORIGIN).unwrap_or(origin)).or_else(audience)
    };
    let response_uri = || session.response_uri.as_deref();
    let handover = match handover {
        Handover::Transcript => return None,
        Handover::Openid4vp => {
            let info = [text(client_id()?), text(nonce()?), thumbprint(session)?, text(response_uri()?)];
            named("OpenID4VPHandover", &info)
        }
        Handover::Openid4vpDcApi => {
            named("OpenID4VPDCAPIHandover", &[text(origin()?), text(nonce()?), thumbprint(session)?])
        }
        Handover::Openid4vpDcApiDraft24 => {
            let origin = origin()?;
            let client_id = match session.client_id.as_deref() {
                Some(client_id) => Cow::Borrowed(client_id),
                None => Cow::Owned(format!("web-origin:{origin}")),
            };
            named("OpenID4VPDCAPIHandover", &[text(origin), text(&client_id), text(nonce()?)])
        }
        Handover::Iso18013Part7 => {
            let generated = session.mdoc_generated_nonce.as_deref()?;
            Value::Array(vec![
                digest(&[text(client_id()?), text(generated)]),
                digest(&[text(response_uri()?), text(generated)]),
                text(nonce()?).into_owned(),
            ])
        }
        Handover::IsoDcApi => named("dcapi", &[text(session.encryption_info.as_deref()?), text(origin()?)]),
    };
    Some(cbor::encode(&Value::Array(vec![Value::Null, Value::Null, handover])))
}

/// The transcript that the caller brought, without a tag 24 around it.
fn brought(session: &Session) -> Option<Vec<u8>> {
    let bytes = base64url::decode_any(session.transcript.as_deref()?).ok()?;
    let inner = match cbor::decode(&bytes).ok()? {
        Value::Tag(TAG_ENCODED_CBOR, inner) => match *inner {
            Value::Bytes(inner) => Some(inner.into_owned()),
            _ => None,
        },
        Value::Array(_) => return Some(bytes),
        _ => None,
    }?;
    cbor::decode(&inner).ok()?.as_array().is_some().then_some(inner)
}

/// The thumbprint of the relying party's encryption key, as bytes; null without one; `None` when it is none.
fn thumbprint(session: &Session) -> Option<Value<'static>> {
    match session.jwk_thumbprint.as_deref() {
        None => Some(Value::Null),
        Some(text) => {
            let bytes = base64url::decode(text).ok().filter(|bytes| bytes.len() == 32)?;
            Some(Value::Bytes(bytes.into()))
        }
    }
}

fn named(name: &'static str, info: &[Value<'_>]) -> Value<'static> {
    Value::Array(vec![Value::Text(name.into()), digest(info)])
}

fn digest(info: &[Value<'_>]) -> Value<'static> {
    let encoded = cbor::encode(&Value::Array(info.to_vec()));
    Value::Bytes(sha256(&encoded).to_vec().into())
}

fn text(text: &str) -> Value<'_> {
    Value::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn occasion(session: Session) -> Occasion {
        let nonce = Some("exc7gBkxjx1rdc9udRrveKvSsJIq80avlXeLHhGwqtA".to_owned());
        Occasion { nonce, session: Some(session), ..Occasion::default() }
    }

    fn hex(bytes: Option<Vec<u8>>) -> String {
        bytes.unwrap_or_default().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// OpenID4VP 1.0, B.2.6.1 and B.2.6.2: the examples of the specification.
    #[test]
    fn examples_of_the_specification() {
        let session = Session {
            client_id: Some("x509_san_dns:example.com".into()),
            response_uri: Some("https://example.com/response".into()),
            origin: Some("https://example.com".into()),
            jwk_thumbprint: Some("QoPsknrg8gjaqi0CaoFPKyLcpSz4X_qPP4Ymxr1mkEc".into()),
            ..Session::default()
        };
        let occasion = occasion(session);
        assert_eq!(
            hex(transcript(&occasion, Handover::Openid4vp)),
            "83f6f682714f70656e494434565048616e646f7665725820048bc053c00442af9b8eed494cefdd9d95240d254b046b11b68013722aad38ac"
        );
        assert_eq!(
            hex(transcript(&occasion, Handover::Openid4vpDcApi)),
            "83f6f682764f70656e4944345650444341504948616e646f7665725820fbece366f4212f9762c74cfdbf83b8c69e371d5d68cea09cb4c48ca6daab761a"
        );
    }

    #[test]
    fn what_a_member_is_missing_of_has_no_transcript() {
        let occasion = occasion(Session { jwk_thumbprint: Some("AA".into()), ..Session::default() });
        for handover in Handover::COMPUTED {
            assert_eq!(transcript(&occasion, handover), None, "{handover:?}");
        }
        assert_eq!(transcript(&occasion, Handover::Transcript), None);
    }

    #[test]
    fn a_transcript_that_was_brought_is_taken_as_it_is() {
        let bring = |bytes: &[u8]| {
            let session = Session { transcript: Some(base64url::encode(bytes)), ..Session::default() };
            transcript(&Occasion { session: Some(session), ..Occasion::default() }, Handover::Transcript)
        };
        assert_eq!(bring(b"\x83\xf6\xf6\x80"), Some(b"\x83\xf6\xf6\x80".to_vec()));
        assert_eq!(bring(b"\xd8\x18\x44\x83\xf6\xf6\x80"), Some(b"\x83\xf6\xf6\x80".to_vec()));
        for wrong in [&b""[..], b"\xa0", b"\xd8\x18\x01", b"\xd8\x18\x41\xa0", b"\x83\xf6\xf6\x80\x00"] {
            assert_eq!(bring(wrong), None);
        }
    }
}
