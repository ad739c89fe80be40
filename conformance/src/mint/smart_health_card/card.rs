//! The cards that the vectors are made of: every part can be exchanged before they are written.

use serde_json::{Value, json};
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::{base64url, deflate};
use vidimus::format::shc_numeric;

use super::FORMAT;
use crate::mint::pki::CARD_ISSUER;
use crate::mint::signing::TestKey;
use crate::question::{Document, Payload};

/// 2026-05-01T00:00:00Z.
pub(super) const NOT_BEFORE: i64 = 1_777_593_600;

/// A card before it is written: every part can be exchanged.
#[derive(Clone)]
pub(super) struct Card<'k> {
    pub(super) header: Value,
    pub(super) claims: Value,
    pub(super) key: &'k TestKey,
}

impl Card<'_> {
    /// The same card with another value at this place of its claims; numbers are places in lists.
    pub(super) fn with(&self, path: &[&str], value: Value) -> Self {
        let mut card = self.clone();
        let mut place = &mut card.claims;
        for name in path {
            place = match name.parse::<usize>() {
                Ok(at) => &mut place[at],
                Err(_) => &mut place[*name],
            };
        }
        *place = value;
        card
    }

    pub(super) fn without(&self, member: &str) -> Self {
        let mut card = self.clone();
        card.claims.as_object_mut().map(|claims| claims.remove(member));
        card
    }

    /// The same card with more doses than one QR code can hold.
    pub(super) fn long(&self) -> Self {
        let path = ["vc", "credentialSubject", "fhirBundle", "entry"];
        let mut entries = vec![patient()];
        entries.extend((1_u64..13).map(|n| {
            // Lot numbers that do not compress.
            let lot = base64url::encode(&vidimus::crypto::digest::sha256(&n.to_be_bytes()));
            dose(n, &lot)
        }));
        self.with(&path, json!(entries))
    }

    pub(super) fn body(&self) -> Vec<u8> {
        deflate::deflate_raw(self.claims.to_string().as_bytes())
    }

    pub(super) fn message(&self, body: &[u8]) -> String {
        format!("{}.{}", base64url::encode(self.header.to_string().as_bytes()), base64url::encode(body))
    }

    pub(super) fn sign(&self, message: &str) -> Vec<u8> {
        self.key.sign(message.as_bytes()).unwrap_or_default()
    }

    pub(super) fn jws_of(&self, body: &[u8]) -> String {
        let message = self.message(body);
        format!("{message}.{}", base64url::encode(&self.sign(&message)))
    }

    pub(super) fn jws(&self) -> String {
        self.jws_of(&self.body())
    }

    pub(super) fn qr(&self) -> Payload {
        text(shc_numeric::encode(&self.jws()))
    }
}

pub(super) fn card(key: &TestKey) -> Card<'_> {
    let types = ["https://smarthealth.cards#health-card", "https://smarthealth.cards#immunization"];
    Card {
        header: json!({"zip": "DEF", "alg": "ES256", "kid": key.public_key().jwk_thumbprint()}),
        claims: json!({"iss": CARD_ISSUER, "nbf": NOT_BEFORE, "vc": {"type": types, "credentialSubject": {
            "fhirVersion": "4.0.1", "fhirBundle": bundle(vec![patient(), dose(1, "0000001")])
        }}}),
        key,
    }
}

fn bundle(entries: Vec<Value>) -> Value {
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries})
}

fn patient() -> Value {
    json!({"fullUrl": "resource:0", "resource": {
        "resourceType": "Patient", "name": [{"family": "Okonedo", "given": ["Temi"]}], "birthDate": "1968-11-05"
    }})
}

fn dose(number: u64, lot: &str) -> Value {
    json!({"fullUrl": format!("resource:{number}"), "resource": {
        "resourceType": "Immunization", "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "207"}]},
        "patient": {"reference": "resource:0"}, "occurrenceDateTime": "2026-04-20", "lotNumber": lot
    }})
}

pub(super) fn test_bundle(result: &str) -> Value {
    bundle(vec![
        patient(),
        json!({"fullUrl": "resource:1", "resource": {
            "resourceType": "Observation", "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "94558-4"}]},
            "subject": {"reference": "resource:0"}, "effectiveDateTime": "2026-05-30",
            "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": result}]}
        }}),
    ])
}

pub(super) fn jwk(key: &TestKey) -> Value {
    let (x, y) = key.public_key().ec_coordinates().unwrap_or_default();
    json!({
        "kty": "EC", "kid": key.public_key().jwk_thumbprint(), "use": "sig", "alg": "ES256", "crv": "P-256",
        "x": base64url::encode(x), "y": base64url::encode(y)
    })
}

pub(super) fn issuer(keys: Option<Value>) -> Value {
    let mut entry = json!({"kind": "issuer", "issuer": CARD_ISSUER, "name": "vidimus test PKI", "formats": [FORMAT], "environment": "test"});
    if let Some(keys) = keys {
        entry["keys"] = keys;
    }
    entry
}

pub(super) fn document(place: &str, text: String) -> Document {
    Document {
        locator: format!("{CARD_ISSUER}/.well-known/{place}"),
        status: 200,
        fetched_at: Some("2026-06-01T11:59:00Z".to_owned()),
        text: Some(text),
        ..Document::default()
    }
}

pub(super) fn text(text: impl Into<String>) -> Payload {
    Payload::text("text/plain", text)
}

pub(super) fn reversed(parts: &[String]) -> String {
    parts.iter().rev().cloned().collect::<Vec<_>>().join("\n")
}
