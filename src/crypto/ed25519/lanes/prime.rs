//! The field of Curve25519 in eight lanes. 2^260 is 608 modulo the prime p = 2^255 - 19, so a product needs no Montgomery form.
//!
//! Bounds: numbers that come out of here are whole (every limb below 2^52) and below 2^255 + 2^211, but for sums and differences,
//! which are only carried: good as factors, which may be up to 2^258.

use crate::crypto::lanes::avx512::Eight;
use crate::crypto::lanes::limbs::{self, Constant, Limbs, MASK};

/// 2^260 modulo the prime.
const FOLD: u64 = 608;
/// Four times the prime; limbs are not whole.
const FOUR: Constant = [4 * (MASK - 18), 4 * MASK, 4 * MASK, 4 * MASK, 4 * ((1 << 47) - 1)];
/// The bits of the highest limb that are below 2^255.
const TOP: u64 = (1 << 47) - 1;

/// t modulo p, for a product of two factors.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn reduce(t: [Eight; 10]) -> Limbs {
    let mask = Eight::splat(MASK);
    let mut t = t;
    for i in 0..9 {
        t[i + 1] = t[i + 1].add(t[i].right::<52>());
        t[i] = t[i].and(mask);
    }
    // The product is below 2^516, so its upper half fits into five limbs, and times 608 it is below 2^266.
    let fold = Eight::splat(FOLD);
    let mut low = [t[0], t[1], t[2], t[3], t[4]];
    let mut above = Eight::splat(0);
    for i in 0..5 {
        low[i] = low[i].add_low(t[i + 5], fold);
        if i < 4 {
            low[i + 1] = low[i + 1].add_high(t[i + 5], fold);
        } else {
            above = above.add_high(t[i + 5], fold);
        }
    }
    settle(&low, above)
}

/// The number plus 2^260 `above`, whole, below 2^255 + 2^211; for limbs below 2^54 and an `above` below 2^16.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn settle(low: &Limbs, above: Eight) -> Limbs {
    let [a0, a1, a2, a3, a4] = *low;
    let top = a4.right::<47>().add(above.left::<5>());
    let a4 = a4.and(Eight::splat(TOP));
    // 2^255 is 19.
    let a0 = a0.add_low(top, Eight::splat(19));
    limbs::whole(&[a0, a1, a2, a3, a4])
}

/// a b.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn multiply(a: &Limbs, b: &Limbs) -> Limbs {
    reduce(limbs::product(a, b))
}

/// a^2.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn square(a: &Limbs) -> Limbs {
    reduce(limbs::square(a))
}

/// a + b, carried: a factor, for numbers below 2^257.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn sum(a: &Limbs, b: &Limbs) -> Limbs {
    limbs::carried(&limbs::add(a, b))
}

/// a - b + 4 p, carried: a factor, for an a below 2^257 and a b below 2^256, both of limbs that need no carrying.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn difference(a: &Limbs, b: &Limbs) -> Limbs {
    limbs::carried(&limbs::add(&limbs::subtract(a, b), &limbs::splat(&FOUR)))
}

/// -a where the lane's bit is set, else a; a factor below 2^258, carried.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn negative_where(a: &Limbs, bits: u8) -> Limbs {
    let negative = limbs::subtract(&limbs::splat(&FOUR), a);
    limbs::carried(&limbs::or_where(a, bits, &negative))
}

/// The same number below 2^255, whole: the prime or what is up to 19 above it may be left.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn below_2_255(a: &Limbs) -> Limbs {
    // Where anything is above 2^255, what is left below it is small.
    settle(a, Eight::splat(0))
}

/// a^(2^times).
#[target_feature(enable = "avx512f,avx512ifma")]
fn squared(a: &Limbs, times: u32) -> Limbs {
    (0..times).fold(*a, |a, _| square(&a))
}

/// 1 / a; zero for zero.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn invert(a: &Limbs) -> Limbs {
    // z^(p - 2) = z^(2^255 - 21); `ones_n` is the power 2^n - 1.
    let to_2 = square(a);
    let to_9 = multiply(&squared(&to_2, 2), a);
    let to_11 = multiply(&to_9, &to_2);
    let ones_5 = multiply(&square(&to_11), &to_9);
    let ones_10 = multiply(&squared(&ones_5, 5), &ones_5);
    let ones_20 = multiply(&squared(&ones_10, 10), &ones_10);
    let ones_40 = multiply(&squared(&ones_20, 20), &ones_20);
    let ones_50 = multiply(&squared(&ones_40, 10), &ones_10);
    let ones_100 = multiply(&squared(&ones_50, 50), &ones_50);
    let ones_200 = multiply(&squared(&ones_100, 100), &ones_100);
    let ones_250 = multiply(&squared(&ones_200, 50), &ones_50);
    multiply(&squared(&ones_250, 5), &to_11)
}
