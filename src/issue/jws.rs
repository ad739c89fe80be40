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
    let members = members.iter().map(|(name, value)| ((*name).to_owned(), Json::from(*value)));
    sign_under(members.collect(), payload, signer)
}

/// The compact JWS of `payload` under a header of the signer's `alg` and these members.
///
/// # Errors
/// As [`sign`].
pub fn sign_under(members: Map<String, Json>, payload: &[u8], signer: &dyn Signer) -> Result<String, IssueFault> {
    let algorithm = signer.algorithm();
    if Algorithm::from_jose(algorithm.name()) != Some(algorithm) {
        return Err(IssueFault::Key(format!("{algorithm} has no name in JOSE")));
    }
    let mut header = Map::new();
    header.insert("alg".to_owned(), algorithm.name().into());
    header.extend(members);
    let header = base64url::encode(Json::Object(header).to_string().as_bytes());
    let message = format!("{header}.{}", base64url::encode(payload));
    let signature = signer.sign(message.as_bytes()).map_err(|fault| IssueFault::Key(fault.to_string()))?;
    Ok(format!("{message}.{}", base64url::encode(&signature)))
}
