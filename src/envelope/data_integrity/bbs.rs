//! `bbs-2023` (Data Integrity BBS Cryptosuites 1.0, 3.4): one BBS signature over all statements that are not mandatory; proofs made
//! from it show some of them and cannot be linked to each other.
//!
//! ```text
//! header  = SHA-256(options) || SHA-256(mandatory statements)
//! message = one statement that is not mandatory
//! ```

use zeroize::Zeroizing;

use super::bbs_value::{BaseValue, Bound, DerivedValue, Feature};
use super::components::fault;
use super::fault::ProofFault;
use super::selective::{Naming, Shown, Whole, proof_hash};
use super::transform::{Secured, Terms};
use crate::credential::Signed;
use crate::crypto::algorithm::Algorithm;
use crate::crypto::bbs::committed::{Hidden, SecretScalar};
use crate::crypto::bbs::own::OwnBbsKey;
use crate::crypto::bbs::proof::{Held, prove};
use crate::crypto::bbs::signature::verify_signature;
use crate::crypto::bbs::verify_key::VerifyKey;
use crate::crypto::bbs::{Binding, Statements};
use crate::crypto::public_key::PublicKey;
use crate::crypto::random::random_bytes;
use crate::encoding::json::Value;
use crate::reason::Reason;

/// What a derived proof is over.
///
/// # Errors
/// `di.selective` when the value is malformed, of a base proof, does not fit the statements or lacks the domain of its pseudonym;
/// `ld.*`, `rdfc.limit`.
pub fn open(secured: &Secured<'_>, value: &[u8], terms: &Terms<'_>) -> Result<Signed, Reason> {
    open_here(secured, value, None, terms)
}

/// [`open`] for a verifier who names the domain where pseudonyms must hold.
///
/// # Errors
/// As [`open`]; `di.selective` for a pseudonym of another domain.
pub fn open_here(
    secured: &Secured<'_>,
    value: &[u8],
    domain: Option<&[u8]>,
    terms: &Terms<'_>,
) -> Result<Signed, Reason> {
    let value = DerivedValue::decode(value)?;
    let names = value.labels.iter().map(|(number, name)| (*number, format!("b{name}"))).collect();
    let shown = Shown::of(&secured.document, &names, &value.mandatory, terms)?;
    if shown.others.len() != value.selected.len() {
        return Err(fault("one place for each statement shown").got(value.selected.len()));
    }
    let messages = shown.others.into_iter().map(String::into_bytes);
    let statements = Statements {
        header: [proof_hash(secured, terms)?.as_slice(), &shown.mandatory_hash].concat(),
        presentation_header: value.presentation_header,
        shown: value.selected.into_iter().zip(messages).collect(),
        binding: value.binding.resolve(domain)?,
    };
    Ok(Signed {
        algorithm: Some(Algorithm::Bbs),
        signature: value.proof,
        statements: Some(Box::new(statements)),
        older: None,
        ..Signed::default()
    })
}

/// What a base proof is made with, beside the key.
pub struct Secrets {
    /// The key of blank nodes' names.
    pub hmac_key: Zeroizing<[u8; 32]>,
    /// What the signature binds to.
    pub feature: Feature,
    /// What the holder committed to, with its proof; for every feature but the baseline.
    pub commitment_with_proof: Vec<u8>,
    /// The issuer's part of the secret of pseudonyms; for the features that have one.
    pub nym_entropy: Option<SecretScalar>,
}

impl Secrets {
    /// New ones, for a feature and what the holder committed to (empty for the baseline).
    pub fn random(feature: Feature, commitment_with_proof: Vec<u8>) -> Secrets {
        let nym_entropy = feature.has_pseudonym().then(SecretScalar::random);
        Secrets { hmac_key: Zeroizing::new(random_bytes()), feature, commitment_with_proof, nym_entropy }
    }
}

/// The value of a base proof over a whole document, for its holder.
///
/// # Errors
/// [`ProofFault::Document`] when a pointer points at nothing or the document is not covered by its contexts; [`ProofFault::Key`]
/// when the key cannot sign, or the holder's commitment is wrong.
pub fn base_value(
    secured: &Secured<'_>,
    mandatory_pointers: &[String],
    key: &OwnBbsKey,
    secrets: &Secrets,
    terms: &Terms<'_>,
) -> Result<Vec<u8>, ProofFault> {
    let whole = Whole::of(&secured.document, &secrets.hmac_key, Naming::Shuffled, terms)?;
    let grouped = whole.grouped(mandatory_pointers, terms)?;
    let header = header(&proof_hash(secured, terms)?, &grouped.mandatory_hash)?;
    let messages: Vec<&[u8]> = grouped.others.iter().map(|line| line.as_bytes()).collect();
    let signature = match secrets.feature {
        Feature::Baseline => key.sign(&header, &messages),
        _ => {
            let commitment = &secrets.commitment_with_proof;
            let due = commitment_bytes(secrets.feature);
            if commitment.len() != due || secrets.nym_entropy.is_some() != secrets.feature.has_pseudonym() {
                return Err(ProofFault::Key(format!("the holder's commitment must have {due} bytes for this feature")));
            }
            key.sign_committed(&header, &messages, commitment, secrets.nym_entropy.as_ref())
        }
    };
    let value = BaseValue {
        feature: secrets.feature,
        signature: signature.map_err(|fault| ProofFault::Key(fault.to_string()))?,
        header,
        public_key: *key.verify_key().as_bytes(),
        hmac_key: secrets.hmac_key.clone(),
        mandatory_pointers: mandatory_pointers.to_vec(),
        nym_entropy: secrets.nym_entropy.as_ref().map(SecretScalar::to_bytes),
    };
    Ok(value.encode())
}

/// Bytes of the commitment to what a feature binds: a point, an answer for the blind and for each secret, a challenge.
const fn commitment_bytes(feature: Feature) -> usize {
    let secrets = match feature {
        Feature::Baseline => return 0,
        Feature::HolderBinding | Feature::Pseudonym => 1,
        Feature::HolderBindingPseudonym => 2,
    };
    48 + 32 * (secrets + 2)
}

/// What the holder brings for features that bind to secrets.
#[derive(Default)]
pub struct HolderPart {
    /// The secret that the credential is bound to; empty when there is none.
    pub holder_secret: Zeroizing<Vec<u8>>,
    /// The scalar that blinded the commitment.
    pub blind: Option<SecretScalar>,
    /// The holder's part of the secret of pseudonyms.
    pub prover_nym: Option<SecretScalar>,
    /// Where the pseudonym shall hold.
    pub nym_domain: Vec<u8>,
}

impl HolderPart {
    /// What was hidden from the issuer of this base proof.
    fn hidden(&self, base: &BaseValue) -> Result<Hidden, Reason> {
        if base.feature == Feature::Baseline {
            return Ok(Hidden::Nothing);
        }
        let again = |scalar: &SecretScalar| SecretScalar::from_bytes(&scalar.to_bytes());
        let blind = self.blind.as_ref().and_then(again).ok_or_else(|| fault("the blind of the holder's commitment"))?;
        let secrets = if self.holder_secret.is_empty() { Vec::new() } else { vec![self.holder_secret.clone()] };
        let Some(entropy) = &base.nym_entropy else { return Ok(Hidden::Secrets { blind, secrets }) };
        let entropy = SecretScalar::from_bytes(entropy).ok_or_else(|| fault("a scalar as the issuer's part"))?;
        let prover = self.prover_nym.as_ref().ok_or_else(|| fault("the holder's part of the pseudonym's secret"))?;
        Ok(Hidden::Pseudonym { blind, secrets, nym_secret: prover.plus(&entropy), domain: self.nym_domain.clone() })
    }
}

/// `Ok` when a base proof is right: the holder's own check of what an issuer sent.
///
/// # Errors
/// `di.selective` when the value is malformed, does not fit the document or names another key than the issuer's; `sig.invalid`, also
/// when the holder's secrets are not those of the commitment; `ld.*`, `rdfc.limit`.
pub fn check_base(
    secured: &Secured<'_>,
    value: &[u8],
    issuer: &VerifyKey,
    holder: &HolderPart,
    terms: &Terms<'_>,
) -> Result<(), Reason> {
    let base = BaseValue::decode(value)?;
    if base.public_key != *issuer.as_bytes() {
        return Err(fault("the issuer's public key"));
    }
    let whole = Whole::of(&secured.document, &base.hmac_key, Naming::Shuffled, terms)?;
    let grouped = whole.grouped(&base.mandatory_pointers, terms)?;
    let header = header(&proof_hash(secured, terms)?, &grouped.mandatory_hash)?;
    if header != base.header {
        return Err(fault("the BBS header of this document"));
    }
    let messages: Vec<&[u8]> = grouped.others.iter().map(|line| line.as_bytes()).collect();
    verify_signature(issuer, &base.signature, &header, &messages, &holder.hidden(&base)?)
}

/// The issuer's key, as a base proof tells it.
///
/// # Errors
/// `di.selective` when the value is malformed or of a derived proof; `key.invalid_point`.
pub fn issuer_key(value: &[u8]) -> Result<PublicKey, Reason> {
    PublicKey::bls12381_g2(&BaseValue::decode(value)?.public_key)
}

/// What a holder wants of a derived proof.
#[derive(Default)]
pub struct Wish<'w> {
    /// What to show beside what is mandatory.
    pub selective: &'w [String],
    /// What the proof shall be bound to; may be empty.
    pub presentation_header: &'w [u8],
    /// What the holder brings.
    pub holder: HolderPart,
}

/// The document that shows what was wished for beside what is mandatory, and the value of its derived proof.
///
/// # Errors
/// `di.selective` when the value is malformed or of a derived proof, a pointer points at nothing, there is nothing to show, or the
/// holder's part is missing; `key.invalid_point`, `sig.encoding`; `ld.*`, `rdfc.limit`.
pub fn derive<'v>(
    secured: &Secured<'v>,
    value: &[u8],
    wish: &Wish<'_>,
    terms: &Terms<'_>,
) -> Result<(Value<'v>, Vec<u8>), Reason> {
    let base = BaseValue::decode(value)?;
    let whole = Whole::of(&secured.document, &base.hmac_key, Naming::Shuffled, terms)?;
    let grouped = whole.grouped(&base.mandatory_pointers, terms)?;
    let disclosed = whole.disclosed(&base.mandatory_pointers, wish.selective, terms)?;
    let messages: Vec<&[u8]> = grouped.others.iter().map(|line| line.as_bytes()).collect();
    let held = Held {
        key: &VerifyKey::from_bytes(&base.public_key)?,
        signature: &base.signature,
        header: &base.header,
        messages: &messages,
        hidden: &wish.holder.hidden(&base)?,
    };
    let made = prove(&held, &disclosed.selected, wish.presentation_header)?;
    let derived = DerivedValue {
        feature: base.feature,
        proof: made.proof,
        labels: disclosed
            .labels
            .iter()
            .map(|(number, name)| Ok((*number, place_of(name)?)))
            .collect::<Result<_, _>>()?,
        mandatory: disclosed.mandatory,
        selected: disclosed.selected,
        presentation_header: wish.presentation_header.to_vec(),
        binding: match made.statements.binding {
            Binding::None => Bound::None,
            Binding::Secret { issuer_messages } => Bound::Secret { issuer_messages },
            Binding::Pseudonym { issuer_messages, domain, pseudonym } => {
                Bound::Pseudonym { issuer_messages, domain: Some(domain), pseudonym }
            }
        },
    };
    Ok((disclosed.document, derived.encode()))
}

fn header(proof_hash: &[u8], mandatory_hash: &[u8; 32]) -> Result<[u8; 64], Reason> {
    [proof_hash, mandatory_hash].concat().try_into().map_err(|_| fault("two digests of 32 bytes"))
}

/// The place that a shuffled name is.
fn place_of(name: &str) -> Result<usize, Reason> {
    name.strip_prefix('b').and_then(|number| number.parse().ok()).ok_or_else(|| fault("a shuffled name"))
}
