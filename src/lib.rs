//! vidimus: one verdict, with reasons, for every digital credential.
//!
//! The heart is [`verify::verify`], a pure function from a request, a trust snapshot and evidence to a report.
//! `ARCHITECTURE.md` walks through the house; arrows between the rooms only go down.

// Floor 1: the words everyone uses.
pub mod limits;
pub mod locator;
pub mod reason;
pub mod time;
// Floor 2: plain data of a verification, and the readers of every encoding.
pub mod check;
#[deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap
)]
pub mod encoding;
pub mod evidence;
pub mod occasion;
// Floor 3: keys, algorithms, signatures.
#[cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]
#[deny(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_possible_wrap)]
pub mod crypto;
// Floor 5: who may sign what.
#[cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing))]
#[deny(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_possible_wrap)]
pub mod trust;
