//! Whatever the verdict, a bundle that went through a file gives the same report.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::credential::KeyId;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::encoding::base64url;
use crate::evidence::Document;
use crate::issue::eu_dcc::{Draft, Shape, issue};
use crate::issue::nz_covid_pass;
use crate::policy::Environment;
use crate::time::{Date, Timestamp};
use crate::trust::entry::{EntryFile, Source};

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);
const KID: [u8; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

fn dcc() -> Value {
    json!({
        "ver": "1.3.0",
        "nam": { "fn": "Lindqvist", "fnt": "LINDQVIST", "gn": "Signe", "gnt": "SIGNE" },
        "dob": "1964-08-12",
        "v": [{
            "tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215",
            "dn": 2, "sd": 2, "dt": "2021-05-29", "co": "DE", "is": "Robert Koch-Institut",
            "ci": "URN:UVCI:01DE/BUNDLE/1#S",
        }],
    })
}

fn text(key: &OwnKey, kid: [u8; 8], days: i64) -> String {
    let (issued_at, expires) = (NOW.plus(-20 * 86_400), NOW.plus(days * 86_400));
    issue(&Draft { issuer: "DE".into(), issued_at, expires, dcc: dcc() }, key, kid, Shape::default()).expect("issued")
}

fn entry(key: &OwnKey, more: Value) -> Entry {
    let mut entry = json!({
        "kind": "signer-key", "kid": base64url::encode_standard(&KID), "formats": ["eu_dcc"], "country": "DE",
        "public_key": base64url::encode_standard(&key.public_key().to_spki_der()),
    });
    for (name, value) in more.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    serde_json::from_value(entry).expect("an entry")
}

fn store(entries: Vec<Entry>) -> Trust {
    let source = Source { list: "the-list".into(), importer: "test".into(), ..Source::default() };
    // A stranger's signer stands in the store too, and must not get into the bundle.
    let (stranger, _) = OwnKey::generate_p256().expect("a key");
    let foreign = entry(&stranger, json!({ "kid": "////////////", "country": "FR" }));
    let entries = std::iter::once(foreign).chain(entries).collect();
    let (trust, problems) = Trust::build(&[EntryFile { vidimus_trust: 1, source: Some(source), entries }]);
    assert_eq!(problems, []);
    trust
}

fn request(text: impl Into<String>) -> Request {
    Request { input: Input::text(text), occasion: Occasion::at(NOW), policy: Arc::default() }
}

/// Bundles, writes, reads and replays; the verdict and the first code of it all.
fn round_trip(request: &Request, trust: &Trust, evidence: &Evidence) -> (Bundle, &'static str, Option<&'static str>) {
    let report = verify(request, trust, evidence);
    let bundle = Bundle::of(request, trust, evidence, &report);
    let again = Bundle::decode(bundle.to_json().as_bytes()).expect("reads back");
    assert_eq!(again, bundle);
    let replayed = again.replay();
    assert_eq!(replayed.to_json(), report.to_json());
    assert!(again.is_same(&replayed));
    (again, replayed.verdict(), replayed.first_reason().map(|reason| reason.code().as_str()))
}

#[test]
fn every_verdict_replays() {
    let (key, _) = OwnKey::generate_p256().expect("a key");
    let (other, _) = OwnKey::generate_p256().expect("a key");
    let none = Evidence::none();
    let good = store(vec![entry(&key, json!({}))]);
    let (bundle, verdict, _) = round_trip(&request(text(&key, KID, 9)), &good, &none);
    assert_eq!(verdict, "accepted");
    assert_eq!(bundle.trust.len(), 1, "the stranger stays out");
    assert!(bundle.report.contains("\"list\":\"the-list\"") && bundle.report.contains("Lindqvist"));
    assert_eq!(bundle.trust_digest.len(), 64);
    let code = |request: &Request, trust: &Trust| {
        let (_, verdict, code) = round_trip(request, trust, &none);
        assert_eq!(verdict, "rejected");
        code.expect("a reason")
    };
    assert_eq!(code(&request(text(&key, [9; 8], 9)), &good), "trust.key_unknown");
    assert_eq!(code(&request(text(&other, KID, 9)), &good), "sig.invalid");
    assert_eq!(code(&request(text(&key, KID, -9)), &good), "time.expired");
    let test = store(vec![entry(&key, json!({ "environment": "test" }))]);
    assert_eq!(code(&request(text(&key, KID, 9)), &test), "trust.environment");
    let withdrawn = store(vec![entry(&key, json!({ "withdrawn": true }))]);
    assert_eq!(code(&request(text(&key, KID, 9)), &withdrawn), "trust.key_withdrawn");
    assert_eq!(code(&request("no credential at all"), &good), "input.unrecognised");
    let demands = Policy { environment: Environment::Test, strict: true, ..Policy::default() };
    let occasion = Occasion { types: vec!["recovery".into()], ..Occasion::at(NOW) };
    let asked = Request { occasion, policy: Arc::new(demands), ..request(text(&key, KID, 9)) };
    assert_eq!(code(&asked, &test), "policy.type");
    let query = r#"{"credentials":[{"id":"a","format":"mso_mdoc","meta":{}}]}"#;
    let occasion = Occasion { dcql_query: Some(query.into()), ..Occasion::at(NOW) };
    assert_eq!(code(&Request { occasion, ..request(text(&key, KID, 9)) }, &good), "vp.dcql_unsatisfied");
}

/// A certificate of that country, signed by `by` or by itself, and its key.
fn certified(name: &str, by: Option<&Certified>) -> Certified {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CountryName, "DE");
    params.distinguished_name.push(DnType::CommonName, name);
    params.use_authority_key_identifier_extension = by.is_some();
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    if by.is_none() {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    }
    let key = KeyPair::generate().expect("a key");
    let signed = match by {
        None => params.self_signed(&key),
        Some(by) => params.signed_by(&key, &Issuer::from_params(&by.params, &by.key)),
    };
    let der = base64url::encode_standard(signed.expect("signed").der());
    Certified { params, key, der }
}

struct Certified {
    params: rcgen::CertificateParams,
    key: rcgen::KeyPair,
    der: String,
}

#[test]
fn chains_sound_and_broken_replay() {
    let authority = |certified: &Certified| {
        let entry = json!({ "kind": "authority", "certificate": certified.der, "formats": ["eu_dcc"] });
        serde_json::from_value::<Entry>(entry).expect("an entry")
    };
    let (theirs, another) = (certified("Authority", None), certified("Another authority", None));
    let signer = certified("Signer", Some(&theirs));
    let entry = json!({
        "kind": "signer", "certificate": signer.der, "formats": ["eu_dcc"], "kid": base64url::encode_standard(&KID),
    });
    let entry: Entry = serde_json::from_value(entry).expect("an entry");
    let key = OwnKey::from_pem(&signer.key.serialize_pem()).expect("a key");
    let asked = request(text(&key, KID, 9));
    let sound = store(vec![authority(&another), authority(&theirs), entry.clone()]);
    let (bundle, verdict, _) = round_trip(&asked, &sound, &Evidence::none());
    assert_eq!((verdict, bundle.trust.len()), ("accepted", 2), "the signer and its own authority");
    let broken = store(vec![authority(&another), entry]);
    let (bundle, verdict, code) = round_trip(&asked, &broken, &Evidence::none());
    assert_eq!((verdict, code, bundle.trust.len()), ("rejected", Some("x509.untrusted_root"), 2));
}

#[test]
fn what_could_not_be_told_stays_so() {
    let draft = nz_covid_pass::PassDraft {
        issuer: "did:web:passes.example".into(),
        not_before: NOW.plus(-10),
        expires: NOW.plus(10),
        given_name: "Aroha".into(),
        family_name: None,
        birth_date: Date { year: 1960, month: 4, day: 16 },
        identifier: [7; 16],
    };
    let (key, _) = OwnKey::generate_p256().expect("a key");
    let pass = nz_covid_pass::issue(&draft, &key, &KeyId::Text("key-1".into())).expect("issued");
    let issuer = json!({ "kind": "issuer", "issuer": "did:web:passes.example", "formats": ["nz_covid_pass"] });
    let trust = store(vec![serde_json::from_value(issuer).expect("an entry")]);
    let (bundle, verdict, code) = round_trip(&request(pass), &trust, &Evidence::none());
    assert_eq!((verdict, code, bundle.trust.len()), ("indeterminate", Some("trust.key_unavailable"), 1));
}

#[test]
fn several_candidates_of_one_key_identifier_keep_their_order() {
    let keys: Vec<OwnKey> = (0..3).map(|_| OwnKey::generate_p256().expect("a key").0).collect();
    let entries = keys.iter().enumerate().map(|(at, key)| entry(key, json!({ "list": format!("list-{at}") })));
    let trust = store(entries.collect());
    for (at, key) in keys.iter().enumerate() {
        let (bundle, verdict, _) = round_trip(&request(text(key, KID, 9)), &trust, &Evidence::none());
        assert_eq!((verdict, bundle.trust.len()), ("accepted", 3));
        assert!(bundle.report.contains(&format!("\"list\":\"list-{at}\"")));
    }
}

#[test]
fn bytes_and_documents_survive() {
    let mut evidence = Evidence::none();
    let body = vec![0, 255, 128];
    evidence.insert(Document { locator: "https://a.example/x".into(), status: 200, fetched_at: NOW, body });
    let late = Timestamp::from_seconds(i64::MAX);
    evidence.insert(Document { locator: "https://b.example/".into(), status: 0, fetched_at: late, body: Vec::new() });
    let request = Request { input: Input::bytes([0xff, 0, 0x0a]), ..request("") };
    let (bundle, verdict, _) = round_trip(&request, &Trust::none(), &evidence);
    assert_eq!((bundle.evidence, verdict), (evidence, "rejected"));
}

#[test]
fn an_edited_file_is_noticed() {
    let (key, _) = OwnKey::generate_p256().expect("a key");
    let request = request(text(&key, KID, 9));
    let (bundle, ..) = round_trip(&request, &store(vec![entry(&key, json!({}))]), &Evidence::none());
    let file: Value = json::from_slice(bundle.to_json().as_bytes()).expect("JSON");
    let edited = |edit: &dyn Fn(&mut Value)| {
        let mut file = file.clone();
        edit(&mut file);
        Bundle::decode(file.to_string().as_bytes())
    };
    for edit in [
        &(|file: &mut Value| file["trust"] = json!([])) as &dyn Fn(&mut Value),
        &|file| file["occasion"]["now"] = json!("2033-01-01T00:00:00Z"),
        &|file| file["policy"]["environment"] = json!("test"),
        &|file| file["report"]["verdict"] = json!("rejected"),
    ] {
        let bundle = edited(edit).expect("still a bundle");
        assert!(!bundle.is_same(&bundle.replay()));
    }
    assert_eq!(edited(&|file| file["input"]["text"] = json!("HC1:")), Err(BundleFault::TextDiffers));
    assert_eq!(edited(&|file| file["vidimus_bundle"] = json!(2)), Err(BundleFault::Version(2)));
    assert_eq!(edited(&|file| file["input"]["bytes"] = json!("*")), Err(BundleFault::Bytes("input.bytes")));
    assert_eq!(edited(&|file| file["occasion"]["now"] = json!("now")), Err(BundleFault::Time("occasion.now")));
    for member in ["input", "occasion", "policy", "trust", "trust_digest", "evidence", "report"] {
        let without = edited(&|file| {
            file.as_object_mut().expect("an object").remove(member);
        });
        assert!(matches!(without, Err(BundleFault::Json(_))), "{member}");
    }
    assert!(matches!(edited(&|file| file["more"] = json!(1)), Err(BundleFault::Json(_))));
    assert!(matches!(Bundle::decode(b"[]"), Err(BundleFault::Json(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn anything_that_comes_in_replays(bytes in proptest::collection::vec(any::<u8>(), 0..200), prefix in 0..4usize) {
        let prefix: &[u8] = [&b"HC1:"[..], b"shc:/", b"NZCP:/1/", b""][prefix];
        let request = Request { input: Input::bytes([prefix, &bytes].concat()), ..request("") };
        round_trip(&request, &Trust::none(), &Evidence::none());
    }

    #[test]
    fn a_changed_credential_replays(at in 4..400usize, letter in "[0-9A-Z]") {
        use std::sync::OnceLock;
        static MADE: OnceLock<(String, Trust)> = OnceLock::new();
        let (good, trust) = MADE.get_or_init(|| {
            let (key, _) = OwnKey::generate_p256().expect("a key");
            (text(&key, KID, 9), store(vec![entry(&key, json!({}))]))
        });
        let mut changed = good.clone();
        changed.replace_range(at..=at, &letter);
        round_trip(&request(changed), trust, &Evidence::none());
    }
}
