//! Results: the report of a verification in the words of VCALM (`VerificationResult`). A projection: what is verified here was
//! accepted there, but for what the draft calls warnings.

use serde_json::{Map, Value as Json, json};

use crate::check::{Check, Outcome};
use crate::encoding::json::Value;
use crate::format::vc::vocabulary::items;
use crate::reason::{Code, Stage};
use crate::report::Part;
use crate::service::vc_api::api::Answers;
use crate::service::vc_api::problem_details::{ProblemDetail, Severity};
use crate::verdict::Verdict;

/// `true` when a document is verified: accepted, or, where the draft's answers are due, faultless but for status and validity
/// period. The credentials inside count too.
pub fn is_verified(part: &Part, answers: Answers) -> bool {
    let own = match answers {
        Answers::Suites => matches!(part.verdict, Verdict::Accepted(_)),
        Answers::Draft => is_sound(part),
    };
    own && part.parts.iter().all(|inner| is_verified(inner, answers))
}

/// VCALM, 3.8: errors are everything but what was found about status and validity period. A stage that nobody reached is no
/// warning.
fn is_sound(part: &Part) -> bool {
    Stage::ALL.into_iter().all(|stage| {
        let mut rows = part.checks.iter().filter(|check| check.stage == stage).peekable();
        rows.peek().is_some()
            && rows.all(|row| match row.outcome {
                Outcome::Pass => true,
                Outcome::NotDeclared => matches!(stage, Stage::Digests | Stage::Holder | Stage::Status),
                Outcome::Fail(_) | Outcome::Unknown(..) => may_only_warn(stage),
                Outcome::NotReached => false,
            })
    })
}

fn may_only_warn(stage: Stage) -> bool {
    matches!(stage, Stage::Validity | Stage::Status)
}

/// Every problem of a document and of the credentials inside it, errors and warnings, in the order of the report.
pub fn problems(part: &Part, answers: Answers) -> Vec<ProblemDetail> {
    let mut found = own_problems(part, answers);
    found.extend(part.parts.iter().flat_map(|inner| problems(inner, answers)));
    found
}

/// The problems of a document without those of the credentials inside.
pub fn own_problems(part: &Part, answers: Answers) -> Vec<ProblemDetail> {
    let severity = |check: &Check| match answers {
        Answers::Draft if may_only_warn(check.stage) => Severity::Warning,
        _ => Severity::Error,
    };
    let faults = part.checks.iter().filter_map(|check| ProblemDetail::of_check(check, severity(check)));
    faults.chain(part.notes.iter().map(ProblemDetail::of_note)).collect()
}

/// What was found about each member of a credential: `results`.
pub fn credential_results(part: &Part, document: &Value<'_>) -> Json {
    let mut results = Map::new();
    for (members, code) in
        [(["validFrom", "issuanceDate"], Code::TimeNotYetValid), (["validUntil", "expirationDate"], Code::TimeExpired)]
    {
        let Some(value) = members.iter().find_map(|name| document.member(name)) else { continue };
        let name = members.first().copied().unwrap_or_default();
        results.insert(name.to_owned(), result(is_time_right(part, code), value));
    }
    if let Some(value) = document.member("credentialStatus") {
        let right = is_stage_right(part, Stage::Status);
        results.insert("credentialStatus".to_owned(), items(value).iter().map(|entry| result(right, entry)).collect());
    }
    if let Some(value) = document.member("proof") {
        results.insert("proof".to_owned(), proof_results(part, value));
    }
    Json::Object(results)
}

/// What was found about a presentation: `results.presentation`.
pub fn presentation_results(part: &Part, document: &Value<'_>, asked: (Option<&str>, Option<&str>)) -> Json {
    let (challenge, domain) = asked;
    let mut results = Map::new();
    for (name, given, code) in [("challenge", challenge, Code::VpNonce), ("domain", domain, Code::ClaimAudience)] {
        if let Some(given) = given {
            let right = part.signature_right && !has_fault(part, |fault| fault == code);
            results.insert(name.to_owned(), json!({ "verified": right, "input": given }));
        }
    }
    if let Some(value) = document.member("holder") {
        let right = is_stage_right(part, Stage::Key) && part.signature_right;
        results.insert("holder".to_owned(), result(right, value));
    }
    if let Some(value) = document.member("proof") {
        results.insert("proof".to_owned(), proof_results(part, value));
    }
    Json::Object(results)
}

/// Several proofs are right together or not at all: that is what the data model asks for.
fn proof_results(part: &Part, proofs: &Value<'_>) -> Json {
    let right = part.signature_right
        && [Stage::Decode, Stage::Key, Stage::Signature].into_iter().all(|stage| is_stage_right(part, stage));
    items(proofs).iter().map(|proof| result(right, proof)).collect()
}

fn result(verified: bool, input: &Value<'_>) -> Json {
    json!({ "verified": verified, "input": input.to_serde() })
}

fn is_stage_right(part: &Part, stage: Stage) -> bool {
    let mut rows = part.checks.iter().filter(|check| check.stage == stage);
    rows.all(|check| matches!(check.outcome, Outcome::Pass))
}

/// A fault of the validity stage that names neither end counts against both.
fn is_time_right(part: &Part, code: Code) -> bool {
    let ends = [Code::TimeNotYetValid, Code::TimeExpired];
    let reached =
        part.checks.iter().any(|check| check.stage == Stage::Validity && check.outcome != Outcome::NotReached);
    let wrong = |check: &Check| check.outcome.reason().is_some_and(|r| r.code() == code || !ends.contains(&r.code()));
    reached && !part.checks.iter().any(|check| check.stage == Stage::Validity && wrong(check))
}

fn has_fault(part: &Part, is_it: impl Fn(Code) -> bool) -> bool {
    part.checks.iter().filter_map(|check| check.outcome.reason()).any(|reason| is_it(reason.code()))
}
