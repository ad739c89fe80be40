//! Lists that are W3C credentials: verified as such, by the same functions.

use std::sync::Arc;

use crate::check::{Findings, Note, Outcome};
use crate::credential::{Input, StatusEntry};
use crate::encoding::json::Value;
use crate::evidence::Document;
use crate::format::{Claim, Context};
use crate::locator::{Locator, Wants};
use crate::occasion::Occasion;
use crate::policy::{Policy, StatusDemand};
use crate::reason::{Code, Reason, Stage};
use crate::report::{Part, Report};
use crate::status::bitstring::{BitstringList, Meaning};
use crate::trust::{Consulted, SignerDescription};
use crate::verify::status_lists::{Trouble, check_age, document_at};
use crate::verify::{Request, verify};

/// A list that was accepted as a credential.
pub(super) struct Usable {
    list: BitstringList,
    issuer: String,
    pub(super) consulted: Vec<Consulted>,
    pub(super) evidence: Vec<String>,
}

/// What the list says of the credential. Only the credential's own issuer may say anything.
pub(super) fn judge(entry: &StatusEntry, usable: &Usable, issuer: Option<&str>, findings: &mut Findings) {
    if issuer != Some(usable.issuer.as_str()) {
        let reason = Reason::new(Code::StatusUntrusted).expected(issuer.unwrap_or("an issuer").to_owned());
        return findings.fail(reason.got(usable.issuer.clone()));
    }
    match usable.list.check(entry) {
        Ok(Meaning::Clear) => {}
        Ok(Meaning::Refresh) => {
            findings
                .note(Note::new("status.refresh", "The issuer has a newer credential, or a service that gives one."));
        }
        Ok(Meaning::Message(text)) => {
            let shown: String = text.chars().filter(|char| !char.is_control()).take(200).collect();
            findings.note(Note::new("status.message", format!("The status list says: {shown}")));
        }
        Err(reason) if reason.code() == Code::StatusUnknownType => findings.unknown(reason, None),
        Err(reason) => findings.fail(reason),
    }
}

/// The list at that URL, verified as a credential.
pub(super) fn list_of(url: &str, context: &Context<'_>) -> Result<Usable, Trouble> {
    let document = document_at(url, Wants::Anything, context)?;
    let report = verify_list(document, context);
    let part = accepted_part(&report)?;
    let claims = claims_of(part);
    if claims.member("credentialStatus").is_some() {
        return Err(Trouble::Fault(Reason::new(Code::StatusDepth)));
    }
    let list = BitstringList::decode(&claims).map_err(Trouble::Fault)?;
    check_age(list.ttl_ms.map(|ttl_ms| ttl_ms / 1000), document, context)?;
    check_no_rollback(part, url, context)?;
    Ok(Usable {
        list,
        issuer: issuer_of(&claims),
        consulted: report.consulted().collect(),
        evidence: part.evidence.iter().map(|used| used.locator.clone()).collect(),
    })
}

/// STA-008: a list from before one that is known brings back what was revoked since.
fn check_no_rollback(part: &Part, url: &str, context: &Context<'_>) -> Result<(), Trouble> {
    let Some(earlier) = context.evidence.earlier(url) else { return Ok(()) };
    let begins = |part: &Part| part.times.not_before.into_iter().chain(part.times.issued_at).max();
    let is_theirs = |known: &&Part| {
        let is_key_right =
            !known.checks.iter().any(|check| check.stage == Stage::Key && check.outcome != Outcome::Pass);
        let same_name = |one: &SignerDescription, other: &SignerDescription| one.name == other.name;
        let is_same = known.issuer().zip(part.issuer()).is_some_and(|(one, other)| same_name(one, other));
        known.signature_right && is_key_right && is_same
    };
    let report = verify_list(earlier, context);
    match (report.parts().first().filter(is_theirs).and_then(begins), begins(part)) {
        (Some(known), Some(now)) if now < known => {
            Err(Trouble::Fault(Reason::new(Code::StatusRollback).expected(known).got(now)))
        }
        _ => Ok(()),
    }
}

/// The same demands as on the credential, but for those that are about what the relying party asked for. The list's own status
/// is not looked at, so this goes no deeper.
fn verify_list(document: &Document, context: &Context<'_>) -> Report {
    let policy =
        Policy { status: StatusDemand::Ignored, formats: Vec::new(), holder_binding: false, ..context.policy.clone() };
    let request = Request {
        input: Input::bytes(document.body.clone()),
        occasion: Occasion::at(context.occasion.now),
        policy: Arc::new(policy),
    };
    verify(&request, context.trust, context.evidence)
}

/// The one credential of the report, if it is accepted.
fn accepted_part(report: &Report) -> Result<&Part, Trouble> {
    match (report.verdict(), report.parts()) {
        ("accepted", [part]) if part.parts.is_empty() => Ok(part),
        ("accepted", _) => {
            Err(Trouble::Fault(Reason::new(Code::StatusMalformed).expected("one credential as status list")))
        }
        ("indeterminate", _) => {
            let mut locators: Vec<Locator> = report.missing().cloned().collect();
            locators.sort();
            locators.dedup();
            let first = report.first_reason().map_or("nothing", |reason| reason.code().as_str());
            Err(Trouble::Unknown(Reason::new(Code::StatusUnavailable).got(first), locators))
        }
        _ => {
            let is_late = report.reasons().all(|reason| reason.stage() == Stage::Validity);
            let first = report.first_reason().map_or("nothing", |reason| reason.code().as_str());
            let code = if is_late { Code::StatusExpired } else { Code::StatusUntrusted };
            Err(Trouble::Fault(Reason::new(code).got(first)))
        }
    }
}

fn claims_of(part: &Part) -> Value<'_> {
    let claims = part.disclosed().map(|disclosed| disclosed.claims).unwrap_or_default();
    let json = |(name, claim)| match claim {
        Claim::Json(value) => Some((name, value)),
        Claim::Cbor(_) | Claim::Text(_) => None,
    };
    Value::Object(claims.into_iter().filter_map(json).collect())
}

fn issuer_of(claims: &Value<'_>) -> String {
    let issuer = claims.member("issuer");
    let name = issuer.and_then(|issuer| issuer.as_str().or_else(|| issuer.member("id")?.as_str()));
    name.unwrap_or_default().to_owned()
}
