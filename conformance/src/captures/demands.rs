//! What each record demands: read once from the requests and the tests that sent them, and written down here.

/// What is wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no credential where one is due.
    Absent,
    /// The credential is a text that holds JSON.
    Text,
    /// `@context` is absent or malformed.
    Context,
    /// `type` is absent or malformed.
    Type,
    /// `issuer` is absent or malformed.
    Issuer,
    /// `credentialSubject` is absent or malformed.
    Subject,
    /// A property or type is in no context.
    Undefined,
    /// A pointer leads nowhere.
    Pointer,
    /// There is no such profile.
    Profile,
    /// There is no proof, or an empty set of them.
    ProofAbsent,
    /// The proof is no object.
    ProofForm,
    /// The proof has no type.
    ProofTypeAbsent,
    /// The proof's type is unknown.
    ProofTypeUnknown,
    /// The cryptosuite is unknown.
    Suite,
    /// The proof does not say when it was made, where it must.
    CreatedAbsent,
    /// The proof says nonsense about when it was made.
    CreatedForm,
    /// The proof names no key.
    MethodAbsent,
    /// The proof has no purpose.
    PurposeAbsent,
    /// The proof has another purpose.
    PurposeOther,
    /// The proof has no value.
    ValueAbsent,
    /// The proof's value is null.
    ValueNull,
    /// The proof's value does not say its base.
    ValueBase,
    /// The proof's value is not of its suite's form.
    ValueForm,
    /// The signature is wrong.
    Signature,
    /// `previousProof` is no text.
    Previous,
}

impl Fault {
    /// What it is called in the table.
    pub fn title(self) -> &'static str {
        match self {
            Fault::Absent => "refused: no credential",
            Fault::Text => "refused: a text as credential",
            Fault::Context => "refused: @context",
            Fault::Type => "refused: type",
            Fault::Issuer => "refused: issuer",
            Fault::Subject => "refused: credentialSubject",
            Fault::Undefined => "refused: undefined term or type",
            Fault::Pointer => "refused: pointer",
            Fault::Profile => "refused: no such profile",
            Fault::ProofAbsent => "refused: no proof",
            Fault::ProofForm => "refused: proof is no object",
            Fault::ProofTypeAbsent => "refused: proof.type absent",
            Fault::ProofTypeUnknown => "refused: proof.type unknown",
            Fault::Suite => "refused: cryptosuite unknown",
            Fault::CreatedAbsent => "refused: proof.created absent",
            Fault::CreatedForm => "refused: proof.created malformed",
            Fault::MethodAbsent => "refused: verificationMethod absent",
            Fault::PurposeAbsent => "refused: proofPurpose absent",
            Fault::PurposeOther => "refused: another proofPurpose",
            Fault::ValueAbsent => "refused: proofValue absent",
            Fault::ValueNull => "refused: proofValue null",
            Fault::ValueBase => "refused: proofValue without its base",
            Fault::ValueForm => "refused: proofValue malformed",
            Fault::Signature => "refused: wrong signature",
            Fault::Previous => "refused: previousProof",
        }
    }

    /// The names under which it is the right reason.
    pub fn codes(self) -> &'static [&'static str] {
        match self {
            Fault::Absent | Fault::Text => &["credential_absent"],
            Fault::Context => &["vc.context_base"],
            Fault::Type => &["vc.type"],
            Fault::Issuer | Fault::Subject => &["vc.schema"],
            Fault::Undefined => &["ld.undefined_term"],
            Fault::Pointer => &["di.selective"],
            Fault::Profile => &["unknown_profile"],
            Fault::ProofAbsent => &["di.proof_missing", "di.proof_set"],
            Fault::ProofForm | Fault::ProofTypeAbsent => &["di.proof_malformed", "di.proof_missing"],
            Fault::ProofTypeUnknown | Fault::Suite => &["di.cryptosuite"],
            Fault::CreatedAbsent | Fault::CreatedForm => &["di.proof_malformed"],
            Fault::MethodAbsent => &["di.vm_missing", "di.proof_malformed"],
            Fault::PurposeAbsent | Fault::PurposeOther => &["di.purpose", "di.proof_malformed"],
            Fault::ValueAbsent | Fault::ValueNull => &["di.proof_malformed"],
            Fault::ValueBase => &["multibase.invalid"],
            Fault::ValueForm => &["di.selective", "di.proof_malformed"],
            Fault::Signature => &["sig.invalid"],
            Fault::Previous => &["di.proof_malformed", "di.proof_chain", "vc.schema"],
        }
    }
}

/// What a record demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// 201, and what is issued verifies.
    Issued,
    /// 201, and what is derived verifies.
    Derived,
    /// 200.
    Verified,
    /// 400 for this reason, and its sibling succeeds.
    Refused(Fault),
    /// The record proves nothing, for the reason that the sentence gives.
    Unsure(&'static str),
}

impl Demand {
    /// What it is called in the table.
    pub fn title(self) -> &'static str {
        match self {
            Demand::Issued => "issued",
            Demand::Derived => "derived",
            Demand::Verified => "verified",
            Demand::Refused(fault) => fault.title(),
            Demand::Unsure(_) => "unsure",
        }
    }
}

use Demand::{Derived, Issued, Refused, Unsure, Verified};

const FOREIGN_KEY: Demand =
    Unsure("refused there because the key is not the issuer's, which the suite itself does not ask for");
const NO_2020: Demand =
    Unsure("a vector of the specification, refused there for want of Ed25519Signature2020; good where that is known");
const EMPTY: Demand = Unsure("an empty set of subjects was issued there; the data model asks for one subject at least");

type Row = (Demand, &'static [u64]);

const ISSUER: &[Row] = &[
    (Issued, &[0, 24]),
    (EMPTY, &[23]),
    (Refused(Fault::Absent), &[1, 26]),
    (Refused(Fault::Context), &[2, 3, 4, 5, 6, 7, 27, 28, 29, 30, 31, 32]),
    (Refused(Fault::Type), &[8, 9, 10, 11, 12, 13, 34, 35, 36, 37, 38]),
    (Refused(Fault::Issuer), &[15, 16, 17, 18, 40, 41, 43]),
    (Refused(Fault::Issuer), &[14, 39]),
    (Refused(Fault::Subject), &[19, 20, 21, 44, 45, 46, 48]),
    (Refused(Fault::Profile), &[25, 49, 50]),
];

const VERIFIER: &[Row] = &[
    (NO_2020, &[0]),
    (Refused(Fault::Context), &[1, 12, 13, 15, 16, 18, 20, 21]),
    (Refused(Fault::Type), &[2, 22, 24, 26, 28, 29, 30, 32, 33]),
    (Refused(Fault::Issuer), &[3, 34, 35, 37, 38]),
    (Refused(Fault::Subject), &[4, 39, 40, 42, 43, 44]),
    (Refused(Fault::ProofAbsent), &[5, 50]),
    (Refused(Fault::ProofTypeAbsent), &[6]),
    (Refused(Fault::CreatedAbsent), &[7]),
    (Refused(Fault::MethodAbsent), &[8]),
    (Refused(Fault::ValueAbsent), &[9]),
    (Refused(Fault::PurposeAbsent), &[10]),
    (Refused(Fault::ProofForm), &[45, 46, 48, 49]),
];

const BBS: &[Row] = &[
    (Issued, &[0, 4, 5, 48]),
    (Derived, &[49]),
    (Verified, &[50]),
    (Refused(Fault::Undefined), &[1, 2]),
    (Refused(Fault::Subject), &[3]),
    (Refused(Fault::ValueBase), &[6, 27]),
    (Refused(Fault::ProofTypeUnknown), &[7, 11, 12, 28, 30, 32, 33]),
    (Refused(Fault::Suite), &[8, 13, 29, 34]),
    (Refused(Fault::Signature), &[10, 31]),
    (Refused(Fault::ValueForm), &[14, 25, 35, 46]),
    (Refused(Fault::CreatedForm), &[36]),
];

const ECDSA: &[Row] = &[
    (Issued, &[0, 4, 42, 43, 46, 84, 87, 88, 89, 91, 92, 93, 94, 96, 97, 99, 100, 101, 106]),
    (Derived, &[85]),
    (Verified, &[44, 45, 86]),
    (FOREIGN_KEY, &[90]),
    (Refused(Fault::Undefined), &[2, 9, 22, 23, 26, 39, 40, 63, 64, 65, 68, 80, 81, 82]),
    (Refused(Fault::Subject), &[3]),
    (Refused(Fault::ValueAbsent), &[8, 25, 50]),
    (Refused(Fault::ProofTypeUnknown), &[10, 28, 71]),
    (Refused(Fault::ValueNull), &[11, 27, 52]),
    (Refused(Fault::ProofForm), &[12, 30, 55]),
    (Refused(Fault::ValueBase), &[13, 29, 54, 70]),
    (Refused(Fault::ProofAbsent), &[15, 32, 57, 74]),
    (Refused(Fault::ProofTypeAbsent), &[16, 33, 58, 75, 109]),
    (Refused(Fault::Absent), &[17]),
    (Refused(Fault::PurposeAbsent), &[18, 35, 60, 77]),
    (Refused(Fault::PurposeOther), &[20, 37, 62, 79]),
    (Refused(Fault::Suite), &[24, 41, 66, 83]),
    (Refused(Fault::Text), &[31, 56, 73]),
    (Refused(Fault::Pointer), &[105]),
];

const EDDSA: &[Row] = &[
    (Issued, &[0, 26, 28, 30, 31, 32, 33, 34, 35, 36, 37, 39]),
    (Verified, &[22, 27, 29]),
    (FOREIGN_KEY, &[21, 23, 24]),
    (Refused(Fault::Undefined), &[1, 2, 5, 17, 18, 19]),
    (Refused(Fault::Subject), &[3]),
    (Refused(Fault::ValueAbsent), &[4]),
    (Refused(Fault::ValueNull), &[6]),
    (Refused(Fault::ProofTypeUnknown), &[7]),
    (Refused(Fault::ValueBase), &[8]),
    (Refused(Fault::ProofForm), &[9]),
    (Refused(Fault::Text), &[10]),
    (Refused(Fault::ProofAbsent), &[11]),
    (Refused(Fault::ProofTypeAbsent), &[12]),
    (Refused(Fault::Absent), &[13]),
    (Refused(Fault::PurposeAbsent), &[14]),
    (Refused(Fault::PurposeOther), &[16]),
    (Refused(Fault::Previous), &[25]),
];

/// What that record demands; `None` when nobody wrote it down.
pub fn demand_of(suite: &str, number: u64) -> Option<Demand> {
    let rows = match suite {
        "vc-api-issuer" => ISSUER,
        "vc-api-verifier" => VERIFIER,
        "vc-di-bbs" => BBS,
        "vc-di-ecdsa" => ECDSA,
        "vc-di-eddsa" => EDDSA,
        _ => return None,
    };
    rows.iter().find(|(_, numbers)| numbers.contains(&number)).map(|(demand, _)| *demand)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_record_stands_twice() {
        for (rows, count) in [(ISSUER, 47), (VERIFIER, 40), (BBS, 29), (ECDSA, 81), (EDDSA, 37)] {
            let mut numbers: Vec<u64> = rows.iter().flat_map(|(_, numbers)| numbers.iter().copied()).collect();
            let all = numbers.len();
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!((numbers.len(), all), (count, count));
        }
    }
}
