//! What a presentation must be made for: this nonce, this audience, this session.

use crate::occasion::Occasion;
use crate::occasion::session::{Handover, Session as Binding};
use crate::openid4vp::response::Shown;
use crate::openid4vp::session::Session;
use crate::policy::dcql::{CredentialQuery, Step};
use crate::time::Timestamp;

/// The occasion of one presentation. Where no binding is demanded, and none is there, nothing of it is: anybody's copy will do.
pub(super) fn occasion(
    session: &Session,
    (credential, is_bound): (&CredentialQuery, bool),
    shown: &Shown,
    now: Timestamp,
) -> Occasion {
    let mut occasion = Occasion::at(now);
    occasion.elements = elements(credential);
    if is_bound {
        occasion.nonce = Some(session.nonce.clone());
        occasion.audience = Some(session.audience(shown.origin.as_deref()));
        occasion.session = Some(binding(session, shown));
    }
    occasion
}

/// What the device of an mdoc is to have signed for (OpenID4VP 1.0, B.2.6; ISO/IEC 18013-7, Annex C).
fn binding(session: &Session, shown: &Shown) -> Binding {
    let handover = match (&shown.origin, session.is_iso_mdoc()) {
        (_, true) => Handover::IsoDcApi,
        (Some(_), false) => Handover::Openid4vpDcApi,
        (None, false) => Handover::Openid4vp,
    };
    let filled = |text: &String| (!text.is_empty()).then(|| text.clone());
    Binding {
        handover,
        client_id: filled(&session.client_id),
        response_uri: filled(&session.response_uri),
        origin: shown.origin.clone(),
        jwk_thumbprint: shown.thumbprint.clone().filter(|_| !session.is_iso_mdoc()),
        mdoc_generated_nonce: shown.mdoc_generated_nonce.clone(),
        encryption_info: session.encryption_info.clone(),
        transcript: None,
        reader_key: session.keys.first().map(|key| key.private_jwk().clone()),
    }
}

/// What was asked for of an mdoc (`namespace/element`) or of an SD-JWT VC, so that more can be noted.
fn elements(credential: &CredentialQuery) -> Vec<String> {
    let step = |step: &Step| match step {
        Step::Name(name) if credential.format.is_mdoc => name.clone(),
        Step::Name(name) => name.replace('~', "~0").replace('/', "~1"),
        _ => "*".to_owned(),
    };
    if !credential.format.is_mdoc && credential.format.name != "dc+sd-jwt" {
        return Vec::new();
    }
    credential.claims.iter().map(|claim| claim.path.iter().map(step).collect::<Vec<_>>().join("/")).collect()
}
