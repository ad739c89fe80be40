//! DIDs of ledgers: their documents as long as the ledger has no entry of them.
//!
//! did:ethr alone: the account, and the key where the DID is one. The library `ssi` writes the document (its member `ssi/`); a build
//! without it has none. An entry of the ledger may have handed the DID to another key: see [`is_unread`].

use crate::did::document::DidDocument;
use crate::reason::{Code, Reason};

/// The document of a DID of that method, by the DID alone.
///
/// # Errors
/// `did.method_unsupported` for every method but ethr; `did.syntax` when the method cannot read the DID.
pub fn document(did: &str, method: &str) -> Result<DidDocument, Reason> {
    let text = written(did).ok_or_else(|| Reason::new(Code::DidMethodUnsupported).got(method.to_owned()))??;
    DidDocument::decode(text.as_bytes(), did)
}

/// `true` for a document that may be out of date, because a ledger was not read for it.
pub fn is_unread(document: &DidDocument) -> bool {
    document.id().starts_with("did:ethr:") && document.locator().is_none()
}

/// The document's text; `None` for a method that is not had.
#[cfg(feature = "ssi")]
fn written(did: &str) -> Option<Result<String, Reason>> {
    use vidimus_ssi::dids::{Fault, resolve};
    match resolve(did) {
        Err(Fault::Method) => None,
        Err(Fault::Malformed) => {
            Some(Err(Reason::new(Code::DidSyntax).expected("did:ethr:[NETWORK:]0xADDRESS-OR-KEY")))
        }
        Ok(text) => Some(Ok(text)),
    }
}

#[cfg(not(feature = "ssi"))]
fn written(_: &str) -> Option<Result<String, Reason>> {
    None
}

#[cfg(all(test, feature = "ssi"))]
mod tests {
    use super::*;
    use crate::crypto::algorithm::KeyKind;
    use crate::did::document::Purpose;

    const ADDRESS: &str = "did:ethr:0xb9c5714089478a327f09197987f16f9e5d936e8a";
    const KEY: &str = "did:ethr:0x4:0x03fdd57adec3d438ea237fe46b33ee1e016eda6b585c3e27ea66686c2ea5358479";

    #[test]
    fn accounts_and_keys_sign() {
        for (did, fragment, kind) in [
            (ADDRESS, "#controller", KeyKind::EthereumAccount),
            (KEY, "#controller", KeyKind::EthereumAccount),
            (KEY, "#controllerKey", KeyKind::K256),
        ] {
            let document = document(did, "ethr").unwrap();
            for purpose in [Purpose::AssertionMethod, Purpose::Authentication] {
                assert_eq!(document.key(fragment, purpose).unwrap().kind(), kind, "{did}{fragment}");
            }
            assert!(document.key(fragment, Purpose::KeyAgreement).is_err());
            assert!(is_unread(&document));
        }
        let typed = document(ADDRESS, "ethr").unwrap().key("#Eip712Method2021", Purpose::AssertionMethod);
        assert_eq!(typed.unwrap_err().code(), Code::DiVmInvalid);
    }

    #[test]
    fn what_no_account_is() {
        let code = |did: &str, method: &str| document(did, method).unwrap_err().code();
        assert_eq!(code("did:tz:tz1VFda3KmzRecjsYptDq5bJh1M1NyAqgBJf", "tz"), Code::DidMethodUnsupported);
        assert_eq!(code("did:ion:abc", "ion"), Code::DidMethodUnsupported);
        let long = format!("did:ethr:0x{}", "b".repeat(64 << 10));
        for did in ["did:ethr:0x12", "did:ethr:mainnet", "did:ethr:nowhere:0xb9c5714089478a327f09197987f16f9e5d936e8a"]
            .into_iter()
            .chain([long.as_str()])
        {
            assert_eq!(code(did, "ethr"), Code::DidSyntax, "{}", did.len());
        }
        // The letters are no digits: the document is there, and its account is none.
        let account = document("did:ethr:0xb9c5714089478a327f09197987f16f9e5d936e8z", "ethr").unwrap();
        assert_eq!(account.key("#controller", Purpose::AssertionMethod).unwrap_err().code(), Code::DiVmInvalid);
    }
}
