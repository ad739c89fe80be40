//! The codes that member states published for quality assurance, with `expectations.json`.
//!
//! Where a signer is at hand, a code must be accepted at a time of its validity; positive tests are genuine too. The
//! others must at least be read.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use vidimus::time::Timestamp;
use vidimus::trust::x509::Certificate;

use super::{Layout, read_json, read_text, text_of};
use crate::case::{Case, Found, Right, Work};
use crate::question::{Occasion, Payload, Question};
use crate::subject::in_process::judge;

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("eu-dcc-quality-assurance"), is_here, read };

/// The set says what is genuine; a genuine code may still attest that the disease was found.
const GENUINE_ALL_THE_SAME: &[&str] = &["rule.test_positive"];

/// Seconds of a week.
const WEEK: i64 = 604_800;

fn is_here(folder: &Path) -> bool {
    folder.join("expectations.json").is_file() && folder.join("manifest.json").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Value = read_json(&folder.join("expectations.json"))?;
    let mut registries = HashMap::new();
    let cases = expectations.get("cases").and_then(Value::as_array).ok_or("no cases")?;
    cases.iter().map(|case| case_of(folder, set, case, &mut registries)).collect()
}

fn case_of(folder: &Path, set: &str, case: &Value, registries: &mut HashMap<PathBuf, Value>) -> Result<Case, String> {
    let shape = "a case of another shape";
    let id = format!("{set}/{}", text_of(case, "id").ok_or(shape)?);
    let file = case.pointer("/files/0").and_then(Value::as_str).ok_or(shape)?;
    let time = |member: &str| case.get(member).and_then(seconds).unwrap_or_default();
    let (issued_at, expires) = (time("iat"), time("exp"));
    let clock = (issued_at + WEEK).min(i64::midpoint(issued_at, expires));
    let mut question = Question {
        input: Payload::text("text/plain", read_text(&folder.join(file))?),
        // No clock is given. A week after the issuing, or in the middle of a shorter span, no sample lies ahead.
        occasion: Occasion { now: text_at(clock), ..Occasion::default() },
        policy: json!({"environment": "test", "clock_skew_seconds": 0}),
        trust: Vec::new(),
        evidence: Vec::new(),
    };
    let Some(signer) = case.get("signer").filter(|signer| signer.is_object()) else {
        return Ok(Case { work: Work::Call(Arc::new(move || reads(&question))), ..Case::skip(id, "") });
    };
    let path = folder.join(text_of(signer, "file").ok_or(shape)?);
    if !registries.contains_key(&path) {
        registries.insert(path.clone(), read_json(&path)?);
    }
    let pointer = text_of(signer, "pointer").ok_or(shape)?;
    let (section, kid) = pointer.trim_start_matches('/').split_once('/').ok_or(shape)?;
    let kid = kid.replace("~1", "/").replace("~0", "~");
    let entry = registries.get(&path).and_then(|registry| registry.get(section)?.get(&kid)).ok_or(shape)?;
    let key = text_of(entry, "didDocument").ok_or(shape)?;
    question.trust = vec![signer_entry(key, &kid)];
    // One code is older than its signer's certificate: it is asked when both count.
    if let Some(begins) = certificate_begins(key).filter(|begins| (clock..expires).contains(begins)) {
        question.occasion.now = text_at(begins);
    }
    Ok(Case::ask(id, question, Right::AcceptedBut(GENUINE_ALL_THE_SAME)))
}

/// A trust entry of a registry's PEM: a certificate or a bare key.
fn signer_entry(pem: &str, kid: &str) -> Value {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let common = json!({"formats": ["eu_dcc"], "environment": "test", "kid": kid});
    let (kind, member) =
        if pem.contains("CERTIFICATE") { ("signer", "certificate") } else { ("signer-key", "public_key") };
    let mut entry = json!({"kind": kind, member: body});
    if let (Some(entry), Some(common)) = (entry.as_object_mut(), common.as_object()) {
        entry.extend(common.clone());
    }
    entry
}

fn certificate_begins(pem: &str) -> Option<i64> {
    Some(Certificate::from_pem_all(pem).ok()?.first()?.not_before().seconds())
}

/// Right when nothing is wrong at the stage Decode.
fn reads(question: &Question) -> Found {
    let report = match judge(question) {
        Ok(report) => report,
        Err(sentence) => return Found::Wrong(sentence),
    };
    let fault = report.reasons().find(|reason| reason.stage() == vidimus::reason::Stage::Decode);
    Found::when(true, fault.is_none(), || fault.map_or_else(String::new, ToString::to_string))
}

/// A number of seconds, its fraction dropped.
fn seconds(number: &Value) -> Option<i64> {
    number.as_i64().or_else(|| format!("{:.0}", number.as_f64()?.trunc()).parse().ok())
}

fn text_at(seconds: i64) -> String {
    Timestamp::from_seconds(seconds).to_string()
}
