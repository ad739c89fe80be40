//! Signatures: the jobs that one credential's signatures make, and what their answers amount to.
//!
//! A signature is right under any of the keys that may have made it; a credential with several needs all of them right.

use std::ops::Range;

use crate::check::{Findings, Note};
use crate::credential::{Opened, Signed, Vouched};
use crate::crypto::job::Job;
use crate::format::candidate::Candidate;
use crate::format::{Context, Keys};
use crate::policy::ControllerDemand;
use crate::reason::{Code, Reason, Stage};
use crate::trust::Consulted;

/// The signatures of one credential.
#[derive(Default)]
pub(super) struct Signatures {
    /// Entries that the keys rest on.
    pub(super) consulted: Vec<Consulted>,
    first: Option<Tried>,
    more: Vec<Tried>,
}

/// One signature: the keys to try, and where the answers stand.
struct Tried {
    candidates: Vec<Candidate>,
    /// The answers, one for each candidate.
    any: Range<usize>,
    /// The answers for what the signature vouches for.
    all: Range<usize>,
    /// The answers for proofs that the holder of the key that it vouches for shows it.
    holder: Range<usize>,
}

impl Signatures {
    /// Stage Key for every signature, and their jobs.
    pub(super) fn draft<'a>(
        opened: &'a Opened<'_>,
        keys: impl Fn(&Signed) -> Keys,
        context: &Context<'_>,
        findings: &mut Findings,
        jobs: &mut Vec<Job<'a>>,
    ) -> Signatures {
        let mut signatures = Signatures::default();
        let first = signatures.add(&opened.signed, keys(&opened.signed), findings, jobs);
        signatures.first = Some(first);
        for signed in &opened.more {
            let tried = signatures.add(signed, keys(signed), findings, jobs);
            signatures.consulted.extend(tried.candidates.iter().filter_map(|candidate| candidate.whose.consulted()));
            signatures.more.push(tried);
        }
        if signatures.all().all(|tried| !tried.candidates.is_empty()) {
            findings.pass(Stage::Key);
        }
        signatures.check_controllers(context, findings);
        signatures
    }

    /// One job for each key that may have signed and fits the algorithm.
    fn add<'a>(
        &mut self,
        signed: &'a Signed,
        mut keys: Keys,
        findings: &mut Findings,
        jobs: &mut Vec<Job<'a>>,
    ) -> Tried {
        keys.faults.drain(..).for_each(|reason| findings.fail(reason));
        findings.evidence.append(&mut keys.evidence);
        keys.notes.drain(..).for_each(|note| findings.note(note));
        if let Some((reason, locator)) = keys.missing.take() {
            findings.unknown(reason, locator);
        }
        self.consulted.append(&mut keys.consulted);
        let start = jobs.len();
        let mut tried = Tried { candidates: Vec::new(), any: start..start, all: start..start, holder: start..start };
        let Some(algorithm) = signed.algorithm else {
            self.consulted.extend(keys.candidates.iter().filter_map(|candidate| candidate.whose.consulted()));
            return tried;
        };
        let had_any = !keys.candidates.is_empty();
        tried.candidates = keys.candidates;
        tried.candidates.retain(|candidate| {
            let fitting = algorithm.for_key(candidate.key());
            jobs.extend(fitting.map(|algorithm| Job {
                algorithm,
                key: candidate.key().clone(),
                message: &signed.message,
                signature: &signed.signature,
                statements: signed.statements.as_deref(),
                older: signed.older.as_deref(),
            }));
            if fitting.is_none() {
                self.consulted.extend(candidate.whose.consulted());
            }
            fitting.is_some()
        });
        tried.any = start..jobs.len();
        if had_any && tried.candidates.is_empty() {
            let code = if signed.is_cose() { Code::CoseAlgKeyMismatch } else { Code::JoseAlgKeyMismatch };
            findings.fail(Reason::new(code).got(algorithm.name()));
            return tried;
        }
        let mut vouched = |is_of_holder: bool| {
            let start = jobs.len();
            jobs.extend(signed.vouched.iter().filter(|it| it.is_of_holder == is_of_holder).map(Vouched::job));
            start..jobs.len()
        };
        tried.all = vouched(false);
        tried.holder = vouched(true);
        tried
    }

    /// Somebody else's key signs for nobody but itself: one signature at least must be by a key of the issuer (or holder).
    fn check_controllers(&self, context: &Context<'_>, findings: &mut Findings) {
        let foreign = |tried: &Tried| tried.candidates.iter().any(|candidate| candidate.is_foreign);
        if !self.all().any(foreign) {
            return;
        }
        let own = |tried: &Tried| tried.candidates.iter().any(|candidate| !candidate.is_foreign);
        if !self.all().any(own) && context.policy.controllers == ControllerDemand::Reject {
            return findings.fail(Reason::new(Code::DiVmController).expected("a key of the issuer or holder"));
        }
        findings.note(Note::new(
            "di.other_controller",
            "A key that signed is controlled by somebody other than the issuer or holder.",
        ));
    }

    /// Stage Signature: passes when every signature is right. The signer is that of the first.
    pub(super) fn judge(&mut self, answers: &[Result<(), Reason>], findings: &mut Findings) -> Option<Candidate> {
        let mut signer = None;
        for (at, tried) in self.all().enumerate() {
            let any = answers.get(tried.any.clone()).unwrap_or_default();
            let all = answers.get(tried.all.clone()).unwrap_or_default();
            let right = any.iter().position(Result::is_ok).filter(|place| *place < tried.candidates.len());
            let faults = if right.is_none() { any.first() } else { None };
            let faults = faults.into_iter().chain(all).filter_map(|answer| answer.as_ref().err());
            let before = findings.is_faulty(Stage::Signature);
            faults.take(1).for_each(|reason| findings.fail(reason.clone()));
            if answers.get(tried.holder.clone()).unwrap_or_default().iter().any(Result::is_err) {
                findings.fail(Reason::new(Code::SdjwtKbKey));
            }
            match right {
                Some(right) if !before && !findings.is_faulty(Stage::Signature) => {
                    if at == 0 {
                        signer = Some(right);
                    }
                }
                _ => return None,
            }
        }
        // Taken, not cloned: threads that verify one signer's credentials would meet at its counts of owners.
        let signer = signer.and_then(|right| Some(self.first.as_mut()?.candidates.swap_remove(right)));
        if signer.is_some() {
            findings.pass(Stage::Signature);
        }
        signer
    }

    /// The first key that was tried, whether it signed or not.
    pub(super) fn first(self) -> Option<Candidate> {
        self.first?.candidates.into_iter().next()
    }

    fn all(&self) -> impl Iterator<Item = &Tried> {
        self.first.iter().chain(&self.more)
    }
}
