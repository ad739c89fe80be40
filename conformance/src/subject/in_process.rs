//! The subject `in-process`: the library, called directly.

use std::sync::Arc;
use std::time::Duration;

use vidimus::credential::Input;
use vidimus::evidence::{Document, Evidence};
use vidimus::occasion::Occasion;
use vidimus::policy::Policy;
use vidimus::reason::Reason;
use vidimus::report::Report;
use vidimus::time::Timestamp;
use vidimus::trust::Trust;
use vidimus::trust::entry::Entry;
use vidimus::verify::{Request, verify};

use super::{Reply, Subject};
use crate::question::{Answer, Question};

/// The library itself.
pub struct InProcess;

impl Subject for InProcess {
    fn ask(&self, question: &Question, _limit: Duration) -> Reply {
        match judge(question) {
            Ok(report) => Reply::Answer(Box::new(answer_of(&report))),
            Err(sentence) => Reply::Crash(sentence),
        }
    }

    fn is_in_process(&self) -> bool {
        true
    }
}

/// The library's report on a question.
///
/// # Errors
/// A sentence, when the question itself is malformed: a policy or trust entry that the library does not read, a broken time.
pub fn judge(question: &Question) -> Result<Report, String> {
    let (request, trust, evidence) = request_of(question)?;
    Ok(verify(&request, &trust, &evidence))
}

/// The question in the library's own terms.
///
/// # Errors
/// A sentence, when the question itself is malformed.
pub fn request_of(question: &Question) -> Result<(Request, Trust, Evidence), String> {
    let entries: Vec<Entry> = question
        .trust
        .iter()
        .map(|entry| serde_json::from_value(entry.clone()).map_err(|error| format!("trust: {error}")))
        .collect::<Result<_, _>>()?;
    let (trust, _problems) = Trust::from_entries(entries);
    let policy: Policy = if question.policy.is_null() {
        Policy::default()
    } else {
        serde_json::from_value(question.policy.clone()).map_err(|error| format!("policy: {error}"))?
    };
    let occasion = Occasion {
        now: time(&question.occasion.now)?,
        types: question.occasion.types.clone(),
        nonce: question.occasion.nonce.clone(),
        audience: question.occasion.audience.clone(),
        transaction_data: question.occasion.transaction_data.clone(),
        identity: question.occasion.identity.clone(),
        status_reference: question.occasion.status_reference.as_ref().map(ToString::to_string),
        session: question.occasion.session()?,
        elements: question.occasion.elements.clone(),
        dcql_query: question.occasion.dcql_query.as_ref().map(ToString::to_string),
    };
    let mut input = Input::bytes(question.input.to_bytes()?);
    input.format.clone_from(&question.input.format);
    let mut evidence = Evidence::none();
    for document in &question.evidence {
        evidence.insert(Document {
            locator: document.locator.clone(),
            status: document.status,
            fetched_at: document.fetched_at.as_deref().map_or(Ok(occasion.now), time)?,
            body: document.to_bytes()?,
        });
    }
    Ok((Request { input, occasion, policy: Arc::new(policy) }, trust, evidence))
}

/// The answer that a report amounts to.
pub fn answer_of(report: &Report) -> Answer {
    let codes: Vec<String> = report.reasons().map(|reason| reason.code().as_str().to_owned()).collect();
    let first = report.first_reason();
    Answer {
        verdict: report.verdict().to_owned(),
        stage: first.map(|reason: &Reason| reason.stage().name().to_owned()),
        reason: first.map(|reason| reason.code().as_str().to_owned()),
        codes,
        claims: match report.parts() {
            [part] => part.claims(),
            _ => None,
        },
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::from_rfc3339(text).ok_or_else(|| format!("`{text}` is not an RFC 3339 time"))
}
