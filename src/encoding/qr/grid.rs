//! A code as a square of modules, wherever their colours come from.

use rqrr::{Grid, SimpleGrid};

/// Of the modules whose colour is known beforehand, one in so many may be wrong.
const WRONG_ONE_IN: usize = 10;

/// All widths of a code, in modules.
pub(super) fn sizes() -> impl Iterator<Item = u32> {
    (1..=40).map(|version| 17 + 4 * version)
}

/// The bytes of the code of `size` modules whose dark ones are told by column and row, if it is a code.
pub(super) fn read(size: u32, is_dark: impl Fn(u32, u32) -> bool) -> Option<Vec<u8>> {
    if !fits(size, &is_dark) {
        return None;
    }
    let place = |module: usize| u32::try_from(module).unwrap_or(u32::MAX);
    let grid = SimpleGrid::from_func(usize::try_from(size).ok()?, |x, y| is_dark(place(x), place(y)));
    let mut bytes = Vec::new();
    Grid::new(grid).decode_to(&mut bytes).ok().map(|_| bytes)
}

/// `true` when the modules that every code of this size has are where they are due: the finder patterns with their
/// separators, and the timing lines.
fn fits(size: u32, is_dark: impl Fn(u32, u32) -> bool) -> bool {
    let far = size.saturating_sub(8);
    let block = (0..8).flat_map(|y| (0..8).map(move |x| (x, y)));
    // Seen from its corner each of the three blocks is the same; the lower right corner has none.
    let finders = block.flat_map(|(x, y)| {
        let ring = u32::abs_diff(x, 3).max(u32::abs_diff(y, 3));
        let dark = ring <= 1 || ring == 3;
        [(x, y, dark), (size - 1 - x, y, dark), (x, size - 1 - y, dark)]
    });
    let timing = (8..far).flat_map(|place| [(place, 6, place % 2 == 0), (6, place, place % 2 == 0)]);
    let (mut known, mut wrong) = (0, 0);
    for (x, y, dark) in finders.chain(timing) {
        known += 1;
        wrong += usize::from(is_dark(x, y) != dark);
    }
    wrong * WRONG_ONE_IN <= known
}
