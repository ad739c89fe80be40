//! The hostile seed: inputs made to break verifiers, with the verdict due. `cases.jsonl` and `keys.json`.
//!
//! Formats are put before the subject; bare CBOR, Base45 and JWTs go to the reader of that floor. Formats that this
//! version does not know are skipped. An SD-JWT VC and a JWE must be refused for the reason that the set names.

use std::path::Path;

use serde_json::{Value, json};
use vidimus::crypto::jwe::{self, Encryption, EncryptionKey};

use super::{Layout, bytes_of_hex, read_json, read_text, text_of};
use crate::case::{Case, Found, Right};
use crate::question::{Occasion, Payload, Question};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("hostile-seed"), is_here, read };

fn is_here(folder: &Path) -> bool {
    folder.join("cases.jsonl").is_file() && folder.join("keys.json").is_file()
}

/// Trust and policy of the set, as store and policy file have them.
///
/// # Errors
/// A sentence, when `keys.json` has another shape.
pub fn trust(folder: &Path) -> Result<(Vec<Value>, Value), String> {
    let keys: Value = read_json(&folder.join("keys.json"))?;
    let shape = "keys.json has another shape";
    let trust = keys.get("trust").ok_or(shape)?;
    let formats = json!(["eu_dcc"]);
    let mut entries =
        vec![json!({"kind": "authority", "certificate": text_of(trust, "csca_der").ok_or(shape)?, "formats": formats})];
    for certificate in trust.get("dsc_der").and_then(Value::as_array).ok_or(shape)? {
        // One of the signers belongs to another country than its authority: the list names the country.
        entries.push(json!({"kind": "signer", "certificate": certificate, "formats": formats}));
    }
    let listed = |name: &str| keys.get(name).and_then(|set| set.get("keys")).and_then(Value::as_array).cloned();
    let listed = [listed("shc_jwks").ok_or(shape)?, listed("jwks").ok_or(shape)?].concat();
    entries.push(json!({
        "kind": "issuer",
        "issuer": text_of(&keys, "issuer").ok_or(shape)?,
        "formats": ["smart_health_card", "sd_jwt_vc", "token_status_list"],
        "keys": {"keys": listed},
    }));
    // The one document signer of the set's mdocs chains to this authority.
    entries.push(
        json!({"kind": "authority", "certificate": text_of(trust, "iaca_der").ok_or(shape)?, "formats": ["mdoc"]}),
    );
    let did = text_of(&keys, "did_key").ok_or(shape)?;
    entries.push(json!({"kind": "issuer", "issuer": did, "formats": ["vc_di"]}));
    let skew = keys.get("skew").and_then(Value::as_i64).ok_or(shape)?;
    Ok((entries, json!({"clock_skew_seconds": skew})))
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let keys: Value = read_json(&folder.join("keys.json"))?;
    let now = keys.get("now").and_then(Value::as_i64).ok_or("keys.json has another shape")?;
    let (trust, policy) = trust(folder)?;
    let template = Question {
        input: Payload::default(),
        occasion: Occasion { now: vidimus::time::Timestamp::from_seconds(now).to_string(), ..Occasion::default() },
        policy,
        trust,
        evidence: Vec::new(),
    };
    let mut cases = Vec::new();
    for line in read_text(&folder.join("cases.jsonl"))?.lines().filter(|line| !line.is_empty()) {
        let case: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        cases.push(case_of(set, &case, &keys, &template).ok_or("a case of another shape")?);
    }
    Ok(cases)
}

fn case_of(set: &str, case: &Value, keys: &Value, template: &Question) -> Option<Case> {
    let id = format!("{set}/{}", text_of(case, "id")?);
    let accept = text_of(case, "expect")? == "accept";
    let format = text_of(case, "format")?;
    // The health cards of the set are lint, and one SD-JWT is: they end in a blank, which a tolerant reader trims.
    let strict = matches!(format, "shc" | "sd-jwt-vc") || case.get("strict").and_then(Value::as_bool) == Some(true);
    let bytes = match (text_of(case, "text"), text_of(case, "hex"), text_of(case, "b64")) {
        (Some(text), ..) => text.as_bytes().to_vec(),
        (_, Some(hex), _) => bytes_of_hex(hex)?,
        (.., Some(coded)) => vidimus::encoding::base64url::decode_any(coded).ok()?,
        _ => return None,
    };
    let right = match text_of(case, "reason") {
        _ if accept => Right::Accepted,
        Some(reason) if format == "sd-jwt-vc" => Right::RefusedFor(reason.to_owned()),
        _ => Right::NotAccepted,
    };
    let ask = |format: &str| {
        let mut question = ask_question(&bytes, format, strict, template);
        if format == "sd_jwt_vc" {
            let named = |name: &str| text_of(keys, name).map(str::to_owned);
            question.occasion.nonce = named("nonce");
            question.occasion.audience = named("audience");
            question.occasion.types = named("vct").into_iter().collect();
        }
        Case::ask(id.clone(), question, right.clone())
    };
    Some(match format {
        // The list is asked about the place that the case names, as a credential would name it.
        "token-status-list" => {
            let mut question = ask_question(&bytes, "token_status_list", strict, template);
            question.occasion.status_reference = Some(json!({ "status_list": case.get("context")? }));
            let right = match text_of(case, "reason") {
                Some(code) if !accept => Right::RefusedFor(code.to_owned()),
                _ => Right::Accepted,
            };
            Case::ask(id, question, right)
        }
        "hc1" => ask("eu_dcc"),
        "shc" => ask("smart_health_card"),
        "vc-di" => ask("vc_di"),
        "sd-jwt-vc" => ask("sd_jwt_vc"),
        "mdoc-device-response" => {
            let mut question = ask_question(&bytes, "mdoc", strict, template);
            let own = |name| text_of(keys, name).map(str::to_owned);
            let (audience, response_uri) = (own("audience")?, own("response_uri")?);
            question.occasion.nonce = own("nonce");
            question.occasion.types = vec![own("doctype")?];
            question.occasion.session =
                Some(json!({"handover": "openid4vp", "client_id": audience, "response_uri": response_uri}));
            let due = text_of(case, "reason").unwrap_or_default().to_owned();
            Case::ask(id, question, if accept { Right::Accepted } else { Right::NotAcceptedFor(vec![due]) })
        }
        "cbor" => Case::call(id, move || {
            let read = vidimus::encoding::cbor::decode(&bytes);
            Found::when(accept, read.is_ok(), || read.err().map_or_else(String::new, |reason| reason.to_string()))
        }),
        "base45" => Case::call(id, move || {
            let read = String::from_utf8(bytes.clone()).map(|text| vidimus::encoding::base45::decode(&text));
            Found::when(accept, matches!(read, Ok(Ok(_))), String::new)
        }),
        "jwe" => {
            let due = text_of(case, "reason").unwrap_or_default().to_owned();
            Case::call(id, move || jwe_case(&String::from_utf8_lossy(&bytes), accept, &due))
        }
        "jwt" => super::wycheproof::jwt_case(id, bytes, keys, accept, strict)?,
        "did" => Case::call(id, move || {
            let resolution =
                vidimus::did::resolve(&String::from_utf8_lossy(&bytes), &vidimus::evidence::Evidence::none());
            let (found, said) = match resolution {
                vidimus::did::Resolution::Document(document) => {
                    let mut keys = document.ids_for(vidimus::did::document::Purpose::AssertionMethod);
                    (keys.next().is_some(), "no key that signs".to_owned())
                }
                // Nobody was asked: whether that place may be is for the guards of the network.
                vidimus::did::Resolution::Missing(reason, _) | vidimus::did::Resolution::Fault(reason) => {
                    (false, reason.to_string())
                }
            };
            Found::when(accept, found, || said)
        }),
        other => Case::skip(id, format!("{other} is not a format of this version")),
    })
}

/// A JWE to a key of ours, refused for the reason that the set names, and unopened.
fn jwe_case(text: &str, accept: bool, due: &str) -> Found {
    let Ok(key) = EncryptionKey::generate() else { return Found::Untried("no key could be made".to_owned()) };
    match jwe::open(text, &[key], &Encryption::ALL) {
        Ok(_) => Found::when(accept, true, String::new),
        Err(fault) if !accept && fault.code() == due => Found::Right,
        Err(fault) => Found::Wrong(format!("expected {due}, got {fault}")),
    }
}

/// The question whether these bytes, of that format, are good.
fn ask_question(bytes: &[u8], format: &str, strict: bool, template: &Question) -> Question {
    let input = match String::from_utf8(bytes.to_vec()) {
        Ok(text) => Payload::text("text/plain", text),
        Err(_) => Payload::bytes("application/octet-stream", bytes),
    };
    let mut question = Question { input: input.of_format(format), ..template.clone() };
    if strict && let Some(policy) = question.policy.as_object_mut() {
        policy.insert("strict".to_owned(), Value::Bool(true));
    }
    question
}
