//! Sums of many points in eight lanes: pairs are added, then pairs of sums, with one inversion for all pairs of a level.
//!
//! Two points are added by the rule for different x. Where the x of a pair are the same in some lane, the points are equal or opposite:
//! that lane is given up for its whole sum, and whoever asked decides it in another way. Infinity cannot arise otherwise.

use super::limbs::{self, Limbs};
use super::prime;

/// Eight points, not at infinity; coordinates in Montgomery form, whole, below 1.001 p.
#[derive(Clone, Copy)]
pub struct Point {
    /// The first coordinates.
    pub x: Limbs,
    /// The second ones.
    pub y: Limbs,
}

/// Points of several sums: `count` of each, one sum after the other.
pub struct Forest {
    points: Vec<Point>,
    count: usize,
    /// For each sum, a bit for each lane that was given up.
    lost: Vec<u8>,
}

impl Forest {
    /// Sums of `count` points each.
    pub fn new(points: Vec<Point>, count: usize) -> Forest {
        let lost = vec![0; points.len() / count.max(1)];
        Forest { points, count, lost }
    }

    /// Adds until two points are left of each sum.
    ///
    /// Then for each sum those two, and a bit for each lane that was given up.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn last_pairs(mut self) -> Vec<(Point, Point, u8)> {
        let mut step = 1;
        while 2 * step < self.count {
            self.add_level(step);
            step *= 2;
        }
        let pairs = self.points.chunks_exact(self.count).zip(&self.lost);
        pairs.filter_map(|(sum, lost)| Some((*sum.first()?, *sum.get(step)?, *lost))).collect()
    }

    /// Adds points that are `step` apart; what stood between them was added before.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn add_level(&mut self, step: usize) {
        let (mut before, mut product) = self.widths(step);
        let zero = prime::is_zero(&product);
        if zero != 0 {
            self.lose(step, zero);
            (before, product) = self.widths(step);
        }
        let mut inverse = prime::invert(&product);
        let mut before = before.into_iter().rev();
        for (sum, lost) in self.points.chunks_exact_mut(self.count).zip(&self.lost).rev() {
            for run in sum.chunks_mut(2 * step).rev() {
                let Some((a, b)) = ends(run, step) else { continue };
                let Some(before) = before.next() else { return };
                let width = width(a, b, *lost);
                let reciprocal = prime::multiply(&inverse, &before);
                inverse = prime::multiply(&inverse, &width);
                let result = sum_of(a, b, &prime::difference(&b.y, &a.y), &reciprocal);
                if let Some(slot) = run.first_mut() {
                    *slot = result;
                }
            }
        }
    }

    /// The product of the widths before each pair, and of all.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn widths(&self, step: usize) -> (Vec<Limbs>, Limbs) {
        let mut before = Vec::with_capacity(self.points.len() / (2 * step) + self.lost.len());
        let mut product = limbs::splat(&prime::ONE);
        for (sum, lost) in self.points.chunks_exact(self.count).zip(&self.lost) {
            for run in sum.chunks(2 * step) {
                let Some((a, b)) = ends(run, step) else { continue };
                before.push(product);
                product = prime::multiply(&product, &width(a, b, *lost));
            }
        }
        (before, product)
    }

    /// Gives up the sums that have a pair of the same x, in those lanes.
    #[cold]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn lose(&mut self, step: usize, lanes: u8) {
        for (sum, lost) in self.points.chunks_exact(self.count).zip(&mut self.lost) {
            for run in sum.chunks(2 * step) {
                let Some((a, b)) = ends(run, step) else { continue };
                *lost |= prime::is_zero(&prime::difference(&b.x, &a.x)) & lanes;
            }
        }
    }
}

/// The first of a run, and the one `step` after it if the run goes so far.
#[inline]
fn ends(run: &[Point], step: usize) -> Option<(&Point, &Point)> {
    Some((run.first()?, run.get(step)?))
}

/// x2 - x1, a factor below 3.1 p; 1 in lanes that were given up, so that they do not spoil the product.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn width(a: &Point, b: &Point, lost: u8) -> Limbs {
    let width = prime::difference(&b.x, &a.x);
    if lost == 0 { width } else { limbs::or_where(&width, lost, &limbs::splat(&prime::ONE)) }
}

/// a + b, of the line's slope as rise and 1 / width; the product of the two is below R p.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn sum_of(a: &Point, b: &Point, rise: &Limbs, reciprocal: &Limbs) -> Point {
    let slope = prime::multiply(rise, reciprocal);
    let zero = limbs::splat(&[0; 5]);
    let x = prime::square_add(&slope, &limbs::subtract(&limbs::subtract(&zero, &a.x), &b.x));
    let y = prime::multiply_add(&slope, &prime::difference(&a.x, &x), &limbs::subtract(&zero, &a.y));
    Point { x, y }
}

/// The sums of pairs, or twice a point where the second is `None`; with one inversion for all.
///
/// In no lane may two points of a pair have the same x, nor a point that is doubled have y = 0.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn add_all(pairs: &[(Point, Option<Point>)]) -> Vec<Point> {
    let mut before = Vec::with_capacity(pairs.len());
    let mut product = limbs::splat(&prime::ONE);
    for (a, b) in pairs {
        before.push(product);
        product = prime::multiply(&product, &line(a, b.as_ref()).0);
    }
    let mut inverse = prime::invert(&product);
    let mut sums = Vec::with_capacity(pairs.len());
    for ((a, b), before) in pairs.iter().zip(&before).rev() {
        let (width, rise) = line(a, b.as_ref());
        let reciprocal = prime::multiply(&inverse, before);
        inverse = prime::multiply(&inverse, &width);
        sums.push(sum_of(a, b.as_ref().unwrap_or(a), &rise, &reciprocal));
    }
    sums.reverse();
    sums
}

/// Width and rise of the line through two points, or of the tangent of one: factors below 4 p and 6 p.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn line(a: &Point, b: Option<&Point>) -> (Limbs, Limbs) {
    match b {
        Some(b) => (prime::difference(&b.x, &a.x), prime::difference(&b.y, &a.y)),
        None => (prime::sum(&a.y, &a.y), prime::three_less_three(&prime::square(&a.x))),
    }
}

/// A bit for each lane: whether the sum of two points of different x has this x; and whether theirs are the same.
///
/// With the slope d / w, the sum has x = (d / w)^2 - x1 - x2; so nothing is inverted here. `x` is below 2 p.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn sum_has_x(a: &Point, b: &Point, x: &Limbs) -> (u8, u8) {
    let width = prime::difference(&b.x, &a.x);
    let rise = prime::difference(&b.y, &a.y);
    let total = limbs::carried(&limbs::add(&limbs::add(&a.x, &b.x), x));
    let left = prime::multiply(&total, &prime::square(&width));
    (prime::is_zero(&prime::difference(&left, &prime::square(&rise))), prime::is_zero(&width))
}
