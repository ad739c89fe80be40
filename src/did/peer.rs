//! did:peer: DIDs between two parties, whose documents stand in the DID itself (Peer DID Method Specification, DIF).
//!
//! | method | identifier |
//! |---|---|
//! | 0 | `0` and the multibase key of a did:key |
//! | 2 | `2`, then for each key or service `.`, a purpose letter and the multibase key or the base64url JSON of the service |
//! | 4, long | `4`, the multihash of the encoded document, `:`, the encoded document |
//! | 4, short | `4` and the multihash; the long form must be among the evidence |
//!
//! Methods 1 and 3 are not taken: their documents cannot be had from the DID.

use crate::crypto::digest::sha256;
use crate::did::document::{DidDocument, METHODS, Purpose};
use crate::did::key;
use crate::encoding::multibase::{self, Base};
use crate::encoding::{base64url, json};
use crate::evidence::Evidence;
use crate::reason::{Code, Reason};

/// Services of one did:peer.
const SERVICES: usize = 32;

/// Multihash: SHA-256, 32 bytes.
const SHA256: [u8; 2] = [0x12, 0x20];
/// Multicodec: JSON.
const JSON: [u8; 2] = [0x80, 0x04];

/// What a did:peer stands for.
pub enum Peer {
    /// Its document.
    Document(DidDocument),
    /// A short form whose long form is not at hand.
    Unknown,
}

/// The document of `did:peer:IDENTIFIER`.
///
/// # Errors
/// `did.peer_malformed`; `did.key_malformed` for a key inside; those of a document for the document inside.
pub fn document(did: &str, identifier: &str, evidence: &Evidence) -> Result<Peer, Reason> {
    let Some((method, rest)) = identifier.split_at_checked(1) else {
        return Err(malformed().expected("a method's number"));
    };
    match method {
        "0" => key::document(did, rest).map(Peer::Document),
        "2" => several_keys(did, rest).map(Peer::Document),
        "4" => match rest.split_once(':') {
            Some((hash, encoded)) => long_form(did, hash, encoded).map(Peer::Document),
            None => short_form(did, rest, evidence),
        },
        _ => Err(malformed().expected("method 0, 2 or 4")),
    }
}

fn several_keys(did: &str, rest: &str) -> Result<DidDocument, Reason> {
    let elements = rest.strip_prefix('.').ok_or_else(|| malformed().expected("elements behind dots"))?;
    let (mut methods, mut services) = (Vec::new(), Vec::new());
    let mut references: [Vec<String>; 5] = Default::default();
    for element in elements.split('.') {
        let (code, value) = element.split_at_checked(1).ok_or_else(|| malformed().expected("a purpose letter"))?;
        let purpose = match code {
            "A" => Purpose::AssertionMethod,
            "D" => Purpose::CapabilityDelegation,
            "E" => Purpose::KeyAgreement,
            "I" => Purpose::CapabilityInvocation,
            "V" => Purpose::Authentication,
            "S" => {
                services.push(service(value, &services)?);
                if services.len() > SERVICES {
                    return Err(malformed().expected(SERVICES));
                }
                continue;
            }
            _ => return Err(malformed().expected("one of the letters A D E I V S")),
        };
        if methods.len() >= METHODS {
            return Err(Reason::new(Code::InputTooManyItems).expected(METHODS).at(crate::reason::Stage::Key));
        }
        let id = format!("#key-{}", methods.len() + 1);
        methods.push(serde_json::json!({
            "id": id, "type": "Multikey", "controller": did, "publicKeyMultibase": value,
        }));
        let at = Purpose::ALL.iter().position(|known| *known == purpose);
        if let Some(list) = at.and_then(|at| references.get_mut(at)) {
            list.push(id);
        }
    }
    let short = [&SHA256, sha256(rest.as_bytes()).as_slice()].concat();
    let mut document = serde_json::json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": methods,
    });
    if let Some(members) = document.as_object_mut() {
        for (purpose, ids) in Purpose::ALL.iter().zip(references).filter(|(_, ids)| !ids.is_empty()) {
            members.insert(purpose.name().to_owned(), ids.into());
        }
        if !services.is_empty() {
            members.insert("service".to_owned(), services.into());
        }
        let also = format!("did:peer:3{}", multibase::encode(Base::Base58Btc, &short));
        members.insert("alsoKnownAs".to_owned(), serde_json::json!([also]));
    }
    let document = DidDocument::decode(document.to_string().as_bytes(), did)?;
    // A key that nobody can read would go unseen until somebody needs it; in a DID made of keys it is a fault of the DID.
    document.methods().iter().try_for_each(|method| method.public_key().map(drop))?;
    Ok(document)
}

/// A service, its names written out, with an id.
fn service(encoded: &str, earlier: &[serde_json::Value]) -> Result<serde_json::Value, Reason> {
    let bytes = base64url::decode(encoded).map_err(|_| malformed().expected("a service in base64url"))?;
    let value = json::decode(&bytes).map_err(|reason| malformed().expected("JSON").got(reason.code().as_str()))?;
    let mut service = written_out(&value)?;
    let Some(members) = service.as_object_mut() else {
        return Err(malformed().expected("a service as an object").got(value.kind()));
    };
    match members.get("id").map(|id| id.as_str().is_some_and(|id| id.starts_with('#'))) {
        Some(true) => {}
        Some(false) => return Err(malformed().expected("a service with a relative id")),
        None => {
            let named = |id: &str| id == "#service" || id.starts_with("#service-");
            let before = earlier.iter().filter(|one| one["id"].as_str().is_some_and(named)).count();
            let id = if before == 0 { "#service".to_owned() } else { format!("#service-{before}") };
            members.insert("id".to_owned(), id.into());
        }
    }
    Ok(service)
}

/// The value with its abbreviated names written out, at every depth (which the reader bounds).
fn written_out(value: &json::Value<'_>) -> Result<serde_json::Value, Reason> {
    match value {
        json::Value::Array(items) => items.iter().map(written_out).collect::<Result<Vec<_>, _>>().map(Into::into),
        json::Value::Object(members) => {
            let mut out = serde_json::Map::new();
            for (name, value) in members {
                let name = match name.as_ref() {
                    "t" => "type",
                    "s" => "serviceEndpoint",
                    "r" => "routingKeys",
                    "a" => "accept",
                    other => other,
                };
                let value = match (name, value.as_str()) {
                    ("type", Some("dm")) => "DIDCommMessaging".into(),
                    _ => written_out(value)?,
                };
                if out.insert(name.to_owned(), value).is_some() {
                    return Err(malformed().expected("each member of a service once"));
                }
            }
            Ok(out.into())
        }
        other => Ok(other.to_serde()),
    }
}

fn long_form(did: &str, hash: &str, encoded: &str) -> Result<DidDocument, Reason> {
    check_hash(hash, encoded)?;
    let short = did.strip_suffix(encoded).and_then(|rest| rest.strip_suffix(':')).unwrap_or_default();
    contextualised(did, short, encoded)
}

/// The hash is that of the encoded document.
fn check_hash(hash: &str, encoded: &str) -> Result<(), Reason> {
    let due = [&SHA256, sha256(encoded.as_bytes()).as_slice()].concat();
    let stated = multibase::decode(hash, &[Base::Base58Btc]);
    match stated {
        Ok(stated) if stated == due => Ok(()),
        Ok(_) => Err(malformed().expected("the hash of the document").got("another hash")),
        Err(_) => Err(malformed().expected("a hash in base58btc")),
    }
}

/// The document of a short form, from the long form among the evidence. The hash vouches for it, so it may come from anybody.
fn short_form(did: &str, hash: &str, evidence: &Evidence) -> Result<Peer, Reason> {
    let bytes = multibase::decode(hash, &[Base::Base58Btc]).map_err(|_| malformed().expected("a hash in base58btc"))?;
    if bytes.len() != 34 || !bytes.starts_with(&SHA256) {
        return Err(malformed().expected("a SHA-256 multihash"));
    }
    let encoded = |locator: &str| locator.strip_prefix(did)?.strip_prefix(':').map(str::to_owned);
    let Some(encoded) = evidence.documents().find_map(|document| encoded(&document.locator)) else {
        return Ok(Peer::Unknown);
    };
    check_hash(hash, &encoded)?;
    contextualised(did, &format!("{did}:{encoded}"), &encoded).map(Peer::Document)
}

/// The document inside, as the document of `did`, which is also known by its other form.
fn contextualised(did: &str, also: &str, encoded: &str) -> Result<DidDocument, Reason> {
    let bytes =
        multibase::decode(encoded, &[Base::Base58Btc]).map_err(|_| malformed().expected("a document in base58btc"))?;
    let text = bytes.strip_prefix(&JSON).ok_or_else(|| malformed().expected("a document in JSON"))?;
    let value = json::decode(text).map_err(|reason| malformed().expected("JSON").got(reason.code().as_str()))?;
    if value.as_object().is_none() || value.member("id").is_some() {
        return Err(malformed().expected("a document without an id"));
    }
    let mut document = value.to_serde();
    let Some(members) = document.as_object_mut() else { return Err(malformed().expected("an object")) };
    for name in std::iter::once("verificationMethod").chain(Purpose::ALL.map(Purpose::name)) {
        let Some(items) = members.get_mut(name).and_then(serde_json::Value::as_array_mut) else { continue };
        for method in items.iter_mut().filter_map(serde_json::Value::as_object_mut) {
            if !method.get("id").is_some_and(|id| id.as_str().is_some_and(|id| id.starts_with('#'))) {
                return Err(malformed().expected("methods with relative ids"));
            }
            method.entry("controller").or_insert_with(|| did.into());
        }
    }
    let names = members.entry("alsoKnownAs").or_insert_with(|| serde_json::json!([]));
    let names = names.as_array_mut().ok_or_else(|| malformed().expected("a list in alsoKnownAs"))?;
    names.push(also.into());
    members.insert("id".to_owned(), did.into());
    DidDocument::decode(document.to_string().as_bytes(), did)
}

fn malformed() -> Reason {
    Reason::new(Code::DidPeerMalformed)
}

#[cfg(test)]
mod tests;
