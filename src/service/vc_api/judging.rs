//! Judging for the VC API: the ordinary verification, on a thread of its own, with documents fetched between two looks.
//!
//! Canonicalising a document takes longer than checking a signature, so that it must not hold up the sockets. Lists that this
//! service itself publishes are not fetched but looked up.

use std::sync::Arc;

use crate::credential::Input;
use crate::encoding::json::{self, Value};
use crate::evidence::{Document, Evidence};
use crate::format::vc::enveloped;
use crate::gather::{Fetch, Round};
use crate::limits;
use crate::locator::Locator;
use crate::occasion::Occasion;
use crate::policy::IssuerDemand;
use crate::report::Report;
use crate::service::problem::Kind;
use crate::service::state::Service;
use crate::service::vc_api::status_list;
use crate::service::vc_api::threads::on_a_thread;
use crate::trust::Trust;
use crate::verify::{Request, verify};

/// The report on a document.
///
/// # Errors
/// `NotReady` when the policy wants listed issuers and there is no list, or when the service stops.
pub async fn judge(service: &Service, document: &Value<'_>, occasion: Occasion) -> Result<Report, Kind> {
    let policy = service.config.vc_api.policy.clone();
    if policy.issuers == IssuerDemand::Listed && !service.has_trust() {
        return Err(Kind::NotReady);
    }
    // What is no envelope can only be a document with a proof; a look at its beginning would tell less about what is wrong.
    let format = (!enveloped::is_envelope(document)).then(|| "vc_di".to_owned());
    let input = Input { bytes: json::encode(document).into_bytes(), format };
    report_on(service, Request { input, occasion, policy }).await
}

/// The report on a request, with what could be fetched.
///
/// # Errors
/// `NotReady` when the service stops.
pub async fn report_on(service: &Service, request: Request) -> Result<Report, Kind> {
    let request = Arc::new(request);
    let (source, trust) = (Source { service }, service.trust());
    let (mut report, evidence) = look(service, &request, &trust, Evidence::none()).await?;
    let mut round = Round::new(evidence);
    for _ in 0..limits::GATHER_ROUNDS {
        if report.missing().next().is_none() || !round.fetch_missing([&report], &source).await {
            break;
        }
        (report, round.evidence) = look(service, &request, &trust, std::mem::take(&mut round.evidence)).await?;
    }
    service.metrics.judged(&report);
    Ok(report)
}

/// One verification; the evidence comes back with the report.
async fn look(
    service: &Service,
    request: &Arc<Request>,
    trust: &Arc<Trust>,
    evidence: Evidence,
) -> Result<(Report, Evidence), Kind> {
    let (request, trust) = (request.clone(), trust.clone());
    on_a_thread(service, move || (verify(&request, &trust, &evidence), evidence)).await
}

/// Where documents come from: our own lists first, then the network.
struct Source<'s> {
    service: &'s Service,
}

impl Fetch for Source<'_> {
    async fn fetch(&self, locator: &Locator) -> Document {
        let at = self.service.clock.now();
        let document = |status, body| Document { locator: locator.as_str().to_owned(), status, fetched_at: at, body };
        if let Some(list) = self.service.config.vc_api.list_of_url(locator.as_str()) {
            return match status_list::current(self.service, list).await {
                Ok(Some(list)) => document(200, list.text.as_bytes().to_vec()),
                Ok(None) => document(404, Vec::new()),
                Err(_) => document(0, Vec::new()),
            };
        }
        match &self.service.fetcher {
            Some(fetcher) => fetcher.fetch(locator).await,
            None => document(0, Vec::new()),
        }
    }
}
