//! Rows of health certificates.

use rival_protocol::{Fault, Row};
use serde_json::{Value, json};
use vidimus::credential::KeyId;
use vidimus::crypto::digest::sha256;
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::base64url;
use vidimus::issue::{eu_dcc, nz_covid_pass, smart_health_card};
use vidimus::time::{Date, Timestamp};

use crate::authority::{COUNTRY, Kind, signers};
use crate::{CREDENTIALS, ISSUERS, jwk, keys, p256, row};

const DAY: i64 = 86_400;

/// EU Digital COVID Certificates about one dose.
pub(crate) fn eu_dcc(kind: Kind, now: Timestamp) -> Result<Row, Fault> {
    let (signers, authority) = signers(kind, ISSUERS)?;
    let kid_of = |certificate: &[u8]| sha256(certificate).first_chunk().copied().unwrap_or_default();
    let entry = |kind: &str, certificate: &[u8]| json!({ "kind": kind, "certificate": base64url::encode_standard(certificate), "formats": ["eu_dcc"] });
    let mut trust = vec![entry("authority", &authority)];
    trust.extend(signers.iter().map(|signer| entry("signer", &signer.certificate)));
    let issuers = signers.iter().map(|signer| {
        json!({
            "kid": base64url::encode_standard(&kid_of(&signer.certificate)),
            "spki": base64url::encode_standard(&signer.key.public_key().to_spki_der()),
            "certificate": base64url::encode_standard(&signer.certificate),
        })
    });
    row(CREDENTIALS, issuers.collect(), trust, |number, issuer| {
        let signer = &signers[issuer];
        let draft = eu_dcc::Draft {
            issuer: COUNTRY.to_owned(),
            issued_at: now.plus(-DAY),
            expires: now.plus(180 * DAY),
            dcc: dose(number),
        };
        let shape = eu_dcc::Shape::default();
        eu_dcc::issue(&draft, &signer.key, kid_of(&signer.certificate), shape).map_err(|fault| fault.to_string().into())
    })
}

fn dose(number: usize) -> Value {
    json!({
        "ver": "1.3.0",
        "nam": { "fn": "Lindqvist", "fnt": "LINDQVIST", "gn": "Signe", "gnt": "SIGNE" },
        "dob": "1964-08-12",
        "v": [{
            "tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215",
            "dn": 2, "sd": 2, "dt": "2021-05-29", "co": COUNTRY, "is": "Harbour City Health Authority",
            "ci": format!("URN:UVCI:01:{COUNTRY}:MEASURED/{number:08}#S"),
        }],
    })
}

/// SMART Health Cards about two doses, as the text of one QR code.
pub(crate) fn smart_health_card(now: Timestamp) -> Result<Row, Fault> {
    let keys = keys(p256)?;
    let name = |issuer: usize| format!("https://cards-{issuer}.example/shc");
    let mut issuers = Vec::new();
    let mut trust = Vec::new();
    for (number, key) in keys.iter().enumerate() {
        let kid = key.public_key().jwk_thumbprint();
        let mut jwk = jwk(key)?;
        jwk["kid"] = json!(kid);
        jwk["use"] = json!("sig");
        jwk["alg"] = json!("ES256");
        let set = json!({ "keys": [jwk] });
        trust.push(json!({ "kind": "issuer", "issuer": name(number), "formats": ["smart_health_card"], "keys": set }));
        issuers.push(json!({ "name": name(number), "kid": kid, "jwk": jwk }));
    }
    row(CREDENTIALS, issuers, trust, |number, issuer| {
        let draft = smart_health_card::CardDraft {
            issuer: name(issuer),
            not_before: now.plus(-DAY),
            expires: None,
            types: ["health-card", "immunization", "covid19"]
                .map(|name| format!("https://smarthealth.cards#{name}"))
                .into(),
            fhir_version: "4.0.1".to_owned(),
            fhir_bundle: fhir_bundle(number),
            rid: None,
        };
        let card = smart_health_card::issue(&draft, &keys[issuer], &keys[issuer].public_key().jwk_thumbprint());
        let card = card.map_err(|fault| fault.to_string())?;
        card.qr_text.ok_or_else(|| "the card is too long for one code".into())
    })
}

fn fhir_bundle(number: usize) -> Value {
    let dose = |at: usize, day: &str| {
        json!({
            "fullUrl": format!("resource:{at}"),
            "resource": {
                "resourceType": "Immunization", "status": "completed",
                "vaccineCode": { "coding": [{ "system": "http://hl7.org/fhir/sid/cvx", "code": "207" }] },
                "patient": { "reference": "resource:0" }, "occurrenceDateTime": day,
                "performer": [{ "actor": { "display": "Harbour City Clinic" } }],
                "lotNumber": format!("{number:07}"),
            },
        })
    };
    let person = json!({
        "fullUrl": "resource:0",
        "resource": {
            "resourceType": "Patient", "birthDate": "1964-08-12",
            "name": [{ "family": "Lindqvist", "given": ["Signe", "A."] }],
        },
    });
    json!({
        "resourceType": "Bundle", "type": "collection",
        "entry": [person, dose(1, "2021-01-01"), dose(2, "2021-01-29")],
    })
}

/// NZ COVID Passes.
pub(crate) fn nz_covid_pass(now: Timestamp) -> Result<Row, Fault> {
    let keys = keys(p256)?;
    let name = |issuer: usize| format!("did:web:passes-{issuer}.example");
    // Every issuer calls its key otherwise, for verifiers that know keys by this name alone.
    let kid = |issuer: usize| format!("key-{issuer}");
    let mut issuers = Vec::new();
    let mut trust = Vec::new();
    for (number, key) in keys.iter().enumerate() {
        let (did, jwk) = (name(number), jwk(key)?);
        let method = format!("{did}#{}", kid(number));
        let document = json!({
            "@context": ["https://w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
            "id": did,
            "verificationMethod": [{ "id": method, "controller": did, "type": "JsonWebKey2020", "publicKeyJwk": jwk }],
            "assertionMethod": [method],
        });
        trust.push(json!({ "kind": "issuer", "issuer": did, "formats": ["nz_covid_pass"], "document": document }));
        issuers.push(json!({ "name": did, "kid": kid(number), "jwk": jwk, "document": document,
            "spki": base64url::encode_standard(&key.public_key().to_spki_der()) }));
    }
    row(CREDENTIALS, issuers, trust, |number, issuer| {
        let draft = nz_covid_pass::PassDraft {
            issuer: name(issuer),
            not_before: now.plus(-DAY),
            expires: now.plus(180 * DAY),
            given_name: "Signe".to_owned(),
            family_name: Some("Lindqvist".to_owned()),
            birth_date: Date { year: 1964, month: 8, day: 12 },
            identifier: sha256(number.to_string().as_bytes()).first_chunk().copied().unwrap_or_default(),
        };
        let kid = KeyId::Text(kid(issuer));
        nz_covid_pass::issue(&draft, &keys[issuer], &kid).map_err(|fault| fault.to_string().into())
    })
}
