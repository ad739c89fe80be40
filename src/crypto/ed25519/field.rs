//! Numbers modulo 2^255 - 19, the field of Curve25519 (RFC 7748, 4.1), as five words of 51 bits and a little more.
//!
//! Public values only, although nothing here branches on them. The words of sums and differences are not brought back to 51 bits
//! before they are multiplied: a product takes words below 2^54 and gives words below 2^52.

use crate::crypto::limbs::{self, Limbs};

/// A number modulo 2^255 - 19: five words of 51 bits each, least significant first, every one below 2^54.
#[derive(Clone, Copy, Debug)]
pub struct Element([u64; 5]);

/// The bits of one word.
const BITS: u32 = 51;
const MASK: u64 = (1 << BITS) - 1;

impl Element {
    /// Zero.
    pub const ZERO: Element = Element([0; 5]);
    /// One.
    pub const ONE: Element = Element([1, 0, 0, 0, 0]);
    /// d of the Edwards curve, -121665/121666 (RFC 8032, 5.1).
    pub const D: Element =
        Element::unpacked([0x75eb_4dca_1359_78a3, 0x0070_0a4d_4141_d8ab, 0x8cc7_4079_7779_e898, 0x5203_6cee_2b6f_fe73]);

    /// The number in 32 little-endian bytes, without the highest bit.
    pub fn from_bytes(bytes: &[u8; 32]) -> Element {
        Element::unpacked(limbs::from_le_bytes(bytes))
    }

    /// The one number below the prime, little-endian.
    pub fn to_bytes(self) -> [u8; 32] {
        limbs::to_le_bytes(self.packed())
    }

    /// The number in four words, without the highest bit.
    #[inline(always)]
    pub const fn unpacked([a, b, c, d]: Limbs) -> Element {
        Element([
            a & MASK,
            (a >> 51 | b << 13) & MASK,
            (b >> 38 | c << 26) & MASK,
            (c >> 25 | d << 39) & MASK,
            d >> 12 & MASK,
        ])
    }

    /// The one number below the prime, in four words.
    pub fn packed(self) -> Limbs {
        // Twice: after the first time the number is below 2^255 and a little more, after the second below 2^255.
        let Element([a, b, c, d, e]) = self.carried().carried();
        // What is the prime or above shows when 19 is added.
        let carry = [b, c, d, e].iter().fold((a + 19) >> BITS, |carry, word| (word + carry) >> BITS);
        let a = a + 19 * carry;
        let (a, b) = (a & MASK, b + (a >> BITS));
        let (b, c) = (b & MASK, c + (b >> BITS));
        let (c, d) = (c & MASK, d + (c >> BITS));
        let (d, e) = (d & MASK, (e + (d >> BITS)) & MASK);
        [a | b << 51, b >> 13 | c << 38, c >> 26 | d << 25, d >> 39 | e << 12]
    }

    /// The sum, for words below 2^53 on both sides.
    #[inline(always)]
    pub fn plus(self, other: Element) -> Element {
        let (Element([a, b, c, d, e]), Element([p, q, r, s, t])) = (self, other);
        Element([a + p, b + q, c + r, d + s, e + t])
    }

    /// The difference.
    #[inline(always)]
    pub fn minus(self, other: Element) -> Element {
        let (Element([a, b, c, d, e]), Element([p, q, r, s, t])) = (self, other);
        // Sixteen times the prime keeps every word above zero.
        const LOW: u64 = 16 * (MASK - 18);
        const HIGH: u64 = 16 * MASK;
        Element([a + LOW - p, b + HIGH - q, c + HIGH - r, d + HIGH - s, e + HIGH - t]).carried()
    }

    /// The product.
    #[inline(always)]
    pub fn times(self, other: Element) -> Element {
        let (Element([a, b, c, d, e]), Element([p, q, r, s, t])) = (self, other);
        let (q19, r19, s19, t19) = (19 * q, 19 * r, 19 * s, 19 * t);
        Element::reduced([
            wide(a, p) + wide(e, q19) + wide(d, r19) + wide(c, s19) + wide(b, t19),
            wide(b, p) + wide(a, q) + wide(e, r19) + wide(d, s19) + wide(c, t19),
            wide(c, p) + wide(b, q) + wide(a, r) + wide(e, s19) + wide(d, t19),
            wide(d, p) + wide(c, q) + wide(b, r) + wide(a, s) + wide(e, t19),
            wide(e, p) + wide(d, q) + wide(c, r) + wide(b, s) + wide(a, t),
        ])
    }

    /// The square.
    #[inline(always)]
    pub fn square(self) -> Element {
        let Element([a, b, c, d, e]) = self;
        let (a2, b2, d19, e19) = (2 * a, 2 * b, 19 * d, 19 * e);
        Element::reduced([
            wide(a, a) + wide(b2, e19) + wide(2 * c, d19),
            wide(a2, b) + wide(2 * c, e19) + wide(d, d19),
            wide(a2, c) + wide(b, b) + wide(2 * d, e19),
            wide(a2, d) + wide(b2, c) + wide(e, e19),
            wide(a2, e) + wide(b2, d) + wide(c, c),
        ])
    }

    fn squared(self, times: u32) -> Element {
        (0..times).fold(self, |element, _| element.square())
    }

    /// z^(2^252 - 3), the power that square roots and inverses are made of.
    pub fn to_252_less_3(self) -> Element {
        let to_9 = self.squared(3).times(self);
        let to_11 = to_9.times(self.square());
        // `ones_n` is the power 2^n - 1.
        let ones_5 = to_11.square().times(to_9);
        let ones_10 = ones_5.squared(5).times(ones_5);
        let ones_20 = ones_10.squared(10).times(ones_10);
        let ones_40 = ones_20.squared(20).times(ones_20);
        let ones_50 = ones_40.squared(10).times(ones_10);
        let ones_100 = ones_50.squared(50).times(ones_50);
        let ones_200 = ones_100.squared(100).times(ones_100);
        let ones_250 = ones_200.squared(50).times(ones_50);
        ones_250.squared(2).times(self)
    }

    /// z^(p - 2); zero for zero.
    pub fn inverse(self) -> Element {
        self.to_252_less_3().squared(3).times(self.square().times(self))
    }

    /// The same number with words below 2^51 and a little more.
    #[inline(always)]
    fn carried(self) -> Element {
        let Element([a, b, c, d, e]) = self;
        Element([
            (a & MASK) + 19 * (e >> BITS),
            (b & MASK) + (a >> BITS),
            (c & MASK) + (b >> BITS),
            (d & MASK) + (c >> BITS),
            (e & MASK) + (d >> BITS),
        ])
    }

    /// The number whose words those are, each below 2^115.
    #[inline(always)]
    fn reduced([a, b, c, d, e]: [u128; 5]) -> Element {
        let b = b + (a >> BITS);
        let c = c + (b >> BITS);
        let d = d + (c >> BITS);
        let e = e + (d >> BITS);
        let low = word(a) + 19 * above(e);
        Element([low & MASK, word(b) + (low >> BITS), word(c), word(d), word(e)])
    }
}

#[inline(always)]
fn wide(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}

/// The lowest 51 bits.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the bits above are taken by `above`")]
fn word(wide: u128) -> u64 {
    wide as u64 & MASK
}

/// The bits above the lowest 51, of a number below 2^115.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "64 bits are left at most")]
fn above(wide: u128) -> u64 {
    (wide >> BITS) as u64
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;

    fn prime() -> BigUint {
        (BigUint::from(1_u32) << 255) - 19_u32
    }

    fn number(element: Element) -> BigUint {
        let Element(words) = element;
        words.iter().rev().fold(BigUint::ZERO, |sum, word| (sum << BITS) + word) % prime()
    }

    /// Words as large as they may be, and others.
    fn elements() -> impl Strategy<Value = Element> {
        let word = prop_oneof![0_u64..1 << 53, Just(0), Just((1 << 53) - 1), Just(MASK), Just(MASK - 18)];
        prop::array::uniform5(word).prop_map(Element)
    }

    proptest! {
        #[test]
        fn counts_as_numbers_do(a in elements(), b in elements()) {
            let (x, y) = (number(a), number(b));
            prop_assert_eq!(number(a.plus(b)), (&x + &y) % prime());
            prop_assert_eq!(number(a.minus(b)), (&x + prime() - &y) % prime());
            prop_assert_eq!(number(a.times(b)), &x * &y % prime());
            prop_assert_eq!(number(a.square()), &x * &x % prime());
            prop_assert_eq!(number(a.plus(b).times(b.minus(a))), (&x + &y) * (&y + prime() - &x) % prime());
            prop_assert_eq!(BigUint::from_bytes_le(&a.to_bytes()), x);
            prop_assert_eq!(number(Element::from_bytes(&a.to_bytes())), number(a));
            let Element(words) = a.times(b);
            prop_assert!(words.iter().all(|word| *word < 1 << 52));
        }
    }

    #[test]
    fn bytes_come_back_reduced() {
        let mut prime = [0xff; 32];
        (prime[0], prime[31]) = (0xed, 0x7f);
        assert_eq!(Element::from_bytes(&prime).to_bytes(), [0; 32]);
        prime[0] = 0xec;
        assert_eq!(Element::from_bytes(&prime).to_bytes(), prime);
        let seven = Element([7, 0, 0, 0, 0]);
        assert_eq!(seven.times(seven.inverse()).to_bytes(), Element::ONE.to_bytes());
        assert_eq!(Element::ONE.minus(seven).plus(seven).to_bytes(), Element::ONE.to_bytes());
        assert_eq!(Element::ZERO.inverse().to_bytes(), [0; 32]);
    }
}
