//! Base32.
