//! Tables of a point's multiples, so that a multiplication needs additions only.
//!
//! For digits of w bits the table holds j 2^(w i) P for each digit i and each j from 1 to 2^(w - 1).

use super::field::Element;
use super::point::{Addend, Point};
use super::scalar::{Scalar, digit_count};

/// The multiples of one point.
pub struct Multiples {
    window: u32,
    /// Of the lowest digit first; 2^(window - 1) for each.
    addends: Box<[Addend]>,
}

impl Multiples {
    /// Of that point, for digits of `window` bits; `None` below 2 or above 16.
    pub fn build(point: &Point, window: u32) -> Option<Multiples> {
        if !(2..=16).contains(&window) {
            return None;
        }
        let half = 1_usize << (window - 1);
        let count = usize::try_from(digit_count(window)).ok()?;
        let mut points: Vec<Point> = Vec::with_capacity(count * half);
        let mut unit = *point;
        for _ in 0..count {
            let multiples = std::iter::successors(Some(unit), |last| Some(last.plus(&unit)));
            points.extend(multiples.take(half));
            // Twice the last one, 2^(window - 1) times the unit, is the next unit.
            let last = points.last()?;
            unit = last.plus(last);
        }
        Some(Multiples { window, addends: addends_of(&points).into_boxed_slice() })
    }

    /// Bytes of memory that they take.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.addends)
    }

    /// The bits of a digit.
    pub fn window(&self) -> u32 {
        self.window
    }

    /// What to add for each digit of the scalar, the lowest first, and whether it is to be added or taken away; `None` is never the case
    /// with a whole table.
    pub fn picks(&self, scalar: &Scalar) -> impl Iterator<Item = Option<(&Addend, bool)>> + use<'_> {
        let rows = self.addends.chunks_exact(1 << (self.window - 1));
        rows.zip(scalar.digits(self.window)).map(|(row, digit)| match digit {
            0 => Some((&Addend::NEUTRAL, true)),
            _ => Some((row.get(usize::try_from(digit.unsigned_abs() - 1).ok()?)?, digit > 0)),
        })
    }

    /// `sum` + `scalar` times the point; `None` is never the case with a whole table.
    pub fn add_multiple(&self, sum: Point, scalar: &Scalar) -> Option<Point> {
        // All entries are fetched before the first is needed, so that the processor waits for memory once and not for each.
        let picked = self.picks(scalar).map(|picked| picked.map(|(addend, is_added)| (*addend, is_added)));
        let picked: Vec<(Addend, bool)> = picked.collect::<Option<_>>()?;
        let sum = picked.iter().fold(
            sum,
            |sum, (addend, is_added)| {
                if *is_added { sum.plus_addend(addend) } else { sum.minus_addend(addend) }
            },
        );
        Some(sum)
    }
}

/// The points as addends, with one inversion for all.
fn addends_of(points: &[Point]) -> Vec<Addend> {
    let mut product = Element::ONE;
    let before: Vec<Element> = points
        .iter()
        .map(|point| {
            let before = product;
            product = product.times(point.z());
            before
        })
        .collect();
    let mut inverse = product.inverse();
    let mut addends: Vec<Addend> = points
        .iter()
        .zip(&before)
        .rev()
        .map(|(point, before)| {
            let own = inverse.times(*before);
            inverse = inverse.times(point.z());
            point.addend_with(own)
        })
        .collect();
    addends.reverse();
    addends
}
