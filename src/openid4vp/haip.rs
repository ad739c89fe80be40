//! HAIP: the OpenID4VC High Assurance Interoperability Profile 1.0, the verifier's side, as one switch (`"profile": "haip"`). Each rule is
//! one check. An ask that breaks one is not asked; a presentation that breaks one is not good, whatever its verdict.
//!
//! That requests are OAuth's `vp_token` and DCQL (5), that both ways of encryption are offered and keys are made for one request (5), and
//! that a same-device answer counts only with its response code (5.1), holds for every request of this program.

mod presentation;

#[cfg(test)]
mod tests;

use crate::crypto::algorithm::Algorithm;
use crate::openid4vp::ask::{Ask, Delivery, Fault, Flow, Protocol, ResponseMode};
use crate::openid4vp::client::{Client, Prefix};
use crate::policy::Policy;
use crate::policy::dcql::Query;
use crate::trust::x509::Certificate;

pub use self::presentation::check_presentation;

/// The formats of the profile.
const FORMATS: [&str; 2] = ["dc+sd-jwt", "mso_mdoc"];

/// Every rule that an ask, or the client that asks, breaks.
pub fn check_ask(ask: &Ask, query: &Query, client: &Client) -> Vec<Fault> {
    let mut faults = vec![check_formats(query), check_response_mode(ask), check_same_device(ask), check_protocol(ask)];
    // What is not signed, over the Digital Credentials API, has no client.
    if ask.protocol != Some(Protocol::Unsigned) {
        faults.extend(check_client(client).into_iter().map(Some));
    }
    faults.push(check_delivery(ask, client));
    faults.into_iter().flatten().collect()
}

/// Every rule that a client breaks which signs requests. Of several that sign one request together, each keeps them.
pub fn check_client(client: &Client) -> Vec<Fault> {
    [check_prefix(client), check_chain(client), check_algorithm(client)].into_iter().flatten().collect()
}

fn fault(member: &str, rule: &str) -> Option<Fault> {
    Some(Fault::new(member, format!("HAIP: {rule}")))
}

/// 5: the credential formats are SD-JWT VC and mdoc.
pub fn check_formats(query: &Query) -> Option<Fault> {
    let is_other = query.credentials.iter().any(|credential| !FORMATS.contains(&credential.format.name));
    is_other.then(|| fault("dcql_query", "only `dc+sd-jwt` and `mso_mdoc` are asked for")).flatten()
}

/// 5: answers are always encrypted; 5.1: by redirects they are posted; 5.2: over the Digital Credentials API they are `dc_api.jwt`.
pub fn check_response_mode(ask: &Ask) -> Option<Fault> {
    let due = if ask.flow == Flow::DcApi { ResponseMode::DcApiJwt } else { ResponseMode::DirectPostJwt };
    if ask.response_mode == due { None } else { fault("response_mode", &format!("it is `{}`", due.name())) }
}

/// 5.1: on one device the browser comes back.
pub fn check_same_device(ask: &Ask) -> Option<Fault> {
    let is_lost = ask.flow == Flow::SameDevice && ask.redirect_uri.is_none();
    is_lost.then(|| fault("redirect_uri", "on one device the wallet is told where the browser goes back to")).flatten()
}

/// 5.2: over the Digital Credentials API OpenID4VP is spoken.
pub fn check_protocol(ask: &Ask) -> Option<Fault> {
    let is_other = ask.protocol == Some(Protocol::IsoMdoc);
    is_other.then(|| fault("protocol", "it is one of OpenID4VP, signed or not")).flatten()
}

/// 5: signed requests have a client identifier with the prefix `x509_hash`.
pub fn check_prefix(client: &Client) -> Option<Fault> {
    if client.prefix() == Prefix::X509Hash { None } else { fault("client_id_prefix", "it is `x509_hash`") }
}

/// 5: the signing certificate is not self-signed, and the trust anchor does not stand in `x5c`.
pub fn check_chain(client: &Client) -> Option<Fault> {
    let is_anchor = |der: &Vec<u8>| Certificate::from_der(der).map_or(true, |certificate| certificate.is_self_issued());
    let has_anchor = client.chain().iter().any(is_anchor);
    has_anchor
        .then(|| fault("client_id_prefix", "the certificates hold no self-signed one and no trust anchor"))
        .flatten()
}

/// 7: every party can ES256; a request is signed by it.
pub fn check_algorithm(client: &Client) -> Option<Fault> {
    use crate::crypto::own_keys::Signer;
    let is_other = client.signer().is_none_or(|signer| signer.algorithm() != Algorithm::Es256);
    is_other.then(|| fault("client_id_prefix", "requests are signed with ES256")).flatten()
}

/// 5.1: requests are signed, and fetched by `request_uri`.
pub fn check_delivery(ask: &Ask, client: &Client) -> Option<Fault> {
    let is_fetched = ask.request != Some(Delivery::ByValue) && client.signer().is_some();
    let is_due = ask.flow != Flow::DcApi && !is_fetched;
    is_due.then(|| fault("request", "it is signed, and sent by reference")).flatten()
}

/// What the profile takes away from a policy: names and forms of drafts.
pub fn harden(policy: &mut Policy) {
    policy.older_sd_jwt_vc = false;
    policy.handovers = Vec::new();
}
