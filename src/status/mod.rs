//! Status: has the issuer withdrawn it? Lists come as evidence.

pub mod shc_revocation;
