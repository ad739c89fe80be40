//! The other commands: `inspect`, `issue`, `keys`, `explain`, `reasons`, `trust`, `serve` and `bench`.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::{Desk, KID, code, dcc, err, json_out, out, run, run_with_input, vidimus};

#[test]
fn codes_are_explained() {
    let one = run(&["explain", "time.expired"]);
    assert_eq!(code(&one), 0);
    assert!(out(&one).contains("validity") && out(&one).contains("RFC 7519"));
    let all = run(&["explain"]);
    assert_eq!(code(&all), 0);
    let markdown = run(&["reasons", "--markdown"]);
    let table = json_out(&run(&["reasons", "--json"]));
    for (at, row) in table.as_array().expect("a list").iter().enumerate() {
        let code = row["code"].as_str().expect("a code");
        assert!(out(&all).contains(code) && out(&markdown).contains(&format!("| `{code}` |")));
        // A process for each would take its time.
        if at % 10 == 0 {
            assert_eq!(json_out(&run(&["explain", "--json", code])), *row);
        }
    }
    let unknown = run(&["explain", "sig.invalit"]);
    assert_eq!((code(&unknown), out(&unknown)), (2, String::new()));
    assert!(err(&unknown).contains("did you mean sig.invalid"));
    assert_eq!(code(&run(&["explain", "\u{1b}[31m"])), 2);
}

#[test]
fn inspect_never_pretends() {
    let desk = Desk::new();
    let output = run(&["inspect", "--json", &desk.text]);
    assert_eq!(code(&output), 0);
    let said = json_out(&output);
    assert_eq!(said["verified"], false);
    let credential = &said["credentials"][0];
    assert_eq!(credential["format"], "eu_dcc");
    assert_eq!(credential["header"], json!({ "algorithm": "ES256", "kid": KID }));
    assert_eq!(credential["times"]["issued_at"], "2026-01-01T00:00:00Z");
    assert_eq!(credential["core"]["person"]["family_name"], "Lindqvist");
    assert_eq!(credential["claims"]["iss"], "DE");
    assert!(out(&run(&["inspect", &desk.text])).starts_with("text: NOT VERIFIED\n"));
    let broken = run(&["inspect", "--json", "HC1:NOTHING"]);
    assert_eq!(code(&broken), 1);
    assert!(json_out(&broken)["credentials"][0]["faults"][0]["code"].is_string());
    let nothing = run_with_input(&["inspect", "--json"], b"what is this");
    assert_eq!(code(&nothing), 1);
    assert_eq!(json_out(&nothing)["faults"][0]["code"], "input.unrecognised");
}

#[test]
fn keys_are_private_and_never_replaced() {
    let desk = Desk::new();
    let pem = fs::read_to_string(desk.file("key.pem")).expect("text");
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----"));
    let again = run(&["keys", &desk.path("key.pem")]);
    assert_eq!((code(&again), out(&again)), (2, String::new()));
    assert_eq!(fs::read_to_string(desk.file("key.pem")).expect("text"), pem);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |mode| fs::set_permissions(desk.file("key.pem"), fs::Permissions::from_mode(mode)).expect("set");
        assert_eq!(fs::metadata(desk.file("key.pem")).expect("there").permissions().mode() & 0o777, 0o600);
        mode(0o644);
        let refused = desk.issue(&[]);
        assert_eq!(code(&refused), 2);
        assert!(err(&refused).contains("0644") && !err(&refused).contains("BEGIN"));
    }
}

#[test]
fn what_cannot_be_issued_is_told() {
    let desk = Desk::new();
    let output = run(&["issue", "eu_dcc", "--key", &desk.path("key.pem"), "--content", &desk.path("content.json")]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("--kid"));
    let mut content = dcc("Lindqvist");
    content["v"][0]["dn"] = json!("two");
    fs::write(desk.file("content.json"), content.to_string()).expect("written");
    let output = desk.issue(&[]);
    assert_eq!((code(&output), out(&output)), (2, String::new()));
    assert!(err(&output).contains("hc1.schema"), "{}", err(&output));
}

#[test]
fn a_smart_health_card_goes_round() {
    let desk = Desk::new();
    let made = json_out(&run(&["keys", &desk.path("card.pem")]));
    let issuer = "https://cards.example/shc";
    let entry = json!({
        "kind": "issuer", "issuer": issuer, "formats": ["smart_health_card"], "keys": { "keys": [made["jwk"]] },
    });
    let store = json!({ "vidimus_trust": 1, "entries": [entry] });
    fs::write(desk.file("trust/cards.json"), store.to_string()).expect("written");
    let bundle = json!({
        "resourceType": "Bundle", "type": "collection",
        "entry": [
            { "fullUrl": "resource:0", "resource": {
                "resourceType": "Patient", "name": [{ "family": "Okonedo", "given": ["Temi"] }], "birthDate": "1968-11-05",
            } },
            { "fullUrl": "resource:1", "resource": {
                "resourceType": "Immunization", "status": "completed", "occurrenceDateTime": "2021-01-01",
                "vaccineCode": { "coding": [{ "system": "http://hl7.org/fhir/sid/cvx", "code": "207" }] },
                "patient": { "reference": "resource:0" },
            } },
        ],
    });
    fs::write(desk.file("bundle.json"), bundle.to_string()).expect("written");
    let (key, content) = (desk.path("card.pem"), desk.path("bundle.json"));
    let issue = ["issue", "smart_health_card", "--key", &key, "--content", &content, "--issuer", issuer];
    let at = ["--at", "2026-01-01T00:00:00Z"];
    let picture = desk.path("card.png");
    let issued = run(&[&issue[..], &at, &["--qr", &picture]].concat());
    assert_eq!(code(&issued), 0, "{}", err(&issued));
    let file = desk.path("card.smart-health-card");
    assert_eq!(code(&run(&[&issue[..], &at, &["--out", &file]].concat())), 0);
    let text = out(&issued).trim().to_owned();
    assert!(text.starts_with("shc:/"));
    for input in [&text, &picture, &file] {
        let output = desk.verify(&[input]);
        assert_eq!(code(&output), 0, "{}", out(&output));
        assert!(out(&output).contains("Okonedo"));
    }
}

#[test]
fn trust_is_listed_and_checked() {
    let desk = Desk::new();
    let trust = desk.path("trust");
    let listed = run(&["trust", "list", "--trust", &trust]);
    assert_eq!(code(&listed), 0);
    assert!(out(&listed).contains(KID) && out(&listed).contains("hand-made") && out(&listed).contains("1 signers"));
    let line = json_out(&run(&["trust", "list", "--json", "--trust", &trust]));
    assert_eq!(line["signer"]["key_id"], KID);
    assert_eq!(code(&run(&["trust", "check", &trust])), 0);
    assert_eq!(code(&run(&["trust", "list"])), 2);
    assert_eq!(code(&run(&["trust", "check", &desk.path("absent")])), 2);
    let broken = json!({ "kind": "signer", "certificate": "AAAA", "formats": ["eu_dcc"] });
    let twice = json!({ "kind": "value-set", "id": "a-set", "values": {} });
    let store = json!({ "vidimus_trust": 1, "entries": [broken, twice, twice] });
    fs::write(desk.file("trust/broken.json"), store.to_string()).expect("written");
    let checked = run(&["trust", "check", "--json", &trust]);
    assert_eq!(code(&checked), 1);
    let found = json_out(&checked);
    assert_eq!(found["left_out"][0]["code"], "x509.malformed", "{found}");
    assert_eq!(found["duplicates"], json!(["value set a-set: 2 times"]));
    assert_eq!(found["counts"]["signers"], 1, "the rest still counts");
    let text = out(&run(&["trust", "check", &trust]));
    assert!(text.contains("1 left out") && text.contains("1 stand more than once"), "{text}");
    let told = desk.verify(&[&desk.text]);
    assert_eq!(code(&told), 0);
    assert!(err(&told).contains("left out"), "{}", err(&told));
}

#[test]
fn lists_are_imported_and_replaced() {
    let desk = Desk::new();
    let made = json_out(&run(&["keys", &desk.path("card.pem")]));
    let (set, into) = (desk.path("jwks.json"), desk.path("store"));
    fs::write(&set, json!({ "keys": [made["jwk"]] }).to_string()).expect("written");
    let import = |kind: &str, file: &str| {
        run(&["trust", "import", kind, file, "--into", &into, "--issuer", "https://cards.example", "--list", "cards"])
    };
    for kind in ["jwks", "auto"] {
        let imported = import(kind, &set);
        assert_eq!(code(&imported), 0, "{}", err(&imported));
        assert!(out(&imported).contains("1 issuer"), "{}", out(&imported));
    }
    let listed = out(&run(&["trust", "list", "--trust", &into]));
    assert!(listed.contains("https://cards.example") && listed.contains("cards") && listed.contains("1 issuers"));
    fs::write(&set, "no list").expect("written");
    assert_eq!(code(&import("jwks", &set)), 2);
    assert_eq!(code(&import("auto", &set)), 2);
    assert_eq!(out(&run(&["trust", "list", "--trust", &into])), listed, "a failed import changes nothing");
}

#[test]
fn contexts_are_pinned() {
    let desk = Desk::new();
    let (file, into) = (desk.path("context.json"), desk.path("store"));
    let import = |url: &str| run(&["trust", "import", "context", &file, "--into", &into, "--url", url]);
    fs::write(&file, r#"{"@context": {"grade": "https://school.example/grade"}}"#).expect("written");
    let imported = import("https://school.example/context/v1");
    assert_eq!(code(&imported), 0, "{}", err(&imported));
    assert!(out(&imported).contains("1 context"), "{}", out(&imported));
    let listed = out(&run(&["trust", "list", "--trust", &into]));
    assert!(listed.contains("https://school.example/context/v1") && listed.contains("1 contexts"), "{listed}");
    let lines = out(&run(&["trust", "list", "--trust", &into, "--json"]));
    assert!(lines.contains("\"kind\":\"context\"") && lines.contains("\"sha256\""), "{lines}");
    let rival = import("https://www.w3.org/ns/credentials/v2");
    assert_eq!(code(&rival), 2);
    assert!(err(&rival).contains("ld.context_hash"), "{}", err(&rival));
}

#[test]
fn bench_compares_with_ring() {
    let output = run(&["bench", "--seconds", "1", "--format", "eu_dcc", "--json"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let table = json_out(&output);
    assert!(table["machine"]["cores"].as_u64() > Some(0));
    let rows = table["rows"].as_array().expect("rows");
    let has = |mode: &str, issuers: u64, batch: u64| {
        rows.iter().any(|row| {
            row["format"] == "eu_dcc" && row["mode"] == mode && row["issuers"] == issuers && row["batch"] == batch
        })
    };
    assert!(has("decode", 1, 1));
    for issuers in [1, 250] {
        assert!(has("one", issuers, 1) && has("batch", issuers, 64) && has("batch", issuers, 256));
    }
    for row in rows {
        for member in ["threads", "per_second", "microseconds", "ratio_to_ring_es256"] {
            assert!(row[member].as_f64() > Some(0.0), "{member} in {row}");
        }
    }
}

#[test]
fn the_service_starts_and_stops() {
    let desk = Desk::new();
    let trust = desk.path("trust");
    assert_eq!(code(&run(&["serve", "--listen", "127.0.0.1:0"])), 2, "without trust nothing can be verified");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let refused = run(&["serve", "--listen", &address, "--trust", &trust, "--offline", "--dev"]);
    assert_eq!(code(&refused), 2, "the port is taken");
    assert!(err(&refused).contains(&address), "{}", err(&refused));
    drop(taken);
    let mut command = vidimus(&["serve", "--listen", &address, "--trust", &trust, "--offline", "--dev"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    let answer = (0..200).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        ask(&address, "GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    });
    let body = format!(
        "POST /v1/verify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}",
        desk.text.len(),
        desk.text,
    );
    let report = ask(&address, &body);
    #[cfg(unix)]
    {
        let told = Command::new("kill").arg(child.id().to_string()).status().expect("kill runs");
        assert!(told.success());
        assert_eq!(child.wait().expect("ends").code(), Some(0), "it stops in order");
    }
    #[cfg(not(unix))]
    child.kill().expect("killed");
    assert!(answer.is_some_and(|answer| answer.starts_with("HTTP/1.1 200")));
    let report = report.expect("an answer");
    assert!(report.starts_with("HTTP/1.1 200") && report.contains("\"verdict\":\""), "{report}");
}

/// One request and its whole answer.
#[expect(clippy::disallowed_methods, reason = "it asks the service that the test started on this machine")]
fn ask(address: &str, request: &str) -> Option<String> {
    use std::io::Read;
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

#[test]
fn a_reader_that_goes_away_breaks_nothing() {
    let mut child = vidimus(&["reasons"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!(err(&output), "");
    assert!(output.status.code().is_some(), "no signal, no panic");
}

/// A status list is issued, judged by itself, and asked about its places.
#[test]
fn a_status_list_is_issued_and_asked_about() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (key, content, trust) = (path("key.pem"), path("list.json"), path("trust"));
    assert_eq!(code(&run(&["keys", &key])), 0);
    let uri = "https://issuer.example/status/1";
    let write = |list: &serde_json::Value| fs::write(&content, list.to_string()).expect("a file");
    let public = vidimus::crypto::own_keys::OwnKey::from_pem(&fs::read_to_string(&key).expect("a key")).expect("a key");
    let mut jwk = vidimus::crypto::own_keys::Signer::public_key(&public).to_jwk();
    jwk["kid"] = "k1".into();
    let entry = json!({
        "kind": "issuer", "issuer": "https://issuer.example", "formats": ["token_status_list"], "keys": {"keys": [jwk]}
    });
    fs::create_dir(&trust).expect("a folder");
    let file = json!({"vidimus_trust": 1, "entries": [entry]});
    fs::write(folder.path().join("trust/list.json"), file.to_string()).expect("a file");
    let issued = |list: &serde_json::Value| {
        write(list);
        let issue =
            ["issue", "token_status_list", "--key", &key, "--content", &content, "--kid", "k1", "--valid-days", "7"];
        run(&issue)
    };
    for envelope in ["jwt", "cwt"] {
        let list = json!({"uri": uri, "ttl": 600, "bits": 2, "statuses": {"5": 1, "6": 2}, "envelope": envelope});
        let output = issued(&list);
        assert_eq!(code(&output), 0, "{}", err(&output));
        let text = out(&output);
        for (place, said) in [(0, None), (5, Some("status.revoked")), (6, Some("status.suspended"))] {
            let asked = json!({"status_list": {"idx": place, "uri": uri}}).to_string();
            let verify =
                ["verify", "--json", "--offline", "--trust", &trust, "--status-reference", &asked, text.trim()];
            let report = json_out(&run(&verify));
            let status = report["checks"].as_array().expect("checks").iter().find(|it| it["stage"] == "status");
            assert_eq!(status.and_then(|row| row["code"].as_str()), said, "{envelope} {place}: {report}");
        }
    }
    for wrong in [
        json!({"uri": uri, "bits": 3}),
        json!({"uri": uri, "places": 8, "statuses": {"8": 1}}),
        json!({"uri": uri, "statuses": {"1": 2}}),
        json!({"uri": uri, "envelope": "xml"}),
        json!({"uri": uri, "identifiers": ["!"]}),
        json!({"uri": uri, "later": 1}),
    ] {
        assert_eq!(code(&issued(&wrong)), 2, "{wrong}");
    }
    assert_eq!(code(&issued(&json!({"uri": uri, "identifiers": ["AQID"]}))), 0);
}
