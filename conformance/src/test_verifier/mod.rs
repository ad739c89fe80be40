//! The test verifier: it sends a wallet honest and faulty requests, judges by itself what comes back, and names the rule that each result
//! rests on. As a web address for a wallet in the hand, and as a command for a wallet that a script can start.
//!
//! What is sent is listed in [`trials`], made by [`requests`]; [`desk`] keeps the attempts, [`judge`] says what an answer is worth.

pub mod command;
pub mod desk;
pub mod extra;
pub mod judge;
pub mod page;
pub mod reader;
pub mod requests;
pub mod serve;
pub mod settings;
pub mod trials;
