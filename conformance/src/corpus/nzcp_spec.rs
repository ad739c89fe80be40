//! The examples of the NZ COVID Pass specification, with `expectations.json`.

use std::path::Path;

use serde_json::{Value, json};

use super::{Layout, read_json, read_text, text_of};
use crate::case::{Case, Right};
use crate::question::{Occasion, Payload, Question};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("nzcp-spec"), is_here, read };

fn is_here(folder: &Path) -> bool {
    folder.join("expectations.json").is_file() && folder.join("examples/valid/nzcp.txt").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Value = read_json(&folder.join("expectations.json"))?;
    let cases = expectations.get("cases").and_then(Value::as_array).ok_or("no cases")?;
    cases.iter().map(|case| case_of(folder, set, case).ok_or("a case of another shape")?).collect()
}

fn case_of(folder: &Path, set: &str, case: &Value) -> Option<Result<Case, String>> {
    let id = format!("{set}/{}", text_of(case, "id")?);
    let file = case.get("files")?.get(0)?.as_str()?;
    let now = text_of(case, "clock")?;
    let right = if text_of(case, "expected")? == "accept" { Right::Accepted } else { Right::NotAccepted };
    let issuer = case.get("trust").and_then(|trust| Some((text_of(trust, "did")?, text_of(trust, "did_document")?)));
    let made = || {
        let trust = match issuer {
            None => Vec::new(),
            Some((did, document)) => {
                let document: Value = read_json(&folder.join(document))?;
                vec![json!({
                    "kind": "issuer", "issuer": did, "formats": ["nz_covid_pass"], "environment": "test", "document": document
                })]
            }
        };
        let question = Question {
            input: Payload::text("text/plain", read_text(&folder.join(file))?.trim_end()),
            occasion: Occasion { now: now.to_owned(), ..Occasion::default() },
            policy: json!({"environment": "test", "clock_skew_seconds": 0}),
            trust,
            evidence: Vec::new(),
        };
        Ok(Case::ask(id, question, right))
    };
    Some(made())
}
