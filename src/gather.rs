//! Gathering: verify, fetch what is missing, verify again. The only loop of a verification, and it is bounded.
//!
//! No HTTP here: whoever calls brings a [`Fetch`]. A locator is asked for once in a gather, whatever came back.

use std::collections::HashSet;
use std::future::Future;

use futures_util::future::join_all;

use crate::evidence::{Document, Evidence};
use crate::limits;
use crate::locator::Locator;
use crate::report::Report;
use crate::trust::Trust;
use crate::verify::{Request, verify};

/// A place where documents come from.
pub trait Fetch: Sync {
    /// The document at that locator. Never fails: what went wrong is a document of status 0.
    fn fetch(&self, locator: &Locator) -> impl Future<Output = Document> + Send;
}

/// The report on one request with all evidence that could be had, and that evidence.
///
/// Gives up after [`limits::GATHER_ROUNDS`] rounds of fetching: what is missing then stays missing, which is never acceptance.
pub async fn gather<F: Fetch>(request: &Request, trust: &Trust, known: Evidence, fetch: &F) -> (Report, Evidence) {
    let report = verify(request, trust, &known);
    complete(report, request, trust, known, fetch).await
}

/// Like [`gather`], for a caller who has verified already: `report` is what [`verify`] said with the evidence `known`.
pub async fn complete<F: Fetch>(
    mut report: Report,
    request: &Request,
    trust: &Trust,
    known: Evidence,
    fetch: &F,
) -> (Report, Evidence) {
    let mut round = Round::new(known);
    for _ in 0..limits::GATHER_ROUNDS {
        if !round.fetch_missing([&report], fetch).await {
            break;
        }
        report = verify(request, trust, &round.evidence);
    }
    (report, round.evidence)
}

/// Evidence that grows round by round, and the locators asked for so far.
#[derive(Debug, Default)]
pub struct Round {
    /// The documents at hand.
    pub evidence: Evidence,
    asked: HashSet<Locator>,
}

impl Round {
    /// Begins with these documents, and nothing asked for.
    pub fn new(evidence: Evidence) -> Self {
        Round { evidence, asked: HashSet::new() }
    }

    /// Fetches, all at once, what these reports miss and nobody has asked for yet. `true` when there was anything to fetch:
    /// then it is worth verifying again.
    pub async fn fetch_missing<'r, F: Fetch>(
        &mut self,
        reports: impl IntoIterator<Item = &'r Report>,
        fetch: &F,
    ) -> bool {
        let mut wanted = Vec::new();
        for locator in reports.into_iter().flat_map(Report::missing) {
            if self.asked.insert(locator.clone()) {
                wanted.push(locator.clone());
            }
        }
        let documents = join_all(wanted.iter().map(|locator| fetch.fetch(locator))).await;
        documents.into_iter().for_each(|document| self.evidence.insert(document));
        !wanted.is_empty()
    }
}
