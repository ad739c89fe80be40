//! Envelopes: signed containers, opened without believing them.

pub mod cose;
pub mod data_integrity;
pub mod jws;
pub mod jwt;
pub mod sd_jwt;
