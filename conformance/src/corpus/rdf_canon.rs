//! The W3C tests of RDF Dataset Canonicalization: N-Quads in, canonical N-Quads or a map of blank node names out, and datasets that
//! must be given up. For the library, not for a subject.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use vidimus::linked_data::nquads;
use vidimus::linked_data::rdfc::{Canonical, Hash, canonicalize};
use vidimus::reason::{Code, Reason};

use super::{Layout, read_json, read_text, text_of};
use crate::case::{Case, Found};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("rdf-canon"), is_here, read };

fn is_here(folder: &Path) -> bool {
    folder.join("expectations.json").is_file() && folder.join("rdfc10").is_dir()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Value = read_json(&folder.join("expectations.json"))?;
    let cases = expectations.get("cases").and_then(Value::as_array).ok_or("no cases")?;
    cases.iter().map(|case| case_of(folder, set, case).ok_or("a case of another shape")?).collect()
}

/// What must come out.
enum Due {
    Lines(String),
    Names(BTreeMap<String, String>),
    Limit,
}

fn case_of(folder: &Path, set: &str, case: &Value) -> Option<Result<Case, String>> {
    let id = format!("{set}/{}", text_of(case, "id")?);
    let params = case.get("params")?;
    let input = folder.join(text_of(params, "input")?);
    let result = text_of(params, "result").map(|name| folder.join(name));
    let hash = match text_of(params, "hashAlgorithm")? {
        "SHA256" => Hash::Sha256,
        "SHA384" => Hash::Sha384,
        _ => return None,
    };
    let is_map = text_of(case, "action")? == "canonicalize-identifier-map";
    let made = || {
        let input = read_text(&input)?;
        let due = match result {
            None => Due::Limit,
            Some(path) if is_map => Due::Names(read_json(&path)?),
            Some(path) => Due::Lines(read_text(&path)?),
        };
        Ok(Case::call(id, move || {
            let canonical = nquads::decode(&input).and_then(|dataset| canonicalize(&dataset, hash));
            judge(&due, canonical)
        }))
    };
    Some(made())
}

fn judge(due: &Due, canonical: Result<Canonical, Reason>) -> Found {
    match (due, canonical) {
        (Due::Limit, Err(reason)) if reason.code() == Code::RdfcLimit => Found::Right,
        (Due::Limit, Ok(_)) => Found::Wrong("it was canonicalised, and should have been given up".to_owned()),
        (_, Err(reason)) => Found::Wrong(reason.to_string()),
        (Due::Lines(due), Ok(canonical)) if canonical.text() == *due => Found::Right,
        (Due::Names(due), Ok(canonical)) if canonical.labels == *due => Found::Right,
        (_, Ok(canonical)) => Found::Wrong(format!("got {}", canonical.text())),
    }
}
