//! Judges answers (OpenID4VP 1.0, 8.6): what each presentation is verified against, and what all of them come to.
//!
//! [`requests`] gives one question for each presentation; whoever has trust and evidence asks them; [`conclude`] puts the reports together.
//! A presentation that fails is told by itself, and refuses the whole. An answer with a proof that was made for another session is foreign
//! ([`Outcome::foreign`]). What the wallet says to be an answer to the query is looked at again, whole.

mod occasions;
mod transactions;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::check::{Check, Outcome as Found};
use crate::credential::Input;
use crate::encoding::json::{self, Value};
use crate::envelope::jws::peek_payload;
use crate::envelope::sd_jwt::SdJwt;
use crate::limits;
use crate::openid4vp::code::{Code, Refusal};
use crate::openid4vp::haip;
use crate::openid4vp::outcome::{Outcome, Presented, Row, Verdict};
use crate::openid4vp::response::{Answer, Shown};
use crate::openid4vp::session::Session;
use crate::policy::dcql::{CredentialQuery, Facts, Query};
use crate::policy::{KeyBindingDemand, Policy};
use crate::reason::{Code as ReasonCode, Reason};
use crate::report::{Part, Report};
use crate::time::Timestamp;
use crate::verify::Request;

/// One presentation, and the question that it is verified by.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The credential query that it answers.
    pub id: String,
    /// The question.
    pub request: Request,
    /// Rules of the protocol and its profile that the presentation breaks by its form.
    pub faults: Vec<Refusal>,
    /// `true` when its holder must prove to present it.
    pub needs_binding: bool,
    /// Which transactions of the session it has to approve.
    pub transactions: Vec<usize>,
}

/// The questions that an answer amounts to. `policy` is what the relying party demands of every credential.
///
/// # Errors
/// What refuses the answer as a whole: `vp.wallet_error`, `vp.dcql_unsatisfied` for ids that nobody asked for and for more presentations
/// than were. It belongs to the session all the same: [`Outcome::refused`] is its outcome.
pub fn requests(session: &Session, answer: &Answer, now: Timestamp, policy: &Policy) -> Result<Vec<Asked>, Refusal> {
    let shown = match answer {
        Answer::Error(error) => return Err(Refusal::new(Code::WalletError).got(error.name())),
        Answer::Shown(shown) => shown,
    };
    let query = session.query().ok_or_else(|| Refusal::new(Code::DcqlUnsatisfied))?;
    let approving = transactions::assigned(session, shown);
    let mut asked = Vec::new();
    for (id, texts) in &shown.presentations {
        let credential = query.credential(id).ok_or_else(|| {
            Refusal::new(Code::DcqlUnsatisfied).expected("ids of the query").got("a presentation for another id")
        })?;
        if texts.len() > 1 && !credential.multiple {
            return Err(Refusal::new(Code::DcqlUnsatisfied).expected("one presentation").got(texts.len()));
        }
        for (at, text) in texts.iter().enumerate() {
            let transactions = approving.iter().filter(|(_, place)| *place == (id.as_str(), at)).map(|(n, _)| *n);
            let transactions = transactions.collect();
            asked.push(one((session, &query), (credential, text), shown, (now, policy), transactions));
        }
    }
    Ok(asked)
}

fn one(
    (session, query): (&Session, &Query),
    (credential, text): (&CredentialQuery, &str),
    shown: &Shown,
    (now, policy): (Timestamp, &Policy),
    transactions: Vec<usize>,
) -> Asked {
    let needs_binding = credential.require_cryptographic_holder_binding;
    let mut policy = policy.clone();
    policy.key_binding = if needs_binding { KeyBindingDemand::Required } else { KeyBindingDemand::Ignored };
    let mut faults = Vec::new();
    if session.ask.is_haip() {
        haip::harden(&mut policy);
        faults = haip::check_presentation(credential, text);
    }
    let is_bound = needs_binding || proves_something(text);
    let mut occasion = occasions::occasion(session, (credential, is_bound), shown, now);
    occasion.dcql_query = query.only(&credential.id).map(|only| only.to_json());
    let sent = transactions.iter().filter_map(|at| session.transaction_data.get(*at).cloned());
    occasion.transaction_data = sent.collect();
    let format = match credential.format.answered_by {
        [only] => Some((*only).to_owned()),
        _ => None,
    };
    let input = Input { bytes: text.as_bytes().to_vec(), format };
    let request = Request { input, occasion, policy: Arc::new(policy) };
    Asked { id: credential.id.clone(), request, faults, needs_binding, transactions }
}

/// Whether a holder proves something in it, though nobody asked: then it must be for this session. A key binding JWT, or a presentation of
/// the W3C around its credentials.
fn proves_something(text: &str) -> bool {
    let is_presentation = |value: &Value<'_>| value.member("vp").is_some() || says_presentation(value.member("type"));
    // In the JSON serialisation it stands in one of several places; whatever looks like one is held to this session.
    if SdJwt::split(text).is_ok_and(|sd_jwt| sd_jwt.key_binding.is_some()) || text.contains("\"kb_jwt\"") {
        return true;
    }
    match json::decode(text.as_bytes()) {
        Ok(document) => is_presentation(&document),
        Err(_) => {
            peek_payload(text).is_some_and(|payload| json::decode(&payload).is_ok_and(|held| is_presentation(&held)))
        }
    }
}

fn says_presentation(types: Option<&Value<'_>>) -> bool {
    let is_it = |value: &Value<'_>| value.as_str().is_some_and(|name| name.ends_with("Presentation"));
    types.is_some_and(|types| is_it(types) || types.as_array().is_some_and(|all| all.iter().any(is_it)))
}

/// What the reports on these questions, in their order, come to.
pub fn conclude(session: &Session, asked: Vec<Asked>, reports: Vec<Report>, now: Timestamp) -> Outcome {
    let judged: Vec<Judged> = asked.into_iter().zip(reports).map(|(asked, report)| Judged::of(asked, report)).collect();
    let mut checks: Vec<Row> = Vec::new();
    checks.extend(wrong_sessions(session, &judged));
    let is_foreign = !checks.is_empty();
    for judged in &judged {
        checks.extend(judged.faults.iter().cloned().map(Row::Protocol));
    }
    let (unmet, is_met) = match session.query() {
        Some(query) => unmet(&query, &judged),
        None => (vec![Row::Protocol(Refusal::new(Code::DcqlUnsatisfied))], false),
    };
    let unapproved = transactions::unapproved(session, &judged);
    let (good, all) = (judged.iter().filter(|judged| judged.is_good()).count(), judged.len());
    // Deviation: 8.6 lets a verifier pass over presentations that it does not need. One that is not good refuses the whole here: who
    // shows something forged beside something good is not to be taken at their word.
    let is_answered = is_met && unapproved.is_empty() && !is_foreign && good == all;
    if good > 0 && good < all {
        checks.push(Row::Protocol(Refusal::new(Code::Partial).expected(all).got(good)));
    }
    checks.extend(unapproved.into_iter().map(Row::Protocol));
    checks.extend(unmet);
    checks.truncate(limits::FAULTS);
    let is_undecided = |judged: &Judged| judged.is_undecided() || judged.is_good();
    let verdict = match is_answered {
        true => Verdict::Accepted,
        false if !judged.is_empty() && !is_foreign && judged.iter().all(is_undecided) && good < all => {
            Verdict::Indeterminate
        }
        false => Verdict::Rejected,
    };
    Outcome {
        verdict,
        checks,
        presentations: judged.into_iter().map(|judged| Presented { id: judged.id, report: judged.report }).collect(),
        client_id: session.client_id.clone(),
        response_mode: session.ask.response_mode.name(),
        answered_at: now,
    }
}

/// A presentation and its report.
struct Judged {
    id: String,
    report: Report,
    faults: Vec<Refusal>,
    transactions: Vec<usize>,
}

impl Judged {
    fn of(asked: Asked, report: Report) -> Judged {
        let mut faults = asked.faults;
        faults.extend(shape_faults(&report, asked.needs_binding));
        Judged { id: asked.id, report, faults, transactions: asked.transactions }
    }

    fn is_good(&self) -> bool {
        self.faults.is_empty() && self.report.is_accepted()
    }

    fn is_undecided(&self) -> bool {
        self.faults.is_empty() && self.report.verdict() == "indeterminate"
    }

    fn has(&self, code: ReasonCode) -> bool {
        self.report.reasons().any(|reason| reason.code() == code)
    }

    /// The one credential that is shown.
    fn credential(&self) -> Option<&Part> {
        credential_of(&self.report)
    }
}

/// The credential itself, or the only one inside a presentation.
fn credential_of(report: &Report) -> Option<&Part> {
    let [part] = report.parts() else { return None };
    match (part.is_presentation, part.parts.as_slice()) {
        (false, _) => Some(part),
        (true, [inner]) => Some(inner),
        (true, _) => None,
    }
}

/// Each presentation shows one credential; and a credential of the W3C without a presentation around it proves no holder.
fn shape_faults(report: &Report, needs_binding: bool) -> Vec<Refusal> {
    let mut faults = Vec::new();
    // What could not be opened at all has its fault in the report.
    let documents =
        report.parts().iter().map(|part| if part.is_presentation { part.parts.len() } else { 1 }).sum::<usize>();
    if report.is_accepted() && documents != 1 {
        let fault = Refusal::new(Code::Malformed).expected("one credential in each presentation");
        faults.push(fault.got(documents));
    }
    let is_w3c = |part: &Part| part.format.is_some_and(|format| matches!(format.about().name, "vc_jwt" | "vc_di"));
    let is_bare = |part: &Part| is_w3c(part) && !part.is_presentation;
    if needs_binding && report.parts().iter().any(is_bare) {
        faults.push(Refusal::new(Code::HolderBinding).expected("a presentation").got("a credential without one"));
    }
    faults
}

/// What a replay or a relay shows as: a proof by the holder that was made for another nonce, another audience or another session. An mdoc
/// does not tell which: its device signed for this session, or it did not.
fn wrong_sessions(session: &Session, judged: &[Judged]) -> Vec<Row> {
    let any = |codes: &[ReasonCode]| judged.iter().any(|judged| codes.iter().any(|code| judged.has(*code)));
    let mut rows = Vec::new();
    if any(&[ReasonCode::VpNonce]) {
        let fault = Refusal::new(Code::Nonce).expected("the nonce of this request");
        rows.push(Row::Protocol(fault.got("another one, or none")));
    }
    if any(&[ReasonCode::ClaimAudience]) {
        let expected = if session.client_id.is_empty() { "origin: and the origin" } else { session.client_id.as_str() };
        rows.push(Row::Protocol(
            Refusal::new(Code::ClientId).expected(expected.to_owned()).got("another one, or none"),
        ));
    }
    if any(&[ReasonCode::MdocDeviceAuth, ReasonCode::VpSessionMismatch]) {
        let fault = Refusal::new(Code::SessionMismatch).expected("a proof by the device for this session");
        rows.push(Row::Protocol(fault.got("another one")));
    }
    rows
}

/// OpenID4VP 1.0, 6.4 and 8.6: what good presentations leave unanswered, and whether that is nothing.
fn unmet(query: &Query, judged: &[Judged]) -> (Vec<Row>, bool) {
    let good = judged.iter().filter(|judged| judged.is_good());
    let mut shown: Vec<(&str, Vec<&Facts>)> = Vec::new();
    for (id, facts) in good.filter_map(|judged| Some((judged.id.as_str(), judged.credential()?.facts()?))) {
        match shown.iter_mut().find(|(known, _)| *known == id) {
            Some((_, several)) => several.push(facts),
            None => shown.push((id, vec![facts])),
        }
    }
    let reasons = query.unmet(&shown);
    let is_met = reasons.is_empty() && !shown.is_empty();
    let row = |reason: Reason| Row::Query(Check { stage: reason.stage(), outcome: Found::Fail(reason) });
    (reasons.into_iter().map(row).collect(), is_met)
}
