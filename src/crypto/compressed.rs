//! Compressed points of P-256 (SEC 1, 2.3.4): the y that belongs to an x.
//!
//! Whoever shows a credential brings a key that nobody saw before, mostly as the x of a point: its y is found here in a fifth of
//! the time that the crypto library takes. Public values only; nothing here is constant in time, and no secret may come near it.

use crate::crypto::limbs::{self, Limbs};

/// The prime of P-256: 2^256 - 2^224 + 2^192 + 2^96 - 1.
const PRIME: Limbs = [0xffff_ffff_ffff_ffff, 0xffff_ffff, 0, 0xffff_ffff_0000_0001];
/// 2^512 modulo the prime, which turns a number into Montgomery's form.
const SQUARED_RADIX: Limbs = [3, 0xffff_fffb_ffff_ffff, 0xffff_ffff_ffff_fffe, 0x4_ffff_fffd];
/// The b of the curve's equation y^2 = x^3 - 3x + b, in Montgomery's form.
const B: Element =
    Element([0xd89c_df62_29c4_bddf, 0xacf0_05cd_7884_3090, 0xe5a2_20ab_f721_2ed6, 0xdc30_061d_0487_4834]);

/// A number modulo the prime, below it, times 2^256 (Montgomery's form).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Element(Limbs);

/// The y of the point of P-256 with that x and with a y of that parity; `None` when there is no such point.
pub(super) fn y_of(x: &[u8; 32], is_odd: bool) -> Option<[u8; 32]> {
    let x = Element::from_be_bytes(x)?;
    // x^3 - 3x + b
    let right = x.square().times(x).minus(x.plus(x).plus(x)).plus(B);
    let root = right.to_root_power();
    if root.square() != right {
        return None;
    }
    let y = root.to_limbs();
    // No point of the curve has a y of zero: the group is of odd order.
    let (other, _) = limbs::difference(PRIME, y);
    let [lowest, ..] = y;
    Some(limbs::to_be_bytes(if (lowest & 1 == 1) == is_odd { y } else { other }))
}

impl Element {
    /// The number in 32 bytes; `None` when it is not below the prime.
    fn from_be_bytes(bytes: &[u8; 32]) -> Option<Element> {
        let number = limbs::from_be_bytes(bytes);
        let (_, is_below) = limbs::difference(number, PRIME);
        is_below.then(|| Element(number).times(Element(SQUARED_RADIX)))
    }

    /// The number itself.
    fn to_limbs(self) -> Limbs {
        reduced(self.0, [0; 4]).0
    }

    #[inline(always)]
    fn plus(self, other: Element) -> Element {
        let (sum, carry) = limbs::sum(self.0, other.0);
        below_prime(sum, carry)
    }

    #[inline(always)]
    fn minus(self, other: Element) -> Element {
        let (difference, borrow) = limbs::difference(self.0, other.0);
        let (raised, _) = limbs::sum(difference, PRIME);
        Element(if borrow { raised } else { difference })
    }

    #[inline(always)]
    fn times(self, other: Element) -> Element {
        let (low, high) = limbs::product(self.0, other.0);
        reduced(low, high)
    }

    #[inline(always)]
    fn square(self) -> Element {
        let (low, high) = limbs::square(self.0);
        reduced(low, high)
    }

    fn squared(self, times: u32) -> Element {
        (0..times).fold(self, |element, _| element.square())
    }

    /// The power (p + 1) / 4: the square root of what has one, because p is 3 modulo 4.
    fn to_root_power(self) -> Element {
        // `ones_n` is the power 2^n - 1; the exponent is ((2^32 - 1) 2^32 + 1) 2^96 + 1, times 2^94.
        let ones_2 = self.square().times(self);
        let ones_4 = ones_2.squared(2).times(ones_2);
        let ones_8 = ones_4.squared(4).times(ones_4);
        let ones_16 = ones_8.squared(8).times(ones_8);
        let ones_32 = ones_16.squared(16).times(ones_16);
        ones_32.squared(32).times(self).squared(96).times(self).squared(94)
    }
}

/// A number of 512 bits below p 2^256, divided by 2^256 modulo p (Montgomery's reduction).
#[inline(always)]
fn reduced(low: Limbs, high: Limbs) -> Element {
    // p is -1 modulo 2^64, so the lowest word itself is the multiple of p that clears it.
    let [mut a, mut b, mut c, mut d] = low;
    for _ in 0..4 {
        let (next, carry) = b.carrying_add(a << 32, false);
        let (after, carry) = c.carrying_add(a >> 32, carry);
        let [.., top] = PRIME;
        let (third, fourth) = a.carrying_mul_add(top, d, u64::from(carry));
        (a, b, c, d) = (next, after, third, fourth);
    }
    let (sum, carry) = limbs::sum([a, b, c, d], high);
    below_prime(sum, carry)
}

/// A number below twice the prime, the prime taken off where it is in there.
#[inline(always)]
fn below_prime(number: Limbs, carry: bool) -> Element {
    let (lowered, borrow) = limbs::difference(number, PRIME);
    Element(if borrow && !carry { number } else { lowered })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
    use proptest::prelude::*;

    use super::*;

    /// What the crypto library makes of the same point.
    fn theirs(x: &[u8; 32], is_odd: bool) -> Option<[u8; 32]> {
        let sign = 2 + u8::from(is_odd);
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, [&[sign][..], x].concat()).ok()?;
        key.as_der().ok()?.as_ref().last_chunk().copied()
    }

    #[test]
    fn edges_of_the_field() {
        let zero = [0; 32];
        let mut prime = limbs::to_be_bytes(PRIME);
        assert_eq!(y_of(&prime, false), None);
        assert_eq!(y_of(&[0xff; 32], true), None);
        prime[31] -= 1;
        for (x, is_odd) in [(zero, false), (zero, true), (prime, false), (prime, true)] {
            assert_eq!(y_of(&x, is_odd), theirs(&x, is_odd));
        }
        // Both points of the smallest x, and no point for about every other number.
        let mut found = 0;
        for number in 0..=u8::MAX {
            let mut x = zero;
            x[31] = number;
            for is_odd in [false, true] {
                assert_eq!(y_of(&x, is_odd), theirs(&x, is_odd), "{number}");
                found += usize::from(y_of(&x, is_odd).is_some_and(|y| (y[31] & 1 == 1) == is_odd));
            }
        }
        assert!((200..=312).contains(&found), "{found}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn the_crypto_library_finds_the_same(x in any::<[u8; 32]>(), is_odd in any::<bool>()) {
            prop_assert_eq!(y_of(&x, is_odd), theirs(&x, is_odd));
        }
    }
}
