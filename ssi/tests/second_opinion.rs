//! A second opinion: what `ssi` says, from end to end, of the credentials that our own vectors accept.
//!
//! Where the two cannot agree stands why, and that it still is so: a version of `ssi` that learns it is noticed.

use std::path::{Path, PathBuf};

use futures_util::FutureExt;
use serde_json::Value;
use ssi::claims::data_integrity::{AnySuite, DataIntegrity};
use ssi::claims::{JwsBuf, VerificationParameters};
use ssi::dids::{AnyDidMethod, DIDResolver};
use ssi::prelude::{AnyJsonCredential, AnyJsonPresentation, JWK};

/// Accepted vectors that `ssi` is not asked about, or is known to refuse.
const OTHERWISE: [(&str, &str, Said); 13] = [
    ("context-added-after-signing", "it has no suites over JSON", Said::Unread),
    ("ecdsa-jcs-2019-with-p256", "it has no suites over JSON", Said::Unread),
    ("ecdsa-jcs-2019-with-p384", "it has no suites over JSON", Said::Unread),
    ("eddsa-jcs-2022", "it has no suites over JSON", Said::Unread),
    ("presentation-over-json", "it has no suites over JSON", Said::Unread),
    ("proof-set", "it has no suites over JSON", Said::Unread),
    ("proof-chain-over-json", "it has no suites over JSON", Said::Unread),
    ("proof-chain", "it does not know which proof builds on which", Said::Wrong),
    ("proof-chain-reversed", "it does not know which proof builds on which", Said::Wrong),
    ("bbs-2023", "its BBS is of an older draft, and left out here", Said::Unread),
    (
        "ed25519-signature-2018-other-header",
        "it writes the header of a JWS anew before it checks the signature",
        Said::Wrong,
    ),
    ("fetched-document", "it would fetch the document", Said::NotAsked),
    (
        "ecdsa-secp256k1-recovery-signature-2020",
        "its did:key writes such a key as one that the suite does not take",
        Said::Unread,
    ),
];

/// What `ssi` says of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Right,
    Wrong,
    /// It cannot read the document, or knows no suite of that name.
    Unread,
    NotAsked,
}

struct Case {
    name: String,
    vector: Value,
}

impl Case {
    fn text(&self) -> &str {
        self.vector.pointer("/input/text").and_then(Value::as_str).unwrap_or_default()
    }
}

fn accepted(format: &str) -> Vec<Case> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors").join(format).join("accepted");
    let files = std::fs::read_dir(&folder).expect("vectors");
    let mut cases: Vec<Case> = files
        .map(|file| {
            let path = file.expect("a file").path();
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
            let text = std::fs::read_to_string(&path).expect("a vector");
            Case { name, vector: serde_json::from_str(&text).expect("JSON") }
        })
        .collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

/// What `ssi` says of a document, at the time of the vectors. Every DID here is its own document.
fn asked(text: &str) -> Said {
    let parameters = || {
        let now = "2026-06-01T12:00:00Z".parse().expect("a time");
        VerificationParameters::from_resolver(AnyDidMethod::default().into_vm_resolver()).with_date_time(now)
    };
    let result = if text.contains("\"VerifiablePresentation\"") {
        let read = serde_json::from_str::<DataIntegrity<AnyJsonPresentation, AnySuite>>(text);
        let Ok(document) = read else { return Said::Unread };
        document.verify(parameters()).now_or_never()
    } else {
        let read = serde_json::from_str::<DataIntegrity<AnyJsonCredential, AnySuite>>(text);
        let Ok(document) = read else { return Said::Unread };
        document.verify(parameters()).now_or_never()
    };
    match result.expect("nobody is waited for") {
        Ok(Ok(())) => Said::Right,
        Ok(Err(_)) => Said::Wrong,
        Err(_) => Said::Unread,
    }
}

#[test]
fn data_integrity() {
    let (mut agreed, mut otherwise, mut differing) = (0, 0, Vec::new());
    for case in accepted("vc_di") {
        let due = match OTHERWISE.iter().find(|(name, ..)| *name == case.name) {
            None => Said::Right,
            Some((_, why, Said::NotAsked)) => {
                println!("{}: ssi is not asked, since {why}", case.name);
                otherwise += 1;
                continue;
            }
            Some((_, why, due)) => {
                println!("{}: ssi says otherwise, since {why}", case.name);
                otherwise += 1;
                *due
            }
        };
        let said = asked(case.text());
        if said != due {
            differing.push(format!("{}: {said:?}", case.name));
        } else if due == Said::Right {
            agreed += 1;
            // The same under another name is right to neither.
            let mut document: Value = serde_json::from_str(case.text()).expect("JSON");
            document["id"] = "urn:uuid:4b7e7a5c-9b5e-4d0c-8a53-0d3c1f6f2b10".into();
            assert_ne!(asked(&document.to_string()), Said::Right, "{} under another name", case.name);
        }
    }
    assert!(differing.is_empty(), "{differing:?}");
    println!("{agreed} agreed, {otherwise} otherwise");
    assert!(agreed >= 14, "{agreed}");
}

#[test]
fn jwt() {
    let mut agreed = 0;
    for case in accepted("vc_jwt") {
        if case.text().starts_with('{') {
            println!("{}: ssi is not asked, since it opens no envelopes", case.name);
            continue;
        }
        let entries = case.vector.pointer("/trust").and_then(Value::as_array).expect("trust");
        let keys = entries.iter().filter_map(|entry| entry.pointer("/document/verificationMethod/0/publicKeyJwk"));
        let right = |text: &str| {
            keys.clone().any(|key| {
                let key: JWK = serde_json::from_value(key.clone()).expect("a key");
                let jws = JwsBuf::new(text.to_owned()).expect("a JWS");
                let verified = jws.verify(VerificationParameters::from_resolver(key)).now_or_never();
                matches!(verified.expect("nobody is waited for"), Ok(Ok(())))
            })
        };
        assert!(right(case.text()), "{}", case.name);
        let (signed, signature) = case.text().rsplit_once('.').expect("three parts");
        let other = if signature.starts_with('A') { "B" } else { "A" };
        assert!(!right(&format!("{signed}.{other}{}", &signature[1..])), "{} with another signature", case.name);
        agreed += 1;
    }
    assert!(agreed >= 15, "{agreed}");
}
