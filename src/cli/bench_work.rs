//! Bench work: the pieces of work that are measured.

use std::hint::black_box;

use crate::cli::bench_cases::Case;
use crate::cli::trouble::Trouble;
use crate::credential::Opened;
use crate::crypto::baseline::{RingEs256, ring_es256};
use crate::crypto::job::{Job, check_one};
use crate::evidence::Evidence;
use crate::format::{Context, pieces};
use crate::trust::Trust;
use crate::verify::{Request, verify, verify_batch};

/// Bytes of the message that the bare check is about: an EU DCC signs some 400.
const BASELINE_BYTES: usize = 400;

/// What is repeated.
pub(super) enum Work<'c> {
    /// A bare signature check by `ring`.
    Ring(&'c RingEs256),
    /// From text to everything that the credential says.
    Decode(&'c Case),
    /// The signature check alone, as verification does it.
    Signature(&'c Case, &'c [Signed<'c>]),
    /// A whole verification, one at a time.
    One(&'c Case),
    /// That many verifications in one call.
    Batch(&'c Case, usize),
}

/// An opened credential and its signer's key: what the signature stage has before it.
pub(super) struct Signed<'c> {
    job: Job<'c>,
}

/// The bare check to compare with.
pub(super) fn ring_baseline() -> Option<RingEs256> {
    ring_es256(BASELINE_BYTES)
}

/// The signature jobs of all credentials of a case.
pub(super) fn signatures_of(case: &Case) -> Result<Vec<Signed<'_>>, Trouble> {
    let no_job = || Trouble::new(format!("no signature to measure in {}", case.format.about().name));
    let opened = case.opened.iter();
    opened.zip(&case.requests).map(|(opened, request)| job_of(case, opened, request).ok_or_else(no_job)).collect()
}

fn job_of<'c>(case: &'c Case, opened: &'c Opened, request: &Request) -> Option<Signed<'c>> {
    let evidence = Evidence::none();
    let context = context_of(request, &case.trust, &evidence);
    let decoded = case.format.decode(opened, &request.policy).ok()?;
    let key = case.format.keys(&opened.signed, Some(&decoded), &context).candidates.into_iter().next()?.key;
    let algorithm = opened.signed.algorithm?.for_key(&key)?;
    let job =
        Job { algorithm, key, message: &opened.signed.message, signature: &opened.signed.signature, statements: None };
    check_one(&job).ok()?;
    Some(Signed { job })
}

fn context_of<'c>(request: &'c Request, trust: &'c Trust, evidence: &'c Evidence) -> Context<'c> {
    Context { trust, evidence, occasion: &request.occasion, policy: &request.policy }
}

impl Work<'_> {
    /// Does it once, with the credential, or batch of credentials, of that number.
    pub(super) fn step(&self, number: usize) {
        match self {
            Work::Ring(baseline) => {
                black_box(baseline.check());
            }
            Work::Decode(case) => {
                if let Some(request) = nth(&case.requests, number) {
                    decode(request);
                }
            }
            Work::Signature(_, signed) => {
                if let Some(signed) = nth(signed, number) {
                    let _ = black_box(check_one(&signed.job));
                }
            }
            Work::One(case) => {
                if let Some(request) = nth(&case.requests, number) {
                    black_box(verify(request, &case.trust, &Evidence::none()));
                }
            }
            Work::Batch(case, size) => {
                let batches = case.requests.len() / size;
                let first = number % batches.max(1) * size;
                if let Some(batch) = case.requests.get(first..first + size) {
                    black_box(verify_batch(batch, &case.trust, &Evidence::none()));
                }
            }
        }
    }

    /// How many credentials a step is about.
    pub(super) fn credentials(&self) -> usize {
        if let Work::Batch(_, size) = self { *size } else { 1 }
    }

    /// The name of the row.
    pub(super) fn mode(&self) -> &'static str {
        match self {
            Work::Ring(_) => "ring_es256",
            Work::Decode(_) => "decode",
            Work::Signature(..) => "signature",
            Work::One(_) => "one",
            Work::Batch(..) => "batch",
        }
    }

    /// The format's name, where there is one.
    pub(super) fn format(&self) -> Option<&'static str> {
        self.case().map(|case| case.format.about().name)
    }

    /// How many issuers signed.
    pub(super) fn issuers(&self) -> usize {
        self.case().map_or(1, |case| case.issuers)
    }

    /// `true` for work that ends in a verdict.
    pub(super) fn is_verification(&self) -> bool {
        matches!(self, Work::One(_) | Work::Batch(..))
    }

    /// `true` when this is the signature check of the credentials that `other` is about.
    pub(super) fn is_signature_of(&self, other: &Work<'_>) -> bool {
        let (Work::Signature(mine, _), Some(theirs)) = (self, other.case()) else { return false };
        mine.format.about().name == theirs.format.about().name && mine.issuers == theirs.issuers
    }

    fn case(&self) -> Option<&Case> {
        match self {
            Work::Ring(_) => None,
            Work::Decode(case) | Work::Signature(case, _) | Work::One(case) | Work::Batch(case, _) => Some(case),
        }
    }
}

fn nth<T>(items: &[T], number: usize) -> Option<&T> {
    items.get(number % items.len().max(1))
}

fn decode(request: &Request) {
    let (trust, evidence) = (Trust::none(), Evidence::none());
    let context = context_of(request, &trust, &evidence);
    for piece in pieces(&request.input, &request.policy).unwrap_or_default() {
        if let Ok(opened) = piece.format.open(&piece.texts, &context) {
            let _ = black_box(piece.format.decode(black_box(&opened), &request.policy));
        }
    }
}
