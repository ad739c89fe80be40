//! Trust folders: the trust and policy of a set, written as the store folder and policy file that `vidimus` reads.

use std::path::Path;

use serde_json::{Value, json};

/// Name of the store folder.
pub const TRUST: &str = "trust";
/// Name of the policy file.
pub const POLICY: &str = "policy.json";

/// Writes `trust/conformance.json` and `policy.json` into a folder, which is made.
///
/// # Errors
/// A sentence, when they cannot be written.
pub fn write(folder: &Path, entries: &[Value], policy: &Value) -> Result<(), String> {
    let trust = folder.join(TRUST);
    std::fs::create_dir_all(&trust).map_err(|error| format!("{}: {error}", trust.display()))?;
    let file = json!({"vidimus_trust": 1, "entries": entries});
    let policy = if policy.is_null() { json!({}) } else { policy.clone() };
    write_json(&trust.join("conformance.json"), &file)?;
    write_json(&folder.join(POLICY), &policy)
}

/// Writes JSON as people read it.
///
/// # Errors
/// A sentence, when it cannot be written.
pub fn write_json(path: &Path, value: &Value) -> Result<(), String> {
    let mut text = serde_json::to_string_pretty(value).map_err(|error| error.to_string())?;
    text.push('\n');
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
