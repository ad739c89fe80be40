//! Selection: which held credentials answer a DCQL query, and with which claims (OpenID4VP 1.0, 6.4). A second opinion: it shares nothing
//! with the library's own reader of queries.

use serde_json::Value;

use super::check::{Check, Refusal};
use super::holdings::{Format, Held};
use crate::rules;

/// A credential that answers a query of the request.
pub struct Choice<'h> {
    /// The query's id.
    pub id: String,
    /// The credential.
    pub held: &'h Held,
    /// What is shown: JSON pointers into the claims; for an mdoc `/namespace/element`.
    pub shows: Vec<String>,
}

/// The credentials that answer this query. `lenient` shows what is there where something is missing.
///
/// # Errors
/// `query` when it is none, `satisfiable` when it cannot be answered.
pub fn choose<'h>(query: &Value, held: &[&'h Held], lenient: bool) -> Result<Vec<Choice<'h>>, Refusal> {
    let malformed = |found: &str| Refusal::by(Check::Query, found);
    let queries = query.get("credentials").and_then(Value::as_array).filter(|queries| !queries.is_empty());
    let mut answers = Vec::new();
    let mut missing = Vec::new();
    for one in queries.ok_or_else(|| malformed("no credentials"))? {
        let id = text(one, "id").ok_or_else(|| malformed("a query without an id"))?;
        let (format, meta) = match (text(one, "format"), one.get("meta").and_then(Value::as_object)) {
            (Some(format), Some(_)) => (format, &one["meta"]),
            _ => return Err(malformed("a query without format or meta")),
        };
        check_claims(one)?;
        let of_type = held.iter().copied().filter(|it| it.format.identifier() == format && is_of_type(it, meta));
        let of_type: Vec<&Held> = of_type.filter(|it| lenient || has_authority(it, one)).collect();
        let found = of_type.iter().find_map(|it| Some((*it, shown(it, one)?)));
        let found = found.or_else(|| of_type.first().filter(|_| lenient).map(|it| (*it, all_there(it, one))));
        match found {
            Some((held, shows)) => answers.push(Choice { id: id.to_owned(), held, shows }),
            None if of_type.is_empty() => missing.push((id, rules::QUERY_CREDENTIALS)),
            None => missing.push((id, rules::QUERY_CLAIMS)),
        }
    }
    let kept = whole(query, &answers).ok_or_else(|| {
        let (id, rule) = missing.first().copied().unwrap_or(("", rules::QUERY_CREDENTIALS));
        Refusal::under(Check::Satisfiable, rule, format!("nothing that answers `{id}`"))
    });
    let kept = if lenient && !answers.is_empty() {
        kept.unwrap_or_else(|_| answers.iter().map(|answer| answer.id.clone()).collect())
    } else {
        kept?
    };
    answers.retain(|answer| kept.contains(&answer.id));
    Ok(answers)
}

/// Every path of the request's query for that id, as pointers: what may be shown.
pub fn asked(query: &Value, id: &str, held: &Held) -> Vec<String> {
    let queries = query.get("credentials").and_then(Value::as_array);
    let one = queries.into_iter().flatten().find(|one| text(one, "id") == Some(id));
    one.map(|one| all_there(held, one)).unwrap_or_default()
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

/// 6.1 and 6.3: what makes a query none.
fn check_claims(query: &Value) -> Result<(), Refusal> {
    let malformed = |found: &str| Err(Refusal::by(Check::Query, found));
    let claims = query.get("claims").map(|claims| claims.as_array().map(Vec::as_slice).unwrap_or_default());
    if query.get("claim_sets").is_some() && claims.is_none() {
        return malformed("claim_sets without claims");
    }
    for claim in claims.unwrap_or_default() {
        let is_step = |step: &Value| step.is_string() || step.is_null() || step.is_u64();
        let path = claim.get("path").and_then(Value::as_array).filter(|path| !path.is_empty());
        if !path.is_some_and(|path| path.iter().all(is_step)) {
            return malformed("a claim without a path");
        }
    }
    Ok(())
}

fn is_of_type(held: &Held, meta: &Value) -> bool {
    match held.format {
        Format::SdJwtVc => {
            let values = meta.get("vct_values").and_then(Value::as_array);
            values.is_some_and(|values| values.iter().any(|value| value.as_str() == Some(&held.type_name)))
        }
        Format::Mdoc => text(meta, "doctype_value") == Some(&held.type_name),
    }
}

/// 6.1.1: one of the authorities named certified the credential.
fn has_authority(held: &Held, query: &Value) -> bool {
    let Some(authorities) = query.get("trusted_authorities").and_then(Value::as_array) else { return true };
    let values = authorities.iter().filter(|it| text(it, "type") == Some("aki")).filter_map(|it| it.get("values"));
    let mut values = values.filter_map(Value::as_array).flatten().filter_map(Value::as_str);
    values.any(|value| held.authority_key_ids.iter().any(|known| known == value))
}

/// 6.4.1: what answers the query's claims; `None` when something is missing.
fn shown(held: &Held, query: &Value) -> Option<Vec<String>> {
    let Some(claims) = query.get("claims").and_then(Value::as_array) else { return Some(Vec::new()) };
    let all_of = |claims: &[&Value]| {
        let places: Option<Vec<Vec<String>>> = claims.iter().map(|claim| matching(held, claim)).collect();
        places.map(|places| places.concat())
    };
    let Some(sets) = query.get("claim_sets").and_then(Value::as_array) else {
        return all_of(&claims.iter().collect::<Vec<_>>());
    };
    let named = |id: &Value| claims.iter().find(|claim| claim.get("id") == Some(id));
    sets.iter().find_map(|set| {
        let chosen: Option<Vec<&Value>> = set.as_array()?.iter().map(named).collect();
        all_of(&chosen?)
    })
}

/// Where everything stands that the query names, as far as it is there.
fn all_there(held: &Held, query: &Value) -> Vec<String> {
    let claims = query.get("claims").and_then(Value::as_array);
    claims.into_iter().flatten().flat_map(|claim| resolve(held, claim).into_iter().map(|(place, _)| place)).collect()
}

/// Where one claim stands, if a value that is there is one of those asked for.
fn matching(held: &Held, claim: &Value) -> Option<Vec<String>> {
    let found = resolve(held, claim);
    let values = claim.get("values").and_then(Value::as_array);
    let is_asked = |value: &Value| values.is_none_or(|values| values.contains(value));
    let is_there = found.iter().any(|(_, value)| is_asked(value));
    is_there.then(|| found.into_iter().map(|(place, _)| place).collect())
}

/// 7.1.1: the values that a path selects, with their pointers.
fn resolve<'h>(held: &'h Held, claim: &Value) -> Vec<(String, &'h Value)> {
    let path = claim.get("path").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut selected = vec![(String::new(), &held.claims)];
    for step in path {
        selected = selected.into_iter().flat_map(|(place, value)| next(&place, value, step)).collect();
    }
    selected
}

fn next<'v>(place: &str, value: &'v Value, step: &Value) -> Vec<(String, &'v Value)> {
    let below = |name: &str| format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
    match (step, value) {
        (Value::String(name), Value::Object(members)) => {
            members.get(name).map(|inner| (below(name), inner)).into_iter().collect()
        }
        (Value::Null, Value::Array(items)) => {
            items.iter().enumerate().map(|(at, inner)| (below(&at.to_string()), inner)).collect()
        }
        (Value::Number(at), Value::Array(items)) => {
            let at = at.as_u64().and_then(|at| usize::try_from(at).ok());
            at.and_then(|at| Some((below(&at.to_string()), items.get(at)?))).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// 6.4.2: the ids to answer; `None` when a required set is not satisfied.
fn whole(query: &Value, answers: &[Choice<'_>]) -> Option<Vec<String>> {
    let has = |id: &str| answers.iter().any(|answer| answer.id == id);
    let ids = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)).collect()
    };
    let Some(sets) = query.get("credential_sets").and_then(Value::as_array) else {
        let queries = query.get("credentials").and_then(Value::as_array)?;
        let all: Vec<String> = queries.iter().filter_map(|one| text(one, "id").map(str::to_owned)).collect();
        return all.iter().all(|id| has(id)).then_some(all);
    };
    let mut kept = Vec::new();
    for set in sets.iter().filter(|set| set.get("required") != Some(&Value::Bool(false))) {
        let options = set.get("options").and_then(Value::as_array)?;
        kept.extend(options.iter().map(ids).find(|option| option.iter().all(|id| has(id)))?);
    }
    Some(kept)
}
