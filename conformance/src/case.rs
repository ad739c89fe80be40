//! Cases: one thing to find out, and what is right.

use std::sync::Arc;

use crate::question::{Answer, Question};
use crate::results::Outcome;
use crate::vector::Expect;

/// One case of a set.
pub struct Case {
    /// `<set>/<case>`.
    pub id: String,
    /// What to do.
    pub work: Work,
    /// The accepted vector from which this one differs, by id.
    pub parent: Option<String>,
    /// `true` when the set itself lists the case among its known faults.
    pub is_anomaly: bool,
}

/// What to do to settle a case.
pub enum Work {
    /// Put a question before the subject.
    Ask(Box<Question>, Right),
    /// Call the library. Only for the subject `in-process`.
    Call(Arc<dyn Fn() -> Found + Send + Sync>),
    /// Nothing, for this reason.
    Skip(String),
}

/// Which answers are right.
#[derive(Clone, Debug)]
pub enum Right {
    /// Exactly this one: verdict, and stage, reason and claims where the subject tells them.
    Exactly(Expect),
    /// `accepted`.
    Accepted,
    /// Anything but `accepted`.
    NotAccepted,
    /// Anything but `accepted`, with one of these codes among the faults where the subject tells codes.
    NotAcceptedFor(Vec<String>),
    /// Anything but `accepted`, with this code first among the reasons where the subject tells them.
    RefusedFor(String),
    /// `accepted`, or refused for these codes alone.
    AcceptedBut(&'static [&'static str]),
    /// Any verdict: the set has none, but the subject must give one.
    Any,
}

/// What a library call found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// As it should be.
    Right,
    /// Not as it should be: what was expected and what came.
    Wrong(String),
    /// It could not be tried, for this reason.
    Untried(String),
}

impl Found {
    /// Right when `got` is what is due; `what` names the thing in the sentence.
    pub fn when(due: bool, got: bool, what: impl FnOnce() -> String) -> Found {
        if due == got {
            return Found::Right;
        }
        let words = |ok| if ok { "success" } else { "failure" };
        let told = what();
        let told = if told.is_empty() { told } else { format!(": {told}") };
        Found::Wrong(format!("expected {}, got {}{told}", words(due), words(got)))
    }

    /// The outcome and its sentence.
    pub fn into_outcome(self) -> (Outcome, String) {
        match self {
            Found::Right => (Outcome::Pass, String::new()),
            Found::Wrong(detail) => (Outcome::Fail, detail),
            Found::Untried(reason) => (Outcome::Skip, reason),
        }
    }
}

impl Case {
    /// A case that asks the subject.
    pub fn ask(id: String, question: Question, right: Right) -> Self {
        Case { id, work: Work::Ask(Box::new(question), right), parent: None, is_anomaly: false }
    }

    /// A case that calls the library.
    pub fn call(id: String, call: impl Fn() -> Found + Send + Sync + 'static) -> Self {
        Case { id, work: Work::Call(Arc::new(call)), parent: None, is_anomaly: false }
    }

    /// A case that is not run.
    pub fn skip(id: String, reason: impl Into<String>) -> Self {
        Case { id, work: Work::Skip(reason.into()), parent: None, is_anomaly: false }
    }

    /// The set: the part of the id before the first slash.
    pub fn set(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }
}

impl Right {
    /// `None` when the answer is right, else what was expected and what came.
    pub fn fault(&self, answer: &Answer) -> Option<String> {
        let verdict = answer.verdict.as_str();
        let told = || {
            let codes = if answer.codes.is_empty() {
                answer.reason.clone().into_iter().collect()
            } else {
                answer.codes.clone()
            };
            if codes.is_empty() { verdict.to_owned() } else { format!("{verdict} ({})", codes.join(", ")) }
        };
        match self {
            Right::Exactly(expect) => fault_of(expect, answer).map(|fault| format!("{fault}; got {}", told())),
            Right::Any => None,
            Right::Accepted => (verdict != "accepted").then(|| format!("expected accepted, got {}", told())),
            Right::NotAccepted => (verdict == "accepted").then(|| "expected not accepted, got accepted".to_owned()),
            Right::NotAcceptedFor(due) => {
                let known = answer.codes.is_empty() || answer.codes.iter().any(|code| due.contains(code));
                (verdict == "accepted" || !known).then(|| format!("expected {}, got {}", due.join(" or "), told()))
            }
            Right::RefusedFor(code) => {
                let is_other = answer.reason.as_ref().is_some_and(|first| first != code);
                (verdict == "accepted" || is_other).then(|| format!("expected a refusal for {code}, got {}", told()))
            }
            Right::AcceptedBut(codes) => {
                let known = !answer.codes.is_empty() && answer.codes.iter().all(|code| codes.contains(&code.as_str()));
                (verdict != "accepted" && !known)
                    .then(|| format!("expected accepted, or only {}, got {}", codes.join(", "), told()))
            }
        }
    }
}

fn fault_of(expect: &Expect, answer: &Answer) -> Option<String> {
    if expect.verdict != answer.verdict {
        return Some(format!("expected {}", shown(expect)));
    }
    // What the subject does not tell binds it to nothing.
    if answer.stage.is_some() && answer.stage != expect.stage {
        return Some(format!("expected {}, got stage {}", shown(expect), answer.stage.as_deref().unwrap_or("-")));
    }
    if answer.reason.is_some() && answer.reason != expect.reason {
        return Some(format!("expected {}, got reason {}", shown(expect), answer.reason.as_deref().unwrap_or("-")));
    }
    match (&expect.claims, &answer.claims) {
        (Some(due), Some(got)) if due != got => Some("expected other claims".to_owned()),
        _ => None,
    }
}

fn shown(expect: &Expect) -> String {
    match (&expect.stage, &expect.reason) {
        (Some(stage), Some(reason)) => format!("{} at {stage} for {reason}", expect.verdict),
        _ => expect.verdict.clone(),
    }
}
