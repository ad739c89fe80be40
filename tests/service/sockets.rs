//! What only shows over a real socket: slow clients, framing, limits of heads, the end.

use std::time::{Duration, Instant};

use vidimus::service::config::Config;

use crate::sample::Sample;
use crate::wire::{Running, connect, get, verify};

const SHORT: Duration = Duration::from_millis(300);

fn impatient(sample: &Sample) -> Config {
    Config { read_time: SHORT, write_time: SHORT, ..sample.config() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serves_many_requests_on_one_connection() {
    let sample = Sample::new();
    let running = Running::start(sample.config()).await;
    let mut client = connect(running.address).await;
    for number in 0..20 {
        client.send(verify(&sample.dcc(number))).await.unwrap();
        let answer = client.answer().await.unwrap();
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("\"verdict\":\"accepted\""), "{}", answer.body);
    }
    // Two requests in one packet: two answers, in order.
    client.send(get("/live") + &get("/nothing")).await.unwrap();
    assert_eq!(client.answer().await.unwrap().status, 200);
    assert_eq!(client.answer().await.unwrap().status, 404);
    drop(client);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_without_length_is_cut_off_at_the_limit() {
    let sample = Sample::new();
    let running = Running::start(sample.config()).await;
    let mut client = connect(running.address).await;
    client.send("POST /v1/verify HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n").await.unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
    for _ in 0..17 {
        if client.send(&chunk).await.is_err() {
            break;
        }
    }
    let answer = client.answer().await.unwrap();
    assert_eq!(answer.status, 413, "{answer:?}");
    assert!(answer.head.contains("connection: close"));
    // A length that is too large is answered before anything is read.
    let mut client = connect(running.address).await;
    client.send("POST /v1/verify HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1073741824\r\n\r\n").await.unwrap();
    assert_eq!(client.answer().await.unwrap().status, 413);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_are_let_go() {
    let sample = Sample::new();
    let running = Running::start(impatient(&sample)).await;
    // A head that never ends, a connection that never begins, and one that falls silent after its request.
    let mut drip = connect(running.address).await;
    drip.send("POST /v1/verify HT").await.unwrap();
    let mut silent = connect(running.address).await;
    let mut idle = connect(running.address).await;
    idle.send(get("/live")).await.unwrap();
    assert_eq!(idle.answer().await.unwrap().status, 200);
    // A body that stops.
    let mut body = connect(running.address).await;
    body.send("POST /v1/verify HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nHC1").await.unwrap();
    let begun = Instant::now();
    let answer = body.answer().await.unwrap();
    assert_eq!(answer.status, 408, "{answer:?}");
    assert!(begun.elapsed() < Duration::from_secs(2));
    for client in [&mut drip, &mut silent, &mut idle, &mut body] {
        let wait = Duration::from_secs(2);
        if !client.ends_within(wait).await {
            // A head that did not end in time may be answered 408 first.
            assert!(client.ends_within(wait).await || client.answer().await.is_none());
        }
    }
    assert_eq!(running.service.metrics.in_flight.get(), 0);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_could_be_smuggled_are_refused() {
    let sample = Sample::new();
    let running = Running::start(sample.config()).await;
    let hidden = "GET /live HTTP/1.1\r\nhost: localhost\r\n\r\n";
    for head in [
        "content-length: 5\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 5",
        "content-length: 5\r\ncontent-length: 6",
        "content-length: 5, 6",
        "content-length: +5",
        "content-length: -5",
        "content-length: 5x",
        "transfer-encoding: chunked, identity",
        "transfer-encoding: xchunked",
        "transfer-encoding : chunked",
        "content-length : 5",
    ] {
        let mut client = connect(running.address).await;
        let request = format!("POST /v1/verify HTTP/1.1\r\nhost: localhost\r\n{head}\r\n\r\n0\r\n\r\n{hidden}");
        client.send(request).await.unwrap();
        let answer = client.answer().await.unwrap();
        assert_eq!(answer.status, 400, "{head}: {answer:?}");
        assert!(client.ends_within(Duration::from_secs(2)).await, "{head}: the rest must not be read as a request");
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_are_bounded() {
    let sample = Sample::new();
    let running = Running::start(sample.config()).await;
    let many = "a: b\r\n".repeat(10_000);
    let long = format!("a: {}\r\n", "b".repeat(1 << 20));
    for headers in [many, long] {
        let mut client = connect(running.address).await;
        let _ = client.send(format!("GET /live HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n")).await;
        let answer = client.answer().await;
        assert!(answer.is_none_or(|answer| answer.status == 431));
    }
    let mut client = connect(running.address).await;
    let _ = client.send(format!("GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n", "a".repeat(100_000))).await;
    let answer = client.answer().await;
    assert!(answer.is_none_or(|answer| [414, 431].contains(&answer.status)));
    let mut client = connect(running.address).await;
    client.send(get("/live")).await.unwrap();
    assert_eq!(client.answer().await.unwrap().status, 200);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_connection_too_many_is_told_to_come_back() {
    let sample = Sample::new();
    let running = Running::start(Config { max_connections: 2, ..sample.config() }).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut client = connect(running.address).await;
        client.send(get("/live")).await.unwrap();
        assert_eq!(client.answer().await.unwrap().status, 200);
        held.push(client);
    }
    let mut third = connect(running.address).await;
    third.send(get("/live")).await.unwrap();
    let answer = third.answer().await.unwrap();
    assert_eq!(answer.status, 503);
    assert!(answer.head.contains("retry-after: 1") && answer.head.contains("application/problem+json"), "{answer:?}");
    drop(held);
    for _ in 0..100 {
        let mut client = connect(running.address).await;
        client.send(get("/live")).await.unwrap();
        if client.answer().await.unwrap().status == 200 {
            drop(client);
            running.stop().await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("places are not given back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stops_without_losing_a_request() {
    let sample = Sample::new();
    let dcc = sample.dcc(1);
    let running = Running::start(Config { drain_time: SHORT, ..sample.config() }).await;
    let address = running.address;
    let service = running.service.clone();
    // One is in the middle of its body, one is idle.
    let mut half = connect(address).await;
    let (first, second) = (&dcc[..100], &dcc[100..]);
    half.send(format!("POST /v1/verify HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{first}", dcc.len()))
        .await
        .unwrap();
    let mut idle = connect(address).await;
    idle.send(get("/ready")).await.unwrap();
    assert_eq!(idle.answer().await.unwrap().status, 200);
    let begun = Instant::now();
    let ended = running.begin_stop();
    while !service.is_stopping() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // It still takes connections while balancers notice.
    let mut late = connect(address).await;
    late.send(get("/ready")).await.unwrap();
    let answer = late.answer().await.unwrap();
    assert_eq!(answer.status, 503);
    assert!(answer.head.contains("connection: close"));
    assert!(idle.ends_within(Duration::from_secs(3)).await, "an idle connection does not keep the service up");
    tokio::time::sleep(SHORT).await;
    assert!(!ended.is_finished(), "somebody is in the middle of a request");
    half.send(second).await.unwrap();
    let answer = half.answer().await.unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("\"verdict\":\"accepted\""));
    ended.await.unwrap().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn does_not_wait_for_ever_to_stop() {
    let sample = Sample::new();
    let running = Running::start(Config { stop_time: SHORT, ..sample.config() }).await;
    let mut stuck = connect(running.address).await;
    stuck.send("POST /v1/verify HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nHC1").await.unwrap();
    while running.service.metrics.in_flight.get() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let begun = Instant::now();
    running.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(3));
}
