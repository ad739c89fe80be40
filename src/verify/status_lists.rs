//! Status lists: each is a credential itself, verified here, one level deep, once for all credentials that name it.
//!
//! Nothing is asked for before the credential's own signature is right, by a key of somebody who may sign: a URL in a document
//! that nobody signed is anybody's, and so is one that anybody signed.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::check::{Findings, Note};
use crate::credential::{Decoded, Input, StatusEntry, StatusKind};
use crate::encoding::json::Value;
use crate::evidence::Document;
use crate::format::{Claim, Context};
use crate::limits;
use crate::locator::Locator;
use crate::occasion::Occasion;
use crate::policy::{Policy, StatusDemand};
use crate::reason::{Code, Reason, Stage};
use crate::report::{Part, Report};
use crate::status::bitstring::{BitstringList, Meaning};
use crate::time::Timestamp;
use crate::trust::Consulted;
use crate::verify::{Request, verify};

/// The lists verified so far in this run, the latest ones.
#[derive(Default)]
pub(super) struct Lists {
    held: VecDeque<Held>,
}

/// What came of one list, and what that depends on beside trust and evidence, which a run shares.
struct Held {
    url: String,
    now: Timestamp,
    policy: Policy,
    found: Arc<Result<Usable, Trouble>>,
}

/// A list that was accepted as a credential.
struct Usable {
    list: BitstringList,
    issuer: String,
    consulted: Vec<Consulted>,
    evidence: Vec<String>,
}

/// Why a list is of no use.
enum Trouble {
    /// It is wrong.
    Fault(Reason),
    /// It could not be told, and these documents would help.
    Unknown(Reason, Vec<Locator>),
}

impl Lists {
    /// Stage Status of a credential that names status lists.
    pub(super) fn check(
        &mut self,
        decoded: &Decoded<'_>,
        is_trusted: bool,
        context: &Context<'_>,
        findings: &mut Findings,
    ) -> Vec<Consulted> {
        if context.policy.status == StatusDemand::Ignored {
            findings.not_declared(Stage::Status);
            findings.note(Note::new("status.ignored", "The policy does not ask whether the credential is revoked."));
            return Vec::new();
        }
        // Nothing marks the stage: not reached, so never accepted.
        if !is_trusted {
            return Vec::new();
        }
        findings.pass(Stage::Status);
        let mut consulted = Vec::new();
        for entry in &decoded.status {
            if !matches!(entry.kind, StatusKind::Bitstring | StatusKind::StatusList2021) {
                findings.unknown(Reason::new(Code::StatusUnknownType), None);
                continue;
            }
            if context.evidence.document(&entry.list).is_some() && !findings.evidence.contains(&entry.list) {
                findings.evidence.push(entry.list.clone());
            }
            match self.list_at(&entry.list, context).as_ref() {
                Ok(usable) => {
                    consulted.extend(usable.consulted.iter().cloned());
                    judge(entry, usable, decoded.issuer.as_deref(), findings);
                }
                Err(Trouble::Fault(reason)) => findings.fail(reason.clone()),
                Err(Trouble::Unknown(reason, locators)) if locators.is_empty() => {
                    findings.unknown(reason.clone(), None)
                }
                Err(Trouble::Unknown(reason, locators)) => {
                    locators.iter().for_each(|locator| findings.unknown(reason.clone(), Some(locator.clone())));
                }
            }
        }
        consulted
    }

    fn list_at(&mut self, url: &str, context: &Context<'_>) -> Arc<Result<Usable, Trouble>> {
        let now = context.occasion.now;
        let is_same = |held: &&Held| held.url == url && held.now == now && held.policy == *context.policy;
        if let Some(held) = self.held.iter().find(is_same) {
            return Arc::clone(&held.found);
        }
        let found = Arc::new(list_of(url, context));
        if self.held.len() >= limits::STATUS_LISTS {
            self.held.pop_front();
        }
        self.held.push_back(Held {
            url: url.to_owned(),
            now,
            policy: context.policy.clone(),
            found: Arc::clone(&found),
        });
        found
    }
}

/// What the list says of the credential. Only the credential's own issuer may say anything.
fn judge(entry: &StatusEntry, usable: &Usable, issuer: Option<&str>, findings: &mut Findings) {
    for url in &usable.evidence {
        if !findings.evidence.contains(url) {
            findings.evidence.push(url.clone());
        }
    }
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
fn list_of(url: &str, context: &Context<'_>) -> Result<Usable, Trouble> {
    let unavailable = || Reason::new(Code::StatusUnavailable);
    let Some(document) = context.evidence.document(url) else {
        let locator = Locator::new(url).ok_or_else(|| {
            Trouble::Fault(Reason::new(Code::StatusMalformed).expected("an https URL as `statusListCredential`"))
        })?;
        return Err(Trouble::Unknown(unavailable(), vec![locator]));
    };
    if document.status != 200 {
        return Err(Trouble::Unknown(unavailable().got(format!("HTTP status {}", document.status)), Vec::new()));
    }
    let report = verify_list(document, context);
    let part = accepted_part(&report)?;
    let claims = claims_of(part);
    if claims.member("credentialStatus").is_some() {
        return Err(Trouble::Fault(Reason::new(Code::StatusDepth)));
    }
    let list = BitstringList::decode(&claims).map_err(Trouble::Fault)?;
    check_age(&list, document, url, context)?;
    Ok(Usable {
        list,
        issuer: issuer_of(&claims),
        consulted: report.consulted().cloned().collect(),
        evidence: part.evidence.iter().map(|used| used.locator.clone()).collect(),
    })
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

/// A copy older than the list's `ttl` is as good as none: it must be fetched again.
fn check_age(list: &BitstringList, document: &Document, url: &str, context: &Context<'_>) -> Result<(), Trouble> {
    let Some(ttl_ms) = list.ttl_ms else { return Ok(()) };
    let skew = i64::from(context.policy.clock_skew_seconds);
    let ends = document.fetched_at.plus(ttl_ms / 1000).plus(skew);
    if ends >= context.occasion.now {
        return Ok(());
    }
    let reason = Reason::new(Code::StatusExpired).expected("a copy younger than its `ttl`").got(document.fetched_at);
    Err(Trouble::Unknown(reason, Locator::new(url).into_iter().collect()))
}

#[cfg(test)]
mod tests;
