//! State: what all requests share. Trust is a snapshot that is swapped whole; readers never wait.

use std::hash::{BuildHasher, RandomState};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::crypto::checker::Checker;
use crate::net::clock::Clock;
use crate::net::fetch::{self, Fetcher};
use crate::policy::Policy;
use crate::service::config::{Config, ROOM_BYTES};
use crate::service::held::Held;
use crate::service::metrics::Metrics;
use crate::service::openid4vp::desk::Desk;
use crate::service::together::Together;
use crate::trust::Trust;

/// For each place in the house so many requests may stand outside it with bodies that are slow to come.
const SLOW_FOR_EACH_PLACE: usize = 4;

/// The service: clones are the same one.
#[derive(Clone)]
pub struct Service(Arc<Shared>);

/// What all requests share.
pub struct Shared {
    /// What the operator set.
    pub config: Config,
    /// What is demanded when a request does not say.
    pub policy: Arc<Policy>,
    /// Where missing evidence comes from; `None` = offline.
    pub fetcher: Option<Fetcher>,
    /// What time it is.
    pub clock: Clock,
    /// Who checks signatures; stays when another trust snapshot comes.
    pub checker: Arc<Checker>,
    /// What is counted.
    pub metrics: Metrics,
    /// Single questions that are verified together.
    pub together: Together,
    /// Turns at verifying groups of batches: one a thread.
    pub turns: Arc<Semaphore>,
    /// Turns at large inputs.
    pub heavy: Arc<Semaphore>,
    /// Batches that may still begin.
    pub batches: Arc<Semaphore>,
    presentations: OnceLock<Desk>,
    room: Arc<Semaphore>,
    waiting_for_heavy: AtomicUsize,
    outside: AtomicUsize,
    trust: ArcSwap<Held>,
    in_flight: AtomicUsize,
    stopping: AtomicBool,
    requests: AtomicU64,
    name_of: RandomState,
}

impl Deref for Service {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Service {
    /// A service with trust in nobody yet, by the system's clock.
    pub fn new(config: Config) -> Result<Self, fetch::Fault> {
        let fetcher = match config.offline {
            true => None,
            false => Some(Fetcher::new(fetch::Settings::default(), Clock::system())?),
        };
        Ok(Service::with(config, fetcher, Clock::system()))
    }

    /// A service that fetches through this client and tells the time by this clock.
    pub fn with(config: Config, fetcher: Option<Fetcher>, clock: Clock) -> Self {
        Service::with_checker(Checker::new(config.checks), config, fetcher, clock)
    }

    /// The same with this one to check signatures.
    pub(crate) fn with_checker(checker: Checker, config: Config, fetcher: Option<Fetcher>, clock: Clock) -> Self {
        checker.on_disagreement(|| {
            tracing::error!(
                "the fast signature check disagreed with the crypto library and is off until the next start; \
                 this is a fault of vidimus or of this machine: please report it"
            );
        });
        let room = (config.body_budget_bytes / ROOM_BYTES).max(1);
        Service(Arc::new(Shared {
            policy: Arc::new(config.policy.clone()),
            fetcher,
            clock,
            checker: Arc::new(checker),
            metrics: Metrics::default(),
            together: Together::default(),
            turns: Arc::new(Semaphore::new(config.thread_count())),
            heavy: Arc::new(Semaphore::new(config.heavy.max(1))),
            batches: Arc::new(Semaphore::new(config.batches)),
            presentations: OnceLock::new(),
            room: Arc::new(Semaphore::new(room)),
            waiting_for_heavy: AtomicUsize::new(0),
            outside: AtomicUsize::new(0),
            trust: ArcSwap::from_pointee(Held::nothing()),
            in_flight: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            name_of: RandomState::new(),
            config,
        }))
    }
}

impl Shared {
    /// The present trust snapshot.
    pub fn trust(&self) -> Arc<Trust> {
        self.trust.load().trust.clone()
    }

    /// The present trust snapshot, with what is known about it.
    pub fn held(&self) -> Arc<Held> {
        self.trust.load_full()
    }

    /// Puts another snapshot in place; requests that began with the old one end with it.
    pub fn hold(&self, held: Held) {
        self.trust.store(Arc::new(held));
    }

    /// Where wallets are asked, once it is open; `None` = it is not.
    pub fn presentations(&self) -> Option<&Desk> {
        self.presentations.get()
    }

    /// Opens the desk where wallets are asked. The first one stays.
    pub fn open_desk(&self, desk: Desk) {
        let _ = self.presentations.set(desk);
    }

    /// `true` when there is a trust snapshot to judge by and the service is not stopping.
    pub fn is_ready(&self) -> bool {
        !self.is_stopping() && self.has_trust()
    }

    /// `true` when there is somebody to trust: without, every verdict would blame the credential.
    pub fn has_trust(&self) -> bool {
        !self.trust.load().is_empty
    }

    /// `true` once the service was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// From now on `/ready` says no.
    pub fn begin_stopping(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// A place among the requests in flight, if there is one.
    pub fn admit(&self) -> Option<Admitted<'_>> {
        let before = self.in_flight.fetch_add(1, Ordering::Relaxed);
        // Made first, so that leaving is counted whichever way this ends.
        let admitted = Admitted { shared: self };
        self.metrics.in_flight.inc();
        (before < self.config.in_flight).then_some(admitted)
    }

    /// Gives the place of a request that was admitted to others while its client is slow; `None` when too many are slow already.
    pub fn step_outside(&self) -> Option<Outside<'_>> {
        let place = Place::among(&self.outside, self.config.in_flight.saturating_mul(SLOW_FOR_EACH_PLACE))?;
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        Some(Outside { shared: self, is_back: false, _place: place })
    }

    /// `true` when more could be asked at once than is admitted.
    pub fn has_more_connections_than_places(&self) -> bool {
        usize::try_from(self.metrics.connections.get()).is_ok_and(|open| open > self.config.in_flight)
    }

    /// Room for that many permits of bodies, if there is any left.
    pub fn take_room(&self, permits: usize) -> Option<OwnedSemaphorePermit> {
        self.room.clone().try_acquire_many_owned(u32::try_from(permits).ok()?).ok()
    }

    /// A turn at a large input; `None` when too many wait already.
    pub async fn heavy_turn(&self) -> Option<OwnedSemaphorePermit> {
        let _place = Place::among(&self.waiting_for_heavy, self.config.heavy.max(1) * 8)?;
        self.heavy.clone().acquire_owned().await.ok()
    }

    /// A name for one request that says nothing about it.
    pub fn next_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}", self.name_of.hash_one(number))
    }
}

/// A request in flight, for as long as this lives.
pub struct Admitted<'s> {
    shared: &'s Shared,
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        self.shared.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.shared.metrics.in_flight.dec();
    }
}

/// A request that was admitted and waits for its client, outside, for as long as this lives.
pub struct Outside<'s> {
    shared: &'s Shared,
    is_back: bool,
    _place: Place<'s>,
}

impl Outside<'_> {
    /// Takes a place again; `false` when the house is full.
    pub fn come_back(mut self) -> bool {
        self.is_back = true;
        self.shared.in_flight.fetch_add(1, Ordering::Relaxed) < self.shared.config.in_flight
    }
}

impl Drop for Outside<'_> {
    fn drop(&mut self) {
        // Whoever gives up outside leaves as from inside: the door counts that once.
        if !self.is_back {
            self.shared.in_flight.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A place in a queue of bounded length.
struct Place<'c>(&'c AtomicUsize);

impl<'c> Place<'c> {
    fn among(count: &'c AtomicUsize, most: usize) -> Option<Self> {
        let place = Place(count);
        (count.fetch_add(1, Ordering::Relaxed) < most).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
