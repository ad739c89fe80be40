//! Batches: order, ends, and memory.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tower::ServiceExt;
use vidimus::encoding::json::from_slice;
use vidimus::net::clock::Clock;
use vidimus::service::config::Config;
use vidimus::service::problem::Kind;
use vidimus::service::state::Service;
use vidimus::service::{reload, router};

use crate::sample::{CANARY, Sample};

async fn service(config: Config) -> Service {
    let service = Service::with(config, None, Clock::system());
    reload::load(&service).await;
    service
}

async fn send(service: &Service, body: impl Into<Body>) -> axum::http::Response<Body> {
    let request = Request::post("/v1/verify/batch").header("content-type", "application/x-ndjson");
    router(service.clone()).oneshot(request.body(body.into()).unwrap()).await.unwrap()
}

async fn answers(service: &Service, body: impl Into<Body>) -> Vec<Value> {
    let response = send(service, body).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap().lines().map(|line| from_slice(line.as_bytes()).unwrap()).collect()
}

fn problem(answer: &Value) -> Option<&str> {
    answer["problem"]["type"].as_str()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_each_line_as_a_single_question() {
    let sample = Sample::new();
    let service = service(sample.config()).await;
    let dcc = sample.dcc(1);
    let lines = [
        json!(dcc).to_string(),
        json!({"input": dcc, "id": "second"}).to_string(),
        String::new(),
        json!({"input": sample.forged(), "id": 4}).to_string(),
        format!("{{\"input\": \"{CANARY}\""),
        json!({"input": dcc, "types": ["test"]}).to_string(),
        json!({"input": dcc, "id": {"nested": true}}).to_string(),
        json!({"input": dcc, "unknown": 1}).to_string(),
        dcc.clone(),
        json!(dcc).to_string() + "\r",
    ];
    // The last line ends without a line end.
    let answers = answers(&service, lines.join("\n")).await;
    let numbers: Vec<_> = answers.iter().map(|answer| answer["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 4, 5, 6, 7, 8, 9, 10]);
    let verdicts: Vec<_> = answers.iter().map(|answer| answer["report"]["verdict"].as_str()).collect();
    let (accepted, rejected) = (Some("accepted"), Some("rejected"));
    assert_eq!(verdicts, [accepted, accepted, rejected, None, rejected, None, None, None, accepted]);
    assert_eq!((&answers[1]["id"], &answers[2]["id"], &answers[0]["id"]), (&json!("second"), &json!(4), &Value::Null));
    for (at, kind) in [(3, Kind::BadJson), (5, Kind::BadId), (6, Kind::BadJson), (7, Kind::BadJson)] {
        assert_eq!(problem(&answers[at]), Some(kind.row().reference));
    }
    assert!(!answers[3].to_string().contains(CANARY));
    assert_eq!(service.metrics.bad_lines.get(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_are_for_single_questions() {
    let sample = Sample::new();
    let service = service(sample.config()).await;
    let picture = vidimus::encoding::qr::draw_png(&sample.dcc(1), 2).unwrap();
    let line = json!({"input_base64": vidimus::encoding::base64url::encode(&picture)}).to_string();
    let answers = answers(&service, line).await;
    assert!(problem(&answers[0]).is_some_and(|kind| kind.ends_with("picture_in_batch")), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_lines_keep_their_order() {
    let sample = Sample::new();
    let service = service(sample.config()).await;
    let dccs: Vec<String> = (0..50).map(|number| json!(sample.dcc(number)).to_string()).collect();
    let lines: Vec<String> = (0..10_000)
        .map(|n| if n % 200 == 7 { dccs[n / 200].clone() } else { format!("{{\"input\":\"x\",\"id\":{n}}}") })
        .collect();
    // In pieces that end anywhere.
    let text = lines.join("\n").into_bytes();
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> = text.chunks(1777).map(|piece| Ok(piece.to_vec())).collect();
    let answers = answers(&service, Body::from_stream(stream::iter(pieces))).await;
    assert_eq!(answers.len(), 10_000);
    for (at, answer) in answers.iter().enumerate() {
        assert_eq!(answer["line"], at + 1);
        if at % 200 == 7 {
            let identifier = &answer["report"]["core"]["certificate"]["identifier"];
            assert!(identifier.as_str().unwrap().contains(&format!("{:012}", at / 200)), "{answer}");
        } else {
            assert_eq!((&answer["id"], &answer["report"]["verdict"]), (&json!(at), &json!("rejected")));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_at_once_when_the_client_is_slow() {
    let sample = Sample::new();
    let service = service(sample.config()).await;
    let (sender, receiver) = futures_channel_of_lines();
    let response = send(&service, receiver).await;
    let mut answers = response.into_body().into_data_stream();
    for number in 0..5 {
        sender.send(Ok(json!(sample.dcc(number)).to_string() + "\n")).await.unwrap();
        let answer = tokio::time::timeout(Duration::from_secs(2), answers.next()).await.unwrap().unwrap().unwrap();
        assert!(answer.ends_with(b"\n"), "one whole line, before the next question");
    }
    drop(sender);
    assert!(answers.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_too_long_is_answered_and_the_batch_goes_on() {
    let sample = Sample::new();
    let service = service(sample.config()).await;
    let long = "x".repeat(vidimus::limits::INPUT_BYTES + 1);
    let good = json!(sample.dcc(1));
    let answers = answers(&service, format!("{good}\n{long}\n{good}\n")).await;
    assert_eq!(answers.len(), 3);
    assert_eq!(problem(&answers[1]), Some(Kind::TooLarge.row().reference));
    assert_eq!(
        (&answers[0]["report"]["verdict"], &answers[2]["report"]["verdict"]),
        (&json!("accepted"), &json!("accepted"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_falls_silent_is_told_so() {
    let sample = Sample::new();
    let service = service(Config { read_time: Duration::from_millis(200), ..sample.config() }).await;
    let first = stream::iter([Ok::<_, std::io::Error>(format!("{}\n\"unfin", json!(sample.dcc(1))))]);
    let answers = answers(&service, Body::from_stream(first.chain(stream::pending()))).await;
    assert_eq!(answers.len(), 2);
    assert_eq!(problem(&answers[1]), Some(Kind::Slow.row().reference));
    assert_eq!(service.batches.available_permits(), service.config.batches, "its place is free");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_does_not_read_is_not_read_from() {
    let sample = Sample::new();
    let service = service(Config { threads: 2, ..sample.config() }).await;
    let taken = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = taken.clone();
    let line = "\"x\"\n".repeat(256);
    let endless = stream::repeat_with(move || {
        counter.fetch_add(line.len(), std::sync::atomic::Ordering::SeqCst);
        Ok::<_, std::io::Error>(line.clone())
    });
    let response = send(&service, Body::from_stream(endless)).await;
    let mut before = usize::MAX;
    while before != taken.load(std::sync::atomic::Ordering::SeqCst) {
        before = taken.load(std::sync::atomic::Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    // A few groups of 256 lines are under way, and no more are taken.
    assert!(before <= 10 * 1024, "{before} bytes were taken of a batch whose answers nobody reads");
    drop(response);
    for _ in 0..100 {
        if service.batches.available_permits() == service.config.batches {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("a batch that nobody reads any more goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_batch_too_many_is_told_to_come_back() {
    let service = service(Config { batches: 1, ..Sample::new().config() }).await;
    let (sender, receiver) = futures_channel_of_lines();
    let first = send(&service, receiver).await;
    let second = send(&service, "\"x\"\n").await;
    assert_eq!((second.status().as_u16(), &second.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    drop((sender, first));
    for _ in 0..100 {
        if send(&service, "\"x\"\n").await.status() == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the place is not given back");
}

type Sender = tokio::sync::mpsc::Sender<Result<String, std::io::Error>>;

/// A body whose pieces are sent one by one.
fn futures_channel_of_lines() -> (Sender, Body) {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let pieces = stream::unfold(receiver, async |mut receiver: tokio::sync::mpsc::Receiver<_>| {
        Some((receiver.recv().await?, receiver))
    });
    (sender, Body::from_stream(pieces))
}
