//! Examples cut out of the specifications of DIDs: `example-NNN.txt`, up to two lines of heading and then the example.
//!
//! DIDs must resolve, or be missed at a place; documents must decode, and so must single verification methods. Fragments with
//! ellipses or comments, and other notations, are skipped, aloud.

use std::path::Path;

use serde_json::Value;
use vidimus::did::document::DidDocument;
use vidimus::did::syntax::DidUrl;
use vidimus::did::{Resolution, resolve};
use vidimus::evidence::Evidence;

use super::{Layout, files_below, read_text};
use crate::case::{Case, Found};

/// The layout of the sets.
pub const LAYOUT: Layout = Layout { name: None, is_here, read };

const SETS: &[&str] =
    &["spec-did-key", "spec-did-jwk", "spec-did-web", "spec-did-peer", "spec-did-resolution", "spec-cid"];

fn is_here(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    SETS.contains(&name) && folder.join("example-000.txt").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let examples = files_below(folder, "txt").into_iter().filter(|file| {
        file.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("example-"))
    });
    examples.map(|file| case_of(&file, set)).collect()
}

fn case_of(file: &Path, set: &str) -> Result<Case, String> {
    let id = format!("{set}/{}", file.file_stem().and_then(|name| name.to_str()).unwrap_or_default());
    let text = read_text(file)?;
    let body: String = text.lines().filter(|line| !line.starts_with("# ")).collect::<Vec<_>>().join("\n");
    let body = body.trim().to_owned();
    let lines: Vec<String> = body.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let is_url = |line: &String| line.starts_with("did:") || line.starts_with("-> https://");
    if body.starts_with("did:") && lines.iter().all(|line| is_url(line) && line.split_whitespace().count() <= 2) {
        return Ok(Case::call(id, move || judge_urls(&lines)));
    }
    let json = body.find('{').and_then(|at| body.get(at..)).unwrap_or_default().to_owned();
    let Ok(value) = serde_json::from_str::<Value>(&json) else {
        return Ok(Case::skip(id, "a fragment, or another notation than JSON"));
    };
    let Some(subject) = value.get("id").and_then(Value::as_str).map(str::to_owned) else {
        return Ok(Case::skip(id, "JSON, but neither a document nor a method"));
    };
    if value.get("publicKeyMultibase").is_some() || value.get("publicKeyJwk").is_some() {
        let alone = serde_json::json!({ "id": "https://a.example/", "verificationMethod": [value] });
        return Ok(Case::call(id, move || judge(&alone.to_string(), "https://a.example/")));
    }
    Ok(Case::call(id, move || judge(&json, &subject)))
}

/// Each line is a DID URL whose DID resolves, as far as can be told without a network; or the place of the one before.
fn judge_urls(lines: &[String]) -> Found {
    let mut place = None;
    for line in lines {
        if let Some(due) = line.strip_prefix("-> ") {
            if place.as_deref() != Some(due) {
                return Found::Wrong(format!("expected {due}, got {place:?}"));
            }
            continue;
        }
        let url = match DidUrl::decode(line) {
            Ok(url) => url,
            Err(reason) => return Found::Wrong(reason.to_string()),
        };
        place = match resolve(url.did.text, &Evidence::none()) {
            Resolution::Missing(_, Some(locator)) => Some(locator.as_str().to_owned()),
            Resolution::Document(_) => None,
            Resolution::Fault(reason) if reason.code().as_str() == "did.method_unsupported" => None,
            Resolution::Missing(reason, None) | Resolution::Fault(reason) => return Found::Wrong(reason.to_string()),
        };
    }
    Found::Right
}

/// The document decodes, and so does every key in it; some examples have keys of kinds that are not taken, or made-up ones.
fn judge(text: &str, subject: &str) -> Found {
    let document = match DidDocument::decode(text.as_bytes(), subject) {
        Ok(document) => document,
        Err(reason) => return Found::Wrong(reason.to_string()),
    };
    match document.methods().iter().find_map(|method| method.public_key().err()) {
        None => Found::Right,
        Some(reason) => Found::Untried(format!("it decodes, but a key in it is none: {}", reason.code().as_str())),
    }
}
