//! Encodings: bytes and text to structure and back, bounded, strict, and knowing nothing of credentials.

pub mod base32;
pub mod base45;
pub mod base58;
pub mod base64url;
pub mod cbor;
pub mod deflate;
pub mod form;
pub mod json;
pub mod multibase;
#[cfg(feature = "pictures")]
pub mod qr;
pub mod scan;
mod twins;
pub mod xml;
