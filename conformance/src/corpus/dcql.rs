//! DCQL: the examples of OpenID4VP 1.0, what paths select, and matching cases of another implementation, with credentials in decoded form.
//!
//! For the library, not for a subject. A wallet's view (its credentials are whole) and a verifier's (elements of arrays may have been
//! left out) are told apart by the cases.

use std::path::Path;

use serde_json::{Value, json};
use vidimus::policy::dcql::{Authorities, Facts, Omissions, Query, Step, TrustedAuthority, select};

use super::{Layout, read_bytes, read_json, text_of};
use crate::case::{Case, Found};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("dcql"), is_here, read };

fn is_here(folder: &Path) -> bool {
    ["expectations.json", "matching_cases.json", "claims_path_pointer.json"]
        .iter()
        .all(|name| folder.join(name).is_file())
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Value = read_json(&folder.join("expectations.json"))?;
    let cases = expectations.get("cases").and_then(Value::as_array).ok_or("no cases")?;
    cases.iter().map(|case| case_of(folder, set, case)).collect()
}

fn case_of(folder: &Path, set: &str, case: &Value) -> Result<Case, String> {
    let id = format!("{set}/{}", text_of(case, "id").ok_or("a case without id")?);
    let file = folder.join(case.pointer("/files/0").and_then(Value::as_str).ok_or("a case without file")?);
    let due = text_of(case, "expected") == Some("accept");
    let action = text_of(case, "action").unwrap_or_default().to_owned();
    if action == "parse-dcql-query" {
        return decoding(id, &file, due);
    }
    let document: Value = read_json(&file)?;
    let told =
        text_of(case, "pointer").and_then(|pointer| document.pointer(pointer)).ok_or("a case that is not there")?;
    let told = told.clone();
    if action == "claims-path-pointer" {
        let (credential, selected) = (document["credential"].clone(), case["selected"].clone());
        return Ok(Case::call(id, move || selection(&credential, &told["path"], &selected)));
    }
    Ok(Case::call(id, move || match answered(&action, &told) {
        Ok(got) => Found::when(due, got, String::new),
        Err(sentence) => Found::Wrong(sentence),
    }))
}

/// A query is read, or refused.
///
/// # Errors
/// A sentence, when there is no such file.
pub(super) fn decoding(id: String, file: &Path, due: bool) -> Result<Case, String> {
    let bytes = query_in(file)?;
    Ok(Case::call(id, move || {
        let read = Query::decode(&bytes);
        // What was read and written again reads the same.
        let again = read.as_ref().map(|query| Query::decode(query.to_json().as_bytes()).map(|again| again.to_json()));
        if let (Ok(query), Ok(again)) = (&read, again)
            && again.as_deref() != Ok(&*query.to_json())
        {
            return Found::Wrong("it reads otherwise once it was written again".to_owned());
        }
        Found::when(due, read.is_ok(), || format!("{:?}", read.err()))
    }))
}

/// Do the names and numbers of a `vp_token` answer a query? Its presentations are placeholders.
///
/// # Errors
/// A sentence, when a file is missing.
pub(super) fn shape(id: String, (query, token): (&Path, &Path), due: bool) -> Result<Case, String> {
    let (query, token) = (query_in(query)?, read_json::<Value>(token)?);
    Ok(Case::call(id, move || {
        let Ok(query) = Query::decode(&query) else { return Found::Wrong("the query is refused".to_owned()) };
        let entries = token.as_object().into_iter().flatten();
        // What is no array holds no presentation (OpenID4VP 1.0, 8.1).
        let shown: Vec<(&str, usize)> =
            entries.map(|(id, value)| (id.as_str(), value.as_array().map_or(0, Vec::len))).collect();
        let unmet = query.unmet_by_shape(&shown);
        Found::when(due, unmet.is_empty(), || format!("{unmet:?}"))
    }))
}

/// The query of a file: the whole of it, or its member `dcql_query`.
fn query_in(file: &Path) -> Result<Vec<u8>, String> {
    let bytes = read_bytes(file)?;
    let whole: Value = read_json(file)?;
    Ok(whole.get("dcql_query").map_or(bytes, |query| query.to_string().into_bytes()))
}

fn selection(credential: &Value, path: &Value, selected: &Value) -> Found {
    let step = |step: &Value| match step {
        Value::Null => Some(Step::Every),
        Value::String(name) => Some(Step::Name(name.clone())),
        other => other.as_u64().map(Step::Index),
    };
    let path: Option<Vec<Step>> = path.as_array().into_iter().flatten().map(step).collect();
    let Some(path) = path else { return Found::Wrong("no path".to_owned()) };
    let got = select(credential, &path, &Omissions::default());
    Found::when(true, got.as_ref().is_ok_and(|got| json!(got) == *selected), || format!("{got:?}"))
}

/// Does what the case shows answer what it asks?
fn answered(action: &str, told: &Value) -> Result<bool, String> {
    let is_shown = told["is_presentation"] == json!(true);
    let one = |credential_query: &Value, facts: &Facts| -> Result<bool, String> {
        let query = query_of(&json!({ "credentials": [credential_query] }))?;
        Ok(query.credentials[0].unmet(facts).is_empty())
    };
    match action {
        "match-claim-json" | "match-claim-mdoc" => {
            let (format, claims, kind) = match action {
                "match-claim-json" => ("dc+sd-jwt", &told["claims"], "sd_jwt_vc"),
                _ => ("mso_mdoc", &told["namespaces"], "mdoc"),
            };
            let asked = json!({ "id": "a", "format": format, "meta": {}, "claims": [told["claim_query"]] });
            let facts = Facts { claims: claims.clone(), may_omit_elements: is_shown, ..bare(kind) };
            one(&asked, &facts)
        }
        "match-meta" | "match-claims" => one(&told["credential_query"], &facts_of(&told["credential"], is_shown)?),
        "match-trusted-authority" => {
            let asked: TrustedAuthority = authority_of(&told["authority_query"]).ok_or("no authority")?;
            Ok(asked.is_met(&Facts { authorities: authorities_of(&told["credential_authority"]), ..bare("sd_jwt_vc") }))
        }
        "check-presentation" => {
            let query = query_of(&told["dcql_query"])?;
            let mut all = Vec::new();
            for (id, presentations) in told["presentation"].as_object().ok_or("no presentation")? {
                // OpenID4VP 1.0, 8.1: an array, always.
                let Some(presentations) = presentations.as_array() else { return Ok(false) };
                let facts: Result<Vec<Facts>, String> = presentations.iter().map(|one| facts_of(one, true)).collect();
                all.push((id.as_str(), facts?));
            }
            let shown: Vec<(&str, Vec<&Facts>)> = all.iter().map(|(id, facts)| (*id, facts.iter().collect())).collect();
            Ok(query.unmet(&shown).is_empty())
        }
        "match-wallet-credentials" => {
            let query = query_of(&told["dcql_query"])?;
            let held = told["credentials"].as_array().ok_or("no credentials")?;
            let held: Vec<Facts> = held.iter().map(|one| facts_of(one, false)).collect::<Result<_, _>>()?;
            let has = |credential: &&vidimus::policy::dcql::CredentialQuery| {
                held.iter().any(|facts| credential.unmet(facts).is_empty())
            };
            let shown: Vec<(&str, usize)> =
                query.credentials.iter().filter(has).map(|credential| (credential.id.as_str(), 1)).collect();
            Ok(query.unmet_by_shape(&shown).is_empty())
        }
        other => Err(format!("an unknown action: {other}")),
    }
}

fn query_of(value: &Value) -> Result<Query, String> {
    Query::decode(value.to_string().as_bytes()).map_err(|faults| format!("the query is refused: {faults:?}"))
}

fn bare(format: &str) -> Facts {
    Facts {
        format: format.to_owned(),
        types: Vec::new(),
        claims: Value::Null,
        core: Value::Null,
        authorities: Authorities::default(),
        is_holder_bound: true,
        places: Vec::new(),
        may_omit_elements: false,
    }
}

/// A credential in the set's own terms.
fn facts_of(credential: &Value, may_omit_elements: bool) -> Result<Facts, String> {
    let (format, types) = match text_of(credential, "credential_format").unwrap_or_default() {
        "mso_mdoc" => ("mdoc", &credential["doctype"]),
        "dc+sd-jwt" => ("sd_jwt_vc", &credential["vct"]),
        "vc+sd-jwt" if credential.get("vct").is_some() => ("sd_jwt_vc", &credential["vct"]),
        "vc+sd-jwt" => ("vc_sd_jwt", &credential["type"]),
        "jwt_vc_json" => ("vc_jwt", &credential["type"]),
        "ldp_vc" => ("vc_di", &credential["type"]),
        other => return Err(format!("an unknown format: {other}")),
    };
    let types: Vec<String> = match types {
        Value::Array(types) => types.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        other => other.as_str().map(str::to_owned).into_iter().collect(),
    };
    let claims = credential.get("claims").or_else(|| credential.get("namespaces")).cloned().unwrap_or_default();
    Ok(Facts {
        types,
        claims,
        authorities: authorities_of(&credential["authority"]),
        is_holder_bound: credential["cryptographic_holder_binding"] == json!(true),
        may_omit_elements,
        ..bare(format)
    })
}

fn authority_of(value: &Value) -> Option<TrustedAuthority> {
    let values = value["values"].as_array()?.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    Some(TrustedAuthority { kind: text_of(value, "type")?.to_owned(), values })
}

fn authorities_of(value: &Value) -> Authorities {
    match authority_of(value) {
        Some(TrustedAuthority { kind, values }) if kind == "aki" => {
            Authorities { key_ids: values, ..Authorities::default() }
        }
        Some(TrustedAuthority { values, .. }) => Authorities { lists: values, ..Authorities::default() },
        None => Authorities::default(),
    }
}
