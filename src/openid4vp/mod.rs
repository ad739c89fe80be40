//! OpenID for Verifiable Presentations 1.0, the verifier's side: what is asked, what comes back, and what it comes to. No HTTP and no
//! storage inside; who keeps sessions implements [`ports::Sessions`].
//!
//! ```text
//! Ask::decode -> Session::begin -> request::* -> (wallet) -> response::* -> judge::requests -> (verify) -> judge::conclude
//!             -> Session::answered -> Session::read
//! ```
//! A [`code::Refusal`] of `response` says that what came does not belong to the session, and changes nothing in it. One of `judge`
//! belongs to it: [`outcome::Outcome::refused`] is its outcome.

pub mod ask;
pub mod client;
pub mod code;
pub mod haip;
pub mod judge;
pub mod outcome;
pub mod ports;
pub mod request;
pub mod response;
pub mod session;

#[cfg(test)]
pub(crate) mod sample;
