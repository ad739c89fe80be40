use std::sync::Arc;

use super::*;
use crate::credential::Input;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::envelope::cose::sig_structure;
use crate::evidence::{Document, Evidence};
use crate::issue::IssueFault;
use crate::issue::nz_covid_pass::{PassDraft, issue};
use crate::occasion::Occasion;
use crate::policy::{Environment, Event};
use crate::report::Report;
use crate::trust::Trust;
use crate::trust::did::{NZ_LIVE_ISSUER, NZ_TEST_ISSUER};
use crate::trust::entry::Entry;
use crate::verify::{Request, verify};

const ISSUER: &str = "did:web:passes.example.org";
const NOW: i64 = 1_700_000_000;

struct House {
    key: OwnKey,
    document: serde_json::Value,
}

impl House {
    fn new() -> House {
        House::of(ISSUER)
    }

    fn of(issuer: &str) -> House {
        let (key, _) = OwnKey::generate_p256().unwrap();
        let (x, y) = key.public_key().ec_coordinates().unwrap();
        let encode = crate::encoding::base64url::encode;
        let document = serde_json::json!({
            "id": issuer,
            "verificationMethod": [{
                "id": format!("{issuer}#key-1"), "type": "JsonWebKey2020", "controller": issuer,
                "publicKeyJwk": { "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) }
            }],
            "assertionMethod": [format!("{issuer}#key-1")]
        });
        House { key, document }
    }

    fn draft(&self) -> PassDraft {
        PassDraft {
            issuer: self.document["id"].as_str().unwrap().to_owned(),
            not_before: Timestamp::from_seconds(NOW - 100),
            expires: Timestamp::from_seconds(NOW + 100),
            given_name: "Aroha".to_owned(),
            family_name: Some("Example".to_owned()),
            birth_date: Date::from_text("1980-02-29").unwrap(),
            identifier: [7; 16],
        }
    }

    fn pass(&self) -> String {
        issue(&self.draft(), &self.key, &kid()).unwrap()
    }

    fn trust(&self, environment: Environment, pinned: bool) -> Trust {
        let (trust, problems) = Trust::from_entries(vec![Entry::Issuer {
            issuer: self.document["id"].as_str().unwrap().to_owned(),
            aliases: vec!["did:web:alias.example.org".to_owned()],
            name: None,
            formats: vec![NAME.to_owned()],
            environment,
            keys: None,
            document: pinned.then(|| self.document.clone()),
            types: Vec::new(),
            list: None,
        }]);
        assert_eq!(problems, []);
        trust
    }

    fn evidence(&self, status: u16) -> Evidence {
        let mut evidence = Evidence::none();
        evidence.insert(Document {
            locator: "https://passes.example.org/.well-known/did.json".to_owned(),
            status,
            fetched_at: Timestamp::from_seconds(NOW - 5),
            body: if status == 200 { self.document.to_string().into_bytes() } else { Vec::new() },
        });
        evidence
    }

    /// A pass whose claims and protected header went through `change` before they were signed.
    fn changed(&self, change: impl FnOnce(&mut Parts)) -> String {
        let bytes = base32::decode(self.pass().strip_prefix(PREFIX).unwrap()).unwrap();
        let Value::Tag(18, body) = cbor::decode(&bytes).unwrap() else { panic!("tag 18") };
        let body = body.as_array().unwrap().to_vec();
        let map = |at: usize| cbor::decode(body[at].as_bytes().unwrap()).unwrap().as_map().unwrap().to_vec();
        let owned = |pairs: Vec<(Value<'_>, Value<'_>)>| {
            pairs.into_iter().map(|(k, v)| (k.into_owned(), v.into_owned())).collect::<Vec<_>>()
        };
        let mut parts = Parts { tag: Some(18), header: owned(map(0)), claims: owned(map(2)) };
        change(&mut parts);
        let protected = cbor::encode(&Value::Map(parts.header));
        let payload = cbor::encode(&Value::Map(parts.claims));
        let signature = self.key.sign(&sig_structure(&protected, &payload)).unwrap();
        let body = Value::Array(vec![
            protected.as_slice().into(),
            Value::Map(Vec::new()),
            payload.as_slice().into(),
            signature.as_slice().into(),
        ]);
        let message = match parts.tag {
            Some(tag) => Value::Tag(tag, Box::new(body)),
            None => body,
        };
        format!("{PREFIX}{}", base32::encode(&cbor::encode(&message)))
    }

    fn judge(&self, text: &str) -> Report {
        judge(text, Policy::default(), &self.trust(Environment::Production, true), &Evidence::none())
    }
}

struct Parts {
    tag: Option<u64>,
    header: Vec<(Value<'static>, Value<'static>)>,
    claims: Vec<(Value<'static>, Value<'static>)>,
}

impl Parts {
    fn set(&mut self, key: impl Into<Value<'static>>, value: impl Into<Value<'static>>) {
        let key = key.into();
        self.claims.retain(|(known, _)| *known != key);
        self.claims.push((key, value.into()));
    }

    fn vc(&mut self, text: &str) {
        let value: serde_json::Value = crate::encoding::json::from_slice(text.as_bytes()).unwrap();
        self.set(VC, cbor::from_json(&value));
    }
}

fn kid() -> KeyId {
    KeyId::Text("key-1".to_owned())
}

fn judge(text: &str, policy: Policy, trust: &Trust, evidence: &Evidence) -> Report {
    let occasion = Occasion::at(Timestamp::from_seconds(NOW));
    verify(&Request { input: Input::text(text), occasion, policy: Arc::new(policy) }, trust, evidence)
}

fn codes(report: &Report) -> Vec<Code> {
    report.reasons().map(Reason::code).collect()
}

#[test]
fn what_we_issue_is_accepted_and_says_what_it_should() {
    let house = House::new();
    let report = house.judge(&house.pass());
    assert!(report.is_accepted(), "{:?}", codes(&report));
    let part = &report.parts()[0];
    let claims = part.claims().unwrap();
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["nbf"], NOW - 100);
    assert_eq!(claims["jti"], "urn:uuid:07070707-0707-0707-0707-070707070707");
    assert_eq!(claims["vc"]["credentialSubject"]["dob"], "1980-02-29");
    let core = part.core_data().unwrap();
    assert_eq!(core.person.unwrap().family_name.as_deref(), Some("Example"));
    assert_eq!(core.certificate.unwrap().issuer.as_deref(), Some(ISSUER));
    assert_eq!(part.issuer().unwrap().key_id.as_deref(), Some("key-1"));
}

#[test]
fn the_key_identifier_may_be_text() {
    let house = House::new();
    let text = house.changed(|parts| parts.header[0].1 = Value::Text("key-1".into()));
    assert!(house.judge(&text).is_accepted());
}

#[test]
fn the_document_may_be_evidence_and_its_place_is_named() {
    let house = House::new();
    let trust = house.trust(Environment::Production, false);
    let policy = Policy::default;
    let report = judge(&house.pass(), policy(), &trust, &house.evidence(200));
    assert!(report.is_accepted());
    assert_eq!(report.parts()[0].evidence[0].age_seconds, Some(5));
    let place = "https://passes.example.org/.well-known/did.json";
    for (evidence, places) in [(Evidence::none(), vec![place.to_owned()]), (house.evidence(404), vec![])] {
        let report = judge(&house.pass(), policy(), &trust, &evidence);
        assert_eq!((report.verdict(), codes(&report)), ("indeterminate", vec![Code::TrustKeyUnavailable]));
        let missing: Vec<String> = report.missing().map(ToString::to_string).collect();
        assert_eq!(missing, places);
    }
}

#[test]
fn only_the_exact_issuer_of_the_right_environment_counts() {
    let house = House::new();
    let nobody = judge(&house.pass(), Policy::default(), &Trust::none(), &house.evidence(200));
    assert_eq!(codes(&nobody), [Code::TrustIssuerUnknown]);
    for name in
        ["did:web:passes.example.org.evil.example", "did:web:passes.example.org%2f", "did:web:alias.example.org"]
    {
        let text = house.changed(|parts| parts.set(ISS, Value::Text(name.into())));
        assert_eq!(codes(&house.judge(&text)), [Code::TrustIssuerUnknown], "{name}");
    }
    let testers = house.trust(Environment::Test, true);
    let report = judge(&house.pass(), Policy::default(), &testers, &Evidence::none());
    assert_eq!(codes(&report), [Code::TrustEnvironment]);
    let policy = Policy { environment: Environment::Test, ..Policy::default() };
    assert!(judge(&house.pass(), policy, &testers, &Evidence::none()).is_accepted());
}

#[test]
fn the_issuers_of_new_zealand_never_change_sides() {
    for (issuer, wrong) in [(NZ_TEST_ISSUER, Environment::Production), (NZ_LIVE_ISSUER, Environment::Test)] {
        let house = House::of(issuer);
        let policy = Policy { environment: wrong, ..Policy::default() };
        let report = judge(&house.pass(), policy, &house.trust(wrong, true), &Evidence::none());
        assert_eq!(codes(&report), [Code::TrustEnvironment], "{issuer}");
    }
}

#[test]
fn keys_must_stand_where_they_may_assert() {
    let mut house = House::new();
    let pass = house.pass();
    let method = house.document["verificationMethod"][0].clone();
    house.document["assertionMethod"] = serde_json::json!([]);
    assert_eq!(codes(&house.judge(&pass)), [Code::DidVmRelationship]);
    house.document["assertionMethod"] = serde_json::json!(["#key-1"]);
    assert!(house.judge(&pass).is_accepted());
    house.document["verificationMethod"][0]["publicKeyJwk"]["d"] = "AA".into();
    assert_eq!(codes(&house.judge(&pass)), [Code::JosePrivateKeyExposed]);
    house.document["verificationMethod"] = serde_json::json!([]);
    assert_eq!(codes(&house.judge(&pass)), [Code::JoseKidUnknown]);
    house.document["verificationMethod"] = serde_json::json!([{
        "id": method["id"], "type": "JsonWebKey2020",
        "publicKeyJwk": {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    }]);
    assert_eq!(codes(&house.judge(&pass)), [Code::DidDocumentInvalid]);
}

#[test]
fn hostile_texts_are_refused_for_the_right_reason() {
    let house = House::new();
    let pass = house.pass();
    let body = pass.strip_prefix(PREFIX).unwrap();
    for (text, code) in [
        (format!("NZCP:/2/{body}"), Code::NzcpPrefix),
        (format!("nzcp:/1/{body}"), Code::NzcpPrefix),
        (format!("NZCP:/{body}"), Code::NzcpPrefix),
        (format!("NZCP:/1/{}", body.to_lowercase()), Code::Base32Char),
        (format!("NZCP:/1/{body}===="), Code::Base32Char),
        (format!("NZCP:/1/0{body}"), Code::Base32Char),
        (house.changed(|parts| parts.tag = None), Code::CoseTag),
        (house.changed(|parts| parts.tag = Some(61)), Code::CoseTag),
        (house.changed(|parts| parts.tag = Some(98)), Code::CoseTag),
        (house.changed(|parts| parts.header[1].1 = Value::from(-37)), Code::CoseAlgNotAllowed),
        (house.changed(|parts| parts.header[1].1 = Value::Text("ES256".into())), Code::CoseAlgNotAllowed),
        (house.changed(|parts| drop(parts.header.remove(0))), Code::CoseKid),
        (house.changed(|parts| parts.header[0].1 = Value::Bytes(vec![0xff].into())), Code::CoseKid),
        (house.changed(|parts| parts.header[0].1 = Value::from(1)), Code::CoseKid),
        (house.changed(|parts| parts.header[0].1 = Value::Text("key-2".into())), Code::JoseKidUnknown),
    ] {
        assert_eq!(codes(&house.judge(&text)).first(), Some(&code), "{text}");
    }
    let mut forged = base32::decode(body).unwrap();
    *forged.last_mut().unwrap() ^= 1;
    let forged = format!("{PREFIX}{}", base32::encode(&forged));
    assert_eq!(codes(&house.judge(&forged)), [Code::SigInvalid]);
}

#[test]
fn hostile_claims_are_refused_for_the_right_reason() {
    let house = House::new();
    let only = |change: &dyn Fn(&mut Parts)| codes(&house.judge(&house.changed(change)));
    assert_eq!(only(&|p| p.set(ISS, 7)), [Code::ClaimType]);
    assert_eq!(only(&|p| p.claims.retain(|(key, _)| key.as_i64() != Some(ISS))), [Code::ClaimMissing]);
    for label in [NBF, EXP] {
        let faults = only(&|p| p.claims.retain(|(key, _)| key.as_i64() != Some(label)));
        assert_eq!(faults, [Code::ClaimMissing]);
        assert_eq!(only(&|p| p.set(label, Value::Float(1.5e9))), [Code::ClaimType]);
    }
    assert_eq!(only(&|p| p.set(EXP, i64::MAX)), [Code::TimeImplausible]);
    assert_eq!(only(&|p| p.set(NBF, -1)), [Code::TimeImplausible]);
    let bytes = |length| Value::Bytes(vec![1; length].into());
    for cti in [bytes(15), bytes(17), Value::Text("urn:uuid:".into()), Value::Tag(37, Box::new(bytes(16)))] {
        assert_eq!(only(&|p| p.set(CTI, cti.clone())), [Code::NzcpCti]);
    }
    let tagged = house.changed(|p| p.set(CTI, Value::Tag(64, Box::new(bytes(16)))));
    let report = house.judge(&tagged);
    assert_eq!((report.verdict(), report.parts()[0].notes[0].code), ("accepted", "deviation.tagged_identifier"));
    let strict = Policy { strict: true, ..Policy::default() };
    let report = judge(&tagged, strict, &house.trust(Environment::Production, true), &Evidence::none());
    assert_eq!(codes(&report), [Code::NzcpCti]);
    let renamed = only(&|p| {
        p.claims.retain(|(key, _)| key.as_i64() != Some(CTI));
        p.set("jti", "urn:uuid:07070707-0707-0707-0707-070707070707");
    });
    assert_eq!(renamed, [Code::NzcpCti]);
    assert_eq!(only(&|p| p.set(VC, 1)), [Code::ClaimType]);
    assert_eq!(only(&|p| p.claims.retain(|(key, _)| key.as_text() != Some(VC))), [Code::ClaimMissing]);
}

#[test]
fn times_count_with_the_clocks_tolerance() {
    let house = House::new();
    let judge_times = |nbf: i64, exp: i64| {
        codes(&house.judge(&house.changed(|parts| {
            parts.set(NBF, nbf);
            parts.set(EXP, exp);
        })))
    };
    assert_eq!(judge_times(NOW + 60, NOW + 900), []);
    assert_eq!(judge_times(NOW + 61, NOW + 900), [Code::TimeNotYetValid]);
    assert_eq!(judge_times(NOW - 900, NOW - 59), []);
    assert_eq!(judge_times(NOW - 900, NOW - 60), [Code::TimeExpired]);
    assert_eq!(judge_times(NOW, NOW), [Code::TimeInconsistent]);
    assert_eq!(judge_times(NOW + 500, NOW - 500), [Code::TimeInconsistent, Code::TimeNotYetValid, Code::TimeExpired]);
}

#[test]
fn a_pass_must_say_what_a_pass_says() {
    let house = House::new();
    let good = r#"{"@context":["https://www.w3.org/2018/credentials/v1","x"],"version":"1.0.0","type":["VerifiableCredential","PublicCovidPass"],"credentialSubject":{"givenName":"A","dob":"1980-02-28"}}"#;
    assert!(house.judge(&house.changed(|parts| parts.vc(good))).is_accepted());
    let long = format!("\"{}\"", "x".repeat(101));
    for (from, to) in [
        ("\"https://www.w3.org/2018/credentials/v1\",\"x\"", "\"x\",\"https://www.w3.org/2018/credentials/v1\""),
        ("[\"https://www.w3.org/2018/credentials/v1\",\"x\"]", "\"https://www.w3.org/2018/credentials/v1\""),
        ("\"VerifiableCredential\",\"PublicCovidPass\"", "\"PublicCovidPass\",\"VerifiableCredential\""),
        ("\"VerifiableCredential\",", ""),
        ("\"PublicCovidPass\"", "\"PublicCovidPass\",\"More\""),
        ("1.0.0", "1.0.1"),
        ("\"credentialSubject\"", "\"subject\""),
        ("\"givenName\":\"A\",", ""),
        ("\"A\"", long.as_str()),
        ("\"A\"", "7"),
        ("\"givenName\":\"A\"", "\"givenName\":\"A\",\"familyName\":null"),
        ("1980-02-28", "1981-02-29"),
        ("1980-02-28", "28 Feb 1980"),
    ] {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good);
        let report = house.judge(&house.changed(|parts| parts.vc(&text)));
        assert_eq!(codes(&report), [Code::NzcpSchema], "{to}");
        assert!(!report.to_json().contains("1980-02"), "personal values stay out of reports");
    }
}

#[test]
fn a_policy_for_events_takes_no_pass() {
    let house = House::new();
    let policy = Policy { events: vec![Event::Vaccination], ..Policy::default() };
    let report = judge(&house.pass(), policy, &house.trust(Environment::Production, true), &Evidence::none());
    assert_eq!(codes(&report), [Code::PolicyContent]);
}

#[test]
fn nothing_is_issued_that_would_be_refused() {
    let house = House::new();
    let refused = |change: &dyn Fn(&mut PassDraft)| {
        let mut draft = house.draft();
        change(&mut draft);
        matches!(issue(&draft, &house.key, &kid()), Err(IssueFault::Content(_)))
    };
    assert!(!refused(&|_| {}));
    assert!(refused(&|draft| draft.issuer = "https://passes.example.org".to_owned()));
    assert!(refused(&|draft| draft.expires = draft.not_before));
    assert!(refused(&|draft| draft.expires = Timestamp::from_seconds(1_700_000_000_000)));
    assert!(refused(&|draft| draft.given_name = "x".repeat(101)));
    assert!(refused(&|draft| draft.birth_date = Date { year: 2021, month: 2, day: 29 }));
    let empty = KeyId::Bytes(Vec::new());
    assert!(matches!(issue(&house.draft(), &house.key, &empty), Err(IssueFault::Key(_))));
}
