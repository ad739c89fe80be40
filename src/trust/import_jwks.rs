//! Imports one issuer's JWK set, to be pinned.

use crate::encoding::json;
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
/// A missing issuer name; the reasons of [`KeySet::decode`].
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, ImportFault> {
    let issuer = options.issuer.as_deref().ok_or(ImportFault::Option(
        "a JWK set does not say whose it is: name the issuer exactly as its credentials do",
    ))?;
    KeySet::decode(bytes)?;
    let mut draft = Draft::new("jwks", options);
    let entry = Entry::Issuer {
        issuer: issuer.to_owned(),
        aliases: Vec::new(),
        name: options.name.clone(),
        formats: options.formats_or("smart_health_card"),
        environment: options.environment,
        keys: Some(json::decode(bytes)?.to_serde()),
        document: None,
        list: None,
    };
    draft.take(issuer.strip_prefix("https://").unwrap_or(issuer), "issuer", entry);
    Ok(draft.finish())
}
