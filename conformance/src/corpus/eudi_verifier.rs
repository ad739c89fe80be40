//! Recorded requests and responses of the EU's reference verifier: DCQL queries, and what wallets answered.
//!
//! The SD-JWTs among them are placeholders: whether they answer a query is asked of DCQL, which nothing here can say yet.

use std::path::Path;

use serde_json::Value;

use super::{Layout, read_json, text_of};
use crate::case::Case;

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("eudi-verifier"), is_here, read };

fn is_here(folder: &Path) -> bool {
    folder.join("expectations.json").is_file() && folder.join("00-dcql.json").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let whole: Value = read_json(&folder.join("expectations.json"))?;
    let cases = whole.get("cases").and_then(Value::as_array).ok_or("expectations of another shape")?;
    cases.iter().map(|case| case_of(case, set).ok_or_else(|| "a case of another shape".to_owned())).collect()
}

fn case_of(case: &Value, set: &str) -> Option<Case> {
    let id = format!("{set}/{}", text_of(case, "id")?);
    Some(match text_of(case, "action")? {
        "parse-dcql-query" | "dcql-response-shape" => {
            Case::skip(id, "a DCQL query, or a placeholder's answer to one: DCQL is not read by this version")
        }
        other => Case::skip(id, format!("{other} is not done by this version")),
    })
}
