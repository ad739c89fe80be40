//! DIDs: from the identifier of an issuer or holder to its document and keys (DID Core 1.0, DID Resolution 0.3).
//!
//! Pure: a document that must be fetched is a [`Resolution::Missing`] with its locator, and found among the evidence
//! the next time. The methods key, jwk, peer and pkh need no document; web's is at a locator made of the DID; every other
//! method is for a resolver that the operator configured.

pub mod document;
mod host;
pub mod jwk;
pub mod key;
mod method;
pub mod peer;
pub mod pkh;
pub mod reference;
pub mod remote;
pub mod resolution;
pub mod syntax;
pub mod web;
pub mod written;

use crate::crypto::public_key::PublicKey;
use crate::did::document::DidDocument;
use crate::did::peer::Peer;
use crate::did::remote::Resolver;
use crate::did::syntax::Did;
use crate::evidence::Evidence;
use crate::locator::Locator;
use crate::reason::{Code, Reason};

/// What became of a DID.
#[derive(Clone, Debug)]
pub enum Resolution {
    /// Its document.
    Document(DidDocument),
    /// The document is not at hand; where it would be found, unless asking settles nothing.
    Missing(Reason, Option<Locator>),
    /// The DID or its document is wrong.
    Fault(Reason),
}

/// The document of a DID, without a resolver for other methods.
///
/// Reasons of [`Resolution::Missing`] are `trust.key_unavailable`. Faults are `did.syntax`, `did.method_unsupported`,
/// `did.deactivated`, those of the DID's own method, and those of [`DidDocument::decode`].
pub fn resolve(did: &str, evidence: &Evidence) -> Resolution {
    resolve_by(did, evidence, None)
}

/// The document of a DID, with a resolver for the methods that are not built in. Otherwise as [`resolve`].
pub fn resolve_by(did: &str, evidence: &Evidence, resolver: Option<&Resolver>) -> Resolution {
    match resolved(did, evidence, resolver) {
        Ok(Resolution::Document(document)) if document.is_deactivated() => {
            Resolution::Fault(Reason::new(Code::DidDeactivated))
        }
        Ok(resolution) => resolution,
        Err(reason) => Resolution::Fault(reason),
    }
}

/// The key of a DID's method with that fragment, for every purpose of signing, where the DID tells it without a document. `None` when
/// the document has to be asked ([`resolve`]), which would say the same of these.
///
/// # Errors
/// What [`resolve`] would find wrong with the DID.
pub fn signing_key(did: &str, fragment: &str) -> Option<Result<PublicKey, Reason>> {
    let Did { method, identifier, .. } = Did::decode(did).ok()?;
    match method {
        "key" => key::signing_key(identifier, fragment),
        "jwk" => jwk::signing_key(identifier, fragment),
        _ => None,
    }
}

/// The DID in front of a DID URL, and what follows its hash sign. Says nothing of whether either is well formed: a path or a
/// query stays with the DID, where [`resolve`] refuses it.
pub fn split(url: &str) -> (&str, Option<&str>) {
    syntax::cut(url, '#')
}

fn resolved(did: &str, evidence: &Evidence, resolver: Option<&Resolver>) -> Result<Resolution, Reason> {
    let Did { method, identifier, .. } = Did::decode(did).map_err(|reason| too_long(did).unwrap_or(reason))?;
    let document = match method {
        "key" => key::document(did, identifier)?,
        "jwk" => jwk::document(did, identifier)?,
        "pkh" => pkh::document(did, identifier)?,
        "peer" => match peer::document(did, identifier, evidence)? {
            Peer::Document(document) => document,
            Peer::Unknown => return Ok(Resolution::Missing(unavailable().expected("the long form of the DID"), None)),
        },
        "web" => return fetched(did, web::locator(did)?, evidence, DidDocument::decode),
        _ => {
            let locator = resolver.and_then(|resolver| resolver.locator(did));
            let locator = locator.ok_or_else(|| Reason::new(Code::DidMethodUnsupported).got(method.to_owned()))?;
            return fetched(did, locator, evidence, remote::document);
        }
    };
    Ok(Resolution::Document(document))
}

/// The document at that place, if the evidence has it.
fn fetched(
    did: &str,
    locator: Locator,
    evidence: &Evidence,
    decode: fn(&[u8], &str) -> Result<DidDocument, Reason>,
) -> Result<Resolution, Reason> {
    let missing = unavailable().expected("the DID document");
    Ok(match evidence.document(locator.as_str()) {
        None => Resolution::Missing(missing, Some(locator)),
        Some(answer) if answer.status == 200 => {
            let mut document = decode(&answer.body, did)?;
            document.locator = Some(locator.as_str().to_owned());
            Resolution::Document(document)
        }
        Some(answer) if answer.status == 410 => return Err(Reason::new(Code::DidDeactivated)),
        // Asked and not found: asking again at once settles nothing.
        Some(answer) => Resolution::Missing(missing.got(format!("HTTP status {}", answer.status)), None),
    })
}

/// The fault of a DID beyond every limit, in the words of its method.
fn too_long(did: &str) -> Option<Reason> {
    if did.len() <= syntax::CHARACTERS {
        return None;
    }
    let code = match did.strip_prefix("did:")?.split_once(':')?.0 {
        "key" => Code::DidKeyMalformed,
        "jwk" => Code::DidJwkMalformed,
        "peer" => Code::DidPeerMalformed,
        _ => return None,
    };
    Some(Reason::new(code).expected(syntax::CHARACTERS).got(did.len()))
}

fn unavailable() -> Reason {
    Reason::new(Code::TrustKeyUnavailable)
}

#[cfg(test)]
mod tests;
