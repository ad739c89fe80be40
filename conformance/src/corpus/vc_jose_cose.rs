//! The inputs of the W3C test suite for VC-JOSE-COSE, with its keys and `expectations.json`.
//!
//! Secured inputs are put before the subject, with all keys of the suite pinned for its issuer. Unsecured ones are issued by the
//! library with the key that the suite names, and what came out is put before the library.
//!
//! The suite looks at one envelope at a time: where a presentation holds a token that stands for any other (a text cut short, an
//! ellipsis), it asks nothing about it. A subject refuses the whole for it, so those cases may be refused for that token alone.

use std::path::Path;

use serde_json::{Value, json};
use vidimus::crypto::own_keys::OwnKey;
use vidimus::crypto::public_key::Curve;
use vidimus::encoding::base64url;
use vidimus::issue::vc_jose::{Token, TokenClaims, cose, jwt, sd_jwt};

use super::{Layout, read_json, read_text, text_of};
use crate::case::{Case, Found, Right};
use crate::question::{Occasion, Payload, Question};
use crate::subject::in_process::{answer_of, judge};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("vc-jose-cose-inputs"), is_here, read };

/// The suite's keys.
const KEYS: &[&str] = &["vm-p256.json", "vm-p384.json", "vm-p521.json", "vm-ed25519.json"];
/// Who signs all but one of them.
const ISSUER: &str = "https://example.issuer/vc-jose-cose";
/// The holder whom one presentation names.
const HOLDER: &str = "did:example:ebfeb1f712ebc6f1c276e12ec21";
/// Formats of all tokens.
const FORMATS: [&str; 3] = ["vc_jwt", "vc_sd_jwt", "vc_cose"];
/// After every token was signed, before the first of them ends. The suite has no clock.
const NOW: &str = "2024-12-15T09:00:00Z";
/// The same for presentations that were signed later.
const LATER: &str = "2024-12-16T02:00:00Z";
/// Cases whose tokens hold another that stands for any.
const PLACEHOLDERS: &[&str] = &["03", "28", "31"];

fn is_here(folder: &Path) -> bool {
    folder.join("expectations.json").is_file() && folder.join("vm-p521.json").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Value = read_json(&folder.join("expectations.json"))?;
    let cases = expectations.get("cases").and_then(Value::as_array).ok_or("no cases")?;
    let trust = trust(folder)?;
    cases.iter().map(|case| case_of(folder, set, case, &trust).ok_or("a case of another shape")?).collect()
}

fn case_of(folder: &Path, set: &str, case: &Value, trust: &[Value]) -> Option<Result<Case, String>> {
    let number = text_of(case, "id")?;
    let id = format!("{set}/{number}");
    let input = folder.join(case.get("files")?.get(0)?.as_str()?);
    let action = text_of(case, "action")?;
    let right = match text_of(case, "expected")? {
        "accept" if PLACEHOLDERS.contains(&number) => Right::AcceptedBut(&["jose.malformed", "json.syntax"]),
        "accept" => Right::Accepted,
        _ => Right::NotAccepted,
    };
    let now = if number == "07" { LATER } else { NOW };
    if let Some(feature) = action.strip_prefix("verify-") {
        let format = format_of(feature)?;
        return Some(read_text(&input).map(|text| Case::ask(id, question(text.trim(), format, now, trust), right)));
    }
    let format = format_of(action.strip_prefix("issue-")?)?;
    let key = folder.join(text_of(case.get("trust")?, "key")?);
    let concealed = case.get("params")?.get("selectivelyDisclosed").and_then(Value::as_array).cloned();
    let pointers = concealed.unwrap_or_default().iter().filter_map(Value::as_str).map(pointer_of).collect();
    let trust = trust.to_vec();
    let made = || {
        let issue = Issue { document: read_json(&input)?, format, method: read_json(&key)?, pointers };
        Ok(Case::call(id, move || match issue.token() {
            Err(sentence) => Found::Wrong(format!("not issued: {sentence}")),
            Ok(token) => found(&right, &question(&token.text(), issue.format, now, &trust)),
        }))
    };
    Some(made())
}

fn format_of(feature: &str) -> Option<&'static str> {
    match feature.rsplit_once('_')?.1 {
        "jose" => Some("vc_jwt"),
        "sdjwt" => Some("vc_sd_jwt"),
        "cose" => Some("vc_cose"),
        _ => None,
    }
}

fn question(text: &str, format: &str, now: &str, trust: &[Value]) -> Question {
    Question {
        input: Payload::text("text/plain", text).of_format(format),
        occasion: Occasion { now: now.to_owned(), ..Occasion::default() },
        // Some name status entries of which the set has no list, or only a part of an entry.
        policy: json!({"environment": "test", "status": "ignored"}),
        trust: trust.to_vec(),
        evidence: Vec::new(),
    }
}

fn found(right: &Right, question: &Question) -> Found {
    match judge(question).map(|report| right.fault(&answer_of(&report))) {
        Err(sentence) => Found::Wrong(sentence),
        Ok(Some(fault)) => Found::Wrong(fault),
        Ok(None) => Found::Right,
    }
}

/// The suite's keys, pinned for its issuer, and for the one holder that is somebody else. The suite names keys by thumbprint.
fn trust(folder: &Path) -> Result<Vec<Value>, String> {
    let methods: Vec<Value> = KEYS.iter().map(|name| read_json(&folder.join(name))).collect::<Result<_, _>>()?;
    let keys: Vec<&Value> = methods.iter().filter_map(|method| method.get("publicKeyJwk")).collect();
    Ok([ISSUER, HOLDER].iter().map(|name| entry(name, &keys)).collect())
}

fn entry(name: &str, keys: &[&Value]) -> Value {
    let id = |key: &Value| format!("{name}#{}", text_of(key, "kid").unwrap_or_default());
    let ids: Vec<String> = keys.iter().map(|key| id(key)).collect();
    let method = |key: &&Value| json!({"id": id(key), "type": "JsonWebKey", "controller": name, "publicKeyJwk": key});
    let methods: Vec<Value> = keys.iter().map(method).collect();
    let document = json!({"id": name, "verificationMethod": methods, "assertionMethod": ids, "authentication": ids});
    json!({"kind": "issuer", "issuer": name, "formats": FORMATS, "environment": "test", "document": document})
}

/// `a.b[0]` of the suite as a JSON pointer.
fn pointer_of(path: &str) -> String {
    let mut pointer = String::from("/");
    for character in path.chars() {
        match character {
            '.' | '[' => pointer.push('/'),
            ']' => {}
            other => pointer.push(other),
        }
    }
    pointer
}

/// A document that the suite hands to an issuer.
struct Issue {
    document: Value,
    format: &'static str,
    method: Value,
    pointers: Vec<String>,
}

impl Issue {
    fn token(&self) -> Result<Token, String> {
        let key = own_key(self.method.get("secretKeyJwk").ok_or("no private key")?)?;
        // As the suite's own tokens name it; one of its keys is controlled by somebody other than the issuer it signs for.
        let kid = self.method.get("publicKeyJwk").and_then(|key| text_of(key, "kid")).ok_or("a key without a name")?;
        let claims = TokenClaims::default();
        let token = match self.format {
            "vc_jwt" => jwt(&self.document, &claims, &key, kid),
            "vc_cose" => cose(&self.document, &claims, &key, kid),
            _ => {
                let salts = &mut vidimus::issue::sd_jwt::random_salt;
                sd_jwt(&self.document, (&claims, &self.pointers), salts, &key, kid)
            }
        };
        token.map_err(|fault| fault.to_string())
    }
}

fn own_key(jwk: &Value) -> Result<OwnKey, String> {
    let bytes = |name: &str| {
        let text = text_of(jwk, name).ok_or_else(|| format!("a key without {name}"))?;
        base64url::decode(text).map_err(|reason| reason.to_string())
    };
    let key = match text_of(jwk, "crv").and_then(Curve::from_jose) {
        Some(curve) => OwnKey::from_private_jwk(curve, &bytes("d")?, &bytes("x")?, &bytes("y")?),
        None => OwnKey::from_ed25519_seed(&bytes("d")?),
    };
    key.map_err(|fault| fault.to_string())
}
