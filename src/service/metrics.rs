//! Metrics: counts and durations for whoever runs the service. No label ever holds anything that was sent.

use std::sync::atomic::Ordering;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::crypto::checker::{self, Checker};
use crate::crypto::tables::TableCounts;
use crate::net::fetch::Counts;
use crate::report::Report;
use crate::service::held::Held;

/// Everything counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<RouteStatus, Counter>,
    durations: Family<RouteLabel, Histogram, fn() -> Histogram>,
    verdicts: Family<FormatVerdict, Counter>,
    /// Requests turned away because too many came.
    pub shed: Counter,
    /// Panics caught; anything but 0 is a bug.
    pub panics: Counter,
    /// Requests being served.
    pub in_flight: Gauge,
    /// Connections open.
    pub connections: Gauge,
    /// Connections that ended before TLS was agreed.
    pub handshakes_failed: Counter,
    /// Lines of batches that were no question.
    pub bad_lines: Counter,
    /// Times that the trust store could not be loaded.
    pub reload_failures: Counter,
    /// Webhooks that their receivers took.
    pub webhooks_delivered: Counter,
    /// Webhooks given up.
    pub webhooks_dropped: Counter,
    /// Times that the store of sessions failed.
    pub store_failures: Counter,
    sessions: Family<KindLabel, Counter>,
    session_refusals: Family<KindLabel, Counter>,
    trust: Family<KindLabel, Gauge>,
    trust_age: Gauge,
    trust_left_out: Gauge,
    fetches: Family<KindLabel, Gauge>,
    /// How many single questions were verified together.
    pub together: Histogram,
    keys: Family<KindLabel, Gauge>,
    table_bytes: Gauge,
    table_changes: Family<KindLabel, Counter>,
    signatures: Family<KindLabel, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteStatus {
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    route: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FormatVerdict {
    format: &'static str,
    verdict: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabel {
    kind: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Metrics {
            registry: Registry::with_prefix("vidimus"),
            requests: Family::default(),
            durations: Family::new_with_constructor(duration_buckets),
            verdicts: Family::default(),
            shed: Counter::default(),
            panics: Counter::default(),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            handshakes_failed: Counter::default(),
            bad_lines: Counter::default(),
            reload_failures: Counter::default(),
            webhooks_delivered: Counter::default(),
            webhooks_dropped: Counter::default(),
            store_failures: Counter::default(),
            sessions: Family::default(),
            session_refusals: Family::default(),
            trust: Family::default(),
            trust_age: Gauge::default(),
            trust_left_out: Gauge::default(),
            fetches: Family::default(),
            together: Histogram::new([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0]),
            keys: Family::default(),
            table_bytes: Gauge::default(),
            table_changes: Family::default(),
            signatures: Family::default(),
        };
        metrics.registered()
    }
}

impl Metrics {
    fn registered(mut self) -> Self {
        let r = &mut self.registry;
        r.register("requests", "Requests answered", self.requests.clone());
        r.register("request_seconds", "Time from head to answer", self.durations.clone());
        r.register("verdicts", "Credentials judged", self.verdicts.clone());
        r.register("shed", "Requests turned away because too many came", self.shed.clone());
        r.register("panics", "Panics caught", self.panics.clone());
        r.register("in_flight", "Requests being served", self.in_flight.clone());
        r.register("connections", "Connections open", self.connections.clone());
        r.register("tls_failures", "Connections that ended before TLS was agreed", self.handshakes_failed.clone());
        r.register("bad_lines", "Lines of batches that were no question", self.bad_lines.clone());
        r.register("reload_failures", "Times that the trust store could not be loaded", self.reload_failures.clone());
        r.register("webhooks_delivered", "Webhooks that their receivers took", self.webhooks_delivered.clone());
        r.register("webhooks_dropped", "Webhooks given up", self.webhooks_dropped.clone());
        r.register("store_failures", "Times that the store of sessions failed", self.store_failures.clone());
        r.register("sessions", "Sessions of presentations, by what they became", self.sessions.clone());
        r.register("session_refusals", "What came for sessions and was refused", self.session_refusals.clone());
        r.register("trust_entries", "Entries of the trust snapshot", self.trust.clone());
        r.register("trust_age_seconds", "Time since the trust snapshot was loaded", self.trust_age.clone());
        r.register("trust_left_out", "Entries that could not be used", self.trust_left_out.clone());
        r.register("fetches", "Evidence fetched since the start", self.fetches.clone());
        r.register(
            "keys",
            "Keys of the trust snapshot that may have a table, and those that have one",
            self.keys.clone(),
        );
        r.register("together", "Single questions that were verified together", self.together.clone());
        r.register("table_bytes", "Memory that tables of keys take", self.table_bytes.clone());
        r.register("table_changes", "Tables of keys built and evicted", self.table_changes.clone());
        r.register("signatures", "ES256 signatures, by how they were checked", self.signatures.clone());
        self
    }

    /// Counts one answered request.
    pub fn answered(&self, route: &'static str, status: u16, time: Duration) {
        self.requests.get_or_create(&RouteStatus { route, status }).inc();
        self.durations.get_or_create(&RouteLabel { route }).observe(time.as_secs_f64());
    }

    /// Counts the credentials of one report.
    pub fn judged(&self, report: &Report) {
        for part in report.parts() {
            let format = part.format.map_or("none", |format| format.about().name);
            self.verdicts.get_or_create(&FormatVerdict { format, verdict: part.verdict.name() }).inc();
        }
    }

    /// Counts a session that became that.
    pub fn session_became(&self, kind: &'static str) {
        self.sessions.get_or_create(&KindLabel { kind }).inc();
    }

    /// Counts something that came for a session and was refused.
    pub fn session_refused(&self, kind: &'static str) {
        self.session_refusals.get_or_create(&KindLabel { kind }).inc();
    }

    /// Everything as OpenMetrics text.
    pub fn text(&self, trust: &Held, trust_age_seconds: i64, fetches: Option<Counts>, checker: &Checker) -> String {
        let size = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let counts = trust.trust.counts();
        for (kind, number) in [
            ("signer", counts.signers),
            ("issuer", counts.issuers),
            ("authority", counts.authorities),
            ("value_set", counts.value_sets),
            ("context", counts.contexts),
        ] {
            self.trust.get_or_create(&KindLabel { kind }).set(size(number));
        }
        self.trust_age.set(trust_age_seconds);
        self.trust_left_out.set(size(trust.left_out));
        if let Some(Counts { asked, fetched, refused, failed }) = fetches {
            for (kind, number) in [("asked", asked), ("fetched", fetched), ("refused", refused), ("failed", failed)] {
                self.fetches.get_or_create(&KindLabel { kind }).set(count(number));
            }
        }
        self.note_checks(checker);
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(_) => String::new(),
        }
    }

    fn note_checks(&self, checker: &Checker) {
        let size = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let TableCounts { known, held, bytes, built, evicted } = checker.tables().counts();
        for (kind, number) in [("known", known), ("with_table", held)] {
            self.keys.get_or_create(&KindLabel { kind }).set(size(number));
        }
        self.table_bytes.set(size(bytes));
        for (kind, number) in [("built", built), ("evicted", evicted)] {
            self.table_changes.get_or_create(&KindLabel { kind }).inner().store(number, Ordering::Relaxed);
        }
        let checker::Counts { hits, misses, strangers, fallbacks, second_looks, disagreements } = checker.counts();
        for (kind, number) in [
            ("hit", hits),
            ("miss", misses),
            ("stranger", strangers),
            ("fallback", fallbacks),
            ("second_look", second_looks),
            ("disagreement", disagreements),
        ] {
            self.signatures.get_or_create(&KindLabel { kind }).inner().store(number, Ordering::Relaxed);
        }
    }
}

/// From 50 microseconds, less than any signature takes, to 3 seconds, as long as any fetch may.
fn duration_buckets() -> Histogram {
    Histogram::new([
        0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0,
    ])
}
