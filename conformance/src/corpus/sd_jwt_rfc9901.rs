//! The examples of RFC 9901 and the test cases of a Python implementation of it: what an SD-JWT says once it is processed.
//!
//! Each folder holds a presentation and `verified_contents.json`; `settings.yml` holds the keys. For the library: a format is not
//! asked for. The issuer's signature and the key binding are checked too, in both serialisations; but where the set has JSON, its maker
//! computed `sd_hash` over its own JSON text, which RFC 9901, 8.1 does not: that fault, and no other, is due there.

use std::path::Path;

use serde_json::Value;
use vidimus::crypto::algorithm::Algorithm;
use vidimus::crypto::job::{Job, check_one};
use vidimus::crypto::jwk;
use vidimus::crypto::public_key::PublicKey;
use vidimus::encoding::json;
use vidimus::envelope::jws::Jws;
use vidimus::envelope::sd_jwt::{SdJwt, Unfolded, is_json_form, process};
use vidimus::evidence::Evidence;
use vidimus::format::{Context, key_binding};
use vidimus::occasion::Occasion;
use vidimus::policy::Policy;
use vidimus::reason::{Code, Reason};
use vidimus::time::Timestamp;
use vidimus::trust::Trust;

use super::{Layout, entries, read_json, read_text};
use crate::case::{Case, Found};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("sd-jwt-rfc9901"), is_here, read };

fn is_here(folder: &Path) -> bool {
    folder.join("examples/settings.yml").is_file() && folder.join("testcases/settings.yml").is_file()
}

/// What the settings of a folder of examples say.
#[derive(Clone)]
pub(super) struct Settings {
    /// The issuer's key.
    pub(super) issuer_key: Value,
    /// The nonce of every key binding.
    pub(super) nonce: String,
    /// Whom every key binding is for.
    pub(super) verifier: String,
}

impl Settings {
    /// The settings in a file: so little YAML that looking for lines is enough.
    ///
    /// # Errors
    /// A sentence, when something is not there.
    pub(super) fn read(path: &Path) -> Result<Settings, String> {
        let text = read_text(path)?;
        let absent = |name: &str| format!("{}: no {name}", path.display());
        let value = |text: &str, name: &str| {
            let line = text.lines().map(str::trim).find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let line = line.map(|rest| rest.split('#').next().unwrap_or_default().trim().trim_matches('"').to_owned());
            line.ok_or_else(|| absent(name))
        };
        let (_, key) = text.split_once("issuer_key:").ok_or_else(|| absent("issuer_key"))?;
        let issuer_key = serde_json::json!({
            "kty": value(key, "kty")?, "crv": value(key, "crv")?, "x": value(key, "x")?, "y": value(key, "y")?
        });
        let (nonce, verifier) = (value(&text, "key_binding_nonce")?, value(&text, "verifier")?);
        Ok(Settings { issuer_key, nonce, verifier })
    }
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for part in ["examples", "testcases"] {
        let settings = Settings::read(&folder.join(part).join("settings.yml"))?;
        for folder in entries(&folder.join(part)).into_iter().filter(|path| path.is_dir()) {
            let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let due: Value = read_json(&folder.join("verified_contents.json"))?;
            let compact = folder.join("sd_jwt_presentation.txt");
            let text = if compact.is_file() { compact } else { folder.join("sd_jwt_presentation.json") };
            let (text, settings) = (read_text(&text)?, settings.clone());
            cases.push(Case::call(format!("{set}/{part}/{name}"), move || compare(&text, &due, &settings)));
        }
    }
    Ok(cases)
}

fn compare(text: &str, due: &Value, settings: &Settings) -> Found {
    match contents(text.trim(), settings) {
        Err(reason) => Found::Wrong(reason.to_string()),
        Ok(contents) => Found::when(true, contents == *due, || contents.to_string()),
    }
}

/// What the SD-JWT says, every signature checked.
fn contents(text: &str, settings: &Settings) -> Result<Value, Reason> {
    let unfolded = if is_json_form(text) { Some(Unfolded::of(text)?.compact) } else { None };
    let sd_jwt = SdJwt::split(unfolded.as_deref().unwrap_or(text))?;
    let jws = Jws::open(sd_jwt.jwt)?;
    let key = jwk::public_key(&json::decode(settings.issuer_key.to_string().as_bytes())?)?;
    check(key, &jws.message, &jws.signature)?;
    let processed = process(&jws.payload, &sd_jwt.disclosures)?;
    let claims = json::decode(&processed.payload)?;
    let (trust, evidence, policy) = (Trust::none(), Evidence::none(), Policy::default());
    let occasion = Occasion {
        nonce: Some(settings.nonce.clone()),
        audience: Some(settings.verifier.clone()),
        ..Occasion::at(bound_at(&sd_jwt)?)
    };
    let context = Context { trust: &trust, evidence: &evidence, occasion: &occasion, policy: &policy, budget: None };
    let binding = key_binding::open(&sd_jwt, (&processed, &claims), &[Algorithm::Es256], &context);
    for signed in binding.iter().filter_map(|binding| binding.vouched.as_ref()) {
        check(signed.key.clone(), &signed.message, &signed.signature)?;
    }
    let mut faults = binding.map(|binding| binding.faults).unwrap_or_default();
    if unfolded.is_some() {
        match faults.iter().position(|reason| reason.code() == Code::SdjwtSdHash) {
            Some(at) => drop(faults.remove(at)),
            None => return Err(Reason::new(Code::SdjwtSdHash).expected("a digest of something else")),
        }
    }
    match jws.header.faults.into_iter().chain(processed.faults).chain(faults).next() {
        Some(reason) => Err(reason),
        None => json::from_slice(&processed.payload),
    }
}

fn check(key: PublicKey, message: &[u8], signature: &[u8]) -> Result<(), Reason> {
    check_one(&Job { algorithm: Algorithm::Es256, key, message, signature, statements: None, older: None })
}

/// When the key was bound: the set was made over years.
fn bound_at(sd_jwt: &SdJwt<'_>) -> Result<Timestamp, Reason> {
    let Some(binding) = sd_jwt.key_binding else { return Ok(Timestamp::default()) };
    let claims = Jws::open(binding)?.payload;
    let issued = json::decode(&claims)?.member("iat").and_then(json::Value::as_i64).unwrap_or_default();
    Ok(Timestamp::from_seconds(issued))
}
