//! The law of every signed thing, of SD-JWT VC: whatever bit of an accepted presentation is flipped, it is never accepted with
//! other claims. `VIDIMUS_FLIPS=100000 cargo test --release --test sd_jwt_flips` flips so many.

use std::sync::Arc;

use vidimus::credential::Input;
use vidimus::crypto::algorithm::Hash;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::evidence::Evidence;
use vidimus::issue::sd_jwt::{Binding, bind, flattened, random_salt};
use vidimus::issue::sd_jwt_vc::{Draft, Names, issue};
use vidimus::occasion::Occasion;
use vidimus::policy::Policy;
use vidimus::time::Timestamp;
use vidimus::trust::Trust;
use vidimus::verify::{Request, verify_batch};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const AUDIENCE: &str = "https://rp.example";
/// Flips where nobody asks for more.
const FLIPS: usize = 1_500;
const BATCH: usize = 256;

struct World {
    trust: Trust,
    /// A presentation in each serialisation.
    texts: [String; 2],
}

fn world() -> World {
    let ((issuer, _), (holder, _)) = (OwnKey::generate_p256().unwrap(), OwnKey::generate_p256().unwrap());
    let mut jwk = issuer.public_key().to_jwk();
    jwk["kid"] = "1".into();
    let entry = serde_json::json!({
        "kind": "issuer", "issuer": "https://issuer.example", "formats": ["sd_jwt_vc"], "keys": {"keys": [jwk]}
    });
    let (trust, problems) = Trust::from_entries(vec![serde_json::from_value(entry).unwrap()]);
    assert_eq!(problems, []);
    let draft = Draft {
        disclosable: ["/family_name", "/address", "/address/locality", "/nationalities/0"].map(str::to_owned).to_vec(),
        decoys: vec![(String::new(), 2)],
        holder_key: Some(holder.public_key().to_jwk()),
        ..Draft::of(serde_json::json!({
            "iss": "https://issuer.example", "vct": "urn:eudi:pid:1", "exp": NOW.plus(1000).seconds(),
            "family_name": "Holm", "address": {"locality": "Berlin"}, "nationalities": ["DE"]
        }))
    };
    let text = issue(&draft, &Names::Kid("1"), &mut random_salt, &issuer).unwrap();
    let (nonce, audience) = ("n".to_owned(), AUDIENCE.to_owned());
    let binding = Binding { nonce, audience, issued_at: NOW, transaction_data: Vec::new() };
    let bound = bind(&text, &binding, Hash::Sha256, &holder).unwrap();
    let whole = flattened(&bound).unwrap().to_string();
    World { trust, texts: [bound, whole] }
}

fn request(bytes: Vec<u8>) -> Request {
    let occasion = Occasion { nonce: Some("n".to_owned()), audience: Some(AUDIENCE.to_owned()), ..Occasion::at(NOW) };
    Request { input: Input::bytes(bytes), occasion, policy: Arc::new(Policy::default()) }
}

/// A sequence that looks random and is the same each time (SplitMix64).
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((mixed ^ (mixed >> 31)) >> 1).unwrap()
}

#[test]
fn no_flipped_bit_is_accepted_with_other_claims() {
    let flips = std::env::var("VIDIMUS_FLIPS").map_or(FLIPS, |flips| flips.parse().unwrap());
    let world = world();
    let evidence = Evidence::none();
    let mut state = 20_261_122;
    for text in &world.texts {
        let judged = |requests: &[Request]| verify_batch(requests, &world.trust, &evidence);
        let sound = judged(&[request(text.clone().into_bytes())]);
        assert!(sound[0].is_accepted(), "{}", sound[0].to_json());
        let claims = sound[0].parts()[0].claims();
        let (mut accepted, mut left) = (0, flips / world.texts.len());
        while left > 0 {
            let flip = |_| {
                let mut bytes = text.clone().into_bytes();
                let bit = next(&mut state) % (bytes.len() * 8);
                bytes[bit / 8] ^= 1 << (bit % 8);
                request(bytes)
            };
            let requests: Vec<Request> = (0..left.min(BATCH)).map(flip).collect();
            left -= requests.len();
            for (report, request) in judged(&requests).iter().zip(&requests) {
                if report.is_accepted() {
                    accepted += 1;
                    let said = report.parts()[0].claims();
                    assert_eq!(said, claims, "{}", String::from_utf8_lossy(&request.input.bytes));
                }
            }
        }
        // Only names of members that nobody reads, and blanks between them, may change: JSON alone has such.
        assert!(accepted <= flips / 50, "{accepted} flips of {flips} were accepted");
    }
}
