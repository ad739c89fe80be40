//! The test vectors of did:key: DIDs and their documents, in the types of several years. For the library, not for a subject.
//!
//! The DID must resolve to methods of the same ids, keys and purposes; documents in a type that we write must be equal.

use std::path::Path;

use serde_json::Value;
use vidimus::did::document::{DidDocument, Purpose};
use vidimus::did::written::MethodType;
use vidimus::did::{Resolution, resolve};
use vidimus::evidence::Evidence;

use super::{Layout, files_below, read_json, text_of};
use crate::case::{Case, Found};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("did-key"), is_here, read };

fn is_here(folder: &Path) -> bool {
    folder.join("nist-curves.json").is_file() && folder.join("ed25519-x25519.json").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for file in files_below(folder, "json") {
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let vectors: Value = read_json(&file)?;
        for (at, document) in documents(&vectors).into_iter().enumerate() {
            let (id, document) = (format!("{set}/{name}/{at}"), document.clone());
            // Multicodec 0xee: a pair of points of BLS12-381, on G1 and on G2.
            let is_pair = text_of(&document, "id").is_some_and(|did| did.starts_with("did:key:z5Tc"));
            cases.push(match is_pair {
                true => Case::skip(id, "two keys under one multicodec; only keys of G2 are taken"),
                false => Case::call(id, move || judge(&document)),
            });
        }
    }
    Ok(cases)
}

/// `{ DID: { "didDocument": DOCUMENT } }`, or in one file `{ "didDocument": { DID: DOCUMENT } }`.
fn documents(vectors: &Value) -> Vec<&Value> {
    let members =
        |value: &'_ Value| value.as_object().is_some_and(|members| members.keys().any(|key| key.starts_with("did:")));
    match vectors.get("didDocument").filter(|inner| members(inner)).and_then(Value::as_object) {
        Some(inner) => inner.values().collect(),
        None => vectors.as_object().into_iter().flatten().filter_map(|(_, vector)| vector.get("didDocument")).collect(),
    }
}

fn judge(published: &Value) -> Found {
    let Some(did) = published.get("id").and_then(Value::as_str) else { return Found::Wrong("no id".to_owned()) };
    let resolved = match resolve(did, &Evidence::none()) {
        Resolution::Document(document) => document,
        Resolution::Missing(reason, _) | Resolution::Fault(reason) => return Found::Wrong(reason.to_string()),
    };
    match difference(published, did, &resolved) {
        None => Found::Right,
        Some(what) => Found::Wrong(what),
    }
}

/// The first thing in which they differ.
fn difference(published: &Value, did: &str, resolved: &DidDocument) -> Option<String> {
    let theirs = match DidDocument::decode(published.to_string().as_bytes(), did) {
        Ok(document) => document,
        Err(reason) => return Some(format!("the published document: {reason}")),
    };
    for method in theirs.methods() {
        let Some(ours) = resolved.method(method.id()) else { return Some(format!("no method {}", method.id())) };
        if ours.public_key() != method.public_key() {
            return Some(format!("another key under {}: {:?}", method.id(), method.public_key()));
        }
    }
    for purpose in Purpose::ALL {
        let ids = |document: &DidDocument| document.ids_for(purpose).map(str::to_owned).collect::<Vec<_>>();
        if ids(&theirs) != ids(resolved) {
            return Some(format!("other keys for {purpose}"));
        }
    }
    let kinds: Vec<_> = theirs.methods().iter().filter_map(|method| method.kind()).collect();
    let written = MethodType::from_name(kinds.first().copied().unwrap_or_default())?;
    let ours = vidimus::encoding::json::decode(resolved.to_json(written).as_bytes()).ok()?.to_serde();
    (ours != *published).then(|| format!("another document: {ours}"))
}
