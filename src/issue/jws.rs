//! Signs compact JWS (RFC 7515), for every format that is one.

use serde_json::{Map, Value as Json};

use crate::crypto::algorithm::Algorithm;
use crate::crypto::own_keys::Signer;
use crate::encoding::base64url;
use crate::issue::IssueFault;

/// The compact JWS of `payload` under a header of these members and the signer's `alg`.
///
/// # Errors
/// `Key` when the signer's algorithm has no JOSE name, or it cannot sign.
pub fn sign(members: &[(&str, &str)], payload: &[u8], signer: &dyn Signer) -> Result<String, IssueFault> {
    let members: Vec<(&str, Json)> = members.iter().map(|(name, value)| (*name, Json::from(*value))).collect();
    sign_under(&members, payload, signer)
}

/// The same, where a member of the header may be more than a text (`x5c`).
///
/// # Errors
/// As [`sign`].
pub fn sign_under(members: &[(&str, Json)], payload: &[u8], signer: &dyn Signer) -> Result<String, IssueFault> {
    let algorithm = signer.algorithm();
    if Algorithm::from_jose(algorithm.name()) != Some(algorithm) {
        return Err(IssueFault::Key(format!("{algorithm} has no name in JOSE")));
    }
    let mut header = Map::new();
    header.insert("alg".to_owned(), algorithm.name().into());
    header.extend(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let header = base64url::encode(Json::Object(header).to_string().as_bytes());
    let message = format!("{header}.{}", base64url::encode(payload));
    let signature = signer.sign(message.as_bytes()).map_err(|fault| IssueFault::Key(fault.to_string()))?;
    Ok(format!("{message}.{}", base64url::encode(&signature)))
}
