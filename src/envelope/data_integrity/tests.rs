//! Tests of proofs: reading, sets and chains, and the suites that sign JSON, made and opened.

use crate::credential::Purpose;
use crate::crypto::job::{Job, check_one};
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::encoding::json;
use crate::encoding::multibase::{self, Base};
use crate::envelope::data_integrity::chain::previous_of;
use crate::envelope::data_integrity::fault::ProofFault;
use crate::envelope::data_integrity::open::{Proofs, open};
use crate::envelope::data_integrity::proof::{Moment, Proof, proofs_of};
use crate::envelope::data_integrity::sign::{ProofDraft, add_proof};
use crate::envelope::data_integrity::suite::{SUITES, Suite};
use crate::envelope::data_integrity::times::{check_addressee, check_times};
use crate::envelope::data_integrity::transform::Terms;
use crate::linked_data::Contexts;
use crate::reason::Code;
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

fn terms() -> Terms<'static> {
    Terms { contexts: Contexts::bundled(), inline_contexts: false, budget: None }
}

fn suite(name: &str) -> &'static Suite {
    Suite::by_name(name).expect("a suite")
}

fn key() -> OwnKey {
    OwnKey::generate_p256().expect("a key").0
}

fn draft() -> ProofDraft {
    ProofDraft { verification_method: "did:example:issuer#key".to_owned(), created: Some(NOW), ..ProofDraft::default() }
}

fn opened(text: &str) -> Proofs {
    open(&json::decode(text.as_bytes()).expect("JSON"), Purpose::Assertion, &terms()).expect("proofs")
}

fn codes(text: &str) -> Vec<Code> {
    opened(text).faults.iter().map(crate::reason::Reason::code).collect()
}

/// Whether each proof is right under the key at its place.
fn right(text: &str, keys: &[&OwnKey]) -> Vec<bool> {
    let proofs = opened(text);
    assert_eq!(proofs.faults, []);
    assert_eq!(proofs.signed.len(), keys.len());
    let answer = |(signed, key): (&crate::credential::Signed, &&OwnKey)| {
        let job = Job {
            algorithm: signed.algorithm.expect("an algorithm"),
            key: key.public_key().clone(),
            message: &signed.message,
            signature: &signed.signature,
            statements: None,
            older: None,
        };
        check_one(&job).is_ok()
    };
    proofs.signed.iter().zip(keys).map(answer).collect()
}

const DOCUMENT: &str =
    r#"{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential"],"n":1.50}"#;

#[test]
fn a_proof_over_json_goes_there_and_back() {
    let own = key();
    let signed = add_proof(DOCUMENT, suite("ecdsa-jcs-2019"), &draft(), &own, &terms()).expect("signed");
    assert_eq!(right(&signed, &[&own]), [true]);
    assert_eq!(right(&signed.replace("1.50", "1.5000"), &[&own]), [true]);
    assert_eq!(right(&signed.replace("1.50", "1.51"), &[&own]), [false]);
    assert_eq!(right(&signed.replace("2023-11-14T", "2023-11-15T"), &[&own]), [false]);
    // More contexts may follow, none may go or change.
    let with = |context: &str| {
        let contexts = format!(r#"credentials/v2","{context}"],"type""#);
        signed.replacen(r#"credentials/v2"],"type""#, &contexts, 1)
    };
    assert_eq!(codes(&with("https://example.com/c")), [Code::LdContextUnknown]);
    let longer = with("https://www.w3.org/ns/credentials/examples/v2");
    assert_eq!(right(&longer, &[&own]), [true]);
    let other = signed.replacen("credentials/v2", "credentials/examples/v2", 1);
    assert_eq!(codes(&other), [Code::DiContextMismatch]);
    let none = signed.replacen(r#""@context":["https://www.w3.org/ns/credentials/v2"],"type":"#, r#""type":"#, 1);
    assert_eq!(codes(&none), [Code::DiContextMismatch]);
}

#[test]
fn every_proof_of_a_chain_covers_those_before() {
    let (first, second, third) = (key(), key(), key());
    let jcs = suite("ecdsa-jcs-2019");
    let one = ProofDraft { id: Some("urn:p:1".to_owned()), ..draft() };
    let two = ProofDraft { id: Some("urn:p:2".to_owned()), previous: vec!["urn:p:1".to_owned()], ..draft() };
    let both = vec!["urn:p:1".to_owned(), "urn:p:2".to_owned()];
    let last = ProofDraft { previous: both, ..draft() };
    let text = add_proof(DOCUMENT, jcs, &one, &first, &terms()).expect("signed");
    let text = add_proof(&text, jcs, &two, &second, &terms()).expect("signed");
    let text = add_proof(&text, jcs, &last, &third, &terms()).expect("signed");
    assert_eq!(right(&text, &[&first, &second, &third]), [true, true, true]);
    // What the first proof says of itself is covered by the others.
    let changed = text.replacen("2023-11-14T", "2023-11-15T", 1);
    assert_eq!(right(&changed, &[&first, &second, &third]), [false, false, false]);
    assert_eq!(codes(&text.replacen(r#""id":"urn:p:1","#, "", 1)), [Code::DiProofChain]);
    let twice = add_proof(&text, jcs, &one, &first, &terms());
    assert!(matches!(twice, Err(ProofFault::Document(reason)) if reason.code() == Code::DiProofChain));
    let lost = ProofDraft { previous: vec!["urn:p:9".to_owned()], ..draft() };
    let lost = add_proof(&text, jcs, &lost, &first, &terms());
    assert!(matches!(lost, Err(ProofFault::Document(reason)) if reason.code() == Code::DiProofChain));
}

#[test]
fn sets_are_of_one_to_sixteen() {
    let own = key();
    let jcs = suite("ecdsa-jcs-2019");
    let mut text = DOCUMENT.to_owned();
    for _ in 0..crate::limits::PROOFS {
        text = add_proof(&text, jcs, &draft(), &own, &terms()).expect("signed");
    }
    assert_eq!(right(&text, &[&own; crate::limits::PROOFS]), [true; crate::limits::PROOFS]);
    let more = add_proof(&text, jcs, &draft(), &own, &terms());
    assert!(matches!(more, Err(ProofFault::Document(reason)) if reason.code() == Code::DiProofSet));
    for (text, code) in [
        (r#"{"proof":[]}"#, Code::DiProofSet),
        (r#"{"proof":null}"#, Code::DiProofMissing),
        (r#"{}"#, Code::DiProofMissing),
        (r#"[]"#, Code::DiProofMissing),
    ] {
        let document = json::decode(text.as_bytes()).expect("JSON");
        assert_eq!(open(&document, Purpose::Assertion, &terms()).expect_err("none").code(), code, "{text}");
    }
}

#[test]
fn keys_sign_with_their_own_suites_only() {
    let own = key();
    for suite in SUITES.iter().filter(|suite| suite.key_use(own.public_key().kind()).is_none()) {
        let refused = add_proof(DOCUMENT, suite, &draft(), &own, &terms());
        assert!(matches!(refused, Err(ProofFault::Key(_))), "{}", suite.name);
    }
}

#[test]
fn broken_proofs_are_named() {
    let sound = r#"{"proof":{"type":"DataIntegrityProof","cryptosuite":"ecdsa-jcs-2019","verificationMethod":"did:a:b#c","proofPurpose":"assertionMethod","proofValue":"VALUE","created":"2023-11-14T22:13:20Z"}}"#;
    let sound = sound.replace("VALUE", &multibase::encode(Base::Base58Btc, &[7; 64]));
    assert_eq!(codes(&sound), []);
    let with = |from: &str, to: &str| {
        let changed = sound.replacen(from, to, 1);
        assert_ne!(changed, sound, "{from}");
        codes(&changed)
    };
    let add = |members: &str| with(r#""created""#, &format!(r#"{members},"created""#));
    assert_eq!(with(r#""type":"DataIntegrityProof","#, ""), [Code::DiProofMalformed]);
    assert_eq!(with("DataIntegrityProof", "Unknown"), [Code::DiCryptosuite]);
    assert_eq!(with("DataIntegrityProof", "Ed25519Signature2020"), [Code::DiCryptosuite]);
    assert_eq!(with(r#""cryptosuite":"ecdsa-jcs-2019","#, ""), [Code::DiCryptosuite]);
    assert_eq!(with(r#""ecdsa-jcs-2019""#, "7"), [Code::DiCryptosuite]);
    assert_eq!(with("ecdsa-jcs-2019", "Ed25519Signature2020"), [Code::DiCryptosuite]);
    assert_eq!(with("did:a:b#c", "did:a:b"), [Code::DiVmMissing]);
    assert_eq!(with("did:a:b#c", "#c"), [Code::DiVmMissing]);
    assert_eq!(with("did:a:b#c", "did:a:b#"), [Code::DiVmMissing]);
    assert_eq!(with(r#""did:a:b#c""#, "{}"), [Code::DiVmMissing]);
    assert_eq!(with(r#""verificationMethod":"did:a:b#c","#, ""), [Code::DiVmMissing]);
    assert_eq!(with("did:a:b#c", "https://a.example/key"), []);
    assert_eq!(with("assertionMethod", "authentication"), [Code::DiPurpose]);
    assert_eq!(with(r#""proofPurpose":"assertionMethod","#, ""), [Code::DiProofMalformed]);
    assert_eq!(with(r#""proofValue":"z"#, r#""proofValue":"u"#), [Code::MultibaseInvalid]);
    assert_eq!(with(r#""proofValue":"z"#, r#""proofValue":"z1"#), [Code::MultibaseInvalid]);
    assert_eq!(with(r#""proofValue""#, r#""jws""#), [Code::DiProofMalformed]);
    assert_eq!(add(r#""jws":"x""#), [Code::DiAmbiguousProof]);
    assert_eq!(add(r#""id":"no URL""#), [Code::DiProofMalformed]);
    assert_eq!(add(r#""expires":"tomorrow""#), [Code::DiProofMalformed]);
    assert_eq!(add(r#""challenge":1"#), [Code::DiProofMalformed]);
    assert_eq!(add(r#""nonce":[]"#), [Code::DiProofMalformed]);
    assert_eq!(add(r#""domain":[]"#), [Code::DiProofMalformed]);
    assert_eq!(add(r#""domain":["a",1]"#), [Code::DiProofMalformed]);
    assert_eq!(add(r#""domain":["a","b"]"#), []);
    assert_eq!(add(r#""previousProof":456321"#), [Code::DiProofChain]);
    assert_eq!(add(r#""previousProof":"urn:x""#), [Code::DiProofChain]);
    assert_eq!(add(r#""id":"urn:x","previousProof":["urn:x"]"#), [Code::DiProofChain]);
    assert_eq!(codes(r#"{"proof":"text"}"#), [Code::DiProofMalformed]);
}

#[test]
fn references_make_sense() {
    let chain = |text: &str| {
        let document = json::decode(text.as_bytes()).expect("JSON");
        let proofs: Vec<Proof<'_>> =
            proofs_of(&document).expect("proofs").iter().map(|value| Proof::decode(value).0).collect();
        previous_of(&proofs).map_err(|reason| reason.code())
    };
    let circle = r#"{"proof":[{"id":"a:1","previousProof":"a:2"},{"id":"a:2","previousProof":"a:1"}]}"#;
    assert_eq!(chain(circle), Err(Code::DiProofChain));
    let twins = r#"{"proof":[{"id":"a:1"},{"id":"a:1"}]}"#;
    assert_eq!(chain(twins), Err(Code::DiProofChain));
    let twice = r#"{"proof":[{"id":"a:1"},{"previousProof":["a:1","a:1"]}]}"#;
    assert_eq!(chain(twice), Err(Code::DiProofChain));
    let backwards = r#"{"proof":[{"previousProof":["a:2","a:1"]},{"id":"a:1","previousProof":"a:2"},{"id":"a:2"}]}"#;
    assert_eq!(chain(backwards), Ok(vec![vec![2, 1], vec![2], vec![]]));
}

#[test]
fn times_and_addressee_are_judged() {
    let times = |members: &str, now: i64| {
        let text = format!(r#"{{"proof":{{{members}}}}}"#);
        let document = json::decode(text.as_bytes()).expect("JSON");
        let (faults, notes) = check_times(&document, Timestamp::from_seconds(now), 60);
        (faults.iter().map(crate::reason::Reason::code).collect::<Vec<_>>(), notes.len())
    };
    let both = r#""created":"2023-11-14T22:13:20Z","expires":"2023-11-14T22:15:20Z""#;
    assert_eq!(times(both, 1_700_000_000 - 60), (vec![], 0));
    assert_eq!(times(both, 1_700_000_000 - 61), (vec![Code::TimeNotYetValid], 0));
    assert_eq!(times(both, 1_700_000_120 + 59), (vec![], 0));
    assert_eq!(times(both, 1_700_000_120 + 60), (vec![Code::DiProofExpired], 0));
    assert_eq!(times(r#""created":"2023-11-14T22:13:20""#, 1_700_000_000), (vec![], 1));
    let backwards = r#""created":"2023-11-14T22:13:20Z","expires":"2023-11-14T22:13:10Z""#;
    assert_eq!(times(backwards, 1_700_000_000), (vec![Code::TimeInconsistent], 0));

    let addressee = |members: &str| {
        let text = format!(r#"{{"proof":{{{members}}}}}"#);
        let document = json::decode(text.as_bytes()).expect("JSON");
        let faults = check_addressee(&document, Some("n"), Some("a"));
        faults.iter().map(crate::reason::Reason::code).collect::<Vec<_>>()
    };
    assert_eq!(addressee(r#""challenge":"n","domain":"a""#), []);
    assert_eq!(addressee(r#""challenge":"n","domain":["a"]"#), []);
    assert_eq!(addressee(r#""challenge":"n","domain":["a","b"]"#), [Code::ClaimAudience]);
    assert_eq!(addressee(r#""challenge":"N","domain":"b""#), [Code::VpNonce, Code::ClaimAudience]);
    assert_eq!(addressee(""), [Code::VpNonce, Code::ClaimAudience]);
}

#[test]
fn times_are_those_of_xsd() {
    for (text, has_zone) in
        [("2023-11-14T22:13:20Z", true), ("2023-11-14T23:13:20+01:00", true), ("2023-11-14T22:13:20.5", false)]
    {
        assert_eq!(Moment::from_text(text), Some(Moment { time: NOW, has_zone }), "{text}");
    }
    for text in [
        "2023-11-14 22:13:20Z",
        "2023-11-14t22:13:20Z",
        "2023-11-14T22:13:20z",
        "2023-11-14",
        "",
        "2023-11-14T22:13:20ZZ",
    ] {
        assert_eq!(Moment::from_text(text), None, "{text}");
    }
}
