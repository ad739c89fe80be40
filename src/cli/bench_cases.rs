//! Bench cases: credentials made by the issuing twins with fresh keys, and the trust that accepts them.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::cli::trouble::Trouble;
use crate::credential::{Input, KeyId, Opened};
use crate::crypto::digest::sha256;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::crypto::public_key::PublicKey;
use crate::encoding::base64url;
use crate::evidence::Evidence;
use crate::format::{Context, Format, by_name, pieces};
use crate::issue::{IssueFault, eu_dcc, nz_covid_pass, smart_health_card};
use crate::occasion::Occasion;
use crate::policy::Policy;
use crate::time::{Date, Timestamp};
use crate::trust::Trust;
use crate::trust::entry::Entry;
use crate::verify::{Request, verify_batch};

/// Different credentials of each case: as many as the largest batch.
pub(super) const CREDENTIALS: usize = 256;
/// How many issuers sign them: a verifier that sees one, and one that sees a continent.
pub(super) const ISSUERS: [usize; 2] = [1, 250];

/// Credentials of one format by so many issuers, all of them accepted.
pub(super) struct Case {
    /// Their format.
    pub(super) format: &'static dyn Format,
    /// How many keys signed them, in turn.
    pub(super) issuers: usize,
    /// One request for each.
    pub(super) requests: Vec<Request>,
    /// The same credentials, opened.
    pub(super) opened: Vec<Opened>,
    /// Trust in just these issuers.
    pub(super) trust: Trust,
}

/// How one format is made: trust entry of the issuer with that number and key, and the credential with that number.
struct Maker {
    format: &'static str,
    entry: fn(usize, &OwnKey) -> Value,
    credential: fn(usize, usize, &OwnKey, Timestamp) -> Result<String, IssueFault>,
}

const MAKERS: &[Maker] = &[
    Maker { format: "eu_dcc", entry: eu_dcc_entry, credential: eu_dcc_credential },
    Maker { format: "smart_health_card", entry: smart_health_card_entry, credential: smart_health_card_credential },
    Maker { format: "nz_covid_pass", entry: nz_covid_pass_entry, credential: nz_covid_pass_credential },
];

/// The cases of the formats asked for; without names, of all that can be issued.
pub(super) fn cases(formats: &[String], now: Timestamp) -> Result<Vec<Case>, Trouble> {
    let mut cases = Vec::new();
    for maker in MAKERS.iter().filter(|maker| formats.is_empty() || formats.iter().any(|name| name == maker.format)) {
        for issuers in ISSUERS {
            cases.push(case(maker, issuers, now)?);
        }
    }
    if cases.is_empty() {
        return Err(Trouble::new("none of these formats can be issued, so none can be measured"));
    }
    Ok(cases)
}

fn case(maker: &Maker, issuers: usize, now: Timestamp) -> Result<Case, Trouble> {
    let no_case = |why: String| Trouble::new(format!("no {} for the measurement: {why}", maker.format));
    let format = by_name(maker.format).ok_or_else(|| no_case("no such format".to_owned()))?;
    let keys: Vec<OwnKey> = (0..issuers)
        .map(|_| OwnKey::generate_p256().map(|(key, _)| key))
        .collect::<Result<_, _>>()
        .map_err(|fault| no_case(fault.to_string()))?;
    let entries: Vec<Entry> = keys
        .iter()
        .enumerate()
        .map(|(number, key)| serde_json::from_value((maker.entry)(number, key)))
        .collect::<Result<_, _>>()
        .map_err(|error| no_case(error.to_string()))?;
    let (trust, problems) = Trust::from_entries(entries);
    if let Some(problem) = problems.first() {
        return Err(no_case(format!("{}: {}", problem.entry, problem.reason)));
    }
    let policy = Arc::new(Policy::default());
    let mut requests = Vec::with_capacity(CREDENTIALS);
    for (number, (issuer, key)) in keys.iter().enumerate().cycle().take(CREDENTIALS).enumerate() {
        let text = (maker.credential)(number, issuer, key, now).map_err(|fault| no_case(fault.to_string()))?;
        requests.push(Request { input: Input::text(text), occasion: Occasion::at(now), policy: policy.clone() });
    }
    for report in verify_batch(&requests, &trust, &Evidence::none()) {
        if !report.is_accepted() {
            let reason = report.first_reason().map(ToString::to_string).unwrap_or_default();
            return Err(no_case(format!("ours is {}: {reason}", report.verdict())));
        }
    }
    let opened: Vec<Opened> = requests.iter().filter_map(|request| open(request, &trust)).collect();
    Ok(Case { format, issuers, requests, opened, trust })
}

fn open(request: &Request, trust: &Trust) -> Option<Opened> {
    let evidence = Evidence::none();
    let context = Context { trust, evidence: &evidence, occasion: &request.occasion, policy: &request.policy };
    let piece = pieces(&request.input, &request.policy).ok()?.into_iter().next()?;
    piece.format.open(&piece.texts, &context).ok()
}

fn eu_dcc_kid(key: &OwnKey) -> [u8; 8] {
    let digest = sha256(&key.public_key().to_spki_der());
    digest.first_chunk().copied().unwrap_or_default()
}

fn eu_dcc_entry(_: usize, key: &OwnKey) -> Value {
    json!({
        "kind": "signer-key",
        "kid": base64url::encode_standard(&eu_dcc_kid(key)),
        "public_key": base64url::encode_standard(&key.public_key().to_spki_der()),
        "formats": ["eu_dcc"],
        "country": "DE",
    })
}

fn eu_dcc_credential(number: usize, _: usize, key: &OwnKey, now: Timestamp) -> Result<String, IssueFault> {
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
