//! Adds proofs to documents: the issuing twin of [`super::open`], for suites that sign the whole document.

use crate::credential::Purpose;
use crate::crypto::own_keys::Signer;
use crate::encoding::json::{self, Value};
use crate::encoding::multibase;
use crate::envelope::data_integrity::fault::ProofFault;
use crate::envelope::data_integrity::open::purpose_name;
use crate::envelope::data_integrity::proof::{Proof, proofs_of};
use crate::envelope::data_integrity::suite::{DATA_INTEGRITY_PROOF, Suite, Transform, Work};
use crate::envelope::data_integrity::transform::{Secured, Terms};
use crate::limits;
use crate::reason::{Code, Reason};
use crate::time::Timestamp;

/// What a new proof shall say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProofDraft {
    /// The key's URL.
    pub verification_method: String,
    /// What the proof is for.
    pub purpose: Purpose,
    /// Its name, for proofs that build on it.
    pub id: Option<String>,
    /// When it is made.
    pub created: Option<Timestamp>,
    /// When it ends.
    pub expires: Option<Timestamp>,
    /// Whom it is for.
    pub domain: Option<String>,
    /// The challenge that it answers.
    pub challenge: Option<String>,
    /// Anything that makes it unlike others.
    pub nonce: Option<String>,
    /// Names of the proofs that it builds on.
    pub previous: Vec<String>,
}

/// The text of the document with one proof more: its only one, or one of a set or chain.
///
/// # Errors
/// [`ProofFault::Document`] when the text is no JSON object, holds too many proofs, names a proof to build on that is not there, is
/// not covered by its contexts, or the draft breaks a rule for proofs; [`ProofFault::Key`] when the key does not fit or cannot sign.
pub fn add_proof(
    document: &str,
    suite: &'static Suite,
    draft: &ProofDraft,
    signer: &dyn Signer,
    terms: &Terms<'_>,
) -> Result<String, ProofFault> {
    let Work::Whole(transform) = suite.work else {
        return Err(ProofFault::Key(format!("{} does not sign a document as a whole", suite.name)));
    };
    let key = suite.key_use(signer.public_key().kind()).filter(|key| key.algorithm == signer.algorithm());
    let Some(key) = key else {
        return Err(ProofFault::Key(format!("{} does not sign with a key for {}", suite.name, signer.algorithm())));
    };
    add_proof_with(document, suite, draft, &|secured| {
        let message = secured.message(transform, key.hash, terms)?;
        signer.sign(&message).map_err(|fault| ProofFault::Key(fault.to_string()))
    })
}

/// [`add_proof`] with whatever makes the proof's value of what it is over.
pub(super) fn add_proof_with(
    document: &str,
    suite: &'static Suite,
    draft: &ProofDraft,
    value_of: &dyn Fn(&Secured<'_>) -> Result<Vec<u8>, ProofFault>,
) -> Result<String, ProofFault> {
    let document = json::decode(document.as_bytes())?;
    let standing = match proofs_of(&document) {
        Err(reason) if reason.code() == Code::DiProofMissing => &[],
        Err(reason) => return Err(reason.into()),
        Ok(proofs) => proofs,
    };
    let mut proof = unsigned(&document, suite, draft);
    let probe = probe(&proof);
    let value = value_of(&secured(&document, standing, suite, &probe)?)?;
    proof.push(("proofValue".into(), Value::String(multibase::encode(suite.base, &value).into())));
    let proof = Value::Object(proof);
    let mut proofs = standing.to_vec();
    proofs.push(proof);
    if proofs.len() > limits::PROOFS {
        return Err(Reason::new(Code::DiProofSet).expected(limits::PROOFS).got(proofs.len()).into());
    }
    let Value::Object(members) = &document else {
        return Err(Reason::new(Code::DiProofMalformed).expected("an object").got(document.kind()).into());
    };
    let mut members: Vec<_> = members.iter().filter(|(name, _)| name != "proof").cloned().collect();
    let proof = if proofs.len() == 1 { proofs.remove(0) } else { Value::Array(proofs) };
    members.push(("proof".into(), proof));
    Ok(json::encode(&Value::Object(members)))
}

/// The proof as the reader will see it: with some value where its value will stand.
fn probe<'v>(members: &Members<'v>) -> Value<'v> {
    let mut members = members.clone();
    members.push(("proofValue".into(), Value::String("z".into())));
    Value::Object(members)
}

/// What the proof is over, when the reader finds nothing wrong with it.
fn secured<'v>(
    document: &'v Value<'v>,
    standing: &'v [Value<'v>],
    suite: &'static Suite,
    probe: &'v Value<'v>,
) -> Result<Secured<'v>, ProofFault> {
    let (proof, faults) = Proof::decode(probe);
    if let Some(reason) = faults.into_iter().next() {
        return Err(reason.into());
    }
    let proofs: Vec<Proof<'_>> = standing.iter().map(|value| Proof::decode(value).0).collect();
    let mut previous = Vec::with_capacity(proof.previous.len());
    for id in &proof.previous {
        let found = proofs.iter().find(|standing| standing.id == Some(id));
        previous.push(found.ok_or_else(|| Reason::new(Code::DiProofChain).got("a reference to no proof"))?);
    }
    if proof.id.is_some() && proofs.iter().any(|standing| standing.id == proof.id) {
        return Err(Reason::new(Code::DiProofChain).got("the id of another proof").into());
    }
    Ok(Secured::of(document, probe, suite, &previous)?)
}

type Members<'v> = Vec<(std::borrow::Cow<'v, str>, Value<'v>)>;

/// The proof without its value.
fn unsigned<'v>(document: &'v Value<'v>, suite: &Suite, draft: &'v ProofDraft) -> Members<'v> {
    let text = |text: &'v str| Value::String(text.into());
    let time = |time: Timestamp| Value::String(time.to_string().into());
    let mut members: Members<'v> = Vec::new();
    let mut push = |name: &'static str, value: Option<Value<'v>>| {
        if let Some(value) = value {
            members.push((name.into(), value));
        }
    };
    push("id", draft.id.as_deref().map(text));
    push("type", Some(Value::String(suite.proof_type.into())));
    push("cryptosuite", (suite.proof_type == DATA_INTEGRITY_PROOF).then(|| Value::String(suite.name.into())));
    push("created", draft.created.map(time));
    push("expires", draft.expires.map(time));
    push("verificationMethod", Some(text(&draft.verification_method)));
    push("proofPurpose", Some(Value::String(purpose_name(draft.purpose).into())));
    push("domain", draft.domain.as_deref().map(text));
    push("challenge", draft.challenge.as_deref().map(text));
    push("nonce", draft.nonce.as_deref().map(text));
    push(
        "previousProof",
        match draft.previous.as_slice() {
            [] => None,
            [one] => Some(text(one)),
            several => Some(Value::Array(several.iter().map(|id| text(id)).collect())),
        },
    );
    // A proof that signs JSON carries the contexts, because more may be added to the document (EdDSA Cryptosuites, 3.3.1).
    if matches!(suite.work, Work::Whole(Transform::Jcs)) {
        push("@context", document.member("@context").cloned());
    }
    members
}
