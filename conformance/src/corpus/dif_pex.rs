//! The test data of DIF Presentation Exchange: definitions, and requirements by themselves, converted to DCQL. For the library.
//!
//! A definition must be converted, and what is lost told where it stands. Requirements are put around five descriptors in two groups;
//! then every choice of descriptors must meet the credential sets exactly when it meets the requirements.

use std::path::Path;

use serde_json::{Value, json};
use vidimus::policy::dcql::presentation_exchange::{Converted, convert};

use super::{Layout, read_json, text_of};
use crate::case::{Case, Found};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("dif-pex"), is_here, read };

/// Descriptors and their groups.
const DESCRIPTORS: [(&str, &str); 5] = [("a1", "A"), ("a2", "A"), ("b1", "B"), ("b2", "B"), ("b3", "B")];
/// Keywords of a filter that a list of values can say, or that demand nothing once they stand beside others.
const SAID: [&str; 5] = ["type", "const", "enum", "pattern", "contains"];

fn is_here(folder: &Path) -> bool {
    folder.join("expectations.json").is_file() && folder.join("presentation-submission.json").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Value = read_json(&folder.join("expectations.json"))?;
    let cases = expectations.get("cases").and_then(Value::as_array).ok_or("no cases")?;
    cases.iter().map(|case| case_of(folder, set, case)).collect()
}

fn case_of(folder: &Path, set: &str, case: &Value) -> Result<Case, String> {
    let id = format!("{set}/{}", text_of(case, "id").ok_or("a case without id")?);
    let file = folder.join(case.pointer("/files/0").and_then(Value::as_str).ok_or("a case without file")?);
    let document: Value = read_json(&file)?;
    Ok(match text_of(case, "action").unwrap_or_default() {
        "validate-presentation-definition" => Case::call(id, move || definition(&document)),
        "validate-submission-requirements" => {
            Case::call(id, move || requirements(&document["submission_requirements"]))
        }
        "validate-presentation-submission" => {
            Case::skip(id, "submissions belong to drafts of OpenID4VP; 1.0 has none, and vidimus reads none")
        }
        other => return Err(format!("{id}: an unknown action: {other}")),
    })
}

fn definition(document: &Value) -> Found {
    let descriptors = document["presentation_definition"]["input_descriptors"].as_array().map_or(0, Vec::len);
    let Converted { query, lost } = match convert(document.to_string().as_bytes()) {
        Ok(converted) => converted,
        // A query asks for something, so a definition that asks for nothing is told to be none.
        Err(faults) if descriptors == 0 => {
            let pointer = "/presentation_definition/input_descriptors";
            return Found::when(true, faults.iter().any(|fault| fault.pointer == pointer), || format!("{faults:?}"));
        }
        Err(faults) => return Found::Wrong(format!("{faults:?}")),
    };
    if query.credentials.len() < descriptors {
        return Found::Wrong("a descriptor is not asked for".to_owned());
    }
    if let Some(astray) = lost.iter().find(|lost| !is_there(document, &lost.pointer)) {
        return Found::Wrong(format!("told of what is not there: {astray}"));
    }
    let mut silent = Vec::new();
    filters(document, "", &mut |pointer, keyword| {
        let name = format!("filter.{keyword}");
        if !SAID.contains(&keyword) && !lost.iter().any(|lost| lost.name == name && lost.pointer.starts_with(pointer)) {
            silent.push(format!("{pointer}/{keyword}"));
        }
    });
    Found::when(true, silent.is_empty(), || format!("lost in silence: {}", silent.join(", ")))
}

/// `true` when the pointer leads to something, or to a member that could stand beside what is there.
fn is_there(document: &Value, pointer: &str) -> bool {
    let above = pointer.rsplit_once('/').map_or("", |(above, _)| above);
    document.pointer(pointer).or_else(|| document.pointer(above)).is_some()
}

/// Every keyword of every filter, with the pointer to the filter.
fn filters(value: &Value, pointer: &str, tell: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let at = format!("{pointer}/{name}");
                match (name.as_str(), inner.as_object()) {
                    ("filter", Some(filter)) => filter.keys().for_each(|keyword| tell(&at, keyword)),
                    _ => filters(inner, &at, tell),
                }
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, inner)| filters(inner, &format!("{pointer}/{index}"), tell));
        }
        _ => {}
    }
}

fn requirements(list: &Value) -> Found {
    let descriptor = |(id, group): (&str, &str)| json!({ "id": id, "group": [group], "format": { "ldp_vc": {} } });
    let descriptors: Vec<Value> = DESCRIPTORS.map(descriptor).to_vec();
    let definition = json!({ "id": "d", "input_descriptors": descriptors, "submission_requirements": list });
    let query = match convert(definition.to_string().as_bytes()) {
        Ok(converted) => converted.query,
        Err(faults) => return Found::Wrong(format!("{faults:?}")),
    };
    for choice in 0_u32..(1 << DESCRIPTORS.len()) {
        let chosen: Vec<&str> =
            DESCRIPTORS.iter().enumerate().filter(|(at, _)| choice & (1 << at) != 0).map(|(_, (id, _))| *id).collect();
        let due = list.as_array().into_iter().flatten().all(|requirement| meets(requirement, &chosen));
        let shown: Vec<(&str, usize)> = chosen.iter().map(|id| (*id, 1)).collect();
        if query.unmet_by_shape(&shown).is_empty() != due {
            return Found::Wrong(format!("{chosen:?} should {}", if due { "do" } else { "not do" }));
        }
    }
    Found::Right
}

/// What the rule of a requirement says of a choice. Whoever shows more than is due has shown what is due.
fn meets(requirement: &Value, chosen: &[&str]) -> bool {
    let parts: Vec<bool> = match (text_of(requirement, "from"), requirement.get("from_nested")) {
        (Some(group), _) => {
            DESCRIPTORS.iter().filter(|(_, of)| *of == group).map(|(id, _)| chosen.contains(id)).collect()
        }
        (None, Some(nested)) => nested.as_array().into_iter().flatten().map(|inner| meets(inner, chosen)).collect(),
        (None, None) => return false,
    };
    let met = parts.iter().filter(|met| **met).count();
    let number = |name: &str| requirement[name].as_u64().and_then(|number| usize::try_from(number).ok());
    match text_of(requirement, "rule") {
        Some("all") => met == parts.len(),
        Some("pick") => met >= number("count").or_else(|| number("min")).unwrap_or(0),
        _ => false,
    }
}
