//! Signing: a document by a profile's key, as the profile secures. The one place of the service where profiles' keys are used.

use serde_json::Value as Json;

use crate::issue::IssueFault;
use crate::linked_data::Contexts;
use crate::service::vc_api::profile::{Profile, ProfileKey, Securing};
use crate::time::Timestamp;

/// What the proof shall say beside the profile's own.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// When it is made.
    pub created: Timestamp,
    /// What a derived credential must always show (JSON pointers).
    pub mandatory: Vec<String>,
    /// The challenge that a presentation answers.
    pub challenge: Option<String>,
    /// Whom a presentation is for.
    pub domain: Option<String>,
}
