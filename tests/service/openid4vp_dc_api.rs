//! The Digital Credentials API over a real socket: the page hands the request to the browser, and posts what came back.

use serde_json::{Value, json};
use vidimus::crypto::cose_key;
use vidimus::crypto::hpke::seal;
use vidimus::encoding::base64url;
use vidimus::encoding::cbor;
use vidimus::encoding::json::from_slice;
use vidimus::format::mdoc::handover::transcript;
use vidimus::occasion::Occasion;
use vidimus::occasion::session::{Handover, Session};

use crate::verifier::{Begun, Verifier, assert_refused, assert_tells, json_of};
use crate::wallet::{Asked, Wallet, World};
use crate::wire::Answer;

const ORIGIN: &str = "https://shop.example";

fn ask(protocol: &str, mode: &str) -> Value {
    json!({
        "template": "age-over-18", "flow": "dc_api", "protocol": protocol, "response_mode": mode, "expected_origins": [ORIGIN],
    })
}

/// What the browser is given.
fn request(begun: &Begun) -> (&str, &Value) {
    let request = &begun.created["dc_api"]["digital"]["requests"][0];
    (request["protocol"].as_str().unwrap(), &request["data"])
}

/// What a wallet takes out of it.
fn asked(begun: &Begun, origin: &str) -> Asked {
    let (protocol, data) = request(begun);
    let all = match protocol {
        "openid4vp-v1-signed" => Asked::of_object(data["request"].as_str().unwrap()).all,
        "openid4vp-v1-multisigned" => {
            let payload = base64url::decode(data["request"]["payload"].as_str().unwrap()).unwrap();
            assert!(data["request"]["signatures"].as_array().is_some_and(|all| !all.is_empty()));
            from_slice(&payload).unwrap()
        }
        _ => data.clone(),
    };
    Asked::of(all, Some(origin))
}

/// `data` of an honest wallet's answer.
fn answered(asked: &Asked, vp_token: &Value) -> Value {
    let members = json!({ "vp_token": vp_token });
    if asked.jwk.is_some() { json!({ "response": asked.sealed(&members) }) } else { members }
}

async fn hand_over(verifier: &Verifier, begun: &Begun, origin: &str, data: &Value) -> Answer {
    let body = json!({ "origin": origin, "data": data });
    verifier.post_json(&format!("/v1/presentations/{}/response", begun.id()), &body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_formats_come_by_every_protocol_in_the_clear_and_encrypted() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    for protocol in ["openid4vp-v1-unsigned", "openid4vp-v1-signed", "openid4vp-v1-multisigned"] {
        for mode in ["dc_api", "dc_api.jwt"] {
            for shown in ["pid", "mdl"] {
                let begun = verifier.begin(&ask(protocol, mode)).await;
                assert_eq!(request(&begun).0, protocol);
                assert!(begun.created.get("authorization_request").is_none());
                let asked = asked(&begun, ORIGIN);
                assert_eq!(asked.all.get("expected_origins").is_some(), protocol != "openid4vp-v1-unsigned");
                assert_eq!(asked.all.get("client_id").is_some(), protocol == "openid4vp-v1-signed");
                assert!(asked.state.is_none() && asked.all.get("response_uri").is_none());
                let answer =
                    hand_over(&verifier, &begun, ORIGIN, &answered(&asked, &token(&wallet, &asked, shown))).await;
                let outcome = verifier.outcome(&begun).await;
                assert_eq!(answer.status, 200, "{answer:?}");
                assert_eq!(outcome["verdict"], "accepted", "{protocol}, {mode}, {shown}: {outcome}");
            }
        }
    }
    verifier.stop().await;
}

fn token(wallet: &Wallet, asked: &Asked, shown: &str) -> Value {
    match shown {
        "pid" => wallet.age_proof(asked),
        _ => json!({ "mdl": [wallet.show_mdl(asked, &["age_over_18"])] }),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_origin_that_was_not_expected_changes_nothing() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    let begun = verifier.begin(&ask("openid4vp-v1-signed", "dc_api.jwt")).await;
    let asked = asked(&begun, ORIGIN);
    let data = answered(&asked, &wallet.age_proof(&asked));
    let before = verifier.row(&begun).await;
    for origin in ["https://attacker.example", "https://shop.example/", "https://shop.example:443", "null", "", "<b>"] {
        let refused = hand_over(&verifier, &begun, origin, &data).await;
        let problem = json_of(&refused);
        assert_eq!((refused.status, &problem["code"]), (400, &json!("vp.origin")), "{origin}: {problem}");
    }
    let path = format!("/v1/presentations/{}/response", begun.id());
    assert_eq!(json_of(&verifier.post_json(&path, &json!({ "data": data })).await)["code"], "vp.origin", "none");
    assert_eq!(verifier.row(&begun).await, before);
    assert_refused(&verifier.state(&begun).await["refusals"], "vp.origin");
    assert_eq!(hand_over(&verifier, &begun, ORIGIN, &data).await.status, 200);
    assert_eq!(verifier.outcome(&begun).await["verdict"], "accepted");
    // What was made for another origin is not accepted, whatever the page says.
    for shown in ["pid", "mdl"] {
        let begun = verifier.begin(&ask("openid4vp-v1-signed", "dc_api.jwt")).await;
        let elsewhere = self::asked(&begun, "https://attacker.example");
        let data = answered(&elsewhere, &token(&wallet, &elsewhere, shown));
        assert_eq!(hand_over(&verifier, &begun, ORIGIN, &data).await.status, 400);
        let code = if shown == "pid" { "vp.client_id_mismatch" } else { "vp.session_mismatch" };
        assert_refused(&verifier.state(&begun).await["refusals"], code);
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_browser_brings_is_taken_once_and_as_it_was_asked_for() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    let begun = verifier.begin(&ask("openid4vp-v1-unsigned", "dc_api.jwt")).await;
    let asked = asked(&begun, ORIGIN);
    let before = verifier.row(&begun).await;
    let plain = json!({ "vp_token": wallet.age_proof(&asked) });
    let refused = hand_over(&verifier, &begun, ORIGIN, &plain).await;
    assert_eq!((refused.status, json_of(&refused)["code"].as_str()), (400, Some("vp.response_mode")));
    for data in [json!(7), json!({}), json!({ "response": 7 }), json!({ "response": "e30" })] {
        assert_eq!(hand_over(&verifier, &begun, ORIGIN, &data).await.status, 400, "{data}");
    }
    assert_eq!(verifier.row(&begun).await, before);
    let data = answered(&asked, &wallet.age_proof(&asked));
    assert_eq!(hand_over(&verifier, &begun, ORIGIN, &data).await.status, 200);
    let again = hand_over(&verifier, &begun, ORIGIN, &data).await;
    assert_eq!((again.status, json_of(&again)["code"].as_str()), (400, Some("vp.session_consumed")));
    // A holder who will not is an answer, too.
    let begun = verifier.begin(&ask("openid4vp-v1-unsigned", "dc_api.jwt")).await;
    assert_eq!(hand_over(&verifier, &begun, ORIGIN, &json!({ "error": "access_denied" })).await.status, 200);
    assert_tells(&verifier.outcome(&begun).await, "vp.wallet_error");
    verifier.stop().await;
}

/// The answer of a wallet that knows ISO/IEC 18013-7, Annex C, to the page of that origin.
fn iso_answer(wallet: &Wallet, begun: &Begun, origin: &str) -> Value {
    let info = request(begun).1["encryptionInfo"].as_str().unwrap();
    let bytes = base64url::decode(info).unwrap();
    let held = cbor::decode(&bytes).unwrap();
    let recipient = held.as_array().unwrap()[1].entry_text("recipientPublicKey").unwrap();
    let session = Session {
        handover: Handover::IsoDcApi,
        origin: Some(origin.to_owned()),
        encryption_info: Some(info.to_owned()),
        ..Session::default()
    };
    let occasion = Occasion { session: Some(session.clone()), ..Occasion::default() };
    let under = transcript(&occasion, Handover::IsoDcApi).unwrap();
    let response = wallet.device_response(session, None, &["age_over_18"]);
    let sealed = seal(&cose_key::public_key(recipient).unwrap(), &under, &response).unwrap();
    let members = vec![
        ("enc".into(), cbor::Value::Bytes(sealed.encapsulated.into())),
        ("cipherText".into(), cbor::Value::Bytes(sealed.ciphertext.into())),
    ];
    let answer = cbor::Value::Array(vec!["dcapi".into(), cbor::Value::Map(members)]);
    json!({ "response": base64url::encode(&cbor::encode(&answer)) })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_comes_by_the_protocol_of_iso() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    let ask = json!({
        "flow": "dc_api", "protocol": "org-iso-mdoc", "expected_origins": [ORIGIN],
        "dcql_query": { "credentials": [{
            "id": "mdl", "format": "mso_mdoc", "meta": { "doctype_value": "org.iso.18013.5.1.mDL" },
            "claims": [{ "path": ["org.iso.18013.5.1", "age_over_18"] }],
        }]},
    });
    let begun = verifier.begin(&ask).await;
    let (protocol, data) = request(&begun);
    assert_eq!(protocol, "org-iso-mdoc");
    let device_request = base64url::decode(data["deviceRequest"].as_str().unwrap()).unwrap();
    let device_request = cbor::decode(&device_request).unwrap();
    let asked = &device_request.entry_text("docRequests").unwrap().as_array().unwrap()[0];
    assert!(asked.entry_text("readerAuth").is_some(), "the reader shows who it is");
    let before = verifier.row(&begun).await;
    let elsewhere = iso_answer(&wallet, &begun, "https://attacker.example");
    let refused = hand_over(&verifier, &begun, ORIGIN, &elsewhere).await;
    assert_eq!((refused.status, json_of(&refused)["code"].as_str()), (400, Some("jwe.decrypt")), "{refused:?}");
    assert_eq!(verifier.row(&begun).await, before);
    let answer = hand_over(&verifier, &begun, ORIGIN, &iso_answer(&wallet, &begun, ORIGIN)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let outcome = verifier.outcome(&begun).await;
    assert_eq!(outcome["verdict"], "accepted", "{outcome}");
    assert_eq!(outcome["presentations"][0]["id"], "mdl");
    verifier.stop().await;
}
