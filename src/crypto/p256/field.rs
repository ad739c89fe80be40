//! The field of P-256 in 64-bit words: Montgomery form with R = 2^256, always below the prime.

use super::inverse::{Modulus, invert};
use super::words::{self, P, Words};

/// An element x, held as x * 2^256 mod p.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fe(Words);

const R: Words = words::power_of_two(256, &P);
const R_SQUARED: Words = words::power_of_two(512, &P);
const R_CUBED: Words = words::power_of_two(768, &P);
const MODULUS: Modulus = Modulus::new(P);

impl Fe {
    /// 0.
    pub const ZERO: Fe = Fe([0; 4]);
    /// 1.
    pub const ONE: Fe = Fe(R);
    /// The b of the curve's equation.
    pub fn b() -> Fe {
        Fe::from_words(&[0x3bce_3c3e_27d2_604b, 0x651d_06b0_cc53_b0f6, 0xb3eb_bd55_7698_86bc, 0x5ac6_35d8_aa3a_93e7])
            .unwrap_or(Fe::ZERO)
    }

    /// The element of that number; `None` when it is not below the prime.
    pub fn from_words(words: &Words) -> Option<Fe> {
        words::less(words, &P).then(|| Fe(multiply(words, &R_SQUARED)))
    }

    /// Its number, below the prime.
    #[cfg(test)]
    pub fn to_words(self) -> Words {
        multiply(&self.0, &[1, 0, 0, 0])
    }

    /// The element whose number times 2^260 (the form of tables) is this, which is below the prime.
    pub fn from_table_form(words: &Words) -> Fe {
        Fe(sixteenth(words))
    }

    /// Its number times 2^260, below the prime.
    pub fn to_table_form(self) -> Words {
        self.double().double().double().double().0
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        words::is_zero(&self.0)
    }

    /// The sum.
    pub fn add(&self, other: &Fe) -> Fe {
        Fe(words::add_modulo(self.0, other.0, &P))
    }

    /// The difference.
    pub fn subtract(&self, other: &Fe) -> Fe {
        Fe(words::subtract_modulo(self.0, other.0, &P))
    }

    /// The negative.
    pub fn negative(&self) -> Fe {
        Fe::ZERO.subtract(self)
    }

    /// Twice this.
    pub fn double(&self) -> Fe {
        self.add(self)
    }

    /// The product.
    pub fn multiply(&self, other: &Fe) -> Fe {
        Fe(multiply(&self.0, &other.0))
    }

    /// The square.
    pub fn square(&self) -> Fe {
        Fe(multiply(&self.0, &self.0))
    }

    /// 1 / this; 0 for 0.
    pub fn invert(&self) -> Fe {
        // The inverse of x R is x^-1 R^-1; a Montgomery product with R^3 makes that x^-1 R.
        Fe(multiply(&invert(&self.0, &MODULUS), &R_CUBED))
    }
}

/// 1 / x modulo the prime, for a plain number below it; 0 for 0.
pub fn invert_words(x: &Words) -> Words {
    invert(x, &MODULUS)
}

/// The inverse of each; `None` when one of them is 0.
///
/// By Montgomery's trick: one inversion, and three products for each element.
pub fn invert_all(elements: &[Fe]) -> Option<Vec<Fe>> {
    let mut product = Fe::ONE;
    let mut inverses: Vec<Fe> = Vec::with_capacity(elements.len());
    for element in elements {
        inverses.push(product);
        product = product.multiply(element);
    }
    if product.is_zero() {
        return None;
    }
    let mut inverse = product.invert();
    for (slot, element) in inverses.iter_mut().zip(elements).rev() {
        *slot = slot.multiply(&inverse);
        inverse = inverse.multiply(element);
    }
    Some(inverses)
}

/// a * b / 2^256 mod p, below p; at least one of the two is below p, and the other below 2^256.
#[inline(always)]
fn multiply(a: &Words, b: &Words) -> Words {
    let [a0, a1, a2, a3] = *a;
    let t = step([0; 5], a0, b);
    let t = step(t, a1, b);
    let t = step(t, a2, b);
    let [t0, t1, t2, t3, top] = step(t, a3, b);
    words::reduce_once([t0, t1, t2, t3], top != 0, &P)
}

/// (t + digit * b + a multiple of p) / 2^64.
#[inline(always)]
fn step(t: [u64; 5], digit: u64, b: &Words) -> [u64; 5] {
    let [t0, t1, t2, t3, t4] = t;
    let [r0, r1, r2, r3, r4] = words::times(b, digit);
    let (t0, carry) = t0.carrying_add(r0, false);
    let (t1, carry) = t1.carrying_add(r1, carry);
    let (t2, carry) = t2.carrying_add(r2, carry);
    let (t3, carry) = t3.carrying_add(r3, carry);
    let (t4, over) = t4.carrying_add(r4, carry);
    // p = -1 modulo 2^64, so the lowest word is itself the multiple of p that clears it:
    // t0 * p = t0 * (2^256 - 2^224 + 2^192 + 2^96 - 1), and t0 - t0 * 1 is gone.
    let (low, high) = t0.carrying_mul(0xffff_ffff_0000_0001, 0);
    let (t1, carry) = t1.carrying_add(t0 << 32, false);
    let (t2, carry) = t2.carrying_add(t0 >> 32, carry);
    let (t3, carry) = t3.carrying_add(low, carry);
    let (t4, carry) = t4.carrying_add(high, carry);
    [t1, t2, t3, t4, u64::from(over) + u64::from(carry)]
}

/// x / 16 mod p, below p; x is below p.
#[inline]
fn sixteenth(x: &Words) -> Words {
    let [x0, x1, x2, x3] = *x;
    // Four bits of Montgomery's reduction: m * p = -m modulo 2^96.
    let m = x0 & 15;
    let x0 = x0 - m;
    let (x1, carry) = x1.carrying_add(m << 32, false);
    let (x2, carry) = x2.carrying_add(0, carry);
    let (x3, x4) = m.carrying_mul_add(0xffff_ffff_0000_0001, x3, u64::from(carry));
    [x0 >> 4 | x1 << 60, x1 >> 4 | x2 << 60, x2 >> 4 | x3 << 60, x3 >> 4 | x4 << 60]
}
