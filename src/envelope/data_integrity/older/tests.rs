//! Tests of the older suites: which there are, what a proof's value may be, which contexts a proof may bring. Whole verifications are
//! vectors.

use super::*;
use crate::encoding::base64url;
use crate::envelope::data_integrity::suite::{DATA_INTEGRITY_PROOF, SUITES};

const RECOVERY: &str = "https://w3id.org/security/suites/secp256k1recovery-2020/v2";
const JWS: &str = "https://w3id.org/security/suites/jws-2020/v1";

#[test]
fn they_are_verified_and_not_issued() {
    for suite in OLDER_SUITES {
        assert!(Suite::of(suite.proof_type, None).is_some_and(|found| std::ptr::eq(found, suite)), "{}", suite.name);
        assert!(Suite::of(DATA_INTEGRITY_PROOF, Some(suite.name)).is_none(), "{}", suite.name);
        assert!(Suite::by_name(suite.name).is_none(), "{}", suite.name);
        assert!(SUITES.iter().all(|known| known.name != suite.name), "{}", suite.name);
        assert!(suite.needs_created && suite.value_member() == "jws", "{}", suite.name);
    }
    assert_eq!(OLDER_SUITES.len(), vidimus_ssi::proofs::Suite::ALL.len());
    for suite in vidimus_ssi::proofs::Suite::ALL {
        assert!(OLDER_SUITES.iter().any(|known| known.name == suite.name()), "{suite:?}");
    }
}

#[test]
fn a_value_is_a_jws_by_an_algorithm_of_its_suite() {
    let jws = |algorithm: &str| {
        let header = format!(r#"{{"alg":"{algorithm}","b64":false,"crit":["b64"]}}"#);
        format!("{}..AAAA", base64url::encode(header.as_bytes()))
    };
    for (name, takes) in [
        ("Ed25519Signature2018", &["EdDSA"][..]),
        ("JsonWebSignature2020", &["EdDSA", "ES256", "ES384", "ES256K"]),
        ("EcdsaSecp256k1Signature2019", &["ES256K"]),
        ("EcdsaSecp256r1Signature2019", &["ES256"]),
        ("EcdsaSecp256k1RecoverySignature2020", &["ES256K-R"]),
    ] {
        let suite = Suite::of(name, None).unwrap();
        for algorithm in ["EdDSA", "ES256", "ES384", "ES512", "ES256K", "ES256K-R", "PS256", "RS256", "HS256", "BBS"] {
            let opened = Value::open(&jws(algorithm), suite).map(|value| value.key.algorithm.name());
            let due = takes.iter().find(|known| **known == algorithm).copied().ok_or(Code::JoseAlgNotAllowed);
            assert_eq!(opened.map_err(|reason| reason.code()), due, "{name} with {algorithm}");
        }
    }
}

#[test]
fn a_proof_brings_the_context_of_its_suite_or_none() {
    let read = |text: &str| -> json::Value<'static> {
        let leaked: &'static str = Box::leak(text.to_owned().into_boxed_str());
        json::decode(leaked.as_bytes()).unwrap()
    };
    let (alone, listed_one, two) = (read(r#""urn:a""#), read(r#"["urn:a"]"#), read(r#"["urn:a","urn:b"]"#));
    let quoted = |url: &str| read(&format!("\"{url}\""));
    let (jws, recovery) = (quoted(JWS), quoted(RECOVERY));
    let of = |suite, document, proof| contexts_of_options(suite, document, proof).map_err(|reason| reason.code());
    let jws_2020 = OlderSuite::JsonWebSignature2020;
    assert_eq!(of(jws_2020, Some(&two), None), Ok(two.clone()));
    // One context alone and a list of it are the same.
    assert_eq!(of(jws_2020, Some(&alone), Some(&listed_one)), Ok(alone.clone()));
    assert_eq!(of(jws_2020, Some(&alone), Some(&jws)), Ok(read(&format!(r#"["urn:a","{JWS}"]"#))));
    let more = OlderSuite::EcdsaSecp256k1RecoverySignature2020;
    assert_eq!(of(more, Some(&alone), Some(&recovery)), Ok(read(&format!(r#"["urn:a","{RECOVERY}"]"#))));
    for (suite, document, proof) in [
        (jws_2020, Some(&alone), Some(&recovery)),
        (more, Some(&alone), Some(&jws)),
        (OlderSuite::Ed25519Signature2018, Some(&alone), Some(&jws)),
        (jws_2020, Some(&two), Some(&alone)),
        (jws_2020, None, None),
        (jws_2020, None, Some(&jws)),
    ] {
        assert_eq!(of(suite, document, proof), Err(Code::LdContextInline), "{suite:?}");
    }
    let inline = read(&format!(r#"["{JWS}",{{"@vocab":"urn:x"}}]"#));
    assert_eq!(of(jws_2020, Some(&alone), Some(&inline)), Err(Code::LdContextInline));
}
