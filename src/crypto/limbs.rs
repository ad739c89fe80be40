//! Limbs: numbers of 256 bits as four words, and their products. What the fields of P-256 and Curve25519 share.
//!
//! Public values only, although nothing here branches on them.

/// A number below 2^256, least significant word first.
pub(super) type Limbs = [u64; 4];

/// The number in 32 big-endian bytes.
pub(super) fn from_be_bytes(bytes: &[u8; 32]) -> Limbs {
    let (words, _) = bytes.as_chunks::<8>();
    let mut limbs = [0; 4];
    for (limb, word) in limbs.iter_mut().rev().zip(words) {
        *limb = u64::from_be_bytes(*word);
    }
    limbs
}

/// The number in 32 little-endian bytes.
pub(super) fn from_le_bytes(bytes: &[u8; 32]) -> Limbs {
    let (words, _) = bytes.as_chunks::<8>();
    let mut limbs = [0; 4];
    for (limb, word) in limbs.iter_mut().zip(words) {
        *limb = u64::from_le_bytes(*word);
    }
    limbs
}

/// The number as 32 big-endian bytes.
pub(super) fn to_be_bytes(limbs: Limbs) -> [u8; 32] {
    let mut bytes = to_le_bytes(limbs);
    bytes.reverse();
    bytes
}

/// The number as 32 little-endian bytes.
pub(super) fn to_le_bytes(limbs: Limbs) -> [u8; 32] {
    let mut bytes = [0; 32];
    let (words, _) = bytes.as_chunks_mut::<8>();
    for (word, limb) in words.iter_mut().zip(limbs) {
        *word = limb.to_le_bytes();
    }
    bytes
}

/// The sum modulo 2^256, and whether it passed 2^256.
#[inline(always)]
pub(super) fn sum([a, b, c, d]: Limbs, [e, f, g, h]: Limbs) -> (Limbs, bool) {
    let (p, carry) = a.carrying_add(e, false);
    let (q, carry) = b.carrying_add(f, carry);
    let (r, carry) = c.carrying_add(g, carry);
    let (s, carry) = d.carrying_add(h, carry);
    ([p, q, r, s], carry)
}

/// The difference modulo 2^256, and whether it fell below zero.
#[inline(always)]
pub(super) fn difference([a, b, c, d]: Limbs, [e, f, g, h]: Limbs) -> (Limbs, bool) {
    let (p, borrow) = a.borrowing_sub(e, false);
    let (q, borrow) = b.borrowing_sub(f, borrow);
    let (r, borrow) = c.borrowing_sub(g, borrow);
    let (s, borrow) = d.borrowing_sub(h, borrow);
    ([p, q, r, s], borrow)
}

/// The lower and the upper half of the product.
#[inline(always)]
pub(super) fn product([a, b, c, d]: Limbs, [e, f, g, h]: Limbs) -> (Limbs, Limbs) {
    let (p0, carry) = a.carrying_mul(e, 0);
    let (p1, carry) = b.carrying_mul(e, carry);
    let (p2, carry) = c.carrying_mul(e, carry);
    let (p3, p4) = d.carrying_mul(e, carry);
    let (p1, carry) = a.carrying_mul_add(f, p1, 0);
    let (p2, carry) = b.carrying_mul_add(f, p2, carry);
    let (p3, carry) = c.carrying_mul_add(f, p3, carry);
    let (p4, p5) = d.carrying_mul_add(f, p4, carry);
    let (p2, carry) = a.carrying_mul_add(g, p2, 0);
    let (p3, carry) = b.carrying_mul_add(g, p3, carry);
    let (p4, carry) = c.carrying_mul_add(g, p4, carry);
    let (p5, p6) = d.carrying_mul_add(g, p5, carry);
    let (p3, carry) = a.carrying_mul_add(h, p3, 0);
    let (p4, carry) = b.carrying_mul_add(h, p4, carry);
    let (p5, carry) = c.carrying_mul_add(h, p5, carry);
    let (p6, p7) = d.carrying_mul_add(h, p6, carry);
    ([p0, p1, p2, p3], [p4, p5, p6, p7])
}

/// The lower and the upper half of the square.
#[inline(always)]
pub(super) fn square([a, b, c, d]: Limbs) -> (Limbs, Limbs) {
    // What stands beside the diagonal counts twice.
    let (s1, carry) = a.carrying_mul(b, 0);
    let (s2, carry) = a.carrying_mul(c, carry);
    let (s3, s4) = a.carrying_mul(d, carry);
    let (s3, carry) = b.carrying_mul_add(c, s3, 0);
    let (s4, s5) = b.carrying_mul_add(d, s4, carry);
    let (s5, s6) = c.carrying_mul_add(d, s5, 0);
    let (s1, carry) = s1.carrying_add(s1, false);
    let (s2, carry) = s2.carrying_add(s2, carry);
    let (s3, carry) = s3.carrying_add(s3, carry);
    let (s4, carry) = s4.carrying_add(s4, carry);
    let (s5, carry) = s5.carrying_add(s5, carry);
    let (s6, carry) = s6.carrying_add(s6, carry);
    let s7 = u64::from(carry);
    let ((p0, a1), (b0, b1), (c0, c1), (d0, d1)) =
        (a.carrying_mul(a, 0), b.carrying_mul(b, 0), c.carrying_mul(c, 0), d.carrying_mul(d, 0));
    let (p1, carry) = s1.carrying_add(a1, false);
    let (p2, carry) = s2.carrying_add(b0, carry);
    let (p3, carry) = s3.carrying_add(b1, carry);
    let (p4, carry) = s4.carrying_add(c0, carry);
    let (p5, carry) = s5.carrying_add(c1, carry);
    let (p6, carry) = s6.carrying_add(d0, carry);
    let (p7, _) = s7.carrying_add(d1, carry);
    ([p0, p1, p2, p3], [p4, p5, p6, p7])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The product by another way: word by word into a long sum.
    fn long(a: Limbs, b: Limbs) -> (Limbs, Limbs) {
        let mut sum = [0_u128; 9];
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate() {
                let word = u128::from(*x) * u128::from(*y);
                sum[i + j] += word & u128::from(u64::MAX);
                sum[i + j + 1] += word >> 64;
            }
        }
        for at in 0..8 {
            sum[at + 1] += sum[at] >> 64;
            sum[at] &= u128::from(u64::MAX);
        }
        let words: Vec<u64> = sum.iter().map(|word| u64::try_from(*word).expect("carried")).collect();
        (words[..4].try_into().expect("four"), words[4..8].try_into().expect("four"))
    }

    fn limbs() -> impl Strategy<Value = Limbs> {
        let word = prop_oneof![any::<u64>(), Just(0), Just(u64::MAX), Just(1)];
        prop::array::uniform4(word)
    }

    proptest! {
        #[test]
        fn products_and_squares_are_those_of_numbers(a in limbs(), b in limbs()) {
            prop_assert_eq!(product(a, b), long(a, b));
            prop_assert_eq!(square(a), long(a, a));
        }

        #[test]
        fn sums_and_differences_undo_each_other(a in limbs(), b in limbs()) {
            let (total, over) = sum(a, b);
            prop_assert_eq!(difference(total, b), (a, over));
            prop_assert_eq!(from_be_bytes(&to_be_bytes(a)), a);
            prop_assert_eq!(from_le_bytes(&to_le_bytes(a)), a);
        }
    }
}
