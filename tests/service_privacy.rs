//! Privacy: after requests of every kind, nothing of what was sent stands in the log at its most talkative, in the
//! metrics, in a problem, in a panic, or on the disk.
//!
//! A program of its own: the log's subscriber and the panic hook are those of the process.

#[path = "service/sample.rs"]
mod sample;
#[path = "service/verifier.rs"]
#[expect(dead_code, reason = "the other tests use more of it")]
mod verifier;
#[path = "service/wallet.rs"]
#[expect(dead_code, reason = "the other tests use more of it")]
mod wallet;
#[path = "service/wire.rs"]
#[expect(dead_code, reason = "the other tests use more of it")]
mod wire;

use std::io::Write;
use std::sync::{Arc, Mutex};

use sample::{CANARY, Sample};
use serde_json::json;
use verifier::Verifier;
use vidimus::service::config::Config;
use vidimus::service::logs;
use vidimus::service::vc_api::profiles::for_development;
use wallet::{World, form};
use wire::{Running, connect, verify};

/// A log that can be read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every file below a folder, with its size.
fn files(folder: &std::path::Path) -> Vec<(std::path::PathBuf, u64)> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.path(), entry.metadata().unwrap().len()))
        .collect();
    found.sort();
    found
}

/// Requests to the W3C VC API about somebody: right ones, and wrong in ways that different rooms of the house find.
fn w3c_requests() -> Vec<(&'static str, serde_json::Value)> {
    let credential = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "type": ["VerifiableCredential"], "issuer": "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "credentialSubject": {"id": format!("urn:{CANARY}"), "familyName": CANARY, "birthDate": "1980-01-02"},
    });
    let with = |member: &str, value: serde_json::Value| {
        let mut changed = credential.clone();
        changed[member] = value;
        changed
    };
    let proof = json!({
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod", "proofValue": "z11",
        "verificationMethod": "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK#z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
    });
    let presentation = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"],
        "holder": format!("urn:{CANARY}"), "verifiableCredential": [credential],
    });
    let mut requests = Vec::new();
    for bad in [
        credential.clone(),
        with("proof", proof),
        with("validFrom", CANARY.into()),
        with("name", json!({"@value": 1, "@language": CANARY})),
        with("credentialStatus", json!({"type": "BitstringStatusListEntry", "statusListIndex": CANARY})),
        with("credentialSubject", json!([CANARY])),
        with("relatedResource", json!([{"id": CANARY}])),
    ] {
        requests.push(("/credentials/issue", json!({"credential": bad})));
        requests.push(("/credentials/verify", json!({"verifiableCredential": bad})));
        requests.push((
            "/credentials/derive",
            json!({"verifiableCredential": bad, "options": {"selectivePointers": [format!("/{CANARY}")]}}),
        ));
    }
    requests.push((
        "/presentations",
        json!({"presentation": presentation, "options": {"challenge": CANARY, "domain": CANARY}}),
    ));
    requests.push((
        "/presentations/verify",
        json!({"verifiablePresentation": presentation, "options": {"challenge": CANARY}}),
    ));
    requests.push(("/presentations/verify", json!({"presentation": presentation, "options": {"domain": CANARY}})));
    requests.push(("/credentials/status", json!({"credentialId": CANARY, "credentialStatus": {"type": CANARY}})));
    requests
}

/// Sessions of presentations: accepted, rejected, refused and declined. What must not be left anywhere: their secrets, and what was
/// answered to wallets and about problems.
async fn presentations() -> (Vec<String>, String) {
    let world = World::new();
    let verifier = Verifier::start(&world).await;
    let (mut secrets, mut answers) = (Vec::new(), String::new());
    for (is_good, state, error) in
        [(true, None, None), (false, None, None), (true, Some(CANARY), None), (true, None, Some(CANARY))]
    {
        let begun = verifier.begin(&json!({ "template": "pid" })).await;
        let asked = verifier.fetch(&begun).await;
        let mut replayed = asked.clone();
        if !is_good {
            replayed.nonce = "another".to_owned();
        }
        let shown = world.wallet(true).show_pid(&replayed, &["/family_name", "/given_name", "/birthdate"]);
        let mut other = asked.clone();
        other.state = state.map(str::to_owned).or(other.state);
        let body = match error {
            None => other.body(&json!({ "pid": [shown] })),
            Some(text) => form(&json!({ "error": text, "error_description": text, "state": asked.state })),
        };
        answers.push_str(&verifier.respond(&asked, &body).await.body);
        let kept = String::from_utf8_lossy(&std::fs::read(&verifier.file).unwrap()).into_owned();
        let beside = std::fs::read(verifier.file.with_extension("db-wal")).unwrap_or_default();
        for place in [kept, String::from_utf8_lossy(&beside).into_owned()] {
            assert!(!place.contains(CANARY) && !place.contains("1980-01-02"), "a claim is in the store");
            assert!(!place.contains(begun.id()), "the store knows the transaction's identifier");
        }
        let state = verifier.state(&begun).await;
        let is_accepted = state["outcome"]["verdict"] == "accepted";
        assert_eq!(state.to_string().contains(CANARY), is_accepted, "{state}");
        assert_eq!(is_accepted, is_good && other.state == asked.state && error.is_none());
        answers.push_str(&verifier.get(&format!("/v1/presentations/{CANARY}")).await.body);
        answers.push_str(&verifier.post_form(&format!("/openid4vp/response/{CANARY}"), CANARY).await.body);
        answers.push_str(
            &verifier.post_json("/v1/presentations", &json!({ "template": CANARY, "flow": CANARY })).await.body,
        );
        answers.push_str(&verifier.get("/metrics").await.body);
        let tail = |text: &str| text.rsplit('/').next().unwrap().to_owned();
        secrets.extend([begun.id().to_owned(), tail(&begun.request_path()), tail(&asked.response_uri)]);
        secrets.extend([Some(asked.nonce), asked.state].into_iter().flatten());
    }
    verifier.stop().await;
    (secrets, answers)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_sent_is_left_anywhere() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    logs::quiet_panics();

    let sample = Sample::new();
    let before = files(sample.store.path());
    let vc_api = Arc::new(for_development(true).unwrap().at("https://issuer.example"));
    let running = Running::start(Config { vc_api, open_access: true, ..sample.config() }).await;
    let dcc = sample.dcc(1);
    let lines = format!("{}\n{}\n{{\"{CANARY}\n", json!(dcc), json!({"input": sample.forged(), "id": CANARY}));
    let body = |path: &str, kind: &str, body: &str| {
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nx-name: {CANARY}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
        )
    };
    let mut problems = String::new();
    for request in w3c_requests().iter().map(|(path, json)| body(path, "application/json", &json.to_string())) {
        let mut client = connect(running.address).await;
        client.send(&request).await.unwrap();
        let answer = client.answer().await.unwrap();
        assert_ne!(answer.status, 404, "{request}");
        if answer.status >= 400 {
            problems.push_str(&answer.head);
            problems.push_str(&answer.body);
        }
    }
    for request in [
        verify(&dcc),
        verify(&sample.forged()),
        body("/v1/verify", "application/json", &json!({"input": dcc}).to_string()),
        body("/v1/verify", "application/json", &json!({"input": dcc, "format": CANARY}).to_string()),
        body("/v1/verify", "application/json", &format!("{{\"{CANARY}\":1}}")),
        body("/v1/verify", &format!("text/{CANARY}"), &dcc),
        body("/v1/inspect", "text/plain", &dcc),
        body("/v1/verify/batch", "application/x-ndjson", &lines),
        body(&format!("/{CANARY}?{CANARY}={CANARY}"), "text/plain", &dcc),
        body(&format!("/v1/reasons/{CANARY}"), "text/plain", ""),
        format!("{CANARY} / HTTP/1.1\r\nhost: localhost\r\n\r\n"),
        format!("GET / {CANARY}\r\n\r\n"),
    ] {
        let mut client = connect(running.address).await;
        client.send(&request).await.unwrap();
        if let Some(answer) = client.answer().await
            && answer.status != 200
        {
            problems.push_str(&answer.head);
            problems.push_str(&answer.body);
        }
    }
    // A resolver's answer names the DID that it was asked for; nothing else may keep it.
    let mut client = connect(running.address).await;
    let did = format!("did:web:{}.example", CANARY.to_lowercase());
    client.send(format!("GET /1.0/identifiers/{did} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await.unwrap();
    assert!(client.answer().await.is_some());
    // The hook must not tell what a panic says.
    let panicked = tokio::spawn(async { panic!("{CANARY}") }).await;
    assert!(panicked.is_err());
    let mut client = connect(running.address).await;
    client.send("GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let metrics = client.answer().await.unwrap().body;
    drop(client);
    let store = sample.store.path().to_owned();
    running.stop().await;

    let (secrets, answers) = presentations().await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()) && !answers.contains(secret.as_str()), "a secret of a session is told");
    }
    assert!(log.contains("answered") && log.contains("panic") && log.contains("DEBUG"), "the log was on\n{log}");
    let piece = &dcc[200..240];
    for (place, text) in [("log", &log), ("metrics", &metrics), ("problems", &problems), ("answers", &answers)] {
        let text = text.to_lowercase();
        assert!(!text.contains(&CANARY.to_lowercase()), "the canary sings in the {place}: {text}");
        assert!(!text.contains(&piece.to_lowercase()), "a credential stands in the {place}");
        assert!(!text.contains("uvci") && !text.contains("1980-01-02"), "a claim stands in the {place}");
    }
    assert_eq!(files(&store), before);
}
