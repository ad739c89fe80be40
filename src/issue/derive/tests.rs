//! From issuing to a verdict: what a holder derives is accepted, and nothing else can be derived.

use std::sync::Arc;

use super::{DeriveFault, derive};
use crate::credential::Input;
use crate::crypto::bbs::committed::{SecretScalar, commit};
use crate::crypto::bbs::own::OwnBbsKey;
use crate::crypto::multikey;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::crypto::public_key::PublicKey;
use crate::encoding::json::{self, Value};
use crate::envelope::data_integrity::bbs::{self, HolderPart, Wish};
use crate::envelope::data_integrity::bbs_value::Feature;
use crate::envelope::data_integrity::ecdsa_sd;
use crate::envelope::data_integrity::sign::ProofDraft;
use crate::envelope::data_integrity::sign_base::BaseSigner;
use crate::envelope::data_integrity::suite::Suite;
use crate::envelope::data_integrity::transform::Terms;
use crate::evidence::Evidence;
use crate::issue::IssueFault;
use crate::issue::vc_di::{issue, issue_base};
use crate::linked_data::{Contexts, Demands, to_rdf};
use crate::occasion::Occasion;
use crate::policy::{IssuerDemand, Policy};
use crate::reason::Code;
use crate::time::Timestamp;
use crate::trust::Trust;
use crate::verify::{Request, verify};

fn terms() -> Terms<'static> {
    Terms { contexts: Contexts::bundled(), inline_contexts: false, budget: None }
}

fn did_of(key: &PublicKey) -> String {
    format!("did:key:{}", multikey::encode(key))
}

fn draft(key: &PublicKey) -> ProofDraft {
    let method = format!("{}#{}", did_of(key), multikey::encode(key));
    ProofDraft { verification_method: method, ..ProofDraft::default() }
}

/// A library card, with lists and objects inside.
fn card(key: &PublicKey) -> String {
    format!(
        r#"{{"@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
            "type": ["VerifiableCredential", "LibraryCard"], "issuer": "{}", "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": {{"id": "did:example:reader", "cardNumber": "4711", "grade": 3,
                "loans": [{{"title": "Ilias"}}, {{"title": "Odyssee"}}], "address": {{"town": "Utopia"}}}}}}"#,
        did_of(key)
    )
}

fn texts(pointers: &[&str]) -> Vec<String> {
    pointers.iter().map(|pointer| (*pointer).to_owned()).collect()
}

fn judged(text: &str) -> (bool, Vec<Code>) {
    let policy = Policy { issuers: IssuerDemand::Resolvable, ..Policy::default() };
    let now = Timestamp::from_rfc3339("2026-11-21T12:00:00Z").expect("a time");
    let input = Input { format: Some("vc_di".to_owned()), ..Input::text(text) };
    let request = Request { input, occasion: Occasion::at(now), policy: Arc::new(policy) };
    let report = verify(&request, &Trust::none(), &Evidence::none());
    let codes = report.reasons().map(crate::reason::Reason::code).collect();
    (report.is_accepted(), codes)
}

fn wish(selective: &[String]) -> Wish<'_> {
    Wish { selective, ..Wish::default() }
}

fn member<'v>(document: &'v Value<'v>, path: &str) -> Option<&'v Value<'v>> {
    path.split('/').skip(1).try_fold(document, |value, name| value.member(name))
}

/// The card with a base proof of each suite.
fn bases() -> Vec<(&'static str, String)> {
    let (own, _) = OwnKey::generate_p256().expect("a key");
    let secrets = ecdsa_sd::Secrets::random().expect("secrets");
    let signer = BaseSigner::EcdsaSd { signer: &own, secrets: &secrets };
    let mandatory = texts(&["/issuer", "/validFrom"]);
    let (key, terms) = (own.public_key(), terms());
    let ecdsa = issue_base(&card(key), &draft(key), &mandatory, &signer, &terms).expect("issued");
    let own = OwnBbsKey::generate().expect("a key");
    let secrets = bbs::Secrets::random(Feature::Baseline, Vec::new());
    let (key, signer) = (own.public_key(), BaseSigner::Bbs { key: &own, secrets: &secrets });
    let bbs = issue_base(&card(key), &draft(key), &mandatory, &signer, &terms).expect("issued");
    vec![("ecdsa-sd-2023", ecdsa), ("bbs-2023", bbs)]
}

#[test]
fn what_is_derived_is_accepted_and_the_base_is_not() {
    for (suite, base) in bases() {
        for pointers in [
            &["/credentialSubject/cardNumber"][..],
            &["/credentialSubject/loans", "/credentialSubject/address/town"],
            &["/credentialSubject/loans/1"],
            &["/credentialSubject"],
        ] {
            let pointers = texts(pointers);
            let derived = derive(&base, &wish(&pointers), &terms()).expect("derived");
            assert_eq!(judged(&derived), (true, Vec::new()), "{suite} {pointers:?}");
            let document = json::decode(derived.as_bytes()).expect("JSON");
            assert!(member(&document, "/issuer").is_some() && member(&document, "/validFrom").is_some());
            let shows = |path: &str| member(&document, path).is_some();
            let all = pointers == ["/credentialSubject"];
            assert_eq!(shows("/credentialSubject/grade"), all);
            assert_eq!(shows("/credentialSubject/cardNumber"), all || pointers == ["/credentialSubject/cardNumber"]);
        }
        assert_eq!(judged(&base), (false, vec![Code::DiSelective]), "{suite}");
        // What is mandatory alone is rightly proved, and no credential without its subject.
        let bare = derive(&base, &wish(&[]), &terms()).expect("derived");
        assert_eq!(judged(&bare), (false, vec![Code::VcSchema]), "{suite}");
    }
}

#[test]
fn whoever_changes_what_is_shown_is_refused() {
    for (suite, base) in bases() {
        let pointers = texts(&["/credentialSubject/cardNumber", "/credentialSubject/grade"]);
        let derived = derive(&base, &wish(&pointers), &terms()).expect("derived");
        for (from, to, code) in [
            ("\"4711\"", "\"4712\"", Code::SigInvalid),
            ("\"2026-01-01T00:00:00Z\"", "\"2025-01-01T00:00:00Z\"", Code::SigInvalid),
            (",\"grade\":3", "", Code::DiSelective),
            ("\"grade\":3", "\"grade\":3,\"debts\":\"none\"", Code::DiSelective),
            ("\"proofPurpose\"", "\"created\":\"2026-11-20T12:00:00Z\",\"proofPurpose\"", Code::SigInvalid),
        ] {
            let changed = derived.replacen(from, to, 1);
            assert_ne!(changed, derived, "{from}");
            let (is_accepted, codes) = judged(&changed);
            assert!(!is_accepted && codes.contains(&code), "{suite} {from}: {codes:?}");
        }
    }
}

#[test]
fn faults_say_what_is_wrong() {
    let show = |base: &str, pointers: &[&str]| derive(base, &wish(&texts(pointers)), &terms());
    for (suite, base) in bases() {
        for pointer in ["/credentialSubject/none", "credentialSubject", "/credentialSubject/loans/2", "/proof", "/~2"] {
            assert_eq!(show(&base, &[pointer]), Err(DeriveFault::Pointer(pointer.to_owned())), "{suite}");
        }
        let derived = show(&base, &["/credentialSubject"]).expect("derived");
        let again = show(&derived, &["/credentialSubject"]);
        assert!(
            matches!(&again, Err(DeriveFault::Credential(reason)) if reason.code() == Code::DiSelective),
            "{suite}"
        );
        let changed = show(&base.replacen("4711", "4712", 1), &["/credentialSubject"]);
        assert!(
            matches!(&changed, Err(DeriveFault::SelfCheck(reason)) if reason.code() == Code::SigInvalid),
            "{suite}"
        );
    }
    let (own, _) = OwnKey::generate_p256().expect("a key");
    let key = own.public_key();
    let suite = Suite::by_name("ecdsa-rdfc-2019").expect("a suite");
    let whole = issue(&card(key), suite, &draft(key), &own, &terms()).expect("issued");
    for (text, code) in
        [(whole, Code::DiCryptosuite), (card(key), Code::DiProofMissing), ("{".to_owned(), Code::JsonSyntax)]
    {
        let fault = show(&text, &["/issuer"]).expect_err("nothing to derive");
        assert!(matches!(&fault, DeriveFault::Credential(reason) if reason.code() == code), "{fault}");
    }
    let secrets = ecdsa_sd::Secrets::random().expect("secrets");
    let signer = BaseSigner::EcdsaSd { signer: &own, secrets: &secrets };
    let nowhere = issue_base(&card(key), &draft(key), &texts(&["/nowhere"]), &signer, &terms());
    assert!(matches!(nowhere, Err(IssueFault::Refused(reason)) if reason.code() == Code::DiSelective));
    let nothing = issue_base(&card(key), &draft(key), &[], &signer, &terms()).expect("issued");
    assert!(matches!(show(&nothing, &[]), Err(DeriveFault::Wish(_))));
}

#[test]
fn features_bind_to_what_the_holder_knows() {
    let own = OwnBbsKey::generate().expect("a key");
    let (key, terms) = (own.public_key(), terms());
    for feature in [Feature::HolderBinding, Feature::Pseudonym, Feature::HolderBindingPseudonym] {
        let secret: &[u8] = if feature == Feature::Pseudonym { b"" } else { b"the holder's secret" };
        let prover_nym = feature.has_pseudonym().then(SecretScalar::random);
        let secrets: Vec<&[u8]> = if secret.is_empty() { Vec::new() } else { vec![secret] };
        let committed = commit(&secrets, prover_nym.as_ref()).expect("a commitment");
        let secrets = bbs::Secrets::random(feature, committed.commitment_with_proof.clone());
        let signer = BaseSigner::Bbs { key: &own, secrets: &secrets };
        let base = issue_base(&card(key), &draft(key), &texts(&["/issuer"]), &signer, &terms).expect("issued");
        let copy = |scalar: &SecretScalar| SecretScalar::from_bytes(&scalar.to_bytes());
        let part = |secret: &[u8]| HolderPart {
            holder_secret: secret.to_vec().into(),
            blind: copy(&committed.blind),
            prover_nym: prover_nym.as_ref().and_then(copy),
            nym_domain: b"https://verifier.example".to_vec(),
        };
        let pointers = texts(&["/credentialSubject/cardNumber"]);
        let show =
            |holder| derive(&base, &Wish { selective: &pointers, presentation_header: b"nonce", holder }, &terms);
        let derived = show(part(secret)).expect("derived");
        assert_eq!(judged(&derived), (true, Vec::new()), "{feature:?}");
        assert!(matches!(show(part(b"another secret")), Err(DeriveFault::SelfCheck(_))), "{feature:?}");
        assert!(matches!(show(HolderPart::default()), Err(DeriveFault::Wish(_))), "{feature:?}");
        let wrong = bbs::Secrets::random(feature, vec![0; committed.commitment_with_proof.len()]);
        let signer = BaseSigner::Bbs { key: &own, secrets: &wrong };
        let refused = issue_base(&card(key), &draft(key), &[], &signer, &terms);
        assert!(matches!(refused, Err(IssueFault::Key(_))), "{feature:?}");
    }
}

/// How many statements a document makes, its proof apart.
fn statements(text: &str) -> usize {
    let Ok(Value::Object(members)) = json::decode(text.as_bytes()) else { panic!("a document") };
    let document = Value::Object(members.into_iter().filter(|(name, _)| name != "proof").collect());
    to_rdf(&document, Contexts::bundled(), Demands { inline_contexts: false }).expect("statements").quads().len()
}

/// How long deriving and verifying take: `cargo test --release --lib issue::derive::tests::timing -- --ignored --nocapture`.
#[test]
#[ignore = "measures, and says nothing of right or wrong"]
fn timing() {
    use std::time::Instant;
    let pointers = texts(&["/credentialSubject/cardNumber", "/credentialSubject/loans"]);
    for (suite, base) in bases() {
        let derived = derive(&base, &wish(&pointers), &terms()).expect("derived");
        let rounds = 50;
        let start = Instant::now();
        for _ in 0..rounds {
            derive(&base, &wish(&pointers), &terms()).expect("derived");
        }
        let deriving = start.elapsed() / rounds;
        let start = Instant::now();
        for _ in 0..rounds {
            assert!(judged(&derived).0);
        }
        let verifying = start.elapsed() / rounds;
        let (all, shown) = (statements(&base), statements(&derived));
        println!("{suite}: {all} statements; derive and check {deriving:?}, verify what shows {shown} {verifying:?}");
    }
}
