//! `ecdsa-sd-2023` (Data Integrity ECDSA Cryptosuites 1.0, 3.6): every statement is signed by a key that lives for one proof, and
//! the issuer signs that key together with what is mandatory.
//!
//! ```text
//! base signature = ES256 over SHA-256(options) || proof key, 35 bytes || SHA-256(mandatory statements)
//! signature      = ES256 by the proof key over one statement
//! ```

use zeroize::Zeroizing;

use super::components::fault;
use super::ecdsa_sd_value::{BaseValue, DerivedValue, ProofKey, SIGNATURE_BYTES};
use super::fault::ProofFault;
use super::selective::{self, Naming, Shown, Whole, proof_hash};
use super::transform::{Secured, Terms};
use crate::credential::{Signed, Vouched};
use crate::crypto::algorithm::Algorithm;
use crate::crypto::job::{Job, check};
use crate::crypto::own_keys::{OwnKey, SignFault, Signer};
use crate::crypto::public_key::PublicKey;
use crate::crypto::random::random_bytes;
use crate::encoding::base64url;
use crate::encoding::json::Value;
use crate::reason::Reason;

/// The signatures of a derived proof: the issuer's, and one for each statement that is not mandatory.
///
/// # Errors
/// `di.selective` when the value is malformed, of a base proof, or does not fit the statements; `ld.*`, `rdfc.limit`.
pub fn open(secured: &Secured<'_>, value: &[u8], terms: &Terms<'_>) -> Result<Signed, Reason> {
    let value = DerivedValue::decode(value)?;
    let names = value.labels.iter().map(|(number, mac)| (*number, selective::name_of(mac))).collect();
    let shown = Shown::of(&secured.document, &names, &value.mandatory, terms)?;
    if shown.others.len() != value.signatures.len() {
        return Err(fault("one signature for each statement shown").got(value.signatures.len()));
    }
    let vouched = shown.others.into_iter().zip(&value.signatures).map(|(line, signature)| Vouched {
        algorithm: Algorithm::Es256,
        key: value.proof_key.key().clone(),
        message: line.into_bytes(),
        signature: signature.to_vec(),
        is_of_holder: false,
    });
    Ok(Signed {
        algorithm: Some(Algorithm::Es256),
        message: base_message(&proof_hash(secured, terms)?, &value.proof_key, &shown.mandatory_hash),
        signature: value.base_signature.to_vec(),
        vouched: vouched.collect(),
        ..Signed::default()
    })
}

/// What is secret of a base proof, or lives for it alone.
pub struct Secrets {
    /// The key of blank nodes' names.
    pub hmac_key: Zeroizing<[u8; 32]>,
    /// The key that signs statements, on P-256.
    pub proof_key: Box<dyn Signer>,
}

impl Secrets {
    /// New ones.
    ///
    /// # Errors
    /// `Refused` when no key can be made.
    pub fn random() -> Result<Secrets, SignFault> {
        Ok(Secrets { hmac_key: Zeroizing::new(random_bytes()), proof_key: Box::new(OwnKey::generate_p256()?.0) })
    }
}

/// The value of a base proof over a whole document, for its holder.
///
/// # Errors
/// [`ProofFault::Document`] when a pointer points at nothing or the document is not covered by its contexts; [`ProofFault::Key`]
/// when a key is not on P-256 or cannot sign.
pub fn base_value(
    secured: &Secured<'_>,
    mandatory_pointers: &[String],
    signer: &dyn Signer,
    secrets: &Secrets,
    terms: &Terms<'_>,
) -> Result<Vec<u8>, ProofFault> {
    if signer.algorithm() != Algorithm::Es256 {
        return Err(ProofFault::Key(format!("ecdsa-sd-2023 does not sign with a key for {}", signer.algorithm())));
    }
    let whole = Whole::of(&secured.document, &secrets.hmac_key, Naming::Mac, terms)?;
    let grouped = whole.grouped(mandatory_pointers, terms)?;
    let proof_key = ProofKey::of(secrets.proof_key.public_key())?;
    let mut signatures = Vec::with_capacity(grouped.others.len());
    for line in &grouped.others {
        signatures.push(signature(&*secrets.proof_key, line.as_bytes())?);
    }
    let message = base_message(&proof_hash(secured, terms)?, &proof_key, &grouped.mandatory_hash);
    let value = BaseValue {
        base_signature: signature(signer, &message)?,
        proof_key,
        hmac_key: secrets.hmac_key.clone(),
        signatures,
        mandatory_pointers: mandatory_pointers.to_vec(),
    };
    Ok(value.encode())
}

/// `Ok` when a base proof is right: the holder's own check of what an issuer sent.
///
/// # Errors
/// `di.selective` when the value is malformed or does not fit the document; `sig.invalid`; `ld.*`, `rdfc.limit`.
pub fn check_base(secured: &Secured<'_>, value: &[u8], issuer: &PublicKey, terms: &Terms<'_>) -> Result<(), Reason> {
    let value = BaseValue::decode(value)?;
    let whole = Whole::of(&secured.document, &value.hmac_key, Naming::Mac, terms)?;
    let grouped = whole.grouped(&value.mandatory_pointers, terms)?;
    if grouped.others.len() != value.signatures.len() {
        return Err(fault("one signature for each statement that is not mandatory").got(value.signatures.len()));
    }
    let message = base_message(&proof_hash(secured, terms)?, &value.proof_key, &grouped.mandatory_hash);
    let job = |key: &PublicKey, message, signature| Job {
        algorithm: Algorithm::Es256,
        key: key.clone(),
        message,
        signature,
        statements: None,
        older: None,
    };
    let mut jobs = vec![job(issuer, message.as_slice(), value.base_signature.as_slice())];
    for (line, signature) in grouped.others.iter().zip(&value.signatures) {
        jobs.push(job(value.proof_key.key(), line.as_bytes(), signature));
    }
    check(&jobs).into_iter().collect()
}

/// The document that shows what `selective` points at beside what is mandatory, and the value of its derived proof.
///
/// # Errors
/// `di.selective` when the value is malformed or of a derived proof, a pointer points at nothing, or there is nothing to show; `ld.*`,
/// `rdfc.limit`.
pub fn derive<'v>(
    secured: &Secured<'v>,
    value: &[u8],
    selective: &[String],
    terms: &Terms<'_>,
) -> Result<(Value<'v>, Vec<u8>), Reason> {
    let base = BaseValue::decode(value)?;
    let whole = Whole::of(&secured.document, &base.hmac_key, Naming::Mac, terms)?;
    let disclosed = whole.disclosed(&base.mandatory_pointers, selective, terms)?;
    let of_statement = |place: &usize| {
        base.signatures
            .get(*place)
            .copied()
            .ok_or_else(|| fault("one signature for each statement that is not mandatory"))
    };
    let derived = DerivedValue {
        base_signature: base.base_signature,
        proof_key: base.proof_key,
        signatures: disclosed.selected.iter().map(of_statement).collect::<Result<_, _>>()?,
        labels: disclosed.labels.iter().map(|(number, name)| Ok((*number, mac_of(name)?))).collect::<Result<_, _>>()?,
        mandatory: disclosed.mandatory,
    };
    Ok((disclosed.document, derived.encode()))
}

fn base_message(proof_hash: &[u8], proof_key: &ProofKey, mandatory_hash: &[u8; 32]) -> Vec<u8> {
    [proof_hash, proof_key.octets(), mandatory_hash].concat()
}

fn signature(signer: &dyn Signer, message: &[u8]) -> Result<[u8; SIGNATURE_BYTES], ProofFault> {
    let signature = signer.sign(message).map_err(|fault| ProofFault::Key(fault.to_string()))?;
    signature.try_into().map_err(|_| ProofFault::Key("the key does not sign with ES256".to_owned()))
}

/// The HMAC that a name is.
fn mac_of(name: &str) -> Result<[u8; 32], Reason> {
    let bytes = name.strip_prefix('u').and_then(|text| base64url::decode(text).ok());
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| fault("a name made with an HMAC"))
}
