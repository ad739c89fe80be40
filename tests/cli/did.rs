//! `vidimus did`: what it prints, and how it ends.

use std::fs;

use tempfile::TempDir;
use vidimus::crypto::digest::sha256;
use vidimus::encoding::json::from_slice;
use vidimus::encoding::multibase::{self, Base};

use super::{code, err, out, run};

const KEY: &str = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";

#[test]
fn a_key_resolves_offline() {
    let shown = run(&["did", "resolve", KEY, "--offline"]);
    assert_eq!(code(&shown), 0, "{}", err(&shown));
    assert!(
        out(&shown).contains("Multikey (Ed25519)") && out(&shown).contains("for     assertionMethod, authentication")
    );
    let document = run(&["did", "resolve", KEY, "--document", "--key-type", "JsonWebKey2020"]);
    let document: serde_json::Value = from_slice(&document.stdout).expect("JSON");
    assert_eq!(document["verificationMethod"][0]["type"], "JsonWebKey2020");
    let result = run(&["did", "resolve", KEY, "--json"]);
    let result: serde_json::Value = from_slice(&result.stdout).expect("JSON");
    assert_eq!(result["didDocument"]["id"], KEY);
}

#[test]
fn what_is_wrong_is_told() {
    for (did, exit, words) in [
        ("did:example", 1, "did.syntax"),
        ("did:unsupported:x", 1, "did.method_unsupported"),
        ("did:web:127.0.0.1", 1, "did.syntax"),
        ("did:web:issuer.example", 3, "https://issuer.example/.well-known/did.json"),
    ] {
        let told = run(&["did", "resolve", did, "--offline"]);
        assert_eq!(code(&told), exit, "{did}: {}", err(&told));
        assert!(err(&told).contains(words) && out(&told).is_empty(), "{did}: {}", err(&told));
    }
    assert_eq!(code(&run(&["did", "resolve", KEY, "--resolver", "http://resolver.example/"])), 2);
    assert_eq!(code(&run(&["did", "resolve", KEY, "--key-type", "Other"])), 2);
}

#[test]
fn evidence_stands_in_for_the_network() {
    let folder = TempDir::new().expect("a folder");
    let place = folder.path().join("issuer.example/.well-known");
    fs::create_dir_all(&place).expect("made");
    let document = format!(
        r##"{{"id":"did:web:issuer.example","assertionMethod":[{{"id":"#k","type":"Multikey","controller":"did:web:issuer.example","publicKeyMultibase":"{}"}}],"service":[{{"id":"#files","type":"Files","serviceEndpoint":"https://files.example/a"}}]}}"##,
        &KEY[8..]
    );
    fs::write(place.join("did.json"), document).expect("written");
    let evidence = folder.path().to_str().expect("UTF-8");
    let with = |arguments: &[&str]| run(&[&["did"], arguments, &["--offline", "--evidence", evidence]].concat());
    let shown = with(&["resolve", "did:web:issuer.example"]);
    assert!(out(&shown).contains("found at https://issuer.example/.well-known/did.json"), "{}", err(&shown));
    let method = with(&["dereference", "did:web:issuer.example#k", "--for", "assertionMethod"]);
    assert!(out(&method).contains("\"publicKeyMultibase\""), "{}", err(&method));
    assert_eq!(code(&with(&["dereference", "did:web:issuer.example#k", "--for", "authentication"])), 1);
    let urls = with(&["dereference", "did:web:issuer.example?service=files&relativeRef=b", "--urls"]);
    assert_eq!(out(&urls), "https://files.example/b\n");
    assert_eq!(code(&with(&["dereference", "did:web:issuer.example?versionId=1"])), 1);
}

#[test]
fn a_long_form_stands_in_for_its_short_form() {
    let document = br##"{"authentication":[{"id":"#k","type":"Multikey"}]}"##;
    let encoded = multibase::encode(Base::Base58Btc, &[&[0x80, 0x04], document.as_slice()].concat());
    let hash = [&[0x12, 0x20], sha256(encoded.as_bytes()).as_slice()].concat();
    let long = format!("did:peer:4{}:{encoded}", multibase::encode(Base::Base58Btc, &hash));
    let short = long.rsplit_once(':').expect("a long form").0;
    assert_eq!(code(&run(&["did", "resolve", &long, "--offline"])), 0);
    assert_ne!(code(&run(&["did", "resolve", short, "--offline"])), 0);
    let folder = TempDir::new().expect("a folder");
    let known = folder.path().join("known.json");
    fs::write(&known, format!(r#"{{"{long}":{{}}}}"#)).expect("written");
    let shown = run(&["did", "resolve", short, "--offline", "--evidence", known.to_str().expect("UTF-8")]);
    assert_eq!(code(&shown), 0, "{}", err(&shown));
}
