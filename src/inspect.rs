//! Inspect: what an input says, without judging it. Nothing that comes out of here is believed.
//!
//! For developers and the curious: no key is looked for and no signature is checked, so the answer says in its first
//! member that it is not verified. Whoever wants to rely on a claim asks [`crate::verify::verify`].

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::check::{Check, Note, Outcome};
use crate::credential::{Decoded, Input, KeyId, Opened};
use crate::encoding::base64url;
use crate::evidence::Evidence;
use crate::format::{Context, Format, Piece, pieces};
use crate::occasion::Occasion;
use crate::policy::Policy;
use crate::reason::Reason;
use crate::report::Times;
use crate::trust::Trust;

/// What stands in every answer.
const WARNING: &str = "Nothing here is verified: no signature was checked and nobody was asked to vouch for it. \
                       Anybody can write such a credential.";

/// What each credential of the input says: `{"verified": false, "warning", "credentials": [..], "faults": [..]}`.
///
/// A credential is `{"format", "header": {"algorithm", "kid"}, "issuer", "types", "times", "claims", "core", "faults",
/// "notes"}`, each member only as far as it could be read; faults have the form of a report's checks. `policy` decides
/// what is tolerated in reading (`strict`).
pub fn inspect(input: &Input, policy: &Policy) -> Value {
    let mut answer = Map::new();
    answer.insert("verified".into(), false.into());
    answer.insert("warning".into(), WARNING.into());
    match pieces(input, policy) {
        Ok(found) => {
            let credentials: Vec<Value> = found.iter().map(|piece| credential(piece, policy)).collect();
            answer.insert("credentials".into(), credentials.into());
        }
        Err(reason) => {
            answer.insert("credentials".into(), json!([]));
            answer.insert("faults".into(), json!([fault(reason)]));
        }
    }
    Value::Object(answer)
}

fn credential(piece: &Piece<'_>, policy: &Policy) -> Value {
    let about = piece.format.about();
    let mut said = Map::new();
    said.insert("format".into(), about.name.into());
    said.insert("title".into(), about.title.into());
    let (trust, evidence, occasion) = (Trust::none(), Evidence::none(), Occasion::default());
    let context = Context { trust: &trust, evidence: &evidence, occasion: &occasion, policy, budget: None };
    match piece.format.open(&piece.texts, piece.seen.clone(), &context) {
        Err(reason) => {
            said.insert("faults".into(), json!([fault(reason)]));
        }
        Ok(opened) => say_opened(&mut said, piece.format, &opened, policy),
    }
    Value::Object(said)
}

fn say_opened(said: &mut Map<String, Value>, format: &dyn Format, opened: &Opened<'_>, policy: &Policy) {
    said.insert("header".into(), header(opened));
    let mut faults: Vec<Value> = opened.faults.iter().cloned().map(fault).collect();
    let mut notes: Vec<Note> = Vec::new();
    match format.decode(opened, policy) {
        Err(reason) => faults.push(fault(reason)),
        Ok(mut decoded) => {
            faults.extend(decoded.faults.drain(..).map(fault));
            notes.append(&mut decoded.notes);
            say_decoded(said, &decoded);
        }
    }
    let disclosed = format.disclose(&opened.payload);
    put_unless_empty(said, "claims", disclosed.claims_json());
    put_unless_empty(said, "core", serde_json::to_value(disclosed.core).unwrap_or_default());
    put_unless_empty(said, "faults", faults.into());
    put_unless_empty(said, "notes", serde_json::to_value(notes).unwrap_or_default());
}

fn say_decoded(said: &mut Map<String, Value>, decoded: &Decoded<'_>) {
    if let Some(issuer) = &decoded.issuer {
        said.insert("issuer".into(), issuer.as_ref().into());
    }
    let types: Vec<&str> = decoded.types.iter().map(Cow::as_ref).collect();
    put_unless_empty(said, "types", json!(types));
    let times = Times { issued_at: decoded.issued_at, not_before: decoded.not_before, expires: decoded.expires };
    put_unless_empty(said, "times", serde_json::to_value(times).unwrap_or_default());
}

fn header(opened: &Opened<'_>) -> Value {
    let mut header = Map::new();
    if let Some(algorithm) = opened.signed.algorithm {
        header.insert("algorithm".into(), algorithm.name().into());
    }
    match &opened.signed.kid {
        None => {}
        Some(KeyId::Text(text)) => {
            header.insert("kid".into(), text.as_str().into());
        }
        // Base64 is how trust lists write it.
        Some(KeyId::Bytes(bytes)) => {
            header.insert("kid".into(), base64url::encode_standard(bytes).into());
        }
    }
    Value::Object(header)
}

/// A fault in the form that it has in reports.
fn fault(reason: Reason) -> Value {
    let check = Check { stage: reason.stage(), outcome: Outcome::Fail(reason) };
    serde_json::to_value(check).unwrap_or_default()
}

fn put_unless_empty(said: &mut Map<String, Value>, name: &str, value: Value) {
    let is_empty = match &value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    if !is_empty {
        said.insert(name.into(), value);
    }
}
