//! Derives documents: what a holder shows of a document with a base proof.

use crate::crypto::public_key::PublicKey;
use crate::encoding::json::{self, Value};
use crate::encoding::multibase::{self, Base};
use crate::envelope::data_integrity::bbs::{self, Wish};
use crate::envelope::data_integrity::components::fault;
use crate::envelope::data_integrity::proof::{Proof, proofs_of};
use crate::envelope::data_integrity::suite::{Selective, Work};
use crate::envelope::data_integrity::transform::{Secured, Terms};
use crate::envelope::data_integrity::{bbs_value, ecdsa_sd, ecdsa_sd_value};
use crate::reason::{Code, Reason};

/// What was derived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    /// The document's text.
    pub text: String,
    /// The issuer's key, where the base proof tells it.
    pub issuer_key: Option<PublicKey>,
}

/// The document that shows what was wished for beside what is mandatory, with a derived proof.
///
/// Of a set of proofs, the one with a selective suite is taken; the others are over the whole document and are left out.
///
/// # Errors
/// `di.proof_missing`; `di.cryptosuite` when no proof is of a selective suite; `di.proof_set` when several are; `di.proof_chain` when it
/// builds on others; `di.selective` when it is a derived proof already, a pointer points at nothing or there is nothing to show;
/// whatever else is wrong with the proof or the document: `di.*`, `ld.*`, `rdfc.limit`, `multibase.invalid`.
pub fn derive(document: &Value<'_>, wish: &Wish<'_>, terms: &Terms<'_>) -> Result<Derived, Reason> {
    let (proof, work) = selective_proof(document)?;
    let suite = proof.suite.ok_or_else(|| Reason::new(Code::DiCryptosuite))?;
    let value = base_value(&proof, work)?;
    let secured = Secured::of(document, proof.value, suite, &[])?;
    let (issuer_key, (shown, value)) = match work {
        Selective::EcdsaSd => (None, ecdsa_sd::derive(&secured, &value, wish.selective, terms)?),
        Selective::Bbs => (Some(bbs::issuer_key(&value)?), bbs::derive(&secured, &value, wish, terms)?),
    };
    let (Value::Object(mut members), Some(proof)) = (shown, proof.value.as_object()) else {
        return Err(fault("a document and its proof: objects"));
    };
    let value = Value::String(multibase::encode(suite.base, &value).into());
    let proof = proof.iter().map(|(name, member)| {
        let member = if name == "proofValue" { value.clone() } else { member.clone() };
        (name.clone(), member)
    });
    members.push(("proof".into(), Value::Object(proof.collect())));
    Ok(Derived { text: json::encode(&Value::Object(members)), issuer_key })
}

/// The value of a base proof.
fn base_value(proof: &Proof<'_>, work: Selective) -> Result<Vec<u8>, Reason> {
    let text = proof.proof_value.ok_or_else(|| Reason::new(Code::DiProofMalformed).expected("proofValue: present"))?;
    let value = multibase::decode(text, &[Base::Base64Url])?;
    match work {
        Selective::EcdsaSd => drop(ecdsa_sd_value::BaseValue::decode(&value)?),
        Selective::Bbs => drop(bbs_value::BaseValue::decode(&value)?),
    }
    Ok(value)
}

/// The document's one base proof of a selective suite.
///
/// # Errors
/// As [`derive()`] says of proofs and their values.
pub fn selective_proof<'v>(document: &'v Value<'v>) -> Result<(Proof<'v>, Selective), Reason> {
    let mut found = None;
    let mut others = None;
    for value in proofs_of(document)? {
        let (proof, faults) = Proof::decode(value);
        match proof.suite.map(|suite| suite.work) {
            Some(Work::Selective(work)) => {
                if let Some(reason) = faults.into_iter().next() {
                    return Err(reason);
                }
                if found.replace((proof, work)).is_some() {
                    return Err(Reason::new(Code::DiProofSet).expected("one proof of a selective suite"));
                }
            }
            work => others = Some((work.and(proof.suite).map(|suite| suite.name), faults.into_iter().next())),
        }
    }
    match (found, others) {
        (Some((proof, _)), _) if !proof.previous.is_empty() => {
            Err(Reason::new(Code::DiProofChain).expected("a proof that builds on no other"))
        }
        (Some((proof, work)), _) => base_value(&proof, work).map(|_| (proof, work)),
        (None, Some((None, Some(reason)))) => Err(reason),
        (None, others) => {
            let got = others.and_then(|(name, _)| name).unwrap_or("another");
            Err(Reason::new(Code::DiCryptosuite).expected("ecdsa-sd-2023 or bbs-2023").got(got))
        }
    }
}
