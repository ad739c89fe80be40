//! Bench cases: health certificates, made by their issuing twins.

use serde_json::{Value, json};

use crate::cli::bench::case::{Choice, Issuer, Maker};
use crate::credential::KeyId;
use crate::crypto::baseline::Bare;
use crate::crypto::digest::sha256;
use crate::crypto::own_keys::{OwnKey, SignFault, Signer};
use crate::crypto::public_key::PublicKey;
use crate::encoding::base64url;
use crate::issue::{IssueFault, eu_dcc, nz_covid_pass, smart_health_card};
use crate::time::{Date, Timestamp};

/// How health certificates are made.
pub(super) const MAKERS: &[Maker] = &[
    Maker { format: "eu_dcc", choice: CHOICE, issuer: eu_dcc_issuer },
    Maker { format: "smart_health_card", choice: CHOICE, issuer: smart_health_card_issuer },
    Maker { format: "nz_covid_pass", choice: CHOICE, issuer: nz_covid_pass_issuer },
];

const CHOICE: Choice = Choice::plain(Some(Bare::Es256));

fn eu_dcc_issuer(_: usize) -> Result<Issuer, SignFault> {
    let (key, _) = OwnKey::generate_p256()?;
    let entry = eu_dcc_entry(&key);
    Ok(Issuer { entry, credential: Box::new(move |number, now| eu_dcc_credential(number, &key, now)) })
}

fn smart_health_card_issuer(issuer: usize) -> Result<Issuer, SignFault> {
    let (key, _) = OwnKey::generate_p256()?;
    let entry = smart_health_card_entry(issuer, &key);
    let credential = move |number, now| smart_health_card_credential(number, issuer, &key, now);
    Ok(Issuer { entry, credential: Box::new(credential) })
}

fn nz_covid_pass_issuer(issuer: usize) -> Result<Issuer, SignFault> {
    let (key, _) = OwnKey::generate_p256()?;
    let entry = nz_covid_pass_entry(issuer, &key);
    let credential = move |number, now| nz_covid_pass_credential(number, issuer, &key, now);
    Ok(Issuer { entry, credential: Box::new(credential) })
}

fn eu_dcc_kid(key: &OwnKey) -> [u8; 8] {
    let digest = sha256(&key.public_key().to_spki_der());
    digest.first_chunk().copied().unwrap_or_default()
}

fn eu_dcc_entry(key: &OwnKey) -> Value {
    json!({
        "kind": "signer-key",
        "kid": base64url::encode_standard(&eu_dcc_kid(key)),
        "public_key": base64url::encode_standard(&key.public_key().to_spki_der()),
        "formats": ["eu_dcc"],
        "country": "DE",
    })
}

fn eu_dcc_credential(number: usize, key: &OwnKey, now: Timestamp) -> Result<String, IssueFault> {
    let draft = eu_dcc::Draft {
        issuer: "DE".to_owned(),
        issued_at: now.plus(-86_400),
        expires: now.plus(180 * 86_400),
        dcc: json!({
            "ver": "1.3.0",
            "nam": { "fn": "Lindqvist", "fnt": "LINDQVIST", "gn": "Signe", "gnt": "SIGNE" },
            "dob": "1964-08-12",
            "v": [{
                "tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215",
                "dn": 2, "sd": 2, "dt": "2021-05-29", "co": "DE", "is": "Robert Koch-Institut",
                "ci": format!("URN:UVCI:01DE/MEASURED/{number:08}#S"),
            }],
        }),
    };
    eu_dcc::issue(&draft, key, eu_dcc_kid(key), eu_dcc::Shape::default())
}

/// The name under which SMART Health Cards of that issuer stand.
fn card_issuer(issuer: usize) -> String {
    format!("https://cards-{issuer}.example/shc")
}

fn smart_health_card_entry(issuer: usize, key: &OwnKey) -> Value {
    let mut jwk = public_jwk(key.public_key());
    if let Some(members) = jwk.as_object_mut() {
        members.insert("kid".to_owned(), key.public_key().jwk_thumbprint().into());
        members.insert("use".to_owned(), "sig".into());
        members.insert("alg".to_owned(), "ES256".into());
    }
    json!({
        "kind": "issuer", "issuer": card_issuer(issuer), "formats": ["smart_health_card"], "keys": { "keys": [jwk] },
    })
}

fn smart_health_card_credential(
    number: usize,
    issuer: usize,
    key: &OwnKey,
    now: Timestamp,
) -> Result<String, IssueFault> {
    let dose = |at: usize, day: &str| {
        json!({
            "fullUrl": format!("resource:{at}"),
            "resource": {
                "resourceType": "Immunization", "status": "completed",
                "vaccineCode": { "coding": [{ "system": "http://hl7.org/fhir/sid/cvx", "code": "207" }] },
                "patient": { "reference": "resource:0" }, "occurrenceDateTime": day,
                "performer": [{ "actor": { "display": "ABC General Hospital" } }],
                "lotNumber": format!("{number:07}"),
            },
        })
    };
    let person = json!({
        "fullUrl": "resource:0",
        "resource": {
            "resourceType": "Patient", "birthDate": "1968-11-05",
            "name": [{ "family": "Okonedo", "given": ["Temi", "A."] }],
        },
    });
    let draft = smart_health_card::CardDraft {
        issuer: card_issuer(issuer),
        not_before: now.plus(-86_400),
        expires: None,
        types: ["health-card", "immunization", "covid19"]
            .map(|name| format!("https://smarthealth.cards#{name}"))
            .into(),
        fhir_version: "4.0.1".to_owned(),
        fhir_bundle: json!({
            "resourceType": "Bundle", "type": "collection",
            "entry": [person, dose(1, "2021-01-01"), dose(2, "2021-01-29")],
        }),
        rid: None,
    };
    let card = smart_health_card::issue(&draft, key, &key.public_key().jwk_thumbprint())?;
    card.qr_text.ok_or_else(|| IssueFault::Content("the card is too long for one code".to_owned()))
}

/// The name under which passes of that issuer stand.
fn pass_issuer(issuer: usize) -> String {
    format!("did:web:passes-{issuer}.example")
}

fn nz_covid_pass_entry(issuer: usize, key: &OwnKey) -> Value {
    let did = pass_issuer(issuer);
    let id = format!("{did}#key-1");
    json!({
        "kind": "issuer", "issuer": did, "formats": ["nz_covid_pass"],
        "document": {
            "id": did, "assertionMethod": [id],
            "verificationMethod": [{
                "id": id, "controller": did, "type": "JsonWebKey2020", "publicKeyJwk": public_jwk(key.public_key()),
            }],
        },
    })
}

fn nz_covid_pass_credential(number: usize, issuer: usize, key: &OwnKey, now: Timestamp) -> Result<String, IssueFault> {
    let digest = sha256(number.to_string().as_bytes());
    let draft = nz_covid_pass::PassDraft {
        issuer: pass_issuer(issuer),
        not_before: now.plus(-86_400),
        expires: now.plus(180 * 86_400),
        given_name: "Aroha".to_owned(),
        family_name: Some("Ngata".to_owned()),
        birth_date: Date { year: 1960, month: 4, day: 16 },
        identifier: digest.first_chunk().copied().unwrap_or_default(),
    };
    nz_covid_pass::issue(&draft, key, &KeyId::Text("key-1".to_owned()))
}

fn public_jwk(key: &PublicKey) -> Value {
    let (x, y) = key.ec_coordinates().unwrap_or_default();
    json!({ "kty": "EC", "crv": "P-256", "x": base64url::encode(x), "y": base64url::encode(y) })
}
