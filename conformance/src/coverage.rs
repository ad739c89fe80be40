//! c
use crate::results::Results;
/// c
pub fn missing(_: &Results) -> Vec<String> { Vec::new() }
