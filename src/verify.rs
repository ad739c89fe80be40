//! THE PAGE: the stages in order, and the one place where a credential can become accepted.
//!
//! [`verify`] and [`verify_batch`] are pure: the same arguments give the same report, today and in ten years. No clock, no
//! network, no disk, no async inside. What is missing is written into the report; `gather` fetches it and asks again.

mod asked;
mod holder;
mod opening;
mod signatures;
mod status_lists;
mod threads;

use std::collections::HashSet;
use std::sync::Arc;

use crate::check::{Findings, Note};
use crate::credential::{Confirmed, Decoded, Input, Opened, Signed};
use crate::crypto::job::Job;
use crate::evidence::Evidence;
use crate::format::glance::Room;
use crate::format::{Candidate, Context, Format};
use crate::limits;
use crate::occasion::Occasion;
use crate::policy::Policy;
use crate::policy::dcql::Facts;
use crate::reason::{Code, Reason, Stage};
use crate::report::{EvidenceUsed, Part, Report, Times};
use crate::trust::{Consulted, Trust};
use crate::verdict::Verdict;
use crate::verify::asked::{Presenter, Shown};
use crate::verify::holder::HolderCheck;
use crate::verify::opening::{OpenedPiece, Run, open_run};
use crate::verify::signatures::Signatures;
use crate::verify::status_lists::{Lists, Referring};

pub use crate::verify::threads::verify_batch_on_threads;

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
    verify_onto(requests, (trust, evidence), &mut Lists::default(), &mut reports);
    reports
}

/// Adds the reports on these requests to others, with the status lists that were verified before.
fn verify_onto(
    requests: &[Request],
    (trust, evidence): (&Trust, &Evidence),
    lists: &mut Lists,
    reports: &mut Vec<Report>,
) {
    let mut rest = requests;
    while !rest.is_empty() {
        let rooms: Vec<Room> = rest.iter().take(limits::RUN_REQUESTS).map(|_| Room::default()).collect();
        let run = open_run(rest, &rooms, trust, evidence);
        let (first, after) = rest.split_at_checked(run.counts.len()).unwrap_or((rest, &[]));
        judge_run(first, run, (trust, evidence), lists, reports);
        rest = after;
    }
}

fn context_of<'c>(request: &'c Request, trust: &'c Trust, evidence: &'c Evidence) -> Context<'c> {
    Context { trust, evidence, occasion: &request.occasion, policy: &request.policy, budget: None }
}

fn judge_run(
    requests: &[Request],
    run: Run<'_>,
    (trust, evidence): (&Trust, &Evidence),
    lists: &mut Lists,
    reports: &mut Vec<Report>,
) {
    let Run { pieces, counts } = run;
    // One context for each piece: that of its request.
    let contexts = || {
        let counts = counts.iter().map(|count| count.as_ref().copied().unwrap_or_default());
        requests.iter().zip(counts).flat_map(|(request, count)| {
            std::iter::repeat_n(request, count).map(|request| context_of(request, trust, evidence))
        })
    };
    let mut jobs = Vec::with_capacity(pieces.len());
    let drafts: Vec<Draft<'_>> =
        pieces.iter().zip(contexts()).map(|(piece, context)| draft(piece, &context, &mut jobs)).collect();
    let answers = trust.checker().check(&jobs);
    let judged: Vec<Judged> = drafts
        .into_iter()
        .zip(contexts())
        .map(|(draft, context)| judge_shown(draft, &answers, &context, lists))
        .collect();
    drop(jobs);
    let mut parts = pieces.into_iter().zip(judged);
    reports.extend(requests.iter().zip(&counts).map(|(request, count)| match count {
        Err(reason) => Report::refused(reason.clone()),
        Ok(count) => {
            let context = context_of(request, trust, evidence);
            Report::of_parts(parts.by_ref().take(*count).map(|(p, j)| conclude(p, j, &context)).collect())
        }
    }));
}

/// What the first two stages made of one credential.
struct Draft<'a> {
    format: Option<&'static dyn Format>,
    payload: &'a [u8],
    decoded: Option<Decoded<'a>>,
    findings: Findings,
    signatures: Signatures,
    holder: Option<HolderCheck<'a>>,
    /// `true` when its holder signed a key binding JWT, in which transactions are approved.
    approves: bool,
    inner: Vec<Draft<'a>>,
}

/// What all stages made of it.
struct Judged {
    findings: Findings,
    signer: Option<Candidate>,
    signature_right: bool,
    times: Times,
    consulted: Vec<Consulted>,
    is_presentation: bool,
    /// What it is, where a query asks.
    facts: Option<Box<Facts>>,
    inner: Vec<Judged>,
}

/// Stages Decode and Key, and the signature jobs that follow from them.
fn draft<'a>(piece: &'a OpenedPiece<'_>, context: &Context<'_>, jobs: &mut Vec<Job<'a>>) -> Draft<'a> {
    let mut findings = Findings::new();
    let mut decoded_as = None;
    let mut signatures = Signatures::default();
    let mut holder = None;
    match (&piece.opened, piece.format) {
        (Err(reason), _) => findings.fail(reason.clone()),
        (Ok(_), None) => findings.fail(Reason::new(Code::InputUnrecognised)),
        (Ok(opened), Some(format)) => {
            opened.faults.iter().for_each(|reason| findings.fail(reason.clone()));
            match format.decode(opened, context.policy) {
                Err(reason) => findings.fail(reason),
                Ok(mut decoded) => {
                    findings.pass(Stage::Decode);
                    decoded.faults.drain(..).for_each(|reason| findings.fail(reason));
                    decoded.notes.drain(..).for_each(|note| findings.note(note));
                    decoded_as = Some(decoded);
                }
            }
            let keys = |signed: &Signed| format.keys(signed, decoded_as.as_ref(), context);
            signatures = Signatures::draft(opened, keys, context, &mut findings, jobs);
            holder = Some(HolderCheck::draft(opened, jobs));
        }
    }
    let is_of_holder = |signed: &Signed| signed.vouched.iter().any(|vouched| vouched.is_of_holder);
    let approves = piece.opened.as_ref().is_ok_and(|opened| opened.signatures().any(is_of_holder));
    let inner = piece.inner.iter().map(|inner| draft(inner, context, jobs)).collect();
    let payload = piece.opened.as_ref().map_or(&[][..], |opened| &opened.payload);
    Draft { format: piece.format, payload, decoded: decoded_as, findings, signatures, holder, approves, inner }
}

/// Like [`judge`], of what was handed in itself: where the occasion names a nonce or an audience, it must be made for them. A
/// credential that nobody presented could be anybody's copy.
fn judge_shown(draft: Draft<'_>, answers: &[Result<(), Reason>], context: &Context<'_>, lists: &mut Lists) -> Judged {
    let approves = draft.approves;
    let is_bare = draft.decoded.as_ref().is_some_and(|decoded| !decoded.is_presentation && !decoded.is_bound);
    let mut judged = judge(draft, None, (answers, lists), context);
    let occasion = context.occasion;
    if judged.findings.has(Code::SdjwtKbMissing) {
        // That nobody presented it has been said.
    } else if is_bare && occasion.nonce.is_some() {
        judged.findings.fail(Reason::new(Code::VpNonce).expected("a presentation").got("a credential alone"));
    } else if is_bare && occasion.audience.is_some() {
        judged.findings.fail(Reason::new(Code::ClaimAudience).expected("a presentation").got("a credential alone"));
    }
    // Transactions are approved in a key binding JWT, where they were looked at; nothing else approves any.
    if !occasion.transaction_data.is_empty() && !approves && !judged.findings.has(Code::SdjwtKbMissing) {
        judged.findings.fail(Reason::new(Code::VpTransactionData).expected("a key binding JWT").got("none"));
    }
    judged
}

/// The stages after the signature was checked, of a credential that somebody may have put into a presentation.
fn judge(
    draft: Draft<'_>,
    presenter: Option<&Presenter<'_>>,
    (answers, lists): (&[Result<(), Reason>], &mut Lists),
    context: &Context<'_>,
) -> Judged {
    let Draft { format, payload, decoded, mut findings, mut signatures, holder, inner, .. } = draft;
    let signer = signatures.judge(answers, &mut findings);
    // A lone candidate is worth judging even when it did not sign: the report then names every fault.
    let mut consulted = std::mem::take(&mut signatures.consulted);
    let mut times = Times::default();
    let mut facts = None;
    if let (Some(decoded), Some(format)) = (&decoded, format) {
        times = Times { issued_at: decoded.issued_at, not_before: decoded.not_before, expires: decoded.expires };
        findings.not_declared(Stage::Digests);
        findings.not_declared(Stage::Holder);
        check_demands((format, decoded, signer.as_ref()), context, &mut findings);
        if !decoded.is_presentation {
            let shown = Shown { format, decoded, payload, signer: signer.as_ref(), presenter };
            facts = shown.check_query(context, &mut findings);
        }
        consulted.extend(format.judge(decoded, signer.as_ref(), context, &mut findings));
        if !decoded.status.is_empty() && !status_lists::is_ignored(context, &mut findings) {
            // What a stranger signed names no place that anybody should be asked at: then nothing marks the stage.
            let may_ask = !findings.is_faulty(Stage::Key) && !findings.has(Code::X509Expired);
            let trusted = signer.as_ref().filter(|_| may_ask);
            let referring = trusted.map(|signer| Referring { format, decoded, signer });
            consulted.extend(referring.into_iter().flat_map(|it| lists.check(it, context, &mut findings)));
        }
        check_holder((decoded, signer.as_ref()), &inner, context, &mut findings);
        if let Some(holder) = &holder {
            holder.judge(format, answers, context, &mut findings);
        }
        check_holds_any(decoded, &inner, context, &mut findings);
    }
    let holder = decoded.as_ref().and_then(|decoded| decoded.issuer.as_deref());
    let presenter = signer.as_ref().map(|signer| Presenter { signer, holder });
    let inner =
        inner.into_iter().map(|draft| judge(draft, presenter.as_ref(), (answers, &mut *lists), context)).collect();
    let signature_right = signer.is_some();
    let is_presentation = decoded.is_some_and(|decoded| decoded.is_presentation);
    Judged {
        findings,
        signer: signer.or_else(|| signatures.first()),
        signature_right,
        times,
        consulted,
        is_presentation,
        facts,
        inner,
    }
}

/// Policy: is this format, and one of the types asked for, taken at all? A presentation is asked through its credentials.
fn check_demands(
    (format, decoded, signer): (&dyn Format, &Decoded<'_>, Option<&Candidate>),
    context: &Context<'_>,
    findings: &mut Findings,
) {
    let name = format.about().name;
    let formats = &context.policy.formats;
    if !formats.is_empty() && !formats.iter().any(|taken| taken == name) {
        findings.fail(Reason::new(Code::PolicyFormat).expected(formats.join(", ")).got(name));
    }
    let asked: HashSet<&str> = context.occasion.types.iter().map(String::as_str).collect();
    let is_of_type = || format.is_of_type(decoded, signer, context, &|name| asked.contains(name));
    if !asked.is_empty() && !decoded.is_presentation && !is_of_type() {
        let some = |names: &mut dyn Iterator<Item = &str>| names.take(8).collect::<Vec<_>>().join(", ");
        let wanted = some(&mut context.occasion.types.iter().map(String::as_str));
        let had = some(&mut decoded.types.iter().map(|name| &**name));
        findings.fail(format.other_type().expected(wanted).got(had));
    }
}

/// Holder: a credential that names its holder's key is shown by that key. Where the policy asks for it, every credential of a
/// presentation is about the one who presents it (VCDM 2.0, 4.14).
fn check_holder(
    (decoded, signer): (&Decoded<'_>, Option<&Candidate>),
    inner: &[Draft<'_>],
    context: &Context<'_>,
    findings: &mut Findings,
) {
    if !decoded.is_presentation {
        return;
    }
    let held = || inner.iter().filter_map(|draft| draft.decoded.as_ref());
    if signer.is_some_and(|signer| held().any(|credential| !may_show(signer, credential))) {
        findings
            .fail(Reason::new(Code::VpHolderBinding).expected("a presentation by the key that the credential names"));
    }
    if !context.policy.holder_binding {
        return;
    }
    let is_about_holder = |credential: &Decoded<'_>| {
        decoded.issuer.is_some() && credential.subjects.iter().any(|subject| Some(subject) == decoded.issuer.as_ref())
    };
    if held().count() == inner.len() && held().all(is_about_holder) {
        findings.pass(Stage::Holder);
    } else {
        findings.fail(Reason::new(Code::VpHolderBinding).expected("the holder as subject of every credential"));
    }
}

/// Whether a presenter with that key may show the credential: it names no key, it names this one, or it was bound by itself.
fn may_show(presenter: &Candidate, credential: &Decoded<'_>) -> bool {
    match &credential.confirmed {
        None => true,
        Some(_) if credential.is_bound => true,
        Some(Confirmed::Key(key)) => *key == presenter.key,
        Some(Confirmed::Id(id)) => presenter.description.key_id.as_ref() == Some(id),
        Some(Confirmed::Other) => false,
    }
}

/// Policy: a presentation without a credential is genuine under anybody's key, and answers nothing that was asked of credentials.
fn check_holds_any(decoded: &Decoded<'_>, inner: &[Draft<'_>], context: &Context<'_>, findings: &mut Findings) {
    // Credentials that could not even be taken out have their fault already.
    if !decoded.is_presentation || !inner.is_empty() || findings.is_faulty(Stage::Decode) {
        return;
    }
    let occasion = context.occasion;
    if context.policy.empty_presentations && occasion.types.is_empty() && occasion.dcql_query.is_none() {
        let sentence = "The presentation holds no credential: it shows that somebody holds a key, and nothing else.";
        findings.note(Note::new("vp.no_credential", sentence));
    } else {
        findings.fail(Reason::new(Code::VpNoCredential));
    }
}

/// The verdict on one credential, with what led to it.
fn conclude(piece: OpenedPiece<'_>, judged: Judged, context: &Context<'_>) -> Part {
    let Judged { mut findings, signer, signature_right, times, consulted, is_presentation, facts, inner } = judged;
    let notes = std::mem::take(&mut findings.notes);
    let evidence = std::mem::take(&mut findings.evidence);
    if piece.opened.as_ref().is_ok_and(Opened::is_cose) {
        findings.set_cose();
    }
    let checks = findings.into_checks();
    let verdict = Verdict::of(&checks, context.policy);
    // Only an accepted credential's claims come out, so only its payload is kept.
    let payload = match (&verdict, piece.opened) {
        (Verdict::Accepted(_), Ok(opened)) => opened.payload.into_owned(),
        _ => Vec::new(),
    };
    let facts = facts.filter(|_| matches!(verdict, Verdict::Accepted(_)));
    Part {
        verdict,
        format: piece.format,
        checks,
        issuer: signer.map(|signer| signer.description),
        signature_right,
        times,
        payload,
        facts,
        notes,
        evidence: evidence.into_iter().map(|locator| EvidenceUsed::of(locator, context)).collect(),
        consulted,
        is_presentation,
        parts: piece.inner.into_iter().zip(inner).map(|(piece, judged)| conclude(piece, judged, context)).collect(),
    }
}
