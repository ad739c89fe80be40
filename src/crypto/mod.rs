//! Crypto: keys, algorithms, signature jobs, digests, randomness and our own secrets.
//!
//! The only room that names a crypto crate. Everything that checks a signature goes through [`job::check_one`] or, many at a
//! time, through a [`checker::Checker`].
//! `aws-lc-rs` checks and makes signatures, because it can keep a parsed public key (a lone ES256 check costs a few
//! per cent less than with `ring`, which reads the point again each time); `ring` gives digests and randomness.

pub mod agreement;
pub mod algorithm;
pub mod api_key;
pub(crate) mod arithmetic;
pub mod baseline;
pub mod bbs;
pub mod checker;
mod compressed;
pub mod cose_key;
mod curve25519;
pub mod digest;
mod draw;
pub mod ecdsa_value;
pub mod ed25519;
mod ed25519_rule;
#[cfg(feature = "openid4vp")]
pub mod hpke;
pub mod job;
#[cfg(feature = "openid4vp")]
pub mod jwe;
pub mod jwk;
pub mod key_file;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod limbs;
pub mod mac;
pub mod md5;
pub mod multikey;
pub mod older_suites;
pub mod own_keys;
pub mod p256;
pub mod pem;
mod place;
pub mod public_key;
pub mod random;
pub mod spki;
pub mod tables;
mod tlv;
