//! Judging an answer: every presentation is verified, the whole is concluded, and the session gets its outcome. The first answer wins.

use crate::openid4vp::code::{Code, Refusal};
use crate::openid4vp::judge;
use crate::openid4vp::outcome::Outcome;
use crate::openid4vp::ports::Key;
use crate::openid4vp::response::Answer;
use crate::openid4vp::session::{Answered, Session, Stage};
use crate::service::openid4vp::desk::Desk;
use crate::service::openid4vp::kept::Kept;
use crate::service::problem::Kind;
use crate::service::state::Service;
use crate::service::vc_api::judging::report_on;

/// Times that a session may change under our hands: once when its request is fetched, and a few more.
const ATTEMPTS: usize = 4;

/// What became of an answer.
pub struct Judged {
    /// Whether the wallet did what it was asked: it showed what is accepted, or said that it will not.
    pub is_well: bool,
    /// Where the wallet is to send the browser.
    pub redirect_uri: Option<String>,
}

/// Why an answer was not taken.
pub enum NotTaken {
    /// The session was answered in the meantime, or has ended; or the answer was made for another one.
    Refused(Refusal),
    /// The fault is ours.
    Ours(Kind),
}

/// Judges an answer that belongs to this session, and keeps the outcome.
///
/// # Errors
/// [`NotTaken`]; the session is as it was then.
pub async fn take(service: &Service, kept: Kept, answer: &Answer) -> Result<Judged, NotTaken> {
    let desk = service.presentations().ok_or(NotTaken::Ours(Kind::NoClient))?;
    let outcome = outcome(service, &kept.content.session, answer).await.map_err(NotTaken::Ours)?;
    // A replay or a relay ends nobody's session: whoever has the request could send one.
    if let Some(refusal) = outcome.foreign() {
        return Err(NotTaken::Refused(refusal.clone()));
    }
    let Answered { redirect_uri, .. } = settled(service, desk, kept, &outcome).await?;
    service.metrics.session_became(verdict(&outcome));
    let is_well = outcome.is_accepted() || matches!(answer, Answer::Error(_));
    Ok(Judged { is_well, redirect_uri })
}

/// What the answer comes to.
async fn outcome(service: &Service, session: &Session, answer: &Answer) -> Result<Outcome, Kind> {
    let now = service.clock.now();
    let policy = session.ask.policy.as_ref().unwrap_or(&service.policy);
    let asked = match judge::requests(session, answer, now, policy) {
        Ok(asked) => asked,
        Err(refusal) => return Ok(Outcome::refused(session, refusal, now)),
    };
    let reports = asked.iter().map(|asked| report_on(service, asked.request.clone()));
    let reports = futures_util::future::try_join_all(reports).await?;
    Ok(judge::conclude(session, asked, reports, now))
}

/// Keeps the outcome with the session, if nobody was first.
async fn settled(service: &Service, desk: &Desk, mut kept: Kept, outcome: &Outcome) -> Result<Answered, NotTaken> {
    let ours = |problem: crate::service::problem::Problem| NotTaken::Ours(problem.kind());
    for _ in 0..ATTEMPTS {
        let now = service.clock.now();
        let session = kept.content.session.clone();
        let mut answered = session.answered(outcome, now).map_err(NotTaken::Refused)?;
        if !outcome.is_accepted() {
            answered.session.stage = without_code(answered.session.stage);
        }
        if desk.change(service, &kept, answered.session.clone()).await.map_err(ours)? {
            return Ok(answered);
        }
        let key = Key::Response(kept.row.response);
        let gone = || NotTaken::Refused(Refusal::new(Code::SessionConsumed));
        kept = desk.kept(service, key).await.map_err(ours)?.ok_or_else(gone)?;
    }
    Err(NotTaken::Ours(Kind::Overloaded))
}

/// A response code shows that whoever asks for the result is who presented. What is not accepted lets nobody in, and no browser comes back
/// from a wallet that was refused: the relying party reads why without a code.
fn without_code(stage: Stage) -> Stage {
    match stage {
        Stage::Answered { at, sealed, .. } => Stage::Answered { at, sealed, response_code: None },
        other => other,
    }
}

fn verdict(outcome: &Outcome) -> &'static str {
    match outcome.verdict {
        crate::openid4vp::outcome::Verdict::Accepted => "accepted",
        crate::openid4vp::outcome::Verdict::Rejected => "rejected",
        crate::openid4vp::outcome::Verdict::Indeterminate => "indeterminate",
    }
}
