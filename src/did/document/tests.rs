//! Tests of DID documents: finding keys, and documents that are not to be trusted.

use super::*;

const SUBJECT: &str = "did:web:issuer.example";
const KEY: &str = "did:web:issuer.example#key-1";
const JWK: &str = r#"{"kty":"EC","crv":"P-256","x":"zRR-XGsCp12Vvbgui4DD6O6cqmhfPuXMhi1OxPl8760","y":"Iv5SU6FuW-TRYh5_GOrJlcV_gpF_GpFQhCOD8LSk3T0"}"#;
const X25519: &str = "z6LShs9GGnqk85isEBzzshkuVWrVKsRp24GnDuHk8QWkARMW";
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn document(methods: &str, assertion: &str) -> Result<DidDocument, Reason> {
    let text = format!(r#"{{"id":"{SUBJECT}","verificationMethod":[{methods}],"assertionMethod":[{assertion}]}}"#);
    DidDocument::decode(text.as_bytes(), SUBJECT)
}

fn method(id: &str, more: &str) -> String {
    format!(r#"{{"id":"{id}","type":"JsonWebKey2020","controller":"{SUBJECT}","publicKeyJwk":{JWK}{more}}}"#)
}

fn asserts(document: Result<DidDocument, Reason>, id: &str) -> Result<(), Code> {
    document.unwrap().key_at(id, Purpose::AssertionMethod, NOW).map(|_| ()).map_err(|reason| reason.code())
}

#[test]
fn finds_referenced_relative_and_embedded_keys() {
    let reference = format!("\"{KEY}\"");
    assert_eq!(asserts(document(&method(KEY, ""), &reference), KEY), Ok(()));
    assert_eq!(asserts(document(&method("#key-1", ""), &reference), KEY), Ok(()));
    assert_eq!(asserts(document(&method(KEY, ""), "\"#key-1\""), KEY), Ok(()));
    assert_eq!(asserts(document("", &method("#key-1", "")), KEY), Ok(()));
    assert_eq!(asserts(document("", &method("#key-1", "")), "#key-1"), Ok(()));
    let both = document(&format!("{},{}", method("#key-1", ""), method("#key-2", "")), "\"#key-2\"");
    assert_eq!(asserts(both.clone(), "#key-2"), Ok(()));
    assert_eq!(asserts(both, "#key-1"), Err(Code::DidVmRelationship));
}

#[test]
fn a_purpose_is_no_other_purpose() {
    let text = format!(
        r##"{{"id":"{SUBJECT}","authentication":[{}],"keyAgreement":[{{"id":"#x","type":"Multikey","publicKeyMultibase":"{X25519}"}}]}}"##,
        method("#key-1", "")
    );
    let document = DidDocument::decode(text.as_bytes(), SUBJECT).unwrap();
    assert!(document.key("#key-1", Purpose::Authentication).is_ok());
    for purpose in Purpose::ALL.into_iter().filter(|purpose| *purpose != Purpose::Authentication) {
        assert_eq!(document.key("#key-1", purpose).unwrap_err().code(), Code::DidVmRelationship, "{purpose}");
    }
    assert!(document.key("#x", Purpose::KeyAgreement).is_ok());
    assert_eq!(document.key("#x", Purpose::AssertionMethod).unwrap_err().code(), Code::DidKeyMalformed);
    assert_eq!(document.ids_for(Purpose::Authentication).collect::<Vec<_>>(), [KEY]);
    assert_eq!(Purpose::from_name("authentication"), Some(Purpose::Authentication));
    assert_eq!(Purpose::from_name("Authentication"), None);
}

#[test]
fn a_method_must_be_there() {
    assert_eq!(asserts(document("", ""), KEY), Err(Code::DiVmMissing));
    assert_eq!(asserts(document("", "\"#key-1\""), KEY), Err(Code::DiVmMissing));
    assert_eq!(asserts(document(&method(KEY, ""), "\"#key-1\""), "#KEY-1"), Err(Code::DiVmMissing));
    assert_eq!(
        asserts(document(&method(KEY, ""), "\"#key-1\""), "did:web:other.example#key-1"),
        Err(Code::DiVmMissing)
    );
}

/// DID-011: whose keys are meant is for the other document to say, and that is not asked.
#[test]
fn keys_of_other_documents_are_not_followed() {
    let other = "did:web:other.example#key-1";
    assert_eq!(asserts(document("", &format!("\"{other}\"")), other), Err(Code::DidDepth));
    assert_eq!(asserts(document(&format!("\"{other}\""), ""), other), Err(Code::DidDepth));
    let many = vec![format!("\"{other}\""); METHODS + 1].join(",");
    assert_eq!(document(&many, "").unwrap_err().code(), Code::InputTooManyItems);
}

#[test]
fn a_method_ends() {
    let at = |more: &str| asserts(document(&method(KEY, more), "\"#key-1\""), KEY);
    assert_eq!(at(r#","expires":"2030-01-01T00:00:00Z""#), Ok(()));
    assert_eq!(at(r#","expires":"2030-01-01T00:00:00""#), Ok(()));
    assert_eq!(at(r#","expires":"2020-01-01T00:00:00Z""#), Err(Code::DiVmInvalid));
    assert_eq!(at(r#","revoked":"2020-01-01T00:00:00Z""#), Err(Code::DiVmInvalid));
    assert_eq!(at(&format!(r#","revoked":"{NOW}""#)), Err(Code::DiVmInvalid));
    assert_eq!(at(r#","expires":7"#), Err(Code::DiVmInvalid));
    assert_eq!(at(r#","revoked":"soon""#), Err(Code::DiVmInvalid));
    let ending = document(&method(KEY, r#","expires":"2030-01-01T00:00:00Z""#), "\"#key-1\"").unwrap();
    assert_eq!(ending.key(KEY, Purpose::AssertionMethod).unwrap_err().code(), Code::DiVmInvalid);
}

/// DID-016: what a document says about other names and controllers changes nothing about its keys.
#[test]
fn claims_about_others_are_no_control() {
    let text = format!(
        r#"{{"id":"{SUBJECT}","alsoKnownAs":["did:web:bank.example"],"controller":"did:web:bank.example","assertionMethod":[{}]}}"#,
        method("#key-1", "")
    );
    let document = DidDocument::decode(text.as_bytes(), SUBJECT).unwrap();
    assert_eq!(document.controller_of("#key-1"), Some(SUBJECT));
    assert_eq!(
        document.key("did:web:bank.example#key-1", Purpose::AssertionMethod).unwrap_err().code(),
        Code::DiVmMissing
    );
    assert_eq!(DidDocument::decode(text.as_bytes(), "did:web:bank.example").unwrap_err().code(), Code::DidIdMismatch);
    let foreign = method("#key-1", "").replace(SUBJECT, "did:web:bank.example");
    assert_eq!(self::document("", &foreign).unwrap().controller_of(KEY), Some("did:web:bank.example"));
}

/// DID-012.
#[test]
fn twins_are_refused() {
    for id in ["#key-1", KEY, "#KEY-1"] {
        let twins = format!("{},{}", method("#key-1", ""), method(id, ""));
        assert_eq!(document(&twins, "").unwrap_err().code(), Code::DidDuplicateVm, "{id}");
        let other = method(id, r#","x":1"#);
        assert_eq!(document(&method("#key-1", ""), &other).unwrap_err().code(), Code::DidDuplicateVm, "{id}");
    }
    // The same method, word by word, in a relationship: no doubt which key is meant.
    assert_eq!(asserts(document(&method("#key-1", ""), &method("#key-1", "")), KEY), Ok(()));
}

/// DID-017.
#[test]
fn too_many_methods_are_refused() {
    let methods = |count: usize| (0..count).map(|at| method(&format!("#{at}"), "")).collect::<Vec<_>>().join(",");
    assert!(document(&methods(METHODS), "").is_ok());
    let reason = document(&methods(METHODS + 1), "").unwrap_err();
    assert_eq!((reason.code(), reason.stage()), (Code::InputTooManyItems, Stage::Key));
    let references = vec!["\"#a\""; REFERENCES + 1].join(",");
    assert_eq!(document("", &references).unwrap_err().code(), Code::InputTooManyItems);
}

#[test]
fn refuses_other_subjects_and_shapes() {
    let text = format!(r#"{{"id":"{SUBJECT}"}}"#);
    assert!(DidDocument::decode(text.as_bytes(), SUBJECT).is_ok());
    // A method without a name is nobody's: it is passed over.
    let nameless = format!("{},{{\"type\":\"Multikey\"}}", method("#key-1", ""));
    assert_eq!(document(&nameless, "\"#key-1\"").unwrap().methods().len(), 1);
    for (text, code) in [
        (r#"{"id":"did:web:other.example"}"#.to_owned(), Code::DidIdMismatch),
        (r#"{"id":"did:web:issuer.example#a"}"#.to_owned(), Code::DidIdMismatch),
        (r#"{"id":7}"#.to_owned(), Code::DidDocumentInvalid),
        (r#"[]"#.to_owned(), Code::DidDocumentInvalid),
        (r#"{"id":"did:web:issuer.example","assertionMethod":"x"}"#.to_owned(), Code::DidDocumentInvalid),
        (r#"{"id":"did:web:issuer.example","verificationMethod":[7]}"#.to_owned(), Code::DidDocumentInvalid),
        (r#"{"id":"did:web:issuer.example","verificationMethod":[{"id":7}]}"#.to_owned(), Code::DidDocumentInvalid),
        (r#"{"id":"did:web:issuer.example","id":"did:web:issuer.example"}"#.to_owned(), Code::JsonDuplicateKey),
        (format!(r#"{{"id":"{SUBJECT}","x":"{}"}}"#, "a".repeat(limits::EVIDENCE_BYTES)), Code::InputTooLarge),
    ] {
        let reason = DidDocument::decode(text.as_bytes(), SUBJECT).unwrap_err();
        assert_eq!((reason.code(), reason.stage()), (code, Stage::Key), "{}", text.get(..80).unwrap_or(&text));
    }
}
