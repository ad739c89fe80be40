//! Targets of ISO mdoc: whole containers, and signed objects past the issuer's signature.

use std::sync::{Arc, OnceLock};

use vidimus::credential::Input;
use vidimus::crypto::algorithm::Hash;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::base64url;
use vidimus::encoding::cbor::{self, Value};
use vidimus::evidence::Evidence;
use vidimus::format::mdoc::device_auth::encoded_cbor;
use vidimus::issue::mdoc::device::{Proof, document, response};
use vidimus::issue::mdoc::{Draft, digests, issuer_signed, items, mso, random, sign};
use vidimus::issue::test_ca;
use vidimus::occasion::Occasion;
use vidimus::policy::Policy;
use vidimus::time::Timestamp;
use vidimus::trust::Trust;
use vidimus::verify::{Request, verify};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const DOC_TYPE: &str = "org.iso.18013.5.1.mDL";

/// A signer whom somebody trusts, and what it signed.
struct World {
    trust: Trust,
    signer: OwnKey,
    chain: Vec<Vec<u8>>,
    items: Vec<(String, Vec<Vec<u8>>)>,
    mso: Vec<u8>,
    response: Vec<u8>,
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| match made() {
        Some(world) => world,
        None => panic!("no mdoc could be made"),
    })
}

fn made() -> Option<World> {
    let ca = test_ca::make("XV", NOW.plus(-86_400)).ok()?;
    let entry = serde_json::json!({
        "kind": "authority", "formats": ["mdoc"], "certificate": base64url::encode_standard(&ca.authority.der),
    });
    let (trust, _) = Trust::from_entries(vec![serde_json::from_value(entry).ok()?]);
    let signer = OwnKey::from_pem(&ca.signer.key_pem).ok()?;
    let (device, _) = OwnKey::generate_p256().ok()?;
    let elements = ["family_name", "issuing_country", "document_number"];
    let draft = Draft {
        doc_type: DOC_TYPE.to_owned(),
        name_spaces: vec![(
            "org.iso.18013.5.1".to_owned(),
            elements.into_iter().map(|name| (name.to_owned(), Value::Text("XV".into()))).collect(),
        )],
        signed: NOW.plus(-3600),
        valid_from: NOW.plus(-3600),
        valid_until: NOW.plus(86_400),
        device_key: device.public_key().clone(),
        device_name_spaces: Vec::new(),
        hash: Hash::Sha256,
        status: None,
    };
    let items = items(&draft, &mut random);
    let mso = cbor::encode(&mso(&draft, &digests(&items, draft.hash)).ok()?);
    let chain = vec![ca.signer.der];
    let issued = issuer_signed(&items, &sign(&encoded_cbor(&mso), &signer, &chain).ok()?);
    let shown =
        document(DOC_TYPE, &issued, &Value::Map(Vec::new()), b"\x83\xf6\xf6\x80", Proof::Signature(&device)).ok()?;
    Some(World { trust, signer, chain, items, mso, response: response(&[shown]) })
}

/// A response that breaks no rule.
pub fn response_seed() -> Vec<u8> {
    world().response.clone()
}

/// A signed object that breaks no rule.
pub fn object_seed() -> Vec<u8> {
    world().mso.clone()
}

/// Law: whatever is signed is judged, and what is accepted says of which type it is.
pub fn signed_object(object: &[u8]) {
    let world = world();
    let Ok(auth) = sign(&encoded_cbor(object), &world.signer, &world.chain) else { return };
    let input = Input::bytes(issuer_signed(&world.items, &auth));
    let request = Request { input, occasion: Occasion::at(NOW), policy: Arc::new(Policy::default()) };
    let report = verify(&request, &world.trust, &Evidence::none());
    assert!(!report.to_json().is_empty());
    if report.is_accepted() {
        let claims = report.parts().first().and_then(|part| part.claims());
        assert!(claims.is_some_and(|claims| claims["docType"].is_string()), "accepted without a type");
    }
}
