//! Trust.
pub mod x509;
