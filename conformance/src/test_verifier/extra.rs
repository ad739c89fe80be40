//! What a wallet showed and nobody asked for (OpenID4VP 1.0, 6.4.1). The verdict on a credential does not depend on it; that on a wallet does.

use serde_json::Value;
use vidimus::encoding::{base64url, cbor};
use vidimus::envelope::jws::Jws;
use vidimus::envelope::sd_jwt::{SdJwt, process};

/// Where something stands that was disclosed in this answer to the query of that id, and not asked for: JSON pointers, or name space and
/// element. Of claim sets one counts as asked.
pub fn over_disclosed(query: &Value, id: &str, presentation: &str) -> Vec<String> {
    let queries = query.get("credentials").and_then(Value::as_array);
    let one = queries.into_iter().flatten().find(|one| one.get("id").and_then(Value::as_str) == Some(id));
    let Some(one) = one else { return Vec::new() };
    let disclosed = match one.get("format").and_then(Value::as_str) {
        Some("mso_mdoc") => elements(presentation),
        _ => disclosures(presentation),
    };
    let disclosed = disclosed.unwrap_or_default();
    let extra = |claims: &[&Value]| -> Vec<String> {
        let is_asked = |place: &&Place| claims.iter().any(|claim| covers(claim, place));
        disclosed.iter().filter(|place| !is_asked(place)).map(|place| place.join("/")).collect()
    };
    options(one).iter().map(|claims| extra(claims)).min_by_key(Vec::len).unwrap_or_default()
}

type Place = Vec<String>;

/// The claims that may be shown, in each way that the query leaves.
fn options(query: &Value) -> Vec<Vec<&Value>> {
    let claims: Vec<&Value> = query.get("claims").and_then(Value::as_array).into_iter().flatten().collect();
    match query.get("claim_sets").and_then(Value::as_array) {
        None => vec![claims],
        Some(sets) => {
            let named = |id: &Value| claims.iter().copied().find(|claim| claim.get("id") == Some(id));
            sets.iter().map(|set| set.as_array().into_iter().flatten().filter_map(named).collect()).collect()
        }
    }
}

/// A place is asked for when the path leads through it, to it, or to what holds it.
fn covers(claim: &Value, place: &[String]) -> bool {
    let path = claim.get("path").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    path.iter().zip(place).all(|(step, name)| match step {
        Value::String(wanted) => wanted == name,
        Value::Null => name.bytes().all(|byte| byte.is_ascii_digit()),
        other => other.as_u64().is_some_and(|at| name.parse() == Ok(at)),
    })
}

fn disclosures(presentation: &str) -> Option<Vec<Place>> {
    let sd_jwt = SdJwt::split(presentation).ok()?;
    let payload = Jws::open(sd_jwt.jwt).ok()?.payload;
    let processed = process(&payload, &sd_jwt.disclosures).ok()?;
    let step = |text: &str| text.replace("~1", "/").replace("~0", "~");
    let places = processed.selection.disclosed.iter();
    Some(places.map(|place| place.split('/').skip(1).map(step).collect()).collect())
}

fn elements(presentation: &str) -> Option<Vec<Place>> {
    let bytes = base64url::decode(presentation).ok()?;
    let response = cbor::decode(&bytes).ok()?;
    let mut places = Vec::new();
    for document in response.entry_text("documents")?.as_array()? {
        for (space, items) in document.entry_text("issuerSigned")?.entry_text("nameSpaces")?.as_map()? {
            for item in items.as_array()? {
                let cbor::Value::Tag(24, inner) = item else { return None };
                let item = cbor::decode(inner.as_bytes()?).ok()?;
                let element = item.entry_text("elementIdentifier")?.as_text()?.to_owned();
                places.push(vec![space.as_text()?.to_owned(), element]);
            }
        }
    }
    Some(places)
}
