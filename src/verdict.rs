//! The verdict, and the one place where acceptance is made: from every stage, or not at all.

use crate::check::{Check, Outcome};
use crate::policy::{Policy, StatusDemand};
use crate::reason::Stage;

/// What it comes to.
#[derive(Debug)]
pub enum Verdict {
    /// Every stage passed.
    Accepted(Accepted),
    /// Something is wrong; the checks say what.
    Rejected,
    /// It could not be told; the checks say what is missing. Never acceptance.
    Indeterminate,
}

/// Proof that every stage passed. Nobody outside this file can make one.
#[derive(Debug)]
pub struct Accepted(());

impl Verdict {
    /// The verdict that these checks amount to: rejected when one failed, accepted when every stage passed or had nothing to
    /// look at where the policy permits that, else indeterminate.
    pub fn of(checks: &[Check], policy: &Policy) -> Verdict {
        if checks.iter().any(|check| matches!(check.outcome, Outcome::Fail(_))) {
            return Verdict::Rejected;
        }
        if Stage::ALL.into_iter().all(|stage| is_settled(stage, checks, policy)) {
            Verdict::Accepted(Accepted(()))
        } else {
            Verdict::Indeterminate
        }
    }

    /// `accepted`, `rejected` or `indeterminate`.
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Accepted(_) => "accepted",
            Verdict::Rejected => "rejected",
            Verdict::Indeterminate => "indeterminate",
        }
    }
}

/// A stage without a row is not settled: silence never passes.
fn is_settled(stage: Stage, checks: &[Check], policy: &Policy) -> bool {
    let mut rows = checks.iter().filter(|check| check.stage == stage).peekable();
    rows.peek().is_some()
        && rows.all(|check| match check.outcome {
            Outcome::Pass => true,
            Outcome::NotDeclared => may_be_undeclared(stage, policy),
            Outcome::Fail(_) | Outcome::Unknown(..) | Outcome::NotReached => false,
        })
}

fn may_be_undeclared(stage: Stage, policy: &Policy) -> bool {
    match stage {
        Stage::Digests | Stage::Holder => true,
        Stage::Status => policy.status != StatusDemand::Required,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_pass() -> Vec<Check> {
        Stage::ALL.into_iter().map(|stage| Check { stage, outcome: Outcome::Pass }).collect()
    }

    #[test]
    fn accepts_only_when_every_stage_is_there() {
        let policy = Policy::default();
        assert_eq!(Verdict::of(&all_pass(), &policy).name(), "accepted");
        for missing in 0..Stage::ALL.len() {
            let mut checks = all_pass();
            checks.remove(missing);
            assert_eq!(Verdict::of(&checks, &policy).name(), "indeterminate");
            let mut checks = all_pass();
            checks[missing].outcome = Outcome::NotReached;
            assert_eq!(Verdict::of(&checks, &policy).name(), "indeterminate");
        }
        assert_eq!(Verdict::of(&[], &policy).name(), "indeterminate");
    }
}
