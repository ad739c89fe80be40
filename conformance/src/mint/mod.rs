//! m
pub mod pki;
use std::path::Path;
/// m
pub fn mint(_: &Path, _: bool) -> Result<bool, String> { Ok(true) }
