//! Claims queries and claim sets (OpenID4VP 1.0, 6.3 and 6.4).

use std::collections::HashSet;

use crate::encoding::json::Value;
use crate::limits;
use crate::policy::dcql::decode::Reading;
use crate::policy::dcql::{ClaimsQuery, QueryFormat, Step, Wanted, json_path, path_text};

/// The claims and claim sets of one credential query.
pub(super) fn read(
    reading: &mut Reading,
    value: &Value<'_>,
    (format, pointer): (&'static QueryFormat, &str),
) -> (Vec<ClaimsQuery>, Vec<Vec<String>>) {
    let sets = value.member("claim_sets");
    let Some(list) = value.member("claims") else {
        if sets.is_some() {
            reading.fault(format!("{pointer}/claim_sets"), "Sets of claims need `claims`, of which they are sets.");
        }
        return (Vec::new(), Vec::new());
    };
    let at = format!("{pointer}/claims");
    let Some(items) = reading.items(list, &at, limits::DCQL_CLAIMS) else { return (Vec::new(), Vec::new()) };
    reading.claims = reading.claims.saturating_add(items.len());
    if reading.claims > limits::DCQL_CLAIMS {
        let sentence = format!("A query asks for {} claims at most, all credentials together.", limits::DCQL_CLAIMS);
        reading.fault(at, sentence);
        return (Vec::new(), Vec::new());
    }
    let faults = reading.faults.len();
    let claim = |(index, item): (usize, &Value<'_>)| claim(reading, item, (format, &format!("{at}/{index}")));
    let claims: Vec<ClaimsQuery> = items.iter().enumerate().filter_map(claim).collect();
    let ids = check_ids(reading, &claims, (&at, sets.is_some()));
    let sound = reading.faults.len() == faults;
    let sets = sets.map(|sets| claim_sets(reading, sets, (&ids, sound, &format!("{pointer}/claim_sets"))));
    (claims, sets.unwrap_or_default())
}

/// ```text
/// ClaimsQuery = { "id"?, "path": [ text / integer / null, .. ], "values"?: [ text / integer / boolean, .. ], "intent_to_retain"? }
/// ```
fn claim(reading: &mut Reading, value: &Value<'_>, (format, pointer): (&QueryFormat, &str)) -> Option<ClaimsQuery> {
    if value.as_object().is_none() {
        let sentence = format!("A claims query is an object with `path`, not {}.", value.kind());
        reading.fault(pointer, sentence);
        return None;
    }
    let id = value.member("id").and_then(|id| reading.id(id, &format!("{pointer}/id")));
    let of_draft = draft_path(value).filter(|_| format.is_mdoc && value.member("path").is_none());
    let is_of_draft = of_draft.is_some();
    let path = match (of_draft, value.member("path")) {
        (Some(path), _) => Some(path),
        (None, Some(path)) => read_path(reading, path, &format!("{pointer}/path")),
        (None, None) => {
            reading.fault(format!("{pointer}/path"), "It must be there: where the claim stands, as an array.");
            None
        }
    };
    let values = value.member("values").map(|values| read_values(reading, values, &format!("{pointer}/values")));
    let intent_to_retain = reading.truth(value, "intent_to_retain", pointer);
    let path = path?;
    if format.is_mdoc && !matches!(path.as_slice(), [Step::Name(_), Step::Name(_)]) {
        let sentence =
            "A claim of an mdoc is named by name space and element: [\"org.iso.18013.5.1\", \"family_name\"].";
        reading.fault(format!("{pointer}/path"), sentence);
    }
    Some(ClaimsQuery { id, path, values: values.unwrap_or_default(), intent_to_retain, is_of_draft })
}

/// `namespace` and `claim_name`, as drafts of OpenID4VP had them.
fn draft_path(value: &Value<'_>) -> Option<Vec<Step>> {
    let name = |member: &str| value.member(member).and_then(Value::as_str).filter(|name| !name.is_empty());
    Some(vec![Step::Name(name("namespace")?.to_owned()), Step::Name(name("claim_name")?.to_owned())])
}

/// 7: a non-empty array of texts, `null` and integers from 0.
fn read_path(reading: &mut Reading, value: &Value<'_>, pointer: &str) -> Option<Vec<Step>> {
    if let Some(text) = value.as_str() {
        reading.fault(pointer, of_text(text));
        return None;
    }
    let items = reading.items(value, pointer, limits::DCQL_PATH_STEPS)?;
    let mut path = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        path.push(step(reading, item, (items.len(), &format!("{pointer}/{index}")))?);
    }
    Some(path)
}

fn step(reading: &mut Reading, item: &Value<'_>, (steps, pointer): (usize, &str)) -> Option<Step> {
    match item {
        Value::Null => return Some(Step::Every),
        Value::String(text) if json_path::is_json_path(text) => {
            let sentence = match steps {
                1 => of_text(text),
                _ => "This is JSONPath; a step is the name of one member.".to_owned(),
            };
            reading.fault(pointer, sentence);
        }
        Value::String(text) => return Some(Step::Name(text.as_ref().to_owned())),
        Value::Number(number) => match number.text().parse::<u64>() {
            Ok(index) => return Some(Step::Index(index)),
            Err(_) => {
                reading.fault(pointer, "The place of an element is an integer from 0; `null` means every element.")
            }
        },
        other => {
            let sentence = format!("A step is a text, an integer from 0 or null, not {}.", other.kind());
            reading.fault(pointer, sentence);
        }
    }
    None
}

/// What a text in the place of a path should have been.
fn of_text(text: &str) -> String {
    let path = match json_path::is_json_path(text) {
        true => json_path::to_path(text).ok(),
        false => Some(text.split('.').map(|name| Step::Name(name.to_owned())).collect()),
    };
    match path {
        Some(path) => format!("A path is an array, and no JSONPath: write {}.", path_text(&path)),
        None => "A path is an array of names, places and null, and no JSONPath.".to_owned(),
    }
}

fn read_values(reading: &mut Reading, value: &Value<'_>, pointer: &str) -> Vec<Wanted> {
    let Some(items) = reading.items(value, pointer, limits::DCQL_VALUES) else { return Vec::new() };
    reading.values = reading.values.saturating_add(items.len());
    if reading.values > limits::DCQL_VALUES {
        let sentence = format!("A query compares with {} values at most, all claims together.", limits::DCQL_VALUES);
        reading.fault(pointer, sentence);
        return Vec::new();
    }
    let mut values = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let integer = || if let Value::Number(number) = item { number.text().parse().ok() } else { None };
        match item {
            Value::String(text) => values.push(Wanted::Text(text.as_ref().to_owned())),
            Value::Bool(truth) => values.push(Wanted::Bool(*truth)),
            _ => match integer() {
                Some(number) => values.push(Wanted::Integer(number)),
                None => reading.fault(
                    format!("{pointer}/{index}"),
                    format!("A value is a text, an integer of 64 bits or a boolean, not {}.", item.kind()),
                ),
            },
        }
    }
    values
}

/// The identifiers of the claims: each once, and all there where sets name them.
fn check_ids(reading: &mut Reading, claims: &[ClaimsQuery], (pointer, are_due): (&str, bool)) -> HashSet<String> {
    let mut ids = HashSet::new();
    for (index, claim) in claims.iter().enumerate() {
        match &claim.id {
            Some(id) if !ids.insert(id.clone()) => {
                reading.fault(format!("{pointer}/{index}/id"), format!("`{id}` stands twice."));
            }
            None if are_due => {
                let sentence = "It must be there: where there are `claim_sets`, each claim has a name.";
                reading.fault(format!("{pointer}/{index}/id"), sentence);
            }
            _ => {}
        }
    }
    ids
}

fn claim_sets(
    reading: &mut Reading,
    value: &Value<'_>,
    (ids, sound, pointer): (&HashSet<String>, bool, &str),
) -> Vec<Vec<String>> {
    let Some(items) = reading.items(value, pointer, limits::DCQL_CLAIM_SETS) else { return Vec::new() };
    let mut sets = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let at = format!("{pointer}/{index}");
        let Some(set) = reading.texts(item, &at, limits::DCQL_CLAIMS) else { continue };
        for (place, id) in set.iter().enumerate().filter(|(_, id)| sound && !ids.contains(*id)) {
            reading.fault(format!("{at}/{place}"), format!("`{id}` is the `id` of no claim of this credential query."));
        }
        sets.push(set);
    }
    sets
}
