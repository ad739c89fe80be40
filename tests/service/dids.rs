//! Resolving DIDs over HTTP: both styles of answers, who may make the service fetch, and that it fetches nothing odd.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use vidimus::encoding::json::from_slice;
use vidimus::net::clock::Clock;
use vidimus::net::fetch::{Fetcher, Settings};
use vidimus::service::access::keys_in;
use vidimus::service::config::Config;
use vidimus::service::state::Service;

use crate::evidence::{Manner, internet};
use crate::sample::Sample;
use crate::wire::{Answer, Running, connect};

const KEY: &str = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
const WEB: &str = "did:web:issuer.example";
const PLACE: &str = "https://issuer.example/.well-known/did.json";

async fn ask(address: SocketAddr, did: &str, headers: &str) -> Answer {
    let mut client = connect(address).await;
    client.send(format!("GET /1.0/identifiers/{did} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n")).await.unwrap();
    client.answer().await.unwrap()
}

fn json_of(answer: &Answer) -> Value {
    from_slice(answer.body.as_bytes()).unwrap_or_else(|_| panic!("{answer:?}"))
}

fn document() -> Vec<u8> {
    json!({
        "@context": "https://www.w3.org/ns/did/v1",
        "id": WEB,
        "assertionMethod": [{ "id": "#k", "type": "Multikey", "controller": WEB, "publicKeyMultibase": &KEY[8..] }],
        "service": [{ "id": "#files", "type": "Files", "serviceEndpoint": "https://files.example/a" }],
    })
    .to_string()
    .into_bytes()
}

async fn online(config: Config, internet: SocketAddr) -> (Running, Fetcher) {
    let settings = Settings { instead: Some(internet), time: Duration::from_millis(500), ..Settings::default() };
    let fetcher = Fetcher::new(settings, Clock::system()).unwrap();
    (Running::start_with(Service::with(config, Some(fetcher.clone()), Clock::system())).await, fetcher)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_in_the_style_that_is_asked_for() {
    let running = Running::start(Sample::new().config()).await;
    let address = running.address;
    let encoded = KEY.replace(':', "%3A");
    for did in [KEY, encoded.as_str()] {
        let answer = ask(address, did, "accept: application/did-resolution\r\n").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.head.contains("content-type: application/did-resolution\r\n"), "{answer:?}");
        let result = json_of(&answer);
        assert_eq!(result["didDocument"]["id"], KEY);
        assert_eq!(result["didResolutionMetadata"]["contentType"], "application/did");
        assert!(result["didDocumentMetadata"].is_object());
    }
    for media in ["application/did", "application/did+json", "application/did+ld+json"] {
        let answer = ask(address, KEY, &format!("accept: {media}\r\n")).await;
        assert_eq!((answer.status, &json_of(&answer)["id"]), (200, &json!(KEY)));
        assert!(answer.head.contains(&format!("content-type: {media}\r\n")), "{answer:?}");
    }
    let typed = ask(address, &format!("{encoded}?publicKeyFormat=JsonWebKey2020"), "accept: application/did\r\n").await;
    assert_eq!(json_of(&typed)["verificationMethod"][0]["publicKeyJwk"]["crv"], "Ed25519");
    let part = ask(address, &format!("{encoded}%23{}", &KEY[8..]), "accept: application/did\r\n").await;
    assert_eq!(json_of(&part)["type"], "Multikey");
    let html = ask(address, KEY, "accept: text/html\r\n").await;
    assert_eq!(
        (html.status, &json_of(&html)["type"]),
        (406, &json!("https://www.w3.org/ns/did#REPRESENTATION_NOT_SUPPORTED"))
    );
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_stand_in_results_or_are_problems() {
    let running = Running::start(Sample::new().config()).await;
    for (did, status, name) in [
        ("did:example", 400, "INVALID_DID"),
        ("did:key:123", 400, "INVALID_DID"),
        ("did:web:127.0.0.1", 400, "INVALID_DID"),
        ("x", 400, "INVALID_DID"),
        ("did:unsupported:x", 501, "METHOD_NOT_SUPPORTED"),
        ("did%3Akey%3Az6Mk?versionId=1", 501, "FEATURE_NOT_SUPPORTED"),
        ("did%3Akey%3Az6Mk?versionTime=x", 400, "INVALID_OPTIONS"),
        ("did:web:issuer.example", 500, "INTERNAL_ERROR"),
    ] {
        let due = format!("https://www.w3.org/ns/did#{name}");
        let result = ask(running.address, did, "accept: application/did-resolution\r\n").await;
        assert_eq!(result.status, status, "{did}: {result:?}");
        let result = json_of(&result);
        assert_eq!(
            (&result["didDocument"], &result["didResolutionMetadata"]["error"]["type"]),
            (&Value::Null, &json!(due))
        );
        let problem = ask(running.address, did, "accept: application/did\r\n").await;
        assert!(problem.head.contains("content-type: application/problem+json\r\n"), "{problem:?}");
        assert_eq!((problem.status, &json_of(&problem)["type"]), (status, &json!(due)), "{did}");
    }
    let url = ask(running.address, "did:example%23a", "accept: application/did-url-dereferencing\r\n").await;
    assert_eq!(json_of(&url)["dereferencingMetadata"]["error"]["type"], "https://www.w3.org/ns/did#INVALID_DID_URL");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_are_fetched_for_callers_with_a_key() {
    let sample = Sample::new();
    let published = Manner::Publishes(HashMap::from([(PLACE.to_owned(), document())]));
    let (address, calls) = internet(published).await;
    let config = Config {
        offline: false,
        open_access: false,
        api_keys: keys_in("correct-horse-battery").unwrap(),
        ..sample.config()
    };
    let (running, _) = online(config, address).await;
    for headers in ["", "authorization: Bearer correct-horse-batterz\r\n", "authorization: Basic eDp5\r\n"] {
        let answer = ask(running.address, WEB, headers).await;
        assert_eq!(answer.status, 401, "{answer:?}");
        assert!(answer.head.contains("www-authenticate: bearer\r\n"));
    }
    // What needs no fetching needs no key.
    assert_eq!(ask(running.address, KEY, "").await.status, 200);
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    let key = "authorization: Bearer correct-horse-battery\r\n";
    let answer = ask(running.address, WEB, key).await;
    assert_eq!((answer.status, &json_of(&answer)["didDocument"]["id"]), (200, &json!(WEB)));
    let absent = ask(running.address, "did:web:issuer.example:nobody", key).await;
    assert_eq!(absent.status, 404, "{absent:?}");
    let lists = format!("{key}accept: text/uri-list\r\n");
    let place = ask(running.address, &format!("{WEB}?service=files&relativeRef=b%3Fc"), &lists).await;
    assert_eq!(place.status, 303, "{place:?}");
    assert!(place.head.contains("location: https://files.example/b?c\r\n") && place.body.is_empty(), "{place:?}");
    // Another service than that of a developer has no open place, key or not.
    assert!(!Config::new("127.0.0.1:0".parse().unwrap(), "store").open_access);
    assert!(!Config::new("0.0.0.0:0".parse().unwrap(), "store").for_development().open_access);
    running.stop().await;
}

/// DID-001, DID-002, DID-005: nothing is even tried; not one connection leaves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_hosts_are_never_connected_to() {
    let sample = Sample::new();
    let (address, calls) = internet(Manner::Publishes(HashMap::new())).await;
    let (running, fetcher) = online(Config { offline: false, ..sample.config() }, address).await;
    for name in [
        "127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "%5B%3A%3A1%5D",
        "2130706433",
        "0x7f.1",
        "127.1",
        "localhost",
        "issuer.example.",
        "user%40issuer.example",
        "issuer.example%2500",
        "issuer.example%253A22",
        "issuer.example%253A80",
        "issuer.example:..:admin",
        "issuer.example:%252e%252e",
        "issuer.example%252fadmin",
        "issuer.example::a",
        "issuer.example%5Cadmin",
        "xn--example-.org",
        "Issuer.example",
    ] {
        let encoded = format!("did:web:{name}").replace(':', "%3A");
        let answer = ask(running.address, &encoded, "").await;
        assert_eq!(answer.status, 400, "{name}: {answer:?}");
    }
    // A port that documents may have, but this service does not connect to.
    assert_eq!(ask(running.address, "did:web:issuer.example%3A8443", "").await.status, 500);
    assert_eq!((calls.load(Ordering::SeqCst), fetcher.counts().fetched), (0, 0));
    running.stop().await;
}

/// DID-004, DID-006, DID-007: one connection, and no document.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_answers_are_no_documents() {
    let sample = Sample::new();
    for (says, status) in [
        ("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/\r\ncontent-length: 0\r\n\r\n", 500),
        ("HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n", 500),
        ("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", 500),
        ("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>", 500),
        ("HTTP/1.1 200 OK\r\ncontent-length: 29\r\n\r\n{\"id\":\"did:web:other.example\"}", 500),
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", 404),
        ("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n", 410),
        ("nonsense\r\n\r\n", 500),
    ] {
        let (address, calls) = internet(Manner::Says(says)).await;
        let (running, _) = online(Config { offline: false, ..sample.config() }, address).await;
        let answer = ask(running.address, WEB, "").await;
        assert_eq!((answer.status, calls.load(Ordering::SeqCst)), (status, 1), "{says:?}: {answer:?}");
        running.stop().await;
    }
    let (address, _) = internet(Manner::IsSilent).await;
    let (running, _) = online(Config { offline: false, ..sample.config() }, address).await;
    assert_eq!(ask(running.address, WEB, "").await.status, 500);
    running.stop().await;
}
