//! The ciphersuite BLS12-381-SHA-256 of BBS: hashing to scalars and points, generators, the domain, and octets.

use std::sync::{LazyLock, Mutex, PoisonError};

use blstrs::{G1Affine, G1Projective, Scalar};
use ff::Field;
use group::Curve;
use group::prime::PrimeCurveAffine;

use super::verify_key::VerifyKey;
use crate::crypto::digest::sha256;
use crate::limits;
use crate::reason::{Code, Reason};

/// Bytes of a scalar.
pub(super) const SCALAR_BYTES: usize = 32;
/// Bytes of a compressed point of G1.
pub(super) const POINT_BYTES: usize = 48;
/// Bytes that a scalar is reduced from.
pub(super) const WIDE_BYTES: usize = 48;

/// An interface: which of the three documents says how messages become scalars and generators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interface {
    /// BBS itself.
    Plain,
    /// Blind BBS.
    Blind,
    /// Blind BBS with a pseudonym.
    Pseudonym,
}

impl Interface {
    /// The identifier that stands before every domain separation tag.
    pub(super) const fn api_id(self) -> &'static str {
        match self {
            Interface::Plain => "BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_HM2S_",
            Interface::Blind => "BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_BLIND_H2G_HM2S_",
            Interface::Pseudonym => "BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_HM2S_PSEUDONYM_",
        }
    }

    /// The scalar of those bytes under the interface's own tag.
    pub(super) fn hash_to_scalar(self, message: &[u8]) -> Scalar {
        hash_to_scalar(message, &[self.api_id(), "H2S_"])
    }

    /// The scalar that stands for a message.
    pub(super) fn message_scalar(self, message: &[u8]) -> Scalar {
        hash_to_scalar(message, &[self.api_id(), "MAP_MSG_TO_SCALAR_AS_HASH_"])
    }

    /// The point that pseudonyms of that domain are multiples of.
    pub(super) fn pseudonym_base(domain: &[u8]) -> G1Projective {
        G1Projective::hash_to_curve(domain, Interface::Pseudonym.api_id().as_bytes(), &[])
    }
}

/// The generators of a signature: those of the issuer's messages and those of what the holder committed to.
pub(super) struct Generators {
    /// The generator of the domain.
    pub(super) q1: G1Affine,
    /// The generators of messages, the issuer's first.
    pub(super) messages: Vec<G1Affine>,
}

impl Generators {
    /// Generators for that many messages of the issuer and that many hidden scalars (the blinding one counts).
    ///
    /// # Errors
    /// `sig.encoding` for more than [`limits::BBS_MESSAGES`].
    pub(super) fn new(interface: Interface, issuer: usize, hidden: usize) -> Result<Generators, Reason> {
        let mut points = series(interface, false, issuer.saturating_add(1))?.into_iter();
        let q1 = points.next().ok_or_else(|| Reason::new(Code::SigEncoding))?;
        let mut messages: Vec<G1Affine> = points.collect();
        messages.extend(series(interface, true, hidden)?);
        Ok(Generators { q1, messages })
    }

    /// The domain: key, generators and header in one scalar (section 4.2.3 of the BBS draft).
    pub(super) fn domain(&self, interface: Interface, key: &VerifyKey, header: &[u8]) -> Scalar {
        let points = (self.messages.len() + 1) * POINT_BYTES;
        let mut octets = Vec::with_capacity(key.as_bytes().len() + points + header.len() + 80);
        octets.extend(key.as_bytes());
        octets.extend(length(self.messages.len()));
        octets.extend(self.q1.to_compressed());
        self.messages.iter().for_each(|point| octets.extend(point.to_compressed()));
        octets.extend(interface.api_id().as_bytes());
        octets.extend(length(header.len()));
        octets.extend(header);
        interface.hash_to_scalar(&octets)
    }
}

/// The generators of what a holder commits to: the one of the blinding scalar first.
pub(super) fn blind_generators(interface: Interface, count: usize) -> Result<Vec<G1Affine>, Reason> {
    series(interface, true, count)
}

/// The fixed base point P1, which the ciphersuite makes like a generator, from a seed of its own.
pub(super) fn base_point() -> G1Affine {
    static P1: LazyLock<G1Affine> = LazyLock::new(|| {
        let mut series = Series::new(Interface::Plain, false, "BP_MESSAGE_GENERATOR_SEED");
        series.grow(1);
        series.points.first().copied().unwrap_or_else(G1Affine::identity)
    });
    *P1
}

/// Generators made so far. They are the same for everybody, and making one costs as much as multiplying by it.
struct Series {
    seed_tag: [&'static str; 3],
    point_tag: String,
    state: Vec<u8>,
    points: Vec<G1Affine>,
}

impl Series {
    fn new(interface: Interface, blind: bool, seed: &str) -> Series {
        let (prefix, api_id) = (if blind { "BLIND_" } else { "" }, interface.api_id());
        let seed_tag = [prefix, api_id, "SIG_GENERATOR_SEED_"];
        let state = expand(format!("{prefix}{api_id}{seed}").as_bytes(), &seed_tag, WIDE_BYTES);
        Series { seed_tag, point_tag: format!("{prefix}{api_id}SIG_GENERATOR_DST_"), state, points: Vec::new() }
    }

    fn grow(&mut self, count: usize) {
        while self.points.len() < count {
            self.state.extend(length(self.points.len() + 1));
            self.state = expand(&self.state, &self.seed_tag, WIDE_BYTES);
            let point = G1Projective::hash_to_curve(&self.state, self.point_tag.as_bytes(), &[]);
            self.points.push(point.to_affine());
        }
    }
}

/// The first `count` generators of a series (`create_generators`, section 4.1.1).
fn series(interface: Interface, blind: bool, count: usize) -> Result<Vec<G1Affine>, Reason> {
    type Kept = LazyLock<Mutex<Series>>;
    const SEED: &str = "MESSAGE_GENERATOR_SEED";
    static PLAIN: Kept = LazyLock::new(|| Mutex::new(Series::new(Interface::Plain, false, SEED)));
    static BLIND: [Kept; 2] = [
        LazyLock::new(|| Mutex::new(Series::new(Interface::Blind, false, SEED))),
        LazyLock::new(|| Mutex::new(Series::new(Interface::Blind, true, SEED))),
    ];
    static PSEUDONYM: [Kept; 2] = [
        LazyLock::new(|| Mutex::new(Series::new(Interface::Pseudonym, false, SEED))),
        LazyLock::new(|| Mutex::new(Series::new(Interface::Pseudonym, true, SEED))),
    ];
    // One more than messages: the generator of the domain, or of the blinding scalar.
    if count > limits::BBS_MESSAGES + 1 {
        return Err(Reason::new(Code::SigEncoding).expected(limits::BBS_MESSAGES).got(count));
    }
    let [first, second] = match interface {
        Interface::Plain if blind => return Ok(Vec::new()),
        Interface::Plain => [&PLAIN, &PLAIN],
        Interface::Blind => BLIND.each_ref(),
        Interface::Pseudonym => PSEUDONYM.each_ref(),
    };
    let mut kept = if blind { second } else { first }.lock().unwrap_or_else(PoisonError::into_inner);
    kept.grow(count);
    Ok(kept.points.iter().take(count).copied().collect())
}

fn hash_to_scalar(message: &[u8], tag: &[&str]) -> Scalar {
    reduce(&expand(message, tag, WIDE_BYTES))
}

/// The number that those bytes are, big-endian, modulo the order of the group.
pub(super) fn reduce(bytes: &[u8]) -> Scalar {
    let base = Scalar::from(u64::MAX) + Scalar::ONE;
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().fold(Scalar::ZERO, |sum, word| sum * base + Scalar::from(u64::from_be_bytes(*word)))
}

/// `expand_message_xmd` with SHA-256 (RFC 9380, 5.3.1); the tag comes in pieces and has less than 256 bytes.
pub(super) fn expand(message: &[u8], tag: &[&str], bytes: usize) -> Vec<u8> {
    const DIGEST_BYTES: usize = 32;
    let mut tail = tag.concat().into_bytes();
    tail.push(u8::try_from(tail.len()).unwrap_or(u8::MAX));
    let asked = u16::try_from(bytes).unwrap_or(u16::MAX);
    let first = sha256(&[&[0; 64], message, &asked.to_be_bytes(), &[0], &tail].concat());
    let mut out = Vec::with_capacity(bytes + DIGEST_BYTES);
    let mut block = [0; DIGEST_BYTES];
    for round in 1..=u8::MAX {
        if out.len() >= bytes {
            break;
        }
        let mixed: Vec<u8> = first.iter().zip(block).map(|(a, b)| a ^ b).collect();
        block = sha256(&[&mixed, [round].as_slice(), &tail].concat());
        out.extend(block);
    }
    out.truncate(bytes);
    out
}

/// A length or place in 8 bytes.
pub(super) fn length(number: usize) -> [u8; 8] {
    u64::try_from(number).unwrap_or(u64::MAX).to_be_bytes()
}

/// A point of the right group that is not its neutral element.
pub(super) fn point(octets: &[u8]) -> Option<G1Affine> {
    let point: Option<G1Affine> = G1Affine::from_compressed(octets.try_into().ok()?).into();
    point.filter(|point| !bool::from(point.is_identity()))
}

/// A scalar in its one writing that is not zero.
pub(super) fn scalar(octets: &[u8]) -> Option<Scalar> {
    let scalar: Option<Scalar> = Scalar::from_bytes_be(octets.try_into().ok()?).into();
    scalar.filter(|scalar| !bool::from(scalar.is_zero()))
}

/// The sum of the multiples, in a time that tells of the scalars: for what everybody may know.
pub(super) fn sum_of_public(terms: &[(G1Affine, Scalar)]) -> G1Projective {
    let (points, scalars): (Vec<G1Projective>, Vec<Scalar>) =
        terms.iter().map(|(point, scalar)| (G1Projective::from(point), *scalar)).unzip();
    if points.is_empty() { G1Affine::identity().into() } else { G1Projective::multi_exp(&points, &scalars) }
}

/// The sum of the multiples, each made in constant time: for secrets.
pub(super) fn sum_of_secret<'a>(terms: impl IntoIterator<Item = (&'a G1Affine, &'a Scalar)>) -> G1Projective {
    terms.into_iter().fold(G1Affine::identity().into(), |sum: G1Projective, (point, scalar)| sum + point * scalar)
}
