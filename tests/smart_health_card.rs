//! SMART Health Cards end to end: where keys and revocation lists come from, and what changing a card does to it.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use vidimus::credential::Input;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::base64url;
use vidimus::evidence::{Document, Evidence};
use vidimus::issue::smart_health_card::{CardDraft, issue, sign};
use vidimus::occasion::Occasion;
use vidimus::policy::{Environment, Event, Policy, StatusDemand};
use vidimus::report::Report;
use vidimus::time::Timestamp;
use vidimus::trust::Trust;
use vidimus::trust::entry::Entry;
use vidimus::verify::{Request, verify};

const ISSUER: &str = "https://issuer.example/shc";
const BEGIN: i64 = 1_790_000_000;

/// An issuer with a key, what it publishes, and who trusts it.
struct Scene {
    own: OwnKey,
    kid: String,
    trust: Trust,
    evidence: Evidence,
    policy: Policy,
    now: i64,
}

impl Scene {
    /// The issuer is trusted by name and publishes its key.
    fn new() -> Scene {
        let (own, _) = OwnKey::generate_p256().expect("a key");
        let kid = own.public_key().jwk_thumbprint();
        let mut scene = Scene {
            own,
            kid,
            trust: trusted(json!({"kind": "issuer", "issuer": ISSUER, "formats": ["smart_health_card"]})),
            evidence: Evidence::none(),
            policy: Policy::default(),
            now: BEGIN + 100,
        };
        scene.publish("jwks.json", 200, &json!({"keys": [scene.jwk()]}));
        scene
    }

    /// The same, and the key announces a revocation list.
    fn with_list(rids: &Json) -> Scene {
        let mut scene = Scene::new();
        let mut jwk = scene.jwk();
        jwk["crlVersion"] = json!(3);
        scene.publish("jwks.json", 200, &json!({"keys": [jwk]}));
        let list = json!({"kid": scene.kid, "method": "rid", "ctr": 3, "rids": rids});
        scene.publish(&scene.list_name(), 200, &list);
        scene
    }

    fn list_name(&self) -> String {
        format!("crl/{}.json", self.kid)
    }

    fn jwk(&self) -> Json {
        let (x, y) = self.own.public_key().ec_coordinates().expect("an EC key");
        json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid,
               "x": base64url::encode(x), "y": base64url::encode(y)})
    }

    fn publish(&mut self, name: &str, status: u16, body: &Json) {
        self.evidence.insert(Document {
            locator: format!("{ISSUER}/.well-known/{name}"),
            status,
            fetched_at: Timestamp::from_seconds(BEGIN),
            body: body.to_string().into_bytes(),
        });
    }

    fn card(&self) -> String {
        issue(&draft(), &self.own, &self.kid).expect("issued").jws
    }

    /// A card around these claims, whatever they say.
    fn card_of(&self, claims: &Json) -> String {
        sign(claims.to_string().as_bytes(), &self.own, &self.kid).expect("signed")
    }

    fn report(&self, input: &str) -> Report {
        let request = Request {
            input: Input::text(input),
            occasion: Occasion::at(Timestamp::from_seconds(self.now)),
            policy: Arc::new(self.policy.clone()),
        };
        verify(&request, &self.trust, &self.evidence)
    }

    /// The verdict, the codes, and the locators that were asked for.
    fn outcome(&self, input: &str) -> (&'static str, Vec<&'static str>, Vec<String>) {
        let report = self.report(input);
        let codes = report.reasons().map(|reason| reason.code().as_str()).collect();
        (report.verdict(), codes, report.missing().map(ToString::to_string).collect())
    }

    fn codes(&self, input: &str) -> Vec<&'static str> {
        let (verdict, codes, _) = self.outcome(input);
        assert_eq!(verdict == "accepted", codes.is_empty());
        codes
    }
}

fn trusted(entry: Json) -> Trust {
    let (trust, problems) = Trust::from_entries(vec![serde_json::from_value::<Entry>(entry).expect("an entry")]);
    assert_eq!(problems, []);
    trust
}

fn draft() -> CardDraft {
    CardDraft {
        issuer: ISSUER.to_owned(),
        not_before: Timestamp::from_seconds(BEGIN),
        expires: None,
        types: vec!["https://smarthealth.cards#health-card".to_owned()],
        fhir_version: "4.0.1".to_owned(),
        fhir_bundle: json!({"resourceType": "Bundle", "type": "collection", "entry": [
            {"fullUrl": "resource:0", "resource":
                {"resourceType": "Patient", "name": [{"family": "Okonedo"}], "birthDate": "1968-11-05"}},
            {"fullUrl": "resource:1", "resource":
                {"resourceType": "Immunization", "status": "completed", "patient": {"reference": "resource:0"},
                 "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "207"}]},
                 "occurrenceDateTime": "2021-01-01"}}]}),
        rid: Some("MKyCxh7p6uQ".to_owned()),
    }
}

fn claims() -> Json {
    let draft = draft();
    json!({"iss": ISSUER, "nbf": BEGIN, "vc": {"type": draft.types, "rid": draft.rid,
        "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": draft.fhir_bundle}}})
}

#[test]
fn keys_come_from_trusted_issuers_only() {
    let mut scene = Scene::new();
    let card = scene.card();
    assert!(scene.codes(&card).is_empty());
    assert_eq!(scene.report(&card).parts()[0].core_data().expect("accepted").vaccinations.len(), 1);

    // The key set lies there, but nobody trusts the issuer: nothing is asked for either.
    scene.trust = Trust::none();
    assert_eq!(scene.outcome(&card), ("rejected", vec!["trust.issuer_unknown"], vec![]));
    scene.evidence = Evidence::none();
    assert_eq!(scene.outcome(&card), ("rejected", vec!["trust.issuer_unknown"], vec![]));
    scene.trust = trusted(json!({"kind": "issuer", "issuer": ISSUER, "formats": ["nz_covid_pass"]}));
    assert_eq!(scene.outcome(&card), ("rejected", vec!["trust.issuer_unknown"], vec![]));
    let of_test = json!({"kind": "issuer", "issuer": ISSUER, "formats": ["smart_health_card"], "environment": "test"});
    scene.trust = trusted(of_test.clone());
    assert_eq!(scene.outcome(&card), ("rejected", vec!["trust.environment"], vec![]));
    scene.policy.environment = Environment::Test;
    assert_eq!(scene.outcome(&card).0, "indeterminate");
}

#[test]
fn a_missing_key_set_is_asked_for_once() {
    let mut scene = Scene::new();
    let card = scene.card();
    scene.evidence = Evidence::none();
    let url = format!("{ISSUER}/.well-known/jwks.json");
    assert_eq!(scene.outcome(&card), ("indeterminate", vec!["trust.key_unavailable"], vec![url]));
    scene.publish("jwks.json", 404, &json!(null));
    assert_eq!(scene.outcome(&card), ("indeterminate", vec!["trust.key_unavailable"], vec![]));
    scene.publish("jwks.json", 200, &json!([]));
    assert_eq!(scene.codes(&card), ["jose.jwk_policy"]);
    scene.publish("jwks.json", 200, &json!({"keys": []}));
    assert_eq!(scene.codes(&card), ["jose.kid_unknown"]);
    let mut jwk = scene.jwk();
    jwk["d"] = json!("AA");
    scene.publish("jwks.json", 200, &json!({"keys": [jwk]}));
    assert_eq!(scene.codes(&card), ["jose.private_key_exposed"]);
    let jwk = scene.jwk();
    scene.publish("jwks.json", 200, &json!({"keys": [jwk, jwk]}));
    assert_eq!(scene.codes(&card), ["jose.jwk_policy"]);
}

#[test]
fn pinned_keys_and_aliases_count() {
    let mut scene = Scene::new();
    scene.evidence = Evidence::none();
    scene.trust = trusted(json!({"kind": "issuer", "issuer": "https://other.example", "aliases": [ISSUER],
        "formats": ["smart_health_card"], "keys": {"keys": [scene.jwk()]}}));
    assert!(scene.codes(&scene.card()).is_empty());
    let stranger = Scene::new();
    assert_eq!(scene.codes(&stranger.card()), ["jose.kid_unknown"]);
}

#[test]
fn the_list_is_asked_for_when_the_signature_is_right() {
    let mut scene = Scene::with_list(&json!([]));
    let card = scene.card();
    assert!(scene.codes(&card).is_empty());

    let name = scene.list_name();
    let bare = Scene::with_list(&json!([]));
    let mut without = Evidence::none();
    let locator = format!("{ISSUER}/.well-known/jwks.json");
    without.insert(scene.evidence.document(&locator).expect("published").clone());
    let url = format!("{ISSUER}/.well-known/{name}");
    scene.evidence = without;
    assert_eq!(scene.outcome(&card), ("indeterminate", vec!["status.unavailable"], vec![url]));
    // Somebody else's signature: no list is asked for.
    let (message, signature) = card.rsplit_once('.').expect("three parts");
    let other = bare.card();
    let (_, foreign) = other.rsplit_once('.').expect("three parts");
    assert_ne!(signature, foreign);
    assert_eq!(scene.outcome(&format!("{message}.{foreign}")), ("rejected", vec!["sig.invalid"], vec![]));

    scene.policy.status = StatusDemand::Ignored;
    assert!(scene.codes(&card).is_empty());
    assert!(scene.report(&card).parts()[0].notes.iter().any(|note| note.code == "status.ignored"));
    scene.policy.status = StatusDemand::WhenDeclared;
    scene.publish(&name, 500, &json!(null));
    assert_eq!(scene.outcome(&card), ("indeterminate", vec!["status.unavailable"], vec![]));
    scene.publish(&name, 200, &json!({"kid": "other", "method": "rid", "ctr": 3, "rids": []}));
    assert_eq!(scene.outcome(&card), ("indeterminate", vec!["status.crl_invalid"], vec![]));
    scene.publish(&name, 200, &json!({"kid": scene.kid, "method": "rid", "ctr": 2, "rids": []}));
    assert_eq!(scene.outcome(&card), ("indeterminate", vec!["status.crl_invalid"], vec![]));
}

#[test]
fn revoked_cards_are_refused() {
    for (rids, codes) in [
        (json!(["MKyCxh7p6uQ"]), vec!["status.revoked"]),
        (json!(["other", format!("MKyCxh7p6uQ.{}", BEGIN + 1)]), vec!["status.revoked"]),
        (json!([format!("MKyCxh7p6uQ.{BEGIN}")]), vec![]),
        (json!(["MKyCxh7p6u"]), vec![]),
    ] {
        let scene = Scene::with_list(&rids);
        assert_eq!(scene.codes(&scene.card()), codes, "{rids}");
    }
}

#[test]
fn cards_without_an_identifier_declare_no_status() {
    let mut scene = Scene::with_list(&json!([]));
    let card = issue(&CardDraft { rid: None, ..draft() }, &scene.own, &scene.kid).expect("issued").jws;
    assert!(scene.codes(&card).is_empty());
    scene.policy.status = StatusDemand::Required;
    assert_eq!(scene.outcome(&card).0, "indeterminate");
    let mut unlisted = Scene::new();
    unlisted.policy.status = StatusDemand::Required;
    assert_eq!(unlisted.outcome(&unlisted.card()), ("indeterminate", vec!["status.unavailable"], vec![]));
}

/// A change of a good card's claims, and the codes that it must lead to.
type Change = (fn(&mut Json), &'static [&'static str]);

#[test]
fn each_claim_has_its_rule() {
    let scene = Scene::new();
    assert!(scene.codes(&scene.card_of(&claims())).is_empty());
    let changes: &[Change] = &[
        (|claims| claims["iss"] = json!(1), &["claim.type"]),
        (|claims| claims["iss"] = json!("https://issuer.example/shc/"), &["shc.issuer_url"]),
        (|claims| claims["nbf"] = json!("1"), &["claim.type"]),
        (|claims| claims["nbf"] = json!(null), &["claim.type"]),
        (|claims| claims["nbf"] = json!(BEGIN * 1000), &["time.implausible"]),
        (|claims| claims["nbf"] = json!(BEGIN + 161), &["time.not_yet_valid"]),
        (|claims| claims["exp"] = json!(BEGIN + 39), &["time.expired"]),
        (|claims| claims["exp"] = json!(BEGIN - 1), &["time.expired", "time.inconsistent"]),
        (|claims| claims["exp"] = json!({}), &["claim.type"]),
        (|claims| drop(claims.as_object_mut().map(|members| members.remove("nbf"))), &["claim.missing"]),
        (|claims| claims["vc"]["type"] = json!("https://smarthealth.cards#health-card"), &["claim.type", "shc.type"]),
        (|claims| claims["vc"]["type"] = json!(["x"]), &["shc.type"]),
        (|claims| claims["vc"]["rid"] = json!(1), &["claim.type"]),
        (|claims| claims["vc"]["credentialSubject"]["fhirVersion"] = json!(4), &["claim.type"]),
        (|claims| claims["vc"]["credentialSubject"]["fhirBundle"] = json!([]), &["claim.type"]),
        (|claims| claims["vc"]["credentialSubject"] = json!({}), &["claim.missing", "claim.missing"]),
        (|claims| *claims = json!([]), &["jose.payload_type"]),
    ];
    for (change, codes) in changes {
        let mut claims = claims();
        change(&mut claims);
        assert_eq!(scene.codes(&scene.card_of(&claims)), *codes, "{claims}");
    }
    let mut fractional = claims();
    fractional["nbf"] = json!(1_790_000_000.25);
    assert!(scene.codes(&scene.card_of(&fractional)).is_empty());
}

#[test]
fn content_is_judged_by_the_policy() {
    let mut scene = Scene::new();
    let mut claims = claims();
    claims["vc"]["credentialSubject"]["fhirBundle"]["entry"][1]["resource"]["status"] = json!("not-done");
    let card = scene.card_of(&claims);
    let report = scene.report(&card);
    assert!(report.is_accepted());
    assert!(report.parts()[0].notes.iter().any(|note| note.code == "fhir.content"));
    scene.policy.strict = true;
    assert_eq!(scene.codes(&card), ["fhir.content"]);

    let mut scene = Scene::new();
    scene.policy.events = vec![Event::Test];
    assert_eq!(scene.codes(&scene.card()), ["policy.content"]);
    let mut claims = self::claims();
    claims["vc"]["credentialSubject"]["fhirBundle"]["entry"][1]["resource"] = json!({"resourceType": "Observation",
        "status": "final", "subject": {"reference": "resource:0"}, "effectiveDateTime": "2021-02-17",
        "code": {"coding": [{"system": "http://loinc.org", "code": "94558-4"}]},
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "260373001"}]}});
    assert_eq!(scene.codes(&scene.card_of(&claims)), ["rule.test_positive"]);
    scene.policy.positive_tests = true;
    scene.policy.strict = true;
    assert!(scene.codes(&scene.card_of(&claims)).is_empty());
}

#[test]
fn white_space_is_for_the_tolerant() {
    let mut scene = Scene::new();
    let card = scene.card();
    let spaced = format!("\n{card} \r\n");
    assert!(scene.codes(&spaced).is_empty());
    scene.policy.strict = true;
    assert!(scene.codes(&card).is_empty());
    assert!(!scene.codes(&spaced).is_empty());
    let payload = format!("{} ", claims());
    let padded = sign(payload.as_bytes(), &scene.own, &scene.kid).expect("signed");
    assert_eq!(scene.codes(&padded), ["json.syntax"]);
}

#[test]
fn no_changed_character_is_accepted() {
    let scene = Scene::new();
    let card = scene.card();
    for at in 0..card.len() {
        for character in ['A', 'Q', '.', '_'] {
            let mut changed = card.clone().into_bytes();
            if changed[at] == character as u8 {
                continue;
            }
            changed[at] = character as u8;
            let changed = String::from_utf8(changed).expect("text");
            assert!(!scene.report(&changed).is_accepted(), "{character} at {at}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_judged(text in "(shc:/|eyJ6aXAiOiJERUYifQ\\.|\\{\"verifiableCredential\":)?[ -~]{0,60}") {
        let scene = Scene::new();
        prop_assert!(!scene.report(&text).is_accepted());
    }
}
