//! Bench cases: credentials made by the issuing twins with fresh keys, and the trust that accepts them.

use std::sync::Arc;

use crate::cli::bench::case::{Case, Issuer, Maker, Sizes};
use crate::cli::bench::{health, mdoc, w3c, wallet};
use crate::cli::trouble::Trouble;
use crate::credential::{Input, Opened};
use crate::crypto::checker::Checker;
use crate::evidence::Evidence;
use crate::format::{Context, by_name, pieces};
use crate::occasion::Occasion;
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::trust::Trust;
use crate::trust::entry::Entry;
use crate::verify::{Request, verify_batch};

/// The cases of the formats asked for; without names, of all that can be issued.
pub(super) fn cases(formats: &[String], sizes: &Sizes, now: Timestamp) -> Result<Vec<Case>, Trouble> {
    let mut cases = Vec::new();
    let makers = health::MAKERS.iter().chain(w3c::MAKERS).chain(wallet::MAKERS).chain(mdoc::MAKERS);
    for maker in makers.filter(|maker| formats.is_empty() || formats.iter().any(|name| name == maker.format)) {
        for issuers in maker.choice.issuers(sizes) {
            cases.push(case(maker, issuers, sizes, now)?);
        }
    }
    if cases.is_empty() {
        return Err(Trouble::new("none of these formats can be issued, so none can be measured"));
    }
    Ok(cases)
}

fn case(maker: &Maker, count: usize, sizes: &Sizes, now: Timestamp) -> Result<Case, Trouble> {
    let choice = maker.choice;
    let name = [Some(maker.format), choice.variant].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let no_case = |why: String| Trouble::new(format!("no {name} for the measurement: {why}"));
    let format = by_name(maker.format).ok_or_else(|| no_case("no such format".to_owned()))?;
    let issuers: Vec<Issuer> =
        (0..count).map(maker.issuer).collect::<Result<_, _>>().map_err(|fault| no_case(fault.to_string()))?;
    let entries: Vec<Entry> = issuers
        .iter()
        .map(|issuer| serde_json::from_value(issuer.entry.clone()))
        .collect::<Result<_, _>>()
        .map_err(|error| no_case(error.to_string()))?;
    let (trust, problems) = Trust::from_entries(entries);
    if let Some(problem) = problems.first() {
        return Err(no_case(format!("{}: {}", problem.entry, problem.reason)));
    }
    let trust = trust.checked_by(Arc::new(Checker::new(sizes.checks)));
    let policy = Arc::new(Policy::default());
    let credentials = choice.credentials(sizes);
    let mut requests = Vec::with_capacity(credentials);
    for (number, issuer) in issuers.iter().cycle().take(credentials).enumerate() {
        let text = (issuer.credential)(number, now).map_err(|fault| no_case(fault.to_string()))?;
        let occasion = if maker.format == crate::format::mdoc::NAME { mdoc::occasion(now) } else { Occasion::at(now) };
        requests.push(Request { input: Input::text(text), occasion, policy: policy.clone() });
    }
    for report in verify_batch(&requests, &trust, &Evidence::none()) {
        if !report.is_accepted() {
            let reason = report.first_reason().map(ToString::to_string).unwrap_or_default();
            return Err(no_case(format!("ours is {}: {reason}", report.verdict())));
        }
    }
    let batches = choice.batches(sizes);
    let kept = batches.iter().copied().max().unwrap_or(credentials);
    let opened: Vec<Opened<'static>> = requests.iter().take(kept).filter_map(|request| open(request, &trust)).collect();
    Ok(Case { format, choice, issuers: count, batches, requests, opened, trust })
}

/// The credential of a request, opened.
pub(super) fn open(request: &Request, trust: &Trust) -> Option<Opened<'static>> {
    let evidence = Evidence::none();
    let context =
        Context { trust, evidence: &evidence, occasion: &request.occasion, policy: &request.policy, budget: None };
    let piece = pieces(&request.input, &request.policy).ok()?.into_iter().next()?;
    piece.format.open(&piece.texts, piece.seen.clone(), &context).ok()
}
