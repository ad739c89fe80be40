//! Checks of keys without tables, each in its own lane: the digits of u2 with doublings between them, then the table of the generator.
//!
//! Sums are Jacobian: (x z^2, y z^3, z). An addition multiplies z by x2 z^2 - x1, which is 0 exactly where the two points have the same
//! x; and a z of 0 stays 0. So a last z other than 0 says that no addition met a case that it is not for.

use super::super::Answer;
use super::super::point::Affine;
use super::super::table::{Entry, Multiples};
use super::job::{Job, Numbers, entries, outcome, padded, pick, points};
use super::scalars::{self, Place};
use super::tree::{Point, add_all};
use super::{order, prime};
use crate::crypto::lanes::avx512::Eight;
use crate::crypto::lanes::limbs::{self, Limbs};

/// The bits of a digit.
const WINDOW: u32 = 5;

/// Eight sums. Coordinates are whole, x and y below 1.001 p, z below 1.4 p.
#[derive(Clone, Copy)]
struct Sum {
    x: Limbs,
    y: Limbs,
    z: Limbs,
}

/// The answers for jobs of points of the curve; undecided where an addition met equal or opposite points, or where r may stand for
/// r + n.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn check(jobs: &[Job<Affine>], generator: &Multiples) -> Vec<Answer> {
    let groups: Vec<[&Job<Affine>; 8]> = jobs.chunks(8).filter_map(|chunk| padded(chunk)).collect();
    let numbers: Vec<Numbers> = groups.iter().map(|group| Numbers::of(group)).collect();
    let inverses = order::invert_all(&numbers.iter().map(|numbers| numbers.s).collect::<Vec<_>>());
    let Some(tables) = odd_multiples(&groups) else { return vec![Answer::Undecided; jobs.len()] };
    let mut answers = Vec::with_capacity(jobs.len() + 8);
    for (((group, numbers), inverse), table) in groups.iter().zip(&numbers).zip(&inverses).zip(&tables) {
        let (u1, u2) = scalars::factors(&numbers.z, &numbers.r, inverse);
        let (right, lost) = match multiple(table, &u2).and_then(|sum| add_multiple(sum, generator, &u1)) {
            Some(sum) => has_x(&sum, &numbers.r),
            None => (0, 0xff),
        };
        answers.extend(outcome(group, right, lost));
    }
    answers.truncate(jobs.len());
    answers
}

/// For each group the odd multiples 1, 3, 5, .. of its eight keys, as many as a digit needs.
#[target_feature(enable = "avx512f,avx512ifma")]
fn odd_multiples(groups: &[[&Job<Affine>; 8]]) -> Option<Vec<[Vec<Entry>; 8]>> {
    let mut steps: Vec<Point> =
        groups.iter().map(|group| points(&group.map(|job| Entry::new(&job.key)).each_ref(), 0)).collect();
    let mut odd: Vec<Vec<Point>> = steps.iter().map(|point| vec![*point]).collect();
    // 2 Q first; then with each 2^(i+1) Q the odd multiples that need 2^i Q. The curve's order is a large prime, so multiples this
    // small are never equal, opposite or at infinity.
    for level in 0..WINDOW {
        let mut pairs: Vec<(&Point, Option<&Point>)> = Vec::new();
        for (step, odd) in steps.iter().zip(&odd) {
            if level + 1 < WINDOW {
                pairs.push((step, None));
            }
            if level > 0 {
                pairs.extend(odd.iter().map(|point| (point, Some(step))));
            }
        }
        let mut sums = add_all(&pairs)?.into_iter();
        for (step, odd) in steps.iter_mut().zip(&mut odd) {
            if level + 1 < WINDOW {
                *step = sums.next().unwrap_or(*step);
            }
            if level > 0 {
                odd.extend(sums.by_ref().take(odd.len()));
            }
        }
    }
    Some(odd.iter().map(|odd| entries(odd)).collect())
}

/// `scalars` times the points of a table of odd multiples.
#[target_feature(enable = "avx512f,avx512ifma")]
fn multiple(table: &[Vec<Entry>; 8], scalars: &Limbs) -> Option<Sum> {
    let tables = table.each_ref().map(Vec::as_slice);
    let mut places: Vec<Place> = Vec::new();
    scalars::places(scalars, WINDOW, &mut places);
    let mut places = places.iter().rev();
    let first = places.next()?;
    let Point { x, y } = points(&pick(&tables, 0, first)?, first.negative);
    let mut sum = Sum { x, y, z: limbs::splat(&prime::ONE) };
    for place in places {
        for _ in 0..WINDOW {
            sum = double(&sum);
        }
        sum = add(&sum, &points(&pick(&tables, 0, place)?, place.negative));
    }
    Some(sum)
}

/// `sum` + `scalars` times the generator.
#[target_feature(enable = "avx512f,avx512ifma")]
fn add_multiple(sum: Sum, generator: &Multiples, scalars: &Limbs) -> Option<Sum> {
    let mut places: Vec<Place> = Vec::new();
    scalars::places(scalars, generator.window(), &mut places);
    let (mut sum, mut first) = (sum, 0);
    for place in &places {
        sum = add(&sum, &points(&pick(&[generator.entries(); 8], first, place)?, place.negative));
        first += 1 << (generator.window() - 1);
    }
    Some(sum)
}

/// A bit for each lane: whether the point has this plain x; and whether z is 0.
#[target_feature(enable = "avx512f,avx512ifma")]
fn has_x(sum: &Sum, x: &Limbs) -> (u8, u8) {
    let x = prime::multiply(x, &limbs::splat(&prime::R_SQUARED));
    let scaled = prime::multiply(&x, &prime::square(&sum.z));
    (prime::is_zero(&prime::difference(&scaled, &sum.x)), prime::is_zero(&sum.z))
}

/// Twice the points.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn double(sum: &Sum) -> Sum {
    let Sum { x, y, z } = sum;
    let delta = prime::square(z);
    let gamma = prime::square(y);
    let beta = prime::multiply(x, &gamma);
    // 3 (x - z^2) (x + z^2): below 1.5 p, and three times that.
    let product = prime::multiply(&prime::difference(x, &delta), &prime::sum(x, &delta));
    let alpha = limbs::carried(&limbs::add(&product, &limbs::double(&product)));
    let four_beta = limbs::double(&limbs::double(&beta));
    let x3 = prime::square_add(&alpha, &negative(&limbs::double(&four_beta)));
    let z3 = prime::multiply(&prime::sum(y, y), z);
    let gamma_squared = prime::square(&gamma);
    let eight = limbs::double(&limbs::double(&limbs::double(&gamma_squared)));
    let y3 = prime::multiply_add(&alpha, &prime::difference(&four_beta, &x3), &negative(&eight));
    Sum { x: x3, y: y3, z: z3 }
}

/// The sums with these points; z = 0 where the two have the same x.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn add(sum: &Sum, point: &Point) -> Sum {
    let Sum { x: x1, y: y1, z: z1 } = sum;
    let z1_squared = prime::square(z1);
    let h = prime::difference(&prime::multiply(&point.x, &z1_squared), x1);
    let r = prime::difference(&prime::multiply(&point.y, &prime::multiply(z1, &z1_squared)), y1);
    let h_squared = prime::square(&h);
    let h_cubed = prime::multiply(&h, &h_squared);
    let v = prime::multiply(x1, &h_squared);
    let x3 = prime::square_add(&r, &negative(&limbs::add(&h_cubed, &limbs::double(&v))));
    let y3 = prime::multiply_add(&r, &prime::difference(&v, &x3), &negative(&prime::multiply(y1, &h_cubed)));
    Sum { x: x3, y: y3, z: prime::multiply(z1, &h) }
}

/// 0 - a, limb by limb.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn negative(a: &Limbs) -> Limbs {
    limbs::subtract(&[Eight::splat(0); 5], a)
}
