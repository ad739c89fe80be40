//! Status list tokens shown by themselves: as made by our own issuing twin, and changed.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::credential::Input;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::encoding::{base64url, cbor};
use crate::envelope::cose::{Wrappings, open_sign1};
use crate::evidence::Evidence;
use crate::issue::jws;
use crate::issue::token_status_list::{ListDraft, ListSigner, cwt, identifier_list, jwt};
use crate::occasion::Occasion;
use crate::policy::Policy;
use crate::status::token_status_list::TokenStatusList;
use crate::time::Timestamp;
use crate::trust::Trust;
use crate::trust::entry::Entry;
use crate::verify::{Request, verify};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const ISSUER: &str = "https://issuer.example";
const URI: &str = "https://issuer.example/status/1";
const KID: &str = "k1";

struct World {
    key: OwnKey,
    trust: Trust,
}

fn world() -> World {
    let (key, _) = OwnKey::generate_p256().unwrap();
    let mut jwk = key.public_key().to_jwk();
    jwk["kid"] = KID.into();
    let entry = json!({"kind": "issuer", "issuer": ISSUER, "formats": ["token_status_list"], "keys": {"keys": [jwk]}});
    let (trust, problems) = Trust::from_entries(vec![serde_json::from_value::<Entry>(entry).unwrap()]);
    assert_eq!(problems, []);
    World { key, trust }
}

fn draft() -> ListDraft<'static> {
    ListDraft { uri: URI, issuer: None, issued_at: NOW.plus(-100), expires: Some(NOW.plus(1000)), ttl: Some(600) }
}

fn signer(key: &OwnKey) -> ListSigner<'_> {
    ListSigner { key, kid: Some(KID), certificates: &[] }
}

fn list() -> TokenStatusList {
    TokenStatusList::of_bytes(2, vec![0b1110_0100, 0]).unwrap()
}

/// The verdict and the codes, asked about a reference.
fn told_of(world: &World, input: Input, asked: Option<&Json>) -> (&'static str, Vec<&'static str>) {
    let occasion = Occasion { status_reference: asked.map(Json::to_string), ..Occasion::at(NOW) };
    let request = Request { input, occasion, policy: Arc::new(Policy::default()) };
    let report = verify(&request, &world.trust, &Evidence::none());
    (report.verdict(), report.reasons().map(|reason| reason.code().as_str()).collect())
}

fn place(index: u64) -> Json {
    json!({"status_list": {"idx": index, "uri": URI}})
}

#[test]
fn jwt_and_cwt_say_the_same() {
    let world = world();
    let text = jwt(&draft(), &list(), &signer(&world.key)).unwrap();
    let bytes = cwt(&draft(), &list(), &signer(&world.key)).unwrap();
    let coded = base64url::encode(&bytes);
    for input in [Input::text(text), Input::bytes(bytes), Input::text(coded)] {
        assert_eq!(told_of(&world, input.clone(), None), ("accepted", vec![]));
        assert_eq!(told_of(&world, input.clone(), Some(&place(0))), ("accepted", vec![]));
        for (index, code) in
            [(1, "status.revoked"), (2, "status.suspended"), (3, "status.unknown_value"), (8, "status.index")]
        {
            assert_eq!(told_of(&world, input.clone(), Some(&place(index))), ("rejected", vec![code]), "{index}");
        }
        let other = json!({"status_list": {"idx": 0, "uri": "https://issuer.example/status/10"}});
        assert_eq!(told_of(&world, input.clone(), Some(&other)), ("rejected", vec!["status.uri_mismatch"]));
        let unknown = json!({"later": {}});
        assert_eq!(told_of(&world, input.clone(), Some(&unknown)), ("indeterminate", vec!["status.unknown_type"]));
        let identifier = json!({"identifier_list": {"id": "AQ", "uri": URI}});
        assert_eq!(told_of(&world, input, Some(&identifier)), ("rejected", vec!["status.malformed"]));
    }
}

#[test]
fn identifiers() {
    let world = world();
    let bytes = identifier_list(&draft(), &[b"one".to_vec()], &signer(&world.key)).unwrap();
    let asked = |id: &[u8]| json!({"identifier_list": {"id": base64url::encode(id), "uri": URI}});
    let input = || Input::bytes(bytes.clone());
    assert_eq!(told_of(&world, input(), Some(&asked(b"two"))), ("accepted", vec![]));
    assert_eq!(told_of(&world, input(), Some(&asked(b"one"))), ("rejected", vec!["status.revoked"]));
    assert_eq!(told_of(&world, input(), Some(&place(0))), ("rejected", vec!["status.malformed"]));
    let endless = ListDraft { expires: None, ..draft() };
    assert!(identifier_list(&endless, &[], &signer(&world.key)).is_err());
}

/// STA-004, STA-005, STA-007, STA-012: what is wrong with the token is told before anything in it counts.
#[test]
fn tokens_that_do_not_count() {
    let world = world();
    let with =
        |draft: ListDraft<'_>| told_of(&world, Input::text(jwt(&draft, &list(), &signer(&world.key)).unwrap()), None);
    let rejected = |code| ("rejected", vec![code]);
    assert_eq!(with(ListDraft { expires: Some(NOW.plus(-60)), ..draft() }), rejected("time.expired"));
    assert_eq!(with(ListDraft { expires: Some(NOW.plus(-59)), ..draft() }), ("accepted", vec![]));
    assert_eq!(with(ListDraft { issued_at: NOW.plus(61), ..draft() }), rejected("time.not_yet_valid"));
    for draft in [
        ListDraft { issuer: Some("https://other.example"), ..draft() },
        ListDraft { uri: "https://other.example/1", ..draft() },
    ] {
        let (verdict, codes) = with(draft);
        assert!(verdict == "rejected" && ["trust.issuer_unknown", "did.syntax"].contains(&codes[0]), "{codes:?}");
    }
    let (stranger, _) = OwnKey::generate_p256().unwrap();
    let forged = jwt(&draft(), &list(), &signer(&stranger)).unwrap();
    assert_eq!(told_of(&world, Input::text(forged), None), rejected("sig.invalid"));
    let claims = |name: &str, value: Json| {
        let mut claims = json!({"sub": URI, "iat": NOW.seconds(), "status_list": {"bits": 1, "lst": "eNpjAAAAAQAB"}});
        claims[name] = value;
        let text = jws::sign(&[("typ", "statuslist+jwt"), ("kid", KID)], claims.to_string().as_bytes(), &world.key);
        told_of(&world, Input::text(text.unwrap()), Some(&place(0)))
    };
    assert_eq!(claims("more", Json::Null), ("accepted", vec![]));
    assert_eq!(claims("status", json!({})), rejected("status.depth"));
    assert_eq!(claims("status_list", json!({})), rejected("status.malformed"));
    assert_eq!(claims("ttl", json!(0)), rejected("status.malformed"));
    assert_eq!(claims("ttl", json!("600")), rejected("status.malformed"));
    assert_eq!(claims("sub", json!(1)).0, "rejected");
    assert_eq!(claims("iat", json!("1")).1, vec!["claim.type"]);
}

/// STA-022: another list than the header says, other types, a tag too many.
#[test]
fn cwts_that_are_none() {
    let world = world();
    let bytes = cwt(&draft(), &list(), &signer(&world.key)).unwrap();
    let tagged = [&[0xd8, 61][..], &bytes].concat();
    let as_list =
        |bytes: Vec<u8>| Input { bytes: base64url::encode(&bytes).into_bytes(), format: Some(super::NAME.to_owned()) };
    assert_eq!(told_of(&world, as_list(tagged), None), ("rejected", vec!["cose.tag"]));
    let mac = [&[0xd1][..], bytes.get(1..).unwrap()].concat();
    assert_eq!(told_of(&world, as_list(mac), None), ("rejected", vec!["cose.tag"]));
    let cbor::Value::Tag(18, message) = cbor::decode(&bytes).unwrap() else { panic!("no message") };
    let [protected, unprotected, payload, signature] = message.as_array().unwrap() else { panic!("no four") };
    let typ = |typ: cbor::Value<'static>| {
        let protected = cbor::encode(&cbor::Value::Map(vec![(1.into(), (-7).into()), (16.into(), typ)]));
        let parts = vec![protected.as_slice().into(), unprotected.clone(), payload.clone(), signature.clone()];
        cbor::encode(&cbor::Value::Tag(18, Box::new(cbor::Value::Array(parts))))
    };
    assert!(protected.as_bytes().is_some());
    for (kind, code) in [
        ("application/identifierlist+cwt".into(), "status.malformed"),
        ("application/cwt".into(), "jose.typ_mismatch"),
        (cbor::Value::from(600), "jose.typ_mismatch"),
    ] {
        let (verdict, codes) = told_of(&world, as_list(typ(kind)), None);
        assert!(verdict == "rejected" && codes.contains(&code), "{codes:?}");
    }
}

/// No bit of a token can be changed, but for the unprotected header, where a key that is not named is any of the issuer's.
#[test]
fn flipped_bits_are_told() {
    let world = world();
    let text = jwt(&draft(), &list(), &signer(&world.key)).unwrap().into_bytes();
    let bytes = cwt(&draft(), &list(), &signer(&world.key)).unwrap();
    let signed = |bytes: &[u8]| {
        let opened = open_sign1(bytes, Wrappings { cwt_tag: false, untagged: false }).ok()?;
        Some((opened.message, opened.payload))
    };
    for token in [text, bytes] {
        assert_eq!(told_of(&world, Input::bytes(token.clone()), Some(&place(0))).0, "accepted");
        // Of each byte another bit.
        for at in (0..token.len() * 8).step_by(7) {
            let mut changed = token.clone();
            changed[at / 8] ^= 1 << (at % 8);
            let same = signed(&token).is_some_and(|due| signed(&changed) == Some(due));
            let (verdict, _) = told_of(&world, Input::bytes(changed), Some(&place(0)));
            assert!(verdict != "accepted" || same, "bit {at}");
        }
    }
}
