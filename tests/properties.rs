//! Laws that hold for every format: what the twin issues is accepted, no changed bit is accepted with other claims, a batch
//! judges like single calls, and the same question gets the same bytes.

use std::sync::Arc;

use vidimus::credential::Input;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::base64url;
use vidimus::evidence::Evidence;
use vidimus::issue::eu_dcc;
use vidimus::occasion::Occasion;
use vidimus::policy::Policy;
use vidimus::time::Timestamp;
use vidimus::trust::Trust;
use vidimus::trust::entry::Entry;
use vidimus::verify::{Request, verify, verify_batch};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const KID: [u8; 8] = *b"property";

fn world() -> (OwnKey, Trust) {
    let (key, _) = OwnKey::generate_p256().unwrap();
    let entry: Entry = serde_json::from_value(serde_json::json!({
        "kind": "signer-key", "formats": ["eu_dcc"], "country": "XX",
        "kid": base64url::encode_standard(&KID),
        "public_key": base64url::encode_standard(&key.public_key().to_spki_der()),
    }))
    .unwrap();
    let (trust, problems) = Trust::from_entries(vec![entry]);
    assert_eq!(problems, []);
    (key, trust)
}

fn certificate(key: &OwnKey, shape: eu_dcc::Shape) -> String {
    let draft = eu_dcc::Draft {
        issuer: "XX".to_owned(),
        issued_at: NOW.plus(-1000),
        expires: NOW.plus(1000),
        dcc: serde_json::json!({
            "ver": "1.3.0", "dob": "1980-01-02",
            "nam": {"fn": "Person", "fnt": "PERSON", "gn": "Test", "gnt": "TEST"},
            "v": [{"tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2,
                   "dt": "2021-06-01", "co": "XX", "is": "Ministry", "ci": "URN:UVCI:01:XX:0001#A"}],
        }),
    };
    eu_dcc::issue(&draft, key, KID, shape).unwrap()
}

fn request(text: &str) -> Request {
    Request { input: Input::text(text), occasion: Occasion::at(NOW), policy: Arc::new(Policy::default()) }
}

#[test]
fn every_shape_that_the_twin_issues_is_accepted() {
    let (key, trust) = world();
    for kid_unprotected in [false, true] {
        for tags in [eu_dcc::Tags::Sign1, eu_dcc::Tags::CwtSign1, eu_dcc::Tags::None] {
            let text = certificate(&key, eu_dcc::Shape { kid_unprotected, tags });
            let report = verify(&request(&text), &trust, &Evidence::none());
            assert!(report.is_accepted(), "{}", report.to_json());
        }
    }
}

/// Every character of the text replaced by every other of a few, one at a time.
#[test]
fn no_changed_character_is_accepted_with_other_claims() {
    let (key, trust) = world();
    let text = certificate(&key, eu_dcc::Shape::default());
    let claims = verify(&request(&text), &trust, &Evidence::none()).parts()[0].claims();
    let mut accepted = 0;
    for at in 0..text.len() {
        for with in ["0", "A", "Z", ":", " ", "%"] {
            let mut changed = text.clone();
            changed.replace_range(at..=at, with);
            if changed == text {
                continue;
            }
            let report = verify(&request(&changed), &trust, &Evidence::none());
            if report.is_accepted() {
                accepted += 1;
                assert_eq!(report.parts()[0].claims(), claims, "another claim was accepted at {at}");
            }
        }
    }
    // The tag, the unprotected header and the way of compression are not signed; nothing else may change.
    assert!(accepted < text.len() / 20, "{accepted} changes were accepted");
}

#[test]
fn a_batch_judges_like_single_calls() {
    let (key, trust) = world();
    let good = certificate(&key, eu_dcc::Shape::default());
    let other = certificate(&world().0, eu_dcc::Shape::default());
    let requests: Vec<Request> =
        [good.as_str(), "HC1:", &other, "nothing", &good, &good[..good.len() - 3]].map(request).into();
    let evidence = Evidence::none();
    let batch: Vec<String> = verify_batch(&requests, &trust, &evidence).iter().map(|report| report.to_json()).collect();
    let single: Vec<String> = requests.iter().map(|request| verify(request, &trust, &evidence).to_json()).collect();
    assert_eq!(batch, single);
    assert!(batch[0].starts_with(r#"{"verdict":"accepted""#) && batch[2].contains("sig.invalid"));
}
