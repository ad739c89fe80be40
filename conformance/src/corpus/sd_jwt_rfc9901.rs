//! The examples of RFC 9901 and the test cases of a Python implementation of it: what an SD-JWT says once it is processed.
//!
//! Each folder holds a presentation and `verified_contents.json`. For the library: a format is not asked for. JSON
//! serialisations must be refused as such.

use std::path::Path;

use serde_json::Value;
use vidimus::encoding::json;
use vidimus::envelope::jws::Jws;
use vidimus::envelope::sd_jwt::{SdJwt, process};
use vidimus::reason::{Code, Reason};

use super::{Layout, entries, read_json, read_text};
use crate::case::{Case, Found};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("sd-jwt-rfc9901"), is_here, read };

fn is_here(folder: &Path) -> bool {
    folder.join("examples/settings.yml").is_file() && folder.join("testcases/settings.yml").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for part in ["examples", "testcases"] {
        for folder in entries(&folder.join(part)).into_iter().filter(|path| path.is_dir()) {
            let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let id = format!("{set}/{part}/{name}");
            let due: Value = read_json(&folder.join("verified_contents.json"))?;
            let compact = folder.join("sd_jwt_presentation.txt");
            cases.push(if compact.is_file() {
                let text = read_text(&compact)?;
                Case::call(id, move || compare(&text, &due))
            } else {
                let text = read_text(&folder.join("sd_jwt_presentation.json"))?;
                Case::call(id, move || {
                    let code = SdJwt::split(&text).err().map(|reason| reason.code());
                    Found::when(true, code == Some(Code::JoseSerialization), || format!("{code:?}"))
                })
            });
        }
    }
    Ok(cases)
}

fn compare(text: &str, due: &Value) -> Found {
    match contents(text.trim()) {
        Err(reason) => Found::Wrong(reason.to_string()),
        Ok(contents) => Found::when(true, contents == *due, || contents.to_string()),
    }
}

fn contents(text: &str) -> Result<Value, Reason> {
    let sd_jwt = SdJwt::split(text)?;
    let processed = process(&Jws::open(sd_jwt.jwt)?.payload, &sd_jwt.disclosures)?;
    match processed.faults.into_iter().next() {
        Some(reason) => Err(reason),
        None => json::from_slice(&processed.payload),
    }
}
