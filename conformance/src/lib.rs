//! The conformance kit of vidimus: test vectors, a runner that puts them before any verifier, and the generator that makes them.
//!
//! `PROTOCOL.md` says how a foreign verifier joins. Nothing here is part of verification: the kit stands on the library
//! and the library knows nothing of it.

pub mod captures;
pub mod case;
pub mod certify;
pub mod corpus;
pub mod coverage;
pub mod exceptions;
pub mod mint;
pub mod protocol_tests;
pub mod question;
pub mod render;
pub mod results;
pub mod rules;
pub mod run;
pub mod serve;
pub mod subject;
pub mod test_verifier;
pub mod trust_folder;
pub mod vector;
pub mod wallet;
