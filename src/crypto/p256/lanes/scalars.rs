//! From signatures to digits in eight lanes: 1 / s, u1 and u2, and which entries of the tables they ask for.

use super::super::digits;
use super::order;
use crate::crypto::lanes::avx512::Eight;
use crate::crypto::lanes::limbs::{self, Limbs};

/// Eight digits of one place: which odd multiple, and a bit for each lane that subtracts.
#[derive(Clone, Copy)]
pub struct Place {
    /// The index of the odd multiple, for each lane.
    pub index: [u64; 8],
    /// A bit for each lane.
    pub negative: u8,
}

/// u1 = z / s and u2 = r / s, below n, whole: of plain numbers, with R / s at hand.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn factors(z: &Limbs, r: &Limbs, inverse: &Limbs) -> (Limbs, Limbs) {
    (
        limbs::below(&order::multiply(z, inverse), &order::ORDER),
        limbs::below(&order::multiply(r, inverse), &order::ORDER),
    )
}

/// The digits of scalars below n, the lowest place first; see [`digits`].
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn places(scalars: &Limbs, window: u32, into: &mut Vec<Place>) {
    let even = scalars[0].and(Eight::splat(1)).equal(Eight::splat(0));
    let [k0, k1, k2, k3, k4] = order::negative_where(scalars, even);
    let count = digits::count(window);
    // The highest bit, one above the scalar's own. Limbs from 208 bits up and from 260 bits up.
    let top = window * count;
    let (at_208, at_260) = if top < 260 { (1 << (top - 208), 0) } else { (0, 1 << (top - 260)) };
    let bits = [k0, k1, k2, k3, k4.or(Eight::splat(at_208)), Eight::splat(at_260), Eight::splat(0)];
    let half = Eight::splat(1 << (window - 1));
    let low = Eight::splat((1 << (window - 1)) - 1);
    for place in 0..count {
        // The lowest bit of the scalar is 1 and not looked at.
        let from = u64::from(window * place + 1);
        let (limb, bit) = (from / 52, from % 52);
        let [lower, upper] = neighbours(&bits, limb);
        let run = lower.right_by(bit).or(upper.left_by(52 - bit));
        let positive = run.and(half).equal(half);
        let run = run.and(low);
        let index = run.xor(low).or_where(positive, run);
        into.push(Place { index: index.words(), negative: !positive ^ even });
    }
}

/// The limb and the next one.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn neighbours(bits: &[Eight; 7], limb: u64) -> [Eight; 2] {
    let [b0, b1, b2, b3, b4, b5, b6] = *bits;
    match limb {
        0 => [b0, b1],
        1 => [b1, b2],
        2 => [b2, b3],
        3 => [b3, b4],
        4 => [b4, b5],
        _ => [b5, b6],
    }
}
