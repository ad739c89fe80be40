//! Inversion modulo a prime by division steps (Bernstein and Yang, "Fast constant-time gcd computation and modular inversion", 2019).
//!
//! This form takes time that depends on its input, which is public here. Sixty-two steps at a time are worked out on the lowest
//! words alone and then applied to the whole numbers as a matrix. The counter of the paper is held as its negative.

#![cfg_attr(
    not(test),
    expect(clippy::indexing_slicing, reason = "every index is a constant or the counter of a loop of constant bounds")
)]

use super::words::{Words, negative_inverse};

/// A number of 5 limbs of 62 bits, the lowest first; the top one carries the sign.
type Limbs = [i64; 5];

const MASK: i64 = (1 << 62) - 1;

/// An odd prime below 2^256 to invert by.
pub struct Modulus {
    limbs: Limbs,
    /// 1 / the prime modulo 2^62.
    inverse: i64,
}

impl Modulus {
    /// Of that prime.
    pub const fn new(words: Words) -> Modulus {
        let inverse = negative_inverse(words[0]).wrapping_neg().cast_signed() & MASK;
        Modulus { limbs: to_limbs(&words), inverse }
    }
}

/// The matrix of some division steps, scaled by 2^62.
struct Matrix {
    u: i64,
    v: i64,
    q: i64,
    r: i64,
}

/// 1 / x modulo that prime, for x below it; 0 for 0.
pub fn invert(x: &Words, modulus: &Modulus) -> Words {
    let mut f = modulus.limbs;
    let mut g = to_limbs(x);
    // d * x = f and e * x = g modulo the prime, up to powers of two that the updates take out.
    let mut d: Limbs = [0; 5];
    let mut e: Limbs = [1, 0, 0, 0, 0];
    let mut eta = -1_i64;
    // 741 steps are enough for every input of 256 bits; the loop ends by itself long before.
    for _ in 0..12 {
        let matrix = steps(&mut eta, f[0].cast_unsigned(), g[0].cast_unsigned());
        update_coefficients(&mut d, &mut e, &matrix, modulus);
        update_pair(&mut f, &mut g, &matrix);
        if g == [0; 5] {
            break;
        }
    }
    normal(d, f[4] < 0, modulus)
}

/// Sixty-two division steps on the lowest words. `eta` is the negative of the paper's delta.
fn steps(eta: &mut i64, f: u64, g: u64) -> Matrix {
    let (mut u, mut v, mut q, mut r) = (1_u64, 0_u64, 0_u64, 1_u64);
    let (mut f, mut g) = (f, g);
    let mut left = 62_u32;
    loop {
        // All steps that only halve g, at once; the ones on top stop the count at the end.
        let zeros = (g | (u64::MAX << left)).trailing_zeros();
        g >>= zeros;
        u <<= zeros;
        v <<= zeros;
        *eta -= i64::from(zeros);
        left -= zeros;
        if left == 0 {
            break;
        }
        let swapped = *eta < 0;
        if swapped {
            *eta = -*eta;
            (f, g) = (g, f.wrapping_neg());
            (u, q) = (q, u.wrapping_neg());
            (v, r) = (r, v.wrapping_neg());
        }
        // Add the multiple of f that clears as many low bits of g as may be cleared before the next swap: 6 or 4.
        let limit = u32::try_from(*eta + 1).unwrap_or(62).min(left);
        let low = u64::MAX >> (64 - limit);
        let w = if swapped {
            // -g / f modulo 64.
            f.wrapping_mul(g).wrapping_mul(f.wrapping_mul(f).wrapping_sub(2)) & low & 63
        } else {
            // -g / f modulo 16.
            let inverse = f.wrapping_add((f.wrapping_add(1) & 4) << 1);
            inverse.wrapping_neg().wrapping_mul(g) & low & 15
        };
        g = g.wrapping_add(f.wrapping_mul(w));
        q = q.wrapping_add(u.wrapping_mul(w));
        r = r.wrapping_add(v.wrapping_mul(w));
    }
    Matrix { u: u.cast_signed(), v: v.cast_signed(), q: q.cast_signed(), r: r.cast_signed() }
}

/// (f, g) becomes matrix * (f, g) / 2^62, which divides evenly.
fn update_pair(f: &mut Limbs, g: &mut Limbs, matrix: &Matrix) {
    let Matrix { u, v, q, r } = *matrix;
    let mut carry_f = (product(u, f[0]) + product(v, g[0])) >> 62;
    let mut carry_g = (product(q, f[0]) + product(r, g[0])) >> 62;
    for at in 1..5 {
        carry_f += product(u, f[at]) + product(v, g[at]);
        carry_g += product(q, f[at]) + product(r, g[at]);
        f[at - 1] = low(carry_f) & MASK;
        g[at - 1] = low(carry_g) & MASK;
        carry_f >>= 62;
        carry_g >>= 62;
    }
    f[4] = low(carry_f);
    g[4] = low(carry_g);
}

/// (d, e) becomes matrix * (d, e) / 2^62 modulo the prime. Both stay between -2 p and p.
fn update_coefficients(d: &mut Limbs, e: &mut Limbs, matrix: &Matrix, modulus: &Modulus) {
    let Matrix { u, v, q, r } = *matrix;
    // All ones where the number is negative: then the prime is added first, through these multiples.
    let (sign_d, sign_e) = (d[4] >> 63, e[4] >> 63);
    let mut times_d = (u & sign_d) + (v & sign_e);
    let mut times_e = (q & sign_d) + (r & sign_e);
    let mut carry_d = product(u, d[0]) + product(v, e[0]);
    let mut carry_e = product(q, d[0]) + product(r, e[0]);
    // And the multiples that make the lowest limbs 0.
    times_d -= modulus.inverse.wrapping_mul(low(carry_d)).wrapping_add(times_d) & MASK;
    times_e -= modulus.inverse.wrapping_mul(low(carry_e)).wrapping_add(times_e) & MASK;
    carry_d = (carry_d + product(modulus.limbs[0], times_d)) >> 62;
    carry_e = (carry_e + product(modulus.limbs[0], times_e)) >> 62;
    for at in 1..5 {
        carry_d += product(u, d[at]) + product(v, e[at]) + product(modulus.limbs[at], times_d);
        carry_e += product(q, d[at]) + product(r, e[at]) + product(modulus.limbs[at], times_e);
        d[at - 1] = low(carry_d) & MASK;
        e[at - 1] = low(carry_e) & MASK;
        carry_d >>= 62;
        carry_e >>= 62;
    }
    d[4] = low(carry_d);
    e[4] = low(carry_e);
}

/// `d`, or its negative, brought to between 0 and the prime.
fn normal(d: Limbs, negate: bool, modulus: &Modulus) -> Words {
    let mut d = d;
    if d[4] < 0 {
        d = sum(&d, &modulus.limbs, 1);
    }
    if negate {
        d = sum(&[0; 5], &d, -1);
    }
    if d[4] < 0 {
        d = sum(&d, &modulus.limbs, 1);
    }
    to_words(&d)
}

/// a + b or a - b.
fn sum(a: &Limbs, b: &Limbs, sign: i64) -> Limbs {
    let mut result = [0; 5];
    let mut carry = 0;
    for at in 0..4 {
        carry += a[at] + sign * b[at];
        result[at] = carry & MASK;
        carry >>= 62;
    }
    result[4] = a[4] + sign * b[4] + carry;
    result
}

fn product(a: i64, b: i64) -> i128 {
    i128::from(a) * i128::from(b)
}

/// The lowest 64 bits.
fn low(wide: i128) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = wide.to_le_bytes();
    i64::from_le_bytes([a, b, c, d, e, f, g, h])
}

const fn to_limbs(words: &Words) -> Limbs {
    let [w0, w1, w2, w3] = *words;
    [
        w0.cast_signed() & MASK,
        (w0 >> 62 | w1 << 2).cast_signed() & MASK,
        (w1 >> 60 | w2 << 4).cast_signed() & MASK,
        (w2 >> 58 | w3 << 6).cast_signed() & MASK,
        (w3 >> 56).cast_signed(),
    ]
}

fn to_words(limbs: &Limbs) -> Words {
    let [l0, l1, l2, l3, l4] = limbs.map(i64::cast_unsigned);
    [l0 | l1 << 62, l1 >> 2 | l2 << 60, l2 >> 4 | l3 << 58, l3 >> 6 | l4 << 56]
}
