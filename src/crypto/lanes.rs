//! Lanes: eight numbers side by side in the vector registers of x86-64 with AVX-512 IFMA. What P-256 and Ed25519 share.

pub mod avx512;
#[cfg_attr(not(test), expect(clippy::indexing_slicing, reason = "arrays and loops of constant bounds"))]
pub mod limbs;
