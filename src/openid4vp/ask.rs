//! Ask: what a relying party wants of a wallet, as it says so (`POST /v1/presentations`). Read strictly: every member that is not known, or
//! has another form than it should, is told by name.
//!
//! ```json
//! { "dcql_query": {..} | "template": "name" | "presentation_definition": {..},
//!   "flow": "cross_device" | "same_device" | "dc_api", "response_mode": "direct_post.jwt" | .., "protocol": "openid4vp-v1-signed" | ..,
//!   "client_id_prefix": "x509_hash" | .., "request": "by_reference" | "by_value", "request_uri_method": "get" | "post",
//!   "transaction_data": [{..}], "verifier_info": [{..}], "profile": "haip", "redirect_uri": "https://..",
//!   "expected_origins": ["https://.."], "webhook": {"url": "https://.."}, "expires_in": seconds, "policy": {..} }
//! ```

mod decode;
mod members;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::openid4vp::client::Prefix;
use crate::policy::Policy;

pub use self::decode::Known;
pub use self::members::{host_of, is_https_url, is_origin};

/// What a relying party wants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The DCQL query, as JSON.
    pub dcql_query: Json,
    /// How the browser of the relying party and the wallet come together.
    pub flow: Flow,
    /// How the answer comes.
    pub response_mode: ResponseMode,
    /// The protocol of the Digital Credentials API; only in that flow.
    pub protocol: Option<Protocol>,
    /// Who we are to the wallet; `None` = the first client configured.
    pub client_id_prefix: Option<Prefix>,
    /// How the request gets to the wallet; `None` = by reference where that can be.
    pub request: Option<Delivery>,
    /// How the wallet fetches a request by reference.
    pub request_uri_method: Method,
    /// Transactions to be approved, as JSON objects.
    pub transaction_data: Vec<Json>,
    /// What others attest of the relying party, passed on as it is.
    pub verifier_info: Vec<Json>,
    /// The profile whose rules hold.
    pub profile: Option<Profile>,
    /// Where the browser goes back to (same device), or where it takes the answer (fragment).
    pub redirect_uri: Option<String>,
    /// Origins that may show the request, over the Digital Credentials API.
    pub expected_origins: Vec<String>,
    /// Whom to tell when there is an answer.
    pub webhook: Option<Webhook>,
    /// Seconds that the session lives.
    pub expires_in: u32,
    /// What the relying party demands of the credentials; `None` = the service's own policy.
    pub policy: Option<Policy>,
}

/// Seconds that a session lives where nobody says.
pub const DEFAULT_SECONDS: u32 = 300;
/// Seconds that a session lives at most, and at least.
pub const SECONDS: std::ops::RangeInclusive<u32> = 10..=3600;
/// Members of `transaction_data`, of `verifier_info` and of `expected_origins`.
pub const LISTED: usize = 16;
/// Bytes of the body.
pub const ASK_BYTES: usize = 256 << 10;

impl Ask {
    /// That query, and every default.
    pub fn of(dcql_query: Json) -> Ask {
        Ask {
            dcql_query,
            flow: Flow::CrossDevice,
            response_mode: ResponseMode::DirectPostJwt,
            protocol: None,
            client_id_prefix: None,
            request: None,
            request_uri_method: Method::Get,
            transaction_data: Vec::new(),
            verifier_info: Vec::new(),
            profile: None,
            redirect_uri: None,
            expected_origins: Vec::new(),
            webhook: None,
            expires_in: DEFAULT_SECONDS,
            policy: None,
        }
    }

    /// `true` when the rules of HAIP hold.
    pub fn is_haip(&self) -> bool {
        self.profile == Some(Profile::Haip)
    }
}

/// What is wrong with an ask: the member, and what it should be. Repeats nothing of its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The member, as a path (`transaction_data[0].type`).
    pub member: String,
    /// What is wrong, one sentence.
    pub problem: String,
}

impl Fault {
    /// That member, and what is wrong with it.
    pub fn new(member: impl Into<String>, problem: impl Into<String>) -> Fault {
        Fault { member: member.into(), problem: problem.into() }
    }
}

/// Members that take one of several names.
macro_rules! named {
    ($(#[$about:meta])* $kind:ident { $($(#[$what:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $kind {
            $($(#[$what])* #[serde(rename = $name)] $variant,)*
        }

        impl $kind {
            /// All of them.
            pub const ALL: &'static [$kind] = &[$($kind::$variant,)*];

            /// The name as it stands in requests.
            pub const fn name(self) -> &'static str {
                match self {
                    $($kind::$variant => $name,)*
                }
            }

            /// The one with that name.
            pub fn from_name(name: &str) -> Option<$kind> {
                $kind::ALL.iter().copied().find(|kind| kind.name() == name)
            }
        }
    };
}

named! {
    /// How the browser of the relying party and the wallet come together.
    Flow {
        /// The wallet is on another device, and reads a QR code.
        CrossDevice = "cross_device",
        /// The wallet is on the device of the browser, which comes back with a response code.
        SameDevice = "same_device",
        /// The browser asks the wallet itself.
        DcApi = "dc_api",
    }
}

named! {
    /// How the answer comes (OpenID4VP 1.0, 8.2, 8.3 and A.3).
    ResponseMode {
        /// Behind the `#` of the redirect URI.
        Fragment = "fragment",
        /// Posted to us.
        DirectPost = "direct_post",
        /// Posted to us, encrypted.
        DirectPostJwt = "direct_post.jwt",
        /// Handed over by the browser.
        DcApi = "dc_api",
        /// Handed over by the browser, encrypted.
        DcApiJwt = "dc_api.jwt",
    }
}

impl ResponseMode {
    /// `true` where the answer is encrypted.
    pub fn is_encrypted(self) -> bool {
        matches!(self, ResponseMode::DirectPostJwt | ResponseMode::DcApiJwt)
    }

    /// `true` over the Digital Credentials API.
    pub fn is_dc_api(self) -> bool {
        matches!(self, ResponseMode::DcApi | ResponseMode::DcApiJwt)
    }

    /// `true` where the wallet posts the answer to us.
    pub fn is_direct(self) -> bool {
        matches!(self, ResponseMode::DirectPost | ResponseMode::DirectPostJwt)
    }
}

named! {
    /// A protocol of the Digital Credentials API.
    Protocol {
        /// OpenID4VP, not signed: the browser alone says who asks.
        Unsigned = "openid4vp-v1-unsigned",
        /// OpenID4VP, signed.
        Signed = "openid4vp-v1-signed",
        /// OpenID4VP, signed by everybody that we are.
        Multisigned = "openid4vp-v1-multisigned",
        /// ISO/IEC 18013-7, Annex C.
        IsoMdoc = "org-iso-mdoc",
    }
}

named! {
    /// How a request gets to the wallet.
    Delivery {
        /// The wallet fetches it.
        ByReference = "by_reference",
        /// It stands in the link.
        ByValue = "by_value",
    }
}

named! {
    /// How the wallet fetches a request.
    Method {
        /// It gets it.
        Get = "get",
        /// It posts what it knows, and gets it.
        Post = "post",
    }
}

named! {
    /// A profile of OpenID4VP.
    Profile {
        /// OpenID4VC High Assurance Interoperability Profile 1.0.
        Haip = "haip",
    }
}

/// Whom to tell when there is an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Where.
    pub url: String,
}
