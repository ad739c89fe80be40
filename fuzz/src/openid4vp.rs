//! Targets of OpenID4VP: encrypted responses, responses of every mode and past their encryption, asks, and what wallets post for a request.

use std::sync::OnceLock;

use vidimus::crypto::jwe::{self, Encryption, EncryptionKey, Sealing, seal};
use vidimus::encoding::{form, json};
use vidimus::evidence::Evidence;
use vidimus::openid4vp::ask::{Ask, Flow, Known, Protocol, ResponseMode};
use vidimus::openid4vp::client::Client;
use vidimus::openid4vp::judge::{conclude, requests};
use vidimus::openid4vp::outcome::Outcome;
use vidimus::openid4vp::request::Posted;
use vidimus::openid4vp::response::{Answer, dc_api, fragment, posted};
use vidimus::openid4vp::session::Session;
use vidimus::policy::Policy;
use vidimus::time::Timestamp;
use vidimus::trust::Trust;
use vidimus::verify::verify;

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const ORIGIN: &str = "https://shop.example";
/// A query over every format of wallets, and one of health certificates.
const QUERY: &str = r#"{"credentials":[
    {"id":"pid","format":"dc+sd-jwt","multiple":true,"meta":{"vct_values":["urn:eudi:pid:1"]},"claims":[{"path":["family_name"]}]},
    {"id":"mdl","format":"mso_mdoc","meta":{"doctype_value":"org.iso.18013.5.1.mDL"},"claims":[{"path":["org.iso.18013.5.1","age_over_18"]}]},
    {"id":"jwt","format":"jwt_vc_json","meta":{}},{"id":"ldp","format":"ldp_vc","meta":{}},
    {"id":"dcc","format":"eu_dcc","meta":{},"require_cryptographic_holder_binding":false}],
    "credential_sets":[{"options":[["pid"],["mdl"]]}]}"#;
const TOKEN: &str = r#"{"pid":["eyJhbGciOiJFUzI1NiJ9.e30.AAAA~WyJzIiwiYSIsMV0~eyJhbGciOiJFUzI1NiJ9.e30.AAAA"],"mdl":["o2d2ZXJzaW9uYzEuMA"],"jwt":["eyJhbGciOiJFUzI1NiJ9.e30.AAAA"],"ldp":[{"@context":[],"type":"VerifiablePresentation"}]}"#;

/// One session for each way of answering.
struct Sessions {
    plain: Session,
    encrypted: Session,
    fragment: Session,
    api: Session,
    api_encrypted: Session,
    iso: Session,
}

fn sessions() -> &'static Sessions {
    static SESSIONS: OnceLock<Sessions> = OnceLock::new();
    SESSIONS.get_or_init(|| match made() {
        Some(sessions) => sessions,
        None => panic!("no session could be made"),
    })
}

fn made() -> Option<Sessions> {
    let query: serde_json::Value = json::from_slice(QUERY.as_bytes()).ok()?;
    let begin = |ask: Ask| Some(Session::begin(ask, &Client::redirect_uri(), "https://rp.example", NOW).ok()?.0);
    let by_redirect = |response_mode| {
        let redirect_uri = Some("https://shop.example/".to_owned());
        begin(Ask { response_mode, redirect_uri, ..Ask::of(query.clone()) })
    };
    let over_api = |response_mode, protocol, query: serde_json::Value| {
        let (flow, expected_origins) = (Flow::DcApi, vec![ORIGIN.to_owned()]);
        begin(Ask { flow, response_mode, protocol: Some(protocol), expected_origins, ..Ask::of(query) })
    };
    let mdl = serde_json::json!({ "credentials": [query["credentials"][1]] });
    Some(Sessions {
        plain: by_redirect(ResponseMode::DirectPost)?,
        encrypted: by_redirect(ResponseMode::DirectPostJwt)?,
        fragment: by_redirect(ResponseMode::Fragment)?,
        api: over_api(ResponseMode::DcApi, Protocol::Unsigned, query.clone())?,
        api_encrypted: over_api(ResponseMode::DcApiJwt, Protocol::Unsigned, query.clone())?,
        iso: over_api(ResponseMode::DcApiJwt, Protocol::IsoMdoc, mdl)?,
    })
}

fn key() -> &'static EncryptionKey {
    static KEY: OnceLock<EncryptionKey> = OnceLock::new();
    KEY.get_or_init(|| match EncryptionKey::generate() {
        Ok(key) => key,
        Err(fault) => panic!("{fault}"),
    })
}

/// Law: what opens was sealed to this key, as it is.
pub(crate) fn encrypted(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(opened) = jwe::open(text, std::slice::from_ref(key()), &Encryption::ALL) {
        assert_eq!(opened.kid, key().kid());
    }
}

/// A JWE to the key of this target.
pub(crate) fn sealed(_: &[u8]) -> Vec<u8> {
    let sealing = Sealing { party_u: Some(b"u"), party_v: Some(b"v"), ..Sealing::by(Encryption::A256Gcm) };
    seal(TOKEN.as_bytes(), &key().public_jwk(), &sealing).unwrap_or_default().into_bytes()
}

/// Responses of every mode, none of which may be accepted: nobody is trusted.
pub(crate) fn responses(bytes: &[u8]) {
    let sessions = sessions();
    for session in [&sessions.plain, &sessions.encrypted] {
        judged(session, posted(session, bytes, NOW).ok());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        judged(&sessions.fragment, fragment(&sessions.fragment, text, NOW).ok());
    }
    for session in [&sessions.api, &sessions.api_encrypted, &sessions.iso] {
        judged(session, dc_api(session, Some(ORIGIN), bytes, NOW).ok());
    }
}

/// What is inside an encrypted response, and what is a `vp_token` in the clear.
pub(crate) fn tokens(bytes: &[u8]) {
    let sessions = sessions();
    let Some(key) = sessions.api_encrypted.keys.first() else { return };
    if let Ok(jwe) = seal(bytes, &key.public_jwk(), &Sealing::by(Encryption::A128Gcm)) {
        let data = serde_json::json!({ "response": jwe }).to_string();
        judged(&sessions.api_encrypted, dc_api(&sessions.api_encrypted, Some(ORIGIN), data.as_bytes(), NOW).ok());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let body = form::encode([("vp_token", text), ("state", sessions.plain.state.as_str())]);
        judged(&sessions.plain, posted(&sessions.plain, body.as_bytes(), NOW).ok());
    }
}

fn judged(session: &Session, answer: Option<Answer>) {
    let Some(answer) = answer else { return };
    let trust = Trust::none();
    let outcome = match requests(session, &answer, NOW, &Policy::default()) {
        Err(refusal) => Outcome::refused(session, refusal, NOW),
        Ok(asked) => {
            let reports = asked.iter().map(|one| verify(&one.request, &trust, &Evidence::none())).collect();
            conclude(session, asked, reports, NOW)
        }
    };
    assert!(!outcome.is_accepted(), "nobody is trusted");
    assert!(!outcome.codes().is_empty(), "a refusal without a reason");
    assert!(session.clone().answered(&outcome, NOW).is_ok(), "what is judged is an answer");
}

/// A response of the mode `direct_post` with the right state, which mutations mostly keep.
pub(crate) fn body(_: &[u8]) -> Vec<u8> {
    form::encode([("vp_token", TOKEN), ("state", sessions().plain.state.as_str())]).into_bytes()
}

/// The contents of a response.
pub(crate) fn token(_: &[u8]) -> Vec<u8> {
    format!(r#"{{"vp_token":{TOKEN}}}"#).into_bytes()
}

/// Law: what can be asked can be kept, and begins or is told why not.
pub(crate) fn ask(bytes: &[u8]) {
    let known = Known { template: &|_| None, convert: &|_| Err(Vec::new()) };
    let Ok(ask) = Ask::decode(bytes, &known) else { return };
    match Session::begin(ask, &Client::redirect_uri(), "https://rp.example", NOW) {
        Err(faults) => assert!(!faults.is_empty(), "a refusal without a fault"),
        Ok((session, secrets)) => {
            let row = secrets.row(&session);
            assert!(Session::from_bytes(&row.content).as_ref() == Some(&session), "kept otherwise than it was");
        }
    }
}

/// An ask with a little of everything.
pub(crate) fn asked(_: &[u8]) -> Vec<u8> {
    format!(
        r#"{{"dcql_query":{QUERY},"flow":"cross_device","response_mode":"direct_post","request":"by_value","expires_in":60,"redirect_uri":"https://shop.example/","transaction_data":[{{"type":"t","credential_ids":["pid"]}}],"verifier_info":[{{"format":"jwt","data":"e30"}}],"webhook":{{"url":"https://shop.example/hook"}},"policy":{{"strict":true}}}}"#
    )
    .into_bytes()
}

/// What a wallet posts to the `request_uri`.
pub(crate) fn wallet_post(bytes: &[u8]) {
    if let Ok(posted) = Posted::decode(bytes) {
        let is_plain =
            |nonce: &String| nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        assert!(posted.wallet_nonce.as_ref().is_none_or(is_plain), "a nonce of other characters");
    }
}
