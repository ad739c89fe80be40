//! Documents of DIDs that stand on a ledger, as they are without any entry there.
//!
//! Only methods are here whose document follows from the DID itself. `ssi` asks an indexer for every did:tz and a node for every
//! did:ion, so these stay with a resolver.

use futures_util::FutureExt;
use ssi::dids::ethr::DIDEthr;
use ssi::dids::{DID, DIDResolver};

/// Methods that [`resolve`] knows: Ethereum addresses and keys.
pub const METHODS: [&str; 1] = ["ethr"];

/// Why there is no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The method is none of [`METHODS`].
    Method,
    /// The method cannot read the DID.
    Malformed,
}

/// The DID document, JSON text, of a DID of one of [`METHODS`], as it is without any entry on the ledger.
///
/// # Errors
/// [`Fault`].
pub fn resolve(did: &str) -> Result<String, Fault> {
    let did = DID::new(did).map_err(|_| Fault::Malformed)?;
    if !METHODS.contains(&did.method_name()) {
        return Err(Fault::Method);
    }
    // This method answers at once. Were it to wait, it would be for somebody who is asked, and that is not to happen here.
    let resolved = DIDEthr.resolve(did).now_or_never().ok_or(Fault::Method)?;
    let output = resolved.map_err(|_| Fault::Malformed)?;
    serde_json::to_string(&output.document).map_err(|_| Fault::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_document_without_a_key_and_a_key_one_with_it() {
        let address = resolve("did:ethr:0xb9c5714089478a327f09197987f16f9e5d936e8a").expect("a document");
        assert!(address.contains("EcdsaSecp256k1RecoveryMethod2020") && !address.contains("publicKeyJwk"));
        let key = "did:ethr:0x03fdd57adec3d438ea237fe46b33ee1e016eda6b585c3e27ea66686c2ea5358479";
        assert!(resolve(key).expect("a document").contains("publicKeyJwk"));
    }

    #[test]
    fn other_methods_and_broken_dids_have_none() {
        assert_eq!(resolve("did:tz:tz1VFda3KmzRecjsYptDq5bJh1M1NyAqgBJf"), Err(Fault::Method));
        assert_eq!(resolve("did:web:example.org"), Err(Fault::Method));
        for did in ["did:ethr:0x12", "did:ethr:unknown:0xb9c5714089478a327f09197987f16f9e5d936e8a", "ethr:0x12", ""] {
            assert_eq!(resolve(did), Err(Fault::Malformed), "{did}");
        }
    }
}
