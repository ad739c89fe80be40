//! The W3C VC API (VCALM, draft of 2026-08-20): issuing, verifying, deriving, presenting, status. One file an endpoint family.
//!
//! Verifying projects the report of the ordinary verification into the W3C's words; nothing here decides anything. Signing
//! stands behind API keys. Not served: workflows, exchanges, interactions, and stored credentials and presentations - a
//! service that keeps no credentials cannot lose any.

pub mod access;
pub mod api;
pub mod asked;
pub mod challenge;
pub mod challenges;
pub mod derive;
pub mod described;
pub mod issue;
pub mod issuers;
pub mod judging;
pub mod present;
pub mod problem_details;
pub mod profile;
pub mod profiles;
pub mod reading;
pub mod refusal;
pub mod result;
pub mod signed_lists;
pub mod signing;
pub mod status;
pub mod status_journal;
pub mod status_list;
pub mod status_store;
pub mod threads;
pub mod verify_credential;
pub mod verify_presentation;

use axum::Router;
use axum::routing::{get, post};

use crate::service::state::Service;

/// Paths may name a profile under any of these, as testers write them.
const PREFIXES: [&str; 3] = ["/issuers/", "/verifiers/", "/holders/"];

/// These routes, with the VC API beside them: each place by itself, and under a profile's name.
pub fn routes(mut routes: Router<Service>) -> Router<Service> {
    for prefix in [""].into_iter().chain(PREFIXES) {
        let at = |place: &str| match prefix {
            "" => place.to_owned(),
            prefix => format!("{prefix}{{profile}}{place}"),
        };
        routes = routes
            .route(&at("/credentials/issue"), post(issue::post))
            .route(&at("/credentials/verify"), post(verify_credential::post))
            .route(&at("/credentials/derive"), post(derive::post))
            .route(&at("/credentials/status"), post(status::post))
            .route(&at("/presentations"), post(present::post))
            .route(&at("/presentations/verify"), post(verify_presentation::post))
            .route(&at("/challenges"), post(challenge::post));
    }
    routes.route("/issuers", get(issuers::get)).route("/status-lists/{id}", get(status_list::get))
}

/// What metrics and logs call a path of this API; `None` for other paths. Never holds what was sent.
pub fn route_name(path: &str) -> Option<&'static str> {
    let place = PREFIXES
        .iter()
        .find_map(|prefix| path.strip_prefix(prefix))
        .map_or(path, |rest| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default());
    Some(match place {
        "/credentials/issue" => "vc_issue",
        "/credentials/verify" => "vc_verify",
        "/credentials/derive" => "vc_derive",
        "/credentials/status" => "vc_status",
        "/presentations" => "vp_create",
        "/presentations/verify" => "vp_verify",
        "/challenges" => "vc_challenge",
        "/issuers" => "vc_issuers",
        _ if path.starts_with("/status-lists/") => "vc_status_list",
        _ => return None,
    })
}
