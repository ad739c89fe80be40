//! Sets and chains of proofs.

use serde_json::{Value, json};
use vidimus::envelope::data_integrity::sign::ProofDraft;
use vidimus::limits;
use vidimus::reason::Code;

use super::documents::{credential, said, with};
use super::{Cast, Telling, input};
use crate::mint::scene::Scene;
use crate::vector::Vector;

const FIRST: &str = "urn:uuid:0b9c1d52-63a4-4f0e-8a51-1d0f8d5a7c01";
const SECOND: &str = "urn:uuid:0b9c1d52-63a4-4f0e-8a51-1d0f8d5a7c02";

/// Several proofs, each on its own.
pub fn sets(scene: &Scene, cast: &Cast, all: &mut Vec<Vector>) -> Result<(), String> {
    let one = cast.issuer.sign(&credential(&cast.issuer), "eddsa-rdfc-2022")?;
    let two = cast.stranger.sign(&one, "eddsa-jcs-2022")?;
    let title = "Two proofs, one of them the issuer's own.";
    let parent = scene.accepts("proof-set", title, input(&two), Some(said(&two)));
    let mut telling = Telling { scene, parent: &parent, all };
    let value = |at: usize| two.pointer(&format!("/proof/{at}/proofValue")).cloned().unwrap_or_default();
    let bad = with(&two, "/proof/1/proofValue", value(0))?;
    telling.refuse("proof-set-half-right", "The second proof is wrong.", Code::SigInvalid, &bad);
    telling.refuse(
        "proof-set-empty",
        "The set of proofs is empty.",
        Code::DiProofSet,
        &with(&two, "/proof", json!([]))?,
    );
    let proof = two.pointer("/proof/0").cloned().unwrap_or_default();
    let many = with(&two, "/proof", vec![proof; limits::PROOFS + 1])?;
    telling.refuse("proof-set-of-seventeen", "There are seventeen proofs.", Code::DiProofSet, &many);
    telling.all.push(parent.clone());
    Ok(())
}

/// Proofs that build on others.
pub fn chains(scene: &Scene, cast: &Cast, all: &mut Vec<Vector>) -> Result<(), String> {
    let named = |id: &str, previous: &[&str]| ProofDraft {
        id: Some(id.to_owned()),
        previous: previous.iter().map(|id| (*id).to_owned()).collect(),
        ..ProofDraft::default()
    };
    let one = cast.issuer.sign_as(&credential(&cast.issuer), "eddsa-rdfc-2022", named(FIRST, &[]))?;
    let two = cast.stranger.sign_as(&one, "eddsa-rdfc-2022", named(SECOND, &[FIRST]))?;
    let title = "A second proof builds on the first.";
    let parent = scene.accepts("proof-chain", title, input(&two), Some(said(&two)));
    let in_json = cast.issuer.sign_as(&credential(&cast.issuer), "eddsa-jcs-2022", named(FIRST, &[]))?;
    let in_json = cast.stranger.sign_as(&in_json, "eddsa-jcs-2022", named(SECOND, &[FIRST]))?;
    all.push(scene.accepts("proof-chain-over-json", "The same over JSON.", input(&in_json), Some(said(&in_json))));
    let mut telling = Telling { scene, parent: &parent, all };
    let reversed = {
        let mut proofs = two.get("proof").and_then(Value::as_array).cloned().unwrap_or_default();
        proofs.reverse();
        with(&two, "/proof", proofs)?
    };
    telling.all.push(scene.accepts(
        "proof-chain-reversed",
        "The proof that builds on the other stands first.",
        input(&reversed),
        Some(said(&two)),
    ));
    for (case, title, document) in [
        (
            "previous-proof-missing",
            "The proof builds on one that is not there.",
            with(&two, "/proof/1/previousProof", "urn:uuid:0b9c1d52-63a4-4f0e-8a51-1d0f8d5a7c09")?,
        ),
        ("previous-proof-as-number", "The reference is a number.", with(&two, "/proof/1/previousProof", 1)?),
        ("previous-proof-itself", "The proof builds on itself.", with(&two, "/proof/1/previousProof", SECOND)?),
        (
            "previous-proof-in-a-circle",
            "Each proof builds on the other.",
            with(&two, "/proof/0/previousProof", SECOND)?,
        ),
        ("proof-ids-alike", "Both proofs have one name.", with(&two, "/proof/1/id", FIRST)?),
    ] {
        telling.refuse(case, title, Code::DiProofChain, &document);
    }
    let outdated = with(&two, "/proof/0/created", "2026-05-02T12:00:00Z")?;
    telling.refuse("first-of-chain-changed", "The first proof was moved by a day.", Code::SigInvalid, &outdated);
    telling.all.push(parent.clone());
    Ok(())
}
