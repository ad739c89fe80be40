//! Who checks the signatures of verifications by a snapshot, and the keys that are known in advance.

use std::sync::Arc;

use crate::crypto::checker::Checker;
use crate::crypto::public_key::PublicKey;
use crate::did::document::DidDocument;
use crate::trust::Trust;
use crate::trust::jwks::KeySet;

impl Trust {
    /// The same snapshot, with signatures checked by `checker`, which from now on knows the keys of this snapshot in advance.
    ///
    /// It changes how fast a verification is, never its verdict. Without this, a snapshot has a checker of its own that knows
    /// no keys.
    #[must_use]
    pub fn checked_by(mut self, checker: Arc<Checker>) -> Trust {
        checker.tables().enrol(self.all_keys());
        self.checker = checker;
        self
    }

    /// Who checks signatures for verifications by this snapshot.
    pub fn checker(&self) -> &Arc<Checker> {
        &self.checker
    }

    /// Every key of every signer and issuer, some perhaps twice.
    pub fn all_keys(&self) -> impl Iterator<Item = &PublicKey> {
        let pinned = self.all_issuers().flat_map(|(_, issuer)| {
            let set = issuer.keys.as_ref().map_or(&[][..], KeySet::keys).iter();
            let methods = issuer.document.as_ref().map_or(&[][..], DidDocument::methods).iter();
            let keys = set.filter_map(|jwk| jwk.public_key().ok());
            let told = issuer.own_key.as_ref().map(|(_, key)| key);
            keys.chain(methods.filter_map(|method| method.public_key().ok())).chain(told)
        });
        self.all_signers().map(|signer| &signer.key).chain(pinned)
    }
}
