//! Issuing twins: one file a format. Key and content in, text out.

pub mod derive;
pub mod eu_dcc;
pub mod jws;
pub mod mdoc;
pub mod nz_covid_pass;
pub mod open_badge;
pub mod reader_auth;
pub mod sd_jwt;
pub mod sd_jwt_vc;
pub mod smart_health_card;
pub mod status_list;
#[cfg(feature = "service")]
pub mod test_ca;
pub mod token_status_list;
pub mod vc_di;
pub mod vc_jose;

use std::fmt;

use crate::reason::Reason;

/// Why nothing was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssueFault {
    /// The content is not what the format demands.
    Content(String),
    /// The content breaks a rule that our own reader would name.
    Refused(Reason),
    /// The key could not sign.
    Key(String),
}

impl fmt::Display for IssueFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IssueFault::Content(text) => write!(f, "the content cannot be issued: {text}"),
            IssueFault::Refused(reason) => write!(f, "the content cannot be issued: {reason}"),
            IssueFault::Key(text) => write!(f, "the key cannot sign: {text}"),
        }
    }
}

impl std::error::Error for IssueFault {}
