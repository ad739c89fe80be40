//! Candidates: keys that may have signed a credential, and whose they are.

use std::sync::Arc;

use crate::crypto::public_key::PublicKey;
use crate::trust::chains::Chained;
use crate::trust::x509::Certificate;
use crate::trust::{Consulted, Signer, SignerDescription};

/// A key that may have signed, and whose it is.
#[derive(Clone)]
pub struct Candidate {
    /// Whose key it is.
    pub whose: Whose,
    /// Version of the revocation list that the key announces (`crlVersion` of a SMART Health Card key).
    pub crl_version: Option<i64>,
    /// `true` when somebody else than the issuer (or holder) controls the key.
    pub is_foreign: bool,
}

/// Whose key it is. One counted reference each, because threads that verify one signer's credentials meet at its counts of owners.
#[derive(Clone)]
pub enum Whose {
    /// A signer of the trust list, with a key of its own.
    Listed(Arc<Signer>),
    /// A signer that brought certificates along, which lead to an authority of the trust list.
    Chained(Arc<Chained>),
    /// Somebody whose key was found by name.
    Named {
        /// The key, parsed.
        key: PublicKey,
        /// What reports say of its owner.
        description: Arc<SignerDescription>,
    },
}

impl Whose {
    /// The key, parsed.
    pub fn key(&self) -> &PublicKey {
        match self {
            Whose::Listed(signer) => &signer.key,
            Whose::Chained(chained) => &chained.key,
            Whose::Named { key, .. } => key,
        }
    }

    /// What reports say of its owner.
    pub fn description(&self) -> &SignerDescription {
        match self {
            Whose::Listed(signer) => &signer.description,
            Whose::Chained(chained) => &chained.description,
            Whose::Named { description, .. } => description,
        }
    }

    /// The entry of the trust list that is this signer's own.
    pub fn consulted(&self) -> Option<Consulted> {
        match self {
            Whose::Listed(signer) => Some(Consulted::Signer(signer.clone())),
            Whose::Chained(_) | Whose::Named { .. } => None,
        }
    }
}

impl From<Whose> for Candidate {
    fn from(whose: Whose) -> Self {
        Candidate { whose, crl_version: None, is_foreign: false }
    }
}

impl Candidate {
    /// The candidate with that key and that description.
    pub fn named(key: PublicKey, description: Arc<SignerDescription>) -> Candidate {
        Whose::Named { key, description }.into()
    }

    /// The key, parsed.
    pub fn key(&self) -> &PublicKey {
        self.whose.key()
    }

    /// What reports say of its owner.
    pub fn description(&self) -> &SignerDescription {
        self.whose.description()
    }

    /// The trust entry of a signer who is listed with this key.
    pub fn signer(&self) -> Option<&Arc<Signer>> {
        match &self.whose {
            Whose::Listed(signer) => Some(signer),
            Whose::Chained(_) | Whose::Named { .. } => None,
        }
    }

    /// The chain that a signer brought along, which leads to an authority.
    pub fn chained(&self) -> Option<&Arc<Chained>> {
        match &self.whose {
            Whose::Chained(chained) => Some(chained),
            Whose::Listed(_) | Whose::Named { .. } => None,
        }
    }

    /// The certificates of the signer, its own first, as far as they are known.
    pub fn certificates(&self) -> &[Certificate] {
        match &self.whose {
            Whose::Chained(chained) => &chained.certificates,
            Whose::Listed(signer) => signer.certificate.as_slice(),
            Whose::Named { .. } => &[],
        }
    }
}
