//! Configuration: everything an operator can set, with the careful default for each.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::crypto::api_key::ApiKey;
use crate::crypto::checker;
use crate::did::remote::Resolver;
use crate::policy::Policy;
use crate::service::certificate;
use crate::service::openid4vp;
use crate::service::vc_api::api::VcApi;

/// One permit of the budget.
pub(crate) const ROOM_BYTES: usize = 64 << 10;

/// Memory for tables of known keys: room for the 3,000 signers of a continent, and large ones for the busiest.
pub const TABLE_MEMORY_BYTES: usize = 256 << 20;
/// One in so many answers of the fast path is asked again of the crypto library.
pub const SECOND_LOOK: u32 = 1_000;

/// What an operator can set.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the service listens.
    pub listen: SocketAddr,
    /// TLS on the listener; `None` = plain HTTP. Metrics of their own listener are always plain.
    pub tls: Option<certificate::Settings>,
    /// The W3C VC API: profiles, status lists, what verifying demands.
    pub vc_api: Arc<VcApi>,
    /// Presentations by OpenID4VP: who we are to wallets, where sessions are kept; `None` = no wallet is asked.
    pub presentations: Option<Arc<openid4vp::settings::Settings>>,
    /// Where metrics are served; `None` = on the same listener, under `/metrics`.
    pub metrics_listen: Option<SocketAddr>,
    /// The trust store's folder or file; `None` = nobody is trusted.
    pub trust: Option<PathBuf>,
    /// What is demanded when a request does not say.
    pub policy: Policy,
    /// `true`: no evidence is fetched, ever.
    pub offline: bool,
    /// `true`: a request may name the time to judge by (`at`). For tests and audits: whoever sets it can have a credential
    /// judged as of last year.
    pub allow_at: bool,
    /// `true`: a request may bring its own demands (`policy`).
    pub allow_policy: bool,
    /// Keys of callers who may use the places that are not for everybody: see [`crate::service::access`].
    pub api_keys: Vec<ApiKey>,
    /// `true`: those places are for everybody. For a developer's machine only.
    pub open_access: bool,
    /// Who answers for DIDs of methods that are not built in.
    pub resolver: Option<Resolver>,
    /// Seconds between two looks at the trust store.
    pub reload_seconds: u64,
    /// Verifications admitted at a time; more are told to come back.
    pub in_flight: usize,
    /// Connections held at a time; more are told to come back.
    pub max_connections: usize,
    /// Batches served at a time.
    pub batches: usize,
    /// Pictures and large inputs read at a time; eight times as many may wait. One decoded photo is large: mind the memory.
    pub heavy: usize,
    /// How signatures are checked: by which instructions, with how much memory for tables, and how often twice.
    pub checks: checker::Settings,
    /// How long a single question may wait, at most, for others to be checked with it; zero = it never does. When nobody else
    /// asks, it does not wait anyway.
    pub together: Duration,
    /// Threads that verify batches, and worker threads; 0 = one a core.
    pub threads: usize,
    /// Bytes that bodies over 64 KiB may hold together.
    pub body_budget_bytes: usize,
    /// How long a head or a body may take to arrive, and a connection may be idle.
    pub read_time: Duration,
    /// How long the body of a picture may take.
    pub picture_time: Duration,
    /// How long a client may leave an answer unread.
    pub write_time: Duration,
    /// How long the service goes on serving after `/ready` has turned 503, so that balancers notice.
    pub drain_time: Duration,
    /// How long requests in flight may take to finish after that.
    pub stop_time: Duration,
}

impl Config {
    /// The configuration of a service that listens there and trusts that store.
    pub fn new(listen: SocketAddr, trust: impl Into<PathBuf>) -> Self {
        Config {
            listen,
            tls: None,
            vc_api: Arc::default(),
            presentations: None,
            metrics_listen: None,
            trust: Some(trust.into()),
            policy: Policy::default(),
            offline: false,
            allow_at: false,
            allow_policy: false,
            api_keys: Vec::new(),
            open_access: false,
            resolver: None,
            reload_seconds: 5,
            in_flight: 256,
            max_connections: 4096,
            batches: 8,
            heavy: 1,
            checks: checker::Settings {
                table_memory_bytes: TABLE_MEMORY_BYTES,
                second_look: SECOND_LOOK,
                ..checker::Settings::default()
            },
            together: Duration::from_micros(200),
            threads: 0,
            body_budget_bytes: 64 << 20,
            read_time: Duration::from_secs(10),
            picture_time: Duration::from_secs(30),
            write_time: Duration::from_secs(15),
            drain_time: Duration::from_secs(2),
            stop_time: Duration::from_secs(25),
        }
    }

    /// The same for a developer's machine: on loopback the time may be named, no place asks for a key, and
    /// stopping does not dawdle.
    #[must_use]
    pub fn for_development(mut self) -> Self {
        self.allow_at = self.listen.ip().is_loopback();
        self.allow_policy = self.allow_at;
        self.open_access = self.allow_at;
        self.drain_time = Duration::ZERO;
        self
    }

    /// How many threads verify.
    pub fn thread_count(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            set => set,
        }
    }
}
