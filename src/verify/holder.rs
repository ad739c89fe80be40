//! The holder's own proof: the job that it makes, and what its answer amounts to.

use crate::check::Findings;
use crate::credential::{HolderProof, Opened};
use crate::crypto::job::Job;
use crate::format::{Context, Format};
use crate::reason::{Code, Reason, Stage};

/// What an envelope brings to show that its holder presents it.
pub(super) struct HolderCheck<'a> {
    opened: &'a Opened<'a>,
    /// Where the answer stands, of a signature.
    job: Option<usize>,
}

impl<'a> HolderCheck<'a> {
    /// The check of this envelope, with its job among the others.
    pub(super) fn draft(opened: &'a Opened<'_>, jobs: &mut Vec<Job<'a>>) -> Self {
        let job = match &opened.holder_proof {
            HolderProof::Signature(proof) => {
                jobs.push(proof.job());
                Some(jobs.len().saturating_sub(1))
            }
            _ => None,
        };
        HolderCheck { opened, job }
    }

    /// Stage Holder, of a credential whose holder proves it by a key of their own.
    pub(super) fn judge(
        &self,
        format: &dyn Format,
        answers: &[Result<(), Reason>],
        context: &Context<'_>,
        findings: &mut Findings,
    ) {
        match &self.opened.holder_proof {
            HolderProof::NotDeclared => {}
            HolderProof::Mismatch => format.judge_wrong_holder(self.opened, context, findings),
            HolderProof::Right => findings.pass(Stage::Holder),
            HolderProof::Untold(reason) => findings.unknown(reason.clone(), None),
            HolderProof::Wrong(reasons) => reasons.iter().for_each(|reason| findings.fail(reason.clone())),
            HolderProof::Signature(_) => match self.job.and_then(|job| answers.get(job)) {
                Some(Ok(())) => findings.pass(Stage::Holder),
                Some(Err(_)) => format.judge_wrong_holder(self.opened, context, findings),
                None => findings.fail(Reason::new(Code::VpHolderBinding)),
            },
        }
    }
}
