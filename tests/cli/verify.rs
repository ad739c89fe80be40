//! `verify` and `replay`: verdicts, exit codes, trust, evidence, and inputs that mean harm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use vidimus::encoding::base64url;
use vidimus::encoding::json::from_slice;

use crate::{Desk, NOW, code, err, json_out, out, run, run_with_input, vidimus};

#[test]
fn a_good_credential_is_accepted_however_it_comes() {
    let desk = Desk::new();
    let (text, picture) = (desk.path("good.txt"), desk.path("good.png"));
    for input in [desk.text.as_str(), &text, &picture] {
        let output = desk.verify(&[input]);
        assert_eq!(code(&output), 0, "{}", out(&output));
        let said = out(&output);
        for line in
            [": ACCEPTED  EU Digital COVID Certificate", "signature   pass", "signed by", "hand-made", "Lindqvist"]
        {
            assert!(said.contains(line), "{line} in {said}");
        }
        assert!(!said.contains('\u{1b}'), "no colour away from a terminal");
        assert_eq!(err(&output), "");
    }
    let trust = desk.path("trust");
    for dash in [&["-"][..], &[]] {
        let arguments = [&["verify", "--offline", "--json", "--trust", &trust, "--at", "1768478400"], dash].concat();
        for input in [fs::read(&text), fs::read(&picture)] {
            let output = run_with_input(&arguments, &input.expect("bytes"));
            assert_eq!(code(&output), 0);
            assert_eq!(json_out(&output)["issuer"]["list"], "hand-made");
        }
    }
}

#[test]
fn exit_codes_tell_the_worst_verdict() {
    let desk = Desk::new();
    let mut forged = desk.text.clone();
    let last = forged.pop().expect("text");
    forged.push(if last == '0' { '1' } else { '0' });
    assert_eq!(code(&desk.verify(&[&forged])), 1);
    assert_eq!(code(&desk.verify(&["--at", "2020-01-01T00:00:00Z", &desk.text])), 2, "an option may be given once");
    let expired =
        run(&["verify", "--offline", "--trust", &desk.path("trust"), "--at", "2036-01-01T00:00:00Z", &desk.text]);
    assert_eq!(code(&expired), 1);
    assert!(out(&expired).contains("FAIL         time.expired"), "{}", out(&expired));
    // One report a line, in the order of the inputs; the worst decides.
    let several = desk.verify(&["--json", &desk.text, &forged, &desk.path("good.png")]);
    assert_eq!(code(&several), 1);
    let verdicts: Vec<Value> = out(&several)
        .lines()
        .map(|line| from_slice::<Value>(line.as_bytes()).expect("JSON")["verdict"].clone())
        .collect();
    assert_eq!(verdicts, ["accepted", "rejected", "accepted"]);
    // An input that cannot be read is trouble, and stops no other.
    let missing = desk.verify(&["--json", &desk.path("absent"), &desk.text]);
    assert_eq!(code(&missing), 2);
    assert_eq!(out(&missing).lines().count(), 2);
    assert!(out(&missing).starts_with("{\"trouble\":") && out(&missing).contains("\"accepted\""));
    assert!(err(&missing).contains("hint: neither a file nor a text"));
    assert_eq!(code(&desk.verify(&[&desk.path("trust")])), 2, "a folder is no input");
}

#[test]
fn what_is_missing_is_indeterminate() {
    let desk = Desk::new();
    let issuer = json!({ "kind": "issuer", "issuer": "did:web:passes.example", "formats": ["nz_covid_pass"] });
    let store = json!({ "vidimus_trust": 1, "entries": [issuer] });
    fs::write(desk.file("trust/nz.json"), store.to_string()).expect("written");
    fs::write(desk.file("pass.json"), r#"{"givenName":"Aroha","familyName":"Ngata","dob":"1974-09-30"}"#)
        .expect("written");
    let (key, content) = (desk.path("key.pem"), desk.path("pass.json"));
    let issued = run(&[
        "issue",
        "nz_covid_pass",
        "--key",
        &key,
        "--content",
        &content,
        "--kid",
        "key-1",
        "--issuer",
        "did:web:passes.example",
        "--at",
        "2026-01-01T00:00:00Z",
    ]);
    assert_eq!(code(&issued), 0, "{}", err(&issued));
    let pass = out(&issued).trim().to_owned();
    let save = desk.path("saved.json");
    let output = desk.verify(&[&pass, "--save", &save]);
    assert_eq!(code(&output), 3, "{}", out(&output));
    let said = out(&output);
    assert!(said.contains("INDETERMINATE") && said.contains("unknown      trust.key_unavailable"), "{said}");
    assert!(said.contains("settles:  https://passes.example/.well-known/did.json"), "{said}");
    assert!(!said.contains("Ngata"));
    assert_eq!(code(&run(&["replay", &save])), 3);
    // The worse of two wins; rejected is worse.
    assert_eq!(code(&desk.verify(&[&pass, &desk.text])), 3);
    assert_eq!(code(&desk.verify(&[&pass, "HC1:NOTHING", &desk.text])), 1);
    // The document that settles it may be brought: as a folder that mirrors URLs, or as one file.
    let jwk = |output: Output| json_out(&output)["jwk"].clone();
    let other = jwk(run(&["keys", &desk.path("other.pem")]));
    let spki = from_slice::<Value>(&fs::read(desk.file("trust/de.json")).expect("store")).expect("JSON");
    let point = base64url::decode_standard(spki["entries"][0]["public_key"].as_str().expect("a key")).expect("base64");
    let (x, y) = (base64url::encode(&point[27..59]), base64url::encode(&point[59..91]));
    let document = |x: &str, y: &str| {
        let key = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
        let id = "did:web:passes.example#key-1";
        let method = json!({
            "id": id, "controller": "did:web:passes.example", "type": "JsonWebKey2020", "publicKeyJwk": key,
        });
        json!({ "id": "did:web:passes.example", "verificationMethod": [method], "assertionMethod": [id] })
    };
    fs::create_dir_all(desk.file("documents/passes.example/.well-known")).expect("made");
    let place = desk.file("documents/passes.example/.well-known/did.json");
    fs::write(place, document(&x, &y).to_string()).expect("written");
    let folder = desk.path("documents");
    let brought = desk.verify(&[&pass, "--evidence", &folder, "--save", &save]);
    assert_eq!(code(&brought), 0, "{}", out(&brought));
    assert!(out(&brought).contains("Ngata") && out(&brought).contains("evidence"));
    assert_eq!(code(&run(&["replay", &save])), 0);
    let wrong = document(other["x"].as_str().expect("x"), other["y"].as_str().expect("y"));
    let file = json!({ "https://passes.example/.well-known/did.json": wrong });
    fs::write(desk.file("wrong.json"), file.to_string()).expect("written");
    let forged = desk.verify(&[&pass, "--evidence", &desk.path("wrong.json")]);
    assert_eq!(code(&forged), 1);
    assert!(out(&forged).contains("sig.invalid"), "{}", out(&forged));
}

#[test]
fn saved_verifications_replay_byte_for_byte() {
    let desk = Desk::new();
    let save = desk.path("saved.json");
    for (input, more, expected) in [
        (desk.path("good.png"), &[][..], 0),
        (desk.text.clone(), &["--environment", "test"][..], 1),
        (desk.text.clone(), &["--type", "recovery"][..], 1),
        ("HC1:NOTHING".to_owned(), &["--strict"][..], 1),
    ] {
        let told = desk.verify(&[&["--json", "--save", &save, &input], more].concat());
        assert_eq!(code(&told), expected);
        // Nothing but the file: no trust, no clock, no network.
        let replayed = run(&["replay", "--json", &save]);
        assert_eq!((code(&replayed), out(&replayed)), (expected, out(&told)), "{}", err(&replayed));
        assert!(out(&run(&["replay", &save])).starts_with("replayed: the same report, byte for byte"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&save).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "it holds a credential");
    }
    let edited = fs::read_to_string(&save).expect("text").replace("\"rejected\"", "\"accepted\"");
    fs::write(&save, edited).expect("written");
    let differs = run(&["replay", &save]);
    assert_eq!((code(&differs), out(&differs)), (2, String::new()));
    assert!(err(&differs).contains("the saved report says accepted, the same question now gives rejected"));
    fs::write(&save, "{}").expect("written");
    assert_eq!(code(&run(&["replay", &save])), 2);
    assert_eq!(code(&run(&["replay", &desk.path("absent")])), 2);
    assert_eq!(code(&desk.verify(&["--save", &save, &desk.text, &desk.text])), 2);
}

#[test]
fn without_trust_it_says_so() {
    let desk = Desk::new();
    let output = run(&["verify", "--offline", "--at", NOW, &desk.text]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("there is no trust store") && err(&output).contains("VIDIMUS_TRUST"));
    assert!(out(&output).contains("trust.key_unknown") && !out(&output).contains("Lindqvist"));
    let absent = run(&["verify", "--offline", "--trust", &desk.path("absent"), &desk.text]);
    assert_eq!((code(&absent), out(&absent)), (2, String::new()));
    let by_environment =
        vidimus(&["verify", "--offline", "--at", NOW, &desk.text]).env("VIDIMUS_TRUST", desk.file("trust")).output();
    assert_eq!(code(&by_environment.expect("runs")), 0);
    let home = desk.file("home/.local/share/vidimus");
    fs::create_dir_all(&home).expect("made");
    fs::rename(desk.file("trust"), home.join("trust")).expect("moved");
    let by_home = vidimus(&["verify", "--offline", "--at", NOW, &desk.text]).env("HOME", desk.file("home")).output();
    assert_eq!(code(&by_home.expect("runs")), if cfg!(target_os = "linux") { 0 } else { 1 });
}

#[test]
fn arguments_that_make_no_sense_are_trouble() {
    let desk = Desk::new();
    for arguments in [
        &["verify", "--as", "passport", "x"][..],
        &["verify", "--at", "yesterday", "x"],
        &["verify", "--environment", "moon", "x"],
        &["verify", "--policy", "/nonexistent/policy.json", "x"],
        &["frobnicate"],
        &["bench", "--seconds", "0"],
        &["issue", "eu_dcc"],
        &["trust", "import", "no-such-kind", "x", "--into", "y"],
    ] {
        let output = run(arguments);
        assert_eq!((code(&output), out(&output)), (2, String::new()), "{arguments:?}");
        assert!(!err(&output).is_empty());
    }
    fs::write(desk.file("policy.json"), r#"{"strictt": true}"#).expect("written");
    assert_eq!(code(&desk.verify(&["--policy", &desk.path("policy.json"), &desk.text])), 2);
    fs::write(desk.file("policy.json"), r#"{"formats": ["nz_covid_pass"]}"#).expect("written");
    let refused = desk.verify(&["--policy", &desk.path("policy.json"), &desk.text]);
    assert_eq!(code(&refused), 1);
    assert!(out(&refused).contains("policy.format"));
    for arguments in [&["--version"][..], &["--help"], &["verify", "--help"]] {
        let output = run(arguments);
        assert_eq!((code(&output), err(&output)), (0, String::new()));
    }
}

#[test]
fn a_terminal_obeys_nothing_that_comes_in() {
    let desk = Desk::with_name("Muster\u{1b}]0;owned\u{7}frau\u{202e}\u{9b}31m");
    let report = desk.verify(&[&desk.text]);
    assert_eq!(code(&report), 0);
    assert!(out(&report).contains("Muster\\u{1b}]0;owned\\u{7}frau\\u{202e}\\u{9b}31m"), "{}", out(&report));
    let json = desk.verify(&["--json", &desk.text]);
    assert_eq!(
        json_out(&json)["core"]["person"]["family_name"],
        "Muster\u{1b}]0;owned\u{7}frau\u{202e}\u{9b}31m",
        "JSON keeps the value"
    );
    let evil = "evil\u{1b}[2J\u{202e}.txt\n";
    fs::write(desk.file(evil), &desk.text).expect("written");
    let named = desk.verify(&[&desk.path(evil)]);
    assert_eq!(code(&named), 0);
    let absent = desk.verify(&[&desk.path(&format!("no {evil}"))]);
    assert_eq!(code(&absent), 2);
    let argument = run(&["verify", "--as", evil, "x"]);
    for output in [&report, &json, &named, &absent, &argument, &run(&["inspect", &desk.text])] {
        for text in [out(output), err(output)] {
            let obeyed = text.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202e}' | '\u{9b}'));
            assert_eq!(obeyed, None, "{text:?}");
        }
    }
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"not\xffutf8");
        let output = vidimus(&["verify", "--offline"]).arg(name).output().expect("runs");
        assert_eq!(code(&output), 2);
    }
}

#[test]
fn too_much_of_anything_is_refused_in_bounds() {
    let desk = Desk::new();
    let huge = desk.file("huge");
    // A file of four gigabytes that holds nothing: reading it whole would show.
    fs::File::create(&huge).expect("made").set_len(4 << 30).expect("sparse");
    for command in ["verify", "inspect"] {
        let output = run(&[command, "--json", &desk.path("huge")]);
        assert_eq!(code(&output), 1);
        assert!(out(&output).contains("\"input.too_large\""), "{}", out(&output));
    }
    let output = run_with_input(&["verify", "--offline", "--json"], &vec![b'A'; 24 << 20]);
    assert_eq!(code(&output), 1);
    assert!(out(&output).contains("\"input.too_large\""));
    for input in
        [&b"HC1:\0\0\0"[..], b"\0", b"", b"\xff\xfe", b"HC1:", b"\n\n\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]
    {
        let output = run_with_input(&["verify", "--offline", "--json"], input);
        assert_eq!((code(&output), json_out(&output)["verdict"].clone()), (1, json!("rejected")), "{input:?}");
    }
    for (option, file) in [("--policy", "huge"), ("--trust", "huge"), ("--evidence", "huge")] {
        let output = run(&["verify", "--offline", option, &desk.path(file), &desk.text]);
        assert_eq!(code(&output), 2, "{option}: {}", err(&output));
    }
    assert_eq!(code(&run(&["replay", &desk.path("huge")])), 2);
}

/// Also those whose chain is broken or whose signer is gone.
#[test]
fn every_hostile_certificate_replays() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("security/hostile-seed");
    let desk = Desk::new();
    let keys: Value = from_slice(&fs::read(folder.join("keys.json")).expect("keys")).expect("JSON");
    let mut entries =
        vec![json!({ "kind": "authority", "certificate": keys["trust"]["csca_der"], "formats": ["eu_dcc"] })];
    for der in keys["trust"]["dsc_der"].as_array().expect("a list") {
        entries.push(json!({ "kind": "signer", "certificate": der, "formats": ["eu_dcc"] }));
    }
    let store = json!({ "vidimus_trust": 1, "entries": entries });
    fs::write(desk.file("hostile.json"), store.to_string()).expect("written");
    let (now, trust, save) = (keys["now"].to_string(), desk.path("hostile.json"), desk.path("saved.json"));
    let mut replayed = 0;
    for line in fs::read_to_string(folder.join("cases.jsonl")).expect("cases").lines() {
        let case: Value = from_slice(line.as_bytes()).expect("JSON");
        if case["format"] != "hc1" {
            continue;
        }
        let text = case["text"].as_str().expect("text").as_bytes();
        let arguments =
            ["verify", "--offline", "--json", "--as", "eu_dcc", "--trust", &trust, "--at", &now, "--save", &save];
        let told = run_with_input(&arguments, text);
        let again = run(&["replay", "--json", &save]);
        assert_eq!((code(&told), out(&told)), (code(&again), out(&again)), "{} {}", case["id"], err(&again));
        replayed += 1;
    }
    assert!(replayed > 20, "{replayed}");
}

fn corpora() -> Option<PathBuf> {
    match std::env::var_os("VIDIMUS_CORPORA") {
        Some(path) if Path::new(&path).is_dir() => Some(path.into()),
        _ if std::env::var_os("CI").is_some() => panic!("VIDIMUS_CORPORA is not set, and this is CI"),
        _ => {
            eprintln!("skipped: VIDIMUS_CORPORA is not set");
            None
        }
    }
}
