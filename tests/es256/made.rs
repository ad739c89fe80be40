//! Signatures made for the tests and measurements of the fast ES256 check, by the `p256` crate; which of them are right is known from
//! how they were made.
#![allow(dead_code, reason = "each of the programs that include this file uses a part of it")]

use p256::elliptic_curve::BatchNormalize;
use p256::elliptic_curve::ff::PrimeField;
use p256::elliptic_curve::group::Group;
use p256::elliptic_curve::ops::Reduce;
use p256::elliptic_curve::point::AffineCoordinates;
use p256::{AffinePoint, FieldBytes, ProjectivePoint, Scalar};

/// Numbers that look random and are the same for the same seed (splitmix64).
pub struct Source(u64);

impl Source {
    pub fn new(seed: u64) -> Source {
        Source(seed)
    }

    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.word() % u64::try_from(bound).expect("a small bound")).expect("below the bound")
    }

    pub fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for eight in bytes.as_chunks_mut::<8>().0 {
            *eight = self.word().to_be_bytes();
        }
        bytes
    }

    pub fn scalar(&mut self) -> Scalar {
        scalar(&self.bytes())
    }
}

/// Those bytes modulo the order.
pub fn scalar(bytes: &[u8; 32]) -> Scalar {
    Scalar::reduce(&FieldBytes::from(*bytes))
}

/// The order.
pub fn order() -> [u8; 32] {
    let below = bytes(&-Scalar::ONE);
    plus(&below, 1)
}

/// A number plus a small one, modulo 2^256.
pub fn plus(number: &[u8; 32], more: u8) -> [u8; 32] {
    let mut sum = *number;
    let mut carry = u16::from(more);
    for byte in sum.iter_mut().rev() {
        carry += u16::from(*byte);
        [_, *byte] = carry.to_be_bytes();
        carry >>= 8;
    }
    sum
}

pub fn bytes(scalar: &Scalar) -> [u8; 32] {
    scalar.to_repr().into()
}

pub fn pair(r: &[u8; 32], s: &[u8; 32]) -> [u8; 64] {
    let mut pair = [0; 64];
    pair[..32].copy_from_slice(r);
    pair[32..].copy_from_slice(s);
    pair
}

/// A public key.
#[derive(Clone, Copy)]
pub struct Key {
    pub point: ProjectivePoint,
    pub x: [u8; 32],
    pub y: [u8; 32],
}

impl Key {
    pub fn new(point: ProjectivePoint) -> Key {
        let affine = point.to_affine();
        Key { point, x: affine.x().into(), y: affine.y().into() }
    }

    pub fn of(secret: &Scalar) -> Key {
        Key::new(ProjectivePoint::GENERATOR * secret)
    }

    /// The point as SEC 1 writes it, without compression.
    pub fn sec1(&self) -> Vec<u8> {
        [&[4_u8][..], &self.x, &self.y].concat()
    }
}

/// A signature, and whether it is right.
#[derive(Clone, Copy)]
pub struct Made {
    pub key: Key,
    pub digest: [u8; 32],
    pub signature: [u8; 64],
    pub right: bool,
}

/// The right signature whose check comes to u1 G + u2 Q; `None` where that is infinity or its r is 0.
pub fn by_factors(key: &Key, u1: &Scalar, u2: &Scalar) -> Option<Made> {
    let sum = ProjectivePoint::GENERATOR * u1 + key.point * u2;
    if bool::from(sum.is_identity()) {
        return None;
    }
    let r = scalar(&sum.to_affine().x().into());
    let s = r * Option::<Scalar>::from(u2.invert())?;
    let is_one = r != Scalar::ZERO;
    let made = Made { key: *key, digest: bytes(&(*u1 * s)), signature: pair(&bytes(&r), &bytes(&s)), right: true };
    is_one.then_some(made)
}

/// Any r with factors whose sum has another x, or is infinity: never right.
pub fn with_any_r(key: &Key, u1: &Scalar, u2: &Scalar, r: &Scalar) -> Option<Made> {
    let s = *r * Option::<Scalar>::from(u2.invert())?;
    Some(Made { key: *key, digest: bytes(&(*u1 * s)), signature: pair(&bytes(r), &bytes(&s)), right: false })
}

/// Right signatures over random digests by that secret: cheap, since their points are steps of one walk.
pub fn signed(source: &mut Source, secret: &Scalar, count: usize) -> Vec<Made> {
    let key = Key::of(secret);
    let (mut k, step) = (source.scalar(), source.scalar());
    let mut point = ProjectivePoint::GENERATOR * k;
    let step_point = ProjectivePoint::GENERATOR * step;
    let (mut nonces, mut points) = (Vec::new(), Vec::new());
    for _ in 0..count {
        nonces.push(k);
        points.push(point);
        k += step;
        point += step_point;
    }
    let points: Vec<AffinePoint> = ProjectivePoint::batch_normalize(&points[..]);
    let made = points.iter().zip(inverses(&nonces)).map(|(point, inverse)| {
        let digest = source.bytes();
        let r = scalar(&point.x().into());
        let s = inverse * (scalar(&digest) + r * secret);
        Made { key, digest, signature: pair(&bytes(&r), &bytes(&s)), right: true }
    });
    made.collect()
}

/// The inverse of each, with one inversion for all; none is 0.
fn inverses(scalars: &[Scalar]) -> Vec<Scalar> {
    let mut product = Scalar::ONE;
    let mut inverses = Vec::new();
    for scalar in scalars {
        inverses.push(product);
        product *= scalar;
    }
    let mut inverse = Option::<Scalar>::from(product.invert()).expect("none is 0");
    for (slot, scalar) in inverses.iter_mut().zip(scalars).rev() {
        *slot *= inverse;
        inverse *= scalar;
    }
    inverses
}

/// The same with something changed: wrong, except where s became n - s, which is right again.
pub fn mutated(source: &mut Source, made: &Made, other: &Key) -> Made {
    let mut changed = Made { right: false, ..*made };
    let (r, s) = made.signature.split_at(32);
    let (r, s): ([u8; 32], [u8; 32]) = (r.try_into().expect("32 bytes"), s.try_into().expect("32 bytes"));
    match source.below(10) {
        0..4 => {
            let bit = source.below(512);
            changed.signature[bit / 8] ^= 1 << (bit % 8);
        }
        4 | 5 => {
            let bit = source.below(256);
            changed.digest[bit / 8] ^= 1 << (bit % 8);
        }
        6 => changed.key = *other,
        7 => changed.signature = pair(&s, &r),
        8 => {
            let s = -scalar(&s);
            changed = Made { signature: pair(&r, &bytes(&s)), ..*made };
        }
        _ => {
            let edges = [[0; 32], order(), plus(&order(), 1), [0xff; 32], bytes(&Scalar::ONE), bytes(&-Scalar::ONE)];
            let edge = edges[source.below(edges.len())];
            changed.signature = if source.below(2) == 0 { pair(&edge, &s) } else { pair(&r, &edge) };
        }
    }
    // Strange signatures may come out as they were.
    let is_same =
        changed.key.point == made.key.point && (changed.digest, changed.signature) == (made.digest, made.signature);
    changed.right |= is_same && made.right;
    changed
}
