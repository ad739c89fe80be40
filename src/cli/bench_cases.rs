//! Bench cases: credentials made by the issuing twins with fresh keys, and the trust that accepts them.

use std::sync::Arc;

use serde_json::Value;

use crate::cli::trouble::Trouble;
use crate::cli::{bench_health, bench_w3c};
use crate::credential::{Input, Opened};
use crate::crypto::baseline::Bare;
use crate::crypto::own_keys::SignFault;
use crate::evidence::Evidence;
use crate::format::{Context, Format, by_name, pieces};
use crate::issue::IssueFault;
use crate::occasion::Occasion;
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::trust::Trust;
use crate::trust::entry::Entry;
use crate::verify::{Request, verify_batch};

/// Different credentials of each case, unless it says otherwise: as many as the largest batch.
const CREDENTIALS: usize = 256;
/// How many issuers sign them: a verifier that sees one, and one that sees a continent.
const ISSUERS: &[usize] = &[1, 250];
/// Sizes of the batches measured.
const BATCHES: &[usize] = &[64, 256];

/// Credentials of one format by so many issuers, all of them accepted.
pub(super) struct Case {
    /// Their format.
    pub(super) format: &'static dyn Format,
    /// What is chosen for them.
    pub(super) choice: Choice,
    /// How many keys signed them, in turn.
    pub(super) issuers: usize,
    /// One request for each.
    pub(super) requests: Vec<Request>,
    /// The same credentials, opened.
    pub(super) opened: Vec<Opened>,
    /// Trust in just these issuers.
    pub(super) trust: Trust,
}

/// What is measured of a format, where it leaves a choice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    /// The algorithm or cryptosuite, where the format has several.
    pub(super) variant: Option<&'static str>,
    /// The bare check of such a signature by `ring`, where `ring` has one.
    pub(super) bare: Option<Bare>,
    /// How many issuers sign, one case each.
    pub(super) issuers: &'static [usize],
    /// How many verifications one call does.
    pub(super) batches: &'static [usize],
    /// How many different credentials there are.
    pub(super) credentials: usize,
    /// `true` where the document is canonicalised as RDF.
    pub(super) is_rdf: bool,
}

impl Choice {
    /// One way only, in all sizes.
    pub(super) const fn plain(bare: Option<Bare>) -> Choice {
        Choice { variant: None, bare, issuers: ISSUERS, batches: BATCHES, credentials: CREDENTIALS, is_rdf: false }
    }

    /// One of several ways, by a single issuer, in the smaller size.
    pub(super) const fn of(variant: &'static str, bare: Option<Bare>) -> Choice {
        Choice { variant: Some(variant), issuers: &[1], batches: &[64], credentials: 64, ..Choice::plain(bare) }
    }
}

/// How one format is made.
pub(super) struct Maker {
    /// Its name.
    pub(super) format: &'static str,
    /// What is chosen.
    pub(super) choice: Choice,
    /// A new issuer, with its number.
    pub(super) issuer: fn(usize) -> Result<Issuer, SignFault>,
}

/// Somebody with a fresh key.
pub(super) struct Issuer {
    /// The trust entry.
    pub(super) entry: Value,
    /// Makes the credential with that number.
    pub(super) credential: Box<dyn Fn(usize, Timestamp) -> Result<String, IssueFault>>,
}

/// The cases of the formats asked for; without names, of all that can be issued.
pub(super) fn cases(formats: &[String], now: Timestamp) -> Result<Vec<Case>, Trouble> {
    let mut cases = Vec::new();
    let makers = bench_health::MAKERS.iter().chain(bench_w3c::MAKERS);
    for maker in makers.filter(|maker| formats.is_empty() || formats.iter().any(|name| name == maker.format)) {
        for issuers in maker.choice.issuers {
            cases.push(case(maker, *issuers, now)?);
        }
    }
    if cases.is_empty() {
        return Err(Trouble::new("none of these formats can be issued, so none can be measured"));
    }
    Ok(cases)
}

fn case(maker: &Maker, count: usize, now: Timestamp) -> Result<Case, Trouble> {
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
    let policy = Arc::new(Policy::default());
    let mut requests = Vec::with_capacity(choice.credentials);
    for (number, issuer) in issuers.iter().cycle().take(choice.credentials).enumerate() {
        let text = (issuer.credential)(number, now).map_err(|fault| no_case(fault.to_string()))?;
        requests.push(Request { input: Input::text(text), occasion: Occasion::at(now), policy: policy.clone() });
    }
    for report in verify_batch(&requests, &trust, &Evidence::none()) {
        if !report.is_accepted() {
            let reason = report.first_reason().map(ToString::to_string).unwrap_or_default();
            return Err(no_case(format!("ours is {}: {reason}", report.verdict())));
        }
    }
    let opened: Vec<Opened> = requests.iter().filter_map(|request| open(request, &trust)).collect();
    Ok(Case { format, choice, issuers: count, requests, opened, trust })
}

fn open(request: &Request, trust: &Trust) -> Option<Opened> {
    let evidence = Evidence::none();
    let context =
        Context { trust, evidence: &evidence, occasion: &request.occasion, policy: &request.policy, budget: None };
    let piece = pieces(&request.input, &request.policy).ok()?.into_iter().next()?;
    piece.format.open(&piece.texts, &context).ok()
}
