//! Keys of issuers and holders of W3C credentials: those that the trust store pins.

use std::sync::Arc;

use crate::credential::{Decoded, KeyId, Signed};
use crate::format::{Candidate, Context, Keys};
use crate::reason::{Code, Reason};
use crate::trust::{Consulted, SignerDescription};

/// Who may have signed.
pub fn find(format: &str, signed: &Signed, decoded: Option<&Decoded<'_>>, context: &Context<'_>) -> Keys {
    let name = decoded.and_then(|decoded| decoded.issuer.as_deref());
    let (Some(name), Some(KeyId::Text(kid))) = (name, &signed.kid) else { return Keys::default() };
    let known = context.trust.issuer(name, context.policy.environment);
    let Some(issuer) = known.filter(|issuer| issuer.formats.iter().any(|known| known == format)) else {
        return Keys::none(Reason::new(Code::TrustIssuerUnknown).got(name.to_owned()));
    };
    if issuer.environment != context.policy.environment {
        return Keys::none(Reason::new(Code::TrustEnvironment));
    }
    let mut keys = Keys { consulted: vec![Consulted::Issuer(issuer.clone())], ..Keys::default() };
    let short = kid.rsplit_once('#').map_or(kid.as_str(), |(_, fragment)| fragment);
    let found = match (&issuer.keys, &issuer.document) {
        (Some(set), _) => set.find(kid).or_else(|_| set.find(short)).and_then(|jwk| jwk.public_key().cloned()),
        (None, Some(document)) => document.assertion_key(kid),
        (None, None) => Err(Reason::new(Code::TrustKeyUnavailable)),
    };
    match found {
        Err(reason) => keys.faults.push(reason),
        Ok(key) => {
            let description = SignerDescription {
                name: name.to_owned(),
                key_id: Some(kid.clone()),
                environment: issuer.environment.name(),
                ..SignerDescription::default()
            };
            let description = Arc::new(description);
            keys.candidates.push(Candidate { key, description, signer: None, crl_version: None, is_foreign: false });
        }
    }
    keys
}
