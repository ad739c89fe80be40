//! QR codes (ISO/IEC 18004): texts out of a PNG or JPEG, and codes drawn from a text.
//!
//! Mechanism only: what a text means is for the formats to say.

mod draw;
mod finders;
mod flat;
mod grid;
mod read;
mod upright;

#[cfg(test)]
mod tests;

pub use self::draw::{draw_png, draw_svg, draw_text};
pub use self::read::read;
