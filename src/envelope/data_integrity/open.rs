//! Opens the proofs of a document: from JSON to signatures to check. Nothing is checked against a key.

use crate::credential::{KeyId, Purpose, Signed};
use crate::crypto::algorithm::Hash;
use crate::encoding::json::Value;
use crate::encoding::multibase;
use crate::envelope::data_integrity::chain::previous_of;
use crate::envelope::data_integrity::proof::{Proof, proofs_in};
use crate::envelope::data_integrity::suite::{KeyUse, Selective, Suite, Transform, Work};
use crate::envelope::data_integrity::transform::{Secured, Terms, body_of, canonical, digest_of, listed};
use crate::envelope::data_integrity::{bbs, ecdsa_sd};
use crate::reason::{Code, Reason};

/// The signatures of a document.
#[derive(Clone, Debug, Default)]
pub struct Proofs {
    /// One for each proof, in their order; one without algorithm for a proof that cannot be checked (the faults say why).
    pub signed: Vec<Signed>,
    /// What is wrong with the proofs.
    pub faults: Vec<Reason>,
}

/// The signatures of a document, made for `purpose`.
///
/// # Errors
/// `di.proof_missing` and `di.proof_set` when there is nothing to open. Everything else is a fault beside the signatures:
/// `di.*`, `ld.*`, `rdfc.limit`, `multibase.invalid`, `json.number_range`.
pub fn open(document: &Value<'_>, purpose: Purpose, terms: &Terms<'_>) -> Result<Proofs, Reason> {
    open_apart(&body_of(document), document.member("proof"), purpose, terms)
}

/// The same of a document without its proofs, `body`, and of its member `proof`.
///
/// # Errors
/// As [`open`].
pub fn open_apart(
    body: &Value<'_>,
    proof: Option<&Value<'_>>,
    purpose: Purpose,
    terms: &Terms<'_>,
) -> Result<Proofs, Reason> {
    let values = proofs_in(proof)?;
    let mut faults = Vec::new();
    let mut proofs = Vec::with_capacity(values.len());
    for value in values {
        let (proof, wrong) = Proof::decode(value);
        faults.extend(wrong);
        proofs.push(proof);
    }
    faults.extend(proofs.iter().filter_map(|proof| check_purpose(proof, purpose).err()));
    if proofs.iter().filter_map(|proof| proof.suite).any(|suite| suite.work == Work::Whole(Transform::Jcs)) {
        faults.extend(check_contexts(body, terms).err());
    }
    let previous = previous_of(&proofs).unwrap_or_else(|reason| {
        faults.push(reason);
        Vec::new()
    });
    let mut opener = Opener { body, terms, digests: Vec::new(), broken: None };
    let mut signed = Vec::with_capacity(proofs.len());
    for (at, proof) in proofs.iter().enumerate() {
        // Without the chain it is not known what was signed.
        let opened = match previous.get(at) {
            None => Ok(Signed::default()),
            Some(places) => opener.signed(proof, places, &proofs),
        };
        let mut one = opened.unwrap_or_else(|reason| {
            faults.push(reason);
            Signed::default()
        });
        one.kid = proof.verification_method.map(|method| KeyId::Text(method.to_owned()));
        one.purpose = purpose;
        signed.push(one);
    }
    Ok(Proofs { signed, faults })
}

/// The name of a purpose, as proofs and controller documents write it.
pub fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Assertion => "assertionMethod",
        Purpose::Authentication => "authentication",
    }
}

/// Signed as JSON, a document's contexts are names only; what they mean must be known all the same (VC Data Model 2.0, B.1).
fn check_contexts(document: &Value<'_>, terms: &Terms<'_>) -> Result<(), Reason> {
    for context in document.member("@context").map_or(&[][..], listed) {
        match context {
            Value::String(url) if terms.contexts.digest_of(url).is_none() => {
                return Err(Reason::new(Code::LdContextUnknown).got(url.clone().into_owned()));
            }
            Value::Object(_) if !terms.inline_contexts => return Err(Reason::new(Code::LdContextInline)),
            _ => {}
        }
    }
    Ok(())
}

fn check_purpose(proof: &Proof<'_>, purpose: Purpose) -> Result<(), Reason> {
    match proof.purpose {
        Some(got) if got != purpose_name(purpose) => {
            Err(Reason::new(Code::DiPurpose).expected(purpose_name(purpose)).got(got.to_owned()))
        }
        // That it is absent is said already.
        _ => Ok(()),
    }
}

struct Opener<'d> {
    /// The document without its proofs.
    body: &'d Value<'d>,
    terms: &'d Terms<'d>,
    /// Digests of the document as RDF: proofs of a set mostly sign the same one.
    digests: Vec<KnownDigest>,
    /// Why the document has none. Looked for once: a document that is made to be hard is so for each of its proofs.
    broken: Option<Reason>,
}

/// A digest of the document together with the proofs at these places.
struct KnownDigest {
    hash: Hash,
    places: Vec<usize>,
    digest: Vec<u8>,
}

impl<'d> Opener<'d> {
    fn signed(&mut self, proof: &Proof<'d>, places: &[usize], proofs: &[Proof<'d>]) -> Result<Signed, Reason> {
        // What is missing here is said already.
        let (Some(suite), Some(text)) = (proof.suite, proof.proof_value) else { return Ok(Signed::default()) };
        let value = multibase::decode(text, &[suite.base])?;
        let previous: Vec<&Proof<'d>> = places.iter().filter_map(|at| proofs.get(*at)).collect();
        let secured = Secured::of_body(self.body, proof.value, suite, &previous)?;
        let transform = match suite.work {
            Work::Whole(transform) => transform,
            Work::Selective(Selective::EcdsaSd) => return ecdsa_sd::open(&secured, &value, self.terms),
            Work::Selective(Selective::Bbs) => return bbs::open(&secured, &value, self.terms),
        };
        let key = key_of(suite, value.len())?;
        let message = match transform {
            Transform::Jcs => secured.message(transform, key.hash, self.terms)?,
            Transform::Rdfc => {
                let options = canonical(&secured.options, transform, key.hash, self.terms)?;
                let mut message = digest_of(&options, key.hash);
                message.extend(self.document_digest(&secured, key.hash, places)?);
                message
            }
        };
        Ok(Signed { algorithm: Some(key.algorithm), message, signature: value, ..Signed::default() })
    }

    fn document_digest(&mut self, secured: &Secured<'_>, hash: Hash, places: &[usize]) -> Result<Vec<u8>, Reason> {
        if let Some(known) = self.digests.iter().find(|known| known.hash == hash && known.places == places) {
            return Ok(known.digest.clone());
        }
        if let Some(reason) = &self.broken {
            return Err(reason.clone());
        }
        let text = canonical(&secured.document, Transform::Rdfc, hash, self.terms);
        let digest = digest_of(&text.inspect_err(|reason| self.broken = Some(reason.clone()))?, hash);
        self.digests.push(KnownDigest { hash, places: places.to_vec(), digest: digest.clone() });
        Ok(digest)
    }
}

/// The use of the kind of key whose signatures have that length.
fn key_of(suite: &Suite, bytes: usize) -> Result<&KeyUse, Reason> {
    suite.keys.iter().find(|key| key.signature_bytes == bytes).ok_or_else(|| {
        let due: Vec<String> = suite.keys.iter().map(|key| key.signature_bytes.to_string()).collect();
        Reason::new(Code::MultibaseInvalid).expected(format!("a signature of {} bytes", due.join(" or "))).got(bytes)
    })
}
