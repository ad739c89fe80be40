//! What is taken, and what is told of what is not.

use serde_json::json;

use super::*;

fn decode(body: &Json) -> Result<Ask, Vec<Fault>> {
    let known = Known {
        template: &|name| (name == "age").then(|| json!({ "credentials": [] })),
        convert: &|definition| {
            let id = definition.member("id").and_then(|id| id.as_str());
            if id == Some("good") { Ok(json!({ "credentials": [] })) } else { Err(vec!["it cannot be".to_owned()]) }
        },
    };
    Ask::decode(body.to_string().as_bytes(), &known)
}

/// The members that faults are told of.
fn members(body: &Json) -> Vec<String> {
    decode(body).expect_err("faulty").into_iter().map(|fault| fault.member).collect()
}

#[test]
fn every_member_is_taken() {
    let ask = decode(&json!({
        "dcql_query": { "credentials": [] }, "flow": "same_device", "response_mode": "direct_post", "client_id_prefix": "x509_hash",
        "request": "by_value", "request_uri_method": "post", "profile": "haip", "redirect_uri": "https://shop.example/back?a=b",
        "transaction_data": [{ "type": "pay", "credential_ids": ["pid"] }], "verifier_info": [{ "format": "jwt", "data": "e30" }],
        "webhook": { "url": "https://shop.example/hook" }, "expires_in": 60, "policy": { "strict": true },
        "expected_origins": ["https://shop.example", "http://localhost:8080"], "protocol": "openid4vp-v1-signed"
    }))
    .expect("an ask");
    assert_eq!((ask.flow, ask.response_mode), (Flow::SameDevice, ResponseMode::DirectPost));
    assert_eq!((ask.request, ask.request_uri_method), (Some(Delivery::ByValue), Method::Post));
    assert_eq!((ask.expires_in, ask.is_haip(), ask.expected_origins.len()), (60, true, 2));
    assert!(ask.policy.as_ref().is_some_and(|policy| policy.strict));
    let kept = serde_json::to_vec(&ask).expect("JSON");
    assert_eq!(crate::encoding::json::from_slice::<Ask>(&kept).expect("the same"), ask);
}

#[test]
fn defaults_are_careful() {
    let ask = decode(&json!({ "template": "age" })).expect("an ask");
    assert_eq!(ask, Ask::of(json!({ "credentials": [] })));
    assert!(ask.response_mode.is_encrypted());
    let ask = decode(&json!({ "presentation_definition": { "id": "good" }, "flow": "dc_api" })).expect("an ask");
    assert_eq!(ask.response_mode, ResponseMode::DcApiJwt);
}

#[test]
fn what_is_asked_is_said_once() {
    for body in [json!({}), json!({ "dcql_query": {}, "template": "age" }), json!({ "dcql_query": "{}" })] {
        assert_eq!(members(&body), ["dcql_query"], "{body}");
    }
    assert_eq!(members(&json!({ "template": "no such" })), ["template"]);
    assert_eq!(members(&json!({ "presentation_definition": {} })), ["presentation_definition"]);
}

#[test]
fn faults_name_their_members() {
    let body = json!({
        "dcql_query": {}, "flow": "x", "response_mode": 1, "protocol": "openid4vp", "client_id_prefix": "origin", "request": "x",
        "request_uri_method": "GET", "profile": "HAIP", "redirect_uri": "javascript:alert(1)", "expires_in": 9
    });
    let due = [
        "flow",
        "response_mode",
        "protocol",
        "client_id_prefix",
        "request",
        "request_uri_method",
        "profile",
        "redirect_uri",
        "expires_in",
    ];
    assert_eq!(members(&body), due);
    let body = json!({
        "dcql_query": {}, "transaction_data": [{ "type": "" }], "verifier_info": [], "webhook": { "url": "http://10.0.0.1/" },
        "expected_origins": ["https://shop.example/"], "policy": { "no such": 1 }, "nonce": "n", "secret<b>": 1
    });
    let due = [
        "nonce",
        "secret<b>",
        "transaction_data[0].type",
        "transaction_data[0].credential_ids",
        "verifier_info",
        "expected_origins[0]",
        "webhook",
        "policy",
    ];
    assert_eq!(members(&body), due);
    let of_nonce = decode(&body).expect_err("faulty").remove(0);
    assert!(of_nonce.problem.contains("makes it itself"));
}

/// VP-009: nobody but this service says where answers go.
#[test]
fn where_answers_go_is_not_for_callers_to_say() {
    assert_eq!(members(&json!({ "template": "age", "response_uri": "https://evil.example" })), ["response_uri"]);
}

#[test]
fn bodies_are_bounded_json_objects() {
    let known = Known { template: &|_| None, convert: &|_| Err(Vec::new()) };
    let big = vec![b' '; ASK_BYTES + 1];
    for body in [&b"[]"[..], b"", b"{\"flow\":\"dc_api\",\"flow\":\"x\"}", big.as_slice()] {
        let faults = Ask::decode(body, &known).expect_err("refused");
        assert_eq!((faults.len(), faults[0].member.as_str()), (1, ""));
    }
    let many = (0..100).map(|at| (format!("m{at}"), json!(1))).collect::<serde_json::Map<_, _>>();
    assert_eq!(decode(&Json::Object(many)).expect_err("refused").len(), LISTED);
}

#[test]
fn urls_and_origins_mean_one_thing() {
    for url in [
        "https://a.example",
        "https://a.example:8443/b?c=d",
        "http://localhost:3000/x",
        "http://127.0.0.1/",
        "http://[::1]:80/",
    ] {
        assert!(is_https_url(url), "{url}");
    }
    for url in [
        "",
        "https://",
        "http://a.example",
        "https://a@b.example",
        "https://a.example/#x",
        "https:a",
        "ftp://a",
        "https://a b",
        "https://é",
    ] {
        assert!(!is_https_url(url), "{url}");
    }
    for origin in ["https://a.example", "https://a.example:8443", "http://localhost:3000"] {
        assert!(is_origin(origin), "{origin}");
    }
    for origin in [
        "https://a.example/",
        "https://A.example",
        "null",
        "http://a.example",
        "https://a.example?",
        "origin:https://a.example",
    ] {
        assert!(!is_origin(origin), "{origin}");
    }
}
