//! How sessions begin and go on, and what changes nothing in them.

use serde_json::json;

use super::*;
use crate::openid4vp::ask::{Delivery, ResponseMode};
use crate::openid4vp::ports::Row;
use crate::openid4vp::sample::{BASE, NOW, ORIGIN, World, ask_for, mdl_query, pid_query, world};

fn faults(world: &World, ask: Ask) -> Vec<String> {
    let client = world.clients.pick(ask.client_id_prefix).expect("a client");
    let faults = Session::begin(ask, client, BASE, NOW).expect_err("refused");
    faults.into_iter().map(|fault| fault.member).collect()
}

fn refused(session: &Session) -> Outcome {
    Outcome::refused(session, Refusal::new(Code::WalletError).got("access_denied"), NOW)
}

/// VP-002: nonce, state and identifiers are 256 fresh random bits each, of the characters that a nonce may have.
#[test]
fn everything_that_must_be_fresh_is() {
    let world = world();
    let (one, secrets) = world.begin(ask_for(&[pid_query()]));
    let (other, others) = world.begin(ask_for(&[pid_query()]));
    let texts = |session: &Session, secrets: &Secrets| {
        let Secrets { transaction, request, response } = secrets.clone();
        let kid = session.keys[0].kid().to_owned();
        vec![session.nonce.clone(), session.state.clone(), transaction, request, response, kid]
    };
    let mut all = texts(&one, &secrets);
    all.extend(texts(&other, &others));
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
    for secret in [&one.nonce, &one.state, &secrets.transaction, &secrets.request, &secrets.response] {
        assert_eq!(base64url::decode(secret).expect("base64url").len(), 32);
    }
    assert_eq!(one.request_uri, format!("{BASE}/openid4vp/request/{}", secrets.request));
    assert_eq!(one.response_uri, format!("{BASE}/openid4vp/response/{}", secrets.response));
    assert_ne!(one.keys[0].thumbprint(), other.keys[0].thumbprint());
}

/// What is kept has no secret that the relying party alone knows, and comes back as it was.
#[test]
fn a_session_survives_being_kept() {
    let world = world();
    let (session, secrets) = world.begin(ask_for(&[pid_query(), mdl_query()]));
    let row = secrets.row(&session);
    let kept = String::from_utf8(row.content.clone()).expect("text");
    assert!(!kept.contains(&secrets.transaction));
    assert_eq!(Session::from_bytes(&row.content), Some(session.clone()));
    assert_eq!((row.version, row.expires), (0, session.expires));
    assert_eq!(row.transaction, digest_of(&secrets.transaction));
    let after: Row = session.clone().requested(NOW).expect("requested").row_after(&row);
    assert_eq!((after.version, after.transaction), (1, row.transaction));
    assert_eq!(Session::from_bytes(b"{}"), None);
    assert!(!format!("{secrets:?}{session:?}").contains(&secrets.transaction));
}

/// What is logged of a session, by whatever accident, lets nobody take part in it.
#[test]
fn a_session_shows_nothing_that_must_stay_unknown() {
    let world = world();
    let redirect_uri = Some("https://shop.example/back".to_owned());
    for prefix in [Prefix::X509Hash, Prefix::RedirectUri] {
        let ask = Ask {
            flow: Flow::SameDevice,
            redirect_uri: redirect_uri.clone(),
            client_id_prefix: Some(prefix),
            ..ask_for(&[pid_query()])
        };
        let (session, secrets) = world.begin(ask);
        let answered = session.clone().answered(&refused(&session), NOW).expect("answered");
        let code = answered.redirect_uri.as_deref().and_then(|uri| uri.split_once('=')).expect("a code").1;
        let shown = format!("{session:?} {answered:?}");
        for hidden in
            [&session.nonce, &session.state, &secrets.request, &secrets.response, code, &session.sealed_to, "back"]
        {
            assert!(!shown.contains(hidden), "{shown}");
        }
        assert!(shown.contains("\"created\"") && shown.contains("\"answered\""), "{shown}");
        assert_eq!(shown.contains(&session.client_id), prefix == Prefix::X509Hash);
    }
}

/// The result is for who knows the transaction, once; its keys are gone before.
#[test]
fn an_outcome_is_read_once_by_who_knows_the_transaction() {
    let world = world();
    let (session, secrets) = world.begin(ask_for(&[pid_query()]));
    let outcome = refused(&session);
    let Answered { session, redirect_uri } = session.answered(&outcome, NOW).expect("answered");
    assert_eq!((session.stage.name(), redirect_uri, session.keys.len()), ("answered", None, 0));
    let kept = String::from_utf8(session.to_bytes()).expect("text");
    assert!(!kept.contains("access_denied"), "the outcome is sealed");
    assert!(session.clone().read(&new_secret(), None, NOW).is_err(), "another transaction");
    let (session, read) = session.read(&secrets.transaction, None, NOW).expect("read");
    assert_eq!(read, outcome.to_json());
    assert_eq!(session.stage, Stage::Read);
    let again = session.read(&secrets.transaction, None, NOW).expect_err("once");
    assert_eq!(again.code(), Code::SessionConsumed);
}

/// VP-001, at this level: one answer counts. VP-004: none counts after the end.
#[test]
fn one_answer_in_time_counts() {
    let world = world();
    let (session, secrets) = world.begin(ask_for(&[pid_query()]));
    let outcome = refused(&session);
    let late = NOW.plus(300);
    for refusal in [
        session.check_answerable(late).expect_err("late"),
        session.check_requestable(late).expect_err("late"),
        session.clone().answered(&outcome, late).expect_err("late"),
        session.clone().read(&secrets.transaction, None, late).expect_err("late"),
    ] {
        assert_eq!(refusal.code(), Code::SessionExpired);
    }
    assert_eq!(session.check_answerable(NOW.plus(299)), Ok(()));
    let early = session.clone().read(&secrets.transaction, None, NOW).expect_err("no answer yet");
    assert_eq!(early.code(), Code::SessionConsumed);
    let answered = session.requested(NOW).expect("requested").answered(&outcome, NOW).expect("answered").session;
    assert_eq!(answered.check_answerable(NOW).expect_err("one").code(), Code::SessionConsumed);
    assert_eq!(answered.clone().answered(&outcome, NOW).expect_err("one").code(), Code::SessionConsumed);
    assert_eq!(answered.check_requestable(NOW).expect_err("over").code(), Code::RequestConsumed);
}

/// An answer in the last moment can still be read; one that comes later is late, whatever came before.
#[test]
fn an_outcome_outlives_the_time_for_answers() {
    let world = world();
    let (session, secrets) = world.begin(ask_for(&[pid_query()]));
    let outcome = refused(&session);
    let (last, end) = (NOW.plus(299), session.expires);
    let answered = session.clone().answered(&outcome, last).expect("answered").session;
    assert_eq!(answered.expires, last.plus(300));
    assert_eq!(answered.row_after(&secrets.row(&session)).expires, last.plus(300), "so it is kept");
    assert!(answered.clone().read(&secrets.transaction, None, end.plus(1)).is_ok());
    for refusal in [
        answered.check_answerable(end).expect_err("late"),
        answered.check_requestable(end).expect_err("late"),
        answered.clone().answered(&outcome, end).expect_err("late"),
        answered.clone().read(&secrets.transaction, None, last.plus(300)).expect_err("gone"),
    ] {
        assert_eq!(refusal.code(), Code::SessionExpired);
    }
    // One that has longer keeps what it has.
    let (session, _) = world.begin(Ask { expires_in: 3600, ..ask_for(&[pid_query()]) });
    let answered = session.clone().answered(&outcome, NOW).expect("answered").session;
    assert_eq!(answered.expires, session.expires);
}

/// VP-005: on one device the result needs the response code that came back with the browser.
#[test]
fn on_one_device_the_browser_brings_a_code_back() {
    let world = world();
    let redirect_uri = Some("https://shop.example/back?cart=1".to_owned());
    let ask = Ask { flow: Flow::SameDevice, redirect_uri, ..ask_for(&[pid_query()]) };
    let (session, secrets) = world.begin(ask);
    let answered = session.clone().answered(&refused(&session), NOW).expect("answered");
    let redirect = answered.redirect_uri.expect("a place");
    let code = redirect.strip_prefix("https://shop.example/back?cart=1&response_code=").expect("a code");
    assert_eq!(base64url::decode(code).expect("base64url").len(), 32);
    assert!(!String::from_utf8(answered.session.to_bytes()).expect("text").contains(code));
    for wrong in [None, Some(""), Some("another"), Some(secrets.transaction.as_str())] {
        let refusal = answered.session.clone().read(&secrets.transaction, wrong, NOW).expect_err("no code");
        assert_eq!(refusal.code(), Code::ResponseCode);
    }
    assert!(answered.session.read(&secrets.transaction, Some(code), NOW).is_ok());
}

/// VP-008, VP-009: identifiers and places fit together, or nothing begins.
#[test]
fn what_does_not_go_together_does_not_begin() {
    let world = world();
    let ask = || ask_for(&[pid_query()]);
    let cases = [
        (Ask { response_mode: ResponseMode::DcApi, ..ask() }, vec!["response_mode"]),
        (Ask { flow: Flow::DcApi, ..ask() }, vec!["response_mode", "expected_origins"]),
        (Ask { protocol: Some(Protocol::Signed), ..ask() }, vec!["protocol"]),
        (Ask { response_mode: ResponseMode::Fragment, ..ask() }, vec!["redirect_uri"]),
        (Ask { flow: Flow::SameDevice, ..ask() }, vec!["redirect_uri"]),
        (
            Ask { client_id_prefix: Some(Prefix::RedirectUri), request: Some(Delivery::ByReference), ..ask() },
            vec!["request"],
        ),
        (Ask { dcql_query: json!({}), ..ask() }, vec!["dcql_query/credentials"]),
        (
            Ask {
                client_id_prefix: Some(Prefix::X509SanDns),
                response_mode: ResponseMode::Fragment,
                redirect_uri: Some("https://other.example/".into()),
                ..ask()
            },
            vec!["client_id_prefix"],
        ),
    ];
    for (ask, due) in cases {
        assert_eq!(faults(&world, ask.clone()), due, "{ask:?}");
    }
    let dc_api = |protocol, queries: &[serde_json::Value]| Ask {
        flow: Flow::DcApi,
        response_mode: ResponseMode::DcApiJwt,
        protocol: Some(protocol),
        expected_origins: vec![ORIGIN.into()],
        ..ask_for(queries)
    };
    assert_eq!(faults(&world, dc_api(Protocol::IsoMdoc, &[pid_query()])), ["protocol"]);
    let unsigned = Ask { client_id_prefix: Some(Prefix::RedirectUri), ..dc_api(Protocol::Signed, &[pid_query()]) };
    assert_eq!(faults(&world, unsigned), ["client_id_prefix"]);
    let client = world.clients.pick(None).expect("a client");
    for base in ["http://verifier.example", "https://verifier.example/", "verifier.example", ""] {
        assert!(Session::begin(ask(), client, base, NOW).is_err(), "{base}");
    }
}

/// ISO/IEC 18013-7, Annex C: an answer has documents by their type, and no ids.
#[test]
fn iso_requests_name_each_type_once_and_its_elements() {
    let world = world();
    let ask = |queries: &[serde_json::Value]| Ask {
        flow: Flow::DcApi,
        response_mode: ResponseMode::DcApiJwt,
        protocol: Some(Protocol::IsoMdoc),
        expected_origins: vec![ORIGIN.into()],
        ..ask_for(queries)
    };
    let changed = |member: &str, value: serde_json::Value| {
        let mut query = mdl_query();
        query["id"] = json!("other");
        query[member] = value;
        query
    };
    world.begin(ask(&[mdl_query(), changed("meta", json!({ "doctype_value": "org.example.other" }))]));
    let twice = ask(&[mdl_query(), changed("id", json!("second"))]);
    assert_eq!(faults(&world, twice), ["dcql_query/credentials/1/meta/doctype_value"]);
    let mut all = changed("id", json!("all"));
    all.as_object_mut().expect("an object").remove("claims");
    assert_eq!(faults(&world, ask(&[all])), ["dcql_query/credentials/0/claims"]);
    let untyped = ask(&[changed("meta", json!({}))]);
    assert_eq!(faults(&world, untyped), ["dcql_query/credentials/0/meta/doctype_value"]);
}

#[test]
fn transactions_name_credentials_that_prove_their_holder() {
    let world = world();
    let ask = |id: &str, query: serde_json::Value| Ask {
        transaction_data: vec![json!({ "type": "pay", "credential_ids": [id] })],
        ..ask_for(&[query])
    };
    assert_eq!(faults(&world, ask("other", pid_query())), ["transaction_data[0].credential_ids"]);
    assert_eq!(faults(&world, ask("mdl", mdl_query())), ["transaction_data[0].credential_ids"]);
    let mut unbound = pid_query();
    unbound["require_cryptographic_holder_binding"] = json!(false);
    assert_eq!(faults(&world, ask("pid", unbound)), ["transaction_data[0].credential_ids"]);
    let (session, _) = world.begin(ask("pid", pid_query()));
    let sent = base64url::decode(&session.transaction_data[0]).expect("base64url");
    assert_eq!(json::decode(&sent).expect("JSON").to_serde(), session.ask.transaction_data[0]);
}

#[test]
fn health_certificates_are_asked_for_without_binding() {
    let world = world();
    let query = json!({ "id": "dcc", "format": "eu_dcc", "meta": {} });
    assert_eq!(faults(&world, ask_for(std::slice::from_ref(&query))), ["dcql_query: dcc"]);
    let mut unbound = query;
    unbound["require_cryptographic_holder_binding"] = json!(false);
    world.begin(ask_for(&[unbound]));
}
