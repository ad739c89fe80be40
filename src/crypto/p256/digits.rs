//! Scalars as digits that are odd and have a sign, so that no digit is 0.
//!
//! For an odd k below 2^256 and digits of w bits, let K be k with its lowest bit moved to the top: K = k >> 1, plus 2^(w c - 1) for
//! c digits. Then k is the sum of (2 K_i - (2^w - 1)) 2^(w i), where K_i is the i-th run of w bits of K. An even k is n - (n - k),
//! and n - k is odd.

use super::words::{self, N, Words};

/// How many digits of that many bits a scalar has.
pub const fn count(window: u32) -> u32 {
    256_u32.div_ceil(window)
}

/// The digits of one scalar, the lowest first.
pub struct Digits {
    /// K of the text above, in 320 bits.
    bits: [u64; 5],
    negated: bool,
    window: u32,
    left: u32,
}

/// One digit: the odd multiple 2 `index` + 1, or its negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digit {
    /// Which odd multiple, from 0.
    pub index: usize,
    /// Whether it is to be subtracted.
    pub negative: bool,
}

impl Digits {
    /// Of a scalar below the order, in digits of `window` bits, 2 to 16. The digits of 0 add up to the order.
    pub fn new(scalar: &Words, window: u32) -> Digits {
        let even = scalar[0] & 1 == 0;
        let [k0, k1, k2, k3] = if even { words::subtract(N, *scalar).0 } else { *scalar };
        let mut bits = [k0 >> 1 | k1 << 63, k1 >> 1 | k2 << 63, k2 >> 1 | k3 << 63, k3 >> 1, 0];
        let count = count(window);
        let top = window * count - 1;
        if top < 256 {
            bits[3] |= 1 << (top - 192);
        } else {
            bits[4] |= 1 << (top - 256);
        }
        Digits { bits, negated: even, window, left: count }
    }
}

impl Iterator for Digits {
    type Item = Digit;

    fn next(&mut self) -> Option<Digit> {
        self.left = self.left.checked_sub(1)?;
        let [b0, b1, b2, b3, b4] = self.bits;
        let (window, up) = (self.window, 64 - self.window);
        let half = 1 << (window - 1);
        let run = b0 & (2 * half - 1);
        self.bits = [
            b0 >> window | b1 << up,
            b1 >> window | b2 << up,
            b2 >> window | b3 << up,
            b3 >> window | b4 << up,
            b4 >> window,
        ];
        let below = run < half;
        let index = if below { half - 1 - run } else { run - half };
        Some(Digit { index: usize::try_from(index).unwrap_or(0), negative: below != self.negated })
    }
}
