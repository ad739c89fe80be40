//! What a holder commits to: secrets that an issuer signs without seeing them (Blind BBS), and the secret of pseudonyms.

use blstrs::{G1Affine, G1Projective, Scalar};
use ff::Field;
use group::Curve;
use zeroize::{Zeroize, Zeroizing};

use super::suite::{self, Interface, POINT_BYTES, SCALAR_BYTES, WIDE_BYTES};
use crate::crypto::random::random_bytes;
use crate::limits;
use crate::reason::{Code, Reason};

/// A secret scalar: 32 bytes, wiped when dropped, shown by nobody.
pub struct SecretScalar(Zeroizing<[u8; SCALAR_BYTES]>);

impl SecretScalar {
    /// The scalar with those bytes, big-endian; `None` when it is zero or not below the order of the group.
    pub fn from_bytes(bytes: &[u8; SCALAR_BYTES]) -> Option<SecretScalar> {
        suite::scalar(bytes).map(|_| SecretScalar(Zeroizing::new(*bytes)))
    }

    /// A new one.
    pub fn random() -> SecretScalar {
        SecretScalar::of(random_scalar())
    }

    /// The bytes, for whoever keeps them.
    pub fn to_bytes(&self) -> Zeroizing<[u8; SCALAR_BYTES]> {
        self.0.clone()
    }

    /// The sum of two: the holder's part and the issuer's part of a pseudonym's secret.
    pub fn plus(&self, other: &SecretScalar) -> SecretScalar {
        SecretScalar::of(self.scalar() + other.scalar())
    }

    pub(super) fn of(scalar: Scalar) -> SecretScalar {
        SecretScalar(Zeroizing::new(scalar.to_bytes_be()))
    }

    pub(super) fn scalar(&self) -> Scalar {
        suite::reduce(self.0.as_slice())
    }
}

/// What was signed that only the holder knows.
#[derive(Default)]
pub enum Hidden {
    /// Nothing.
    #[default]
    Nothing,
    /// Secrets the holder committed to.
    Secrets {
        /// The scalar that blinded the commitment.
        blind: SecretScalar,
        /// The secrets (of `bbs-2023`: one).
        secrets: Vec<Zeroizing<Vec<u8>>>,
    },
    /// The secret of pseudonyms, and maybe others.
    Pseudonym {
        /// The scalar that blinded the commitment.
        blind: SecretScalar,
        /// Other secrets (of `bbs-2023`: none or one).
        secrets: Vec<Zeroizing<Vec<u8>>>,
        /// The holder's part and the issuer's part together.
        nym_secret: SecretScalar,
        /// Where the pseudonym of a proof holds.
        domain: Vec<u8>,
    },
}

impl Hidden {
    pub(super) fn interface(&self) -> Interface {
        match self {
            Hidden::Nothing => Interface::Plain,
            Hidden::Secrets { .. } => Interface::Blind,
            Hidden::Pseudonym { .. } => Interface::Pseudonym,
        }
    }

    /// The scalars that stand after those of the issuer's messages; the pseudonym's secret is the last.
    pub(super) fn scalars(&self) -> Vec<Scalar> {
        let interface = self.interface();
        let (blind, secrets, nym) = match self {
            Hidden::Nothing => return Vec::new(),
            Hidden::Secrets { blind, secrets } => (blind, secrets, None),
            Hidden::Pseudonym { blind, secrets, nym_secret, .. } => (blind, secrets, Some(nym_secret)),
        };
        let secrets = secrets.iter().map(|secret| interface.message_scalar(secret));
        let nym = nym.map(SecretScalar::scalar);
        std::iter::once(blind.scalar()).chain(secrets).chain(nym).collect()
    }
}

/// A commitment for an issuer, and the scalar that the holder keeps.
pub struct Committed {
    /// The commitment with the proof that its maker knows what is in it: what the issuer gets.
    pub commitment_with_proof: Vec<u8>,
    /// The scalar that blinds it: what the holder keeps.
    pub blind: SecretScalar,
}

/// A commitment to secrets and, for pseudonyms, to the holder's part of their secret (`Commit`).
///
/// # Errors
/// `sig.encoding` for more than [`limits::BBS_MESSAGES`] secrets.
pub fn commit(secrets: &[&[u8]], prover_nym: Option<&SecretScalar>) -> Result<Committed, Reason> {
    let interface = if prover_nym.is_some() { Interface::Pseudonym } else { Interface::Blind };
    let blind = SecretScalar::random();
    let mut scalars = vec![blind.scalar()];
    scalars.extend(secrets.iter().map(|secret| interface.message_scalar(secret)));
    scalars.extend(prover_nym.map(SecretScalar::scalar));
    let generators = suite::blind_generators(interface, scalars.len())?;
    let mut masks: Vec<Scalar> = std::iter::repeat_with(random_scalar).take(scalars.len()).collect();
    let commitment = suite::sum_of_secret(generators.iter().zip(&scalars)).to_affine();
    let mask = suite::sum_of_secret(generators.iter().zip(&masks));
    let challenge = challenge(interface, &generators, &commitment, &mask);
    let mut octets = commitment.to_compressed().to_vec();
    for (mask, scalar) in masks.iter().zip(&scalars) {
        octets.extend((mask + scalar * challenge).to_bytes_be());
    }
    octets.extend(challenge.to_bytes_be());
    wipe(&mut masks);
    wipe(&mut scalars);
    Ok(Committed { commitment_with_proof: octets, blind })
}

/// A commitment that an issuer got, its proof found right.
pub(super) struct Commitment {
    pub(super) point: G1Affine,
    /// Scalars in it, the blinding one too.
    pub(super) scalars: usize,
}

impl Commitment {
    /// The commitment, if its maker knew what is in it.
    ///
    /// # Errors
    /// `sig.encoding` when it is malformed or too long, `sig.invalid` when its proof is wrong.
    pub(super) fn read(interface: Interface, octets: &[u8]) -> Result<Commitment, Reason> {
        let fault = || Reason::new(Code::SigEncoding).expected("a commitment with its proof");
        let (point, rest) = octets.split_at_checked(POINT_BYTES).ok_or_else(fault)?;
        let (words, left) = rest.as_chunks::<SCALAR_BYTES>();
        if !left.is_empty() || words.len() > limits::BBS_MESSAGES {
            return Err(fault());
        }
        let point = suite::point(point).ok_or_else(fault)?;
        let scalars: Option<Vec<Scalar>> = words.iter().map(|word| suite::scalar(word)).collect();
        let scalars = scalars.ok_or_else(fault)?;
        let (claimed, answers) = scalars.split_last().ok_or_else(fault)?;
        if answers.is_empty() {
            return Err(fault());
        }
        let generators = suite::blind_generators(interface, answers.len())?;
        let mut terms: Vec<(G1Affine, Scalar)> = generators.iter().copied().zip(answers.iter().copied()).collect();
        terms.push((point, -claimed));
        if challenge(interface, &generators, &point, &suite::sum_of_public(&terms)) != *claimed {
            return Err(Reason::new(Code::SigInvalid));
        }
        Ok(Commitment { point, scalars: answers.len() })
    }
}

/// The challenge of a commitment's proof.
fn challenge(interface: Interface, generators: &[G1Affine], commitment: &G1Affine, mask: &G1Projective) -> Scalar {
    let mut octets = suite::length(generators.len().saturating_sub(1)).to_vec();
    generators.iter().for_each(|point| octets.extend(point.to_compressed()));
    octets.extend(commitment.to_compressed());
    octets.extend(mask.to_affine().to_compressed());
    interface.hash_to_scalar(&octets)
}

/// A random scalar from the operating system, never zero.
pub(super) fn random_scalar() -> Scalar {
    let mut bytes = random_bytes::<WIDE_BYTES>();
    let scalar = suite::reduce(&bytes);
    bytes.zeroize();
    // Zero comes once in 2^255; one is as good as any other scalar then.
    if bool::from(scalar.is_zero()) { Scalar::ONE } else { scalar }
}

/// Forgets secret scalars, as far as a copying type allows.
pub(super) fn wipe(scalars: &mut [Scalar]) {
    scalars.fill(Scalar::ZERO);
    std::hint::black_box(scalars);
}
