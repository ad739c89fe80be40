//! What is opened, and everything that is not.

use serde_json::json;

use super::*;

const BOTH: [Encryption; 2] = Encryption::ALL;

fn key() -> EncryptionKey {
    EncryptionKey::generate().expect("a key")
}

fn sealed_to(key: &EncryptionKey) -> String {
    seal(b"{\"vp_token\":{}}", &key.public_jwk(), &Sealing::by(Encryption::A128Gcm)).expect("sealed")
}

/// The same JWE with its header's members changed; null takes one away.
fn with_header(text: &str, changes: serde_json::Value) -> String {
    let (header, rest) = text.split_once('.').expect("parts");
    let held = base64url::decode(header).expect("base64url");
    let mut held = json::decode(&held).expect("JSON").to_serde();
    for (name, value) in changes.as_object().expect("changes") {
        let members = held.as_object_mut().expect("an object");
        if value.is_null() {
            members.remove(name)
        } else {
            members.insert(name.clone(), value.clone())
        };
    }
    format!("{}.{rest}", base64url::encode(held.to_string().as_bytes()))
}

/// The same JWE with one of its five parts replaced.
fn with_part(text: &str, at: usize, part: &str) -> String {
    let mut parts: Vec<&str> = text.split('.').collect();
    parts[at] = part;
    parts.join(".")
}

fn code(text: &str, key: &EncryptionKey) -> &'static str {
    open(text, std::slice::from_ref(key), &BOTH).map_or_else(|fault| fault.code(), |_| "opened")
}

#[test]
fn both_ways_open_with_parties_and_without() {
    let key = key();
    for encryption in BOTH {
        for (party_u, party_v) in [(None, None), (Some(&b"wallet nonce"[..]), Some(&b"nonce"[..])), (None, Some(b"v"))]
        {
            let sealing = Sealing { party_u, party_v, ..Sealing::by(encryption) };
            let text = seal(b"payload", &key.public_jwk(), &sealing).expect("sealed");
            let opened = open(&text, std::slice::from_ref(&key), &BOTH).expect("opened");
            assert_eq!((opened.payload.as_slice(), opened.encryption), (&b"payload"[..], encryption));
            assert_eq!((opened.party_u.as_deref(), opened.party_v.as_deref()), (party_u, party_v));
            assert_eq!(opened.kid, key.kid());
        }
    }
}

/// JWT-049, at this level: the parties are part of the key, so that none of them can be changed or dropped.
#[test]
fn parties_are_part_of_the_key() {
    let key = key();
    let sealing = Sealing { party_u: Some(b"u"), party_v: Some(b"v"), ..Sealing::by(Encryption::A256Gcm) };
    let text = seal(b"payload", &key.public_jwk(), &sealing).expect("sealed");
    for change in [json!({ "apu": "dg" }), json!({ "apv": "dQ" }), json!({ "apu": null }), json!({ "apv": null })] {
        assert_eq!(code(&with_header(&text, change), &key), "jwe.decrypt");
    }
    for change in [json!({ "apu": 1 }), json!({ "apv": "=" })] {
        assert_eq!(code(&with_header(&text, change), &key), "jwe.malformed");
    }
}

/// RFC 7518, appendix C: Bob's key and both parties of that appendix.
#[test]
fn a_key_that_somebody_else_made_opens_too() {
    let bob = r#"{"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck","d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"}"#;
    let key = EncryptionKey::from_private_jwk(bob).expect("a key");
    assert_eq!(key.kid(), key.thumbprint());
    let sealing = Sealing { party_u: Some(b"Alice"), party_v: Some(b"Bob"), ..Sealing::by(Encryption::A128Gcm) };
    let text = seal(b"hello", &key.public_jwk(), &sealing).expect("sealed");
    assert_eq!(open(&text, &[key], &BOTH).expect("opened").payload.as_slice(), b"hello");
}

/// JWT-043: no password is stretched, whatever the count.
#[test]
fn passwords_are_not_stretched() {
    let (key, started) = (key(), std::time::Instant::now());
    for p2c in [0_u64, 1, 4096, 2_147_483_647, u64::MAX] {
        let header = json!({ "alg": "PBES2-HS256+A128KW", "p2s": "AAAA", "p2c": p2c });
        assert_eq!(code(&with_header(&sealed_to(&key), header), &key), "jwe.p2c_limit");
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(1));
    let header = json!({ "alg": "PBES2-HS256+A128KW", "p2s": "AAAA" });
    assert_eq!(code(&with_header(&sealed_to(&key), header), &key), "jose.alg_not_allowed");
}

/// JWT-044: nothing is inflated.
#[test]
fn nothing_is_inflated() {
    let key = key();
    assert_eq!(code(&with_header(&sealed_to(&key), json!({ "zip": "DEF" })), &key), "jwe.zip_not_allowed");
    let sealing = Sealing { members: vec![("zip", json!("DEF"))], ..Sealing::by(Encryption::A128Gcm) };
    let bomb = seal(&vec![0; 1 << 20], &key.public_jwk(), &sealing).expect("sealed");
    assert!(bomb.len() < 1 << 13, "it is small");
    assert_eq!(code(&bomb, &key), "jwe.zip_not_allowed");
}

/// JWT-045: the sender's key is a point of our curve.
#[test]
fn the_senders_key_is_a_point_of_our_curve() {
    let (key, coordinate) = (key(), "A".repeat(43));
    let beyond = base64url::encode(&[0xff; 32]);
    for epk in [
        json!(null),
        json!("text"),
        json!({ "kty": "EC", "crv": "P-256", "x": coordinate, "y": coordinate }),
        json!({ "kty": "EC", "crv": "P-256", "x": beyond, "y": beyond }),
        json!({ "kty": "EC", "crv": "P-256", "x": "AAAA", "y": coordinate }),
        json!({ "kty": "OKP", "crv": "X25519", "x": coordinate }),
        json!({ "kty": "EC", "crv": "P-384", "x": "A".repeat(64), "y": "A".repeat(64) }),
        json!({ "kty": "RSA", "n": "AQ", "e": "AQAB" }),
    ] {
        assert_eq!(code(&with_header(&sealed_to(&key), json!({ "epk": epk })), &key), "jwe.epk_invalid", "{epk}");
    }
    let mut private = key.public_jwk();
    private["d"] = json!("AA");
    assert_eq!(code(&with_header(&sealed_to(&key), json!({ "epk": private })), &key), "jwe.epk_invalid");
    let other = with_header(&sealed_to(&key), json!({ "epk": key.public_jwk() }));
    assert_eq!(code(&other, &key), "jwe.decrypt", "a sound point of nobody's");
}

/// JWT-046, and everything else that nobody offered.
#[test]
fn other_algorithms_are_refused_unopened() {
    let key = key();
    for alg in ["RSA1_5", "RSA-OAEP", "RSA-OAEP-256", "dir", "A128KW", "A128GCMKW", "ecdh-es", "ES256"] {
        assert_eq!(code(&with_header(&sealed_to(&key), json!({ "alg": alg })), &key), "jose.alg_not_allowed", "{alg}");
    }
    for alg in ["none", "None", "NONE"] {
        assert_eq!(code(&with_header(&sealed_to(&key), json!({ "alg": alg })), &key), "jose.alg_none");
    }
    assert_eq!(code(&with_header(&sealed_to(&key), json!({ "alg": null })), &key), "jwe.malformed");
    let unoffered = [
        json!({ "alg": "ECDH-ES+A128KW" }),
        json!({ "enc": "A128CBC-HS256" }),
        json!({ "enc": "A192GCM" }),
        json!({ "kid": "another" }),
        json!({ "crit": ["exp"], "exp": 1 }),
    ];
    for header in unoffered {
        assert_eq!(code(&with_header(&sealed_to(&key), header.clone()), &key), "jwe.policy", "{header}");
    }
    let text = sealed_to(&key);
    let fault = open(&text, std::slice::from_ref(&key), &[Encryption::A256Gcm]).expect_err("not offered");
    assert_eq!(fault, Fault::Policy { expected: "`enc` A256GCM".into(), got: "another one" });
}

/// JWT-047: parts of another size, and additional data that was changed.
#[test]
fn parts_have_their_sizes() {
    let key = key();
    let text = sealed_to(&key);
    let tag = text.rsplit('.').next().expect("a tag").to_owned();
    for short in [1, 4, 8, 12, 15] {
        let cut = base64url::encode(&base64url::decode(&tag).expect("base64url")[..short]);
        assert_eq!(code(&with_part(&text, 4, &cut), &key), "jwe.malformed");
    }
    for iv in ["", "AAAA", "AAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAA="] {
        assert_eq!(code(&with_part(&text, 2, iv), &key), "jwe.malformed");
    }
    assert_eq!(code(&with_part(&text, 1, "AAAA"), &key), "jwe.malformed");
    assert_eq!(code(&with_part(&text, 3, "A"), &key), "jwe.malformed");
    assert_eq!(code(&with_header(&text, json!({ "enc": null })), &key), "jwe.malformed");
    assert_eq!(code(&with_header(&text, json!({ "enc": "none" })), &key), "jwe.malformed");
    assert_eq!(code(&with_header(&text, json!({ "typ": "JWT" })), &key), "jwe.decrypt", "other additional data");
    assert_eq!(code(&with_part(&text, 4, &base64url::encode(&[0; 16])), &key), "jwe.decrypt");
    assert_eq!(code(&with_part(&text, 3, "AAAA"), &key), "jwe.decrypt");
    for text in ["", "a.b.c", "....", "a.b.c.d.e.f", "e30....", "eyJ9....", "bnVsbA....", &text.replace('.', " .")] {
        assert_eq!(code(text, &key), "jwe.malformed", "{text}");
    }
    let doubled = base64url::encode(br#"{"alg":"ECDH-ES","alg":"dir","enc":"A128GCM"}"#);
    assert_eq!(code(&with_part(&text, 0, &doubled), &key), "jwe.malformed");
    assert_eq!(code(&with_part(&text, 0, &"A".repeat(9000)), &key), "jwe.malformed");
    assert_eq!(code(&"A".repeat(JWE_BYTES + 1), &key), "input.too_large");
}

/// VP-013: a key of another session, by its identifier or under ours.
#[test]
fn a_key_of_another_request_does_not_open() {
    let (ours, theirs) = (key(), key());
    assert_eq!(code(&sealed_to(&theirs), &ours), "jwe.policy");
    let members = vec![("kid", json!(ours.kid()))];
    let sealing = Sealing { members, ..Sealing::by(Encryption::A256Gcm) };
    let text = seal(b"{}", &theirs.public_jwk(), &sealing).expect("sealed");
    assert_eq!(code(&text, &ours), "jwe.decrypt");
    assert_eq!(open(&text, &[], &BOTH).expect_err("no key").code(), "jwe.policy");
}

/// A header without `kid` means the only key that there is.
#[test]
fn without_an_identifier_there_is_one_key_or_none() {
    let key = key();
    let mut jwk = key.public_jwk();
    jwk.as_object_mut().expect("an object").remove("kid");
    let text = seal(b"{}", &jwk, &Sealing::by(Encryption::A256Gcm)).expect("sealed");
    assert_eq!(code(&text, &key), "opened");
    assert_eq!(open(&text, &[key.clone(), self::key()], &BOTH).expect_err("two").code(), "jwe.policy");
}

#[test]
fn keys_are_kept_and_shown_to_nobody() {
    let key = key();
    let kept = serde_json::to_vec(&key).expect("JSON");
    let again: EncryptionKey = json::from_slice(&kept).expect("the same");
    assert_eq!(again, key);
    let scalar = base64url::encode(&key.scalar().expect("a scalar"));
    assert!(!format!("{key:?}").contains(&scalar));
    assert!(key.public_jwk().get("d").is_none());
    assert_eq!(key.public_jwk()["use"], "enc");
    assert_ne!(self::key().kid(), key.kid());
    let text = key.private_jwk().expose().to_owned();
    assert_eq!(EncryptionKey::from_private_jwk(&text).expect("a key").thumbprint(), key.thumbprint());
    let other = self::key();
    let mixed = text.replace(&scalar, &base64url::encode(&other.scalar().expect("a scalar")));
    assert_eq!(EncryptionKey::from_private_jwk(&mixed), Err(EncryptionKeyFault));
    assert_eq!(EncryptionKey::from_private_jwk("{}"), Err(EncryptionKeyFault));
}

#[test]
fn what_is_no_recipient_gets_nothing() {
    for jwk in [json!({}), json!([]), json!({ "kty": "oct", "k": "AA" }), json!({ "kty": "EC", "crv": "P-256" })] {
        assert_eq!(seal(b"", &jwk, &Sealing::by(Encryption::A128Gcm)), Err(SealFault::Recipient));
    }
}
