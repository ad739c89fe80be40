//! Presentations of the W3C's formats, and health certificates, as answers: each is bound to this request, or to nobody.

use serde_json::{Value as Json, json};

use crate::credential::Purpose;
use crate::crypto::multikey;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::envelope::data_integrity::sign::{ProofDraft, add_proof};
use crate::envelope::data_integrity::suite::Suite;
use crate::envelope::data_integrity::transform::Terms;
use crate::evidence::Evidence;
use crate::format::vc::secured_sample;
use crate::issue::jws::sign;
use crate::issue::vc_jose::{TokenClaims, jwt};
use crate::linked_data::Contexts;
use crate::openid4vp::ask::{Ask, ResponseMode};
use crate::openid4vp::judge::{conclude, requests};
use crate::openid4vp::outcome::Outcome;
use crate::openid4vp::response::posted;
use crate::openid4vp::sample::{NOW, ask_for, world};
use crate::openid4vp::session::Session;
use crate::policy::{Environment, IssuerDemand, Policy};
use crate::trust::{Trust, store};
use crate::verify::verify;

fn session_for(query: Json) -> Session {
    let ask = Ask { response_mode: ResponseMode::DirectPost, ..ask_for(&[query]) };
    world().begin(ask).0
}

fn outcome(session: &Session, token: &Json, trust: &Trust, policy: &Policy) -> Outcome {
    let pairs = [("vp_token", token.to_string()), ("state", session.state.clone())];
    let body = crate::encoding::form::encode(pairs.iter().map(|(name, value)| (*name, value.as_str())));
    let answer = posted(session, body.as_bytes(), NOW).expect("an answer");
    let asked = requests(session, &answer, NOW, policy).expect("questions");
    let reports = asked.iter().map(|one| verify(&one.request, trust, &Evidence::none())).collect();
    conclude(session, asked, reports, NOW)
}

fn has(outcome: &Outcome, code: &str) -> bool {
    let of_reports = outcome.presentations.iter().flat_map(|one| one.report.reasons());
    outcome.codes().contains(&code) || of_reports.into_iter().any(|reason| reason.code().as_str() == code)
}

/// B.1.3.1: `nonce` and `aud` of the presentation.
#[test]
fn presentations_as_jwt() {
    let world = secured_sample::world();
    let session = session_for(json!({ "id": "vc", "format": "jwt_vc_json", "meta": {} }));
    let inner =
        jwt(&secured_sample::credential(), &TokenClaims::default(), &world.issuer, &secured_sample::issuer_kid());
    let inner = inner.expect("issued").text().into_owned();
    let judged = |nonce: &str, audience: &str, signer: &OwnKey| {
        let claims = json!({
            "iss": secured_sample::HOLDER, "nonce": nonce, "aud": audience,
            "vp": {
                "@context": ["https://www.w3.org/2018/credentials/v1"], "type": ["VerifiablePresentation"],
                "verifiableCredential": [inner]
            }
        });
        let kid = secured_sample::holder_kid();
        let text = sign(&[("kid", &kid), ("typ", "JWT")], claims.to_string().as_bytes(), signer).expect("signed");
        outcome(&session, &json!({ "vc": [text] }), &world.trust, &Policy::default())
    };
    let good = judged(&session.nonce, &session.client_id, &world.holder);
    assert!(good.is_accepted(), "{}", good.to_json());
    let replayed = judged("another", &session.client_id, &world.holder);
    assert!(!replayed.is_accepted() && replayed.codes().contains(&"vp.nonce"));
    let foreign = judged(&session.nonce, "https://other.example", &world.holder);
    assert!(!foreign.is_accepted() && foreign.codes().contains(&"vp.client_id_mismatch"));
    assert!(has(&judged(&session.nonce, &session.client_id, &world.issuer), "sig.invalid"));
    // The credential alone.
    let bare = outcome(&session, &json!({ "vc": [inner] }), &world.trust, &Policy::default());
    assert!(!bare.is_accepted() && bare.codes().contains(&"vp.holder_binding_missing"), "{}", bare.to_json());
}

struct Party {
    key: OwnKey,
    did: String,
    method: String,
}

fn party() -> Party {
    let (key, _) = OwnKey::generate_p256().expect("a key");
    let multikey = multikey::encode(key.public_key());
    Party { key, did: format!("did:key:{multikey}"), method: format!("did:key:{multikey}#{multikey}") }
}

impl Party {
    fn proven(&self, document: &Json, draft: ProofDraft) -> Json {
        let terms = Terms { contexts: Contexts::bundled(), inline_contexts: false, budget: None };
        let suite = Suite::by_name("ecdsa-jcs-2019").expect("a suite");
        let draft = ProofDraft { verification_method: self.method.clone(), created: Some(NOW), ..draft };
        let text = add_proof(&document.to_string(), suite, &draft, &self.key, &terms).expect("signed");
        crate::encoding::json::decode(text.as_bytes()).expect("JSON").to_serde()
    }
}

/// B.1.3.2: `challenge` and `domain` of the proof.
#[test]
fn presentations_with_proofs() {
    let (issuer, holder) = (party(), party());
    let context = json!(["https://www.w3.org/ns/credentials/v2"]);
    let session = session_for(json!({ "id": "vc", "format": "ldp_vc", "meta": {} }));
    let credential = json!({
        "@context": context, "type": ["VerifiableCredential"], "issuer": issuer.did, "credentialSubject": { "id": holder.did }
    });
    let credential = issuer.proven(&credential, ProofDraft::default());
    let presentation = json!({
        "@context": context, "type": ["VerifiablePresentation"], "holder": holder.did, "verifiableCredential": [credential]
    });
    let policy = Policy { environment: Environment::Test, issuers: IssuerDemand::Resolvable, ..Policy::default() };
    let judged = |challenge: &str, domain: &str| {
        let draft = ProofDraft {
            purpose: Purpose::Authentication,
            challenge: Some(challenge.to_owned()),
            domain: Some(domain.to_owned()),
            ..ProofDraft::default()
        };
        let token = json!({ "vc": [holder.proven(&presentation, draft)] });
        outcome(&session, &token, &Trust::none(), &policy)
    };
    let good = judged(&session.nonce, &session.client_id);
    assert!(good.is_accepted(), "{}", good.to_json());
    assert!(judged("another", &session.client_id).codes().contains(&"vp.nonce"));
    assert!(judged(&session.nonce, "https://other.example").codes().contains(&"vp.client_id_mismatch"));
    // Two credentials in one presentation.
    let mut two = presentation.clone();
    two["verifiableCredential"] = json!([credential, credential]);
    let draft = ProofDraft {
        purpose: Purpose::Authentication,
        challenge: Some(session.nonce.clone()),
        domain: Some(session.client_id.clone()),
        ..ProofDraft::default()
    };
    let token = json!({ "vc": [holder.proven(&two, draft)] });
    let outcome = outcome(&session, &token, &Trust::none(), &policy);
    assert!(!outcome.is_accepted() && outcome.codes().contains(&"vp.malformed"), "{}", outcome.to_json());
}

/// Health certificates under their own names, which are bound to nobody's key.
#[test]
fn health_certificates_answer_by_their_own_names() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let trust = Trust::build(&store::load(&folder.join("trust")).expect("a store").files).0;
    let policy = Policy { environment: Environment::Test, ..Policy::default() };
    for (format, file) in [("eu_dcc", "eu-dcc"), ("smart_health_card", "smart-health-card")] {
        let text = |name: String| std::fs::read_to_string(folder.join(name)).expect("a sample").trim().to_owned();
        let session = session_for(json!({
            "id": "health", "format": format, "meta": {}, "require_cryptographic_holder_binding": false
        }));
        let of = |text: String| outcome(&session, &json!({ "health": [text] }), &trust, &policy);
        let good = of(text(format!("{file}.txt")));
        assert!(good.is_accepted(), "{}", good.to_json());
        assert!(has(&of(text(format!("{file}-forged.txt"))), "sig.invalid"));
    }
}
