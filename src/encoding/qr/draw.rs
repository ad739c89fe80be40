//! Drawing codes, for print and for terminals.

use std::fmt::Write;

use image::{GrayImage, ImageFormat, Luma};
use qrcode::{Color, EcLevel, QrCode};

use crate::reason::{Code, Reason};

/// The white border that the standard demands, in modules.
const QUIET_ZONE: usize = 4;

/// Pixels of one module at most; a larger picture is a matter of scaling it where it is shown.
const LARGEST_SCALE: u32 = 20;

/// A PNG of the QR code that holds `text`, with its white border; `scale` is the width of a module in pixels, 1 to 20.
///
/// The code is the strongest of the error correction levels Q, M and L that has room. Errors: `input.too_large` when
/// none has.
pub fn draw_png(text: &str, scale: u32) -> Result<Vec<u8>, Reason> {
    let modules = Modules::of(text)?;
    let scale = scale.clamp(1, LARGEST_SCALE);
    let side = u32::try_from(modules.side()).unwrap_or(u32::MAX).saturating_mul(scale);
    let module = |pixel: u32| usize::try_from(pixel / scale).unwrap_or(usize::MAX);
    let picture =
        GrayImage::from_fn(side, side, |x, y| Luma([if modules.is_dark(module(x), module(y)) { 0 } else { 255 }]));
    let mut png = std::io::Cursor::new(Vec::new());
    // Writing into memory fails only when the picture is beyond PNG's own limits.
    picture.write_to(&mut png, ImageFormat::Png).map_err(|_| too_large())?;
    Ok(png.into_inner())
}

/// The QR code that holds `text` as an SVG with its white border, scaled by whoever shows it.
///
/// Errors: `input.too_large` when no code holds so much.
pub fn draw_svg(text: &str) -> Result<String, Reason> {
    let modules = Modules::of(text)?;
    let side = modules.side();
    let mut path = String::new();
    for y in 0..side {
        let mut x = 0;
        while x < side {
            let run = (x..side).take_while(|at| modules.is_dark(*at, y)).count();
            if run > 0 {
                // Writing into a text never fails.
                let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
            }
            x += run + 1;
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

/// The QR code that holds `text` as lines of half blocks, two rows of modules a line, drawn light on dark as terminals
/// are; empty when no code holds so much.
pub fn draw_text(text: &str) -> String {
    let Ok(modules) = Modules::of(text) else { return String::new() };
    let mut lines = String::new();
    for y in (0..modules.side()).step_by(2) {
        lines.extend((0..modules.side()).map(|x| match (modules.is_dark(x, y), modules.is_dark(x, y + 1)) {
            (false, false) => '█',
            (false, true) => '▀',
            (true, false) => '▄',
            (true, true) => ' ',
        }));
        lines.push('\n');
    }
    lines
}

/// A code's modules with the white border around them.
struct Modules {
    width: usize,
    colors: Vec<Color>,
}

impl Modules {
    fn of(text: &str) -> Result<Self, Reason> {
        let code = [EcLevel::Q, EcLevel::M, EcLevel::L]
            .into_iter()
            .find_map(|level| QrCode::with_error_correction_level(text, level).ok())
            .ok_or_else(too_large)?;
        Ok(Modules { width: code.width(), colors: code.into_colors() })
    }

    fn side(&self) -> usize {
        self.width + 2 * QUIET_ZONE
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = |place: usize| place.checked_sub(QUIET_ZONE).filter(|place| *place < self.width);
        let index = inside(x).zip(inside(y)).map(|(x, y)| y * self.width + x);
        index.and_then(|index| self.colors.get(index)) == Some(&Color::Dark)
    }
}

fn too_large() -> Reason {
    Reason::new(Code::InputTooLarge).expected("a text that a QR code holds")
}
