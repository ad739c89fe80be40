//! Status: has the issuer withdrawn it? Lists come as evidence.

pub mod bitstring;
pub mod identifier_list;
pub mod reference;
pub mod shc_revocation;
pub mod token_status_list;
