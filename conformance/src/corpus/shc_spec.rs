//! The examples of the SMART Health Cards specification, with `expectations.json`.
//!
//! Cards, codes and files are put before the subject. Payloads, FHIR bundles, the key set and the revocation list alone are no
//! inputs of a verifier: they go to the library's checks.

use std::path::Path;

use serde_json::{Value, json};
use vidimus::format::shc_payload::{check_bundle, check_payload};
use vidimus::policy::Policy;
use vidimus::status::shc_revocation::RevocationList;
use vidimus::time::Timestamp;

use super::{Layout, read_bytes, read_json, read_text, text_of};
use crate::case::{Case, Found, Right};
use crate::question::{Document, Occasion, Payload, Question};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("shc-spec-examples"), is_here, read };

fn is_here(folder: &Path) -> bool {
    folder.join("expectations.json").is_file() && folder.join("example-00-d-jws.txt").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Value = read_json(&folder.join("expectations.json"))?;
    let cases = expectations.get("cases").and_then(Value::as_array).ok_or("no cases")?;
    cases.iter().map(|case| case_of(folder, set, case).ok_or("a case of another shape")?).collect()
}

fn case_of(folder: &Path, set: &str, case: &Value) -> Option<Result<Case, String>> {
    let id = format!("{set}/{}", text_of(case, "id")?);
    let kind = text_of(case, "type")?;
    let files: Vec<&str> = case.get("files")?.as_array()?.iter().filter_map(Value::as_str).collect();
    Some(match kind {
        "jws" | "card" | "qr" => question(folder, case, &files).map(|question| {
            let right = if text_of(case, "expected") == Some("accept") { Right::Accepted } else { Right::NotAccepted };
            Case::ask(id, question, right)
        }),
        "jwks" => read_bytes(&folder.join(files.first()?)).map(|bytes| {
            Case::call(id, move || match vidimus::trust::jwks::KeySet::decode(&bytes) {
                Ok(_) => Found::Right,
                Err(reason) => Found::Wrong(format!("expected a key set, got {reason}")),
            })
        }),
        "crl" => read_bytes(&folder.join(files.first()?)).map(|bytes| {
            let kid =
                files.first().and_then(|file| Path::new(file).file_stem()?.to_str()).unwrap_or_default().to_owned();
            Case::call(id, move || {
                let read = RevocationList::decode(&bytes, &kid);
                Found::when(true, read.is_ok(), || read.err().map_or_else(String::new, |reason| reason.to_string()))
            })
        }),
        "payload" | "bundle" => read_bytes(&folder.join(files.first()?)).and_then(|bytes| {
            let is_bundle = kind == "bundle";
            let now = text_of(case, "clock").and_then(Timestamp::from_rfc3339).ok_or("a case without a clock")?;
            Ok(Case::call(id, move || {
                let policy = Policy::default();
                let at = vidimus::occasion::Occasion::at(now);
                let faults =
                    if is_bundle { check_bundle(&bytes, &policy).0 } else { check_payload(&bytes, &at, &policy).0 };
                Found::when(true, faults.is_empty(), || faults.first().map_or_else(String::new, ToString::to_string))
            }))
        }),
        other => Ok(Case::skip(id, format!("{other}: not known here"))),
    })
}

fn question(folder: &Path, case: &Value, files: &[&str]) -> Result<Question, String> {
    let texts: Vec<String> = files.iter().map(|file| read_text(&folder.join(file))).collect::<Result<_, _>>()?;
    let texts: Vec<&str> = texts.iter().map(|text| text.trim_end()).collect();
    let trust = case.get("trust").filter(|trust| trust.is_object());
    let mut entries = Vec::new();
    let mut evidence = Vec::new();
    if let Some((issuer, jwks)) = trust.and_then(|trust| Some((text_of(trust, "issuer")?, text_of(trust, "jwks")?))) {
        let keys: Value = read_json(&folder.join(jwks))?;
        entries.push(issuer_entry(issuer, Some(keys)));
        if let Some(list) = trust.and_then(|trust| text_of(trust, "crl")) {
            evidence.push(revocation_list(issuer, folder, list)?);
        }
    }
    Ok(Question {
        input: Payload::text("text/plain", texts.join("\n")),
        occasion: Occasion { now: text_of(case, "clock").unwrap_or_default().to_owned(), ..Occasion::default() },
        policy: json!({"environment": "test", "clock_skew_seconds": 0}),
        trust: entries,
        evidence,
    })
}

/// A trust entry for an issuer of cards.
pub(super) fn issuer_entry(issuer: &str, keys: Option<Value>) -> Value {
    let mut entry = json!({
        "kind": "issuer", "issuer": issuer, "formats": ["smart_health_card"], "environment": "test"
    });
    if let (Some(keys), Some(entry)) = (keys, entry.as_object_mut()) {
        entry.insert("keys".to_owned(), keys);
    }
    entry
}

/// The revocation list in a file, at the place where an issuer publishes it.
pub(super) fn revocation_list(issuer: &str, folder: &Path, file: &str) -> Result<Document, String> {
    let name = Path::new(file).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    Ok(Document {
        locator: format!("{issuer}/.well-known/crl/{name}"),
        status: 200,
        text: Some(read_text(&folder.join(file))?),
        ..Document::default()
    })
}
