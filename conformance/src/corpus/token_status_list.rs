//! The examples and test vectors of Token Status List (draft-ietf-oauth-status-list): lists of every size with all their statuses, a list
//! as JWT and as CWT, and a CWT that refers to it.
//!
//! Lists go to the reader of that floor, tokens are put before the subject. The CWT that refers to a list is no format of this program:
//! its envelope, its time and its reference are looked at by the readers that formats use.

use std::path::Path;

use serde_json::{Value, json};
use vidimus::crypto::algorithm::Algorithm;
use vidimus::crypto::job::{Job, check_one};
use vidimus::crypto::jwk::public_key;
use vidimus::encoding::{cbor, json as strict};
use vidimus::envelope::cose::{Wrappings, open_sign1};
use vidimus::status::reference;
use vidimus::status::token_status_list::TokenStatusList;
use vidimus::time::Timestamp;

use super::{Layout, bytes_of_hex, read_json, text_of};
use crate::case::{Case, Found, Right};
use crate::question::{Occasion, Payload, Question};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("token-status-list"), is_here, read };

fn is_here(folder: &Path) -> bool {
    ["vectors_short.json", "vectors_long.json", "expectations.json"].iter().all(|name| folder.join(name).is_file())
}

struct Set {
    short: Value,
    long: Value,
    key: Value,
}

impl Set {
    fn at(&self, case: &Value) -> Option<&Value> {
        let file = case.pointer("/files/0").and_then(Value::as_str)?;
        let whole = if file == "vectors_long.json" { &self.long } else { &self.short };
        whole.pointer(text_of(case, "pointer").unwrap_or_default())
    }
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let file = |name: &str| read_json::<Value>(&folder.join(name));
    let mut key = file("example_key.jwk.json")?;
    key.as_object_mut().map(|members| members.remove("d"));
    let files = Set { short: file("vectors_short.json")?, long: file("vectors_long.json")?, key };
    let expectations = file("expectations.json")?;
    let cases = expectations.get("cases").and_then(Value::as_array).ok_or("expectations.json has another shape")?;
    let mut all = Vec::new();
    for case in cases {
        all.extend(cases_of(set, case, &files).ok_or("a case of another shape")?);
    }
    Ok(all)
}

fn cases_of(set: &str, case: &Value, files: &Set) -> Option<Vec<Case>> {
    let id = format!("{set}/{}", text_of(case, "id")?);
    let action = text_of(case, "action")?;
    let params = case.get("params")?;
    Some(match action {
        "decode-status-list-json" | "decode-status-list-cbor" | "decode-status-list-json-and-cbor" => {
            let due = statuses(params, &files.long);
            let found = decoded(files.at(case)?);
            vec![Case::call(id, move || match (&due, &found) {
                (Some(due), Some(found)) if !found.is_empty() => same(due, found),
                _ => Found::Wrong("no list was found, or none was expected".to_owned()),
            })]
        }
        "verify-status-list-token-jwt" | "verify-status-list-token-cwt" => {
            let uri = text_of(params, "requested_uri").or_else(|| text_of(params, "sub"))?;
            // A place that is valid: what is asked here is whether the token counts.
            let asked = ask(&id, case, files.at(case)?.as_str()?, files, &json!({"idx": 1, "uri": uri}))?;
            let each = params
                .get("statuses")
                .and_then(Value::as_array)
                .filter(|_| text_of(case, "expected") == Some("accept"));
            let token = files.at(case)?.as_str()?;
            let places = each.into_iter().flatten().enumerate().filter_map(|(at, due)| {
                let reference = json!({"idx": at, "uri": uri});
                let right = if due == 0 { Right::Accepted } else { Right::RefusedFor("status.revoked".to_owned()) };
                Some(Case {
                    work: with_right(ask(&format!("{id}/{at}"), case, token, files, &reference)?, right),
                    ..Case::skip(format!("{id}/{at}"), "")
                })
            });
            std::iter::once(asked).chain(places).collect()
        }
        "resolve-status" => {
            let list = files.short.pointer(text_of(params, "list")?)?.as_str()?;
            let reference = json!({"idx": params.get("idx")?, "uri": "https://example.com/statuslists/1"});
            vec![ask(&id, case, list, files, &reference)?]
        }
        "verify-referenced-token-cwt" => {
            let bytes = bytes_of_hex(files.at(case)?.as_str()?)?;
            let now = Timestamp::from_rfc3339(text_of(case, "clock")?)?;
            let (params, key, accept) = (params.clone(), files.key.clone(), text_of(case, "expected")? == "accept");
            vec![Case::call(id, move || {
                let told = referring(&bytes, &params, &key, now);
                Found::when(accept, told == Ok(()), || told.err().unwrap_or_default())
            })]
        }
        other => vec![Case::skip(id, format!("{other} is nothing that this reader knows"))],
    })
}

fn with_right(case: Case, right: Right) -> crate::case::Work {
    match case.work {
        crate::case::Work::Ask(question, _) => crate::case::Work::Ask(question, right),
        other => other,
    }
}

/// The token as a question, asked about that reference.
fn ask(id: &str, case: &Value, token: &str, files: &Set, reference: &Value) -> Option<Case> {
    let input = match bytes_of_hex(token) {
        Some(bytes) => Payload::bytes("application/statuslist+cwt", &bytes),
        None => Payload::text("application/statuslist+jwt", token),
    };
    let trust = json!({
        "kind": "issuer", "issuer": "https://example.com", "formats": ["token_status_list"], "keys": {"keys": [files.key]},
    });
    let question = Question {
        input,
        occasion: Occasion {
            now: text_of(case, "clock")?.to_owned(),
            status_reference: Some(json!({ "status_list": reference })),
            ..Occasion::default()
        },
        policy: json!({}),
        trust: vec![trust],
        evidence: Vec::new(),
    };
    let right = match text_of(case, "reason") {
        None => Right::Accepted,
        Some("expired") => Right::RefusedFor("time.expired".to_owned()),
        Some("status-list-uri-mismatch") => Right::RefusedFor("status.uri_mismatch".to_owned()),
        Some("status-invalid") => Right::RefusedFor("status.revoked".to_owned()),
        Some("status-index-out-of-range") => Right::RefusedFor("status.index".to_owned()),
        Some(_) => return None,
    };
    Some(Case::ask(id.to_owned(), question, right))
}

/// Every status that a case states.
fn statuses(params: &Value, long: &Value) -> Option<Vec<u8>> {
    let small = |value: &Value| value.as_u64().and_then(|value| u8::try_from(value).ok());
    if let Some(all) = params.get("statuses").and_then(Value::as_array) {
        return all.iter().map(small).collect();
    }
    let places = usize::try_from(params.get("entries")?.as_u64()?).ok()?;
    let mut all = vec![0; places];
    let nonzero = long.pointer(text_of(params, "nonzero_pointer")?)?;
    let mut pairs: Vec<(usize, u8)> = match nonzero {
        Value::Object(members) => {
            members.iter().map(|(at, value)| Some((at.parse().ok()?, small(value)?))).collect::<Option<_>>()?
        }
        Value::Array(items) => items
            .iter()
            .map(|item| Some((usize::try_from(item.get(0)?.as_u64()?).ok()?, small(item.get(1)?)?)))
            .collect::<Option<_>>()?,
        _ => return None,
    };
    // The set's table of the list of two bits leaves out one place; the draft has it, as the set's tables of the other lists have.
    if params.get("bits").and_then(Value::as_u64) == Some(2) {
        pairs.push((25460, 1));
    }
    for (at, value) in pairs {
        *all.get_mut(at)? = value;
    }
    Some(all)
}

/// The lists that a case holds: as JSON, as hexadecimal CBOR, or both.
fn decoded(holder: &Value) -> Option<Vec<TokenStatusList>> {
    let of_hex = |text: &str| TokenStatusList::of_cbor(&cbor::decode(&bytes_of_hex(text)?).ok()?).ok();
    let of_json = |value: &Value| TokenStatusList::of_json(&strict::decode(value.to_string().as_bytes()).ok()?).ok();
    match holder {
        Value::String(hex) => Some(vec![of_hex(hex)?]),
        value => {
            let mut lists = vec![of_json(value)?];
            if let Some(hex) = text_of(value, "cbor_hex") {
                lists.push(of_hex(hex)?);
            }
            Some(lists)
        }
    }
}

fn same(due: &[u8], lists: &[TokenStatusList]) -> Found {
    for list in lists {
        let wrong = due.iter().enumerate().find(|(at, due)| list.value_at(*at as u64) != Ok(**due));
        if let Some((at, _)) = wrong {
            return Found::Wrong(format!("another status at place {at}"));
        }
        if usize::try_from(list.places()).is_ok_and(|places| places != due.len()) {
            return Found::Wrong(format!("{} places, not {}", list.places(), due.len()));
        }
    }
    Found::Right
}

/// Whether the CWT is signed, in its time, and refers to what is due.
fn referring(bytes: &[u8], params: &Value, key: &Value, now: Timestamp) -> Result<(), String> {
    let said = |reason: vidimus::reason::Reason| reason.to_string();
    let message = open_sign1(bytes, Wrappings { cwt_tag: false, untagged: false }).map_err(said)?;
    let text = key.to_string();
    let key = public_key(&strict::decode(text.as_bytes()).map_err(said)?).map_err(said)?;
    let (algorithm, message_bytes, signature) = (Algorithm::Es256, &*message.message, &*message.signature);
    check_one(&Job { algorithm, key, message: message_bytes, signature, statements: None, older: None })
        .map_err(said)?;
    let claims = cbor::decode(&message.payload).map_err(said)?;
    if claims.entry(1).and_then(cbor::Value::as_text) != text_of(params, "iss") {
        return Err("another issuer".to_owned());
    }
    if claims.entry(4).and_then(cbor::Value::as_i64).is_none_or(|ends| ends <= now.seconds()) {
        return Err("expired".to_owned());
    }
    let entries = reference::of_cbor(claims.entry(65535).ok_or("no status")?).map_err(said)?;
    let due = params.get("status_list").ok_or("no list is due")?;
    match entries.as_slice() {
        [entry] if Some(entry.list.as_str()) == text_of(due, "uri") && due.get("idx") == Some(&entry.index.into()) => {
            Ok(())
        }
        _ => Err("another reference".to_owned()),
    }
}
