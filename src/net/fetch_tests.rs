use std::sync::atomic::AtomicUsize;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::time::Timestamp;

/// A server on loopback that gives everybody the same bytes, counts who came, and keeps what they said.
struct Loopback {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    heard: Arc<std::sync::Mutex<Vec<u8>>>,
}

async fn loopback(answer: Vec<u8>, wait: Duration) -> Loopback {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server =
        Loopback { address: listener.local_addr().unwrap(), connections: Arc::default(), heard: Arc::default() };
    let (connections, heard) = (server.connections.clone(), server.heard.clone());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            connections.fetch_add(1, Ordering::SeqCst);
            let (answer, heard) = (answer.clone(), heard.clone());
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap_or(0);
                heard.lock().unwrap().extend_from_slice(&request[..length]);
                tokio::time::sleep(wait).await;
                let _ = stream.write_all(&answer).await;
                let _ = stream.shutdown().await;
                let _ = stream.read(&mut request).await;
            });
        }
    });
    server
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n").as_bytes(), body].concat()
}

fn fetcher(settings: Settings) -> Fetcher {
    Fetcher::new(settings, Clock::fixed(Timestamp::from_seconds(1_700_000_000))).unwrap()
}

fn through(server: &Loopback) -> Fetcher {
    fetcher(Settings { instead: Some(server.address), time: Duration::from_millis(700), ..Settings::default() })
}

fn locator(url: &str) -> Locator {
    Locator::new(url).unwrap()
}

async fn fetch_from(answer: Vec<u8>) -> Document {
    let server = loopback(answer, Duration::ZERO).await;
    through(&server).fetch(&locator("https://issuer.example/keys.json")).await
}

#[tokio::test]
async fn brings_a_document_and_says_little_of_itself() {
    let server = loopback(answer("200 OK\r\ncontent-length: 11", b"{\"keys\":[]}"), Duration::ZERO).await;
    let found = through(&server).fetch(&locator("https://issuer.example/keys.json")).await;
    assert_eq!((found.status, found.body.as_slice()), (200, &b"{\"keys\":[]}"[..]));
    assert_eq!(found.fetched_at.seconds(), 1_700_000_000);
    assert_eq!(found.locator, "https://issuer.example/keys.json");
    let heard = String::from_utf8(server.heard.lock().unwrap().clone()).unwrap().to_ascii_lowercase();
    assert!(heard.starts_with("get /keys.json http/1.1\r\n"), "{heard}");
    for silent in ["cookie", "referer", "accept-encoding", "authorization"] {
        assert!(!heard.contains(silent), "{heard}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_document_has_a_status_and_no_body() {
    let missing = fetch_from(answer("404 Not Found\r\ncontent-length: 4", b"gone")).await;
    assert_eq!((missing.status, missing.body.len()), (404, 0));
    let broken = fetch_from(answer("500 Oops\r\ncontent-length: 4", b"oops")).await;
    assert_eq!((broken.status, broken.body.len()), (500, 0));
    assert_eq!(fetch_from(b"garbage\r\n\r\n".to_vec()).await.status, 0);
    let cut = fetch_from(answer("200 OK\r\ncontent-length: 400", b"cut")).await;
    assert_eq!((cut.status, cut.body.len()), (0, 0));
}

#[tokio::test]
async fn follows_no_redirect() {
    let server = loopback(answer("302 Found\r\nlocation: /other\r\ncontent-length: 0", b""), Duration::ZERO).await;
    let found = through(&server).fetch(&locator("https://issuer.example/keys.json")).await;
    assert_eq!((found.status, found.body.len()), (302, 0));
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn refuses_a_body_over_the_limit_announced_or_not() {
    let (at, over) = (vec![b' '; limits::EVIDENCE_BYTES], vec![b' '; limits::EVIDENCE_BYTES + 1]);
    assert_eq!(fetch_from(answer("200 OK", &at)).await.body.len(), limits::EVIDENCE_BYTES);
    let head = format!("200 OK\r\ncontent-length: {}", over.len());
    assert_eq!(fetch_from(answer(&head, &over)).await.status, 0);
    assert_eq!(fetch_from(answer("200 OK", &over)).await.status, 0);
}

#[tokio::test]
async fn gives_up_on_a_slow_server() {
    let server = loopback(answer("200 OK", b"{}"), Duration::from_secs(30)).await;
    let begun = Instant::now();
    assert_eq!(through(&server).fetch(&locator("https://issuer.example/a")).await.status, 0);
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_thousand_callers_cause_one_fetch() {
    let server = loopback(answer("200 OK\r\ncontent-length: 2", b"{}"), Duration::from_millis(50)).await;
    let fetcher = through(&server);
    let calls = (0..1000).map(|_| {
        let fetcher = fetcher.clone();
        tokio::spawn(async move { fetcher.fetch(&locator("https://issuer.example/keys.json")).await.status })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), 200);
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
    assert_eq!(fetcher.counts(), Counts { asked: 1000, fetched: 1, refused: 0, failed: 0 });
}

#[tokio::test]
async fn forgets_a_failure_sooner_than_a_document() {
    let server = loopback(answer("404 Not Found\r\ncontent-length: 0", b""), Duration::ZERO).await;
    let fetcher = fetcher(Settings {
        instead: Some(server.address),
        keep_failure: Duration::from_millis(40),
        ..Settings::default()
    });
    let keys = locator("https://issuer.example/keys.json");
    fetcher.fetch(&keys).await;
    fetcher.fetch(&keys).await;
    assert_eq!(fetcher.counts().fetched, 1);
    tokio::time::sleep(Duration::from_millis(80)).await;
    fetcher.fetch(&keys).await;
    assert_eq!(fetcher.counts().fetched, 2);
}

#[tokio::test]
async fn opens_no_socket_to_a_blocked_place() {
    let server = loopback(answer("200 OK", b"{}"), Duration::ZERO).await;
    let port = server.address.port();
    let fetcher = fetcher(Settings { ports: vec![443, port], ..Settings::default() });
    // By number, in the notations that URL readers turn into addresses, and by a name that resolves to loopback.
    let numbers =
        ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "127.0.0.1."];
    for host in numbers {
        if let Some(locator) = Locator::new(format!("https://{host}:{port}/")) {
            assert_eq!(fetcher.fetch(&locator).await.status, 0, "{host}");
        }
    }
    assert_eq!(fetcher.counts().fetched, 0, "an address is refused before anything is asked");
    assert_eq!(fetcher.fetch(&locator(&format!("https://localhost:{port}/"))).await.status, 0);
    assert_eq!(fetcher.counts().fetched, 1);
    assert_eq!(server.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn refuses_ports_that_are_not_allowed() {
    let fetcher = fetcher(Settings::default());
    for url in ["https://issuer.example:22/", "https://issuer.example:8443/", "https://issuer.example:80/"] {
        assert_eq!(fetcher.fetch(&locator(url)).await.status, 0);
    }
    assert_eq!(fetcher.counts(), Counts { asked: 3, fetched: 0, refused: 3, failed: 0 });
}

#[test]
fn a_name_with_one_inward_address_is_refused_whole() {
    let address = |text: &str| -> SocketAddr { format!("{text}:0").parse().unwrap() };
    assert!(all_public(vec![address("1.1.1.1"), address("10.0.0.1")]).is_err());
    assert_eq!(all_public(vec![address("1.1.1.1")]).unwrap().len(), 1);
}

#[test]
fn only_loopback_may_stand_instead_of_the_internet() {
    let settings = Settings { instead: Some("192.0.2.1:80".parse().unwrap()), ..Settings::default() };
    assert!(Fetcher::new(settings, Clock::system()).is_err());
}

/// A status list is asked for as what it is, and kept for as long as it says, whatever anybody else says.
#[tokio::test]
async fn status_lists_are_kept_by_their_own_word() {
    use crate::encoding::base64url;
    const NOW: i64 = 1_700_000_000;
    let token = |claims: &str| format!("eyJhbGciOiJFUzI1NiJ9.{}.AAAA", base64url::encode(claims.as_bytes()));
    let wanted = locator("https://issuer.example/status/1").wanting(Wants::TokenStatusList);
    let server = loopback(answer("200 OK\r\ncache-control: max-age=1", b"x"), Duration::ZERO).await;
    through(&server).fetch(&wanted).await;
    let heard = String::from_utf8(server.heard.lock().unwrap().clone()).unwrap();
    assert!(heard.contains("accept: application/statuslist+jwt, application/statuslist+cwt"), "{heard}");
    let keep = KeepFor { found: Duration::from_secs(600), failed: Duration::from_secs(30) };
    let kept = |wants, body: &str| {
        let fetched_at = Timestamp::from_seconds(NOW);
        let body = body.as_bytes().to_vec();
        keep.document(wants, &Document { locator: String::new(), status: 200, fetched_at, body }).as_secs()
    };
    let list = Wants::TokenStatusList;
    assert_eq!(kept(list, &token(r#"{"ttl":60,"exp":1700001000}"#)), 60);
    assert_eq!(kept(list, &token(r#"{"ttl":6000,"exp":1700001000}"#)), 1000);
    assert_eq!(kept(list, &token(r#"{"ttl":600000000}"#)), LONGEST_KEPT.as_secs());
    assert_eq!(kept(list, &token(r#"{"exp":5}"#)), 1);
    assert_eq!((kept(list, &token("{}")), kept(list, "x")), (600, 600));
    assert_eq!(kept(Wants::Anything, &token(r#"{"ttl":60}"#)), 600);
}
