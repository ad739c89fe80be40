//! THE PAGE: the stages in order, and the one place where a credential can become accepted.
//!
//! [`verify`] and [`verify_batch`] are pure: the same arguments give the same report, today and in ten years. No clock, no
//! network, no disk, no async inside. What is missing is written into the report; `gather` fetches it and asks again.

use std::collections::HashSet;
use std::sync::Arc;

use crate::check::Findings;
use crate::credential::{Decoded, Input, Opened};
use crate::crypto::job::{Job, check};
use crate::evidence::Evidence;
use crate::format::{Candidate, Context, Format, Keys, Piece, pieces};
use crate::limits;
use crate::occasion::Occasion;
use crate::policy::Policy;
use crate::reason::{Code, Reason, Stage};
use crate::report::{Part, Report, Times};
use crate::trust::{Consulted, Trust};
use crate::verdict::Verdict;

/// One question: is this credential good, here and now, for this relying party?
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// What came in.
    pub input: Input,
    /// When and for what it is shown.
    pub occasion: Occasion,
    /// What the relying party demands.
    pub policy: Arc<Policy>,
}

/// The report on one request. Pure: the same arguments give the same report.
pub fn verify(request: &Request, trust: &Trust, evidence: &Evidence) -> Report {
    let mut reports = verify_batch(std::slice::from_ref(request), trust, evidence);
    reports.pop().unwrap_or_else(|| Report::refused(Reason::new(Code::InputUnrecognised)))
}

/// The reports on many requests, in their order: the verdicts of [`verify`], with all signatures checked together.
///
/// A run of requests is opened at a time, as many as unpack to a bounded number of bytes.
pub fn verify_batch(requests: &[Request], trust: &Trust, evidence: &Evidence) -> Vec<Report> {
    let mut reports = Vec::with_capacity(requests.len());
    let mut rest = requests;
    while !rest.is_empty() {
        let opened = open_run(rest);
        let (run, after) = rest.split_at_checked(opened.len()).unwrap_or((rest, &[]));
        judge_run(run, opened, trust, evidence, &mut reports);
        rest = after;
    }
    reports
}

/// The first requests opened: at least one, and no more than unpack to [`limits::RUN_BYTES`].
fn open_run(requests: &[Request]) -> Vec<Result<Vec<OpenedPiece>, Reason>> {
    let mut run = Vec::with_capacity(requests.len());
    let mut bytes = 0;
    for request in requests {
        let opened = open(request);
        let pieces = opened.as_deref().unwrap_or_default();
        bytes += pieces.iter().filter_map(|piece| Some(piece.opened.as_ref().ok()?.payload.len())).sum::<usize>();
        run.push(opened);
        if bytes > limits::RUN_BYTES {
            break;
        }
    }
    run
}

fn judge_run(
    requests: &[Request],
    opened: Vec<Result<Vec<OpenedPiece>, Reason>>,
    trust: &Trust,
    evidence: &Evidence,
    reports: &mut Vec<Report>,
) {
    let contexts: Vec<Context<'_>> = requests
        .iter()
        .map(|request| Context { trust, evidence, occasion: &request.occasion, policy: &request.policy })
        .collect();
    let mut jobs = Jobs::default();
    let drafts: Vec<Vec<Draft<'_>>> = contexts
        .iter()
        .zip(&opened)
        .map(|(context, pieces)| {
            pieces.as_deref().unwrap_or_default().iter().map(|piece| draft(piece, context, &mut jobs)).collect()
        })
        .collect();
    let answers = check(&jobs.jobs);
    let judged: Vec<Vec<Judged>> = contexts
        .iter()
        .zip(drafts)
        .map(|(context, drafts)| drafts.into_iter().map(|draft| judge(draft, &answers, context)).collect())
        .collect();
    drop(jobs);
    reports.extend(contexts.iter().zip(opened).zip(judged).map(|((context, pieces), judged)| match pieces {
        Err(reason) => Report::refused(reason),
        Ok(pieces) => Report::of_parts(pieces.into_iter().zip(judged).map(|(p, j)| conclude(p, j, context)).collect()),
    }));
}

struct OpenedPiece {
    format: &'static dyn Format,
    opened: Result<Opened, Reason>,
}

#[derive(Default)]
struct Jobs<'a> {
    jobs: Vec<Job<'a>>,
}

struct Draft<'a> {
    format: &'static dyn Format,
    opened: Option<&'a Opened>,
    decoded: Option<Decoded<'a>>,
    keys: Keys,
    findings: Findings,
    first_job: usize,
    jobs: usize,
    tried: Vec<Candidate>,
}

struct Judged {
    findings: Findings,
    signer: Option<Candidate>,
    signature_right: bool,
    times: Times,
    consulted: Vec<Consulted>,
}

fn open(request: &Request) -> Result<Vec<OpenedPiece>, Reason> {
    let open_one = |piece: Piece<'_>| OpenedPiece {
        format: piece.format,
        opened: piece.format.open(&piece.texts, &request.policy),
    };
    Ok(pieces(&request.input, &request.policy)?.into_iter().map(open_one).collect())
}

/// Stages Decode and Key, and the signature jobs that follow from them.
fn draft<'a>(piece: &'a OpenedPiece, context: &Context<'_>, jobs: &mut Jobs<'a>) -> Draft<'a> {
    let mut findings = Findings::new();
    let mut draft = Draft {
        format: piece.format,
        opened: None,
        decoded: None,
        keys: Keys::default(),
        findings: Findings::new(),
        first_job: jobs.jobs.len(),
        jobs: 0,
        tried: Vec::new(),
    };
    match &piece.opened {
        Err(reason) => findings.fail(reason.clone()),
        Ok(opened) => {
            draft.opened = Some(opened);
            opened.faults.iter().for_each(|reason| findings.fail(reason.clone()));
            match piece.format.decode(opened, context.policy) {
                Err(reason) => findings.fail(reason),
                Ok(mut decoded) => {
                    findings.pass(Stage::Decode);
                    decoded.faults.drain(..).for_each(|reason| findings.fail(reason));
                    decoded.notes.drain(..).for_each(|note| findings.note(note));
                    draft.decoded = Some(decoded);
                }
            }
            draft.keys = piece.format.keys(opened, draft.decoded.as_ref(), context);
            add_jobs(&mut draft, opened, &mut findings, jobs);
        }
    }
    draft.findings = findings;
    draft
}

/// One job for each key that may have signed and fits the algorithm.
fn add_jobs<'a>(draft: &mut Draft<'a>, opened: &'a Opened, findings: &mut Findings, jobs: &mut Jobs<'a>) {
    draft.keys.faults.drain(..).for_each(|reason| findings.fail(reason));
    findings.evidence.append(&mut draft.keys.evidence);
    if let Some((reason, locator)) = draft.keys.missing.take() {
        findings.unknown(reason, locator);
    }
    let Some(algorithm) = opened.algorithm else { return };
    let candidates = std::mem::take(&mut draft.keys.candidates);
    let any = !candidates.is_empty();
    for candidate in candidates {
        if let Some(algorithm) = algorithm.for_key(&candidate.key) {
            jobs.jobs.push(Job {
                algorithm,
                key: candidate.key.clone(),
                message: &opened.message,
                signature: &opened.signature,
            });
            draft.tried.push(candidate);
        }
    }
    draft.jobs = draft.tried.len();
    if any && draft.jobs == 0 {
        let code = if opened.is_cose() { Code::CoseAlgKeyMismatch } else { Code::JoseAlgKeyMismatch };
        findings.fail(Reason::new(code).got(algorithm.name()));
    } else if any {
        findings.pass(Stage::Key);
    }
}

/// The stages after the signature was checked.
fn judge(draft: Draft<'_>, answers: &[Result<(), Reason>], context: &Context<'_>) -> Judged {
    let Draft { format, decoded, keys, mut findings, first_job, jobs, tried, .. } = draft;
    let answers = answers.get(first_job..first_job + jobs).unwrap_or_default();
    let right = answers.iter().position(Result::is_ok);
    let signer = right.and_then(|at| tried.get(at).cloned());
    match (&signer, answers.first()) {
        (Some(_), _) => findings.pass(Stage::Signature),
        (None, Some(Err(reason))) => findings.fail(reason.clone()),
        (None, _) => {}
    }
    // A lone candidate is worth judging even when it did not sign: the report then names every fault.
    let mut consulted = keys.consulted;
    let mut times = Times::default();
    if let Some(decoded) = &decoded {
        times = Times { issued_at: decoded.issued_at, not_before: decoded.not_before, expires: decoded.expires };
        findings.not_declared(Stage::Digests);
        findings.not_declared(Stage::Holder);
        check_demands(format, decoded, context, &mut findings);
        consulted.extend(format.judge(decoded, signer.as_ref(), context, &mut findings));
    }
    let signature_right = signer.is_some();
    Judged { findings, signer: signer.or_else(|| tried.into_iter().next()), signature_right, times, consulted }
}

/// Policy: is this format, and one of the types asked for, taken at all?
fn check_demands(format: &dyn Format, decoded: &Decoded<'_>, context: &Context<'_>, findings: &mut Findings) {
    let name = format.about().name;
    let formats = &context.policy.formats;
    if !formats.is_empty() && !formats.iter().any(|taken| taken == name) {
        findings.fail(Reason::new(Code::PolicyFormat).expected(formats.join(", ")).got(name));
    }
    let asked: HashSet<&str> = context.occasion.types.iter().map(String::as_str).collect();
    if !asked.is_empty() && !decoded.types.iter().any(|have| asked.contains(&**have)) {
        let some = |names: &mut dyn Iterator<Item = &str>| names.take(8).collect::<Vec<_>>().join(", ");
        let wanted = some(&mut context.occasion.types.iter().map(String::as_str));
        let had = some(&mut decoded.types.iter().map(|name| &**name));
        findings.fail(Reason::new(Code::PolicyType).expected(wanted).got(had));
    }
}

/// The verdict on one credential, with what led to it.
fn conclude(piece: OpenedPiece, judged: Judged, context: &Context<'_>) -> Part {
    let Judged { mut findings, signer, signature_right, times, consulted } = judged;
    let notes = std::mem::take(&mut findings.notes);
    let evidence = std::mem::take(&mut findings.evidence);
    if piece.opened.as_ref().is_ok_and(Opened::is_cose) {
        findings.set_cose();
    }
    let checks = findings.into_checks();
    let verdict = Verdict::of(&checks, context.policy);
    // Only an accepted credential's claims come out, so only its payload is kept.
    let payload = match (&verdict, piece.opened) {
        (Verdict::Accepted(_), Ok(opened)) => opened.payload,
        _ => Vec::new(),
    };
    let age = |locator: String| crate::report::EvidenceUsed::of(locator, context);
    Part {
        verdict,
        format: Some(piece.format),
        checks,
        issuer: signer.map(|signer| signer.description),
        signature_right,
        times,
        payload,
        notes,
        evidence: evidence.into_iter().map(age).collect(),
        consulted,
    }
}
