//! Status lists: each is verified here, one level deep, once for all credentials that name it.
//!
//! Nothing is asked for before the credential's own signature is right, by a key of somebody who may sign: a URL in a document
//! that nobody signed is anybody's, and so is one that anybody signed.

mod credential;
mod token;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::check::{Findings, Note};
use crate::credential::{Decoded, StatusEntry, StatusKind};
use crate::evidence::Document;
use crate::format::candidate::Candidate;
use crate::format::{Context, Format};
use crate::limits;
use crate::locator::{Locator, Wants};
use crate::policy::{Policy, StatusDemand};
use crate::reason::{Code, Reason, Stage};
use crate::time::Timestamp;
use crate::trust::Consulted;
use crate::verify::status_lists::token::Asker;

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
    /// For whose credentials it was verified, where that makes a difference.
    asked_by: Option<Asker>,
    found: Arc<Result<Usable, Trouble>>,
}

/// A list that counts.
enum Usable {
    /// One that is a credential itself.
    Credential(credential::Usable),
    /// One in a token of its own kind.
    Token(token::Usable),
}

/// Why a list is of no use.
enum Trouble {
    /// It is wrong.
    Fault(Reason),
    /// It could not be told, and these documents would help.
    Unknown(Reason, Vec<Locator>),
}

/// A credential whose signature is right, and by whom.
#[derive(Clone, Copy)]
pub(super) struct Referring<'r> {
    pub(super) format: &'static dyn Format,
    pub(super) decoded: &'r Decoded<'r>,
    pub(super) signer: &'r Candidate,
}

impl Usable {
    /// Entries that it rests on, and locators of the evidence looked at for it.
    fn rests_on(&self) -> (&[Consulted], &[String]) {
        match self {
            Usable::Credential(list) => (&list.consulted, &list.evidence),
            Usable::Token(list) => (&list.consulted, &list.evidence),
        }
    }
}

/// Stage Status without a look at any list; `true` when that is what the policy wants.
pub(super) fn is_ignored(context: &Context<'_>, findings: &mut Findings) -> bool {
    let is_ignored = context.policy.status == StatusDemand::Ignored;
    if is_ignored {
        findings.not_declared(Stage::Status);
        findings.note(Note::new("status.ignored", "The policy does not ask whether the credential is revoked."));
    }
    is_ignored
}

impl Lists {
    /// Stage Status of a credential that names status lists. The credential is signed rightly, by somebody who may.
    pub(super) fn check(
        &mut self,
        referring: Referring<'_>,
        context: &Context<'_>,
        findings: &mut Findings,
    ) -> Vec<Consulted> {
        findings.pass(Stage::Status);
        let mut consulted = Vec::new();
        for entry in &referring.decoded.status {
            if entry.kind == StatusKind::Other {
                findings.unknown(Reason::new(Code::StatusUnknownType), None);
                continue;
            }
            if context.evidence.document(&entry.list).is_some() {
                looked_at(std::slice::from_ref(&entry.list), findings);
            }
            match self.list_at(entry, referring, context).as_ref() {
                Ok(usable) => {
                    let (entries, evidence) = usable.rests_on();
                    consulted.extend(entries.iter().cloned());
                    looked_at(evidence, findings);
                    match usable {
                        Usable::Credential(list) => {
                            credential::judge(entry, list, referring.decoded.issuer.as_deref(), findings);
                        }
                        Usable::Token(list) => token::judge(entry, list, findings),
                    }
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

    fn list_at(
        &mut self,
        entry: &StatusEntry,
        referring: Referring<'_>,
        context: &Context<'_>,
    ) -> Arc<Result<Usable, Trouble>> {
        let (url, now) = (&entry.list, context.occasion.now);
        let asked_by = token::is_token(entry.kind).then(|| Asker::of(referring, entry.kind));
        let is_same = |held: &&Held| {
            held.url == *url && held.now == now && held.asked_by == asked_by && held.policy == *context.policy
        };
        if let Some(held) = self.held.iter().find(is_same) {
            return Arc::clone(&held.found);
        }
        let found = Arc::new(match asked_by {
            None => credential::list_of(url, context).map(Usable::Credential),
            Some(_) => token::list_of(entry, referring, context).map(Usable::Token),
        });
        if self.held.len() >= limits::STATUS_LISTS {
            self.held.pop_front();
        }
        self.held.push_back(Held {
            url: url.clone(),
            now,
            policy: context.policy.clone(),
            asked_by,
            found: Arc::clone(&found),
        });
        found
    }
}

/// Tells, once each, what evidence was looked at.
fn looked_at(urls: &[String], findings: &mut Findings) {
    for url in urls {
        if !findings.evidence.contains(url) {
            findings.evidence.push(url.clone());
        }
    }
}

/// The document at a list's URL, if it is at hand.
fn document_at<'c>(url: &str, wants: Wants, context: &Context<'c>) -> Result<&'c Document, Trouble> {
    let unavailable = || Reason::new(Code::StatusUnavailable);
    let Some(document) = context.evidence.document(url) else {
        let locator = Locator::new(url).ok_or_else(|| {
            Trouble::Fault(Reason::new(Code::StatusMalformed).expected("an https URL as place of the status list"))
        })?;
        return Err(Trouble::Unknown(unavailable(), vec![locator.wanting(wants)]));
    };
    if document.status != 200 {
        return Err(Trouble::Unknown(unavailable().got(format!("HTTP status {}", document.status)), Vec::new()));
    }
    Ok(document)
}

/// A copy older than the list's `ttl` (seconds) is as good as none: it must be fetched again.
fn check_age(ttl: Option<i64>, document: &Document, context: &Context<'_>) -> Result<(), Trouble> {
    let Some(ttl) = ttl else { return Ok(()) };
    let skew = i64::from(context.policy.clock_skew_seconds);
    if document.fetched_at.plus(ttl).plus(skew) >= context.occasion.now {
        return Ok(());
    }
    let reason = Reason::new(Code::StatusExpired).expected("a copy younger than its `ttl`").got(document.fetched_at);
    Err(Trouble::Unknown(reason, Locator::new(&document.locator).into_iter().collect()))
}

#[cfg(test)]
mod tests;
