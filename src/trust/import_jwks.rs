//! Imports one issuer's JWK set, to be pinned.

use crate::encoding::json;
use crate::reason::Code;
use crate::trust::entry::Entry;
use crate::trust::import::{Draft, Import, ImportFault, Options, shape};
use crate::trust::jwks::KeySet;

/// `true` for an object with `keys`.
pub fn takes(bytes: &[u8]) -> bool {
    shape(bytes).is_some_and(|document| document.member("keys").is_some_and(|keys| keys.as_array().is_some()))
}

/// One issuer, named by the options, with its keys.
///
/// # Errors
/// A missing issuer name; the reasons of [`KeySet::decode`]; `jose.private_key_exposed`. A key with another fault is a problem, and
/// stays in the set, where it counts for nothing.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, ImportFault> {
    let issuer = options.issuer.as_deref().ok_or(ImportFault::Option(
        "a JWK set does not say whose it is: name the issuer exactly as its credentials do",
    ))?;
    let set = KeySet::decode(bytes)?;
    let mut draft = Draft::of_items("jwks", options);
    for (at, key) in set.keys().iter().enumerate() {
        if let Some(reason) = key.faults().first() {
            // A published private key is burnt, and its issuer with it until it is replaced.
            if reason.code() == Code::JosePrivateKeyExposed {
                return Err(reason.clone().into());
            }
            draft.problem(format!("key {at} ({})", key.kid.as_deref().unwrap_or_default()), reason.clone());
        }
    }
    let entry = Entry::Issuer {
        issuer: issuer.to_owned(),
        aliases: Vec::new(),
        name: options.name.clone(),
        formats: options.formats_or("smart_health_card"),
        environment: options.environment,
        keys: Some(json::decode(bytes)?.to_serde()),
        document: None,
        types: Vec::new(),
        list: None,
    };
    draft.take(issuer.strip_prefix("https://").unwrap_or(issuer), "issuer", entry);
    Ok(draft.finish())
}
