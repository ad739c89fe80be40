//! Device authentication (ISO/IEC 18013-5, 9.1.3): the device shows that the document is its own, for this session alone.
//!
//! ```cddl
//! DeviceAuthenticationBytes = #6.24(bstr .cbor [ "DeviceAuthentication", SessionTranscript, DocType, DeviceNameSpacesBytes ])
//! ```
//! It is the detached payload of a signature, or of a MAC under a key that device and reader agree on:
//! HKDF-SHA-256(ECDH(reader, device), salt = SHA-256(SessionTranscriptBytes), info = "EMacKey").

use crate::check::{Findings, Note};
use crate::credential::{HolderProof, Vouched};
use crate::crypto::agreement::AgreementKey;
use crate::crypto::digest::sha256;
use crate::crypto::job;
use crate::crypto::mac::is_hmac_sha256;
use crate::crypto::public_key::PublicKey;
use crate::encoding::cbor::Value;
use crate::envelope::cose::{AlgorithmLabel, Detached, mac_structure, open_detached, push_bytes, sig_structure};
use crate::format::Context;
use crate::format::mdoc::container::Document;
use crate::format::mdoc::{algorithm, handover};
use crate::occasion::session::Handover;
use crate::policy::KeyBindingDemand;
use crate::reason::{Code, Reason, Stage};

const TAG_SIGN1: u64 = 18;
const TAG_MAC0: u64 = 17;
/// HMAC 256/256 (RFC 9053, 3.1).
const HMAC_256: i64 = 5;

/// One way by which a device authenticates.
enum Method {
    Signature(Detached),
    Mac(Detached),
}

/// What the device's part of the document comes to, before signatures are checked.
pub fn proof(document: &Document<'_, '_>, device_key: Option<&PublicKey>, context: &Context<'_>) -> HolderProof {
    let demand = context.policy.key_binding;
    let has_session = context.occasion.session.is_some();
    if is_ignored(document, demand) || (document.is_bare && !has_session && demand != KeyBindingDemand::Required) {
        return HolderProof::NotDeclared;
    }
    let method = match method(document) {
        Ok(method) => method,
        Err(reason) => return HolderProof::Wrong(vec![reason]),
    };
    let Some(session) = &context.occasion.session else {
        return HolderProof::Untold(Reason::new(Code::MdocSessionMissing).expected("a session"));
    };
    let Some(device_key) = device_key else {
        return HolderProof::Wrong(vec![Reason::new(Code::MdocDeviceAuth).expected("a sound device key")]);
    };
    let Some(transcript) = handover::transcript(context.occasion, session.handover) else {
        let members = format!("every member of a session of kind {}", session.handover.name());
        return HolderProof::Untold(Reason::new(Code::MdocSessionMissing).expected(members));
    };
    let payload = payload(document, &transcript);
    match method {
        Method::Signature(signature) => match vouched(signature, device_key, &payload) {
            Ok(vouched) => HolderProof::Signature(Box::new(vouched)),
            Err(reason) => HolderProof::Wrong(vec![reason]),
        },
        Method::Mac(mac) => {
            check_mac(&mac, device_key, (&transcript, &payload), context).unwrap_or(HolderProof::Mismatch)
        }
    }
}

/// The policy that looks at no proof, of a document in which the device says nothing by itself.
pub fn is_ignored(document: &Document<'_, '_>, demand: KeyBindingDemand) -> bool {
    let says_nothing = document.device.as_ref().is_none_or(|device| device.name_spaces == b"\xd8\x18\x41\xa0");
    demand == KeyBindingDemand::Ignored && says_nothing
}

/// A wrong signature or MAC: was it made for another handover of the same session? Then the report says for which.
pub fn explain(document: &Document<'_, '_>, device_key: &PublicKey, context: &Context<'_>, findings: &mut Findings) {
    let own = context.occasion.session.as_ref().map(|session| session.handover);
    let other = Handover::COMPUTED
        .into_iter()
        .filter(|handover| Some(*handover) != own)
        .find(|handover| fits(document, device_key, *handover, context));
    let due = own.map_or("a session", Handover::title);
    match other {
        Some(other) if context.policy.handovers.contains(&other) => {
            let sentence = format!("The device signed for {}, which the policy takes; {due} was due.", other.title());
            findings.note(Note::new("mdoc.other_handover", sentence));
            findings.pass(Stage::Holder);
        }
        Some(other) => {
            let got = format!("authenticated for {}", other.title());
            findings.fail(Reason::new(Code::VpSessionMismatch).expected(due).got(got));
        }
        // Whether key or session is another cannot be told from a signature; both are said.
        None => {
            findings.fail(Reason::new(Code::MdocDeviceAuth).expected("authentication by the device key"));
            findings.fail(Reason::new(Code::VpSessionMismatch).expected(due).got("another session or another key"));
        }
    }
}

/// `true` when the device authenticated for that handover.
fn fits(document: &Document<'_, '_>, device_key: &PublicKey, handover: Handover, context: &Context<'_>) -> bool {
    let Some(transcript) = handover::transcript(context.occasion, handover) else { return false };
    let payload = payload(document, &transcript);
    match method(document) {
        Ok(Method::Signature(signature)) => {
            vouched(signature, device_key, &payload).is_ok_and(|proof| job::check_one(&proof.job()).is_ok())
        }
        Ok(Method::Mac(mac)) => {
            matches!(check_mac(&mac, device_key, (&transcript, &payload), context), Some(HolderProof::Right))
        }
        Err(_) => false,
    }
}

/// ISO/IEC 18013-5, 9.1.3.4: exactly one of signature and MAC.
fn method(document: &Document<'_, '_>) -> Result<Method, Reason> {
    let missing = |got: &'static str| Reason::new(Code::MdocDeviceAuthMissing).expected("one proof").got(got);
    let auth = document.device.as_ref().ok_or_else(|| missing("nothing signed by a device"))?.auth;
    let wrong = |reason: Reason| Reason::new(Code::MdocDeviceAuth).got(reason.to_string());
    match (auth.entry_text("deviceSignature"), auth.entry_text("deviceMac")) {
        (Some(signature), None) => open_detached(signature, TAG_SIGN1).map(Method::Signature).map_err(wrong),
        (None, Some(mac)) => open_detached(mac, TAG_MAC0).map(Method::Mac).map_err(wrong),
        (None, None) => Err(missing("neither signature nor MAC")),
        (Some(_), Some(_)) => Err(missing("both signature and MAC")),
    }
}

/// The signature as a job for the device's key.
fn vouched(signature: Detached, device_key: &PublicKey, payload: &[u8]) -> Result<Vouched, Reason> {
    let algorithm = algorithm::of_label(&signature.algorithm, device_key)
        .map_err(|reason| Reason::new(Code::MdocDeviceAuth).got(reason.to_string()))?;
    let message = sig_structure(&signature.protected, payload);
    Ok(Vouched { algorithm, key: device_key.clone(), message, signature: signature.end, is_of_holder: true })
}

/// ISO/IEC 18013-5, 9.1.3.5. `None` when the tag is another.
fn check_mac(
    mac: &Detached,
    device_key: &PublicKey,
    (transcript, payload): (&[u8], &[u8]),
    context: &Context<'_>,
) -> Option<HolderProof> {
    if mac.algorithm != AlgorithmLabel::Number(HMAC_256) {
        let reason = Reason::new(Code::MdocDeviceAuth).expected("HMAC 256/256 (5)").got("another MAC algorithm");
        return Some(HolderProof::Wrong(vec![reason]));
    }
    let untold = || HolderProof::Untold(Reason::new(Code::MdocSessionMissing).expected("the reader's private key"));
    let Some(secret) = context.occasion.session.as_ref().and_then(|session| session.reader_key.as_ref()) else {
        return Some(untold());
    };
    let Ok(reader_key) = AgreementKey::from_jwk(secret.expose()) else { return Some(untold()) };
    let salt = sha256(&encoded_cbor(transcript));
    match reader_key.derive(device_key, &salt, b"EMacKey") {
        Err(reason) => Some(HolderProof::Wrong(vec![reason.at(Stage::Holder)])),
        Ok(key) => {
            is_hmac_sha256(&key, &mac_structure(&mac.protected, payload), &mac.end).then_some(HolderProof::Right)
        }
    }
}

/// DeviceAuthenticationBytes of this document for that transcript.
fn payload(document: &Document<'_, '_>, transcript: &[u8]) -> Vec<u8> {
    let name_spaces = document.device.as_ref().map_or(&[][..], |device| device.name_spaces);
    authentication_bytes(transcript, document.doc_type.unwrap_or_default(), name_spaces)
}

/// DeviceAuthenticationBytes: transcript and name spaces are encoded already, and stand as they were received.
pub fn authentication_bytes(transcript: &[u8], doc_type: &str, name_spaces: &[u8]) -> Vec<u8> {
    let doc_type = crate::encoding::cbor::encode(&Value::from(doc_type));
    encoded_cbor(&[b"\x84\x74DeviceAuthentication", transcript, &doc_type, name_spaces].concat())
}

/// Tag 24 around these bytes.
pub fn encoded_cbor(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().saturating_add(8));
    out.extend_from_slice(b"\xd8\x18");
    push_bytes(&mut out, bytes);
    out
}
