//! Attacks on presentations, over a real socket. Each asserts the same three things: the wallet learns no more than the protocol's error,
//! the relying party is told stage, code, expected and got, and what does not belong to a session leaves it byte for byte as it was.

use serde_json::{Value, json};
use vidimus::crypto::api_key::ApiKey;
use vidimus::crypto::jwe::{Encryption, EncryptionKey, Sealing, seal};
use vidimus::encoding::base64url;
use vidimus::encoding::json::from_slice;
use vidimus::issue::sd_jwt::Binding;
use vidimus::net::clock::Clock;
use vidimus::service::config::Config;
use vidimus::service::openid4vp::settings::Settings;

use crate::openid4vp::both;
use crate::verifier::{Begun, Verifier, assert_refused, assert_tells, assert_wallet_learns_nothing, json_of};
use crate::wallet::{Asked, FAMILY_NAME, Wallet, World, form, percent};

/// A service, a grown-up's wallet, and the world they are in.
async fn stage() -> (World, Verifier, Wallet) {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    (world, verifier, wallet)
}

fn age(mode: &str) -> Value {
    json!({ "template": "age-over-18", "response_mode": mode })
}

async fn begun(verifier: &Verifier, ask: &Value) -> (Begun, Asked) {
    let begun = verifier.begin(ask).await;
    let asked = verifier.fetch(&begun).await;
    (begun, asked)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_response_that_is_posted_twice_is_taken_once() {
    let (_world, verifier, wallet) = stage().await;
    for mode in ["direct_post.jwt", "direct_post"] {
        let (begun, asked) = begun(&verifier, &age(mode)).await;
        let body = asked.body(&wallet.age_proof(&asked));
        assert_eq!(verifier.respond(&asked, &body).await.status, 200);
        let kept = verifier.row(&begun).await;
        let other = asked.body(&json!({ "mdl": [wallet.show_mdl(&asked, &["age_over_18"])] }));
        for again in [&body, &other] {
            assert_wallet_learns_nothing(&verifier.respond(&asked, again).await);
        }
        assert_eq!(verifier.row(&begun).await, kept, "the first result is kept");
        let state = verifier.state(&begun).await;
        assert_refused(&state["refusals"], "vp.session_consumed");
        assert_eq!(state["outcome"]["presentations"][0]["id"], "pid");
        // Nor once it has been read.
        let read = verifier.row(&begun).await;
        assert_wallet_learns_nothing(&verifier.respond(&asked, &body).await);
        assert_eq!(verifier.row(&begun).await, read);
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_presentation_for_another_live_session_is_refused() {
    let (_world, verifier, wallet) = stage().await;
    let (_, other) = begun(&verifier, &age("direct_post")).await;
    for shown in ["pid", "mdl"] {
        let (begun, asked) = begun(&verifier, &age("direct_post")).await;
        assert_ne!(asked.nonce, other.nonce);
        assert!(base64url::decode(&asked.nonce).is_ok_and(|bytes| bytes.len() >= 16), "128 bits at least");
        let token = match shown {
            "pid" => wallet.age_proof(&other),
            _ => json!({ "mdl": [wallet.show_mdl(&other, &["age_over_18"])] }),
        };
        let code = if shown == "pid" { "vp.nonce" } else { "vp.session_mismatch" };
        verifier.refuses(&begun, &asked, &asked.body(&token), code).await;
        // The right answer is taken all the same.
        let right = match shown {
            "pid" => wallet.age_proof(&asked),
            _ => json!({ "mdl": [wallet.show_mdl(&asked, &["age_over_18"])] }),
        };
        assert_eq!(verifier.respond(&asked, &asked.body(&right)).await.status, 200);
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn state_comes_back_as_it_was_sent_or_nothing_happens() {
    let (_world, verifier, wallet) = stage().await;
    let (_, other) = begun(&verifier, &age("direct_post")).await;
    for mode in ["direct_post.jwt", "direct_post"] {
        let (begun, asked) = begun(&verifier, &age(mode)).await;
        let token = wallet.age_proof(&asked);
        for state in [None, Some("guessed".to_owned()), other.state.clone()] {
            let wrong = Asked { state, ..asked.clone() };
            verifier.refuses(&begun, &asked, &wrong.body(&token), "vp.state").await;
        }
        // Another session's address, or one that nobody was given.
        assert_wallet_learns_nothing(&verifier.post_form("/openid4vp/response/1", &asked.body(&token)).await);
        assert_wallet_learns_nothing(&verifier.respond(&other, &asked.body(&token)).await);
        assert_eq!(verifier.respond(&asked, &asked.body(&token)).await.status, 200, "the session is as it was");
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_short_and_random() {
    let (_world, verifier, _) = stage().await;
    for seconds in [0, 9, 3601, 100_000] {
        let ask = json!({ "template": "pid", "expires_in": seconds });
        assert_eq!(verifier.post_json("/v1/presentations", &ask).await.status, 400, "{seconds}");
    }
    let (one, first) = begun(&verifier, &age("direct_post")).await;
    let (two, second) = begun(&verifier, &age("direct_post")).await;
    let secrets = |begun: &Begun, asked: &Asked| {
        let tail = |text: &str| text.rsplit('/').next().unwrap().to_owned();
        let state = asked.state.clone().unwrap();
        [begun.id().to_owned(), tail(&begun.request_path()), tail(&asked.response_uri), asked.nonce.clone(), state]
    };
    let mut all = [secrets(&one, &first), secrets(&two, &second)].concat();
    assert!(all.iter().all(|secret| base64url::decode(secret).is_ok_and(|bytes| bytes.len() == 32)), "{all:?}");
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 10, "all different");
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_presentation_for_somebody_else_is_refused() {
    let (_world, verifier, wallet) = stage().await;
    let hash = |asked: &Asked| asked.client_id.split_once(':').unwrap().1.to_owned();
    let others: [&dyn Fn(&Asked) -> String; 4] = [
        &|_| "x509_hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        &|asked| hash(asked),
        &|asked| format!("x509_san_dns:{}", hash(asked)),
        &|_| "origin:http://localhost".to_owned(),
    ];
    for audience in others {
        let (begun, asked) = begun(&verifier, &age("direct_post.jwt")).await;
        let binding = Binding {
            nonce: asked.nonce.clone(),
            audience: audience(&asked),
            issued_at: Clock::system().now(),
            transaction_data: Vec::new(),
        };
        let token = json!({ "pid": [wallet.show_pid_bound(&["/age_equal_or_over/18"], &binding)] });
        verifier.refuses(&begun, &asked, &asked.body(&token), "vp.client_id_mismatch").await;
    }
    // An mdoc's device signs for the identifier, and for the place where the answer goes.
    for wrong in ["client_id", "response_uri"] {
        let (begun, asked) = begun(&verifier, &age("direct_post.jwt")).await;
        let mut other = asked.clone();
        match wrong {
            "client_id" => other.client_id = hash(&asked),
            _ => other.response_uri = "https://attacker.example/response".to_owned(),
        }
        let token = json!({ "mdl": [wallet.show_mdl(&other, &["age_over_18"])] });
        verifier.refuses(&begun, &asked, &asked.body(&token), "vp.session_mismatch").await;
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redirect_uri_clients_sign_nothing_and_are_not_fetched() {
    let (_world, verifier, _) = stage().await;
    let ask = json!({ "template": "pid", "client_id_prefix": "redirect_uri", "request": "by_reference" });
    let refused = verifier.post_json("/v1/presentations", &ask).await;
    assert_eq!((refused.status, json_of(&refused)["faults"][0]["member"].as_str()), (400, Some("request")));
    let ask = json!({ "template": "pid", "client_id_prefix": "redirect_uri" });
    let link = verifier.begin(&ask).await.created["authorization_request"].as_str().unwrap().to_owned();
    assert!(!link.contains("request=") && !link.contains("request_uri="), "{link}");
    let unknown = json!({ "template": "pid", "client_id_prefix": "verifier_attestation" });
    assert_eq!(verifier.post_json("/v1/presentations", &unknown).await.status, 400, "no such client is configured");
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_says_where_answers_go() {
    let (_world, verifier, _) = stage().await;
    let ask = json!({ "template": "pid", "response_uri": "https://attacker.example/collect" });
    let problem = json_of(&verifier.post_json("/v1/presentations", &ask).await);
    assert_eq!((&problem["status"], &problem["code"]), (&json!(400), &json!("vp.response_uri")), "{problem}");
    for redirect_uri in
        ["http://shop.example/", "javascript:alert(1)", "https://user@shop.example/", "https://shop.example/#a"]
    {
        let ask = json!({ "template": "pid", "flow": "same_device", "redirect_uri": redirect_uri });
        assert_eq!(verifier.post_json("/v1/presentations", &ask).await.status, 400, "{redirect_uri}");
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_answer_the_query_is_refused() {
    let (world, verifier, wallet) = stage().await;
    let code = "vp.dcql_unsatisfied";
    let adult = |asked: &Asked| wallet.show_pid(asked, &["/age_equal_or_over/18"]);
    let (session, asked) = begun(&verifier, &age("direct_post.jwt")).await;
    verifier.rejects(&session, &asked, &json!({ "other": [adult(&asked)] }), code).await;
    let (session, asked) = begun(&verifier, &age("direct_post.jwt")).await;
    verifier.rejects(&session, &asked, &json!({ "pid": [adult(&asked), adult(&asked)] }), code).await;
    // What was asked for is not shown; or it is, and says something else.
    let (session, asked) = begun(&verifier, &age("direct_post.jwt")).await;
    verifier.rejects(&session, &asked, &json!({ "pid": [wallet.show_pid(&asked, &["/family_name"])] }), code).await;
    let minor = world.wallet(false);
    let (session, asked) = begun(&verifier, &age("direct_post.jwt")).await;
    verifier.rejects(&session, &asked, &minor.age_proof(&asked), code).await;
    let (session, asked) = begun(&verifier, &age("direct_post.jwt")).await;
    verifier.rejects(&session, &asked, &json!({ "mdl": [minor.show_mdl(&asked, &["age_over_18"])] }), code).await;
    // One of two that are due.
    let (session, asked) = begun(&verifier, &json!({ "dcql_query": both() })).await;
    verifier.rejects(&session, &asked, &json!({ "pid": [wallet.show_pid(&asked, &["/family_name"])] }), code).await;
    // Another type, and another authority, than were asked for.
    let credential = |member: &str, value: Value| {
        let mut query = both();
        query["credentials"].as_array_mut().unwrap().remove(0);
        query["credentials"][0][member] = value;
        json!({ "dcql_query": query })
    };
    for ask in [
        credential("meta", json!({ "doctype_value": "org.iso.23220.photoid.1" })),
        credential("trusted_authorities", json!([{ "type": "aki", "values": ["AAAAAAAAAAAAAAAAAAAAAAAAAAA"] }])),
    ] {
        let (session, asked) = begun(&verifier, &ask).await;
        verifier.rejects(&session, &asked, &json!({ "mdl": [wallet.show_mdl(&asked, &["family_name"])] }), code).await;
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_query_is_refused_when_it_is_asked() {
    let (_world, verifier, _) = stage().await;
    let with = |claims: Value| {
        json!({ "dcql_query": { "credentials": [{
            "id": "a", "format": "dc+sd-jwt", "meta": { "vct_values": ["x"] }, "claims": claims,
        }]}})
    };
    let claim = |path: Value| with(json!([{ "path": path }]));
    let many: Vec<Value> = (0..10_000).map(|at| json!({ "path": [format!("c{at}")] })).collect();
    let deep: Vec<String> = (0..1_000).map(|at| format!("p{at}")).collect();
    for ask in [
        with(json!(many)),
        claim(json!(deep)),
        claim(json!(["a", -1])),
        claim(json!(["a", 1.5])),
        claim(json!([])),
        claim(json!([{}])),
        json!({ "dcql_query": { "credentials": [] } }),
        json!({ "dcql_query": {} }),
    ] {
        let refused = verifier.post_json("/v1/presentations", &ask).await;
        let problem = json_of(&refused);
        let shown: String = ask.to_string().chars().take(100).collect();
        assert_eq!((refused.status, &problem["code"]), (400, &json!("vp.dcql_invalid")), "{shown}: {problem}");
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_vp_token_changes_nothing() {
    let (_world, verifier, wallet) = stage().await;
    let (begun, asked) = begun(&verifier, &age("direct_post")).await;
    let shown = wallet.show_pid(&asked, &["/age_equal_or_over/18"]);
    let state = asked.state.clone().unwrap();
    for token in
        [json!(shown), json!([shown]), json!({ "pid": shown }), json!({}), json!({ "pid": [] }), json!({ "pid": [7] })]
    {
        verifier.refuses(&begun, &asked, &asked.body(&token), "vp.malformed").await;
    }
    let bomb = json!({
        "vp_token": { "pid": [shown] }, "state": state,
        "presentation_submission": { "descriptor_map": [{ "id": "a", "path": "$..*..*..*..*" }] },
    });
    let twice = format!("{}&vp_token=%7B%7D", asked.body(&json!({ "pid": [shown] })));
    for body in
        [form(&bomb), twice, String::new(), "%zz".to_owned(), format!("state={state}"), "vp_token=%7B".to_owned()]
    {
        verifier.refuses_quietly(&asked, &body).await;
    }
    let form_type = "content-type: application/x-www-form-urlencoded\r\n";
    for headers in [
        "",
        "content-type: application/json\r\n",
        &form_type.repeat(2),
        &format!("{form_type}content-encoding: gzip\r\n"),
    ] {
        let path = crate::verifier::path_of(&asked.response_uri);
        assert_wallet_learns_nothing(
            &verifier.ask("POST", path, headers, &asked.body(&json!({ "pid": [shown] }))).await,
        );
    }
    assert_eq!(verifier.respond(&asked, &asked.body(&json!({ "pid": [shown] }))).await.status, 200);
    verifier.stop().await;
}

/// The compact JWE with another header.
fn with_header(jwe: &str, change: impl Fn(&mut Value)) -> String {
    let (header, rest) = jwe.split_once('.').unwrap();
    let mut header: Value = from_slice(&base64url::decode(header).unwrap()).unwrap();
    change(&mut header);
    format!("{}.{rest}", base64url::encode(header.to_string().as_bytes()))
}

/// The compact JWE with another part in the place of the one with that number.
fn with_part(jwe: &str, at: usize, part: &str) -> String {
    let mut parts: Vec<&str> = jwe.split('.').collect();
    parts[at] = part;
    parts.join(".")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_encrypted_in_another_way_than_offered_changes_nothing() {
    let (_world, verifier, wallet) = stage().await;
    let (_, other) = begun(&verifier, &age("direct_post.jwt")).await;
    let (begun, asked) = begun(&verifier, &age("direct_post.jwt")).await;
    let members = json!({ "vp_token": wallet.age_proof(&asked), "state": asked.state });
    let honest = asked.sealed(&members);
    let payload = members.to_string();
    let with_kid = |kid: &str| {
        let sealing = Sealing { members: vec![("kid", kid.into())], ..Sealing::by(Encryption::A128Gcm) };
        seal(payload.as_bytes(), asked.jwk.as_ref().unwrap(), &sealing).unwrap()
    };
    let mut of_other = EncryptionKey::generate().unwrap().public_jwk();
    of_other["kid"] = asked.jwk.as_ref().unwrap()["kid"].clone();
    let to_other = seal(payload.as_bytes(), &of_other, &Sealing::by(Encryption::A128Gcm)).unwrap();
    let off_curve = json!({ "kty": "EC", "crv": "P-256", "x": "A".repeat(43), "y": "A".repeat(43) });
    let x25519 = json!({ "kty": "OKP", "crv": "X25519", "x": "A".repeat(43) });
    let set = |name: &'static str, value: Value| with_header(&honest, move |header| header[name] = value.clone());
    let tag = honest.rsplit('.').next().unwrap();
    for (jwe, code) in [
        (with_kid("another"), "jwe.policy"),
        (other.sealed(&members), "jwe.policy"),
        (to_other, "jwe.decrypt"),
        (set("enc", json!("A128CBC-HS256")), "jwe.policy"),
        (set("alg", json!("ECDH-ES+A128KW")), "jwe.policy"),
        (set("crit", json!(["b64"])), "jwe.policy"),
        (set("alg", json!("RSA1_5")), "jose.alg_not_allowed"),
        (set("alg", json!("RSA-OAEP")), "jose.alg_not_allowed"),
        (set("alg", json!("dir")), "jose.alg_not_allowed"),
        (set("alg", json!("none")), "jose.alg_none"),
        (
            with_header(&honest, |header| {
                header["alg"] = json!("PBES2-HS256+A128KW");
                header["p2c"] = json!(2_147_483_647);
                header["p2s"] = json!("c2FsdHNhbHQ");
            }),
            "jwe.p2c_limit",
        ),
        (set("zip", json!("DEF")), "jwe.zip_not_allowed"),
        (set("epk", off_curve), "jwe.epk_invalid"),
        (set("epk", x25519), "jwe.epk_invalid"),
        (set("epk", json!({})), "jwe.epk_invalid"),
        (with_header(&honest, |header| drop(header.as_object_mut().unwrap().remove("enc"))), "jwe.malformed"),
        (with_part(&honest, 1, "AAAA"), "jwe.malformed"),
        (with_part(&honest, 2, "AAAAAAAAAAA"), "jwe.malformed"),
        (with_part(&honest, 4, &tag[..tag.len() - 2]), "jwe.malformed"),
        (with_part(&honest, 4, &tag[..11]), "jwe.malformed"),
        (with_part(&honest, 4, "AAAAAAAAAAAAAAAAAAAAAA"), "jwe.decrypt"),
        (with_part(&honest, 2, "AAAAAAAAAAAAAAAA"), "jwe.decrypt"),
        // Both go into the key and into what is authenticated: neither can be another than the sender's.
        (set("apu", json!("b3RoZXI")), "jwe.decrypt"),
        (set("apv", json!("b3RoZXI")), "jwe.decrypt"),
        ("e30.e30".to_owned(), "jwe.malformed"),
    ] {
        // The relying party is told of the first few only, so each has a session of its own.
        let (begun, again) = self::begun(&verifier, &age("direct_post.jwt")).await;
        let is_kid_of_first = code != "jwe.policy" || jwe.split('.').count() != 5;
        let jwe = if is_kid_of_first { rebound(&jwe, &again) } else { jwe };
        verifier.refuses(&begun, &again, &format!("response={}", percent(&jwe)), code).await;
    }
    assert_eq!(verifier.respond(&asked, &format!("response={honest}")).await.status, 200);
    assert_eq!(verifier.outcome(&begun).await["verdict"], "accepted");
    verifier.stop().await;
}

/// The same JWE, naming the key of that session, so that it is looked at further.
fn rebound(jwe: &str, asked: &Asked) -> String {
    let decodes = jwe.split('.').next().and_then(|header| base64url::decode(header).ok());
    if jwe.split('.').count() != 5 || decodes.is_none() {
        return jwe.to_owned();
    }
    let kid = asked.jwk.as_ref().unwrap()["kid"].clone();
    with_header(jwe, move |header| header["kid"] = kid.clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_an_encrypted_response_is_json_and_no_token() {
    let (_world, verifier, wallet) = stage().await;
    let (begun, asked) = begun(&verifier, &age("direct_post.jwt")).await;
    let members = json!({ "vp_token": wallet.age_proof(&asked), "state": asked.state });
    let sealed = |text: &str| {
        let jwe = seal(text.as_bytes(), asked.jwk.as_ref().unwrap(), &Sealing::by(Encryption::A128Gcm)).unwrap();
        format!("response={jwe}")
    };
    let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
    let unsigned = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&members));
    verifier.refuses(&begun, &asked, &sealed(&unsigned), "jose.alg_none").await;
    let signed = format!("{}.{}.AAAA", part(&json!({ "alg": "ES256" })), part(&members));
    verifier.refuses(&begun, &asked, &sealed(&signed), "vp.malformed").await;
    for text in ["", "[]", "7", "{\"vp_token\":{},\"vp_token\":{}}"] {
        verifier.refuses_quietly(&asked, &sealed(text)).await;
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_in_the_clear_is_none_where_it_is_to_be_encrypted() {
    let (_world, verifier, wallet) = stage().await;
    let (begun, asked) = begun(&verifier, &age("direct_post.jwt")).await;
    let plain = form(&json!({ "vp_token": wallet.age_proof(&asked), "state": asked.state }));
    verifier.refuses(&begun, &asked, &plain, "vp.response_mode").await;
    let both = format!("{plain}&{}", asked.body(&wallet.age_proof(&asked)));
    verifier.refuses(&begun, &asked, &both, "vp.response_mode").await;
    let (clear, open) = self::begun(&verifier, &age("direct_post")).await;
    verifier.refuses(&clear, &open, &asked.body(&wallet.age_proof(&asked)), "vp.response_mode").await;
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_sent_comes_back_as_markup() {
    let (_world, verifier, _) = stage().await;
    let script = "<script>alert(1)</script>";
    let ask = json!({ "template": "pid", "verifier_info": [{ "format": "jwt", "data": script }], "request_uri_method": "post" });
    let begun = verifier.begin(&ask).await;
    assert!(!begun.created.to_string().contains('<'));
    let nonce = format!("wallet_nonce={}", percent(script));
    assert_wallet_learns_nothing(&verifier.post_form(&begun.request_path(), &nonce).await);
    for body in [
        format!("wallet_nonce={}", "a".repeat(300)),
        "wallet_nonce=a&wallet_nonce=b".to_owned(),
        "wallet_metadata=7".to_owned(),
    ] {
        assert_wallet_learns_nothing(&verifier.post_form(&begun.request_path(), &body).await);
    }
    assert_eq!(verifier.state(&begun).await["state"], "created", "nothing of that fetched the request");
    let object = verifier.get(&begun.request_path()).await;
    assert!(!object.body.contains('<') && object.head.contains("x-content-type-options: nosniff"), "{}", object.head);
    let name = format!("nonce{script}");
    let problem = verifier.post_json("/v1/presentations", &json!({ "template": "pid", name: 1 })).await;
    assert!(problem.status == 400 && !problem.body.contains("<script"), "{}", problem.body);
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_object_is_made_for_whoever_fetches_it_and_not_after_the_answer() {
    let (_world, verifier, wallet) = stage().await;
    let begun = verifier.begin(&json!({ "template": "age-over-18", "request_uri_method": "post" })).await;
    let fetch = async |nonce: &str| verifier.post_form(&begun.request_path(), &format!("wallet_nonce={nonce}")).await;
    let (one, two) = (fetch("one").await, fetch("two").await);
    assert_ne!(one.body, two.body, "an old one does not hold the wallet's nonce");
    let asked = Asked::of_object(&two.body);
    assert_eq!(verifier.respond(&asked, &asked.body(&wallet.age_proof(&asked))).await.status, 200);
    assert_wallet_learns_nothing(&fetch("three").await);
    assert_wallet_learns_nothing(&verifier.get(&begun.request_path()).await);
    let metrics = verifier.get("/metrics").await.body;
    assert!(metrics.contains(r#"vidimus_session_refusals_total{kind="vp.request_consumed"} 2"#), "{metrics}");
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wallets_error_ends_the_session_and_is_not_repeated() {
    let (_world, verifier, _) = stage().await;
    let described = format!("<b>{FAMILY_NAME}</b>{}", "x".repeat(50_000));
    for (error, told) in [("access_denied", "access_denied"), (described.as_str(), "")] {
        let (begun, asked) = begun(&verifier, &age("direct_post.jwt")).await;
        let body = form(&json!({ "error": error, "error_description": described, "state": asked.state }));
        let answer = verifier.respond(&asked, &body).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
        let outcome = verifier.outcome(&begun).await;
        assert_eq!(outcome["verdict"], "rejected");
        assert_tells(&outcome, "vp.wallet_error");
        let text = outcome.to_string();
        assert!(
            text.contains(told) && !text.contains("<b>") && !text.contains(FAMILY_NAME) && text.len() < 2_000,
            "{text}"
        );
    }
    let (begun, asked) = begun(&verifier, &age("direct_post.jwt")).await;
    verifier.refuses(&begun, &asked, "error=access_denied&state=guessed", "vp.state").await;
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_trust_list_nothing_is_asked_and_nothing_is_accepted() {
    let world = World::new();
    let nowhere = Config { trust: Some(world.store.path().join("absent")), ..world.config() };
    let verifier = Verifier::start_with(nowhere, Settings::for_development(None).unwrap(), None).await;
    let refused = verifier.post_json("/v1/presentations", &json!({ "template": "pid" })).await;
    assert!(refused.status == 503 && refused.body.contains("not_ready"), "{refused:?}");
    verifier.stop().await;
    // Issuers that this list does not know.
    let (other, verifier) = (World::new(), Verifier::start(&world).await);
    let wallet = other.wallet(true);
    for shown in ["pid", "mdl"] {
        let (begun, asked) = begun(&verifier, &age("direct_post.jwt")).await;
        let token = match shown {
            "pid" => wallet.age_proof(&asked),
            _ => json!({ "mdl": [wallet.show_mdl(&asked, &["age_over_18"])] }),
        };
        assert_wallet_learns_nothing(&verifier.respond(&asked, &asked.body(&token)).await);
        let outcome = verifier.outcome(&begun).await;
        assert_ne!(outcome["verdict"], "accepted", "{outcome}");
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_good_and_one_bad_presentation_are_not_enough() {
    let (_world, verifier, wallet) = stage().await;
    let (begun, asked) = begun(&verifier, &json!({ "dcql_query": both() })).await;
    let mut forged = wallet.show_pid(&asked, &["/family_name"]);
    let at = forged.find('~').unwrap() - 20;
    let changed = if forged.as_bytes()[at] == b'A' { "B" } else { "A" };
    forged.replace_range(at..=at, changed);
    let token = json!({ "pid": [forged], "mdl": [wallet.show_mdl(&asked, &["family_name"])] });
    let outcome = verifier.rejects(&begun, &asked, &token, "vp.partial").await;
    let verdict = |id: &str| {
        let shown = outcome["presentations"].as_array().unwrap().iter().find(|shown| shown["id"] == id).unwrap();
        shown["report"]["verdict"].clone()
    };
    assert_eq!((verdict("pid"), verdict("mdl")), (json!("rejected"), json!("accepted")), "{outcome}");
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_verdict_has_looked_at_every_stage() {
    let (_world, verifier, wallet) = stage().await;
    for shown in ["pid", "mdl"] {
        let (begun, asked) = begun(&verifier, &age("direct_post.jwt")).await;
        let token = match shown {
            "pid" => wallet.age_proof(&asked),
            _ => json!({ "mdl": [wallet.show_mdl(&asked, &["age_over_18"])] }),
        };
        assert_eq!(verifier.respond(&asked, &asked.body(&token)).await.status, 200);
        let outcome = verifier.outcome(&begun).await;
        let checks = outcome["presentations"][0]["report"]["checks"].as_array().unwrap().clone();
        let stages: Vec<&str> = checks.iter().map(|check| check["stage"].as_str().unwrap()).collect();
        for stage in ["decode", "key", "signature", "digests", "validity", "status", "holder", "policy"] {
            assert!(stages.contains(&stage), "{shown} has no {stage}: {stages:?}");
        }
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_nothing_to_another_tenant() {
    let world = World::new();
    let keys = ["tenant-one-has-this-key", "tenant-two-has-that-key"];
    let config = Config {
        open_access: false,
        api_keys: keys.iter().map(|key| ApiKey::from_text(key).unwrap()).collect(),
        ..world.config()
    };
    let verifier = Verifier::start_with(config, Settings::for_development(None).unwrap(), None).await;
    let bearer = |key: &str| format!("authorization: Bearer {key}\r\ncontent-type: application/json\r\n");
    let (mine, yours) = (bearer(keys[0]), bearer(keys[1]));
    let ask = json!({ "template": "age-over-18" }).to_string();
    for headers in ["content-type: application/json\r\n", &bearer("tenant-none-of-the-keys")] {
        assert_eq!(verifier.ask("POST", "/v1/presentations", headers, &ask).await.status, 401);
    }
    let created = verifier.ask("POST", "/v1/presentations", &mine, &ask).await;
    let begun = Begun { created: json_of(&created) };
    let (asked, wallet) = (verifier.fetch(&begun).await, world.wallet(true));
    assert_eq!(
        verifier.respond(&asked, &asked.body(&wallet.age_proof(&asked))).await.status,
        200,
        "wallets have no key"
    );
    let path = format!("/v1/presentations/{}", begun.id());
    let unknown = verifier.ask("GET", &format!("/v1/presentations/{}", "A".repeat(43)), &yours, "").await;
    let before = verifier.row(&begun).await;
    let places = [("GET", ""), ("DELETE", ""), ("GET", "/events"), ("GET", "/qr.svg"), ("POST", "/response")];
    for (method, place) in places {
        let refused = verifier.ask(method, &format!("{path}{place}"), &yours, "{}").await;
        assert_eq!((refused.status, &refused.body), (404, &unknown.body), "{method} {place}");
        assert_eq!(verifier.ask(method, &format!("{path}{place}"), "", "").await.status, 401, "{method} {place}");
    }
    assert_eq!(verifier.row(&begun).await, before);
    let kept = String::from_utf8(before.unwrap().content).unwrap();
    assert!(!keys.iter().any(|key| kept.contains(key)));
    let read = json_of(&verifier.ask("GET", &path, &mine, "").await);
    assert_eq!(read["outcome"]["verdict"], "accepted");
    // Counts tell wallets apart that are answered alike.
    assert_eq!(verifier.get("/metrics").await.status, 401);
    assert_eq!(verifier.ask("GET", "/metrics", &mine, "").await.status, 200);
    let tells_time = |head: &str| head.to_ascii_lowercase().contains("server-timing:");
    assert!(
        tells_time(&created.head) && !tells_time(&unknown.head) && !tells_time(&verifier.get("/metrics").await.head)
    );
    assert!(!tells_time(&verifier.get(&begun.request_path()).await.head));
    assert!(!tells_time(&verifier.respond(&asked, "state=x").await.head));
    verifier.stop().await;
}
