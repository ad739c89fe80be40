//! Tests of resolving and dereferencing as a resolver answers.

use super::*;
use crate::evidence::Document;
use crate::time::Timestamp;

const KEY: &str = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
const WEB: &str = "did:web:issuer.example";

fn published() -> Evidence {
    let body = r##"{
        "@context": ["https://www.w3.org/ns/did/v1.1"],
        "id": "did:web:issuer.example",
        "verificationMethod": [{ "id": "#keys-1", "type": "Multikey", "controller": "did:web:issuer.example",
            "publicKeyMultibase": "z6MkmM42vxfqZQsv4ehtTjFFxQ4sQKS2w6WR7emozFAn5cxu" }],
        "assertionMethod": ["#keys-1"],
        "service": [
            { "id": "did:web:issuer.example#files", "type": "Files", "serviceEndpoint": "https://files.example/a/b" },
            { "id": "#both", "type": ["Files", "More"], "serviceEndpoint": ["https://one.example/", "https://two.example/#x"] },
            { "id": "#map", "type": "Map", "serviceEndpoint": { "uri": "https://map.example/" } }
        ]
    }"##;
    answer(200, body)
}

fn answer(status: u16, body: &str) -> Evidence {
    let mut evidence = Evidence::none();
    let locator = "https://issuer.example/.well-known/did.json".to_owned();
    evidence.insert(Document {
        locator,
        status,
        fetched_at: Timestamp::from_seconds(0),
        body: body.as_bytes().to_vec(),
    });
    evidence
}

fn error<T: std::fmt::Debug>(outcome: Outcome<T>) -> Error {
    match outcome {
        Outcome::Failed(error, _) => error,
        other => panic!("{other:?}"),
    }
}

fn led(url: &str, as_urls: bool) -> Outcome<Content> {
    dereference(url, as_urls, Options::default(), (&published(), None))
}

fn urls(url: &str) -> Vec<String> {
    match led(url, true) {
        Outcome::Found(Content::Urls(urls)) => urls,
        other => panic!("{url}: {other:?}"),
    }
}

fn found(url: &str) -> serde_json::Value {
    match led(url, false) {
        Outcome::Found(Content::Document(text) | Content::Object(text)) => decoded(&text).unwrap(),
        other => panic!("{url}: {other:?}"),
    }
}

#[test]
fn each_failure_has_its_error() {
    let none = Evidence::none();
    let failed = |did: &str| error(resolve(did, &none, None));
    assert_eq!(failed("did:example"), Error::InvalidDid);
    assert_eq!(failed("did:key_222"), Error::InvalidDid);
    assert_eq!(failed("did:key:123"), Error::InvalidDid);
    assert_eq!(failed("did:web:127.0.0.1"), Error::InvalidDid);
    assert_eq!(failed("did:unsupported:x"), Error::MethodNotSupported);
    assert!(matches!(resolve(WEB, &none, None), Outcome::Missing(_)));
    assert_eq!(error(resolve(WEB, &answer(404, ""), None)), Error::NotFound);
    assert_eq!(error(resolve(WEB, &answer(0, ""), None)), Error::Internal);
    assert_eq!(error(resolve(WEB, &answer(503, ""), None)), Error::Internal);
    assert_eq!(error(resolve(WEB, &answer(200, "{"), None)), Error::InvalidDidDocument);
    assert_eq!(error(resolve(WEB, &answer(200, r#"{"id":"did:web:a.example"}"#), None)), Error::InvalidDidDocument);
    assert!(matches!(resolve(WEB, &answer(410, ""), None), Outcome::Deactivated));
    for error in Error::ALL {
        assert!((400..=501).contains(&error.status()) && error.url().contains('#') && error.title().ends_with('.'));
    }
}

#[test]
fn results_are_written() {
    let options = Options::default();
    let result =
        |outcome: &Outcome<DidDocument>| decoded(&resolution_result(outcome, options, "application/did")).unwrap();
    let resolved = result(&resolve(KEY, &Evidence::none(), None));
    assert_eq!(resolved["didDocument"]["id"], KEY);
    assert_eq!(resolved["didResolutionMetadata"], serde_json::json!({ "contentType": "application/did" }));
    let failed = result(&resolve("did:example", &Evidence::none(), None));
    assert_eq!(failed["didDocument"], serde_json::Value::Null);
    assert_eq!(failed["didResolutionMetadata"]["error"]["type"], "https://www.w3.org/ns/did#INVALID_DID");
    assert_eq!(result(&Outcome::Deactivated)["didDocumentMetadata"]["deactivated"], true);
    let missing = result(&resolve(WEB, &Evidence::none(), None));
    assert_eq!(missing["didResolutionMetadata"]["error"]["type"], "https://www.w3.org/ns/did#INTERNAL_ERROR");
    let led = decoded(&dereferencing_result(&led("did:web:issuer.example#keys-1", false), "application/did")).unwrap();
    assert_eq!(led["content"]["type"], "Multikey");
    assert_eq!(led["dereferencingMetadata"]["contentType"], "application/did");
}

#[test]
fn fragments_lead_to_objects() {
    assert_eq!(found(WEB)["id"], WEB);
    let method = found("did:web:issuer.example#keys-1");
    assert_eq!(
        (&method["type"], &method["@context"][0]),
        (&"Multikey".into(), &"https://www.w3.org/ns/did/v1.1".into())
    );
    assert_eq!(found("did:web:issuer.example#files")["type"], "Files");
    assert_eq!(error(led("did:web:issuer.example#keys-2", false)), Error::NotFound);
    assert_eq!(error(led("did:web:issuer.example#keys-1", true)), Error::RepresentationNotSupported);
    assert_eq!(error(led("did:web:issuer.example#a#b", false)), Error::InvalidDidUrl);
    let for_purpose = |purpose| {
        let options = Options { relationship: Some(purpose), ..Options::default() };
        dereference("did:web:issuer.example#keys-1", false, options, (&published(), None))
    };
    assert!(matches!(for_purpose(Purpose::AssertionMethod), Outcome::Found(_)));
    assert_eq!(error(for_purpose(Purpose::Authentication)), Error::InvalidRelationship);
    let agreement = format!("{KEY}#z6LSj72tK8brWgZja8NLRwPigth2T9QRiG1uH9oKZuKjdh9p");
    assert_eq!(found(&agreement)["type"], "Multikey");
}

#[test]
fn services_are_chosen() {
    assert_eq!(found("did:web:issuer.example?service=files")["service"].as_array().map(Vec::len), Some(1));
    assert_eq!(found("did:web:issuer.example?serviceType=Files")["service"].as_array().map(Vec::len), Some(2));
    assert_eq!(urls("did:web:issuer.example?service=files"), ["https://files.example/a/b"]);
    assert_eq!(
        urls("did:web:issuer.example?service=files&relativeRef=%2Fresume.pdf%3Fv%3D1#intro"),
        ["https://files.example/resume.pdf?v=1#intro"]
    );
    assert_eq!(urls("did:web:issuer.example?service=files&relativeRef=../c"), ["https://files.example/c"]);
    assert_eq!(urls("did:web:issuer.example?service=both"), ["https://one.example/", "https://two.example/#x"]);
    assert_eq!(error(led("did:web:issuer.example?service=both#frag", true)), Error::InvalidDidUrl);
    assert_eq!(error(led("did:web:issuer.example?service=map", true)), Error::NotFound);
    assert_eq!(error(led("did:web:issuer.example?service=none", true)), Error::NotFound);
    assert_eq!(error(led("did:web:issuer.example?relativeRef=/a", true)), Error::NotFound);
}

/// DID-010: versions are not had, and what nobody knows leads nowhere.
#[test]
fn versions_and_unknown_parameters_are_refused() {
    for (query, due) in [
        ("versionId=1", Error::FeatureNotSupported),
        ("versionTime=2021-05-10T17:00:00Z", Error::FeatureNotSupported),
        ("versionTime=yesterday", Error::InvalidOptions),
        ("expandRelativeUrls=true", Error::FeatureNotSupported),
        ("expandRelativeUrls=maybe", Error::InvalidOptions),
        ("verificationRelationship=any", Error::InvalidOptions),
        ("hl=zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e", Error::NotFound),
        ("a=1&a=2", Error::InvalidDidUrl),
        ("service=%ff", Error::InvalidDidUrl),
    ] {
        assert_eq!(error(led(&format!("{WEB}?{query}"), false)), due, "{query}");
    }
    assert_eq!(error(led("did:web:issuer.example/path", false)), Error::NotFound);
    assert_eq!(error(led("did:example", false)), Error::InvalidDidUrl);
    assert_eq!(error(led("did:unsupported:x#y", false)), Error::MethodNotSupported);
    let many = (0..=PARAMETERS).map(|at| format!("a{at}=1")).collect::<Vec<_>>().join("&");
    assert_eq!(error(led(&format!("{WEB}?{many}"), false)), Error::InvalidDidUrl);
}
