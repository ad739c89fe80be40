//! Who may have things signed: whoever has an API key, or anybody on a developer's loopback.

use axum::http::HeaderMap;

use crate::service::access;
use crate::service::problem::Kind;
use crate::service::state::Service;
use crate::service::vc_api::profile::Profile;
use crate::service::vc_api::refusal::Refusal;

/// The profile of that name, if this caller may use its key. Whether it is there is nobody else's business.
pub fn allowed_profile<'s>(
    service: &'s Service,
    headers: &HeaderMap,
    id: Option<&str>,
) -> Result<&'s Profile, Refusal> {
    may_sign(service, headers)?;
    service.config.vc_api.profile(id).ok_or_else(|| Kind::UnknownProfile.into())
}

/// Whether this caller may have things signed at all.
pub fn may_sign(service: &Service, headers: &HeaderMap) -> Result<(), Refusal> {
    access::check(service, headers).map_err(|problem| problem.kind().into())
}
