//! Points of the curve y^2 = x^3 - 3 x + b in 64-bit words, with additions that are right for all points.

use super::field::{Fe, invert_all};
use super::words::Words;

/// A point that is not the one at infinity, by its two coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Affine {
    /// The first coordinate.
    pub x: Fe,
    /// The second one.
    pub y: Fe,
}

/// A point as (x z^2, y z^3, z); at infinity z = 0.
#[derive(Clone, Copy, Debug)]
pub struct Jacobian {
    /// x z^2.
    pub x: Fe,
    /// y z^3.
    pub y: Fe,
    /// z.
    pub z: Fe,
}

const GENERATOR: (Words, Words) = (
    [0xf4a1_3945_d898_c296, 0x7703_7d81_2deb_33a0, 0xf8bc_e6e5_63a4_40f2, 0x6b17_d1f2_e12c_4247],
    [0xcbb6_4068_37bf_51f5, 0x2bce_3357_6b31_5ece, 0x8ee7_eb4a_7c0f_9e16, 0x4fe3_42e2_fe1a_7f9b],
);

impl Affine {
    /// The point with those coordinates; `None` when there is none on the curve.
    pub fn from_words(x: &Words, y: &Words) -> Option<Affine> {
        let point = Affine { x: Fe::from_words(x)?, y: Fe::from_words(y)? };
        point.is_on_curve().then_some(point)
    }

    /// The generator G of the standard.
    pub fn generator() -> Option<Affine> {
        Affine::from_words(&GENERATOR.0, &GENERATOR.1)
    }

    /// The negative.
    pub fn negative(&self) -> Affine {
        Affine { x: self.x, y: self.y.negative() }
    }

    /// The same point.
    pub fn to_jacobian(self) -> Jacobian {
        Jacobian { x: self.x, y: self.y, z: Fe::ONE }
    }

    fn is_on_curve(&self) -> bool {
        let Affine { x, y } = self;
        let three_x = x.double().add(x);
        y.square() == x.square().multiply(x).subtract(&three_x).add(&Fe::b())
    }
}

impl Jacobian {
    /// The point at infinity.
    pub const INFINITY: Jacobian = Jacobian { x: Fe::ONE, y: Fe::ONE, z: Fe::ZERO };

    /// Whether it is the point at infinity.
    pub fn is_infinity(&self) -> bool {
        self.z.is_zero()
    }

    /// Twice this.
    pub fn double(&self) -> Jacobian {
        // alpha = 3 (x - z^2) (x + z^2), the slope of the tangent times its denominator.
        let Jacobian { x, y, z } = self;
        let delta = z.square();
        let gamma = y.square();
        let beta = x.multiply(&gamma);
        let product = x.subtract(&delta).multiply(&x.add(&delta));
        let alpha = product.double().add(&product);
        let four_beta = beta.double().double();
        let x3 = alpha.square().subtract(&four_beta.double());
        let z3 = y.multiply(z).double();
        let eight_gamma_squared = gamma.square().double().double().double();
        let y3 = alpha.multiply(&four_beta.subtract(&x3)).subtract(&eight_gamma_squared);
        Jacobian { x: x3, y: y3, z: z3 }
    }

    /// The sum with a point that is not at infinity, in all cases.
    pub fn add_affine(&self, other: &Affine) -> Jacobian {
        if self.is_infinity() {
            return other.to_jacobian();
        }
        let Jacobian { x: x1, y: y1, z: z1 } = self;
        let z1_squared = z1.square();
        let h = other.x.multiply(&z1_squared).subtract(x1);
        let r = other.y.multiply(z1).multiply(&z1_squared).subtract(y1);
        if h.is_zero() {
            // The same x: the same point, or its negative.
            return if r.is_zero() { self.double() } else { Jacobian::INFINITY };
        }
        let h_squared = h.square();
        let h_cubed = h.multiply(&h_squared);
        let v = x1.multiply(&h_squared);
        let x3 = r.square().subtract(&h_cubed).subtract(&v.double());
        let y3 = r.multiply(&v.subtract(&x3)).subtract(&y1.multiply(&h_cubed));
        Jacobian { x: x3, y: y3, z: z1.multiply(&h) }
    }
}

/// The same points by their coordinates; `None` when one of them is at infinity.
pub fn to_affine(points: &[Jacobian]) -> Option<Vec<Affine>> {
    let depths: Vec<Fe> = points.iter().map(|point| point.z).collect();
    let inverses = invert_all(&depths)?;
    let affine = points.iter().zip(&inverses).map(|(point, inverse)| {
        let squared = inverse.square();
        Affine { x: point.x.multiply(&squared), y: point.y.multiply(&squared).multiply(inverse) }
    });
    Some(affine.collect())
}

/// The sums of those pairs; `None` when the two points of a pair have the same x.
pub fn add_pairs(pairs: &[(Affine, Affine)]) -> Option<Vec<Affine>> {
    let widths: Vec<Fe> = pairs.iter().map(|(a, b)| b.x.subtract(&a.x)).collect();
    let inverses = invert_all(&widths)?;
    let sums = pairs.iter().zip(&inverses).map(|((a, b), inverse)| {
        let slope = b.y.subtract(&a.y).multiply(inverse);
        let x = slope.square().subtract(&a.x).subtract(&b.x);
        Affine { x, y: slope.multiply(&a.x.subtract(&x)).subtract(&a.y) }
    });
    Some(sums.collect())
}
