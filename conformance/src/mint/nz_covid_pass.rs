//! Vectors of the NZ COVID Pass: accepted passes, and each with one thing wrong.

use serde_json::{Value, json};
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::cbor::{self, Value as Cbor};
use vidimus::encoding::{base32, base64url};
use vidimus::envelope::cose::sig_structure;
use vidimus::reason::{Code, Stage};

use super::pki::Pki;
use super::raw;
use super::scene::Scene;
use super::signing::TestKey;
use crate::question::{Document, Payload};
use crate::vector::Vector;

const FORMAT: &str = "nz_covid_pass";
const SPECIFICATION: (&str, &str, &str) = ("NZ COVID Pass 1.0.0", "whole", "https://nzcp.covid19.health.nz/");
const ISSUER: &str = "did:web:issuer.example";
const KID: &str = "key-1";

const ISS: i64 = 1;
const EXP: i64 = 4;
const NBF: i64 = 5;
const CTI: i64 = 7;
/// 2026-05-01T00:00:00Z.
const NOT_BEFORE: i64 = 1_777_593_600;
/// 2046-05-01T00:00:00Z.
const EXPIRES: i64 = 2_408_745_600;
const PASS_ID: [u8; 16] =
    [0x3f, 0x2b, 0x6c, 0x1e, 0x8d, 0x47, 0x4a, 0x95, 0x9c, 0x60, 0x5b, 0x7e, 0x1d, 0x20, 0xf8, 0xa4];

/// A pass before it is written: every part can be exchanged.
#[derive(Clone)]
struct Pass<'k> {
    claims: Vec<(Cbor<'static>, Cbor<'static>)>,
    protected: Vec<(i64, Cbor<'static>)>,
    key: &'k TestKey,
}

/// Every vector of the format.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn vectors(pki: &Pki) -> Result<Vec<Vector>, String> {
    let key = pki.key("pass-issuer")?;
    let good = pass(&key);
    let scene = Scene::of(FORMAT, SPECIFICATION).trusting(vec![issuer(Some(did_document(&key)))]);
    let parent = scene.accepts("pass", "A pass by a trusted issuer.", good.input(), Some(said(vc())));
    let mut all = vec![parent.clone()];
    transport(&scene, &good, &parent, &mut all);
    envelope(&scene, &good, &parent, &mut all);
    claims(&scene, &good, &parent, &mut all);
    keys(&scene, &good, &parent, &mut all);
    demands(&scene, &good, &parent, &mut all);
    Ok(all)
}

/// The text of the pass that the samples show, and of the same with another name in it, its signature kept.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn samples(pki: &Pki) -> Result<(String, String, Value), String> {
    let key = pki.key("pass-issuer")?;
    let good = pass(&key);
    let mut other = vc();
    other["credentialSubject"]["givenName"] = json!("Jill");
    let forged = good.with_text_claim("vc", cbor::from_json(&other));
    let forged = text_of(&forged.sign1(&forged.payload(), &good.signature(&good.payload())));
    Ok((text_of(&good.cose()), forged, issuer(Some(did_document(&key)))))
}

fn transport(scene: &Scene, good: &Pass<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let body = base32::encode(&good.cose());
    let mut refuse = |case: &str, title: &str, code, text: String| {
        all.push(scene.refuses(parent, case, title, code, Payload::text("text/plain", text)));
    };
    refuse("version-two", "The text begins with NZCP:/2/.", Code::NzcpPrefix, format!("NZCP:/2/{body}"));
    refuse(
        "base32-digit",
        "One Base32 character is the digit 1.",
        Code::Base32Char,
        format!("NZCP:/1/1{}", &body[1..]),
    );
}

fn envelope(scene: &Scene, good: &Pass<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let text_kid = good.with_header(4, Cbor::Text(KID.into()));
    all.push(scene.accepts(
        "kid-as-text",
        "The key identifier is a text, as the specification says.",
        text_kid.input(),
        Some(said(vc())),
    ));
    let mut refuse = |case: &str, title: &str, code, input| all.push(scene.refuses(parent, case, title, code, input));
    refuse("untagged", "The COSE array has no tag.", Code::CoseTag, input_of(&good.cose()[1..]));
    refuse(
        "alg-ps256",
        "The header names PS256.",
        Code::CoseAlgNotAllowed,
        good.with_header(1, raw::integer(-37)).input(),
    );
    refuse(
        "no-kid",
        "The header names no key.",
        Code::CoseKid,
        Pass { protected: good.protected[..1].to_vec(), ..good.clone() }.input(),
    );
    refuse(
        "kid-unknown",
        "The DID document has no key of that name.",
        Code::JoseKidUnknown,
        good.with_header(4, Cbor::Bytes(b"key-2".to_vec().into())).input(),
    );
    let payload = good.payload();
    let signature = good.signature(&payload);
    refuse(
        "signature-changed",
        "One bit of the signature is changed.",
        Code::SigInvalid,
        input_of(&good.sign1(&payload, &raw::flip_last(&signature))),
    );
    refuse(
        "signature-cut",
        "The signature has 32 bytes.",
        Code::SigEncoding,
        input_of(&good.sign1(&payload, &signature[..32])),
    );
    let trailing = [&payload[..], &[0]].concat();
    refuse(
        "cbor-trailing",
        "One byte follows the signed payload.",
        Code::CborTrailing,
        input_of(&good.sign1(&trailing, &good.signature(&trailing))),
    );
}

fn claims(scene: &Scene, good: &Pass<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let mut refuse = |case: &str, title: &str, code, pass: Pass<'_>| {
        all.push(scene.refuses(parent, case, title, code, pass.input()))
    };
    refuse("no-expiry", "The pass has no expiry.", Code::ClaimMissing, good.without_claim(EXP));
    refuse(
        "expiry-as-float",
        "The expiry is a floating-point number.",
        Code::ClaimType,
        good.with_claim(EXP, Cbor::Float(2_408_745_600.5)),
    );
    refuse(
        "identifier-of-fifteen-bytes",
        "The identifier has fifteen bytes.",
        Code::NzcpCti,
        good.with_claim(CTI, Cbor::Bytes(PASS_ID[..15].to_vec().into())),
    );
    refuse(
        "expired",
        "The pass expired a month ago.",
        Code::TimeExpired,
        good.with_claim(EXP, raw::integer(NOT_BEFORE + 3600)),
    );
    refuse(
        "begins-tomorrow",
        "The pass begins tomorrow.",
        Code::TimeNotYetValid,
        good.with_claim(NBF, raw::integer(1_780_401_600)),
    );
    refuse(
        "begin-in-milliseconds",
        "The expiry is written in milliseconds.",
        Code::TimeImplausible,
        good.with_claim(EXP, raw::integer(EXPIRES * 1000)),
    );
    refuse(
        "issuer-unknown",
        "The issuer is not on the trust list.",
        Code::TrustIssuerUnknown,
        good.with_claim(ISS, Cbor::Text("did:web:other.example".into())),
    );
    let mut changed = |case: &str, title: &str, change: fn(&mut Value)| {
        let mut vc = vc();
        change(&mut vc);
        refuse(case, title, Code::NzcpSchema, good.with_text_claim("vc", cbor::from_json(&vc)));
    };
    changed("version-of-the-credential", "The credential says version 2.0.0.", |vc| vc["version"] = json!("2.0.0"));
    changed("third-type", "The credential names a third type.", |vc| {
        vc["type"] = json!(["VerifiableCredential", "PublicCovidPass", "Other"])
    });
    changed("birth-year", "The date of birth is a year.", |vc| vc["credentialSubject"]["dob"] = json!("1960"));
    let generous = scene.demanding("clock_skew_seconds", 86_400);
    let parent =
        generous.accepts("generous-clocks", "The same pass under a skew of a day.", good.input(), Some(said(vc())));
    let backwards = good.with_claim(NBF, raw::integer(1_780_315_200)).with_claim(EXP, raw::integer(1_780_311_600));
    all.push(generous.refuses(
        &parent,
        "ends-before-it-begins",
        "The pass ends an hour before it begins.",
        Code::TimeInconsistent,
        backwards.input(),
    ));
    all.push(parent);
}

fn keys(scene: &Scene, good: &Pass<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let mut production = scene.trust[0].clone();
    production["environment"] = json!("production");
    all.push(scene.trusting(vec![production]).refuses(
        parent,
        "issuer-of-production",
        "The issuer is listed for production only.",
        Code::TrustEnvironment,
        good.input(),
    ));
    let fetching = scene.trusting(vec![issuer(None)]);
    let found = |document: Value| {
        fetching.finding(vec![Document {
            locator: "https://issuer.example/.well-known/did.json".to_owned(),
            status: 200,
            fetched_at: Some("2026-06-01T11:59:00Z".to_owned()),
            text: Some(document.to_string()),
            ..Document::default()
        }])
    };
    let document = did_document(good.key);
    let parent = found(document.clone()).accepts(
        "fetched-document",
        "The issuer's DID document is fetched.",
        good.input(),
        Some(said(vc())),
    );
    all.push(fetching.cannot_tell(
        &parent,
        "document-not-at-hand",
        "The issuer's DID document was not fetched.",
        Code::TrustKeyUnavailable,
        good.input(),
    ));
    let mut with = |case: &str, title: &str, code, change: fn(&mut Value)| {
        let mut document = document.clone();
        change(&mut document);
        all.push(found(document).refuses(&parent, case, title, code, good.input()));
    };
    with("document-of-another", "The DID document is another subject's.", Code::DidDocumentInvalid, |document| {
        document["id"] = json!("did:web:other.example")
    });
    with("key-not-for-assertions", "The key must not make assertions.", Code::DidVmRelationship, |document| {
        document["assertionMethod"] = json!([])
    });
    with("key-off-the-curve", "The key is no point of its curve.", Code::KeyInvalidPoint, |document| {
        let key = &mut document["verificationMethod"][0]["publicKeyJwk"];
        key["y"] = key["x"].clone();
    });
    with("key-private", "The DID document holds a private key.", Code::JosePrivateKeyExposed, |document| {
        document["verificationMethod"][0]["publicKeyJwk"]["d"] = json!("AA");
    });
    let html = Scene {
        evidence: vec![Document { text: Some("<!doctype html>".to_owned()), ..found(document).evidence[0].clone() }],
        ..fetching
    };
    all.push(html.refuses_at(
        Stage::Key,
        &parent,
        "document-as-html",
        "A page stands where the DID document should.",
        Code::JsonSyntax,
        good.input(),
    ));
    all.push(parent);
}

fn demands(scene: &Scene, good: &Pass<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let mut refuse =
        |scene: Scene, case: &str, title: &str, code| all.push(scene.refuses(parent, case, title, code, good.input()));
    refuse(
        scene.demanding("formats", json!(["eu_dcc"])),
        "format-not-taken",
        "The policy takes EU certificates only.",
        Code::PolicyFormat,
    );
    refuse(scene.asking_for(&["vaccination"]), "type-not-asked-for", "A vaccination was asked for.", Code::PolicyType);
    refuse(
        scene.demanding("events", json!(["vaccination"])),
        "event-not-taken",
        "The policy takes vaccinations only.",
        Code::PolicyContent,
    );
    let required = scene.demanding("status", "required");
    all.push(required.cannot_tell(
        parent,
        "status-required",
        "A status is demanded, and a pass declares none.",
        Code::StatusUnavailable,
        good.input(),
    ));
}

impl Pass<'_> {
    fn with_header(&self, label: i64, value: Cbor<'static>) -> Self {
        let mut pass = self.clone();
        pass.protected.iter_mut().filter(|(known, _)| *known == label).for_each(|(_, held)| *held = value.clone());
        pass
    }

    fn with_claim(&self, label: i64, value: Cbor<'static>) -> Self {
        self.with_key(&raw::integer(label), &value)
    }

    fn with_text_claim(&self, name: &'static str, value: Cbor<'static>) -> Self {
        self.with_key(&Cbor::Text(name.into()), &value)
    }

    fn with_key(&self, key: &Cbor<'static>, value: &Cbor<'static>) -> Self {
        let mut pass = self.clone();
        pass.claims.iter_mut().filter(|(known, _)| known == key).for_each(|(_, held)| *held = value.clone());
        pass
    }

    fn without_claim(&self, label: i64) -> Self {
        let mut pass = self.clone();
        pass.claims.retain(|(known, _)| known.as_i64() != Some(label));
        pass
    }

    fn payload(&self) -> Vec<u8> {
        cbor::encode(&Cbor::Map(self.claims.clone()))
    }

    fn protected_bytes(&self) -> Vec<u8> {
        let pairs = self.protected.iter().map(|(label, value)| (raw::integer(*label), value.clone()));
        cbor::encode(&Cbor::Map(pairs.collect()))
    }

    fn signature(&self, payload: &[u8]) -> Vec<u8> {
        self.key.sign(&sig_structure(&self.protected_bytes(), payload)).unwrap_or_default()
    }

    fn sign1(&self, payload: &[u8], signature: &[u8]) -> Vec<u8> {
        raw::sign1(&self.protected_bytes(), &Cbor::Map(Vec::new()), payload, signature)
    }

    fn cose(&self) -> Vec<u8> {
        let payload = self.payload();
        self.sign1(&payload, &self.signature(&payload))
    }

    fn input(&self) -> Payload {
        input_of(&self.cose())
    }
}

fn pass(key: &TestKey) -> Pass<'_> {
    Pass {
        claims: vec![
            (raw::integer(ISS), Cbor::Text(ISSUER.into())),
            (raw::integer(EXP), raw::integer(EXPIRES)),
            (raw::integer(NBF), raw::integer(NOT_BEFORE)),
            (raw::integer(CTI), Cbor::Bytes(PASS_ID.to_vec().into())),
            (Cbor::Text("vc".into()), cbor::from_json(&vc())),
        ],
        // The examples of the specification write the key identifier as bytes.
        protected: vec![(1, raw::integer(-7)), (4, Cbor::Bytes(KID.as_bytes().to_vec().into()))],
        key,
    }
}

fn text_of(cose: &[u8]) -> String {
    format!("NZCP:/1/{}", base32::encode(cose))
}

fn input_of(cose: &[u8]) -> Payload {
    Payload::text("text/plain", text_of(cose))
}

fn vc() -> Value {
    json!({
        "@context": ["https://www.w3.org/2018/credentials/v1", "https://nzcp.covid19.health.nz/contexts/v1"],
        "version": "1.0.0",
        "type": ["VerifiableCredential", "PublicCovidPass"],
        "credentialSubject": {"givenName": "Aroha", "familyName": "Ngata", "dob": "1974-09-30"}
    })
}

/// The claims that an accepted pass discloses.
fn said(vc: Value) -> Value {
    json!({
        "iss": ISSUER, "exp": EXPIRES, "nbf": NOT_BEFORE, "jti": "urn:uuid:3f2b6c1e-8d47-4a95-9c60-5b7e1d20f8a4", "vc": vc
    })
}

fn did_document(key: &TestKey) -> Value {
    let (x, y) = key.public_key().ec_coordinates().unwrap_or_default();
    let id = format!("{ISSUER}#{KID}");
    json!({
        "@context": "https://w3.org/ns/did/v1", "id": ISSUER, "assertionMethod": [id],
        "verificationMethod": [{"id": id, "controller": ISSUER, "type": "JsonWebKey2020", "publicKeyJwk": {
            "kty": "EC", "crv": "P-256", "x": base64url::encode(x), "y": base64url::encode(y)
        }}]
    })
}

fn issuer(document: Option<Value>) -> Value {
    let mut entry = json!({"kind": "issuer", "issuer": ISSUER, "name": "vidimus test PKI", "formats": [FORMAT], "environment": "test"});
    if let Some(document) = document {
        entry["document"] = document;
    }
    entry
}
