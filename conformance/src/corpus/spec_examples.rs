//! Examples cut out of W3C specifications: `example-NNN.txt`, two lines of heading and then the example.
//!
//! What is JSON must decode; whole credentials and presentations must keep the rules of their data model. Fragments with
//! ellipses or comments and other notations are skipped, aloud.

use std::path::Path;

use serde_json::Value;
use vidimus::format::vc::enveloped;
use vidimus::format::vc::model::{
    CREDENTIAL, ModelDemands, check_credential, check_presentation, is_presentation, types,
};
use vidimus::format::vc::read::read as read_document;

use super::{Layout, files_below, read_text};
use crate::case::{Case, Found};

/// The layout of the sets.
pub const LAYOUT: Layout = Layout { name: None, is_here, read };

/// The specifications whose examples are credentials.
const SETS: &[&str] = &["spec-vcdm2", "spec-bitstring-status-list"];

fn is_here(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    SETS.contains(&name) && folder.join("example-001.txt").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    files_below(folder, "txt").iter().filter_map(|file| case_of(file, set).transpose()).collect()
}

fn case_of(file: &Path, set: &str) -> Result<Option<Case>, String> {
    let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    if !name.starts_with("example-") {
        return Ok(None);
    }
    let text = read_text(file)?;
    let body: String = text.lines().filter(|line| !line.starts_with("# ")).collect::<Vec<_>>().join("\n");
    let json = body.find(['{', '[']).and_then(|at| body.get(at..)).unwrap_or_default().to_owned();
    let id = format!("{set}/{name}");
    if serde_json::from_str::<Value>(&json).is_err() {
        return Ok(Some(Case::skip(id, "a fragment, or another notation than JSON")));
    }
    Ok(Some(Case::call(id, move || judge(&json))))
}

fn judge(text: &str) -> Found {
    let document = match vidimus::encoding::json::decode(text.as_bytes()) {
        Err(reason) => return Found::Wrong(format!("expected JSON, got {reason}")),
        Ok(document) => document,
    };
    let demands = ModelDemands { strict: true };
    let mut faults = Vec::new();
    if enveloped::is_envelope(&document) {
        faults.extend(enveloped::check_shape(&document).err());
    } else if is_presentation(&document) {
        faults = check_presentation(&document, demands);
    } else if types(&document).any(|name| name == CREDENTIAL) {
        faults = check_credential(&document, demands);
        faults.extend(read_document(&document).status_faults);
    }
    Found::when(true, faults.is_empty(), || faults.first().map_or_else(String::new, ToString::to_string))
}
