//! Bench work: the pieces of work that are measured.

use std::hint::black_box;

use crate::cli::bench::case::{Case, Choice};
use crate::cli::bench::cases::open;
use crate::cli::bench::graphs::{Graphs, graphs_of};
use crate::cli::bench::signatures::Signatures;
use crate::cli::trouble::Trouble;
use crate::credential::Opened;
use crate::crypto::baseline::{Bare, BareCheck, bare_check};
use crate::crypto::checker::{Checker, Settings};
use crate::crypto::job::Job;
use crate::evidence::Evidence;
use crate::format::glance::Room;
use crate::format::{Context, pieces};
use crate::trust::Trust;
use crate::verify::{Request, verify, verify_batch};

/// Bytes of the message that the bare checks are about: an EU DCC signs some 400.
const BASELINE_BYTES: usize = 400;

/// What is repeated.
pub(super) enum Work<'c> {
    /// A bare signature check by `ring`.
    Bare(&'c BareCheck),
    /// From text to everything that the credential says.
    Decode(&'c Case),
    /// Document and proof configuration to RDF, of a step of decoding.
    Expand(&'c Measured<'c>),
    /// Both of them, as RDF, to canonical lines.
    Canonicalise(&'c Measured<'c>),
    /// The signature check alone, as verification does it: that many in one call.
    Signature(&'c Measured<'c>, usize),
    /// Signatures without a credential, that many in one call.
    Bulk(&'c Jobs<'c>, usize),
    /// A whole verification, one at a time.
    One(&'c Case),
    /// That many verifications in one call.
    Batch(&'c Case, usize),
}

/// Signatures without a credential, ready to be checked.
pub(super) struct Jobs<'c> {
    /// The signatures.
    pub(super) of: &'c Signatures,
    jobs: Vec<Job<'c>>,
    checker: Checker,
}

impl<'c> Jobs<'c> {
    /// All of them, and a checker: known keys were used so often before.
    pub(super) fn of(signatures: &'c Signatures, settings: Settings, uses: usize) -> Result<Jobs<'c>, Trouble> {
        let (jobs, checker) = (signatures.jobs(), Checker::new(settings));
        let first = jobs.get(..signatures.keys.len().min(jobs.len())).unwrap_or_default();
        if checker.check(first).iter().any(Result::is_err) {
            return Err(Trouble::new(format!("a {} signature of ours is refused", signatures.kind.name())));
        }
        if signatures.kind.is_known() {
            checker.tables().enrol(signatures.keys.iter());
            settle(&checker, &jobs, signatures.keys.len().saturating_mul(uses));
        } else {
            checker.warm_up();
        }
        Ok(Jobs { of: signatures, jobs, checker })
    }
}

/// Makes the checker as it is after some minutes of service: its keys were used so often, and have the tables that they earned.
fn settle(checker: &Checker, jobs: &[Job<'_>], uses: usize) {
    checker.warm_up();
    let passes = uses.div_ceil(jobs.len().max(1));
    for pass in 0..passes {
        checker.check(jobs);
        // Early tables make the later passes faster.
        if pass.is_power_of_two() {
            checker.build_all();
        }
    }
    checker.build_all();
}

/// A case with what its steps have before them.
pub(super) struct Measured<'c> {
    /// The case.
    pub(super) case: &'c Case,
    /// One for each credential: what the signature stage has before it.
    jobs: Vec<Job<'c>>,
    /// Its credentials between JSON and canonical lines; empty where none is canonicalised.
    graphs: Vec<Graphs<'c>>,
}

/// The bare checks to compare with.
pub(super) fn bare_checks() -> Option<Vec<BareCheck>> {
    Bare::ALL.into_iter().map(|bare| bare_check(bare, BASELINE_BYTES)).collect()
}

impl<'c> Measured<'c> {
    /// Opens everything once, and uses every key so often.
    pub(super) fn of(case: &'c Case, uses: usize) -> Result<Measured<'c>, Trouble> {
        let no_job = || Trouble::new(format!("no signature to measure in {}", case.format.about().name));
        let both = || case.opened.iter().zip(&case.requests);
        let jobs = both().map(|(opened, request)| job_of(case, opened, request).ok_or_else(no_job));
        let graphs = match case.choice.is_rdf {
            true => case.opened.iter().map(graphs_of).collect::<Option<_>>().ok_or_else(no_job)?,
            false => Vec::new(),
        };
        let jobs: Vec<Job<'_>> = jobs.collect::<Result<_, _>>()?;
        let (checker, due) = (case.trust.checker(), case.issuers.saturating_mul(uses));
        if case.issuers <= jobs.len() {
            settle(checker, &jobs, due);
        } else {
            // Not all issuers are among the first credentials.
            let open = |request| Some((open(request, &case.trust)?, request));
            let all: Vec<(Opened<'static>, &Request)> = case.requests.iter().filter_map(open).collect();
            let all: Vec<Job<'_>> = all.iter().filter_map(|(opened, request)| job_of(case, opened, request)).collect();
            settle(checker, &all, due);
        }
        Ok(Measured { case, jobs, graphs })
    }
}

fn job_of<'o>(case: &Case, opened: &'o Opened<'static>, request: &Request) -> Option<Job<'o>> {
    let evidence = Evidence::none();
    let context = context_of(request, &case.trust, &evidence);
    let decoded = case.format.decode(opened, &request.policy).ok()?;
    let key = case.format.keys(&opened.signed, Some(&decoded), &context).candidates.into_iter().next()?.key().clone();
    let signed = &opened.signed;
    let algorithm = signed.algorithm?.for_key(&key)?;
    let (message, signature, statements) = (&*signed.message, &*signed.signature, signed.statements.as_deref());
    let job = Job { algorithm, key, message, signature, statements, older: signed.older.as_deref() };
    case.trust.checker().check(std::slice::from_ref(&job)).iter().all(Result::is_ok).then_some(job)
}

fn context_of<'c>(request: &'c Request, trust: &'c Trust, evidence: &'c Evidence) -> Context<'c> {
    Context { trust, evidence, occasion: &request.occasion, policy: &request.policy, budget: None }
}

impl Work<'_> {
    /// Does it once, with the credential, or batch of credentials, of that number.
    pub(super) fn step(&self, number: usize) {
        match self {
            Work::Bare(check) => {
                black_box(check.check());
            }
            Work::Decode(case) => {
                if let Some(request) = nth(&case.requests, number) {
                    decode(request);
                }
            }
            Work::Expand(measured) => {
                if let Some(graphs) = nth(&measured.graphs, number) {
                    let _ = black_box(graphs.expand());
                }
            }
            Work::Canonicalise(measured) => {
                if let Some(graphs) = nth(&measured.graphs, number) {
                    let _ = black_box(graphs.canonicalise());
                }
            }
            Work::Signature(measured, size) => {
                black_box(measured.case.trust.checker().check(run(&measured.jobs, number, *size)));
            }
            Work::Bulk(jobs, size) => {
                black_box(jobs.checker.check(run(&jobs.jobs, number, *size)));
            }
            Work::One(case) => {
                if let Some(request) = nth(&case.requests, number) {
                    black_box(verify(request, &case.trust, &Evidence::none()));
                }
            }
            Work::Batch(case, size) => {
                black_box(verify_batch(run(&case.requests, number, *size), &case.trust, &Evidence::none()));
            }
        }
    }

    /// How many credentials a step is about.
    pub(super) fn credentials(&self) -> usize {
        match self {
            Work::Batch(_, size) | Work::Signature(_, size) | Work::Bulk(_, size) => *size,
            _ => 1,
        }
    }

    /// How many steps have inputs of their own.
    pub(super) fn inputs(&self) -> usize {
        let credentials = match self {
            Work::Bare(_) => 1,
            Work::Decode(case) | Work::One(case) | Work::Batch(case, _) => case.requests.len(),
            Work::Expand(measured) | Work::Canonicalise(measured) => measured.graphs.len(),
            Work::Signature(measured, _) => measured.jobs.len(),
            Work::Bulk(jobs, _) => jobs.jobs.len(),
        };
        credentials / self.credentials().max(1)
    }

    /// The name of the row.
    pub(super) fn mode(&self) -> &'static str {
        match self {
            Work::Bare(check) => check.bare().name(),
            Work::Decode(_) => "decode",
            Work::Expand(_) => "expand",
            Work::Canonicalise(_) => "canonicalise",
            Work::Signature(..) => "signature",
            Work::Bulk(jobs, _) => jobs.of.kind.name(),
            Work::One(_) => "one",
            Work::Batch(..) => "batch",
        }
    }

    /// The format's name, where there is one.
    pub(super) fn format(&self) -> Option<&'static str> {
        self.case().map(|case| case.format.about().name)
    }

    /// What was chosen for the case.
    pub(super) fn choice(&self) -> Option<&Choice> {
        self.case().map(|case| &case.choice)
    }

    /// How many issuers signed.
    pub(super) fn issuers(&self) -> usize {
        match self {
            Work::Bulk(jobs, _) => jobs.of.keys.len(),
            _ => self.case().map_or(1, |case| case.issuers),
        }
    }

    /// `true` for work that ends in a verdict.
    pub(super) fn is_verification(&self) -> bool {
        matches!(self, Work::One(_) | Work::Batch(..))
    }

    /// `true` when this is the signature check of the credentials that `other` is about, of as many in one call.
    pub(super) fn is_signature_of(&self, other: &Work<'_>) -> bool {
        let (Work::Signature(mine, size), Some(theirs)) = (self, other.case()) else { return false };
        std::ptr::eq(mine.case, theirs) && *size == other.credentials()
    }

    fn case(&self) -> Option<&Case> {
        match self {
            Work::Bare(_) | Work::Bulk(..) => None,
            Work::Expand(measured) | Work::Canonicalise(measured) | Work::Signature(measured, _) => Some(measured.case),
            Work::Decode(case) | Work::One(case) | Work::Batch(case, _) => Some(case),
        }
    }
}

fn nth<T>(items: &[T], number: usize) -> Option<&T> {
    items.get(number % items.len().max(1))
}

/// The run of that number, of so many; the last runs of a list that they do not divide are left out.
fn run<T>(items: &[T], number: usize, size: usize) -> &[T] {
    let runs = (items.len() / size.max(1)).max(1);
    let first = number % runs * size;
    items.get(first..first + size).unwrap_or(items)
}

fn decode(request: &Request) {
    let (trust, evidence) = (Trust::none(), Evidence::none());
    let context = context_of(request, &trust, &evidence);
    for piece in pieces(&request.input, &request.policy).unwrap_or_default() {
        let room = Room::default();
        if let Ok(opened) = piece.format.open_in(&room, &piece.texts, piece.seen, &context) {
            let _ = black_box(piece.format.decode(black_box(&opened), &request.policy));
        }
    }
}
