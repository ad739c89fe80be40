//! Curve25519: is a point on the Edwards curve, and which X25519 key belongs to an Ed25519 key (RFC 7748, 4.1; RFC 8032, 5.1.3).
//!
//! Public values only; nothing here is constant in time, and no secret may come near it.

use crate::crypto::limbs::{self, Limbs};

/// A number modulo 2^255 - 19, below 2^256.
#[derive(Clone, Copy)]
struct Element(Limbs);

/// -121665/121666 (RFC 8032, 5.1).
const D: Element =
    Element([0x75eb_4dca_1359_78a3, 0x0070_0a4d_4141_d8ab, 0x8cc7_4079_7779_e898, 0x5203_6cee_2b6f_fe73]);
const ONE: Element = Element([1, 0, 0, 0]);
/// 2^256 modulo the prime.
const RADIX: u64 = 38;

/// `true` when the y coordinate in these 32 bytes has a point on the Edwards curve.
pub fn is_on_curve(encoded: &[u8; 32]) -> bool {
    // x^2 = (y^2 - 1) / (d y^2 + 1): a square exactly when numerator times denominator is one.
    let y2 = Element::from_bytes(encoded).square();
    let product = y2.minus(ONE).times(y2.times(D).plus(ONE));
    // Euler's criterion: z^((p - 1) / 2) = z^(2^254 - 10).
    let power = product.to_252_less_3().square().square().times(product.square());
    let power = power.to_bytes();
    power == ONE.to_bytes() || power == [0; 32]
}

/// The X25519 key of an Ed25519 key: u = (1 + y) / (1 - y).
pub fn x25519_of(ed25519: &[u8; 32]) -> [u8; 32] {
    let y = Element::from_bytes(ed25519);
    ONE.plus(y).times(ONE.minus(y).inverse()).to_bytes()
}

impl Element {
    /// The number in 32 little-endian bytes, without the highest bit.
    fn from_bytes(bytes: &[u8; 32]) -> Element {
        let [a, b, c, d] = limbs::from_le_bytes(bytes);
        Element([a, b, c, d & (u64::MAX >> 1)])
    }

    /// The one number below the prime, little-endian.
    fn to_bytes(self) -> [u8; 32] {
        // Bit 255 comes back as 19. What is the prime or above then shows when 19 is added.
        let [a, b, c, d] = self.0;
        let (low, _) = limbs::sum([a, b, c, d & (u64::MAX >> 1)], [19 * (d >> 63), 0, 0, 0]);
        let ([a, b, c, d], _) = limbs::sum(low, [19, 0, 0, 0]);
        limbs::to_le_bytes(if d >> 63 == 1 { [a, b, c, d & (u64::MAX >> 1)] } else { low })
    }

    fn plus(self, other: Element) -> Element {
        let (sum, carry) = limbs::sum(self.0, other.0);
        Element::carried(sum, u64::from(carry))
    }

    fn minus(self, other: Element) -> Element {
        let less = |number: Limbs, borrow: bool| limbs::difference(number, [RADIX * u64::from(borrow), 0, 0, 0]);
        let (difference, borrow) = limbs::difference(self.0, other.0);
        let (difference, borrow) = less(difference, borrow);
        Element(less(difference, borrow).0)
    }

    #[inline(always)]
    fn times(self, other: Element) -> Element {
        let (low, high) = limbs::product(self.0, other.0);
        Element::reduced(low, high)
    }

    #[inline(always)]
    fn square(self) -> Element {
        let (low, high) = limbs::square(self.0);
        Element::reduced(low, high)
    }

    fn squared(self, times: u32) -> Element {
        (0..times).fold(self, |element, _| element.square())
    }

    /// z^(2^252 - 3), the power that square roots and inverses are made of.
    fn to_252_less_3(self) -> Element {
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
    fn inverse(self) -> Element {
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
    use crate::crypto::own_keys::{OwnKey, Signer};
    use crate::encoding::base58;

    fn key(text: &str) -> [u8; 32] {
        base58::decode(text).expect("base58").try_into().expect("32 bytes")
    }

    /// Pairs of keys as did:key documents publish them.
    #[test]
    fn published_pairs() {
        for (ed25519, x25519) in [
            ("4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS", "7By6kV2t2d188odEM4ExAve1UithKT6dLva4dwsDT3ak"),
            ("6ASf5EcmmEHTgDJ4X4ZT5vT6iHVJBXPg5AN5YoTCpGWt", "FcoNC5NqP9CePWbhfz95iHaEsCjGkZUioK9Ck7Qiw286"),
            ("8pM1DN3RiT8vbom5u1sNryaNT1nyL8CTTW3b5PwWXRBH", "A5fe37PAxhX5WNKngBpGHhC1KpNE7nwbK9oX2tqwxYxU"),
            ("HPYVwAQmskwT1qEEeRzhoomyfyupJGASQQtCXSNG8XS2", "7ocvdvQinfqtyQ3Dh9aA7ggoVCQkmfaoueZazHETDv3B"),
        ] {
            assert!(is_on_curve(&key(ed25519)));
            assert_eq!(x25519_of(&key(ed25519)), key(x25519));
        }
    }

    #[test]
    fn every_second_number_has_a_point() {
        for _ in 0..20 {
            let (own, _) = OwnKey::generate_ed25519().expect("a key");
            let encoded: [u8; 32] = own.public_key().ed25519_bytes().expect("Ed25519").try_into().expect("32 bytes");
            assert!(is_on_curve(&encoded));
        }
        // RFC 8032 has no such list; these y have no x (computed with integers of any size).
        for y in NO_POINT {
            let mut encoded = [0; 32];
            encoded[0] = y;
            assert!(!is_on_curve(&encoded), "{y}");
        }
        for y in ON_CURVE {
            let mut encoded = [0; 32];
            encoded[0] = y;
            assert!(is_on_curve(&encoded), "{y}");
        }
    }

    const NO_POINT: [u8; 6] = [2, 7, 8, 11, 12, 13];
    const ON_CURVE: [u8; 6] = [3, 4, 5, 6, 9, 10];

    #[test]
    fn bytes_come_back_reduced() {
        let mut prime = [0xff; 32];
        (prime[0], prime[31]) = (0xed, 0x7f);
        assert_eq!(Element::from_bytes(&prime).to_bytes(), [0; 32]);
        prime[0] = 0xec;
        assert_eq!(Element::from_bytes(&prime).to_bytes(), prime);
        let seven = Element([7, 0, 0, 0]);
        assert_eq!(seven.times(seven.inverse()).to_bytes(), ONE.to_bytes());
        assert_eq!(ONE.minus(seven).plus(seven).to_bytes(), ONE.to_bytes());
    }
}
