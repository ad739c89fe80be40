//! The Ed25519 rule: which points we take at all.
//!
//! RFC 8032 leaves room, and verifiers differ in it. Ours is the strict rule: the encodings of A and R are canonical,
//! neither is of small order, S is below the group order, and the equation is checked without the cofactor
//! (`R = [S]B - [k]A`, compared as bytes). `aws-lc-rs` checks the S bound and the equation; this file checks the points.
//! A key off the curve is not detected here: no signature verifies under it.

/// The y coordinates, little-endian, of the eight points of small order (a point and its negative share one).
const SMALL_ORDER_Y: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = [0xff; 32];
        minus_one[0] = 0xec;
        minus_one[31] = 0x7f;
        minus_one
    },
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

/// `true` when the encoding is canonical and not of small order.
///
/// Of the encodings with x = 0, both are of small order, so the sign of zero needs no look of its own.
pub fn takes(encoded: &[u8; 32]) -> bool {
    let mut y = *encoded;
    let [first, middle @ .., last] = &mut y;
    *last &= 0x7f;
    // y >= 2^255 - 19 is an alternative writing of a smaller number.
    let is_canonical = *last != 0x7f || *first < 0xed || middle.iter().any(|byte| *byte != 0xff);
    is_canonical && !SMALL_ORDER_Y.contains(&y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_small_and_non_canonical_points() {
        for y in SMALL_ORDER_Y {
            let mut negative = y;
            negative[31] |= 0x80;
            assert!(!takes(&y) && !takes(&negative));
        }
        let mut large = [0xff; 32];
        large[31] = 0x7f;
        for first in 0xed..=0xff {
            large[0] = first;
            assert!(!takes(&large));
        }
        large[0] = 0xeb;
        assert!(takes(&large));
    }
}
