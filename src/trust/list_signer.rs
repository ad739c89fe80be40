//! Who signed a trust list: certificates that came with it, led to those that the operator named.

use crate::crypto::algorithm::Algorithm;
use crate::crypto::job::{Job, check_one};
use crate::reason::{Code, Reason};
use crate::time::Timestamp;
use crate::trust::x509::Certificate;
use crate::trust::x509::path::check_path_of_any;

/// Extended key usage of whoever signs a VICAL (ISO/IEC 18013-5, Annex B).
pub const VICAL_SIGNER: &str = "1.0.18013.5.1.8";

/// A signature over a list.
#[derive(Clone, Copy)]
pub struct ListSignature<'s> {
    /// The algorithm that the message names.
    pub algorithm: Option<Algorithm>,
    /// DER of the certificates that came along, the signer's own first.
    pub certificates: &'s [Vec<u8>],
    /// The signed bytes.
    pub message: &'s [u8],
    /// The signature.
    pub signature: &'s [u8],
    /// Extended key usage that the signer must have.
    pub usage: Option<&'static str>,
}

/// The signer's name, when the signature is right and its certificates lead to one of those named, at that moment.
///
/// # Errors
/// `x509.*`, `jose.alg_key_mismatch`, `sig.*`.
pub fn check_list_signature(
    signed: &ListSignature<'_>,
    named: &[Certificate],
    now: Timestamp,
) -> Result<String, Reason> {
    let mut certificates = signed.certificates.iter().map(|der| Certificate::from_der(der));
    let leaf = certificates.next().unwrap_or_else(|| Err(Reason::new(Code::X509Missing)))?;
    let others: Vec<Certificate> = certificates.collect::<Result<_, _>>()?;
    check_path_of_any(&leaf, &others, named, now)?;
    // 18013-5, Annex B: the signer of a VICAL in use has non-repudiation alone.
    if leaf.key_usage().is_some_and(|usage| !usage.digital_signature() && !usage.content_commitment()) {
        return Err(Reason::new(Code::X509KeyUsage).expected("digitalSignature or nonRepudiation"));
    }
    if let Some(usage) = signed.usage
        && !leaf.extended_key_usages().iter().any(|has| has == usage)
    {
        return Err(Reason::new(Code::X509EkuPurpose).expected(usage).got(leaf.extended_key_usages().join(", ")));
    }
    let key = leaf.public_key().map_err(Clone::clone)?;
    let algorithm = signed.algorithm.and_then(|algorithm| algorithm.for_key(key));
    let algorithm = algorithm.ok_or_else(|| Reason::new(Code::JoseAlgKeyMismatch))?;
    let (message, signature) = (signed.message, signed.signature);
    check_one(&Job { algorithm, key: key.clone(), message, signature, statements: None, older: None })?;
    Ok(leaf.subject_text())
}
