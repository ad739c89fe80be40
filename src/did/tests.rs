//! Tests of resolving: which method answers, what is missing, and what is refused.

use super::*;
use crate::did::document::Purpose;
use crate::evidence::Document;
use crate::time::Timestamp;

const WEB: &str = "did:web:issuer.example";
const PLACE: &str = "https://issuer.example/.well-known/did.json";

fn evidence(locator: &str, status: u16, body: &str) -> Evidence {
    let mut evidence = Evidence::none();
    let fetched_at = Timestamp::from_seconds(0);
    evidence.insert(Document { locator: locator.to_owned(), status, fetched_at, body: body.as_bytes().to_vec() });
    evidence
}

fn fault(did: &str, evidence: &Evidence) -> Code {
    match resolve(did, evidence) {
        Resolution::Fault(reason) => reason.code(),
        other => panic!("{did}: {other:?}"),
    }
}

#[test]
fn each_method_answers() {
    let none = Evidence::none();
    for did in [
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJYMjU1MTkiLCJ1c2UiOiJlbmMiLCJ4IjoiM3A3YmZYdDl3YlRUVzJIQzdPUTFOei1EUThoYmVHZE5yZngtRkctSUswOCJ9",
        "did:peer:0z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH",
        "did:pkh:doge:DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L",
    ] {
        let Resolution::Document(document) = resolve(did, &none) else { panic!("{did}") };
        assert_eq!((document.id(), document.locator()), (did, None));
    }
    assert_eq!(fault("did:ion:EiCUAQ", &none), Code::DidMethodUnsupported);
    assert_eq!(fault("did:example", &none), Code::DidSyntax);
    assert_eq!(fault("did:web:127.0.0.1", &none), Code::DidSyntax);
    assert_eq!(fault("https://issuer.example", &none), Code::DidSyntax);
}

#[test]
fn a_web_document_is_missing_then_found() {
    let Resolution::Missing(reason, Some(locator)) = resolve(WEB, &Evidence::none()) else { panic!("not missing") };
    assert_eq!((reason.code(), locator.as_str()), (Code::TrustKeyUnavailable, PLACE));
    let Resolution::Document(document) = resolve(WEB, &evidence(PLACE, 200, r#"{"id":"did:web:issuer.example"}"#))
    else {
        panic!("not found")
    };
    assert_eq!(document.locator(), Some(PLACE));
    assert!(matches!(resolve(WEB, &evidence(PLACE, 404, "")), Resolution::Missing(_, None)));
    assert!(matches!(resolve(WEB, &evidence(PLACE, 0, "")), Resolution::Missing(_, None)));
}

/// DID-006, DID-010.
#[test]
fn wrong_documents_are_refused() {
    assert_eq!(fault(WEB, &evidence(PLACE, 200, r#"{"id":"did:web:other.example"}"#)), Code::DidIdMismatch);
    assert_eq!(fault(WEB, &evidence(PLACE, 200, "<html>")), Code::JsonSyntax);
    assert_eq!(fault(WEB, &evidence(PLACE, 410, "")), Code::DidDeactivated);
    let gone = r#"{"id":"did:web:issuer.example","deactivated":true}"#;
    assert_eq!(fault(WEB, &evidence(PLACE, 200, gone)), Code::DidDeactivated);
    let at_a_time = "did:web:issuer.example?versionTime=2021-05-10T17:00:00Z";
    assert_eq!(fault(at_a_time, &evidence(PLACE, 200, r#"{"id":"did:web:issuer.example"}"#)), Code::DidSyntax);
}

#[test]
fn long_dids_are_refused_in_the_words_of_their_method() {
    let long = "A".repeat(1 << 20);
    for (method, code) in [
        ("key", Code::DidKeyMalformed),
        ("jwk", Code::DidJwkMalformed),
        ("peer", Code::DidPeerMalformed),
        ("web", Code::DidSyntax),
        ("pkh", Code::DidSyntax),
    ] {
        assert_eq!(fault(&format!("did:{method}:{long}"), &Evidence::none()), code);
    }
}

#[test]
fn other_methods_go_to_the_resolver() {
    let resolver = Resolver::new("https://resolver.example/1.0/identifiers/").unwrap();
    let asked = |evidence: &Evidence| resolve_by("did:ion:abc", evidence, Some(&resolver));
    let Resolution::Missing(_, Some(locator)) = asked(&Evidence::none()) else { panic!("not missing") };
    let found = evidence(locator.as_str(), 200, r#"{"didDocument":{"id":"did:ion:abc"}}"#);
    assert!(matches!(asked(&found), Resolution::Document(_)));
    // What is built in is never asked for elsewhere.
    let built_in = resolve_by("did:key:z6Mk", &Evidence::none(), Some(&resolver));
    assert!(matches!(built_in, Resolution::Fault(_)));
}

#[test]
fn a_url_comes_apart() {
    assert_eq!(split("did:a:b#c"), ("did:a:b", Some("c")));
    assert_eq!(split("did:a:b"), ("did:a:b", None));
    let (did, fragment) = split(
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK#z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
    );
    let Resolution::Document(document) = resolve(did, &Evidence::none()) else { panic!("not resolved") };
    assert!(document.key(&format!("#{}", fragment.unwrap()), Purpose::AssertionMethod).is_ok());
}
