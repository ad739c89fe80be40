//! The unsigned inputs of the W3C test suite for the VC Data Model 2.0, with `expectations.json`.
//!
//! The suite hands them to an issuer, or signs a presentation and hands it to a verifier. Here the library's rules of the data
//! model and its JSON-LD processor are asked directly, after what the suite's own code does to its files: it names an issuer where there is none, and puts
//! dates in the place of words.

use std::path::Path;

use serde_json::{Value, json};
use vidimus::encoding::json::Value as Document;
use vidimus::format::vc::model::{ModelDemands, check_credential, check_presentation};
use vidimus::linked_data::{Contexts, Demands, to_rdf};

use super::{Layout, read_json, text_of};
use crate::case::{Case, Found};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("vcdm2-inputs"), is_here, read };

/// The issuer that the suite would name.
const ISSUER: &str = "did:key:z6MkpJySvETLnxhQG9DzEdmKJtysBDjuuTeDfUj1uNNCUqcj";

fn is_here(folder: &Path) -> bool {
    folder.join("expectations.json").is_file() && folder.join("credential-redef-type-fail.json").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Value = read_json(&folder.join("expectations.json"))?;
    let cases = expectations.get("cases").and_then(Value::as_array).ok_or("no cases")?;
    cases.iter().map(|case| case_of(folder, set, case).ok_or("a case of another shape")?).collect()
}

fn case_of(folder: &Path, set: &str, case: &Value) -> Option<Result<Case, String>> {
    let id = format!("{set}/{}", text_of(case, "id")?);
    let is_credential = text_of(case, "action")? == "issue-credential";
    let file = folder.join(case.get("files")?.get(0)?.as_str()?);
    Some(read_json(&file).map(|mut document: Value| {
        let Some(due) = text_of(case, "expected").map(|expected| expected == "accept") else {
            return Case::skip(id, "the set has no verdict");
        };
        if is_credential {
            complete(&mut document);
        }
        let text = document.to_string();
        Case::call(id, move || judge(&text, is_credential, due))
    }))
}

/// What the suite does to a file before it sends it.
fn complete(document: &mut Value) {
    let Some(members) = document.as_object_mut() else { return };
    match members.get_mut("issuer") {
        None => {
            members.insert("issuer".to_owned(), ISSUER.into());
        }
        Some(Value::Object(issuer)) if !issuer.contains_key("id") => {
            issuer.insert("id".to_owned(), ISSUER.into());
        }
        Some(_) => {}
    }
    for (member, words, date) in
        [("validFrom", "PAST DATE", "2023-01-01T00:00:00Z"), ("validUntil", "FUTURE DATE", "2123-01-01T00:00:00Z")]
    {
        if members.get(member) == Some(&json!(words)) {
            members.insert(member.to_owned(), date.into());
        }
    }
}

fn judge(text: &str, is_credential: bool, due: bool) -> Found {
    let faults = match vidimus::encoding::json::decode(text.as_bytes()) {
        Err(reason) => vec![reason],
        Ok(document) => {
            let mut faults = match is_credential {
                true => check_credential(&document, ModelDemands::default()),
                false => check_presentation(&document, ModelDemands::default()),
            };
            // What cannot be expanded without loss cannot be secured.
            let demands = Demands { inline_contexts: true };
            faults.extend(to_rdf(&without_proof(document), Contexts::bundled(), demands).err());
            faults
        }
    };
    Found::when(due, faults.is_empty(), || faults.first().map_or_else(String::new, ToString::to_string))
}

/// Proofs are no part of what is secured.
fn without_proof(document: Document<'_>) -> Document<'_> {
    match document {
        Document::Object(members) => {
            Document::Object(members.into_iter().filter(|(name, _)| name != "proof").collect())
        }
        other => other,
    }
}
