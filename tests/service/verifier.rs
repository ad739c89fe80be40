//! A relying party and the service it asks, over real sockets: what tests of presentations are made of.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vidimus::encoding::json::from_slice;
use vidimus::net::clock::Clock;
use vidimus::net::fetch::Fetcher;
use vidimus::openid4vp::ports::{Key, Row};
use vidimus::openid4vp::session::digest_of;
use vidimus::service::config::Config;
use vidimus::service::openid4vp::settings::Settings;
use vidimus::service::state::Service;
use vidimus::store;

use crate::wallet::{Asked, FAMILY_NAME, Wallet, World, query};
use crate::wire::{Answer, Running, connect};

/// A service that asks wallets, with its store in a file.
pub struct Verifier {
    pub running: Running,
    pub file: std::path::PathBuf,
    _folder: Option<tempfile::TempDir>,
}

impl Verifier {
    /// As a developer starts it.
    pub async fn start(world: &World) -> Self {
        Verifier::start_with(world.config(), Settings::for_development(None).unwrap(), None).await
    }

    pub async fn start_with(config: Config, settings: Settings, fetcher: Option<Fetcher>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sessions.db");
        let verifier = Verifier::start_on(config, settings, fetcher, file).await;
        Verifier { _folder: Some(folder), ..verifier }
    }

    /// The same with sessions in that file.
    pub async fn start_on(
        config: Config,
        mut settings: Settings,
        fetcher: Option<Fetcher>,
        file: std::path::PathBuf,
    ) -> Self {
        settings.store = store::Setting::File(file.clone());
        let config = Config { presentations: Some(Arc::new(settings)), ..config };
        let running = Running::start_with(Service::with(config, fetcher, Clock::system())).await;
        Verifier { running, file, _folder: None }
    }

    /// One request on a connection of its own.
    pub async fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let mut client = connect(self.running.address).await;
        let length = body.len();
        let request =
            format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{headers}content-length: {length}\r\n\r\n{body}");
        client.send(request).await.unwrap();
        client.answer().await.expect("an answer")
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", "").await
    }

    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, "content-type: application/json\r\n", &body.to_string()).await
    }

    pub async fn post_form(&self, path: &str, body: &str) -> Answer {
        self.ask("POST", path, "content-type: application/x-www-form-urlencoded\r\n", body).await
    }

    /// Begins a session.
    pub async fn begin(&self, ask: &Value) -> Begun {
        let answer = self.post_json("/v1/presentations", ask).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        Begun { created: json_of(&answer) }
    }

    /// Fetches the request as the wallet does.
    pub async fn fetch(&self, begun: &Begun) -> Asked {
        let answer = self.get(&begun.request_path()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.head.contains("content-type: application/oauth-authz-req+jwt"), "{}", answer.head);
        Asked::of_object(&answer.body)
    }

    /// Posts what the wallet answers.
    pub async fn respond(&self, asked: &Asked, body: &str) -> Answer {
        self.post_form(path_of(&asked.response_uri), body).await
    }

    /// How the session stands.
    pub async fn state(&self, begun: &Begun) -> Value {
        let answer = self.get(&format!("/v1/presentations/{}", begun.id())).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        json_of(&answer)
    }

    /// The outcome, which must be there.
    pub async fn outcome(&self, begun: &Begun) -> Value {
        let state = self.state(begun).await;
        assert_eq!(state["state"], "answered", "{state}");
        assert!(state["outcome"].is_object(), "{state}");
        state["outcome"].clone()
    }

    /// A session asked for, fetched, answered with the wallet's age proof.
    pub async fn present_age(&self, wallet: &Wallet, ask: &Value) -> (Begun, Asked, Answer) {
        let begun = self.begin(ask).await;
        let asked = self.fetch(&begun).await;
        let answer = self.respond(&asked, &asked.body(&wallet.age_proof(&asked))).await;
        (begun, asked, answer)
    }

    /// The row of the session as it stands in the store.
    pub async fn row(&self, begun: &Begun) -> Option<Row> {
        let store = store::open(&store::Setting::File(self.file.clone())).await.unwrap();
        store.find(Key::Transaction(digest_of(begun.id())), Clock::system().now()).await.unwrap()
    }

    pub async fn stop(self) {
        self.running.stop().await;
    }

    /// What a wallet posts that does not belong to the session: the wallet learns nothing, the session stays byte for byte, and the
    /// relying party is told that code.
    pub async fn refuses(&self, begun: &Begun, asked: &Asked, body: &str, code: &str) {
        let before = self.row(begun).await;
        assert_wallet_learns_nothing(&self.respond(asked, body).await);
        assert_eq!(self.row(begun).await, before, "the session changed");
        assert_refused(&self.state(begun).await["refusals"], code);
    }

    /// What a wallet posts is not taken, and it learns nothing.
    pub async fn refuses_quietly(&self, asked: &Asked, body: &str) {
        assert_wallet_learns_nothing(&self.respond(asked, body).await);
    }

    /// A session whose answer is judged and rejected: the wallet learns nothing, and the relying party is told that code.
    pub async fn rejects(&self, begun: &Begun, asked: &Asked, vp_token: &Value, code: &str) -> Value {
        assert_wallet_learns_nothing(&self.respond(asked, &asked.body(vp_token)).await);
        let outcome = self.outcome(begun).await;
        assert_eq!(outcome["verdict"], "rejected", "{outcome}");
        assert_tells(&outcome, code);
        outcome
    }
}

/// A session as the relying party was told of it.
pub struct Begun {
    pub created: Value,
}

impl Begun {
    pub fn id(&self) -> &str {
        self.created["id"].as_str().unwrap()
    }

    /// Where the wallet fetches the request.
    pub fn request_path(&self) -> String {
        let link = self.created["authorization_request"].as_str().unwrap();
        path_of(query(link)["request_uri"].as_str().unwrap()).to_owned()
    }
}

impl Wallet {
    /// The vp_token that proves the age, by the person identification data.
    pub fn age_proof(&self, asked: &Asked) -> Value {
        json!({ "pid": [self.show_pid(asked, &["/age_equal_or_over/18"])] })
    }
}

/// Only the protocol's error comes back, alike for every fault.
pub fn assert_wallet_learns_nothing(answer: &Answer) {
    assert_eq!((answer.status, answer.body.as_str()), (400, r#"{"error":"invalid_request"}"#), "{}", answer.head);
    assert!(answer.head.contains("cache-control: no-store"));
}

/// One of these rows has that code, and tells stage, sentence and what is to be done.
pub fn assert_refused(rows: &Value, code: &str) {
    let rows = rows.as_array().unwrap_or_else(|| panic!("no {code}: {rows}"));
    let row = rows.iter().find(|row| row["code"] == code).unwrap_or_else(|| panic!("no {code} in {rows:?}"));
    assert!(row["stage"].is_string() && row["sentence"].is_string(), "{row}");
    assert!(!row.to_string().contains(FAMILY_NAME), "{row}");
}

/// The outcome tells that code: of the whole, or in the report on a presentation.
pub fn assert_tells(outcome: &Value, code: &str) {
    let own = outcome["checks"].as_array().unwrap().iter();
    let reports = outcome["presentations"].as_array().unwrap().iter().map(|shown| &shown["report"]);
    let inner = reports.flat_map(|report| {
        let parts = report["parts"].as_array().cloned().unwrap_or_default();
        let checks = report["checks"].as_array().cloned().unwrap_or_default();
        let of_parts = parts.into_iter().flat_map(|part| part["checks"].as_array().cloned().unwrap_or_default());
        checks.into_iter().chain(of_parts)
    });
    let codes: Vec<String> =
        own.cloned().chain(inner).filter_map(|row| row["code"].as_str().map(str::to_owned)).collect();
    assert!(codes.iter().any(|known| known == code), "no {code} in {codes:?}: {outcome}");
}

pub fn json_of(answer: &Answer) -> Value {
    from_slice(answer.body.as_bytes()).unwrap_or_else(|_| panic!("{answer:?}"))
}

/// What stands behind the host.
pub fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").unwrap().1;
    &rest[rest.find('/').unwrap()..]
}

/// Comes true within some seconds.
pub async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..200 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("never: {what}");
}
