//! Tests of the format: recognition, and whole verifications with proofs over JSON.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::credential::Input;
use crate::crypto::multikey;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::encoding::multibase::{self, Base};
use crate::envelope::data_integrity::sign::{ProofDraft, add_proof};
use crate::envelope::data_integrity::suite::Suite;
use crate::evidence::Evidence;
use crate::format::pieces;
use crate::linked_data::Contexts;
use crate::occasion::Occasion;
use crate::policy::{ControllerDemand, Environment, IssuerDemand};
use crate::report::Report;
use crate::time::Timestamp;
use crate::trust::Trust;
use crate::verify::{Request, verify};

const NOW: Timestamp = Timestamp::from_seconds(1_780_315_200);

struct Party {
    key: OwnKey,
    did: String,
    method: String,
}

impl Party {
    fn new() -> Party {
        let (key, _) = OwnKey::generate_p256().expect("a key");
        let multikey = multikey::encode(key.public_key());
        Party { key, did: format!("did:key:{multikey}"), method: format!("did:key:{multikey}#{multikey}") }
    }

    fn sign(&self, document: &str, purpose: Purpose) -> String {
        self.sign_as(document, ProofDraft { purpose, ..ProofDraft::default() })
    }

    fn sign_as(&self, document: &str, draft: ProofDraft) -> String {
        let terms = Terms { contexts: Contexts::bundled(), inline_contexts: false, budget: None };
        let suite = Suite::by_name("ecdsa-jcs-2019").expect("a suite");
        let draft = ProofDraft { verification_method: self.method.clone(), created: Some(NOW), ..draft };
        add_proof(document, suite, &draft, &self.key, &terms).expect("signed")
    }
}

fn credential(issuer: &Party, subject: &str) -> String {
    format!(
        r#"{{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential"],"issuer":"{}","credentialSubject":{{"id":"{subject}"}}}}"#,
        issuer.did
    )
}

fn presentation(holder: &Party, inner: &str) -> String {
    format!(
        r#"{{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiablePresentation"],"holder":"{}","verifiableCredential":[{inner}]}}"#,
        holder.did
    )
}

fn policy() -> Policy {
    Policy { environment: Environment::Test, issuers: IssuerDemand::Resolvable, ..Policy::default() }
}

fn report_on(text: &str, occasion: Occasion, policy: Policy) -> Report {
    let request = Request { input: Input::text(text), occasion, policy: Arc::new(policy) };
    verify(&request, &Trust::none(), &Evidence::none())
}

fn codes(text: &str) -> Vec<&'static str> {
    codes_at(text, Occasion::at(NOW))
}

fn codes_at(text: &str, occasion: Occasion) -> Vec<&'static str> {
    let report = report_on(text, occasion, policy());
    let codes: Vec<&str> = report.reasons().map(|reason| reason.code().as_str()).collect();
    assert_eq!(codes.is_empty(), report.verdict() == "accepted", "{}: {codes:?}", report.verdict());
    codes
}

#[test]
fn begins_by_shape_alone() {
    let begins = |text: &str| VcDi.begins(text);
    assert!(begins(r#"{"@context":[],"proof":1}"#));
    assert!(begins(r#" {"type":"VerifiableCredential","@context":[]}"#));
    assert!(begins(r#"{"type":["X","VerifiablePresentation"],"@context":[]}"#));
    assert!(begins(r#"{"type":["VerifiablePresentation"],"@context":[],"a":1,"a":2}"#));
    for text in [
        r#"{"type":"EnvelopedVerifiableCredential","@context":[]}"#,
        r#"{"type":"VerifiableCredential"}"#,
        r#"{"proof":{"@context":[]}}"#,
        r#"{"verifiableCredential":["eyJ"]}"#,
        r#"[{"@context":[],"proof":1}]"#,
        "HC1:",
        "",
    ] {
        assert!(!begins(text), "{text}");
    }
}

#[test]
fn inputs_hold_documents_whole_or_one_a_line() {
    let one = r#"{"@context":[],"proof":{},"verifiableCredential":[]}"#;
    let count = |text: &str| pieces(&Input::text(text), &policy()).map(|pieces| pieces.len()).expect("pieces");
    assert_eq!(count(one), 1);
    assert_eq!(count(&format!("{one}\n\n{one}\n")), 2);
    assert_eq!(count(&one.replace(',', ",\n  ").replace('{', "{\n")), 1);
}

#[test]
fn a_credential_is_accepted_until_something_changes() {
    let issuer = Party::new();
    let signed = issuer.sign(&credential(&issuer, "urn:x:1"), Purpose::Assertion);
    assert_eq!(codes(&signed), [""; 0]);
    assert_eq!(codes(&signed.replacen("urn:x:1", "urn:x:2", 1)), ["sig.invalid"]);
    assert_eq!(codes(&credential(&issuer, "urn:x:1")), ["di.proof_missing"]);
    let authenticated = issuer.sign(&credential(&issuer, "urn:x:1"), Purpose::Authentication);
    assert_eq!(codes(&authenticated), ["di.purpose"]);
    let early = Occasion::at(NOW.plus(-61));
    assert_eq!(codes_at(&signed, early), ["time.not_yet_valid"]);
    let based = signed.replacen("ns/credentials/v2", "ns/other/v2", 1);
    assert_eq!(codes(&based), ["vc.context_base"]);
    let twice = signed.replacen(r#""type""#, r#""issuer":"did:a:b","type""#, 1);
    assert_eq!(codes(&twice), ["json.duplicate_key"]);
}

#[test]
fn somebody_elses_key_is_not_the_issuers() {
    let (issuer, other) = (Party::new(), Party::new());
    let foreign = other.sign(&credential(&issuer, "urn:x:1"), Purpose::Assertion);
    assert_eq!(codes(&foreign), ["di.vm_controller"]);
    let lenient = Policy { controllers: ControllerDemand::Note, ..policy() };
    assert_eq!(report_on(&foreign, Occasion::at(NOW), lenient).verdict(), "accepted");
    // One proof of the issuer's own suffices, but all must be right.
    let both = issuer.sign(&foreign, Purpose::Assertion);
    assert_eq!(codes(&both), [""; 0]);
    let (proof, _) = both.split_once(r#""proofValue":"z"#).map(|(_, rest)| rest.split_at(80)).expect("a value");
    let swapped = both.replacen(&proof[..20], &proof[..20].chars().rev().collect::<String>(), 1);
    assert!(!codes(&swapped).is_empty());
}

#[test]
fn presentations_answer_the_challenge() {
    let (issuer, holder) = (Party::new(), Party::new());
    let inner = issuer.sign(&credential(&issuer, &holder.did), Purpose::Assertion);
    let text = presentation(&holder, &inner);
    let draft = ProofDraft {
        purpose: Purpose::Authentication,
        challenge: Some("c-1".to_owned()),
        domain: Some("https://shop.example".to_owned()),
        ..ProofDraft::default()
    };
    let signed = holder.sign_as(&text, draft);
    let asked = |nonce: &str, audience: &str| Occasion {
        nonce: Some(nonce.to_owned()),
        audience: Some(audience.to_owned()),
        ..Occasion::at(NOW)
    };
    assert_eq!(codes(&signed), [""; 0]);
    assert_eq!(codes_at(&signed, asked("c-1", "https://shop.example")), [""; 0]);
    assert_eq!(codes_at(&signed, asked("c-2", "https://shop.example")), ["vp.nonce"]);
    assert_eq!(codes_at(&signed, asked("c-1", "https://other.example")), ["claim.audience"]);
    let bare = holder.sign(&text, Purpose::Authentication);
    assert_eq!(codes_at(&bare, asked("c-1", "https://shop.example")), ["vp.nonce", "claim.audience"]);
    assert_eq!(codes(&text), ["di.proof_missing"]);
    assert_eq!(codes(&holder.sign(&text, Purpose::Assertion)), ["di.purpose"]);
    // The credential inside is judged too.
    let forged = presentation(&holder, &inner.replacen(&holder.did, &issuer.did, 2));
    assert_eq!(codes(&holder.sign(&forged, Purpose::Authentication)).first(), Some(&"sig.invalid"));
    let unsigned = presentation(&holder, &credential(&issuer, &holder.did));
    assert_eq!(codes(&holder.sign(&unsigned, Purpose::Authentication)), ["di.proof_missing"]);
}

#[test]
fn what_is_disclosed_is_what_was_said() {
    let issuer = Party::new();
    let signed = issuer.sign(&credential(&issuer, "urn:x:1"), Purpose::Assertion);
    let shown = VcDi.disclose(signed.as_bytes()).claims_json();
    assert_eq!(shown["credentialSubject"]["id"], "urn:x:1");
    assert!(shown.get("proof").is_none());
    let shown = VcDi.disclose(presentation(&issuer, &signed).as_bytes()).claims_json();
    assert!(shown.get("verifiableCredential").is_none() && shown["holder"].is_string());
}

/// Documents whose blank nodes are hard to tell apart share what one request may cost.
#[test]
fn many_hard_documents_cost_a_few_limits() {
    let (issuer, holder) = (Party::new(), Party::new());
    let nodes: Vec<_> = (0..5)
        .map(|one| {
            let others: Vec<_> =
                (0..5).filter(|other| *other != one).map(|other| json!({"id": format!("_:n{other}")})).collect();
            json!({"id": format!("_:n{one}"), "knows": others})
        })
        .collect();
    let hard = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "type": ["VerifiableCredential"], "issuer": issuer.did, "credentialSubject": nodes,
        "proof": {
            "type": "DataIntegrityProof", "cryptosuite": "ecdsa-rdfc-2019", "proofPurpose": "assertionMethod",
            "verificationMethod": issuer.method, "proofValue": multibase::encode(Base::Base58Btc, &[1; 64]),
        },
    });
    let refused = |count: usize| {
        let text = presentation(&holder, &vec![hard.to_string(); count].join(","));
        let report = report_on(&holder.sign(&text, Purpose::Authentication), Occasion::at(NOW), policy());
        report.reasons().filter(|reason| reason.code() == Code::RdfcLimit).count()
    };
    assert_eq!(refused(1), 0, "one alone can be told apart");
    assert!((16..31).contains(&refused(32)), "{}", refused(32));
}
