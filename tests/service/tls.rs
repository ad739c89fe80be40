//! The service under TLS, over real sockets.

use std::path::Path;
use std::time::{Duration, Instant};

use rustls::version::{TLS12, TLS13};
use tempfile::TempDir;
use vidimus::net::clock::Clock;
use vidimus::service::certificate::{Certified, Settings};
use vidimus::service::config::Config;

use crate::sample::Sample;
use crate::wire::{Running, connect, connect_tls, get, verify};

const SHORT: Duration = Duration::from_millis(300);

fn under_tls(sample: &Sample) -> Config {
    Config { tls: Some(Settings::default()), ..sample.config() }
}

fn files(folder: &Path) -> Settings {
    Settings { certificate: Some(folder.join("tls.crt")), key: Some(folder.join("tls.key")), names: Vec::new() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serves_under_both_versions() {
    let sample = Sample::new();
    let running = Running::start(under_tls(&sample)).await;
    for version in [&TLS12, &TLS13] {
        let mut client = connect_tls(&running, &[version]).await.unwrap();
        for number in 0..3 {
            client.send(verify(&sample.dcc(number))).await.unwrap();
            let answer = client.answer().await.unwrap();
            assert!(answer.body.contains("\"verdict\":\"accepted\""), "{answer:?}");
        }
        // Larger than one record, there and in the limits of the clear.
        let body = "x".repeat(100_000);
        client.send(verify(&body)).await.unwrap();
        assert_eq!(client.answer().await.unwrap().status, 200);
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_does_not_shake_hands_is_let_go() {
    let sample = Sample::new();
    let running = Running::start(Config { read_time: SHORT, ..under_tls(&sample) }).await;
    let begun = Instant::now();
    // One says nothing, one stops in the middle of its hello, one speaks plain HTTP.
    let mut silent = connect(running.address).await;
    let mut half = connect(running.address).await;
    half.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]).await.unwrap();
    let mut plain = connect(running.address).await;
    plain.send(get("/live")).await.unwrap();
    let wait = Duration::from_secs(3);
    for client in [&mut silent, &mut half] {
        assert!(client.ends_within(wait).await);
    }
    let told = tokio::time::timeout(wait, plain.bytes()).await.unwrap();
    assert!(!told.starts_with(b"HTTP/"), "nothing is served in the clear");
    assert!(begun.elapsed() < Duration::from_secs(5));
    while running.service.metrics.connections.get() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(running.service.metrics.handshakes_failed.get(), 3);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn places_are_bounded_and_given_back() {
    let sample = Sample::new();
    let running = Running::start(Config { max_connections: 1, ..under_tls(&sample) }).await;
    let mut first = connect_tls(&running, &[&TLS13]).await.unwrap();
    first.send(get("/live")).await.unwrap();
    assert_eq!(first.answer().await.unwrap().status, 200);
    assert!(connect_tls(&running, &[&TLS13]).await.is_err(), "there is one place");
    drop(first);
    for _ in 0..100 {
        if let Ok(mut client) = connect_tls(&running, &[&TLS13]).await {
            client.send(get("/live")).await.unwrap();
            assert_eq!(client.answer().await.unwrap().status, 200);
            drop(client);
            running.stop().await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the place is not given back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stops_without_losing_a_request() {
    let sample = Sample::new();
    let dcc = sample.dcc(1);
    let running = Running::start(Config { drain_time: SHORT, ..under_tls(&sample) }).await;
    let mut client = connect_tls(&running, &[&TLS13]).await.unwrap();
    let (first, second) = dcc.split_at(100);
    client
        .send(format!("POST /v1/verify HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{first}", dcc.len()))
        .await
        .unwrap();
    let service = running.service.clone();
    while service.metrics.in_flight.get() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let ended = running.begin_stop();
    tokio::time::sleep(2 * SHORT).await;
    client.send(second).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert!(answer.body.contains("\"verdict\":\"accepted\""), "{answer:?}");
    ended.await.unwrap().unwrap();
}

#[test]
fn a_certificate_is_kept_where_the_operator_says() {
    let folder = TempDir::new().unwrap();
    let (settings, now) = (files(folder.path()), Clock::system().now());
    let made = Certified::of(&settings, now).unwrap();
    assert!(made.is_new);
    let again = Certified::of(&settings, now).unwrap();
    assert!(!again.is_new);
    assert_eq!(made.fingerprint(), again.fingerprint());
    assert_eq!(made.fingerprint().len(), 64);
    assert_ne!(made.fingerprint(), Certified::of(&Settings::default(), now).unwrap().fingerprint());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(settings.key.as_ref().unwrap()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        // A key that others can read is no secret.
        std::fs::set_permissions(settings.key.as_ref().unwrap(), std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Certified::of(&settings, now).is_err());
        std::fs::set_permissions(settings.key.as_ref().unwrap(), std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    // Half of a pair is never made up for.
    std::fs::remove_file(settings.certificate.as_ref().unwrap()).unwrap();
    assert!(Certified::of(&settings, now).is_err());
    let alone = Settings { key: None, ..settings.clone() };
    assert!(Certified::of(&alone, now).is_err());
    std::fs::write(settings.certificate.as_ref().unwrap(), "no PEM").unwrap();
    assert!(Certified::of(&settings, now).is_err());
}
