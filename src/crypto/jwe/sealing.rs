//! The other side: encrypts to a public JWK.

use std::fmt;

use josekit::Value as Json;
use josekit::jwe::{ECDH_ES, JweContext, JweHeader};
use josekit::jwk::Jwk;

use super::Encryption;

/// How something is to be encrypted.
#[derive(Clone, Debug)]
pub struct Sealing<'a> {
    /// The way of encryption.
    pub encryption: Encryption,
    /// `apu`, not encoded yet.
    pub party_u: Option<&'a [u8]>,
    /// `apv`, not encoded yet.
    pub party_v: Option<&'a [u8]>,
    /// Further members of the header (`typ`, `cty`); one named `kid` stands in the place of the recipient's.
    pub members: Vec<(&'a str, Json)>,
}

impl Sealing<'_> {
    /// That way of encryption, and nothing else.
    pub fn by(encryption: Encryption) -> Self {
        Sealing { encryption, party_u: None, party_v: None, members: Vec::new() }
    }
}

/// Why nothing was encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealFault {
    /// The recipient's JWK is no public key for ECDH-ES.
    Recipient,
    /// The encryption itself failed.
    Refused,
}

impl fmt::Display for SealFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SealFault::Recipient => "the recipient's JWK is no public key for ECDH-ES",
            SealFault::Refused => "the encryption failed",
        })
    }
}

impl std::error::Error for SealFault {}

/// The compact JWE of `payload` for the key in a public JWK (EC or X25519), by ECDH-ES. The `kid` of the JWK is copied.
///
/// # Errors
/// [`SealFault`].
pub fn seal(payload: &[u8], recipient: &Json, sealing: &Sealing<'_>) -> Result<String, SealFault> {
    let Json::Object(members) = recipient else { return Err(SealFault::Recipient) };
    let jwk = Jwk::from_map(members.clone()).map_err(|_| SealFault::Recipient)?;
    let mut encrypter = ECDH_ES.encrypter_from_jwk(&jwk).map_err(|_| SealFault::Recipient)?;
    if let Some(party) = sealing.party_u {
        encrypter.set_agreement_partyuinfo(party);
    }
    if let Some(party) = sealing.party_v {
        encrypter.set_agreement_partyvinfo(party);
    }
    let mut header = JweHeader::new();
    header.set_content_encryption(sealing.encryption.name());
    for (name, value) in &sealing.members {
        // The encrypter would put its own over ours.
        if *name == "kid" {
            encrypter.remove_key_id();
        }
        header.set_claim(name, Some(value.clone())).map_err(|_| SealFault::Refused)?;
    }
    JweContext::new().serialize_compact(payload, &header, &encrypter).map_err(|_| SealFault::Refused)
}
