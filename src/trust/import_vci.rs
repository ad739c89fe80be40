//! Imports the VCI directory of SMART Health Card issuers, and its daily snapshot, which holds keys too.
//!
//! ```json
//! { "participating_issuers": [ { "iss": URL, "name": .., "canonical_iss": URL? } ] }
//! { "issuerInfo": [ { "issuer": { "iss": URL, "name": .. }, "keys": [ JWK ] } ] }
//! ```
//! Issuers that share a `canonical_iss` are one issuer with several names, if the canonical one is listed itself. Without pinned keys,
//! keys are evidence.

use std::collections::BTreeMap;

use crate::encoding::json;
use crate::locator::Locator;
use crate::reason::{Code, Reason};
use crate::trust::entry::Entry;
use crate::trust::import::{Draft, Import, ImportFault, Options, shape, text};
use crate::trust::jwks::KeySet;

/// `true` for the directory and for a snapshot of it.
pub fn takes(bytes: &[u8]) -> bool {
    shape(bytes).is_some_and(|document| listed(&document).is_some())
}

/// All issuers; their keys where the snapshot or the options have them.
///
/// # Errors
/// `json.*` when the directory is broken.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, ImportFault> {
    let document = json::decode(bytes)?;
    let items = listed(&document)
        .ok_or_else(|| Reason::new(Code::JsonSyntax).expected("participating_issuers or issuerInfo"))?;
    let mut draft = Draft::of_list("vci", options);
    let mut listings: BTreeMap<&str, Listing<'_>> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        match Listing::decode(item) {
            Err(reason) => draft.problem(format!("issuer {at}"), reason),
            Ok(listing) if listings.contains_key(listing.issuer) => draft.leave_out("named twice"),
            Ok(listing) => drop(listings.insert(listing.issuer, listing)),
        }
    }
    let mut entries: BTreeMap<&str, Vec<&Listing<'_>>> = BTreeMap::new();
    for listing in listings.values() {
        let canonical = listing.canonical.filter(|name| listings.contains_key(name));
        if listing.canonical.is_some() && canonical.is_none() {
            draft.note(format!("{}: its canonical_iss is not listed and not taken as a name.", listing.issuer));
        }
        entries.entry(canonical.unwrap_or(listing.issuer)).or_default().push(listing);
    }
    for (issuer, names) in entries {
        add(&mut draft, issuer, &names, options);
    }
    Ok(draft.finish())
}

/// The JWK sets that a snapshot holds, by issuer: [`Options::key_sets`] for an import of the directory itself.
///
/// # Errors
/// `json.*` when the snapshot is broken.
pub fn key_sets_of_snapshot(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Reason> {
    let document = json::decode(bytes)?;
    let mut sets = BTreeMap::new();
    for item in listed(&document).unwrap_or_default() {
        if let Ok(Listing { issuer, keys: Some(keys), .. }) = Listing::decode(item) {
            sets.insert(issuer.to_owned(), serde_json::json!({ "keys": keys }).to_string().into_bytes());
        }
    }
    Ok(sets)
}

fn listed<'v, 'a>(document: &'v json::Value<'a>) -> Option<&'v [json::Value<'a>]> {
    document.member("participating_issuers").or_else(|| document.member("issuerInfo"))?.as_array()
}

/// One line of the directory.
struct Listing<'v> {
    issuer: &'v str,
    canonical: Option<&'v str>,
    name: Option<&'v str>,
    keys: Option<Vec<serde_json::Value>>,
}

impl<'v> Listing<'v> {
    fn decode(item: &'v json::Value<'_>) -> Result<Listing<'v>, Reason> {
        let about = item.member("issuer").unwrap_or(item);
        let issuer =
            text(about, "iss").ok_or_else(|| Reason::new(Code::ShcIssuerUrl).expected("iss").got("nothing"))?;
        // Issuers are taken as credentials write them; a slash at the end is part of the name then.
        if Locator::new(issuer).is_none() {
            return Err(Reason::new(Code::ShcIssuerUrl).expected("an https URL").got(issuer.to_owned()));
        }
        let keys = item.member("keys").and_then(json::Value::as_array).filter(|keys| !keys.is_empty());
        Ok(Listing {
            issuer,
            canonical: text(about, "canonical_iss").filter(|canonical| *canonical != issuer),
            name: text(about, "name"),
            keys: keys.map(|keys| keys.iter().map(json::Value::to_serde).collect()),
        })
    }
}

fn add(draft: &mut Draft, issuer: &str, names: &[&Listing<'_>], options: &Options) {
    let mut keys: Vec<serde_json::Value> = Vec::new();
    for listing in names {
        for key in pinned_keys(draft, listing, options) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    let own = names.iter().find(|listing| listing.issuer == issuer).or(names.first());
    let entry = Entry::Issuer {
        issuer: issuer.to_owned(),
        aliases: names.iter().map(|listing| listing.issuer.to_owned()).filter(|name| name != issuer).collect(),
        name: own.and_then(|listing| listing.name).map(str::to_owned),
        formats: options.formats_or("smart_health_card"),
        environment: options.environment,
        keys: (!keys.is_empty()).then(|| serde_json::json!({ "keys": keys })),
        document: None,
        types: Vec::new(),
        list: None,
    };
    for _ in 1..names.len() {
        draft.leave_out("a further name of an issuer that is taken");
    }
    draft.take("issuers", if keys.is_empty() { "issuer" } else { "issuer with keys" }, entry);
}

/// The keys to pin for one name: those without fault; the others are problems.
fn pinned_keys(draft: &mut Draft, listing: &Listing<'_>, options: &Options) -> Vec<serde_json::Value> {
    let set = match (&listing.keys, options.key_sets.get(listing.issuer)) {
        (Some(keys), _) => serde_json::json!({ "keys": keys }).to_string().into_bytes(),
        (None, Some(set)) => set.clone(),
        (None, None) => return Vec::new(),
    };
    let read = KeySet::decode(&set).and_then(|read| Ok((read, json::decode(&set)?)));
    let (read, set) = match read {
        Ok(read) => read,
        Err(reason) => {
            draft.problem(listing.issuer, reason);
            return Vec::new();
        }
    };
    let jwks = set.member("keys").and_then(json::Value::as_array).unwrap_or_default();
    let mut pinned = Vec::new();
    for (key, jwk) in read.keys().iter().zip(jwks) {
        match key.faults().first() {
            None => pinned.push(jwk.to_serde()),
            Some(reason) => draft.problem(listing.issuer, reason.clone()),
        }
    }
    pinned
}
