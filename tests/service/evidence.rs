//! Missing evidence: the gatherer with documents from memory, and the service with documents from a server on loopback.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use vidimus::credential::Input;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::base64url;
use vidimus::encoding::json::from_slice;
use vidimus::evidence::{Document, Evidence};
use vidimus::gather::{Fetch, gather};
use vidimus::issue::smart_health_card::{CardDraft, issue};
use vidimus::locator::Locator;
use vidimus::net::clock::Clock;
use vidimus::net::fetch::{Fetcher, Settings};
use vidimus::occasion::Occasion;
use vidimus::policy::Policy;
use vidimus::service::config::Config;
use vidimus::service::state::Service;
use vidimus::trust::Trust;
use vidimus::verify::Request;

use crate::wire::{Running, connect, verify};

const ISSUER: &str = "https://issuer.example/shc";
const RID: &str = "MKyCxh7p6uQ";

/// An issuer whose keys are not pinned, and what she publishes.
struct Publisher {
    key: OwnKey,
    kid: String,
}

impl Publisher {
    fn new() -> Self {
        let (key, _) = OwnKey::generate_p256().unwrap();
        let kid = key.public_key().jwk_thumbprint();
        Publisher { key, kid }
    }

    fn card(&self) -> String {
        let draft = CardDraft {
            issuer: ISSUER.to_owned(),
            not_before: Clock::system().now().plus(-86_400),
            expires: None,
            types: vec!["https://smarthealth.cards#health-card".to_owned()],
            fhir_version: "4.0.1".to_owned(),
            fhir_bundle: json!({"resourceType": "Bundle", "type": "collection", "entry": [{
                "fullUrl": "resource:0",
                "resource": {"resourceType": "Patient", "name": [{"family": "Okonedo"}], "birthDate": "1968-11-05"},
            }]}),
            rid: Some(RID.to_owned()),
        };
        issue(&draft, &self.key, &self.kid).unwrap().jws
    }

    fn keys_url(&self) -> String {
        format!("{ISSUER}/.well-known/jwks.json")
    }

    fn list_url(&self) -> String {
        format!("{ISSUER}/.well-known/crl/{}.json", self.kid)
    }

    /// Her key set, and a list that revokes these.
    fn documents(&self, revoked: &[&str]) -> HashMap<String, Vec<u8>> {
        let (x, y) = self.key.public_key().ec_coordinates().unwrap();
        let keys = json!({"keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid, "crlVersion": 1,
            "x": base64url::encode(x), "y": base64url::encode(y),
        }]});
        let list = json!({"kid": self.kid, "method": "rid", "ctr": 1, "rids": revoked});
        [(self.keys_url(), keys.to_string().into_bytes()), (self.list_url(), list.to_string().into_bytes())].into()
    }

    fn entries(&self, issuer: &str) -> Value {
        json!([{"kind": "issuer", "issuer": issuer, "formats": ["smart_health_card"]}])
    }

    fn trust(&self, issuer: &str) -> Trust {
        let entries = from_slice(self.entries(issuer).to_string().as_bytes()).unwrap();
        let (trust, problems) = Trust::from_entries(entries);
        assert_eq!(problems, []);
        trust
    }
}

/// Documents from memory, and what was asked for.
struct Memory {
    documents: HashMap<String, Vec<u8>>,
    asked: Mutex<Vec<String>>,
}

impl Memory {
    fn of(documents: HashMap<String, Vec<u8>>) -> Self {
        Memory { documents, asked: Mutex::default() }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Fetch for Memory {
    async fn fetch(&self, locator: &Locator) -> Document {
        let url = locator.as_str().to_owned();
        self.asked.lock().unwrap().push(url.clone());
        let body = self.documents.get(&url).cloned();
        Document {
            locator: url,
            status: if body.is_some() { 200 } else { 0 },
            fetched_at: Clock::system().now(),
            body: body.unwrap_or_default(),
        }
    }
}

fn request(text: String) -> Request {
    let now = Clock::system().now();
    Request { input: Input::text(text), occasion: Occasion::at(now), policy: Arc::new(Policy::default()) }
}

#[tokio::test]
async fn gathers_keys_and_then_status_each_once() {
    let issuer = Publisher::new();
    let trust = issuer.trust(ISSUER);
    let memory = Memory::of(issuer.documents(&[]));
    let (report, evidence) = gather(&request(issuer.card()), &trust, Evidence::none(), &memory).await;
    assert_eq!(report.verdict(), "accepted", "{}", report.to_json());
    assert_eq!(memory.asked(), [issuer.keys_url(), issuer.list_url()]);
    assert_eq!(evidence.documents().count(), 2);
    // With that evidence nothing is asked for.
    let silent = Memory::of(HashMap::new());
    let (again, _) = gather(&request(issuer.card()), &trust, evidence, &silent).await;
    assert_eq!((again.verdict(), silent.asked().len()), ("accepted", 0));
}

#[tokio::test]
async fn what_cannot_be_had_is_asked_for_once_and_never_accepted() {
    let issuer = Publisher::new();
    let trust = issuer.trust(ISSUER);
    let nothing = Memory::of(HashMap::new());
    let (report, _) = gather(&request(issuer.card()), &trust, Evidence::none(), &nothing).await;
    assert_eq!((report.verdict(), nothing.asked()), ("indeterminate", vec![issuer.keys_url()]));
    let mut documents = issuer.documents(&[]);
    documents.remove(&issuer.list_url());
    let keys_only = Memory::of(documents);
    let (report, _) = gather(&request(issuer.card()), &trust, Evidence::none(), &keys_only).await;
    assert_ne!(report.verdict(), "accepted");
    assert_eq!(keys_only.asked(), [issuer.keys_url(), issuer.list_url()]);
}

#[tokio::test]
async fn unsigned_input_makes_nobody_call() {
    let issuer = Publisher::new();
    let memory = Memory::of(issuer.documents(&[]));
    // Nobody trusts the issuer that the card names.
    let other = issuer.trust("https://another.example/shc");
    let (report, _) = gather(&request(issuer.card()), &other, Evidence::none(), &memory).await;
    assert_eq!((report.verdict(), memory.asked().len()), ("rejected", 0));
    // The signature is wrong: the issuer's keys are asked for, the status of this card is not.
    let card = issuer.card();
    let (head, signature) = card.rsplit_once('.').unwrap();
    let swapped = if signature.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{head}.{swapped}{}", &signature[1..]);
    let (report, _) = gather(&request(forged), &issuer.trust(ISSUER), Evidence::none(), &memory).await;
    assert_eq!((report.verdict(), memory.asked()), ("rejected", vec![issuer.keys_url()]));
}

// --- The service, online, with a server on loopback in place of the internet.

/// How the server on loopback behaves.
#[derive(Clone)]
pub enum Manner {
    Publishes(HashMap<String, Vec<u8>>),
    Says(&'static str),
    IsSilent,
}

pub async fn internet(manner: Manner) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, calls) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counter = calls.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counter.fetch_add(1, Ordering::SeqCst);
            let manner = manner.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or("").to_owned();
                let answer = match manner {
                    Manner::IsSilent => return std::future::pending().await,
                    Manner::Says(answer) => answer.as_bytes().to_vec(),
                    Manner::Publishes(documents) => match documents.get(&format!("https://issuer.example{path}")) {
                        Some(body) => {
                            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                            [head.as_bytes(), body].concat()
                        }
                        None => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
                    },
                };
                let _ = stream.write_all(&answer).await;
            });
        }
    });
    (address, calls)
}

async fn online(issuer: &Publisher, internet: SocketAddr) -> (Running, TempDir) {
    let store = TempDir::new().unwrap();
    let text = json!({"vidimus_trust": 1, "entries": issuer.entries(ISSUER)}).to_string();
    std::fs::write(store.path().join("issuers.json"), text).unwrap();
    let config = Config::new("127.0.0.1:0".parse().unwrap(), store.path()).for_development();
    let settings =
        Settings { instead: Some(internet), time: Duration::from_millis(500), per_host: 1000, ..Settings::default() };
    let fetcher = Fetcher::new(settings, Clock::system()).unwrap();
    (Running::start_with(Service::with(config, Some(fetcher), Clock::system())).await, store)
}

async fn verdict(address: SocketAddr, text: &str) -> String {
    let mut client = connect(address).await;
    client.send(verify(text)).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    let report: Value = from_slice(answer.body.as_bytes()).unwrap();
    report["verdict"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_cold_requests_cause_one_fetch_of_each_document() {
    let issuer = Publisher::new();
    let (internet, calls) = internet(Manner::Publishes(issuer.documents(&[]))).await;
    let (running, _store) = online(&issuer, internet).await;
    let card = issuer.card();
    let asks = (0..200).map(|_| {
        let (address, card) = (running.address, card.clone());
        tokio::spawn(async move { verdict(address, &card).await })
    });
    for ask in asks.collect::<Vec<_>>() {
        assert_eq!(ask.await.unwrap(), "accepted");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 2, "one key set and one list");
    // The batch uses the same documents.
    let mut client = connect(running.address).await;
    let lines = format!("{}\n{}\n", json!(card), json!(card));
    client
        .send(format!(
            "POST /v1/verify/batch HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/x-ndjson\r\n\
             content-length: {}\r\n\r\n{lines}",
            lines.len()
        ))
        .await
        .unwrap();
    let text = client.rest().await;
    assert_eq!(text.matches("\"verdict\":\"accepted\"").count(), 2, "{text}");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_card_is_rejected() {
    let issuer = Publisher::new();
    let (internet, _) = internet(Manner::Publishes(issuer.documents(&[RID]))).await;
    let (running, _store) = online(&issuer, internet).await;
    assert_eq!(verdict(running.address, &issuer.card()).await, "rejected");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_trouble_of_the_network_makes_a_card_accepted() {
    let issuer = Publisher::new();
    let mut empty_list = issuer.documents(&[]);
    empty_list.insert(issuer.list_url(), b"{}".to_vec());
    let mut no_list = issuer.documents(&[]);
    no_list.remove(&issuer.list_url());
    let mut bomb = issuer.documents(&[]);
    bomb.insert(issuer.list_url(), vec![b' '; vidimus::limits::EVIDENCE_BYTES + 1]);
    for manner in [
        Manner::IsSilent,
        Manner::Says(""),
        Manner::Says("garbage"),
        Manner::Says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
        Manner::Says("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n{"),
        Manner::Says("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n"),
        Manner::Says("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/\r\ncontent-length: 0\r\n\r\n"),
        Manner::Publishes(HashMap::new()),
        Manner::Publishes(empty_list),
        Manner::Publishes(no_list),
        Manner::Publishes(bomb),
    ] {
        let (internet, _) = internet(manner).await;
        let (running, _store) = online(&issuer, internet).await;
        assert_ne!(verdict(running.address, &issuer.card()).await, "accepted");
        running.stop().await;
    }
}
