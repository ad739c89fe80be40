//! Each rule: broken it is told, kept it is not, and without the switch nobody asks.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::*;
use crate::crypto::own_keys::OwnKey;
use crate::crypto::public_key::Curve;
use crate::encoding::{base64url, json as strict};
use crate::format::mdoc::container::documents_of;
use crate::issue::mdoc::device::response;
use crate::issue::sd_jwt::flattened;
use crate::openid4vp::ask::Profile;
use crate::openid4vp::code::Code;
use crate::openid4vp::outcome::Outcome;
use crate::openid4vp::sample::{BASE, NOW, ORIGIN, PID, World, ask_for, certified, mdl_query, pid_query, with, world};
use crate::openid4vp::session::Session;
use crate::policy::dcql::CredentialQuery;

fn haip(ask: Ask) -> Ask {
    Ask { profile: Some(Profile::Haip), ..ask }
}

/// The members that are told of, with the switch; without it the same ask begins.
fn told(ask: &Ask, client: &Client) -> Vec<String> {
    assert!(Session::begin(ask.clone(), client, BASE, NOW).is_ok(), "without the switch it is asked");
    let faults = Session::begin(haip(ask.clone()), client, BASE, NOW).expect_err("with it, it is not");
    assert!(faults.iter().all(|fault| fault.problem.starts_with("HAIP: ")), "{faults:?}");
    faults.into_iter().map(|fault| fault.member).collect()
}

fn ask() -> Ask {
    ask_for(&[pid_query(), mdl_query()])
}

fn over_api() -> Ask {
    let expected_origins = vec![ORIGIN.to_owned()];
    Ask { flow: Flow::DcApi, response_mode: ResponseMode::DcApiJwt, expected_origins, ..ask() }
}

#[test]
fn what_keeps_the_rules_is_asked() {
    let world = world();
    world.begin(haip(ask()));
    let redirect_uri = Some("https://shop.example/".to_owned());
    world.begin(haip(Ask { flow: Flow::SameDevice, redirect_uri, ..ask() }));
    for protocol in [Protocol::Unsigned, Protocol::Signed, Protocol::Multisigned] {
        world.begin(haip(Ask { protocol: Some(protocol), ..over_api() }));
    }
}

#[test]
fn formats_are_two() {
    let world = world();
    let client = world.clients.pick(None).expect("a client");
    for format in ["jwt_vc_json", "ldp_vc", "eu_dcc"] {
        let query = json!({ "id": "x", "format": format, "meta": {}, "require_cryptographic_holder_binding": false });
        assert_eq!(told(&ask_for(&[query]), client), ["dcql_query"], "{format}");
    }
}

#[test]
fn answers_are_encrypted() {
    let world = world();
    let client = world.clients.pick(None).expect("a client");
    assert_eq!(told(&Ask { response_mode: ResponseMode::DirectPost, ..ask() }, client), ["response_mode"]);
    let redirect_uri = Some("https://shop.example/".to_owned());
    let fragment = Ask { response_mode: ResponseMode::Fragment, redirect_uri, ..ask() };
    assert_eq!(told(&fragment, client), ["response_mode"]);
    assert_eq!(told(&Ask { response_mode: ResponseMode::DcApi, ..over_api() }, client), ["response_mode"]);
}

#[test]
fn over_the_api_openid4vp_is_spoken() {
    let world = world();
    let client = world.clients.pick(None).expect("a client");
    let iso = Ask { protocol: Some(Protocol::IsoMdoc), dcql_query: ask_for(&[mdl_query()]).dcql_query, ..over_api() };
    assert_eq!(told(&iso, client), ["protocol"]);
}

#[test]
fn on_one_device_the_browser_comes_back() {
    let lost = Ask { flow: Flow::SameDevice, ..ask() };
    assert_eq!(check_same_device(&lost).expect("told").member, "redirect_uri");
    assert_eq!(check_same_device(&Ask { redirect_uri: Some(String::new()), ..lost }), None);
    // The code that it brings back is demanded whether HAIP holds or not: see the tests of sessions.
}

#[test]
fn requests_are_signed_by_a_certificate_and_fetched() {
    let world = world();
    let by_value = Ask { request: Some(Delivery::ByValue), ..ask() };
    assert_eq!(told(&by_value, world.clients.pick(None).expect("a client")), ["request"]);
    for prefix in [Prefix::X509SanDns, Prefix::DecentralizedIdentifier] {
        assert_eq!(told(&ask(), world.clients.pick(Some(prefix)).expect("a client")), ["client_id_prefix"]);
    }
    let unsigned = told(&ask(), world.clients.pick(Some(Prefix::RedirectUri)).expect("a client"));
    assert_eq!(unsigned, ["client_id_prefix", "client_id_prefix", "request"]);
}

#[test]
fn the_chain_holds_no_anchor() {
    let (key, leaf, authority) = certified("verifier.example");
    let with_anchor = Client::x509_hash(Arc::clone(&key), vec![leaf.clone(), authority]).expect("a client");
    assert_eq!(told(&ask(), &with_anchor), ["client_id_prefix"]);
    let own = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(vec!["verifier.example".to_owned()]).expect("a name");
    let self_signed = params.self_signed(&own).expect("signed").der().to_vec();
    let own = Arc::new(OwnKey::from_pem(&own.serialize_pem()).expect("a key"));
    let self_signed = Client::x509_hash(own, vec![self_signed]).expect("a client");
    assert_eq!(told(&ask(), &self_signed), ["client_id_prefix"]);
    let sound = Client::x509_hash(key, vec![leaf]).expect("a client");
    assert_eq!(check_chain(&sound), None);
}

#[test]
fn requests_are_signed_with_es256() {
    let did = "did:web:verifier.example";
    let client = |key| Client::decentralized_identifier(did, "did:web:verifier.example#k", Arc::new(key)).expect("one");
    let (key, _) = OwnKey::generate(Curve::P384).expect("a key");
    assert_eq!(check_algorithm(&client(key)).expect("told").member, "client_id_prefix");
    let (key, _) = OwnKey::generate_p256().expect("a key");
    assert_eq!(check_algorithm(&client(key)), None);
}

/// Both ways of encryption are offered, by keys on P-256 that are made for one request.
#[test]
fn what_is_offered_is_what_the_profile_asks() {
    let world = world();
    let keys: Vec<Json> = (0..2)
        .map(|_| {
            let (session, _) = world.begin(haip(ask()));
            let metadata = world.request(&session)["client_metadata"].clone();
            assert_eq!(metadata["encrypted_response_enc_values_supported"], json!(["A128GCM", "A256GCM"]));
            metadata["jwks"]["keys"][0].clone()
        })
        .collect();
    assert_ne!(keys[0]["x"], keys[1]["x"]);
    assert_eq!(
        (&keys[0]["crv"], &keys[0]["alg"], &keys[0]["use"]),
        (&json!("P-256"), &json!("ECDH-ES"), &json!("enc"))
    );
}

/// The outcome of that presentation, with the switch and without.
fn outcomes(world: &World, query: &Json, present: impl Fn(&World, &Session, &Json) -> String) -> (Outcome, Outcome) {
    let of = |ask: Ask| {
        let (session, _) = world.begin(ask);
        let request = world.request(&session);
        let id = query["id"].as_str().expect("an id");
        world.outcome(&session, &json!({ id: [present(world, &session, &request)] }))
    };
    (of(haip(ask_for(std::slice::from_ref(query)))), of(ask_for(std::slice::from_ref(query))))
}

fn rule_of(outcome: &Outcome) -> String {
    let shown: Json = serde_json::to_value(&outcome.checks).expect("JSON");
    let rows = shown.as_array().expect("rows");
    let row = rows.iter().find(|row| row["code"] == "vp.haip").unwrap_or_else(|| panic!("{}", outcome.to_json()));
    row["expected"].as_str().expect("a rule").to_owned()
}

#[test]
fn presentations_that_keep_the_rules_are_accepted() {
    let world = world();
    let (with_switch, without) = outcomes(&world, &pid_query(), |world, _, request| world.pid_for(request));
    assert!(with_switch.is_accepted() && without.is_accepted(), "{}", with_switch.to_json());
    let (with_switch, without) = outcomes(&world, &mdl_query(), |world, _, request| world.mdl_for(request));
    assert!(with_switch.is_accepted() && without.is_accepted(), "{}", with_switch.to_json());
}

#[test]
fn sd_jwts_are_compact() {
    let world = world();
    let present =
        |world: &World, _: &Session, request: &Json| flattened(&world.pid_for(request)).expect("JSON").to_string();
    let (with_switch, without) = outcomes(&world, &pid_query(), present);
    assert_eq!(rule_of(&with_switch), "SD-JWT VCs in compact form");
    assert!(!with_switch.is_accepted() && without.is_accepted(), "{}", without.to_json());
}

/// A key-bound credential is shown with its proof, even where the query would not ask for one.
#[test]
fn key_bound_credentials_come_with_their_proof() {
    let world = world();
    let query = with(&pid_query(), json!({ "require_cryptographic_holder_binding": false }));
    let (with_switch, without) = outcomes(&world, &query, |world, _, _| world.pid());
    assert_eq!(rule_of(&with_switch), "a key binding JWT of a key-bound credential");
    assert!(!with_switch.is_accepted() && without.is_accepted(), "{}", without.to_json());
}

#[test]
fn each_mdoc_has_a_response_of_its_own() {
    let world = world();
    let present = |world: &World, _: &Session, request: &Json| {
        let bytes = base64url::decode(&world.mdl_for(request)).expect("base64url");
        let one = documents_of(&bytes).expect("documents")[0].to_vec();
        base64url::encode(&response(&[one.clone(), one]))
    };
    let (with_switch, without) = outcomes(&world, &mdl_query(), present);
    assert_eq!(rule_of(&with_switch), "each mdoc in a DeviceResponse of its own");
    assert!(!with_switch.is_accepted());
    assert!(!without.codes().contains(&"vp.haip"), "without the switch it is another rule's business");
}

fn credential(world: &World) -> CredentialQuery {
    let (session, _) = world.begin(ask());
    session.query().expect("a query").credential("pid").expect("asked for").clone()
}

#[test]
fn issuers_bring_their_certificates_without_the_anchor() {
    let world = world();
    assert_eq!(presentation::check_certificates(&world.chain), None);
    let got = |x5c: &[Vec<u8>]| presentation::check_certificates(x5c).expect("told").got_fact().to_string();
    assert_eq!(got(&[]), "none");
    assert_eq!(got(&[world.chain[0].clone(), world.authority.clone()]), "a self-signed one");
    // As a whole presentation.
    let anchored =
        World { chain: vec![world.chain[0].clone(), world.authority.clone()], ..super::super::sample::world() };
    let faults = check_presentation(&credential(&world), &anchored.pid());
    assert!(
        faults.iter().any(|fault| fault.code() == Code::Haip && fault.got_fact().to_string() == "a self-signed one")
    );
}

#[test]
fn holders_keys_and_status_are_named_in_one_way() {
    let world = world();
    let held = |text: &'static str| strict::decode(text.as_bytes()).expect("JSON");
    assert!(presentation::check_holder_key(&held(r#"{"cnf":{"kid":"k"}}"#)).is_some());
    assert!(presentation::check_holder_key(&held(r#"{"cnf":{"jwk":{}}}"#)).is_none());
    assert!(presentation::check_holder_key(&held("{}")).is_none());
    assert!(presentation::check_status(&held(r#"{"status":{"identifier_list":{}}}"#)).is_some());
    assert!(presentation::check_status(&held(r#"{"status":{"status_list":{}}}"#)).is_none());
    assert!(presentation::check_status(&held("{}")).is_none());
    assert!(presentation::check_key_binding(&held(r#"{"cnf":{}}"#), None).is_some());
    assert!(presentation::check_key_binding(&held(r#"{"cnf":{}}"#), Some("e")).is_none());
    assert!(presentation::check_key_binding(&held("{}"), None).is_none());
    let credential = credential(&world);
    let further = format!(r#"{{"vct":"https://other.example","aka_vcts":["{PID}"]}}"#);
    let further = strict::decode(further.as_bytes()).expect("JSON");
    assert!(presentation::check_type(&credential, &further).is_some());
    let both = format!(r#"{{"vct":"{PID}","aka_vcts":["{PID}"]}}"#);
    assert!(presentation::check_type(&credential, &strict::decode(both.as_bytes()).expect("JSON")).is_none());
}

#[test]
fn drafts_are_taken_away() {
    let mut policy = Policy {
        older_sd_jwt_vc: true,
        handovers: vec![crate::occasion::session::Handover::Iso18013Part7],
        ..Policy::default()
    };
    harden(&mut policy);
    assert_eq!(policy, Policy::default());
}
