//! What unsigned input may not do, and how trust fails closed: one test for each hole that was found and closed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use serde_json::json;
use vidimus::credential::Input;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::base64url;
use vidimus::encoding::cbor::{self, Value};
use vidimus::evidence::Evidence;
use vidimus::issue::{eu_dcc, smart_health_card};
use vidimus::occasion::Occasion;
use vidimus::policy::{Environment, Event, Policy};
use vidimus::report::Report;
use vidimus::time::Timestamp;
use vidimus::trust::Trust;
use vidimus::trust::entry::{Entry, EntryFile};
use vidimus::verify::{Request, verify};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn judge(text: &str, types: Vec<String>, trust: &Trust) -> Report {
    let occasion = Occasion { types, ..Occasion::at(NOW) };
    verify(
        &Request { input: Input::text(text), occasion, policy: Arc::new(Policy::default()) },
        trust,
        &Evidence::none(),
    )
}

fn code_of(report: &Report) -> &'static str {
    report.first_reason().map_or("none", |reason| reason.code().as_str())
}

fn card_of_many_types() -> String {
    let (key, _) = OwnKey::generate_p256().unwrap();
    let claims = json!({
        "iss": "https://issuer.example", "nbf": NOW.seconds(),
        "vc": {"type": vec!["a"; 60_000], "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": {}}},
    });
    smart_health_card::sign(claims.to_string().as_bytes(), &key, &key.public_key().jwk_thumbprint()).unwrap()
}

#[test]
fn a_report_does_not_swell_with_what_a_card_declares() {
    let card = card_of_many_types();
    assert!(card.len() < 2_000, "the card is small: {}", card.len());
    let report = judge(&card, vec!["b".repeat(50); 10], &Trust::none());
    assert!(report.to_json().len() < 16_000, "{} bytes of report", report.to_json().len());
}

#[test]
fn asking_for_many_types_costs_little() {
    let types: Vec<String> = (0..60_000).map(|number| number.to_string()).collect();
    let start = Instant::now();
    judge(&card_of_many_types(), types, &Trust::none());
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn headers_and_claim_sets_have_a_limit() {
    let many = || (0..30_000).map(|label| (Value::Unsigned(label + 100), Value::Null)).collect::<Vec<_>>();
    let protected = cbor::encode(&Value::Map(many()));
    let parts = vec![protected.as_slice().into(), Value::Map(many()), b"".as_slice().into(), b"".as_slice().into()];
    let start = Instant::now();
    let text = eu_dcc::pack(&cbor::encode(&Value::Tag(18, Box::new(Value::Array(parts)))));
    assert_eq!(code_of(&judge(&text, Vec::new(), &Trust::none())), "cose.structure");
    let (key, _) = OwnKey::generate_p256().unwrap();
    let claims = cbor::encode(&Value::Map(many()));
    let cose = eu_dcc::sign(&claims, &key, *b"12345678", eu_dcc::Shape::default()).unwrap();
    assert_eq!(code_of(&judge(&eu_dcc::pack(&cose), Vec::new(), &Trust::none())), "input.too_many_items");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

/// A signer of country XV with its key, its entry, and the entry of an authority of XV that did not certify it.
struct Pki {
    signer: OwnKey,
    certificate: Vec<u8>,
    stranger: Vec<u8>,
}

fn pki() -> Pki {
    let authority = |name: &str| {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CountryName, "XV");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        (params.self_signed(&key).unwrap().der().to_vec(), Issuer::new(params, key))
    };
    let (_, issuer) = authority("authority");
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CountryName, "XV");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let certificate = params.signed_by(&key, &issuer).unwrap().der().to_vec();
    let signer = OwnKey::from_pem(&key.serialize_pem()).unwrap();
    Pki { signer, certificate, stranger: authority("stranger").0 }
}

fn entry(value: serde_json::Value) -> Entry {
    serde_json::from_value(value).unwrap()
}

fn certificate_text(pki: &Pki) -> String {
    let draft = eu_dcc::Draft {
        issuer: "XV".to_owned(),
        issued_at: NOW.plus(-1000),
        expires: NOW.plus(1000),
        dcc: json!({
            "ver": "1.3.0", "dob": "1980-01-02", "nam": {"fn": "Person", "fnt": "PERSON"},
            "v": [{"tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2,
                   "dt": "2021-06-01", "co": "XV", "is": "Ministry", "ci": "URN:UVCI:01:XV:0001#A"}],
        }),
    };
    let kid = vidimus::crypto::digest::sha256(&pki.certificate)[..8].try_into().unwrap();
    eu_dcc::issue(&draft, &pki.signer, kid, eu_dcc::Shape::default()).unwrap()
}

fn signer_entry(pki: &Pki, withdrawn: bool) -> Entry {
    let certificate = base64url::encode_standard(&pki.certificate);
    entry(json!({"kind": "signer", "certificate": certificate, "formats": ["eu_dcc"], "withdrawn": withdrawn}))
}

fn authority_entry(der: &[u8], format: &str) -> Entry {
    entry(json!({"kind": "authority", "certificate": base64url::encode_standard(der), "formats": [format]}))
}

#[test]
fn an_authority_that_cannot_be_read_still_stands_for_its_country() {
    let pki = pki();
    let text = certificate_text(&pki);
    let judge_with = |authority: Option<Entry>| {
        let (trust, _) = Trust::from_entries(std::iter::once(signer_entry(&pki, false)).chain(authority).collect());
        let report = judge(&text, Vec::new(), &trust);
        (report.verdict(), code_of(&report))
    };
    assert_eq!(judge_with(None), ("accepted", "none"));
    assert_eq!(judge_with(Some(authority_entry(&pki.stranger, "eu_dcc"))), ("rejected", "x509.untrusted_root"));
    let mut damaged = pki.stranger.clone();
    damaged[1] ^= 0xff;
    assert_eq!(judge_with(Some(authority_entry(&damaged, "eu_dcc"))), ("rejected", "x509.untrusted_root"));
    assert_eq!(judge_with(Some(authority_entry(b"nothing", "eu_dcc"))), ("rejected", "x509.untrusted_root"));
    // An authority of another format has no say.
    assert_eq!(judge_with(Some(authority_entry(&pki.stranger, "another"))), ("accepted", "none"));
}

#[test]
fn a_withdrawal_outweighs_another_list_in_any_order() {
    let pki = pki();
    let text = certificate_text(&pki);
    for order in [[false, true], [true, false]] {
        let files = order.map(|withdrawn| EntryFile {
            vidimus_trust: 1,
            source: None,
            entries: vec![signer_entry(&pki, withdrawn)],
        });
        let (trust, problems) = Trust::build(&files);
        assert_eq!(problems, []);
        assert_eq!(code_of(&judge(&text, Vec::new(), &trust)), "trust.key_withdrawn", "{order:?}");
    }
}

#[test]
fn a_pinned_issuer_outweighs_a_listed_one_in_any_order() {
    let (key, _) = OwnKey::generate_p256().unwrap();
    let (x, y) = key.public_key().ec_coordinates().unwrap();
    let jwk = json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": key.public_key().jwk_thumbprint(),
        "x": base64url::encode(x), "y": base64url::encode(y)});
    let pinned = json!({"kind": "issuer", "issuer": "https://a.example", "formats": ["smart_health_card"], "keys": {"keys": [jwk]}});
    let listed = json!({"kind": "issuer", "issuer": "https://b.example", "aliases": ["https://a.example"], "formats": ["smart_health_card"]});
    for order in [[&pinned, &listed], [&listed, &pinned]] {
        let (trust, _) = Trust::from_entries(order.map(|value| entry(value.clone())).to_vec());
        let issuer = trust.issuer("https://a.example", Environment::Production, "smart_health_card").unwrap();
        assert!(issuer.keys.is_some() && issuer.issuer == "https://a.example");
    }
}

#[test]
fn entries_of_one_name_for_different_formats_stand_beside_each_other() {
    let of = |formats: &[&str], environment: &str| json!({"kind": "issuer", "issuer": "https://a.example", "formats": formats, "environment": environment});
    let entries =
        [of(&["smart_health_card"], "production"), of(&["sd_jwt_vc", "mdoc"], "production"), of(&["mdoc"], "test")];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let (trust, _) = Trust::from_entries(order.map(|at| entry(entries[at].clone())).to_vec());
        let found =
            |environment, format| trust.issuer("https://a.example", environment, format).map(|it| it.formats.clone());
        assert_eq!(found(Environment::Production, "smart_health_card"), Some(vec!["smart_health_card".to_owned()]));
        assert_eq!(found(Environment::Production, "mdoc"), Some(vec!["sd_jwt_vc".to_owned(), "mdoc".to_owned()]));
        assert_eq!(found(Environment::Test, "mdoc"), Some(vec!["mdoc".to_owned()]));
        // None is right: one of the environment is told.
        assert_eq!(found(Environment::Test, "vc_jwt"), Some(vec!["mdoc".to_owned()]));
        assert_eq!(trust.issuers("https://a.example").len(), 3);
        assert!(trust.issuer("https://b.example", Environment::Test, "mdoc").is_none());
    }
}

/// The codes of a certificate with these claims added and this test event, signed by a listed key.
fn codes_of_test(
    extra: Vec<(Value<'static>, Value<'static>)>,
    result: Value<'static>,
    sampled: Value<'static>,
) -> Vec<&'static str> {
    let (key, _) = OwnKey::generate_p256().unwrap();
    let public_key = base64url::encode_standard(&key.public_key().to_spki_der());
    let kid = base64url::encode_standard(b"12345678");
    let listed = json!({"kind": "signer-key", "kid": kid, "public_key": public_key, "formats": ["eu_dcc"]});
    let mut dcc = cbor::from_json(&json!({
        "ver": "1.3.0", "dob": "1980-01-02", "nam": {"fn": "Person", "fnt": "PERSON"},
        "t": [{"tg": "840539006", "tt": "LP6464-4", "co": "XV", "is": "Ministry", "ci": "URN:UVCI:01:XV:0001#A"}],
    }));
    let Value::Map(members) = &mut dcc else { unreachable!() };
    let Value::Array(events) = &mut members.last_mut().unwrap().1 else { unreachable!() };
    let Value::Map(event) = &mut events[0] else { unreachable!() };
    event.extend([("tr".into(), result), ("sc".into(), sampled)]);
    let mut claims: Vec<(Value<'_>, Value<'_>)> = vec![
        (4.into(), (NOW.seconds() + 1000).into()),
        (6.into(), (NOW.seconds() - 1000).into()),
        ((-260).into(), Value::Map(vec![(1.into(), dcc)])),
    ];
    claims.extend(extra);
    let cose = eu_dcc::sign(&cbor::encode(&Value::Map(claims)), &key, *b"12345678", eu_dcc::Shape::default()).unwrap();
    let (trust, _) = Trust::from_entries(vec![entry(listed)]);
    let report = judge(&eu_dcc::pack(&cose), Vec::new(), &trust);
    report.reasons().map(|reason| reason.code().as_str()).collect()
}

fn tagged(text: &'static str) -> Value<'static> {
    Value::Tag(0, Box::new(text.into()))
}

#[test]
fn a_tag_hides_neither_a_result_nor_a_time() {
    let (negative, past, future) = ("260415000", "2021-06-01T10:00:00Z", "2099-01-01T00:00:00Z");
    assert_eq!(codes_of_test(Vec::new(), negative.into(), past.into()), [""; 0]);
    assert_eq!(codes_of_test(Vec::new(), negative.into(), tagged(past)), [""; 0]);
    assert_eq!(codes_of_test(Vec::new(), "260373001".into(), past.into()), ["rule.test_positive"]);
    assert_eq!(codes_of_test(Vec::new(), tagged("260373001"), past.into()), ["hc1.schema"]);
    assert_eq!(codes_of_test(Vec::new(), negative.into(), tagged(future)), ["time.not_yet_valid"]);
    let number = Value::Tag(0, Box::new(Value::Unsigned(1)));
    assert_eq!(codes_of_test(Vec::new(), negative.into(), number), ["hc1.schema"]);
}

#[test]
fn not_before_is_judged() {
    let nbf = |seconds: i64| vec![(5.into(), (NOW.seconds() + seconds).into())];
    let codes = |seconds| codes_of_test(nbf(seconds), "260415000".into(), "2021-06-01T10:00:00Z".into());
    assert_eq!(codes(-10), [""; 0]);
    assert_eq!(codes(500), ["time.not_yet_valid"]);
}

/// The codes of a genuine card with these entries, under a policy that takes these events.
fn codes_of_card(entries: serde_json::Value, events: Vec<Event>) -> Vec<&'static str> {
    let (key, _) = OwnKey::generate_p256().unwrap();
    let (x, y) = key.public_key().ec_coordinates().unwrap();
    let kid = key.public_key().jwk_thumbprint();
    let jwk = json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid,
        "x": base64url::encode(x), "y": base64url::encode(y)});
    let issuer = json!({"kind": "issuer", "issuer": "https://a.example", "formats": ["smart_health_card"], "keys": {"keys": [jwk]}});
    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": entries});
    let claims = json!({
        "iss": "https://a.example", "nbf": NOW.seconds() - 10,
        "vc": {"type": ["https://smarthealth.cards#health-card"],
               "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": bundle}},
    });
    let card = smart_health_card::sign(claims.to_string().as_bytes(), &key, &kid).unwrap();
    let (trust, _) = Trust::from_entries(vec![entry(issuer)]);
    let policy = Arc::new(Policy { events, ..Policy::default() });
    let request = Request { input: Input::text(card), occasion: Occasion::at(NOW), policy };
    verify(&request, &trust, &Evidence::none()).reasons().map(|reason| reason.code().as_str()).collect()
}

#[test]
fn a_card_without_the_event_asked_for_is_not_taken() {
    let patient = json!([{"fullUrl": "resource:0", "resource": {"resourceType": "Patient"}}]);
    assert_eq!(codes_of_card(patient.clone(), Vec::new()), [""; 0]);
    assert_eq!(codes_of_card(patient, vec![Event::Vaccination]), ["policy.content"]);
}

#[test]
fn every_code_that_says_detected_is_a_positive_test() {
    let observation = |system: &str, code: &str| {
        let value = json!({"coding": [{"system": system, "code": code}]});
        json!([{"fullUrl": "resource:0", "resource": {"resourceType": "Observation", "valueCodeableConcept": value}}])
    };
    let snomed = "http://snomed.info/sct";
    assert_eq!(codes_of_card(observation(snomed, "260415000"), Vec::new()), [""; 0]);
    for (system, code) in [
        (snomed, "260373001"),
        (snomed, "10828004"),
        (snomed, "462371000124108"),
        ("http://loinc.org", "LA11882-0"),
        ("http://loinc.org", "LA6576-8"),
    ] {
        assert_eq!(codes_of_card(observation(system, code), Vec::new()), ["rule.test_positive"], "{code}");
    }
}
