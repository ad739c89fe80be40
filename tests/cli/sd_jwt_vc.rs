//! `vidimus issue` and `verify` with SD-JWT VCs: by a named key, by certificates, and shown by a holder.

use std::fs;

use serde_json::{Value, json};

use super::{Desk, NOW, code, err, json_out, run};

const ISSUER: &str = "https://issuer.example";

fn prepared(desk: &Desk) -> (String, String, String) {
    let key = desk.path("sd-jwt-vc.pem");
    let jwk = json_out(&run(&["keys", &key]))["jwk"].clone();
    let trust = desk.file("sd-jwt-vc-trust");
    fs::create_dir(&trust).expect("made");
    let kid = jwk["kid"].as_str().expect("a text").to_owned();
    let entry = json!({"kind": "issuer", "issuer": ISSUER, "formats": ["sd_jwt_vc"], "keys": {"keys": [jwk]}});
    let store = json!({"vidimus_trust": 1, "entries": [entry]});
    fs::write(trust.join("issuer.json"), store.to_string()).expect("written");
    let claims = json!({"vct": "urn:eudi:pid:1", "family_name": "Holm", "address": {"locality": "Berlin"}});
    fs::write(desk.file("claims.json"), claims.to_string()).expect("written");
    (key, kid, trust.to_string_lossy().into_owned())
}

#[test]
fn an_sd_jwt_vc_goes_round() {
    let desk = Desk::new();
    let (key, kid, trust) = prepared(&desk);
    let (content, text) = (desk.path("claims.json"), desk.path("pid.txt"));
    let issue = [
        "issue",
        "sd_jwt_vc",
        "--key",
        &key,
        "--content",
        &content,
        "--kid",
        &kid,
        "--issuer",
        ISSUER,
        "--out",
        &text,
        "--at",
        "2026-01-10T00:00:00Z",
        "--valid-days",
        "3650",
        "--disclosable",
        "/family_name",
        "--decoys",
        "3",
    ];
    let issued = run(&issue);
    assert_eq!(code(&issued), 0, "{}", err(&issued));
    let verify = ["verify", "--offline", &text, "--trust", &trust, "--at", NOW, "--json"];
    let verified = run(&verify);
    assert_eq!(code(&verified), 0, "{}", err(&verified));
    let report: Value = json_out(&verified);
    assert_eq!((&report["format"], &report["claims"]["family_name"]), (&json!("sd_jwt_vc"), &json!("Holm")));
    assert_eq!(report["core"]["identity"]["kind"], "urn:eudi:pid:1");
    // Texts in base64url may begin with a hyphen.
    let hyphened = run(&[&verify[..], &["--nonce", "-n"]].concat());
    assert_eq!(code(&hyphened), 1, "{}", err(&hyphened));
    let asked = run(&[&verify[..], &["--nonce", "n"]].concat());
    assert_ne!(code(&asked), 0);
    assert!(json_out(&asked).to_string().contains("sdjwt.kb_missing"));
    let other = run(&[&verify[..], &["--type", "urn:eudi:pid:de:1"]].concat());
    assert!(json_out(&other).to_string().contains("sdjwt.vct"));
    // One claim must stand in the open.
    let refused = run(&[&issue[..], &["--disclosable", "/vct"]].concat());
    assert_eq!(code(&refused), 2);
    assert!(err(&refused).contains("must always be shown"), "{}", err(&refused));
}

#[test]
fn certificates_come_along() {
    let desk = Desk::new();
    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/test-vectors/keys");
    let (_, _, _) = prepared(&desk);
    let key = desk.path("card-issuer.pem");
    fs::copy(format!("{keys}/card-issuer.key.pem"), &key).expect("copied");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("set");
    }
    let read = |name: &str| fs::read_to_string(format!("{keys}/{name}.cert.pem")).expect("read");
    let trust = desk.file("anchors");
    fs::create_dir(&trust).expect("made");
    let authority: String = read("authority").lines().filter(|line| !line.starts_with("-----")).collect();
    let entry = json!({"kind": "authority", "certificate": authority, "formats": ["sd_jwt_vc"]});
    fs::write(trust.join("anchor.json"), json!({"vidimus_trust": 1, "entries": [entry]}).to_string()).expect("written");
    let (content, text, cert) =
        (desk.path("claims.json"), desk.path("pid.txt"), format!("{keys}/card-issuer.cert.pem"));
    let issued = run(&[
        "issue",
        "sd_jwt_vc",
        "--key",
        &key,
        "--content",
        &content,
        "--cert",
        &cert,
        "--out",
        &text,
        "--issuer",
        "https://issuer.example/cards",
    ]);
    assert_eq!(code(&issued), 0, "{}", err(&issued));
    let trust = trust.to_string_lossy().into_owned();
    let verified = run(&["verify", "--offline", &text, "--trust", &trust, "--at", NOW, "--json"]);
    assert_eq!(code(&verified), 0, "{}", err(&verified));
    let report = json_out(&verified);
    assert_eq!(report["issuer"]["chain"].as_array().map(Vec::len), Some(2), "{report}");
}
