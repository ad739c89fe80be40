//! Vectors of W3C credentials in COSE: accepted messages, and each with one thing wrong.

use serde_json::{Value, json};
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::base64url;
use vidimus::encoding::cbor::{self, Value as Cbor};
use vidimus::envelope::cose::sig_structure;
use vidimus::reason::Code;

use super::pki::Pki;
use super::raw;
use super::scene::Scene;
use super::signing::TestKey;
use super::w3c::{self, AUDIENCE, HOLDER, ISSUER, Keys, NONCE, Teller};
use crate::question::Payload;
use crate::vector::Vector;

const FORMAT: &str = "vc_cose";
const SPECIFICATION: (&str, &str, &str) = ("VC-JOSE-COSE 1.0", "3.3", "https://www.w3.org/TR/vc-jose-cose/");

const ALG: i64 = 1;
const CRIT: i64 = 2;
const CONTENT: i64 = 3;
const KID: i64 = 4;
const TYP: i64 = 16;

/// A message before it is written: every part can be exchanged.
#[derive(Clone)]
struct Message<'k> {
    protected: Vec<(i64, Cbor<'static>)>,
    unprotected: Vec<(i64, Cbor<'static>)>,
    document: Value,
    key: &'k TestKey,
}

/// Every vector of the format.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn vectors(pki: &Pki) -> Result<Vec<Vector>, String> {
    let keys = w3c::keys(pki)?;
    let scene = Scene::of(FORMAT, SPECIFICATION).trusting(w3c::trust(&keys, FORMAT));
    let good = message("vc", w3c::credential(), ISSUER, &keys.issuer);
    let said = Some(w3c::credential());
    let parent = scene.accepts(
        "credential",
        "A credential, as base64url.",
        Payload::text("text/plain", good.text()),
        said.clone(),
    );
    let mut all = vec![parent.clone()];
    let mut teller = Teller { scene: &scene, parent: &parent, all: &mut all };
    structure(&mut teller, &good);
    headers(&mut teller, &good);
    content(&mut teller, &good);
    teller.demands();
    let bytes = good.bytes();
    let mut accept = |case: &str, title: &str, input| all.push(scene.accepts(case, title, input, said.clone()));
    accept("bytes", "The same as bytes.", Payload::bytes("application/vc+cose", &bytes));
    let standard = base64url::encode_standard(&bytes);
    accept("standard-base64", "The same as padded base64.", Payload::text("text/plain", standard.clone()));
    let envelope = w3c::envelope("application/vc+cose;base64", &standard).to_string();
    accept("in-an-envelope", "The message is in a data: URL.", Payload::text("application/json", envelope));
    let text_kid = good.with(KID, Some(Cbor::Text(w3c::kid(ISSUER).into())));
    accept("kid-as-text", "The key identifier is a text.", Payload::text("text/plain", text_kid.text()));
    let untyped = good.with(TYP, None);
    accept("content-type-alone", "Only the content type says what it is.", Payload::text("text/plain", untyped.text()));
    presentations(&scene, &keys, &good, &mut all);
    Ok(all)
}

fn structure(teller: &mut Teller<'_>, good: &Message<'_>) {
    let bytes = good.bytes();
    let payload = good.payload();
    let mut refuse = |case: &str, title: &str, code, bytes: &[u8]| {
        teller.refuse_named(case, title, code, base64url::encode(bytes));
    };
    refuse("untagged", "The array has no tag.", Code::CoseTag, &bytes[1..]);
    refuse("tag-of-a-mac", "The tag is that of a MAC.", Code::CoseTag, &[&[0xd1], &bytes[1..]].concat());
    refuse("cut", "The last byte is gone.", Code::CborTruncated, &bytes[..bytes.len() - 1]);
    refuse("trailing", "A byte follows the message.", Code::CborTrailing, &[&bytes[..], &[0]].concat());
    let parts = |parts: Vec<Cbor<'static>>| cbor::encode(&Cbor::Tag(18, Box::new(Cbor::Array(parts))));
    let owned = |bytes: &[u8]| Cbor::Bytes(bytes.to_vec().into());
    let (protected, signature) = (good.protected_bytes(), good.signature(&payload));
    let empty = Cbor::Map(Vec::new());
    let three = parts(vec![owned(&protected), empty.clone(), owned(&payload)]);
    refuse("three-parts", "The signature is not there.", Code::CoseStructure, &three);
    let detached = parts(vec![owned(&protected), empty.clone(), Cbor::Null, owned(&signature)]);
    refuse("detached", "The payload is elsewhere.", Code::CosePayload, &detached);
    let array = parts(vec![owned(&[0x80]), empty, owned(&payload), owned(&signature)]);
    refuse("protected-array", "The protected header is an array.", Code::CoseProtected, &array);
    let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    teller.refuse("hexadecimal", "The message is written in hexadecimal.", Code::InputUnrecognised, hexadecimal);
    let text = good.text();
    let (start, end) = text.split_at(80);
    let title = "A blank stands inside the base64.";
    teller.refuse("blank-inside", title, Code::JoseMalformed, format!("{start} {end}"));
    let changed = good.sign1(&payload, &raw::flip_last(&signature));
    teller.refuse(
        "signature-changed",
        "One bit of the signature is changed.",
        Code::SigInvalid,
        base64url::encode(&changed),
    );
    let short = good.sign1(&payload, &signature[..63]);
    teller.refuse("signature-cut", "The signature has 63 bytes.", Code::SigEncoding, base64url::encode(&short));
}

fn headers(teller: &mut Teller<'_>, good: &Message<'_>) {
    let text = |text: &'static str| Some(Cbor::Text(text.into()));
    let mut with = |case: &str, title: &str, code, label, value| {
        teller.refuse(case, title, code, good.with(label, value).text());
    };
    with("algorithm-hmac", "The header names a MAC.", Code::CoseAlgNotAllowed, ALG, Some(raw::integer(5)));
    with(
        "algorithm-es384",
        "The header names ES384, the key is on P-256.",
        Code::CoseAlgKeyMismatch,
        ALG,
        Some(raw::integer(-35)),
    );
    with("no-kid", "The header names no key.", Code::CoseKid, KID, None);
    with(
        "kid-unknown",
        "The issuer has no key of that name.",
        Code::DiVmMissing,
        KID,
        Some(Cbor::Bytes(format!("{ISSUER}#key-2").into_bytes().into())),
    );
    with("type-unknown", "`typ` names another media type.", Code::JoseTypMismatch, TYP, text("really/bad"));
    with(
        "type-of-a-presentation",
        "`typ` and content type differ.",
        Code::JoseTypMismatch,
        TYP,
        text("application/vp+cose"),
    );
    with("content-type-unknown", "The content type is another.", Code::JoseTypMismatch, CONTENT, text("very/bad"));
    let demanding = Cbor::Array(vec![raw::integer(-70_000)]);
    with("crit", "The header demands a parameter.", Code::CoseCrit, CRIT, Some(demanding));
    let mut twice = good.clone();
    twice.unprotected.push((TYP, Cbor::Text("application/vp+cose".into())));
    teller.refuse("type-in-both-headers", "`typ` stands in both headers.", Code::CoseHeaderConflict, twice.text());
    let mut outside = good.with(ALG, None);
    outside.unprotected.push((ALG, raw::integer(-7)));
    teller.refuse("algorithm-unprotected", "The algorithm is not protected.", Code::CoseAlgUnprotected, outside.text());
}

fn content(teller: &mut Teller<'_>, good: &Message<'_>) {
    let mut with = |case: &str, title: &str, code, name: &str, value: Value| {
        let mut changed = good.clone();
        changed.document[name] = value;
        teller.refuse(case, title, code, changed.text());
    };
    with("claim-vp", "A claim `vp` stands beside the credential.", Code::VcEnvelope, "vp", json!({}));
    with(
        "issuer-of-another-name",
        "`iss` is not the issuer.",
        Code::ClaimInconsistent,
        "iss",
        json!("https://other.example"),
    );
    with("subject-empty", "The subject is empty.", Code::VcSchema, "credentialSubject", json!({}));
    with(
        "credential-ended",
        "`validUntil` was two days ago.",
        Code::TimeExpired,
        "validUntil",
        json!("2026-05-31T00:00:00Z"),
    );
    with(
        "credential-begins-later",
        "`validFrom` is a year from now.",
        Code::TimeNotYetValid,
        "validFrom",
        json!("2027-06-01T00:00:00Z"),
    );
    let array = Message { document: json!([]), ..good.clone() };
    teller.refuse("payload-array", "The payload is an array.", Code::CosePayload, array.text());
}

fn presentations(scene: &Scene, keys: &Keys, inner: &Message<'_>, all: &mut Vec<Vector>) {
    let token = base64url::encode_standard(&inner.bytes());
    let document = w3c::presentation(w3c::envelope("application/vc+cose;base64", &token));
    let good = message("vp", document.clone(), HOLDER, &keys.holder);
    let asked = w3c::asking(scene, NONCE, AUDIENCE);
    let title = "A presentation for this relying party.";
    let parent =
        asked.accepts("presentation", title, Payload::text("text/plain", good.text()), Some(w3c::said(&document)));
    let mut teller = Teller { scene: &asked, parent: &parent, all };
    let other = w3c::asking(scene, "other", AUDIENCE);
    teller.refuse_in(&other, "nonce-of-another-request", "Another nonce was asked for.", Code::VpNonce, good.text());
    let elsewhere = w3c::asking(scene, NONCE, "https://other.example");
    teller.refuse_in(&elsewhere, "for-somebody-else", "It is for somebody else.", Code::ClaimAudience, good.text());
    let mut broken = good.clone();
    broken.document["verifiableCredential"][0]["id"] = json!("bad-credential");
    teller.refuse("envelope-without-a-token", "An envelope inside has no data: URL.", Code::VcEnvelope, broken.text());
    all.push(parent);
}

impl Message<'_> {
    /// The same with another protected header parameter, or without it.
    fn with(&self, label: i64, value: Option<Cbor<'static>>) -> Self {
        let mut message = self.clone();
        message.protected.retain(|(known, _)| *known != label);
        message.protected.extend(value.map(|value| (label, value)));
        message
    }

    fn payload(&self) -> Vec<u8> {
        self.document.to_string().into_bytes()
    }

    fn protected_bytes(&self) -> Vec<u8> {
        cbor::encode(&map(&self.protected))
    }

    fn signature(&self, payload: &[u8]) -> Vec<u8> {
        self.key.sign(&sig_structure(&self.protected_bytes(), payload)).unwrap_or_default()
    }

    fn sign1(&self, payload: &[u8], signature: &[u8]) -> Vec<u8> {
        raw::sign1(&self.protected_bytes(), &map(&self.unprotected), payload, signature)
    }

    fn bytes(&self) -> Vec<u8> {
        let payload = self.payload();
        self.sign1(&payload, &self.signature(&payload))
    }

    fn text(&self) -> String {
        base64url::encode(&self.bytes())
    }
}

fn map(pairs: &[(i64, Cbor<'static>)]) -> Cbor<'static> {
    Cbor::Map(pairs.iter().map(|(label, value)| (raw::integer(*label), value.clone())).collect())
}

fn message<'k>(kind: &str, document: Value, signer: &str, key: &'k TestKey) -> Message<'k> {
    let protected = vec![
        (ALG, raw::integer(-7)),
        (CONTENT, Cbor::Text(format!("application/{kind}").into())),
        (KID, Cbor::Bytes(w3c::kid(signer).into_bytes().into())),
        (TYP, Cbor::Text(format!("application/{kind}+cose").into())),
    ];
    Message { protected, unprotected: Vec::new(), document, key }
}
