//! The recorded requests of the suites against our own service, over a real TLS socket, and against stand-ins that must fail.
//!
//! Reads `$VIDIMUS_CORPORA/w3c/suite-captures`.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use vidimus::net::clock::Clock;
use vidimus::service::certificate::Settings;
use vidimus::service::config::Config;
use vidimus::service::listen::Server;
use vidimus::service::state::Service;
use vidimus::service::vc_api::profiles::for_development;
use vidimus_conformance::captures::client::Client;
use vidimus_conformance::captures::{Answer, Ask, Record, is_good, read, replay, table};

fn records() -> Option<Vec<Record>> {
    let corpora = std::env::var_os("VIDIMUS_CORPORA").map(PathBuf::from).filter(|path| path.is_dir());
    let Some(corpora) = corpora else {
        assert!(std::env::var_os("CI").is_none(), "VIDIMUS_CORPORA is not set");
        eprintln!("skipped: VIDIMUS_CORPORA is not set");
        return None;
    };
    Some(read(&corpora.join("w3c/suite-captures")).expect("records"))
}

#[test]
fn every_record_agrees_with_our_service() {
    let Some(records) = records() else { return };
    let config = Config {
        trust: None,
        offline: true,
        tls: Some(Settings::default()),
        vc_api: Arc::new(for_development(true).expect("profiles")),
        ..Config::new("127.0.0.1:0".parse().expect("an address"), "")
    };
    let service = Service::with(config.for_development(), None, Clock::system());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let server = runtime.block_on(Server::bind_service(service)).expect("bound");
    let url = format!("https://localhost:{}", server.local_addr().expect("an address").port());
    let certificate = server.certificate().expect("a certificate");
    runtime.spawn(server.run(std::future::pending()));
    let client = Client::new(&url, Some(&certificate), None).expect("a client");
    let outcomes = replay(&records, &client).expect("profiles");
    eprintln!("{}", table(&outcomes));
    assert_eq!(outcomes.len(), 234);
    assert!(is_good(&outcomes), "{}", table(&outcomes));
}

/// Answers everything alike.
struct Stubborn {
    status: u16,
    body: Value,
}

impl Ask for Stubborn {
    fn post(&self, _: &str, _: &Value) -> Result<Answer, String> {
        Ok(Answer { status: self.status, body: self.body.clone() })
    }

    fn get(&self, _: &str) -> Result<Answer, String> {
        let names = ["eddsa-rdfc-2022", "ecdsa-rdfc-2019-p256", "ecdsa-sd-2023", "bbs-2023", "vc-jwt"];
        let profiles = names.iter().map(|name| json!({ "id": name, "issuer": "did:example:issuer", "secures": name }));
        Ok(Answer { status: 200, body: profiles.collect() })
    }
}

#[test]
fn a_service_that_says_no_to_everything_agrees_with_no_record() {
    let Some(records) = records() else { return };
    let codes = ["credential_absent", "vc.context_base", "vc.type", "vc.schema", "ld.undefined_term", "sig.invalid"];
    let details: Vec<Value> = codes.iter().map(|code| json!({ "code": code })).collect();
    let no = Stubborn { status: 400, body: json!({ "verified": false, "problemDetails": details }) };
    let outcomes = replay(&records, &no).expect("profiles");
    assert!(outcomes.iter().all(|outcome| outcome.remark.is_some() || !outcome.disagreements.is_empty()));
}

#[test]
fn a_service_that_says_yes_to_everything_fails() {
    let Some(records) = records() else { return };
    for status in [200, 201] {
        let body = json!({ "verified": true, "verifiableCredential": { "proof": {} } });
        let outcomes = replay(&records, &Stubborn { status, body }).expect("profiles");
        assert!(outcomes.iter().filter(|outcome| !outcome.disagreements.is_empty()).count() > 150);
    }
}
