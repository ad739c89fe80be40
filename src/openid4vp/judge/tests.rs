//! What answers come to, with credentials of the issuing twins, in every mode.

mod w3c;

use serde_json::{Value as Json, json};

use super::*;
use crate::crypto::agreement::AgreementKey;
use crate::crypto::own_keys::OwnKey;
use crate::encoding::base64url;
use crate::format::mdoc::handover::transcript;
use crate::issue::mdoc::device::{Proof, document, response as device_response, showing};
use crate::occasion::Occasion;
use crate::occasion::session::{Handover, Session as Device};
use crate::openid4vp::ask::{Ask, Flow, Protocol, ResponseMode};
use crate::openid4vp::client::Prefix;
use crate::openid4vp::response::{dc_api, fragment, posted};
use crate::openid4vp::sample::{
    MDL, NOW, ORIGIN, SPACE, World, ask_for, mdl_query, pid_query, policy, text, thumbprint, with, world,
};
use crate::trust::Trust;

/// The codes of the checks, and of the reports' faults.
fn codes(outcome: &Outcome) -> (Vec<&'static str>, Vec<&'static str>) {
    let of_reports = outcome.presentations.iter().flat_map(|one| one.report.reasons());
    (outcome.codes(), of_reports.map(|reason| reason.code().as_str()).collect())
}

fn has(outcome: &Outcome, code: &str) -> bool {
    let (checks, reports) = codes(outcome);
    checks.contains(&code) || reports.contains(&code)
}

fn both(world: &World, ask: Ask) -> (Session, Json, Json) {
    let (session, _) = world.begin(ask);
    let request = world.request(&session);
    let token = json!({ "pid": [world.pid_for(&request)], "mdl": [world.mdl_for(&request)] });
    (session, request, token)
}

#[test]
fn both_formats_are_accepted_in_one_answer() {
    let world = world();
    for prefix in [Prefix::X509Hash, Prefix::X509SanDns, Prefix::DecentralizedIdentifier] {
        for response_mode in [ResponseMode::DirectPost, ResponseMode::DirectPostJwt] {
            let ask = ask_for(&[pid_query(), mdl_query()]);
            let (session, _, token) = both(&world, Ask { client_id_prefix: Some(prefix), response_mode, ..ask });
            let outcome = world.outcome(&session, &token);
            assert!(outcome.is_accepted(), "{prefix:?} {response_mode:?} {}", outcome.to_json());
            let ids: Vec<&str> = outcome.presentations.iter().map(|one| one.id.as_str()).collect();
            assert_eq!((ids, outcome.checks.len()), (vec!["pid", "mdl"], 0));
            let shown: Json = serde_json::to_value(&outcome).expect("JSON");
            assert_eq!(shown["verdict"], "accepted");
            assert_eq!(shown["client_id"], session.client_id.as_str());
            assert_eq!(shown["presentations"][0]["report"]["claims"]["family_name"], "Holm");
        }
    }
}

/// `redirect_uri:` in the link, and answers behind a `#`.
#[test]
fn unsigned_requests_are_answered_too() {
    let world = world();
    let ask = Ask {
        client_id_prefix: Some(Prefix::RedirectUri),
        response_mode: ResponseMode::Fragment,
        redirect_uri: Some("https://shop.example/cb".into()),
        ..ask_for(&[pid_query(), mdl_query()])
    };
    let (session, _) = world.begin(ask);
    let request = Json::Object(crate::openid4vp::request::parameters(&session).expect("parameters"));
    let token = json!({ "pid": [world.pid_for(&request)], "mdl": [world.mdl_for(&request)] });
    let answer = fragment(&session, &world.body(&request, &token), NOW).expect("an answer");
    let outcome = world.judged(&session, &answer);
    assert!(outcome.is_accepted(), "{}", outcome.to_json());
    assert_eq!(outcome.response_mode, "fragment");
}

fn over_api(protocol: Protocol, response_mode: ResponseMode) -> Ask {
    Ask {
        flow: Flow::DcApi,
        response_mode,
        protocol: Some(protocol),
        expected_origins: vec![ORIGIN.to_owned()],
        ..ask_for(&[pid_query(), mdl_query()])
    }
}

/// What a wallet hands to the browser for that session, asked from that origin.
fn handed_over(world: &World, session: &Session, origin: &str, audience: &str) -> Json {
    let device = Device {
        origin: Some(origin.to_owned()),
        jwk_thumbprint: session.keys.first().map(crate::crypto::jwe::EncryptionKey::thumbprint),
        ..Device::default()
    };
    let pid = world.bound(&world.pid(), &session.nonce, audience, &[]);
    let mdl = world.mdl(Handover::Openid4vpDcApi, device, &session.nonce);
    let token = json!({ "vp_token": { "pid": [pid], "mdl": [mdl] } });
    match session.keys.first() {
        None => token,
        Some(key) => {
            let sealing = crate::crypto::jwe::Sealing::by(crate::crypto::jwe::Encryption::A128Gcm);
            let jwe = crate::crypto::jwe::seal(token.to_string().as_bytes(), &key.public_jwk(), &sealing);
            json!({ "response": jwe.expect("sealed") })
        }
    }
}

/// A.4: over the Digital Credentials API the audience is the origin, whoever signed.
#[test]
fn over_the_api_the_audience_is_the_origin() {
    let world = world();
    let audience = format!("origin:{ORIGIN}");
    for protocol in [Protocol::Unsigned, Protocol::Signed, Protocol::Multisigned] {
        for mode in [ResponseMode::DcApi, ResponseMode::DcApiJwt] {
            let (session, _) = world.begin(over_api(protocol, mode));
            let judged = |origin: &str, audience: &str| {
                let data = handed_over(&world, &session, origin, audience).to_string();
                world.judged(&session, &dc_api(&session, Some(ORIGIN), data.as_bytes(), NOW).expect("an answer"))
            };
            let outcome = judged(ORIGIN, &audience);
            assert!(outcome.is_accepted(), "{protocol:?} {mode:?} {}", outcome.to_json());
            for wrong in [session.client_id.as_str(), ORIGIN, "origin:https://evil.example"] {
                let outcome = judged(ORIGIN, wrong);
                assert!(!outcome.is_accepted() && has(&outcome, "claim.audience"), "{wrong}");
                assert!(has(&outcome, "vp.client_id_mismatch"));
            }
            let outcome = judged("https://evil.example", &audience);
            assert!(!outcome.is_accepted() && has(&outcome, "vp.session_mismatch"));
        }
    }
}

/// VP-002: an answer to the nonce of another live session refuses the whole, however good the rest.
#[test]
fn an_answer_to_another_nonce_refuses_the_whole() {
    let world = world();
    let optional = json!({
        "credentials": [pid_query(), mdl_query()],
        "credential_sets": [{ "options": [["mdl"]] }, { "options": [["pid"]], "required": false }]
    });
    let (session, _) = world.begin(Ask::of(optional));
    let (other, _) = world.begin(ask_for(&[pid_query()]));
    let request = world.request(&session);
    let replayed = world.bound(&world.pid(), &other.nonce, &session.client_id, &[]);
    let outcome = world.outcome(&session, &json!({ "pid": [replayed], "mdl": [world.mdl_for(&request)] }));
    assert_eq!(outcome.verdict, Verdict::Rejected);
    assert!(outcome.codes().contains(&"vp.nonce"));
    // The device signed for another session.
    let foreign = with(&request, json!({ "nonce": other.nonce }));
    let outcome = world.outcome(&session, &json!({ "mdl": [world.mdl_for(&foreign)] }));
    assert!(!outcome.is_accepted() && has(&outcome, "vp.session_mismatch"));
}

/// VP-007, VP-008: made for somebody else, or for our name without its prefix.
#[test]
fn an_answer_to_somebody_else_is_none_to_us() {
    let world = world();
    let ask = || Ask { client_id_prefix: Some(Prefix::X509SanDns), ..ask_for(&[pid_query(), mdl_query()]) };
    let (session, request, _) = both(&world, ask());
    for client_id in ["verifier.example", "x509_san_dns:other.example", "x509_hash:verifier.example", ""] {
        let foreign = with(&request, json!({ "client_id": client_id }));
        let outcome =
            world.outcome(&session, &json!({ "pid": [world.pid_for(&foreign)], "mdl": [world.mdl_for(&request)] }));
        assert_eq!(outcome.verdict, Verdict::Rejected);
        assert!(outcome.codes().contains(&"vp.client_id_mismatch"), "{client_id}");
        let outcome =
            world.outcome(&session, &json!({ "pid": [world.pid_for(&request)], "mdl": [world.mdl_for(&foreign)] }));
        assert!(!outcome.is_accepted() && has(&outcome, "vp.session_mismatch"), "{client_id}");
    }
    // What else the device signs for.
    for change in [
        json!({ "response_uri": "https://evil.example/response" }),
        json!({ "client_metadata": {} }),
        json!({ "client_metadata": world.request(&world.begin(ask()).0)["client_metadata"] }),
    ] {
        let foreign = with(&request, change.clone());
        let token = json!({ "pid": [world.pid_for(&request)], "mdl": [world.mdl_for(&foreign)] });
        let outcome = world.outcome(&session, &token);
        assert!(!outcome.is_accepted() && has(&outcome, "vp.session_mismatch"), "{change}");
    }
}

/// VP-010: the query is looked at again, whole.
#[test]
fn what_does_not_answer_the_query_is_refused() {
    let world = world();
    let (session, request, token) = both(&world, ask_for(&[pid_query(), mdl_query()]));
    let refused = |token: &Json| {
        let outcome = world.outcome(&session, token);
        assert_eq!(outcome.verdict, Verdict::Rejected);
        codes(&outcome)
    };
    assert_eq!(refused(&with(&token, json!({ "other": ["e~"] }))).0, ["vp.dcql_unsatisfied"]);
    assert_eq!(refused(&json!({ "pid": [token["pid"][0], token["pid"][0]] })).0, ["vp.dcql_unsatisfied"]);
    assert_eq!(refused(&json!({ "pid": token["pid"] })).0, ["vp.dcql_unsatisfied"], "the mdl is missing");
    // Under the other's name.
    let swapped = json!({ "pid": token["mdl"], "mdl": token["pid"] });
    assert!(!world.outcome(&session, &swapped).is_accepted());
    // A value that was not asked for, and a claim that is kept back.
    let young = world.issued_pid(&json!({ "family_name": "Holm", "age_equal_or_over": { "18": false } }));
    let all = ["/family_name".to_owned(), "/age_equal_or_over".to_owned()];
    for pointers in [&all[..], &all[..1]] {
        let shown = crate::issue::sd_jwt::show(&young, pointers).expect("shown");
        let bound = world.bound(&shown, &session.nonce, text(&request, "client_id"), &[]);
        let (checks, reports) = refused(&json!({ "pid": [bound], "mdl": token["mdl"] }));
        assert!(checks.contains(&"vp.partial") && reports.contains(&"vp.dcql_unsatisfied"), "{checks:?} {reports:?}");
    }
}

#[test]
fn several_credentials_answer_where_several_may() {
    let world = world();
    let (session, _) = world.begin(ask_for(&[with(&pid_query(), json!({ "multiple": true }))]));
    let request = world.request(&session);
    let outcome = world.outcome(&session, &json!({ "pid": [world.pid_for(&request), world.pid_for(&request)] }));
    assert!(outcome.is_accepted(), "{}", outcome.to_json());
    assert_eq!(outcome.presentations.len(), 2);
}

#[test]
fn trusted_authorities_are_looked_at_again() {
    let world = world();
    let authority = crate::trust::x509::Certificate::from_der(&world.authority).expect("a certificate");
    let signer = crate::trust::x509::Certificate::from_der(&world.chain[0]).expect("a certificate");
    let own = base64url::encode(signer.authority_key_id().expect("a key identifier"));
    assert_eq!(signer.authority_key_id(), authority.subject_key_id());
    for (value, accepted) in [(own.as_str(), true), ("AAAAAAAAAAAAAAAAAAAAAAAAAAA", false)] {
        let wanted = json!({ "trusted_authorities": [{ "type": "aki", "values": [value] }] });
        let (session, _) = world.begin(ask_for(&[with(&pid_query(), wanted)]));
        let request = world.request(&session);
        let outcome = world.outcome(&session, &json!({ "pid": [world.pid_for(&request)] }));
        assert_eq!(outcome.is_accepted(), accepted, "{}", outcome.to_json());
    }
}

/// VP-020: one good and one bad: the whole is refused, each is told by itself.
#[test]
fn one_bad_presentation_is_told_by_itself() {
    let world = world();
    let (session, _, token) = both(&world, ask_for(&[pid_query(), mdl_query()]));
    let good = token["pid"][0].as_str().expect("text");
    let broken = format!("{}AA", &good[..good.len() - 2]);
    let outcome = world.outcome(&session, &json!({ "pid": [broken], "mdl": token["mdl"] }));
    assert_eq!(outcome.verdict, Verdict::Rejected);
    assert!(outcome.codes().starts_with(&["vp.partial"]), "{:?}", outcome.codes());
    let verdicts: Vec<&str> = outcome.presentations.iter().map(|one| one.report.verdict()).collect();
    assert_eq!(verdicts, ["rejected", "accepted"]);
    // Also where the bad one was not needed; and what the good one says does not go out then.
    let query = json!({
        "credentials": [pid_query(), mdl_query()],
        "credential_sets": [{ "options": [["mdl"]] }, { "options": [["pid"]], "required": false }]
    });
    let (session, request, _) = both(&world, Ask::of(query));
    let unbound = world.pid();
    let outcome = world.outcome(&session, &json!({ "pid": [unbound], "mdl": [world.mdl_for(&request)] }));
    assert!(!outcome.is_accepted(), "{}", outcome.to_json());
    assert_eq!(outcome.codes(), ["vp.partial"]);
    let verdicts: Vec<&str> = outcome.presentations.iter().map(|one| one.report.verdict()).collect();
    assert!(verdicts.contains(&"rejected") && verdicts.contains(&"accepted"), "{verdicts:?}");
    assert!(!outcome.to_json().contains("\"claims\""), "{}", outcome.to_json());
    let outcome = world.outcome(&session, &json!({ "mdl": [world.mdl_for(&request)] }));
    assert!(outcome.is_accepted() && outcome.to_json().contains("\"claims\""), "{}", outcome.to_json());
}

/// VP-019: nobody is trusted where no list is there, and what could not be told is no acceptance.
#[test]
fn without_trust_nothing_is_accepted() {
    let world = world();
    let (session, request, token) = both(&world, ask_for(&[pid_query(), mdl_query()]));
    let answer = posted(&session, world.body(&request, &token).as_bytes(), NOW).expect("an answer");
    let outcome = world.judged_under(&session, &answer, &Trust::none());
    assert!(!outcome.is_accepted(), "{}", outcome.to_json());
    assert!(!outcome.checks.is_empty());
}

/// 6.1: the holder proves to be there unless the query says otherwise; a proof that is there must be right even then.
#[test]
fn holders_prove_to_be_there() {
    let world = world();
    let (session, _, token) = both(&world, ask_for(&[pid_query(), mdl_query()]));
    let outcome = world.outcome(&session, &with(&token, json!({ "pid": [world.pid()] })));
    assert!(!outcome.is_accepted() && has(&outcome, "sdjwt.kb_missing"), "{:?}", codes(&outcome));
    let (stranger, _) = OwnKey::generate_p256().expect("a key");
    let other = World { holder: stranger, ..super::super::sample::world() };
    let stolen = other.bound(&world.pid(), &session.nonce, &session.client_id, &[]);
    let outcome = world.outcome(&session, &with(&token, json!({ "pid": [stolen] })));
    assert!(!outcome.is_accepted() && has(&outcome, "sdjwt.kb_key"), "{:?}", codes(&outcome));

    let free = with(&pid_query(), json!({ "require_cryptographic_holder_binding": false }));
    let (session, _) = world.begin(ask_for(&[free]));
    assert!(world.outcome(&session, &json!({ "pid": [world.pid()] })).is_accepted());
    let replayed = world.bound(&world.pid(), "another nonce", &session.client_id, &[]);
    let outcome = world.outcome(&session, &json!({ "pid": [replayed] }));
    assert!(!outcome.is_accepted() && outcome.codes().contains(&"vp.nonce"));
}

/// A device may agree upon a MAC with the key that the answer is encrypted to.
#[test]
fn a_device_mac_is_taken() {
    let mut world = world();
    let scalar = [&[0; 31][..], &[6]].concat();
    world.holder = OwnKey::from_scalar(crate::crypto::public_key::Curve::P256, &scalar).expect("a key");
    let (session, _) = world.begin(ask_for(&[mdl_query()]));
    let request = world.request(&session);
    let device = Device {
        client_id: Some(session.client_id.clone()),
        response_uri: Some(session.response_uri.clone()),
        jwk_thumbprint: thumbprint(&request),
        ..Device::default()
    };
    let occasion = Occasion { nonce: Some(session.nonce.clone()), session: Some(device), ..Occasion::at(NOW) };
    let transcript = transcript(&occasion, Handover::Openid4vp).expect("a transcript");
    let shown = showing(&world.issued_mdl(), &[(SPACE, "family_name"), (SPACE, "age_over_18")]).expect("shown");
    let own = AgreementKey::from_scalar(Some(crate::crypto::public_key::Curve::P256), &scalar).expect("a key");
    let ours = session.keys[0].public_key().expect("a key");
    let proof = Proof::Mac(&own, &ours);
    let made =
        document(MDL, &shown, &crate::encoding::cbor::Value::Map(Vec::new()), &transcript, proof).expect("a MAC");
    let outcome = world.outcome(&session, &json!({ "mdl": [base64url::encode(&device_response(&[made]))] }));
    assert!(outcome.is_accepted(), "{}", outcome.to_json());
}

/// JWT-049: ISO/IEC 18013-7:2024 puts the wallet's nonce into `apu`. Its handover is taken where the policy says so, for that nonce alone.
#[test]
fn the_older_handover_rests_on_the_wallets_nonce() {
    let world = world();
    let (session, _) = world.begin(ask_for(&[mdl_query()]));
    let request = world.request(&session);
    let payload = world.older_answer(&session);
    let verdict = |party_u: &[u8], policy: &Policy| {
        let by = crate::crypto::jwe::Sealing::by(crate::crypto::jwe::Encryption::A128Gcm);
        let sealing =
            crate::crypto::jwe::Sealing { party_u: Some(party_u), party_v: Some(session.nonce.as_bytes()), ..by };
        let jwe = crate::openid4vp::sample::sealed(&request, &payload, &sealing);
        let body = crate::encoding::form::encode([("response", jwe.as_str())]);
        let answer = posted(&session, body.as_bytes(), NOW).expect("an answer");
        let asked = requests(&session, &answer, NOW, policy).expect("questions");
        let none = crate::evidence::Evidence::none();
        let reports = asked.iter().map(|one| crate::verify::verify(&one.request, &world.trust, &none)).collect();
        let outcome = conclude(&session, asked, reports, NOW);
        (outcome.is_accepted(), has(&outcome, "vp.session_mismatch"))
    };
    let older = Policy { handovers: vec![Handover::Iso18013Part7], ..policy() };
    assert_eq!(verdict(b"wallet nonce", &older), (true, false));
    assert_eq!(verdict(b"another nonce", &older), (false, true));
    assert_eq!(verdict(b"wallet nonce", &policy()), (false, true), "nobody asked for it");
}

/// One presentation shows one credential.
#[test]
fn two_documents_in_one_response_are_refused() {
    let world = world();
    let (session, _) = world.begin(ask_for(&[mdl_query()]));
    let request = world.request(&session);
    let one = base64url::decode(&world.mdl_for(&request)).expect("base64url");
    let document = crate::format::mdoc::container::documents_of(&one).expect("documents")[0].to_vec();
    let two = base64url::encode(&device_response(&[document.clone(), document]));
    let outcome = world.outcome(&session, &json!({ "mdl": [two] }));
    assert_eq!(outcome.verdict, Verdict::Rejected);
    assert!(outcome.codes().contains(&"vp.malformed"), "{:?}", outcome.codes());
}

/// 5.1 and 8.4: each transaction is approved by one of the credentials that it names.
#[test]
fn transactions_are_approved_by_who_was_asked() {
    let world = world();
    let second = with(&pid_query(), json!({ "id": "second" }));
    let ask = Ask {
        transaction_data: vec![
            json!({ "type": "pay", "credential_ids": ["pid", "second"], "amount": 7 }),
            json!({ "type": "sign", "credential_ids": ["second"] }),
        ],
        ..ask_for(&[pid_query(), second])
    };
    let (session, _) = world.begin(ask);
    let sent: Vec<&str> = session.transaction_data.iter().map(String::as_str).collect();
    let outcome = |of_pid: &[&str], of_second: &[&str]| {
        let bound = |texts| world.bound(&world.pid(), &session.nonce, &session.client_id, texts);
        world.outcome(&session, &json!({ "pid": [bound(of_pid)], "second": [bound(of_second)] }))
    };
    for (of_pid, of_second) in [(&sent[..1], &sent[1..]), (&[][..], &sent[..])] {
        let outcome = outcome(of_pid, of_second);
        assert!(outcome.is_accepted(), "{}", outcome.to_json());
    }
    for (of_pid, of_second) in
        [(&[][..], &sent[1..]), (&sent[..1], &[][..]), (&[][..], &[][..]), (&["other"][..], &sent[1..])]
    {
        let outcome = outcome(of_pid, of_second);
        assert_eq!(outcome.verdict, Verdict::Rejected);
        assert!(outcome.codes().contains(&"vp.transaction_data"), "{:?}", codes(&outcome));
    }
}

/// Presentations of the W3C: a credential without a presentation around it proves no holder.
#[test]
fn bare_credentials_prove_no_holder() {
    let query = json!({ "id": "vc", "format": "jwt_vc_json", "meta": {} });
    let world = world();
    let (session, _) = world.begin(ask_for(&[query]));
    let claims = json!({
        "iss": "did:web:issuer.example", "nonce": session.nonce, "aud": session.client_id,
        "vc": { "@context": ["https://www.w3.org/2018/credentials/v1"], "type": ["VerifiableCredential"], "credentialSubject": {} }
    });
    let jwt = crate::issue::jws::sign(&[("typ", "JWT")], claims.to_string().as_bytes(), &world.issuer).expect("signed");
    let outcome = world.outcome(&session, &json!({ "vc": [jwt] }));
    assert!(!outcome.is_accepted() && outcome.codes().contains(&"vp.holder_binding_missing"), "{:?}", codes(&outcome));
}

/// What each presentation is verified against.
#[test]
fn questions_are_made_for_their_presentation() {
    let world = world();
    let (session, request, token) = both(&world, ask_for(&[pid_query(), mdl_query()]));
    let answer = posted(&session, world.body(&request, &token).as_bytes(), NOW).expect("an answer");
    let asked = requests(&session, &answer, NOW, &policy()).expect("questions");
    let [pid, mdl] = asked.as_slice() else { panic!("two") };
    assert_eq!(
        (pid.request.input.format.as_deref(), mdl.request.input.format.as_deref()),
        (Some("sd_jwt_vc"), Some("mdoc"))
    );
    for one in [pid, mdl] {
        assert_eq!(one.request.occasion.nonce.as_deref(), Some(session.nonce.as_str()));
        assert_eq!(one.request.occasion.audience.as_deref(), Some(session.client_id.as_str()));
        assert_eq!(one.request.policy.key_binding, KeyBindingDemand::Required);
        assert!(one.request.occasion.dcql_query.as_deref().is_some_and(|query| query.contains(&one.id)));
    }
    assert_eq!(mdl.request.occasion.elements, [format!("{SPACE}/family_name"), format!("{SPACE}/age_over_18")]);
    let device = mdl.request.occasion.session.clone().expect("a session");
    assert_eq!((device.handover, device.jwk_thumbprint), (Handover::Openid4vp, thumbprint(&request)));
}

/// Reports that are missing are no acceptance.
#[test]
fn without_reports_nothing_is_accepted() {
    let world = world();
    let (session, request, token) = both(&world, ask_for(&[pid_query(), mdl_query()]));
    let answer = posted(&session, world.body(&request, &token).as_bytes(), NOW).expect("an answer");
    let asked = requests(&session, &answer, NOW, &policy()).expect("questions");
    let outcome = conclude(&session, asked, Vec::new(), NOW);
    assert_eq!((outcome.verdict, outcome.codes().len()), (Verdict::Rejected, 2));
    let mut none = Ask::of(json!({
        "credentials": [pid_query()], "credential_sets": [{ "options": [["pid"]], "required": false }]
    }));
    none.response_mode = ResponseMode::DirectPost;
    let (session, _) = world.begin(none);
    assert!(!conclude(&session, Vec::new(), Vec::new(), NOW).is_accepted(), "an answer shows something");
}
