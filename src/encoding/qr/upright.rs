//! Reading the one code of a picture that holds nothing else: upright, in two tones, without perspective.
//!
//! Most pictures of credentials were drawn by a program. For them the box around all dark pixels is the code, which is
//! then read without searching; that succeeds where the search for finder patterns in small modules does not.

use image::{GrayImage, Luma};
use rqrr::{Grid, SimpleGrid};

/// Of the modules whose colour is known beforehand, one in so many may be wrong.
const WRONG_ONE_IN: usize = 10;

/// The bytes of the code that fills the box around all pixels as dark as `threshold`, if there is one.
pub(super) fn read(picture: &GrayImage, threshold: u8) -> Option<Vec<u8>> {
    let code = Code { picture, threshold, around: Around::dark(picture, threshold)? };
    (1..=40).map(|version| 17 + 4 * version).filter(|size| code.fits(*size)).find_map(|size| code.decode(size))
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
    /// `true` when the modules that every code of this size has are where they are due.
    fn fits(&self, size: u32) -> bool {
        if self.around.width < size || self.around.height < size {
            return false;
        }
        let (mut known, mut wrong) = (0, 0);
        for y in 0..size {
            for x in 0..size {
                if let Some(dark) = due(x, y, size) {
                    known += 1;
                    wrong += usize::from(self.is_dark(x, y, size) != dark);
                }
            }
        }
        wrong * WRONG_ONE_IN <= known
    }

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

    fn decode(&self, size: u32) -> Option<Vec<u8>> {
        let place = |module: usize| u32::try_from(module).unwrap_or(u32::MAX);
        let modules = usize::try_from(size).ok()?;
        let grid = SimpleGrid::from_func(modules, |x, y| self.is_dark(place(x), place(y), size));
        let mut bytes = Vec::new();
        Grid::new(grid).decode_to(&mut bytes).ok().map(|_| bytes)
    }
}

/// The colour of a module of the three finder patterns, their separators and the timing lines.
fn due(x: u32, y: u32, size: u32) -> Option<bool> {
    let far = size.saturating_sub(8);
    // Places relative to the nearest corner; the lower right one has no finder.
    let corner = |place: u32| if place < 8 { Some(place) } else { (place >= far).then(|| size - 1 - place) };
    if let (Some(across), Some(down)) = (corner(x), corner(y))
        && (x < 8 || y < 8)
    {
        let ring = across.abs_diff(3).max(down.abs_diff(3));
        return Some(ring <= 1 || ring == 3);
    }
    let timing = (y == 6).then_some(x).or((x == 6).then_some(y));
    timing.map(|place| place % 2 == 0)
}
