//! Eight numbers of 260 bits, each as 5 limbs of 52 bits: what both moduli share.

use super::avx512::Eight;
use crate::crypto::limbs::Limbs as Words;

/// Eight numbers, the lowest limb first. *Whole*: every limb is below 2^52.
pub type Limbs = [Eight; 5];

/// One number as 5 limbs.
pub type Constant = [u64; 5];

/// The bits of a limb.
pub const MASK: u64 = (1 << 52) - 1;

/// The limbs of a number.
pub const fn limbs_of(words: &Words) -> Constant {
    let [w0, w1, w2, w3] = *words;
    [w0 & MASK, (w0 >> 52 | w1 << 12) & MASK, (w1 >> 40 | w2 << 24) & MASK, (w2 >> 28 | w3 << 36) & MASK, w3 >> 16]
}

/// The number of whole limbs, below 2^256.
pub const fn words_of(limbs: &Constant) -> Words {
    let [l0, l1, l2, l3, l4] = *limbs;
    [l0 | l1 << 52, l1 >> 12 | l2 << 40, l2 >> 24 | l3 << 28, l3 >> 36 | l4 << 16]
}

/// The same number in each lane.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn splat(constant: &Constant) -> Limbs {
    let [c0, c1, c2, c3, c4] = *constant;
    [Eight::splat(c0), Eight::splat(c1), Eight::splat(c2), Eight::splat(c3), Eight::splat(c4)]
}

/// The whole limbs of numbers in 64-bit words.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn from_words(words: [Eight; 4]) -> Limbs {
    let [w0, w1, w2, w3] = words;
    let mask = Eight::splat(MASK);
    [
        w0.and(mask),
        w0.right::<52>().or(w1.left::<12>()).and(mask),
        w1.right::<40>().or(w2.left::<24>()).and(mask),
        w2.right::<28>().or(w3.left::<36>()).and(mask),
        w3.right::<16>(),
    ]
}

/// Numbers below 2^256 in 64-bit words, of whole limbs.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn to_words(limbs: &Limbs) -> [Eight; 4] {
    let [l0, l1, l2, l3, l4] = *limbs;
    [
        l0.or(l1.left::<52>()),
        l1.right::<12>().or(l2.left::<40>()),
        l2.right::<24>().or(l3.left::<28>()),
        l3.right::<36>().or(l4.left::<16>()),
    ]
}

/// The number in the first lane.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn first_lane(limbs: &Limbs) -> Constant {
    let [l0, l1, l2, l3, l4] = *limbs;
    [l0.words()[0], l1.words()[0], l2.words()[0], l3.words()[0], l4.words()[0]]
}

/// The sums, limb by limb.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn add(a: &Limbs, b: &Limbs) -> Limbs {
    let ([a0, a1, a2, a3, a4], [b0, b1, b2, b3, b4]) = (*a, *b);
    [a0.add(b0), a1.add(b1), a2.add(b2), a3.add(b3), a4.add(b4)]
}

/// The differences, limb by limb; limbs may become negative.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn subtract(a: &Limbs, b: &Limbs) -> Limbs {
    let ([a0, a1, a2, a3, a4], [b0, b1, b2, b3, b4]) = (*a, *b);
    [a0.subtract(b0), a1.subtract(b1), a2.subtract(b2), a3.subtract(b3), a4.subtract(b4)]
}

/// Twice the numbers, limb by limb.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn double(a: &Limbs) -> Limbs {
    add(a, a)
}

/// The other number where the lane's bit is set.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn or_where(a: &Limbs, bits: u8, b: &Limbs) -> Limbs {
    let ([a0, a1, a2, a3, a4], [b0, b1, b2, b3, b4]) = (*a, *b);
    [a0.or_where(bits, b0), a1.or_where(bits, b1), a2.or_where(bits, b2), a3.or_where(bits, b3), a4.or_where(bits, b4)]
}

/// Carries, limbs with a sign, of numbers from 0 to 2^260. The result is good as a factor of a product, which looks at the lower 52
/// bits of a limb only; above them it keeps what was carried.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn carried(a: &Limbs) -> Limbs {
    let [a0, a1, a2, a3, a4] = *a;
    let a1 = a1.add(a0.right_signed::<52>());
    let a2 = a2.add(a1.right_signed::<52>());
    let a3 = a3.add(a2.right_signed::<52>());
    let a4 = a4.add(a3.right_signed::<52>());
    [a0, a1, a2, a3, a4]
}

/// Whole limbs of numbers from 0 to 2^260 whose limbs have a sign.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn whole(a: &Limbs) -> Limbs {
    let [a0, a1, a2, a3, a4] = carried(a);
    let mask = Eight::splat(MASK);
    [a0.and(mask), a1.and(mask), a2.and(mask), a3.and(mask), a4]
}

/// The numbers modulo this one, whole; for whole ones below twice it.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn below(a: &Limbs, modulus: &Constant) -> Limbs {
    let less = whole(&subtract(a, &splat(modulus)));
    // The top limb has the sign.
    let negative = Eight::splat(i64::MAX.cast_unsigned()).less(less[4]);
    or_where(&less, negative, a)
}

/// A bit for each lane: whether whole limbs are this number.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn equal(a: &Limbs, constant: &Constant) -> u8 {
    let ([a0, a1, a2, a3, a4], [c0, c1, c2, c3, c4]) = (*a, splat(constant));
    a0.equal(c0) & a1.equal(c1) & a2.equal(c2) & a3.equal(c3) & a4.equal(c4)
}

/// The lanes in a circle: lane i becomes lane i + LANES.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn rotate<const LANES: i32>(a: &Limbs) -> Limbs {
    let [a0, a1, a2, a3, a4] = *a;
    [a0.rotate::<LANES>(), a1.rotate::<LANES>(), a2.rotate::<LANES>(), a3.rotate::<LANES>(), a4.rotate::<LANES>()]
}

/// The product as 10 limbs that are not carried, each below 2^56.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn product(a: &Limbs, b: &Limbs) -> [Eight; 10] {
    let mut t = [Eight::splat(0); 10];
    for i in 0..5 {
        for j in 0..5 {
            t[i + j] = t[i + j].add_low(a[i], b[j]);
            t[i + j + 1] = t[i + j + 1].add_high(a[i], b[j]);
        }
    }
    t
}

/// The square as 10 limbs that are not carried, each below 2^56.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn square(a: &Limbs) -> [Eight; 10] {
    let mut t = [Eight::splat(0); 10];
    for i in 0..5 {
        for j in i + 1..5 {
            t[i + j] = t[i + j].add_low(a[i], a[j]);
            t[i + j + 1] = t[i + j + 1].add_high(a[i], a[j]);
        }
    }
    for limb in &mut t {
        *limb = limb.add(*limb);
    }
    for i in 0..5 {
        t[2 * i] = t[2 * i].add_low(a[i], a[i]);
        t[2 * i + 1] = t[2 * i + 1].add_high(a[i], a[i]);
    }
    t
}
