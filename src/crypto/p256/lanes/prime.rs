//! The field of P-256 in eight lanes: Montgomery form with R = 2^260, which leaves four bits of room above the prime.
//!
//! Bounds, for p the prime: a product of factors below 4 p is below 2 p, because 16 p^2 / R < p. What [`Limbs`] are asked for is said at
//! each function.

use super::super::field;
use super::super::words::{P, power_of_two};
use crate::crypto::lanes::avx512::Eight;
use crate::crypto::lanes::limbs::{self, Constant, Limbs};

/// 1 in Montgomery form.
pub const ONE: Constant = limbs::limbs_of(&power_of_two(260, &P));
/// What brings a number into Montgomery form.
pub const R_SQUARED: Constant = limbs::limbs_of(&power_of_two(520, &P));
/// The prime.
const PRIME: Constant = limbs::limbs_of(&P);
/// Twice the prime; limbs are not whole.
const TWICE: Constant = [2 * PRIME[0], 2 * PRIME[1], 2 * PRIME[2], 2 * PRIME[3], 2 * PRIME[4]];
/// The number 1, which takes another one out of Montgomery form.
const UNIT: Constant = [1, 0, 0, 0, 0];

/// t / R modulo p, for t below R p, as limbs that are not carried; below t / R + p.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn reduce(t: [Eight; 10]) -> Limbs {
    // p = 2^256 - 2^224 + 2^192 + 2^96 - 1, and it is -1 modulo 2^52: the lowest limb m is itself the multiple of p that clears it.
    let at_96 = Eight::splat(1 << 44);
    let at_192 = Eight::splat(1 << 36);
    let at_256 = Eight::splat((1 << 48) - (1 << 16));
    let mut t = t;
    for i in 0..5 {
        let m = t[i];
        t[i + 1] = t[i + 1].add_low(m, at_96).add(m.right::<52>());
        t[i + 2] = t[i + 2].add_high(m, at_96);
        t[i + 3] = t[i + 3].add_low(m, at_192);
        t[i + 4] = t[i + 4].add_high(m, at_192).add_low(m, at_256);
        t[i + 5] = t[i + 5].add_high(m, at_256);
    }
    let [_, _, _, _, _, t5, t6, t7, t8, t9] = t;
    [t5, t6, t7, t8, t9]
}

/// a b, whole, below a b / R + p; the product of the two is below R p, and both are carried.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn multiply(a: &Limbs, b: &Limbs) -> Limbs {
    limbs::whole(&reduce(limbs::product(a, b)))
}

/// a^2, like [`multiply`].
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn square(a: &Limbs) -> Limbs {
    limbs::whole(&reduce(limbs::square(a)))
}

/// a b + c, whole, below 1.001 p, for factors whose product is below 2 R p, and a c between -28 p and 28 p with limbs that need no carrying.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn multiply_add(a: &Limbs, b: &Limbs, c: &Limbs) -> Limbs {
    settle(&limbs::add(&reduce(limbs::product(a, b)), c))
}

/// a^2 + c, like [`multiply_add`].
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn square_add(a: &Limbs, c: &Limbs) -> Limbs {
    settle(&limbs::add(&reduce(limbs::square(a)), c))
}

/// The same modulo p, whole, below 1.001 p, for numbers between -30 p and 30 p whose limbs have a sign.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn settle(a: &Limbs) -> Limbs {
    let [a0, a1, a2, a3, a4] = *a;
    // How often 2^256 goes in; taking q p away leaves q (2^224 - 2^192 - 2^96 + 1), up to 2^229. So that much is kept back first,
    // and the result is neither negative nor above 2^256 + 2^230.
    let q = a4.subtract(Eight::splat(1 << 21)).right_signed::<48>();
    limbs::whole(&[
        a0.add(q),
        a1.subtract(q.left::<44>()),
        a2,
        a3.subtract(q.left::<36>()),
        a4.subtract(q.left::<48>()).add(q.left::<16>()),
    ])
}

/// a - b + 2 p, carried but not whole: a factor. For b below 2 p and a below 2 p it is below 4 p.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn difference(a: &Limbs, b: &Limbs) -> Limbs {
    limbs::carried(&limbs::add(&limbs::subtract(a, b), &limbs::splat(&TWICE)))
}

/// a + b, carried but not whole: a factor.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn sum(a: &Limbs, b: &Limbs) -> Limbs {
    limbs::carried(&limbs::add(a, b))
}

/// 3 a - 3, a factor below 6 p, for a below 1.3 p.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn three_less_three(a: &Limbs) -> Limbs {
    // 1 in Montgomery form is far below p, so 2 p are enough to stay above 0.
    let less = limbs::subtract(a, &limbs::splat(&ONE));
    limbs::carried(&limbs::add(&limbs::add(&less, &limbs::double(&less)), &limbs::splat(&TWICE)))
}

/// p - a where the lane's bit is set, else a; whole. For a not above p.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn negative_where(a: &Limbs, bits: u8) -> Limbs {
    limbs::whole(&limbs::or_where(a, bits, &limbs::subtract(&limbs::splat(&PRIME), a)))
}

/// The number taken out of Montgomery form, from 0 to p, whole.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn plain(a: &Limbs) -> Limbs {
    multiply(a, &limbs::splat(&UNIT))
}

/// The numbers below p, whole; for whole ones below 2 p.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn below_prime(a: &Limbs) -> Limbs {
    limbs::below(a, &PRIME)
}

/// A bit for each lane: whether the number, carried and below 2^260, is 0 modulo p.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn is_zero(a: &Limbs) -> u8 {
    // A reduced a is (a + m p) / R with m below R: at most p, and p only for a multiple of p.
    let a = plain(a);
    limbs::equal(&a, &[0; 5]) | limbs::equal(&a, &PRIME)
}

/// 1 / a in each lane, whole, below 2 p; for a below 2 p, 0 in no lane.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn invert(a: &Limbs) -> Limbs {
    // One inversion for the product of all lanes, which comes to stand in each lane.
    let pairs = multiply(a, &limbs::rotate::<4>(a));
    let fours = multiply(&pairs, &limbs::rotate::<2>(&pairs));
    let all = multiply(&fours, &limbs::rotate::<1>(&fours));
    let words = limbs::words_of(&limbs::first_lane(&plain(&all)));
    let inverse = limbs::splat(&limbs::limbs_of(&field::invert_words(&words)));
    let inverse = multiply(&inverse, &limbs::splat(&R_SQUARED));
    let inverse = multiply(&inverse, &limbs::rotate::<1>(&fours));
    let inverse = multiply(&inverse, &limbs::rotate::<2>(&pairs));
    multiply(&inverse, &limbs::rotate::<4>(a))
}
