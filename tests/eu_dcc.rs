//! EU DCC end to end: the hostile family of the corpora, and what the issue twin makes.
#![expect(clippy::disallowed_methods, reason = "the corpora are our own input, read as they are")]

use std::sync::Arc;

use vidimus::credential::Input;
use vidimus::evidence::Evidence;
use vidimus::occasion::Occasion;
use vidimus::policy::Policy;
use vidimus::time::Timestamp;
use vidimus::trust::Trust;
use vidimus::trust::entry::Entry;
use vidimus::verify::{Request, verify};

fn corpora() -> Option<std::path::PathBuf> {
    match std::env::var_os("VIDIMUS_CORPORA") {
        Some(path) => Some(path.into()),
        None if std::env::var_os("CI").is_some() => panic!("VIDIMUS_CORPORA is not set, and this is CI"),
        None => {
            eprintln!("skipped: VIDIMUS_CORPORA is not set");
            None
        }
    }
}

fn entry(value: serde_json::Value) -> Entry {
    serde_json::from_value(value).unwrap()
}

#[test]
fn hostile_certificates_are_refused_for_the_right_reason() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("security/hostile-seed");
    let keys: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("keys.json")).unwrap()).unwrap();
    let mut entries = vec![entry(serde_json::json!({
        "kind": "authority", "certificate": keys["trust"]["csca_der"], "formats": ["eu_dcc"]
    }))];
    for der in keys["trust"]["dsc_der"].as_array().unwrap() {
        entries.push(entry(serde_json::json!({"kind": "signer", "certificate": der, "formats": ["eu_dcc"]})));
    }
    let (trust, problems) = Trust::from_entries(entries);
    assert_eq!(problems, []);
    let now = Timestamp::from_seconds(keys["now"].as_i64().unwrap());
    let mut counts = (0, 0);
    let mut wrong = Vec::new();
    for line in std::fs::read_to_string(folder.join("cases.jsonl")).unwrap().lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        if case["format"] != "hc1" {
            continue;
        }
        let input = Input { format: Some("eu_dcc".into()), ..Input::text(case["text"].as_str().unwrap()) };
        let policy = Policy { strict: case["strict"] == true, ..Policy::default() };
        let request = Request { input, occasion: Occasion::at(now), policy: Arc::new(policy) };
        let report = verify(&request, &trust, &Evidence::none());
        let accept = case["expect"] == "accept";
        let code = report.first_reason().map_or("", |reason| reason.code().as_str());
        if accept {
            counts.0 += 1;
        } else {
            counts.1 += 1;
        }
        if report.is_accepted() != accept || (!accept && code != case["reason"]) {
            wrong.push(format!(
                "{}: want {} {}, got {} {code}",
                case["id"],
                case["expect"],
                case["reason"],
                report.verdict()
            ));
        }
    }
    eprintln!("hostile-seed hc1: {} accepted, {} refused", counts.0, counts.1);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
