//! Status: has the issuer withdrawn it? Lists come as evidence.

pub mod bitstring;
pub mod reference;
pub mod shc_revocation;
