//! Signers that bring their certificates along (`x5c` of JOSE, `x5chain` of COSE): who they are, by the authorities of the snapshot.
//!
//! A certificate in a message proves nothing by itself: it counts because it leads to an authority that the operator trusts, or
//! because the operator listed the signer's own certificate. What a format demands of such certificates beside that (their use, their
//! country, their span) is its own to check.

use std::sync::Arc;

use crate::crypto::digest::sha256;
use crate::format::candidate::Whose;
use crate::format::{Context, Keys};
use crate::policy::Environment;
use crate::reason::{Code, Reason};
use crate::trust::chains::{Chained, Question};
use crate::trust::x509::Certificate;
use crate::trust::{Consulted, Signer};

/// The signer whose certificates these are (DER, the signer's own first).
///
/// A chain that was sound when its signer began, and is not now, gives its signer and the fault: the report can then name the rest too.
pub fn by_chain(format: &str, sent: &[Vec<u8>], context: &Context<'_>) -> Keys {
    let now = context.occasion.now;
    if let Some(keys) = listed(format, sent, context) {
        return keys;
    }
    let question = Question { format, environment: context.policy.environment, sent, now };
    match context.trust.chained(&question) {
        Ok(chained) => of_chained(chained, Vec::new()),
        Err(reason) if reason.code() == Code::X509Expired => late(&question, reason, context),
        Err(reason) if reason.code() == Code::X509UntrustedRoot => {
            Keys::none(elsewhere(&question, context).unwrap_or(reason))
        }
        Err(reason) => Keys::none(reason),
    }
}

fn of_chained(chained: Arc<Chained>, faults: Vec<Reason>) -> Keys {
    let consulted = vec![Consulted::Anchor(chained.anchor.clone())];
    Keys { candidates: vec![Whose::Chained(chained).into()], faults, consulted, ..Keys::default() }
}

/// The signer whose very certificate stands on a list. Its standing and its times are judged by the format (`signers::check_standing`).
fn listed(format: &str, sent: &[Vec<u8>], context: &Context<'_>) -> Option<Keys> {
    let leaf = sent.first()?;
    let is_it = |signer: &&Arc<Signer>| {
        signer.environment == context.policy.environment
            && signer.formats.iter().any(|name| name == format)
            && signer.certificate.as_ref().is_some_and(|certificate| certificate.der() == leaf.as_slice())
    };
    let signer = context.trust.signers(sha256(leaf).get(..8)?).iter().find(is_it)?;
    let consulted = vec![Consulted::Signer(signer.clone())];
    Some(Keys { candidates: vec![Whose::Listed(signer.clone()).into()], consulted, ..Keys::default() })
}

/// A chain that is not valid now: was it sound at the moment in the signer's time that is nearest to now?
fn late(question: &Question<'_>, reason: Reason, context: &Context<'_>) -> Keys {
    let leaf = question.sent.first().and_then(|der| Certificate::from_der(der).ok());
    let then = leaf.map(|leaf| question.now.min(leaf.not_after()).max(leaf.not_before()));
    let chained = then.and_then(|now| context.trust.chained(&Question { now, ..*question }).ok());
    match chained {
        Some(chained) => of_chained(chained, vec![reason]),
        None => Keys::none(reason),
    }
}

/// An authority of the other environment is a fault of its own.
fn elsewhere(question: &Question<'_>, context: &Context<'_>) -> Option<Reason> {
    let environment = match question.environment {
        Environment::Production => Environment::Test,
        Environment::Test => Environment::Production,
    };
    context.trust.chained(&Question { environment, ..*question }).ok()?;
    Some(Reason::new(Code::TrustEnvironment).expected(question.environment.name()).got(environment.name()))
}

#[cfg(test)]
mod tests;
