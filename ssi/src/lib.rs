//! The `ssi` library behind plain functions: what its suites say of older proofs, and documents of DIDs of ledgers.
//!
//! `ssi` is generic through and through: whoever names it compiles much of it again. Here that happens once, and edits elsewhere
//! stay quick. None of its types goes out, nothing waits, nothing opens a connection. What `ssi` is not asked: to read JSON-LD, to
//! bring graphs into canonical form, to find keys. Its callers do that themselves, bounded and strict.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod dids;
pub mod proofs;
#[cfg(any(test, feature = "sign"))]
pub mod sign;
