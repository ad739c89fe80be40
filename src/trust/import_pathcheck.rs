//! Imports the PathCheck trust registry.
//!
//! ```json
//! { "EUDCC": { KID-B64: ITEM }, "SmartHealthCards": { "ISS#KID": ITEM }, "ICAO": {..}, "DIVOC": {..}, "CRED": {..} }
//! ITEM = { "displayName": {"en": ..}, "status": "current" | "expired" | "terminated" | "revoked", "didDocument": PEM | JWK, .. }
//! ```

use std::collections::BTreeMap;

use crate::crypto::pem;
use crate::crypto::public_key::PublicKey;
use crate::encoding::{base64url, json};
use crate::reason::{Code, Reason};
use crate::trust::entry::Entry;
use crate::trust::import::{Draft, Import, ImportFault, Options, country_file, shape, text, usable_certificate};
use crate::trust::jwks::KeySet;

/// `true` for an object with the registry's sections.
pub fn takes(bytes: &[u8]) -> bool {
    shape(bytes).is_some_and(|document| {
        ["EUDCC", "SmartHealthCards"].iter().any(|name| document.member(name).is_some_and(|s| s.as_object().is_some()))
    })
}

/// Signers of `EUDCC` and issuers of `SmartHealthCards`; the other sections are counted.
///
/// # Errors
/// `json.*` when the registry is broken.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, ImportFault> {
    let document = json::decode(bytes)?;
    let mut draft = Draft::of_list("pathcheck", options);
    let sections =
        document.as_object().ok_or_else(|| Reason::new(Code::JsonSyntax).expected("object").got(document.kind()))?;
    for (section, items) in sections {
        let Some(items) = items.as_object() else {
            draft.problem(section.as_ref(), Reason::new(Code::JsonSyntax).expected("object").got(items.kind()));
            continue;
        };
        match section.as_ref() {
            "EUDCC" | "SmartHealthCards" if !is_asked_for(section, options) => {
                items.iter().for_each(|_| draft.leave_out(format!("{section}: a format that was not asked for")));
            }
            "EUDCC" => items.iter().for_each(|(kid, item)| add_signer(&mut draft, kid, item, options)),
            "SmartHealthCards" => add_issuers(&mut draft, items, options),
            other => items.iter().for_each(|_| draft.leave_out(format!("{other}: no format that we judge yet"))),
        }
    }
    Ok(draft.finish())
}

/// The registry holds several formats; those asked for choose among them.
fn is_asked_for(section: &str, options: &Options) -> bool {
    let format = if section == "EUDCC" { "eu_dcc" } else { "smart_health_card" };
    options.formats.is_empty() || options.formats.iter().any(|asked| asked == format)
}

fn is_current(item: &json::Value<'_>) -> bool {
    text(item, "status") == Some("current")
}

fn add_signer(draft: &mut Draft, kid: &str, item: &json::Value<'_>, options: &Options) {
    let withdrawn = !is_current(item);
    let kind = if withdrawn { "withdrawn signer" } else { "signer" };
    match decode_signer(kid, item, withdrawn, options) {
        Ok((file, entry)) => draft.take(&file, kind, entry),
        Err(reason) => draft.problem(format!("EUDCC {kid}"), reason),
    }
}

/// The entry of one item, and the file that it belongs to.
fn decode_signer(
    kid: &str,
    item: &json::Value<'_>,
    withdrawn: bool,
    options: &Options,
) -> Result<(String, Entry), Reason> {
    let malformed = || Reason::new(Code::X509Malformed).expected("one PEM block of a certificate or public key");
    let pem_text = text(item, "didDocument").ok_or_else(malformed)?;
    let blocks = pem::blocks(pem_text).ok_or_else(malformed)?;
    let [block] = blocks.as_slice() else { return Err(malformed()) };
    let kid_bytes = base64url::decode_any(kid)?;
    let (formats, environment) = (vec!["eu_dcc".to_owned()], options.environment);
    let kid = base64url::encode_standard(&kid_bytes);
    let (country, list) = (None, None);
    match block.label {
        "CERTIFICATE" => {
            let own = usable_certificate(&block.bytes)?;
            let kid = (own.kid8().as_slice() != kid_bytes.as_slice()).then_some(kid);
            let certificate = base64url::encode_standard(&block.bytes);
            let entry = Entry::Signer { certificate, formats, country, kid, environment, withdrawn, list };
            Ok((country_file(own.subject_country()), entry))
        }
        "PUBLIC KEY" => {
            PublicKey::from_spki_der(&block.bytes)?;
            let public_key = base64url::encode_standard(&block.bytes);
            let entry = Entry::SignerKey { kid, public_key, formats, country, environment, withdrawn, list };
            Ok((country_file(None), entry))
        }
        _ => Err(malformed()),
    }
}

/// One issuer, with all its keys that are current.
struct Issuer {
    name: Option<String>,
    keys: Vec<serde_json::Value>,
}

fn add_issuers(draft: &mut Draft, items: &[(std::borrow::Cow<'_, str>, json::Value<'_>)], options: &Options) {
    let mut issuers: BTreeMap<&str, Issuer> = BTreeMap::new();
    for (name, item) in items {
        match decode_issuer_key(name, item) {
            Err(reason) => draft.problem(format!("SmartHealthCards {name}"), reason),
            Ok(_) if !is_current(item) => draft.leave_out("SmartHealthCards: a key that is not current"),
            Ok((issuer, jwk)) => {
                let label = item.member("displayName").and_then(|names| text(names, "en")).map(str::to_owned);
                let issuer = issuers.entry(issuer).or_insert(Issuer { name: None, keys: Vec::new() });
                issuer.name = issuer.name.take().or(label);
                issuer.keys.push(jwk);
            }
        }
    }
    for (issuer, Issuer { name, mut keys }) in issuers {
        keys.sort_by_cached_key(ToString::to_string);
        let entry = Entry::Issuer {
            issuer: issuer.to_owned(),
            aliases: Vec::new(),
            name,
            formats: vec!["smart_health_card".to_owned()],
            environment: options.environment,
            keys: Some(serde_json::json!({ "keys": keys })),
            document: None,
            types: Vec::new(),
            list: None,
        };
        draft.take("issuers", "issuer", entry);
    }
}

/// The issuer's name and its key, if a key set takes it.
fn decode_issuer_key<'n>(name: &'n str, item: &json::Value<'_>) -> Result<(&'n str, serde_json::Value), Reason> {
    let (issuer, kid) =
        name.rsplit_once('#').ok_or_else(|| Reason::new(Code::ShcIssuerUrl).expected("ISSUER#KID").got("no #"))?;
    if !issuer.starts_with("https://") || issuer.ends_with('/') {
        return Err(Reason::new(Code::ShcIssuerUrl).expected("https, without a slash at its end"));
    }
    let jwk = item.member("didDocument").filter(|jwk| jwk.as_object().is_some());
    let jwk = jwk.ok_or_else(|| Reason::new(Code::JoseJwkPolicy).expected("a JWK"))?;
    if text(jwk, "kid") != Some(kid) {
        return Err(Reason::new(Code::JoseJwkPolicy).expected("the key identifier of the item").got("another `kid`"));
    }
    let jwk = jwk.to_serde();
    let set = KeySet::decode(serde_json::json!({ "keys": [&jwk] }).to_string().as_bytes())?;
    match set.keys().iter().find_map(|key| key.faults().first()) {
        Some(reason) => Err(reason.clone()),
        None => Ok((issuer, jwk)),
    }
}
