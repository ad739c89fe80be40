//! Tests: what a configuration file may say, and what is told of what it may not.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::crypto::own_keys::Signer;

/// A folder with a reader's key and certificate, and a secret for webhooks.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let made = make_reader(Some("verifier.example"), Clock::system().now()).unwrap();
    let write = |name: &str, text: &str, mode: u32| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    };
    write("reader.pem", &made.key_pem, 0o600);
    write("open.pem", &made.key_pem, 0o644);
    write("chain.pem", &pem::block_text("CERTIFICATE", &made.leaf), 0o644);
    write("webhook.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", 0o600);
    folder
}

fn read(folder: &TempDir, file: &Value) -> Result<Settings, String> {
    let path = folder.path().join("presentations.json");
    fs::write(&path, file.to_string()).unwrap();
    Settings::from_file(&path).map_err(|fault| fault.to_string())
}

#[test]
fn every_kind_of_client_is_set_up() {
    let folder = folder();
    let did = "did:web:verifier.example";
    let settings = read(
        &folder,
        &json!({
            "base_url": "https://verifier.example/",
            "clients": [
                { "prefix": "x509_hash", "key": "reader.pem", "chain": "chain.pem" },
                { "prefix": "x509_san_dns", "key": "reader.pem", "chain": "chain.pem" },
                { "prefix": "decentralized_identifier", "key": "reader.pem", "did": did, "kid": format!("{did}#1") },
                { "prefix": "redirect_uri" },
                { "client_id": "known", "key": "reader.pem", "kid": "1" },
            ],
            "templates": [{ "name": "pid", "title": "Ours", "dcql_query": { "credentials": [] } }],
            "webhook_secret": "webhook.secret",
            "profile": "haip",
        }),
    )
    .unwrap();
    let ids: Vec<String> = settings.clients.all().iter().map(|client| client.id("https://r.example/x")).collect();
    assert!(ids[0].starts_with("x509_hash:"), "{ids:?}");
    assert_eq!(ids[1], "x509_san_dns:verifier.example");
    assert_eq!(
        ids[2..],
        [format!("decentralized_identifier:{did}"), "redirect_uri:https://r.example/x".into(), "known".into()]
    );
    assert_eq!(settings.base_url.as_deref(), Some("https://verifier.example"));
    assert_eq!(settings.profile, Some(Profile::Haip));
    let titles: Vec<&str> =
        settings.templates.iter().filter(|it| it.name == "pid").map(|it| it.title.as_str()).collect();
    assert_eq!(titles, ["Ours"]);
    assert!(settings.take_webhook_secret().is_some() && settings.take_webhook_secret().is_none());
}

#[test]
fn what_makes_no_sense_is_told() {
    let folder = folder();
    let x509 = json!({ "prefix": "x509_hash", "key": "reader.pem", "chain": "chain.pem" });
    let with = |name: &str, value: Value| {
        let mut row = x509.clone();
        row[name] = value;
        json!({ "clients": [row] })
    };
    for (file, told) in [
        (json!({}), "one to 64 clients"),
        (json!({ "clients": [x509], "no_such": 1 }), "presentations.json"),
        (json!({ "clients": [x509], "base_url": "http://verifier.example" }), "https://"),
        (json!({ "clients": [x509], "base_url": "https://verifier.example/path" }), "no path"),
        (json!({ "clients": [x509], "profile": "HAIP" }), "profile"),
        (json!({ "clients": [x509], "webhook_secret": "reader.pem" }), "whsec_"),
        (json!({ "clients": [{ "prefix": "openid_federation" }] }), "`prefix` is one of"),
        (json!({ "clients": [{ "prefix": "redirect_uri", "key": "reader.pem" }] }), "nothing for redirect_uri"),
        (
            json!({ "clients": [{ "prefix": "x509_san_dns", "key": "reader.pem", "chain": "chain.pem" }] }),
            "`base_url` is due",
        ),
        (json!({ "clients": [{ "client_id": "known", "key": "reader.pem" }] }), "go together"),
        (json!({ "clients": [{ "prefix": "x509_hash", "chain": "chain.pem" }] }), "`key` is due"),
        (with("did", json!("did:web:x")), "`did` is nothing for x509_hash"),
        (with("key", json!("open.pem")), "0644"),
        (with("key", json!("absent.pem")), "absent.pem"),
        (with("chain", json!("webhook.secret")), "no certificate"),
    ] {
        let refused = read(&folder, &file).err().unwrap_or_else(|| panic!("{file} was taken"));
        assert!(refused.contains(told), "{refused}");
    }
    let other = OwnKey::generate_p256().unwrap();
    let path = folder.path().join("reader.pem");
    fs::write(&path, other.1.as_bytes()).unwrap();
    assert!(read(&folder, &json!({ "clients": [x509] })).unwrap_err().contains("another key"));
    assert!(!other.0.public_key().to_spki_der().is_empty());
}

#[test]
fn a_developer_needs_no_configuration() {
    let settings = Settings::for_development(None).unwrap();
    let ids: Vec<String> = settings.clients.all().iter().map(|client| client.id("http://localhost/r")).collect();
    assert!(ids[0].starts_with("x509_hash:"), "the default");
    assert_eq!(ids[1..], ["x509_san_dns:localhost", "redirect_uri:http://localhost/r"]);
    assert!(settings.is_development && settings.authority_pem.is_some());
    assert_eq!(
        Settings::for_development(Some("https://dev.example")).unwrap().clients.all()[1].id(""),
        "x509_san_dns:dev.example"
    );
    assert!(Settings::for_development(Some("http://dev.example")).is_err());
}
