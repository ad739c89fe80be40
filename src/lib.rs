//! vidimus: one verdict, with reasons, for every digital credential.
//!
//! The heart is [`verify::verify`], a pure function from a request, a trust snapshot and evidence to a report.
//! `ARCHITECTURE.md` walks through the house; arrows between the rooms only go down.

// Input is hostile: nothing in the library may panic on it or lose a part of a number.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]
#![deny(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_possible_wrap)]

// Floor 1: the words everyone uses.
pub mod limits;
pub mod locator;
pub mod reason;
pub mod time;
// Floor 2: plain data of a verification, and the readers of every encoding.
pub mod check;
pub mod encoding;
pub mod evidence;
pub mod occasion;
// Floor 3: signatures and keys; the only room that names a crypto crate.
pub mod crypto;
// Floor 4: what a credential says, and the envelopes it comes in.
pub mod credential;
pub mod did;
pub mod envelope;
pub mod linked_data;
// Floor 5: formats, trust, status, policy and the vocabulary that formats share.
pub mod core_data;
pub mod format;
pub mod policy;
pub mod status;
pub mod trust;
// Floor 6: the stages in order, the verdict, the report.
pub mod report;
pub mod verdict;
pub mod verify;
// Floor 7: issuing twins, unverified reading, replay files, the protocols of presentation.
pub mod bundle;
pub mod inspect;
pub mod issue;
#[cfg(feature = "openid4vp")]
pub mod openid4vp;
// Floor 8: verify, fetch what is missing, verify again.
#[cfg(feature = "net")]
pub mod gather;
// Floor 9: the way out, and what is kept.
#[cfg(feature = "net")]
pub mod net;
#[cfg(feature = "service")]
pub mod store;
// Floor 10: the HTTP service.
#[cfg(feature = "service")]
pub mod service;
// Floor 11: the command.
#[cfg(feature = "command")]
pub mod cli;
