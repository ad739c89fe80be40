//! W3C credentials and presentations (VC Data Model 2.0 and 1.1): what every way to secure them has in common.
//!
//! A document is judged as JSON here. Whether its terms mean what they seem to is the JSON-LD engine's to say, and only Data
//! Integrity asks it; who signed is the business of the formats.

pub mod dates;
pub mod enveloped;
pub mod inner;
pub mod judged;
pub mod keys;
pub mod language;
pub mod model;
pub mod open_badges;
pub mod read;
pub mod related;
pub mod secured;
#[cfg(test)]
pub mod secured_sample;
pub mod status_entries;
pub mod url;
pub mod vocabulary;
