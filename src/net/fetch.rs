//! The one HTTP client: fetches evidence from public https places and from nowhere else.
//!
//! A host name is resolved once; every address must be public ([`crate::net::address`]), and the connection goes to exactly
//! those addresses. No redirects, no cookies, no referrer, no proxy from the environment, no compression, one fixed user
//! agent. Size is capped while the body streams, time as a whole. Answers are kept for a while, failures shortly, and a
//! thousand callers who want one document at once cause one fetch. Whatever goes wrong is a [`Document`] of status 0.

use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use moka::Expiry;
use moka::future::Cache;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use crate::evidence::Document;
use crate::format::token_status_list::usable_until;
use crate::gather::Fetch;
use crate::limits;
use crate::locator::{Locator, Wants};
use crate::net::address::is_public;
use crate::net::clock::Clock;

mod deliver;

pub use self::deliver::Delivery;

const USER_AGENT: &str = concat!("vidimus/", env!("CARGO_PKG_VERSION"));
/// Hosts share this many lanes, each of which lets a few fetches through at a time.
const LANES: usize = 64;
/// Longest time for which a status list is kept, whatever it says of itself.
const LONGEST_KEPT: Duration = Duration::from_secs(86_400);

/// How the client behaves. The defaults are those of production.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Ports that a locator may name.
    pub ports: Vec<u16>,
    /// How long one fetch may take, from asking to the last byte.
    pub time: Duration,
    /// How long a document is kept.
    pub keep: Duration,
    /// How long a failure is kept.
    pub keep_failure: Duration,
    /// Bytes of documents kept.
    pub cache_bytes: u64,
    /// Fetches from one host at a time.
    pub per_host: usize,
    /// For tests on one machine: everything comes, in plain HTTP, from this loopback address instead.
    pub instead: Option<SocketAddr>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            ports: vec![443],
            time: Duration::from_secs(3),
            keep: Duration::from_secs(600),
            keep_failure: Duration::from_secs(30),
            cache_bytes: 32 << 20,
            per_host: 4,
            instead: None,
        }
    }
}

/// How often what happened, since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Locators asked for, cached ones included.
    pub asked: u64,
    /// Requests that went out, or tried to.
    pub fetched: u64,
    /// Locators refused before anything was resolved.
    pub refused: u64,
    /// Fetches that brought no answer.
    pub failed: u64,
}

/// The client, its cache and its lanes. Share one; clones of it are the same client.
#[derive(Clone)]
pub struct Fetcher {
    inner: Arc<Inner>,
}

struct Inner {
    client: reqwest::Client,
    cache: Cache<Locator, Arc<Document>>,
    lanes: Vec<Semaphore>,
    lane_of: RandomState,
    settings: Settings,
    clock: Clock,
    asked: AtomicU64,
    fetched: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
}

/// The client could not be made: the machine's certificate store is unusable, or the test address is not loopback.
#[derive(Debug)]
pub struct Fault(String);

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the HTTP client cannot be made: {}", self.0)
    }
}

impl std::error::Error for Fault {}

impl Fetcher {
    /// A client with these settings, stamping documents by this clock.
    #[expect(clippy::disallowed_methods, reason = "this is the one HTTP client")]
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, Fault> {
        if settings.instead.is_some_and(|address| !address.ip().is_loopback()) {
            return Err(Fault("the address of a test must be loopback".to_owned()));
        }
        let client = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .https_only(settings.instead.is_none())
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(settings.time)
            .timeout(settings.time)
            // Documents are cached, connections are not: each one goes to an address checked just before.
            .pool_max_idle_per_host(0)
            .dns_resolver(PublicOnly { instead: settings.instead })
            .build()
            .map_err(|error| Fault(error.to_string()))?;
        let cache = Cache::builder()
            .max_capacity(settings.cache_bytes)
            .weigher(|locator: &Locator, document: &Arc<Document>| {
                // Failures weigh too, or an attacker could keep any number of them.
                u32::try_from(document.body.len() + 2 * locator.as_str().len() + 256).unwrap_or(u32::MAX)
            })
            .expire_after(KeepFor { found: settings.keep, failed: settings.keep_failure })
            .build();
        let lanes = (0..LANES).map(|_| Semaphore::new(settings.per_host.max(1))).collect();
        let inner = Inner {
            client,
            cache,
            lanes,
            lane_of: RandomState::new(),
            settings,
            clock,
            asked: AtomicU64::new(0),
            fetched: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        };
        Ok(Fetcher { inner: Arc::new(inner) })
    }

    /// How often what happened so far.
    pub fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Inner { asked, fetched, refused, failed, .. } = &*self.inner;
        Counts { asked: read(asked), fetched: read(fetched), refused: read(refused), failed: read(failed) }
    }
}

impl Fetch for Fetcher {
    async fn fetch(&self, locator: &Locator) -> Document {
        let inner = &*self.inner;
        inner.asked.fetch_add(1, Ordering::Relaxed);
        let Some(url) = allowed_url(locator, &inner.settings) else {
            inner.refused.fetch_add(1, Ordering::Relaxed);
            return failed(locator, inner.clock);
        };
        // A cloned key and a shared document: the cache runs one of these futures for all who wait.
        let document = inner.cache.get_with_by_ref(locator, inner.fetch_now(locator, url)).await;
        Document::clone(&document)
    }
}

impl Inner {
    async fn fetch_now(&self, locator: &Locator, url: reqwest::Url) -> Arc<Document> {
        let lane = self.lane_number(&locator.host());
        let whole = async {
            let _turn = self.lanes.get(lane)?.acquire().await.ok()?;
            self.fetched.fetch_add(1, Ordering::Relaxed);
            self.download(url, locator.wants()).await
        };
        let answer = tokio::time::timeout(self.settings.time, whole).await.ok().flatten();
        Arc::new(match answer {
            Some((status, body)) => {
                Document { locator: locator.as_str().to_owned(), status, fetched_at: self.clock.now(), body }
            }
            None => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                failed(locator, self.clock)
            }
        })
    }

    fn lane_number(&self, host: &str) -> usize {
        usize::try_from(self.lane_of.hash_one(host) % LANES as u64).unwrap_or(0)
    }

    /// Status and body. `None` when there is no whole answer within the limits.
    async fn download(&self, url: reqwest::Url, wants: Wants) -> Option<(u16, Vec<u8>)> {
        let (accept, most) = match wants {
            Wants::Anything => {
                ("application/json, application/did, application/did-resolution", limits::EVIDENCE_BYTES)
            }
            Wants::TokenStatusList => {
                ("application/statuslist+jwt, application/statuslist+cwt", limits::LIST_TOKEN_BYTES)
            }
            Wants::IdentifierList => ("application/identifierlist+cwt", limits::LIST_TOKEN_BYTES),
        };
        let mut response = self.client.get(url).header("accept", accept).send().await.ok()?;
        let status = response.status().as_u16();
        if status != 200 {
            return Some((status, Vec::new()));
        }
        let announced = response.content_length().unwrap_or(0);
        if announced > most as u64 {
            return None;
        }
        let mut body = Vec::with_capacity(usize::try_from(announced).ok()?);
        while let Some(chunk) = response.chunk().await.ok()? {
            if body.len() + chunk.len() > most {
                return None;
            }
            body.extend_from_slice(&chunk);
        }
        Some((status, body))
    }
}

fn failed(locator: &Locator, clock: Clock) -> Document {
    Document { locator: locator.as_str().to_owned(), status: 0, fetched_at: clock.now(), body: Vec::new() }
}

/// The URL to ask, if it may be asked: https, a host by name (a number in any notation is an address), an allowed port.
fn allowed_url(locator: &Locator, settings: &Settings) -> Option<reqwest::Url> {
    let mut url = reqwest::Url::parse(locator.as_str()).ok()?;
    let allowed = url.scheme() == "https"
        && url.domain().is_some_and(|host| !host.is_empty() && !host.ends_with('.'))
        && url.username().is_empty()
        && url.password().is_none()
        && settings.ports.contains(&url.port().unwrap_or(443));
    if !allowed {
        return None;
    }
    if let Some(address) = settings.instead {
        url.set_scheme("http").ok()?;
        url.set_port(Some(address.port())).ok()?;
    }
    Some(url)
}

/// Resolves names to public addresses only. The client connects to what this gives, so nothing is resolved twice.
struct PublicOnly {
    instead: Option<SocketAddr>,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        if let Some(address) = self.instead {
            return Box::pin(std::future::ready(Ok(Box::new(std::iter::once(address)) as Addrs)));
        }
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(all_public(found)?.into_iter()) as Addrs)
        })
    }
}

/// The same addresses, if each one is public: a name that also points inwards is refused whole.
fn all_public(found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, &'static str> {
    if found.iter().all(|address| is_public(address.ip())) { Ok(found) } else { Err("an address that is not public") }
}

/// How long answers are kept. A status list says itself how long a copy of it may be used.
struct KeepFor {
    found: Duration,
    failed: Duration,
}

impl KeepFor {
    fn document(&self, wants: Wants, document: &Document) -> Duration {
        let until = match wants {
            Wants::Anything => None,
            Wants::TokenStatusList | Wants::IdentifierList => usable_until(&document.body, document.fetched_at),
        };
        let seconds = until.map(|until| until.seconds().saturating_sub(document.fetched_at.seconds()));
        match seconds.map(|seconds| u64::try_from(seconds).unwrap_or_default()) {
            // Kept for a moment at least: those who wait for it now get it.
            Some(seconds) => Duration::from_secs(seconds).clamp(Duration::from_secs(1), LONGEST_KEPT),
            None => self.found,
        }
    }
}

impl Expiry<Locator, Arc<Document>> for KeepFor {
    fn expire_after_create(&self, locator: &Locator, document: &Arc<Document>, _: Instant) -> Option<Duration> {
        Some(if document.status == 200 { self.document(locator.wants(), document) } else { self.failed })
    }
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
