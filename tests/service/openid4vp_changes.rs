//! What happens around an answer: listeners, webhooks, restarts, races, the end of a session.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use vidimus::crypto::digest::sha256;
use vidimus::crypto::mac::hmac_sha256_of;
use vidimus::crypto::own_keys::OwnKey;
use vidimus::encoding::base64url;
use vidimus::encoding::json::from_slice;
use vidimus::net::clock::Clock;
use vidimus::net::fetch::{Fetcher, Settings as FetchSettings};
use vidimus::openid4vp::client::{Client, Clients};
use vidimus::service::openid4vp::development::{MadeReader, make_reader};
use vidimus::service::openid4vp::settings::Settings;
use vidimus::service::openid4vp::webhooks::WebhookSecret;

use crate::verifier::{Verifier, assert_refused, assert_wallet_learns_nothing, eventually};
use crate::wallet::{FAMILY_NAME, World};
use crate::wire::connect;

const AGE: &str = r#"{"template":"age-over-18"}"#;

fn age() -> Value {
    from_slice(AGE.as_bytes()).unwrap()
}

/// The states that a listener was told of, in order.
async fn told(address: std::net::SocketAddr, path: String) -> (Vec<String>, String) {
    let mut client = connect(address).await;
    client.send(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")).await.unwrap();
    let text = client.rest().await;
    let events = text.split("event: state").skip(1).map(|event| {
        let data = event.split("data: ").nth(1).unwrap().lines().next().unwrap();
        let state: Value = from_slice(data.as_bytes()).unwrap();
        assert!(state.get("outcome").is_none());
        state["state"].as_str().unwrap().to_owned()
    });
    (events.collect(), text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_sees_the_session_change_and_never_the_outcome() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    let begun = verifier.begin(&json!({ "template": "pid" })).await;
    let listening = tokio::spawn(told(verifier.running.address, begun.created["events"].as_str().unwrap().to_owned()));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let asked = verifier.fetch(&begun).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let shown = wallet.show_pid(&asked, &["/family_name", "/given_name", "/birthdate"]);
    assert_eq!(verifier.respond(&asked, &asked.body(&json!({ "pid": [shown] }))).await.status, 200);
    let (states, text) = tokio::time::timeout(Duration::from_secs(5), listening).await.expect("it ends").unwrap();
    assert_eq!(states, ["created", "requested", "answered"]);
    assert!(text.to_ascii_lowercase().contains("content-type: text/event-stream") && !text.contains(FAMILY_NAME));
    let (late, _) = told(verifier.running.address, begun.created["events"].as_str().unwrap().to_owned()).await;
    assert_eq!(late, ["answered"], "who comes late is told how it stands");
    let nobody = verifier.get("/v1/presentations/nobody/events").await;
    assert_eq!(nobody.status, 404);
    // Removing the session ends a listener, too.
    let begun = verifier.begin(&age()).await;
    let listening = tokio::spawn(told(verifier.running.address, begun.created["events"].as_str().unwrap().to_owned()));
    tokio::time::sleep(Duration::from_millis(200)).await;
    verifier.ask("DELETE", &format!("/v1/presentations/{}", begun.id()), "", "").await;
    let (states, _) = tokio::time::timeout(Duration::from_secs(5), listening).await.expect("it ends").unwrap();
    assert_eq!(states, ["created"]);
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_hears_of_what_is_turned_away() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    let begun = verifier.begin(&json!({ "template": "pid" })).await;
    let listening = tokio::spawn(told(verifier.running.address, begun.created["events"].as_str().unwrap().to_owned()));
    let asked = verifier.fetch(&begun).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_wallet_learns_nothing(&verifier.respond(&asked, "vp_token=open").await);
    // Longer than the store goes unlooked at.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let shown = wallet.show_pid(&asked, &["/family_name", "/given_name", "/birthdate"]);
    assert_eq!(verifier.respond(&asked, &asked.body(&json!({ "pid": [shown] }))).await.status, 200);
    let (states, text) = tokio::time::timeout(Duration::from_secs(5), listening).await.expect("it ends").unwrap();
    let states: Vec<_> = states.iter().map(String::as_str).skip_while(|state| *state == "created").collect();
    assert_eq!(states, ["requested", "requested", "answered"]);
    assert!(text.contains("vp.response_mode") && !text.contains("open\""), "{text}");
    verifier.stop().await;
}

/// Somebody's receiver of webhooks: refuses the first message that it hears, and takes the others.
async fn receiver() -> (std::net::SocketAddr, Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, heard) = (listener.local_addr().unwrap(), Arc::new(std::sync::Mutex::new(Vec::new())));
    let noted = heard.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut text = Vec::new();
            loop {
                let mut more = vec![0; 8192];
                let length = stream.read(&mut more).await.unwrap_or(0);
                text.extend_from_slice(&more[..length]);
                if length == 0 || text.ends_with(b"}") {
                    break;
                }
            }
            let status = if noted.lock().unwrap().is_empty() { "503 Busy" } else { "204 Taken" };
            noted.lock().unwrap().push(String::from_utf8(text).unwrap());
            let _ = stream
                .write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes())
                .await;
        }
    });
    (address, heard)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_is_signed_comes_again_and_says_nothing_of_what_was_shown() {
    let world = World::new();
    let (address, heard) = receiver().await;
    let fetcher =
        Fetcher::new(FetchSettings { instead: Some(address), ..FetchSettings::default() }, Clock::system()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let settings =
        Settings::for_development(None).unwrap().with_webhook_secret(WebhookSecret::from_file(&file).unwrap());
    let verifier = Verifier::start_with(world.config(), settings, Some(fetcher)).await;
    let ask = json!({ "template": "pid", "webhook": { "url": "https://shop.example/hook" } });
    let begun = verifier.begin(&ask).await;
    let asked = verifier.fetch(&begun).await;
    let wallet = world.wallet(true);
    let shown = wallet.show_pid(&asked, &["/family_name", "/given_name", "/birthdate"]);
    assert_eq!(verifier.respond(&asked, &asked.body(&json!({ "pid": [shown] }))).await.status, 200);
    eventually("both changes are told, one of them twice", async || heard.lock().unwrap().len() == 3).await;
    let secret = base64url::decode_any("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let mut ids = Vec::new();
    for message in heard.lock().unwrap().iter() {
        let (head, body) = message.split_once("\r\n\r\n").unwrap();
        let header = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            line.unwrap_or_else(|| panic!("no {name} in {head}")).to_owned()
        };
        assert!(head.starts_with("POST /hook HTTP/1.1"));
        let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
        let due = hmac_sha256_of(&secret, &[format!("{id}.{timestamp}.{body}").as_bytes()]);
        assert_eq!(header("webhook-signature"), format!("v1,{}", base64url::encode_standard(&due)));
        let told: Value = from_slice(body.as_bytes()).unwrap();
        assert_eq!(told["session"], base64url::encode(&sha256(begun.id().as_bytes())));
        assert!(told.as_object().unwrap().keys().eq(["type", "session", "state"]), "{told}");
        assert!(!message.contains(FAMILY_NAME) && !message.contains(begun.id()));
        ids.push((id, told["state"].as_str().unwrap().to_owned()));
    }
    ids.sort();
    ids.dedup();
    let mut states: Vec<&str> = ids.iter().map(|(_, state)| state.as_str()).collect();
    states.sort_unstable();
    assert_eq!(states, ["answered", "requested"], "what comes again has the same id");
    let inwards = json!({ "template": "pid", "webhook": { "url": "https://127.0.0.1/hook" } });
    assert_eq!(verifier.post_json("/v1/presentations", &inwards).await.status, 400);
    verifier.stop().await;
}

/// The same client before and after a restart.
fn settled(made: &MadeReader) -> Settings {
    let key = Arc::new(OwnKey::from_pem(&made.key_pem).unwrap());
    let client = Client::x509_hash(key, vec![made.leaf.clone()]).unwrap();
    Settings::of(Clients::new(vec![client])).at("https://verifier.example").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_survives_restarts_between_every_two_steps() {
    let world = World::new();
    let (made, folder) = (make_reader(None, Clock::system().now()).unwrap(), tempfile::tempdir().unwrap());
    let start =
        async || Verifier::start_on(world.config(), settled(&made), None, folder.path().join("sessions.db")).await;
    let verifier = start().await;
    let begun = verifier.begin(&age()).await;
    verifier.stop().await;
    let verifier = start().await;
    let asked = verifier.fetch(&begun).await;
    verifier.stop().await;
    let verifier = start().await;
    let wallet = world.wallet(true);
    let body = asked.body(&wallet.age_proof(&asked));
    assert_eq!(verifier.respond(&asked, &body).await.status, 200);
    verifier.stop().await;
    let verifier = start().await;
    verifier.refuses_quietly(&asked, &body).await;
    assert_eq!(verifier.outcome(&begun).await["verdict"], "accepted");
    verifier.stop().await;
    let verifier = start().await;
    assert_eq!(verifier.state(&begun).await["state"], "read");
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_posts_of_one_response_one_wins() {
    let world = World::new();
    let (verifier, wallet) = (Arc::new(Verifier::start(&world).await), world.wallet(true));
    let begun = verifier.begin(&age()).await;
    let asked = verifier.fetch(&begun).await;
    let body = asked.body(&wallet.age_proof(&asked));
    let posts: Vec<_> = (0..50)
        .map(|_| {
            let (verifier, asked, body) = (verifier.clone(), asked.clone(), body.clone());
            tokio::spawn(async move { verifier.respond(&asked, &body).await })
        })
        .collect();
    let mut won = 0;
    for post in posts {
        let answer = post.await.unwrap();
        match answer.status {
            200 => won += 1,
            _ => assert_wallet_learns_nothing(&answer),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(verifier.row(&begun).await.unwrap().version, 2, "requested, answered, and nothing after that");
    assert_refused(&verifier.state(&begun).await["refusals"], "vp.session_consumed");
    Arc::into_inner(verifier).unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_response_finds_nobody_and_listeners_are_let_go() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    let begun = verifier.begin(&json!({ "template": "age-over-18", "expires_in": 10 })).await;
    let asked = verifier.fetch(&begun).await;
    let body = asked.body(&wallet.age_proof(&asked));
    let listening = tokio::spawn(told(verifier.running.address, begun.created["events"].as_str().unwrap().to_owned()));
    tokio::time::sleep(Duration::from_millis(10_500)).await;
    assert_wallet_learns_nothing(&verifier.respond(&asked, &body).await);
    assert_wallet_learns_nothing(&verifier.get(&begun.request_path()).await);
    assert_eq!(verifier.get(&format!("/v1/presentations/{}", begun.id())).await.status, 404);
    let (states, _) = tokio::time::timeout(Duration::from_secs(5), listening).await.expect("it ends").unwrap();
    assert_eq!(states, ["requested"]);
    let metrics = verifier.get("/metrics").await.body;
    assert!(metrics.contains(r#"vidimus_session_refusals_total{kind="no_session"} 1"#), "{metrics}");
    verifier.stop().await;
}
