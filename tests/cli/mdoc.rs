//! mdocs by the command: a test authority, an issued document, and what `verify` says of it.

use std::fs;

use serde_json::json;

use crate::{code, err, json_out, out, run};

#[test]
fn a_test_authority_issues_what_is_verified() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let made = run(&["keys", "--test-ca", &path("ca"), "--country", "XV"]);
    assert_eq!(code(&made), 0, "{}", err(&made));
    let device = run(&["keys", &path("device.pem")]);
    fs::write(path("device.json"), json_out(&device)["jwk"].to_string()).expect("written");
    let content = json!({
        "docType": "org.iso.18013.5.1.mDL",
        "nameSpaces": { "org.iso.18013.5.1": {
            "family_name": "Lindqvist", "birth_date": {"$date": "1964-08-12"}, "portrait": {"$bytes": "_9j_4A"},
            "issuing_country": "XV",
        }},
    });
    fs::write(path("content.json"), content.to_string()).expect("written");
    let (key, certificate) = (path("ca/signer.key.pem"), path("ca/signer.cert.pem"));
    let arguments = ["issue", "mdoc", "--key", &key, "--cert", &certificate, "--content", &path("content.json")];
    let issue = |more: &[&str]| run(&[&arguments[..], more].concat());
    let issued = issue(&["--device-key", &path("device.json"), "--valid-days", "30"]);
    assert_eq!(code(&issued), 0, "{}", err(&issued));
    let text = out(&issued).trim().to_owned();
    let verify = |more: &[&str]| {
        let trust = path("ca/trust");
        run(&[&["verify", "--json", "--offline", "--environment", "test", "--trust", &trust], more].concat())
    };
    let accepted = verify(&[&text]);
    assert_eq!(code(&accepted), 0, "{}", out(&accepted));
    let report = json_out(&accepted);
    assert_eq!(report["core"]["person"]["birth_date"], "1964-08-12");
    assert_eq!(report["claims"]["nameSpaces"]["org.iso.18013.5.1"]["portrait"], "_9j_4A");
    let asked = verify(&["--element", "org.iso.18013.5.1/family_name", &text]);
    assert!(out(&asked).contains("mdoc.over_disclosed"));
    // A session asks for a device, which an issuer's part alone does not have.
    let session = r#"{"handover": "openid4vp", "client_id": "c", "response_uri": "https://v.example"}"#;
    let refused = verify(&["--nonce", "n", "--session", session, &text]);
    assert_eq!(code(&refused), 1);
    assert!(out(&refused).contains("mdoc.device_auth_missing"));
    for wrong in [&["--session", "{}"][..], &["--session", r#"{"handover": "nfc"}"#], &["--session", "/nonexistent"]] {
        assert_eq!(code(&verify(&[wrong, &[&text]].concat())), 2, "{wrong:?}");
    }
    assert_eq!(code(&issue(&[])), 2, "no device");
    assert_eq!(code(&run(&["keys", "--test-ca", &path("other"), "--country", "xv"])), 2);
    assert_eq!(code(&run(&["keys", "--test-ca", &path("ca")])), 2, "keys are never replaced");
}
