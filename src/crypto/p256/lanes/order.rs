//! Numbers modulo the order of the group in eight lanes: Montgomery form with R = 2^260.

use super::super::order;
use super::super::words::{N, negative_inverse};
use crate::crypto::lanes::avx512::Eight;
use crate::crypto::lanes::limbs::{self, Constant, Limbs, MASK};

/// The order.
pub const ORDER: Constant = limbs::limbs_of(&N);
/// -1 / n modulo 2^52.
const NEGATIVE_INVERSE: u64 = negative_inverse(N[0]) & MASK;
const UNIT: Constant = [1, 0, 0, 0, 0];

/// a b / R modulo n, whole, below a b / R + n; the product of the two is below R n, and both are carried.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn multiply(a: &Limbs, b: &Limbs) -> Limbs {
    let order = limbs::splat(&ORDER);
    let mut t = limbs::product(a, b);
    for i in 0..5 {
        let m = Eight::splat(0).add_low(t[i], Eight::splat(NEGATIVE_INVERSE));
        for j in 0..5 {
            t[i + j] = t[i + j].add_low(m, order[j]);
            t[i + j + 1] = t[i + j + 1].add_high(m, order[j]);
        }
        t[i + 1] = t[i + 1].add(t[i].right::<52>());
    }
    let [_, _, _, _, _, t5, t6, t7, t8, t9] = t;
    limbs::whole(&[t5, t6, t7, t8, t9])
}

/// n - a where the lane's bit is set, else a; whole, for a below n.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn negative_where(a: &Limbs, bits: u8) -> Limbs {
    limbs::whole(&limbs::or_where(a, bits, &limbs::subtract(&limbs::splat(&ORDER), a)))
}

/// R / s for each s, whole, below 2 n; each s is below n and 0 in no lane.
///
/// A Montgomery product of such an inverse and a plain number is plain.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn invert_all(numbers: &[Limbs]) -> Vec<Limbs> {
    let Some((first, others)) = numbers.split_first() else { return Vec::new() };
    let mut product = *first;
    let mut before = Vec::with_capacity(numbers.len());
    for number in others {
        before.push(product);
        product = multiply(&product, number);
    }
    let mut inverse = invert(&product);
    let mut inverses = Vec::with_capacity(numbers.len());
    for (number, before) in others.iter().zip(&before).rev() {
        inverses.push(multiply(&inverse, before));
        inverse = multiply(&inverse, number);
    }
    inverses.push(inverse);
    inverses.reverse();
    inverses
}

/// R / a in each lane for an a in plain form, though products here are Montgomery's: for a = a' R it gives 1 / a'.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn invert(a: &Limbs) -> Limbs {
    let pairs = multiply(a, &limbs::rotate::<4>(a));
    let fours = multiply(&pairs, &limbs::rotate::<2>(&pairs));
    let all = multiply(&fours, &limbs::rotate::<1>(&fours));
    let words = limbs::words_of(&limbs::first_lane(&multiply(&all, &limbs::splat(&UNIT))));
    let inverse = limbs::splat(&limbs::limbs_of(&order::invert_words(&words)));
    let inverse = multiply(&inverse, &limbs::rotate::<1>(&fours));
    let inverse = multiply(&inverse, &limbs::rotate::<2>(&pairs));
    multiply(&inverse, &limbs::rotate::<4>(a))
}
