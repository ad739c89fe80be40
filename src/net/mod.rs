//! The way out: the clock and the one HTTP client. Nothing below this floor knows either.

pub mod address;
pub mod clock;
pub mod fetch;
