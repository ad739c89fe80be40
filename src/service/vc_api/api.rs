//! What all endpoints of the VC API share: the operator's settings, the profiles, the status lists, the challenges.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use crate::policy::{ControllerDemand, IssuerDemand, Policy};
use crate::service::vc_api::challenges::Challenges;
use crate::service::vc_api::profile::Profile;
use crate::service::vc_api::signed_lists::SignedLists;
use crate::service::vc_api::status_store::StatusStore;

/// How a verifier answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answers {
    /// As the published suites expect: 200 when verified, 400 when not, and every fault is an error.
    #[default]
    Suites,
    /// As the newer draft says: 200 in either case; status and validity period give warnings.
    Draft,
}

/// The VC API of one service.
pub struct VcApi {
    /// What verifying demands.
    pub policy: Arc<Policy>,
    /// How a verifier answers.
    pub answers: Answers,
    /// Who issues here; the first one serves requests that name none.
    pub profiles: Vec<Profile>,
    /// The status lists of what was issued.
    pub statuses: StatusStore,
    /// The same lists, signed.
    pub signed_lists: SignedLists,
    /// The challenges given.
    pub challenges: Challenges,
    /// Where the service is reached from outside, once that is known.
    pub base: OnceLock<String>,
}

impl Default for VcApi {
    fn default() -> Self {
        VcApi {
            policy: Arc::new(default_policy()),
            answers: Answers::default(),
            profiles: Vec::new(),
            statuses: StatusStore::default(),
            signed_lists: SignedLists::default(),
            challenges: Challenges::default(),
            base: OnceLock::new(),
        }
    }
}

impl fmt::Debug for VcApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VcApi").field("profiles", &self.profiles).finish_non_exhaustive()
    }
}

impl VcApi {
    /// The same, reached from outside under that URL.
    #[must_use]
    pub fn at(self, base: &str) -> Self {
        let _ = self.base.set(base.trim_end_matches('/').to_owned());
        self
    }

    /// Says where the service listens; that is where it is reached when the operator says nothing else.
    pub fn listens(&self, address: SocketAddr, is_tls: bool) {
        let scheme = if is_tls { "https" } else { "http" };
        let host = if address.ip().is_loopback() { "localhost".to_owned() } else { host_of(address) };
        let _ = self.base.set(format!("{scheme}://{host}:{}", address.port()));
    }

    /// Where the service is reached from outside, without a slash at the end.
    pub fn base_url(&self) -> &str {
        self.base.get().map_or("http://localhost", String::as_str)
    }

    /// The profile of that name; the first one when no name is given.
    pub fn profile(&self, id: Option<&str>) -> Option<&Profile> {
        match id {
            None => self.profiles.first(),
            Some(id) => self.profiles.iter().find(|profile| profile.id == id),
        }
    }

    /// The URL of one of our status lists.
    pub fn list_url(&self, list: &str) -> String {
        format!("{}/status-lists/{list}", self.base_url())
    }

    /// The name of the status list that has this URL, if it is one of ours.
    pub fn list_of_url<'u>(&self, url: &'u str) -> Option<&'u str> {
        url.strip_prefix(self.base_url())?.strip_prefix("/status-lists/")
    }
}

/// What a verifier of this API demands when the operator says nothing: anybody whose DID resolves may issue, for the caller
/// decides about issuers; a key of somebody else is told, as the suites of the W3C want it, whose fixtures are signed so; contexts may
/// stand in documents; a presentation may hold nothing, for that is how holders authenticate.
pub fn default_policy() -> Policy {
    Policy {
        issuers: IssuerDemand::Resolvable,
        controllers: ControllerDemand::Note,
        inline_contexts: true,
        empty_presentations: true,
        ..Policy::default()
    }
}

fn host_of(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    }
}
