//! Credential sets (OpenID4VP 1.0, 6.2).

use std::collections::HashSet;

use crate::encoding::json::Value;
use crate::limits;
use crate::policy::dcql::CredentialSet;
use crate::policy::dcql::decode::Reading;

/// The sets. `known` are the identifiers of credential queries; `None` = not known for sure.
pub(super) fn read(reading: &mut Reading, value: &Value<'_>, known: Option<&HashSet<&str>>) -> Vec<CredentialSet> {
    let pointer = "/credential_sets";
    let Some(items) = reading.items(value, pointer, limits::DCQL_SETS) else { return Vec::new() };
    let mut sets = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        sets.extend(set(reading, item, (&format!("{pointer}/{index}"), known)));
    }
    sets
}

/// ```text
/// CredentialSet = { "options": [ [ id, .. ], .. ], "required"?: boolean }
/// ```
fn set(
    reading: &mut Reading,
    value: &Value<'_>,
    (pointer, known): (&str, Option<&HashSet<&str>>),
) -> Option<CredentialSet> {
    let at = format!("{pointer}/options");
    let Some(options) = value.member("options") else {
        reading.fault(at, "It must be there: sets of identifiers of credential queries, any of which will do.");
        return None;
    };
    let items = reading.items(options, &at, limits::DCQL_OPTIONS)?;
    if items.iter().all(|option| option.as_str().is_some()) {
        reading.fault(at, "It is an array of arrays: each inner one holds credentials that, together, will do.");
        return None;
    }
    let mut options = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let at = format!("{at}/{index}");
        let Some(option) = reading.texts(item, &at, limits::DCQL_CREDENTIALS) else { continue };
        for (place, id) in option.iter().enumerate() {
            if known.is_some_and(|known| !known.contains(id.as_str())) {
                reading.fault(format!("{at}/{place}"), format!("`{id}` is the `id` of no credential query."));
            }
        }
        options.push(option);
    }
    Some(CredentialSet { options, required: reading.truth(value, "required", pointer).unwrap_or(true) })
}
