//! Laws of ISO mdoc: what the twin issues is accepted, no changed bit is accepted with other claims, and a saved verification replays.
//!
//! `VIDIMUS_FLIPS` says how many random bits are changed; 2,000 when it is not set.

use std::sync::Arc;

use vidimus::bundle::Bundle;
use vidimus::credential::Input;
use vidimus::crypto::agreement::AgreementKey;
use vidimus::crypto::algorithm::Hash;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::crypto::public_key::Curve;
use vidimus::encoding::base64url;
use vidimus::encoding::cbor::Value;
use vidimus::evidence::Evidence;
use vidimus::format::mdoc::handover::transcript;
use vidimus::issue::mdoc::device::{Proof, document, response, showing};
use vidimus::issue::mdoc::{Draft, issue, random};
use vidimus::issue::test_ca;
use vidimus::occasion::Occasion;
use vidimus::occasion::session::{Handover, Secret, Session};
use vidimus::policy::{Environment, Policy};
use vidimus::time::Timestamp;
use vidimus::trust::Trust;
use vidimus::verify::{Request, verify};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const SPACE: &str = "org.iso.18013.5.1";
const DOC_TYPE: &str = "org.iso.18013.5.1.mDL";

/// An authority that is trusted, its signer, a device and its key on a curve.
struct World {
    trust: Trust,
    signer: OwnKey,
    chain: Vec<Vec<u8>>,
    device: OwnKey,
}

fn world_of(curve: Curve) -> World {
    let ca = test_ca::make("XV", NOW.plus(-86_400)).expect("made");
    let entry = serde_json::json!({
        "kind": "authority", "formats": ["mdoc"], "environment": "test",
        "certificate": base64url::encode_standard(&ca.authority.der),
    });
    let (trust, problems) = Trust::from_entries(vec![serde_json::from_value(entry).expect("an entry")]);
    assert_eq!(problems, []);
    World {
        trust,
        signer: OwnKey::from_pem(&ca.signer.key_pem).expect("a key"),
        chain: vec![ca.signer.der],
        device: OwnKey::generate(curve).expect("a key").0,
    }
}

fn draft(device: &OwnKey) -> Draft {
    let elements = (0..10).map(|at| (format!("element_{at}"), Value::Text(format!("value {at}").into())));
    Draft {
        doc_type: DOC_TYPE.to_owned(),
        name_spaces: vec![(SPACE.to_owned(), elements.collect())],
        signed: NOW.plus(-3600),
        valid_from: NOW.plus(-3600),
        valid_until: NOW.plus(86_400),
        device_key: device.public_key().clone(),
        device_name_spaces: Vec::new(),
        hash: Hash::Sha256,
        status: None,
    }
}

fn occasion() -> Occasion {
    let session = Session {
        handover: Handover::Openid4vp,
        client_id: Some("x509_hash:abc".into()),
        response_uri: Some("https://verifier.example/response".into()),
        ..Session::default()
    };
    Occasion { nonce: Some("n-1".into()), session: Some(session), ..Occasion::at(NOW) }
}

fn request(bytes: &[u8], occasion: Occasion) -> Request {
    let policy = Arc::new(Policy { environment: Environment::Test, ..Policy::default() });
    Request { input: Input::bytes(bytes), occasion, policy }
}

fn shown(world: &World, issued: &[u8]) -> Vec<u8> {
    let transcript = transcript(&occasion(), Handover::Openid4vp).expect("a transcript");
    let proof = Proof::Signature(&world.device);
    response(&[document(DOC_TYPE, issued, &Value::Map(Vec::new()), &transcript, proof).expect("signed")])
}

#[test]
fn what_the_twin_issues_is_accepted_on_every_curve() {
    for curve in [Curve::P256, Curve::P384, Curve::P521] {
        let world = world_of(curve);
        for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            let draft = Draft { hash, ..draft(&world.device) };
            let issued = issue(&draft, &world.signer, &world.chain, &mut random).expect("issued");
            let some = showing(&issued, &[(SPACE, "element_1"), (SPACE, "element_7")]).expect("shown");
            for (bytes, elements) in [(shown(&world, &issued), 10), (shown(&world, &some), 2)] {
                let report = verify(&request(&bytes, occasion()), &world.trust, &Evidence::none());
                assert!(report.is_accepted(), "{}", report.to_json());
                let claims = report.parts()[0].claims().expect("claims");
                assert_eq!(claims["nameSpaces"][SPACE].as_object().expect("elements").len(), elements);
            }
        }
    }
}

#[test]
fn a_mac_is_accepted_for_its_reader_alone_and_replays_with_the_readers_key() {
    let scalar = |digit: u8| [&[0; 31][..], &[digit]].concat();
    let (reader, device) = (scalar(5), scalar(6));
    let key = |scalar: &[u8]| AgreementKey::from_scalar(Some(Curve::P256), scalar).expect("a key");
    let mut world = world_of(Curve::P256);
    world.device = OwnKey::from_scalar(Curve::P256, &device).expect("a key");
    let issued = issue(&draft(&world.device), &world.signer, &world.chain, &mut random).expect("issued");
    let transcript = transcript(&occasion(), Handover::Openid4vp).expect("a transcript");
    let (own, theirs) = (key(&device), key(&reader).public_key().expect("a key"));
    let made = document(DOC_TYPE, &issued, &Value::Map(Vec::new()), &transcript, Proof::Mac(&own, &theirs));
    let bytes = response(&[made.expect("a MAC")]);
    let asked = |scalar: &[u8]| {
        let mut occasion = occasion();
        let jwk = serde_json::json!({"kty": "EC", "crv": "P-256", "d": base64url::encode(scalar)});
        occasion.session.as_mut().expect("a session").reader_key = Some(Secret::new(jwk.to_string()));
        request(&bytes, occasion)
    };
    let right = asked(&reader);
    let report = verify(&right, &world.trust, &Evidence::none());
    assert!(report.is_accepted(), "{}", report.to_json());
    let other = verify(&asked(&scalar(7)), &world.trust, &Evidence::none());
    assert_eq!(other.first_reason().map(|reason| reason.code().as_str()), Some("mdoc.device_auth"));
    let bundle = Bundle::of(&right, &world.trust, &Evidence::none(), &report);
    let (secret, text) = (base64url::encode(&reader), bundle.to_json());
    assert!(!text.contains(&secret));
    assert_eq!(Bundle::decode(text.as_bytes()).expect("a bundle").replay().verdict(), "indeterminate");
    let key = right.occasion.session.as_ref().and_then(|session| session.reader_key.clone());
    let whole = bundle.with_reader_key(key).to_json();
    assert!(whole.contains(&secret));
    let again = Bundle::decode(whole.as_bytes()).expect("a bundle");
    assert!(again.is_same(&again.replay()));
}

/// Any bit of a response and of an issuer's part: what is accepted still says the same.
#[test]
fn no_changed_bit_is_accepted_with_other_claims() {
    let flips = std::env::var("VIDIMUS_FLIPS").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000_usize);
    let world = world_of(Curve::P256);
    let issued = issue(&draft(&world.device), &world.signer, &world.chain, &mut random).expect("issued");
    let sources = [(shown(&world, &issued), occasion()), (issued, Occasion::at(NOW))];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for (bytes, occasion) in sources {
        let judge = |bytes: &[u8]| verify(&request(bytes, occasion.clone()), &world.trust, &Evidence::none());
        let right = judge(&bytes);
        assert!(right.is_accepted(), "{}", right.to_json());
        let claims = right.parts()[0].claims();
        let mut accepted = 0;
        for _ in 0..flips / 2 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let bit = usize::try_from(state % (bytes.len() as u64 * 8)).expect("a place");
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let report = judge(&changed);
            if report.is_accepted() {
                accepted += 1;
                assert_eq!(report.parts()[0].claims(), claims, "other claims were accepted at bit {bit}");
            }
        }
        // Names of members that nobody reads, and the unprotected headers, are not signed.
        assert!(accepted <= flips / 100, "{accepted} changes were accepted");
    }
}
