//! Numbers modulo 2^255 - 19, the field of Curve25519 (RFC 7748, 4.1).
//!
//! Public values only, although nothing here branches on them.

use crate::crypto::limbs::{self, Limbs};

/// A number modulo 2^255 - 19, below 2^256.
#[derive(Clone, Copy, Debug)]
pub struct Element(Limbs);

/// 2^256 modulo the prime.
const RADIX: u64 = 38;

impl Element {
    /// Zero.
    pub const ZERO: Element = Element([0; 4]);
    /// One.
    pub const ONE: Element = Element([1, 0, 0, 0]);
    /// d of the Edwards curve, -121665/121666 (RFC 8032, 5.1).
    pub const D: Element =
        Element([0x75eb_4dca_1359_78a3, 0x0070_0a4d_4141_d8ab, 0x8cc7_4079_7779_e898, 0x5203_6cee_2b6f_fe73]);

    /// The number in 32 little-endian bytes, without the highest bit.
    pub fn from_bytes(bytes: &[u8; 32]) -> Element {
        let [a, b, c, d] = limbs::from_le_bytes(bytes);
        Element([a, b, c, d & (u64::MAX >> 1)])
    }

    /// The one number below the prime, little-endian.
    pub fn to_bytes(self) -> [u8; 32] {
        // Bit 255 comes back as 19. What is the prime or above then shows when 19 is added.
        let [a, b, c, d] = self.0;
        let (low, _) = limbs::sum([a, b, c, d & (u64::MAX >> 1)], [19 * (d >> 63), 0, 0, 0]);
        let ([a, b, c, d], _) = limbs::sum(low, [19, 0, 0, 0]);
        limbs::to_le_bytes(if d >> 63 == 1 { [a, b, c, d & (u64::MAX >> 1)] } else { low })
    }

    /// The sum.
    #[inline(always)]
    pub fn plus(self, other: Element) -> Element {
        let (sum, carry) = limbs::sum(self.0, other.0);
        Element::carried(sum, u64::from(carry))
    }

    /// The difference.
    #[inline(always)]
    pub fn minus(self, other: Element) -> Element {
        let less = |number: Limbs, borrow: bool| limbs::difference(number, [RADIX * u64::from(borrow), 0, 0, 0]);
        let (difference, borrow) = limbs::difference(self.0, other.0);
        let (difference, borrow) = less(difference, borrow);
        Element(less(difference, borrow).0)
    }

    /// The product.
    #[inline(always)]
    pub fn times(self, other: Element) -> Element {
        let (low, high) = limbs::product(self.0, other.0);
        Element::reduced(low, high)
    }

    /// The square.
    #[inline(always)]
    pub fn square(self) -> Element {
        let (low, high) = limbs::square(self.0);
        Element::reduced(low, high)
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

    /// low + 2^256 high.
    #[inline(always)]
    fn reduced([a, b, c, d]: Limbs, [e, f, g, h]: Limbs) -> Element {
        let (a, carry) = e.carrying_mul_add(RADIX, a, 0);
        let (b, carry) = f.carrying_mul_add(RADIX, b, carry);
        let (c, carry) = g.carrying_mul_add(RADIX, c, carry);
        let (d, carry) = h.carrying_mul_add(RADIX, d, carry);
        Element::carried([a, b, c, d], carry)
    }

    /// number + 2^256 carry, for a carry of at most 38.
    #[inline(always)]
    fn carried(number: Limbs, carry: u64) -> Element {
        let (number, carry) = limbs::sum(number, [RADIX * carry, 0, 0, 0]);
        // After a second carry the number is small: there is no third.
        Element(limbs::sum(number, [RADIX * u64::from(carry), 0, 0, 0]).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_reduced() {
        let mut prime = [0xff; 32];
        (prime[0], prime[31]) = (0xed, 0x7f);
        assert_eq!(Element::from_bytes(&prime).to_bytes(), [0; 32]);
        prime[0] = 0xec;
        assert_eq!(Element::from_bytes(&prime).to_bytes(), prime);
        let seven = Element([7, 0, 0, 0]);
        assert_eq!(seven.times(seven.inverse()).to_bytes(), Element::ONE.to_bytes());
        assert_eq!(Element::ONE.minus(seven).plus(seven).to_bytes(), Element::ONE.to_bytes());
    }
}
