//! Reading the one code of a picture that holds nothing else: upright, in two tones, without perspective.
//!
//! Most pictures of credentials were drawn by a program. For them the box around all dark pixels is the code, which is
//! then read without searching; that succeeds where the search for finder patterns in small modules does not.

use image::{GrayImage, Luma};

use super::grid;

/// The bytes of the code that fills the box around all pixels as dark as `threshold`, if there is one.
pub(super) fn read(picture: &GrayImage, threshold: u8) -> Option<Vec<u8>> {
    let code = Code { picture, threshold, around: Around::dark(picture, threshold)? };
    let mut fitting = grid::sizes().filter(|size| code.around.width >= *size && code.around.height >= *size);
    fitting.find_map(|size| grid::read(size, |x, y| code.is_dark(x, y, size)))
}

/// The smallest box that holds all dark pixels.
struct Around {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
}

impl Around {
    fn dark(picture: &GrayImage, threshold: u8) -> Option<Self> {
        let (mut left, mut top, mut right, mut bottom) = (u32::MAX, u32::MAX, 0, 0);
        for (x, y, Luma([shade])) in picture.enumerate_pixels() {
            if *shade <= threshold {
                (left, top, right, bottom) = (left.min(x), top.min(y), right.max(x), bottom.max(y));
            }
        }
        let length = |first: u32, last: u32| last.checked_sub(first)?.checked_add(1);
        Some(Around { left, top, width: length(left, right)?, height: length(top, bottom)? })
    }
}

struct Code<'p> {
    picture: &'p GrayImage,
    threshold: u8,
    around: Around,
}

impl Code<'_> {
    /// The colour in the middle of a module.
    fn is_dark(&self, x: u32, y: u32, size: u32) -> bool {
        let middle = |place: u32, length: u32| {
            let pixel = (2 * u64::from(place) + 1) * u64::from(length) / (2 * u64::from(size));
            u32::try_from(pixel).unwrap_or(u32::MAX)
        };
        let x = self.around.left.saturating_add(middle(x, self.around.width));
        let y = self.around.top.saturating_add(middle(y, self.around.height));
        self.picture.get_pixel_checked(x, y).is_some_and(|Luma([shade])| *shade <= self.threshold)
    }
}
