//! Reading codes that lie flat: turned and scaled, but without perspective. Three finder patterns fix such a code.

use super::finders::Finder;
use super::grid;
use crate::limits;

/// How far the two sides of a code may differ, and the corner from a right angle (as a cosine).
const SKEW: f64 = 0.2;

/// Combinations of three finders that are sampled in one picture; those of a real one are few.
const TRIES: usize = 2_000;

/// The bytes of the codes that three of the `finders` each belong to, at most [`limits::IMAGE_CODES`].
pub(super) fn read(finders: &[Finder], is_black: impl Fn(u32, u32) -> bool) -> Vec<Vec<u8>> {
    let (mut codes, mut used) = (Vec::new(), vec![false; finders.len()]);
    let mut tries = TRIES;
    let is_used = |used: &[bool], place: usize| used.get(place).copied().unwrap_or(true);
    for (a, corner) in finders.iter().enumerate() {
        for (b, right) in finders.iter().enumerate() {
            for (c, below) in finders.iter().enumerate() {
                let places = [a, b, c];
                if codes.len() == limits::IMAGE_CODES || places.iter().any(|place| is_used(&used, *place)) {
                    continue;
                }
                let Some(sheet) = Sheet::of(*corner, *right, *below) else { continue };
                let Some(left) = tries.checked_sub(1) else { return codes };
                tries = left;
                if let Some(bytes) = sheet.read(&is_black) {
                    codes.push(bytes);
                    places.iter().for_each(|place| used.iter_mut().skip(*place).take(1).for_each(|used| *used = true));
                }
            }
        }
    }
    codes
}

/// Where a code lies: the finder of its corner and the ways to the two others.
struct Sheet {
    corner: Finder,
    across: (f64, f64),
    down: (f64, f64),
    /// About how many modules each of the ways has.
    modules: f64,
}

impl Sheet {
    fn of(corner: Finder, right: Finder, below: Finder) -> Option<Self> {
        let way = |to: Finder| (to.x - corner.x, to.y - corner.y);
        let (across, down) = (way(right), way(below));
        let (width, height) = (across.0.hypot(across.1), down.0.hypot(down.1));
        let module = (corner.module + right.module + below.module) / 3.0;
        let alike = |one: f64, other: f64| (one - other).abs() <= SKEW * one.max(other);
        let square = (across.0 * down.0 + across.1 * down.1).abs() <= SKEW * width * height;
        // The other turning direction is the mirror image.
        let turns_right = across.0 * down.1 - across.1 * down.0 > 0.0;
        let sizes_agree = [corner, right, below].iter().all(|finder| (finder.module - module).abs() <= 0.4 * module);
        (turns_right && square && alike(width, height) && sizes_agree).then(|| Sheet {
            corner,
            across,
            down,
            modules: (width + height) / 2.0 / module,
        })
    }

    /// The code's bytes, for the first size about right that makes a code.
    fn read(&self, is_black: impl Fn(u32, u32) -> bool) -> Option<Vec<u8>> {
        let slack = 4.0 + self.modules * SKEW;
        let mut sizes: Vec<u32> =
            grid::sizes().filter(|size| (f64::from(*size) - 7.0 - self.modules).abs() <= slack).collect();
        sizes.sort_by(|a, b| self.off(*a).total_cmp(&self.off(*b)));
        sizes
            .into_iter()
            .find_map(|size| grid::read(size, |x, y| self.middle(x, y, size).is_some_and(|(x, y)| is_black(x, y))))
    }

    fn off(&self, size: u32) -> f64 {
        (f64::from(size) - 7.0 - self.modules).abs()
    }

    /// The pixel in the middle of a module.
    fn middle(&self, x: u32, y: u32, size: u32) -> Option<(u32, u32)> {
        // Finders stand three modules in, their middles seven modules less apart than the code is wide.
        let part = |place: u32| (f64::from(place) - 3.0) / (f64::from(size) - 7.0);
        let (x, y) = (part(x), part(y));
        let along = |from: f64, across: f64, down: f64| pixel(from + across * x + down * y);
        let column = along(self.corner.x, self.across.0, self.down.0)?;
        Some((column, along(self.corner.y, self.across.1, self.down.1)?))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked before")]
fn pixel(place: f64) -> Option<u32> {
    let place = place.round();
    (0.0..=f64::from(u32::MAX)).contains(&place).then_some(place as u32)
}
