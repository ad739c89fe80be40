//! Tests: what an operator sees of tables, and of a fast path that lies.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::Value;
use tower::ServiceExt;

use crate::crypto::arithmetic::stand_in;
use crate::service::router;
use crate::service::sample::Sample;
use crate::service::state::Service;

async fn ask(service: &Service, request: Request<Body>) -> String {
    let response = router(service.clone()).oneshot(request).await.unwrap();
    String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

async fn get(service: &Service, path: &str) -> String {
    ask(service, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn verdict(service: &Service, text: &str) -> String {
    let answer = ask(service, Request::post("/v1/verify").body(Body::from(text.to_owned())).unwrap()).await;
    json(&answer)["verdict"].as_str().unwrap().to_owned()
}

fn json(text: &str) -> Value {
    crate::encoding::json::from_slice(text.as_bytes()).unwrap()
}

fn metric(text: &str, name: &str) -> f64 {
    text.lines().find_map(|line| line.strip_prefix(name)).expect(name).trim().parse().unwrap()
}

#[tokio::test]
async fn a_lying_fast_path_is_found_out_and_shown() {
    let sample = Sample::new();
    let service = sample.service(stand_in::LIAR, 1);
    for at in 0..20 {
        assert_eq!(verdict(&service, &sample.dcc(at)).await, "accepted");
    }
    service.checker.build_all();
    assert_eq!(service.checker.tables().counts().held, 1);
    assert!(json(&get(&service, "/ready").await)["signatures"]["fault"].is_null());
    assert_eq!(json(&get(&service, "/ready").await)["signatures"]["path"], "lanes");
    // With the table, the liar is asked: one lie, and it is over.
    assert_eq!(verdict(&service, &sample.forged()).await, "rejected");
    let ready = json(&get(&service, "/ready").await);
    assert!(ready["signatures"]["fault"].is_string() && ready["signatures"]["path"] == "library", "{ready}");
    assert_eq!(ready["ready"], true, "verdicts are right, only slower");
    let text = get(&service, "/metrics").await;
    assert_eq!(metric(&text, "vidimus_signatures_total{kind=\"disagreement\"}"), 1.0);
    assert_eq!(verdict(&service, &sample.forged()).await, "rejected");
    assert_eq!(verdict(&service, &sample.dcc(1)).await, "accepted");
    assert_eq!(service.checker.counts().hits, 1, "never asked again");
}

#[tokio::test]
async fn a_lie_in_a_batch_spoils_no_verdict_of_it() {
    let sample = Sample::new();
    let service = sample.service(stand_in::LIAR, 2);
    for at in 0..20 {
        verdict(&service, &sample.dcc(at)).await;
    }
    service.checker.build_all();
    let mut lines = String::new();
    for at in 0..200 {
        let text = if at % 2 == 1 { sample.forged() } else { sample.dcc(at) };
        lines += &(Value::from(text).to_string() + "\n");
    }
    let batch = Request::post("/v1/verify/batch").header("content-type", "application/x-ndjson");
    let answers = ask(&service, batch.body(Body::from(lines)).unwrap()).await;
    // Of a hundred lies one in two is looked at: the whole batch is judged by the library.
    let verdicts: Vec<bool> = answers.lines().map(|line| json(line)["report"]["verdict"] == "accepted").collect();
    assert_eq!(verdicts, (0..200).map(|at| at % 2 == 0).collect::<Vec<_>>());
    assert!(service.checker.is_off());
}

#[tokio::test]
async fn tables_and_checks_are_counted() {
    let sample = Sample::new();
    let service = sample.service(stand_in::HONEST, 0);
    for at in 0..20 {
        verdict(&service, &sample.dcc(at)).await;
    }
    service.checker.build_all();
    for at in 0..3 {
        verdict(&service, &sample.dcc(at)).await;
    }
    let text = get(&service, "/metrics").await;
    for (name, value) in [
        ("vidimus_keys{kind=\"known\"}", 1.0),
        ("vidimus_keys{kind=\"with_table\"}", 1.0),
        ("vidimus_table_bytes", 53_248.0),
        ("vidimus_table_changes_total{kind=\"built\"}", 1.0),
        ("vidimus_table_changes_total{kind=\"evicted\"}", 0.0),
        ("vidimus_signatures_total{kind=\"hit\"}", 3.0),
        ("vidimus_signatures_total{kind=\"miss\"}", 20.0),
        ("vidimus_signatures_total{kind=\"fallback\"}", 0.0),
    ] {
        assert_eq!(metric(&text, name), value, "{name}");
    }
}
