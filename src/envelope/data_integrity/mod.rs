//! Data Integrity 1.0: proofs inside JSON documents, alone, in sets and in chains.
//!
//! A proof is a member of the document that it signs. [`proof`] reads it, [`suite`] has the table of cryptosuites, [`chain`] says
//! which proofs build on which, [`transform`] makes the bytes that are signed, [`open`] puts it together into signatures to check,
//! [`times`] judges what a proof says of time and addressee, [`sign`] is the issuing twin.
//!
//! Not here: whose key it is, and what the document says.

pub mod chain;
pub mod open;
pub mod proof;
pub mod sign;
pub mod suite;
pub mod times;
pub mod transform;

#[cfg(test)]
mod tests;
