//! The entries of one point's table, eight digits side by side.

use super::super::digits;
use super::super::point::Jacobian;
use super::super::table::Entry;
use super::job::entries;
use super::prime;
use super::tree::{Point, Widths, add_all};
use crate::crypto::lanes::avx512;
use crate::crypto::lanes::limbs::{self, Limbs};

/// Eight points as (x z^2, y z^3, z), whole, below p.
struct Scaled {
    x: Limbs,
    y: Limbs,
    z: Limbs,
}

/// The entries for digits of `window` bits, from 2^i times the point for each bit i that the digits have.
///
/// `None` when one of those is at infinity or two that are to be added have the same x, as no point of the curve's order has them.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn entries_of((doubles, window): (&[Jacobian], u32)) -> Option<Vec<Entry>> {
    let count = usize::try_from(digits::count(window)).ok()?;
    let runs: Vec<&[Jacobian]> = doubles.chunks_exact(usize::try_from(window).ok()?).collect();
    // For each eight digits their bases, twice those, and so on.
    let mut scaled = Vec::new();
    for runs in runs.chunks(8) {
        for bit in 0..usize::try_from(window).ok()? {
            scaled.push(side_by_side(runs, bit)?);
        }
    }
    let steps = to_affine(&scaled)?;
    let steps: Vec<&[Point]> = steps.chunks_exact(usize::try_from(window).ok()?).collect();
    let mut odd: Vec<Vec<Point>> = steps.iter().filter_map(|steps| Some(vec![*steps.first()?])).collect();
    for level in 1..usize::try_from(window).ok()? {
        // The odd multiples so far, each plus the same even one, are the next ones.
        let mut pairs = Vec::new();
        for (steps, odd) in steps.iter().zip(&odd) {
            let step = steps.get(level)?;
            pairs.extend(odd.iter().map(|point| (point, Some(step))));
        }
        let mut sums = add_all(&pairs)?.into_iter();
        for odd in &mut odd {
            odd.extend(sums.by_ref().take(odd.len()));
        }
    }
    let mut all = Vec::with_capacity(count << (window - 1));
    for lane in odd.iter().flat_map(|odd| entries(odd)).take(count) {
        all.extend_from_slice(&lane);
    }
    Some(all)
}

/// The same place of eight runs; the last run again where there are fewer.
#[target_feature(enable = "avx512f,avx512ifma")]
fn side_by_side(runs: &[&[Jacobian]], at: usize) -> Option<Scaled> {
    let mut points = [*runs.last()?.get(at)?; 8];
    for (slot, run) in points.iter_mut().zip(runs) {
        *slot = *run.get(at)?;
    }
    let sides = points.map(|point| {
        let ([x0, x1, x2, x3], [y0, y1, y2, y3]) = (point.x.to_table_form(), point.y.to_table_form());
        [x0, x1, x2, x3, y0, y1, y2, y3]
    });
    let depths = points.map(|point| {
        let [z0, z1, z2, z3] = point.z.to_table_form();
        [z0, z1, z2, z3, 0, 0, 0, 0]
    });
    let [x0, x1, x2, x3, y0, y1, y2, y3] = avx512::transpose(sides.each_ref());
    let [z0, z1, z2, z3, ..] = avx512::transpose(depths.each_ref());
    Some(Scaled {
        x: limbs::from_words([x0, x1, x2, x3]),
        y: limbs::from_words([y0, y1, y2, y3]),
        z: limbs::from_words([z0, z1, z2, z3]),
    })
}

/// The points by their coordinates, below p.
#[target_feature(enable = "avx512f,avx512ifma")]
fn to_affine(scaled: &[Scaled]) -> Option<Vec<Point>> {
    let mut depths = Widths::new(scaled.len());
    for point in scaled {
        depths.push(&point.z);
    }
    if prime::is_zero(&depths.product) != 0 {
        return None;
    }
    let mut inverse = prime::invert(&depths.product);
    let mut points = Vec::with_capacity(scaled.len());
    for (point, before) in scaled.iter().zip(&depths.before).rev() {
        let reciprocal = prime::multiply(&inverse, before);
        inverse = prime::multiply(&inverse, &point.z);
        let squared = prime::square(&reciprocal);
        let x = prime::multiply(&point.x, &squared);
        let y = prime::multiply(&point.y, &prime::multiply(&squared, &reciprocal));
        points.push(Point { x: prime::below_prime(&x), y: prime::below_prime(&y) });
    }
    points.reverse();
    Some(points)
}
