//! base45.
