//! A signer's public key for BBS: a point of G2 on BLS12-381, read and found sound.

use std::sync::{LazyLock, OnceLock};

use blstrs::{Bls12, G1Affine, G1Projective, G2Affine, G2Prepared};
use group::prime::PrimeCurveAffine;
use group::{Curve, Group};
use pairing::{MillerLoopResult, MultiMillerLoop};

use crate::reason::{Code, Reason};

/// Bytes of a compressed point of G2.
pub const KEY_BYTES: usize = 96;

/// A public key. The lines of its pairing are drawn once, when it is first used.
pub struct VerifyKey {
    octets: [u8; KEY_BYTES],
    point: G2Affine,
    lines: OnceLock<G2Prepared>,
}

impl VerifyKey {
    /// The key with those 96 bytes.
    ///
    /// # Errors
    /// `key.invalid_point` when the length is wrong, or the point off the curve, outside the group or its neutral element.
    pub fn from_bytes(octets: &[u8]) -> Result<VerifyKey, Reason> {
        let fault = Reason::new(Code::KeyInvalidPoint);
        let Ok(octets) = <[u8; KEY_BYTES]>::try_from(octets) else {
            return Err(fault.expected(KEY_BYTES).got(octets.len()));
        };
        let point: Option<G2Affine> = G2Affine::from_compressed(&octets).into();
        match point {
            Some(point) if !bool::from(point.is_identity()) => Ok(VerifyKey { octets, point, lines: OnceLock::new() }),
            _ => Err(fault.expected("a point of G2 on BLS12-381")),
        }
    }

    /// The compressed point.
    pub fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.octets
    }

    /// The point.
    pub(super) fn point(&self) -> &G2Affine {
        &self.point
    }

    /// `true` when `a`, paired with this key, is `b` paired with the generator of G2: when `b` is `a` times the secret key.
    pub(super) fn has_multiplied(&self, a: &G1Projective, b: &G1Projective) -> bool {
        let lines = self.lines.get_or_init(|| G2Prepared::from(self.point));
        pairings_agree((&a.to_affine(), lines), &b.to_affine())
    }
}

/// `true` when e(a, key) = e(b, generator of G2).
pub(super) fn pairings_agree((a, key): (&G1Affine, &G2Prepared), b: &G1Affine) -> bool {
    static MINUS_GENERATOR: LazyLock<G2Prepared> = LazyLock::new(|| G2Prepared::from(-G2Affine::generator()));
    let product = Bls12::multi_miller_loop(&[(a, key), (b, &*MINUS_GENERATOR)]).final_exponentiation();
    bool::from(product.is_identity())
}
