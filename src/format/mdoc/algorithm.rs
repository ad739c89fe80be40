//! Signature algorithms of an mdoc (ISO/IEC 18013-5, 9.1.2.5 and 9.1.3.6), those of RFC 9864 that name a curve included.

use crate::crypto::algorithm::{Algorithm, KeyKind};
use crate::crypto::public_key::PublicKey;
use crate::envelope::cose::AlgorithmLabel;
use crate::reason::{Code, Reason};

/// The algorithms taken.
const ALGORITHMS: [Algorithm; 4] = [Algorithm::Es256, Algorithm::Es384, Algorithm::Es512, Algorithm::EdDsa];
/// Their names.
pub const NAMES: &[&str] = &["ES256", "ES384", "ES512", "EdDSA"];

/// The algorithm with that label.
///
/// # Errors
/// `cose.alg_not_allowed`.
pub fn taken(label: &AlgorithmLabel) -> Result<Algorithm, Reason> {
    let refused = || Reason::new(Code::CoseAlgNotAllowed).expected(NAMES.join(", "));
    match label {
        AlgorithmLabel::Number(number) => Algorithm::from_cose(*number)
            .filter(|algorithm| ALGORITHMS.contains(algorithm))
            .ok_or_else(|| refused().got(*number)),
        AlgorithmLabel::Other(kind) => Err(refused().got(kind.clone())),
    }
}

/// The algorithm with that label, when it is one of this key.
///
/// # Errors
/// `cose.alg_not_allowed`, `cose.alg_key_mismatch`.
pub fn of_label(label: &AlgorithmLabel, key: &PublicKey) -> Result<Algorithm, Reason> {
    let algorithm = taken(label)?;
    check_key(algorithm, key)?;
    Ok(algorithm)
}

/// The standard ties each algorithm to its curve, where COSE alone would not.
///
/// # Errors
/// `cose.alg_key_mismatch`.
pub fn check_key(algorithm: Algorithm, key: &PublicKey) -> Result<(), Reason> {
    let due = match algorithm {
        Algorithm::Es256 => KeyKind::P256,
        Algorithm::Es384 => KeyKind::P384,
        Algorithm::Es512 => KeyKind::P521,
        _ => KeyKind::Ed25519,
    };
    if key.kind() == due { Ok(()) } else { Err(Reason::new(Code::CoseAlgKeyMismatch).got(algorithm.name())) }
}
