//! What belongs to a session, and what changes nothing in it.

use serde_json::{Value as Json, json};

use super::*;
use crate::crypto::hpke;
use crate::crypto::jwe::{EncryptionKey, Sealing, seal};
use crate::encoding::base64url;
use crate::encoding::cbor::{self, Value as Cbor};
use crate::evidence::Evidence;
use crate::limits;
use crate::occasion::session::Handover;
use crate::openid4vp::ask::{Ask, Flow};
use crate::openid4vp::judge::{conclude, requests};
use crate::openid4vp::request::dc_api::transcript;
use crate::openid4vp::sample::{NOW, ORIGIN, World, ask_for, mdl_query, pid_query, policy, sealed, text, world};
use crate::openid4vp::session::Session;
use crate::policy::Policy;
use crate::verify::verify;

const TOKEN: &str = r#"{"pid":["eyJ.e30.AA~"]}"#;

fn plain(world: &World) -> Session {
    world.begin(Ask { response_mode: ResponseMode::DirectPost, ..ask_for(&[pid_query()]) }).0
}

fn over_api(world: &World, response_mode: ResponseMode, protocol: Protocol) -> Session {
    let query = if protocol == Protocol::IsoMdoc { mdl_query() } else { pid_query() };
    let ask = Ask {
        flow: Flow::DcApi,
        response_mode,
        protocol: Some(protocol),
        expected_origins: vec![ORIGIN.to_owned()],
        ..ask_for(&[query])
    };
    world.begin(ask).0
}

fn form_of(session: &Session, token: &str) -> String {
    form::encode([("vp_token", token), ("state", &session.state)])
}

fn code(result: Result<Answer, Refusal>) -> &'static str {
    result.map_or_else(|refusal| refusal.code().as_str(), |_| "answer")
}

fn got(result: Result<Answer, Refusal>) -> String {
    result.expect_err("refused").got_fact().to_string()
}

#[test]
fn every_mode_is_read() {
    let world = world();
    let session = plain(&world);
    let Answer::Shown(shown) = posted(&session, form_of(&session, TOKEN).as_bytes(), NOW).expect("an answer") else {
        panic!("shown")
    };
    assert_eq!(shown.presentations, [("pid".to_owned(), vec!["eyJ.e30.AA~".to_owned()])]);
    assert!(!format!("{shown:?}").contains("eyJ"), "presentations do not show");

    let (session, _) = world.begin(ask_for(&[pid_query()]));
    let request = world.request(&session);
    let token: Json = json!({ "pid": ["eyJ.e30.AA~"] });
    for encryption in Encryption::ALL {
        let payload = json!({ "vp_token": token, "state": session.state });
        let party_v = Some(session.nonce.as_bytes());
        let sealing = Sealing { party_u: Some(b"wallet"), party_v, ..Sealing::by(encryption) };
        let body = form::encode([("response", sealed(&request, &payload, &sealing).as_str())]);
        let Answer::Shown(shown) = posted(&session, body.as_bytes(), NOW).expect("an answer") else { panic!("shown") };
        assert_eq!(shown.mdoc_generated_nonce.as_deref(), Some("wallet"));
        assert_eq!(shown.thumbprint, Some(session.keys[0].thumbprint()));
    }

    let ask = Ask {
        response_mode: ResponseMode::Fragment,
        redirect_uri: Some("https://shop.example/".into()),
        ..ask_for(&[pid_query()])
    };
    let (session, _) = world.begin(ask);
    assert_eq!(code(fragment(&session, &format!("#{}", form_of(&session, TOKEN)), NOW)), "answer");

    let session = over_api(&world, ResponseMode::DcApi, Protocol::Unsigned);
    let data = json!({ "vp_token": token }).to_string();
    let Answer::Shown(shown) = dc_api(&session, Some(ORIGIN), data.as_bytes(), NOW).expect("an answer") else {
        panic!("shown")
    };
    assert_eq!(shown.origin.as_deref(), Some(ORIGIN));
    let session = over_api(&world, ResponseMode::DcApiJwt, Protocol::Signed);
    let jwk = session.keys[0].public_jwk();
    let jwe = seal(data.as_bytes(), &jwk, &Sealing::by(Encryption::A128Gcm)).expect("sealed");
    let data = json!({ "response": jwe }).to_string();
    assert_eq!(code(dc_api(&session, Some(ORIGIN), data.as_bytes(), NOW)), "answer");
}

/// VP-003.
#[test]
fn without_its_state_nothing_belongs_to_a_session() {
    let world = world();
    let (session, other) = (plain(&world), plain(&world));
    for state in [&other.state, "", "0", &session.nonce] {
        let body = form::encode([("vp_token", TOKEN), ("state", state)]);
        assert_eq!(code(posted(&session, body.as_bytes(), NOW)), "vp.state");
        let body = form::encode([("error", "access_denied"), ("state", state)]);
        assert_eq!(code(posted(&session, body.as_bytes(), NOW)), "vp.state", "nobody else ends a session");
    }
    let body = form::encode([("vp_token", TOKEN)]);
    assert_eq!(got(posted(&session, body.as_bytes(), NOW)), "none");
    let (session, _) = world.begin(ask_for(&[pid_query()]));
    let request = world.request(&session);
    for payload in [json!({ "vp_token": {} }), json!({ "vp_token": {}, "state": "x" })] {
        let jwe = sealed(&request, &payload, &Sealing::by(Encryption::A256Gcm));
        // A state beside the encrypted response is nobody's word.
        let body = form::encode([("response", jwe.as_str()), ("state", text(&request, "state"))]);
        assert_eq!(code(posted(&session, body.as_bytes(), NOW)), "vp.state");
    }
}

/// VP-004.
#[test]
fn what_comes_late_is_not_read() {
    let world = world();
    let session = plain(&world);
    let body = form_of(&session, TOKEN);
    assert_eq!(code(posted(&session, body.as_bytes(), NOW.plus(301))), "vp.session_expired");
    let session = over_api(&world, ResponseMode::DcApi, Protocol::Unsigned);
    assert_eq!(code(dc_api(&session, Some(ORIGIN), b"{}", NOW.plus(301))), "vp.session_expired");
}

/// VP-012: drafts had other forms; they are told so, and their paths are not evaluated.
#[test]
fn forms_of_drafts_are_named() {
    let world = world();
    let session = plain(&world);
    for token in ["eyJ.e30.AA~", "\"eyJ.e30.AA~\""] {
        let refusal = posted(&session, form_of(&session, token).as_bytes(), NOW).expect_err("refused");
        assert_eq!(refusal.code(), Code::Malformed);
        assert!(refusal.got_fact().to_string().contains("drafts before 1.0"), "{refusal}");
    }
    let bomb = r#"{"descriptor_map":[{"path":"$..*..*..*"}]}"#;
    let body =
        form::encode([("vp_token", TOKEN), ("state", session.state.as_str()), ("presentation_submission", bomb)]);
    assert!(got(posted(&session, body.as_bytes(), NOW)).contains("presentation_submission"));
    let session = over_api(&world, ResponseMode::DcApi, Protocol::Unsigned);
    let data = json!({ "vp_token": {}, "presentation_submission": {} }).to_string();
    assert!(got(dc_api(&session, Some(ORIGIN), data.as_bytes(), NOW)).contains("presentation_submission"));
}

#[test]
fn a_token_is_an_object_of_arrays() {
    let world = world();
    let session = plain(&world);
    let many = json!({ "pid": vec!["e~"; 33] }).to_string();
    for (token, due) in [
        ("[]", "vp.malformed"),
        ("{}", "vp.malformed"),
        ("null", "vp.malformed"),
        (r#"{"pid":"e~"}"#, "vp.malformed"),
        (r#"{"pid":[]}"#, "vp.malformed"),
        (r#"{"pid":[{}]}"#, "vp.malformed"),
        (r#"{"pid":[1]}"#, "vp.malformed"),
        (r#"{"pid":["e~"],"pid":["e~"]}"#, "vp.malformed"),
        (many.as_str(), "input.too_large"),
    ] {
        assert_eq!(code(posted(&session, form_of(&session, token).as_bytes(), NOW)), due, "{token}");
    }
    for body in [
        "",
        "state=1",
        "vp_token=%",
        "vp_token=a&vp_token=b",
        "a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=1&k=1&l=1&m=1&n=1&o=1&p=1&q=1",
    ] {
        assert_eq!(code(posted(&session, body.as_bytes(), NOW)), "vp.malformed", "{body}");
    }
    let big = vec![b'a'; RESPONSE_BYTES + 1];
    assert_eq!(code(posted(&session, &big, NOW)), "input.too_large");
    let queries = [
        json!({ "id": "b", "format": "ldp_vc", "meta": {} }),
        json!({ "id": "a", "format": "jwt_vc_json", "meta": {} }),
    ];
    let ask = Ask { response_mode: ResponseMode::DirectPost, ..ask_for(&queries) };
    let (session, _) = world.begin(ask);
    assert_eq!(code(posted(&session, form_of(&session, r#"{"b":[{"x":1.0}],"a":["e"]}"#).as_bytes(), NOW)), "answer");
    assert_eq!(code(posted(&session, form_of(&session, r#"{"b":["e"]}"#).as_bytes(), NOW)), "vp.malformed");
}

/// Where several may answer, one presentation does not count twice.
#[test]
fn a_presentation_counts_once() {
    let world = world();
    let mut query = pid_query();
    query["multiple"] = json!(true);
    let (session, _) = world.begin(Ask { response_mode: ResponseMode::DirectPost, ..ask_for(&[query]) });
    let of = |token: &str| posted(&session, form_of(&session, token).as_bytes(), NOW);
    assert_eq!(code(of(r#"{"pid":["a~","b~"]}"#)), "answer");
    assert_eq!(got(of(r#"{"pid":["a~","b~","a~"]}"#)), "one twice for one id");
    assert_eq!(code(of(r#"{"pid":["a~","a~"]}"#)), "vp.malformed");
}

/// An id that was asked for is kept whole, however long; one that nobody asked for is cut.
#[test]
fn ids_of_the_query_are_kept_whole() {
    let world = world();
    let long = "a".repeat(100);
    let mut query = pid_query();
    query["id"] = json!(long);
    let (session, _) = world.begin(Ask { response_mode: ResponseMode::DirectPost, ..ask_for(&[query]) });
    let ids = |id: &str| {
        let token = json!({ id: ["eyJ.e30.AA~"] }).to_string();
        let answer = posted(&session, form_of(&session, &token).as_bytes(), NOW).expect("an answer");
        let Answer::Shown(shown) = answer else { panic!("shown") };
        shown.presentations.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&long), [long.as_str()]);
    assert_eq!(ids(&"b".repeat(100)), [format!("{}...", "b".repeat(64))]);
}

/// VP-013, JWT-043 to JWT-047 as they come to a session: what was not offered is refused, and all that fails behind that looks alike.
#[test]
fn only_what_was_offered_is_opened() {
    let world = world();
    let (session, _) = world.begin(ask_for(&[pid_query()]));
    let (other, _) = world.begin(ask_for(&[pid_query()]));
    let request = world.request(&session);
    let payload = json!({ "vp_token": { "pid": ["e~"] }, "state": session.state });
    let posted_jwe = |jwe: &str| code(posted(&session, form::encode([("response", jwe)]).as_bytes(), NOW));
    let good = sealed(&request, &payload, &Sealing::by(Encryption::A128Gcm));
    assert_eq!(posted_jwe(&good), "answer");
    let of_other = sealed(&world.request(&other), &payload, &Sealing::by(Encryption::A128Gcm));
    assert_eq!(posted_jwe(&of_other), "jwe.policy");
    let members = vec![("kid", json!(session.keys[0].kid()))];
    let masked = sealed(&world.request(&other), &payload, &Sealing { members, ..Sealing::by(Encryption::A128Gcm) });
    assert_eq!(posted_jwe(&masked), "jwe.decrypt");
    let (untagged, _) = good.rsplit_once('.').expect("parts");
    assert_eq!(posted_jwe(&format!("{untagged}.{}", base64url::encode(&[0; 16]))), "jwe.decrypt");
    assert_eq!(posted_jwe("a.b.c.d.e"), "jwe.malformed");
    for (header, due) in [
        (json!({ "alg": "RSA1_5", "enc": "A128GCM" }), "jose.alg_not_allowed"),
        (json!({ "alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 1_000_000_000 }), "jwe.p2c_limit"),
        (json!({ "alg": "none", "enc": "A128GCM" }), "jose.alg_none"),
        (json!({ "alg": "ECDH-ES", "enc": "A128CBC-HS256" }), "jwe.policy"),
        (json!({ "alg": "ECDH-ES", "enc": "A128GCM", "zip": "DEF" }), "jwe.zip_not_allowed"),
        (json!({ "alg": "ECDH-ES", "enc": "A128GCM" }), "jwe.epk_invalid"),
    ] {
        let header = base64url::encode(header.to_string().as_bytes());
        let (_, rest) = good.split_once('.').expect("parts");
        assert_eq!(posted_jwe(&format!("{header}.{rest}")), due);
    }
}

/// JWT-049: by ISO/IEC 18013-7 the parties are named by the two nonces of one session.
#[test]
fn parties_of_another_session_prove_nothing() {
    let world = world();
    let (session, _) = world.begin(ask_for(&[mdl_query()]));
    let (other, _) = world.begin(ask_for(&[mdl_query()]));
    let request = world.request(&session);
    let payload = world.older_answer(&session);
    let older = Policy { handovers: vec![Handover::Iso18013Part7], ..policy() };
    let judged = |party_v: Option<&[u8]>| {
        let sealing = Sealing { party_u: Some(b"wallet nonce"), party_v, ..Sealing::by(Encryption::A128Gcm) };
        let body = form::encode([("response", sealed(&request, &payload, &sealing).as_str())]);
        let answer = posted(&session, body.as_bytes(), NOW).expect("an answer");
        let asked = requests(&session, &answer, NOW, &older).expect("questions");
        let reports = asked.iter().map(|one| verify(&one.request, &world.trust, &Evidence::none())).collect();
        let outcome = conclude(&session, asked, reports, NOW);
        (outcome.is_accepted(), outcome.to_json().contains("vp.session_mismatch"))
    };
    assert_eq!(judged(None), (true, false));
    assert_eq!(judged(Some(session.nonce.as_bytes())), (true, false));
    assert_eq!(judged(Some(other.nonce.as_bytes())), (false, true));
    assert_eq!(judged(Some(b"")), (false, true));
}

/// JWT-048: a token that nobody signed, inside the encryption.
#[test]
fn what_is_inside_is_json() {
    let world = world();
    let (session, _) = world.begin(ask_for(&[pid_query()]));
    let jwk = session.keys[0].public_jwk();
    let inner = |payload: &str| {
        let jwe = seal(payload.as_bytes(), &jwk, &Sealing::by(Encryption::A256Gcm)).expect("sealed");
        posted(&session, form::encode([("response", jwe.as_str())]).as_bytes(), NOW)
    };
    let token = |header: &str| format!("{}.{}.", base64url::encode(header.as_bytes()), base64url::encode(b"{}"));
    assert_eq!(code(inner(&token(r#"{"alg":"none"}"#))), "jose.alg_none");
    assert!(got(inner(&token(r#"{"alg":"ES256"}"#))).contains("drafts"));
    for payload in ["", "[]", "x", "{\"vp_token\":{},\"vp_token\":{}}"] {
        assert_eq!(code(inner(payload)), "vp.malformed", "{payload}");
    }
}

/// VP-014.
#[test]
fn the_mode_is_the_one_that_was_asked_for() {
    let world = world();
    let (encrypted, _) = world.begin(ask_for(&[pid_query()]));
    let body = form_of(&encrypted, TOKEN);
    assert_eq!(code(posted(&encrypted, body.as_bytes(), NOW)), "vp.response_mode");
    let both = format!("{body}&response=a.b.c.d.e");
    assert_eq!(code(posted(&encrypted, both.as_bytes(), NOW)), "vp.response_mode");
    let plain = plain(&world);
    assert_eq!(code(posted(&plain, b"response=a.b.c.d.e", NOW)), "vp.response_mode");
    assert_eq!(code(fragment(&plain, TOKEN, NOW)), "vp.response_mode");
    assert_eq!(code(dc_api(&plain, Some(ORIGIN), b"{}", NOW)), "vp.response_mode");
    let api = over_api(&world, ResponseMode::DcApiJwt, Protocol::Unsigned);
    let data = json!({ "vp_token": { "pid": ["e~"] } }).to_string();
    assert_eq!(code(dc_api(&api, Some(ORIGIN), data.as_bytes(), NOW)), "vp.response_mode");
    assert_eq!(code(posted(&api, body.as_bytes(), NOW)), "vp.response_mode");
    let api = over_api(&world, ResponseMode::DcApi, Protocol::Unsigned);
    assert_eq!(code(dc_api(&api, Some(ORIGIN), br#"{"response":"a.b.c.d.e"}"#, NOW)), "vp.response_mode");
}

/// VP-015.
#[test]
fn origins_are_compared_as_texts() {
    let world = world();
    let session = over_api(&world, ResponseMode::DcApi, Protocol::Unsigned);
    let data = json!({ "vp_token": { "pid": ["e~"] } }).to_string();
    let of = |origin| dc_api(&session, origin, data.as_bytes(), NOW);
    assert_eq!(code(of(Some(ORIGIN))), "answer");
    for origin in [
        "https://evil.example",
        "https://shop.example/",
        "https://shop.example:443",
        "HTTPS://SHOP.EXAMPLE",
        "null",
        "",
    ] {
        assert_eq!(code(of(Some(origin))), "vp.origin", "{origin}");
    }
    assert_eq!(code(of(None)), "vp.origin");
    for data in ["", "[]", "{}", "{\"vp_token\":1}", "{\"response\":1}"] {
        assert_ne!(code(dc_api(&session, Some(ORIGIN), data.as_bytes(), NOW)), "answer", "{data}");
    }
}

/// VP-018: a wallet's error is one of a list; what it wrote beside is not kept.
#[test]
fn errors_of_wallets_are_bounded_and_not_repeated() {
    let world = world();
    let (session, _) = world.begin(ask_for(&[pid_query()]));
    let script = "<script>alert(1)</script>".repeat(1000);
    let of = |error: &str| {
        let pairs = [("error", error), ("error_description", script.as_str()), ("state", session.state.as_str())];
        posted(&session, form::encode(pairs).as_bytes(), NOW).expect("an answer")
    };
    assert_eq!(of("access_denied"), Answer::Error(WalletError::of("access_denied")));
    let Answer::Error(error) = of(&script) else { panic!("an error") };
    assert_eq!(error.name(), "an error without a registered name");
    let outcome = world.judged(&session, &of(&script));
    assert_eq!((outcome.is_accepted(), outcome.codes()), (false, vec!["vp.wallet_error"]));
    assert!(!outcome.to_json().contains("script"));
    let api = over_api(&world, ResponseMode::DcApiJwt, Protocol::Unsigned);
    let answer = dc_api(&api, Some(ORIGIN), br#"{"error":"access_denied"}"#, NOW).expect("an answer");
    assert_eq!(answer, Answer::Error(WalletError::of("access_denied")));
}

/// ISO/IEC 18013-7, Annex C: sealed to the key of this request, under the transcript of this origin.
#[test]
fn iso_answers_are_opened_for_their_session_alone() {
    let world = world();
    let session = over_api(&world, ResponseMode::DcApiJwt, Protocol::IsoMdoc);
    let info = transcript(&session, ORIGIN).expect("a transcript");
    let response = crate::issue::mdoc::device::response(&[world.mdl_document(&info)]);
    let wrapped = |key: &EncryptionKey, info: &[u8], name: &'static str| {
        let sealed = hpke::seal(&key.public_key().expect("a key"), info, &response).expect("sealed");
        let parts = vec![
            ("enc".into(), Cbor::Bytes(sealed.encapsulated.into())),
            ("cipherText".into(), Cbor::Bytes(sealed.ciphertext.into())),
        ];
        let encoded = cbor::encode(&Cbor::Array(vec![name.into(), Cbor::Map(parts)]));
        json!({ "response": base64url::encode(&encoded) }).to_string()
    };
    let key = &session.keys[0];
    let of = |data: &str, origin| dc_api(&session, Some(origin), data.as_bytes(), NOW);
    let answer = of(&wrapped(key, &info, "dcapi"), ORIGIN).expect("an answer");
    let outcome = world.judged(&session, &answer);
    assert!(outcome.is_accepted(), "{}", outcome.to_json());
    assert_eq!(outcome.presentations[0].id, "mdl");
    let other = over_api(&world, ResponseMode::DcApiJwt, Protocol::IsoMdoc);
    assert_eq!(code(of(&wrapped(&other.keys[0], &info, "dcapi"), ORIGIN)), "jwe.decrypt");
    let of_other = transcript(&other, ORIGIN).expect("a transcript");
    assert_eq!(code(of(&wrapped(key, &of_other, "dcapi"), ORIGIN)), "jwe.decrypt");
    let elsewhere = transcript(&session, "https://evil.example").expect("a transcript");
    assert_eq!(code(of(&wrapped(key, &elsewhere, "dcapi"), ORIGIN)), "jwe.decrypt");
    assert_eq!(code(of(&wrapped(key, &info, "other"), ORIGIN)), "vp.malformed");
    assert_eq!(code(of(r#"{"response":"AAAA"}"#, ORIGIN)), "vp.malformed");
    assert_eq!(code(of(r#"{"vp_token":{}}"#, ORIGIN)), "vp.malformed");
}

/// What the wallet says of its whole response is looked at before its documents are taken apart, and no document is dropped.
#[test]
fn iso_answers_are_whole() {
    let world = world();
    let session = over_api(&world, ResponseMode::DcApiJwt, Protocol::IsoMdoc);
    let info = transcript(&session, ORIGIN).expect("a transcript");
    let document = world.mdl_document(&info);
    let of = |response: &[u8]| {
        let key = session.keys[0].public_key().expect("a key");
        let sealed = hpke::seal(&key, &info, response).expect("sealed");
        let parts = vec![
            ("enc".into(), Cbor::Bytes(sealed.encapsulated.into())),
            ("cipherText".into(), Cbor::Bytes(sealed.ciphertext.into())),
        ];
        let encoded = cbor::encode(&Cbor::Array(vec!["dcapi".into(), Cbor::Map(parts)]));
        let data = json!({ "response": base64url::encode(&encoded) }).to_string();
        dc_api(&session, Some(ORIGIN), data.as_bytes(), NOW)
    };
    let good = crate::issue::mdoc::device::response(std::slice::from_ref(&document));
    assert_eq!(code(of(&good)), "answer");
    let mut failed = good.clone();
    *failed.last_mut().expect("a status") = 10;
    assert_eq!((code(of(&failed)), got(of(&failed))), ("vp.malformed", "10".to_owned()));
    let mut newer = good.clone();
    let at = good.windows(3).position(|three| three == b"1.0").expect("a version");
    newer[at] = b'2';
    assert_eq!((code(of(&newer)), got(of(&newer))), ("vp.malformed", "2.0".to_owned()));
    assert_eq!(code(of(&crate::issue::mdoc::device::response(&[]))), "vp.malformed");
    let many = vec![document; limits::CREDENTIALS];
    assert_eq!(code(of(&crate::issue::mdoc::device::response(&many))), "answer");
    let more = [many.as_slice(), &many[..1]].concat();
    assert_eq!(code(of(&crate::issue::mdoc::device::response(&more))), "input.too_large");
}
