//! Sums of many points in eight lanes: pairs are added, then pairs of sums, with one inversion for all pairs of a level.
//!
//! Two points are added by the rule for different x. Where the x of a pair are the same in some lane, the points are equal or opposite:
//! that lane is given up for its whole sum, and whoever asked decides it in another way. Infinity cannot arise otherwise.

use super::prime;
use crate::crypto::lanes::limbs::{self, Limbs};

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
    /// The widths of neighbours, multiplied while points come in, which leaves time to fetch the next ones.
    widths: Widths,
}

/// Numbers to be inverted together: the product of those before each, and of all.
pub struct Widths {
    /// Of those before each, whole, below 2 p.
    pub before: Vec<Limbs>,
    /// Of all, whole, below 2 p.
    pub product: Limbs,
}

impl Widths {
    /// Room for so many numbers.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn new(pairs: usize) -> Widths {
        Widths { before: Vec::with_capacity(pairs), product: limbs::splat(&prime::ONE) }
    }

    /// Takes a number, a factor below 4 p.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn push(&mut self, width: &Limbs) {
        self.before.push(self.product);
        self.product = prime::multiply(&self.product, width);
    }
}

impl Forest {
    /// For `sums` sums of `count` points each.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn new(sums: usize, count: usize) -> Forest {
        let widths = Widths::new(sums * count.div_ceil(2));
        Forest { points: Vec::with_capacity(sums * count), count, lost: vec![0; sums], widths }
    }

    /// Takes two neighbours of a sum, or its last point.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn push(&mut self, point: Point, neighbour: Option<Point>) {
        self.points.push(point);
        if let Some(neighbour) = neighbour {
            self.widths.push(&width(&point, &neighbour, 0));
            self.points.push(neighbour);
        }
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
        let mut widths =
            if step == 1 { std::mem::replace(&mut self.widths, Widths::new(0)) } else { self.widths(step) };
        let zero = prime::is_zero(&widths.product);
        if zero != 0 {
            self.lose(step, zero);
            widths = self.widths(step);
        }
        let mut inverse = prime::invert(&widths.product);
        let mut before = widths.before.into_iter().rev();
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

    /// The widths of all pairs that are `step` apart.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn widths(&self, step: usize) -> Widths {
        let mut widths = Widths::new(self.points.len() / (2 * step) + self.lost.len());
        for (sum, lost) in self.points.chunks_exact(self.count).zip(&self.lost) {
            for run in sum.chunks(2 * step) {
                if let Some((a, b)) = ends(run, step) {
                    widths.push(&width(a, b, *lost));
                }
            }
        }
        widths
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
/// `None` where two points of a pair have the same x in some lane, or a point that is doubled has y = 0.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn add_all(pairs: &[(&Point, Option<&Point>)]) -> Option<Vec<Point>> {
    let mut widths = Widths::new(pairs.len());
    for (a, b) in pairs {
        widths.push(&line(a, *b).0);
    }
    if prime::is_zero(&widths.product) != 0 {
        return None;
    }
    let mut inverse = prime::invert(&widths.product);
    let mut sums = Vec::with_capacity(pairs.len());
    for ((a, b), before) in pairs.iter().zip(&widths.before).rev() {
        let (width, rise) = line(a, *b);
        let reciprocal = prime::multiply(&inverse, before);
        inverse = prime::multiply(&inverse, &width);
        sums.push(sum_of(a, b.unwrap_or(a), &rise, &reciprocal));
    }
    sums.reverse();
    Some(sums)
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
