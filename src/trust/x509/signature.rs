//! Certificate signatures: the algorithm identifiers of RFC 3279, 4055, 5758 and 8410, and the check itself.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Reader, SliceReader, Tag};

use crate::crypto::algorithm::{Algorithm, Hash};
use crate::crypto::ecdsa_value;
use crate::crypto::job::{Job, check_one};
use crate::crypto::public_key::PublicKey;
use crate::reason::{Code, Reason};
use crate::trust::x509::context;

const PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");

/// `Ok` when `signature` over `signed` is the key's, by the algorithm in that DER AlgorithmIdentifier.
pub fn check(algorithm: &[u8], key: &PublicKey, signed: &[u8], signature: &[u8]) -> Result<(), Reason> {
    let algorithm = algorithm_for(algorithm, key)?;
    let untrusted = |_| Reason::new(Code::X509UntrustedRoot).got("a signature of somebody else");
    let raw = match key.curve() {
        Some(curve) => ecdsa_value::raw_from_der(signature, curve.coordinate_bytes()).map_err(untrusted)?,
        None => signature.to_vec(),
    };
    check_one(&Job { algorithm, key: key.clone(), message: signed, signature: &raw, statements: None, older: None })
        .map_err(untrusted)
}

/// Deviation: NULL parameters under ECDSA are taken, though RFC 5758 wants none; real signers write them.
fn algorithm_for(der: &[u8], key: &PublicKey) -> Result<Algorithm, Reason> {
    let malformed = || Reason::new(Code::X509Malformed).got("a broken signature algorithm");
    let (oid, parameters) = algorithm_identifier(der).ok_or_else(malformed)?;
    let text = oid.to_string();
    let weak = || Reason::new(Code::X509WeakAlg).got(text.clone());
    if oid == PSS {
        return parameters.and_then(|any| pss(any.value())).ok_or_else(weak);
    }
    if parameters.is_some_and(|any| !any.is_null()) {
        return Err(malformed());
    }
    let foreign = || Reason::new(Code::X509UntrustedRoot).got("a signature by another kind of key");
    let ecdsa = |hash| Algorithm::ecdsa(hash, key.kind()).ok_or_else(foreign);
    match text.as_str() {
        "1.2.840.10045.4.3.2" => ecdsa(Hash::Sha256),
        "1.2.840.10045.4.3.3" => ecdsa(Hash::Sha384),
        "1.2.840.10045.4.3.4" => ecdsa(Hash::Sha512),
        "1.2.840.113549.1.1.11" => Ok(Algorithm::Rs256),
        "1.2.840.113549.1.1.12" => Ok(Algorithm::Rs384),
        "1.2.840.113549.1.1.13" => Ok(Algorithm::Rs512),
        "1.3.101.112" => Ok(Algorithm::EdDsa),
        _ => Err(weak()),
    }
}

/// ```text
/// RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0], maskGenAlgorithm [1], saltLength [2] INTEGER, trailerField [3] }
/// ```
/// Taken: one SHA-2 digest for both, and a salt of its length. The defaults of this structure are SHA-1 and are not.
fn pss(value: &[u8]) -> Option<Algorithm> {
    let mut reader = SliceReader::new(value).ok()?;
    let (hash, _) = algorithm_identifier(context(&mut reader, 0).ok()??)?;
    let (mask, mask_hash) = algorithm_identifier(context(&mut reader, 1).ok()??)?;
    let (mask_hash, _) = hash_identifier(mask_hash?)?;
    let salt = u8::from_der(context(&mut reader, 2).ok()??).ok()?;
    let trailer = context(&mut reader, 3).ok()?;
    reader.finish().ok()?;
    if mask != MGF1 || mask_hash != hash || trailer.is_some_and(|trailer| trailer != [2, 1, 1]) {
        return None;
    }
    match (hash.to_string().as_str(), salt) {
        ("2.16.840.1.101.3.4.2.1", 32) => Some(Algorithm::Ps256),
        ("2.16.840.1.101.3.4.2.2", 48) => Some(Algorithm::Ps384),
        ("2.16.840.1.101.3.4.2.3", 64) => Some(Algorithm::Ps512),
        _ => None,
    }
}

/// ```text
/// AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }
/// ```
fn algorithm_identifier(der: &[u8]) -> Option<(ObjectIdentifier, Option<AnyRef<'_>>)> {
    hash_identifier(AnyRef::from_der(der).ok()?)
}

fn hash_identifier(any: AnyRef<'_>) -> Option<(ObjectIdentifier, Option<AnyRef<'_>>)> {
    if any.header().tag() != Tag::Sequence {
        return None;
    }
    let mut reader = SliceReader::new(any.value()).ok()?;
    let oid = <ObjectIdentifier>::decode(&mut reader).ok()?;
    let parameters = if reader.is_finished() { None } else { Some(AnyRef::decode(&mut reader).ok()?) };
    reader.finish().ok()?;
    Some((oid, parameters))
}
