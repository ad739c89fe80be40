//! Scalars: numbers modulo the order L = 2^252 + 27742317777372353535851937790883648493 of the base point, and their digits.

use crate::crypto::limbs::{self, Limbs};

/// The order of the base point.
const ORDER: Limbs = [0x5812_631a_5cf5_d3ed, 0x14de_f9de_a2f7_9cd6, 0, 0x1000_0000_0000_0000];
/// Bits below 2^252 in the highest word.
const LOW: u64 = (1 << 60) - 1;

/// A number below the order. It multiplies points of any order, so it is that number and not its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scalar(Limbs);

impl Scalar {
    /// The number in 32 little-endian bytes; `None` when it is not below the order.
    pub fn canonical(bytes: &[u8; 32]) -> Option<Scalar> {
        let number = limbs::from_le_bytes(bytes);
        let (_, is_below) = limbs::difference(number, ORDER);
        is_below.then_some(Scalar(number))
    }

    /// The number in 64 little-endian bytes modulo the order.
    pub fn reduced(bytes: &[u8; 64]) -> Scalar {
        // 2^252 is -c modulo the order, for a c of 125 bits. So x = x1 2^252 + x0 is x0 - c x1; with y = c x1 that is
        // x0 - y0 + c y1; and with z = c y1 it is x0 + z0 - y0 - c z1.
        let (words, _) = bytes.as_chunks::<8>();
        let mut x = [0; 8];
        x.iter_mut().zip(words).for_each(|(to, word)| *to = u64::from_le_bytes(*word));
        let y = times_c(above(x));
        let z = times_c(above(y));
        let [w0, w1, w2, w3, ..] = times_c(above(z));
        let (plus, _) = limbs::sum(below(x), below(z));
        let (less, _) = limbs::sum(below(y), [w0, w1, w2, w3]);
        // Twice the order keeps the difference above zero; the whole stays below 2^255.
        let (twice, _) = limbs::sum(ORDER, ORDER);
        let mut number = limbs::difference(limbs::sum(plus, twice).0, less).0;
        loop {
            let (reduced, is_below) = limbs::difference(number, ORDER);
            if is_below {
                return Scalar(number);
            }
            number = reduced;
        }
    }

    /// Its digits of `window` bits (2 to 16), the lowest first, [`digit_count`] of them: from -2^(window - 1) to 2^(window - 1) - 1.
    pub fn digits(&self, window: u32) -> impl Iterator<Item = i32> + use<> {
        // 2^(window - 1) more for each digit makes them all positive.
        let half = 1_u64 << (window - 1);
        let [a, b, c, d] = self.0;
        let mut bits = sum_5([a, b, c, d, 0], halves(window));
        let up = 64 - window;
        (0..digit_count(window)).map(move |_| {
            let [b0, b1, b2, b3, b4] = bits;
            let run = b0 & (2 * half - 1);
            bits = [
                b0 >> window | b1 << up,
                b1 >> window | b2 << up,
                b2 >> window | b3 << up,
                b3 >> window | b4 << up,
                b4 >> window,
            ];
            i32::try_from(run).unwrap_or_default() - i32::try_from(half).unwrap_or_default()
        })
    }
}

/// How many digits of that many bits a scalar has: with the halves added it stays below 2^256.
pub fn digit_count(window: u32) -> u32 {
    255_u32.div_ceil(window)
}

/// 2^(window - 1) in the place of each digit.
fn halves(window: u32) -> [u64; 5] {
    let mut words = [0_u64; 5];
    for digit in 0..digit_count(window) {
        let bit = window * digit + window - 1;
        if let Some(word) = usize::try_from(bit / 64).ok().and_then(|at| words.get_mut(at)) {
            *word |= 1 << (bit % 64);
        }
    }
    words
}

fn sum_5([a, b, c, d, e]: [u64; 5], [p, q, r, s, t]: [u64; 5]) -> [u64; 5] {
    let ([a, b, c, d], carry) = limbs::sum([a, b, c, d], [p, q, r, s]);
    [a, b, c, d, e.wrapping_add(t).wrapping_add(u64::from(carry))]
}

/// x modulo 2^252.
fn below([a, b, c, d, ..]: [u64; 8]) -> Limbs {
    [a, b, c, d & LOW]
}

/// x divided by 2^252.
fn above([_, _, _, d, e, f, g, h]: [u64; 8]) -> [u64; 5] {
    [d >> 60 | e << 4, e >> 60 | f << 4, f >> 60 | g << 4, g >> 60 | h << 4, h >> 60]
}

/// The number times c.
fn times_c([a, b, c, d, e]: [u64; 5]) -> [u64; 8] {
    let [low, high, ..] = ORDER;
    let (p0, carry) = a.carrying_mul(low, 0);
    let (p1, carry) = b.carrying_mul(low, carry);
    let (p2, carry) = c.carrying_mul(low, carry);
    let (p3, carry) = d.carrying_mul(low, carry);
    let (p4, p5) = e.carrying_mul(low, carry);
    let (p1, carry) = a.carrying_mul_add(high, p1, 0);
    let (p2, carry) = b.carrying_mul_add(high, p2, carry);
    let (p3, carry) = c.carrying_mul_add(high, p3, carry);
    let (p4, carry) = d.carrying_mul_add(high, p4, carry);
    let (p5, p6) = e.carrying_mul_add(high, p5, carry);
    [p0, p1, p2, p3, p4, p5, p6, 0]
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;

    fn number(scalar: &Scalar) -> BigUint {
        BigUint::from_bytes_le(&limbs::to_le_bytes(scalar.0))
    }

    fn order() -> BigUint {
        number(&Scalar(ORDER))
    }

    fn wide() -> impl Strategy<Value = [u8; 64]> {
        let byte = prop_oneof![any::<u8>(), Just(0), Just(0xff)];
        prop::collection::vec(byte, 64).prop_map(|bytes| bytes.try_into().expect("64"))
    }

    proptest! {
        #[test]
        fn reduces_as_numbers_do(bytes in wide()) {
            prop_assert_eq!(number(&Scalar::reduced(&bytes)), BigUint::from_bytes_le(&bytes) % order());
        }

        #[test]
        fn digits_add_up(bytes in wide(), window in 2_u32..=16) {
            let scalar = Scalar::reduced(&bytes);
            let half = 1_i32 << (window - 1);
            let digits: Vec<i32> = scalar.digits(window).collect();
            prop_assert!(digits.iter().all(|digit| (-half..half).contains(digit)));
            let sum = |sign: i32| digits.iter().rev().fold(BigUint::ZERO, |sum, digit| {
                (sum << window) + u32::try_from((digit * sign).max(0)).expect("not negative")
            });
            prop_assert_eq!(sum(1), number(&scalar) + sum(-1));
        }
    }

    #[test]
    fn only_what_is_below_the_order_is_canonical() {
        assert_eq!(
            number(&Scalar(ORDER)).to_string(),
            "7237005577332262213973186563042994240857116359379907606001950938285454250989"
        );
        let bytes = |number: &BigUint| -> [u8; 32] {
            let mut bytes = number.to_bytes_le();
            bytes.resize(32, 0);
            bytes.try_into().expect("32")
        };
        for above in 0_u32..3 {
            assert_eq!(Scalar::canonical(&bytes(&(order() + above))), None);
        }
        let last = order() - 1_u32;
        assert_eq!(Scalar::canonical(&bytes(&last)).map(|scalar| number(&scalar)), Some(last));
        assert!(Scalar::canonical(&[0; 32]).is_some());
        assert_eq!(Scalar::canonical(&[0xff; 32]), None);
        let mut multiple = bytes(&(order() * 15_u32)).to_vec();
        multiple.resize(64, 0);
        assert_eq!(Scalar::reduced(&multiple.try_into().expect("64")), Scalar([0; 4]));
    }
}
