//! Jobs: signatures to check, many at a time.

use crate::crypto::algorithm::{Algorithm, Family, KeyKind};
use crate::crypto::bbs::Statements;
use crate::crypto::bbs::proof::verify_proof;
use crate::crypto::public_key::{Curve, PublicKey};
use crate::crypto::{ecdsa_value, ed25519_rule};
use crate::reason::{Code, Reason};

/// One signature to check: who, how, over what.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// The algorithm, taken from policy and key, never from a header alone.
    pub algorithm: Algorithm,
    /// The signer's key.
    pub key: PublicKey,
    /// The signed bytes.
    pub message: &'a [u8],
    /// The signature; r || s for ECDSA.
    pub signature: &'a [u8],
    /// What a BBS proof is over, in the place of `message`.
    pub statements: Option<&'a Statements>,
}

/// One answer for each job, in the order of the jobs.
///
/// The answers are those of [`check_one`]. Whoever knows keys in advance asks a
/// [`Checker`](crate::crypto::checker::Checker), which is faster.
pub fn check(jobs: &[Job<'_>]) -> Vec<Result<(), Reason>> {
    jobs.iter().map(check_one).collect()
}

/// `Ok` when the signature is right.
///
/// # Errors
/// `sig.encoding` when its length is not the algorithm's; `sig.invalid` when it does not match, or the key is of another kind
/// (callers ask [`fits`] first, to give the reason of their envelope).
pub fn check_one(job: &Job<'_>) -> Result<(), Reason> {
    let invalid = || Reason::new(Code::SigInvalid);
    if !fits(job.algorithm, &job.key) {
        return Err(invalid().expected(job.algorithm.name()));
    }
    if job.algorithm == Algorithm::Bbs || job.statements.is_some() {
        return match (job.key.bbs(), job.statements) {
            (Some(key), Some(statements)) => verify_proof(key, job.signature, statements),
            _ => Err(invalid().expected("statements and a BBS key, or neither")),
        };
    }
    let signature = job.signature;
    let due = signature_bytes(job.algorithm, &job.key);
    if signature.len() != due {
        return Err(Reason::new(Code::SigEncoding).expected(due).got(signature.len()));
    }
    if job.algorithm == Algorithm::EdDsa && !signature.first_chunk().is_some_and(ed25519_rule::takes) {
        return Err(invalid());
    }
    let parsed = job.key.parsed_for(job.algorithm).ok_or_else(invalid)?;
    let (_, wants_der) = job.algorithm.check_with().ok_or_else(invalid)?;
    let verified = if wants_der {
        parsed.verify_sig(job.message, &ecdsa_value::der_from_raw(signature))
    } else {
        parsed.verify_sig(job.message, signature)
    };
    verified.map_err(|_| invalid())
}

/// `true` when that algorithm can be used with that key.
pub fn fits(algorithm: Algorithm, key: &PublicKey) -> bool {
    key.takes(algorithm)
}

/// Bytes of every signature by that algorithm and key.
fn signature_bytes(algorithm: Algorithm, key: &PublicKey) -> usize {
    match (algorithm.family(), key.kind()) {
        (Family::P256 | Family::K256, _) => 2 * Curve::P256.coordinate_bytes(),
        (Family::P384, _) => 2 * Curve::P384.coordinate_bytes(),
        (Family::P521, _) => 2 * Curve::P521.coordinate_bytes(),
        (_, KeyKind::Rsa { bits }) => bits.div_ceil(8),
        _ => 64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::bbs::committed::Hidden;
    use crate::crypto::bbs::own::OwnBbsKey;
    use crate::crypto::bbs::proof::{Held, prove};
    use crate::crypto::own_keys::{OwnKey, Signer};

    fn answer(algorithm: Algorithm, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), Code> {
        check_one(&Job { algorithm, key: key.clone(), message, signature, statements: None })
            .map_err(|reason| reason.code())
    }

    #[test]
    fn every_answer_of_a_lone_signature() {
        let (own, _) = OwnKey::generate_p256().expect("a key");
        let (other, _) = OwnKey::generate_p256().expect("a key");
        let signature = own.sign(b"message").expect("signed");
        let key = own.public_key();
        assert_eq!(answer(Algorithm::Es256, key, b"message", &signature), Ok(()));
        assert_eq!(answer(Algorithm::Es256, key, b"massage", &signature), Err(Code::SigInvalid));
        assert_eq!(answer(Algorithm::Es256, other.public_key(), b"message", &signature), Err(Code::SigInvalid));
        assert_eq!(answer(Algorithm::Es384OverP256, key, b"message", &signature), Err(Code::SigInvalid));
        assert_eq!(answer(Algorithm::Es384, key, b"message", &signature), Err(Code::SigInvalid));
        assert_eq!(answer(Algorithm::Es256, key, b"message", &[0; 64]), Err(Code::SigInvalid));
        let der = ecdsa_value::der_from_raw(&signature);
        assert_eq!(answer(Algorithm::Es256, key, b"message", &der), Err(Code::SigEncoding));
        assert_eq!(answer(Algorithm::Es256, key, b"message", &signature[..63]), Err(Code::SigEncoding));
        assert!(fits(Algorithm::Es256, key) && !fits(Algorithm::Ps256, key) && !fits(Algorithm::EdDsa, key));
    }

    #[test]
    fn statements_and_bbs_keys_go_together() {
        let own = OwnBbsKey::generate().expect("a key");
        let signature = own.sign(b"header", &[b"one", b"two"]).expect("signed");
        let held = Held {
            key: own.verify_key(),
            signature: &signature,
            header: b"header",
            messages: &[b"one", b"two"],
            hidden: &Hidden::Nothing,
        };
        let made = prove(&held, &[1], b"").expect("a proof");
        let answer = |algorithm, key: &PublicKey, statements: Option<&Statements>| {
            let job = Job { algorithm, key: key.clone(), message: b"", signature: &made.proof, statements };
            check_one(&job).map_err(|reason| reason.code())
        };
        let bbs = own.public_key();
        assert_eq!(answer(Algorithm::Bbs, bbs, Some(&made.statements)), Ok(()));
        let none = Statements::default();
        assert_eq!(answer(Algorithm::Bbs, bbs, Some(&none)), Err(Code::SigInvalid));
        assert_eq!(answer(Algorithm::Bbs, bbs, None), Err(Code::SigInvalid));
        let (p256, _) = OwnKey::generate_p256().expect("a key");
        assert_eq!(answer(Algorithm::Bbs, p256.public_key(), Some(&made.statements)), Err(Code::SigInvalid));
        assert_eq!(answer(Algorithm::Es256, p256.public_key(), Some(&made.statements)), Err(Code::SigInvalid));
        assert_eq!(answer(Algorithm::Es256, bbs, None), Err(Code::SigInvalid));
    }

    #[test]
    fn a_batch_answers_each_job() {
        let (own, _) = OwnKey::generate_p256().expect("a key");
        let messages: [&[u8]; 3] = [b"a", b"b", b"c"];
        let signature = own.sign(b"b").expect("signed");
        let jobs = messages.map(|message| Job {
            algorithm: Algorithm::Es256,
            key: own.public_key().clone(),
            message,
            signature: &signature,
            statements: None,
        });
        assert_eq!(check(&jobs).iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true, false]);
    }
}
