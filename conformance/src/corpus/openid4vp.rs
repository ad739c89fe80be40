//! The examples of OpenID4VP 1.0: session transcripts, an encrypted response with its key, queries, and an SD-JWT VC with JSON-LD in it.
//! `expectations.json` has the verdicts.
//!
//! Transcripts, thumbprints, decryption and queries are for the library; the SD-JWT VC is put before the subject. The set's clock is an hour
//! later than the proof of key binding in it, which no verifier takes for fresh: a case of ours asks at the moment of the proof.

use std::path::Path;

use serde_json::{Value, json};
use vidimus::crypto::jwe::{self, Encryption, EncryptionKey};
use vidimus::crypto::jwk;
use vidimus::encoding::json as strict;
use vidimus::format::mdoc::handover;
use vidimus::occasion::session::{Handover, Session};
use vidimus::policy::dcql::Query;
use vidimus::time::Timestamp;

use super::{Layout, bytes_of_hex, files_below, read_bytes, read_json, read_text, text_of};
use crate::case::{Case, Found, Right};
use crate::question::{Occasion, Payload, Question};
use crate::vector::Expect;

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("openid4vp"), is_here, read };

/// When the key binding of the SD-JWT VC was made.
const PROVEN_AT: i64 = 1_744_743_394;

fn is_here(folder: &Path) -> bool {
    folder.join("handover_vectors.json").is_file() && folder.join("encrypted_response.json").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Value = read_json(&folder.join("expectations.json"))?;
    let listed = expectations.get("cases").and_then(Value::as_array).ok_or("expectations.json has another shape")?;
    let mut cases = Vec::new();
    for case in listed {
        let id = format!("{set}/{}", text_of(case, "id").ok_or("a case without an id")?);
        cases.extend(cases_of(folder, id, case)?);
    }
    // The set says of its other files that they must decode.
    for path in files_below(&folder.join("examples_1_0"), "json") {
        let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        let bytes = read_bytes(&path)?;
        let id = format!("{set}/decode/{name}");
        if bytes.windows(3).any(|window| window == b"...") && strict::decode(&bytes).is_err() {
            cases.push(Case::skip(id, "the example has three dots in the place of members"));
            continue;
        }
        cases.push(Case::call(id, move || {
            let read = strict::decode(&bytes);
            Found::when(true, read.is_ok(), || read.err().map_or_else(String::new, |reason| reason.to_string()))
        }));
    }
    Ok(cases)
}

fn cases_of(folder: &Path, id: String, case: &Value) -> Result<Vec<Case>, String> {
    let shape = || format!("{id}: another shape");
    let name = case.pointer("/files/0").and_then(Value::as_str).ok_or_else(shape)?;
    let path = folder.join(name);
    let accept = text_of(case, "expected") == Some("accept");
    Ok(match text_of(case, "action").ok_or_else(shape)? {
        "compute-session-transcript" => vec![transcript(&id, &read_json(&path)?, case).ok_or_else(shape)?],
        "jwk-thumbprint-sha256" => vec![thumbprint(&id, &read_json(&path)?).ok_or_else(shape)?],
        "decrypt-jwe" => vec![decryption(&id, read_json(&path)?, accept).ok_or_else(shape)?],
        "parse-dcql-query" => {
            let bytes = read_bytes(&path)?;
            vec![Case::call(id.clone(), move || {
                let read = Query::decode(&bytes);
                Found::when(accept, read.is_ok(), || format!("{:?}", read.err().unwrap_or_default()))
            })]
        }
        "verify-sd-jwt-presentation" => presentations(folder, &id, case)?,
        other => vec![Case::skip(id.clone(), format!("{other} is no action that this version knows"))],
    })
}

/// The transcript of the case's handover, by its members.
fn transcript(id: &str, vectors: &Value, case: &Value) -> Option<Case> {
    let held = vectors.pointer(text_of(case, "pointer")?)?;
    let own = |name| text_of(held, name).map(str::to_owned);
    let thumbprint = bytes_of_hex(text_of(vectors, "jwk_thumbprint_hex")?)?;
    let handover = match text_of(case, "handover")? {
        "OpenID4VPHandover" => Handover::Openid4vp,
        _ => Handover::Openid4vpDcApi,
    };
    let session = Session {
        handover,
        client_id: own("client_id"),
        response_uri: own("response_uri"),
        origin: own("origin"),
        jwk_thumbprint: Some(vidimus::encoding::base64url::encode(&thumbprint)),
        ..Session::default()
    };
    let occasion = vidimus::occasion::Occasion {
        nonce: own("nonce"),
        session: Some(session),
        ..vidimus::occasion::Occasion::default()
    };
    let due = bytes_of_hex(text_of(held, "session_transcript")?)?;
    Some(Case::call(id.to_owned(), move || match handover::transcript(&occasion, handover) {
        Some(made) if made == due => Found::Right,
        made => Found::Wrong(format!("another transcript: {made:02x?}")),
    }))
}

fn thumbprint(id: &str, vectors: &Value) -> Option<Case> {
    let jwk = vectors.get("jwk")?.to_string();
    let due = bytes_of_hex(text_of(vectors, "jwk_thumbprint_hex")?)?;
    Some(Case::call(id.to_owned(), move || {
        let key = strict::decode(jwk.as_bytes()).and_then(|held| jwk::public_key(&held));
        match key.map(|key| key.jwk_thumbprint()) {
            Ok(made) if made == vidimus::encoding::base64url::encode(&due) => Found::Right,
            made => Found::Wrong(format!("{made:?}")),
        }
    }))
}

/// The encrypted response under its key, or, where it must not open, under a key of its name that is another.
fn decryption(id: &str, held: Value, accept: bool) -> Option<Case> {
    let jwe = text_of(&held, "response_jwe")?.to_owned();
    let key = EncryptionKey::from_private_jwk(&held.get("private_jwk")?.to_string()).ok()?;
    let kid = text_of(held.get("header")?, "kid")?.to_owned();
    let due = held.get("payload")?.clone();
    Some(Case::call(id.to_owned(), move || {
        if accept {
            return match jwe::open(&jwe, std::slice::from_ref(&key), &Encryption::ALL) {
                Ok(opened) if strict::decode(&opened.payload).is_ok_and(|read| read.to_serde() == due) => Found::Right,
                Ok(_) => Found::Wrong("another payload".to_owned()),
                Err(fault) => Found::Wrong(fault.to_string()),
            };
        }
        let Some(other) = EncryptionKey::generate().ok().and_then(|other| named(&other, &kid)) else {
            return Found::Untried("no key could be made".to_owned());
        };
        match jwe::open(&jwe, &[other], &Encryption::ALL) {
            Err(jwe::Fault::Decrypt) => Found::Right,
            opened => Found::Wrong(format!("{opened:?}")),
        }
    }))
}

/// The same key under another identifier.
fn named(key: &EncryptionKey, kid: &str) -> Option<EncryptionKey> {
    let held = key.private_jwk().expose();
    let mut jwk = strict::decode(held.as_bytes()).ok()?.to_serde();
    jwk["kid"] = kid.into();
    EncryptionKey::from_private_jwk(&jwk.to_string()).ok()
}

/// The SD-JWT VC with JSON-LD, at the clock of the set; where it is good, at the moment of its key binding too.
fn presentations(folder: &Path, id: &str, case: &Value) -> Result<Vec<Case>, String> {
    let shape = || format!("{id}: another shape");
    let file = case.pointer("/files/0").and_then(Value::as_str).ok_or_else(shape)?;
    let text: String = read_text(&folder.join(file))?.split_whitespace().collect();
    let param = |name: &str| case.pointer(&format!("/params/{name}")).and_then(Value::as_str).map(str::to_owned);
    let question = Question {
        input: Payload::text("application/dc+sd-jwt", text),
        occasion: Occasion {
            now: text_of(case, "clock").ok_or_else(shape)?.to_owned(),
            nonce: param("nonce"),
            audience: param("audience"),
            ..Occasion::default()
        },
        policy: json!({}),
        trust: trust(folder, case)?,
        evidence: Vec::new(),
    };
    let Some(reason) = text_of(case, "reason") else {
        let claims: Value = read_json(&folder.join(text_of(case, "expected_claims").ok_or_else(shape)?))?;
        let expect = Expect { verdict: "accepted".to_owned(), claims: Some(claims), ..Expect::default() };
        let now = Timestamp::from_seconds(PROVEN_AT).to_string();
        let fresh = Question { occasion: Occasion { now, ..question.occasion.clone() }, ..question.clone() };
        return Ok(vec![
            Case::ask(id.to_owned(), question, Right::AcceptedBut(&["time.kb_window"])),
            Case::ask(format!("{id}#when-proven"), fresh, Right::Exactly(expect)),
        ]);
    };
    let code = match reason {
        "nonce-mismatch" => "vp.nonce",
        "audience-mismatch" => "claim.audience",
        "expired" => "time.expired",
        "issuer-not-trusted" => "trust.issuer_unknown",
        other => return Err(format!("{id}: an unknown reason: {other}")),
    };
    Ok(vec![Case::ask(id.to_owned(), question, Right::NotAcceptedFor(vec![code.to_owned()]))])
}

/// The issuer of the set, with its key out of a few lines of YAML; nobody, where the case says so.
fn trust(folder: &Path, case: &Value) -> Result<Vec<Value>, String> {
    let Some(issuer) = case.get("trust").and_then(|trust| text_of(trust, "issuer")) else { return Ok(Vec::new()) };
    let settings = read_text(&folder.join("examples_1_0/sd_jwt_vcld/settings.yml"))?;
    let (_, keys) = settings.split_once("issuer_keys:").ok_or("settings without a key")?;
    let value = |name: &str| keys.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
    let (x, y) = value("x:").zip(value("y:")).ok_or("settings without a key")?;
    let key = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "" });
    Ok(vec![json!({ "kind": "issuer", "issuer": issuer, "formats": ["sd_jwt_vc"], "keys": { "keys": [key] } })])
}
