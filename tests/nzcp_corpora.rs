//! The examples of the NZ COVID Pass specification, each with its clock, the issuer's DID document as evidence and pinned; and the
//! hostile `did:web` names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use vidimus::credential::Input;
use vidimus::did::web;
use vidimus::evidence::{Document, Evidence};
use vidimus::occasion::Occasion;
use vidimus::policy::{Environment, Policy};
use vidimus::report::Report;
use vidimus::time::Timestamp;
use vidimus::trust::Trust;
use vidimus::trust::entry::Entry;
use vidimus::verify::{Request, verify};

fn corpora() -> Option<PathBuf> {
    match std::env::var_os("VIDIMUS_CORPORA") {
        Some(path) => Some(path.into()),
        None if std::env::var_os("CI").is_some() => panic!("VIDIMUS_CORPORA is not set, and this is CI"),
        None => {
            eprintln!("skipped: VIDIMUS_CORPORA is not set");
            None
        }
    }
}

fn json(path: &Path) -> serde_json::Value {
    vidimus::encoding::json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The reason codes that the expectations' words stand for.
fn code(word: &str) -> &'static str {
    match word {
        "signature" => "sig.invalid",
        "key-not-found" => "jose.kid_unknown",
        "expired" => "time.expired",
        "not-yet-valid" => "time.not_yet_valid",
        "issuer-not-trusted" => "trust.issuer_unknown",
        other => panic!("unknown reason {other}"),
    }
}

struct Case {
    text: String,
    now: Timestamp,
    /// The DID and its document.
    trust: Option<(String, serde_json::Value)>,
    value: serde_json::Value,
}

fn cases(folder: &Path) -> Vec<Case> {
    let expectations = json(&folder.join("expectations.json"));
    let read = |case: &serde_json::Value| Case {
        text: std::fs::read_to_string(folder.join(case["files"][0].as_str().unwrap())).unwrap().trim().to_owned(),
        now: Timestamp::from_rfc3339(case["clock"].as_str().unwrap()).unwrap(),
        trust: case["trust"].as_object().map(|trust| {
            let document = json(&folder.join(trust["did_document"].as_str().unwrap()));
            (trust["did"].as_str().unwrap().to_owned(), document)
        }),
        value: case.clone(),
    };
    expectations["cases"].as_array().unwrap().iter().map(read).collect()
}

fn judge(case: &Case, pinned: bool, environment: Environment) -> Report {
    let mut evidence = Evidence::none();
    let mut entries = Vec::new();
    if let Some((did, document)) = &case.trust {
        entries.push(Entry::Issuer {
            issuer: did.clone(),
            aliases: Vec::new(),
            name: None,
            formats: vec!["nz_covid_pass".to_owned()],
            environment: Environment::Test,
            keys: None,
            document: pinned.then(|| document.clone()),
            types: Vec::new(),
            list: None,
        });
        if !pinned {
            let locator = web::locator(did).unwrap().as_str().to_owned();
            let body = document.to_string().into_bytes();
            evidence.insert(Document { locator, status: 200, fetched_at: case.now, body });
        }
    }
    let (trust, problems) = Trust::from_entries(entries);
    assert_eq!(problems, []);
    let policy = Arc::new(Policy { environment, ..Policy::default() });
    verify(&Request { input: Input::text(&*case.text), occasion: Occasion::at(case.now), policy }, &trust, &evidence)
}

#[test]
fn the_examples_of_the_specification_agree() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("health/nzcp-spec");
    let cases = cases(&folder);
    assert_eq!(cases.len(), 9);
    for case in &cases {
        let id = case.value["id"].as_str().unwrap();
        for pinned in [false, true] {
            let report = judge(case, pinned, Environment::Test);
            let codes: Vec<_> = report.reasons().map(|reason| reason.code().as_str()).collect();
            match case.value["reason"].as_str() {
                None => assert!(report.is_accepted(), "{id}: {codes:?}"),
                Some(word) => {
                    assert_eq!(report.verdict(), "rejected", "{id}");
                    assert_eq!(codes, [code(word)], "{id}");
                }
            }
        }
    }
    eprintln!("nzcp-spec: {} cases, each with the document as evidence and pinned, all agree", cases.len());
}

#[test]
fn the_claims_are_those_of_the_example() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("health/nzcp-spec");
    let cases = cases(&folder);
    let valid = cases.iter().find(|case| case.value["id"] == "valid").unwrap();
    let report = judge(valid, true, Environment::Test);
    let claims = report.parts()[0].claims().unwrap();
    assert_eq!(claims, json(&folder.join(valid.value["params"]["payload"].as_str().unwrap())));
}

#[test]
fn the_test_issuer_never_counts_in_production() {
    let Some(corpora) = corpora() else { return };
    for case in cases(&corpora.join("health/nzcp-spec")).iter().filter(|case| case.value["id"] == "valid") {
        let report = judge(case, true, Environment::Production);
        let codes: Vec<_> = report.reasons().map(|reason| reason.code().as_str()).collect();
        assert_eq!((report.verdict(), codes), ("rejected", vec!["trust.environment"]));
    }
}

#[test]
fn hostile_did_webs_have_no_locator() {
    let Some(corpora) = corpora() else { return };
    let lines = std::fs::read_to_string(corpora.join("security/hostile-seed/cases.jsonl")).unwrap();
    let mut refused = 0;
    for line in lines.lines() {
        let case: serde_json::Value = vidimus::encoding::json::from_slice(line.as_bytes()).unwrap();
        let text = case["text"].as_str().unwrap_or_default();
        // A name that only a resolver can tell is the network's to refuse.
        let resolvers = text == "did:web:metadata.google.internal";
        if case["format"] == "did" && case["expect"] == "reject" && !resolvers {
            assert!(web::locator(text).is_err(), "{text}");
            refused += 1;
        }
    }
    assert!(refused > 60, "{refused}");
}
