//! The test data of RFC 8785: JSON texts, and their canonical form as text and in hexadecimal. For the library, not for a subject.

use std::path::Path;

use serde_json::Value;
use vidimus::encoding::json;

use super::{Layout, bytes_of_hex, read_bytes, read_json, read_text, text_of};
use crate::case::{Case, Found};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("jcs"), is_here, read };

fn is_here(folder: &Path) -> bool {
    folder.join("expectations.json").is_file() && folder.join("outhex").is_dir() && folder.join("input").is_dir()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Value = read_json(&folder.join("expectations.json"))?;
    let cases = expectations.get("cases").and_then(Value::as_array).ok_or("no cases")?;
    cases.iter().map(|case| case_of(folder, set, case).ok_or("a case of another shape")?).collect()
}

fn case_of(folder: &Path, set: &str, case: &Value) -> Option<Result<Case, String>> {
    let id = format!("{set}/{}", text_of(case, "id")?);
    let input = folder.join(case.get("files")?.get(0)?.as_str()?);
    let output = folder.join(text_of(case.get("params")?, "output")?);
    let hex = folder.join(text_of(case.get("params")?, "outhex")?);
    let made = || {
        let input = read_bytes(&input)?;
        let due = read_bytes(&output)?;
        let hex: String = read_text(&hex)?.split_whitespace().collect();
        if bytes_of_hex(&hex).as_deref() != Some(&due) {
            return Err(format!("{id}: text and hexadecimal differ"));
        }
        Ok(Case::call(id.clone(), move || match json::decode(&input).and_then(|value| json::jcs::canonical(&value)) {
            Ok(text) if text.as_bytes() == due => Found::Right,
            Ok(text) => Found::Wrong(format!("got {text}")),
            Err(reason) => Found::Wrong(reason.to_string()),
        }))
    };
    Some(made())
}
