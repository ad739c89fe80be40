//! The subject `vidimus-service`: the HTTP service of this library on a socket of its own, one for each set of trust, evidence and
//! time. What a question brings as evidence is what its network answers; whatever else it asks for is not there.
//!
//! The service may ask no place by its address, nor this machine: a question that makes it try is a crash.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use vidimus::net::clock::Clock;
use vidimus::net::fetch::{Fetcher, Settings};
use vidimus::service::config::Config;
use vidimus::service::held::Held;
use vidimus::service::listen::Server;
use vidimus::service::state::Service;
use vidimus::trust::Trust;

use super::http::Poster;
use super::in_process::request_of;
use super::network::Network;
use super::vidimus_http::ask_at;
use super::{Reply, Subject};
use crate::question::Question;

/// Services, as they are needed.
pub struct VidimusService {
    poster: Poster,
    running: Mutex<HashMap<String, Arc<Running>>>,
}

/// A service, and the network that it sees.
struct Running {
    url: String,
    network: Network,
}

impl VidimusService {
    /// No service yet.
    ///
    /// # Errors
    /// A sentence, when no HTTP client can be made.
    pub fn new() -> Result<Self, String> {
        Ok(VidimusService { poster: Poster::new()?, running: Mutex::default() })
    }

    /// The service with the question's trust, evidence and time.
    fn service_for(&self, question: &Question) -> Result<Arc<Running>, String> {
        let key = serde_json::to_string(&(&question.trust, &question.evidence, &question.occasion.now));
        let key = key.map_err(|error| error.to_string())?;
        let mut running = self.running.lock().map_err(|_| "a thread died while it started a service".to_owned())?;
        if let Some(known) = running.get(&key) {
            return Ok(known.clone());
        }
        let started = Arc::new(self.poster.block_on(start(question))?);
        running.insert(key, started.clone());
        Ok(started)
    }
}

impl Subject for VidimusService {
    fn ask(&self, question: &Question, limit: Duration) -> Reply {
        if question.has_earlier_answers() {
            return Reply::Unsupported("a network answers the same as long as it runs".to_owned());
        }
        let is_old = |at: &String| *at != question.occasion.now;
        if question.evidence.iter().any(|document| document.fetched_at.as_ref().is_some_and(is_old)) {
            return Reply::Unsupported("the service fetches now, and has no copies from before".to_owned());
        }
        let running = match self.service_for(question) {
            Ok(running) => running,
            Err(sentence) => return Reply::Crash(sentence),
        };
        let reply = ask_at(&self.poster, &running.url, question, limit);
        match running.network.blocked() {
            Some(host) => Reply::Crash(format!("the service asked for {host}, which no credential may make it do")),
            None => reply,
        }
    }
}

async fn start(question: &Question) -> Result<Running, String> {
    let (request, trust, evidence) = request_of(question)?;
    let (network, place) = Network::answering(&evidence).await?;
    let clock = Clock::fixed(request.occasion.now);
    let settings = Settings { instead: Some(place), per_host: 64, ..Settings::default() };
    let fetcher = Fetcher::new(settings, clock).map_err(|fault| fault.to_string())?;
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let service = Service::with(Config::new(loopback, "").for_development(), Some(fetcher), clock);
    let held = Held::loaded(trust, request.occasion.now, 0);
    service.hold(if question.trust.is_empty() { trusting_somebody(request.occasion.now)? } else { held });
    let server = Server::bind_service(service).await.map_err(|error| error.to_string())?;
    let address = server.local_addr().map_err(|error| error.to_string())?;
    tokio::spawn(server.run(std::future::pending()));
    Ok(Running { url: format!("http://{address}/v1/verify"), network })
}

/// Trust in somebody whom no vector knows: a service that trusts nobody answers nothing.
fn trusting_somebody(now: vidimus::time::Timestamp) -> Result<Held, String> {
    let entry = json!({"kind": "issuer", "issuer": "https://nobody.invalid", "formats": ["vc_di"]});
    let entry = serde_json::from_value(entry).map_err(|error| error.to_string())?;
    Ok(Held::loaded(Trust::from_entries(vec![entry]).0, now, 0))
}
