//! Issues W3C credentials and presentations with Data Integrity proofs: a document, what the proof shall say and a signer in; the
//! document with its proof out. The twin of [`crate::format::vc_di`].
//!
//! Nothing is issued that breaks the data model, or that the document's contexts do not define; also where a suite signs plain JSON,
//! because others will read the document as JSON-LD. Whose key it is, is not looked at: a proof of a set may be somebody else's.

use crate::credential::Purpose;
use crate::crypto::own_keys::Signer;
use crate::encoding::json::{self, Value};
use crate::envelope::data_integrity::fault::ProofFault;
use crate::envelope::data_integrity::sign::{ProofDraft, add_proof};
use crate::envelope::data_integrity::sign_base::{BaseSigner, add_base_proof};
use crate::envelope::data_integrity::suite::Suite;
use crate::envelope::data_integrity::transform::Terms;
use crate::format::vc::model::{self, ModelDemands};
use crate::format::vc::vocabulary;
use crate::issue::IssueFault;
use crate::linked_data::{Demands, to_rdf};
use crate::reason::Reason;

/// The text of the document with a proof by this key. A document that has proofs gets one more, for a set or chain.
///
/// The purpose is that of the document: a credential is asserted, a presentation authenticated; `draft.purpose` is not looked at.
///
/// # Errors
/// [`IssueFault::Refused`] when the document breaks a rule of the data model or of JSON-LD in safe mode, or the draft one of proofs;
/// [`IssueFault::Key`] when the key does not fit the suite or cannot sign.
pub fn issue(
    document: &str,
    suite: &'static Suite,
    draft: &ProofDraft,
    signer: &dyn Signer,
    terms: &Terms<'_>,
) -> Result<String, IssueFault> {
    let purpose = check(document, terms).map_err(IssueFault::Refused)?;
    let draft = ProofDraft { purpose, ..draft.clone() };
    add_proof(document, suite, &draft, signer, terms).map_err(fault_of)
}

/// The text of the document with a base proof, for its holder, who can hide all but what the pointers (RFC 6901) point at.
///
/// # Errors
/// As [`issue`]; [`IssueFault::Refused`] also when a pointer points at nothing, [`IssueFault::Key`] when the holder's commitment is wrong.
pub fn issue_base(
    document: &str,
    draft: &ProofDraft,
    mandatory_pointers: &[String],
    signer: &BaseSigner<'_>,
    terms: &Terms<'_>,
) -> Result<String, IssueFault> {
    let purpose = check(document, terms).map_err(IssueFault::Refused)?;
    let draft = ProofDraft { purpose, ..draft.clone() };
    add_base_proof(document, &draft, mandatory_pointers, signer, terms).map_err(fault_of)
}

fn fault_of(fault: ProofFault) -> IssueFault {
    match fault {
        ProofFault::Document(reason) => IssueFault::Refused(reason),
        ProofFault::Key(text) => IssueFault::Key(text),
    }
}

/// What the strictest verifier would say of the document, its signatures apart; else what a proof of it is for.
fn check(document: &str, terms: &Terms<'_>) -> Result<Purpose, Reason> {
    let document = json::decode(document.as_bytes())?;
    let demands = ModelDemands { strict: true };
    let (purpose, faults) = if vocabulary::is_presentation(&document) {
        (Purpose::Authentication, model::check_presentation(&document, demands))
    } else {
        (Purpose::Assertion, model::check_credential(&document, demands))
    };
    if let Some(reason) = faults.into_iter().next() {
        return Err(reason);
    }
    let Value::Object(members) = document else { return Ok(purpose) };
    let unsecured = Value::Object(members.into_iter().filter(|(name, _)| name != "proof").collect());
    to_rdf(&unsecured, terms.contexts, Demands { inline_contexts: terms.inline_contexts })?;
    Ok(purpose)
}
