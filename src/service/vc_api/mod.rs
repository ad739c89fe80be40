//! The W3C VC API (VCALM, draft of 2026-08-20): issuing, verifying, deriving, presenting, status. One file an endpoint family.
//!
//! Verifying projects the report of the ordinary verification into the W3C's words; nothing here decides anything. Signing
//! stands behind API keys. Not served: workflows, exchanges, interactions, and stored credentials and presentations - a
//! service that keeps no credentials cannot lose any.

pub mod api;
pub mod asked;
pub mod challenges;
pub mod described;
pub mod problem_details;
pub mod profile;
pub mod refusal;
pub mod status_journal;
pub mod status_store;
