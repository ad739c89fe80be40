//! Data Integrity 1.0: proofs inside JSON documents, alone, in sets and in chains.
//!
//! A proof is a member of the document that it signs. [`proof`] reads it, [`suite`] has the table of cryptosuites, [`chain`] says
//! which proofs build on which, [`transform`] makes the bytes that are signed, [`open`] puts it together into signatures to check,
//! [`times`] judges what a proof says of time and addressee, [`sign`] is the issuing twin. Where a holder may show a part,
//! [`ecdsa_sd`] and [`bbs`] sign [`selective`]ly, statement by statement; [`sign_base`] and [`mod@derive`] are for issuer and holder.
//!
//! Suites from before cryptosuites are verified only: [`older`].
//!
//! Not here: whose key it is, and what the document says.

pub mod bbs;
pub mod bbs_value;
pub mod chain;
mod components;
pub mod derive;
pub mod ecdsa_sd;
pub mod ecdsa_sd_value;
pub mod fault;
pub mod older;
pub mod open;
pub mod proof;
pub mod selective;
pub mod sign;
pub mod sign_base;
pub mod suite;
pub mod times;
pub mod transform;

#[cfg(test)]
mod tests;
