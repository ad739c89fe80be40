//! One check at a time, in 64-bit words: FIPS 186-5, section 6.4.2, with additions that are right in all cases.

use super::digits::{Digit, Digits};
use super::order;
use super::point::{Affine, Jacobian, add_pairs, to_affine};
use super::table::Multiples;
use super::words::{self, N, P_MINUS_N, Words};
use super::{Answer, By, Check};

/// The bits of a digit for a key without a table.
const WINDOW: u32 = 5;

/// r and s of a signature, each from 1 to n - 1.
pub struct Pair {
    /// The first number.
    pub r: Words,
    /// The second one.
    pub s: Words,
}

impl Pair {
    /// Of r || s; `None` when one is out of range.
    pub fn decode(signature: &[u8; 64]) -> Option<Pair> {
        let (r, s) = words::pair_from_be_bytes(signature);
        let in_range = |x: &Words| !words::is_zero(x) && words::less(x, &N);
        (in_range(&r) && in_range(&s)).then_some(Pair { r, s })
    }
}

/// The answer of one check.
pub fn check(one: &Check<'_>) -> Answer {
    let Some(Pair { r, s }) = Pair::decode(one.signature) else { return Answer::Wrong };
    let Some(generator) = Multiples::of_generator() else { return Answer::Undecided };
    // 1 / s is a plain number, so the products with it are made with the other factor in Montgomery form.
    let inverse = order::invert_words(&s);
    let u1 = order::multiply(&inverse, &order::to_montgomery(&words::from_be_bytes(&one.digest)));
    let u2 = order::multiply(&inverse, &order::to_montgomery(&r));
    let sum = match one.by {
        By::Known(table) => table.multiples().add_multiple(Jacobian::INFINITY, &u2),
        By::Unknown { x, y } => multiple(x, y, &u2),
    };
    match sum.and_then(|sum| generator.add_multiple(sum, &u1)) {
        Some(sum) => compare(&sum, &r),
        None => Answer::Undecided,
    }
}

/// Whether the x coordinate of the point is r modulo n.
fn compare(point: &Jacobian, r: &Words) -> Answer {
    if point.is_infinity() {
        return Answer::Wrong;
    }
    let z_squared = point.z.square();
    let is_x = |x: &Words| super::field::Fe::from_words(x).is_some_and(|x| x.multiply(&z_squared) == point.x);
    if is_x(r) || (words::less(r, &P_MINUS_N) && is_x(&words::add(*r, N).0)) { Answer::Right } else { Answer::Wrong }
}

/// `scalar` times a point that has no table; `None` when it is not on the curve.
fn multiple(x: &[u8; 32], y: &[u8; 32], scalar: &Words) -> Option<Jacobian> {
    let point = Affine::from_words(&words::from_be_bytes(x), &words::from_be_bytes(y))?;
    let odd = odd_multiples(&point)?;
    let digits: Vec<Digit> = Digits::new(scalar, WINDOW).collect();
    let mut sum = Jacobian::INFINITY;
    for Digit { index, negative } in digits.into_iter().rev() {
        if !sum.is_infinity() {
            for _ in 0..WINDOW {
                sum = sum.double();
            }
        }
        let point = odd.get(index)?;
        sum = sum.add_affine(&if negative { point.negative() } else { *point });
    }
    Some(sum)
}

/// 1, 3, 5, .. times the point: as many as a digit needs.
fn odd_multiples(point: &Affine) -> Option<Vec<Affine>> {
    let doubles = std::iter::successors(Some(point.to_jacobian()), |last| Some(last.double()));
    let doubles = to_affine(&doubles.take(usize::try_from(WINDOW).ok()?).collect::<Vec<_>>())?;
    let mut odd = vec![*point];
    for step in doubles.iter().skip(1) {
        let pairs: Vec<(Affine, Affine)> = odd.iter().map(|point| (*point, *step)).collect();
        odd.extend(add_pairs(&pairs)?);
    }
    Some(odd)
}
