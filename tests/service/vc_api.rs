//! The W3C VC API, by the router in process: what is taken, what is refused and why, what is kept.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use vidimus::crypto::multikey;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::json::from_slice;
use vidimus::envelope::data_integrity::sign::ProofDraft;
use vidimus::envelope::data_integrity::suite::Suite;
use vidimus::envelope::data_integrity::transform::Terms;
use vidimus::issue::vc_di;
use vidimus::linked_data::Contexts;
use vidimus::net::clock::Clock;
use vidimus::policy::{ControllerDemand, Policy};
use vidimus::service::config::Config;
use vidimus::service::router;
use vidimus::service::state::Service;
use vidimus::service::vc_api::api::{Answers, VcApi, default_policy};
use vidimus::service::vc_api::profile::{Profile, ProfileKey, Securing, did_key};
use vidimus::service::vc_api::profiles::{for_development, from_file};
use vidimus::service::vc_api::status_store::{StatusPurpose, StatusStore};
use vidimus::time::Timestamp;

const BASE: &str = "https://issuer.example";

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn codes(&self) -> Vec<&str> {
        let problems = self.body["problemDetails"].as_array().map_or(&[][..], Vec::as_slice);
        problems.iter().filter_map(|problem| problem["code"].as_str()).collect()
    }
}

struct Api {
    router: Router,
}

impl Api {
    fn of(api: VcApi) -> Api {
        Api::at(api, Clock::system())
    }

    fn at(api: VcApi, clock: Clock) -> Api {
        let open = Config { open_access: true, ..Api::closed(api) };
        Api { router: router(Service::with(open, None, clock)) }
    }

    fn closed(api: VcApi) -> Config {
        let config = Config::new("127.0.0.1:0".parse().unwrap(), "");
        Config { trust: None, offline: true, vc_api: Arc::new(api), ..config }
    }

    fn ready() -> Api {
        Api::of(for_development(true).unwrap().at(BASE))
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8(bytes.to_vec()).unwrap()));
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_text(path, body.to_string()).await
    }

    async fn post_text(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// The DID of a profile.
    async fn issuer(&self, profile: &str) -> String {
        let told = self.get("/issuers").await.body;
        let found = told.as_array().unwrap().iter().find(|known| known["id"] == profile);
        found.unwrap_or_else(|| panic!("{profile}"))["issuer"].as_str().unwrap().to_owned()
    }

    /// A credential that this profile issued.
    async fn issued(&self, profile: &str, change: impl FnOnce(&mut Value)) -> Answer {
        let mut credential = credential(&self.issuer(profile).await);
        change(&mut credential);
        let path = format!("/issuers/{profile}/credentials/issue");
        self.post(&path, &json!({ "credential": credential })).await
    }

    async fn verify(&self, credential: &Value) -> Answer {
        self.post("/credentials/verify", &json!({ "verifiableCredential": credential })).await
    }
}

fn credential(issuer: &str) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "credentialSubject": { "id": "did:example:subject", "name": "Alice" },
    })
}

/// A profile of JWTs with status lists.
fn with_status(purposes: &[StatusPurpose]) -> Profile {
    let (key, _) = vidimus::crypto::own_keys::OwnKey::generate_p256().unwrap();
    let key = ProfileKey::Own(key);
    let (issuer, method) = did_key(key.public_key());
    Profile { id: "with-status".to_owned(), securing: Securing::VcJwt, issuer, method, key, status: purposes.to_vec() }
}

fn status_api(statuses: StatusStore) -> VcApi {
    let purposes = [StatusPurpose::Revocation, StatusPurpose::Suspension];
    VcApi { profiles: vec![with_status(&purposes)], statuses, ..VcApi::default() }.at(BASE)
}

#[tokio::test]
async fn profiles_are_told() {
    let api = Api::ready();
    let told = api.get("/issuers").await;
    assert_eq!(told.status, 200);
    let profiles = told.body.as_array().unwrap();
    assert_eq!(profiles[0]["id"], "eddsa-rdfc-2022");
    for profile in profiles {
        let (issuer, method) = (profile["issuer"].as_str().unwrap(), profile["verificationMethod"].as_str().unwrap());
        assert!(issuer.starts_with("did:key:z") && method.starts_with(issuer) && method.contains('#'));
        assert_eq!(
            profile["endpoint"],
            format!("{BASE}/issuers/{}/credentials/issue", profile["id"].as_str().unwrap())
        );
    }
    let other = Api::ready().get("/issuers").await;
    assert_ne!(other.body[0]["issuer"], told.body[0]["issuer"], "keys are new each time");
}

#[tokio::test]
async fn signing_needs_a_key() {
    const KEY: &str = "a-key-for-this-test-alone";
    let keys = vidimus::service::access::keys_in(KEY).unwrap();
    let config = Config { api_keys: keys, ..Api::closed(for_development(true).unwrap()) };
    let api = Api { router: router(Service::with(config, None, Clock::system())) };
    let issuer = api.issuer("vc-jwt").await;
    let body = json!({ "credential": credential(&issuer), "presentation": {}, "credentialId": "a" });
    for path in ["/credentials/issue", "/issuers/vc-jwt/credentials/issue", "/presentations", "/credentials/status"] {
        let answer = api.post(path, &body).await;
        assert_eq!(answer.status, 401, "{path}: {}", answer.body);
    }
    // Whether a profile is there is nobody's business without a key.
    assert_eq!(api.post("/issuers/none/credentials/issue", &body).await.status, 401);
    let request = Request::post("/issuers/vc-jwt/credentials/issue").header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {KEY}")).body(Body::from(body.to_string())).unwrap();
    assert_eq!(api.send(request).await.status, 201);
}

#[tokio::test]
async fn requests_that_are_wrong_say_how() {
    let api = Api::ready();
    let issue = "/issuers/vc-jwt/credentials/issue";
    let good = credential(&api.issuer("vc-jwt").await);
    for (path, body, title) in [
        (issue, json!({ "verifiableCredential": good }), "MALFORMED_VALUE_ERROR"),
        (issue, json!({ "credential": good.to_string() }), "MALFORMED_VALUE_ERROR"),
        (issue, json!({ "credential": good, "options": { "unheard": 1 } }), "UNKNOWN_OPTION_PROVIDED"),
        (issue, json!({ "credential": good, "options": 1 }), "MALFORMED_VALUE_ERROR"),
        (issue, json!({ "credential": good, "options": { "mandatoryPointers": ["issuer"] } }), "MALFORMED_VALUE_ERROR"),
        (
            issue,
            json!({ "credential": good, "options": { "mandatoryPointers": ["/issuer"] } }),
            "MALFORMED_VALUE_ERROR",
        ),
        (issue, json!({ "credential": credential("did:example:other") }), "MALFORMED_VALUE_ERROR"),
        ("/credentials/verify", json!({ "credential": good }), "MALFORMED_VALUE_ERROR"),
        ("/credentials/verify", json!({ "verifiableCredential": good.to_string() }), "MALFORMED_VALUE_ERROR"),
        (
            "/credentials/verify",
            json!({ "verifiableCredential": good, "options": { "a": 1 } }),
            "UNKNOWN_OPTION_PROVIDED",
        ),
        ("/presentations/verify", json!({}), "MALFORMED_VALUE_ERROR"),
        ("/credentials/derive", json!({ "verifiableCredential": 1 }), "MALFORMED_VALUE_ERROR"),
        ("/credentials/status", json!({ "credentialId": "a" }), "MALFORMED_VALUE_ERROR"),
    ] {
        let answer = api.post(path, &body).await;
        assert_eq!((answer.status, answer.body["title"].as_str()), (400, Some(title)), "{path} {}", answer.body);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.body["problemDetails"][0]["title"], title);
        assert!(!answer.body.to_string().contains("Alice"));
        let is_verifier = path.ends_with("/verify");
        assert_eq!(answer.body.get("verified"), is_verifier.then_some(&json!(false)));
    }
    for text in ["", "{", "[]", "{\"credential\":1,\"credential\":2}"] {
        let answer = api.post_text(issue, text).await;
        assert_eq!((answer.status, &answer.body["title"]), (400, &json!("PARSING_ERROR")), "{text}");
    }
    for path in ["/issuers/none/credentials/issue", "/verifiers/none/credentials/verify"] {
        let answer = api.post(path, &json!({ "credential": good })).await;
        assert_eq!(answer.status, 400);
        assert!(answer.body.to_string().contains("unknown_profile"), "{}", answer.body);
    }
    let typed = Request::post(issue).header("content-type", "text/plain").body(Body::from("{}")).unwrap();
    assert_eq!(api.send(typed).await.status, 415);
    let large = format!("{{\"credential\":\"{}\"}}", "x".repeat(1 << 20));
    assert_eq!(api.post_text(issue, large).await.status, 413);
    assert_eq!(api.get("/credentials/verify").await.status, 405);
}

#[tokio::test]
async fn a_credential_that_breaks_its_data_model_is_not_issued() {
    let api = Api::ready();
    for (member, value, code) in [
        ("@context", json!(4), "vc.context_base"),
        ("@context", json!(["https://www.w3.org/2018/credentials/v2"]), "vc.context_base"),
        ("type", json!([]), "vc.type"),
        ("issuer", json!(true), "vc.schema"),
        ("credentialSubject", Value::Null, "vc.schema"),
        ("validFrom", json!("yesterday"), "vc.schema"),
        ("proof", json!({ "created": "2020-01-01T00:00:00Z" }), "di.proof_malformed"),
    ] {
        for profile in ["vc-jwt", "vc-sd-jwt", "vc-cose", "eddsa-jcs-2022"] {
            let answer = api.issued(profile, |credential| credential[member] = value.clone()).await;
            assert_eq!(answer.status, 400, "{member}: {}", answer.body);
            assert!(answer.codes().contains(&code), "{profile} {member} {value}: {}", answer.body);
        }
    }
    let answer = api.issued("vc-jwt", |credential| drop(credential.as_object_mut().unwrap().remove("issuer"))).await;
    assert_eq!((answer.status, answer.codes()), (400, vec!["vc.schema"]));
}

#[tokio::test]
async fn what_is_issued_verifies_and_what_is_changed_does_not() {
    let api = Api::ready();
    for profile in ["vc-jwt", "vc-sd-jwt", "vc-cose"] {
        // An issuer may date a credential ahead, and bring along a proof that is left out.
        let answer = api.issued(profile, |credential| {
            credential["proof"] = json!({ "type": "DataIntegrityProof", "proofValue": "zold" });
        });
        let answer = answer.await;
        assert_eq!(answer.status, 201, "{profile}: {}", answer.body);
        let credential = &answer.body["verifiableCredential"];
        let verified = api.verify(credential).await;
        assert_eq!((verified.status, &verified.body["verified"]), (200, &json!(true)), "{profile}: {}", verified.body);
        assert!(!verified.body.to_string().contains("Alice"));
        let mut forged = credential.clone();
        let id = forged["id"].as_str().unwrap();
        let (head, tail) = id.split_at(id.len() - 40);
        let swapped = if tail.starts_with('A') { 'B' } else { 'A' };
        forged["id"] = json!(format!("{head}{swapped}{}", &tail[1..]));
        let refused = api.verify(&forged).await;
        assert_eq!((refused.status, &refused.body["verified"]), (400, &json!(false)), "{profile}: {}", refused.body);
        assert!(!refused.codes().is_empty());
        let late = api.issued(profile, |credential| credential["validFrom"] = json!("2099-01-01T00:00:00Z")).await;
        assert_eq!(late.status, 201, "{}", late.body);
        let early = api.verify(&late.body["verifiableCredential"]).await;
        assert_eq!((early.status, early.codes()), (400, vec!["time.not_yet_valid"]), "{}", early.body);
        assert_eq!(early.body["problemDetails"][0]["title"], "RANGE_ERROR");
    }
}

#[tokio::test]
async fn a_verifier_gives_what_it_is_asked_for() {
    let api = Api::ready();
    let credential = api.issued("vc-jwt", |_| {}).await.body["verifiableCredential"].clone();
    let options =
        json!({ "returnResults": true, "returnCredential": true, "returnProblemDetails": true, "checks": [] });
    let body = json!({ "verifiableCredential": credential, "options": options });
    let answer = api.post("/verifiers/vc-jwt/credentials/verify", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["credential"], credential);
    assert!(answer.body["problemDetails"].is_array() && answer.body["results"].is_object());
    let plain = api.verify(&credential).await;
    assert_eq!(plain.body.get("credential"), None);
    // Not even then is a credential given back that is not verified.
    let mut forged = credential.clone();
    forged["id"] = json!(format!("{}AA", credential["id"].as_str().unwrap()));
    let body = json!({ "verifiableCredential": forged, "options": options });
    let refused = api.post("/credentials/verify", &body).await;
    assert_eq!((refused.status, refused.body.get("credential")), (400, None));
    let quiet = json!({ "verifiableCredential": forged, "options": { "returnProblemDetails": false } });
    assert_eq!(api.post("/credentials/verify", &quiet).await.body, json!({ "verified": false }));
}

#[tokio::test]
async fn the_drafts_answers_are_200_with_warnings() {
    let api = Api::of(VcApi { answers: Answers::Draft, ..for_development(true).unwrap() }.at(BASE));
    let early = api.issued("vc-jwt", |credential| credential["validFrom"] = json!("2099-01-01T00:00:00Z")).await;
    let answer = api.verify(&early.body["verifiableCredential"]).await;
    assert_eq!((answer.status, &answer.body["verified"]), (200, &json!(true)), "{}", answer.body);
    assert_eq!(answer.body["problemDetails"][0]["severity"], "warning");
    let mut forged = api.issued("vc-jwt", |_| {}).await.body["verifiableCredential"].clone();
    forged["id"] = json!(format!("{}AA", forged["id"].as_str().unwrap()));
    let answer = api.verify(&forged).await;
    assert_eq!((answer.status, &answer.body["verified"]), (200, &json!(false)), "{}", answer.body);
    assert_eq!(answer.body["problemDetails"][0]["severity"], "error");
}

/// The suites of the W3C verify fixtures that another key than the issuer's signed; an operator's policy may refuse them.
#[tokio::test]
async fn a_key_of_somebody_else_is_told() {
    let (key, _) = OwnKey::generate_ed25519().unwrap();
    let name = multikey::encode(key.public_key());
    let draft = ProofDraft { verification_method: format!("did:key:{name}#{name}"), ..ProofDraft::default() };
    let terms = Terms { contexts: Contexts::bundled(), inline_contexts: false, budget: None };
    let document = credential("did:example:somebody-else").to_string();
    let signed = vc_di::issue(&document, Suite::by_name("eddsa-jcs-2022").unwrap(), &draft, &key, &terms).unwrap();
    let signed: Value = from_slice(signed.as_bytes()).unwrap();
    let told = Api::ready().verify(&signed).await;
    assert_eq!((told.status, told.codes()), (200, vec!["di.other_controller"]), "{}", told.body);
    assert_eq!(told.body["problemDetails"][0]["severity"], "warning");
    let strict = Policy { controllers: ControllerDemand::Reject, ..default_policy() };
    let strict = Api::of(VcApi { policy: Arc::new(strict), ..for_development(true).unwrap() }.at(BASE));
    let refused = strict.verify(&signed).await;
    assert_eq!((refused.status, refused.codes()), (400, vec!["di.vm_controller"]), "{}", refused.body);
}

#[tokio::test]
async fn a_presentation_answers_a_challenge_once() {
    let api = Api::ready();
    let credential = api.issued("vc-jwt", |_| {}).await.body["verifiableCredential"].clone();
    let presentation = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [credential],
    });
    let signed = async |challenge: &str| {
        let options = json!({ "challenge": challenge, "domain": "shop.example" });
        let body = json!({ "presentation": presentation, "options": options });
        let answer = api.post("/holders/vc-jwt/presentations", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["verifiablePresentation"].clone()
    };
    let verify = async |presentation: &Value, challenge: &str, domain: &str| {
        let options = json!({ "challenge": challenge, "domain": domain, "returnResults": true });
        let body = json!({ "verifiablePresentation": presentation, "options": options });
        api.post("/presentations/verify", &body).await
    };
    let challenge = api.post("/challenges", &json!({})).await.body["challenge"].as_str().unwrap().to_owned();
    let presentation = signed(&challenge).await;
    let answer = verify(&presentation, &challenge, "shop.example").await;
    assert_eq!((answer.status, &answer.body["verified"]), (200, &json!(true)), "{}", answer.body);
    assert_eq!(answer.body["results"]["presentation"]["challenge"]["verified"], true);
    assert_eq!(answer.body["results"]["credentials"][0]["verified"], true);
    let again = verify(&presentation, &challenge, "shop.example").await;
    assert_eq!((again.status, again.codes()), (400, vec!["challenge_used"]), "{}", again.body);
    assert_eq!(again.body["title"], "INVALID_CHALLENGE_ERROR");
    // Somebody else's challenge is compared.
    let presentation = signed("of-the-relying-party").await;
    let answer = verify(&presentation, "of-the-relying-party", "shop.example").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = verify(&presentation, "another", "shop.example").await;
    assert_eq!((answer.status, answer.codes()), (400, vec!["vp.nonce"]), "{}", answer.body);
    assert_eq!(answer.body["problemDetails"][0]["title"], "INVALID_CHALLENGE_ERROR");
    let answer = verify(&presentation, "of-the-relying-party", "bank.example").await;
    assert_eq!((answer.status, answer.codes()), (400, vec!["claim.audience"]), "{}", answer.body);
    assert_eq!(answer.body["problemDetails"][0]["title"], "INVALID_DOMAIN_ERROR");
}

/// A presentation that anybody may sign is right as a presentation, and no credential; nor is a credential a presentation.
#[tokio::test]
async fn each_place_verifies_what_it_is_for() {
    let api = Api::ready();
    let nothing = json!({ "@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiablePresentation" });
    let issuer = api.issuer("eddsa-rdfc-2022").await;
    let good = json!({ "credential": credential(&issuer) });
    let issued =
        api.post("/issuers/eddsa-rdfc-2022/credentials/issue", &good).await.body["verifiableCredential"].take();
    let answer = api.post("/presentations/verify", &json!({ "verifiablePresentation": issued })).await;
    assert_eq!((answer.body["verified"].clone(), answer.codes()), (json!(false), vec!["vc.type"]));
    for profile in ["eddsa-rdfc-2022", "vc-jwt"] {
        let body = json!({ "presentation": nothing });
        let answer = api.post(&format!("/holders/{profile}/presentations"), &body).await;
        let mut signed = answer.body["verifiablePresentation"].clone();
        let answer = api.post("/presentations/verify", &json!({ "verifiablePresentation": signed })).await;
        assert_eq!(answer.body["verified"], true, "{profile}: {}", answer.body);
        if let Some(token) = signed["id"].as_str() {
            // In an envelope that says that a credential is inside.
            signed["id"] = token.replace("application/vp+", "application/vc+").into();
            signed["type"] = "EnvelopedVerifiableCredential".into();
        }
        let answer = api.post("/credentials/verify", &json!({ "verifiableCredential": signed })).await;
        assert_eq!(answer.body["verified"], false, "{profile}: {}", answer.body);
        let mut unsigned = nothing.clone();
        unsigned["verifiableCredential"] = json!([signed]);
        let answer = api.post("/presentations/verify", &json!({ "presentation": unsigned })).await;
        assert_eq!(answer.body["verified"], false, "{profile}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_presentation_that_nobody_signed_is_its_credentials() {
    let api = Api::ready();
    let credential = api.issued("vc-jwt", |_| {}).await.body["verifiableCredential"].clone();
    let presentation = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [credential],
    });
    let verify = async |presentation: &Value, options: Value| {
        api.post("/presentations/verify", &json!({ "presentation": presentation, "options": options })).await
    };
    let answer = verify(&presentation, json!({})).await;
    assert_eq!((answer.status, &answer.body["verified"]), (200, &json!(true)), "{}", answer.body);
    let answer = verify(&presentation, json!({ "challenge": "a" })).await;
    assert_eq!((answer.status, answer.codes()), (400, vec!["vp.nonce"]));
    let mut other = presentation.clone();
    other["verifiableCredential"][0]["id"] = json!(format!("{}AA", credential["id"].as_str().unwrap()));
    assert_eq!(verify(&other, json!({})).await.status, 400);
    other["verifiableCredential"] = json!([credential, { "type": "EnvelopedVerifiablePresentation" }]);
    assert_eq!(verify(&other, json!({})).await.status, 400);
    let mut proved = presentation.clone();
    proved["proof"] = json!({ "type": "DataIntegrityProof" });
    assert_eq!(verify(&proved, json!({})).await.status, 400, "a proof is never passed over");
}

#[tokio::test]
async fn a_revoked_credential_is_refused_and_stays_so_after_a_crash() {
    let folder = TempDir::new().unwrap();
    let profile_of = |api: &VcApi| (api.profiles[0].issuer.clone(), api.profiles[0].method.clone());
    let first = status_api(StatusStore::open(folder.path()).unwrap());
    let _ = profile_of(&first);
    let api = Api::of(first);
    let answer = api.issued("with-status", |credential| credential["id"] = json!("urn:example:1")).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let credential = &answer.body["verifiableCredential"];
    let verified = api.verify(credential).await;
    assert_eq!(verified.status, 200, "{}", verified.body);
    let change = |purpose: &str, status: bool| {
        json!({
            "credentialId": "urn:example:1",
            "credentialStatus": { "type": "BitstringStatusList", "statusPurpose": purpose },
            "status": status,
        })
    };
    assert_eq!(api.post("/credentials/status", &change("suspension", true)).await.status, 200);
    let suspended = api.verify(credential).await;
    assert_eq!((suspended.status, suspended.codes()), (400, vec!["status.suspended"]), "{}", suspended.body);
    assert_eq!(api.post("/credentials/status", &change("suspension", false)).await.status, 200);
    assert_eq!(api.verify(credential).await.status, 200);
    assert_eq!(api.post("/credentials/status", &change("revocation", true)).await.status, 200);
    let revoked = api.verify(credential).await;
    assert_eq!((revoked.status, revoked.codes()), (400, vec!["status.revoked"]), "{}", revoked.body);
    assert_eq!(revoked.body["problemDetails"][0]["title"], "STATUS_VERIFICATION_ERROR");
    assert_eq!(api.post("/credentials/status", &change("revocation", false)).await.status, 400, "for ever");
    let mut unknown = change("revocation", true);
    unknown["credentialId"] = json!("urn:example:2");
    assert_eq!(api.post("/credentials/status", &unknown).await.status, 404);
    let again = api.issued("with-status", |credential| credential["id"] = json!("urn:example:1")).await;
    assert_eq!(again.status, 409, "{}", again.body);
    drop(api);
    let store = StatusStore::open(folder.path()).unwrap();
    let place = store.place_of("with-status", StatusPurpose::Revocation, "urn:example:1").unwrap();
    let bytes = store.snapshot(&place.list).unwrap().bytes;
    assert_eq!(bytes[usize::try_from(place.index / 8).unwrap()] >> (7 - place.index % 8) & 1, 1);
}

#[tokio::test]
async fn a_list_is_public_signed_and_the_same_until_something_changes() {
    let api = Api::of(status_api(StatusStore::default()));
    let answer = api.issued("with-status", |credential| credential["id"] = json!("urn:example:1")).await;
    let path = "/status-lists/with-status-revocation-1";
    let list = api.get(path).await;
    assert_eq!((list.status, &list.headers["content-type"]), (200, &"application/vc+jwt".parse().unwrap()));
    assert_eq!(list.headers["cache-control"], "public, max-age=60");
    assert_eq!(api.get(path).await.body, list.body);
    let body = json!({
        "credentialId": "urn:example:1",
        "credentialStatus": { "type": "BitstringStatusListEntry", "statusPurpose": "revocation" },
        "status": true,
    });
    assert_eq!(api.post("/credentials/status", &body).await.status, 200);
    assert_ne!(api.get(path).await.body, list.body);
    for other in ["/status-lists/with-status-revocation-2", "/status-lists/x", "/status-lists/%2e%2e%2flock"] {
        assert_eq!(api.get(other).await.status, 404, "{other}");
    }
    assert_eq!(answer.status, 201);
}

/// The same list as a status list token, for whoever accepts those; no list of another time (Token Status List, 8.1 and 8.4).
#[tokio::test]
async fn a_list_is_also_a_status_list_token() {
    let api = Api::of(status_api(StatusStore::default()));
    let answer = api.issued("with-status", |credential| credential["id"] = json!("urn:example:1")).await;
    assert_eq!(answer.status, 201);
    let path = "/status-lists/with-status-revocation-1";
    let accept = "text/html;q=0.1, application/statuslist+jwt";
    let list = api.send(Request::get(path).header("accept", accept).body(Body::empty()).unwrap()).await;
    let media = "application/statuslist+jwt".parse().unwrap();
    assert_eq!((list.status, &list.headers["content-type"]), (200, &media));
    assert_eq!(list.headers["vary"], "accept");
    assert_ne!(api.get(path).await.body, list.body, "the credential is still there");
    for query in ["?time=1700000000", "?a=b&time=1", "?time"] {
        assert_eq!(api.get(&format!("{path}{query}")).await.status, 501, "{query}");
    }
    assert_eq!(api.get(&format!("{path}?timer=1")).await.status, 200);
}

#[tokio::test]
async fn what_cannot_be_signed_takes_no_place() {
    let api = Api::of(for_development(true).unwrap().at(BASE));
    let issue = async |name: &str| {
        api.issued("eddsa-rdfc-2022-status", |credential| {
            credential["id"] = json!("urn:example:1");
            credential["credentialSubject"][name] = json!("Alice");
        })
        .await
    };
    let refused = issue("undefinedTerm").await;
    assert_eq!((refused.status, refused.codes()), (400, vec!["ld.undefined_term"]), "{}", refused.body);
    let issued = issue("name").await;
    assert_eq!(issued.status, 201, "{}", issued.body);
    let entries = &issued.body["verifiableCredential"]["credentialStatus"];
    assert_eq!(entries.as_array().map(Vec::len), Some(2), "{entries}");
    let verified = api.verify(&issued.body["verifiableCredential"]).await;
    assert_eq!(verified.status, 200, "{}", verified.body);
}

#[tokio::test]
async fn many_issued_at_once_have_places_of_their_own() {
    let api = Arc::new(Api::of(status_api(StatusStore::default())));
    let issuer = api.issuer("with-status").await;
    let tasks: Vec<_> = (0..40)
        .map(|number| {
            let (api, mut credential) = (api.clone(), credential(&issuer));
            credential["id"] = json!(format!("urn:example:{number}"));
            tokio::spawn(
                async move { api.post("/credentials/issue", &json!({ "credential": credential })).await.status },
            )
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 201);
    }
}

#[test]
fn a_configuration_file_is_read_strictly() {
    let folder = TempDir::new().unwrap();
    let key = folder.path().join("key.pem");
    let write = |text: &str| {
        let path = folder.path().join("profiles.json");
        std::fs::write(&path, text).unwrap();
        path
    };
    let (_, pem) = vidimus::crypto::own_keys::OwnKey::generate_p256().unwrap();
    std::fs::write(&key, pem.as_bytes()).unwrap();
    let profile =
        |more: &str| format!("{{\"profiles\":[{{\"id\":\"a\",\"secures\":\"vc+jwt\",\"key\":\"key.pem\"{more}}}]}}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(from_file(&write(&profile("")), None).is_err(), "a key that others can read");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let api = from_file(&write(&profile("")), None).unwrap();
    assert!(api.profiles[0].issuer.starts_with("did:key:zDna"));
    let did = ",\"issuer\":\"did:web:issuer.example\",\"verification_method\":\"did:web:issuer.example#a\"";
    assert_eq!(from_file(&write(&profile(did)), None).unwrap().profiles[0].issuer, "did:web:issuer.example");
    for wrong in [
        "{}x".to_owned(),
        "{\"profile\":[]}".to_owned(),
        profile(",\"more\":1"),
        profile(",\"issuer\":\"did:web:issuer.example\""),
        profile(",\"status\":[\"revocation\"]"),
        profile("").replace("vc+jwt", "eddsa-rdfc-2022"),
        profile("").replace("vc+jwt", "unheard"),
        profile("").replace("\"a\"", "\"../a\""),
        profile("").replace("key.pem", "absent.pem"),
        profile("").replace("]}", ",{\"id\":\"a\",\"secures\":\"vc+jwt\",\"key\":\"key.pem\"}]}"),
    ] {
        assert!(from_file(&write(&wrong), Some(folder.path())).is_err(), "{wrong}");
    }
    let lists = profile(",\"status\":[\"revocation\"]")
        .replace("{\"profiles\"", "{\"public_url\":\"https://a.example/\",\"profiles\"");
    assert!(from_file(&write(&lists), None).is_err(), "lists need a folder");
    let api = from_file(&write(&lists), Some(&folder.path().join("data"))).unwrap();
    assert_eq!(api.base_url(), "https://a.example");
}

#[tokio::test]
async fn a_time_of_the_service_is_the_one_that_counts() {
    let api = Api::at(for_development(true).unwrap().at(BASE), Clock::fixed(Timestamp::from_seconds(4_102_444_800)));
    let late = api.issued("vc-jwt", |credential| credential["validUntil"] = json!("2099-01-01T00:00:00Z")).await;
    let expired = api.verify(&late.body["verifiableCredential"]).await;
    assert_eq!((expired.status, expired.codes()), (400, vec!["time.expired"]), "{}", expired.body);
}
