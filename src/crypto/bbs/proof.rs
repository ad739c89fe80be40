//! BBS proofs: that somebody has a signature over the messages shown and over others that are not.
//!
//! Draft-irtf-cfrg-bbs-signatures-08, sections 3.6.3, 3.6.4 and 3.7, with the pseudonym of the per-verifier draft.

use blstrs::{G1Affine, G1Projective, Scalar};
use ff::Field;
use group::Curve;

use super::committed::{Hidden, random_scalar, wipe};
use super::signature::{Signature, Signed};
use super::suite::{self, Generators, Interface, POINT_BYTES, SCALAR_BYTES};
use super::verify_key::VerifyKey;
use super::{Binding, Statements};
use crate::limits;
use crate::reason::{Code, Reason};

/// Bytes of a proof that hides nothing.
const FLOOR_BYTES: usize = 3 * POINT_BYTES + 4 * SCALAR_BYTES;

/// `Ok` when the proof is right: its maker had a signature by `key` over the header and the messages shown
/// (`ProofVerify`, and its blind and pseudonym variants).
///
/// # Errors
/// `sig.encoding` when the proof, its counts or the pseudonym are malformed; `sig.invalid` when it does not match.
pub fn verify_proof(key: &VerifyKey, proof: &[u8], statements: &Statements) -> Result<(), Reason> {
    let proof = Proof::read(proof)?;
    let layout = Layout::of(statements, proof.answers.len())?;
    let generators = Generators::new(layout.interface, layout.issuer, layout.hidden)?;
    let domain = generators.domain(layout.interface, key, &statements.header);
    let shown: Vec<(usize, Scalar)> =
        statements.shown.iter().map(|(place, message)| (*place, layout.interface.message_scalar(message))).collect();
    let commitments = proof.recomputed(&generators, domain, &shown);
    let nym = match &statements.binding {
        Binding::Pseudonym { domain, pseudonym, .. } => Some(proof.recomputed_nym(domain, pseudonym)?),
        _ => None,
    };
    let challenge =
        Transcript { proof: &proof, commitments, nym, domain, shown: &shown }.challenge(layout.interface, statements);
    let is_right = challenge == proof.challenge && key.has_multiplied(&proof.a_bar.into(), &proof.b_bar.into());
    if is_right { Ok(()) } else { Err(Reason::new(Code::SigInvalid)) }
}

/// A proof and, with a pseudonym, that.
pub struct Made {
    /// The proof.
    pub proof: Vec<u8>,
    /// What a verifier needs to check it, the pseudonym too.
    pub statements: Statements,
}

/// What a holder has from the issuer.
pub struct Held<'a> {
    /// The issuer's key.
    pub key: &'a VerifyKey,
    /// The signature.
    pub signature: &'a [u8],
    /// The header.
    pub header: &'a [u8],
    /// The messages that the issuer knew.
    pub messages: &'a [&'a [u8]],
    /// What the issuer did not know.
    pub hidden: &'a Hidden,
}

/// A proof that shows the messages at those places, which ascend, bound to a presentation header
/// (`ProofGen`, and its blind and pseudonym variants).
///
/// # Errors
/// `sig.encoding` when the signature is malformed or a place is not among the messages.
pub fn prove(held: &Held<'_>, shown: &[usize], presentation_header: &[u8]) -> Result<Made, Reason> {
    let signature = Signature::read(held.signature)?;
    let mut signed = Signed::new(held.key, held.header, held.messages, held.hidden)?;
    let mut messages = Vec::with_capacity(shown.len());
    for place in shown {
        let message = held.messages.get(*place).ok_or_else(|| out_of_place(*place, held.messages.len()))?;
        messages.push((*place, message.to_vec()));
    }
    let mut statements = Statements {
        header: held.header.to_vec(),
        presentation_header: presentation_header.to_vec(),
        shown: messages,
        binding: Binding::None,
    };
    check_order(&statements.shown, held.messages.len())?;
    let proof = Prover::new(&signature, &signed, &statements).proof(held, &mut statements);
    wipe(&mut signed.scalars);
    Ok(Made { proof: proof.write(), statements })
}

/// The secrets of one proof while it is made.
struct Prover<'a> {
    signature: &'a Signature,
    signed: &'a Signed,
    shown: Vec<(usize, Scalar)>,
    /// Places, generators and scalars that stay hidden.
    hidden: Vec<(G1Affine, Scalar)>,
    r1: Scalar,
    r2: Scalar,
    masks: [Scalar; 3],
    hidden_masks: Vec<Scalar>,
}

impl<'a> Prover<'a> {
    fn new(signature: &'a Signature, signed: &'a Signed, statements: &Statements) -> Prover<'a> {
        let is_shown = |place: usize| statements.shown.binary_search_by_key(&place, |(shown, _)| *shown).is_ok();
        let all = signed.generators.messages.iter().copied().zip(signed.scalars.iter().copied()).enumerate();
        let (shown, hidden): (Vec<_>, Vec<_>) = all.partition(|(place, _)| is_shown(*place));
        let shown = shown.into_iter().map(|(place, (_, scalar))| (place, scalar)).collect();
        let hidden: Vec<_> = hidden.into_iter().map(|(_, term)| term).collect();
        let (r1, r2, masks) = (random_scalar(), random_scalar(), [random_scalar(), random_scalar(), random_scalar()]);
        let hidden_masks = hidden.iter().map(|_| random_scalar()).collect();
        Prover { signature, signed, shown, hidden, r1, r2, masks, hidden_masks }
    }

    fn proof(mut self, held: &Held<'_>, statements: &mut Statements) -> Proof {
        let [e_mask, r1_mask, r3_mask] = self.masks;
        let b = self.signed.point();
        let d = (b * self.r2).to_affine();
        let a_bar = (self.signature.a * (self.r1 * self.r2)).to_affine();
        let b_bar = (d * self.r1 - a_bar * self.signature.e).to_affine();
        let t1 = a_bar * e_mask + d * r1_mask;
        let masked = self.hidden.iter().map(|(point, _)| point).zip(&self.hidden_masks);
        let t2 = d * r3_mask + suite::sum_of_secret(masked);
        let nym = self.nym(held, statements);
        let mut proof = Proof {
            a_bar,
            b_bar,
            d,
            e: Scalar::ZERO,
            r1: Scalar::ZERO,
            r3: Scalar::ZERO,
            answers: Vec::new(),
            challenge: Scalar::ZERO,
        };
        let transcript =
            Transcript { proof: &proof, commitments: [t1, t2], nym, domain: self.signed.domain, shown: &self.shown };
        let challenge = transcript.challenge(held.hidden.interface(), statements);
        // r2 is a random scalar, never zero.
        let r3: Scalar = Option::from(self.r2.invert()).unwrap_or(Scalar::ZERO);
        proof.e = e_mask + self.signature.e * challenge;
        proof.r1 = r1_mask - self.r1 * challenge;
        proof.r3 = r3_mask - r3 * challenge;
        let masked = self.hidden.iter().zip(&self.hidden_masks);
        proof.answers = masked.map(|((_, scalar), mask)| mask + scalar * challenge).collect();
        proof.challenge = challenge;
        wipe(&mut self.hidden_masks);
        proof
    }

    /// The pseudonym's own commitment, with the mask that the last hidden scalar has in the proof of the signature.
    fn nym(&self, held: &Held<'_>, statements: &mut Statements) -> Option<Nym> {
        let issuer_messages = held.messages.len();
        match held.hidden {
            Hidden::Nothing => None,
            Hidden::Secrets { .. } => {
                statements.binding = Binding::Secret { issuer_messages };
                None
            }
            Hidden::Pseudonym { domain, .. } => {
                let base = Interface::pseudonym_base(domain);
                let (secret, mask) = (self.hidden.last()?.1, self.hidden_masks.last()?);
                let pseudonym = (base * secret).to_affine();
                statements.binding = Binding::Pseudonym {
                    issuer_messages,
                    domain: domain.clone(),
                    pseudonym: pseudonym.to_compressed().to_vec(),
                };
                Some(Nym { pseudonym, base: base.to_affine(), commitment: (base * mask).to_affine() })
            }
        }
    }
}

/// Which generators and how many a proof is over.
struct Layout {
    interface: Interface,
    issuer: usize,
    hidden: usize,
}

impl Layout {
    fn of(statements: &Statements, answers: usize) -> Result<Layout, Reason> {
        let fault = || Reason::new(Code::SigEncoding).expected("as many answers as there are hidden messages");
        let all = statements.shown.len().saturating_add(answers);
        // The blinding scalar and one secret at least are hidden.
        let (interface, issuer, least) = match &statements.binding {
            Binding::None => (Interface::Plain, all, 0),
            Binding::Secret { issuer_messages } => (Interface::Blind, *issuer_messages, 2),
            Binding::Pseudonym { issuer_messages, .. } => (Interface::Pseudonym, *issuer_messages, 2),
        };
        let hidden = all.checked_sub(issuer).filter(|hidden| *hidden >= least).ok_or_else(fault)?;
        check_order(&statements.shown, issuer)?;
        if all > limits::BBS_MESSAGES {
            return Err(Reason::new(Code::SigEncoding).expected(limits::BBS_MESSAGES).got(all));
        }
        Ok(Layout { interface, issuer, hidden })
    }
}

/// `Ok` when the places ascend and are among `count`.
fn check_order(shown: &[(usize, Vec<u8>)], count: usize) -> Result<(), Reason> {
    let ascends = shown.iter().zip(shown.iter().skip(1)).all(|((a, _), (b, _))| a < b);
    match shown.last() {
        Some((last, _)) if !ascends || *last >= count => Err(out_of_place(*last, count)),
        _ => Ok(()),
    }
}

fn out_of_place(place: usize, count: usize) -> Reason {
    Reason::new(Code::SigEncoding).expected(format!("ascending places below {count}")).got(place)
}

/// A proof, read or made.
struct Proof {
    a_bar: G1Affine,
    b_bar: G1Affine,
    d: G1Affine,
    e: Scalar,
    r1: Scalar,
    r3: Scalar,
    answers: Vec<Scalar>,
    challenge: Scalar,
}

impl Proof {
    fn read(octets: &[u8]) -> Result<Proof, Reason> {
        let fault = || Reason::new(Code::SigEncoding).expected("three points of G1 and at least four scalars");
        if octets.len() < FLOOR_BYTES || octets.len() > FLOOR_BYTES + limits::BBS_MESSAGES * SCALAR_BYTES {
            return Err(fault().got(octets.len()));
        }
        let (points, rest) = octets.split_at_checked(3 * POINT_BYTES).ok_or_else(fault)?;
        let (words, left) = rest.as_chunks::<SCALAR_BYTES>();
        let (points, _) = points.as_chunks::<POINT_BYTES>();
        let ([a_bar, b_bar, d], []) = (points, left) else {
            return Err(fault().got(octets.len()));
        };
        let scalars: Option<Vec<Scalar>> = words.iter().map(|word| suite::scalar(word)).collect();
        let scalars = scalars.ok_or_else(fault)?;
        let [e, r1, r3, answers @ .., challenge] = scalars.as_slice() else {
            return Err(fault().got(octets.len()));
        };
        let point = |octets: &[u8]| suite::point(octets).ok_or_else(fault);
        Ok(Proof {
            a_bar: point(a_bar)?,
            b_bar: point(b_bar)?,
            d: point(d)?,
            e: *e,
            r1: *r1,
            r3: *r3,
            answers: answers.to_vec(),
            challenge: *challenge,
        })
    }

    fn write(&self) -> Vec<u8> {
        let points = [self.a_bar, self.b_bar, self.d].into_iter().flat_map(|point| point.to_compressed());
        let scalars = [self.e, self.r1, self.r3].into_iter().chain(self.answers.iter().copied());
        points.chain(scalars.chain([self.challenge]).flat_map(|scalar| scalar.to_bytes_be())).collect()
    }

    /// The prover's commitments T1 and T2, from the answers.
    fn recomputed(&self, generators: &Generators, domain: Scalar, shown: &[(usize, Scalar)]) -> [G1Projective; 2] {
        let c = self.challenge;
        let t1 = suite::sum_of_public(&[(self.b_bar, c), (self.a_bar, self.e), (self.d, self.r1)]);
        let mut terms = vec![(suite::base_point(), c), (generators.q1, domain * c), (self.d, self.r3)];
        let mut shown = shown.iter().peekable();
        let mut answers = self.answers.iter();
        for (place, point) in generators.messages.iter().enumerate() {
            if let Some((_, scalar)) = shown.next_if(|(at, _)| *at == place) {
                terms.push((*point, scalar * c));
            } else if let Some(answer) = answers.next() {
                terms.push((*point, *answer));
            }
        }
        [t1, suite::sum_of_public(&terms)]
    }

    /// The pseudonym's own commitment, from the last answer.
    fn recomputed_nym(&self, domain: &[u8], pseudonym: &[u8]) -> Result<Nym, Reason> {
        let fault = || Reason::new(Code::SigEncoding).expected("a pseudonym: a point of G1");
        let pseudonym = suite::point(pseudonym).ok_or_else(fault)?;
        let answer = self.answers.last().ok_or_else(fault)?;
        let base = Interface::pseudonym_base(domain).to_affine();
        let commitment = suite::sum_of_public(&[(base, *answer), (pseudonym, -self.challenge)]).to_affine();
        Ok(Nym { pseudonym, base, commitment })
    }
}

/// A pseudonym and the commitment of its proof.
struct Nym {
    pseudonym: G1Affine,
    base: G1Affine,
    commitment: G1Affine,
}

/// Everything that the challenge is over.
struct Transcript<'a> {
    proof: &'a Proof,
    commitments: [G1Projective; 2],
    nym: Option<Nym>,
    domain: Scalar,
    shown: &'a [(usize, Scalar)],
}

impl Transcript<'_> {
    fn challenge(&self, interface: Interface, statements: &Statements) -> Scalar {
        let mut octets = suite::length(self.shown.len()).to_vec();
        for (place, scalar) in self.shown {
            octets.extend(suite::length(*place));
            octets.extend(scalar.to_bytes_be());
        }
        let [t1, t2] = self.commitments.map(|point| point.to_affine());
        let mut points = vec![self.proof.a_bar, self.proof.b_bar, self.proof.d, t1, t2];
        points.extend(self.nym.iter().flat_map(|nym| [nym.pseudonym, nym.base, nym.commitment]));
        points.iter().for_each(|point| octets.extend(point.to_compressed()));
        octets.extend(self.domain.to_bytes_be());
        octets.extend(suite::length(statements.presentation_header.len()));
        octets.extend(&statements.presentation_header);
        interface.hash_to_scalar(&octets)
    }
}
