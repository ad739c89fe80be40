//! Imports value sets of the EU DCC.
//!
//! ```json
//! { "valueSetId": ID, "valueSetDate": DAY, "valueSetValues": { CODE: { "display": NAME, "lang": .., "active": .. } } }
//! ```
//! One set, or a list of sets. Codes that are no longer active are kept: certificates with them are still about.

use std::collections::BTreeMap;

use crate::encoding::json;
use crate::reason::{Code, Reason};
use crate::time::Date;
use crate::trust::entry::Entry;
use crate::trust::import::{Draft, Import, ImportFault, Options, shape, text};

/// `true` for one set or a list of sets.
pub fn takes(bytes: &[u8]) -> bool {
    let is_set = |value: &json::Value<'_>| value.member("valueSetId").is_some();
    shape(bytes).is_some_and(|document| is_set(&document) || document.as_array().is_some_and(|l| l.iter().any(is_set)))
}

/// The sets whose codes have names.
///
/// # Errors
/// `json.*` when the document is broken.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, ImportFault> {
    let document = json::decode(bytes)?;
    let mut draft = Draft::of_items("value-sets", options);
    match document.as_array() {
        Some(sets) => sets.iter().for_each(|set| add(&mut draft, set)),
        None => add(&mut draft, &document),
    }
    Ok(draft.finish())
}

fn add(draft: &mut Draft, set: &json::Value<'_>) {
    let Some(id) = text(set, "valueSetId") else {
        return draft.problem("a set", Reason::new(Code::JsonSyntax).expected("valueSetId"));
    };
    let Some(codes) = set.member("valueSetValues").and_then(json::Value::as_object) else {
        return draft.problem(id, Reason::new(Code::JsonSyntax).expected("valueSetValues"));
    };
    let named = codes.iter().filter_map(|(code, value)| Some((code.to_string(), text(value, "display")?.to_owned())));
    let values: BTreeMap<String, String> = named.collect();
    if values.is_empty() {
        return draft.leave_out("instructions for encoding, not codes with names");
    }
    for _ in values.len()..codes.len() {
        draft.leave_out("a code without a name");
    }
    let date = text(set, "valueSetDate").filter(|day| Date::from_text(day).is_some()).map(str::to_owned);
    draft.take(id, "value-set", Entry::ValueSet { id: id.to_owned(), date, values });
}
