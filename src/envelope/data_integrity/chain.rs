//! Proof sets and chains (VC Data Integrity 1.0, sections 2.1.1 and 2.1.2): which proofs a proof builds on.
//!
//! A proof with `previousProof` signs the document together with the proofs that it names. Every proof of a document must be right,
//! so that no order of checking is needed, only that the references make sense.

use crate::envelope::data_integrity::proof::Proof;
use crate::reason::{Code, Reason};

/// For each proof, the places of those that it builds on, in the order in which it names them.
///
/// # Errors
/// `di.proof_chain` when two proofs share an `id`, a reference names none or the same twice, or proofs build on each other.
pub fn previous_of(proofs: &[Proof<'_>]) -> Result<Vec<Vec<usize>>, Reason> {
    let fault = |got: &'static str| Reason::new(Code::DiProofChain).got(got);
    for (at, proof) in proofs.iter().enumerate() {
        let is_twin = |other: &Proof<'_>| proof.id.is_some() && other.id == proof.id;
        if proofs.iter().take(at).any(is_twin) {
            return Err(fault("two proofs with one id"));
        }
    }
    let mut all = Vec::with_capacity(proofs.len());
    for proof in proofs {
        let mut places = Vec::with_capacity(proof.previous.len());
        for id in &proof.previous {
            let place = proofs.iter().position(|other| other.id == Some(id));
            let place = place.ok_or_else(|| fault("a reference to a proof that is not there"))?;
            if places.contains(&place) {
                return Err(fault("the same reference twice"));
            }
            places.push(place);
        }
        all.push(places);
    }
    if has_circle(&all) { Err(fault("proofs that build on each other")) } else { Ok(all) }
}

/// Takes away every proof whose references are all taken away; what is left over refers in a circle.
fn has_circle(previous: &[Vec<usize>]) -> bool {
    let mut done = vec![false; previous.len()];
    // Each round takes at least one away, or ends.
    for _ in 0..previous.len() {
        let is_done = |at: &usize| done.get(*at).copied().unwrap_or(false);
        let next: Vec<bool> = previous.iter().map(|places| places.iter().all(is_done)).collect();
        if next == done {
            break;
        }
        done = next;
    }
    !done.into_iter().all(|done| done)
}
