//! Presentations over a real socket: a relying party asks, an honest wallet answers, in every way there is.

use serde_json::{Value, json};
use vidimus::service::openid4vp::settings::Settings;

use crate::verifier::{Verifier, assert_tells, assert_wallet_learns_nothing, json_of, path_of};
use crate::wallet::{Asked, FAMILY_NAME, World, query};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_age_is_proven_in_both_formats_and_both_modes() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    for mode in ["direct_post.jwt", "direct_post"] {
        for id in ["pid", "mdl"] {
            let begun = verifier.begin(&json!({ "template": "age-over-18", "response_mode": mode })).await;
            assert_eq!(begun.created["state"], "created");
            let asked = verifier.fetch(&begun).await;
            assert_eq!(asked.response_mode, mode);
            assert_eq!(verifier.state(&begun).await["state"], "requested");
            let shown = match id {
                "pid" => wallet.show_pid(&asked, &["/age_equal_or_over/18"]),
                _ => wallet.show_mdl(&asked, &["age_over_18"]),
            };
            let answer = verifier.respond(&asked, &asked.body(&json!({ id: [shown] }))).await;
            let outcome = verifier.outcome(&begun).await;
            assert_eq!((answer.status, answer.body.as_str()), (200, "{}"), "{mode}, {id}: {outcome}");
            assert_eq!(outcome["verdict"], "accepted", "{mode}, {id}: {outcome}");
            assert_eq!(outcome["presentations"][0]["id"], id);
            assert_eq!(outcome["client_id"], asked.client_id);
            assert_eq!(outcome["response_mode"], mode);
            assert!(!outcome.to_string().contains(FAMILY_NAME), "nothing but the age was shown");
        }
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_fetched_by_get_and_by_post_and_twice() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    let begun = verifier.begin(&json!({ "template": "age-over-18", "request_uri_method": "post" })).await;
    let link = query(begun.created["authorization_request"].as_str().unwrap());
    assert_eq!(link["request_uri_method"], "post");
    let first = verifier.post_form(&begun.request_path(), "wallet_nonce=n-1&unknown=x&wallet_metadata=%7B%7D").await;
    assert_eq!(first.status, 200, "{first:?}");
    let second = verifier.post_form(&begun.request_path(), "wallet_nonce=n-2").await;
    let plain = Asked::of_object(&verifier.get(&begun.request_path()).await.body);
    let (first, second) = (Asked::of_object(&first.body), Asked::of_object(&second.body));
    assert_eq!((&first.all["wallet_nonce"], &second.all["wallet_nonce"]), (&json!("n-1"), &json!("n-2")));
    assert!(plain.all.get("wallet_nonce").is_none());
    assert_eq!((&first.nonce, &first.state), (&second.nonce, &plain.state), "the session's own stay");
    assert_eq!(first.client_id, link["client_id"].as_str().unwrap());
    // No redirect, wherever it is asked.
    for (method, path) in [("GET", "/openid4vp/request/nothing"), ("POST", "/openid4vp/request/nothing")] {
        let form = "content-type: application/x-www-form-urlencoded\r\n";
        assert_wallet_learns_nothing(&verifier.ask(method, path, form, "").await);
    }
    let answer = verifier.respond(&second, &second.body(&wallet.age_proof(&second))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(verifier.outcome(&begun).await["verdict"], "accepted");
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_one_device_the_result_is_for_the_browser_that_comes_back() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    let back = "https://shop.example/back?cart=7";
    let ask = json!({ "template": "age-over-18", "flow": "same_device", "redirect_uri": back });
    let (begun, _, answer) = verifier.present_age(&wallet, &ask).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let sent_to = json_of(&answer)["redirect_uri"].as_str().unwrap().to_owned();
    assert!(sent_to.starts_with("https://shop.example/back?cart=7&response_code="), "{sent_to}");
    let code = query(&sent_to)["response_code"].as_str().unwrap().to_owned();
    assert!(code.len() >= 22, "128 bits at least");
    let path = format!("/v1/presentations/{}", begun.id());
    let unknown = verifier.get(&format!("/v1/presentations/{}", "A".repeat(43))).await;
    let before = verifier.row(&begun).await;
    for query in ["", "?response_code=", "?response_code=wrong", &format!("?response_code={code}&response_code={code}")]
    {
        let refused = verifier.get(&format!("{path}{query}")).await;
        assert_eq!((refused.status, &refused.body), (404, &unknown.body), "{query}");
    }
    assert_eq!(verifier.row(&begun).await, before);
    let read = json_of(&verifier.get(&format!("{path}?response_code={code}")).await);
    assert_eq!(read["outcome"]["verdict"], "accepted", "{read}");
    let again = json_of(&verifier.get(&format!("{path}?response_code={code}")).await);
    assert_eq!((&again["state"], again.get("outcome")), (&json!("read"), None));
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_refused_on_one_device_is_not_sent_back_and_the_relying_party_reads_why() {
    let world = World::new();
    let (verifier, minor) = (Verifier::start(&world).await, world.wallet(false));
    let ask = json!({ "template": "age-over-18", "flow": "same_device", "redirect_uri": "https://shop.example/" });
    let (begun, _, answer) = verifier.present_age(&minor, &ask).await;
    assert_wallet_learns_nothing(&answer);
    let outcome = verifier.outcome(&begun).await;
    assert_eq!(outcome["verdict"], "rejected");
    assert_tells(&outcome, "vp.dcql_unsatisfied");
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_is_given_once_and_then_it_is_gone() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    let (begun, ..) =
        verifier.present_age(&wallet, &json!({ "template": "pid", "response_mode": "direct_post" })).await;
    let row = verifier.row(&begun).await.unwrap();
    let kept = String::from_utf8(row.content).unwrap();
    assert!(!kept.contains("accepted") && !kept.contains("rejected"), "the result is sealed");
    let path = format!("/v1/presentations/{}", begun.id());
    // Whoever asks for the head alone gets no outcome, and takes none from anybody.
    let mut client = crate::wire::connect(verifier.running.address).await;
    client.send(format!("HEAD {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")).await.unwrap();
    assert!(client.rest().await.starts_with("HTTP/1.1 200"));
    assert_eq!(verifier.row(&begun).await.unwrap().content, kept.as_bytes());
    // Nor does a page of somebody else's that was led here by its name.
    for headers in ["host: evil.example", "host: localhost\r\norigin: https://evil.example"] {
        let mut client = crate::wire::connect(verifier.running.address).await;
        client.send(format!("GET {path} HTTP/1.1\r\n{headers}\r\nconnection: close\r\n\r\n")).await.unwrap();
        assert!(client.rest().await.starts_with("HTTP/1.1 401"), "{headers}");
    }
    let looks = futures_util::future::join_all((0..20).map(|_| verifier.get(&path))).await;
    let outcomes = looks.iter().filter(|look| look.body.contains("outcome")).count();
    assert!(looks.iter().all(|look| look.status == 200), "{looks:?}");
    assert_eq!(outcomes, 1, "one of many that ask at once");
    assert_eq!(verifier.state(&begun).await["state"], "read");
    let left = String::from_utf8(verifier.row(&begun).await.unwrap().content).unwrap();
    assert!(left.len() < kept.len() && !left.contains("ciphertext"), "{left}");
    assert_eq!(verifier.ask("DELETE", &path, "", "").await.status, 204);
    assert_eq!(verifier.get(&path).await.status, 404);
    assert_eq!(verifier.ask("DELETE", &path, "", "").await.status, 404);
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_by_value_stands_in_the_link() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    for prefix in ["redirect_uri", "x509_hash"] {
        let ask = json!({ "template": "age-over-18", "client_id_prefix": prefix, "request": "by_value" });
        let begun = verifier.begin(&ask).await;
        let link = query(begun.created["authorization_request"].as_str().unwrap());
        let asked = match link["request"].as_str() {
            Some(object) => Asked::of_object(object),
            None => Asked::of(link.clone(), None),
        };
        assert_eq!(link.get("request").is_some(), prefix == "x509_hash", "`redirect_uri:` is never signed");
        assert!(asked.client_id.starts_with(&format!("{prefix}:")) && link.get("request_uri").is_none());
        let answer = verifier.respond(&asked, &asked.body(&wallet.age_proof(&asked))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(verifier.outcome(&begun).await["verdict"], "accepted");
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fragment_is_brought_by_the_page() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    for as_text in [true, false] {
        let ask = json!({
            "template": "age-over-18", "response_mode": "fragment", "flow": "same_device", "redirect_uri": "https://shop.example/back",
        });
        let begun = verifier.begin(&ask).await;
        let mut asked = verifier.fetch(&begun).await;
        assert_eq!(asked.all["redirect_uri"], "https://shop.example/back");
        assert!(asked.all.get("response_uri").is_none());
        asked.response_uri = "https://shop.example/back".to_owned();
        let data = match as_text {
            true => json!(asked.body(&wallet.age_proof(&asked))),
            false => json!({ "vp_token": wallet.age_proof(&asked), "state": asked.state }),
        };
        let path = format!("/v1/presentations/{}/response", begun.id());
        let answer = verifier.post_json(&path, &json!({ "data": data })).await;
        assert_eq!((answer.status, &json_of(&answer)["state"]), (200, &json!("answered")), "{answer:?}");
        assert_eq!(verifier.outcome(&begun).await["verdict"], "accepted");
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_are_approved_by_who_presents() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    let ask = json!({
        "template": "pid", "transaction_data": [{ "type": "payment", "credential_ids": ["pid"], "amount": "7.00" }],
    });
    for approves in [true, false] {
        let begun = verifier.begin(&ask).await;
        let mut asked = verifier.fetch(&begun).await;
        assert_eq!(asked.transaction_data.len(), 1);
        if !approves {
            asked.transaction_data.clear();
        }
        let shown = wallet.show_pid(&asked, &["/family_name", "/given_name", "/birthdate"]);
        verifier.respond(&asked, &asked.body(&json!({ "pid": [shown] }))).await;
        let outcome = verifier.outcome(&begun).await;
        assert_eq!(outcome["verdict"], if approves { "accepted" } else { "rejected" }, "{outcome}");
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_formats_are_asked_for_at_once() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    let begun = verifier.begin(&json!({ "dcql_query": both() })).await;
    let asked = verifier.fetch(&begun).await;
    let token = json!({
        "pid": [wallet.show_pid(&asked, &["/family_name"])],
        "mdl": [wallet.show_mdl(&asked, &["family_name"])],
    });
    assert_eq!(verifier.respond(&asked, &asked.body(&token)).await.status, 200);
    let outcome = verifier.outcome(&begun).await;
    assert_eq!((&outcome["verdict"], outcome["presentations"].as_array().map(Vec::len)), (&json!("accepted"), Some(2)));
    assert!(outcome.to_string().contains(FAMILY_NAME), "the relying party gets what was asked for");
    verifier.stop().await;
}

/// The family name, out of each of the wallet's credentials.
pub fn both() -> Value {
    json!({ "credentials": [
        {
            "id": "pid", "format": "dc+sd-jwt", "meta": { "vct_values": ["urn:eudi:pid:1"] },
            "claims": [{ "path": ["family_name"] }],
        },
        {
            "id": "mdl", "format": "mso_mdoc", "meta": { "doctype_value": "org.iso.18013.5.1.mDL" },
            "claims": [{ "path": ["org.iso.18013.5.1", "family_name"] }],
        },
    ]})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn haip_is_one_switch() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    let haip = json!({ "template": "age-over-18", "profile": "haip" });
    let begun = verifier.begin(&haip).await;
    let link = begun.created["authorization_request"].as_str().unwrap();
    assert!(link.starts_with("haip-vp://?"), "{link}");
    let asked = verifier.fetch(&begun).await;
    assert!(asked.client_id.starts_with("x509_hash:"));
    assert_eq!(asked.all["client_metadata"]["encrypted_response_enc_values_supported"], json!(["A128GCM", "A256GCM"]));
    let answer =
        verifier.respond(&asked, &asked.body(&json!({ "mdl": [wallet.show_mdl(&asked, &["age_over_18"])] }))).await;
    assert_eq!(answer.status, 200, "{}", verifier.outcome(&begun).await);
    assert_eq!(verifier.outcome(&begun).await["verdict"], "accepted");
    // An issuer without a certificate in the credential is nothing for HAIP, and is taken without.
    for (ask, verdict) in [(haip, "rejected"), (json!({ "template": "age-over-18" }), "accepted")] {
        let (begun, ..) = verifier.present_age(&wallet, &ask).await;
        let outcome = verifier.outcome(&begun).await;
        assert_eq!(outcome["verdict"], verdict, "{outcome}");
        if verdict == "rejected" {
            assert_tells(&outcome, "vp.haip");
        }
    }
    for (member, value) in [
        ("response_mode", "direct_post"),
        ("client_id_prefix", "redirect_uri"),
        ("client_id_prefix", "x509_san_dns"),
        ("request", "by_value"),
    ] {
        let mut ask = json!({ "template": "age-over-18", "profile": "haip" });
        ask[member] = json!(value);
        let refused = verifier.post_json("/v1/presentations", &ask).await;
        assert_eq!(refused.status, 400, "{member} {value}");
        ask["profile"].take();
        ask.as_object_mut().unwrap().remove("profile");
        assert_eq!(verifier.post_json("/v1/presentations", &ask).await.status, 201, "{member} {value} without HAIP");
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn templates_and_qr_codes_are_there_for_a_page() {
    let world = World::new();
    let verifier = Verifier::start(&world).await;
    let templates = json_of(&verifier.get("/v1/templates").await);
    let names: Vec<&str> = templates.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["age-over-18", "pid", "mdl", "vaccination"]);
    for name in names {
        let begun = verifier.begin(&json!({ "template": name })).await;
        assert!(begun.created["hints"].is_array());
        let qr = verifier.get(begun.created["qr"].as_str().unwrap()).await;
        assert!(
            qr.status == 200 && qr.head.contains("content-type: image/svg+xml") && qr.body.starts_with("<svg"),
            "{name}"
        );
    }
    let browser = verifier
        .begin(&json!({ "template": "pid", "flow": "dc_api", "expected_origins": ["https://shop.example"] }))
        .await;
    assert!(browser.created.get("qr").is_none());
    let path = format!("/v1/presentations/{}/qr.svg", browser.id());
    assert_eq!(verifier.get(&path).await.status, 404);
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_is_answered_is_described() {
    let world = World::new();
    let (verifier, wallet) = (Verifier::start(&world).await, world.wallet(true));
    let document = json_of(&verifier.get("/openapi.json").await);
    let describes = |schema: &str, written: &Value| {
        let known =
            document["components"]["schemas"][schema]["properties"].as_object().unwrap_or_else(|| panic!("{schema}"));
        for name in written.as_object().unwrap().keys() {
            assert!(known.contains_key(name), "{schema} does not describe {name}");
        }
    };
    let (begun, asked, _) = verifier.present_age(&wallet, &json!({ "template": "age-over-18" })).await;
    verifier.refuses_quietly(&asked, "").await;
    describes("PresentationCreated", &begun.created);
    let state = verifier.state(&begun).await;
    describes("PresentationState", &state);
    describes("PresentationCheck", &state["refusals"][0]);
    describes("PresentationOutcome", &state["outcome"]);
    describes("PresentationReport", &state["outcome"]["presentations"][0]);
    describes("Report", &state["outcome"]["presentations"][0]["report"]);
    let browser = json!({ "template": "pid", "flow": "dc_api", "expected_origins": ["https://shop.example"] });
    describes("PresentationCreated", &verifier.begin(&browser).await.created);
    describes("PresentationTemplate", &json_of(&verifier.get("/v1/templates").await)[0]);
    let refused = json_of(&verifier.post_json("/v1/presentations", &json!({ "template": "x" })).await);
    describes("Problem", &refused);
    describes("MemberFault", &refused["faults"][0]);
    for place in ["", "/{id}", "/{id}/events", "/{id}/qr.svg", "/{id}/response"] {
        assert!(document["paths"][format!("/v1/presentations{place}")].is_object(), "{place}");
    }
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_wrongly_is_told_every_member() {
    let world = World::new();
    let verifier = Verifier::start(&world).await;
    let ask = json!({ "template": "no such", "flow": "bluetooth", "expires_in": 1_000_000, "nonce": "mine" });
    let refused = verifier.post_json("/v1/presentations", &ask).await;
    let problem = json_of(&refused);
    assert_eq!((refused.status, &problem["type"]), (400, &json!("/v1/problems#bad_ask")));
    let members: Vec<&str> =
        problem["faults"].as_array().unwrap().iter().map(|it| it["member"].as_str().unwrap()).collect();
    for member in ["template", "flow", "expires_in", "nonce"] {
        assert!(members.contains(&member), "{member}: {members:?}");
    }
    let json_path = json!({ "dcql_query": { "credentials": [{
        "id": "a", "format": "dc+sd-jwt", "meta": { "vct_values": ["x"] }, "claims": [{ "path": ["$.family_name"] }],
    }]}});
    let told = verifier.post_json("/v1/presentations", &json_path).await.body;
    assert!(told.contains("JSONPath") || told.contains("family_name"), "{told}");
    let hook = json!({ "template": "pid", "webhook": { "url": "https://shop.example/hook" } });
    assert!(verifier.post_json("/v1/presentations", &hook).await.body.contains("webhooks_off"));
    assert_eq!(verifier.ask("POST", "/v1/presentations", "content-type: text/plain\r\n", "{}").await.status, 415);
    verifier.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_without_a_client_asks_no_wallets() {
    let world = World::new();
    let running = crate::wire::Running::start(world.config()).await;
    let mut client = crate::wire::connect(running.address).await;
    let ask = r#"{"template":"pid"}"#;
    let head = format!("content-type: application/json\r\ncontent-length: {}", ask.len());
    client.send(format!("POST /v1/presentations HTTP/1.1\r\nhost: localhost\r\n{head}\r\n\r\n{ask}")).await.unwrap();
    let answer = client.answer().await.unwrap();
    assert!(answer.status == 501 && answer.body.contains("no_client"), "{answer:?}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wallets_are_not_sent_to_http_but_on_a_developers_machine() {
    let world = World::new();
    let mut settings = Settings::for_development(None).unwrap();
    settings.is_development = false;
    let config = vidimus::service::config::Config { presentations: Some(settings.into()), ..world.config() };
    let service = vidimus::service::state::Service::with(config, None, vidimus::net::clock::Clock::system());
    let refused = vidimus::service::listen::Server::bind_service(service).await.err().expect("refused").to_string();
    assert!(refused.contains("https"), "{refused}");
    let settings = Settings::for_development(Some("https://verifier.example")).unwrap();
    let verifier = Verifier::start_with(world.config(), settings, None).await;
    let begun = verifier.begin(&json!({ "template": "pid", "client_id_prefix": "x509_san_dns" })).await;
    let asked = verifier.fetch(&begun).await;
    assert_eq!(asked.client_id, "x509_san_dns:verifier.example");
    assert!(asked.response_uri.starts_with("https://verifier.example/openid4vp/response/"), "{}", asked.response_uri);
    assert!(path_of(&asked.response_uri).len() > 40);
    verifier.stop().await;
}
