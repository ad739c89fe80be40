//! BBS signatures themselves, which only a holder sees: 80 bytes, a point A and a scalar e.

use blstrs::{G1Affine, G1Projective, G2Affine, G2Prepared, G2Projective, Scalar};
use group::Curve;
use group::prime::PrimeCurveAffine;

use super::committed::Hidden;
use super::suite::{self, Generators, POINT_BYTES, SCALAR_BYTES};
use super::verify_key::{VerifyKey, pairings_agree};
use crate::reason::{Code, Reason};

/// Bytes of a signature.
pub const SIGNATURE_BYTES: usize = POINT_BYTES + SCALAR_BYTES;

/// A signature, read.
pub(super) struct Signature {
    pub(super) a: G1Affine,
    pub(super) e: Scalar,
}

impl Signature {
    pub(super) fn read(octets: &[u8]) -> Result<Signature, Reason> {
        let fault = || Reason::new(Code::SigEncoding);
        if octets.len() != SIGNATURE_BYTES {
            return Err(fault().expected(SIGNATURE_BYTES).got(octets.len()));
        }
        let read = octets
            .split_at_checked(POINT_BYTES)
            .and_then(|(a, e)| Some(Signature { a: suite::point(a)?, e: suite::scalar(e)? }));
        read.ok_or_else(|| fault().expected("a point of G1 and a scalar"))
    }

    pub(super) fn write(&self) -> [u8; SIGNATURE_BYTES] {
        let mut octets = [0; SIGNATURE_BYTES];
        let parts = self.a.to_compressed().into_iter().chain(self.e.to_bytes_be());
        octets.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        octets
    }

    /// e(A, W + e·P2) = e(B, P2).
    pub(super) fn is_over(&self, b: &G1Projective, key: &VerifyKey) -> bool {
        let shifted = G2Affine::generator() * self.e + G2Projective::from(key.point());
        pairings_agree((&self.a, &G2Prepared::from(shifted.to_affine())), &b.to_affine())
    }
}

/// Everything that was signed, as scalars, each with its generator.
pub(super) struct Signed {
    pub(super) generators: Generators,
    pub(super) scalars: Vec<Scalar>,
    pub(super) domain: Scalar,
}

impl Signed {
    pub(super) fn new(key: &VerifyKey, header: &[u8], messages: &[&[u8]], hidden: &Hidden) -> Result<Signed, Reason> {
        let interface = hidden.interface();
        let mut scalars: Vec<Scalar> = messages.iter().map(|message| interface.message_scalar(message)).collect();
        let secrets = hidden.scalars();
        let generators = Generators::new(interface, messages.len(), secrets.len())?;
        scalars.extend(secrets);
        let domain = generators.domain(interface, key, header);
        Ok(Signed { generators, scalars, domain })
    }

    /// The point B that the issuer multiplied.
    pub(super) fn point(&self) -> G1Projective {
        let terms = self.generators.messages.iter().zip(&self.scalars);
        let domain = std::iter::once((&self.generators.q1, &self.domain));
        G1Projective::from(suite::base_point()) + suite::sum_of_secret(domain.chain(terms))
    }
}

/// `Ok` when the signature is right: the holder's own check of what an issuer sent (`Verify`, and `BlindVerify`).
///
/// # Errors
/// `sig.encoding` when it is malformed or the messages are too many, `sig.invalid` when it does not match.
pub fn verify_signature(
    key: &VerifyKey,
    signature: &[u8],
    header: &[u8],
    messages: &[&[u8]],
    hidden: &Hidden,
) -> Result<(), Reason> {
    let signature = Signature::read(signature)?;
    let signed = Signed::new(key, header, messages, hidden)?;
    if signature.is_over(&signed.point(), key) { Ok(()) } else { Err(Reason::new(Code::SigInvalid)) }
}
