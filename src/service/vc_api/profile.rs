//! Profiles: who issues here, with which key, secured in which way. Several may share an issuer.

use std::fmt;

use crate::crypto::bbs::own::OwnBbsKey;
use crate::crypto::multikey;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::crypto::public_key::PublicKey;
use crate::service::vc_api::status_store::StatusPurpose;

/// How a profile secures what it issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Securing {
    /// Data Integrity, `eddsa-rdfc-2022`.
    EddsaRdfc,
    /// Data Integrity, `eddsa-jcs-2022`.
    EddsaJcs,
    /// Data Integrity, `ecdsa-rdfc-2019`.
    EcdsaRdfc,
    /// Data Integrity, `ecdsa-jcs-2019`.
    EcdsaJcs,
    /// Data Integrity, `ecdsa-sd-2023`: a base proof, from which a holder derives.
    EcdsaSd,
    /// Data Integrity, `bbs-2023`: a base proof, from which a holder derives.
    Bbs,
    /// The proof type `Ed25519Signature2020`.
    Ed25519Signature2020,
    /// A JWT in an envelope.
    VcJwt,
    /// An SD-JWT in an envelope.
    VcSdJwt,
    /// A COSE_Sign1 in an envelope.
    VcCose,
}

impl Securing {
    /// Every way, by the name that configuration files and `GET /issuers` use.
    pub const ALL: [(&'static str, Securing); 10] = [
        ("eddsa-rdfc-2022", Securing::EddsaRdfc),
        ("eddsa-jcs-2022", Securing::EddsaJcs),
        ("ecdsa-rdfc-2019", Securing::EcdsaRdfc),
        ("ecdsa-jcs-2019", Securing::EcdsaJcs),
        ("ecdsa-sd-2023", Securing::EcdsaSd),
        ("bbs-2023", Securing::Bbs),
        ("Ed25519Signature2020", Securing::Ed25519Signature2020),
        ("vc+jwt", Securing::VcJwt),
        ("vc+sd-jwt", Securing::VcSdJwt),
        ("vc+cose", Securing::VcCose),
    ];

    /// The way of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Securing::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, securing)| securing)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Securing::ALL.into_iter().find(|(_, securing)| *securing == self).map_or("", |(name, _)| name)
    }

    /// `true` when a holder derives from what was issued, and nobody verifies it as it is.
    pub fn is_selective(self) -> bool {
        matches!(self, Securing::EcdsaSd | Securing::Bbs)
    }

    /// `true` when the secured document is an envelope around a text.
    pub fn is_enveloping(self) -> bool {
        matches!(self, Securing::VcJwt | Securing::VcSdJwt | Securing::VcCose)
    }
}

/// A profile.
pub struct Profile {
    /// Its name in paths.
    pub id: String,
    /// How it secures.
    pub securing: Securing,
    /// Who issues: a DID, or a URL.
    pub issuer: String,
    /// The verification method's URL.
    pub method: String,
    /// The key.
    pub key: ProfileKey,
    /// The status lists that its credentials stand in.
    pub status: Vec<StatusPurpose>,
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").field("id", &self.id).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// A profile's key.
pub enum ProfileKey {
    /// A key that signs.
    Own(OwnKey),
    /// A key that signs statements one by one.
    Bbs(Box<OwnBbsKey>),
}

impl ProfileKey {
    /// The key that checks what this one signs.
    pub fn public_key(&self) -> &PublicKey {
        match self {
            ProfileKey::Own(key) => key.public_key(),
            ProfileKey::Bbs(key) => key.public_key(),
        }
    }

    /// The key as one that signs messages; `None` when it signs statements only.
    pub fn own(&self) -> Option<&OwnKey> {
        match self {
            ProfileKey::Own(key) => Some(key),
            ProfileKey::Bbs(_) => None,
        }
    }
}

/// The did:key of a public key, and the URL of its one verification method.
pub fn did_key(key: &PublicKey) -> (String, String) {
    let text = multikey::encode(key);
    let did = format!("did:key:{text}");
    let method = format!("{did}#{text}");
    (did, method)
}
