//! Remote resolvers: where one that the operator configured answers for a DID, and its answers (DID Resolution 0.3, 7.1).
//!
//! ```json
//! { "didDocument": DOCUMENT, "didDocumentMetadata": { "deactivated": BOOLEAN }, "didResolutionMetadata": {..} }
//! ```
//!
//! A resolver is trusted for the DIDs that it is asked about: nothing in an answer proves it.

use crate::did::document::DidDocument;
use crate::encoding::json;
use crate::limits;
use crate::locator::Locator;
use crate::reason::{Code, Reason, Stage};

/// A resolver's address: an https URL that a DID is appended to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolver {
    base: String,
}

impl Resolver {
    /// The resolver at this base URL, such as `https://resolver.example/1.0/identifiers/`. `None` unless it is https, ends in
    /// a slash, and has neither user, query nor fragment.
    pub fn new(base: &str) -> Option<Resolver> {
        let sound = base.ends_with('/') && !base.contains('?') && Locator::new(base).is_some();
        sound.then(|| Resolver { base: base.to_owned() })
    }

    /// Where the resolver answers for this DID, which is well formed.
    pub(super) fn locator(&self, did: &str) -> Option<Locator> {
        let mut url = self.base.clone();
        for character in did.chars() {
            match character {
                // A DID's own escapes must reach the resolver as they are.
                '%' => url.push_str("%25"),
                ':' => url.push_str("%3A"),
                other => url.push(other),
            }
        }
        Locator::new(url)
    }
}

/// The document in a resolver's answer: a resolution result, or the document alone.
///
/// # Errors
/// As [`DidDocument::decode`]; `did.deactivated` when the resolver says so.
pub fn document(body: &[u8], did: &str) -> Result<DidDocument, Reason> {
    if body.len() > limits::EVIDENCE_BYTES {
        let reason = Reason::new(Code::InputTooLarge).expected(limits::EVIDENCE_BYTES).got(body.len());
        return Err(reason.at(Stage::Key));
    }
    let answer = json::decode(body).map_err(|reason| reason.at(Stage::Key))?;
    if answer.member("didResolutionMetadata").is_none() && answer.member("didDocument").is_none() {
        return DidDocument::decode(body, did);
    }
    let is_deactivated = answer.member("didDocumentMetadata").and_then(|metadata| metadata.member("deactivated"))
        == Some(&json::Value::Bool(true));
    if is_deactivated {
        return Err(Reason::new(Code::DidDeactivated));
    }
    let document = answer.member("didDocument").filter(|document| document.as_object().is_some());
    let document = document.ok_or_else(|| {
        Reason::new(Code::DidDocumentInvalid).expected("a DID document").got("a resolver's answer without one")
    })?;
    let text = serde_json::to_string(document).map_err(|_| Reason::new(Code::DidDocumentInvalid))?;
    DidDocument::decode(text.as_bytes(), did)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_did_is_appended_with_its_escapes() {
        let resolver = Resolver::new("https://resolver.example/1.0/identifiers/").unwrap();
        let locator = resolver.locator("did:ion:a%3Ab").unwrap();
        assert_eq!(locator.as_str(), "https://resolver.example/1.0/identifiers/did%3Aion%3Aa%253Ab");
        for base in [
            "http://resolver.example/",
            "https://resolver.example",
            "https://user@resolver.example/",
            "https://resolver.example/?a=/",
            "https://resolver.example/#/",
            "resolver.example/",
        ] {
            assert_eq!(Resolver::new(base), None, "{base}");
        }
    }

    #[test]
    fn answers_come_in_two_forms() {
        let read = |body: &str| document(body.as_bytes(), "did:ion:a").map(|document| document.id().to_owned());
        let code = |body: &str| read(body).unwrap_err().code();
        assert_eq!(read(r#"{"id":"did:ion:a"}"#).unwrap(), "did:ion:a");
        assert_eq!(read(r#"{"didDocument":{"id":"did:ion:a"},"didResolutionMetadata":{}}"#).unwrap(), "did:ion:a");
        assert_eq!(code(r#"{"id":"did:ion:b"}"#), Code::DidIdMismatch);
        assert_eq!(code(r#"{"didDocument":{"id":"did:ion:b"}}"#), Code::DidIdMismatch);
        assert_eq!(code(r#"{"didDocument":null,"didResolutionMetadata":{}}"#), Code::DidDocumentInvalid);
        let gone = r#"{"didDocument":{"id":"did:ion:a"},"didDocumentMetadata":{"deactivated":true}}"#;
        assert_eq!(code(gone), Code::DidDeactivated);
        assert_eq!(code("{"), Code::JsonSyntax);
    }
}
