//! Every place and every status, by the router in process.

use std::collections::HashSet;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, header};
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use serde_json::{Value, json};
use tower::ServiceExt;
use vidimus::encoding::json::from_slice;
use vidimus::net::clock::Clock;
use vidimus::service::config::Config;
use vidimus::service::problem::Kind;
use vidimus::service::state::Service;
use vidimus::service::{reload, router, shed};

use crate::sample::{CANARY, Sample};

async fn service(config: Config) -> Service {
    let service = Service::with(config, None, Clock::system());
    reload::load(&service).await;
    service
}

struct Answer {
    status: u16,
    headers: axum::http::HeaderMap,
    text: String,
}

impl Answer {
    async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    fn json(&self) -> Value {
        from_slice(self.text.as_bytes()).unwrap_or_else(|_| panic!("{} is not JSON", self.text))
    }

    fn assert_problem(&self, kind: Kind) {
        let row = kind.row();
        assert_eq!((self.status, self.json()["type"].as_str()), (row.status, Some(row.reference)), "{}", self.text);
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(self.json()["status"], row.status);
        assert!(!self.text.contains(CANARY));
    }
}

async fn ask(router: &Router, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap()).await
}

async fn verify(router: &Router, kind: &str, body: impl Into<Body>) -> Answer {
    let headers: &[_] = if kind.is_empty() { &[] } else { &[("content-type", kind)] };
    ask(router, "POST", "/v1/verify", headers, body).await
}

async fn question(router: &Router, question: &Value) -> Answer {
    verify(router, "application/json", question.to_string()).await
}

/// A body without a length, in so many pieces of 16 KiB.
fn pieces(count: usize) -> Body {
    Body::from_stream(futures_util::stream::iter((0..count).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 1 << 14]))))
}

async fn get(router: &Router, path: &str) -> Answer {
    ask(router, "GET", path, &[], Body::empty()).await
}

/// A query for somebody of one of these names.
fn family_name(names: &Value) -> Value {
    let claims = json!([{"path": ["person", "family_name"], "values": names}]);
    json!({"credentials": [{
        "id": "a", "format": "vidimus_core", "meta": {}, "require_cryptographic_holder_binding": false, "claims": claims,
    }]})
}

#[tokio::test]
async fn a_query_that_cannot_be_asked_is_told_where_and_why() {
    let sample = Sample::new();
    let router = router(service(sample.config()).await);
    let mut query = family_name(&json!(["x"]));
    query["credentials"][0]["claims"][0]["path"] = json!("$.person.family_name");
    let answer = question(&router, &json!({"input": sample.dcc(1), "dcql_query": query})).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    let problem = answer.json();
    assert_eq!((&problem["code"], &problem["faults"].as_array().map(Vec::len)), (&json!("vp.dcql_invalid"), &Some(1)));
    assert_eq!(problem["faults"][0]["pointer"], "/credentials/0/claims/0/path");
    assert!(problem["faults"][0]["sentence"].as_str().unwrap().contains(r#"["person","family_name"]"#));
}

#[tokio::test]
async fn a_credential_comes_in_every_form() {
    let sample = Sample::new();
    let router = router(service(sample.config()).await);
    let dcc = sample.dcc(1);
    let picture = vidimus::encoding::qr::draw_png(&dcc, 4).unwrap();
    let encoded = vidimus::encoding::base64url::encode_standard(dcc.as_bytes());
    for answer in [
        verify(&router, "", dcc.clone()).await,
        verify(&router, "text/plain", dcc.clone()).await,
        verify(&router, "text/plain; charset=utf-8", format!(" {dcc}\r\n")).await,
        verify(&router, "image/png", picture).await,
        question(&router, &json!({"input": dcc})).await,
        question(&router, &json!({"input_base64": encoded})).await,
        question(&router, &json!({"input": dcc, "format": "eu_dcc", "types": ["vaccination"], "policy": {}})).await,
        question(&router, &json!({"input": dcc, "dcql_query": family_name(&json!([CANARY, "Else"]))})).await,
    ] {
        assert_eq!(answer.status, 200, "{}", answer.text);
        let report = answer.json();
        assert_eq!((&report["verdict"], &report["format"]), (&json!("accepted"), &json!("eu_dcc")), "{}", answer.text);
        assert_eq!(report["core"]["person"]["family_name"], CANARY);
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.headers["server-timing"].to_str().unwrap().starts_with("total;dur="));
        assert_eq!(answer.headers["x-request-id"].len(), 16);
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn a_credentials_fault_is_a_report_and_tells_no_claims() {
    let sample = Sample::new();
    let router = router(service(sample.config()).await);
    let dcc = sample.dcc(1);
    for (answer, code) in [
        (verify(&router, "text/plain", sample.forged()).await, None),
        (verify(&router, "text/plain", "nonsense").await, Some("input.unrecognised")),
        (verify(&router, "text/plain", vec![0xff_u8, 0xfe]).await, Some("input.unrecognised")),
        (verify(&router, "application/smart-health-card", "{\"verifiableCredential\":[]}").await, None),
        (verify(&router, "image/png", &b"\x89PNG\r\n\x1a\nbroken"[..]).await, Some("image.unreadable")),
        (question(&router, &json!({"input": ""})).await, Some("input.unrecognised")),
        (question(&router, &json!({"input": dcc, "types": ["recovery"]})).await, Some("policy.type")),
        (
            question(&router, &json!({"input": dcc, "policy": {"formats": ["nz_covid_pass"]}})).await,
            Some("policy.format"),
        ),
        (question(&router, &json!({"input": dcc, "at": "2019-01-01T00:00:00Z"})).await, Some("time.not_yet_valid")),
        (
            question(&router, &json!({"input": dcc, "dcql_query": family_name(&json!(["Else"]))})).await,
            Some("vp.dcql_unsatisfied"),
        ),
    ] {
        assert_eq!(answer.status, 200, "{}", answer.text);
        let report = answer.json();
        assert_eq!(report["verdict"], "rejected", "{}", answer.text);
        let codes: Vec<_> = report["checks"].as_array().unwrap().iter().filter_map(|c| c["code"].as_str()).collect();
        assert!(code.is_none_or(|code| codes.contains(&code)), "{codes:?}");
        assert!(!codes.is_empty() && !answer.text.contains(CANARY), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_wrong_question_is_a_problem_that_repeats_nothing() {
    let sample = Sample::new();
    let router = router(service(sample.config()).await);
    let dcc = sample.dcc(1);
    for (text, kind) in [
        (format!("{{\"input\":\"{CANARY}\""), Kind::BadJson),
        (format!("{{\"input\":\"{CANARY}\",\"input\":\"x\"}}"), Kind::BadJson),
        (format!("{{\"input\":\"x\",\"{CANARY}\":1}}"), Kind::BadJson),
        (format!("{{\"input\":\"x\"}} {CANARY}"), Kind::BadJson),
        (format!("\u{feff}{{\"input\":\"{CANARY}\"}}"), Kind::BadJson),
        (format!("{{\"input\":\"x\",\"types\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000)), Kind::BadJson),
        (json!({"input": CANARY, "policy": {"stritc": true}}).to_string(), Kind::BadJson),
        (json!({"input": 1}).to_string(), Kind::BadJson),
        (String::new(), Kind::BadJson),
        ("{}".to_owned(), Kind::InputAbsent),
        (json!({"input": CANARY, "input_base64": ""}).to_string(), Kind::InputTwice),
        (json!({"input_base64": format!("%{CANARY}")}).to_string(), Kind::BadBase64),
        (json!({"input": dcc, "format": CANARY}).to_string(), Kind::UnknownFormat),
        (json!({"input": dcc, "at": CANARY}).to_string(), Kind::BadTime),
        (json!({"input": dcc, "id": "batch only"}).to_string(), Kind::BadId),
        (json!({"input": dcc, "dcql_query": {"credentials": []}}).to_string(), Kind::DcqlInvalid),
        (json!({"input": dcc, "dcql_query": family_name(&json!([CANARY, null]))}).to_string(), Kind::DcqlInvalid),
        (json!({"input": dcc, "dcql_query": CANARY}).to_string(), Kind::DcqlInvalid),
    ] {
        verify(&router, "application/json", text).await.assert_problem(kind);
    }
    verify(&router, "text/plain", "").await.assert_problem(Kind::InputAbsent);
}

#[tokio::test]
async fn an_operator_may_keep_time_and_policy_to_himself() {
    let sample = Sample::new();
    let router = router(service(Config { allow_at: false, allow_policy: false, ..sample.config() }).await);
    let at = question(&router, &json!({"input": sample.dcc(1), "at": "2021-06-11T12:00:00Z"})).await;
    at.assert_problem(Kind::TimeNotAllowed);
    question(&router, &json!({"input": sample.dcc(1), "policy": {}})).await.assert_problem(Kind::PolicyNotAllowed);
    // The time is allowed on a developer's own machine only.
    let far = Config::new("0.0.0.0:80".parse().unwrap(), "store").for_development();
    assert!(!far.allow_at && !Config::new("127.0.0.1:80".parse().unwrap(), "store").allow_at);
}

#[tokio::test]
async fn takes_one_media_type_in_plain_utf8() {
    let sample = Sample::new();
    let router = router(service(sample.config()).await);
    for kind in
        ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html", "application/x-ndjson"]
    {
        verify(&router, kind, sample.dcc(1)).await.assert_problem(Kind::MediaType);
    }
    verify(&router, "text/plain; charset=utf-7", sample.dcc(1)).await.assert_problem(Kind::Charset);
    verify(&router, "application/json; charset=latin1", "{}").await.assert_problem(Kind::Charset);
    for coding in ["gzip", "br", "zstd", "deflate", "identity, gzip"] {
        let headers = [("content-type", "text/plain"), ("content-encoding", coding)];
        ask(&router, "POST", "/v1/verify", &headers, "x").await.assert_problem(Kind::ContentCoding);
    }
    let two = [("content-type", "application/json"), ("content-type", "text/plain")];
    ask(&router, "POST", "/v1/verify", &two, "{}").await.assert_problem(Kind::MediaType);
    let batch = [("content-type", "application/json")];
    ask(&router, "POST", "/v1/verify/batch", &batch, "{}").await.assert_problem(Kind::MediaType);
}

#[tokio::test]
async fn takes_bodies_up_to_the_limit_and_none_beyond() {
    let sample = Sample::new();
    let router = router(service(sample.config()).await);
    let (text, picture) = (vidimus::limits::INPUT_BYTES, vidimus::limits::IMAGE_BYTES);
    assert_eq!(verify(&router, "text/plain", vec![b'x'; text]).await.status, 200);
    verify(&router, "text/plain", vec![b'x'; text + 1]).await.assert_problem(Kind::TooLarge);
    verify(&router, "application/json", vec![b' '; text + 1]).await.assert_problem(Kind::TooLarge);
    assert_eq!(verify(&router, "image/jpeg", vec![0xff; text + 1]).await.status, 200);
    verify(&router, "image/jpeg", vec![0xff; picture + 1]).await.assert_problem(Kind::TooLarge);
    // Without a length, in pieces.
    assert_eq!(verify(&router, "text/plain", pieces(64)).await.status, 200);
    verify(&router, "text/plain", pieces(65)).await.assert_problem(Kind::TooLarge);
}

#[tokio::test]
async fn large_bodies_together_stay_within_the_budget() {
    let sample = Sample::new();
    let router = router(service(Config { body_budget_bytes: 128 << 10, ..sample.config() }).await);
    assert_eq!(verify(&router, "text/plain", pieces(3)).await.status, 200);
    let refused = verify(&router, "text/plain", pieces(60)).await;
    refused.assert_problem(Kind::Overloaded);
    assert_eq!(refused.headers[header::RETRY_AFTER], "1");
    assert_eq!(verify(&router, "text/plain", pieces(8)).await.status, 200, "the room is given back");
}

#[tokio::test]
async fn inspect_says_loudly_that_nothing_is_verified() {
    let sample = Sample::new();
    let router = router(service(sample.config()).await);
    for body in [sample.dcc(1), sample.forged(), "nonsense".to_owned()] {
        let answer = ask(&router, "POST", "/v1/inspect", &[("content-type", "text/plain")], body).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers["x-vidimus-verified"], "false");
        assert!(answer.text.starts_with("{\"verified\":false"), "{}", answer.text);
        assert!(answer.json().get("verdict").is_none());
    }
    ask(&router, "POST", "/v1/inspect", &[("content-type", "text/css")], "x").await.assert_problem(Kind::MediaType);
}

#[tokio::test]
async fn lists_what_it_runs_by() {
    let router = router(service(Sample::new().config()).await);
    let formats = get(&router, "/v1/formats").await.json();
    assert_eq!(formats.as_array().unwrap().len(), vidimus::format::FORMATS.len());
    let reasons = get(&router, "/v1/reasons").await.json();
    let reasons = reasons.as_array().unwrap();
    let codes: HashSet<&str> = reasons.iter().map(|row| row["code"].as_str().unwrap()).collect();
    assert_eq!(codes.len(), reasons.len(), "none twice");
    let of_credentials = vidimus::reason::Code::ALL.iter().map(|code| code.as_str());
    assert!(
        of_credentials
            .chain(vidimus::openid4vp::code::Code::ALL.iter().map(|code| code.as_str()))
            .all(|it| codes.contains(it))
    );
    assert_eq!(get(&router, "/v1/reasons/time.expired").await.json()["code"], "time.expired");
    assert_eq!(get(&router, "/v1/reasons/vp.state").await.json()["spec"]["document"], "OpenID4VP 1.0");
    get(&router, &format!("/v1/reasons/{CANARY}")).await.assert_problem(Kind::NotFound);
    get(&router, "/v1/reasons/..%2f..%2fetc%2fpasswd").await.assert_problem(Kind::NotFound);
    let problems = get(&router, "/v1/problems").await.json();
    assert_eq!(problems.as_array().unwrap().len(), Kind::ALL.len());
    for path in ["/v1", "/v1/verify/", "/v1/../live", "//live", "/.well-known/x", "/debug"] {
        get(&router, path).await.assert_problem(Kind::NotFound);
    }
    let wrong = get(&router, "/v1/verify").await;
    wrong.assert_problem(Kind::MethodNotAllowed);
    assert_eq!(wrong.headers[header::ALLOW], "POST");
}

#[tokio::test]
async fn describes_every_place_that_it_serves() {
    let router = router(service(Sample::new().config()).await);
    let document = get(&router, "/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 30, "{:?}", paths.keys());
    // A status list is there once something was issued.
    for (path, methods) in paths.iter().filter(|(path, _)| *path != "/status-lists/{id}") {
        for method in methods.as_object().unwrap().keys() {
            let answer = ask(&router, &method.to_uppercase(), &path.replace("{code}", "time.expired"), &[], "").await;
            assert!(![404, 405].contains(&answer.status), "{method} {path}: {}", answer.status);
        }
    }
}

#[tokio::test]
async fn is_ready_when_it_trusts_somebody_and_is_not_stopping() {
    let sample = Sample::new();
    let ready = service(sample.config()).await;
    let places = router(ready.clone());
    let answer = get(&places, "/ready").await;
    assert_eq!((answer.status, &answer.json()["trust"]["counts"]["signers"]), (200, &json!(1)), "{}", answer.text);
    ready.begin_stopping();
    let answer = get(&places, "/ready").await;
    assert_eq!((answer.status, &answer.json()["stopping"]), (503, &json!(true)));
    assert_eq!(get(&places, "/live").await.status, 200);
    let last = verify(&places, "text/plain", sample.dcc(1)).await;
    assert_eq!((last.status, &last.headers[header::CONNECTION]), (200, &"close".parse().unwrap()));

    let empty = Config { trust: Some(sample.store.path().join("nowhere")), ..sample.config() };
    let empty = router(service(empty).await);
    assert_eq!(get(&empty, "/ready").await.status, 503);
    assert_eq!(get(&empty, "/live").await.status, 200);
    verify(&empty, "text/plain", sample.dcc(1)).await.assert_problem(Kind::NotReady);
}

#[tokio::test]
async fn a_broken_store_keeps_the_last_good_one() {
    let sample = Sample::new();
    let service = service(sample.config()).await;
    let router = router(service.clone());
    sample.write_store("{ broken");
    assert_eq!(reload::load(&service).await, None);
    let ready = get(&router, "/ready").await;
    assert_eq!(ready.status, 200);
    assert!(ready.json()["trust"]["fault"].is_string(), "{}", ready.text);
    assert_eq!(verify(&router, "text/plain", sample.dcc(1)).await.json()["verdict"], "accepted");
    assert!(get(&router, "/metrics").await.text.contains("vidimus_reload_failures_total 1"));
    sample.trust_her(false);
    reload::load(&service).await;
    assert_eq!(verify(&router, "text/plain", sample.dcc(1)).await.json()["verdict"], "rejected");
    assert!(get(&router, "/ready").await.json()["trust"]["fault"].is_null());
}

/// The broken file may be the one that withdraws a signer: what is left of the store trusts more than the store did.
#[tokio::test]
async fn a_store_with_one_broken_file_keeps_the_last_good_one() {
    let sample = Sample::new();
    let service = service(sample.config()).await;
    let router = router(service.clone());
    sample.trust_her(false);
    std::fs::write(sample.store.path().join("extra.json"), "{ broken").unwrap();
    reload::load(&service).await;
    let ready = get(&router, "/ready").await;
    assert!(ready.json()["trust"]["fault"].is_string(), "{}", ready.text);
    assert_eq!(verify(&router, "text/plain", sample.dcc(1)).await.json()["verdict"], "accepted");
    std::fs::remove_file(sample.store.path().join("extra.json")).unwrap();
    reload::load(&service).await;
    assert!(get(&router, "/ready").await.json()["trust"]["fault"].is_null());
    assert_eq!(verify(&router, "text/plain", sample.dcc(1)).await.json()["verdict"], "rejected");
}

#[tokio::test]
async fn metrics_count_and_hold_nothing_that_was_sent() {
    let sample = Sample::new();
    let router = router(service(sample.config()).await);
    verify(&router, "text/plain", sample.dcc(1)).await;
    verify(&router, "text/plain", sample.forged()).await;
    verify(&router, "text/css", CANARY).await;
    get(&router, &format!("/{CANARY}")).await;
    let text = get(&router, "/metrics").await.text;
    for line in [
        "vidimus_requests_total{route=\"verify\",status=\"200\"} 2",
        "vidimus_requests_total{route=\"verify\",status=\"415\"} 1",
        "vidimus_requests_total{route=\"other\",status=\"404\"} 1",
        "vidimus_verdicts_total{format=\"eu_dcc\",verdict=\"accepted\"} 1",
        "vidimus_verdicts_total{format=\"eu_dcc\",verdict=\"rejected\"} 1",
        "vidimus_trust_entries{kind=\"signer\"} 1",
        "vidimus_panics_total 0",
        "vidimus_in_flight 0",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(!text.contains(CANARY) && text.ends_with("# EOF\n"));
    let elsewhere = Config { metrics_listen: Some("127.0.0.1:0".parse().unwrap()), ..sample.config() };
    get(&vidimus::service::router(service(elsewhere).await), "/metrics").await.assert_problem(Kind::NotFound);
}

#[tokio::test]
async fn a_panic_is_our_fault_and_tells_nothing() {
    let service = service(Sample::new().config()).await;
    let boom = async || -> &'static str { panic!("{CANARY}") };
    let places = Router::new().route("/v1/verify", post(boom)).layer(from_fn_with_state(service.clone(), shed::door));
    let answer = verify(&places, "", "x").await;
    answer.assert_problem(Kind::Internal);
    let id = answer.headers["x-request-id"].to_str().unwrap();
    assert_eq!(answer.json()["instance"], format!("urn:request:{id}"));
    assert_eq!(service.metrics.panics.get(), 1);
    assert_eq!(verify(&router(service), "text/plain", "x").await.status, 200);
}

#[tokio::test]
async fn a_full_house_turns_away_at_once() {
    let sample = Sample::new();
    let service = service(Config { in_flight: 2, ..sample.config() }).await;
    let router = router(service.clone());
    let inside = [service.admit().unwrap(), service.admit().unwrap()];
    let refused = verify(&router, "text/plain", sample.dcc(1)).await;
    refused.assert_problem(Kind::Overloaded);
    assert_eq!(refused.headers[header::RETRY_AFTER], "1");
    assert_eq!(get(&router, "/live").await.status, 200, "whoever looks after the service always gets in");
    drop(inside);
    assert_eq!(verify(&router, "text/plain", sample.dcc(1)).await.status, 200, "places are given back");
    assert_eq!(service.metrics.shed.get(), 1);
}

#[tokio::test]
async fn bodies_that_never_come_keep_out_nobody_but_others_like_them() {
    let sample = Sample::new();
    let service = service(Config { in_flight: 2, ..sample.config() }).await;
    let router = router(service.clone());
    let never = || Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let mut waiting = Vec::new();
    for count in 1..=8 {
        let (router, never) = (router.clone(), never());
        waiting.push(tokio::spawn(async move { verify(&router, "text/plain", never).await.status }));
        while service.metrics.in_flight.get() < count {
            tokio::task::yield_now().await;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(verify(&router, "text/plain", sample.dcc(1)).await.status, 200);
    verify(&router, "text/plain", never()).await.assert_problem(Kind::Overloaded);
    assert_eq!(verify(&router, "text/plain", sample.dcc(1)).await.status, 200);
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
    for one in waiting {
        assert!(one.await.is_err());
    }
    assert_eq!(service.metrics.in_flight.get(), 0);
    let inside = [service.admit(), service.admit(), service.admit()];
    assert_eq!(inside.map(|place| place.is_some()), [true, true, false], "two places, neither more nor less");
}
