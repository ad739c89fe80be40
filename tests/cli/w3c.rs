//! `vidimus issue` and `verify` with W3C credentials in JOSE and COSE.

use std::fs;

use serde_json::{Value, json};

use super::{Desk, NOW, code, err, json_out, out, run};

const ISSUER: &str = "https://issuer.example/vc";

/// A credential in a file, its key, and a trust store with that key; arguments that verify with it.
fn prepared(desk: &Desk) -> (String, String, String) {
    let key = desk.path("w3c.pem");
    let jwk = json_out(&run(&["keys", &key]))["jwk"].clone();
    let trust = desk.file("w3c-trust");
    fs::create_dir(&trust).expect("made");
    let kid = format!("{ISSUER}#{}", jwk["kid"].as_str().expect("a text"));
    let formats = ["vc_jwt", "vc_sd_jwt", "vc_cose"];
    let entry = json!({"kind": "issuer", "issuer": ISSUER, "formats": formats, "keys": {"keys": [jwk]}});
    let store = json!({"vidimus_trust": 1, "entries": [entry]});
    fs::write(trust.join("issuer.json"), store.to_string()).expect("written");
    let credential = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:holder", "name": "Mika"},
    });
    fs::write(desk.file("w3c.json"), credential.to_string()).expect("written");
    (key, kid, trust.to_string_lossy().into_owned())
}

#[test]
fn w3c_credentials_go_round() {
    let desk = Desk::new();
    let (key, kid, trust) = prepared(&desk);
    let (content, text) = (desk.path("w3c.json"), desk.path("w3c.txt"));
    for (format, more) in [
        ("vc_jwt", &[][..]),
        ("vc_jwt", &["--enveloped", "--valid-days", "30"]),
        ("vc_sd_jwt", &["--disclosable", "/credentialSubject/name"]),
        ("vc_cose", &[]),
        ("vc_cose", &["--enveloped"]),
    ] {
        let issue = ["issue", format, "--key", &key, "--content", &content, "--kid", &kid, "--out", &text];
        let issued = run(&[&issue[..], &["--at", "2026-01-10T00:00:00Z"], more].concat());
        assert_eq!(code(&issued), 0, "{format}: {}", err(&issued));
        let verified = run(&["verify", "--offline", &text, "--trust", &trust, "--at", NOW, "--json"]);
        assert_eq!(code(&verified), 0, "{format}: {}{}", out(&verified), err(&verified));
        let report: Value = json_out(&verified);
        assert_eq!(report["format"], format, "{report}");
        assert_eq!(report["claims"]["credentialSubject"]["name"], "Mika", "{report}");
    }
}

#[test]
fn broken_documents_are_not_issued() {
    let desk = Desk::new();
    let (key, kid, _) = prepared(&desk);
    let content = desk.path("w3c.json");
    let issue =
        |more: &[&str]| run(&[&["issue", "vc_sd_jwt", "--key", &key, "--content", &content][..], more].concat());
    // Without a name the key goes by its own did:key.
    assert_eq!(code(&issue(&[])), 0);
    for pointer in ["/issuer", "/nothing"] {
        assert_eq!(code(&issue(&["--kid", &kid, "--disclosable", pointer])), 2, "{pointer}");
    }
    fs::write(desk.file("w3c.json"), r#"{"@context":["https://www.w3.org/ns/credentials/v2"]}"#).expect("written");
    let refused = issue(&["--kid", &kid]);
    assert_eq!(code(&refused), 2);
    assert!(err(&refused).contains("vc.type"), "{}", err(&refused));
}
