//! What every W3C format judges alike once its envelope is open: digests, times, a status that is not declared, badges.

use crate::check::{Findings, Note};
use crate::credential::Decoded;
use crate::encoding::json::Value;
use crate::format::vc::{open_badges, related};
use crate::format::{Context, declare_no_status};
use crate::policy::StatusDemand;
use crate::reason::{Code, Reason, Stage};

/// Stages Digests, Validity, Status (of a credential that names no list), Holder (of a badge) and Policy.
pub fn judge(document: &Value<'_>, decoded: &Decoded<'_>, context: &Context<'_>, findings: &mut Findings) {
    let at_hand = |url: &str| {
        let fetched = || context.evidence.document(url).filter(|document| document.status == 200);
        context.trust.contexts().document(url).or_else(|| Some(fetched()?.body.as_slice()))
    };
    related::check_digests(document, at_hand, context.policy.strict, findings);
    check_times(decoded, context, findings);
    if decoded.is_presentation && context.policy.status == StatusDemand::Required {
        // A presentation has no status; each of its credentials is asked for one.
        findings.pass(Stage::Status);
    } else if decoded.status.is_empty() {
        declare_no_status(context, findings);
    }
    open_badges::check(document, context.occasion.identity.as_deref(), findings);
    if document.member("credentialSchema").is_some() {
        let sentence = "The credential names a schema for its contents; it is neither fetched nor checked.";
        findings.note(Note::new("vc.credential_schema", sentence));
    }
    findings.pass(Stage::Policy);
}

/// Stage Validity: now is from `validFrom` on and before `validUntil`, give or take the clock skew. A credential need not say
/// either.
fn check_times(decoded: &Decoded<'_>, context: &Context<'_>, findings: &mut Findings) {
    let now = context.occasion.now;
    let skew = i64::from(context.policy.clock_skew_seconds);
    findings.pass(Stage::Validity);
    if let Some(begins) = decoded.not_before.filter(|begins| now.plus(skew) < *begins) {
        findings.fail(Reason::new(Code::TimeNotYetValid).expected(begins).got(now));
    }
    if let Some(ends) = decoded.expires.filter(|ends| now.plus(-skew) >= *ends) {
        findings.fail(Reason::new(Code::TimeExpired).expected(ends).got(now));
    }
}
