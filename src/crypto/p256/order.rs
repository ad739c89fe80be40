//! Numbers modulo the order of the group, in 64-bit words.

use super::inverse::{Modulus, invert};
use super::words::{self, N, Words};

const R_SQUARED: Words = words::power_of_two(512, &N);
const MODULUS: Modulus = Modulus::new(N);
const NEGATIVE_INVERSE: u64 = words::negative_inverse(N[0]);

/// 1 / x modulo the order, for a plain number below it; 0 for 0.
pub fn invert_words(x: &Words) -> Words {
    invert(x, &MODULUS)
}

/// x * 2^256 modulo the order, below it, for x below 2^256.
pub fn to_montgomery(x: &Words) -> Words {
    multiply(x, &R_SQUARED)
}

/// a * b / 2^256 modulo the order, below it; at least one of the two is below it, and the other below 2^256.
#[inline]
pub fn multiply(a: &Words, b: &Words) -> Words {
    let [a0, a1, a2, a3] = *a;
    let t = step([0; 5], a0, b);
    let t = step(t, a1, b);
    let t = step(t, a2, b);
    let [t0, t1, t2, t3, top] = step(t, a3, b);
    words::reduce_once([t0, t1, t2, t3], top != 0, &N)
}

/// (t + digit * b + a multiple of n) / 2^64.
#[inline(always)]
fn step(t: [u64; 5], digit: u64, b: &Words) -> [u64; 5] {
    let [t0, t1, t2, t3, t4] = t;
    let [r0, r1, r2, r3, r4] = words::times(b, digit);
    let (t0, carry) = t0.carrying_add(r0, false);
    let (t1, carry) = t1.carrying_add(r1, carry);
    let (t2, carry) = t2.carrying_add(r2, carry);
    let (t3, carry) = t3.carrying_add(r3, carry);
    let (t4, over) = t4.carrying_add(r4, carry);
    let m = t0.wrapping_mul(NEGATIVE_INVERSE);
    let [r0, r1, r2, r3, r4] = words::times(&N, m);
    let (_, carry) = t0.carrying_add(r0, false);
    let (t1, carry) = t1.carrying_add(r1, carry);
    let (t2, carry) = t2.carrying_add(r2, carry);
    let (t3, carry) = t3.carrying_add(r3, carry);
    let (t4, again) = t4.carrying_add(r4, carry);
    [t1, t2, t3, t4, u64::from(over) + u64::from(again)]
}
