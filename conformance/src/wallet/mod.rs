//! The test wallet: it reads a request as a strict wallet does, and answers with test credentials, honestly or with one named fault.
//!
//! A request is read by [`reading`], judged by the checks of [`check`], matched by [`select`]; presentations are made by [`present`],
//! put together and sent by [`answer`]. Credentials come from [`holdings`]; what can be wrong with an answer is listed in [`fault`].

pub mod answer;
pub mod check;
pub mod fault;
pub mod holdings;
pub mod http;
pub mod present;
pub mod reading;
pub mod select;
pub mod signer;
