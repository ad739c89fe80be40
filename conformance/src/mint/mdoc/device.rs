//! The device's part with one thing wrong: proofs, sessions, what the device says by itself.

use serde_json::json;
use vidimus::crypto::agreement::AgreementKey;
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::base64url;
use vidimus::encoding::cbor::{self, Value as Cbor};
use vidimus::format::mdoc::device_auth::encoded_cbor;
use vidimus::issue::mdoc::device::{Proof, document, document_of, response};
use vidimus::occasion::session::{Handover, Session};
use vidimus::reason::Code;

use super::parts::{Doc, Keys, said, transcript_of};
use super::{CLIENT_ID, NAME_SPACE, RESPONSE_URI, Teller, asking, input};
use crate::mint::pki::Pki;
use crate::mint::scene::Scene;
use crate::question::Occasion;

pub fn vectors(teller: &mut Teller<'_>, good: &Doc<'_>, keys: &Keys, pki: &Pki) -> Result<(), String> {
    proofs(teller, good, keys);
    own_elements(teller, good);
    sessions(teller, good);
    macs(teller, good, pki)
}

fn proofs(teller: &mut Teller<'_>, good: &Doc<'_>, keys: &Keys) {
    let empty = encoded_cbor(&[0xa0]);
    let issuer_signed = good.issuer_signed();
    let with_auth = |auth: &Cbor<'_>| response(&[document_of(&good.doc_type, &issuer_signed, &empty, auth)]);
    let right = good.response();
    let proof = proof_of(&right);
    let missing = Code::MdocDeviceAuthMissing;
    teller.refuse("no-proof", "The device proves nothing.", missing, &with_auth(&Cbor::Map(Vec::new())));
    let both = Cbor::Map(vec![("deviceSignature".into(), proof.clone()), ("deviceMac".into(), proof.clone())]);
    teller.refuse("signature-and-mac", "The device signs and makes a MAC.", missing, &with_auth(&both));
    teller.refuse("issuer-signed-alone", "A session asked for a device, and none is there.", missing, &issuer_signed);
    let required = Scene {
        occasion: Occasion { session: None, nonce: None, ..teller.scene.occasion.clone() },
        ..teller.scene.clone()
    };
    let required = required.demanding("key_binding", "required");
    let title = "The policy demands a proof by the holder, and an issuer's part comes alone.";
    teller.refuse_in(&required, "proof-required", title, missing, &issuer_signed);
    let mut changed = proof.clone();
    if let Cbor::Array(parts) = &mut changed {
        parts[0] = Cbor::Bytes(cbor::encode(&Cbor::Map(vec![(1.into(), (-35).into())])).into());
    }
    let auth = Cbor::Map(vec![("deviceSignature".into(), changed)]);
    let title = "The device's signature names ES384, and its key is on P-256.";
    teller.refuse("proof-of-another-algorithm", title, Code::MdocDeviceAuth, &with_auth(&auth));
    let mut attached = proof.clone();
    if let Cbor::Array(parts) = &mut attached {
        parts[2] = Cbor::Bytes(Vec::new().into());
    }
    let auth = Cbor::Map(vec![("deviceSignature".into(), attached)]);
    teller.refuse(
        "proof-with-a-payload",
        "The device's signature brings a payload.",
        Code::MdocDeviceAuth,
        &with_auth(&auth),
    );
    let other = Doc { device: &keys.other_device, ..good.clone() };
    teller.refuse("proof-by-another-device", "Another device signed.", Code::MdocDeviceAuth, &other.response());
    let off = Cbor::Map(vec![
        (1.into(), 2.into()),
        ((-1).into(), 1.into()),
        ((-2).into(), Cbor::Bytes(vec![1; 32].into())),
        ((-3).into(), Cbor::Bytes(vec![2; 32].into())),
    ]);
    let bytes = good.with_mso(&["deviceKeyInfo", "deviceKey"], off).response();
    teller.refuse("device-key-off-the-curve", "The device's key is off its curve.", Code::KeyInvalidPoint, &bytes);
    let edwards = good.drafted(|draft| draft.device_key = keys.device_with_ed25519.public_key().clone());
    let edwards = Doc { device: &keys.device_with_ed25519, ..edwards };
    let title = "The device's key is on Ed25519.";
    teller.all.push(teller.scene.accepts("device-with-ed25519", title, input(&edwards.response()), Some(said())));
    let unknown = Scene {
        occasion: Occasion { session: None, nonce: None, ..teller.scene.occasion.clone() },
        ..teller.scene.clone()
    };
    let title = "Nobody says for which session it is.";
    let cannot = unknown.cannot_tell(teller.parent, "session-unknown", title, Code::MdocSessionMissing, input(&right));
    teller.all.push(cannot);
    let title = "Nobody says for which session it is, and the policy looks at no proof.";
    let ignored = unknown.demanding("key_binding", "ignored");
    teller.all.push(ignored.accepts("proof-ignored", title, input(&right), Some(said())));
    // What the device says ends like a device that says nothing; it says something all the same.
    let authorised = good.drafted(|draft| draft.device_name_spaces = vec![NAME_SPACE.to_owned()]);
    let pairs = vec![("at_the_wheel".into(), Cbor::Bool(true)), ("tail".into(), Cbor::Bytes(vec![0xa0].into()))];
    let says = Cbor::Map(vec![(NAME_SPACE.into(), Cbor::Map(pairs))]);
    let speaking = Doc { device_name_spaces: says, ..authorised }.response();
    let title = "The policy looks at no proof, and the device says something by itself.";
    let code = Code::MdocSessionMissing;
    teller.all.push(ignored.cannot_tell(teller.parent, "device-says-something", title, code, input(&speaking)));
    let recorded = teller.scene.demanding("key_binding", "ignored");
    let title = "The policy looks at no proof, and a nonce was asked for: nobody shows that it is theirs now.";
    teller.refuse_in(&recorded, "nonce-and-proof-ignored", title, Code::VpNonce, &right);
    let mut buying = teller.scene.clone();
    buying.occasion.transaction_data = vec!["eyJ0eXBlIjoicGF5bWVudCJ9".to_owned()];
    let title = "A transaction was asked for, which no mdoc approves.";
    teller.refuse_in(&buying, "transaction-not-approved", title, Code::VpTransactionData, &right);
}

/// The device's signature in a response.
fn proof_of(response: &[u8]) -> Cbor<'static> {
    let tree = cbor::decode(response).map_or(Cbor::Null, Cbor::into_owned);
    let document = tree.entry_text("documents").and_then(Cbor::as_array).and_then(<[_]>::first);
    let auth = document.and_then(|document| document.entry_text("deviceSigned")?.entry_text("deviceAuth"));
    auth.and_then(|auth| auth.entry_text("deviceSignature")).cloned().unwrap_or(Cbor::Null)
}

fn own_elements(teller: &mut Teller<'_>, good: &Doc<'_>) {
    let says = |space: &'static str, element: &'static str| {
        Cbor::Map(vec![(space.into(), Cbor::Map(vec![(element.into(), Cbor::Bool(true))]))])
    };
    let unauthorised = Doc { device_name_spaces: says(NAME_SPACE, "age_over_21"), ..good.clone() };
    let title = "The device says what its issuer did not let it say.";
    teller.refuse("element-not-authorised", title, Code::MdocKeyAuthorization, &unauthorised.response());
    let authorised = good.drafted(|draft| draft.device_name_spaces = vec![NAME_SPACE.to_owned()]);
    let shadowing = Doc { device_name_spaces: says(NAME_SPACE, "given_name"), ..authorised.clone() };
    let title = "The device says what the issuer says already.";
    teller.refuse("element-shadowed", title, Code::MdocShadowedElement, &shadowing.response());
    let many = (0..300).map(|at| (Cbor::Text(format!("e{at}").into()), Cbor::Bool(true))).collect();
    let many = Doc { device_name_spaces: Cbor::Map(vec![(NAME_SPACE.into(), Cbor::Map(many))]), ..authorised.clone() };
    let title = "The device says more than anybody asks for.";
    teller.refuse("too-many-elements-of-the-device", title, Code::InputTooManyItems, &many.response());
    let said_by_both = Doc { device_name_spaces: says(NAME_SPACE, "at_the_wheel"), ..authorised };
    let mut claims = said();
    claims["deviceNameSpaces"] = json!({ NAME_SPACE: { "at_the_wheel": true } });
    let title = "The device says what its issuer lets it say.";
    teller.all.push(teller.scene.accepts(
        "element-by-the-device",
        title,
        input(&said_by_both.response()),
        Some(claims),
    ));
}

fn sessions(teller: &mut Teller<'_>, good: &Doc<'_>) {
    let scene = teller.scene.clone();
    let generated = "wallet-nonce";
    let older = Session {
        handover: Handover::Iso18013Part7,
        client_id: Some(CLIENT_ID.to_owned()),
        response_uri: Some(RESPONSE_URI.to_owned()),
        mdoc_generated_nonce: Some(generated.to_owned()),
        ..Session::default()
    };
    let signed_so = Doc { transcript: transcript_of(&older), ..good.clone() }.response();
    let both = json!({
        "handover": "openid4vp", "client_id": CLIENT_ID, "response_uri": RESPONSE_URI,
        "mdoc_generated_nonce": generated,
    });
    let expecting = |session| Scene { occasion: asking(session), ..scene.clone() };
    let title = "The device signed for the handover of ISO 18013-7, and OpenID4VP 1.0 was spoken.";
    let code = Code::VpSessionMismatch;
    teller.refuse_in(&expecting(both.clone()), "handover-of-iso-18013-7", title, code, &signed_so);
    let taking = expecting(both).demanding("handovers", json!(["iso-18013-7"]));
    let title = "The same where the policy takes that handover.";
    teller.all.push(taking.accepts("handover-of-iso-18013-7-taken", title, input(&signed_so), Some(said())));
    let own = expecting(serde_json::to_value(&older).unwrap_or_default());
    let title = "A session of ISO 18013-7.";
    teller.all.push(own.accepts("session-of-iso-18013-7", title, input(&signed_so), Some(said())));
    let computed = [
        ("session-of-the-dc-api", "A session of the Digital Credentials API.", Handover::Openid4vpDcApi),
        ("session-of-draft-24", "A session of draft 24.", Handover::Openid4vpDcApiDraft24),
        ("session-of-iso-18013-7-c", "A session of ISO 18013-7 Annex C.", Handover::IsoDcApi),
    ];
    for (case, title, handover) in computed {
        let session = Session {
            handover,
            origin: Some("https://verifier.example".to_owned()),
            encryption_info: Some("gmVkY2FwaaA".to_owned()),
            ..Session::default()
        };
        let bytes = Doc { transcript: transcript_of(&session), ..good.clone() }.response();
        let scene = expecting(serde_json::to_value(&session).unwrap_or_default());
        teller.all.push(scene.accepts(case, title, input(&bytes), Some(said())));
    }
    let mut brought = scene.clone();
    brought.occasion.session = None;
    brought.occasion.session_transcript = Some(base64url::encode(&good.transcript));
    let title = "The caller brings the transcript.";
    teller.all.push(brought.accepts("transcript-brought", title, input(&good.response()), Some(said())));
    let mut other = scene.clone();
    other.occasion.nonce = Some("n-another".to_owned());
    let title = "Another nonce was asked with.";
    teller.refuse_in(&other, "nonce-of-another-request", title, Code::MdocDeviceAuth, &good.response());
}

fn macs(teller: &mut Teller<'_>, good: &Doc<'_>, pki: &Pki) -> Result<(), String> {
    let own = |name: &str| {
        let jwk = pki.secret_jwk(name)?.to_string();
        Ok::<_, String>((AgreementKey::from_jwk(&jwk).map_err(|fault| fault.to_string())?, jwk))
    };
    let ((device, _), (reader, reader_jwk), (_, other_jwk)) =
        (own("mdoc-device")?, own("mdoc-reader")?, own("mdoc-other-device")?);
    let reader = reader.public_key().map_err(|fault| fault.to_string())?;
    let made = document(
        &good.doc_type,
        &good.issuer_signed(),
        &good.device_name_spaces,
        &good.transcript,
        Proof::Mac(&device, &reader),
    );
    let bytes = response(&[made.map_err(|fault| fault.to_string())?]);
    let knowing = |jwk: Option<String>| {
        let mut scene = teller.scene.clone();
        scene.occasion.reader_private_key = jwk;
        scene
    };
    let (right, other, unknown) = (knowing(Some(reader_jwk)), knowing(Some(other_jwk)), knowing(None));
    let title = "The device makes a MAC for this reader.";
    let parent = right.accepts("mac", title, input(&bytes), Some(said()));
    let title = "The MAC is for another reader.";
    teller.all.push(other.refuses(&parent, "mac-for-another-reader", title, Code::MdocDeviceAuth, input(&bytes)));
    let title = "The reader's key is not at hand.";
    let code = Code::MdocSessionMissing;
    teller.all.push(unknown.cannot_tell(&parent, "mac-without-the-readers-key", title, code, input(&bytes)));
    teller.all.push(parent);
    Ok(())
}
